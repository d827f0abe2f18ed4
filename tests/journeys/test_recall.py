"""Three questions to remember by, by phone without a script: found, answered, done, refused and wanted again."""

from datetime import timedelta

import pytest
from answering import fill

from course import create_app
from course.clock import day_of
from course.config import load_settings
from course.content.markup import plain
from course.content.queries import current, newest_release_id
from course.db import database, transaction
from course.evidence.actions import record_earned
from course.evidence.evidence_file import Earned
from course.organisation.queries import person_by_key
from journeys.conftest import COURSE, Visit, follow
from journeys.test_course import PHONE, Keyboard, answer_by_keyboard
from journeys.test_pages import inspect

pytestmark = pytest.mark.browser
START, OWN = f"/kurs/{COURSE}", "/min-sida"


@pytest.fixture
def remembering(server, learner):
    """The key of an employee who completed the course some weeks ago, and the course."""
    app = create_app(load_settings({}, server.instance))
    with app.app_context():
        with transaction() as (db, at):
            course = current(db, newest_release_id(db))[COURSE].course
            day = day_of(at) - timedelta(days=40)
            earned = Earned(2, learner, COURSE, "", "paper", day, "Pärm 3")
            record_earned(db, earned, person_by_key(db, learner).id, evidence="import:1:2", by=None, at=at)
        database.engine.dispose()
    return learner, course


def item_on(page, course):
    """The question that the page asks: several have the same words, so also by what may be answered."""
    question = page.inner_text("form.question h1").strip()
    values = page.eval_on_selector_all("input[name=svar]", "fields => fields.map(field => field.value)")
    every = (item for quiz in course.quizzes.values() for item in quiz.items.values())
    same = [item for item in every if plain(item.question) == question]
    return next(item for item in same if len(same) == 1 or set(values) == {part.id for part in item.parts})


def fits(page):
    """Whether nothing sticks out, and everything to press is large enough for a thumb."""
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for button in page.locator("main .button, main button, main .option").all():
        assert button.bounding_box()["height"] >= 44


def test_by_phone_without_javascript_the_three_are_answered_and_leave_no_answers(chromium, server, remembering):
    key, course = remembering
    anna = Visit(chromium, server, viewport=PHONE, java_script_enabled=False).sign_in(key)
    page, responses = anna.page, server.rows("SELECT count(*) FROM response")
    page.goto(START)
    fits(page)
    follow(page, "text=Svara på tre frågor")
    for number in (1, 2, 3):
        fits(page)
        follow(page, "main form button:not([name])")  # without an answer
        assert page.title().startswith("Fel: ")
        item = item_on(page, course)
        fill(page, item, item.right_answer)
        follow(page, "main form button:not([name])")
        assert anna.heading == "Rätt"
        fits(page)
        page.reload()
        assert anna.heading == "Rätt"
        follow(page, "main a.button")
        if number == 2:
            page.go_back()
            assert anna.heading == "Rätt"
            page.go_forward()

    assert page.url.endswith(START)
    assert page.locator("text=Tre frågor att minnas").count() == 0
    page.goto(OWN)
    assert "Du har svarat på frågorna" in page.inner_text("#minnesfragor")
    assert server.rows("SELECT count(*) FROM response") == responses
    anna.context.close()


def test_one_tap_says_no_and_another_yes_again(chromium, server, remembering):
    key, _ = remembering
    anna = Visit(chromium, server, viewport=PHONE, java_script_enabled=False).sign_in(key)
    page = anna.page
    page.goto(START)
    follow(page, "text=Fråga mig inte mer")
    assert page.inner_text(".receipt") == "Du får inga fler minnesfrågor."
    fits(page)
    page.goto(START)
    assert page.locator("text=Tre frågor att minnas").count() == 0

    page.goto(OWN)
    follow(page, "text=Fråga mig igen")
    assert page.locator("a", has_text="Svara på tre frågor").count() == 1
    anna.context.close()


def test_every_page_of_it_is_whole_and_can_be_used_by_keyboard(chromium, server, remembering):
    key, course = remembering
    anna = Visit(chromium, server).sign_in(key)
    page, keys, faults = anna.page, Keyboard(anna.page), []
    for url in (START, OWN):
        page.goto(url)
        faults += inspect(anna, url)
    page.goto(f"{START}/minnesfragor/1")
    faults += inspect(anna, "a question")
    page.goto(f"{START}/minnesfragor/1?fel=ja")
    faults += inspect(anna, "a question without an answer")
    for number in (1, 2, 3):
        page.goto(f"{START}/minnesfragor/{number}")
        answer_by_keyboard(keys, item_on(page, course))
        assert (anna.heading, keys.focused) == ("Rätt", "H1")
    faults += inspect(anna, "the last feedback")
    page.goto(OWN)
    faults += inspect(anna, "done")
    follow(page, "text=Fråga mig inte mer")
    faults += inspect(anna, "stopped")

    assert faults == []
    anna.context.close()
