"""What a list of completions earned before or elsewhere says, row by row, with every problem at once. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

from course.content.front_matter import ID
from course.organisation import person
from course.organisation.roster_file import Cells
from course.sheet.lines import Column, first_ones, read_lines
from course.sheet.problems import RowProblem, fold, quoted

COLUMNS = (
    Column("anstallningsnummer"),
    Column("kurs"),
    Column("modul", required=False),
    Column("dag"),
    Column("satt"),
    Column("kalla"),
)
WORDS = {
    "paper": ("papper", "paper"),
    "workshop": ("workshop", "seminarium", "utbildningsdag"),
    "platform": ("plattform", "lärplattform", "annan plattform", "lms", "platform"),
}
ROUTES = {fold(word): name for name, words in WORDS.items() for word in words}
LONGEST_SOURCE = 300
FIRST_DAY = date(1990, 1, 1)


@dataclass(frozen=True, slots=True)
class Earned:
    """A course or a module that somebody completed on a day, and where that is documented."""

    line: int
    key: str
    """The employment number, or the e-mail address of an elected official."""
    course: str
    module: str
    """'' when it is the whole course."""
    route: str
    """paper, workshop or platform."""
    day: date
    source: str


def read_evidence(content: bytes, today: date, names: Mapping[str, str] = {}) -> tuple[list[Earned], list[RowProblem]]:
    """The rows that have no problem, and the problems by row. No day may be after `today`.

    `names` says what a column is called in this file: {our name: its header}.
    """
    lines, problems = read_lines(content, COLUMNS, names)
    if not lines and not problems:
        problems.append(RowProblem(0, "Filen har inga genomföranden. Lägg till minst en rad under rubrikraden."))
    rows = []
    for line in lines:
        cells = Cells(line, names, problems)
        if not cells.hides_personnummer():
            rows.append(_earned(cells, today))
    first: dict[tuple[object, ...], int] = {}
    for row in rows:
        if not (row.key and row.course and row.route):
            continue
        earlier = first.setdefault((row.key, row.course, row.module, row.route, row.day), row.line)
        if earlier != row.line:
            problems.append(RowProblem(row.line, f"samma genomförande står på rad {earlier}. Ta bort den ena raden."))
    bad = {problem.line for problem in problems}
    return [row for row in rows if row.line not in bad], first_ones(problems)


def _earned(cells: Cells, today: date) -> Earned:
    return Earned(
        line=cells.number,
        key=_key(cells),
        course=_id(cells, "kurs"),
        module=_id(cells, "modul", optional=True),
        route=_route(cells),
        day=_day(cells, today),
        source=cells.kept("kalla", partial(person.label, longest=LONGEST_SOURCE)),
    )


def _key(cells: Cells) -> str:
    """An employment number as it is written, or an address in lower case."""
    text = cells.text("anstallningsnummer").lower()
    return text if person.is_email(text) else cells.key("anstallningsnummer") if text else ""


def _id(cells: Cells, name: str, *, optional: bool = False) -> str:
    text = cells.text(name, optional=optional).lower()
    if text and not ID.fullmatch(text):
        return cells.fault(name, f"är inget id: {quoted(text)}. Skriv det som i kursens filer, med a–z, 0–9 och -.")
    return text


def _route(cells: Cells) -> str:
    text = cells.text("satt")
    name = ROUTES.get(fold(text), "")
    if text and not name:
        return cells.fault("satt", f"är okänt: {quoted(text)}. Skriv papper, workshop eller plattform.")
    return name


def _day(cells: Cells, today: date) -> date:
    """The day; the first one there is when it cannot be used, which is a problem."""
    day = cells.day("dag")
    if day and day > today:
        cells.fault("dag", f"är efter i dag ({today}): {day}. Skriv dagen då det gjordes.")
    elif day and day < FIRST_DAY:
        cells.fault("dag", f"är före {FIRST_DAY.year}: {day}. Rätta året.")
    return day or date.min
