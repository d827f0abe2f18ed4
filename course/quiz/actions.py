"""Taking a quiz: begin an attempt, answer an item, grade what is answered."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from course.content.queries import Published, published
from course.errors import Conflict, Invalid, NotFound
from course.items import Item
from course.quiz.grading import Score, grade
from course.quiz.paper import draw
from course.quiz.queries import Taken, attempt, attempts
from course.quiz.sureness import read_sure
from course.quiz.tables import Attempt, Mark, Response, Result


@dataclass(frozen=True)
class Answered:
    """What came of sending an answer: the attempt as it is now, and whether this answer was stored."""

    attempt: Taken
    stored: bool
    differs: bool = False
    """Whether an answer that was not stored is another one than the one that is."""


_add_response = insert(Response)


def begin_attempt(db: Session, release: Published, quiz: str, *, by: int, edition: int, at: datetime) -> Taken:
    """Continue the person's unfinished attempt of the edition in force, or begin the next on `release`.

    Raises NotFound when the release has no such quiz.
    """
    if quiz not in release.course.quizzes:
        raise NotFound("Frågorna finns inte.")
    earlier = attempts(db, by, release.course.id, quiz)
    for taken in reversed(earlier):
        if not taken.finished and published(db, taken.release_id).edition >= edition:
            return taken
    number = max((taken.number for taken in earlier), default=0) + 1
    new = Taken(uuid4(), release.course.id, quiz, release.id, number, secrets.randbelow(2**31), at, {})
    db.execute(
        insert(Attempt).values(
            id=new.id,
            person_id=by,
            course=new.course,
            quiz=new.quiz,
            release_id=new.release_id,
            number=new.number,
            seed=new.seed,
            started_at=new.started_at,
        )
    )
    return new


def answer_item(
    db: Session, attempt_id: UUID, item_id: str, form: Mapping[str, Sequence[str]], *, by: int, at: datetime
) -> Answered:
    """Store the answer in a form, and how sure it is when that is said, unless the item is answered already.

    The first answer stands.

    Raises NotFound for somebody else's attempt or an item that is not on its paper; Invalid when the form has no
    answer and none is stored; Conflict when the attempt is finished without an answer to the item.
    """
    taken = attempt(db, attempt_id, by)
    item = published(db, taken.release_id).course.quizzes[taken.quiz].items.get(item_id)
    if item is None:
        raise NotFound("Frågan finns inte i det här försöket.")
    if item_id in taken.answers:
        return Answered(taken, stored=False, differs=differs(item, form, taken.answers[item_id]))
    if taken.finished:
        raise Conflict("Försöket är redan avslutat.")
    given = item.read(form)
    row = {
        "attempt_id": attempt_id,
        "item": item_id,
        "answer": given,
        "answered_at": at,
        "sure": read_sure(item, form),
    }
    db.connection().execute(_add_response, row)
    return Answered(replace(taken, answers={**taken.answers, item_id: given}), stored=True)


def differs(item: Item, form: Mapping[str, Sequence[str]], stored: Any) -> bool:
    """Whether a form says something else than the stored answer."""
    try:
        return bool(item.read(form) != stored)
    except Invalid:
        return True


def grade_attempt(db: Session, taken: Taken, *, at: datetime, reason: str) -> Score:
    """Grade an attempt by its own release; adds its marks and a result with the next sequence.

    Raises Conflict when questions remain.
    """
    course = published(db, taken.release_id).course
    quiz = course.quizzes[taken.quiz]
    module = course.module(quiz.module)
    assert module is not None  # noqa: S101 - the content check refuses a quiz without its module
    paper = draw(quiz, module)
    if any(item.id not in taken.answers for item in paper):
        raise Conflict("Alla frågor är inte besvarade än.")
    score = grade(quiz, paper, taken.answers)
    newest = select(func.coalesce(func.max(Result.sequence), 0)).where(Result.attempt_id == taken.id)
    sequence = db.execute(newest).scalar_one() + 1
    marks = [
        {"attempt_id": taken.id, "sequence": sequence, "item": item, "points": points}
        for item, points in score.marks.items()
    ]
    if marks:
        db.execute(insert(Mark), marks)
    db.execute(
        insert(Result).values(
            attempt_id=taken.id,
            sequence=sequence,
            points=score.points,
            of=score.of,
            passed=score.passed,
            stars=list(score.stars),
            graded_at=at,
            reason=reason,
        )
    )
    return score
