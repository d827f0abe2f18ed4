"""Writing the audit log, and deleting what need not be kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from course.audit.chain import FIRST_HASH, hash_of
from course.audit.tables import AuditEntry, RetentionGuard, RetentionRun


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


@contextmanager
def retention(
    db: Session,
    what: str,
    kept_from: date,
    *,
    reference: str,
    counts: dict[str, int],
    by: int | None,
    at: datetime,
) -> Iterator[None]:
    """Inside it facts may be deleted. The run is a fact itself, and is audited; the guard is gone when it ends."""
    newest = db.execute(select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)).scalar_one_or_none()
    run = RetentionRun(
        at=at, what=what, kept_from=kept_from, reference=reference, counts=counts, anchor=newest or FIRST_HASH
    )
    db.add(run)
    db.execute(insert(RetentionGuard).values(id=1))
    yield
    db.execute(delete(RetentionGuard))
    db.flush()
    detail = {"run": run.id, "kept_from": kept_from.isoformat(), "reference": reference, **counts}
    record(db, "retention.run", what, detail, by=by, at=at)
