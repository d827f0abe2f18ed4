"""What one learner has done in one course."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import Session

from course.content.model import Quiz
from course.content.queries import Published, published
from course.learning.completion import WHOLE_COURSE, Completed, Finished, modules_done, only_missing, valid_through
from course.learning.tables import Completion, Place, Revocation
from course.quiz.paper import form_of, is_whole
from course.quiz.queries import Taken, attempts


@dataclass(frozen=True)
class Spot:
    """Where the learner was last."""

    module: str
    section: str
    item: str


@dataclass(frozen=True)
class Record:
    """A learner's attempts and completions in a course, and the spot to resume from."""

    attempts: Sequence[Taken]
    completed: Sequence[Completed]
    revoked: Mapping[str, str]
    """{evidence: reason} of completions that were revoked: it never counts again."""
    spot: Spot | None

    def newest(self, path: str, edition: int = 0) -> Completed | None:
        """The newest completion of a module, or of the whole course, in the edition or a later one."""
        rows = [row for row in self.completed if row.path == path and row.edition >= edition]
        return max(rows, key=lambda row: (row.recorded_at, row.id), default=None)

    def attempts_at(self, quiz: str) -> list[Taken]:
        return [attempt for attempt in self.attempts if attempt.quiz == quiz]

    def is_valid(self, edition: int, day: date) -> bool:
        """Whether the whole course is completed in the edition and still valid on the day."""
        return any(
            row.path == WHOLE_COURSE and row.edition >= edition and row.valid_through >= day for row in self.completed
        )


@dataclass(frozen=True)
class CompletionRow:
    """A completion with its revocation, for the one who must explain or correct it."""

    id: int
    course: str
    path: str
    edition: int
    route: str
    evidence: str
    occurred_on: date
    recorded_at: datetime
    revoked_at: datetime | None
    reason: str | None


def record(
    db: Session, person_id: int, course: str, read: Callable[[Session, int, str], list[Taken]] = attempts
) -> Record:
    """Everything the learner has done in the course; `read` says of which attempts the answers are wanted."""
    place = db.execute(
        select(Place.module, Place.section, Place.item).where(Place.person_id == person_id, Place.course == course)
    ).first()
    rows = _rows(db, Completion.person_id == person_id, Completion.course == course)
    return Record(
        attempts=read(db, person_id, course),
        completed=_unrevoked(db, rows),
        revoked={row.evidence: row.reason for row in rows if row.at is not None},
        spot=Spot(*place) if place else None,
    )


def completed(db: Session, person_id: int, course: str) -> list[Completed]:
    """The person's completions in the course that have not been revoked."""
    return _unrevoked(db, _rows(db, Completion.person_id == person_id, Completion.course == course))


def finished_at(
    db: Session, taken: Iterable[Taken], quiz: str, edition: int, revoked: Container[str]
) -> list[Finished]:
    """The finished attempts at a quiz in an edition, as the rule looks at them; none whose evidence was revoked."""
    return [
        Finished(bool(each.passed) and is_whole(pinned.course.quizzes[quiz], each.paper), frozenset(each.stars))
        for each in taken
        if each.quiz == quiz and each.finished and f"attempt:{each.id}" not in revoked
        for pinned in [published(db, each.release_id)]
        if pinned.edition == edition
    ]


def missing_stars(db: Session, mine: Record, release: Published, quiz: Quiz) -> AbstractSet[str]:
    """The ★ items that alone are missing at a module's quiz of the release, see completion.only_missing."""
    finished = finished_at(db, mine.attempts, quiz.id, release.edition, mine.revoked)
    done_before = mine.newest(quiz.module, release.edition) is not None
    return only_missing(finished, quiz.critical, done_before=done_before)


def tries_left(db: Session, mine: Record, release: Published, quiz: Quiz) -> int | None:
    """How many more whole papers there may be until the module is done anew; None when that is unlimited."""
    if quiz.most_attempts is None:
        return None
    done = mine.newest(quiz.module, release.edition)
    begun = [
        each
        for each in mine.attempts_at(quiz.id)
        for pinned in [published(db, each.release_id)]
        if pinned.edition >= release.edition
        and is_whole(pinned.course.quizzes[quiz.id], each.paper)
        and (done is None or each.started_at > done.recorded_at)
    ]
    return max(0, quiz.most_attempts - len(begun))


def tests_left(db: Session, mine: Record, test: Quiz, edition: int, since: datetime | None) -> int:
    """In how many forms a module's knowledge test is left to take first: none once the module is done.

    `edition` is the one in force, `since` when everything must be done anew, as completion.anew_since gives it.
    """
    if test.module in modules_done(mine.completed, edition, since):
        return 0
    spent = {
        form_of(pinned.course.quizzes[test.id], each.paper)
        for each in mine.attempts_at(test.id)
        for pinned in [published(db, each.release_id)]
        if pinned.edition >= edition and (since is None or each.started_at > since)
    }
    return len(set(test.forms) - spent)


def _unrevoked(db: Session, rows: Sequence[Row[*tuple[Any, ...]]]) -> list[Completed]:
    months: dict[int, int | None] = {}
    for row in rows:
        if row.release_id not in months:
            months[row.release_id] = published(db, row.release_id).course.valid_months
    return [
        Completed(
            row.id,
            row.path,
            row.edition,
            row.occurred_on,
            row.recorded_at,
            valid_through(row.occurred_on, months[row.release_id]),
            row.route,
        )
        for row in rows
        if row.at is None
    ]


def completion_rows(db: Session, person_id: int) -> list[CompletionRow]:
    """All of the person's completions, also revoked ones, oldest first."""
    return [
        CompletionRow(
            row.id,
            row.course,
            row.path,
            row.edition,
            row.route,
            row.evidence,
            row.occurred_on,
            row.recorded_at,
            row.at,
            row.reason,
        )
        for row in _rows(db, Completion.person_id == person_id)
    ]


def used_evidence(db: Session, person_id: int, course: str) -> Mapping[tuple[str, str], int]:
    """{(path, evidence): completion id} of everything that has ever completed something for the person."""
    rows = db.execute(
        select(Completion.path, Completion.evidence, Completion.id).where(
            Completion.person_id == person_id, Completion.course == course
        )
    )
    return {(path, evidence): number for path, evidence, number in rows}


def _rows(db: Session, *where: ColumnElement[bool]) -> Sequence[Row[*tuple[Any, ...]]]:
    return db.execute(
        select(*Completion.__table__.columns, Revocation.at, Revocation.reason)
        .outerjoin(Revocation, Revocation.completion_id == Completion.id)
        .where(*where)
        .order_by(Completion.id)
    ).all()
