"""How dates, numbers and names are written in Swedish."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from unicodedata import combining

from course.clock import STOCKHOLM

MONTHS = "januari februari mars april maj juni juli augusti september oktober november december".split()
WORDS = "noll en två tre fyra fem sex sju åtta nio tio elva tolv".split()
NBSP = "\u00a0"
NEAREST = str.maketrans(
    {"ø": "ö", "œ": "ö", "ő": "ö", "æ": "ä", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i", "ŋ": "n"}
)
"""Letters that have no accent to take away."""
AS_Y = str.maketrans("üű", "yy")
LAST = str.maketrans("åäö", "{|}")
"""After z, and before other alphabets."""


def number(value: int) -> str:
    """1500 as "1 500", with a space that does not break the line."""
    return f"{value:,}".replace(",", NBSP).replace("-", "−")


def in_words(value: int) -> str:
    """A small number as a word, "två"; larger ones in figures."""
    return WORDS[value] if 0 <= value < len(WORDS) else number(value)


def persons(value: int) -> str:
    """How many people: 1 person, 1 500 personer."""
    return f"{number(value)} {'person' if value == 1 else 'personer'}"


def points(value: Fraction) -> str:
    """Points with at most one decimal, never more than there are: 6 as "6", 20/3 as "6,6"."""
    tenths = int(value * 10)
    return f"{tenths // 10}" if tenths % 10 == 0 else f"{tenths // 10},{tenths % 10}"


def share(value: Fraction | None) -> str:
    """A share as "49,3 %"; None as "ej mätt"."""
    return "ej mätt" if value is None else f"{_tenths(value)}{NBSP}%"


def decimal_share(value: Fraction) -> str:
    """A share in per cent with a decimal comma, for files: "49,3"."""
    return _tenths(value)


def decimal(value: Decimal) -> str:
    """A number with the decimals that it has: "0,31", "−0,05"."""
    return str(value).replace(".", ",").replace("-", "−")


def day(value: date) -> str:
    """A day as "22 november 2026"."""
    return f"{value.day}{NBSP}{MONTHS[value.month - 1]} {value.year}"


def instant(value: datetime) -> str:
    """An instant as "22 november 2026 kl. 06.00", Stockholm time."""
    local = value.astimezone(STOCKHOLM)
    return f"{day(local.date())} kl.{NBSP}{local:%H.%M}"


def age(value: timedelta) -> str:
    """How old something is: "0 timmar", "1 timme", "47 timmar", then "2 dygn"."""
    hours = max(0, int(value.total_seconds() // 3600))
    if hours == 1:
        return f"1{NBSP}timme"
    return f"{hours}{NBSP}timmar" if hours < 48 else f"{number(hours // 24)}{NBSP}dygn"


def period(since: date, until: date) -> str:
    """A period as "under 2026" when it is a whole year, else with both days."""
    if (since.month, since.day, until.month, until.day, since.year) == (1, 1, 12, 31, until.year):
        return f"under {since.year}"
    return f"från {day(since)} till {day(until)}"


def waiting(seconds: int) -> str:
    """How long to wait: "1 sekund", "45 sekunder", and from a minute on whole minutes, rounded up: "2 minuter"."""
    if seconds < 60:
        return f"{seconds}{NBSP}{'sekund' if seconds == 1 else 'sekunder'}"
    minutes = -(-seconds // 60)
    return f"{minutes}{NBSP}{'minut' if minutes == 1 else 'minuter'}"


def folded(text: str) -> str:
    """The letters as somebody may type them: small, without accents, but å, ä and ö are letters of their own."""
    if text.isascii():
        return text.casefold()
    letters = unicodedata.normalize("NFC", text.casefold()).translate(NEAREST)
    return "".join(
        each if each in "åäö" else "".join(part for part in unicodedata.normalize("NFKD", each) if not combining(part))
        for each in letters
    )


def listed(parts: Sequence[str]) -> str:
    """Words after each other: "a", "a och b", "a, b och c"."""
    *first, last = parts
    return f"{', '.join(first)} och {last}" if first else last


def sort_key(name: str) -> str:
    """A key that sorts names as Swedes do, whatever the database's own order is.

    å, ä and ö last; é as e, ü as y, æ as ä, ø as ö (Svenska skrivregler; Unicode's CLDR for sv); numbers by their size.
    """
    letters = folded(name.casefold().translate(AS_Y)).translate(LAST)
    numbered = re.sub("[0-9]+", lambda found: found[0].lstrip("0").zfill(12), letters)
    plain = " ".join(re.sub(r"[-‐-―/]", " ", re.sub("['’´`]", "", numbered)).split())
    return f"{plain}\0{name}"


def _tenths(value: Fraction) -> str:
    """Per cent with one decimal, rounded half up; never 100,0 or 0,0 unless it is exactly so."""
    tenths = (2000 * value.numerator + value.denominator) // (2 * value.denominator)
    if tenths == 1000 and value < 1:
        tenths = 999
    if tenths == 0 and value > 0:
        tenths = 1
    return f"{tenths // 10},{tenths % 10}"
