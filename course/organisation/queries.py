"""Reading people, units and targets."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from course.errors import NotFound
from course.organisation.population import Population, UnitSpan
from course.organisation.tables import Person, ReportedFigure, SamePerson, Target, TargetState, UnitState
from course.schema import holds, known
from course.swedish import sort_key


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


def person_by_key(db: Session, key: str) -> Person:
    """The person with that key from HR. Raises NotFound."""
    person = db.scalars(select(Person).where(Person.key == key.strip())).first()
    if person is None:
        raise NotFound(f"Det finns ingen person med nyckeln ”{key}”.")
    return person


def human_of(db: Session, person_id: int) -> int:
    """The row that stands for the human: the person itself, or the one it is linked to."""
    main = db.execute(
        select(SamePerson.main_id).where(SamePerson.person_id == person_id, SamePerson.superseded_at.is_(None))
    ).scalar_one_or_none()
    return person_id if main is None else main


def unit_spans(db: Session, known_at: datetime) -> list[UnitSpan]:
    """Every unit's names and places in the tree, as known at the instant."""
    return [
        UnitSpan(*row)
        for row in db.execute(
            select(
                UnitState.unit_id,
                UnitState.code,
                UnitState.name,
                UnitState.parent_id,
                UnitState.valid_from,
                UnitState.valid_to,
            )
            .where(known(UnitState, known_at))
            .order_by(UnitState.unit_id, UnitState.valid_from)
        )
    ]


def unit_id_by_code(db: Session, code: str, day: date, known_at: datetime) -> int:
    """The unit that has the code on the day. Raises NotFound."""
    found = db.execute(
        select(UnitState.unit_id).where(UnitState.code == code, holds(UnitState, day, known_at))
    ).scalar_one_or_none()
    if found is None:
        raise NotFound(f"Det finns ingen enhet med koden ”{code}”.")
    return found


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


def person_by_id(db: Session, person_id: int) -> Person:
    """The person with that id. Raises NotFound."""
    person = db.get(Person, person_id)
    if person is None:
        raise NotFound("Personen finns inte.")
    return person


def matching(db: Session, text: str) -> list[Person]:
    """At most 20 people whose key is the text or whose name has it, by name; a protected one by its whole key only."""
    like = "%" + text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    named = and_(func.lower(Person.name).like(like, escape="\\"), Person.protected.is_(False))
    found = db.scalars(select(Person).where(or_(Person.key == text, named)).order_by(Person.name).limit(20)).all()
    return sorted(found, key=lambda person: sort_key(person.name))
