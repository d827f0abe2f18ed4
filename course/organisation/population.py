"""Populations: which memberships a target is about, and since when each unit belongs to one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from course.organisation.person import looked_up
from course.swedish import sort_key

COUNTED = frozenset({"permanent", "temporary", "hourly"})
"""Employments that stand in the denominator unless somebody says otherwise."""


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

    def spelled(self, titles: Iterable[str]) -> "Population":
        """The population with every way in which one of its titles is spelled among those that are there."""
        wanted = {looked_up(title) for title in self.titles}
        alike = tuple(title for title in titles if looked_up(title) in wanted)
        return replace(self, titles=alike or self.titles)


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


Period = tuple[date, date]
"""From–to, both days inclusive."""


def stays(spans: Iterable[UnitSpan], roots: Iterable[int]) -> list[Stay]:
    """For each unit the periods in which it is one of the roots or stands below one.

    The tree is asked as it was on each day, so a unit that is moved out keeps the days it was inside.
    """
    wanted = frozenset(roots)
    by_unit: dict[int, list[UnitSpan]] = {}
    for span in spans:
        by_unit.setdefault(span.unit, []).append(span)

    def inside(unit: int, within: Period, below: frozenset[int]) -> Iterable[Period]:
        """The days of a period on which the unit is inside; `below` are the units that stand below it on all of them.

        One that stands below itself is in no tree on those days, which no correct list says.
        """
        for span in by_unit.get(unit, ()):
            days = (max(within[0], span.since), min(within[1], span.until))
            if days[0] > days[1]:
                continue
            if unit in wanted:
                yield days
            elif span.parent is not None and span.parent not in below:
                yield from inside(span.parent, days, below | {span.parent})

    always = (date.min, date.max)
    return [
        Stay(unit, since, until)
        for unit in sorted(by_unit)
        for since, until in _merged(inside(unit, always, frozenset({unit})))
    ]


def narrowed(population: Population, roots: Iterable[int], spans: Sequence[UnitSpan], day: date) -> Population | None:
    """The part of a population that stands in the roots or below them on the day; None when there is none."""
    own = units_below(spans, roots, day)
    inside = own & units_below(spans, population.units, day) if population.units else own
    return replace(population, units=tuple(sorted(inside))) if inside else None


def units_below(spans: Iterable[UnitSpan], roots: Iterable[int], day: date) -> set[int]:
    """The roots and every unit that stands below one on the day."""
    return {stay.unit for stay in stays(spans, roots) if stay.since <= day <= stay.until}


def tree_on(spans: Iterable[UnitSpan], day: date) -> list[tuple[int, UnitSpan]]:
    """(level, unit) for every unit that holds on the day, parents before children, by name within a parent."""
    units = {span.unit: span for span in spans if span.since <= day <= span.until}
    parents = {unit: span.parent for unit, span in units.items()}
    children: dict[int | None, list[UnitSpan]] = {}
    for unit, span in units.items():
        children.setdefault(None if _hangs_free(unit, parents) else span.parent, []).append(span)

    def walk(parent: int | None, level: int) -> Iterable[tuple[int, UnitSpan]]:
        for span in sorted(children.get(parent, ()), key=lambda span: (sort_key(span.name), span.unit)):
            yield level, span
            yield from walk(span.unit, level + 1)

    return list(walk(None, 0))


def _merged(periods: Iterable[Period]) -> list[Period]:
    """The periods in order, with those that touch made one."""
    merged: list[Period] = []
    for since, until in sorted(periods):
        if merged and since.toordinal() <= merged[-1][1].toordinal() + 1:
            merged[-1] = (merged[-1][0], max(until, merged[-1][1]))
        else:
            merged.append((since, until))
    return merged


def _hangs_free(unit: int, parents: Mapping[int, int | None]) -> bool:
    """Whether no unit of the day stands above it, or only itself does, which no correct file says."""
    seen, above = {unit}, parents.get(unit)
    while above is not None and above in parents and above not in seen:
        seen.add(above)
        above = parents[above]
    return parents.get(unit) not in parents or above == unit
