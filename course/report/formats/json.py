"""JSON for machines: the same values, shares as numbers from 0 to 1, null where there is no value."""

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from course.report.table import Absent, Table, Value


def render(table: Table) -> str:
    """The whole table as one object; the order of keys is fixed, so equal tables give equal bytes."""
    whole = {
        "report": table.name,
        "title": table.title,
        "scope": dict(table.scope),
        "sentences": list(table.sentences),
        "groups": [
            {
                "key": group.key,
                "title": group.title,
                "figures": [
                    {"key": figure.key, "label": figure.label, "value": _plain(figure.value)}
                    for figure in group.figures
                ],
            }
            for group in table.groups
        ],
        "columns": [{"key": column.key, "label": column.label} for column in table.columns],
        "rows": [
            {
                "level": row.level,
                "kind": row.kind,
                "label": row.label,
                **{column.key: _plain(value) for column, value in zip(table.columns, row.values, strict=True)},
            }
            for row in table.rows
        ],
        "notes": list(table.notes),
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _plain(value: Value) -> Any:
    match value:
        case Fraction():
            return round(float(value), 6)
        case Decimal():
            return float(value)
        case Absent():
            return None
        case date():
            return value.isoformat()
        case _:
            return value
