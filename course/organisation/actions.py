"""Adding and correcting people and units by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from course.audit.actions import record
from course.clock import FOREVER
from course.errors import Conflict, Invalid, NotFound
from course.organisation import person as rules
from course.organisation.population import COUNTED
from course.organisation.queries import human_of, person_by_id, state_of
from course.organisation.tables import (
    EMPLOYMENTS,
    Exemption,
    Membership,
    MembershipState,
    Person,
    SamePerson,
    Unit,
    UnitState,
)
from course.schema import remains, supersede

ALWAYS = date(1900, 1, 1)
"""The first day of what has always held."""


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
    """Add a human. Raises Invalid for what is no number, name or address, Conflict when one is taken."""
    person = Person(key=_key(key), name=_name(name), email=_email(email), protected=False)
    _check_taken(db, person)
    db.add(person)
    db.flush()
    record(db, "person.add", str(person.id), {}, by=by, at=at)
    return person


def correct_person(
    db: Session,
    person_id: int,
    *,
    key: str | None = None,
    name: str | None = None,
    email: str | None = None,
    protected: bool | None = None,
    seen: str | None = None,
    by: int | None,
    at: datetime,
) -> None:
    """Correct what is given; '' as e-mail takes it away. Protection holds for all numbers of the human.

    `seen` is the state (queries.state_of) that somebody looked at when deciding. Raises as add_person does, and
    Conflict when that is no longer the state: a page left open would take away a protection given since.
    """
    person = person_by_id(db, person_id)
    if seen is not None and seen != state_of(person):
        raise Conflict("Uppgifterna har ändrats sedan du öppnade sidan. Se hur de är nu, och rätta igen.")
    with db.no_autoflush:
        person.key = person.key if key in (None, person.key) else _key(key)
        person.name = person.name if name in (None, person.name) else _name(name)
        person.email = person.email if email in (None, person.email) else _email(email)
        _check_taken(db, person)
    if protected is not None:
        for each in _numbers_of(db, person_id):
            each.protected = protected
    db.flush()
    given = {"key": key, "name": name, "email": email, "protected": protected}
    record(db, "person.correct", str(person_id), {"what": [k for k, v in given.items() if v is not None]}, by=by, at=at)


def _key(text: str | None) -> str:
    return rules.kept(rules.key, text, "Numret", "nummer")


def _name(text: str | None) -> str:
    return rules.kept(rules.person_name, text, "Namnet", "namn")


def _email(text: str | None) -> str | None:
    return rules.kept(rules.email, text, "E-postadressen", "epost", optional=True) or None


def _check_taken(db: Session, person: Person) -> None:
    """Raise when the number or the address is another's. Two may share an e-mail only when they are one human."""
    others = select(Person.id).where(Person.id != (person.id or 0))
    if db.execute(others.where(func.lower(Person.key) == person.key.lower())).first():
        raise Conflict(f"Det finns redan en person med anställningsnumret ”{person.key}”.", "nummer")
    if person.email:
        humans = {human_of(db, other) for other in db.scalars(others.where(Person.email == person.email))}
        if humans - {human_of(db, person.id) if person.id else None}:
            raise Conflict(f"E-postadressen {person.email} används redan av en annan person.", "epost")


def _numbers_of(db: Session, person_id: int) -> Sequence[Person]:
    """All the rows that are the same human, the person itself among them."""
    main = human_of(db, person_id)
    linked = select(SamePerson.person_id).where(SamePerson.main_id == main, SamePerson.superseded_at.is_(None))
    return db.scalars(select(Person).where(or_(Person.id == main, Person.id.in_(linked)))).all()


def link(db: Session, person_id: int, main_id: int, *, by: int | None, at: datetime) -> None:
    """Say that two people are one human, for whom `main_id` stands; those that the first stood for come along.

    When one of them is protected all are: the figures show the name of the one that stands for the others.
    Raises Invalid for one and the same, Conflict when they are linked already or the first belongs to somebody else.
    """
    if person_id == main_id:
        raise Invalid("Det är samma person. Ange två olika anställningsnummer.")
    main = human_of(db, person_by_id(db, main_id).id)
    if human_of(db, person_by_id(db, person_id).id) == main:
        raise Conflict("De två är redan kopplade.")
    if human_of(db, person_id) != person_id:
        raise Conflict("Personen är redan kopplad till någon annan. Ta bort den kopplingen först.")
    followers = db.scalars(
        select(SamePerson).where(SamePerson.main_id == person_id, SamePerson.superseded_at.is_(None))
    ).all()
    supersede(db, followers, by=by, at=at)
    for each in (person_id, *(follower.person_id for follower in followers)):
        db.add(
            SamePerson(
                person_id=each, main_id=main, valid_from=ALWAYS, valid_to=FOREVER, recorded_at=at, recorded_by=by
            )
        )
    db.flush()
    numbers = _numbers_of(db, main)
    for number in numbers:
        number.protected = any(other.protected for other in numbers)
    db.flush()
    record(db, "person.link", str(person_id), {"main": main}, by=by, at=at)


def unlink(db: Session, person_id: int, *, by: int | None, at: datetime) -> None:
    """Take back that the person is somebody else. Raises NotFound when it is not linked.

    Both stay protected if they were: which of them it was that should be is for a person to say.
    """
    links = db.scalars(
        select(SamePerson).where(SamePerson.person_id == person_id, SamePerson.superseded_at.is_(None))
    ).all()
    if not links:
        raise NotFound("Personen är inte kopplad till någon.")
    supersede(db, links, by=by, at=at)
    record(db, "person.unlink", str(person_id), {"main": links[0].main_id}, by=by, at=at)


def exempt(db: Session, person_id: int, *, since: date, until: date, by: int | None, at: datetime) -> int:
    """Exempt a person from–to; gives the exemption's id. Raises Invalid, or Conflict when some days are exempt."""
    if since > until:
        raise Invalid("Undantaget slutar innan det börjar.", "till")
    person = person_by_id(db, person_id)
    overlapping = _exemptions(person_id).where(Exemption.valid_from <= until, Exemption.valid_to >= since)
    if db.scalars(overlapping).first():
        raise Conflict("Personen är redan undantagen under några av de dagarna.")
    exemption = Exemption(person_id=person.id, valid_from=since, valid_to=until, recorded_at=at, recorded_by=by)
    db.add(exemption)
    db.flush()
    record(db, "person.exempt", str(person_id), {"from": str(since), "to": str(until)}, by=by, at=at)
    return exemption.id


def end_exemption(db: Session, person_id: int, *, last_day: date | None, by: int | None, at: datetime) -> None:
    """End every exemption of the person after `last_day`; None takes them away altogether. Raises NotFound."""
    live = db.scalars(_exemptions(person_id).where(Exemption.valid_to > (last_day or date.min))).all()
    if not live:
        raise NotFound("Personen har inget undantag att avsluta.")
    supersede(db, live, by=by, at=at)
    for old in live:
        if last_day and old.valid_from <= last_day:
            db.add(
                Exemption(
                    person_id=person_id,
                    valid_from=old.valid_from,
                    valid_to=last_day,
                    recorded_at=at,
                    recorded_by=by,
                )
            )
    db.flush()
    record(db, "person.end_exemption", str(person_id), {"last_day": str(last_day)}, by=by, at=at)


def _exemptions(person_id: int) -> Select[Exemption]:
    return select(Exemption).where(Exemption.person_id == person_id, Exemption.superseded_at.is_(None))


def end_membership(
    db: Session, person_id: int, *, last_day: date, unit: int | None = None, by: int | None, at: datetime
) -> int:
    """End the person's memberships, or those in one unit, after `last_day`; gives how many. Raises NotFound.

    One that had not begun by then is withdrawn.
    """
    ended = _rewrite(db, person_id, last_day + timedelta(days=1), unit, None, by=by, at=at)
    record(db, "membership.end", str(person_id), {"last_day": str(last_day), "unit": unit}, by=by, at=at)
    return ended


def set_counts(db: Session, person_id: int, *, counts: bool, since: date, by: int | None, at: datetime) -> int:
    """Say from a day on whether the person stands in the denominator; gives how many memberships. Raises NotFound."""
    changed = _rewrite(db, person_id, since, None, {"counts": counts}, by=by, at=at)
    record(db, "membership.counts", str(person_id), {"counts": counts, "from": str(since)}, by=by, at=at)
    return changed


def _rewrite(
    db: Session,
    person_id: int,
    since: date,
    unit: int | None,
    change: dict[str, bool] | None,
    *,
    by: int | None,
    at: datetime,
) -> int:
    """From `since` on, let the person's states say something else, or nothing (None); gives how many heads."""
    states = (
        select(MembershipState)
        .join(Membership)
        .where(
            Membership.person_id == person_id,
            remains(MembershipState, since),
            *([MembershipState.unit_id == unit] if unit is not None else []),
        )
    )
    live = db.scalars(states).all()
    if not live:
        raise NotFound("Personen har ingen anställning den dagen.")
    supersede(db, live, by=by, at=at)
    kept = ("membership_id", "unit_id", "audience", "title", "employment", "counts")
    for old in live:
        row = {name: getattr(old, name) for name in kept}
        parts: list[tuple[date, date, dict[str, bool]]]
        parts = [(old.valid_from, since - timedelta(days=1), {})] if old.valid_from < since else []
        if change is not None:
            parts.append((max(old.valid_from, since), old.valid_to, change))
        for first, last, new in parts:
            db.add(MembershipState(**row | new, valid_from=first, valid_to=last, recorded_at=at, recorded_by=by))
    db.flush()
    return len({old.membership_id for old in live})


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
    code = rules.kept(rules.unit_code, code, "Enhetens kod", "enhet")
    name = rules.kept(rules.label, name, "Enhetens namn", "enhetsnamn")
    taken = db.scalars(select(UnitState.code).where(remains(UnitState, since)))
    if same := sorted(each for each in taken if rules.looked_up(each) == rules.looked_up(code)):
        raise Conflict(f"Enhetskoden ”{same[0]}” används redan.", "enhet")
    unit = Unit(source=source)
    db.add(unit)
    db.flush()
    db.add(
        UnitState(
            unit_id=unit.id,
            code=code,
            name=name,
            kind=kind,
            parent_id=parent,
            valid_from=since,
            valid_to=FOREVER,
            recorded_at=at,
            recorded_by=by,
        )
    )
    db.flush()
    record(db, "unit.add", str(unit.id), {"code": code}, by=by, at=at)
    return unit.id


def set_unit_manager(
    db: Session, unit_id: int, person_id: int | None, *, since: date, by: int | None, at: datetime
) -> None:
    """Say who manages the unit from a day on; None is nobody. Raises NotFound for a unit that has no such day."""
    live = db.scalars(select(UnitState).where(UnitState.unit_id == unit_id, remains(UnitState, since))).all()
    if not live:
        raise NotFound("Enheten finns inte den dagen.")
    supersede(db, live, by=by, at=at)
    for old in live:
        row = {name: getattr(old, name) for name in ("unit_id", "code", "name", "kind", "parent_id")}
        parts = [(max(old.valid_from, since), old.valid_to, person_id)]
        if old.valid_from < since:
            parts.append((old.valid_from, since - timedelta(days=1), old.manager_id))
        for first, last, chief in parts:
            db.add(UnitState(**row, manager_id=chief, valid_from=first, valid_to=last, recorded_at=at, recorded_by=by))
    db.flush()
    record(db, "unit.manager", str(unit_id), {"person": person_id, "from": str(since)}, by=by, at=at)


def add_membership(
    db: Session, person: int, terms: Terms, *, source: str = "hand", by: int | None, at: datetime
) -> int:
    """Add an employment or a mandate; gives the membership's id.

    Raises Invalid, or Conflict when the very same is there already.
    """
    if terms.employment not in EMPLOYMENTS:
        raise Invalid(f"Okänd anställningsform ”{terms.employment}”. Välj bland {', '.join(EMPLOYMENTS)}.", "form")
    if terms.since > terms.until:
        raise Invalid("Anställningen slutar innan den börjar.", "till")
    rule = rules.mandate if terms.audience == "official" else rules.label
    title = rules.kept(rule, terms.title, "Befattningen", "befattning", optional=True)
    what = {"unit_id": terms.unit, "audience": terms.audience, "title": title, "employment": terms.employment}
    when = {"valid_from": terms.since, "valid_to": terms.until}
    same = select(MembershipState.id).filter_by(**what, **when, superseded_at=None)
    if db.execute(same.join(Membership).where(Membership.person_id == person)).first():
        raise Conflict("Personen har redan den anställningen.")
    membership = Membership(person_id=person, source=source)
    db.add(membership)
    db.flush()
    db.add(
        MembershipState(
            membership_id=membership.id,
            **what,
            **when,
            counts=terms.employment in COUNTED if terms.counts is None else terms.counts,
            recorded_at=at,
            recorded_by=by,
        )
    )
    db.flush()
    record(db, "membership.add", str(membership.id), {"person": person, "unit": terms.unit}, by=by, at=at)
    return membership.id
