"""The rhythm of a year at work: which days people take courses, and when HR's files arrive. Pure."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from random import Random

from course.clock import STOCKHOLM, add_months

DAY = timedelta(days=1)
MONTHS = {1: 0.9, 6: 0.8, 7: 0.1, 8: 0.7, 12: 0.6}
REMINDERS = ((2, 10), (4, 14), (9, 8), (10, 20))
"""(month, day) of HR's reminders; the week that follows is a busy one."""
HOLIDAYS = {(1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31)}


def is_working_day(day: date) -> bool:
    """Monday to Friday, and no fixed holiday."""
    return day.weekday() < 5 and (day.month, day.day) not in HOLIDAYS


@cache
def eagerness(day: date) -> float:
    """How likely people are to take a course on the day, compared with a common working day."""
    if not is_working_day(day):
        return 0.0
    reminded = any(0 <= (day - date(day.year, *spot)).days < 8 for spot in REMINDERS)
    return MONTHS.get(day.month, 1.0) * (2.2 if reminded else 1.0)


def span(first: date, last: date) -> Iterator[date]:
    """Every day from–to, both inclusive."""
    for number in range((last - first).days + 1):
        yield first + number * DAY


def working_day_before(day: date) -> date:
    """The day itself when it is a working day, else the nearest before."""
    while not is_working_day(day):
        day -= DAY
    return day


def history_begins(today: date) -> date:
    """Eleven months back, and never after New Year's Day."""
    return min(date(today.year, 1, 1), add_months(today, -11))


def files_until(today: date) -> list[date]:
    """The days of HR's monthly files: the first working day of each of the last thirteen months, before today."""
    found = []
    for back in range(12, -1, -1):
        day = add_months(today.replace(day=1), -back)
        while not is_working_day(day):
            day += DAY
        if day < today:
            found.append(day)
    return found


def at_clock(day: date, hour: int, minute: int = 0) -> datetime:
    """The instant, in UTC, at which Stockholm's clocks show the time."""
    return datetime.combine(day, time(hour, minute), STOCKHOLM).astimezone(UTC)


def during(day: date, rng: Random, *, last_hour: int = 15) -> datetime:
    """Some instant of the working day, from seven on."""
    minutes = int(rng.triangular(0, (last_hour - 7) * 60, 150))
    return at_clock(day, 7) + timedelta(minutes=minutes, seconds=rng.randrange(60), microseconds=rng.randrange(10**6))
