"""Every page in every role, at three widths, light and dark: nothing sticks out, nothing is hard to see or fails."""

import re

import pytest
from answering import fill
from werkzeug.exceptions import HTTPException

from course import create_app
from course.config import load_settings
from journeys.conftest import COURSE, follow, seek

pytestmark = pytest.mark.browser
LOOKS = (("light", 320), ("light", 1280), ("dark", 1280), ("dark", 320))
"""At 360 the styles are those of 320: only the width is measured there."""
AXE = "options => axe.run(document, {resultTypes: ['violations'], ...options}).then(found => found.violations)"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOURS = ["color-contrast", "link-in-text-block"]
COLOURS = {"runOnly": {"type": "rule", "values": OF_COLOURS}}
"""What the scheme can change, and the slowest of all to look at."""
ALL_BUT_COLOURS = {
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": {rule: {"enabled": False} for rule in OF_COLOURS},
}
HIDE_ALIKE = """() => {
    const own = each => [each.tagName, each.className, each.type, each.checked, ...each.getAttributeNames()].join()
    const path = (each, top) => (each === top ? '' : path(each.parentElement, top)) + '>' + own(each)
    for (const parent of document.querySelectorAll('main, main *')) {
        const seen = new Set()
        for (const child of parent.children) {
            const paths = [child, ...child.querySelectorAll('*')].map(each => path(each, child))
            if (paths.every(each => seen.has(each))) {
                child.dataset.alike = ''
                child.style.display = 'none'
            }
            paths.forEach(each => seen.add(each))
        }
    }
}"""
"""Hides what has the same elements, classes and attributes as its sibling: the same rules give both their colours."""
SHOW_ALIKE = """() => document.querySelectorAll('[data-alike]').forEach(each => {
    each.style.removeProperty('display')
    delete each.dataset.alike
})"""
OUT_OF_LINE = """() => [...document.querySelectorAll('.option')]
    .filter(each => getComputedStyle(each).display != 'flex').length"""
"""How many choices have their mark and their words on different lines."""
FEWER_LOOKS, WIDTHS = (("light", 320), ("dark", 320)), (320, 1280)


def inspect(visit, name, looks=LOOKS, widths=(360,)):
    """Everything that is wrong with the page that is open, at each width and in each scheme.

    At the further `widths` only whether something sticks out.
    """
    from axe_playwright_python.base import AXE_SCRIPT

    if looks:
        visit.page.evaluate(AXE_SCRIPT)
    crooked = visit.page.evaluate(OUT_OF_LINE)
    every = sorted({*widths, *(width for _, width in looks)})
    found = [(name, width, f"is {wide} px wide") for width in every if (wide := width_of(visit, width)) > width]
    found += [(name, f"{crooked} choices out of line")] if crooked else []
    found += look(visit, name, [each for each in looks if each[0] == "light"], ALL_BUT_COLOURS)
    visit.page.evaluate(HIDE_ALIKE)
    found += look(visit, name, looks, COLOURS)
    visit.page.evaluate(SHOW_ALIKE)
    refused = "Failed to load resource: the server responded with a status of"
    return found + [(name, complaint) for complaint in visit.complaints if not complaint.startswith(refused)]


def look(visit, name, looks, rules):
    """What breaks the rules, in each scheme and at its width."""
    found = []
    for scheme, width in looks:
        visit.page.emulate_media(color_scheme=scheme)
        width_of(visit, width)
        faults = visit.page.evaluate(AXE, rules)
        found += [(name, scheme, width, fault["id"], fault["nodes"][0]["html"]) for fault in faults]
    return found


def width_of(visit, width):
    """How wide the page is in a window of that width."""
    visit.page.set_viewport_size({"width": width, "height": 800})
    return visit.page.evaluate("document.documentElement.scrollWidth")


def look_at(visit, urls):
    """{url: what is wrong}, and the states that were met."""
    faults = []
    for url in urls:
        visit.page.goto(url)
        faults += inspect(visit, url)
    return faults


def test_pages_for_everybody(visit):
    nobody = visit()
    faults = look_at(nobody, ["/logga-in", "/kod", "/stod", "/ratt-vag", "/ordlista", "/finns-inte"])
    for url in ("/logga-in", "/kod"):
        nobody.page.goto(url)
        nobody.page.click("summary")
        faults += inspect(nobody, f"{url} and whom to ask")
        follow(nobody.page, "main button")
        faults += inspect(nobody, f"{url} without anything")

    assert faults == []


def test_pages_for_learners_before_and_in_the_middle(visit, quiz, learner):
    anna = visit().sign_in(learner)
    page = anna.page
    faults = look_at(anna, ["/kurs/hot-och-vald", "/min-sida", "/rapport/tackning", "/stod"])
    page.goto("/kurs/hot-och-vald")
    follow(page, "main .button")
    faults += inspect(anna, "a section")
    follow(page, "main button")
    faults += inspect(anna, "a question")
    follow(page, "main button")
    faults += inspect(anna, "a question without an answer")
    item = quiz.items[page.url.partition("?")[0].rpartition("/")[2]]
    fill(page, item, item.right_answer)
    follow(page, "main button")
    for details in page.locator("main details").all():
        details.evaluate("element => element.open = true")
    faults += inspect(anna, "feedback")

    assert faults == []


@pytest.mark.parametrize("is_right", [True, False])
def test_pages_for_learners_at_the_end(visit, quiz, learner, is_right):
    anna = visit().sign_in(learner)
    page = anna.page
    page.goto("/kurs/hot-och-vald/otillaten-paverkan")
    follow(page, "main button")
    attempt = page.url.partition("/fraga")[0]
    for item in quiz.items.values():
        page.goto(f"{attempt}/fraga/{item.id}")
        fill(page, item, item.right_answer if is_right or not item.scored else item.wrong_answers[0])
        follow(page, "main button")
    faults = inspect(anna, "the last feedback")
    faults += look_at(anna, [attempt, "/kurs/hot-och-vald", *(["/kurs/hot-och-vald/klar"] if is_right else [])])
    page.goto(f"/min-sida/forsok/{attempt.rpartition('/')[2]}")
    for details in page.locator("main details").all():
        details.evaluate("element => element.open = true")
    faults += inspect(anna, "every answer of an attempt")
    page.goto("/min-sida")
    page.click("summary")
    faults += inspect(anna, "/min-sida")

    assert faults == []


STATES = {
    "hanna": [
        *("/rapport/tackning?per=2027-01-01", "/rapport/tackning?per=x", "/rapport/tackning?sedan=2026-01-02"),
        *("/personer?traff=1&traff=2", "/personer/1?per=2026-03-01", "/personer/999999"),
        *("/personer/import/finns-inte", "/mal/andra?kurs=hot-och-vald&fran=2023-01-01"),
    ],
    "adam": ["/konton?traff=1"],
    "mona": ["/rapport/tackning"],
    "sara": ["/min-enhet"],
}
"""Pages that no link leads to, beside all that one can click one's way to."""


def kind_of(url, routes):
    """What sort of page an address leads to: its route, and the names of what is asked for."""
    path, _, query = url.partition("?")
    try:
        endpoint, _ = routes.match(path)
    except HTTPException:
        endpoint = path
    return endpoint, tuple(sorted(each.partition("=")[0] for each in query.split("&")))


def open_details(page):
    page.evaluate("document.querySelectorAll('main details').forEach(each => { each.open = true })")


LOOKED_AT = set()
"""The contents that were looked at, as one role or another; each role has its own menu on all its other pages."""


def looks_for(page):
    """How to look at the page that is open: at what another role has been shown too, only how wide it is."""
    contents = re.sub(r'name="csrf_token" value="[^"]+"', "", page.locator("main").inner_html())
    if contents in LOOKED_AT:
        return ()
    LOOKED_AT.add(contents)
    return FEWER_LOOKS


def crawl(visit):
    """Look at one page of each sort that the person can click the way to from the first page.

    Gives (how many, what is wrong).
    """
    app = create_app(load_settings({}, visit.server.instance))
    routes = app.url_map.bind("")
    faults, seen, waiting = [], set(), ["/"]
    count = 0
    while waiting:
        url = waiting.pop(0)
        kind = kind_of(url, routes)
        if "format=" in url or url.endswith(".csv") or kind in seen:
            continue
        seen.add(kind)
        count += 1
        visit.open(url)
        assert visit.page.locator("h1").count() == 1, url
        assert visit.page.title().strip(), url
        links = visit.page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
        waiting += [link.partition("#")[0] for link in links if link.startswith("/")]
        open_details(visit.page)
        faults += inspect(visit, url, looks_for(visit.page), widths=WIDTHS)
    return count, faults


@pytest.mark.xdist_group("looked at")
@pytest.mark.parametrize("person", STATES)
def test_every_sort_of_page_that_each_role_can_reach(visit, person):
    window = visit().sign_in(person)

    count, faults = crawl(window)
    for url in STATES[person]:
        window.open(url)
        open_details(window.page)
        faults += inspect(window, url, looks_for(window.page), widths=WIDTHS)

    assert faults == []
    assert count > 6


def test_no_text_of_the_course_sticks_out_on_the_narrowest_phone(visit, course):
    window = visit(viewport={"width": 320, "height": 800}).sign_in("anna")
    urls = [
        f"/kurs/{COURSE}/{module.id}/{part.id}" for module in course.for_everybody.modules for part in module.sections
    ]
    urls += [f"/kurs/{COURSE}/material/{material}" for material in course.materials]

    wide = []
    for url in urls:
        window.page.goto(url)
        open_details(window.page)
        wide += [url] if window.page.evaluate("document.documentElement.scrollWidth") > 320 else []

    assert wide == []
    assert len(urls) > 50


def test_pages_about_one_account(visit):
    adam, mona = visit().sign_in("adam"), visit().sign_in("mona")
    seek(adam.page, "/konton", "sara")
    follow(adam.page, ".tasks a")
    open_details(adam.page)
    faults = inspect(adam, "an account")
    follow(adam.page, "form[action$=ge-roll] button")
    faults += inspect(adam, "an account, with something to correct")
    seek(adam.page, "/konton", "finns-inte")
    faults += inspect(adam, "nobody found")
    adam.page.goto("/konton?traff=1")
    faults += inspect(adam, "asked before an account is opened")
    mona.page.goto("/engangskoder")
    follow(mona.page, "main table button")
    faults += inspect(mona, "a slip")

    assert faults == []
