"""Reading everybody's first answers, counted."""

from typing import Any

from sqlalchemy import Float, Select, Subquery, and_, bindparam, cast, func, select
from sqlalchemy.orm import Session, aliased

from course.db import time_limit
from course.items import FULL
from course.organisation.tables import SamePerson
from course.quality.measures import STEP, Answers
from course.quiz.tables import Attempt, Mark, Response, Result


def first_answers(db: Session, course: str) -> list[Answers]:
    """What was answered in first attempts, counted by release, item and answer, in one SELECT.

    A first attempt is the earliest that a human began at the quiz, whatever the number of employments, once it is
    finished. Those of each release are counted in whole steps of STEP, in the order they were finished.
    """
    with time_limit(db):
        return [Answers(*row) for row in db.execute(_first_answers, {"course": course})]


def _firsts() -> Subquery:
    """Each human's attempts at a quiz, the earliest with place 1."""
    human = func.coalesce(SamePerson.main_id, Attempt.person_id)
    begun = (Attempt.started_at, Attempt.number, Attempt.id)
    return (
        select(
            Attempt.id,
            Attempt.quiz,
            Attempt.release_id,
            func.row_number().over(partition_by=(human, Attempt.quiz), order_by=begun).label("place"),
        )
        .outerjoin(SamePerson, and_(SamePerson.person_id == Attempt.person_id, SamePerson.superseded_at.is_(None)))
        .where(Attempt.course == bindparam("course"))
        .subquery()
    )


def _finished_firsts() -> Subquery:
    """The first attempts that are finished and have answers, by quiz and release in the order they were finished."""
    firsts = _firsts()
    submitted, newest = aliased(Result), aliased(Result)
    last = select(func.max(Result.sequence)).where(Result.attempt_id == firsts.c.id).correlate(firsts).scalar_subquery()
    together = (firsts.c.quiz, firsts.c.release_id)
    return (
        select(
            firsts.c.id,
            *together,
            newest.sequence,
            newest.points,
            newest.of,
            func.row_number().over(partition_by=together, order_by=(submitted.graded_at, firsts.c.id)).label("place"),
            func.count().over(partition_by=together).label("whole"),
        )
        .join(submitted, and_(submitted.attempt_id == firsts.c.id, submitted.sequence == 1))
        .join(newest, and_(newest.attempt_id == firsts.c.id, newest.sequence == last))
        .where(firsts.c.place == 1, select(Response.item).where(Response.attempt_id == firsts.c.id).exists())
        .subquery()
    )


def _made_first_answers() -> Select[*tuple[Any, ...]]:
    finished = _finished_firsts()
    rest = cast(finished.c.points - Mark.points, Float) / func.nullif(finished.c.of - FULL, 0)
    sure = func.count().filter(Response.sure.is_(True))
    counted = (finished.c.release_id, finished.c.quiz, Response.item, Response.answer)
    its_mark = and_(Mark.attempt_id == finished.c.id, Mark.sequence == finished.c.sequence, Mark.item == Response.item)
    return (
        select(*counted, func.count(), sure, func.sum(rest), func.sum(rest * rest))
        .select_from(finished)
        .join(Response, Response.attempt_id == finished.c.id)
        .join(Mark, its_mark)
        .where(finished.c.place <= finished.c.whole - finished.c.whole % STEP)
        .group_by(*counted)
    )


_first_answers = _made_first_answers()
