"""What a list of completions earned before or elsewhere says: on paper, at a workshop, on another platform. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from course.sheet import Column, Line, RowProblem, first_ones, fold, read_sheet

COLUMNS = (
    Column("anstallningsnummer"),
    Column("kurs"),
    Column("modul", required=False),
    Column("dag"),
    Column("satt"),
    Column("kalla"),
)
WORDS = {
    "paper": ("papper",),
    "workshop": ("workshop", "seminarium", "utbildningsdag"),
    "platform": ("plattform", "lärplattform", "annan plattform", "annan lärplattform", "lms"),
}
ROUTES = {fold(word): route for route, words in WORDS.items() for word in words}
LONGEST_SOURCE = 300


@dataclass(frozen=True, slots=True)
class Earned:
    """One completion: `module` is '' for the whole course, `source` says where it is documented."""

    line: int
    key: str
    course: str
    module: str
    route: str
    day: date
    source: str


def read_evidence(
    content: bytes, today: date, names: Mapping[str, str] | None = None
) -> tuple[list[Earned], list[RowProblem]]:
    """The rows without problems, and all problems, by row. A day after `today` has not been."""
    lines, problems = read_sheet(content, COLUMNS, names)
    rows: list[Earned] = []
    seen: dict[tuple[str, str, str, str, date], int] = {}
    for line in lines:
        row, faults = _row(line, today)
        if row:
            first = seen.setdefault((row.key, row.course, row.module, row.route, row.day), row.line)
            if first == row.line:
                rows.append(row)
            else:
                faults = [f"är samma som rad {first}."]
        problems += [RowProblem(line.number, fault) for fault in faults]
    if not lines and not problems:
        problems.append(RowProblem(0, "Filen har inga rader."))
    return rows, first_ones(problems)


def _row(line: Line, today: date) -> tuple[Earned | None, list[str]]:
    cells = line.cells
    faults = [f"{name} saknas." for name in ("anstallningsnummer", "kurs", "dag", "satt", "kalla") if not cells[name]]
    day = _day(cells["dag"])
    if cells["dag"] and (day is None or not date(1990, 1, 1) <= day <= today):
        faults.append("dag: ska vara ett datum som har varit, skrivet som 2025-03-04.")
    route = ROUTES.get(fold(cells["satt"]))
    if cells["satt"] and route is None:
        faults.append("satt: är okänt. Skriv papper, workshop eller lärplattform.")
    if len(cells["kalla"]) > LONGEST_SOURCE or cells["kalla"].startswith(("=", "+", "-", "@")):
        faults.append(f"kalla: får vara högst {LONGEST_SOURCE} tecken och inte börja som en formel.")
    if faults or day is None or route is None:
        return None, faults
    key, course, module = (cells[name] for name in ("anstallningsnummer", "kurs", "modul"))
    return Earned(line.number, key, course, module, route, day, cells["kalla"]), []


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
