"""How sure somebody is of an answer: said of one's own free will, and worth no points. Pure."""

from collections.abc import Mapping, Sequence

from course.items import Item

FIELD = "saker"
SAID = {"ja": True, "nej": False}


def read_sure(item: Item, form: Mapping[str, Sequence[str]]) -> bool | None:
    """Whether the sender of a form is sure of the answer in it.

    None when that is not said in so many words: it is never required. A question without points does not ask.
    """
    given = form.get(FIELD, ())
    return SAID.get(given[0]) if item.scored and len(given) == 1 else None
