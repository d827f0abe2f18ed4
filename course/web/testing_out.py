"""The knowledge test of a module, for whoever may know the module already: instead of taking it."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from course.content.model import Course, Module
from course.db import database
from course.learning.completion import modules_done
from course.learning.queries import Record, tests_left
from course.quiz.actions import unfinished
from course.quiz.paper import size
from course.quiz.queries import Taken


@dataclass(frozen=True)
class KnowledgeTest:
    """A knowledge test as it stands for one learner whose module is not done."""

    module: Module
    questions: int
    percent: Fraction
    """Of the points, to pass."""
    under_way: Taken | None
    forms_left: int
    """How many times it may still be begun."""

    @property
    def answered(self) -> int:
        """How many questions of the test under way have an answer."""
        return len(self.under_way.answers) if self.under_way else 0

    @property
    def is_offered(self) -> bool:
        """Whether it may be begun now."""
        return not self.under_way and self.forms_left > 0

    @property
    def is_spent(self) -> bool:
        """Whether every form has been taken, so that only the module itself is left."""
        return not self.under_way and self.forms_left == 0


def knowledge_test(
    course: Course, module: Module, mine: Record, edition: int, since: datetime | None
) -> KnowledgeTest | None:
    """The module's test; None when it has none or the module is done."""
    test, db = course.test_of(module.id), database.session
    if test is None or module.id in modules_done(mine.completed, edition, since):
        return None
    under_way = unfinished(db, mine.attempts_at(test.id), edition)
    questions = len(under_way.paper) if under_way and under_way.paper else size(test)
    left = tests_left(db, mine, test, edition, since)
    return KnowledgeTest(module, questions, test.pass_mark * 100, under_way, left)


def knowledge_tests(course: Course, mine: Record, edition: int, since: datetime | None) -> dict[str, KnowledgeTest]:
    """{module: its test} of the modules that are not done and have one."""
    found = {module.id: knowledge_test(course, module, mine, edition, since) for module in course.modules}
    return {module: test for module, test in found.items() if test}
