"""What the pages that ask questions share: an answer that could not be used, and what is said of one that could."""

import json
from collections.abc import Mapping, Sequence

from flask import session

from course.errors import Invalid
from course.items import FULL, Item, Ordna
from course.items.fritext import FIELD as FREE_TEXT
from course.items.ordna import MOVE
from course.quiz.paper import read_form
from course.quiz.sureness import FIELD as SURE
from course.web.guard import LARGEST_KEPT


def keep_given(place: str, item_id: str, form: Mapping[str, Sequence[str]]) -> None:
    """Remember the answer that could not be used, to be corrected, unless it is too much for a cookie.

    `place` says where the question was asked.
    """
    answer = {name: values for name, values in form.items() if name.startswith("svar") and name != FREE_TEXT}
    fields = {**answer, **({SURE: form[SURE]} if SURE in form else {})}
    kept = [place, item_id, fields]
    if len(json.dumps(kept)) <= LARGEST_KEPT:
        session["given"] = kept


def keep_moved(place: str, item: Item, form: dict[str, list[str]]) -> str | None:
    """Move the step whose button sent the form, and remember the steps' numbers, which are stored nowhere yet.

    Gives the button, '' for one that moves nothing, and None for a form that answers.
    """
    if not isinstance(item, Ordna) or MOVE not in form:
        return None
    moved = item.moved(form)
    keep_given(place, item.id, moved or form)
    return form[MOVE][0] if moved else ""


def given(place: str, item_id: str) -> dict[str, list[str]]:
    """What was last sent to the question and was no answer yet."""
    given_at, item_of, fields = session.get("given", ("", "", {}))
    return fields if (given_at, item_of) == (place, item_id) else {}


def what_is_wrong(item: Item, given: dict[str, list[str]], seed: int) -> str:
    """What an answer to the item that could not be used is told; when it was not kept, what an empty one is told."""
    for form in (given, {}):
        try:
            read_form(item, form, seed)
        except Invalid as refusal:
            return str(refusal)
    return ""


def verdict(item: Item, points: int) -> str:
    """The heading of the feedback on an answer that was worth so much."""
    if not item.scored:
        return "Tack för ditt svar"
    return "Rätt" if points == FULL else "Delvis rätt" if points else "Inte riktigt"
