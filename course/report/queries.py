"""The one query behind every coverage figure.

Everything follows from three sets, asked as of a day D and as known at an instant K:

- `stay`: a person is in the population from–to, in a unit;
- `done`: a person completed the whole course on a day, and whether that is still valid on D;
- `begun`: a person has begun.

Counting happens in the database: what comes back is one row per combination of facts, not per person.
Source: design.md, "As of D, as known at K" and "The figures, never mixed".
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Integer,
    Select,
    and_,
    case,
    cast,
    false,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
    type_coerce,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from course.clock import end_of
from course.content.queries import edition_in_force, editions, published
from course.learning.completion import WHOLE_COURSE, earliest_valid
from course.learning.tables import Completion, Revocation
from course.organisation.population import Population, UnitSpan, stays
from course.organisation.tables import Exemption, Membership, MembershipState, SamePerson
from course.quiz.tables import Attempt
from course.report.coverage import Facts, InUnit, Standing
from course.schema import holds, known

FLAGS = tuple(name for name in Standing.__dataclass_fields__ if name != "persons")
"""The facts of a standing, in its order."""


@dataclass(frozen=True)
class Scope:
    """What a coverage figure is about."""

    course: str
    audience: str
    day: date
    known_at: datetime
    period_from: date
    period_to: date

    @property
    def reached_until(self) -> date:
        """The last day whose completions count as reached."""
        return min(self.day, self.period_to)


def facts(db: Session, scope: Scope, population: Population, spans: Sequence[UnitSpan]) -> Facts:
    """Ask the database. The number of statements does not depend on the number of persons."""
    sets = _Sets(db, scope, population, spans)
    known = db.execute(select(sets.employed.c.person_id).limit(1)).first()
    return Facts(
        standings=[_standing_of(*row) for row in db.execute(sets.standings())],
        members=[InUnit(*row) for row in db.execute(sets.in_units(sets.members()))],
        reached=[InUnit(*row) for row in db.execute(sets.in_units(sets.reached()))],
        knows_anybody=known is not None,
    )


def standings(db: Session, scope: Scope, population: Population, spans: Sequence[UnitSpan]) -> list[Standing]:
    """The standings alone, for a population that is shown beside the whole."""
    return [_standing_of(*row) for row in db.execute(_Sets(db, scope, population, spans).standings())]


def standing_of(
    db: Session, scope: Scope, population: Population, spans: Sequence[UnitSpan], person_id: int
) -> Standing | None:
    """The standing of one human, by the same statement; None when the human stands nowhere in the population."""
    sets = _Sets(db, scope, population, spans)
    links = select(SamePerson.main_id).where(SamePerson.person_id == person_id, known(SamePerson, scope.known_at))
    human = db.execute(links).scalar_one_or_none() or person_id
    row = db.execute(sets.standings(human)).first()
    return _standing_of(*row) if row else None


def _standing_of(*row: int) -> Standing:
    *flags, persons = row
    return Standing(*map(bool, flags), persons=persons)  # type: ignore[misc] # as many flags as columns


class _Sets:
    """The sets of persons that the figures are made of, as parts of a statement."""

    def __init__(self, db: Session, scope: Scope, population: Population, spans: Sequence[UnitSpan]) -> None:
        self.scope = scope
        self.same = _same(scope)
        self.employed = _employed(scope, self.same)
        self.stay = _stay(self.employed, population, _inside(db, population, spans))
        self.done = _done(db, scope, self.same)
        self.within = self.done.c.occurred_on.between(scope.period_from, scope.reached_until)

    def standings(self, human: int | None = None) -> Select[*tuple[int, ...]]:
        """Persons by all their facts: everybody who is, was or completed in the population.

        Each set is read once and says its own facts of a person; grouping by person puts them together. That is
        linear in the rows, where joining the sets is left to what the planner believes of their sizes. `human`
        asks for one alone.
        """
        employed, done, scope, row = self.employed.c, self.done.c, self.scope, self.stay.c
        counted = row.counts == true()
        start, end = scope.period_from, scope.day
        told = union_all(
            _tell(
                row.person_id,
                at_start=counted & _holds(row, start),
                at_end=counted & _holds(row, end),
                uncounted=~counted & _holds(row, end),
            ),
            _tell(
                employed.person_id,
                employed_at_start=_holds(employed, start),
                employed_at_end=_holds(employed, end),
            ),
            _tell(
                done.person_id,
                covered=done.valid,
                completed=true(),
                before=done.occurred_on < start,
                within=self.within,
            ),
            *(_tell(begun.subquery().c.person_id, begun=true()) for begun in _begun(scope, self.same)),
            _tell(_exempt(scope, self.same).subquery().c.person_id, exempt=true()),
            _tell(self.reached().subquery().c.person_id, reached=true()),
        ).subquery()
        flags = {name: func.max(told.c[name]) for name in FLAGS}
        person = (
            select(*(flag.label(name) for name, flag in flags.items()))
            .where(true() if human is None else told.c.person_id == human)
            .group_by(told.c.person_id)
            .having(flags["at_start"] + flags["at_end"] + flags["reached"] + flags["uncounted"] > 0)
            .subquery()
        )
        return select(*person.c, func.count()).group_by(*person.c)

    def members(self) -> Select[int, int]:
        """(person, unit) of those in the population on D."""
        row = self.stay.c
        return select(row.person_id, row.unit_id).where(row.counts == true(), _holds(row, self.scope.day)).distinct()

    def reached(self) -> Select[int, int]:
        """(person, unit) of those who completed within the period, where they were on that day."""
        row, done = self.stay.c, self.done.c
        on_the_day = and_(done.person_id == row.person_id, done.occurred_on.between(row.since, row.until))
        return (
            select(row.person_id, row.unit_id)
            .join(self.done, on_the_day)
            .where(row.counts == true(), self.within)
            .distinct()
        )

    def in_units(self, part: Select[int, int]) -> Select[int, int | None, bool, int]:
        """The (person, unit) pairs of a set by unit; those of a person with several units one by one."""
        pairs = part.cte("pairs").prefix_with("MATERIALIZED")
        units = (
            select(pairs.c.person_id, func.count().label("units"))
            .group_by(pairs.c.person_id)
            .cte("units")
            .prefix_with("MATERIALIZED")
        )
        several = case((units.c.units > 1, pairs.c.person_id), else_=null())
        covered = case((pairs.c.person_id.in_(select(self.done.c.person_id).where(self.done.c.valid)), 1), else_=0)
        rows = (
            select(pairs.c.unit_id, several.label("person"), covered.label("covered"))
            .join(units, units.c.person_id == pairs.c.person_id)
            .subquery()
        )
        return select(*rows.c, func.count()).group_by(*rows.c)


def _same(scope: Scope) -> CTE:
    """(person, main) of everybody for whom another row stands, as known at K."""
    return (
        select(SamePerson.person_id, SamePerson.main_id)
        .where(known(SamePerson, scope.known_at))
        .cte("same")
        .prefix_with("MATERIALIZED")
    )


def _human(same: CTE, person: InstrumentedAttribute[int]) -> ColumnElement[int]:
    """The row that stands for the person, in a statement that joins `same`."""
    return func.coalesce(same.c.main_id, person).label("person_id")


def _exempt(scope: Scope, same: CTE) -> Select[int]:
    """Persons whose exemption holds on D."""
    return (
        select(_human(same, Exemption.person_id))
        .outerjoin(same, same.c.person_id == Exemption.person_id)
        .where(holds(Exemption, scope.day, scope.known_at))
    )


def _employed(scope: Scope, same: CTE) -> CTE:
    """Every membership of the audience, from–to, as known at K."""
    return (
        select(
            _human(same, Membership.person_id),
            MembershipState.unit_id,
            MembershipState.valid_from.label("since"),
            MembershipState.valid_to.label("until"),
            MembershipState.title,
            MembershipState.employment,
            MembershipState.counts,
        )
        .join(Membership, Membership.id == MembershipState.membership_id)
        .outerjoin(same, same.c.person_id == Membership.person_id)
        .where(MembershipState.audience == scope.audience, known(MembershipState, scope.known_at))
        .cte("employed")
        .prefix_with("MATERIALIZED")
    )


def _inside(db: Session, population: Population, spans: Sequence[UnitSpan]) -> CTE | None:
    """(unit, since, until) of the units in the population; None when it has all units.

    They travel as one JSON value, so that the statement is the same, and compiled once, whatever their number.
    """
    if not population.units:
        return None
    rows = [[stay.unit, str(stay.since), str(stay.until)] for stay in stays(spans, population.units)]
    if db.get_bind().dialect.name == "postgresql":
        row = func.jsonb_array_elements(cast(rows, JSONB)).table_valued("value", name="units")
        unit, since, until = (type_coerce(row.c.value, JSONB)[place].astext for place in range(3))
        days: tuple[ColumnElement[date], ...] = (cast(since, Date), cast(until, Date))
    else:
        row = func.json_each(json.dumps(rows)).table_valued("value", name="units")
        unit, since, until = (func.json_extract(row.c.value, f"$[{place}]") for place in range(3))
        days = (type_coerce(since, Date), type_coerce(until, Date))
    columns = (cast(unit, Integer).label("unit_id"), days[0].label("since"), days[1].label("until"))
    return select(*columns).select_from(row).cte("inside").prefix_with("MATERIALIZED")


def _stay(employed: CTE, population: Population, inside: CTE | None) -> CTE:
    """The memberships that match the population's filters, cut to the days on which their unit belongs to it."""
    row = employed.c
    where: list[ColumnElement[bool]] = []
    if population.titles:
        where.append(row.title.in_(population.titles))
    if population.employments:
        where.append(row.employment.in_(population.employments))
    if inside is None:
        return (
            select(row.person_id, row.unit_id, row.since, row.until, row.counts)
            .where(*where)
            .cte("stay")
            .prefix_with("MATERIALIZED")
        )
    since = case((inside.c.since > row.since, inside.c.since), else_=row.since)
    until = case((inside.c.until < row.until, inside.c.until), else_=row.until)
    return (
        select(row.person_id, row.unit_id, since.label("since"), until.label("until"), row.counts)
        .join(inside, inside.c.unit_id == row.unit_id)
        .where(*where, since <= until)
        .cte("stay")
        .prefix_with("MATERIALIZED")
    )


def _holds(row: ReadOnlyColumnCollection[str, Any], day: date) -> ColumnElement[bool]:
    return and_(row.since <= day, row.until >= day)


def _tell(person: ColumnElement[int], **facts: ColumnElement[bool]) -> Select[*tuple[int, ...]]:
    """Rows that say these facts of a person, and nothing of the others."""
    said = {name: case((fact, 1), else_=0) for name, fact in facts.items()}
    return select(person.label("person_id"), *(said.get(name, literal_column("0")).label(name) for name in FLAGS))


def _done(db: Session, scope: Scope, same: CTE) -> CTE:
    """Completions of the whole course on or before D that are not revoked, as known at K."""
    in_force = edition_in_force(editions(db, scope.course, scope.known_at), scope.day)
    used = (
        select(Completion.release_id)
        .where(Completion.course == scope.course, Completion.path == WHOLE_COURSE)
        .distinct()
    )
    by_months: dict[int | None, list[int]] = defaultdict(list)
    for release_id in db.scalars(used):
        by_months[published(db, release_id).course.valid_months].append(release_id)
    fresh = [
        and_(Completion.release_id.in_(ids), Completion.occurred_on >= earliest_valid(scope.day, months))
        for months, ids in by_months.items()
    ]
    valid = and_(Completion.edition >= in_force, or_(false(), *fresh))
    return (
        select(_human(same, Completion.person_id), Completion.occurred_on, valid.label("valid"))
        .outerjoin(same, same.c.person_id == Completion.person_id)
        .where(Completion.course == scope.course, Completion.path == WHOLE_COURSE, *_standing(scope))
        .cte("done")
        .prefix_with("MATERIALIZED")
    )


def _begun(scope: Scope, same: CTE) -> tuple[Select[int], Select[int]]:
    """Persons with an attempt begun, and with a module completed, on or before D."""
    attempts = (
        select(_human(same, Attempt.person_id))
        .outerjoin(same, same.c.person_id == Attempt.person_id)
        .where(
            Attempt.course == scope.course,
            Attempt.started_at < end_of(scope.day),
            Attempt.started_at <= scope.known_at,
        )
    )
    modules = (
        select(_human(same, Completion.person_id))
        .outerjoin(same, same.c.person_id == Completion.person_id)
        .where(Completion.course == scope.course, Completion.path != WHOLE_COURSE, *_standing(scope))
    )
    return attempts, modules


def _standing(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    """Completions that happened by D, were recorded by K and had not been revoked by K."""
    revoked = select(Revocation.completion_id).where(Revocation.at <= scope.known_at)
    return (
        Completion.occurred_on <= scope.day,
        Completion.recorded_at <= scope.known_at,
        Completion.id.not_in(revoked),
    )
