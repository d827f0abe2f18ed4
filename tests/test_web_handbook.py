"""The handbook is whole: every chapter is right Markdown, and says what the product says."""

import re

import click
import pytest
from browsing import Page, browser, furnished_site

from course.content import markup
from course.web.filters import STATIC
from course.web.handbook import TEXTS, chapters

PICTURES = {picture.name: picture.name for picture in STATIC.glob("bild-*.png")}
FILES = sorted(TEXTS.glob("*.md"))


@pytest.fixture(scope="module")
def site(sqlite_template, tmp_path_factory):
    with furnished_site(sqlite_template, tmp_path_factory.mktemp("site")) as world:
        yield world


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_chapter_holds_nothing_that_the_check_refuses(path):
    lines = path.read_text(encoding="utf-8").splitlines()

    assert list(markup.faults(lines[1:], 2, PICTURES)) == []
    assert lines[0].startswith("# ")


def test_every_chapter_is_in_the_contents_and_every_part_has_text(site):
    clients = {key: browser(site, key) for key in ("anna", "chef", "hr", "admin")}
    links = {
        link["href"]: client
        for client in clients.values()
        for link in Page(client.get("/handbok")).all("a")
        if "/handbok/" in (link["href"] or "")
    }

    assert list(chapters()) == ["kursen", "chef", "hr", "namnd", "forfattare", "drift"]
    assert set(links) == {f"/handbok/{name}" for name in chapters()} - {"/handbok/namnd"}  # nobody here has a board
    for link, anna in links.items():
        page = Page(anna.get(link))
        inner = [each["href"] for each in page.all("a") if (each["href"] or "").startswith("#del-")]
        assert set(inner) <= {f"#{title['id']}" for title in page.all("h2") if title["id"]}
        for picture in page.all("img"):
            assert anna.get(picture["src"]).mimetype == "image/png"
            assert picture["alt"]
    assert sum("<img" in html for found in chapters().values() for _, html in found.parts) >= 3
    for found in chapters().values():
        assert all(len(markup.plain(html)) > 40 for _, html in found.parts), found.id


def test_an_unknown_chapter_is_a_404(site):
    assert browser(site, "anna").get("/handbok/finns-inte").status_code == 404


def test_every_command_that_is_named_exists(app):
    texts = "\n".join(path.read_text(encoding="utf-8") for path in FILES)

    for group, verb in set(re.findall(r"`flask (\w+) ([\w-]+)", texts)):
        assert verb in app.cli.get_command(click.Context(app.cli), group).commands, (group, verb)


def test_the_columns_of_hrs_list_are_those_that_are_read():
    from course.organisation.roster_file import EMPLOYEE_COLUMNS, OFFICIAL_COLUMNS

    text = (TEXTS / "3-hr.md").read_text(encoding="utf-8")

    for column in (*EMPLOYEE_COLUMNS, *OFFICIAL_COLUMNS):
        assert re.search(rf"[`;]{column.name}[`;]", text), column.name
