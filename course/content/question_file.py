"""Question files: a quiz in Markdown, as an author writes it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from course.content import markup
from course.content.front_matter import Head, read_head, read_heading, read_id, read_own_id, slug, suggest
from course.content.markup import Pictures
from course.content.model import Quiz
from course.content.text import Fault
from course.items import ITEM_TYPES, Choice, Item

KEYS = ("quiz", "titel", "modul", "godkänt?")
NOTES = ("Förklaring", "Lätt svenska", "Ledtråd", "Källa", "Exempelsvar")
OPTIONS = ("avsnitt", "poängregel", "kritisk")
RETIRED = "utgått"
STAR = "★"
USUAL_PASS_MARK = Fraction(80, 100)

OPTION = re.compile(r"- \[[ xX]\] ")
FEEDBACK = re.compile(r"\s+>\s?(?P<text>.*)$")
LIKE_OPTION = re.compile(r"\s*[-*+]\s*\[.{0,2}\](?!\()|.*\{#")
"""What an author meant as an option, wherever it stands."""
BLOCK = re.compile(r"([-*+>|]|!!!|[0-9]+\.)(\s|$)")
"""How a paragraph begins that is more than a paragraph."""

Lines = Sequence[tuple[int, str]]


@dataclass(frozen=True)
class _Marks:
    """What stands between the braces of a question's heading."""

    title: str
    id: str
    type: str
    critical: bool
    retired: bool
    options: Mapping[str, str]


def read_quiz(text: str, pictures: Pictures, fault: Fault) -> tuple[Quiz | None, Head]:
    """The quiz in a file, and its head. No quiz when not even its id can be read."""
    head = read_head(text.split("\n"), KEYS, fault)
    for line, message in markup.faults(head.body, head.body_line, pictures):
        fault(line, message)
    quiz_id = read_own_id(head, "quiz", "quizen", fault)
    pass_mark = _read_pass_mark(head, fault)
    items, retired = _read_items(head, pictures, fault)
    if not quiz_id:
        return None, head
    return Quiz(quiz_id, head.pairs.get("titel", ""), head.pairs.get("modul", ""), pass_mark, items, retired), head


def _read_pass_mark(head: Head, fault: Fault) -> Fraction:
    given = head.pairs.get("godkänt", "")
    found = re.fullmatch(r"([0-9]{1,3})\s*%", given)
    if found and 1 <= int(found[1]) <= 100:
        return Fraction(int(found[1]), 100)
    if given:
        fault(head.line("godkänt"), f"”godkänt” ska vara en andel från 1 % till 100 %, inte ”{given}”")
    return USUAL_PASS_MARK


def _read_items(head: Head, pictures: Pictures, fault: Fault) -> tuple[dict[str, Item], dict[str, Item]]:
    """The questions in use and the retired ones, by id."""
    items: dict[str, Item] = {}
    retired: dict[str, Item] = {}
    first: dict[str, int] = {}
    blocks = _blocks(head, fault)
    for block in blocks:
        marks = _read_marks(block[0], fault)
        item = _read_item(block, marks, pictures, fault)
        if marks is None or item is None:
            continue
        if item.id in first:
            fault(item.line, f"id:t ”{item.id}” står redan på rad {first[item.id]}; välj ett annat")
        first.setdefault(item.id, item.line)
        (retired if marks.retired else items)[item.id] = item
    if not blocks:
        fault(0, "filen har ingen fråga; en fråga börjar med ”## Titel {#id .enval}”")
    elif len(retired) == len(blocks):
        fault(0, f"alla frågor är märkta .{RETIRED}; en quiz behöver minst en fråga som används")
    return items, retired


def _blocks(head: Head, fault: Fault) -> list[Lines]:
    """The questions of a body: the numbered lines of each, its heading first."""
    numbered = list(enumerate(head.body, start=head.body_line))
    starts = [index for index, (_, line) in enumerate(numbered) if line.startswith("## ")]
    before = numbered[: starts[0] if starts else len(numbered)]
    stray = next((number for number, line in before if line.strip()), None)
    if stray:
        fault(stray, "texten står före den första frågan; flytta eller ta bort den")
    return [numbered[start:end] for start, end in pairwise([*starts, len(numbered)])]


def _read_marks(heading: tuple[int, str], fault: Fault) -> _Marks | None:
    """The marks of a question's heading; None without a usable id and type."""
    line, text = heading
    title, marks, after = read_heading(text)
    words = marks.split()
    if not title:
        fault(line, "frågan saknar titel; skriv den före klammern")
    if after:
        fault(line, f"rubriken ska sluta med {{#id .typ}}; ta bort ”{after}”")
    options = _read_options(line, [word for word in words if word[0] not in "#." and word != STAR], fault)
    ids = [word[1:] for word in words if word[0] == "#"]
    if len(ids) != 1:
        fault(line, f"frågan ska ha exakt ett id, den har {len(ids)}; skriv till exempel {{#{slug(title)} .enval}}")
    item_id = read_id(line, ids[0], "frågan", fault) if ids else ""
    classes = [word[1:] for word in words if word[0] == "."]
    item_type = _read_type(line, [name for name in classes if name != RETIRED], fault)
    if not item_id or not item_type:
        return None
    critical = STAR in words or options.get("kritisk") == "ja"
    return _Marks(title, item_id, item_type, critical, RETIRED in classes, options)


def _read_options(line: int, words: Iterable[str], fault: Fault) -> dict[str, str]:
    """The `nyckel=värde` pairs of a heading."""
    options: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not name or not equals:
            fault(line, f"”{word}” känns inte igen; skriv #id, .typ, {STAR} eller nyckel=värde, med mellanslag mellan")
        elif name not in OPTIONS:
            fault(line, f"okänd nyckel ”{name}”{suggest(name, OPTIONS)}")
        elif name in options:
            fault(line, f"nyckeln ”{name}” står två gånger; ta bort den ena")
        elif name == "kritisk" and value not in ("ja", "nej"):
            fault(line, f"”kritisk” ska vara ja eller nej, inte ”{value}”")
        else:
            options[name] = value
    return options


def _read_type(line: int, names: Sequence[str], fault: Fault) -> str:
    """The one type among the names; '' when there is none, which is a fault."""
    unknown = [name for name in names if name not in ITEM_TYPES]
    for name in unknown:
        fault(line, f"okänd frågetyp ”{name}”{suggest(name, [*ITEM_TYPES, RETIRED])}")
    if not unknown and len(names) != 1:
        fault(line, f"frågan ska ha exakt en typ, den har {len(names)}; välj bland {', '.join(sorted(ITEM_TYPES))}")
    return "" if unknown or len(names) != 1 else names[0]


def _read_item(block: Lines, marks: _Marks | None, pictures: Pictures, fault: Fault) -> Item | None:
    """The question; everything in it is checked even when its heading makes none."""
    line = block[0][0]
    prompt, option_lines, note_lines = _parts(block[1:], fault)
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", "\n".join(text for _, text in prompt)) if part.strip()]
    if not paragraphs:
        fault(line, "frågan saknar text; skriv frågan före alternativen")
    elif BLOCK.match(paragraphs[-1]):
        fault(line, "texten ska sluta med själva frågan i ett eget stycke, före alternativen")
    choices = tuple(_read_choices(option_lines, pictures, fault))
    notes = dict(_read_notes(note_lines, pictures, fault))
    if marks is None:
        return None
    question = markup.render_inline(paragraphs[-1], pictures) if paragraphs else ""
    item = ITEM_TYPES[marks.type](
        id=marks.id,
        title=marks.title,
        situation=markup.render("\n\n".join(paragraphs[:-1]), pictures),
        question=question,
        question_text=markup.plain(question),
        choices=choices,
        notes=notes,
        section=marks.options.get("avsnitt", ""),
        critical=marks.critical,
        options=marks.options,
        line=line,
    )
    for at, message in (*item.faults(), *_choice_faults(item)):
        fault(at, message)
    return item


def _parts(block: Lines, fault: Fault) -> tuple[Lines, Lines, Lines]:
    """The lines of the prompt, of the options, and of the notes."""
    notes = next((index for index, (_, text) in enumerate(block) if text.startswith("### ")), len(block))
    options = next((index for index, (_, text) in enumerate(block[:notes]) if OPTION.match(text)), notes)
    for line, text in block[:options]:
        if LIKE_OPTION.match(text):
            fault(line, "raden liknar ett alternativ men är fel skriven; skriv ”- [ ] text {#id}” längst till vänster")
    for line, text in block[notes:]:
        if LIKE_OPTION.match(text):
            fault(line, "alternativ ska stå före rubrikerna med ###; flytta raden")
    return block[:options], [numbered for numbered in block[options:notes] if numbered[1].strip()], block[notes:]


def _read_choices(lines: Lines, pictures: Pictures, fault: Fault) -> Iterable[Choice]:
    """The options, each with the feedback lines under it."""
    starts = [index for index, (_, text) in enumerate(lines) if OPTION.match(text)]
    first: dict[str, int] = {}
    for start, end in pairwise([*starts, len(lines)]):
        line, option = lines[start]
        text, choice_id = _read_option(line, option[5:].strip(), fault)
        if choice_id in first:
            fault(line, f"id:t ”{choice_id}” står redan på rad {first[choice_id]} i frågan; välj ett annat")
        if choice_id:
            first.setdefault(choice_id, line)
        yield Choice(
            id=choice_id,
            html=markup.render_inline(text, pictures),
            feedback=markup.render(_read_feedback(lines[start + 1 : end], fault), pictures),
            right=option[3] in "xX",
            line=line,
        )


def _read_option(line: int, text: str, fault: Fault) -> tuple[str, str]:
    """The text and the id of an option."""
    words, brace, mark = text.rpartition("{#")
    if not brace or not mark.endswith("}"):
        fault(line, f"alternativet saknar id; skriv till exempel {{#{slug(text)}}} sist på raden")
        return text, ""
    if not words:
        fault(line, "alternativet saknar text; skriv den före id:t")
    return words, read_id(line, mark[:-1], "alternativet", fault)


def _read_feedback(lines: Lines, fault: Fault) -> str:
    feedback = []
    for line, text in lines:
        if found := FEEDBACK.match(text):
            feedback.append(found["text"])
        elif LIKE_OPTION.match(text):
            fault(line, "alternativet är fel skrivet; skriv ”- [ ] text {#id}” längst till vänster")
        else:
            fault(line, "raden hör inte till något alternativ; återkoppling skrivs ”  > text” under alternativet")
    return "\n".join(feedback)


def _choice_faults(item: Item) -> Iterable[tuple[int, str]]:
    first: dict[str, int] = {}
    for choice in item.choices:
        if not markup.plain(choice.feedback):
            yield choice.line, "alternativet saknar återkoppling; skriv en rad ”  > text” under det"
        text = choice.html.casefold()
        if text in first:
            yield choice.line, f"alternativet har samma text som det på rad {first[text]}; skriv om det ena"
        if text:
            first.setdefault(text, choice.line)


def _read_notes(lines: Lines, pictures: Pictures, fault: Fault) -> Iterable[tuple[str, str]]:
    """(name, HTML) of each reserved part of a question."""
    starts = [index for index, (_, text) in enumerate(lines) if text.startswith("### ")]
    first: dict[str, int] = {}
    for start, end in pairwise([*starts, len(lines)]):
        line, heading = lines[start]
        name = heading.removeprefix("###").strip()
        text = "\n".join(text for _, text in lines[start + 1 : end])
        if name not in NOTES:
            fault(line, f"okänd rubrik ”{name}”{suggest(name, NOTES)}")
        elif name in first:
            fault(line, f"rubriken ”{name}” står redan på rad {first[name]} i frågan; ta bort den ena")
        elif not text.strip():
            fault(line, f"rubriken ”{name}” saknar text; skriv den under rubriken")
        else:
            yield name, markup.render(text, pictures)
        first.setdefault(name, line)
