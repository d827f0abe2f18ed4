"""The folder where backups lie: how old the newest is, and which are kept when it is tidied."""

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

FOLDER = "backups"
"""In the instance folder."""
NAME = re.compile(r"(\d{4}-\d{2}-\d{2})T[\w-]+\.zip")
"""A whole backup, as INSTALL.md names them: 2026-11-24T013000Z.zip."""
DAYS, WEEKS, MONTHS = 14, 8, 12
LATEST = timedelta(hours=36)
"""A newest backup that is older is a fault: they are made every night."""


def newest(folder: Path) -> datetime | None:
    """When the newest backup was written, in UTC; None when there is none."""
    times = [path.stat().st_mtime for path in folder.iterdir() if NAME.fullmatch(path.name)]
    return datetime.fromtimestamp(max(times), UTC) if times else None


def expendable(folder: Path) -> list[Path]:
    """The files of the days that need no longer be kept, oldest first; everything else in the folder is let be."""
    by_day: dict[date, list[Path]] = {}
    for path in sorted(folder.iterdir()):
        if (day := _day(path)) and path.is_file():
            by_day.setdefault(day, []).append(path)
    keep = kept(by_day)
    return [path for day, paths in by_day.items() if day not in keep for path in paths]


def _day(path: Path) -> date | None:
    """The day of a backup, as its name says; None for anything else."""
    found = NAME.fullmatch(path.name)
    with suppress(ValueError):  # a name such as 2026-02-30T…
        return date.fromisoformat(found[1]) if found else None
    return None


def kept(days: Iterable[date]) -> frozenset[date]:
    """Of the days with a backup, those to keep: the 14 newest, and the last one of 8 weeks and of 12 months.

    Days, weeks and months without a backup are not counted: when backups have stopped, none is lost by waiting.
    """
    newest_first = sorted(set(days), reverse=True)
    weeks: dict[tuple[int, int], date] = {}
    months: dict[tuple[int, int], date] = {}
    for day in newest_first:
        weeks.setdefault(day.isocalendar()[:2], day)
        months.setdefault((day.year, day.month), day)
    return frozenset((*newest_first[:DAYS], *list(weeks.values())[:WEEKS], *list(months.values())[:MONTHS]))
