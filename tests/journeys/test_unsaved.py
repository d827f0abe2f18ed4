"""An answer that cannot be saved: still ticked, said in words, and saved with the same button once it can be."""

import fcntl
from contextlib import contextmanager

import pytest
from answering import fill_somehow, filled

from journeys.conftest import Visit, follow
from journeys.test_outbox import wrong_with

pytestmark = pytest.mark.browser


@contextmanager
def somebody_else_writing(server):
    """Somebody holds the write lock for as long as the block lasts."""
    with (server.instance / "course.sqlite.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture
def anna(chromium, own_server, request):
    """Somebody who answers a question on a server that soon gives up, with JavaScript or without."""
    own_server.stop()
    own_server.target = "impatient:app"
    own_server.start()
    size = {"width": 360, "height": 640}
    anna = Visit(chromium, own_server, viewport=size, java_script_enabled=request.param)
    yield anna.sign_in("anna")
    anna.context.close()


@pytest.mark.parametrize("anna", [False], indirect=True)
def test_without_javascript_an_answer_that_cannot_be_saved_stays_ticked_and_the_same_button_saves_it(anna, own_server):
    page = anna.page
    page.goto("/kurs/hot-och-vald/otillaten-paverkan")
    follow(page, "main button")
    question = page.inner_text("h1")
    fill_somehow(page)
    given = filled(page)

    with somebody_else_writing(own_server):
        follow(page, "main button")
        assert page.inner_text("h1") == question
        assert "Svaret är inte sparat" in page.inner_text(".error-summary")
        assert filled(page) == given != []
        assert page.evaluate("document.activeElement.className") == "error-summary"
    follow(page, "main button")

    assert page.locator(".verdict").count() == 1
    assert stored_today(own_server) == 1


@pytest.mark.parametrize("anna", [True], indirect=True)
def test_an_answer_that_cannot_be_saved_is_said_to_wait_and_is_sent_again(anna, own_server):
    page = anna.page
    page.goto("/kurs/hot-och-vald/otillaten-paverkan")
    follow(page, "main button")
    question = page.inner_text("h1")
    page.check("fieldset input >> nth=1")

    with somebody_else_writing(own_server):
        page.click("main button")
        page.get_by_text("Inte sparat än. Det går inte att spara just nu, men ditt svar skickas snart igen.").wait_for()
        assert page.inner_text("h1") == question
        assert page.is_checked("fieldset input >> nth=1")
        page.reload()
        page.get_by_text("Inte sparat än.").wait_for()
        assert page.is_checked("fieldset input >> nth=1")
        assert wrong_with(anna, "an answer that waits for the server") == []
        with page.expect_navigation():
            page.eval_on_selector("form[data-question]", "form => form.submit()")
        assert wrong_with(anna, "an answer that the form itself could not save") == []

    page.wait_for_selector(".verdict", timeout=30_000)
    assert stored_today(own_server) == 1


def stored_today(server):
    return len(server.rows("SELECT * FROM response WHERE answered_at > datetime('now', '-1 hour')"))
