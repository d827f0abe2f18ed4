"""Adding people, units and targets."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from course.audit.actions import record
from course.clock import FOREVER
from course.errors import Conflict, Invalid
from course.organisation.population import Population
from course.organisation.tables import (
    EMPLOYMENTS,
    Membership,
    MembershipState,
    Person,
    Target,
    TargetState,
    Unit,
    UnitState,
)

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
COUNTED = frozenset({"permanent", "temporary", "hourly"})
"""Employments that stand in the denominator unless somebody says otherwise."""


@dataclass(frozen=True)
class Terms:
    """What a membership says of a person from–to."""

    unit: int
    title: str
    since: date
    until: date = FOREVER
    audience: str = "employee"
    employment: str = "permanent"
    counts: bool | None = None
    """None: as COUNTED says."""


def add_person(db: Session, *, key: str, name: str, email: str | None, by: int | None, at: datetime) -> Person:
    """Add a human. Raises Invalid for an empty key or name, Conflict when the key or the e-mail is taken."""
    key, name, email = key.strip(), name.strip(), (email or "").strip() or None
    if not key or not name:
        raise Invalid("En person behöver både anställningsnummer och namn.")
    if email and not EMAIL.fullmatch(email):
        raise Invalid(f"”{email}” är ingen e-postadress.")
    if db.execute(select(Person.id).where(Person.key == key)).first():
        raise Conflict(f"Det finns redan en person med anställningsnumret ”{key}”.")
    if email and db.execute(select(Person.id).where(Person.email == email)).first():
        raise Conflict(f"E-postadressen {email} används redan av en annan person.")
    person = Person(key=key, name=name, email=email, protected=False)
    db.add(person)
    db.flush()
    record(db, "person.add", str(person.id), {}, by=by, at=at)
    return person


def add_unit(
    db: Session,
    *,
    code: str,
    name: str,
    since: date,
    kind: str = "enhet",
    parent: int | None = None,
    source: str = "hand",
    by: int | None,
    at: datetime,
) -> int:
    """Add a unit from a day on; gives its id. Raises Invalid, or Conflict when the code is taken on such a day."""
    if not code.strip() or not name.strip():
        raise Invalid("En enhet behöver både kod och namn.")
    taken = select(UnitState.id).where(
        UnitState.code == code.strip(), UnitState.superseded_at.is_(None), UnitState.valid_to >= since
    )
    if db.execute(taken).first():
        raise Conflict(f"Enhetskoden ”{code.strip()}” används redan.")
    unit = Unit(source=source)
    db.add(unit)
    db.flush()
    db.add(
        UnitState(
            unit_id=unit.id,
            code=code.strip(),
            name=name.strip(),
            kind=kind,
            parent_id=parent,
            valid_from=since,
            valid_to=FOREVER,
            recorded_at=at,
            recorded_by=by,
        )
    )
    db.flush()
    record(db, "unit.add", str(unit.id), {"code": code.strip()}, by=by, at=at)
    return unit.id


def add_membership(
    db: Session, person: int, terms: Terms, *, source: str = "hand", by: int | None, at: datetime
) -> int:
    """Add an employment or a mandate; gives the membership's id. Raises Invalid."""
    if terms.employment not in EMPLOYMENTS:
        raise Invalid(f"Okänd anställningsform ”{terms.employment}”. Välj bland {', '.join(EMPLOYMENTS)}.")
    if terms.since > terms.until:
        raise Invalid("Anställningen slutar innan den börjar.")
    membership = Membership(person_id=person, source=source)
    db.add(membership)
    db.flush()
    db.add(
        MembershipState(
            membership_id=membership.id,
            unit_id=terms.unit,
            audience=terms.audience,
            title=terms.title,
            employment=terms.employment,
            counts=terms.employment in COUNTED if terms.counts is None else terms.counts,
            valid_from=terms.since,
            valid_to=terms.until,
            recorded_at=at,
            recorded_by=by,
        )
    )
    db.flush()
    record(db, "membership.add", str(membership.id), {"person": person, "unit": terms.unit}, by=by, at=at)
    return membership.id


EVERYBODY = Population()


@dataclass(frozen=True)
class Decision:
    """A target as somebody decided it, for a period."""

    course: str
    goal: int
    period_from: date
    period_to: date
    audience: str = "employee"
    population: Population = EVERYBODY
    groups: tuple[tuple[str, Population], ...] = ()
    grace_days: int = 0
    decided_on: date | None = None
    reference: str = ""
    source: str = ""
    responsible: str = ""


def set_target(db: Session, decision: Decision, *, by: int | None, at: datetime) -> int:
    """Record a target; the same period again replaces what was known of it. Gives the target's id.

    Raises Invalid for a goal under 1 or a period that ends before it begins, Conflict when another period of the
    same course and audience shares days with it.
    """
    if decision.goal < 1:
        raise Invalid("Målet ska vara minst 1 person.")
    if decision.period_from > decision.period_to:
        raise Invalid("Målets period slutar innan den börjar.")
    target = db.scalars(
        select(Target).where(Target.course == decision.course, Target.audience == decision.audience)
    ).first()
    if target is None:
        target = Target(course=decision.course, audience=decision.audience)
        db.add(target)
        db.flush()
    live = db.scalars(
        select(TargetState).where(
            TargetState.target_id == target.id,
            TargetState.superseded_at.is_(None),
            TargetState.valid_from <= decision.period_to,
            TargetState.valid_to >= decision.period_from,
        )
    ).all()
    if any((state.valid_from, state.valid_to) != (decision.period_from, decision.period_to) for state in live):
        raise Conflict("Perioden delar dagar med ett mål som redan finns. Ange samma period för att ändra det.")
    db.execute(
        update(TargetState)
        .where(TargetState.id.in_([state.id for state in live]))
        .values(superseded_at=at, superseded_by=by)
        .execution_options(synchronize_session=False)
    )
    db.add(
        TargetState(
            target_id=target.id,
            population=decision.population.to_json(),
            groups={name: population.to_json() for name, population in decision.groups},
            goal=decision.goal,
            valid_from=decision.period_from,
            valid_to=decision.period_to,
            grace_days=decision.grace_days,
            decided_on=decision.decided_on,
            reference=decision.reference,
            source=decision.source,
            responsible=decision.responsible,
            recorded_at=at,
            recorded_by=by,
        )
    )
    db.flush()
    detail = {"goal": decision.goal, "from": str(decision.period_from), "to": str(decision.period_to)}
    record(db, "target.set", str(target.id), detail, by=by, at=at)
    return target.id
