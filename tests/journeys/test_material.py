"""What somebody prints becomes good paper: A4, nothing of the screen on it, and tables that are whole."""

import re

import pytest

pytestmark = pytest.mark.browser
A4 = (595, 842)
"""In points, rounded."""
SHOWN = "elements => elements.filter(each => each.offsetParent !== null).length"
OUTSIDE = "tables => tables.filter(each => each.getBoundingClientRect().right > innerWidth + 1).length"


def test_a_material_on_paper_is_a4_without_menus_and_its_tables_fit(visit):
    hanna = visit().sign_in("hanna")
    page = hanna.page
    page.goto("/kurs/hot-och-vald/material")
    links = page.eval_on_selector_all("main .tasks a", "links => links.map(link => link.getAttribute('href'))")
    assert len(links) > 5
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 672, "height": 986})  # A4 within its margins, in pixels
    with_tables = 0
    for link in links:
        page.goto(link)
        assert page.eval_on_selector_all("header.top, nav, .emergency, .demonstration, form", SHOWN) == 0, link
        assert page.eval_on_selector_all(".paper h1", SHOWN) == 1, link
        assert page.eval_on_selector_all(".paper table", OUTSIDE) == 0, link
        with_tables += page.locator(".paper table").count() > 0
        pages = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", page.pdf(prefer_css_page_size=True))
        assert {(round(float(width)), round(float(height))) for width, height in pages} == {A4}, link
    assert with_tables > 0
