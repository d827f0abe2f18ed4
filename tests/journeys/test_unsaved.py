"""An answer that cannot be saved: still ticked, said in words, and saved with the same button once it can be."""

import fcntl
from contextlib import contextmanager

import pytest
from answering import fill_somehow, filled

from journeys.conftest import Visit, follow
from journeys.test_pages import inspect

pytestmark = pytest.mark.browser


@contextmanager
def somebody_else_writing(server):
    """Somebody holds the write lock for as long as the block lasts."""
    with (server.instance / "course.sqlite.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.mark.parametrize("javascript", [True, False])
def test_an_answer_that_cannot_be_saved_stays_ticked_and_is_saved_with_the_same_button(
    chromium, own_server, javascript
):
    own_server.stop()
    own_server.target = "impatient:app"
    own_server.start()
    anna = Visit(chromium, own_server, viewport={"width": 360, "height": 640}, java_script_enabled=javascript)
    page = anna.sign_in("anna").page
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
        if javascript:
            assert page.evaluate("document.activeElement.className") == "error-summary"
            assert inspect(anna, "an answer that is not saved") == []
    follow(page, "main button")

    assert page.locator(".verdict").count() == 1
    assert len(own_server.rows("SELECT * FROM response WHERE answered_at > datetime('now', '-1 hour')")) == 1
    anna.context.close()
