"""How many members each title of a population has, so that a title that nobody holds is seen. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from course.organisation.person import looked_up
from course.organisation.population import Population, UnitSpan, units_below


@dataclass(frozen=True, slots=True)
class Position:
    """A membership that counts: who is where, as what, from–to."""

    human: int
    unit: int
    audience: str
    title: str
    employment: str
    since: date
    until: date


def members_by_title(
    population: Population, audience: str, positions: Iterable[Position], spans: Sequence[UnitSpan], day: date
) -> dict[str, int]:
    """{title: its members on the day}, in the order of the population's titles; somebody with two stands in both."""
    inside = units_below(spans, population.units, day) if population.units else None
    held: dict[str, set[int]] = {looked_up(title): set() for title in population.titles}
    for position in positions:
        if (
            looked_up(position.title) in held
            and position.audience == audience
            and position.since <= day <= position.until
            and (inside is None or position.unit in inside)
            and (not population.employments or position.employment in population.employments)
        ):
            held[looked_up(position.title)].add(position.human)
    return {title: len(held[looked_up(title)]) for title in population.titles}
