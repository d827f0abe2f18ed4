"""What answers what: each recommendation, question and document of the audit, and the modules and materials on it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from course.content.audit_file import FILE
from course.content.model import Audit, Course, Document, Finding
from course.errors import Problem


@dataclass(frozen=True)
class Row:
    """Something that must be answered, and what answers it."""

    name: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Matrix:
    """Rows under a heading. A row without an answer is a gap."""

    title: str
    rows: tuple[Row, ...]

    @property
    def gaps(self) -> list[str]:
        return [row.name for row in self.rows if not row.answers]


def matrices(course: Course) -> list[Matrix]:
    """The course's matrices; none of the audit's when it has none."""
    if course.audit is None:
        return []
    audit = course.audit
    return [
        Matrix("Rekommendation × innehåll", _rows("R", audit.recommendations)),
        Matrix("Revisionsfråga × innehåll", _rows("Fråga ", audit.questions)),
        Matrix(
            "Handling × innehåll", tuple(Row(f"{each.id} {each.title}", _answers(each)) for each in audit.documents)
        ),
    ]


def gaps(course: Course) -> list[Problem]:
    """Every row without an answer, and every material that says it answers what does not name it."""
    path = f"modules/{course.id}/{FILE}"
    found = [
        Problem(path, 0, f"inget i kursen svarar på {name}") for matrix in matrices(course) for name in matrix.gaps
    ]
    return found + ([Problem(path, 0, text) for text in _one_sided(course, course.audit)] if course.audit else [])


def _rows(prefix: str, findings: Collection[Finding]) -> tuple[Row, ...]:
    return tuple(Row(f"{prefix}{finding.number}", _answers(finding)) for finding in findings)


def _answers(each: Finding | Document) -> tuple[str, ...]:
    return (*each.modules, *each.materials)


def _one_sided(course: Course, audit: Audit) -> Iterable[str]:
    named = {finding.number: finding.materials for finding in audit.recommendations}
    for material in course.materials:
        for number in material.recommendations:
            if material.id not in named.get(number, ()):
                yield f"”{material.id}” säger att det svarar på R{number}; nämn det där också"
