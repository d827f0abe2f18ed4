"""JSON for machines: the same values, shares as numbers from 0 to 1."""

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from course.report.table import Table, Value


def render(table: Table) -> str:
    """The whole table as one object; the order of keys is fixed, so equal tables give equal bytes."""
    whole = {
        "report": table.name,
        "title": table.title,
        "scope": dict(table.scope),
        "sentences": list(table.sentences),
        "figures": {
            group.key: {figure.key: _plain(figure.value) for figure in group.figures} for group in table.groups
        },
        "labels": {group.key: {figure.key: figure.label for figure in group.figures} for group in table.groups},
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
        case date():
            return value.isoformat()
        case _:
            return value
