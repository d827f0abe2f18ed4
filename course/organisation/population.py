"""Populations: which memberships a target is about, and since when each unit belongs to one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from course.swedish import sort_key


@dataclass(frozen=True)
class Population:
    """The filters of a target: an empty one lets everything through. Units mean themselves and all below."""

    units: tuple[int, ...] = ()
    titles: tuple[str, ...] = ()
    employments: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Population":
        return cls(*(tuple(stored.get(name, ())) for name in ("units", "titles", "employments")))

    def to_json(self) -> dict[str, Any]:
        return {"units": list(self.units), "titles": list(self.titles), "employments": list(self.employments)}


@dataclass(frozen=True)
class UnitSpan:
    """Where a unit stood in the tree, and what it was called, from–to (both days inclusive)."""

    unit: int
    code: str
    name: str
    parent: int | None
    since: date
    until: date


@dataclass(frozen=True)
class Stay:
    """A unit belongs to a population from–to."""

    unit: int
    since: date
    until: date


@dataclass
class _Node:
    span: UnitSpan
    children: list[int] = field(default_factory=list)


def stays(spans: Sequence[UnitSpan], roots: Iterable[int]) -> list[Stay]:
    """For each unit the periods in which it is one of the roots or stands below one.

    The tree is asked as it was on each day, so a unit that is moved out keeps the days it was inside.
    """
    wanted = frozenset(roots)
    edges = sorted({span.since for span in spans} | {_day_after(span.until) for span in spans})
    found: list[Stay] = []
    open_since: dict[int, date] = {}
    for day in edges:
        parents = {span.unit: span.parent for span in spans if span.since <= day <= span.until}
        inside = {unit for unit in parents if any(above in wanted for above in _upwards(unit, parents))}
        for unit in [unit for unit in open_since if unit not in inside]:
            found.append(Stay(unit, open_since.pop(unit), day - timedelta(days=1)))
        for unit in inside - open_since.keys():
            open_since[unit] = day
    found.extend(Stay(unit, since, date.max) for unit, since in open_since.items())
    return sorted(found, key=lambda stay: (stay.unit, stay.since))


def tree_on(spans: Iterable[UnitSpan], day: date) -> list[tuple[int, UnitSpan]]:
    """(level, unit) for every unit that holds on the day, parents before children, by name within a parent."""
    nodes = {span.unit: _Node(span) for span in spans if span.since <= day <= span.until}
    roots: list[int] = []
    for unit, node in nodes.items():
        parent = node.span.parent
        (nodes[parent].children if parent in nodes and not _is_loop(unit, nodes) else roots).append(unit)

    def walk(units: list[int], level: int) -> Iterable[tuple[int, UnitSpan]]:
        for unit in sorted(units, key=lambda unit: (sort_key(nodes[unit].span.name), unit)):
            yield level, nodes[unit].span
            yield from walk(nodes[unit].children, level + 1)

    return list(walk(roots, 0))


def _upwards(unit: int | None, parents: Mapping[int, int | None]) -> Iterable[int]:
    seen: set[int] = set()
    while unit is not None and unit not in seen:
        seen.add(unit)
        yield unit
        unit = parents.get(unit)


def _is_loop(unit: int, nodes: Mapping[int, _Node]) -> bool:
    """Whether the unit stands below itself, which no correct file says; it is then shown as a root."""
    above = nodes[unit].span.parent
    parents = {number: node.span.parent for number, node in nodes.items()}
    return unit in _upwards(above, parents)


def _day_after(day: date) -> date:
    return day if day == date.max else day + timedelta(days=1)
