"""Question files: a quiz in Markdown, as an author writes it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from course.content import markup
from course.content.front_matter import read_head, read_id, slug, suggest
from course.content.model import Quiz
from course.errors import Problem
from course.items import ITEM_TYPES, Choice, Item

KEYS = ("quiz", "titel", "modul", "godkänt?")
NOTES = ("Förklaring", "Lätt svenska", "Ledtråd", "Källa", "Exempelsvar")
OPTIONS = ("avsnitt", "poängregel", "kritisk")
RETIRED = "utgått"

HEADING = re.compile(r"##\s+(?P<title>[^{]*?)\s*(\{(?P<marks>[^}]*)\})?\s*$")
OPTION = re.compile(r"- \[(?P<tick>[ xX])\]\s+(?P<text>.*?)\s*(\{#(?P<id>[^}]*)\})?\s*$")
FEEDBACK = re.compile(r"\s+>\s?(?P<text>.*)$")
NOTE = re.compile(r"###\s+(?P<name>.*?)\s*$")

Lines = Sequence[tuple[int, str]]


@dataclass(frozen=True)
class _Marks:
    """What stands between the braces of a question's heading."""

    id: str
    type: str
    critical: bool
    retired: bool
    options: Mapping[str, str]


def read_quiz(path: str, text: str, problems: list[Problem]) -> Quiz | None:
    """The quiz in a file; every fault is added to `problems`. None when not even its id can be read."""
    head = read_head(path, text, KEYS, problems)
    quiz_id = read_id(path, head.line("quiz"), head.pairs["quiz"], "quizen", problems) if "quiz" in head.pairs else ""
    items: dict[str, Item] = {}
    retired: dict[str, Item] = {}
    first: dict[str, int] = {}
    for title_line, block in _blocks(path, head.body, head.body_line, problems):
        read = _read_item(path, title_line, block, problems)
        if read is None:
            continue
        item, is_retired = read
        if item.id in first:
            problems.append(Problem(path, title_line, f"id:t ”{item.id}” står redan på rad {first[item.id]}"))
        first.setdefault(item.id, title_line)
        (retired if is_retired else items)[item.id] = item
    if not items:
        problems.append(Problem(path, 0, "filen har ingen fråga; en fråga börjar med ”## Titel {#id .enval}”"))
    if not quiz_id:
        return None
    pass_mark = _read_pass_mark(path, head.line("godkänt"), head.pairs.get("godkänt", "80 %"), problems)
    return Quiz(quiz_id, head.pairs.get("titel", ""), head.pairs.get("modul", ""), pass_mark, items, retired)


def _read_pass_mark(path: str, line: int, text: str, problems: list[Problem]) -> Fraction:
    found = re.fullmatch(r"(\d{1,3})\s*%", text)
    if found and 1 <= int(found[1]) <= 100:
        return Fraction(int(found[1]), 100)
    problems.append(Problem(path, line, f"”godkänt” ska vara en andel som 80 %, inte ”{text}”"))
    return Fraction(1)


def _blocks(path: str, body: Sequence[str], first_line: int, problems: list[Problem]) -> Iterable[tuple[int, Lines]]:
    """The questions of a body: (line of the heading, its lines with the heading first)."""
    numbered = list(enumerate(body, start=first_line))
    starts = [index for index, (_, line) in enumerate(numbered) if line.startswith("## ")]
    for number, line in numbered[: starts[0] if starts else len(numbered)]:
        if line.strip():
            problems.append(Problem(path, number, "texten står före den första frågan; flytta eller ta bort den"))
            break
    for start, end in pairwise([*starts, len(numbered)]):
        yield numbered[start][0], numbered[start:end]


def _read_item(path: str, line: int, block: Lines, problems: list[Problem]) -> tuple[Item, bool] | None:
    heading = HEADING.match(block[0][1])
    title = heading["title"] if heading else ""
    marks = _read_marks(path, line, title, (heading and heading["marks"]) or "", problems)
    problems.extend(markup.problems_in(path, [text for _, text in block[1:]], line + 1))
    prompt, option_lines, note_lines = _parts(block[1:])
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", "\n".join(text for _, text in prompt)) if part.strip()]
    if not paragraphs:
        problems.append(Problem(path, line, "frågan saknar text; skriv frågan före alternativen"))
    choices = tuple(_read_choices(path, option_lines, problems))
    notes = dict(_read_notes(path, note_lines, problems))
    if marks is None:
        return None
    question = markup.render_inline(paragraphs[-1]) if paragraphs else ""
    item = ITEM_TYPES[marks.type](
        id=marks.id,
        title=title,
        situation=markup.render("\n\n".join(paragraphs[:-1])),
        question=question,
        question_text=markup.plain(question),
        choices=choices,
        notes=notes,
        section=marks.options.get("avsnitt", ""),
        critical=marks.critical,
        options=marks.options,
    )
    problems.extend(Problem(path, at or line, message) for at, message in (*item.faults(), *_choice_faults(item)))
    return item, marks.retired


def _read_marks(path: str, line: int, title: str, text: str, problems: list[Problem]) -> _Marks | None:
    words = text.split()
    ids = [word[1:] for word in words if word.startswith("#")]
    classes = [word[1:] for word in words if word.startswith(".")]
    options = dict(word.split("=", 1) for word in words if "=" in word and word[0] not in "#.")
    stray = [word for word in words if word[0] not in "#.★" and "=" not in word]
    types = [name for name in classes if name != RETIRED]
    for name in stray:
        problems.append(Problem(path, line, f"”{name}” känns inte igen; skriv ”nyckel=värde” utan mellanslag"))
    for name in options:
        if name not in OPTIONS:
            problems.append(Problem(path, line, f"okänd nyckel ”{name}”{suggest(name, OPTIONS)}"))
    if len(ids) != 1:
        problems.append(
            Problem(path, line, f"frågan ska ha exakt ett id; skriv till exempel {{#{slug(title)} .enval}}")
        )
    if len(types) != 1:
        problems.append(Problem(path, line, f"frågan ska ha exakt en typ, som .enval; {len(types)} står där"))
    elif types[0] not in ITEM_TYPES:
        problems.append(Problem(path, line, f"okänd frågetyp ”{types[0]}”{suggest(types[0], ITEM_TYPES)}"))
    item_id = read_id(path, line, ids[0], "frågan", problems) if ids else ""
    if not item_id or len(types) != 1 or types[0] not in ITEM_TYPES:
        return None
    critical = "★" in words or options.get("kritisk") == "ja"
    return _Marks(item_id, types[0], critical, RETIRED in classes, options)


def _parts(block: Lines) -> tuple[Lines, Lines, Lines]:
    """The lines of the prompt, of the options, and of the notes."""
    notes = next((index for index, (_, text) in enumerate(block) if text.startswith("### ")), len(block))
    options = next((index for index, (_, text) in enumerate(block[:notes]) if OPTION.match(text)), notes)
    return block[:options], block[options:notes], block[notes:]


def _read_choices(path: str, lines: Lines, problems: list[Problem]) -> Iterable[Choice]:
    seen: dict[str, int] = {}
    index = 0
    while index < len(lines):
        line, text = lines[index]
        index += 1
        option = OPTION.match(text)
        if option is None:
            if text.strip():
                problems.append(
                    Problem(path, line, "raden hör inte till något alternativ; återkoppling skrivs ”  > text”")
                )
            continue
        feedback = []
        while index < len(lines) and (more := FEEDBACK.match(lines[index][1])):
            feedback.append(more["text"])
            index += 1
        choice_id = option["id"] or ""
        if not choice_id:
            problems.append(
                Problem(path, line, f"alternativet saknar id; skriv till exempel {{#{slug(option['text'])}}} sist")
            )
        elif read_id(path, line, choice_id, "alternativet", problems) and choice_id in seen:
            problems.append(Problem(path, line, f"id:t ”{choice_id}” står redan på rad {seen[choice_id]} i frågan"))
        seen.setdefault(choice_id, line)
        yield Choice(
            id=choice_id,
            html=markup.render_inline(option["text"]),
            feedback=markup.render("\n".join(feedback)),
            right=option["tick"] in "xX",
            line=line,
        )


def _choice_faults(item: Item) -> Iterable[tuple[int, str]]:
    texts: dict[str, int] = {}
    for choice in item.choices:
        if not choice.feedback.strip():
            yield choice.line, "alternativet saknar återkoppling; skriv en rad ”  > text” under det"
        if choice.html in texts:
            yield choice.line, f"alternativet har samma text som det på rad {texts[choice.html]}"
        texts.setdefault(choice.html, choice.line)


def _read_notes(path: str, lines: Lines, problems: list[Problem]) -> Iterable[tuple[str, str]]:
    starts = [index for index, (_, text) in enumerate(lines) if text.startswith("### ")]
    for start, end in pairwise([*starts, len(lines)]):
        line, heading = lines[start]
        found = NOTE.match(heading)
        name = found["name"] if found else ""
        if name not in NOTES:
            problems.append(Problem(path, line, f"okänd rubrik ”{name}”{suggest(name, NOTES)}"))
        else:
            yield name, markup.render("\n".join(text for _, text in lines[start + 1 : end]))
