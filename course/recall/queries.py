"""What somebody is asked to remember on a day, and what they have said and done about it before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from course.content.queries import Published, published
from course.items import FULL
from course.learning.queries import Record
from course.organisation.tables import Person
from course.quiz.queries import Taken
from course.recall.choosing import Given, Moment, Question, choose, moment_on, questions_of, seed_of
from course.recall.tables import RecallDone, RecallWish


@dataclass(frozen=True)
class Standing:
    """What a person has said and done about being asked."""

    person_id: int
    stopped: bool
    done: frozenset[Moment]


@dataclass(frozen=True)
class Recall:
    """The three questions of an occasion that has come."""

    moment: Moment
    release_id: int
    questions: tuple[Question, ...]
    seed: int
    done: bool


_wanted = (
    select(RecallWish.wanted)
    .where(RecallWish.person_id == Person.id)
    .order_by(RecallWish.said_at.desc())
    .limit(1)
    .scalar_subquery()
)
_standing = (
    select(_wanted.label("wanted"), RecallDone.course, RecallDone.completed_on, RecallDone.occasion)
    .select_from(Person)
    .outerjoin(RecallDone, RecallDone.person_id == Person.id)
    .where(Person.id == bindparam("person"))
    .order_by(RecallDone.completed_on, RecallDone.course, RecallDone.occasion)
)


def standing(db: Session, person_id: int) -> Standing:
    """What the person has said and done about being asked, in one SELECT."""
    rows = db.connection().execute(_standing, {"person": person_id}).all()
    done = frozenset(Moment(row.course, row.completed_on, row.occasion) for row in rows if row.course is not None)
    return Standing(person_id, stopped=any(row.wanted is False for row in rows), done=done)


def recall_on(
    db: Session, release: Published, mine: Record, known: Standing, *, edition: int, day: date
) -> Recall | None:
    """The questions of the newest occasion that has come for a person who has completed the course.

    `mine` is what the person has done in the course, and `edition` the one in force. None before the first occasion,
    when the person has said no, or when the course has too few questions.
    """
    moment = moment_on(release.course.id, mine.completed, edition, day)
    if moment is None or known.stopped:
        return None
    seed = seed_of(known.person_id, moment)
    questions = choose(questions_of(release.course, list(_given(db, mine.attempts))), seed)
    return Recall(moment, release.id, questions, seed, moment in known.done) if questions else None


def _given(db: Session, attempts: Iterable[Taken]) -> Iterable[Given]:
    """Every answer with points that is stored, each seen by the release of its own attempt."""
    for taken in attempts:
        items = published(db, taken.release_id).course.quizzes[taken.quiz].items
        for item_id, answer in taken.answers.items():
            item = items[item_id]
            if item.scored:
                yield Given(taken.quiz, item_id, item.points(answer) < FULL, taken.sure.get(item_id, False))
