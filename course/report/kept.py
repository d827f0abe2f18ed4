"""Reports built already: what a figure says for a day, as known at an instant that has passed, never changes.

So whoever opens Täckning and then fetches its CSV, or follows a permalink, gets what was built the first time.
"""

from collections import OrderedDict
from datetime import date, datetime
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from course.db import newest_instant
from course.report.catalogue import REPORTS
from course.report.table import Table

MOST = 8
"""How many tables one process keeps; one of a municipality of 27 000 takes a megabyte."""
_kept: WeakKeyDictionary[Engine, OrderedDict[tuple[Any, ...], Table]] = WeakKeyDictionary()
_lock = Lock()


def table(
    db: Session,
    report: str,
    course: str,
    audience: str,
    day: date,
    known_at: datetime,
    *,
    earlier: datetime | None = None,
) -> Table:
    """The report's Table. Kept only when no later write can be known at `known_at`: each has an instant of its own."""
    asked = (report, course, audience, day, known_at, earlier)
    engine = db.get_bind()
    assert isinstance(engine, Engine)  # noqa: S101 - sessions are bound to engines
    with _lock:
        kept = _kept.setdefault(engine, OrderedDict())
        if asked in kept:
            kept.move_to_end(asked)
            return kept[asked]
    newest = newest_instant(db)
    built = REPORTS[report].build(db, course, audience, day, known_at, earlier=earlier)
    if newest and known_at <= newest:
        with _lock:
            kept[asked] = built
            while len(kept) > MOST:
                kept.popitem(last=False)
    return built
