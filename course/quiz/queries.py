"""Reading attempts, answers and results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, bindparam, func, select
from sqlalchemy.orm import Session

from course.errors import NotFound
from course.quiz.tables import Attempt, Response, Result


@dataclass(frozen=True)
class Taken:
    """One attempt of one person, with what has been answered; `passed` is None until it is finished."""

    id: UUID
    course: str
    quiz: str
    release_id: int
    number: int
    seed: int
    started_at: datetime
    answers: Mapping[str, Any]
    points: int | None = None
    of: int | None = None
    passed: bool | None = None
    stars: tuple[str, ...] = ()
    graded_at: datetime | None = None
    paper: Sequence[str] | None = None
    """The ids of its items, in order; None is every item of the quiz."""

    @property
    def finished(self) -> bool:
        return self.passed is not None


def attempt(db: Session, attempt_id: UUID, person_id: int) -> Taken:
    """The person's attempt. Raises NotFound, also when it is somebody else's."""
    found = _taken(db, _one, {"attempt": attempt_id, "person": person_id})
    if not found:
        raise NotFound("Försöket finns inte.")
    return found[0]


def attempts(db: Session, person_id: int, course: str, quiz: str | None = None) -> list[Taken]:
    """The person's attempts in a course, or at one of its quizzes, in the order they were begun."""
    if quiz is None:
        return _taken(db, _in_course, {"person": person_id, "course": course})
    return _taken(db, _at_quiz, {"person": person_id, "course": course, "quiz": quiz})


def attempts_with_item(db: Session, course: str, quiz: str, item: str) -> int:
    """How many attempts have an answer to the item."""
    return db.execute(
        select(func.count())
        .select_from(Response)
        .join(Attempt)
        .where(Attempt.course == course, Attempt.quiz == quiz, Response.item == item)
    ).scalar_one()


_newest = select(func.max(Result.sequence)).where(Result.attempt_id == Attempt.id).correlate(Attempt).scalar_subquery()
_attempts = (
    select(
        Attempt.id,
        Attempt.course,
        Attempt.quiz,
        Attempt.release_id,
        Attempt.number,
        Attempt.seed,
        Attempt.started_at,
        Attempt.paper,
        Response.item,
        Response.answer,
        Result.points,
        Result.of,
        Result.passed,
        Result.stars,
        Result.graded_at,
    )
    .outerjoin(Response, Response.attempt_id == Attempt.id)
    .outerjoin(Result, and_(Result.attempt_id == Attempt.id, Result.sequence == _newest))
    .order_by(Attempt.started_at, Attempt.number, Attempt.id)
)


_one = _attempts.where(Attempt.id == bindparam("attempt"), Attempt.person_id == bindparam("person"))
_in_course = _attempts.where(Attempt.person_id == bindparam("person"), Attempt.course == bindparam("course"))
_at_quiz = _in_course.where(Attempt.quiz == bindparam("quiz"))


def _taken(db: Session, statement: Select[*tuple[Any, ...]], values: Mapping[str, Any]) -> list[Taken]:
    """The attempts that match, in one SELECT: a row for each answer, or one when there is none.

    Statements are made once and run without the ORM: every page of a learner asks one of them.
    """
    rows: dict[UUID, list[Row[*tuple[Any, ...]]]] = {}
    for row in db.connection().execute(statement, values):
        rows.setdefault(row.id, []).append(row)
    return [
        Taken(
            id=attempt_id,
            course=row.course,
            quiz=row.quiz,
            release_id=row.release_id,
            number=row.number,
            seed=row.seed,
            started_at=row.started_at,
            answers={each.item: each.answer for each in answered if each.item is not None},
            points=row.points,
            of=row.of,
            passed=row.passed,
            stars=tuple(row.stars or ()),
            graded_at=row.graded_at,
            paper=row.paper,
        )
        for attempt_id, answered in rows.items()
        for row in answered[:1]
    ]
