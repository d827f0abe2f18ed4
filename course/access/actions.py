"""Signing in and out, passwords, one-time codes, and roles."""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from course.access.handing import Account, Slip, confirms, handers, hands_as, lacking, reaches, why_not
from course.access.password import normalise
from course.access.policy import DUTIES, ROLE_NAMES, ROLES
from course.access.queries import (
    account,
    accounts_in,
    actor,
    expired,
    giver,
    granted_roles,
    handed,
    has_administrator,
    hash_id,
    holder,
    identity,
    is_disabled,
    long_gone,
    longest_wait,
    looked_at,
    signed_out_since,
)
from course.access.tables import Disabled, Grant, HandedPassword, Identity, SignIn, Throttle
from course.access.throttle import MOST_PAGES, PAGES_WITHIN, WINDOW, Tried
from course.audit.actions import record, retention
from course.audit.queries import entries
from course.clock import FOREVER, day_of
from course.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from course.organisation.queries import person_by_id
from course.organisation.tables import Person
from course.schema import supersede
from course.swedish import waiting

LONGEST_SESSION = timedelta(hours=12)
CODE_LIFE = timedelta(hours=24)
MOST_SLIPS = 100
LAST_ADMINISTRATOR = "Då finns ingen administratör kvar som kan logga in. Ge först någon annan rollen och en kod."
MINUTE = timedelta(minutes=1)
PACES = {
    "export": (10, "Du har hämtat 10 filer på en minut."),
    "import": (5, "Du har skickat 5 listor på en minut."),
    "code": (30, "Du har gjort engångskoder 30 gånger på en minut."),
}
"""How often in a minute one person may do what is heavy, or what a script could misuse; and what is said then."""
CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
ENDED = "Inloggningen avslutades i samma stund. Försök igen."


class TooMany(Refusal):
    """Too many tries; `seconds` is how long to wait, and `limit` which limit says so."""

    status = 429

    def __init__(self, seconds: int, limit: str, what: str = "Det har blivit många försök.") -> None:
        super().__init__(f"{what} Vänta {waiting(seconds)} och försök igen.")
        self.seconds, self.limit = seconds, limit


def admit_try(db: Session, tried: Tried, *, at: datetime) -> int:
    """Count a try to sign in before it is checked; gives what `forget_try` takes back when it was right.

    Raises TooMany when the name, the known browser or the address must wait; such a try is not counted.
    """
    db.execute(delete(Throttle).where(Throttle.at <= at - WINDOW))
    longest, limit = longest_wait(db, tried, at=at)
    if longest > timedelta(0):
        raise TooMany(ceil(longest.total_seconds()), limit)
    counted = insert(Throttle).values(key=tried.key, address=tried.address, at=at)
    return db.execute(counted.returning(Throttle.id)).scalar_one()


def forget_try(db: Session, counted: int) -> None:
    """Take back a try that turned out to be right."""
    db.execute(delete(Throttle).where(Throttle.id == counted))


def look_at(db: Session, person_id: int, action: str, *, by: int, at: datetime) -> None:
    """Log that somebody opens a person's page. Raises NotFound, and TooMany after MOST_PAGES others in PAGES_WITHIN."""
    person_by_id(db, person_id)
    others = looked_at(db, by, action, since=at - PAGES_WITHIN)
    others.pop(str(person_id), None)
    if len(others) >= MOST_PAGES:
        longest = min(others.values()) + PAGES_WITHIN - at
        told = f"Du har öppnat {MOST_PAGES} personers sidor den senaste timmen."
        raise TooMany(ceil(longest.total_seconds()), "pages", told)
    record(db, action, str(person_id), {}, by=by, at=at)


def note_refusal(db: Session, name: str, way: str, *, at: datetime) -> None:
    """Log that somebody was refused who tried to sign in with the name (normalised); an unknown one is not kept."""
    person_id = holder(db, name)
    record(db, "access.refused", "" if person_id is None else str(person_id), {"with": way}, by=None, at=at)


def forget_long_gone(db: Session, kept_from: date, *, reference: str, by: int | None, at: datetime) -> list[int]:
    """Take passwords and codes from those who left before a Stockholm day; gives who they are. Results stay.

    Raises Invalid without a reference to the decision.
    """
    if not reference.strip():
        raise Invalid("Skriv vilket beslut borttagningen vilar på.", "decision")
    gone = long_gone(db, kept_from, day_of(at))
    if gone:
        counts = {"people": len(gone)}
        with retention(db, "sign_in", kept_from, reference=reference.strip(), counts=counts, by=by, at=at):
            for what in (Identity, HandedPassword):
                db.execute(delete(what).where(what.person_id.in_(gone)))
    return gone


@dataclass(frozen=True)
class Proof:
    """Whose password was right, as it was stored when it was looked at, and when the try was counted."""

    person: int
    name: str
    secret_hash: str
    at: datetime


def sign_in(db: Session, proof: Proof, *, rehashed: str = "", at: datetime) -> str:
    """Begin the person's session; gives its id. `rehashed` replaces a hash with parameters of yesterday.

    Raises Invalid when password, account or sessions were ended while the password was being looked at.
    """
    _check_still_so(db, proof)
    if rehashed:
        own = update(Identity).where(Identity.person_id == proof.person, Identity.secret_hash == proof.secret_hash)
        db.execute(own.where(Identity.provider == "password").values(secret_hash=rehashed))
    forget_expired(db, at=at)
    return begin_session(db, proof.person, at=at)


def begin_session(db: Session, person_id: int, *, at: datetime) -> str:
    """As open_session, for somebody who has just proven who it is, which is logged."""
    record(db, "access.sign_in", str(person_id), {}, by=person_id, at=at)
    return open_session(db, person_id, at=at)


def change_password(db: Session, proof: Proof, password_hash: str, session: str, *, at: datetime) -> str:
    """Set another password, when the one that was proven and the session still hold; gives the id of a new session."""
    _check_still_so(db, proof)
    if actor(db, session, at=at) is None:
        raise Invalid(ENDED, "nuvarande")
    set_password(db, proof.person, password_hash, by=proof.person, at=at)
    return open_session(db, proof.person, at=at)


def _check_still_so(db: Session, proof: Proof) -> None:
    found = identity(db, "password", proof.name)
    same = found is not None and (found.person_id, found.secret_hash) == (proof.person, proof.secret_hash)
    if not same or signed_out_since(db, proof.person, proof.at):
        raise Invalid(ENDED, "losenord")


def keep_pace(db: Session, person_id: int, what: str, *, at: datetime) -> None:
    """Count that the person does one of PACES once more. Raises TooMany when a minute would hold more of it."""
    key, (most, told) = f"{what} {person_id}", PACES[what]
    db.execute(delete(Throttle).where(Throttle.key == key, Throttle.at <= at - MINUTE))
    earlier = db.scalars(select(Throttle.at).where(Throttle.key == key).order_by(Throttle.at)).all()
    if len(earlier) >= most:
        raise TooMany(ceil((earlier[-most] + MINUTE - at).total_seconds()), what, told)
    db.execute(insert(Throttle).values(key=key, at=at))


def open_session(db: Session, person_id: int, *, at: datetime) -> str:
    """A session of the person's; gives its id, of which only the hash is stored."""
    session = secrets.token_urlsafe(32)
    db.execute(
        insert(SignIn).values(
            id_hash=hash_id(session), person_id=person_id, made_at=at, ends_at=at + LONGEST_SESSION, revoked_at=None
        )
    )
    return session


def forget_expired(db: Session, *, at: datetime) -> dict[str, int]:
    """Delete what nobody can use any more: codes, old sessions, tries; {table: rows}. No decision is needed for it."""
    connection = db.connection()
    return {
        what.__tablename__: connection.execute(delete(what).where(old)).rowcount for what, old in expired(at).items()
    }


def close_session(db: Session, session: str, *, at: datetime) -> None:
    """Sign out, which is logged: the session ends for every copy of the cookie."""
    live = update(SignIn).where(SignIn.id_hash == hash_id(session), SignIn.revoked_at.is_(None))
    person_id = db.execute(live.values(revoked_at=at).returning(SignIn.person_id)).scalar_one_or_none()
    if person_id is not None:
        record(db, "access.sign_out", str(person_id), {}, by=person_id, at=at)


def close_sessions(db: Session, person_id: int, *, by: int | None, at: datetime) -> None:
    """Sign the person out everywhere. Raises NotFound."""
    _close_all(db, person_by_id(db, person_id).id, at)
    record(db, "access.sign_out_everywhere", str(person_id), {}, by=by, at=at)


def set_password(db: Session, person_id: int, password_hash: str, *, by: int | None, at: datetime) -> None:
    """Give the person a password (already hashed) for key and e-mail; ends every session and one-time code.

    One that is set on the server is known to nobody else whose code the person used before.
    """
    names = _names(db, person_by_id(db, person_id))
    _forget_ways_in(db, person_id, "password", "code")
    for name in names:
        db.execute(
            insert(Identity).values(
                provider="password", subject=name, person_id=person_id, secret_hash=password_hash, ends_at=None
            )
        )
    if by is None:
        db.execute(delete(HandedPassword).where(HandedPassword.person_id == person_id))
    _close_all(db, person_id, at)
    record(db, "access.password", str(person_id), {}, by=by, at=at)


def disable(db: Session, person_id: int, *, by: int | None, at: datetime) -> None:
    """Shut the account: sessions and codes end, and nobody signs in to it until `enable`.

    Raises NotFound, NotAllowed for oneself, and Conflict for the last administrator or when it is shut already.
    """
    person = person_by_id(db, person_id)
    if by == person_id:
        raise NotAllowed("Du kan inte stänga av ditt eget konto.")
    if is_disabled(db, person_id):
        raise Conflict("Kontot är redan avstängt.")
    db.add(Disabled(person_id=person.id, at=at))
    db.flush()
    if "admin" in granted_roles(db, person_id, day_of(at)) and not has_administrator(db, day_of(at)):
        raise Conflict(LAST_ADMINISTRATOR)
    _forget_ways_in(db, person_id, "code")
    _close_all(db, person_id, at)
    record(db, "access.disable", str(person_id), {}, by=by, at=at)


def enable(db: Session, person_id: int, *, by: int | None, at: datetime) -> None:
    """Open the account that was shut; the password is the one it had. Raises NotFound and Conflict."""
    person_by_id(db, person_id)
    if not db.execute(delete(Disabled).where(Disabled.person_id == person_id).returning(Disabled.person_id)).first():
        raise Conflict("Kontot är inte avstängt.")
    record(db, "access.enable", str(person_id), {}, by=by, at=at)


def say_told(db: Session, person_id: int) -> None:
    """The one who signs in has read whose code the password was chosen with."""
    db.execute(update(HandedPassword).where(HandedPassword.person_id == person_id).values(told=True))


def confirm_password(db: Session, person_id: int, *, by: int | None, at: datetime) -> None:
    """Say that the person chose the own password, which nobody else knows; `by` None is the command line.

    Raises NotFound, Conflict when there is nothing to confirm, and NotAllowed for the code's maker and who could not
    hand a code.
    """
    found, chosen = account(db, person_id, at=at), handed(db, person_id)
    if found is None:
        raise NotFound("Personen finns inte.")
    if chosen is None:
        raise Conflict("Det finns inget att bekräfta.")
    if by is not None and not confirms(giver(db, by, at=at), found, chosen.made_by):
        raise NotAllowed("Någon annan än den som gjorde koden måste bekräfta lösenordet: HR eller en administratör.")
    db.execute(delete(HandedPassword).where(HandedPassword.person_id == person_id))
    record(db, "access.confirm", str(person_id), {}, by=by, at=at)


def set_code(db: Session, person_id: int, *, role: str = "", by: int | None, at: datetime) -> str:
    """A one-time code, valid for a day, with which the person chooses a password. Only its hash is stored.

    `role` is the one in which it is handed out, '' at the command line. A password that there is stays until the code
    is used.
    """
    names = _names(db, person_by_id(db, person_id))
    if is_disabled(db, person_id):
        raise Conflict("Kontot är avstängt. Öppna det först.")
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
    """The person whose one-time code it is, which is then used up; None when it is wrong or too old.

    Who made it is kept beside the password: that one may have used it.
    """
    if not code_is_right(db, name, code, at=at):
        return None
    person_id = db.execute(
        delete(Identity)
        .where(Identity.provider == "code", Identity.person_id == holder(db, normalise(name)))
        .returning(Identity.person_id)
    ).first()
    return None if person_id is None else _keep_maker(db, person_id[0], at)


def code_is_right(db: Session, name: str, code: str, *, at: datetime) -> bool:
    """Whether it is the one-time code of who signs in with the name, and still holds; it is not used up."""
    found = identity(db, "code", normalise(name))
    if found is None or found.ends_at is None or found.ends_at <= at:
        return False
    return hmac.compare_digest(found.secret_hash, hash_code(code))


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
    """Give the person a role from–to; gives the grant's id.

    Raises NotAllowed for oneself, Invalid, or Conflict when it is held already.

    When fewer may then hand the person a code, password and sessions end: the others may know the password.
    """
    if by == person_id:
        raise NotAllowed("Du kan inte ge dig själv en roll. Be en annan administratör.")
    if role not in ROLES:
        raise Invalid(f"Rollen ”{role}” finns inte. Välj bland {', '.join(ROLES)}.", "roll")
    if (role == "secretary") != (unit is not None):
        raise Invalid("En sekreterare behöver en nämnd, och ingen annan roll gäller en enhet.", "enhet")
    if since > until:
        raise Invalid("Rollen slutar innan den börjar.", "till")
    if _is_held(db, person_id, role, unit, since=since, until=until):
        raise Conflict(f"Personen har redan rollen ”{ROLE_NAMES[role]}” under de dagarna.")
    duties = granted_roles(db, person_id, day_of(at)) & DUTIES
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
        raise Conflict(LAST_ADMINISTRATOR)
    record(db, "access.end_role", str(person_id), {"role": role, "last_day": str(last_day)}, by=by, at=at)


def _keep_maker(db: Session, person_id: int, at: datetime) -> int:
    """Note who made the code that was used, the newest one; on the command line it was nobody."""
    made = entries(db, str(person_id), ("access.code",))[0]
    db.execute(delete(HandedPassword).where(HandedPassword.person_id == person_id))
    if made.actor is not None:
        role = made.detail["role"]
        db.add(HandedPassword(person_id=person_id, made_by=made.actor, role=role, at=at, told=False))
        db.flush()
    return person_id


def _close_all(db: Session, person_id: int, at: datetime) -> None:
    db.execute(update(SignIn).where(SignIn.person_id == person_id, SignIn.revoked_at.is_(None)).values(revoked_at=at))


def _slip(db: Session, whose: Account, role: str, by: int, at: datetime) -> Slip:
    code = set_code(db, whose.person, role=role, by=by, at=at)
    name = "" if whose.protected else whose.name
    until = at + CODE_LIFE
    return Slip(name, whose.number, code, until, has_password=whose.has_password, known_by_name=whose.known_by_name)


def _names(db: Session, person: Person) -> set[str]:
    """What the person signs in with: the key, and the e-mail unless another account has it. Raises Conflict."""
    key = normalise(person.key)
    taken = {name for name in (key, normalise(person.email or "")) if holder(db, name) not in (None, person.id)}
    if key in taken:
        raise Conflict(f"En annan person loggar redan in med ”{person.key}”.")
    return {key, normalise(person.email or "")} - {""} - taken


def _forget_ways_in(db: Session, person_id: int, *providers: str) -> None:
    """Take away the person's passwords or codes."""
    db.execute(delete(Identity).where(Identity.person_id == person_id, Identity.provider.in_(providers)))


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
