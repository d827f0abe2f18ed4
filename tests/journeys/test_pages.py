"""Every page in every role, at three widths, light and dark: nothing sticks out, nothing is hard to see or fails."""

import re

import pytest

from journeys.conftest import follow

pytestmark = pytest.mark.browser
LOOKS = (("light", 320), ("light", 360), ("light", 1280), ("dark", 1280), ("dark", 360), ("dark", 320))
AXE = "rules => axe.run(document, {resultTypes: ['violations'], runOnly: rules}).then(found => found.violations)"
ALL_RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""What the scheme can change; everything else was looked at in the light."""


FEWER_LOOKS = (("light", 320), ("light", 1280), ("dark", 320))


def inspect(visit, name, looks=LOOKS):
    """Everything that is wrong with the page that is open, at each width and in each scheme."""
    from axe_playwright_python.base import AXE_SCRIPT

    visit.page.evaluate(AXE_SCRIPT)
    found = []
    for scheme, width in looks:
        visit.page.emulate_media(color_scheme=scheme)
        visit.page.set_viewport_size({"width": width, "height": 800})
        if (wide := visit.page.evaluate("document.documentElement.scrollWidth")) > width:
            found.append((name, scheme, width, f"is {wide} px wide"))
        faults = visit.page.evaluate(AXE, ALL_RULES if scheme == "light" else COLOURS)
        found += [(name, scheme, width, fault["id"], fault["nodes"][0]["html"]) for fault in faults]
    refused = "Failed to load resource: the server responded with a status of"
    return found + [(name, complaint) for complaint in visit.complaints if not complaint.startswith(refused)]


def look_at(visit, urls):
    """{url: what is wrong}, and the states that were met."""
    faults = []
    for url in urls:
        visit.page.goto(url)
        faults += inspect(visit, url)
    return faults


def test_pages_for_everybody(visit):
    nobody = visit()
    faults = look_at(nobody, ["/logga-in", "/kod", "/stod", "/finns-inte"])
    for url in ("/logga-in", "/kod"):
        nobody.page.goto(url)
        nobody.page.click("summary")
        faults += inspect(nobody, f"{url} and whom to ask")
        follow(nobody.page, "main button")
        faults += inspect(nobody, f"{url} without anything")

    assert faults == []


def test_pages_for_learners_before_and_in_the_middle(visit, learner):
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
    page.check("fieldset input >> nth=0")
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
        for choice in item.choices:
            if choice.right is is_right:
                page.check(f"[value={choice.id}]")
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
        *("/personer?sok=an", "/personer?sok=finns-inte", "/personer/1?per=2026-03-01", "/personer/999999"),
        *("/personer/import/finns-inte", "/mal/andra?kurs=hot-och-vald&fran=2023-01-01"),
    ],
    "adam": ["/konton?sok=anna", "/konton?sok=finns-inte"],
    "mona": ["/rapport/tackning"],
    "sara": ["/min-enhet"],
}
"""Pages that no link leads to, beside all that one can click one's way to."""


def kind_of(url):
    """What sort of page an address leads to: numbers and what is asked for make no other sort."""
    path, _, query = url.partition("?")
    names = sorted(each.partition("=")[0] for each in query.split("&"))
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]+|\d+", "N", path), tuple(names)


def crawl(visit):
    """One page of each sort that the person can click the way to, from the first page on."""
    seen, waiting = {}, ["/"]
    while waiting:
        url = waiting.pop(0)
        if kind_of(url) in seen or "format=" in url:
            continue
        seen[kind_of(url)] = url
        visit.page.goto(url)
        assert visit.page.locator("h1").count() == 1, url
        assert visit.page.title().strip(), url
        links = visit.page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
        waiting += [link.partition("#")[0] for link in links if link.startswith("/")]
    return list(seen.values())


@pytest.mark.parametrize("person", STATES)
def test_every_page_that_each_role_can_reach(visit, person):
    window = visit().sign_in(person)
    urls = [*crawl(window), *STATES[person]]
    faults = []
    for url in urls:
        window.page.goto(url)
        for details in window.page.locator("main details").all():
            details.evaluate("element => element.open = true")
        faults += inspect(window, url, FEWER_LOOKS)

    assert faults == []
    assert len(urls) > 8


def test_pages_about_one_account(visit):
    adam, mona = visit().sign_in("adam"), visit().sign_in("mona")
    adam.page.goto("/konton?sok=sara")
    follow(adam.page, ".tasks a")
    for details in adam.page.locator("main details").all():
        details.evaluate("element => element.open = true")
    faults = inspect(adam, "an account")
    follow(adam.page, "form[action$=ge-roll] button")
    faults += inspect(adam, "an account, with something to correct")
    mona.page.goto("/engangskoder")
    follow(mona.page, "main table button")
    faults += inspect(mona, "a slip")

    assert faults == []
