"""Reading accounts and sessions."""

import hashlib
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, case, exists, func, literal_column, select
from sqlalchemy.orm import Session

from course.access.policy import PERSON, Actor
from course.access.tables import Grant, Identity, SignIn, Throttle
from course.clock import day_of
from course.content.tables import Release
from course.organisation.tables import Membership, MembershipState, Person, UnitState

WINDOW = timedelta(minutes=15)
FIRST_DELAY = timedelta(seconds=15)
FREE_TRIES = {"account": 10, "address": 100}
"""Failed tries in WINDOW before the next one must wait. Many people share one address behind a municipality's NAT."""

_comma: Any = literal_column("','")  # as a value it would be put into the statement anew for every request
_today = bindparam("today", type_=MembershipState.valid_from.type)
_roles = (
    select(func.aggregate_strings(Grant.role, _comma))
    .where(
        Grant.person_id == SignIn.person_id,
        Grant.superseded_at.is_(None),
        Grant.valid_from <= _today,
        Grant.valid_to >= _today,
    )
    .correlate(SignIn)
    .scalar_subquery()
)
_audiences = (
    select(func.aggregate_strings(MembershipState.audience, _comma))
    .join(Membership, Membership.id == MembershipState.membership_id)
    .where(
        Membership.person_id == SignIn.person_id,
        MembershipState.superseded_at.is_(None),
        MembershipState.valid_from <= _today,
        MembershipState.valid_to >= _today,
    )
    .correlate(SignIn)
    .scalar_subquery()
)
_manages = (
    exists()
    .where(
        UnitState.manager_id == SignIn.person_id,
        UnitState.superseded_at.is_(None),
        UnitState.valid_from <= _today,
        UnitState.valid_to >= _today,
    )
    .correlate(SignIn)
)
_actor = (
    select(
        SignIn.person_id,
        SignIn.ends_at,
        SignIn.revoked_at,
        Person.name,
        _roles.label("roles"),
        _audiences.label("audiences"),
        _manages.label("manages"),
        select(func.max(Release.id)).scalar_subquery().label("newest_release"),
    )
    .join(Person, Person.id == SignIn.person_id)
    .where(SignIn.id_hash == bindparam("id_hash"))
)


def actor(db: Session, session: str, *, at: datetime) -> Actor | None:
    """Who holds the session, with the roles of today; None when it has ended.

    One SELECT, for every request. Being a learner follows from a membership that holds today, or from a grant; being
    a manager from a unit that one manages today.
    """
    row = db.connection().execute(_actor, {"id_hash": hash_id(session), "today": day_of(at)}).first()
    if row is None or row.revoked_at is not None or row.ends_at <= at:
        return None
    roles = {PERSON, *filter(None, (row.roles or "").split(","))}
    audiences = set(filter(None, (row.audiences or "").split(",")))
    if "learner" in roles and not audiences:
        audiences.add("employee")
    if audiences:
        roles.add("learner")
    if row.manages:
        roles.add("manager")
    return Actor(session, row.person_id, row.name, frozenset(roles), frozenset(audiences), row.newest_release or 0)


def hash_id(session: str) -> str:
    """What is stored of a session's id."""
    return hashlib.sha256(session.encode()).hexdigest()


def identity(db: Session, provider: str, subject: str) -> Identity | None:
    """The identity with that subject (normalised)."""
    return db.get(Identity, (provider, subject))


def roles_of(db: Session, person_id: int, day: date) -> frozenset[str]:
    """The roles that the person was given and holds on the day."""
    rows = select(Grant.role).where(
        Grant.person_id == person_id, Grant.superseded_at.is_(None), Grant.valid_from <= day, Grant.valid_to >= day
    )
    return frozenset(db.scalars(rows))


def units_of_role(db: Session, person_id: int, role: str, day: date) -> list[int]:
    """The units for which the person holds the role on the day."""
    rows = select(Grant.unit_id).where(
        Grant.person_id == person_id,
        Grant.role == role,
        Grant.superseded_at.is_(None),
        Grant.valid_from <= day,
        Grant.valid_to >= day,
    )
    return [unit for unit in db.scalars(rows) if unit is not None]


def has_administrator(db: Session, day: date) -> bool:
    """Whether anybody who can sign in is an administrator on the day."""
    found = (
        select(Grant.id)
        .join(Identity, Identity.person_id == Grant.person_id)
        .where(
            Grant.role == "admin",
            Grant.superseded_at.is_(None),
            Grant.valid_from <= day,
            Grant.valid_to >= day,
            Identity.provider == "password",
        )
    )
    return db.execute(found.limit(1)).first() is not None


def employees_by_account(db: Session, day: date) -> tuple[int, int]:
    """(employees on the day, those of them who have no password yet); two employments are two accounts."""
    rows = (
        select(Membership.person_id, func.max(case((Identity.person_id.is_(None), 0), else_=1)).label("has"))
        .join(MembershipState, MembershipState.membership_id == Membership.id)
        .outerjoin(Identity, and_(Identity.person_id == Membership.person_id, Identity.provider == "password"))
        .where(
            MembershipState.audience == "employee",
            MembershipState.superseded_at.is_(None),
            MembershipState.valid_from <= day,
            MembershipState.valid_to >= day,
        )
        .group_by(Membership.person_id)
        .subquery()
    )
    people, having = db.execute(select(func.count(), func.coalesce(func.sum(rows.c.has), 0)).select_from(rows)).one()
    return people, people - having


def wait(db: Session, kind: str, key: str, *, at: datetime) -> timedelta:
    """How long the next try must wait: nothing for the first ones, then a delay that doubles up to WINDOW.

    Nobody is locked out: a refused try is not counted, so the wait never grows from waiting.
    """
    tries, newest = db.execute(
        select(func.count(), func.max(Throttle.at)).where(Throttle.key == key, Throttle.at > at - WINDOW)
    ).one()
    over = tries - FREE_TRIES[kind]
    if over < 0:
        return timedelta(0)
    delay: timedelta = min(FIRST_DELAY * 2 ** min(over, 10), WINDOW)
    return max(timedelta(0), newest + delay - at)


def throttle_key(kind: str, name: str) -> str:
    """What is stored of the account or address that is tried."""
    return hashlib.sha256(f"{kind}:{name}".encode()).hexdigest()
