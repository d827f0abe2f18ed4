"""The one shape that every report returns and every format renders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction


class Absent(Enum):
    """Why there is no value, as people read it; machines are told that there is none."""

    MISSING = "saknas"
    NOTHING = "–"
    UNTOLD = "ej särredovisat"


Value = int | Fraction | Decimal | date | str | Absent | None
"""A count, a share (Fraction), a number with its decimals, a day, a text, why there is none, or None: unmeasured."""


@dataclass(frozen=True)
class Figure:
    """One number with its name; `key` is what machines call it."""

    key: str
    label: str
    value: Value
    explanation: str = ""


@dataclass(frozen=True)
class Group:
    """Figures that belong together, such as the terms of an identity."""

    key: str
    title: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Column:
    """A column of the table."""

    key: str
    label: str


@dataclass(frozen=True)
class Row:
    """A row; `level` is its depth in the organisation, `kind` is `unit` or another sort of line."""

    level: int
    label: str
    values: tuple[Value, ...]
    kind: str = "unit"


@dataclass(frozen=True)
class Table:
    """A report: what it says in a sentence, its figures, its rows, and the notes that explain them."""

    name: str
    title: str
    sentences: tuple[str, ...]
    groups: tuple[Group, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    scope: Mapping[str, str] = field(default_factory=dict)
    """What to ask for to get the same figures again: the permalink's parameters."""
    heading: str = "Enhet"
    """What the labels of the rows are."""


UPPER = 1
"""The levels down to this one are seen at once; what is below each of their rows is folded."""
FEW = 20
"""So many rows need no folding."""


def folded(rows: Sequence[Row]) -> tuple[list[Row], list[tuple[Row, list[Row]]]]:
    """(the upper rows, each of them that has rows below it with those): every row once, but for the headings."""
    if len(rows) <= FEW:
        return list(rows), []
    upper = [row for row in rows if row.level <= UPPER]
    below: list[tuple[Row, list[Row]]] = []
    heading: Row | None = None
    for row in rows:
        if row.level <= UPPER:
            heading = row
        elif heading is not None:
            if not below or below[-1][0] is not heading:
                below.append((heading, []))
            below[-1][1].append(row)
    return upper, below
