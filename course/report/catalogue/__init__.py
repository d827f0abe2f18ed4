"""The reports there are: a new one is a file here and a line in REPORTS.

What a figure says for a day, as known at an instant that has passed, never changes. So `table` keeps what was built:
whoever opens Täckning and then fetches its CSV, or follows a permalink, gets what was built the first time.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from course.content.model import Course
from course.db import newest_instant
from course.report.catalogue import coverage
from course.report.table import Table


@dataclass(frozen=True)
class Report:
    """A report: `build(db, course, audience, day, known_at, **options)` gives its Table."""

    name: str
    title: str
    build: Callable[..., Table]


REPORTS = {report.name: report for report in (Report(coverage.NAME, coverage.TITLE, coverage.build),)}

MOST = 8
"""How many tables one process keeps; one of a municipality of 27 000 takes a megabyte."""
_kept: WeakKeyDictionary[Engine, OrderedDict[tuple[Any, ...], Table]] = WeakKeyDictionary()
_lock = Lock()


def table(db: Session, report: str, course: Course, day: date, known_at: datetime, **options: Any) -> Table:
    """The report's Table. Kept only when no later write can be known at `known_at`: each has an instant of its own."""
    asked = (report, course.id, course.audience, day, known_at, *sorted(options.items()))
    engine = db.get_bind()
    assert isinstance(engine, Engine)  # noqa: S101 - sessions are bound to engines
    with _lock:
        kept = _kept.setdefault(engine, OrderedDict())
        if asked in kept:
            kept.move_to_end(asked)
            return kept[asked]
    newest = newest_instant(db)
    built = REPORTS[report].build(db, course.id, course.audience, day, known_at, **options)
    if newest and known_at <= newest:
        with _lock:
            kept[asked] = built
            while len(kept) > MOST:
                kept.popitem(last=False)
    return built
