"""The offer to whoever may know a module already: its knowledge test, instead of the module."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from course.content.model import Course, Module
from course.db import database
from course.learning.completion import modules_done
from course.learning.queries import Record, tests_left
from course.quiz.actions import unfinished
from course.quiz.paper import size


@dataclass(frozen=True)
class Offer:
    """A knowledge test that may be taken now."""

    module: Module
    questions: int
    percent: Fraction
    """Of the points, to pass."""
    begun: bool


def offer(course: Course, module: Module, mine: Record, edition: int, since: datetime | None) -> Offer | None:
    """The module's test while the module is not done and a form is left, or the test is under way."""
    test, db = course.test_of(module.id), database.session
    if test is None or module.id in modules_done(mine.completed, edition, since):
        return None
    begun = unfinished(db, mine.attempts_at(test.id), edition) is not None
    if not begun and not tests_left(db, mine, test, edition, since):
        return None
    return Offer(module, size(test), test.pass_mark * 100, begun)
