"""What answers what: each recommendation, question and document of the audit, and the modules and materials on it."""

from collections.abc import Collection
from dataclasses import dataclass

from course.content.audit_file import FILE
from course.content.model import Audit, Course, Document, Finding, Scenario
from course.content.vocabulary import FORMS, TRACKS
from course.errors import Problem

INSTRUMENT = "instrument/"
"""How an audit names an instrument among the materials."""


@dataclass(frozen=True)
class Row:
    """Something that must be answered, and what answers it."""

    name: str
    answers: tuple[str, ...]
    coming: tuple[str, ...] = ()
    """What will be a part of the answer: instruments, which nobody can fill in yet."""


@dataclass(frozen=True)
class Matrix:
    """Rows under a heading. A row without an answer is a gap."""

    title: str
    rows: tuple[Row, ...]

    @property
    def gaps(self) -> list[str]:
        return [row.name for row in self.rows if not row.answers]


def matrices(course: Course) -> list[Matrix]:
    """The course's matrices: the audit's when it has one, the scenarios' when it has any."""
    return [*(_of_audit(course.audit) if course.audit else ()), *(_of_scenarios(course) if course.scenarios else ())]


def _of_audit(audit: Audit) -> list[Matrix]:
    return [
        Matrix("Rekommendation × innehåll", _rows("R", audit.recommendations)),
        Matrix("Revisionsfråga × innehåll", _rows("Fråga ", audit.questions)),
        Matrix("Handling × innehåll", tuple(_row(f"{each.id} {each.title}", each) for each in audit.documents)),
    ]


def _of_scenarios(course: Course) -> list[Matrix]:
    """Each form, and for employees each module in each track, with the scenarios on it.

    Elected officials are asked of the forms that they may exert or meet in their duty: theirs need not have them all.
    """
    found = course.scenarios.values()
    every = [Row(form, tuple(each.id for each in found if form in each.forms)) for form in FORMS]
    if course.audience != "employee":
        return [Matrix("Form × scenario", tuple(row for row in every if row.answers))]
    forms = Matrix("Form × scenario", tuple(every))
    rows = [
        Row(f"{module.id}, {track}", tuple(each.id for each in course.scenarios_of(module.id) if _fits(each, track)))
        for module in course.for_everybody.modules
        for track in TRACKS
    ]
    return [forms, Matrix("Modul och spår × scenario", tuple(rows))]


def _fits(scenario: Scenario, track: str) -> bool:
    """Whether the scenario is for the track, or for everybody."""
    return not scenario.tracks or track in scenario.tracks


def gaps(course: Course) -> list[Problem]:
    """Every row without an answer."""
    found = []
    if course.audit:
        path = f"modules/{course.id}/{FILE}"
        gone = [name for matrix in _of_audit(course.audit) for name in matrix.gaps]
        found += [Problem(path, 0, f"inget i kursen svarar på {name}") for name in gone]
    if course.scenarios:
        gone = [name for matrix in _of_scenarios(course) for name in matrix.gaps]
        found += [Problem(f"quizzes/{course.id}/scenarier", 0, f"inget scenario för {name}") for name in gone]
    return found


def _rows(prefix: str, findings: Collection[Finding]) -> tuple[Row, ...]:
    return tuple(_row(f"{prefix}{finding.number}", finding) for finding in findings)


def _row(name: str, each: Finding | Document) -> Row:
    coming = tuple(material for material in each.materials if material.startswith(INSTRUMENT))
    there = tuple(material for material in each.materials if material not in coming)
    return Row(name, (*each.modules, *there), coming)
