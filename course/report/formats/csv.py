"""CSV as Swedish Excel reads it: a byte-order mark, semicolons, decimal commas, ISO dates."""

import csv
import io
from datetime import date
from decimal import Decimal
from fractions import Fraction

from course import swedish
from course.report.table import Absent, Table, Value

DANGEROUS = tuple("=+-@\t\r\n\0＝＋－＠")
"""First characters that make a spreadsheet run the cell as a formula (CWE-1236)."""


def render(table: Table) -> str:
    """One block for the figures and one for the rows, with an empty line between."""
    file = io.StringIO()
    file.write("\ufeff")
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(["Rapport", safe(table.title)])
    writer.writerows([key, safe(value)] for key, value in table.scope.items())
    writer.writerow([])
    writer.writerow(["Del", "Nyckel", "Mått", "Värde"])
    for group in table.groups:
        writer.writerows(
            [safe(group.title), safe(figure.key), safe(figure.label), cell(figure.value)] for figure in group.figures
        )
    writer.writerow([])
    writer.writerow(["Nivå", "Sort", safe(table.heading), *(safe(column.label) for column in table.columns)])
    for row in table.rows:
        writer.writerow([row.level, row.kind, safe(row.label), *map(cell, row.values)])
    return file.getvalue()


def cell(value: Value) -> str:
    """A value as a cell: None is "ej mätt", a share is per cent with a decimal comma."""
    match value:
        case None:
            return "ej mätt"
        case Fraction():
            return swedish.decimal_share(value)
        case int():
            return str(value)
        case Decimal():
            return str(value).replace(".", ",")
        case date():
            return value.isoformat()
        case _:
            return safe(value.value if isinstance(value, Absent) else value)


def safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(DANGEROUS) else text
