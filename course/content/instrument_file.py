"""Instrument files: questions for surveys and self-assessments, where nothing is right or wrong."""

from collections.abc import Iterable

from course.content import markup
from course.content.front_matter import Head, read_codes, read_head, read_own_id, suggest
from course.content.markup import Pictures
from course.content.model import Instrument
from course.content.question_file import read_items
from course.content.silent import OWN_IN_QUESTIONS
from course.content.text import Fault
from course.items import Item

KEYS = ("instrument", "titel", "sort", "om", "källor?")
KINDS = ("enkät", "självskattning")
NOTES = ("Referens", "Jämförbarhet", "Källa")
"""What every scale must say: a figure to hold the answers against, whether one may, and where both come from."""


def read_instrument(text: str, pictures: Pictures, fault: Fault) -> tuple[Instrument | None, Head]:
    """The instrument in a file, and its head. No instrument when not even its id can be read."""
    head = read_head(text.split("\n"), KEYS, fault)
    for line, message in markup.faults(head.body, head.body_line, pictures, OWN_IN_QUESTIONS):
        fault(line, message)
    instrument_id = read_own_id(head, "instrument", "instrumentet", fault)
    kind = head.pairs.get("sort", "")
    if kind and kind not in KINDS:
        fault(head.line("sort"), f"okänd sort ”{kind}”{suggest(kind, KINDS)}")
    items, retired = read_items(head, pictures, fault)
    for item in (*items.values(), *retired.values()):
        for message in _faults(item):
            fault(item.line, message)
    if not instrument_id:
        return None, head
    return Instrument(
        id=instrument_id,
        title=head.pairs.get("titel", ""),
        kind=kind,
        about=head.pairs.get("om", ""),
        sources=read_codes(head, "källor"),
        items=items,
        retired=retired,
    ), head


def _faults(item: Item) -> Iterable[str]:
    """What an instrument does not allow that a quiz may."""
    if item.scored:
        yield f"ett instrument har inga rätta svar; skriv .skala eller .fritext i stället för .{item.type}"
    if item.section or item.goal or item.form:
        yield "avsnitt=, mål= och form= hör till kursens frågor; ta bort dem"
    if item.type == "skala":
        for name in NOTES:
            if name not in item.notes:
                yield f"skalan saknar ”### {name}”; skriv den, om så bara ”Ingen referens”"
