"""A day as people and systems write it. Pure."""

import re
from datetime import date
from typing import NamedTuple

from course.sheet.problems import quoted

TIME = r"(?:[ T]\d{1,2}[:.]\d\d(?:[:.]\d\d(?:[.,]\d+)?)?)?"
YEAR_FIRST = re.compile(rf"(\d{{4}})(?:([-./])(\d{{1,2}})\2(\d{{1,2}})|(\d\d)(\d\d)){TIME}", re.ASCII)
DAY_FIRST = re.compile(rf"(\d{{1,2}})([-./])(\d{{1,2}})\2(\d{{4}}){TIME}", re.ASCII)
IN_WORDS = re.compile(rf"(?:den )?(\d{{1,2}})(?:[ .-]|:e )+([a-z]{{3,9}})[ .,-]+(\d{{4}}){TIME}", re.IGNORECASE)
MONTHS = (
    "jan januari january|feb februari february|mar mars march|apr april|maj may|jun juni june|jul juli july"
    "|aug augusti august|sep sept september|okt oktober oct october|nov november|dec december"
)
MONTH_OF = {word: number for number, words in enumerate(MONTHS.split("|"), start=1) for word in words.split()}
SERIAL = re.compile(r"[0-9]{5}")
AS_TEXT = "Skriv dagen som 2026-12-31."
LIKE_A_DAY = re.compile(
    rf"\d{{4}}-\d\d-\d\d{TIME}|\d{{1,2}}-({'|'.join(MONTH_OF)})(-\d+)?|({'|'.join(MONTH_OF)})-\d\d", re.IGNORECASE
)
"""What Excel makes of codes such as 1-3, as a CSV file has it."""


class NoDay(ValueError):  # noqa: N818 - it is told to a person
    """The text is no day; says why and what to do, after the name of the cell."""


class WrittenDay(NamedTuple):
    """The day, and whether it could be meant with the month first, as 03/04/2026."""

    day: date
    either_way: bool = False


def read_day(text: str) -> WrittenDay:
    """The day that is written. With dots or slashes the day stands first, as in Sweden. Raises NoDay."""
    try:
        if found := YEAR_FIRST.fullmatch(text):
            return WrittenDay(date(int(found[1]), int(found[3] or found[5]), int(found[4] or found[6])))
        if found := IN_WORDS.fullmatch(text):
            month = MONTH_OF.get(found[2].lower())
            return WrittenDay(date(int(found[3]), month, int(found[1]))) if month else _refuse(text)
        if found := DAY_FIRST.fullmatch(text):
            return _day_first(text, int(found[1]), int(found[3]), int(found[4]), slash=found[2] == "/")
    except NoDay:
        raise
    except ValueError:
        raise NoDay(f"är ett datum som inte finns: {quoted(text)}. Rätta det.") from None
    return _refuse(text)


def _day_first(text: str, day: int, month: int, year: int, *, slash: bool) -> WrittenDay:
    if month > 12 >= day:
        raise NoDay(f"är skrivet med månaden först: {quoted(text)}. {AS_TEXT}")
    return WrittenDay(date(year, month, day), either_way=slash and day <= 12 and day != month)


def _refuse(text: str) -> WrittenDay:
    serial = SERIAL.fullmatch(text)
    what = "är ett löpnummer från Excel. Visa kolumnen som datum" if serial else "är inget datum"
    raise NoDay(f"{what}: {quoted(text)}. {AS_TEXT}")
