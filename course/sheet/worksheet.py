"""The cells of one sheet of an Excel file, as they are seen."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from course.sheet.number_format import GENERAL, NotShown, shown
from course.sheet.problems import MOST_COLUMNS, MOST_ROWS, TOO_MANY, TOO_WIDE, Refused, SheetRow

BROKEN = "Excelfilen är skadad. Öppna den i Excel, spara den på nytt som ”Excel-arbetsbok (.xlsx)” och försök igen."
BOMB = "Excelfilen är orimligt stor när den packas upp. Spara listan som ”CSV UTF-8” i stället."
MOST_ELEMENTS, MOST_MERGED = 5_000_000, 20_000
LONGEST_TEXT = 10_000
"""What is longer is cut: a single long text may stand in every cell."""
REFERENCE = re.compile("([A-Z]{1,3})([0-9]{1,7})", re.IGNORECASE)
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
TRUE = ("1", "true")
SHOWS_ERROR = "visar ett fel i Excel. Rätta formeln eller skriv värdet."
NO_VALUE = "har en formel utan värde. Öppna filen i Excel och spara den igen."
STALE = "har en formel som inte är uträknad än. Öppna filen i Excel och spara den igen."
MERGED = "är sammanslagna i Excel. Dela dem och fyll i varje cell för sig."

Start = Callable[[str, Mapping[str, str]], None]
End = Callable[[str], None]


@dataclass(frozen=True)
class Look:
    """What the workbook says of all its cells."""

    texts: Sequence[str] = ()
    """The shared texts, by number."""
    formats: Sequence[str | None] = ()
    """The number formats, by style."""
    from_1904: bool = False
    stale: bool = False
    """Whether Excel is to work out every formula anew: what a program other than Excel saved with it is a guess."""


@dataclass
class Budget:
    """How many elements may be read yet, of all parts together."""

    left: int = MOST_ELEMENTS


def walk(part: bytes, start: Start, end: End, text: Callable[[str], None], budget: Budget) -> None:
    """Read an XML part from start to end, with names without prefixes. Raises Refused for what would do harm."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def started(tag: str, attributes: Mapping[str, str]) -> None:
        budget.left -= 1
        if budget.left < 0:
            raise Refused(BOMB)
        start(tag.rpartition(":")[2], attributes)

    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = started
    parser.EndElementHandler = lambda tag: end(tag.rpartition(":")[2])
    parser.CharacterDataHandler = text
    try:
        parser.Parse(part, True)
    except (expat.ExpatError, ValueError, LookupError, OverflowError):
        raise Refused(BROKEN) from None


def _refuse_doctype(*_: object) -> NoReturn:
    raise Refused(BROKEN)


@dataclass
class Texts:
    """Rich and plain texts as they are read: the parts of each together, without how Japanese is pronounced."""

    found: list[str] = field(default_factory=list)
    _parts: list[str] = field(default_factory=list)
    _open: bool = False
    _silent: bool = False

    def start(self, name: str, _: Mapping[str, str]) -> None:
        if name in ("si", "is"):
            self._parts = []
        elif name == "rPh":
            self._silent = True
        elif name == "t":
            self._open = not self._silent

    def text(self, data: str) -> None:
        if self._open:
            self._parts.append(data)

    def end(self, name: str) -> None:
        if name == "t":
            self._open = False
        elif name == "rPh":
            self._silent = False
        elif name in ("si", "is"):
            self.found.append(unescaped("".join(self._parts)))


def unescaped(text: str) -> str:
    """A text of Excel: characters that XML cannot hold are written _x000D_. At most LONGEST_TEXT of it."""
    short = text[:LONGEST_TEXT]
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), short) if "_x" in short else short


@dataclass
class Sheet:
    """The filled cells of a sheet, as it is read: {row: {column: text}}, both from 1."""

    look: Look
    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    faults: dict[int, dict[int, str]] = field(default_factory=dict)
    days: dict[int, set[int]] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    refusal: Refused | None = None
    """Why the sheet cannot be a list; the rows before that are there."""
    _row: int = 0
    _column: int = 0
    _cell: Mapping[str, str] | None = None
    _formula: bool = False
    _value: list[str] | None = None
    _in_value: bool = False
    _texts: Texts = field(default_factory=Texts)
    _merged: int = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "c":
            self._place(attributes.get("r"))
            self._cell, self._formula, self._value = attributes, False, None
            self._texts.found.clear()
        elif name == "row":
            self._row, self._column = max(1, int(attributes.get("r", self._row + 1))), 0
            if attributes.get("hidden") in TRUE or attributes.get("ht") in ("0", "0.0"):
                self.hidden_rows.add(self._row)
        elif name == "col":
            self._see_column(attributes)
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif self._cell is not None:
            if name == "f":
                self._formula = True
            elif name == "v":
                self._value, self._in_value = [], True
            else:
                self._texts.start(name, attributes)

    def text(self, data: str) -> None:
        if self._in_value and self._value is not None:
            self._value.append(data)
        elif self._cell is not None:
            self._texts.text(data)

    def end(self, name: str) -> None:
        if name == "v":
            self._in_value = False
        elif name == "c" and self._cell is not None:
            self._keep(self._cell)
            self._cell = None
        elif self._cell is not None:
            self._texts.end(name)

    def records(self) -> Iterator[SheetRow]:
        """The rows that show anything, or cannot be read, from the top down."""
        for number in sorted({*self.rows, *self.faults}):
            row, faults = self.rows.get(number, {}), self.faults.get(number, {})
            cells = [row.get(column, "") for column in range(1, max([0, *row, *faults]) + 1)]
            if faults or any(map(str.strip, cells)):
                yield SheetRow(
                    number,
                    cells,
                    {column - 1: message for column, message in faults.items()},
                    frozenset(column - 1 for column in self.days.get(number, ())),
                    number in self.hidden_rows,
                )

    def _place(self, reference: str | None) -> None:
        if reference is None:
            self._column += 1
            return
        self._row, self._column = _place_of(reference)

    def _keep(self, cell: Mapping[str, str]) -> None:
        """Keep what the cell shows, or why that cannot be read."""
        if self._value is None and not self._texts.found and not self._formula:
            return
        if self._row > MOST_ROWS + 1:
            raise Refused(TOO_MANY)
        if self._column > MOST_COLUMNS:
            raise Refused(TOO_WIDE)
        try:
            text = self._seen(cell)
        except NotShown as reason:
            self._fault(f"cellen {_name(self._row, self._column)} {reason}")
            return
        if text:
            self.rows.setdefault(self._row, {})[self._column] = text

    def _seen(self, cell: Mapping[str, str]) -> str:
        kind, value = cell.get("t", "n"), "".join(self._value or ())
        if self._formula and self.look.stale:
            raise NotShown(STALE)
        if kind == "e":
            raise NotShown(SHOWS_ERROR)
        if self._formula and not value and (kind != "str" or self._value is None):  # ="" is a text of no letters
            raise NotShown(NO_VALUE)
        match kind:
            case "inlineStr":
                return self._texts.found[-1] if self._texts.found else unescaped(value)
            case "str":
                return unescaped(value)
            case "s":
                return self._shared(value) if value.strip() else ""
            case "b":
                return "SANT" if value.strip() in TRUE else "FALSKT"
            case "d":
                self.days.setdefault(self._row, set()).add(self._column)
                return value.strip().removesuffix("T00:00:00").replace("T", " ")
        return self._number(value.strip(), cell.get("s", "0")) if value.strip() else ""

    def _shared(self, value: str) -> str:
        number = int(value)
        if not 0 <= number < len(self.look.texts):
            raise Refused(BROKEN)
        return self.look.texts[number]

    def _number(self, value: str, style: str) -> str:
        number = int(style)
        code = self.look.formats[number] if 0 <= number < len(self.look.formats) else GENERAL
        seen = shown(float(value), code, from_1904=self.look.from_1904)
        if seen.is_day:
            self.days.setdefault(self._row, set()).add(self._column)
        return seen.text

    def _fault(self, message: str) -> None:
        self.faults.setdefault(self._row, {})[self._column] = message

    def _see_column(self, attributes: Mapping[str, str]) -> None:
        if attributes.get("hidden") in TRUE or attributes.get("width") == "0":
            first, last = int(attributes.get("min", 1)), int(attributes.get("max", 1))
            self.hidden_columns.update(range(max(first, 1), min(last, MOST_COLUMNS) + 1))

    def _merge(self, reference: str) -> None:
        """A value that is seen in several cells stands in one of them: all their columns are at fault in that row."""
        self._merged += 1
        if self._merged > MOST_MERGED:
            raise Refused(BOMB)
        corner, _, other = reference.partition(":")
        row, first = _place_of(corner)
        _, last = _place_of(other or corner)
        faults = self.faults.setdefault(row, {}) if row in self.rows and other else {}
        for column in range(first, min(last, MOST_COLUMNS) + 1):
            faults.setdefault(column, f"cellerna {reference} {MERGED}")


def read_worksheet(part: bytes, look: Look, budget: Budget) -> Sheet:
    """Read a sheet. Raises Refused for what would do harm; one that is only too large says so in `refusal`."""
    sheet = Sheet(look)
    try:
        walk(part, sheet.start, sheet.end, sheet.text, budget)
    except Refused as refusal:
        if refusal.problem.message not in (TOO_MANY, TOO_WIDE):
            raise
        sheet.refusal = refusal
    return sheet


def _place_of(reference: str) -> tuple[int, int]:
    """(row, column) of a cell, from 1."""
    found = REFERENCE.fullmatch(reference.replace("$", ""))
    if not found or int(found[2]) == 0:
        raise Refused(BROKEN)
    column = 0
    for letter in found[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column


def _name(row: int, column: int) -> str:
    letters, left = "", column
    while left:
        left, letter = divmod(left - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{row}"
