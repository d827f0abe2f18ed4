"""Which kind of work somebody does, and which scenario is theirs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from course.content.model import Scenario
from course.content.vocabulary import TRACKS


@dataclass(frozen=True)
class UnitOf:
    """A unit that somebody belongs to today; `above` is 0 for the own one, 1 for the one above it, and so on."""

    above: int
    code: str
    name: str


def track_of(units: Iterable[UnitOf], configured: Mapping[str, str]) -> str:
    """The track of the nearest unit that has one; '' without any.

    A key of `configured` is a unit's name, or what its code begins with; of several the longest says more.
    """
    fitting = [
        (unit.above, -len(key), unit.code, track)
        for unit in units
        for key, track in configured.items()
        if unit.code.casefold().startswith(key.casefold()) or unit.name.casefold() == key.casefold()
    ]
    return min(fitting)[3] if fitting else ""


def for_track(scenarios: Sequence[Scenario], track: str) -> Sequence[Scenario]:
    """The scenarios with those for the track first, then those for everybody, then the others; else by id."""
    return sorted(scenarios, key=lambda each: (track not in each.tracks, bool(each.tracks), each.id))


def tracks_in(scenarios: Iterable[Scenario]) -> tuple[str, ...]:
    """The tracks that some of the scenarios are for."""
    there = frozenset(track for each in scenarios for track in each.tracks)
    return tuple(track for track in TRACKS if track in there)
