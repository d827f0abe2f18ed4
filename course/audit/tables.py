"""The audit log and the retention runs."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from course.schema import FACT, GUARD, Base, Json


class AuditEntry(Base):
    """One audited change; `hash` covers the row and the hash before it."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_subject", "subject"),
        Index("ix_audit_entry_action_at", "action", "at"),
        {"info": FACT},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """The person who did it; NULL is the command line."""
    action: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(Json)
    """Ids and settings only, never names, answers or secrets."""
    previous_hash: Mapped[str]
    hash: Mapped[str]


class RetentionRun(Base):
    """One deletion of what need not be kept, with the decision it rests on."""

    __tablename__ = "retention_run"
    __table_args__ = {"info": FACT}  # noqa: RUF012

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    what: Mapped[str]
    kept_from: Mapped[date]
    """Rows from before this Stockholm day were deleted."""
    reference: Mapped[str]
    counts: Mapped[dict[str, int]] = mapped_column(Json)
    anchor: Mapped[str]
    """The newest hash of the audit log when the run began."""


class RetentionGuard(Base):
    """Holds a row only inside a retention run's transaction; see schema.GUARD."""

    __tablename__ = GUARD

    id: Mapped[int] = mapped_column(primary_key=True)
