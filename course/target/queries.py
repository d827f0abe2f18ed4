"""Reading targets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from course import swedish
from course.errors import Invalid
from course.organisation.population import Population
from course.organisation.queries import units_by_code
from course.schema import holds, known
from course.target.tables import ReportedFigure, Target, TargetState


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
    field: str = "enheter",
) -> Population:
    """The population that the codes of a day mean. Raises Invalid, which names every code that no unit has."""
    found = units_by_code(db, codes, day, known_at)
    missing = [code for code in codes if code not in found]
    if missing:
        raise Invalid(f"Det finns ingen enhet med koden {', '.join(missing)} {swedish.day(day)}.", field)
    return Population(tuple(found[code] for code in codes), tuple(titles), tuple(employments))
