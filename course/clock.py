"""Instants and days: an instant is UTC and timezone-aware, a day is a date in Stockholm.

Only the edges (web, api, cli, and the transaction) read the clock; everything else is given `at` or a day.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")
FOREVER = date(9999, 12, 31)


def now() -> datetime:
    """The present instant in UTC."""
    return datetime.now(UTC)


def day_of(at: datetime) -> date:
    """The Stockholm day on which the instant `at` falls."""
    return at.astimezone(STOCKHOLM).date()


def start_of(day: date) -> datetime:
    """The first instant in UTC of the Stockholm `day`."""
    return datetime.combine(day, time(), STOCKHOLM).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The first instant in UTC after the Stockholm `day`: what happened on it is strictly before this."""
    if day == FOREVER:
        return datetime.max.replace(tzinfo=UTC)
    return datetime.combine(day + timedelta(days=1), time(), STOCKHOLM).astimezone(UTC)


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later, or that month's last day: 29 February + 12 is 28 February.

    Months may be negative. A day past the year 9999 becomes FOREVER.
    """
    month = day.year * 12 + day.month - 1 + months
    year, month = divmod(month, 12)
    if year > FOREVER.year:
        return FOREVER
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise ValueError(f"no such month: {year}-{month + 1}")
