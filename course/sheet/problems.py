"""What can be wrong with a table, how that is told, and the limits that all tables keep."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from course.swedish import number as grouped

MOST_ROWS = 50_000
MOST_COLUMNS = 200
MOST_TITLES = 10
"""Among so many rows the header is looked for: titles and dates often stand above it."""

SAVE_AS = "Öppna listan i Excel, välj Spara som och filtypen ”CSV UTF-8” eller ”Excel-arbetsbok (.xlsx)”."
LOCKED = "Excelfilen är skyddad med lösenord. Ta bort lösenordet, spara filen och försök igen."
TOO_MANY = f"Filen har fler än {grouped(MOST_ROWS)} rader. Dela upp den eller ta bort rader som inte ska läsas."
TOO_WIDE = f"Filen har fler än {MOST_COLUMNS} kolumner. Ta bort dem som inte hör till listan."

MOST_PROBLEMS = 200
MOST_OF_ONE, MOST_PIECES = 5, 40
"""When more rows than the first have the same sort of problem they are told together, in so many pieces at the most."""
EMPTY_CELL = " saknas. Fyll i cellen."

Fault = Callable[[int, str], None]


class SheetRow(NamedTuple):
    """A row as the file has it."""

    number: int
    cells: list[str]
    faults: Mapping[int, str] = {}
    """Why a cell cannot be read, by its place; it matters when its column is asked for."""
    days: AbstractSet[int] = frozenset()
    """The places of cells that Excel holds as dates."""
    hidden: bool = False


class Grid(NamedTuple):
    """The rows of a file that are not empty, what is to be said of it, and the places of columns that nobody sees."""

    records: Iterator[SheetRow]
    remarks: Sequence[str] = ()
    hidden: AbstractSet[int] = frozenset()


class RowProblem(NamedTuple):
    """A fault in a table: the row as the file counts (0 is the file as a whole), and what to do, in Swedish."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"rad {self.line}: {self.message}" if self.line else self.message


class Refused(Exception):  # noqa: N818 - it carries a problem
    """Reading ends with one problem."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.problem = RowProblem(line, message)


def fold(text: str) -> str:
    """A title without case, accents and anything but letters and digits, for comparing."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if letter.isascii() and letter.isalnum())


def file_name(text: str) -> str:
    """A file's name as it may be kept and shown: without folders, and without what cannot be seen."""
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", text))[-1]
    return "".join(letter for letter in name if letter.isprintable())[:200] or "namnlös fil"


def quoted(text: str) -> str:
    """A text from a file as a message shows it: in quotation marks, and not too long."""
    return f"”{text}”" if len(text) <= 60 else f"”{text[:60]}…”"


def first_ones(problems: Iterable[RowProblem]) -> list[RowProblem]:
    """The problems by row, at most MOST_PROBLEMS of them and a last one that says how many more there are.

    One that many rows share is told once, with all its rows: often it is the header's or the whole column's.
    """
    alike: dict[str, list[RowProblem]] = {}
    for problem in _with_empty_cells_together(problems):
        alike.setdefault(_sort_of(problem.message), []).append(problem)
    ordered = sorted((each for same in alike.values() for each in _few_of(same)), key=lambda problem: problem.line)
    more = len(ordered) - MOST_PROBLEMS
    if more <= 0:
        return ordered
    return [*ordered[:MOST_PROBLEMS], RowProblem(0, f"Det finns {grouped(more)} fel till. Rätta de här först.")]


def rows_in_words(numbers: Iterable[int]) -> str:
    """Row numbers in words: "rad 3–2001", "rad 3, 5–9", with a limit to how many pieces are told."""
    pieces: list[list[int]] = []
    for number in sorted(set(numbers)):
        if pieces and number == pieces[-1][1] + 1:
            pieces[-1][1] = number
        else:
            pieces.append([number, number])
    told = [str(first) if first == last else f"{first}–{last}" for first, last in pieces[:MOST_PIECES]]
    left = sum(last - first + 1 for first, last in pieces[MOST_PIECES:])
    return f"rad {', '.join(told)}" + (f" och {grouped(left)} rader till" if left else "")


def _with_empty_cells_together(problems: Iterable[RowProblem]) -> Iterator[RowProblem]:
    """One problem of all the cells that a row leaves empty: mostly the row is no person at all."""
    listed = list(problems)
    empty: dict[int, list[str]] = {}
    for problem in listed:
        if problem.line and problem.message.endswith(EMPTY_CELL):
            empty.setdefault(problem.line, []).append(problem.message.removesuffix(EMPTY_CELL))
    for problem in listed:
        titles = empty.get(problem.line, [])
        if len(titles) < 2 or not problem.message.endswith(EMPTY_CELL):
            yield problem
        elif problem.message == titles[0] + EMPTY_CELL:
            yield RowProblem(problem.line, f"{', '.join(titles)} saknas. Fyll i cellerna, eller ta bort raden.")


def _sort_of(message: str) -> str:
    """A problem without what differs between rows: the values it shows, but not the column it begins with."""
    return re.sub(r"(?!^)”[^”]*”|\d+", "", message)


def _few_of(same: list[RowProblem]) -> list[RowProblem]:
    """All of them, or the first with the rows of the others when there are many."""
    same.sort(key=lambda problem: problem.line)
    if len(same) <= MOST_OF_ONE:
        return same
    first, rows = same[0], rows_in_words(problem.line for problem in same[1:])
    return [RowProblem(first.line, f"{first.message} Samma sak gäller {rows}; se också på rubrikraden.")]
