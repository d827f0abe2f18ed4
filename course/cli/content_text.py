"""What `flask content check` shows of a course, as text."""

from collections.abc import Sequence

from course.content import matrix, statistics
from course.content.model import Course
from course.content.review import REVIEWERS, waiting

HEADINGS = ("modul", "oblig.", "min", "ord", "LIX", "frågor", "av sorter", "★", "nya", "mål", "prov", "scenarier")


def statistics_of(course: Course) -> str:
    """A line for each module, and what they come to."""
    found = statistics.lines(course)
    rows = [
        (
            line.module,
            "ja" if line.mandatory else "",
            str(line.minutes),
            str(line.words),
            f"{line.lix:.0f}",
            str(line.questions),
            ", ".join(f"{count} {kind}" for kind, count in sorted(line.types.items())),
            str(line.stars),
            str(line.new),
            f"{len(line.goals_asked)}/{line.goals}",
            str(line.tests),
            str(line.scenarios),
        )
        for line in found
    ]
    return "\n".join(
        (
            *_columns([HEADINGS, *rows]),
            f"LIX, medianen: {statistics.median_lix(found):.0f}",
            f"De obligatoriska modulerna: {statistics.mandatory_minutes(course)} min",
            f"Material: {len(course.materials)}",
            *(f"Väntar på granskning av {REVIEWERS[by].one}: {len(texts)}" for by, texts in waiting(course).items()),
        )
    )


def matrix_of(course: Course) -> str:
    """Each matrix, with its gaps told in words."""
    parts = []
    for each in matrix.matrices(course):
        parts.append(each.title)
        for row in each.rows:
            coming = [f"{name} (kommer)" for name in row.coming]
            parts.append(f"  {row.name}: {', '.join((*(row.answers or ('INGET SVARAR',)), *coming))}")
    return "\n".join(parts) or "Kursen har varken revision.toml eller scenarier."


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """The rows with their columns under each other."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
