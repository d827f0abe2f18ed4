"""Accounts, sessions, roles and the throttle."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from course.schema import Base, Dated, dated_args


class Identity(Base):
    """A way to prove who one is: `password` (subject: normalised key or e-mail), `code` (one-time)."""

    __tablename__ = "identity"

    provider: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    secret_hash: Mapped[str]
    ends_at: Mapped[datetime | None]


class Grant(Dated, Base):
    """A role that a person holds, for one unit and those below it or for everything."""

    __tablename__ = "grant"
    __table_args__ = (
        CheckConstraint("role IN ('learner', 'secretary', 'hr', 'admin')", name="role"),
        *dated_args(__tablename__, "person_id", "role", "unit_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))


class SignIn(Base):
    """A signed-in browser; the cookie holds the id of which this is the hash."""

    __tablename__ = "session"

    id_hash: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Throttle(Base):
    """One failed try; `key` is a hash of the account's or the address's name."""

    __tablename__ = "throttle"
    __table_args__ = (Index("ix_throttle_key_at", "key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    at: Mapped[datetime]
