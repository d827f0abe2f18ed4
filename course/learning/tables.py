"""Where the learner is, and what the learner has completed."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from course.schema import FACT, Base


class Place(Base):
    """Where to resume; the only learner row that is overwritten, and no figure reads it."""

    __tablename__ = "place"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    course: Mapped[str] = mapped_column(primary_key=True)
    module: Mapped[str]
    section: Mapped[str]
    item: Mapped[str]
    """'' when the learner is reading."""


class Completion(Base):
    """A person completed a module, or the whole course when `path` is ''."""

    __tablename__ = "completion"
    __table_args__ = (
        UniqueConstraint("person_id", "course", "path", "evidence"),
        Index("ix_completion_course_path", "course", "path", "person_id", "occurred_on"),
        CheckConstraint("edition > 0", name="edition"),
        {"info": FACT},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course: Mapped[str]
    path: Mapped[str]
    edition: Mapped[int]
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    route: Mapped[str]
    """How: `quiz`, or another way with its own evidence; `restored` on old rows, see resting.py."""
    evidence: Mapped[str]
    """`attempt:<uuid>` for a module; for a course the ids of its modules' completions, sorted; `restored:<id>`."""
    occurred_on: Mapped[date]
    recorded_at: Mapped[datetime]


class Revocation(Base):
    """A completion that no longer counts, for every day, from the instant `at` on."""

    __tablename__ = "revocation"
    __table_args__ = {"info": FACT}  # noqa: RUF012

    completion_id: Mapped[int] = mapped_column(ForeignKey("completion.id"), primary_key=True)
    at: Mapped[datetime]
    by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str]
