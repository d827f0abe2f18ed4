"""What a list of employees or elected officials says, row by row, with every problem at once. Pure."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from course.clock import FOREVER
from course.organisation import person
from course.organisation.person import LAST_YEAR, LONGEST_NAME, has_personnummer, slug
from course.organisation.protection import says_protected
from course.sheet.lines import Column, Line, first_ones, read_lines
from course.sheet.problems import RowProblem, fold, quoted

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
    Column("skyddad", required=False),
)
OFFICIAL_COLUMNS = (
    Column("namn"),
    Column("epost"),
    Column("namnd"),
    Column("organ", required=False),
    Column("roll"),
    Column("mandat_fran"),
    Column("mandat_till", required=False),
    Column("skyddad", required=False),
)
PARTY_COLUMNS = "parti partier party partitillhorighet partibeteckning partinamn partikod politisktparti".split()
NO_PARTY = "ta bort kolumnen parti. Partitillhörighet är en känslig personuppgift och ska inte läsas in."
WORDS = {
    "permanent": "tillsvidare, tillsvidareanställd, tillsvidareanställning, fast, permanent",
    "temporary": "visstid, visstidsanställd, tidsbegränsad, vikariat, vikarie, särskild visstid, ava, säva,"
    " provanställning, provanställd, temporary",
    "hourly": "timanställd, timavlönad, timanställning, tim, timvikarie, intermittent, hourly",
    "hired": "inhyrd, konsult, bemanning, hired",
    "trainee": "praktikant, praktik, student, trainee",
}
EMPLOYMENTS = {fold(word): name for name, words in WORDS.items() for word in words.split(",")}
USUAL_WORDS = "tillsvidare, visstid, timanställd, inhyrd eller praktikant"

DAY = re.compile(r"([0-9]{4})(-?)([0-9]{2})\2([0-9]{2})(?:[ T]00:00(?::00(?:\.0+)?)?)?")
SERIAL = re.compile(r"[0-9]{5}")
FIRST_YEAR = 1950
NEVER = (date.max, date.min)
"""The period of a row whose days cannot be read: it overlaps with none."""


@dataclass(frozen=True, slots=True)
class Row:
    """One employment or mandate; both days inclusive, FOREVER when no end is given."""

    line: int
    key: str
    """The employment number; the e-mail address of an elected official."""
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
    protected: bool = False
    """Whether the list says that the person's data are protected; that it does not, says nothing."""


Read = tuple[list[Row], list[RowProblem]]


def read_employees(content: bytes, names: Mapping[str, str] = {}) -> Read:
    """The rows of a list of employees that have no problem, and the problems by row.

    `names` says what a column is called in this file: {our name: its header}.
    """
    lines, problems = read_lines(content, EMPLOYEE_COLUMNS, names)
    return _gather(lines, problems, names, _employee)


def read_officials(content: bytes, names: Mapping[str, str] = {}) -> Read:
    """The same of a list of elected officials. A column of parties is refused: it is not ours to know."""
    lines, problems = read_lines(content, OFFICIAL_COLUMNS, names, dict.fromkeys(PARTY_COLUMNS, NO_PARTY))
    return _gather(lines, problems, names, _official)


class Cells:
    """The cells of one row, read one by one. What is wrong becomes a problem, and reading goes on."""

    def __init__(self, line: Line, names: Mapping[str, str], problems: list[RowProblem]) -> None:
        self.number, self._texts = line.number, line.cells
        self._names, self._problems = names, problems

    def fault(self, name: str, message: str) -> str:
        """Keep a problem with the cell of that column, as a sentence that begins with the column. Gives ''."""
        title = quoted(self._names.get(name) or name)
        self._problems.append(RowProblem(self.number, f"{title} {message}"))
        return ""

    def hides_personnummer(self) -> bool:
        """Whether a personal identity number stands anywhere. The row is then read no further, nor shown."""
        found = [name for name, text in self._texts.items() if has_personnummer(text)]
        for name in found:
            own = "Använd anställningsnummer i stället." if name in ("anstallningsnummer", "chef") else "Ta bort det."
            self.fault(name, f"innehåller något som ser ut som ett personnummer. {own}")
        return bool(found)

    def text(self, name: str, *, optional: bool = False) -> str:
        """The text as it stands; '' when there is none."""
        text = self._texts[name]
        return text if text or optional else self.fault(name, "saknas. Fyll i cellen.")

    def kept(self, name: str, rule: person.Rule, *, optional: bool = False) -> str:
        """The text by a rule of what people and units may be called."""
        text = self.text(name, optional=optional)
        try:
            return rule(text) if text else ""
        except person.Unfit as unfit:
            return self.fault(name, str(unfit))

    def key(self, name: str, *, optional: bool = False) -> str:
        """An employment number; whether it hides a personnummer is asked of the row as a whole."""
        return self.kept(name, partial(person.number, resembling=True), optional=optional)

    def day(self, name: str) -> date | None:
        """A day; None, and a problem, when it cannot be read."""
        text = self.text(name)
        if not text:
            return None
        found = DAY.fullmatch(text)
        try:
            day = date(int(found[1]), int(found[3]), int(found[4])) if found else None
        except ValueError:
            self.fault(name, f"är ett datum som inte finns: {quoted(text)}. Rätta det.")
            return None
        if day is None:
            why = "är ett löpnummer från Excel. Visa kolumnen som datum" if SERIAL.fullmatch(text) else "är inget datum"
            self.fault(name, f"{why}: {quoted(text)}. Skriv dagen som 2026-12-31.")
        elif not FIRST_YEAR <= day.year <= LAST_YEAR and day != FOREVER:
            self.fault(name, f"ska vara ett datum från {FIRST_YEAR} till {LAST_YEAR}, inte {quoted(text)}.")
        else:
            return day
        return None

    def period(self, since: str, until: str) -> tuple[date, date]:
        """From–to; no end is FOREVER. NEVER, and a problem, when it cannot be read."""
        first = self.day(since)
        last = self.day(until) if self._texts[until] else FOREVER
        if first == FOREVER:
            self.fault(since, "kan inte vara 9999-12-31. Skriv den första dagen.")
        elif first and last and last < first:
            self.fault(
                until, f"({last}) är före {quoted(self._names.get(since) or since)} ({first}). Rätta ett av dem."
            )
        elif first and last:
            return first, last
        return NEVER


def _employee(cells: Cells) -> Row:
    first, last = (cells.kept(name, person.person_name) for name in ("fornamn", "efternamn"))
    name = f"{first} {last}" if first and last else ""
    if len(name) > LONGEST_NAME:
        cells.fault("efternamn", f"och förnamn är längre än {LONGEST_NAME} tecken tillsammans. Korta namnet.")
    division, code = (
        cells.kept("avdelning", person.place_name, optional=True),
        cells.kept("enhetskod", person.unit_code),
    )
    if cells.text("avdelning", optional=True) and not division:
        code = ""  # an avdelning that cannot be read contradicts no other row's
    since, until = cells.period("fran", "till")
    return Row(
        line=cells.number,
        key=cells.key("anstallningsnummer"),
        name=name,
        email=cells.kept("epost", person.email, optional=True) or None,
        unit_code=code,
        unit_name=cells.kept("enhet", person.label),
        parent_code=f"avd-{slug(division)}" if division else "",
        parent_name=division,
        title=cells.kept("befattning", person.label, optional=True),
        employment=_employment(cells),
        manager=cells.key("chef", optional=True),
        since=since,
        until=until,
        protected=_protected(cells),
    )


def _employment(cells: Cells) -> str:
    text = cells.text("anstallningsform")
    name = EMPLOYMENTS.get(fold(text), "")
    if text and not name:
        return cells.fault("anstallningsform", f"är okänd: {quoted(text)}. Skriv {USUAL_WORDS}.")
    return name


def _protected(cells: Cells) -> bool:
    """Whether the person is protected: what cannot be read is a problem, never a no."""
    text = cells.text("skyddad", optional=True)
    said = says_protected(text)
    if said is None:
        cells.fault("skyddad", f"är varken ja eller nej: {quoted(text)}. Skriv ja, nej eller inget.")
    return bool(said)


def _official(cells: Cells) -> Row:
    email = cells.kept("epost", person.email)
    board, organ = cells.kept("namnd", person.place_name), cells.kept("organ", person.place_name, optional=True)
    code = f"namnd-{slug(board)}" if board else ""
    since, until = cells.period("mandat_fran", "mandat_till")
    return Row(
        line=cells.number,
        key=email,
        name=cells.kept("namn", person.person_name),
        email=email,
        unit_code=f"{code}-{slug(organ)}" if code and organ else code,
        unit_name=organ or board,
        parent_code=code if organ else "",
        parent_name=board if organ else "",
        title=cells.kept("roll", person.mandate),
        employment="permanent",
        manager="",
        since=since,
        until=until,
        protected=_protected(cells),
    )


def _gather(
    lines: Sequence[Line], problems: list[RowProblem], names: Mapping[str, str], read: Callable[[Cells], Row]
) -> Read:
    """Read every line, then compare the rows with each other; rows with problems are left out."""
    if not lines and not problems:
        problems.append(RowProblem(0, "Filen har inga personer. En tom lista skulle avsluta alla; välj en annan fil."))
    rows = []
    for line in lines:
        cells = Cells(line, names, problems)
        if not cells.hides_personnummer():
            rows.append(read(cells))
    problems += _disagreements(rows)
    bad = {problem.line for problem in problems}
    return [row for row in rows if row.line not in bad], first_ones(problems)


Say = Callable[[Row, Row], str]
"""What to say of a row that says otherwise than an earlier one."""
Rule = tuple[Callable[[Row], str], Callable[[Row], str], Say]
"""Rows that agree on the first agree on the second, where they have both."""


def _person(what: str) -> Say:
    return lambda _, other: f"samma person har {what} på rad {other.line}. Rätta den rad som är fel."


def _unit(what: str, shown: Callable[[Row], str]) -> Say:
    return lambda row, other: (
        f"enheten {quoted(row.unit_code)} {what} {shown(row)} men {shown(other)} på rad {other.line}. Skriv lika."
    )


def _written(shown: Callable[[Row], str]) -> Say:
    return lambda row, other: f"{quoted(shown(row))} skrivs {quoted(shown(other))} på rad {other.line}. Skriv lika."


RULES: tuple[Rule, ...] = (
    (lambda row: row.key.casefold(), lambda row: row.key, _written(lambda row: row.key)),
    (lambda row: row.key, lambda row: row.name.casefold(), _person("ett annat namn")),
    (lambda row: row.key, lambda row: row.email or "", _person("en annan e-postadress")),
    (lambda row: row.unit_code.casefold(), lambda row: row.unit_code, _written(lambda row: row.unit_code)),
    (
        lambda row: row.unit_code,
        lambda row: row.unit_name.casefold(),
        _unit("heter", lambda row: quoted(row.unit_name)),
    ),
    (
        lambda row: row.unit_code,
        lambda row: row.parent_name.casefold() or "ingen",
        _unit("hör till", lambda row: quoted(row.parent_name) if row.parent_name else "ingen avdelning"),
    ),
    (
        lambda row: row.parent_code,
        lambda row: row.parent_name.casefold(),
        _written(lambda row: row.parent_name),
    ),
)


def _disagreements(rows: Sequence[Row]) -> Iterable[RowProblem]:
    """A problem for each row that says otherwise than an earlier one."""
    for group, value, message in RULES:
        first: dict[str, Row] = {}
        for row in rows:
            if not group(row) or not value(row):
                continue
            earlier = first.setdefault(group(row), row)
            if value(earlier) != value(row):
                yield RowProblem(row.line, message(row, earlier))
    yield from _overlaps(rows)


def _overlaps(rows: Sequence[Row]) -> Iterable[RowProblem]:
    """A problem for each row that holds at the same time as another of the same person in the same unit."""
    held: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row.key and row.unit_code and row.since <= row.until:
            held[row.key, row.unit_code].append(row)
    for periods in held.values():
        periods.sort(key=lambda row: (row.since, row.line))
        latest = periods[0]
        for row in periods[1:]:
            if row.since <= latest.until:
                first, second = sorted((latest, row), key=lambda each: each.line)
                message = (
                    f"samma person har samma enhet på rad {first.line} under samma tid. Ta bort eller rätta en av dem."
                )
                yield RowProblem(second.line, message)
            latest = max(latest, row, key=lambda each: each.until)
