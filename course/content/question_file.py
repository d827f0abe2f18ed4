"""Question files: a quiz in Markdown, as an author writes it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from course.content import markup
from course.content.front_matter import (
    Head,
    Lines,
    read_blocks,
    read_head,
    read_heading,
    read_id,
    read_own_id,
    slug,
    suggest,
)
from course.content.markup import Pictures
from course.content.model import Quiz
from course.content.question_body import OF_INSTRUMENTS, read_body
from course.content.quiz_head import KEYS, read_rules
from course.content.silent import OWN_IN_QUESTIONS
from course.content.text import Fault
from course.items import ITEM_TYPES, Item

VALUES: Mapping[str, Sequence[str] | None] = {
    "avsnitt": None,
    "poängregel": None,
    "mål": None,
    "form": ("A", "B"),
    "kritisk": ("ja", "nej"),
    "ny": ("ja", "nej"),
    "sparas": ("ja", "nej"),
}
"""What may stand as `nyckel=värde` in a heading, with the values when they are few."""
RETIRED = "utgått"
STAR = "★"


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
    for line, message in markup.faults(head.body, head.body_line, pictures, OWN_IN_QUESTIONS):
        fault(line, message)
    quiz_id = read_own_id(head, "quiz", "quizen", fault)
    rules = read_rules(head, fault)
    items, retired = read_items(head, pictures, fault)
    for item in (*items.values(), *retired.values()):
        for name in item.notes.keys() & OF_INSTRUMENTS:
            fault(item.line, f"”### {name}” hör till instrument; ta bort den")
    if not quiz_id:
        return None, head
    titel, module = head.pairs.get("titel", ""), head.pairs.get("modul", "")
    return Quiz(id=quiz_id, title=titel, module=module, items=items, retired=retired, **rules), head


def read_items(head: Head, pictures: Pictures, fault: Fault) -> tuple[dict[str, Item], dict[str, Item]]:
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
    before, blocks = read_blocks(head)
    stray = next((number for number, line in before if line.strip()), None)
    if stray:
        fault(stray, "texten står före den första frågan; flytta eller ta bort den")
    return blocks


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
        elif name not in VALUES:
            fault(line, f"okänd nyckel ”{name}”{suggest(name, VALUES)}")
        elif name in options:
            fault(line, f"nyckeln ”{name}” står två gånger; ta bort den ena")
        elif (allowed := VALUES[name]) and value not in allowed:
            fault(line, f"”{name}” ska vara {' eller '.join(allowed)}, inte ”{value}”")
        elif name == "mål" and not re.fullmatch(r"[1-9][0-9]?", value):
            fault(line, f"”mål” ska vara målets nummer i modulens huvud, från 1, inte ”{value}”")
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
    kind = ITEM_TYPES[marks.type if marks else "enval"]
    body = read_body(kind, line, block[1:], pictures, fault)
    if marks is None:
        return None
    item = kind(
        id=marks.id,
        title=marks.title,
        situation=body.situation,
        question=body.question,
        notes=body.notes,
        section=marks.options.get("avsnitt", ""),
        critical=marks.critical,
        options=marks.options,
        goal=int(marks.options.get("mål", 0)),
        form=marks.options.get("form", ""),
        new=marks.options.get("ny") == "ja",
        line=line,
        **kind.parts_of(body.written),
    )
    for at, message in item.faults():
        fault(at, message)
    return item
