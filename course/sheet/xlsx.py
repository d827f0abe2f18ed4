"""The rows of an Excel file, looked through for what would harm its reader."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NoReturn
from xml.parsers import expat

import python_calamine

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
    quoted,
)

LARGEST_UNPACKED = 200_000_000
LARGEST_UNSUSPECTED, HIGHEST_RATIO = 10_000_000, 200
"""Above so many bytes, an Excel file that grows more than so many times when unpacked is refused."""
MOST_PARTS = 1_000
MOST_ELEMENTS = 10_000_000
BROKEN = "Excelfilen är skadad. Öppna den i Excel, spara den på nytt som ”Excel-arbetsbok (.xlsx)” och försök igen."
BOMB = "Excelfilen är orimligt stor när den packas upp. Spara listan som ”CSV UTF-8” i stället."
PACKED = (
    ("xl/workbook.bin", "Filen är en binär Excelfil (.xlsb). " + SAVE_AS),
    ("content.xml", "Filen är sparad i OpenDocument-format (.ods). " + SAVE_AS),
    ("word/document.xml", "Filen är ett Worddokument. " + SAVE_AS),
)
REFERENCE = re.compile("([A-Z]{1,3})([0-9]{1,7})", re.IGNORECASE)


def xlsx_records(content: bytes, fault: Fault) -> Iterator[Record]:
    """The rows of the one sheet that has any; a formula counts as the value saved with it."""
    parts = _parts(content)
    for name, part in parts.items():
        _look_through(part, fault if name.startswith("xl/worksheets/") else lambda *_: None)
    name_of_sheets, rows, first = _filled_sheet(_packed(parts))
    if len(name_of_sheets) > 1:
        names = ", ".join(map(quoted, name_of_sheets))
        raise Refused(f"Excelfilen har uppgifter på flera blad: {names}. Låt bara bladet med listan vara kvar.")
    for number, row in enumerate(rows, start=first):
        cells = [_plain(value) for value in row]
        if any(cell.strip() for cell in cells):
            yield number, cells


def _parts(content: bytes) -> dict[str, bytes]:
    """The XML parts of an Excel file, by name. Raises Refused when it is none, or too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            _check_members(members, len(content))
            return {each.filename: archive.read(each) for each in members if each.filename.endswith((".xml", ".rels"))}
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        LookupError,
        NotImplementedError,
        OSError,
        RuntimeError,
        ValueError,
    ):
        raise Refused(BROKEN) from None


def _check_members(members: Sequence[zipfile.ZipInfo], size: int) -> None:
    names = {member.filename for member in members}
    for name, message in PACKED:
        if name in names:
            raise Refused(message)
    if "xl/workbook.xml" not in names:
        raise Refused("Filen är en zip-fil, inte en Excelfil. Packa upp den och välj listan som ligger i den.")
    if any(member.flag_bits & 1 for member in members):
        raise Refused(LOCKED)
    if len(names) < len(members) or any(
        m.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for m in members
    ):
        raise Refused(BROKEN)
    unpacked = sum(member.file_size for member in members)
    swells = unpacked > LARGEST_UNSUSPECTED and unpacked > HIGHEST_RATIO * size
    if swells or unpacked > LARGEST_UNPACKED or len(members) > MOST_PARTS:
        raise Refused(BOMB)


def _packed(parts: Mapping[str, bytes]) -> io.BytesIO:
    """The parts as a new file: what is read is exactly what was looked through."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    packed.seek(0)
    return packed


def _look_through(part: bytes, fault: Fault) -> None:
    """Refuse XML that would harm the reader, which allots memory for every cell up to the last one."""
    parser = expat.ParserCreate("utf-8")
    cells = _Cells(fault)
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = cells.start
    parser.EndElementHandler = cells.end
    try:
        parser.Parse(part, True)
    except (expat.ExpatError, ValueError):
        raise Refused(BROKEN) from None


def _refuse_doctype(*_: object) -> NoReturn:
    raise Refused(BROKEN)


@dataclass
class _Cells:
    """Where the cells of an XML part stand, as it is read from start to end."""

    fault: Fault
    row: int = 0
    column: int = 0
    elements: int = 0
    inside: set[str] = field(default_factory=set)
    """What the cell has, of f (formula), v and is (values); "c" while it is open, "e" when it is an error."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.elements += 1
        if self.elements > MOST_ELEMENTS:
            raise Refused(BOMB)
        name = tag.rpartition(":")[2]
        if name == "row":
            self.row, self.column = int(attributes.get("r", self.row + 1)), 0
        elif name == "c":
            self._place(attributes.get("r"))
            self.inside = {"c", "e"} if attributes.get("t") == "e" else {"c"}
        elif self.inside and name in ("f", "v", "is"):
            self.inside.add(name)
            if self.row > MOST_ROWS + 1:
                raise Refused(TOO_MANY)
            if self.column > MOST_COLUMNS:
                raise Refused(TOO_WIDE)

    def end(self, tag: str) -> None:
        if tag.rpartition(":")[2] != "c":
            return
        if "f" in self.inside and not self.inside & {"v", "is"}:
            self.fault(
                self.row, f"cellen {self._name()} har en formel utan värde. Öppna filen i Excel och spara den igen."
            )
        if "e" in self.inside:
            self.fault(self.row, f"cellen {self._name()} visar ett fel i Excel. Rätta formeln eller skriv värdet.")
        self.inside = set()

    def _place(self, reference: str | None) -> None:
        if reference is None:
            self.column += 1
            return
        found = REFERENCE.fullmatch(reference)
        if not found:
            raise Refused(BROKEN)
        self.row, self.column = int(found[2]), 0
        for letter in found[1].upper():
            self.column = self.column * 26 + ord(letter) - 64

    def _name(self) -> str:
        letters, left = "", self.column
        while left:
            left, letter = divmod(left - 1, 26)
            letters = chr(65 + letter) + letters
        return f"{letters}{self.row}"


def _filled_sheet(packed: io.BytesIO) -> tuple[list[str], Iterable[Sequence[Any]], int]:
    """(the names of the sheets with something on them, the rows of one of them, the number of the first row)."""
    names: list[str] = []
    rows: Iterable[Sequence[Any]] = []
    first = 1
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(packed)
        for about in book.sheets_metadata:
            sheet = book.get_sheet_by_name(about.name) if about.typ == python_calamine.SheetTypeEnum.WorkSheet else None
            if sheet and sheet.start:
                names.append(about.name)
                rows, first = sheet.to_python(), sheet.start[0] + 1
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException:  # noqa: BLE001 - a panic in the compiled reader is no Exception
        raise Refused(BROKEN) from None
    return names, rows, first


def _plain(value: Any) -> str:  # noqa: PLR0911 - one for each type
    """A cell of Excel as text: days as 2026-12-31, whole numbers without decimals."""
    match value:
        case None:
            return ""
        case bool():
            return "ja" if value else "nej"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0):
            return value.date().isoformat()
        case datetime():
            return value.isoformat(" ")
        case date():
            return value.isoformat()
    return str(value)
