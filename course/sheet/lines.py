"""The lines of a table with the columns that were asked for, and every problem at once."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from course.sheet.csv import csv_records, csv_text
from course.sheet.header import Column, Header, Wanted, find_header, read_header
from course.sheet.letters import SAVE_ANEW, UNSAFE, is_garbled
from course.sheet.problems import (
    LOCKED,
    MOST_ROWS,
    MOST_TITLES,
    SAVE_AS,
    TOO_MANY,
    Fault,
    Grid,
    Refused,
    RowProblem,
    SheetRow,
    fold,
    quoted,
    rows_in_words,
)
from course.sheet.xlsx import xlsx_grid
from course.swedish import number as grouped

LARGEST_FILE = 20_000_000
LONGEST_CELL = 1_000
EMPTY = "Filen är tom. Välj en fil med en rubrikrad och minst en rad till."
OLE, ZIP = b"\xd0\xcf\x11\xe0", (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
NOTHING = frozenset({"-", "–", "—", "--", ".", "saknas", "uppgift saknas", "ej angivet", "ej angiven", "null", "(tom)"})
"""What people and systems write in a cell that has nothing to say."""
TOTAL = re.compile(r"((del|slut)?(summa|summering|total(t|summa)?)|antal)\b", re.IGNORECASE)
NO_CODE = "Skrev du en kod har Excel gjort om den. Välj cellformatet Text och skriv den igen."
ERROR = re.compile(r"#(N/A|[A-ZÅÄÖ/0]+[!?]|#+)")
"""What Excel shows instead of a value, in English and Swedish; a CSV file has it as text."""


@dataclass(frozen=True)
class Line:
    """One row: {column: text} with every column asked for; white space is trimmed and made single.

    `number` is the row in Excel, or the line of the CSV file where the row starts.
    """

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Lines:
    """The rows that can be read, the problems by row, and what is to be said of what was read."""

    lines: Sequence[Line] = ()
    problems: Sequence[RowProblem] = ()
    remarks: Sequence[str] = ()
    doubts: Sequence[str] = ()
    """Why the columns may be others than they seem: to be confirmed before anything is changed."""
    columns: frozenset[str] = frozenset()
    """The columns asked for that the file has, by our names."""


@dataclass
class _Reading:
    """What comes to light while the rows are read."""

    header: Header
    columns: Mapping[str, Column]
    fault: Fault
    totals: list[int] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    garbled: dict[int, str] = field(default_factory=dict)
    """{row: the column with letters that were lost}."""


def read_lines(
    content: bytes,
    columns: Sequence[Column],
    names: Mapping[str, str] = {},
    refused: Mapping[str, str] = {},
) -> Lines:
    """The rows of a CSV or XLSX file, with every problem. Never raises.

    `names` says what a column is called in this file: {our name: its header}; our own name is understood too.
    `refused` says why a column may not be there: {folded header: message}.
    """
    problems: list[RowProblem] = []

    def fault(line: int, message: str) -> None:
        problems.append(RowProblem(line, message))

    wanted = Wanted(columns, names)
    try:
        grid = _grid(content, wanted, fault)
        first = list(islice(grid.records, MOST_TITLES))
        if not first:
            raise Refused(EMPTY)
        place = find_header(first, wanted)
        problems[:] = [problem for problem in problems if problem.line >= first[place].number]
        header = read_header(first[place], wanted, refused, fault)
        if header is None:
            return Lines(problems=problems)
        reading = _Reading(header, {column.name: column for column in columns}, fault)
        lines = _read_lines(chain(first[place + 1 :], grid.records), reading)
    except Refused as refusal:
        return Lines(problems=[refusal.problem])
    if reading.garbled:
        fault(0, _lost_letters(reading.garbled))
    bad = {problem.line for problem in problems} | reading.garbled.keys()
    return Lines(
        [line for line in lines if line.number not in bad],
        sorted(problems, key=lambda problem: problem.line),
        [*header.remarks, *_skipped(first[:place]), *_remarks(reading, grid)],
        header.doubts,
        frozenset(name for name, place in header.places.items() if place is not None),
    )


def _lost_letters(garbled: Mapping[int, str]) -> str:
    row = min(garbled)
    return (
        f"Filen är sparad med fel teckenkodning: bokstäver är förvanskade, till exempel i {quoted(garbled[row])}"
        f" på rad {row} ({len(garbled)} av filens rader). {SAVE_ANEW}"
    )


def _skipped(above: Sequence[SheetRow]) -> list[str]:
    numbers = [record.number for record in above]
    return [f"{rows_in_words(numbers).capitalize()} står ovanför rubrikraden och är inte läst."] if above else []


def _remarks(reading: _Reading, grid: Grid) -> list[str]:
    """What was passed over, and what was read though nobody sees it."""
    header = reading.header
    unseen = [
        header.titles[name] for name, place in header.places.items() if place is not None and place in grid.hidden
    ]
    told = [
        f"{rows_in_words(rows).capitalize()} {text}"
        for rows, text in (
            (reading.totals, "ser ut som en summarad och är inte läst."),
            (reading.repeated, "är rubrikraden en gång till och är inte läst."),
            (reading.hidden, "är dold i Excel, av ett filter eller för hand, men är läst."),
        )
        if rows
    ]
    if unseen:
        told.append(f"Kolumner som är dolda i Excel men är lästa: {', '.join(unseen)}.")
    return [*grid.remarks, *told]


def _read_lines(records: Iterable[SheetRow], reading: _Reading) -> list[Line]:
    lines = []
    for count, record in enumerate(records, start=1):
        if count > MOST_ROWS:
            raise Refused(TOO_MANY)
        if _is_header(record, reading.header):
            reading.repeated.append(record.number)
        elif _is_total(record, reading):
            reading.totals.append(record.number)
        elif _is_as_wide(record, reading):
            if record.hidden:
                reading.hidden.append(record.number)
            lines.append(Line(record.number, _read_cells(record, reading)))
    return lines


def _is_header(record: SheetRow, header: Header) -> bool:
    """Whether the header is there once more, as at the top of each page of a report."""
    places = [place for place in header.places.values() if place is not None]
    return all(
        place < len(record.cells) and fold(record.cells[place][:LONGEST_CELL]) == header.folded[place]
        for place in places
    )


def _is_total(record: SheetRow, reading: _Reading) -> bool:
    """Whether the row begins as a sum and has less than half of what a row must have."""
    first = next((cell.strip() for cell in record.cells if cell.strip()), "")
    if not TOTAL.match(first):
        return False
    needed = [
        place for name, place in reading.header.places.items() if reading.columns[name].required and place is not None
    ]
    filled = sum(place < len(record.cells) and bool(record.cells[place].strip()) for place in needed)
    return filled * 2 <= len(needed)


def _is_as_wide(record: SheetRow, reading: _Reading) -> bool:
    """Whether the row has as many cells as the header. Empty ones may be too many, optional ones at the end too few."""
    cells, header = record.cells, reading.header
    if any(cell.strip() for cell in cells[header.width :]):
        reading.fault(
            record.number,
            f"raden har fler celler än rubrikraden ({len(cells)} mot {header.width})."
            " En text med skiljetecken i ska stå inom citattecken.",
        )
    elif len(cells) < header.least and not record.faults:
        reading.fault(
            record.number,
            f"raden har färre celler än rubrikraden ({len(cells)} mot {header.width}). Fyll på eller ta bort raden.",
        )
    else:
        return True
    return False


def _read_cells(record: SheetRow, reading: _Reading) -> dict[str, str]:
    """The text of each column; '' where the column or the cell is missing."""
    found = {}
    for name, place in reading.header.places.items():
        raw = record.cells[place] if place is not None and place < len(record.cells) else ""
        found[name] = text = " ".join((raw if raw.isascii() else unicodedata.normalize("NFC", raw)).split())
        title, column = reading.header.titles[name], reading.columns[name]
        if place is not None and place in record.faults:
            reading.fault(record.number, record.faults[place])
        elif message := _fault_of(raw, text, is_code=place in record.days and not column.is_day):
            reading.fault(record.number, f"{quoted(title)} {message}")
        elif is_garbled(text):
            reading.garbled.setdefault(record.number, title)
        elif not column.required and text.lower() in NOTHING:
            found[name] = ""
    return found


def _fault_of(raw: str, text: str, *, is_code: bool) -> str:
    """What is wrong with a cell, as a sentence that begins with its title; '' when nothing is."""
    if is_code:
        return f"är ett datum i Excel: {text}. {NO_CODE}"
    if not (raw.isascii() and raw.isprintable()) and (unsafe := UNSAFE.search(raw)):
        return f"innehåller ett osynligt tecken (U+{ord(unsafe[0]):04X}). Skriv om texten i cellen."
    if len(text) > LONGEST_CELL:
        return f"är längre än {grouped(LONGEST_CELL)} tecken. Korta texten."
    if text.startswith("#") and ERROR.fullmatch(text):
        return f"visar ett fel från Excel: {text}. Rätta formeln eller skriv värdet."
    return ""


def _grid(content: bytes, wanted: Wanted, fault: Fault) -> Grid:
    """Every row that is not empty, and what is to be said of the file."""
    if len(content) > LARGEST_FILE:
        raise Refused(f"Filen är större än {LARGEST_FILE // 1_000_000} MB. Dela upp den.")
    if content.startswith(ZIP):
        return xlsx_grid(content, wanted.likeness)
    if content.startswith(OLE):
        raise Refused(
            LOCKED
            if "EncryptedPackage".encode("utf-16-le") in content
            else "Filen är en gammal Excelfil (.xls). " + SAVE_AS
        )
    titles = {fold(title) for column in wanted.columns for title in (column.name, wanted.called(column, {}))}
    likely = {word for column in wanted.columns for word in column.also.split()}
    return Grid(csv_records(csv_text(content), frozenset(titles | likely), fault))
