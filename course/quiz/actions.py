"""Taking a quiz: begin an attempt, answer an item, grade what is answered."""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from course.audit.actions import retention
from course.clock import start_of
from course.content.model import Quiz
from course.content.queries import Published, published
from course.errors import Conflict, Invalid, NotFound
from course.items import Item
from course.quiz.grading import Score, grade, grade_again
from course.quiz.paper import draw
from course.quiz.queries import (
    ANSWERS,
    Old,
    Taken,
    attempt,
    attempts,
    finished_attempts,
    marks_of_quiz,
    old_answers,
    old_attempts,
)
from course.quiz.sureness import read_sure
from course.quiz.tables import Attempt, Mark, Response, Result


@dataclass(frozen=True)
class Answered:
    """What came of sending an answer: the attempt as it is now, and whether this answer was stored."""

    attempt: Taken
    stored: bool
    differs: bool = False
    """Whether an answer that was not stored is another one than the one that is."""


@dataclass(frozen=True)
class Regraded:
    """What came of grading attempts anew."""

    finished: int
    without_answers: int
    better: Sequence[tuple[int, Taken, Score]]
    """(person, the attempt as it was, its new score)."""
    gained: Counter[str]
    """{item: how many attempts got more points for it}."""


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
    quiz, paper = _paper(db, taken)
    if any(item.id not in taken.answers for item in paper):
        raise Conflict("Alla frågor är inte besvarade än.")
    score = grade(quiz, paper, taken.answers)
    newest = select(func.coalesce(func.max(Result.sequence), 0)).where(Result.attempt_id == taken.id)
    _add_results(db, [(taken.id, db.execute(newest).scalar_one() + 1, score)], at=at, reason=reason)
    return score


def grade_quiz_again(
    db: Session,
    course: str,
    quiz_id: str,
    people: Sequence[int],
    *,
    keys: Mapping[str, Item],
    reason: str,
    at: datetime,
) -> Regraded:
    """Grade some people's finished attempts at a quiz by other keys {item: the item whose key counts}.

    An attempt that gains from it gets a result with the next sequence; for one that does not nothing is written.
    See grading.grade_again. Attempts whose answers have been deleted are left alone.
    """
    finished = finished_attempts(db, course, quiz_id, people)
    standing = marks_of_quiz(db, course, quiz_id, people)
    better, gained = [], Counter[str]()
    for person, taken in finished:
        if taken.answers_deleted:
            continue
        quiz, paper = _paper(db, taken)
        marks = standing.get(taken.id, {})
        score = grade_again(quiz, paper, taken.answers, marks, keys)
        if score.marks != marks:
            gained.update(item for item, points in score.marks.items() if points > marks.get(item, 0))
            better.append((person, taken, score))
    _add_results(db, [(taken.id, taken.sequence + 1, score) for _, taken, score in better], at=at, reason=reason)
    return Regraded(len(finished), sum(taken.answers_deleted for _, taken in finished), better, gained)


def _paper(db: Session, taken: Taken) -> tuple[Quiz, Sequence[Item]]:
    """The quiz of an attempt's own release, and its questions."""
    course = published(db, taken.release_id).course
    quiz = course.quizzes[taken.quiz]
    module = course.module(quiz.module)
    assert module is not None  # noqa: S101 - the content check refuses a quiz without its module
    return quiz, draw(quiz, module)


def _add_results(db: Session, graded: Sequence[tuple[UUID, int, Score]], *, at: datetime, reason: str) -> None:
    """Add the marks and the result of each (attempt, sequence, score)."""
    marks = [
        {"attempt_id": attempt_id, "sequence": sequence, "item": item, "points": points}
        for attempt_id, sequence, score in graded
        for item, points in score.marks.items()
    ]
    results = [
        {
            "attempt_id": attempt_id,
            "sequence": sequence,
            "points": score.points,
            "of": score.of,
            "passed": score.passed,
            "stars": list(score.stars),
            "graded_at": at,
            "reason": reason,
        }
        for attempt_id, sequence, score in graded
    ]
    if marks:
        db.execute(insert(Mark), marks)
    if results:
        db.execute(insert(Result), results)


def delete_answers(db: Session, kept_from: date, *, reference: str, by: int | None, at: datetime) -> Old:
    """Delete the answers and marks of attempts from before a Stockholm day; attempts and results stay.

    Raises Invalid without a reference to the decision.
    """
    if not reference.strip():
        raise Invalid("Skriv vilket beslut borttagningen vilar på.", "decision")
    before = start_of(kept_from)
    old = old_answers(db, before)
    if not old.responses and not old.marks:
        return old
    finished, unfinished = old_attempts(before)
    with retention(db, ANSWERS, kept_from, reference=reference.strip(), counts=asdict(old), by=by, at=at):
        for attempts_ in (unfinished, finished):
            db.execute(delete(Response).where(Response.attempt_id.in_(attempts_)))
        db.execute(delete(Mark).where(Mark.attempt_id.in_(finished)))
    return old
