"""Reading the audit log."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.audit.chain import FIRST_HASH, hash_of
from course.audit.tables import AuditEntry


def first_broken(db: Session) -> int | None:
    """The id of the first entry whose hash does not follow from the chain; None when the chain holds."""
    previous = FIRST_HASH
    entries = db.scalars(select(AuditEntry).order_by(AuditEntry.id)).yield_per(1000)
    for number, entry in enumerate(entries, start=1):
        expected = hash_of(
            previous,
            entry.id,
            at=entry.at,
            by=entry.actor,
            action=entry.action,
            subject=entry.subject,
            detail=entry.detail,
        )
        if entry.id != number or entry.previous_hash != previous or entry.hash != expected:
            return entry.id
        previous = entry.hash
    return None


def entries(db: Session, subject: str, actions: Collection[str]) -> Sequence[AuditEntry]:
    """What was done to the subject, of those actions, the newest first."""
    rows = select(AuditEntry).where(AuditEntry.subject == subject, AuditEntry.action.in_(actions))
    return db.scalars(rows.order_by(AuditEntry.id.desc())).all()
