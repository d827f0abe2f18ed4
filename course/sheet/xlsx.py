"""The list in an Excel file: which sheet it is on, looked through for what would harm its reader.

Source: ECMA-376 part 2 (packages) and part 1, 18 (workbooks). Names of parts are found as the package tells them, for
programs that write reports name and order them as they like.
"""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from course.sheet.number_format import BUILT_IN
from course.sheet.problems import LOCKED, MOST_TITLES, SAVE_AS, Grid, Refused, quoted
from course.sheet.worksheet import BOMB, BROKEN, TRUE, Budget, Look, Sheet, Texts, read_worksheet, walk

LARGEST_UNPACKED = 200_000_000
LARGEST_UNSUSPECTED, HIGHEST_RATIO = 10_000_000, 200
"""Above so many bytes, an Excel file that grows more than so many times when unpacked is refused."""
MOST_PARTS = 1_000
PACKED = (
    ("xl/workbook.bin", "Filen är en binär Excelfil (.xlsb). " + SAVE_AS),
    ("content.xml", "Filen är sparad i OpenDocument-format (.ods). " + SAVE_AS),
    ("word/document.xml", "Filen är ett Worddokument. " + SAVE_AS),
)
NO_EXCEL = "Filen är en zip-fil, inte en Excelfil. Packa upp den och välj listan som ligger i den."
USUAL_WORKBOOK = "xl/workbook.xml"

Likeness = Callable[[Sequence[str]], int]
"""How much a row looks like the header of the list that is asked for; 0 when it does not."""


class _Element(NamedTuple):
    parent: str
    name: str
    attributes: Mapping[str, str]


class _Named(NamedTuple):
    name: str
    hidden: bool
    sheet: Sheet


def xlsx_grid(content: bytes, likeness: Likeness) -> Grid:
    """The rows of the sheet that has the list. Raises Refused when there is none, or when it must be asked which."""
    parts = _parts(content)
    budget = Budget()
    filled = [each for each in _sheets(parts, budget) if any(each.sheet.records()) or each.sheet.refusal]
    seen = [each for each in filled if not each.hidden]
    if filled and not seen:
        names = ", ".join(quoted(each.name) for each in filled)
        raise Refused(f"Alla blad med uppgifter är dolda i Excel: {names}. Visa bladet med listan och spara filen.")
    if not seen:
        return Grid(iter(()))
    chosen = _chosen(seen, likeness)
    if chosen.sheet.refusal:
        raise chosen.sheet.refusal
    remarks = [
        f"{'Det dolda bladet' if each.hidden else 'Bladet'} {quoted(each.name)} är inte läst."
        for each in filled
        if each is not chosen
    ]
    hidden = frozenset(column - 1 for column in chosen.sheet.hidden_columns)
    return Grid(chosen.sheet.records(), remarks, hidden)


def _chosen(seen: Sequence[_Named], likeness: Likeness) -> _Named:
    """The one sheet whose header is by far the likest."""
    fits = {each.name: max(map(likeness, _tops(each.sheet)), default=0) for each in seen}
    most = max(fits.values())
    likely = [each for each in seen if fits[each.name] * 2 > most] or list(seen)
    if len(likely) > 1:
        names = ", ".join(quoted(each.name) for each in likely)
        raise Refused(f"Excelfilen har uppgifter på flera blad: {names}. Låt bara bladet med listan vara kvar.")
    return likely[0]


def _tops(sheet: Sheet) -> Iterator[list[str]]:
    """The rows among which the header is."""
    for record, _ in zip(sheet.records(), range(MOST_TITLES), strict=False):
        yield record.cells


def _parts(content: bytes) -> dict[str, bytes]:
    """The XML parts of an Excel file, by name in lower case. Raises Refused when it is none, or too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            _check_members(members, len(content))
            parts = {_as_path(m.filename): archive.read(m) for m in members if _is_xml(m.filename)}
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
    return parts


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels"))


def _as_path(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _check_members(members: Sequence[zipfile.ZipInfo], size: int) -> None:
    names = {_as_path(member.filename) for member in members}
    for name, message in PACKED:
        if name in names:
            raise Refused(message)
    if "[content_types].xml" not in names and USUAL_WORKBOOK not in names:
        raise Refused(NO_EXCEL)
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


def _sheets(parts: Mapping[str, bytes], budget: Budget) -> Iterator[_Named]:
    """The sheets of cells, in order."""
    workbook = _workbook(parts, budget)
    elements = _elements(parts[workbook], budget)
    related = _related(parts, workbook, budget)
    look = _look(parts, elements, dict(related.values()), budget)
    listed = [each.attributes for each in elements if each.name == "sheet" and each.parent == "sheets"]
    if not listed:
        raise Refused(BROKEN)
    for number, about in enumerate(listed, start=1):
        kind, path = related.get(_plain(about, "id"), ("worksheet", f"xl/worksheets/sheet{number}.xml"))
        if kind != "worksheet":
            continue
        if path not in parts:
            raise Refused(BROKEN)
        hidden = about.get("state", "visible") != "visible"
        yield _Named(about.get("name", ""), hidden, read_worksheet(parts[path], look, budget))


def _workbook(parts: Mapping[str, bytes], budget: Budget) -> str:
    """The name of the part that lists the sheets."""
    told = [path for kind, path in _related(parts, "", budget).values() if kind == "officedocument"]
    if "[content_types].xml" in parts:
        told += [
            _as_path(each.attributes.get("PartName", ""))
            for each in _elements(parts["[content_types].xml"], budget)
            if each.name == "Override" and "sheet." in each.attributes.get("ContentType", "")
            if each.attributes.get("ContentType", "").endswith("main+xml")
        ]
    found = next((path for path in (*told, USUAL_WORKBOOK) if path in parts), None)
    if found is None:
        raise Refused(NO_EXCEL)
    return found


def _related(parts: Mapping[str, bytes], source: str, budget: Budget) -> dict[str, tuple[str, str]]:
    """{id: (what it is, its part)} of what a part refers to."""
    folder, name = posixpath.split(source)
    relations = parts.get(posixpath.join(folder, "_rels", f"{name}.rels"))
    if relations is None:
        return {}
    return {
        each.attributes.get("Id", ""): (
            each.attributes.get("Type", "").rpartition("/")[2].lower(),
            posixpath.normpath(posixpath.join("/", folder, each.attributes.get("Target", "").replace("\\", "/")))
            .lstrip("/")
            .lower(),
        )
        for each in _elements(relations, budget)
        if each.name == "Relationship" and each.attributes.get("TargetMode") != "External"
    }


def _look(parts: Mapping[str, bytes], workbook: Sequence[_Element], paths: Mapping[str, str], budget: Budget) -> Look:
    """What the workbook says of all cells; without styles every number is as it is."""
    about = {each.name: each.attributes for each in workbook if each.name in ("workbookPr", "calcPr")}
    texts = Texts()
    shared = parts.get(paths.get("sharedstrings", "xl/sharedstrings.xml"))
    if shared is not None:
        walk(shared, texts.start, texts.end, texts.text, budget)
    styles = parts.get(paths.get("styles", "xl/styles.xml"))
    return Look(
        texts.found,
        _formats(_elements(styles, budget)) if styles is not None else (),
        about.get("workbookPr", {}).get("date1904") in TRUE,
        about.get("calcPr", {}).get("fullCalcOnLoad") in TRUE,
    )


def _formats(styles: Sequence[_Element]) -> list[str | None]:
    """The number format of each style of cells."""
    own = {
        each.attributes.get("numFmtId", ""): each.attributes.get("formatCode", "")
        for each in styles
        if each.name == "numFmt" and each.parent == "numFmts"
    }
    used = [each.attributes.get("numFmtId", "0") for each in styles if each.name == "xf" and each.parent == "cellXfs"]
    try:
        return [own.get(number) or BUILT_IN.get(int(number)) for number in used]
    except ValueError:
        raise Refused(BROKEN) from None


def _elements(part: bytes, budget: Budget) -> list[_Element]:
    """The elements of a small part, each with the name of the one it stands in."""
    found: list[_Element] = []
    above = [""]

    def start(name: str, attributes: Mapping[str, str]) -> None:
        found.append(_Element(above[-1], name, attributes))
        above.append(name)

    def end(_: str) -> None:
        above.pop()

    walk(part, start, end, lambda _: None, budget)
    return found


def _plain(attributes: Mapping[str, str], name: str) -> str:
    """The value of an attribute with a prefix, which each program chooses itself."""
    return next((value for key, value in attributes.items() if key.endswith(f":{name}")), "")
