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


def keep_given(place: str, item_id: str, form: Mapping[str, Sequence[str]]) -> bool:
    """Remember the answer that could not be used, to be corrected, and say whether it was.

    It is not when it is too much for a cookie, or when others use the computer. `place` says where the question was
    asked.
    """
    answer = {name: values for name, values in form.items() if name.startswith("svar") and name != FREE_TEXT}
    fields = {**answer, **({SURE: form[SURE]} if SURE in form else {})}
    kept = [place, item_id, fields]
    fits = "shared" not in session and len(json.dumps(kept)) <= LARGEST_KEPT
    if fits:
        session["given"] = kept
    return fits


def moved(item: Item, form: Mapping[str, Sequence[str]]) -> tuple[str, Mapping[str, Sequence[str]]] | None:
    """The button that sent the form to move a step, and the form with the step moved; None for a form that answers.

    A button that moves nothing is ''.
    """
    if not isinstance(item, Ordna) or MOVE not in form:
        return None
    after = item.moved(form)
    return (form[MOVE][0], after) if after else ("", form)


def given(place: str, item_id: str) -> dict[str, list[str]]:
    """What was last sent to the question and was no answer yet."""
    given_at, item_of, fields = session.get("given", ("", "", {}))
    return fields if (given_at, item_of) == (place, item_id) else {}


def what_is_wrong(item: Item, given: Mapping[str, Sequence[str]], seed: int) -> str:
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
