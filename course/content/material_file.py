"""Material files: what is printed or looked up, in sections like a module."""

from course.content import markup
from course.content.front_matter import (
    Head,
    read_codes,
    read_day,
    read_head,
    read_minutes,
    read_own_id,
    suggest,
)
from course.content.markup import Pictures
from course.content.model import GLOSSARY, KINDS, RIGHT_WAY, Material
from course.content.module_file import read_sections
from course.content.review import read_reviews
from course.content.text import Fault
from course.content.vocabulary import TRACKS

KEYS = (
    "material",
    "titel",
    "sort",
    "minuter?",
    "spår?",
    "källor?",
    "rekommendationer?",
    "ägare",
    "granskad",
    "granskas?",
    "granskat?",
    "bäst_före",
)
WRITTEN = "skriftligt"
"""The section of an exercise that is equal to what is spoken or heard in it."""
LOOKED_UP = (RIGHT_WAY, GLOSSARY)


def read_material(text: str, pictures: Pictures, fault: Fault) -> tuple[Material | None, Head]:
    """The material in a file, and its head. No material when not even its id can be read."""
    head = read_head(text.split("\n"), KEYS, fault)
    for line, message in markup.faults(head.body, head.body_line, pictures):
        fault(line, message)
    material_id = read_own_id(head, "material", "materialet", fault)
    kind = _read_kind(head, material_id, fault)
    minutes = read_minutes(head, fault)
    tracks = _read_tracks(head, fault)
    recommendations = _read_recommendations(head, fault)
    lead, sections = read_sections(head, "materialet", pictures, fault)
    reviewed_on, best_before = (read_day(head, key, fault) for key in ("granskad", "bäst_före"))
    if kind == "övning" and WRITTEN not in [section.id for section in sections]:
        fault(
            0, f"övningen saknar avsnittet ”## Gör det skriftligt {{#{WRITTEN}}}”, för den som inte kan göra den högt"
        )
    if not material_id:
        return None, head
    material = Material(
        id=material_id,
        title=head.pairs.get("titel", ""),
        kind=kind,
        minutes=minutes if head.pairs.get("minuter") else None,
        tracks=tracks,
        sources=read_codes(head, "källor"),
        recommendations=recommendations,
        owner=head.pairs.get("ägare", ""),
        reviewed_on=reviewed_on,
        best_before=best_before,
        lead=lead,
        sections=sections,
        reviews=read_reviews(head, fault),
    )
    return material, head


def _read_kind(head: Head, material_id: str, fault: Fault) -> str:
    given = head.pairs.get("sort", "")
    if given and given not in KINDS:
        fault(head.line("sort"), f"okänd sort ”{given}”{suggest(given, KINDS)}")
    elif material_id in LOOKED_UP and given != "uppslag":
        fault(head.line("sort"), f"”{material_id}” är ett uppslag; skriv ”sort: uppslag”")
    return given if given in KINDS else "guide"


def _read_tracks(head: Head, fault: Fault) -> tuple[str, ...]:
    given = read_codes(head, "spår")
    for track in given:
        if track not in TRACKS:
            fault(head.line("spår"), f"okänt spår ”{track}”{suggest(track, TRACKS)}")
    return tuple(track for track in TRACKS if track in given)


def _read_recommendations(head: Head, fault: Fault) -> tuple[int, ...]:
    given = read_codes(head, "rekommendationer")
    for number in given:
        if not number.isdecimal():
            fault(head.line("rekommendationer"), f"”{number}” är inget nummer; skriv till exempel ”1, 4”")
    return tuple(int(number) for number in given if number.isdecimal())
