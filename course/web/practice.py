"""Which scenarios a learner is offered: first those for the own work, or for the work that the address asks for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask import request

from course.content.model import Course, Module, Scenario, Section
from course.content.vocabulary import TRACKS
from course.db import database
from course.learning.place import following
from course.scenario.queries import standing
from course.scenario.track import UnitOf, for_track, track_of, tracks_in
from course.web.filters import tracks
from course.web.guard import actor


@dataclass(frozen=True)
class Practice:
    """The scenario that a module offers somebody, and the module's others."""

    scenario: Scenario
    others: tuple[Scenario, ...]
    tracks: tuple[str, ...]
    """The tracks that the module has scenarios for."""
    track: str
    done: frozenset[str]


def practice(course: Course, module: Module, section: Section, today: date) -> Practice | None:
    """What the last section of a module with scenarios offers the one who asks."""
    offered = course.scenarios_of(module.id)
    if not offered or following(module, section):
        return None
    mine = standing(database.session, actor().person_id, course.id, today)
    track = chosen_track(mine.units)
    first, *others = for_track(offered, track)
    return Practice(first, tuple(others), tracks_in(offered), track, mine.done)


def chosen_track(units: Iterable[UnitOf]) -> str:
    """The track that the address asks for, else that of the units; '' when neither says any."""
    asked = request.args.get("spar", "")
    return asked if asked in TRACKS else track_of(units, tracks())
