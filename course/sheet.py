"""Reading a table that somebody saved as a file: bytes in, lines out, and every problem at once."""

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

LARGEST_FILE = 20_000_000
LARGEST_UNZIPPED = 200_000_000
MOST_MEMBERS = 500
MOST_ROWS = 50_000
MOST_COLUMNS = 200
LONGEST_CELL = 1000
MOST_PROBLEMS = 200
FOREIGN = (
    (b"\xd0\xcf\x11\xe0", "Filen är en gammal eller lösenordsskyddad Excelfil. Spara den som XLSX utan lösenord."),
    (b"%PDF", "Filen är en PDF. Spara listan som CSV eller XLSX."),
    (b"\x89PNG", "Filen är en bild. Spara listan som CSV eller XLSX."),
    (b"\xff\xd8\xff", "Filen är en bild. Spara listan som CSV eller XLSX."),
    (b"\x1f\x8b", "Filen är packad. Packa upp den och skicka listan."),
    (b"{", "Filen är JSON. Spara listan som CSV eller XLSX."),
    (b"[", "Filen är JSON. Spara listan som CSV eller XLSX."),
    (b"<", "Filen är en webbsida eller XML. Spara listan som CSV eller XLSX."),
)
UTF16 = "Filen är sparad som Unicode (UTF-16). Spara den som ”CSV UTF-8”."
INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
"""Control characters, and those that hide or turn the text around them."""


class RowProblem(NamedTuple):
    """A fault in a file: the row (the header is rad 1; 0 is the file as a whole) and what to do, in Swedish."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"rad {self.line}: {self.message}" if self.line else self.message


@dataclass(frozen=True)
class Column:
    """A column to read; a required one must be in the header."""

    name: str
    required: bool = True


@dataclass(frozen=True)
class Line:
    """One row: {column: text}, with every column asked for; white space is trimmed and made single."""

    number: int
    cells: Mapping[str, str]


class _Unreadable(Exception):  # noqa: N818 - it ends the reading with one problem
    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.problem = RowProblem(line, message)


Record = tuple[int, list[str]]


def read_sheet(
    content: bytes, columns: Sequence[Column], names: Mapping[str, str] | None = None
) -> tuple[list[Line], list[RowProblem]]:
    """Read a CSV or XLSX file. `names` says what a column is called in this file, where that differs.

    CSV: semicolon, comma or tab; UTF-8 with or without BOM, else Latin-1. Empty rows are skipped. Never raises.
    """
    problems: list[RowProblem] = []
    lines: list[Line] = []
    try:
        records = iter(_records(content))
        places, width = _header(records, columns, names or {})
        for number, cells in records:
            found = _row_problem(cells, width)
            if found:
                problems.append(RowProblem(number, found))
            else:
                lines.append(Line(number, {name: _text(cells, place) for name, place in places.items()}))
            if len(lines) + len(problems) > MOST_ROWS:
                raise _Unreadable(f"Filen har fler än {MOST_ROWS} rader. Dela upp den eller ta bort tomma rader.")
    except _Unreadable as fault:
        problems.append(fault.problem)
    return lines, problems


def first_ones(problems: Iterable[RowProblem]) -> list[RowProblem]:
    """The problems by row, at most MOST_PROBLEMS of them and a line that says how many more there are."""
    ordered = sorted(problems, key=lambda problem: problem.line)
    more = len(ordered) - MOST_PROBLEMS
    return [*ordered[:MOST_PROBLEMS], RowProblem(0, f"… och {more} fel till.")] if more > 0 else ordered


def fold(text: str) -> str:
    """Text without case, accents and anything but letters and digits, for comparing names of columns."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if letter.isascii() and letter.isalnum())


def _text(cells: Sequence[str], place: int | None) -> str:
    return " ".join(unicodedata.normalize("NFC", cells[place]).split()) if place is not None else ""


def _row_problem(cells: list[str], width: int) -> str | None:
    """What is wrong with the row as such; a row that ends early is filled with empty cells."""
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    if len(cells) > width:
        return f"Raden har {len(cells)} celler, men rubrikraden har {width}. Står det ett skiljetecken i en text?"
    cells.extend([""] * (width - len(cells)))
    if any(len(cell) > LONGEST_CELL for cell in cells):
        return f"En cell är längre än {LONGEST_CELL} tecken."
    if any(INVISIBLE.search(cell) for cell in cells):
        return "Raden har osynliga tecken. Skriv om texten i cellen."
    return None


def _header(
    records: Iterator[Record], columns: Sequence[Column], names: Mapping[str, str]
) -> tuple[dict[str, int | None], int]:
    """({column: its place or None}, number of columns)."""
    number, cells = next(records, (0, []))
    if not cells:
        raise _Unreadable("Filen är tom.")
    while cells and not cells[-1].strip():
        cells.pop()
    if len(cells) > MOST_COLUMNS:
        raise _Unreadable(f"Filen har fler än {MOST_COLUMNS} kolumner.", number)
    places: dict[str, list[int]] = {}
    for place, cell in enumerate(cells):
        places.setdefault(fold(cell), []).append(place)
    wanted = {column.name: fold(names.get(column.name, column.name)) for column in columns}
    missing = [names.get(c.name, c.name) for c in columns if c.required and wanted[c.name] not in places]
    if missing:
        raise _Unreadable(f"Rubrikraden saknar {', '.join(missing)}. Första raden ska vara kolumnernas namn.", number)
    doubled = [name for name, folded in wanted.items() if len(places.get(folded, ())) > 1]
    if doubled:
        raise _Unreadable(f"Rubrikraden har {', '.join(doubled)} två gånger.", number)
    return {name: places.get(folded, [None])[0] for name, folded in wanted.items()}, len(cells)


def _records(content: bytes) -> Iterable[Record]:
    """(row number, cells) of every row that is not empty."""
    if len(content) > LARGEST_FILE:
        raise _Unreadable(f"Filen är större än {LARGEST_FILE // 1_000_000} MB.")
    if content.startswith(b"PK"):
        return _xlsx(content)
    bare = content.removeprefix(b"\xef\xbb\xbf")
    for signature, message in FOREIGN:
        if bare.lstrip()[:8].startswith(signature):
            raise _Unreadable(message)
    if not bare.strip():
        raise _Unreadable("Filen är tom.")
    return _csv(_decoded(bare))


def _decoded(content: bytes) -> str:
    start = content[:200]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or start.count(0) > len(start) // 4:
        raise _Unreadable(UTF16)
    if 0 in content:
        line = content[: content.index(0)].count(b"\n") + 1
        raise _Unreadable("Filen har ett NUL-tecken och går inte att lita på. Spara den på nytt.", line)
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _csv(text: str) -> Iterable[Record]:
    header = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(";,\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    csv.field_size_limit(LARGEST_FILE)
    last = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            message = 'Ett citattecken (") saknas eller står fel. Ett citattecken inne i en text skrivs dubbelt.'
            raise _Unreadable(message, last + 1) from None
        if any(cell.strip() for cell in cells):
            yield last + 1, cells
        last = reader.line_num


def _xlsx(content: bytes) -> Iterable[Record]:
    """The rows of the one sheet that has any. Formulas count as the value that was saved with them."""
    import python_calamine  # noqa: PLC0415 - a compiled reader that only lists in Excel need

    _check_zip(content)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        filled = [
            rows for name in book.sheet_names if (rows := book.get_sheet_by_name(name).to_python(skip_empty_area=False))
        ]
    except (python_calamine.CalamineError, OSError, ValueError):
        raise _Unreadable("Excelfilen är trasig. Öppna den i Excel och spara den på nytt som XLSX.") from None
    if len(filled) != 1:
        raise _Unreadable("Excelfilen ska ha ett enda ifyllt blad, med listan.")
    for number, row in enumerate(filled[0], start=1):
        cells = [_plain(value) for value in row]
        if any(cell.strip() for cell in cells):
            yield number, cells


def _check_zip(content: bytes) -> None:
    """Refuse what is no Excel file, or would unpack to far more than a list is."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise _Unreadable("Excelfilen är trasig. Öppna den i Excel och spara den på nytt som XLSX.") from None
    if not any(member.filename == "xl/workbook.xml" for member in members):
        raise _Unreadable("Filen är packad men är ingen XLSX. Spara listan som CSV eller XLSX.")
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > LARGEST_UNZIPPED:
        raise _Unreadable("Excelfilen är orimligt stor när den packas upp. Spara listan som CSV.")


def _plain(value: Any) -> str:
    """A cell of Excel as text."""
    match value:
        case bool():
            return "ja" if value else "nej"
        case float():
            return str(int(value)) if value.is_integer() else str(value)
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case _:
            return str(value)
