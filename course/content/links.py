"""Links to our own pages: each must lead somewhere that the reader may go."""

from collections.abc import Iterable, Mapping

from course.content.front_matter import suggest
from course.content.markup import LINK
from course.content.model import GLOSSARY, RIGHT_WAY, Course, Material
from course.errors import Problem

PAGES = frozenset("/ /stod /min-sida /min-enhet /kurs/ /handbok /ratt-vag /ordlista /material".split())
"""Our own pages outside a course."""
Anchors = frozenset[str] | None
"""The places on a page that a link may name; None where that cannot be known here."""


def broken_links(course: Course, sources: Mapping[str, str], glossary: Material | None = None) -> Iterable[Problem]:
    """Every link of the texts that leads nowhere. `glossary` is used where the course has none of its own."""
    known = _pages(course, glossary)
    for path, text in sources.items():
        if not path.endswith(".md"):
            continue
        for number, line in enumerate(text.split("\n"), start=1):
            for link in LINK.finditer(line):
                if not link["image"] and (message := _fault_of(link["target"], known)):
                    yield Problem(path, number, message)


def _fault_of(target: str, known: Mapping[str, Anchors]) -> str:
    if ":" in target.partition("/")[0]:
        return ""  # https, mailto, tel
    if not target.startswith("/"):
        return f"länken ”{target}” ska vara en hel adress, som /ordlista#jav"
    page, _, anchor = target.partition("#")
    page = page.partition("?")[0]
    if page not in known:
        return f"sidan ”{page}” finns inte; rätta adressen"
    anchors = known[page]
    if anchor and anchors is not None and anchor not in anchors:
        return f"”{anchor}” finns inte på sidan {page}{suggest(anchor, anchors)}"
    return ""


def _pages(course: Course, glossary: Material | None) -> dict[str, Anchors]:
    """{page: its anchors}."""
    own = f"/kurs/{course.id}"
    pages: dict[str, Anchors] = {page: frozenset() for page in PAGES}
    pages["/handbok"] = None
    pages["/ordlista"] = _anchors(course.material(GLOSSARY) or glossary)
    pages["/ratt-vag"] = _anchors(course.material(RIGHT_WAY))
    pages |= {own: frozenset(), f"{own}/material": frozenset(), f"{own}/scenarier": frozenset()}
    pages[f"{own}/kallor"] = frozenset(fact.lower() for fact in course.facts)
    for module in course.modules:
        pages[f"{own}/{module.id}"] = frozenset()
        pages |= {f"{own}/{module.id}/{section.id}": frozenset() for section in module.sections}
    pages |= {f"{own}/scenario/{scenario}": frozenset() for scenario in course.scenarios}
    for material in course.materials:
        pages[f"{own}/material/{material.id}"] = _anchors(material)
    return pages


def _anchors(material: Material | None) -> Anchors:
    return frozenset(section.id for section in material.sections) if material else None
