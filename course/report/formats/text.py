"""Plain text for a terminal."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from course import swedish
from course.report.table import Absent, Table, Value


def render(table: Table) -> str:
    """The sentences, the figures by group, and the rows in columns."""
    parts = ["\n".join((table.title, "=" * len(table.title), *table.sentences))]
    for group in table.groups:
        lines = [(figure.label, shown(figure.value), figure.explanation) for figure in group.figures]
        parts.append("\n".join((group.title, *_columns(lines))))
    if table.rows:
        head = (table.heading, *(column.label for column in table.columns))
        body = [("  " * row.level + row.label, *map(shown, row.values)) for row in table.rows]
        parts.append("\n".join(_columns([head, *body])))
    parts.append("\n".join(f"{key}={value}" for key, value in table.scope.items()))
    return "\n\n".join(parts) + "\n"


def shown(value: Value) -> str:
    """A value as people read it."""
    match value:
        case int():
            return swedish.number(value)
        case Fraction() | None:
            return swedish.share(value)
        case Decimal():
            return swedish.decimal(value)
        case Absent():
            return value.value
        case date():
            return swedish.day(value)
        case _:
            return value


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if index == 0 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
