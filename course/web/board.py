"""A board's secretary sees how many have taken the course, and who remains; never a result."""

from flask import Blueprint, render_template

from course import clock
from course.access.queries import units_of_role
from course.audit.actions import record
from course.content.queries import current
from course.db import database, newest_instant, transaction
from course.organisation.population import Population
from course.organisation.queries import unit_spans
from course.report.coverage import summarise
from course.report.queries import Scope, facts, members
from course.target.queries import promise_on
from course.web.guard import actor, allowed

bp = Blueprint("board", __name__)


@bp.get("/namnd")
@allowed("board.read")
def board() -> str:
    """Each board of the secretary's, by course; opening it is logged, since it shows people."""
    db, now = database.session, clock.now()
    today, known_at = clock.day_of(now), newest_instant(db) or now
    units = units_of_role(db, actor().person_id, "secretary", today)
    spans = unit_spans(db, known_at)
    names = {span.unit: span.name for span in spans if span.since <= today <= span.until}
    boards = []
    for course in (each.course for each in current(db, actor().newest_release).values()):
        if course.audience != "official":
            continue
        promise = promise_on(db, course.id, "official", today, known_at)
        scope = Scope.of(promise, course.id, "official", today, known_at)
        for unit in units:
            population = Population((unit,))
            (standings,) = facts(db, scope, [population], spans).standings
            left = {each.person: each.name for each in members(db, scope, population, spans) if not each.done_on}
            boards.append((names.get(unit, "Nämnden"), course.title, summarise(standings), tuple(left.values())))
    if any(who for *_, who in boards):
        with transaction() as (writing, at):
            record(writing, "board.show", "", {"units": units}, by=actor().person_id, at=at)
    return render_template("board.html", boards=boards, units=units, today=today)
