"""Module files: some minutes of learning in Markdown, in sections."""

from collections.abc import Sequence

from course.content import markup
from course.content.front_matter import (
    Head,
    read_blocks,
    read_codes,
    read_day,
    read_head,
    read_heading,
    read_id,
    read_list,
    read_minutes,
    read_own_id,
    slug,
)
from course.content.markup import Pictures
from course.content.model import Module, Section
from course.content.review import read_reviews
from course.content.text import Fault

KEYS = (
    "id",
    "titel",
    "minuter",
    "quiz?",
    "mål",
    "källor",
    "för?",
    "ägare",
    "granskad",
    "granskas?",
    "granskat?",
    "bäst_före",
)
MANAGERS = "chef"


def read_module(text: str, pictures: Pictures, fault: Fault) -> tuple[Module | None, Head]:
    """The module in a file, and its head. No module when not even its id can be read."""
    head = read_head(text.split("\n"), KEYS, fault)
    for line, message in markup.faults(head.body, head.body_line, pictures):
        fault(line, message)
    module_id = read_own_id(head, "id", "modulen", fault)
    minutes = read_minutes(head, fault)
    lead, sections = read_sections(head, "modulen", pictures, fault)
    reviewed_on, best_before = (read_day(head, key, fault) for key in ("granskad", "bäst_före"))
    if not module_id:
        return None, head
    module = Module(
        id=module_id,
        title=head.pairs.get("titel", ""),
        minutes=minutes,
        quiz=head.pairs.get("quiz", ""),
        goals=read_list(head, "mål"),
        sources=read_codes(head, "källor"),
        owner=head.pairs.get("ägare", ""),
        reviewed_on=reviewed_on,
        best_before=best_before,
        lead=lead,
        sections=sections,
        for_managers=_read_for(head, fault),
        reviews=read_reviews(head, fault),
    )
    return module, head


def _read_for(head: Head, fault: Fault) -> bool:
    """Whether the module is for managers only."""
    given = head.pairs.get("för", "")
    if given and given != MANAGERS:
        fault(head.line("för"), f"”för” ska vara {MANAGERS}, inte ”{given}”; ta bort raden om modulen är för alla")
    return given == MANAGERS


def read_sections(head: Head, what: str, pictures: Pictures, fault: Fault) -> tuple[str, tuple[Section, ...]]:
    """The HTML before the first section, and the sections. `what` is what the file is called in Swedish."""
    before, blocks = read_blocks(head)
    if not blocks:
        fault(0, f"{what} har inget avsnitt; ett avsnitt börjar med ”## Rubrik {{#id}}”")
    sections: list[Section] = []
    first: dict[str, int] = {}
    for block in blocks:
        section = _read_section([line for _, line in block], block[0][0], first, pictures, fault)
        if section is not None:
            sections.append(section)
    return markup.render("\n".join(line for _, line in before), pictures), tuple(sections)


def _read_section(
    lines: Sequence[str], line: int, first: dict[str, int], pictures: Pictures, fault: Fault
) -> Section | None:
    """The section that begins at `line`. `first` holds the line of each section id so far."""
    title, marks, after = read_heading(lines[0])
    if not title:
        fault(line, "avsnittet saknar rubrik; skriv den före klammern")
    if after:
        fault(line, f"rubriken ska sluta med id:t, som {{#{slug(title)}}}; ta bort ”{after}”")
    if not marks.startswith("#"):
        fault(line, f"avsnittet saknar id; skriv ”## {title} {{#{slug(title)}}}”")
        return None
    section_id = read_id(line, marks.removeprefix("#").strip(), "avsnittet", fault)
    if section_id in first:
        fault(line, f"id:t ”{section_id}” står redan på rad {first[section_id]}; välj ett annat")
    if section_id:
        first.setdefault(section_id, line)
    html = markup.render("\n".join(lines[1:]), pictures)
    return Section(section_id, title, html, len(markup.plain(html).split()))
