"""Reading people and units."""

import hashlib
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.errors import NotFound
from course.organisation.population import UnitSpan
from course.organisation.tables import MembershipState, Person, SamePerson, UnitState
from course.schema import holds, holds_now, known
from course.swedish import sort_key


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


def units_without_manager(db: Session, day: date) -> tuple[str, ...]:
    """The names of the units that have employees on the day and nobody who leads them, as known now."""
    staffed = select(MembershipState.unit_id).where(
        MembershipState.audience == "employee", holds_now(MembershipState, day)
    )
    names = select(UnitState.name).where(
        UnitState.manager_id.is_(None), holds_now(UnitState, day), UnitState.unit_id.in_(staffed)
    )
    return tuple(sorted(db.scalars(names), key=sort_key))


def managed_units(db: Session, person_id: int, day: date) -> list[int]:
    """The units that the person manages on the day, as known now."""
    rows = select(UnitState.unit_id).where(UnitState.manager_id == person_id, holds_now(UnitState, day))
    return sorted(db.scalars(rows))


def person_by_id(db: Session, person_id: int) -> Person:
    """The person with that id. Raises NotFound."""
    person = db.get(Person, person_id)
    if person is None:
        raise NotFound("Personen finns inte.")
    return person


def state_of(person: Person) -> str:
    """A mark that is another one once the name, the e-mail or the protection has been changed."""
    known = (person.name, person.email, person.protected)
    return hashlib.sha256(repr(known).encode()).hexdigest()[:16]


def matching(db: Session, text: str) -> list[Person]:
    """At most 20 people whose key is the text or whose name has it, by name; a protected one by its whole key only."""
    wanted = text.casefold()  # here: SQLite's lower() knows a to z only, PostgreSQL's what its locale knows
    rows = db.execute(select(Person.id, Person.key, Person.name, Person.protected))
    fitting = [
        (sort_key(name), person)
        for person, key, name, protected in rows
        if key == text or (not protected and wanted in name.casefold())
    ]
    first = [person for _, person in sorted(fitting)[:20]]
    found = {person.id: person for person in db.scalars(select(Person).where(Person.id.in_(first)))}
    return [found[person] for person in first]
