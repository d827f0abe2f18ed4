"""When somebody is asked to remember, and which three questions they are asked. Pure."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from course.content.model import Course, Module
from course.items import ChoiceItem, Item
from course.learning.completion import WHOLE_COURSE, Completed

OCCASIONS = (7, 30, 150)
"""Days after the completion (pages.md 1.2: any spacing works, wider ones for a year ahead)."""
HOW_MANY = 3


@dataclass(frozen=True)
class Moment:
    """An occasion that has come: so many days after the course was completed."""

    course: str
    completed_on: date
    occasion: int


@dataclass(frozen=True)
class Given:
    """An answer to a question that once was given: how it was, and how sure."""

    quiz: str
    item: str
    missed: bool
    sure: bool


@dataclass(frozen=True)
class Question:
    """A question that may be asked again, and how much it needs to be."""

    module: Module
    item: Item
    need: int
    """0 when a sure answer to it was a mistake, 1 when some answer was, else 2."""


def moment_on(course: str, completed: Iterable[Completed], edition: int, day: date) -> Moment | None:
    """The newest occasion that has come on the day; None before the first one.

    Counted from the newest completion of the whole course, in the edition in force, that is still valid: others are
    asked to take the course again instead.
    """
    valid = [
        row.occurred_on
        for row in completed
        if row.path == WHOLE_COURSE and row.edition >= edition and row.valid_through >= day
    ]
    if not valid:
        return None
    completed_on = max(valid)
    passed = [occasion for occasion in OCCASIONS if occasion <= (day - completed_on).days]
    return Moment(course, completed_on, passed[-1]) if passed else None


def questions_of(course: Course, given: Sequence[Given]) -> list[Question]:
    """What may be asked again: the questions with points of the mandatory modules, and the others once answered."""
    answered = {(each.quiz, each.item) for each in given}
    missed = {(each.quiz, each.item) for each in given if each.missed}
    surely = {(each.quiz, each.item) for each in given if each.missed and each.sure}
    found = []
    for module in course.modules:
        quiz = course.quizzes.get(module.quiz)
        for item in quiz.items.values() if quiz and not quiz.kind else ():
            name = (module.quiz, item.id)
            if item.scored and (module.id in course.mandatory or name in answered):
                found.append(Question(module, item, 0 if name in surely else 1 if name in missed else 2))
    return found


def choose(questions: Collection[Question], seed: int) -> tuple[Question, ...]:
    """The three that are asked: first those that need it most, then of many modules, then to choose rather than write.

    The same seed always gives the same ones; () when there are not three.
    """

    def place(question: Question) -> bytes:
        return hashlib.sha256(f"{seed}/{question.module.id}/{question.item.id}".encode()).digest()

    if len(questions) < HOW_MANY:
        return ()
    left = sorted(questions, key=place)
    chosen: list[Question] = []
    while len(chosen) < HOW_MANY:
        asked = Counter(each.module.id for each in chosen)
        best = min(left, key=lambda each: (each.need, asked[each.module.id], not isinstance(each.item, ChoiceItem)))
        left.remove(best)
        chosen.append(best)
    return tuple(chosen)


def seed_of(person_id: int, moment: Moment) -> int:
    """What the choice and the order of the options follow from: another for each person and occasion."""
    text = f"{person_id}/{moment.course}/{moment.completed_on}/{moment.occasion}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])
