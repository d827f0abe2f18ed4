"""A manager sees who in the own units has taken the course, and when; never answers, results or tries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, render_template

from course import clock
from course.audit.actions import record
from course.content.queries import current
from course.db import database, newest_instant, transaction
from course.organisation.population import Population, narrowed, tree_on
from course.organisation.queries import managed_units, unit_spans
from course.report.queries import Member, Scope, members
from course.target.queries import promise_on
from course.web.guard import actor, allowed

bp = Blueprint("unit", __name__)


@dataclass(frozen=True)
class Standing:
    """A course in the manager's units: the members of each unit, in the order of the tree, those who remain first."""

    course: str
    goal: bool
    """Whether a target holds today."""
    members: Sequence[Member]
    units: Sequence[tuple[str, Sequence[Member]]]
    """(name, members): two units may have the same name."""

    @property
    def persons(self) -> int:
        """Distinct persons."""
        return len({member.person for member in self.members})

    @property
    def done(self) -> int:
        """Distinct persons who are done."""
        return len({member.person for member in self.members if member.done_on})


@bp.get("/min-enhet")
@allowed("unit.read")
def show() -> str:
    """Each course for employees, by unit; opening it is logged, since it shows people."""
    db, now = database.session, clock.now()
    today, known_at = clock.day_of(now), newest_instant(db) or now
    roots = managed_units(db, actor().person_id, today)
    courses = [each.course for each in current(db, actor().newest_release).values()]
    standings = [
        _standing(course.id, course.title, roots, today, known_at)
        for course in sorted(courses, key=lambda course: course.id)
        if course.audience == "employee"
    ]
    if any(standing.members for standing in standings):
        with transaction() as (writing, at):
            record(writing, "unit.show", "", {"units": roots}, by=actor().person_id, at=at)
    return render_template("unit.html", standings=standings, today=today)


def _standing(course: str, title: str, roots: Sequence[int], today: date, known_at: datetime) -> Standing:
    db = database.session
    promise = promise_on(db, course, "employee", today, known_at)
    spans = unit_spans(db, known_at)
    population = narrowed(promise.population if promise else Population(), roots, spans, today)
    if population is None:
        return Standing(title, promise is not None, (), ())
    found = members(db, Scope.of(promise, course, "employee", today, known_at), population, spans)
    remaining_first = sorted(found, key=lambda member: member.done_on is not None)
    by_unit = [
        (span.name, own)
        for _, span in tree_on(spans, today)
        if (own := [member for member in remaining_first if member.unit == span.unit])
    ]
    return Standing(title, promise is not None, found, by_unit)
