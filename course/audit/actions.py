"""Writing the audit log."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.audit.chain import FIRST_HASH, hash_of
from course.audit.tables import AuditEntry


def record(
    db: Session, action: str, subject: str, detail: dict[str, Any], *, by: int | None, at: datetime
) -> AuditEntry:
    """Add an entry to the chain. `detail` holds ids and settings only; the caller holds the write lock."""
    last = db.execute(select(AuditEntry.id, AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)).first()
    number, previous = (last.id + 1, last.hash) if last else (1, FIRST_HASH)
    entry = AuditEntry(
        id=number,
        at=at,
        actor=by,
        action=action,
        subject=subject,
        detail=detail,
        previous_hash=previous,
        hash=hash_of(previous, number, at=at, by=by, action=action, subject=subject, detail=detail),
    )
    db.add(entry)
    db.flush()
    return entry
