"""Signing in and out, passwords, one-time codes, and roles."""

import hashlib
import hmac
import secrets
from datetime import date, datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from course.access.password import normalise
from course.access.policy import ROLES
from course.access.queries import FREE_TRIES, WINDOW, hash_id, identity, throttle_key, wait
from course.access.tables import Grant, Identity, SignIn, Throttle
from course.audit.actions import record
from course.clock import FOREVER
from course.errors import Conflict, Invalid, NotFound, Refusal
from course.organisation.tables import Person

LONGEST_SESSION = timedelta(hours=12)
CODE_LIFE = timedelta(hours=24)
CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


class TooMany(Refusal):
    """Too many tries; `seconds` is how long to wait."""

    status = 429

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Det har blivit många försök. Vänta {seconds} sekunder och försök igen.")
        self.seconds = seconds


def admit_try(db: Session, account: str, address: str, *, at: datetime) -> list[int]:
    """Count a try to sign in before it is checked; gives what `forget_try` takes back when it was right.

    Raises TooMany when the account or the address must wait; such a try is not counted.
    """
    db.execute(delete(Throttle).where(Throttle.at <= at - WINDOW))
    keys = {"account": throttle_key("account", account), "address": throttle_key("address", address)}
    longest = max(wait(db, kind, keys[kind], at=at) for kind in FREE_TRIES)
    if longest > timedelta(0):
        raise TooMany(int(longest.total_seconds()) + 1)
    return [
        db.execute(insert(Throttle).values(key=key, at=at).returning(Throttle.id)).scalar_one() for key in keys.values()
    ]


def forget_try(db: Session, tries: list[int]) -> None:
    """Take back a try that turned out to be right."""
    db.execute(delete(Throttle).where(Throttle.id.in_(tries)))


def open_session(db: Session, person_id: int, *, at: datetime) -> str:
    """Sign a person in; gives the session's id, of which only the hash is stored."""
    session = secrets.token_urlsafe(32)
    db.execute(
        insert(SignIn).values(
            id_hash=hash_id(session), person_id=person_id, made_at=at, ends_at=at + LONGEST_SESSION, revoked_at=None
        )
    )
    return session


def close_session(db: Session, session: str, *, at: datetime) -> None:
    """Sign out: the session ends for every copy of the cookie."""
    db.execute(
        update(SignIn).where(SignIn.id_hash == hash_id(session), SignIn.revoked_at.is_(None)).values(revoked_at=at)
    )


def set_password(db: Session, person_id: int, password_hash: str, *, by: int | None, at: datetime) -> None:
    """Give the person a password (already hashed) for key and e-mail; ends every session and one-time code.

    An e-mail that another account signs in with is left to that account.
    """
    person = db.get(Person, person_id)
    if person is None:
        raise NotFound("Personen finns inte.")
    db.execute(delete(Identity).where(Identity.person_id == person_id, Identity.provider.in_(["password", "code"])))
    for name in {normalise(person.key), normalise(person.email or "")} - {""}:
        taken = identity(db, "password", name)
        if taken is None:
            db.execute(
                insert(Identity).values(
                    provider="password", subject=name, person_id=person_id, secret_hash=password_hash, ends_at=None
                )
            )
        elif name == normalise(person.key):
            raise Conflict(f"En annan person loggar redan in med ”{person.key}”.")
    db.execute(update(SignIn).where(SignIn.person_id == person_id, SignIn.revoked_at.is_(None)).values(revoked_at=at))
    record(db, "access.password", str(person_id), {}, by=by, at=at)


def set_code(db: Session, person_id: int, *, by: int | None, at: datetime) -> str:
    """A one-time code, valid for a day, with which the person chooses a password. Only its hash is stored."""
    person = db.get(Person, person_id)
    if person is None:
        raise NotFound("Personen finns inte.")
    code = "-".join("".join(secrets.choice(CODE_ALPHABET) for _ in range(4)) for _ in range(4))
    db.execute(delete(Identity).where(Identity.person_id == person_id, Identity.provider == "code"))
    db.execute(
        insert(Identity).values(
            provider="code",
            subject=normalise(person.key),
            person_id=person_id,
            secret_hash=hash_code(code),
            ends_at=at + CODE_LIFE,
        )
    )
    record(db, "access.code", str(person_id), {}, by=by, at=at)
    return code


def use_code(db: Session, name: str, code: str, *, at: datetime) -> int | None:
    """The person whose one-time code it is, which is then used up; None when it is wrong or too old."""
    found = identity(db, "code", normalise(name))
    if found is None or found.ends_at is None or found.ends_at <= at:
        return None
    if not hmac.compare_digest(found.secret_hash, hash_code(code)):
        return None
    person_id = found.person_id
    db.execute(delete(Identity).where(Identity.provider == "code", Identity.person_id == person_id))
    return person_id


def hash_code(code: str) -> str:
    """What is stored of a code; dashes, spaces and case do not matter."""
    return hashlib.sha256(normalise(code).replace("-", "").encode()).hexdigest()


def grant_role(
    db: Session,
    person_id: int,
    role: str,
    *,
    since: date,
    until: date = FOREVER,
    unit: int | None = None,
    by: int | None,
    at: datetime,
) -> int:
    """Give the person a role from–to; gives the grant's id. Raises Invalid, or Conflict when it is held already."""
    if role not in ROLES:
        raise Invalid(f"Rollen ”{role}” finns inte. Välj bland {', '.join(ROLES)}.")
    if since > until:
        raise Invalid("Rollen slutar innan den börjar.")
    overlapping = select(Grant.id).where(
        Grant.person_id == person_id,
        Grant.role == role,
        Grant.unit_id.is_(None) if unit is None else Grant.unit_id == unit,
        Grant.superseded_at.is_(None),
        Grant.valid_from <= until,
        Grant.valid_to >= since,
    )
    if db.execute(overlapping).first():
        raise Conflict(f"Personen har redan rollen ”{role}” under de dagarna.")
    grant = Grant(
        person_id=person_id,
        role=role,
        unit_id=unit,
        valid_from=since,
        valid_to=until,
        recorded_at=at,
        recorded_by=by,
    )
    db.add(grant)
    db.flush()
    record(db, "access.grant", str(person_id), {"role": role, "grant": grant.id}, by=by, at=at)
    return grant.id


def end_role(db: Session, person_id: int, role: str, *, last_day: date, by: int | None, at: datetime) -> None:
    """End the role after `last_day`; a grant that had not begun by then is withdrawn. Raises NotFound."""
    live = db.scalars(
        select(Grant).where(
            Grant.person_id == person_id, Grant.role == role, Grant.superseded_at.is_(None), Grant.valid_to > last_day
        )
    ).all()
    if not live:
        raise NotFound(f"Personen har inte rollen ”{role}”.")
    for grant in live:
        grant.superseded_at, grant.superseded_by = at, by
        db.flush()
        if grant.valid_from <= last_day:
            db.add(
                Grant(
                    person_id=person_id,
                    role=role,
                    unit_id=grant.unit_id,
                    valid_from=grant.valid_from,
                    valid_to=last_day,
                    recorded_at=at,
                    recorded_by=by,
                )
            )
    db.flush()
    record(db, "access.end_role", str(person_id), {"role": role, "last_day": str(last_day)}, by=by, at=at)
