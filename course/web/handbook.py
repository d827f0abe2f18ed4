"""The handbook: how each role uses the product, in Swedish."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, render_template

from course.access import sees
from course.content import markup
from course.errors import NotFound
from course.web.filters import STATIC, can
from course.web.guard import allowed

bp = Blueprint("handbook", __name__)
TEXTS = Path(__file__).parent / "templates" / "handbook" / "text"
WHO_SEES = "%vem-ser-vad%"
"""Where a text prints the table of who sees what."""
FOR = {
    "chef": "unit.read",
    "hr": "report.read",
    "namnd": "board.read",
    "forfattare": "question.read",
    "drift": "system.read",
}
"""{chapter: what one must be allowed to open the pages it is about}; the others are for everybody."""


@dataclass(frozen=True)
class Chapter:
    """One role's chapter: a lead, and parts of (title, HTML)."""

    id: str
    title: str
    lead: str
    parts: tuple[tuple[str, str], ...]


@bp.get("/handbok")
@allowed("account.own")
def contents() -> str:
    """The chapters for the actor's roles."""
    return render_template("handbook/contents.html", chapters=_own())


@bp.get("/handbok/<chapter_id>")
@allowed("account.own")
def chapter(chapter_id: str) -> str:
    """One chapter."""
    found = next((each for each in _own() if each.id == chapter_id), None)
    if found is None:
        raise NotFound("Det kapitlet finns inte i din handbok.")
    return render_template("handbook/chapter.html", chapter=found)


def _own() -> list[Chapter]:
    """The chapters on pages that the actor may open."""
    return [each for each in chapters().values() if can(FOR.get(each.id, "account.own"))]


@cache
def chapters() -> Mapping[str, Chapter]:
    """{id: chapter} in their order, rendered once."""
    return {found.id: found for found in map(_read, sorted(TEXTS.glob("*.md")))}


def _read(path: Path) -> Chapter:
    pictures = {picture.name: picture.name for picture in STATIC.glob("bild-*.png")}

    def html(text: str) -> str:
        text = text.replace(WHO_SEES, sees.as_markdown())
        return markup.render(text.strip(), pictures).replace('src="/media/', 'src="/static/')

    head, *parts = path.read_text(encoding="utf-8").split("\n## ")
    title, _, lead = head.removeprefix("# ").partition("\n")
    split = [part.partition("\n") for part in parts]
    return Chapter(
        path.stem.partition("-")[2],
        title.strip(),
        html(lead),
        tuple((name.strip(), html(text)) for name, _, text in split),
    )
