"""What stands under a question's heading: its text, the lines of its parts with their feedback, and its notes."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from course.content import markup
from course.content.front_matter import Lines, read_id, slug, suggest
from course.content.markup import Pictures
from course.content.text import Fault
from course.items import Item, Written

OF_INSTRUMENTS = frozenset({"Referens", "Jämförbarhet"})
NOTES = ("Förklaring", "Lätt svenska", "Ledtråd", "Källa", "Exempelsvar", "Syfte")

FEEDBACK = re.compile(r"\s+>\s?(?P<text>.*)$")
LIKE_PART = re.compile(r"\s*[-*+]\s*\[.{0,2}\](?!\()|.*\{#|\s*=\s*\S")
"""What an author meant as a line of a part, wherever it stands."""
BLOCK = re.compile(r"([-*+>|]|!!!|[0-9]+\.)(\s|$)")
"""How a paragraph begins that is more than a paragraph."""


@dataclass(frozen=True)
class Body:
    """A question without its heading, in HTML."""

    situation: str
    question: str
    written: Sequence[Written]
    notes: Mapping[str, str]


def read_body(kind: type[Item], heading: int, lines: Lines, pictures: Pictures, fault: Fault) -> Body:
    """Read the lines after the heading as a question of the type; `heading` is the heading's line number."""
    prompt, part_lines, note_lines = _parts(kind, lines, fault)
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", "\n".join(text for _, text in prompt)) if part.strip()]
    if not paragraphs:
        fault(heading, "frågan saknar text; skriv frågan före alternativen")
    elif BLOCK.match(paragraphs[-1]):
        fault(heading, "texten ska sluta med själva frågan i ett eget stycke, före alternativen")
    return Body(
        situation=markup.render("\n\n".join(paragraphs[:-1]), pictures),
        question=markup.render_inline(paragraphs[-1], pictures) if paragraphs else "",
        written=tuple(_read_parts(kind, part_lines, pictures, fault)),
        notes=dict(_read_notes(note_lines, pictures, fault)),
    )


def _parts(kind: type[Item], lines: Lines, fault: Fault) -> tuple[Lines, Lines, Lines]:
    """The lines of the prompt, of the parts, and of the notes."""
    notes = next((index for index, (_, text) in enumerate(lines) if text.startswith("### ")), len(lines))
    parts = next((index for index, (_, text) in enumerate(lines[:notes]) if kind.pattern.match(text)), notes)
    for line, text in lines[:parts]:
        if LIKE_PART.match(text):
            fault(line, f"raden liknar ett alternativ men är fel skriven; {_how(kind)}")
    for line, text in lines[notes:]:
        if LIKE_PART.match(text):
            fault(line, "alternativ ska stå före rubrikerna med ###; flytta raden")
    return lines[:parts], [numbered for numbered in lines[parts:notes] if numbered[1].strip()], lines[notes:]


def _how(kind: type[Item]) -> str:
    """What to write instead of a line that looks like a part."""
    if kind.shape:
        return f"skriv ”{kind.shape}” längst till vänster"
    return f"en fråga av typen {kind.type} har inga alternativ"


def _read_parts(kind: type[Item], lines: Lines, pictures: Pictures, fault: Fault) -> Iterable[Written]:
    """The lines that make parts, each with the feedback lines under it."""
    starts = [index for index, (_, text) in enumerate(lines) if kind.pattern.match(text)]
    first: dict[str, int] = {}
    for start, end in pairwise([*starts, len(lines)]):
        line, text = lines[start]
        found = kind.pattern.match(text)
        assert found is not None  # noqa: S101 - it is where a part starts
        groups = found.groupdict()
        texts = {name: (value or "").strip() for name, value in groups.items()}
        part_id = ""
        if groups.get("text") is not None:
            texts["text"], part_id = _read_text(kind, line, texts["text"], fault)
        if part_id in first:
            fault(line, f"id:t ”{part_id}” står redan på rad {first[part_id]} i frågan; välj ett annat")
        if part_id:
            first.setdefault(part_id, line)
        feedback = markup.render(_read_feedback(kind, lines[start + 1 : end], fault), pictures)
        yield Written(
            text=texts,
            html={name: markup.render_inline(value, pictures) for name, value in texts.items()},
            id=part_id,
            feedback=feedback if markup.plain(feedback) else "",
            line=line,
        )


def _read_text(kind: type[Item], line: int, text: str, fault: Fault) -> tuple[str, str]:
    """The text and the id of a part."""
    words, brace, mark = text.rpartition("{#")
    if not brace or not mark.endswith("}"):
        fault(line, f"{kind.noun} saknar id; skriv till exempel {{#{slug(text)}}} sist på raden")
        return text, ""
    if not words.strip():
        fault(line, f"{kind.noun} saknar text; skriv den före id:t")
    return words, read_id(line, mark[:-1], kind.noun, fault)


def _read_feedback(kind: type[Item], lines: Lines, fault: Fault) -> str:
    feedback = []
    for line, text in lines:
        if found := FEEDBACK.match(text):
            feedback.append(found["text"])
        elif LIKE_PART.match(text):
            fault(line, f"{kind.noun} är fel skrivet; skriv ”{kind.shape}” längst till vänster")
        else:
            fault(line, f"raden hör inte till {kind.noun}; återkoppling skrivs ”  > text” under {kind.noun}")
    return "\n".join(feedback)


def _read_notes(lines: Lines, pictures: Pictures, fault: Fault) -> Iterable[tuple[str, str]]:
    """(name, HTML) of each reserved part of a question."""
    starts = [index for index, (_, text) in enumerate(lines) if text.startswith("### ")]
    first: dict[str, int] = {}
    for start, end in pairwise([*starts, len(lines)]):
        line, heading = lines[start]
        name = heading.removeprefix("###").strip()
        text = "\n".join(text for _, text in lines[start + 1 : end])
        if name not in NOTES and name not in OF_INSTRUMENTS:
            fault(line, f"okänd rubrik ”{name}”{suggest(name, NOTES)}")
        elif name in first:
            fault(line, f"rubriken ”{name}” står redan på rad {first[name]} i frågan; ta bort den ena")
        elif not text.strip():
            fault(line, f"rubriken ”{name}” saknar text; skriv den under rubriken")
        else:
            yield name, markup.render(text, pictures)
        first.setdefault(name, line)
