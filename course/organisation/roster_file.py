"""What a list of employees or elected officials says, row by row, with every problem at once. Pure."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from course.clock import FOREVER
from course.sheet import Column, Line, RowProblem, first_ones, fold, read_sheet

EMPLOYEE_COLUMNS = (
    Column("anstallningsnummer"),
    Column("fornamn"),
    Column("efternamn"),
    Column("epost", required=False),
    Column("enhetskod"),
    Column("enhet"),
    Column("avdelning", required=False),
    Column("befattning", required=False),
    Column("anstallningsform"),
    Column("chef", required=False),
    Column("fran"),
    Column("till", required=False),
)
OFFICIAL_COLUMNS = (
    Column("namn"),
    Column("epost"),
    Column("namnd"),
    Column("organ", required=False),
    Column("roll"),
    Column("mandat_fran"),
    Column("mandat_till", required=False),
    Column("parti", required=False),
)
WORDS = {
    "permanent": "tillsvidare tillsvidareanställd tillsvidareanställning fast permanent",
    "temporary": "visstid visstidsanställd tidsbegränsad vikariat vikarie särskildvisstid säva ava provanställning"
    " provanställd temporary",
    "hourly": "timanställd timavlönad timanställning tim timvikarie intermittent hourly",
    "hired": "inhyrd konsult bemanning hired",
    "trainee": "praktikant praktik student trainee",
}
EMPLOYMENT = {fold(word): name for name, words in WORDS.items() for word in words.split()}
KEY = re.compile(r"[A-Za-z0-9._/-]{1,40}")
EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~åäöéü-]+@[a-z0-9åäö-]+(\.[a-z0-9åäö-]+)+")
FORMULA = ("=", "+", "-", "@")
EIGHT_DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)")
PERSONNUMMER = re.compile(r"(?<!\d)(?:18|19|20)?(\d{6})[-+]?(\d{4})(?!\d)")
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One employment or mandate; both days inclusive, FOREVER when no end is given."""

    line: int
    key: str
    name: str
    email: str | None
    unit_code: str
    unit_name: str
    parent_code: str
    """'' when nothing stands above the unit."""
    parent_name: str
    title: str
    employment: str
    manager: str
    """The manager's key, or ''."""
    since: date
    until: date


class _Wrong(Exception):  # noqa: N818 - a problem of one cell, gathered by the row's reader
    pass


Read = tuple[list[Row], list[RowProblem]]


def read_employees(content: bytes, names: Mapping[str, str] | None = None) -> Read:
    """The rows of a list of employees without problems, and all problems, by row."""
    lines, problems = read_sheet(content, EMPLOYEE_COLUMNS, names)
    return _gather(lines, problems, _employee)


def read_officials(content: bytes, names: Mapping[str, str] | None = None) -> Read:
    """The same of a list of elected officials. A column of parties is refused: it is not ours to know."""
    lines, problems = read_sheet(content, OFFICIAL_COLUMNS, names)
    if any(line.cells["parti"] for line in lines):
        return [], [RowProblem(1, "Ta bort kolumnen parti. Partitillhörighet ska inte läsas in.")]
    return _gather(lines, problems, _official)


def slug(text: str) -> str:
    """A name as part of a code: "IFO utredning" is "ifo-utredning"."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    ascii_only = "".join(letter for letter in plain if letter.isascii())
    return "-".join(re.findall("[a-z0-9]+", ascii_only))


def looks_like_personnummer(text: str) -> bool:
    """Whether a Swedish personal identity number, or a coordination number, stands in the text."""
    return any(_is_date(*found) and _luhn("".join(found)) for found in PERSONNUMMER.findall(text))


def _is_date(digits: str, _rest: str) -> bool:
    month, day = int(digits[2:4]), int(digits[4:6])
    return 1 <= month <= 12 and 1 <= (day - 60 if day > 60 else day) <= 31


def _luhn(digits: str) -> bool:
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(digits))
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


class _Cells:
    """The cells of one row, read one by one; each problem is kept and reading goes on."""

    def __init__(self, line: Line) -> None:
        self.line, self.problems = line, list[RowProblem]()

    def read(self, name: str, reader: Callable[[str], str], *, needed: bool = True) -> str:
        text = self.line.cells[name]
        if not text:
            if needed:
                self.problem(f"{name} saknas.")
            return ""
        try:
            return reader(text)
        except _Wrong as wrong:
            self.problem(f"{name}: {wrong}")
            return ""

    def day(self, name: str, otherwise: date | None = None) -> date:
        text = self.line.cells[name]
        if not text and otherwise:
            return otherwise
        try:
            return _day(text)
        except _Wrong as wrong:
            self.problem(f"{name}: {wrong}" if text else f"{name} saknas.")
            return date.min

    def problem(self, message: str) -> None:
        self.problems.append(RowProblem(self.line.number, message))

    def period(self, since: str, until: str) -> tuple[date, date]:
        first, last = self.day(since), self.day(until, FOREVER)
        if not self.problems and first > last:
            self.problem(f"{until} ({last}) är före {since} ({first}).")
        return first, last


def _employee(cells: _Cells) -> Row:
    name = " ".join((cells.read("fornamn", _name), cells.read("efternamn", _name)))
    division = cells.read("avdelning", _label, needed=False)
    first, last = cells.period("fran", "till")
    return Row(
        line=cells.line.number,
        key=cells.read("anstallningsnummer", _key),
        name=name,
        email=cells.read("epost", _email, needed=False) or None,
        unit_code=cells.read("enhetskod", _code),
        unit_name=cells.read("enhet", _label),
        parent_code=f"avd-{slug(division)}" if division else "",
        parent_name=division,
        title=cells.read("befattning", _label, needed=False),
        employment=cells.read("anstallningsform", _employment),
        manager=cells.read("chef", _key, needed=False),
        since=first,
        until=last,
    )


def _official(cells: _Cells) -> Row:
    email = cells.read("epost", _email)
    board, organ = cells.read("namnd", _label), cells.read("organ", _label, needed=False)
    board_code = f"namnd-{slug(board)}"
    first, last = cells.period("mandat_fran", "mandat_till")
    return Row(
        line=cells.line.number,
        key=email,
        name=cells.read("namn", _name),
        email=email,
        unit_code=f"{board_code}-{slug(organ)}" if organ else board_code,
        unit_name=organ or board,
        parent_code=board_code if organ else "",
        parent_name=board if organ else "",
        title=cells.read("roll", _label),
        employment="permanent",
        manager="",
        since=first,
        until=last,
    )


def _gather(lines: Sequence[Line], problems: list[RowProblem], read: Callable[[_Cells], Row]) -> Read:
    rows = []
    for line in lines:
        cells = _Cells(line)
        row = read(cells)
        problems += cells.problems
        if not cells.problems:
            rows.append(row)
    if not lines and not problems:
        problems.append(RowProblem(0, "Filen har inga personer. En tom lista skulle avsluta alla; inget görs."))
    good, more = _agreeing(rows)
    return good, first_ones([*problems, *more])


def _agreeing(rows: Sequence[Row]) -> Read:
    """The rows that do not contradict an earlier one, and a problem for each that does."""
    problems, good = [], []
    units: dict[str, Row] = {}
    people: dict[str, Row] = {}
    held: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        first = units.setdefault(row.unit_code, row)
        same = people.setdefault(row.key, row)
        periods = held.setdefault((row.key, row.unit_code), [])
        over = next((other for other in periods if other.since <= row.until and row.since <= other.until), None)
        faults = [
            (
                first.unit_name.casefold() != row.unit_name.casefold(),
                f"enheten {row.unit_code} heter {row.unit_name}, men {first.unit_name} på rad {first.line}.",
            ),
            (
                first.parent_code != row.parent_code,
                f"enheten {row.unit_code} hör till {_above(row)}, men till {_above(first)} på rad {first.line}.",
            ),
            (same.name != row.name, f"{row.key} har ett annat namn på rad {same.line}."),
            (same.email != row.email, f"{row.key} har en annan e-post på rad {same.line}."),
            (over is not None, f"{row.key} finns i enheten {row.unit_code} samma tid på rad {over and over.line}."),
        ]
        found = [RowProblem(row.line, message) for wrong, message in faults if wrong]
        problems += found
        if not found:
            good.append(row)
            periods.append(row)
    return good, problems


def _above(row: Row) -> str:
    return row.parent_name or "ingen avdelning"


def _key(text: str) -> str:
    if looks_like_personnummer(text):
        raise _Wrong("ser ut som ett personnummer. Använd anställningsnummer.")
    if not KEY.fullmatch(text):
        raise _Wrong("får bara ha bokstäverna A–Z, siffror och . _ - / (högst 40 tecken).")
    return text


def _code(text: str) -> str:
    if text.startswith(FORMULA):
        raise _Wrong("börjar som en formel. Ta bort tecknet först i cellen.")
    if len(text) > 60 or not text.isprintable():
        raise _Wrong("får ha högst 60 tecken.")
    return text


def _label(text: str) -> str:
    if text.startswith(FORMULA):
        raise _Wrong("börjar som en formel. Ta bort tecknet först i cellen.")
    if looks_like_personnummer(text):
        raise _Wrong("innehåller något som ser ut som ett personnummer. Ta bort det.")
    if len(text) > LONGEST_NAME:
        raise _Wrong(f"får ha högst {LONGEST_NAME} tecken.")
    return text


def _name(text: str) -> str:
    _label(text)
    if not any(letter.isalpha() for letter in text):
        raise _Wrong("ska vara ett namn.")
    for word in re.split(r"[\s-]+", text):
        scripts = {unicodedata.name(letter, "?").split()[0] for letter in word if letter.isalpha()}
        if len(scripts) > 1:
            raise _Wrong("blandar alfabet som ser lika ut. Skriv om namnet.")
    return text


def _email(text: str) -> str:
    if not EMAIL.fullmatch(text.lower()) or len(text) > 254:
        raise _Wrong("är ingen e-postadress.")
    return text.lower()


def _employment(text: str) -> str:
    name = EMPLOYMENT.get(fold(text))
    if name is None:
        raise _Wrong("är okänd. Skriv tillsvidare, visstid, timanställd, inhyrd eller praktikant.")
    return name


def _day(text: str) -> date:
    written = EIGHT_DIGITS.sub(r"\1-\2-\3", text) if EIGHT_DIGITS.fullmatch(text) else text.removesuffix(" 00:00:00")
    try:
        day = datetime.strptime(written, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise _Wrong("ska vara ett datum som finns, skrivet som 2026-12-31.") from None
    if not 1950 <= day.year <= 2100 and day != FOREVER:
        raise _Wrong("ska vara mellan 1950 och 2100.")
    return day
