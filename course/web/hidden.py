"""Answers that are not shown to who signs in with a password that somebody else may know.

Whoever made the one-time code may have used it before its owner did. So answers from before the password was chosen are
left out until somebody else confirms whose it is; DECISIONS.md, "A password that others may know".
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from flask import Blueprint, Flask, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from course.access.actions import say_told
from course.access.policy import Handed
from course.db import database, transaction
from course.organisation.queries import person_by_id
from course.quiz.queries import Taken, answered_before
from course.web.guard import actor, allowed

bp = Blueprint("hidden", __name__)
MAKERS = {"manager": "din chef", "hr": "HR", "admin": "en administratör"}


def init_app(app: Flask) -> None:
    """Let the first pages tell whose code the password was chosen with."""
    app.jinja_env.globals.update(untold=untold, made_by=made_by)


def seen(attempts: Sequence[Taken]) -> list[Taken]:
    """The actor's attempts without the answers that are hidden; no query for who chose the password alone."""
    chosen = actor().handed
    if chosen is None or not attempts:
        return list(attempts)
    before = answered_before(database.session, [taken.id for taken in attempts], chosen.at)
    return [_without(taken, before.get(taken.id, frozenset())) for taken in attempts]


def is_hidden(taken: Taken, item_id: str) -> bool:
    """Whether the actor's attempt has an answer to the item that is not shown."""
    return item_id in taken.answers and item_id not in seen([taken])[0].answers


def _without(taken: Taken, items: Collection[str]) -> Taken:
    """The attempt without those answers. A finished one tells nothing: what is left out would say what was wrong."""
    if not items:
        return taken
    return replace(
        taken,
        answers={item: answer for item, answer in taken.answers.items() if item not in items},
        sure={item: sure for item, sure in taken.sure.items() if item not in items},
        answers_deleted=taken.finished,
        hidden=True,
    )


def untold() -> Handed | None:
    """What the one who signs in has not yet said to have read."""
    chosen: Handed | None = current_user.handed if current_user.is_authenticated else None
    return chosen if chosen and not chosen.told else None


def made_by(chosen: Handed) -> str:
    """Who made the code, with the name unless it is protected."""
    person, role = person_by_id(database.session, chosen.made_by), MAKERS.get(chosen.role, "någon annan")
    return role if person.protected else f"{person.name} ({role})"


@bp.post("/min-sida/kod-last")
@allowed("account.own")
def read() -> ResponseReturnValue:
    """The one who signs in has read whose code it was."""
    with transaction() as (db, _at):
        say_told(db, actor().person_id)
    return redirect(url_for("start.start"), 303)
