"""Accounts, sessions, roles and the throttle."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
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
    ends_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]


class Disabled(Base):
    """An account that nobody can sign in to, since `at`; no row means that it is open. The audit log holds the rest."""

    __tablename__ = "disabled"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    at: Mapped[datetime]


class HandedPassword(Base):
    """The person chose the password with a one-time code that somebody else made, who may have used it first.

    No row: it was set on the server, with a code from there, or somebody has confirmed that it is the person's own.
    """

    __tablename__ = "handed_password"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    """The role in which the code was handed."""
    at: Mapped[datetime]
    """When the password was chosen; answers from before are hidden."""
    told: Mapped[bool]
    """Whether the one who signs in has said to have read it."""


class Throttle(Base):
    """One failed try. `key` says who was tried and `address` from where, both as keyed hashes; see throttle.py."""

    __tablename__ = "throttle"
    __table_args__ = (Index("ix_throttle_key_at", "key", "at"), Index("ix_throttle_address_at", "address", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    at: Mapped[datetime]
    address: Mapped[str] = mapped_column(server_default=text("''"))
    """'' for a browser that is known: it is counted by itself alone."""
