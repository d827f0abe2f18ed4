"""From a slip of paper to a signed-in person, without a script and by keyboard alone; and what the printer gets."""

import pytest
from browsing import PASSWORD

from journeys.conftest import follow, seek

pytestmark = pytest.mark.browser
PHONE = {"java_script_enabled": False, "viewport": {"width": 360, "height": 740}}
OTHER = "ett annat långt ord"


def tab_to(page, selector):
    """Press Tab until the element has focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.locator(f"{selector}:focus").count():
            return
    pytest.fail(f"{selector} cannot be reached with Tab")


def press(page, key="Enter"):
    with page.expect_navigation():
        page.keyboard.press(key)


def test_a_slip_from_the_manager_lets_a_person_in_who_then_changes_the_password(visit, learner):
    hr = visit(**PHONE).sign_in("hanna")
    seek(hr.page, "/personer", learner)
    follow(hr.page, ".tasks a")
    tab_to(hr.page, "form[action^='/engangskod/'] button")
    press(hr.page)
    code = hr.page.inner_text(".slip .code")
    assert learner in hr.page.inner_text(".slip")
    assert "@" not in hr.page.inner_text(".slip")

    new = visit(**PHONE)
    page = new.page
    page.goto("/kod")
    for field, words in (("namn", learner), ("kod", code.lower()), ("losenord", OTHER), ("losenord2", OTHER)):
        tab_to(page, f"#{field}")
        page.keyboard.type(words)
    press(page)
    page.goto("/min-sida")
    assert "engångskod gjord av HR" in page.inner_text("main")

    tab_to(page, "a[href='/min-sida/losenord']")
    press(page)
    for field, words in (("nuvarande", OTHER), ("losenord", PASSWORD), ("losenord2", PASSWORD)):
        tab_to(page, f"#{field}")
        page.keyboard.type(words)
    press(page)
    assert "Lösenordet är bytt." in page.inner_text("main")

    second = visit(**PHONE).sign_in(learner)
    tab_to(page, "form[action='/min-sida/logga-ut-overallt'] button")
    press(page)
    assert new.heading == "Logga in"
    second.page.goto("/min-sida")
    assert second.heading == "Logga in"
    assert hr.complaints + new.complaints + second.complaints == []


def test_the_printer_gets_one_slip_on_each_paper_and_nothing_else(visit):
    mona = visit(color_scheme="dark").sign_in("mona")
    page = mona.page
    page.goto("/engangskoder")
    follow(page, "form[action='/engangskoder'][method=post] button")
    slips = page.locator(".slip").count()
    assert slips > 2

    page.emulate_media(media="print")

    seen = [
        page.locator(each).first.is_visible() for each in ("header.top", "footer", ".notice", ".skip", "h1", ".slip")
    ]
    assert seen == [False, False, False, False, False, True]
    breaks = page.locator(".slip").evaluate_all("all => all.map(each => getComputedStyle(each).breakAfter)")
    assert breaks == ["page"] * (slips - 1) + ["auto"]
    colour = page.locator(".slip .code").first.evaluate("each => getComputedStyle(each).color")
    assert colour == "rgb(26, 31, 28)"
    assert page.pdf(format="A4").count(b"/Type /Page\n") == slips
