"""Reading attempts, answers and results."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Row, Select, and_, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from course.audit.tables import RetentionRun
from course.clock import day_of
from course.errors import NotFound
from course.organisation.queries import same_human
from course.quiz.tables import Attempt, Mark, Response, Result

ANSWERS = "answers"
"""What a retention run that deletes answers and marks says that it is about."""


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
    """When it was finished: the instant of its first grading."""
    sequence: int = 0
    """How many times it has been graded."""
    sure: Mapping[str, bool] = field(default_factory=dict)
    """{item: whether its answer was sure}, of those where that was said."""
    paper: Sequence[str] | None = None
    """The ids of its items, in order; None is every item of the quiz."""
    answers_deleted: bool = False
    """Whether a retention run has taken the answers; see deletions."""
    hidden: bool = False
    """Whether answers are left out for who asks; see web/hidden.py."""
    person_id: int = 0
    """Under which of the human's numbers it was begun."""

    @property
    def finished(self) -> bool:
        return self.passed is not None

    @property
    def untold(self) -> bool:
        """Whether nothing is told of it to who asks: neither points, nor when, nor which attempt it was."""
        return self.hidden and self.finished


@dataclass(frozen=True)
class Standing:
    """What an answer is worth after all gradings."""

    points: int
    regraded: bool = False
    """Whether it is worth more than when it was given."""
    key_release: int | None = None
    """The release by whose key it became so; None is the attempt's own."""


@dataclass(frozen=True)
class Old:
    """What a retention run deletes: how many attempts have answers, and how many rows those are."""

    finished: int
    unfinished: int
    responses: int
    marks: int


@dataclass(frozen=True)
class Deletion:
    """Why the answers of an attempt are gone."""

    reference: str
    day: date


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


def attempts_of_human(db: Session, person_id: int, course: str) -> list[Taken]:
    """The attempts in a course under any of the numbers of the human, in the order they were begun."""
    return _taken(db, _of_human, {"person": person_id, "course": course})


def recent_attempts(db: Session, person_id: int, course: str, quiz: str | None = None) -> list[Taken]:
    """As attempts_of_human, or attempts at one quiz, but with the answers of the newest at each quiz alone.

    That is what most pages show.
    """
    if quiz is None:
        return _taken(db, _recent_of_human, {"person": person_id, "course": course})
    return _taken(db, _recent_at_quiz, {"person": person_id, "course": course, "quiz": quiz})


def old_attempts(before: datetime) -> tuple[Select[UUID], Select[UUID]]:
    """The attempts that were finished before the instant, and the unfinished ones with no answer since then.

    An attempt is finished by its first result: grading it anew makes it no younger.
    """
    finished = select(Result.attempt_id).where(Result.sequence == 1, Result.graded_at < before)
    unfinished = (
        select(Response.attempt_id)
        .where(~select(Result.attempt_id).where(Result.attempt_id == Response.attempt_id).exists())
        .group_by(Response.attempt_id)
        .having(func.max(Response.answered_at) < before)
    )
    return finished, unfinished


def old_answers(db: Session, before: datetime) -> Old:
    """What there is to delete of answers to attempts from before the instant."""
    counts = []
    for found in old_attempts(before):
        of = select(func.count(Response.attempt_id.distinct()), func.count())
        counts.append(db.execute(of.where(Response.attempt_id.in_(found))).one())
    (finished, answers), (unfinished, more) = counts
    old, _ = old_attempts(before)
    marks = db.execute(select(func.count()).select_from(Mark).where(Mark.attempt_id.in_(old))).scalar_one()
    return Old(finished, unfinished, answers + more, marks)


def deletions(db: Session, person_id: int) -> dict[UUID, Deletion]:
    """{attempt: the decision} of the person's finished attempts whose answers a retention run has deleted."""
    runs = db.scalars(select(RetentionRun).where(RetentionRun.what == ANSWERS).order_by(RetentionRun.id)).all()
    if not runs:
        return {}
    gone = (
        select(Attempt.id, Result.graded_at)
        .join(Result, and_(Result.attempt_id == Attempt.id, Result.sequence == 1))
        .where(Attempt.person_id == person_id, ~select(Response.item).where(Response.attempt_id == Attempt.id).exists())
    )
    return {
        number: Deletion(run.reference, day_of(run.at))
        for number, finished_at in db.execute(gone)
        if (run := next((each for each in runs if each.kept_from > day_of(finished_at)), None))
    }


def answered_before(db: Session, attempt_ids: Collection[UUID], instant: datetime) -> dict[UUID, set[str]]:
    """{attempt: the items that were answered before the instant}."""
    rows = select(Response.attempt_id, Response.item).where(
        Response.attempt_id.in_(attempt_ids), Response.answered_at < instant
    )
    found: dict[UUID, set[str]] = {}
    for attempt_id, item in db.execute(rows):
        found.setdefault(attempt_id, set()).add(item)
    return found


def finishers(db: Session, course: str, quiz: str) -> list[int]:
    """Everybody who has finished an attempt at a quiz, by id."""
    finished = select(Attempt.person_id).join(Result, Result.attempt_id == Attempt.id)
    asked = finished.where(Attempt.course == course, Attempt.quiz == quiz, Result.sequence == 1)
    return list(db.scalars(asked.distinct().order_by(Attempt.person_id)))


def finished_attempts(db: Session, course: str, quiz: str, people: Sequence[int]) -> list[tuple[int, Taken]]:
    """(person, attempt) of some people's finished attempts at a quiz, in the order they were begun."""
    asked = {"course": course, "quiz": quiz, "people": people}
    begun = select(Attempt.id, Attempt.person_id).where(Attempt.course == course, Attempt.person_id.in_(people))
    persons = dict(db.execute(begun).all())
    return [(persons[taken.id], taken) for taken in _taken(db, _of_quiz, asked) if taken.finished]


def marks_of_quiz(db: Session, course: str, quiz: str, people: Sequence[int]) -> dict[UUID, dict[str, int]]:
    """{attempt: {item: points}} by the newest grading of each of some people's finished attempts at a quiz."""
    rows = (
        select(Mark.attempt_id, Mark.item, Mark.points)
        .join(Attempt, Attempt.id == Mark.attempt_id)
        .where(Attempt.course == course, Attempt.quiz == quiz, Attempt.person_id.in_(people), Mark.sequence == _newest)
    )
    found: dict[UUID, dict[str, int]] = {}
    for attempt_id, item, points in db.execute(rows):
        found.setdefault(attempt_id, {})[item] = points
    return found


def standings(db: Session, attempt_ids: Collection[UUID]) -> dict[UUID, dict[str, Standing]]:
    """{attempt: {item: what its answer is worth}} by all gradings, none of which takes points away."""
    gradings = (
        select(Mark.attempt_id, Mark.item, Mark.points, Result.key_release_id)
        .join(Result, and_(Result.attempt_id == Mark.attempt_id, Result.sequence == Mark.sequence))
        .where(Mark.attempt_id.in_(attempt_ids))
        .order_by(Mark.sequence)
    )
    found: dict[UUID, dict[str, Standing]] = {number: {} for number in attempt_ids}
    for number, item, points, key_release in db.execute(gradings):
        stands = found[number]
        if item not in stands:
            stands[item] = Standing(points)
        elif points > stands[item].points:
            stands[item] = Standing(points, regraded=True, key_release=key_release)
    return found


def reason(db: Session, taken: Taken) -> str:
    """Why an attempt was graded the last time."""
    newest = select(Result.reason).where(Result.attempt_id == taken.id, Result.sequence == taken.sequence)
    return db.execute(newest).scalar_one()


def attempts_with_item(db: Session, course: str, quiz: str, item: str) -> int:
    """How many attempts have an answer to the item."""
    return db.execute(
        select(func.count())
        .select_from(Response)
        .join(Attempt)
        .where(Attempt.course == course, Attempt.quiz == quiz, Response.item == item)
    ).scalar_one()


_newest = select(func.max(Result.sequence)).where(Result.attempt_id == Attempt.id).correlate(Attempt).scalar_subquery()
_first = aliased(Result)
_finished_at = (
    select(_first.graded_at)
    .where(_first.attempt_id == Attempt.id, _first.sequence == 1)
    .correlate(Attempt)
    .scalar_subquery()
)
_marked = select(Mark.item).where(Mark.attempt_id == Attempt.id).correlate(Attempt).exists()
"""An attempt whose time ran out has marks without a single answer; a retention run takes both."""
_later = aliased(Attempt)
_is_newest = ~(
    select(_later.id)
    .where(
        _later.person_id == Attempt.person_id,
        _later.course == Attempt.course,
        _later.quiz == Attempt.quiz,
        _later.number > Attempt.number,
    )
    .correlate(Attempt)
    .exists()
)
_begun = (
    select(
        Attempt.id,
        Attempt.person_id,
        Attempt.course,
        Attempt.quiz,
        Attempt.release_id,
        Attempt.number,
        Attempt.seed,
        Attempt.started_at,
        Attempt.paper,
        Response.item,
        Response.answer,
        Response.sure,
        Result.points,
        Result.of,
        Result.passed,
        Result.stars,
        Result.sequence,
        _finished_at.label("graded_at"),
        and_(Result.sequence.is_not(None), Response.item.is_(None), ~_marked).label("answers_deleted"),
    )
    .outerjoin(Result, and_(Result.attempt_id == Attempt.id, Result.sequence == _newest))
    .order_by(Attempt.started_at, Attempt.number, Attempt.id)
)
_attempts = _begun.outerjoin(Response, Response.attempt_id == Attempt.id)
_recent = _begun.outerjoin(Response, and_(Response.attempt_id == Attempt.id, _is_newest))


_one = _attempts.where(Attempt.id == bindparam("attempt"), Attempt.person_id == bindparam("person"))
_in_course = _attempts.where(Attempt.person_id == bindparam("person"), Attempt.course == bindparam("course"))
_human = and_(
    Attempt.person_id.in_(same_human(bindparam("person", type_=Integer))), Attempt.course == bindparam("course")
)
_of_human = _attempts.where(_human)
_recent_of_human = _recent.where(_human)
_of_quiz = _attempts.where(
    Attempt.course == bindparam("course"),
    Attempt.quiz == bindparam("quiz"),
    Attempt.person_id.in_(bindparam("people", expanding=True)),
)
_at_quiz = _in_course.where(Attempt.quiz == bindparam("quiz"))
_recent_at_quiz = _recent.where(
    Attempt.person_id == bindparam("person"),
    Attempt.course == bindparam("course"),
    Attempt.quiz == bindparam("quiz"),
)


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
            sequence=row.sequence or 0,
            sure={each.item: each.sure for each in answered if each.sure is not None},
            paper=row.paper,
            answers_deleted=row.answers_deleted,
            person_id=row.person_id,
        )
        for attempt_id, answered in rows.items()
        for row in answered[:1]
    ]
