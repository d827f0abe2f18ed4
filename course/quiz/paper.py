"""The paper of an attempt: which questions, in which order, with the options in which order."""

import hashlib
from collections.abc import Collection, Sequence

from course.content.model import Module, Quiz
from course.items import Item, Part


def draw(quiz: Quiz, module: Module) -> tuple[Item, ...]:
    """The questions of an attempt, in the order of the module's sections."""
    place = {section.id: number for number, section in enumerate(module.sections)}
    return tuple(sorted(quiz.items.values(), key=lambda item: place.get(item.section, len(place))))


def shown_parts(item: Item, seed: int) -> Sequence[Part]:
    """The options, steps … in the order this attempt shows them: the same seed always gives the same order."""

    def place(part_id: str) -> bytes:
        return hashlib.sha256(f"{seed}/{item.id}/{part_id}".encode()).digest()

    return item.shown(place)


def next_item(paper: Sequence[Item], answered: Collection[str], after: str = "") -> Item | None:
    """The first unanswered question after the one named, else the first unanswered from the start."""
    ids = [item.id for item in paper]
    start = ids.index(after) + 1 if after in ids else 0
    return next((item for item in (*paper[start:], *paper[:start]) if item.id not in answered), None)
