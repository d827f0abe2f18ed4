"""The paper of an attempt: which questions, in which order, with the options in which order, and for how long."""

import hashlib
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from course.content.model import Module, Quiz
from course.items import Item, Part

GRACE = timedelta(seconds=60)
"""How long after the time of an attempt an answer that was on its way is still taken."""


@dataclass(frozen=True)
class Paper:
    """The questions of an attempt."""

    items: tuple[Item, ...]
    whole: bool
    """Whether the pass mark of the quiz can be reached on it; else it only has the ★ questions that were missing."""
    along: bool
    """Whether its questions are met along the module's sections; else they are asked one after the other."""


def decide(
    quiz: Quiz,
    module: Module,
    *,
    seed: int,
    used: Mapping[str, int] = {},
    form: str = "",
    missing: Collection[str] = (),
) -> tuple[Item, ...]:
    """The questions of a new attempt, in order; the same arguments always give the same.

    Only the `missing` ones when some are named; of a knowledge test those of the `form`; else what the quiz says.
    `used` is {item: in how many earlier papers of the person}: the least used are drawn first.
    """
    items = list(quiz.items.values())
    if missing:
        items = [item for item in items if item.id in missing]
    elif quiz.kind:
        items = [item for item in items if item.form == form]
    elif quiz.draw:
        items = _drawn(quiz, seed, used)
    if quiz.shuffled:
        return tuple(sorted(items, key=lambda item: _lot(seed, item.id)))
    return _in_order(module, items)


def paper_of(quiz: Quiz, module: Module, ids: Sequence[str] | None) -> Paper:
    """The paper with these item ids; None is every question, as of attempts from before papers were stored."""
    items = _in_order(module, quiz.items.values()) if ids is None else tuple(quiz.items[item] for item in ids)
    whole = is_whole(quiz, ids)
    return Paper(items, whole, along=whole and not quiz.in_one_go)


def is_whole(quiz: Quiz, ids: Sequence[str] | None) -> bool:
    """Whether a paper with these item ids is one on which the pass mark can be reached."""
    return ids is None or bool(quiz.kind) or len(ids) >= size(quiz)


def stars_wrong(quiz: Quiz, ids: Sequence[str] | None, right: Collection[str]) -> int:
    """How many ★ items of a paper with these item ids are not among those that were `right`."""
    asked = quiz.critical if ids is None else quiz.critical.intersection(ids)
    return len(asked.difference(right))


def size(quiz: Quiz) -> int:
    """How many questions a whole paper has; of a knowledge test, the largest form's."""
    items = quiz.items.values()
    if quiz.kind:
        return max(sum(item.form == form for item in items) for form in quiz.forms)
    if quiz.draw:
        return quiz.draw.number * (len({item.goal for item in items}) if quiz.draw.per_goal else 1)
    return len(items)


def form_for(quiz: Quiz, person_id: int, earlier: Sequence[str]) -> str:
    """The form of a person's next attempt at a knowledge test, after the forms of the earlier ones.

    Every second person begins with each form, and everybody with both in some of the modules; then they take turns.
    """
    if earlier:
        return next((form for form in quiz.forms if form != earlier[-1]), earlier[-1])
    return quiz.forms[(person_id + zlib.crc32(quiz.module.encode())) % len(quiz.forms)]


def form_of(quiz: Quiz, ids: Sequence[str] | None) -> str:
    """The form of a paper of a knowledge test; '' when it has none."""
    return quiz.items[ids[0]].form if ids else ""


def time_is_up(quiz: Quiz, started_at: datetime) -> datetime | None:
    """When the time of an attempt is up; None when it never is."""
    return None if quiz.minutes is None else started_at + timedelta(minutes=quiz.minutes)


def is_over(quiz: Quiz, started_at: datetime, at: datetime) -> bool:
    """Whether it is too late for another answer, GRACE included."""
    up = time_is_up(quiz, started_at)
    return up is not None and at > up + GRACE


def shown_parts(item: Item, seed: int) -> Sequence[Part]:
    """The options, steps … in the order this attempt shows them: the same seed always gives the same order."""
    return item.shown(lambda part_id: _lot(seed, item.id, part_id))


def values_shown(item: Item, seed: int) -> Mapping[str, str]:
    """{part: the value that stands for it in an attempt's form}; ids that would tell the answer are concealed."""
    if not item.conceals_ids:
        return {part.id: part.id for part in item.parts}
    return {part.id: _lot(seed, item.id, part.id, "value").hex()[:12] for part in item.parts}


def read_form(item: Item, form: Mapping[str, Sequence[str]], seed: int) -> Any:
    """The answer in an attempt's form, as a JSON value; ids may also stand there as they are. Raises Invalid."""
    if not item.conceals_ids:
        return item.read(form)
    ids = {value: part for part, value in values_shown(item, seed).items()}
    return item.read({name: [ids.get(each, each) for each in given] for name, given in form.items()})


def next_item(paper: Sequence[Item], answered: Collection[str], after: str = "") -> Item | None:
    """The first unanswered question after the one named, else the first unanswered from the start."""
    ids = [item.id for item in paper]
    start = ids.index(after) + 1 if after in ids else 0
    return next((item for item in (*paper[start:], *paper[:start]) if item.id not in answered), None)


def _drawn(quiz: Quiz, seed: int, used: Mapping[str, int]) -> list[Item]:
    """Every ★ question, and the others by lot, those of each goal by themselves when the quiz says so."""
    assert quiz.draw is not None  # noqa: S101 - only asked of a quiz that draws
    groups: dict[int, list[Item]] = {}
    for item in quiz.items.values():
        groups.setdefault(item.goal if quiz.draw.per_goal else 0, []).append(item)
    taken: set[str] = set()
    for items in groups.values():
        items.sort(key=lambda item: (not item.critical, used.get(item.id, 0), _lot(seed, item.id)))
        taken |= {item.id for item in items[: quiz.draw.number]}
    return [item for item in quiz.items.values() if item.id in taken]


def _in_order(module: Module, items: Iterable[Item]) -> tuple[Item, ...]:
    """In the order of the module's sections, and of the file."""
    place = {section.id: number for number, section in enumerate(module.sections)}
    return tuple(sorted(items, key=lambda item: place.get(item.section, len(place))))


def _lot(seed: int, *names: str) -> bytes:
    return hashlib.sha256("/".join((str(seed), *names)).encode()).digest()
