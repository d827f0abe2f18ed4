"""Reading accounts and sessions."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, exists, func, literal_column, select
from sqlalchemy.orm import Session

from course.access.handing import BARRED, Account, Giver
from course.access.policy import DUTIES, PERSON, Actor
from course.access.tables import Grant, Identity, SignIn, Throttle
from course.audit.queries import entries
from course.audit.tables import AuditEntry
from course.clock import day_of
from course.content.tables import Release
from course.organisation.population import units_below
from course.organisation.queries import managed_units, unit_spans
from course.organisation.tables import Membership, MembershipState, Person, UnitState
from course.schema import holds_now, remains
from course.swedish import sort_key

WINDOW = timedelta(minutes=15)
FIRST_DELAY = timedelta(seconds=15)
FREE_TRIES = {"account": 10, "address": 100}
"""Failed tries in WINDOW before the next one must wait. Many people share one address behind a municipality's NAT."""

_comma: Any = literal_column("','")  # as a value it would be put into the statement anew for every request
_today = bindparam("today", type_=MembershipState.valid_from.type)
_roles = (
    select(func.aggregate_strings(Grant.role, _comma))
    .where(Grant.person_id == SignIn.person_id, holds_now(Grant, _today))
    .correlate(SignIn)
    .scalar_subquery()
)
_audiences = (
    select(func.aggregate_strings(MembershipState.audience, _comma))
    .join(Membership, Membership.id == MembershipState.membership_id)
    .where(Membership.person_id == SignIn.person_id, holds_now(MembershipState, _today))
    .correlate(SignIn)
    .scalar_subquery()
)
_manages = exists().where(UnitState.manager_id == SignIn.person_id, holds_now(UnitState, _today)).correlate(SignIn)
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
    a manager from a unit that one manages today while employed.
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
    if row.manages and audiences:
        roles.add("manager")
    return Actor(session, row.person_id, row.name, frozenset(roles), frozenset(audiences), row.newest_release or 0)


def hash_id(session: str) -> str:
    """What is stored of a session's id."""
    return hashlib.sha256(session.encode()).hexdigest()


def identity(db: Session, provider: str, subject: str) -> Identity | None:
    """The identity with that subject (normalised)."""
    return db.get(Identity, (provider, subject))


def holder(db: Session, subject: str) -> int | None:
    """The person who signs in with that name (normalised), be it with a password or a code."""
    return db.scalars(select(Identity.person_id).where(Identity.subject == subject).limit(1)).first()


def own_name(db: Session, person_id: int) -> str:
    """A name (normalised) with which the person signs in; '' without a password."""
    rows = select(Identity.subject).where(Identity.person_id == person_id, Identity.provider == "password")
    return db.scalars(rows.order_by(Identity.subject).limit(1)).first() or ""


def sessions(db: Session, person_id: int, *, at: datetime) -> Sequence[SignIn]:
    """The person's sessions that have not ended, the newest first."""
    rows = select(SignIn).where(SignIn.person_id == person_id, SignIn.revoked_at.is_(None), SignIn.ends_at > at)
    return db.scalars(rows.order_by(SignIn.made_at.desc())).all()


def roles_of(db: Session, person_id: int, day: date) -> frozenset[str]:
    """The roles that the person was given and holds on the day."""
    rows = select(Grant.role).where(Grant.person_id == person_id, holds_now(Grant, day))
    return frozenset(db.scalars(rows))


def units_of_role(db: Session, person_id: int, role: str, day: date) -> list[int]:
    """The units for which the person holds the role on the day."""
    rows = select(Grant.unit_id).where(Grant.person_id == person_id, Grant.role == role, holds_now(Grant, day))
    return [unit for unit in db.scalars(rows) if unit is not None]


def has_administrator(db: Session, day: date) -> bool:
    """Whether anybody who can sign in is an administrator on the day, as far as is known now."""
    found = (
        select(Grant.id)
        .join(Identity, Identity.person_id == Grant.person_id)
        .where(Grant.role == "admin", holds_now(Grant, day), Identity.provider == "password")
    )
    return db.execute(found.limit(1)).first() is not None


def employees_by_account(db: Session, day: date) -> tuple[int, int]:
    """(employees on the day, those of them who have no password yet); two employments are two accounts."""
    rows = (
        select(Membership.person_id, func.max(case((Identity.person_id.is_(None), 0), else_=1)).label("has"))
        .join(MembershipState, MembershipState.membership_id == Membership.id)
        .outerjoin(Identity, and_(Identity.person_id == Membership.person_id, Identity.provider == "password"))
        .where(MembershipState.audience == "employee", holds_now(MembershipState, day))
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


def code_and_password_log(db: Session, person_id: int) -> Sequence[AuditEntry]:
    """When codes were made for the person and in which role, and when the password was chosen; the newest ten first."""
    return entries(db, str(person_id), ("access.code", "access.password"))[:10]


@dataclass(frozen=True)
class Held:
    """A role that somebody holds from–to, for one unit or for everything."""

    role: str
    unit: int | None
    since: date
    until: date
    grant: int | None
    """None: it follows from the personnel list."""


def held(db: Session, person_id: int, day: date) -> list[Held]:
    """The roles that the person holds on the day or will hold: granted ones, then those that follow from the list."""
    grants = select(Grant.role, Grant.unit_id, Grant.valid_from, Grant.valid_to, Grant.id).where(
        Grant.person_id == person_id, remains(Grant, day)
    )
    member = (
        select(MembershipState.unit_id, MembershipState.valid_from, MembershipState.valid_to)
        .join(Membership, Membership.id == MembershipState.membership_id)
        .where(Membership.person_id == person_id, remains(MembershipState, day))
    )
    managed = select(UnitState.unit_id, UnitState.valid_from, UnitState.valid_to).where(
        UnitState.manager_id == person_id, remains(UnitState, day)
    )
    return [
        *(Held(*row) for row in db.execute(grants.order_by(Grant.valid_from, Grant.id))),
        *(Held("learner", *row, None) for row in db.execute(member.order_by(MembershipState.valid_from))),
        *(Held("manager", *row, None) for row in db.execute(managed.order_by(UnitState.valid_from))),
    ]


def with_duties(db: Session, day: date) -> list[tuple[Person, list[str]]]:
    """Everybody who holds one of DUTIES on the day or will, with those roles; protected persons last."""
    rows = (
        select(Person, Grant.role)
        .join(Grant, Grant.person_id == Person.id)
        .where(Grant.role.in_(DUTIES), remains(Grant, day))
        .distinct()
    )
    found: dict[int, tuple[Person, list[str]]] = {}
    for person, role in sorted(db.execute(rows), key=lambda row: row[1]):
        found.setdefault(person.id, (person, []))[1].append(role)
    return sorted(
        found.values(), key=lambda each: (each[0].protected, sort_key(each[0].name) * (not each[0].protected))
    )


def giver(db: Session, person_id: int, *, at: datetime) -> Giver:
    """What lets the person hand out codes, as it is now."""
    day = day_of(at)
    roots = managed_units(db, person_id, day)
    roles = roles_of(db, person_id, day) | ({"manager"} if roots else set())
    below = units_below(unit_spans(db, at), roots, day) if roots else ()
    return Giver(person_id, frozenset(roles & BARRED.keys()), frozenset(below))


def account(db: Session, person_id: int, *, at: datetime) -> Account | None:
    """How the person gets in, as it is now; None when there is nobody."""
    return next(iter(_accounts(db, [person_id], at)), None)


def accounts_in(db: Session, units: Collection[int], *, at: datetime) -> list[Account]:
    """The accounts of those who belong to the units today, by name; units below are not asked."""
    belonging = _members(day_of(at)).where(MembershipState.unit_id.in_(units)).with_only_columns(Membership.person_id)
    return sorted(_accounts(db, belonging, at), key=lambda each: (sort_key(each.shown), each.person))


def _members(day: date) -> Select[int, int]:
    """(person, unit) of every membership that holds on the day."""
    return (
        select(Membership.person_id, MembershipState.unit_id)
        .join(MembershipState, MembershipState.membership_id == Membership.id)
        .where(holds_now(MembershipState, day))
    )


def _accounts(db: Session, persons: Select[int] | list[int], at: datetime) -> list[Account]:
    day = day_of(at)
    units: dict[int, set[int]] = {}
    employed = MembershipState.audience == "employee"
    for person, unit in db.execute(_members(day).where(Membership.person_id.in_(persons), employed)):
        units.setdefault(person, set()).add(unit)
    return [
        Account(
            person=row.Person.id,
            key=row.Person.key,
            name=row.Person.name,
            protected=row.Person.protected,
            has_password=row.has_password,
            code_until=row.code_until,
            duties=frozenset(filter(None, (row.duties or "").split(","))) | ({"manager"} if row.manages else set()),
            units=frozenset(units.get(row.Person.id, ())),
        )
        for row in db.execute(_ways_in(day, at).where(Person.id.in_(persons)))
    ]


def _ways_in(day: date, at: datetime) -> Select[Any]:
    """Everybody, with how they get in at the instant and the duties they have on the day or later."""
    own = Identity.person_id == Person.id
    code_until = select(func.max(Identity.ends_at)).where(own, Identity.provider == "code", Identity.ends_at > at)
    duties = select(func.aggregate_strings(Grant.role, _comma)).where(
        Grant.person_id == Person.id, Grant.role.in_(DUTIES), remains(Grant, day)
    )
    manages = exists().where(UnitState.manager_id == Person.id, remains(UnitState, day))
    return select(
        Person,
        exists().where(own, Identity.provider == "password").label("has_password"),
        code_until.scalar_subquery().label("code_until"),
        duties.scalar_subquery().label("duties"),
        manages.label("manages"),
    )
