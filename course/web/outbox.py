"""Answers on their way: which pages bring static/outbox.js, and whose unsent answers it may send.

The script keeps an answer in the browser until the server has it; DECISIONS.md, "What the browser keeps", says what.
"""

import hashlib
import hmac

from flask import Flask, current_app, session

from course.web.filters import can
from course.web.guard import actor


def init_app(app: Flask) -> None:
    """Let templates ask whose answers the page may send."""
    app.jinja_env.globals.update(outbox_of=outbox_of)


def expect_answers() -> None:
    """From now on every page of the session brings the script: this browser may come to hold unsent answers.

    Not on a computer that is shared: there nothing is kept.
    """
    if not session.get("shared") and "answers" not in session:
        session["answers"] = True


def outbox_of() -> str:
    """Who is asking, as a mark that says nothing to others and is the same in all their sessions; '' for no outbox."""
    if "answers" not in session or not can("course.take"):
        return ""
    key: str = current_app.config["SECRET_KEY"]
    return hmac.new(key.encode(), f"outbox {actor().person_id}".encode(), hashlib.sha256).hexdigest()[:24]
