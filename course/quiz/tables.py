"""Attempts at quizzes, their answers, and how they were graded."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from course.schema import FACT, Base, Json, fact_unless


class Attempt(Base):
    """One try at a quiz, pinned to the release it began on."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("person_id", "course", "quiz", "number"),
        CheckConstraint("number > 0", name="number"),
        Index("ix_attempt_course", "course", "person_id", "started_at"),
        {"info": FACT},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course: Mapped[str]
    quiz: Mapped[str]
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    number: Mapped[int]
    seed: Mapped[int]
    started_at: Mapped[datetime]
    paper: Mapped[list[str] | None] = mapped_column(Json)
    """The ids of its items, in order; NULL is every item of the quiz, as before papers were stored."""


class Response(Base):
    """The answer to one item of an attempt, exactly as it was given."""

    __tablename__ = "response"
    __table_args__ = {  # noqa: RUF012
        "info": fact_unless(
            "EXISTS (SELECT 1 FROM result WHERE result.attempt_id = NEW.attempt_id)", "the attempt has its result"
        )
    }

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    item: Mapped[str] = mapped_column(primary_key=True)
    answer: Mapped[Any] = mapped_column(Json)
    answered_at: Mapped[datetime]
    sure: Mapped[bool | None]
    """Whether the person was sure of it; NULL when that was not said."""


class Mark(Base):
    """The points of one item in one grading."""

    __tablename__ = "mark"
    __table_args__ = (
        CheckConstraint("points BETWEEN 0 AND 1000000", name="points"),
        {
            "info": fact_unless(
                "EXISTS (SELECT 1 FROM result WHERE result.attempt_id = NEW.attempt_id"
                " AND result.sequence = NEW.sequence)",
                "the grading has its result",
            )
        },
    )

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True)
    item: Mapped[str] = mapped_column(primary_key=True)
    points: Mapped[int]
    """Millionths."""


class Result(Base):
    """One grading of a finished attempt; the highest sequence counts."""

    __tablename__ = "result"
    __table_args__ = (CheckConstraint("points BETWEEN 0 AND of", name="points"), {"info": FACT})

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True)
    points: Mapped[int]
    """Millionths, out of `of` millionths."""
    of: Mapped[int]
    passed: Mapped[bool]
    """Whether the points reach the pass mark of the attempt's release."""
    stars: Mapped[list[str]] = mapped_column(Json)
    """The safety-critical items that had full marks; kept when the marks are deleted."""
    graded_at: Mapped[datetime]
    reason: Mapped[str]
    key_release_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"))
    """The release by whose keys it was graded anew; NULL when that is the attempt's own."""
