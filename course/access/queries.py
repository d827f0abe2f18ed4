"""Reading accounts and sessions."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from course.access.handing import BARRED, Account, Giver, lets_no_manager
from course.access.policy import DUTIES, PERSON, Actor, Handed
from course.access.tables import Disabled, Grant, HandedPassword, Identity, SignIn, Throttle
from course.access.throttle import BY_ADDRESS, BY_NAME, REFUSED_WITHIN, WINDOW, Tried, wait
from course.audit.queries import entries
from course.audit.tables import AuditEntry
from course.clock import day_of
from course.content.tables import Release
from course.organisation.population import units_below
from course.organisation.queries import managed_units, unit_spans
from course.organisation.tables import Membership, MembershipState, Person, UnitState
from course.schema import holds_now, remains
from course.swedish import sort_key

SESSIONS_KEPT = timedelta(days=90)
"""How long it is known when somebody signed in and out, after the session has ended."""
Day = date | BindParameter[date]
Column = InstrumentedAttribute[int]
_comma: Any = literal_column("','")  # as a value it would be put into the statement anew for every request
_today = bindparam("today", type_=MembershipState.valid_from.type)
_audiences = (
    select(func.aggregate_strings(MembershipState.audience, _comma))
    .join(Membership, Membership.id == MembershipState.membership_id)
    .where(Membership.person_id == SignIn.person_id, holds_now(MembershipState, _today))
    .correlate(SignIn)
    .scalar_subquery()
)
_manages = exists().where(UnitState.manager_id == SignIn.person_id, holds_now(UnitState, _today)).correlate(SignIn)


def _has_ended(person: Column, day: Day) -> ColumnElement[bool]:
    """Whether a membership of the person has ended before the day."""
    return exists().where(
        Membership.person_id == person,
        MembershipState.membership_id == Membership.id,
        MembershipState.superseded_at.is_(None),
        MembershipState.valid_to < day,
    )


def _has_left(person: Column, day: Day) -> ColumnElement[bool]:
    """Whether the person had a membership and has none on the day. Who never had one has not left."""
    holds = exists().where(
        Membership.person_id == person,
        MembershipState.membership_id == Membership.id,
        holds_now(MembershipState, day),
    )
    return and_(~holds, _has_ended(person, day))


def _administrators(day: Day) -> Select[int]:
    """The grants of administrators who can sign in on the day and have not left."""
    granted = aliased(Grant)
    signs_in = exists().where(Identity.person_id == granted.person_id, Identity.provider == "password")
    shut = exists().where(Disabled.person_id == granted.person_id)
    return select(granted.id).where(
        granted.role == "admin", holds_now(granted, day), signs_in, ~shut, ~_has_left(granted.person_id, day)
    )


def _acts(day: Day) -> ColumnElement[bool]:
    """Whether a grant lets its person do something on the day.

    A duty rests for who has left, as HR's list says; the last administrator's does not, or nobody could give another
    the role. Being a learner by grant is for those without a membership, and does not rest.
    """
    return or_(
        Grant.role == "learner",
        ~_has_left(Grant.person_id, day),
        and_(Grant.role == "admin", ~_administrators(day).exists()),
    )


_roles = (
    select(func.aggregate_strings(Grant.role, _comma))
    .where(Grant.person_id == SignIn.person_id, holds_now(Grant, _today), _acts(_today))
    .correlate(SignIn)
    .scalar_subquery()
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
        HandedPassword.made_by,
        HandedPassword.role,
        HandedPassword.at,
        HandedPassword.told,
    )
    .join(Person, Person.id == SignIn.person_id)
    .outerjoin(HandedPassword, HandedPassword.person_id == SignIn.person_id)
    .where(SignIn.id_hash == bindparam("id_hash"))
)


def actor(db: Session, session: str, *, at: datetime) -> Actor | None:
    """Who holds the session, with the roles of today; None when it has ended.

    One SELECT, for every request. Being a learner follows from a membership that holds today, or from a grant; being
    a manager from a unit that one manages today while employed, unless a manager made the code of the password: that
    one may know it, and not be the manager of those people.
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
    handed = Handed(row.made_by, row.role, row.at, row.told) if row.made_by is not None else None
    manages = bool(row.manages and audiences)
    held_weakly = handed is not None and lets_no_manager(handed.role)
    if manages and not held_weakly:
        roles.add("manager")
    return Actor(
        session,
        row.person_id,
        row.name,
        frozenset(roles),
        frozenset(audiences),
        row.newest_release or 0,
        handed,
        waits_for_hr=manages and held_weakly,
    )


def hash_id(session: str) -> str:
    """What is stored of a session's id."""
    return hashlib.sha256(session.encode()).hexdigest()


def identity(db: Session, provider: str, subject: str) -> Identity | None:
    """The identity with that subject (normalised), unless its account is shut."""
    shut = exists().where(Disabled.person_id == Identity.person_id)
    rows = select(Identity).where(Identity.provider == provider, Identity.subject == subject, ~shut)
    return db.scalars(rows).first()


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
    """The roles that the person was given and may use on the day."""
    rows = select(Grant.role).where(Grant.person_id == person_id, holds_now(Grant, day), _acts(day))
    return frozenset(db.scalars(rows))


def granted_roles(db: Session, person_id: int, day: date) -> frozenset[str]:
    """The roles that the person was given for the day, also those that rest."""
    return frozenset(db.scalars(select(Grant.role).where(Grant.person_id == person_id, holds_now(Grant, day))))


def units_of_role(db: Session, person_id: int, role: str, day: date) -> list[int]:
    """The units for which the person holds the role on the day."""
    rows = select(Grant.unit_id).where(Grant.person_id == person_id, Grant.role == role, holds_now(Grant, day))
    return [unit for unit in db.scalars(rows) if unit is not None]


def has_administrator(db: Session, day: date) -> bool:
    """Whether anybody who can sign in and has not left is an administrator on the day, as far as is known now."""
    return db.execute(_administrators(day).limit(1)).first() is not None


def is_disabled(db: Session, person_id: int) -> bool:
    """Whether nobody can sign in to the person's account."""
    return db.get(Disabled, person_id) is not None


def handed(db: Session, person_id: int) -> Handed | None:
    """Whose code the person chose the password with; None when nobody else can know the password."""
    found = db.get(HandedPassword, person_id)
    return Handed(found.made_by, found.role, found.at, found.told) if found else None


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


def longest_wait(db: Session, tried: Tried, *, at: datetime) -> tuple[timedelta, str]:
    """(how long the next such try must wait, which limit says so)."""
    since = Throttle.at > at - WINDOW
    newest = func.max(Throttle.at)
    by_name = db.execute(select(func.count(), newest).where(Throttle.key == tried.key, since)).one()
    waits = [(wait(BY_NAME, *by_name, at), BY_NAME.name)]
    if tried.address:
        names = select(func.count(Throttle.key.distinct()), newest).where(Throttle.address == tried.address, since)
        waits.append((wait(BY_ADDRESS, *db.execute(names).one(), at), BY_ADDRESS.name))
    return max(waits)


def expired(at: datetime) -> dict[type[Identity | SignIn | Throttle], ColumnElement[bool]]:
    """{table: which of its rows nobody can use any more}."""
    return {
        Identity: and_(Identity.provider == "code", Identity.ends_at <= at),
        SignIn: SignIn.ends_at <= at - SESSIONS_KEPT,
        Throttle: Throttle.at <= at - WINDOW,
    }


def count_expired(db: Session, *, at: datetime) -> dict[str, int]:
    """{table: how many of its rows nobody can use any more}."""
    return {
        what.__tablename__: db.execute(select(func.count()).select_from(what).where(old)).scalar_one()
        for what, old in expired(at).items()
    }


def long_gone(db: Session, kept_from: date, today: date) -> list[int]:
    """Who has left before the day, was not employed since, has no role left, and can still sign in."""
    since = exists().where(
        Membership.person_id == Person.id,
        MembershipState.membership_id == Membership.id,
        remains(MembershipState, kept_from),
    )
    holds_role = exists().where(Grant.person_id == Person.id, remains(Grant, today))
    signs_in = exists().where(Identity.person_id == Person.id)
    gone = select(Person.id).where(signs_in, _has_ended(Person.id, kept_from), ~since, ~holds_role)
    return sorted(db.scalars(gone))


def refused_lately(db: Session, *, at: datetime) -> tuple[int, int]:
    """(refused sign-ins within REFUSED_WITHIN, at how many accounts that there are)."""
    rows = select(AuditEntry.subject, func.count()).where(
        AuditEntry.action == "access.refused", AuditEntry.at > at - REFUSED_WITHIN
    )
    found = dict(db.execute(rows.group_by(AuditEntry.subject)).all())
    return sum(found.values()), len(found.keys() - {""})


def looked_at(db: Session, by: int, action: str, *, since: datetime) -> dict[str, datetime]:
    """{person: when last} of everybody whose page somebody has opened after the instant, as the log's action says."""
    rows = select(AuditEntry.subject, func.max(AuditEntry.at)).where(
        AuditEntry.actor == by, AuditEntry.action == action, AuditEntry.at > since
    )
    return dict(db.execute(rows.group_by(AuditEntry.subject)).all())


def signed_out_since(db: Session, person_id: int, since: datetime) -> bool:
    """Whether the person was signed out everywhere after the instant."""
    asked = select(AuditEntry.id).where(
        AuditEntry.subject == str(person_id), AuditEntry.action == "access.sign_out_everywhere", AuditEntry.at > since
    )
    return db.execute(asked.limit(1)).first() is not None


def code_and_password_log(db: Session, person_id: int) -> Sequence[AuditEntry]:
    """When codes were made for the person and in which role, and when the password was chosen; the newest ten first."""
    return entries(db, str(person_id), ("access.code", "access.password", "access.confirm"))[:10]


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


@dataclass(frozen=True)
class OnDuty:
    """Somebody who holds one of DUTIES on a day or will."""

    person: Person
    roles: list[str]
    has_left: bool
    """Whether the roles rest, since the person has left as HR's list says."""


def with_duties(db: Session, day: date) -> list[OnDuty]:
    """Everybody who holds one of DUTIES on the day or will; protected persons last."""
    rows = (
        select(Person, Grant.role, _has_left(Grant.person_id, day).label("has_left"))
        .join(Grant, Grant.person_id == Person.id)
        .where(Grant.role.in_(DUTIES), remains(Grant, day))
        .distinct()
    )
    found: dict[int, OnDuty] = {}
    for person, role, has_left in sorted(db.execute(rows), key=lambda row: row[1]):
        found.setdefault(person.id, OnDuty(person, [], has_left)).roles.append(role)
    return sorted(
        found.values(),
        key=lambda each: (each.person.protected, sort_key(each.person.name) * (not each.person.protected)),
    )


def resting(db: Session, day: date) -> tuple[int, bool]:
    """(people who have left and whose roles rest or should, whether the only administrator is one of them)."""
    left = [each for each in with_duties(db, day) if each.has_left]
    return len(left), any("admin" in each.roles for each in left) and not has_administrator(db, day)


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
            disabled=row.disabled,
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
        exists().where(Disabled.person_id == Person.id).label("disabled"),
    )
