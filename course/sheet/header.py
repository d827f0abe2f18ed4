"""Which row of a table is its header, and where the columns that are asked for stand. Pure."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from course.sheet.letters import GARBLED, WRONG_ENCODING
from course.sheet.problems import MOST_COLUMNS, MOST_TITLES, TOO_WIDE, Fault, Refused, SheetRow, fold, quoted

LONGEST_TITLE = 1_000
ALMOST = 0.8
"""How alike two titles are when one is the other misspelt."""
LOST_IN_TITLE = re.compile(r"\?(?=[^\W\d_])")
"""A title may end with a question mark, but begin or go on with none."""
WHAT_TO_DO = "Byt rubriken, eller koppla kolumnen i config.toml."


@dataclass(frozen=True)
class Column:
    """A column to read; a required one must be in the header."""

    name: str
    required: bool = True
    is_day: bool = False
    also: str = ""
    """What systems call it, with spaces between: one of them is offered, not taken."""
    instead: str = ""
    """Another column that may stand for it, when the header does not have it."""


@dataclass(frozen=True)
class Header:
    """Where each column stands (None: nowhere), how wide the header is, and how far each row must reach."""

    number: int
    places: Mapping[str, int | None]
    titles: Mapping[str, str]
    """{our name: what the file calls it}."""
    unread: Mapping[str, str]
    """{folded: as written} of the columns that nobody asked for."""
    folded: Sequence[str]
    least: int
    absent: Sequence[str]
    """What the columns are called that are not there and need not be."""
    doubts: Sequence[str]
    """Columns that are not read though they look like one that is absent."""

    @property
    def width(self) -> int:
        """How many columns the header has."""
        return len(self.folded)

    @property
    def remarks(self) -> list[str]:
        """What was read and what was not, for every column of the file and every one that could have been there."""
        read = [self.titles[name] for name, place in self.places.items() if place is not None]
        return [
            f"{what}: {', '.join(map(_short, titles))}."
            for what, titles in (
                ("Kolumner som är lästa", read),
                ("Kolumner som inte är lästa", list(self.unread.values())),
                ("Kolumner som saknas i filen och får göra det", self.absent),
            )
            if titles
        ]


@dataclass(frozen=True)
class Wanted:
    """The columns to read and what this file calls them, {our name: its header}."""

    columns: Sequence[Column]
    names: Mapping[str, str]

    def called(self, column: Column, given: Mapping[str, object]) -> str:
        """The column's title in a file with these folded titles: as the file is said to call it, or our own name."""
        own = self.names.get(column.name) or column.name
        return column.name if fold(own) not in given and fold(column.name) in given else own

    def likeness(self, cells: Sequence[str]) -> int:
        """How much a row looks like the header: exact titles count before those that are only likely."""
        given = {title: None for cell in cells if (title := fold(cell[:LONGEST_TITLE]))}
        exact = sum(fold(self.called(column, given)) in given for column in self.columns)
        likely = sum(any(word in given for word in column.also.split()) for column in self.columns)
        return exact * 1_000 + likely


def find_header(first: Sequence[SheetRow], wanted: Wanted) -> int:
    """The place of the header among the first rows. Raises Refused when there is none."""
    likeness = [wanted.likeness(record.cells) for record in first]
    if not any(likeness):
        titles = ", ".join(wanted.called(column, {}) for column in wanted.columns if column.name not in _spare(wanted))
        raise Refused(
            f"rubrikraden saknas bland de {MOST_TITLES} första raderna. Den ska ha rubrikerna {titles}.",
            first[0].number,
        )
    return likeness.index(max(likeness))


def _spare(wanted: Wanted) -> set[str]:
    """The columns that only stand for others."""
    return {column.instead for column in wanted.columns}


def read_header(record: SheetRow, wanted: Wanted, refused: Mapping[str, str], fault: Fault) -> Header | None:
    """The header, or None and its faults. `refused` says why a column may not be there: {folded title: message}."""
    found = [fold(cell[:LONGEST_TITLE]) for cell in record.cells]
    while found and not found[-1]:
        found.pop()
    if len(found) > MOST_COLUMNS:
        raise Refused(TOO_WIDE)
    if any(GARBLED.search(cell) or LOST_IN_TITLE.search(cell) for cell in record.cells):
        raise Refused(WRONG_ENCODING, record.number)
    given = {title: " ".join(cell.split()) for title, cell in zip(found, record.cells, strict=False) if title}
    titles = {column.name: wanted.called(column, given) for column in wanted.columns}
    folded = {name: fold(title) for name, title in titles.items()}
    faults = [refused[name] for name in sorted(set(found) & refused.keys())]
    faults += [
        f"kolumnen {quoted(titles[name])} finns två gånger. Ta bort den ena eller byt namn på den."
        for name, title in folded.items()
        if found.count(title) > 1
    ]
    unread = {title: text for title, text in given.items() if title not in folded.values()}
    missing = [column for column in wanted.columns if not _is_there(column, folded, given, wanted)]
    missed, doubts = _missing(missing, titles, unread)
    for message in [*faults, *missed]:
        fault(record.number, message)
    if faults or missed:
        return None
    places = {name: found.index(title) if title in found else None for name, title in folded.items()}
    absent = [titles[column.name] for column in missing]
    reach = [place for column in wanted.columns if column.required and (place := places[column.name]) is not None]
    return Header(record.number, places, titles, unread, found, max(reach, default=0) + 1, absent, doubts)


def _is_there(column: Column, folded: Mapping[str, str], given: Mapping[str, str], wanted: Wanted) -> bool:
    return (
        folded[column.name] in given
        or (bool(column.instead) and folded[column.instead] in given)
        or (column.name in _spare(wanted))
    )


def _missing(
    missing: Sequence[Column], titles: Mapping[str, str], unread: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    """(faults, doubts) about the columns that are not there, with the column of the file that each may be."""
    faults, doubts, lost, left = [], [], [], dict(unread)
    for column in missing:
        title = titles[column.name]
        misspelt = _misspelt(column, title, left)
        likely = misspelt or next((word for word in column.also.split() if word in left), "")
        told = quoted(_short(left.pop(likely))) if likely else ""
        if likely and (misspelt or column.required):
            faults.append(f"kolumnen {quoted(title)} saknas; menade du {told}? {WHAT_TO_DO}")
        elif likely:
            doubts.append(f"Kolumnen {told} är inte läst. Är den {quoted(title)}? {WHAT_TO_DO}")
        elif column.required:
            lost.append(quoted(title))
    if lost:
        what = "kolumnen" if len(lost) == 1 else "kolumnerna"
        others = f" Filen har också {', '.join(map(_short, left.values()))}." if left else ""
        faults.append(f"{what} {', '.join(lost)} saknas. Lägg till i rubrikraden.{others}")
    return faults, doubts


def _misspelt(column: Column, title: str, left: Mapping[str, str]) -> str:
    """The title that is nearly the column's; of an optional one not what only begins with it, as "tillägg"."""
    near = difflib.get_close_matches(fold(title), left, n=1, cutoff=ALMOST)
    return near[0] if near and (column.required or not near[0].startswith(fold(title))) else ""


def _short(title: str) -> str:
    """A title as it is told: what cannot be seen is left out, and it is not too long."""
    return "".join(letter for letter in title if letter.isprintable())[:40]
