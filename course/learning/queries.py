"""What one learner has done in one course."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import Session

from course.content.queries import published
from course.learning.completion import WHOLE_COURSE, Completed, valid_through
from course.learning.tables import Completion, Place, Revocation
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


def record(db: Session, person_id: int, course: str) -> Record:
    """Everything the learner has done in the course."""
    place = db.execute(
        select(Place.module, Place.section, Place.item).where(Place.person_id == person_id, Place.course == course)
    ).first()
    return Record(
        attempts=attempts(db, person_id, course),
        completed=completed(db, person_id, course),
        spot=Spot(*place) if place else None,
    )


def completed(db: Session, person_id: int, course: str) -> list[Completed]:
    """The person's completions in the course that have not been revoked."""
    months: dict[int, int | None] = {}
    rows = _rows(db, Completion.person_id == person_id, Completion.course == course)
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
