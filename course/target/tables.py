"""Targets and figures reported earlier."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from course.schema import FACT, Base, Dated, Json, dated_args


class Target(Base):
    """A promise about a course and an audience."""

    __tablename__ = "target"
    __table_args__ = (CheckConstraint("audience IN ('employee', 'official')", name="audience"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course: Mapped[str]
    audience: Mapped[str]


class TargetState(Dated, Base):
    """The promise as it was decided; `valid_from`–`valid_to` is the period it is about."""

    __tablename__ = "target_state"
    __table_args__ = (CheckConstraint("goal > 0", name="goal"), *dated_args(__tablename__, "target_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    target_id: Mapped[int] = mapped_column(ForeignKey("target.id"))
    population: Mapped[dict[str, Any]] = mapped_column(Json)
    groups: Mapped[dict[str, Any]] = mapped_column(Json)
    """Named populations that are shown beside the whole."""
    goal: Mapped[int]
    grace_days: Mapped[int]
    decided_on: Mapped[date | None]
    reference: Mapped[str]
    source: Mapped[str]
    responsible: Mapped[str]


class ReportedFigure(Base):
    """A total that was reported earlier without rows of people; shown beside the figures, never added to them."""

    __tablename__ = "reported_figure"
    __table_args__ = (CheckConstraint("number >= 0", name="number"), {"info": FACT})

    id: Mapped[int] = mapped_column(primary_key=True)
    target_id: Mapped[int] = mapped_column(ForeignKey("target.id"))
    number: Mapped[int]
    day: Mapped[date]
    source: Mapped[str]
    reference: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
