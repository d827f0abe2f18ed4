"""What is left of a module for one learner: the attempt that counts now, its paper, and the minutes."""

from collections.abc import Sequence
from datetime import datetime

from course.content.model import Module
from course.content.queries import Published, published
from course.db import database
from course.learning.place import minutes_left, minutes_of
from course.learning.queries import Record, missing_stars
from course.quiz.paper import Paper, paper_of, size
from course.quiz.queries import Taken


def current_attempt(taken: Sequence[Taken], edition: int, since: datetime | None = None) -> Taken | None:
    """The newest attempt of the edition in force or a later one, unless it was finished by `since`."""
    fitting = [
        each
        for each in taken
        if published(database.session, each.release_id).edition >= edition
        and (since is None or each.graded_at is None or each.graded_at > since)
    ]
    return max(fitting, key=lambda each: each.number, default=None)


def paper(taken: Taken | None, release: Published, module: Module) -> Paper:
    """The questions of the attempt, from its own release; before an attempt, every question of the current one."""
    pinned = published(database.session, taken.release_id) if taken else release
    quiz = pinned.course.quizzes.get(module.quiz)
    own_module = pinned.course.module(module.id)
    if quiz is None or own_module is None:
        return Paper((), whole=True, along=True)
    return paper_of(quiz, own_module, taken.paper if taken else None)


def questions_of(release: Published, module: Module) -> int:
    """How many questions a new attempt at the module's quiz has."""
    quiz = release.course.quizzes.get(module.quiz)
    return size(quiz) if quiz else 0


def minutes(mine: Record, release: Published, module: Module, taken: Taken | None) -> int:
    """About how many minutes are left of a module, given the attempt that counts now."""
    if taken and not taken.finished:
        asked = paper(taken, release, module)
        questions = sum(item.id not in taken.answers for item in asked.items)
        return minutes_left(module, questions, len(asked.items)) if asked.whole else minutes_of(questions)
    quiz = release.course.quizzes.get(module.quiz)
    missing = missing_stars(database.session, mine, release, quiz) if quiz else ()
    total = questions_of(release, module)
    return minutes_of(len(missing)) if missing else minutes_left(module, total, total)
