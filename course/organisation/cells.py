"""The cells of one row of a list, read one by one; what is wrong is kept, and reading goes on. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from course import swedish
from course.clock import FOREVER
from course.organisation import person
from course.organisation.person import LAST_YEAR, has_personnummer
from course.sheet.days import LIKE_A_DAY, NoDay, read_day
from course.sheet.lines import NOTHING, Line
from course.sheet.problems import EMPTY_CELL, RowProblem, quoted, rows_in_words

FIRST_YEAR = 1950
NEVER = (date.max, date.min)
"""The period of a row whose days cannot be read: it overlaps with none."""
NO_END = frozenset({"tills vidare", "tillsvidare", "tv", "t.v.", "t v", "-", "–", "löpande"})
TEN_DIGITS = re.compile(r"[0-9]{10}")
DOUBLE = "står mer än en gång i listan och är läst en gång."
IN_SCIENTIFIC = re.compile(r"\d([.,]\d+)?E\+?\d+", re.IGNORECASE)


@dataclass
class Findings:
    """What comes to light while the rows of a list are read."""

    problems: list[RowProblem]
    notes: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """{what is said of some rows, though they are read: their numbers}."""
    either_way: tuple[str, date] | None = None
    """The first date that could be meant with the month first, and how it was read."""

    @property
    def remarks(self) -> list[str]:
        """The notes, each with its rows."""
        told = [f"{rows_in_words(rows).capitalize()} {text}" for text, rows in self.notes.items()]
        if self.either_way:
            text, day = self.either_way
            told.append(f"Datum som {text} är lästa med dagen först, alltså {swedish.day(day)}.")
        return told


class Cells:
    """The cells of one row. What is wrong becomes a problem, and reading goes on."""

    def __init__(
        self, line: Line, names: Mapping[str, str], findings: Findings, ten_digits: Iterable[str] = ()
    ) -> None:
        self.number, self._texts = line.number, line.cells
        self._names, self._findings, self._ten_digits = names, findings, ten_digits

    def fault(self, name: str, message: str) -> str:
        """Keep a problem with the cell of that column, as a sentence that begins with the column. Gives ''."""
        self._findings.problems.append(RowProblem(self.number, f"{self._title(name)} {message}"))
        return ""

    def note(self, text: str) -> None:
        """Keep something that is to be said of the row, as a sentence that begins with its number."""
        self._findings.notes[text].append(self.number)

    def hides_personnummer(self) -> bool:
        """Whether a personal identity number stands anywhere. The row is then read no further, nor shown."""
        found = [
            name
            for name, text in self._texts.items()
            if has_personnummer(text) and not (name in self._ten_digits and TEN_DIGITS.fullmatch(text))
        ]
        for name in found:
            own = "Använd anställningsnummer i stället." if name in ("anstallningsnummer", "chef") else "Ta bort det."
            self.fault(name, f"innehåller något som ser ut som ett personnummer. {own}")
        return bool(found)

    def given(self, name: str) -> str:
        """The text of a cell that may be empty, also when a dash says so."""
        text = self._texts.get(name, "")
        return "" if text.lower() in NOTHING else text

    def text(self, name: str, *, optional: bool = False) -> str:
        """The text as it stands; '' when there is none."""
        text = self._texts[name]
        return text if text or optional else self.fault(name, EMPTY_CELL.strip())

    def kept(self, name: str, rule: person.Rule, *, optional: bool = False) -> str:
        """The text by a rule of what people and units may be called."""
        text = self.text(name, optional=optional)
        try:
            return rule(text) if text else ""
        except person.Unfit as unfit:
            return self.fault(name, str(unfit))

    def code(self, name: str, rule: person.Rule, *, optional: bool = False) -> str:
        """A code by a rule, unless Excel has made a date or a power of ten of it."""
        text = self._texts[name]
        if LIKE_A_DAY.fullmatch(text) or IN_SCIENTIFIC.fullmatch(text):
            what = "ett datum" if LIKE_A_DAY.fullmatch(text) else "ett avrundat tal"
            return self.fault(
                name,
                f"ser ut som {what}: {quoted(text)}. Excel gör om koder; välj cellformatet Text och skriv koden igen.",
            )
        return self.kept(name, rule, optional=optional)

    def key(self, name: str, *, optional: bool = False) -> str:
        """An employment number; whether it hides a personnummer is asked of the row as a whole."""
        return self.code(name, partial(person.number, resembling=True), optional=optional)

    def day(self, name: str) -> date | None:
        """A day; None, and a problem, when it cannot be read."""
        text = self.text(name)
        if not text:
            return None
        try:
            day, either_way = read_day(text)
        except NoDay as reason:
            self.fault(name, str(reason))
            return None
        if not FIRST_YEAR <= day.year <= LAST_YEAR and day != FOREVER:
            self.fault(name, f"ska vara ett datum från {FIRST_YEAR} till {LAST_YEAR}, inte {quoted(text)}.")
            return None
        if either_way and self._findings.either_way is None:
            self._findings.either_way = (text, day)
        return day

    def period(self, since: str, until: str) -> tuple[date, date]:
        """From–to; no end is FOREVER. NEVER, and a problem, when it cannot be read."""
        first = self.day(since)
        last = self.day(until) if self._texts[until] and self._texts[until].lower() not in NO_END else FOREVER
        if first == FOREVER:
            self.fault(since, "kan inte vara 9999-12-31. Skriv den första dagen.")
        elif first and last and last < first:
            self.fault(until, f"({last}) är före {self._title(since)} ({first}). Rätta ett av dem.")
        elif first and last:
            return first, last
        return NEVER

    def _title(self, name: str) -> str:
        return quoted(self._names.get(name) or name)
