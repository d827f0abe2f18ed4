"""The handbook: how each role uses the product, in Swedish."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, render_template

from course.content import markup
from course.errors import NotFound
from course.web.filters import STATIC
from course.web.guard import allowed

bp = Blueprint("handbook", __name__)
TEXTS = Path(__file__).parent / "templates" / "handbook" / "text"


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
    """The chapters."""
    return render_template("handbook/contents.html", chapters=chapters().values())


@bp.get("/handbok/<chapter_id>")
@allowed("account.own")
def chapter(chapter_id: str) -> str:
    """One chapter."""
    if chapter_id not in chapters():
        raise NotFound("Det kapitlet finns inte i handboken.")
    return render_template("handbook/chapter.html", chapter=chapters()[chapter_id], chapters=chapters().values())


@cache
def chapters() -> Mapping[str, Chapter]:
    """{id: chapter} in their order, rendered once."""
    return {found.id: found for found in map(_read, sorted(TEXTS.glob("*.md")))}


def _read(path: Path) -> Chapter:
    pictures = {picture.name: picture.name for picture in STATIC.glob("bild-*.png")}

    def html(text: str) -> str:
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
