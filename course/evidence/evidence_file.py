"""What a list of completions earned before or elsewhere says, row by row, with every problem at once. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

from course.content.front_matter import ID
from course.organisation import person
from course.organisation.cells import DOUBLE, Cells, Findings
from course.sheet.header import Column
from course.sheet.lines import read_lines
from course.sheet.problems import RowProblem, first_ones, fold, quoted

COLUMNS = (
    Column("anstallningsnummer", also="anstnr anstallningsnr personalnummer epost"),
    Column("kurs"),
    Column("modul", required=False),
    Column("dag", is_day=True, also="datum genomford klar slutford"),
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


@dataclass(frozen=True)
class EvidenceFile:
    """A list that was read: rows without problems, the problems by row, and how the file was read."""

    rows: list[Earned]
    problems: list[RowProblem]
    remarks: tuple[str, ...] = ()


def read_evidence(
    content: bytes, today: date, names: Mapping[str, str] = {}, *, ten_digits: Collection[str] = ()
) -> EvidenceFile:
    """Read a list of completions. No day may be after `today`.

    `names` says what a column is called in this file: {our name: its header}; `ten_digits` in which columns a number of
    ten digits is no personnummer.
    """
    table = read_lines(content, COLUMNS, names)
    findings = Findings(list(table.problems))
    problems = findings.problems
    if not table.lines and not problems:
        problems.append(RowProblem(0, "Filen har inga genomföranden. Lägg till minst en rad under rubrikraden."))
    rows = []
    for line in table.lines:
        cells = Cells(line, names, findings, ten_digits)
        if not cells.hides_personnummer():
            rows.append(_earned(cells, today))
    rows = _once(rows, findings)
    bad = {problem.line for problem in problems}
    rows = [row for row in rows if row.line not in bad]
    return EvidenceFile(rows, first_ones(problems), (*table.remarks, *findings.remarks))


def _once(rows: list[Earned], findings: Findings) -> list[Earned]:
    """The rows without exact doubles. The same completion with two sources is a problem."""
    first: dict[tuple[object, ...], Earned] = {}
    kept = []
    for row in rows:
        same = (row.key, row.course, row.module, row.route, row.day)
        earlier = first.setdefault(same, row) if row.key and row.course and row.route else row
        if earlier is row:
            kept.append(row)
        elif earlier.source == row.source:
            findings.notes[DOUBLE].append(row.line)
        else:
            told = f"samma genomförande står på rad {earlier.line}. Ta bort den ena raden."
            findings.problems.append(RowProblem(row.line, told))
    return kept


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
