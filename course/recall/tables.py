"""That somebody has remembered, and whether somebody wants to be asked; never what was answered."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from course.schema import FACT, Base


class RecallDone(Base):
    """A person has answered the questions of an occasion: so many days after a completion of a course."""

    __tablename__ = "recall_done"
    __table_args__ = (CheckConstraint("occasion > 0", name="occasion"), {"info": FACT})

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    course: Mapped[str] = mapped_column(primary_key=True)
    completed_on: Mapped[date] = mapped_column(primary_key=True)
    occasion: Mapped[int] = mapped_column(primary_key=True)


class RecallWish(Base):
    """A person said whether to be asked at all; the newest counts, and before the first one is asked."""

    __tablename__ = "recall_wish"
    __table_args__ = {"info": FACT}  # noqa: RUF012

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    said_at: Mapped[datetime] = mapped_column(primary_key=True)
    wanted: Mapped[bool]
