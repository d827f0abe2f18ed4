"""The lines of a table with the columns that were asked for, and every problem at once."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from course.sheet.csv import csv_records, decoded
from course.sheet.problems import (
    LOCKED,
    MOST_COLUMNS,
    MOST_ROWS,
    SAVE_AS,
    TOO_MANY,
    TOO_WIDE,
    Fault,
    Record,
    Refused,
    RowProblem,
    fold,
    quoted,
)
from course.sheet.xlsx import xlsx_records
from course.swedish import number as grouped

LARGEST_FILE = 20_000_000
LONGEST_CELL = 1_000
MOST_PROBLEMS = 200
MOST_OF_ONE, MOST_PIECES = 20, 40
"""When more rows than the first have the very same problem they are told together, in so many pieces at the most."""
EMPTY = "Filen är tom. Välj en fil med en rubrikrad och minst en rad till."
OLE, ZIP = b"\xd0\xcf\x11\xe0", (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\ue000-\uf8ff\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
"""Control characters, what cannot be seen, and what turns the text around it."""
GARBLED = re.compile("\ufffd|Ã[¥¤¶…„–©\x85\x84\x96]")
"""Letters that were lost on the way, or å, ä and ö read in the wrong encoding."""


@dataclass(frozen=True)
class Column:
    """A column to read; a required one must be in the header."""

    name: str
    required: bool = True


@dataclass(frozen=True)
class Line:
    """One row: {column: text} with every column asked for; white space is trimmed and made single.

    `number` is the row in Excel, or the line of the CSV file where the row starts.
    """

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class _Header:
    """Where each column stands (None: nowhere), how wide the header is, and how far each row must reach."""

    places: Mapping[str, int | None]
    titles: Mapping[str, str]
    width: int
    least: int


def read_sheet(
    content: bytes, columns: Sequence[Column], names: Mapping[str, str] = {}
) -> tuple[list[Line], list[RowProblem]]:
    """The rows of a CSV or XLSX file that can be read, and the first problems. Never raises.

    `names` says what a column is called in this file: {our name: its header}.
    """
    lines, problems = read_lines(content, columns, names)
    return lines, first_ones(problems)


def read_lines(
    content: bytes,
    columns: Sequence[Column],
    names: Mapping[str, str] = {},
    refused: Mapping[str, str] = {},
) -> tuple[list[Line], list[RowProblem]]:
    """As read_sheet, with every problem. `refused` says why a column may not be there: {folded header: message}."""
    problems: list[RowProblem] = []

    def fault(line: int, message: str) -> None:
        problems.append(RowProblem(line, message))

    titles = {column.name: names.get(column.name) or column.name for column in columns}
    try:
        records = _records(content, frozenset(map(fold, titles.values())), fault)
        header = _read_header(next(records, (0, [])), columns, titles, refused, fault)
        lines = _read_lines(records, header, fault) if header else []
    except Refused as refusal:
        return [], [refusal.problem]
    bad = {problem.line for problem in problems}
    return [line for line in lines if line.number not in bad], sorted(problems, key=lambda problem: problem.line)


def first_ones(problems: Iterable[RowProblem]) -> list[RowProblem]:
    """The problems by row, at most MOST_PROBLEMS of them and a last one that says how many more there are.

    One that many rows share is told once, with all its rows: often it is the header's.
    """
    by_message: dict[str, list[RowProblem]] = {}
    for problem in problems:
        by_message.setdefault(problem.message, []).append(problem)
    ordered = sorted((each for same in by_message.values() for each in _few_of(same)), key=lambda problem: problem.line)
    more = len(ordered) - MOST_PROBLEMS
    if more <= 0:
        return ordered
    return [*ordered[:MOST_PROBLEMS], RowProblem(0, f"Det finns {grouped(more)} fel till. Rätta de här först.")]


def _few_of(same: list[RowProblem]) -> list[RowProblem]:
    """All of them, or the first rows when there are many."""
    same.sort(key=lambda problem: problem.line)
    if len(same) <= MOST_OF_ONE:
        return same
    first = same[0]
    more = f"{first.message} Samma sak gäller {_rows([problem.line for problem in same[1:]])}; se också på rubrikraden."
    return [RowProblem(first.line, more)]


def _rows(numbers: Sequence[int]) -> str:
    """Row numbers in words: "rad 3–2001", "rad 3, 5–9", with a limit to how many pieces are told."""
    pieces: list[list[int]] = []
    for number in numbers:
        if pieces and number == pieces[-1][1] + 1:
            pieces[-1][1] = number
        else:
            pieces.append([number, number])
    told = [str(first) if first == last else f"{first}–{last}" for first, last in pieces[:MOST_PIECES]]
    left = sum(last - first + 1 for first, last in pieces[MOST_PIECES:])
    return f"rad {', '.join(told)}" + (f" och {grouped(left)} rader till" if left else "")


def _read_header(
    record: Record, columns: Sequence[Column], titles: Mapping[str, str], refused: Mapping[str, str], fault: Fault
) -> _Header | None:
    """The header, or None and its faults."""
    number, cells = record
    if not number:
        raise Refused(EMPTY)
    found = [fold(cell[:LONGEST_CELL]) for cell in cells]
    while found and not found[-1]:
        found.pop()
    if len(found) > MOST_COLUMNS:
        raise Refused(TOO_WIDE)
    wanted = {column.name: fold(titles[column.name]) for column in columns}
    faults = [refused[name] for name in sorted(set(found) & refused.keys())]
    faults += [
        f"kolumnen {quoted(titles[name])} finns två gånger. Ta bort den ena eller byt namn på den."
        for name, folded in wanted.items()
        if found.count(folded) > 1
    ]
    faults += _missing(columns, titles, {fold(cell): " ".join(cell.split()) for cell in cells if fold(cell)})
    for message in faults:
        fault(number, message)
    places = {name: found.index(folded) if folded in found else None for name, folded in wanted.items()}
    reach = [place for column in columns if column.required and (place := places[column.name]) is not None]
    return None if faults else _Header(places, titles, len(found), max(reach, default=0) + 1)


def _missing(columns: Sequence[Column], titles: Mapping[str, str], given: Mapping[str, str]) -> list[str]:
    """What to say of the columns that are not among the given ones, {folded: as written}."""
    wanted = {fold(title): title for title in titles.values()}
    if not wanted.keys() & given.keys():
        return [f"rubrikraden saknas. Den första raden ska ha rubrikerna {', '.join(titles.values())}."]
    faults, missing = [], []
    for column in columns:
        title = titles[column.name]
        if fold(title) in given:
            continue
        near = difflib.get_close_matches(fold(title), given.keys() - wanted.keys(), n=1, cutoff=0.8)
        if near and (column.required or not near[0].startswith(fold(title))):
            faults.append(f"kolumnen {quoted(title)} saknas; menade du {quoted(given[near[0]])}? Byt rubriken.")
        elif column.required:
            missing.append(quoted(title))
    if missing:
        what = "kolumnen" if len(missing) == 1 else "kolumnerna"
        faults.append(f"{what} {', '.join(missing)} saknas. Lägg till i rubrikraden.")
    return faults


def _read_lines(records: Iterable[Record], header: _Header, fault: Fault) -> list[Line]:
    lines = []
    for count, (number, cells) in enumerate(records, start=1):
        if count > MOST_ROWS:
            raise Refused(TOO_MANY)
        if _is_as_wide(number, cells, header, fault):
            lines.append(Line(number, _read_cells(number, cells, header, fault)))
    return lines


def _is_as_wide(number: int, cells: Sequence[str], header: _Header, fault: Fault) -> bool:
    """Whether the row has as many cells as the header. Empty ones may be too many, optional ones at the end too few."""
    if any(cell.strip() for cell in cells[header.width :]):
        fault(
            number,
            f"raden har fler celler än rubrikraden ({len(cells)} mot {header.width})."
            " En text med skiljetecken i ska stå inom citattecken.",
        )
    elif len(cells) < header.least:
        fault(
            number,
            f"raden har färre celler än rubrikraden ({len(cells)} mot {header.width}). Fyll på eller ta bort raden.",
        )
    else:
        return True
    return False


def _read_cells(number: int, cells: Sequence[str], header: _Header, fault: Fault) -> dict[str, str]:
    """The text of each column; '' where the column or the cell is missing."""
    found = {}
    for name, place in header.places.items():
        cell = cells[place] if place is not None and place < len(cells) else ""
        title = quoted(header.titles[name])
        if unsafe := UNSAFE.search(cell):
            fault(number, f"{title} innehåller ett osynligt tecken (U+{ord(unsafe[0]):04X}). Skriv om texten i cellen.")
        elif GARBLED.search(cell):
            fault(number, f"{title} innehåller förvanskade bokstäver. Spara filen på nytt som ”CSV UTF-8”.")
        text = " ".join((cell if cell.isascii() else unicodedata.normalize("NFC", cell)).split())
        if len(text) > LONGEST_CELL:
            fault(number, f"{title} är längre än {grouped(LONGEST_CELL)} tecken. Korta texten.")
        found[name] = text
    return found


def _records(content: bytes, wanted: frozenset[str], fault: Fault) -> Iterator[Record]:
    """Every row that is not empty. `wanted` are the folded titles, to tell what stands between cells."""
    if len(content) > LARGEST_FILE:
        raise Refused(f"Filen är större än {LARGEST_FILE // 1_000_000} MB. Dela upp den.")
    if content.startswith(ZIP):
        return xlsx_records(content, fault)
    if content.startswith(OLE):
        raise Refused(
            LOCKED
            if "EncryptedPackage".encode("utf-16-le") in content
            else "Filen är en gammal Excelfil (.xls). " + SAVE_AS
        )
    return csv_records(decoded(content), wanted, fault)
