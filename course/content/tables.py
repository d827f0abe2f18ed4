"""Releases: every published state of a course, and its pictures."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from course.schema import FACT, Base, Json


class Release(Base):
    """One published state of a course; its sources are all there is to it."""

    __tablename__ = "release"
    __table_args__ = (
        CheckConstraint("edition > 0", name="edition"),
        CheckConstraint("change IN ('language', 'fact', 'goal')", name="change"),
        Index("ix_release_course_id", "course", "id"),
        {"info": FACT},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course: Mapped[str]
    digest: Mapped[str]
    sources: Mapped[dict[str, str]] = mapped_column(Json)
    """{path: text}; for a picture the text is its digest in `media`."""
    edition: Mapped[int]
    edition_from: Mapped[date]
    change: Mapped[str]
    published_at: Mapped[datetime]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Media(Base):
    """A picture, kept for every release that shows it."""

    __tablename__ = "media"
    __table_args__ = {"info": FACT}  # noqa: RUF012

    digest: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    content: Mapped[bytes] = mapped_column("bytes", LargeBinary)
