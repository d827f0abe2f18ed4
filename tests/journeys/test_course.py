"""An employee takes the module and HR sees it: by phone without JavaScript, with the keyboard alone, and clumsily."""

import json
import re

import pytest
from answering import fill, filled, form_shown
from browsing import PASSWORD

from journeys.conftest import follow

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 640}
COVERAGE = "/rapport/tackning"


def reached(hr):
    """The number that HR's page begins with."""
    hr.page.goto(COVERAGE)
    return int(re.sub(r"\s", "", re.match(r"([\d\s]+) av målet", hr.page.inner_text(".headline"))[1]))


def figures_of(hr):
    """(reached, covered) as machines are told."""
    groups = hr.context.request.get(f"{COVERAGE}?format=json").json()["groups"]
    found = {(group["key"], figure["key"]): figure["value"] for group in groups for figure in group["figures"]}
    return found["bridge", "reached"], found["status", "covered"]


def item_of(quiz, page):
    """The question that is shown."""
    return quiz.items[page.url.partition("?")[0].rpartition("/")[2]]


def is_question(page):
    return page.locator("form.question").count() > 0


def test_by_phone_without_javascript_the_number_goes_up_by_one(visit, quiz, server, nearly_done):
    hr = visit().sign_in("hanna")
    before, figures_before = reached(hr), figures_of(hr)
    anna = visit(viewport=PHONE, java_script_enabled=False).sign_in(nearly_done)
    page, answered = anna.page, 0

    follow(page, "main .button")  # Börja
    for _ in range(40):
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        if is_question(page):
            item = item_of(quiz, page)
            fill(page, item, item.right_answer)
            follow(page, "main form button:not([name])")
            assert anna.heading == ("Rätt" if item.scored else "Tack för ditt svar")
            answered += 1
        elif anna.heading == "Modulen är klar":
            break
        else:
            follow(page, "main .button")
    assert answered == len(quiz.items)
    follow(page, "main .button")
    assert anna.heading == "Klar. Tack."

    assert reached(hr) == before + 1
    assert figures_of(hr) == tuple(number + 1 for number in figures_before)
    assert len(stored(server, nearly_done)) == len(quiz.items)
    assert anna.complaints == hr.complaints == []


class Keyboard:
    """Somebody who has no mouse."""

    def __init__(self, page):
        self.page = page

    def reach(self, selector):
        """Tab until the focus is on the element, which must be seen to have it."""
        for _ in range(60):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                assert self.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
                box = self.page.evaluate("JSON.stringify(document.activeElement.getBoundingClientRect())")
                assert '"x":-' not in box, f"{selector} has the focus outside the page"
                return self
        pytest.fail(f"Tab never reaches {selector} on {self.page.url}")

    def press(self, key):
        self.page.keyboard.press(key)
        return self

    def follow(self, selector):
        """Press Enter on a link or a button, and wait for the next page."""
        self.reach(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    @property
    def focused(self):
        return self.page.evaluate("document.activeElement.tagName")


def test_with_the_keyboard_alone_the_number_goes_up_by_one(visit, quiz, server, nearly_done):
    hr = visit().sign_in("hanna")
    before = reached(hr)
    adam = visit(viewport={"width": 1280, "height": 800})
    page, keys = adam.page, Keyboard(adam.page)

    page.goto("/kurs/hot-och-vald")
    keys.reach("#namn")
    page.keyboard.type(nearly_done)
    keys.reach("#losenord")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation():
        keys.press("Enter")
    keys.reach(".skip").press("Enter")
    assert page.evaluate("document.activeElement.id") == "innehall"
    keys.follow("main a.button")
    for _ in range(40):
        if is_question(page):
            item = item_of(quiz, page)
            answer_by_keyboard(keys, item)
            assert (adam.heading, keys.focused) == ("Rätt" if item.scored else "Tack för ditt svar", "H1")
            keys.follow("main a.button")
        elif adam.heading == "Modulen är klar":
            break
        else:
            keys.follow("main .button")

    assert reached(hr) == before + 1
    assert adam.complaints == []


def answer_by_keyboard(keys, item):
    """Answer as it is right, field by field, with Tab, Space, arrows and letters."""
    form = form_shown(keys.page, item, item.right_answer)
    names = keys.page.eval_on_selector_all(
        "form.question [name^=svar]", "fields => [...new Set(fields.map(field => field.name))]"
    )
    for name in names:
        answer_field(keys, f'[name="{name}"]', form[name])
    assert sorted(filled(keys.page)) == sorted([name, value] for name, values in form.items() for value in values)
    keys.reach("main form button:not([name])")
    with keys.page.expect_navigation():
        keys.press("Enter")


def answer_field(keys, selector, values):
    keys.reach(selector)
    fields = keys.page.locator(selector)
    kind = fields.first.evaluate("field => field.type")
    shown = [fields.nth(index).get_attribute("value") for index in range(fields.count())]
    if kind == "radio":
        keys.press("Space")
        for _ in range(shown.index(values[0])):
            keys.press("ArrowDown")
    elif kind == "checkbox":
        for value in shown:
            if value in values:
                keys.press("Space")
            if value != shown[-1]:
                keys.press("Tab")
    elif kind == "select-one":
        options = fields.first.evaluate("field => [...field.options].map(option => option.value)")
        for _ in range(options.index(values[0])):
            keys.press("ArrowDown")
    else:
        keys.page.keyboard.type(values[0])


def test_what_is_missing_is_where_the_focus_is(visit, learner):
    anna = visit(viewport=PHONE).sign_in(learner)
    page, keys = anna.page, Keyboard(anna.page)
    page.goto("/kurs/hot-och-vald")
    keys.follow("main a.button")
    keys.follow("main button")
    keys.follow("main button")  # Svara, without an answer

    assert page.title().startswith("Fel: ")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    keys.reach(".error-summary a").press("Enter")
    assert page.evaluate("document.activeElement.name").startswith("svar")


def test_back_reload_and_double_clicks_neither_lose_nor_double_an_answer(visit, quiz, server, learner):
    anna = visit(viewport=PHONE).sign_in(learner)
    page = anna.page
    page.goto("/kurs/hot-och-vald")
    follow(page, "main .button")
    page.locator("main button").first.dblclick()  # Fråga 1: testa dig
    page.wait_for_selector("form.question")
    page.wait_for_load_state("networkidle")  # the second click may have sent the form again
    question, item = page.url, item_of(quiz, page)
    right = item.right_answer

    fill(page, item, right)
    page.dblclick("main button")
    page.wait_for_selector(".verdict")
    page.wait_for_load_state("networkidle")
    assert stored(server, learner) == [right]

    page.reload()
    assert anna.heading == "Rätt"
    page.go_back()
    page.go_forward()
    page.goto(question)
    assert anna.heading == "Rätt"
    assert stored(server, learner) == [right]
    assert anna.complaints == []


def test_an_old_form_sent_from_another_tab_shows_the_first_answer(visit, quiz, server, learner):
    anna = visit(viewport=PHONE).sign_in(learner)
    page = anna.page
    page.goto("/kurs/hot-och-vald")
    follow(page, "main .button")
    follow(page, "main button")
    other = anna.context.new_page()
    other.goto(page.url)
    item = item_of(quiz, page)
    wrong = item.wrong_answers[0]

    fill(page, item, wrong)
    follow(page, "main button")
    verdict = page.inner_text("h1")
    fill(other, item, item.right_answer)
    follow(other, "main button")

    assert other.inner_text("h1") == verdict != "Rätt"
    assert "Du har redan svarat" in other.inner_text("main")
    other.reload()
    assert stored(server, learner) == [wrong]


def stored(server, key):
    """The answers of the person's one attempt."""
    attempts = f"attempt JOIN person ON person.id = person_id WHERE person.key = '{key}'"
    assert server.rows(f"SELECT count(*) FROM {attempts}") == [(1,)]
    answers = server.rows(f"SELECT answer FROM response WHERE attempt_id = (SELECT attempt.id FROM {attempts})")
    return [json.loads(answer) for (answer,) in answers]
