"""What may be handed on: a table in which no row is about so few that it tells of somebody. Pure.

Source: design.md, "Small groups".
"""

from collections.abc import Sequence
from itertools import pairwise

from course.report.coverage import Coverage, Part, UnitLine

LEAST = 5
"""So many persons a row needs to be told by itself."""
LEAST_UNITS = 2
"""So many rows are told together at least: the rest of one row would be that row."""


def may_tell(part: Part, whole: Coverage) -> bool:
    """Whether a group may be told beside the whole: neither it nor the others are few."""
    return part.members >= LEAST and not 0 < whole.members - part.members < LEAST


def hide_small(lines: Sequence[UnitLine]) -> list[UnitLine]:
    """The lines of by_unit with those of few put together, so that every sum still holds.

    The lines right below a line that are too small become one line, `rest`: at least LEAST_UNITS rows and LEAST
    persons, else the next smallest joins; what cannot be put together so is told by the line above alone.
    """
    if not lines:
        return []
    *below, total = lines
    return [*_below(below, 0), total]


def _below(lines: Sequence[UnitLine], level: int) -> list[UnitLine]:
    """The lines on the level, which add up to the line above them, each with what stands below it."""
    starts = [index for index, line in enumerate(lines) if line.level == level]
    blocks = [lines[start:end] for start, end in pairwise([*starts, len(lines)])]
    heads = [block[0] for block in blocks]
    together = _together(heads)
    if not together:
        return [line for block in blocks for line in (block[0], *_below(block[1:], level + 1))]
    if len(together) == len(blocks):
        return []
    kept = [block for index, block in enumerate(blocks) if index not in together]
    told = [line for block in kept for line in (block[0], *_below(block[1:], level + 1))]
    return [*told, _sum([heads[index] for index in sorted(together)])]


def _together(heads: Sequence[UnitLine]) -> set[int]:
    """The indexes of the lines that are told as one: the small, and as many of the next smallest as that needs."""
    by_size = sorted(range(len(heads)), key=lambda index: _size(heads[index]))
    together = {index for index in by_size if _size(heads[index]) < LEAST}
    for index in by_size:
        if not together or _enough([heads[each] for each in together]):
            break
        together.add(index)
    return together


def _enough(lines: Sequence[UnitLine]) -> bool:
    units = [line for line in lines if line.kind != "several"]
    return len(units) >= LEAST_UNITS and _size(_sum(lines)) >= LEAST


def _size(line: UnitLine) -> int:
    """How many persons a line tells of: its members, else those who were reached in it."""
    return abs(line.members or line.reached)


def _sum(lines: Sequence[UnitLine]) -> UnitLine:
    return UnitLine(
        level=lines[0].level,
        kind="rest",
        name="Ej särredovisat",
        unit=None,
        members=sum(line.members for line in lines),
        covered=sum(line.covered for line in lines),
        reached=sum(line.reached for line in lines),
    )
