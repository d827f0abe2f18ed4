"""Taking a quiz: begin an attempt, answer an item, grade what is answered."""

import secrets
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from course.audit.actions import retention
from course.clock import start_of
from course.content.model import Quiz
from course.content.queries import Published, published
from course.errors import Conflict, Invalid, NotFound
from course.items import Item
from course.organisation.person import kept, note
from course.quiz.grading import Score, grade, grade_again
from course.quiz.paper import decide, form_for, form_of, is_over, paper_of, read_form
from course.quiz.queries import (
    ANSWERS,
    Old,
    Taken,
    attempt,
    attempts_of_human,
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
    late: bool = False
    """Whether it was not stored because the time is up."""


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


def begin_attempt(
    db: Session,
    release: Published,
    quiz: str,
    *,
    by: int,
    edition: int,
    at: datetime,
    missing: Collection[str] = (),
) -> Taken:
    """Continue the person's unfinished attempt of the edition in force, or begin the next on `release`.

    Its paper is decided here, once: only the `missing` items when some are named. Raises NotFound when the release
    has no such quiz.
    """
    if quiz not in release.course.quizzes:
        raise NotFound("Frågorna finns inte.")
    earlier = [taken for taken in attempts_of_human(db, by, release.course.id) if taken.quiz == quiz]
    own = [taken for taken in earlier if taken.person_id == by]
    going_on = unfinished(db, own, edition)
    if going_on:
        return going_on
    number = max((taken.number for taken in own), default=0) + 1
    seed = secrets.randbelow(2**31)
    paper = _new_paper(db, release, quiz, earlier, by=by, seed=seed, missing=missing)
    new = Taken(uuid4(), release.course.id, quiz, release.id, number, seed, at, {}, paper=paper, person_id=by)
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
            paper=new.paper,
        )
    )
    return new


def unfinished(db: Session, taken: Sequence[Taken], edition: int) -> Taken | None:
    """The newest of the attempts that is still under way, in the edition in force or a later one."""
    going_on = (each for each in reversed(taken) if not each.finished)
    return next((each for each in going_on if published(db, each.release_id).edition >= edition), None)


def _new_paper(
    db: Session,
    release: Published,
    quiz_id: str,
    earlier: Sequence[Taken],
    *,
    by: int,
    seed: int,
    missing: Collection[str],
) -> list[str]:
    """The ids of the items of a person's next attempt, after the earlier ones."""
    quiz = release.course.quizzes[quiz_id]
    module = release.course.module(quiz.module)
    assert module is not None  # noqa: S101 - the content check refuses a quiz without its module
    used = Counter(item for taken in earlier for item in taken.paper or ())
    form = ""
    if quiz.kind:
        pinned = [published(db, taken.release_id).course.quizzes[quiz_id] for taken in earlier]
        forms = [form_of(then, taken.paper) for then, taken in zip(pinned, earlier, strict=True)]
        form = form_for(quiz, by, forms)
    return [item.id for item in decide(quiz, module, seed=seed, used=used, form=form, missing=missing)]


def answer_item(
    db: Session, attempt_id: UUID, item_id: str, form: Mapping[str, Sequence[str]], *, by: int, at: datetime
) -> Answered:
    """Store the answer in a form, and how sure it is when that is said; unless it is answered already, or time is up.

    The first answer stands.

    Raises NotFound for somebody else's attempt or an item that is not on its paper; Invalid when the form has no
    answer and none is stored; Conflict when the attempt is finished without an answer to the item.
    """
    taken = attempt(db, attempt_id, by)
    quiz = published(db, taken.release_id).course.quizzes[taken.quiz]
    item = quiz.items.get(item_id)
    if item is None or (taken.paper is not None and item_id not in taken.paper):
        raise NotFound("Frågan finns inte i det här försöket.")
    if item_id in taken.answers:
        return Answered(taken, stored=False, differs=differs(item, form, taken))
    if is_over(quiz, taken.started_at, at):
        return Answered(taken, stored=False, late=True)
    if taken.finished:
        raise Conflict("Försöket är redan avslutat.")
    given = read_form(item, form, taken.seed)
    row = {
        "attempt_id": attempt_id,
        "item": item_id,
        "answer": given,
        "answered_at": at,
        "sure": read_sure(item, form),
    }
    db.connection().execute(_add_response, row)
    return Answered(replace(taken, answers={**taken.answers, item_id: given}), stored=True)


def differs(item: Item, form: Mapping[str, Sequence[str]], taken: Taken) -> bool:
    """Whether a form says something else than the stored answer of the attempt."""
    try:
        return bool(read_form(item, form, taken.seed) != taken.answers[item.id])
    except Invalid:
        return True


def grade_attempt(db: Session, taken: Taken, *, at: datetime, reason: str) -> Score:
    """Grade an attempt by its own release and paper; adds its marks and a result with the next sequence.

    Raises Conflict when questions remain and there is still time.
    """
    quiz, paper = _paper(db, taken)
    if any(item.id not in taken.answers for item in paper) and not is_over(quiz, taken.started_at, at):
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
    release: Published | None,
    reason: str,
    at: datetime,
) -> Regraded:
    """Grade some people's finished attempts at a quiz by the keys of a release; None for each attempt's own.

    An attempt that gains from it gets a result with the next sequence; for one that does not nothing is written.
    See grading.grade_again. Attempts whose answers have been deleted are left alone.
    """
    keys = release.course.quizzes[quiz_id].known if release else {}
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
    graded = [(taken.id, taken.sequence + 1, score) for _, taken, score in better]
    _add_results(db, graded, at=at, reason=reason, key_release=release.id if release else None)
    return Regraded(len(finished), sum(taken.answers_deleted for _, taken in finished), better, gained)


def _paper(db: Session, taken: Taken) -> tuple[Quiz, Sequence[Item]]:
    """The quiz of an attempt's own release, and the questions of its paper."""
    course = published(db, taken.release_id).course
    quiz = course.quizzes[taken.quiz]
    module = course.module(quiz.module)
    assert module is not None  # noqa: S101 - the content check refuses a quiz without its module
    return quiz, paper_of(quiz, module, taken.paper).items


def _add_results(
    db: Session,
    graded: Sequence[tuple[UUID, int, Score]],
    *,
    at: datetime,
    reason: str,
    key_release: int | None = None,
) -> None:
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
            "key_release_id": key_release,
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
    reference = kept(note, reference, "Beslutet", "decision")
    before = start_of(kept_from)
    old = old_answers(db, before)
    if not old.responses and not old.marks:
        return old
    finished, unfinished = old_attempts(before)
    with retention(db, ANSWERS, kept_from, reference=reference, counts=asdict(old), by=by, at=at):
        for attempts_ in (unfinished, finished):
            db.execute(delete(Response).where(Response.attempt_id.in_(attempts_)))
        db.execute(delete(Mark).where(Mark.attempt_id.in_(finished)))
    return old
