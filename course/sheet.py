"""Reading a table that somebody saved as a file: bytes in, lines out, and every problem at once."""

import difflib
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple, NoReturn
from xml.parsers import expat

import python_calamine

from course.swedish import number as grouped

LARGEST_FILE = 20_000_000
LARGEST_UNPACKED = 200_000_000
LARGEST_UNSUSPECTED, HIGHEST_RATIO = 10_000_000, 200
"""Above so many bytes, an Excel file that grows more than so many times when unpacked is refused."""
MOST_PARTS = 1_000
MOST_ELEMENTS = 10_000_000
MOST_ROWS = 50_000
MOST_COLUMNS = 200
LONGEST_CELL = 1_000
LONGEST_QUOTED = 10_000
"""Where the search for a closing quotation mark ends."""
MOST_PROBLEMS = 200

SAVE_AS = "Öppna listan i Excel, välj Spara som och filtypen ”CSV UTF-8” eller ”Excel-arbetsbok (.xlsx)”."
BROKEN = "Excelfilen är skadad. Öppna den i Excel, spara den på nytt som ”Excel-arbetsbok (.xlsx)” och försök igen."
UNICODE = "Filen är sparad som Unicode (UTF-16 eller UTF-32). Välj Spara som och filtypen ”CSV UTF-8”."
LOCKED = "Excelfilen är skyddad med lösenord. Ta bort lösenordet, spara filen och försök igen."
BOMB = "Excelfilen är orimligt stor när den packas upp. Spara listan som ”CSV UTF-8” i stället."
EMPTY = "Filen är tom. Välj en fil med en rubrikrad och minst en rad till."
TOO_MANY = f"Filen har fler än {grouped(MOST_ROWS)} rader. Dela upp den eller ta bort rader som inte ska läsas."
TOO_WIDE = f"Filen har fler än {MOST_COLUMNS} kolumner. Ta bort dem som inte hör till listan."
FOREIGN = (
    (b"%pdf", "Filen är en PDF. " + SAVE_AS),
    (b"{\\rtf", "Filen är ett textdokument. " + SAVE_AS),
    (b"{", "Filen är JSON, inte en tabell. " + SAVE_AS),
    (b"[", "Filen är JSON, inte en tabell. " + SAVE_AS),
    (b"<", "Filen är en webbsida eller XML, inte en tabell. " + SAVE_AS),
    (b"\x89png", "Filen är en bild. " + SAVE_AS),
    (b"\xff\xd8\xff", "Filen är en bild. " + SAVE_AS),
    (b"gif8", "Filen är en bild. " + SAVE_AS),
    (b"\x1f\x8b", "Filen är komprimerad. Packa upp den först."),
    (b"7z\xbc\xaf", "Filen är komprimerad. Packa upp den först."),
)
"""How files that are no tables begin, in lower case."""
PACKED = (
    ("xl/workbook.bin", "Filen är en binär Excelfil (.xlsb). " + SAVE_AS),
    ("content.xml", "Filen är sparad i OpenDocument-format (.ods). " + SAVE_AS),
    ("word/document.xml", "Filen är ett Worddokument. " + SAVE_AS),
)
OLE, ZIP = b"\xd0\xcf\x11\xe0", (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\ue000-\uf8ff\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
"""Control characters, what cannot be seen, and what turns the text around it."""
GARBLED = re.compile("\ufffd|Ã[¥¤¶…„–©\x85\x84\x96]")
"""Letters that were lost on the way, or å, ä and ö read in the wrong encoding."""
UTF8_LETTER = re.compile(b"\xc3[\xa4\xa5\xb6\x84\x85\x96\xa9]")
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
"""Excel's own note on the first line about what stands between cells."""
QUOTED = re.compile(r'((?:[^"]++|"")*+)"')
OPENING = re.compile(' *"')
REFERENCE = re.compile("([A-Z]{1,3})([0-9]{1,7})", re.IGNORECASE)

Record = tuple[int, list[str]]
"""(row number, cells)."""
Fault = Callable[[int, str], None]


class RowProblem(NamedTuple):
    """A fault in a table: the row as the file counts (0 is the file as a whole), and what to do, in Swedish."""

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


class _Refused(Exception):  # noqa: N818 - it ends the reading with one problem
    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.problem = RowProblem(line, message)


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
    except _Refused as refusal:
        return [], [refusal.problem]
    bad = {problem.line for problem in problems}
    return [line for line in lines if line.number not in bad], sorted(problems, key=lambda problem: problem.line)


def first_ones(problems: Iterable[RowProblem]) -> list[RowProblem]:
    """The problems by row, at most MOST_PROBLEMS of them and a last one that says how many more there are."""
    ordered = sorted(problems, key=lambda problem: problem.line)
    more = len(ordered) - MOST_PROBLEMS
    if more <= 0:
        return ordered
    return [*ordered[:MOST_PROBLEMS], RowProblem(0, f"Det finns {grouped(more)} fel till. Rätta de här först.")]


def fold(text: str) -> str:
    """A title without case, accents and anything but letters and digits, for comparing."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if letter.isascii() and letter.isalnum())


def quoted(text: str) -> str:
    """A text from a file as a message shows it: in quotation marks, and not too long."""
    return f"”{text}”" if len(text) <= 60 else f"”{text[:60]}…”"


def _read_header(
    record: Record, columns: Sequence[Column], titles: Mapping[str, str], refused: Mapping[str, str], fault: Fault
) -> _Header | None:
    """The header, or None and its faults."""
    number, cells = record
    if not number:
        raise _Refused(EMPTY)
    found = [fold(cell[:LONGEST_CELL]) for cell in cells]
    while found and not found[-1]:
        found.pop()
    if len(found) > MOST_COLUMNS:
        raise _Refused(TOO_WIDE)
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
            raise _Refused(TOO_MANY)
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
        raise _Refused(f"Filen är större än {LARGEST_FILE // 1_000_000} MB. Dela upp den.")
    if content.startswith(ZIP):
        return _xlsx_records(content, fault)
    if content.startswith(OLE):
        raise _Refused(
            LOCKED
            if "EncryptedPackage".encode("utf-16-le") in content
            else "Filen är en gammal Excelfil (.xls). " + SAVE_AS
        )
    return _csv_records(_decoded(content), wanted, fault)


def _decoded(content: bytes) -> str:
    """The text of a CSV file with every line break as one newline."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")) or content[:200].count(0) * 4 > len(
        content[:200]
    ):
        raise _Refused(UNICODE)
    bare = content.removeprefix(b"\xef\xbb\xbf")
    start = bare.lstrip()[:8].lower()
    for signature, message in FOREIGN:
        if start.startswith(signature):
            raise _Refused(message)
    if 0 in bare:
        line = _line_at(bare, bare.index(0))
        raise _Refused("raden innehåller ett NUL-tecken; filen är skadad. Exportera listan på nytt.", line)
    text = _text(bare, is_utf8=len(bare) < len(content))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _text(bare: bytes, *, is_utf8: bool) -> str:
    """The bytes as UTF-8, or as Windows' Latin-1 when nothing speaks for UTF-8."""
    try:
        return bare.decode()
    except UnicodeDecodeError as error:
        if is_utf8 or UTF8_LETTER.search(bare):
            message = "raden innehåller förvanskade bokstäver. Spara filen på nytt som ”CSV UTF-8”."
            raise _Refused(message, _line_at(bare, error.start)) from None
    try:
        return bare.decode("cp1252")
    except UnicodeDecodeError:
        return bare.decode("latin-1")


def _line_at(content: bytes, place: int) -> int:
    before = content[:place]
    return 1 + before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n")


def _csv_records(text: str, wanted: frozenset[str], fault: Fault) -> Iterator[Record]:
    """The rows of a CSV text; one with a misplaced quotation mark is a fault, and reading goes on at the next line."""
    if text.count("\n") > 4 * MOST_ROWS:
        raise _Refused(TOO_MANY)
    delimiter, place, number = _layout(text, wanted)
    plain = re.compile(f"[^{delimiter}\n]*")
    while place < len(text):
        end = text.find("\n", place)
        end = len(text) if end < 0 else end
        try:
            if text.find('"', place, end) < 0:
                cells = text[place:end].split(delimiter, MOST_COLUMNS + 1)
            else:
                cells, stop = _quoted_record(text, place, delimiter, plain)
                end = max(end, stop) if len(cells) > MOST_COLUMNS else stop
        except _Refused as refusal:
            fault(number, refusal.problem.message)
        else:
            if any(cell.strip() for cell in cells):
                yield number, cells
        number += text.count("\n", place, end + 1)
        place = end + 1


def _layout(text: str, wanted: frozenset[str]) -> tuple[str, int, int]:
    """(what stands between cells, where the header starts, and its line number)."""
    body = text.lstrip("\n")
    skipped = len(text) - len(body)
    line = body.partition("\n")[0]
    if (note := SEPARATOR_LINE.fullmatch(line.strip())) and note[1] in ";,\t":
        return note[1], skipped + len(line) + 1, skipped + 2

    def score(delimiter: str) -> tuple[int, int]:
        cells = line[:LONGEST_QUOTED].split(delimiter)
        return len(wanted & set(map(fold, cells))), len(cells)

    return max(";,\t", key=score), skipped, skipped + 1


def _quoted_record(text: str, place: int, delimiter: str, plain: re.Pattern[str]) -> tuple[list[str], int]:
    """The cells of a row with quotation marks, and where it ends. Raises _Refused when a mark is misplaced."""
    cells: list[str] = []
    while len(cells) <= MOST_COLUMNS:
        opened = OPENING.match(text, place)
        if opened:
            cell, place = _quoted_cell(text, opened.end(), delimiter)
        else:
            end = plain.match(text, place).end()  # type: ignore[union-attr] # it matches nothing, too
            cell, place = text[place:end], end
            if '"' in cell:
                raise _Refused(
                    'ett citattecken (") står mitt i en cell. Ta bort det eller skriv texten inom citattecken.'
                )
        cells.append(cell)
        if place >= len(text) or text[place] == "\n":
            break
        place += 1
    return cells, place


def _quoted_cell(text: str, start: int, delimiter: str) -> tuple[str, int]:
    """The text that begins after a quotation mark, and the place after the cell."""
    closed = QUOTED.match(text, start, start + LONGEST_QUOTED)
    if not closed and start + LONGEST_QUOTED < len(text):
        raise _Refused(
            f"ett citattecken stängs inte inom {grouped(LONGEST_QUOTED)} tecken. Stäng det eller korta texten."
        )
    if not closed:
        raise _Refused('ett citattecken (") öppnas men stängs aldrig. Lägg till eller ta bort ett citattecken.')
    end = closed.end()
    while text[end : end + 1] == " ":
        end += 1
    if text[end : end + 1] not in ("", delimiter, "\n"):
        raise _Refused('det står text efter ett avslutande citattecken ("). Skriv citattecken inne i en text dubbelt.')
    return closed[1].replace('""', '"'), end


def _xlsx_records(content: bytes, fault: Fault) -> Iterator[Record]:
    """The rows of the one sheet that has any; a formula counts as the value saved with it."""
    parts = _parts(content)
    for name, part in parts.items():
        _look_through(part, fault if name.startswith("xl/worksheets/") else lambda *_: None)
    name_of_sheets, rows, first = _filled_sheet(_packed(parts))
    if len(name_of_sheets) > 1:
        names = ", ".join(map(quoted, name_of_sheets))
        raise _Refused(f"Excelfilen har uppgifter på flera blad: {names}. Låt bara bladet med listan vara kvar.")
    for number, row in enumerate(rows, start=first):
        cells = [_plain(value) for value in row]
        if any(cell.strip() for cell in cells):
            yield number, cells


def _parts(content: bytes) -> dict[str, bytes]:
    """The XML parts of an Excel file, by name. Raises _Refused when it is none, or too large."""
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
        raise _Refused(BROKEN) from None


def _check_members(members: Sequence[zipfile.ZipInfo], size: int) -> None:
    names = {member.filename for member in members}
    for name, message in PACKED:
        if name in names:
            raise _Refused(message)
    if "xl/workbook.xml" not in names:
        raise _Refused("Filen är en zip-fil, inte en Excelfil. Packa upp den och välj listan som ligger i den.")
    if any(member.flag_bits & 1 for member in members):
        raise _Refused(LOCKED)
    if len(names) < len(members) or any(
        m.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for m in members
    ):
        raise _Refused(BROKEN)
    unpacked = sum(member.file_size for member in members)
    swells = unpacked > LARGEST_UNSUSPECTED and unpacked > HIGHEST_RATIO * size
    if swells or unpacked > LARGEST_UNPACKED or len(members) > MOST_PARTS:
        raise _Refused(BOMB)


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
        raise _Refused(BROKEN) from None


def _refuse_doctype(*_: object) -> NoReturn:
    raise _Refused(BROKEN)


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
            raise _Refused(BOMB)
        name = tag.rpartition(":")[2]
        if name == "row":
            self.row, self.column = int(attributes.get("r", self.row + 1)), 0
        elif name == "c":
            self._place(attributes.get("r"))
            self.inside = {"c", "e"} if attributes.get("t") == "e" else {"c"}
        elif self.inside and name in ("f", "v", "is"):
            self.inside.add(name)
            if self.row > MOST_ROWS + 1:
                raise _Refused(TOO_MANY)
            if self.column > MOST_COLUMNS:
                raise _Refused(TOO_WIDE)

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
            raise _Refused(BROKEN)
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
        raise _Refused(BROKEN) from None
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
