"""Scenario files: situations with choices that lead on, in Markdown, as an author writes them."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from course.content import markup
from course.content.front_matter import (
    Head,
    Lines,
    read_blocks,
    read_codes,
    read_head,
    read_heading,
    read_id,
    read_minutes,
    read_own_id,
    slug,
    suggest,
)
from course.content.markup import Pictures
from course.content.model import Scenario, Scene, Way
from course.content.scenario_graph import graph_faults
from course.content.silent import OWN_IN_QUESTIONS
from course.content.text import Fault
from course.content.vocabulary import FORMS, OUTCOMES, TRACKS

KEYS = ("scenario", "titel", "modul", "spår?", "former", "minuter", "källor?", "innehåll?")
END = "slut"
OUTCOME = "utfall"
FEWEST, MOST = 2, 4
"""How many choices a scene has."""
MOST_GOOD = 2

WAY = re.compile(r"- \[(?P<good>[ xX])\] (?P<text>.*)$")
LIKE_WAY = re.compile(r"\s*[-*+]\s*\[.{0,2}\](?!\()|.*->\s*#")
"""What an author meant as a choice, wherever it stands."""
COMMENT = re.compile(r"\s+>\s?(?P<text>.*)$")
AS_WAY = "skriv ”- [ ] text -> #scen” längst till vänster"


@dataclass(frozen=True)
class _Marks:
    """What stands between the braces of a scene's heading."""

    title: str
    id: str
    end: bool
    outcome: str


def read_scenario(text: str, pictures: Pictures, fault: Fault) -> tuple[Scenario | None, Head]:
    """The scenario in a file, and its head. No scenario when not even its id can be read."""
    head = read_head(text.split("\n"), KEYS, fault)
    for line, message in markup.faults(head.body, head.body_line, pictures, OWN_IN_QUESTIONS):
        fault(line, message)
    scenario_id = read_own_id(head, "scenario", "scenariot", fault)
    minutes = read_minutes(head, fault)
    tracks = _read_words(head, "spår", TRACKS, fault)
    forms = _read_words(head, "former", FORMS, fault)
    lead, scenes = _read_body(head, pictures, fault)
    if not scenario_id:
        return None, head
    scenario = Scenario(
        id=scenario_id,
        title=head.pairs.get("titel", ""),
        module=head.pairs.get("modul", ""),
        tracks=tracks,
        forms=forms,
        minutes=minutes,
        sources=read_codes(head, "källor"),
        note=head.pairs.get("innehåll", ""),
        lead=lead,
        lead_words=len(markup.plain(lead).split()),
        scenes=scenes,
    )
    return scenario, head


def _read_words(head: Head, key: str, known: Collection[str], fault: Fault) -> tuple[str, ...]:
    """The words of a closed list under `key`, each once, in the list's order."""
    given = read_codes(head, key)
    for word in dict.fromkeys(given):
        if word not in known:
            fault(head.line(key), f"”{key}” har ”{word}” som inte finns{suggest(word, known)}")
        elif given.count(word) > 1:
            fault(head.line(key), f"”{key}” har ”{word}” flera gånger; låt det stå en gång")
    return tuple(word for word in known if word in given)


def _read_body(head: Head, pictures: Pictures, fault: Fault) -> tuple[str, dict[str, Scene]]:
    """The HTML of the lead, and the scenes by id."""
    before, blocks = read_blocks(head)
    if not any(line.strip() for _, line in before):
        fault(head.body_line, "scenariot saknar ingress; skriv före den första scenen vem man är och var")
    if not blocks:
        fault(0, "scenariot har ingen scen; en scen börjar med ”## Rubrik {#id}”")
    scenes: dict[str, Scene] = {}
    for block in blocks:
        scene = _read_scene(block, pictures, fault)
        if scene is None:
            continue
        if scene.id in scenes:
            fault(scene.line, f"id:t ”{scene.id}” står redan på rad {scenes[scene.id].line}; välj ett annat")
        scenes.setdefault(scene.id, scene)
    for line, message in (*_loose_ways(scenes), *graph_faults(scenes)):
        fault(line, message)
    return markup.render("\n".join(line for _, line in before), pictures), scenes


def _loose_ways(scenes: Mapping[str, Scene]) -> Iterable[tuple[int, str]]:
    for scene in scenes.values():
        for way in scene.ways:
            if way.target and way.target not in scenes:
                yield way.line, f"scenen ”{way.target}” finns inte{suggest(way.target, scenes)}"


def _read_marks(heading: tuple[int, str], fault: Fault) -> _Marks | None:
    """The marks of a scene's heading; None without a usable id."""
    line, text = heading
    title, marks, after = read_heading(text)
    words = marks.split()
    if not title:
        fault(line, "scenen saknar rubrik; skriv den före klammern")
    if after:
        fault(line, f"rubriken ska sluta med {{#id}}; ta bort ”{after}”")
    ids = [word[1:] for word in words if word.startswith("#")]
    outcomes = [word.partition("=")[2] for word in words if word.startswith(f"{OUTCOME}=")]
    end = f".{END}" in words
    for word in words:
        if not word.startswith(("#", f"{OUTCOME}=")) and word != f".{END}":
            fault(line, f"”{word}” känns inte igen; skriv #id, .{END} eller {OUTCOME}=, med mellanslag mellan")
    if len(ids) != 1:
        fault(line, f"scenen ska ha exakt ett id, den har {len(ids)}; skriv till exempel {{#{slug(title)}}}")
    outcome = _read_outcome(line, end, outcomes, fault)
    scene_id = read_id(line, ids[0], "scenen", fault) if ids else ""
    return _Marks(title, scene_id, end, outcome) if scene_id else None


def _read_outcome(line: int, end: bool, outcomes: Sequence[str], fault: Fault) -> str:  # noqa: FBT001
    """The outcome of an ending; of anything else ''."""
    for outcome in outcomes:
        if outcome not in OUTCOMES:
            fault(line, f"”{OUTCOME}” ska vara {', '.join(OUTCOMES)}, inte ”{outcome}”")
    if end and len(outcomes) != 1:
        fault(line, f"ett slut ska ha exakt ett utfall; skriv {OUTCOME}= och ett av {', '.join(OUTCOMES)}")
    if outcomes and not end:
        fault(line, f"bara ett slut har {OUTCOME}; skriv .{END} före det, eller ta bort det")
    return next((outcome for outcome in outcomes if end and outcome in OUTCOMES), "")


def _read_scene(block: Lines, pictures: Pictures, fault: Fault) -> Scene | None:
    """The scene; everything in it is checked even when its heading makes none."""
    line = block[0][0]
    marks = _read_marks(block[0], fault)
    first = next((index for index, (_, text) in enumerate(block) if WAY.match(text)), len(block))
    told, way_lines = block[1:first], [numbered for numbered in block[first:] if numbered[1].strip()]
    ways = tuple(_read_ways(way_lines, pictures, fault))
    end = marks is not None and marks.end
    told, feedback = _feedback(told) if end else (told, "")
    html = markup.render("\n".join(text for _, text in told), pictures)
    words = len(markup.plain(html).split())
    for at, text in told:
        if LIKE_WAY.match(text):
            fault(at, f"raden liknar ett val men är fel skriven; {AS_WAY}")
    if not words:
        fault(line, "scenen saknar text; skriv under rubriken vad som händer")
    for at, message in _ending_faults(line, ways, feedback) if end else _scene_faults(line, ways):
        fault(at, message)
    if marks is None:
        return None
    return Scene(marks.id, marks.title, html, words, ways, marks.outcome, markup.render(feedback, pictures), line)


def _feedback(told: Lines) -> tuple[Lines, str]:
    """What an ending tells, and the quoted lines at its very end without their marks."""
    last = len(told)
    while last and (not told[last - 1][1].strip() or told[last - 1][1].startswith(">")):
        last -= 1
    quoted = [text.removeprefix(">").removeprefix(" ") for _, text in told[last:]]
    return told[:last], "\n".join(quoted).strip()


def _ending_faults(line: int, ways: Sequence[Way], feedback: str) -> Iterable[tuple[int, str]]:
    if ways:
        yield ways[0].line, f"ett slut har inga val; ta bort dem eller ta bort .{END}"
    if not feedback:
        yield line, "slutet saknar återkoppling; skriv sist en rad ”> text” med vad det lär"


def _scene_faults(line: int, ways: Sequence[Way]) -> Iterable[tuple[int, str]]:
    if not ways:
        yield line, f"scenen är en återvändsgränd; skriv val som leder vidare, eller märk den .{END} {OUTCOME}=…"
        return
    if not FEWEST <= len(ways) <= MOST:
        yield line, f"scenen har {len(ways)} val; skriv {FEWEST}–{MOST}"
    good = sum(way.good for way in ways)
    if not good:
        yield line, "inget val i scenen är bra; märk minst ett med [x]"
    if good > MOST_GOOD:
        yield line, f"{good} val i scenen är märkta [x]; märk ett eller två"
    first: dict[str, int] = {}
    for way in ways:
        if not markup.plain(way.comment):
            yield way.line, "valet saknar kommentar; skriv en rad ”  > text” under det, den visas först vid slutet"
        if "<a " in way.html or "[LÄNK_" in way.html:
            yield way.line, "valet är självt en länk; flytta länken i det till scenens text"
        text = way.html.casefold()
        if text in first:
            yield way.line, f"valet har samma text som det på rad {first[text]}; skriv om det ena"
        if text:
            first.setdefault(text, way.line)


def _read_ways(lines: Lines, pictures: Pictures, fault: Fault) -> Iterable[Way]:
    """The choices, each with the comment lines under it."""
    starts = [index for index, (_, text) in enumerate(lines) if WAY.match(text)]
    for start, end in pairwise([*starts, len(lines)]):
        line, text = lines[start]
        found = WAY.match(text)
        assert found is not None  # noqa: S101 - it is what `starts` holds
        words, target = _read_way(line, found["text"], fault)
        yield Way(
            html=markup.render_inline(words, pictures),
            target=target,
            comment=markup.render(_read_comment(lines[start + 1 : end], fault), pictures),
            good=found["good"] in "xX",
            line=line,
        )


def _read_way(line: int, text: str, fault: Fault) -> tuple[str, str]:
    """The text of a choice, and the id of the scene it leads to; '' when there is none."""
    words, arrow, mark = text.rpartition("->")
    if not arrow:
        fault(line, "valet leder ingenstans; skriv sist på raden -> #scen")
        return text, ""
    if not words.strip():
        fault(line, "valet saknar text; skriv den före pilen")
    if not mark.strip().startswith("#"):
        fault(line, f"efter pilen ska scenens id stå, som -> #{slug(mark)}")
        return words, ""
    return words, read_id(line, mark.strip().removeprefix("#"), "scenen", fault)


def _read_comment(lines: Lines, fault: Fault) -> str:
    comment = []
    for line, text in lines:
        if found := COMMENT.match(text):
            comment.append(found["text"])
        elif LIKE_WAY.match(text):
            fault(line, f"valet är fel skrivet; {AS_WAY}")
        else:
            fault(line, "raden hör inte till något val; en kommentar skrivs ”  > text” under valet")
    return "\n".join(comment)
