"""Reading targets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from course import swedish
from course.errors import Invalid
from course.organisation.person import looked_up
from course.organisation.population import Population
from course.organisation.queries import titles as known_titles
from course.organisation.queries import unit_spans, units_by_code
from course.organisation.tables import Membership, MembershipState, SamePerson, UnitState
from course.schema import holds, known
from course.target.tables import ReportedFigure, Target, TargetState
from course.target.titles import Position, members_by_title


@dataclass(frozen=True)
class Promise:
    """A target as it was decided: the goal for a period, and whom it is about."""

    id: int
    course: str
    audience: str
    population: Population
    groups: dict[str, Population]
    goal: int
    period_from: date
    period_to: date
    grace_days: int
    decided_on: date | None
    reference: str
    source: str
    responsible: str


def promise_on(db: Session, course: str, audience: str, day: date, known_at: datetime) -> Promise | None:
    """The target whose period holds the day, as known at the instant; None when nothing was decided for it."""
    row = db.execute(
        select(Target, TargetState)
        .join(TargetState)
        .where(Target.course == course, Target.audience == audience, holds(TargetState, day, known_at))
    ).one_or_none()
    return _promise(*row) if row else None


def promises(db: Session, known_at: datetime) -> list[Promise]:
    """Every target and period, as known at the instant, the newest period first."""
    rows = (
        select(Target, TargetState)
        .join(TargetState)
        .where(known(TargetState, known_at))
        .order_by(TargetState.valid_from.desc(), Target.id)
    )
    return [_promise(*row) for row in db.execute(rows)]


def reported_figures(db: Session, target_id: int, known_at: datetime) -> list[ReportedFigure]:
    """Totals that were reported without rows of people, as known at the instant, by day."""
    rows = select(ReportedFigure).where(ReportedFigure.target_id == target_id, ReportedFigure.recorded_at <= known_at)
    return list(db.scalars(rows.order_by(ReportedFigure.day, ReportedFigure.id)))


def _promise(target: Target, state: TargetState) -> Promise:
    return Promise(
        id=target.id,
        course=target.course,
        audience=target.audience,
        population=Population.from_json(state.population),
        groups={name: Population.from_json(stored) for name, stored in state.groups.items()},
        goal=state.goal,
        period_from=state.valid_from,
        period_to=state.valid_to,
        grace_days=state.grace_days,
        decided_on=state.decided_on,
        reference=state.reference,
        source=state.source,
        responsible=state.responsible,
    )


def population_of(
    db: Session,
    codes: Sequence[str],
    titles: Sequence[str],
    employments: Sequence[str],
    *,
    day: date,
    known_at: datetime,
) -> Population:
    """The population that the codes of a day and the titles mean, however these are spelled.

    Raises Invalid, which names every code that no unit has and every title that nobody has, with those alike.
    """
    units = units_by_code(db, codes, day, known_at)
    held = {looked_up(title): title for title in (known_titles(db, known_at) if titles else ())}
    lost_codes = [code for code in codes if code not in units]
    lost_titles = [title for title in titles if looked_up(title) not in held]
    faults = []
    if lost_codes:
        there = db.scalars(select(UnitState.code).where(holds(UnitState, day, known_at))).all()
        faults.append(_unknown("ingen enhet med koden", lost_codes, f" {swedish.day(day)}", there))
    if lost_titles:
        faults.append(_unknown("ingen med befattningen", lost_titles, "", held.values()))
    if faults:
        raise Invalid(" ".join(faults), "enheter" if lost_codes else "befattningar")
    spelled = dict.fromkeys(held[looked_up(title)] for title in titles)
    return Population(tuple(dict.fromkeys(units[code] for code in codes)), tuple(spelled), tuple(employments))


def title_members(
    db: Session, found: Iterable[Promise], today: date, known_at: datetime
) -> dict[tuple[int, date, str], dict[str, int]]:
    """{(target, its period's first day, group or '' for the whole): {title: its members}} of those that name titles.

    Asked as of today, or of the period's first or last day when today is outside it.
    """
    named = {
        (each.id, each.period_from, name): (each, population)
        for each in found
        for name, population in (("", each.population), *each.groups.items())
        if population.titles
    }
    held = positions(db, {title for _, population in named.values() for title in population.titles}, known_at)
    spans = unit_spans(db, known_at) if held else []
    return {
        where: members_by_title(
            population, each.audience, held, spans, min(max(today, each.period_from), each.period_to)
        )
        for where, (each, population) in named.items()
    }


def positions(db: Session, titles: Iterable[str], known_at: datetime) -> list[Position]:
    """Every membership that counts with one of the titles, however it is spelled, as known at the instant."""
    wanted = {looked_up(title) for title in titles}
    if not wanted:
        return []
    spellings = [title for title in known_titles(db, known_at) if looked_up(title) in wanted]
    state = MembershipState
    same = select(SamePerson.person_id, SamePerson.main_id).where(known(SamePerson, known_at)).subquery()
    rows = (
        select(
            func.coalesce(same.c.main_id, Membership.person_id),
            state.unit_id,
            state.audience,
            state.title,
            state.employment,
            state.valid_from,
            state.valid_to,
        )
        .join(Membership, Membership.id == state.membership_id)
        .outerjoin(same, same.c.person_id == Membership.person_id)
        .where(known(state, known_at), state.counts, state.title.in_(spellings))
    )
    return [Position(*row) for row in db.execute(rows)]


def _unknown(what: str, missing: Sequence[str], when: str, there: Iterable[str]) -> str:
    """What to say of texts that nothing is called, with what is called nearly so."""
    known = {looked_up(each): each for each in there}
    near = [known[each] for text in missing for each in get_close_matches(looked_up(text), known, n=2, cutoff=0.7)]
    hint = f" Menade du {' eller '.join(dict.fromkeys(near))}?" if near else ""
    return f"Det finns {what} {', '.join(missing)}{when}.{hint}"
