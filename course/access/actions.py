"""Signing in and out, passwords, one-time codes, and roles."""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from datetime import date, datetime, timedelta
from math import ceil

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from course.access.handing import Account, Slip, handers, hands_as, lacking, reaches, why_not
from course.access.password import normalise
from course.access.policy import DUTIES, ROLE_NAMES, ROLES
from course.access.queries import (
    FREE_TRIES,
    WINDOW,
    account,
    accounts_in,
    giver,
    has_administrator,
    hash_id,
    holder,
    identity,
    roles_of,
    throttle_key,
    wait,
)
from course.access.tables import Grant, Identity, SignIn, Throttle
from course.audit.actions import record
from course.clock import FOREVER, day_of
from course.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from course.organisation.queries import person_by_id
from course.organisation.tables import Person
from course.schema import supersede
from course.swedish import waiting

LONGEST_SESSION = timedelta(hours=12)
CODE_LIFE = timedelta(hours=24)
MOST_SLIPS = 100
MINUTE = timedelta(minutes=1)
PACES = {
    "export": (10, "Du har hämtat 10 filer på en minut."),
    "import": (5, "Du har skickat 5 listor på en minut."),
    "code": (30, "Du har gjort engångskoder 30 gånger på en minut."),
}
"""How often in a minute one person may do what is heavy, or what a script could misuse; and what is said then."""
CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


class TooMany(Refusal):
    """Too many tries; `seconds` is how long to wait, and `limit` which limit says so."""

    status = 429

    def __init__(self, seconds: int, limit: str, what: str = "Det har blivit många försök.") -> None:
        super().__init__(f"{what} Vänta {waiting(seconds)} och försök igen.")
        self.seconds, self.limit = seconds, limit


def admit_try(db: Session, name: str, address: str, *, at: datetime) -> list[int]:
    """Count a try to sign in before it is checked; gives what `forget_try` takes back when it was right.

    Every name of one person is one account. Raises TooMany when the account or the address must wait; such a try is
    not counted.
    """
    db.execute(delete(Throttle).where(Throttle.at <= at - WINDOW))
    person_id = holder(db, name)
    own_key = throttle_key("account", name) if person_id is None else _person_key(person_id)
    keys = {"account": own_key, "address": throttle_key("address", address)}
    longest = max(wait(db, kind, keys[kind], at=at) for kind in FREE_TRIES)
    if longest > timedelta(0):
        raise TooMany(ceil(longest.total_seconds()), "account")
    return [
        db.execute(insert(Throttle).values(key=key, at=at).returning(Throttle.id)).scalar_one() for key in keys.values()
    ]


def forget_try(db: Session, tries: list[int]) -> None:
    """Take back a try that turned out to be right."""
    db.execute(delete(Throttle).where(Throttle.id.in_(tries)))


def keep_pace(db: Session, person_id: int, what: str, *, at: datetime) -> None:
    """Count that the person does one of PACES once more. Raises TooMany when a minute would hold more of it."""
    key, (most, told) = f"{what} {person_id}", PACES[what]
    db.execute(delete(Throttle).where(Throttle.key == key, Throttle.at <= at - MINUTE))
    earlier = db.scalars(select(Throttle.at).where(Throttle.key == key).order_by(Throttle.at)).all()
    if len(earlier) >= most:
        raise TooMany(ceil((earlier[-most] + MINUTE - at).total_seconds()), what, told)
    db.execute(insert(Throttle).values(key=key, at=at))


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


def close_sessions(db: Session, person_id: int, *, by: int | None, at: datetime) -> None:
    """Sign the person out everywhere. Raises NotFound."""
    _close_all(db, person_by_id(db, person_id).id, at)
    record(db, "access.sign_out_everywhere", str(person_id), {}, by=by, at=at)


def set_password(db: Session, person_id: int, password_hash: str, *, by: int | None, at: datetime) -> None:
    """Give the person a password (already hashed) for key and e-mail; ends every session and one-time code."""
    names = _names(db, person_by_id(db, person_id))
    _forget_ways_in(db, person_id, "password", "code")
    for name in names:
        db.execute(
            insert(Identity).values(
                provider="password", subject=name, person_id=person_id, secret_hash=password_hash, ends_at=None
            )
        )
    _close_all(db, person_id, at)
    record(db, "access.password", str(person_id), {}, by=by, at=at)


def set_code(db: Session, person_id: int, *, role: str = "", by: int | None, at: datetime) -> str:
    """A one-time code, valid for a day, with which the person chooses a password. Only its hash is stored.

    `role` is the one in which it is handed out, '' at the command line. A password that there is stays until the code
    is used.
    """
    names = _names(db, person_by_id(db, person_id))
    code = "-".join("".join(secrets.choice(CODE_ALPHABET) for _ in range(4)) for _ in range(4))
    _forget_ways_in(db, person_id, "code")
    for name in names:
        db.execute(
            insert(Identity).values(
                provider="code",
                subject=name,
                person_id=person_id,
                secret_hash=hash_code(code),
                ends_at=at + CODE_LIFE,
            )
        )
    record(db, "access.code", str(person_id), {"role": role}, by=by, at=at)
    return code


def hand_code(db: Session, person_id: int, *, by: int, at: datetime) -> Slip:
    """Make the person's one-time code, on paper. Raises NotFound for who is not `by`'s to help, else NotAllowed."""
    hands, found = giver(db, by, at=at), account(db, person_id, at=at)
    if found is None or not (reaches(hands, found) or by == person_id):
        raise NotFound("Personen finns inte, eller arbetar inte i din enhet.")
    role = hands_as(hands, found)
    if role is None:
        raise NotAllowed(why_not(hands, found))
    return _slip(db, found, role, by, at)


def hand_codes(db: Session, units: Collection[int], *, again: bool, by: int, at: datetime) -> list[Slip]:
    """Make codes for everybody in the units who has no password; `again`: also for who has a code that waits.

    Units below are not asked; whom `by` may not hand a code is passed over. Raises Conflict for nobody or too many.
    """
    found = lacking(giver(db, by, at=at), accounts_in(db, units, at=at))
    missing = [(each, role) for each, role in found if again or each.waits]
    if not missing:
        raise Conflict("Alla som du kan ge en kod har redan ett lösenord eller en kod som gäller.")
    if len(missing) > MOST_SLIPS:
        raise Conflict(
            f"Det blir {len(missing)} lappar, och {MOST_SLIPS} är det mesta på en gång. Välj en del i taget."
        )
    return [_slip(db, each, role, by, at) for each, role in missing]


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
    """Give the person a role from–to; gives the grant's id. Raises Invalid, or Conflict when it is held already.

    When fewer may then hand the person a code, password and sessions end: the others may know the password.
    """
    if role not in ROLES:
        raise Invalid(f"Rollen ”{role}” finns inte. Välj bland {', '.join(ROLES)}.", "roll")
    if (role == "secretary") != (unit is not None):
        raise Invalid("En sekreterare behöver en nämnd, och ingen annan roll gäller en enhet.", "enhet")
    if since > until:
        raise Invalid("Rollen slutar innan den börjar.", "till")
    if _is_held(db, person_id, role, unit, since=since, until=until):
        raise Conflict(f"Personen har redan rollen ”{ROLE_NAMES[role]}” under de dagarna.")
    duties = roles_of(db, person_id, day_of(at)) & DUTIES
    if handers(duties) != handers(duties | {role}):
        _forget_ways_in(db, person_id, "password", "code")
        _close_all(db, person_id, at)
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


def end_role(
    db: Session,
    person_id: int,
    role: str,
    *,
    last_day: date,
    grant_id: int | None = None,
    by: int | None,
    at: datetime,
) -> None:
    """End the role, or one grant of it, after `last_day`; a grant that had not begun by then is withdrawn.

    Raises NotFound, and Conflict when nobody who can sign in would be an administrator then.
    """
    live = db.scalars(
        select(Grant).where(
            Grant.person_id == person_id,
            Grant.role == role,
            Grant.superseded_at.is_(None),
            Grant.valid_to > last_day,
            *([] if grant_id is None else [Grant.id == grant_id]),
        )
    ).all()
    if not live:
        raise NotFound(f"Personen har inte rollen ”{ROLE_NAMES[role]}”.")
    supersede(db, live, by=by, at=at)
    for grant in live:
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
    if role == "admin" and not has_administrator(db, max(day_of(at), last_day + timedelta(days=1))):
        raise Conflict("Då finns ingen administratör kvar som kan logga in. Ge först någon annan rollen och en kod.")
    record(db, "access.end_role", str(person_id), {"role": role, "last_day": str(last_day)}, by=by, at=at)


def _person_key(person_id: int) -> str:
    return throttle_key("person", str(person_id))


def _close_all(db: Session, person_id: int, at: datetime) -> None:
    db.execute(update(SignIn).where(SignIn.person_id == person_id, SignIn.revoked_at.is_(None)).values(revoked_at=at))


def _slip(db: Session, whose: Account, role: str, by: int, at: datetime) -> Slip:
    code = set_code(db, whose.person, role=role, by=by, at=at)
    name = "" if whose.protected else whose.name
    return Slip(name, whose.number, code, at + CODE_LIFE, has_password=whose.has_password)


def _names(db: Session, person: Person) -> set[str]:
    """What the person signs in with: the key, and the e-mail unless another account has it. Raises Conflict."""
    key = normalise(person.key)
    taken = {name for name in (key, normalise(person.email or "")) if holder(db, name) not in (None, person.id)}
    if key in taken:
        raise Conflict(f"En annan person loggar redan in med ”{person.key}”.")
    return {key, normalise(person.email or "")} - {""} - taken


def _forget_ways_in(db: Session, person_id: int, *providers: str) -> None:
    """Take away the person's passwords or codes, and the wrong tries with them: a new one must not have to wait."""
    db.execute(delete(Identity).where(Identity.person_id == person_id, Identity.provider.in_(providers)))
    db.execute(delete(Throttle).where(Throttle.key == _person_key(person_id)))


def _is_held(db: Session, person_id: int, role: str, unit: int | None, *, since: date, until: date) -> bool:
    overlapping = select(Grant.id).where(
        Grant.person_id == person_id,
        Grant.role == role,
        Grant.unit_id.is_(None) if unit is None else Grant.unit_id == unit,
        Grant.superseded_at.is_(None),
        Grant.valid_from <= until,
        Grant.valid_to >= since,
    )
    return db.execute(overlapping).first() is not None
