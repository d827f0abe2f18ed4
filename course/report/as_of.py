"""Which day a figure is about, and what was known when: read from what a person wrote."""

import re
from datetime import UTC, date, datetime, timedelta

from course.clock import day_of, end_of
from course.errors import Invalid

TICK = timedelta(microseconds=1)
DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
INSTANT = re.compile(
    rf"{DAY.pattern}T[0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}([.][0-9]{{1,6}})?)?(Z|[+-][0-9]{{2}}:[0-9]{{2}})"
)
"""One spelling of ISO 8601, of the many that Python reads: no weeks, no missing hyphens."""


def read_day(text: str, field: str, otherwise: str = "") -> date:
    """A day written as 2026-12-31. Raises Invalid, which also names what `otherwise` could have been written."""
    text = text.strip()
    try:
        day = date.fromisoformat(text if DAY.fullmatch(text) else "")
    except ValueError:
        raise Invalid(f"”{field}” ska vara ett datum som 2026-12-31{otherwise}.", field) from None
    if not 1990 <= day.year <= 2200:
        raise Invalid(f"”{field}” ska vara ett datum mellan 1990 och 2200.", field)
    return day


def read_known(text: str, now: datetime, field: str = "kand") -> datetime:
    """An instant in ISO 8601 with its zone, or a day, which means its end in Stockholm. UTC out.

    `field` is what the faults call it. Raises Invalid for anything else, and for what has not been yet: such a figure
    could still change.
    """
    text = text.strip().replace(" ", "+")  # a + in an address arrives as a space
    if len(text) <= 10:
        day = read_day(text, field, " eller en tidpunkt som 2026-12-31T12:00:00Z")
        known_at = end_of(day) - TICK
        if day >= day_of(now):
            raise Invalid(f"Dagen i ”{field}” är inte slut än. Välj en tidigare dag eller utelämna den.", field)
        return known_at
    try:
        instant = datetime.fromisoformat(text if INSTANT.fullmatch(text) else "")
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None or not 1990 <= instant.year <= 2200:
        raise Invalid(f"”{field}” ska vara en dag som 2026-12-31 eller en tidpunkt som 2026-12-31T12:00:00Z.", field)
    if instant.astimezone(UTC) > now + timedelta(seconds=5):
        raise Invalid(f"Tidpunkten i ”{field}” har inte varit än.", field)
    return instant.astimezone(UTC)


def known_or_newest(text: str | None, now: datetime, newest: datetime | None, field: str = "kand") -> datetime:
    """The instant that is asked for as in read_known; the newest write's when none is, or when it has not been yet.

    Up to an instant that is to come more can be written, and a permalink's figures would change.
    """
    asked = read_known(text, now, field) if text else None
    return newest or now if asked is None or asked > max(now, newest or now) else asked


def read_earlier(
    text: str, known_at: datetime, now: datetime, field: str = "sedan", known_field: str = "kand"
) -> datetime:
    """An instant to compare with, written as for read_known. Raises Invalid unless it is before `known_at`."""
    earlier = read_known(text, now, field)
    if earlier >= known_at:
        raise Invalid(f"Tidpunkten i ”{field}” ska vara tidigare än den i ”{known_field}”.", field)
    return earlier


def write_known(known_at: datetime) -> str:
    """The instant as permalinks carry it."""
    return known_at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
