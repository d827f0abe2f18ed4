"""Reading people and units."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, CompoundSelect, Row, func, literal, select, union_all
from sqlalchemy.orm import Session

from course.errors import NotFound
from course.organisation.person import looked_up
from course.organisation.population import Population, UnitSpan
from course.organisation.tables import Membership, MembershipState, Person, SamePerson, UnitState
from course.schema import holds, holds_now, known
from course.sheet.problems import quoted
from course.swedish import folded, sort_key


@dataclass(frozen=True)
class FoundPerson:
    """Somebody who was looked for, and where, so that two of one name can be told apart."""

    id: int
    key: str
    name: str
    protected: bool
    units: tuple[str, ...] = ()


MOST_FOUND = 20
"""People that a look for a name finds."""


def person_by_key(db: Session, key: str) -> Person:
    """The person with that key from HR, whatever its case, its width and what cannot be seen. Raises NotFound."""
    found = people_by_key(db, [key])
    if not found:
        raise NotFound(f"Det finns ingen person med numret {quoted(key.strip())}.", "nummer")
    return person_by_id(db, found[key])


def people_by_key(db: Session, keys: Collection[str]) -> dict[str, int]:
    """{key as it was typed: the person who has it, whatever its case}, without those that nobody has."""
    exact = dict(db.execute(select(Person.key, Person.id).where(Person.key.in_([key.strip() for key in keys]))).all())
    rest = {looked_up(key) for key in keys if key.strip() not in exact}
    lower = func.lower(Person.key)
    rows = select(lower, Person.id).where(lower.in_(rest)).order_by(Person.id.desc())
    folded: dict[str, int] = dict(db.execute(rows).all()) if rest else {}
    found = {key: exact.get(key.strip(), folded.get(looked_up(key))) for key in keys}
    return {key: person for key, person in found.items() if person is not None}


def human_of(db: Session, person_id: int) -> int:
    """The row that stands for the human: the person itself, or the one it is linked to."""
    main = db.execute(
        select(SamePerson.main_id).where(SamePerson.person_id == person_id, SamePerson.superseded_at.is_(None))
    ).scalar_one_or_none()
    return person_id if main is None else main


def same_human(person: ColumnElement[int]) -> CompoundSelect[int]:
    """The ids of all rows that are the same human as a person, as known now: a subquery."""
    live = SamePerson.superseded_at.is_(None)
    main = func.coalesce(
        select(SamePerson.main_id).where(SamePerson.person_id == person, live).scalar_subquery(), person
    )
    linked = select(SamePerson.person_id).where(SamePerson.main_id == main, live)
    return union_all(select(main.label("id")), linked)


def unlinked_at(db: Session, person_id: int) -> set[datetime]:
    """The instants at which a link of any of the human's numbers was ended."""
    human = same_human(literal(person_id))
    rows = select(SamePerson.superseded_at).where(SamePerson.person_id.in_(human) | SamePerson.main_id.in_(human))
    return {at for at in db.scalars(rows) if at is not None}


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


def titles(db: Session, known_at: datetime) -> list[str]:
    """Every title that stands in a list of people or was written by hand, as known at the instant, in Swedish order."""
    rows = select(MembershipState.title).where(known(MembershipState, known_at), MembershipState.title != "")
    return sorted(db.scalars(rows.distinct()), key=lambda title: (sort_key(title), title))


def as_spelled(db: Session, populations: Sequence[Population]) -> list[Population]:
    """The populations with every spelling of their titles that there has ever been."""
    if not any(each.titles for each in populations):
        return list(populations)
    spellings = sorted(db.scalars(select(MembershipState.title).distinct()))
    return [each.spelled(spellings) for each in populations]


def unit_id_by_code(db: Session, code: str, day: date, known_at: datetime) -> int:
    """The unit that has the code on the day, whatever its case. Raises NotFound."""
    found = units_by_code(db, [code], day, known_at)
    if code not in found:
        raise NotFound(f"Det finns ingen enhet med koden {quoted(code.strip())}.", "enhet")
    return found[code]


def units_by_code(db: Session, codes: Iterable[str], day: date, known_at: datetime) -> dict[str, int]:
    """{code as it was typed: the unit that has it on the day, whatever its case}, without those that no unit has."""
    there = dict(db.execute(select(UnitState.code, UnitState.unit_id).where(holds(UnitState, day, known_at))).all())
    folded = {looked_up(code): there[code] for code in sorted(there, reverse=True)}
    found = {code: there.get(code.strip(), folded.get(looked_up(code))) for code in codes}
    return {code: unit for code, unit in found.items() if unit is not None}


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


def matching(db: Session, text: str, day: date) -> list[FoundPerson]:
    """The first MOST_FOUND people whose number is the text or whose name has all its words, with their units.

    Case and accents do not matter, nor the words' order: "Ek, André" finds Andre Ek. A protected person is found by the
    whole number only.
    """
    number, words = looked_up(text), folded(text.replace(",", " ")).split()
    rows = db.execute(select(Person.id, Person.key, Person.name, Person.protected))
    fitting = [
        (person.protected, sort_key(person.name), person)
        for person in rows
        if looked_up(person.key) == number or (words and not person.protected and _has(person.name, words))
    ]
    return _with_units(db, [person for *_, person in sorted(fitting, key=lambda each: each[:2])[:MOST_FOUND]], day)


def found_people(db: Session, wanted: Sequence[int], day: date) -> list[FoundPerson]:
    """The people with the ids, in their order, as matching shows them; an id of nobody is passed over."""
    rows = db.execute(select(Person.id, Person.key, Person.name, Person.protected).where(Person.id.in_(wanted)))
    found = {person.id: person for person in rows}
    return _with_units(db, [found[person] for person in dict.fromkeys(wanted) if person in found], day)


def _with_units(db: Session, people: Sequence[Row[int, str, str, bool]], day: date) -> list[FoundPerson]:
    units = _unit_names(db, [person.id for person in people if not person.protected], day)
    return [FoundPerson(*person, tuple(units.get(person.id, ()))) for person in people]


def _has(name: str, words: Iterable[str]) -> bool:
    plain = folded(name)
    return all(word in plain for word in words)


def _unit_names(db: Session, people: Sequence[int], day: date) -> dict[int, list[str]]:
    """{person: the names of the units that the person belongs to on the day, as known now}."""
    rows = (
        select(Membership.person_id, UnitState.name)
        .join(MembershipState, MembershipState.membership_id == Membership.id)
        .join(UnitState, UnitState.unit_id == MembershipState.unit_id)
        .where(Membership.person_id.in_(people), holds_now(MembershipState, day), holds_now(UnitState, day))
        .distinct()
    )
    found: dict[int, list[str]] = {}
    for person, name in sorted(db.execute(rows), key=lambda row: sort_key(row.name)):
        found.setdefault(person, []).append(name)
    return found
