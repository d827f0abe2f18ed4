"""The one query behind every coverage figure.

Everything follows from three sets, asked as of a day D and as known at an instant K:

- `stay`: a person is in the population from–to, in a unit;
- `done`: a person completed the whole course on a day, and whether that is still valid on D;
- `begun`: a person has begun.

Counting happens in the database: what comes back is one row per combination of facts, not per person.
Source: design.md, "As of D, as known at K" and "The figures, never mixed".
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Integer,
    Select,
    and_,
    case,
    column,
    distinct,
    false,
    func,
    null,
    or_,
    select,
    true,
    union,
    values,
)
from sqlalchemy.orm import Session

from course.clock import end_of
from course.content.queries import edition_in_force, editions, published
from course.learning.completion import WHOLE_COURSE, earliest_valid
from course.learning.tables import Completion, Revocation
from course.organisation.population import Population, UnitSpan, stays
from course.organisation.tables import Membership, MembershipState
from course.quiz.tables import Attempt
from course.report.coverage import Facts, InUnit, Standing
from course.schema import known


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
    return Facts(
        standings=[_standing_of(*row) for row in db.execute(sets.standings())],
        members=[InUnit(*row) for row in db.execute(sets.in_units(sets.members))],
        reached=[InUnit(*row) for row in db.execute(sets.in_units(sets.reached))],
        uncounted=db.execute(sets.uncounted()).scalar_one(),
        knows_anybody=db.execute(select(sets.memberships.c.person_id).limit(1)).first() is not None,
    )


def _standing_of(*row: int) -> Standing:
    *flags, persons = row
    return Standing(*map(bool, flags), persons=persons)  # type: ignore[misc] # as many flags as columns


class _Sets:
    """The sets of persons that the figures are made of, as parts of a statement."""

    def __init__(self, db: Session, scope: Scope, population: Population, spans: Sequence[UnitSpan]) -> None:
        self.scope = scope
        self.memberships = _memberships(scope)
        stay = _stay(self.memberships, population, spans)
        counted = stay.c.counts == true()
        self.stay = stay
        self.members = _on(stay, scope.day, counted)
        self.at_start = _on(stay, scope.period_from, counted)
        self.done = _done(db, scope)
        done = self.done.c
        self.within = and_(done.occurred_on >= scope.period_from, done.occurred_on <= scope.reached_until)
        self.reached = (
            select(stay.c.person_id, stay.c.unit_id)
            .join(
                self.done,
                and_(
                    done.person_id == stay.c.person_id,
                    done.occurred_on >= stay.c.since,
                    done.occurred_on <= stay.c.until,
                ),
            )
            .where(counted, self.within)
            .distinct()
        )

    def standings(self) -> Select[*tuple[int, ...]]:
        """Persons by all their facts: everybody who is, was or completed in the population."""
        done, scope = self.done, self.scope
        sets = [self.members, self.at_start, self.reached]
        people = union(*(select(part.subquery().c.person_id) for part in sets)).cte("people")

        def among(persons: Select[int]) -> ColumnElement[int]:
            return case((people.c.person_id.in_(persons), 1), else_=0)

        def ids(part: Select[int, int]) -> Select[int]:
            return select(part.subquery().c.person_id)

        completed = select(done.c.person_id)
        employed = self.memberships
        columns = [
            among(ids(self.at_start)).label("at_start"),
            among(ids(self.members)).label("at_end"),
            among(ids(_on(employed, scope.period_from))).label("employed_at_start"),
            among(ids(_on(employed, scope.day))).label("employed_at_end"),
            among(completed.where(done.c.valid)).label("covered"),
            among(completed).label("completed"),
            among(_begun(scope)).label("begun"),
            among(completed.where(done.c.occurred_on < scope.period_from)).label("before"),
            among(completed.where(self.within)).label("within"),
            among(ids(self.reached)).label("reached"),
        ]
        person = select(*columns).select_from(people).subquery()
        return select(*person.c, func.count()).group_by(*person.c)

    def in_units(self, part: Select[int, int]) -> Select[int, int | None, bool, int]:
        """The (person, unit) pairs of a set by unit; those of a person with several units one by one."""
        pairs = part.cte("pairs")
        units = select(pairs.c.person_id, func.count().label("units")).group_by(pairs.c.person_id).cte("units")
        several = case((units.c.units > 1, pairs.c.person_id), else_=null())
        covered = case((pairs.c.person_id.in_(select(self.done.c.person_id).where(self.done.c.valid)), 1), else_=0)
        rows = (
            select(pairs.c.unit_id, several.label("person"), covered.label("covered"))
            .join(units, units.c.person_id == pairs.c.person_id)
            .subquery()
        )
        return select(*rows.c, func.count()).group_by(*rows.c)

    def uncounted(self) -> Select[int]:
        others = _on(self.stay, self.scope.day, self.stay.c.counts == false()).subquery()
        members = select(self.members.subquery().c.person_id)
        return select(func.count(distinct(others.c.person_id))).where(others.c.person_id.not_in(members))


def _memberships(scope: Scope) -> CTE:
    """Every membership of the audience, from–to, as known at K."""
    return (
        select(
            Membership.person_id,
            MembershipState.unit_id,
            MembershipState.valid_from.label("since"),
            MembershipState.valid_to.label("until"),
            MembershipState.title,
            MembershipState.employment,
            MembershipState.counts,
        )
        .join(Membership, Membership.id == MembershipState.membership_id)
        .where(MembershipState.audience == scope.audience, known(MembershipState, scope.known_at))
        .cte("employed")
    )


def _stay(memberships: CTE, population: Population, spans: Sequence[UnitSpan]) -> CTE:
    """The memberships that match the population's filters, cut to the days on which their unit belongs to it."""
    row = memberships.c
    where: list[ColumnElement[bool]] = []
    if population.titles:
        where.append(row.title.in_(population.titles))
    if population.employments:
        where.append(row.employment.in_(population.employments))
    if not population.units:
        return select(row.person_id, row.unit_id, row.since, row.until, row.counts).where(*where).cte("stay")
    inside = [(stay.unit, stay.since, stay.until) for stay in stays(spans, population.units)]
    units = (
        values(column("unit_id", Integer), column("since", Date), column("until", Date), name="inside")
        .data(inside or [(0, date.max, date.min)])
        .cte("inside")
    )
    since = case((units.c.since > row.since, units.c.since), else_=row.since)
    until = case((units.c.until < row.until, units.c.until), else_=row.until)
    return (
        select(row.person_id, row.unit_id, since.label("since"), until.label("until"), row.counts)
        .join(units, units.c.unit_id == row.unit_id)
        .where(*where, since <= until)
        .cte("stay")
    )


def _on(periods: CTE, day: date, *where: ColumnElement[bool]) -> Select[int, int]:
    """(person, unit) of the periods that hold on the day."""
    row = periods.c
    return select(row.person_id, row.unit_id).where(row.since <= day, row.until >= day, *where).distinct()


def _done(db: Session, scope: Scope) -> CTE:
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
        select(Completion.person_id, Completion.occurred_on, valid.label("valid"))
        .where(Completion.course == scope.course, Completion.path == WHOLE_COURSE, *_standing(scope))
        .cte("done")
    )


def _begun(scope: Scope) -> Select[int]:
    """Persons with an attempt begun, or a module completed, on or before D."""
    attempts = select(Attempt.person_id).where(
        Attempt.course == scope.course,
        Attempt.started_at < end_of(scope.day),
        Attempt.started_at <= scope.known_at,
    )
    modules = select(Completion.person_id).where(
        Completion.course == scope.course, Completion.path != WHOLE_COURSE, *_standing(scope)
    )
    return select(union(attempts, modules).subquery().c.person_id)


def _standing(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    """Completions that happened by D, were recorded by K and had not been revoked by K."""
    revoked = select(Revocation.completion_id).where(Revocation.at <= scope.known_at)
    return (
        Completion.occurred_on <= scope.day,
        Completion.recorded_at <= scope.known_at,
        Completion.id.not_in(revoked),
    )
