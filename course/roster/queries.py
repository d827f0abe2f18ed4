"""Reading what a list of people is compared with, and what was read in before."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, defer

from course import swedish
from course.access.policy import DUTIES
from course.access.tables import Grant
from course.errors import NotFound
from course.organisation.tables import (
    PROTECTED,
    Import,
    ImportBefore,
    ImportDraft,
    Membership,
    MembershipState,
    Person,
    SamePerson,
    Unit,
    UnitState,
)
from course.roster.known import BY_HAND, Known, KnownMembership, KnownPerson, KnownUnit, Shape, Terms
from course.roster.states import Held, Ref
from course.schema import remains

SHOWN = 20
DRAFT_LIFE = timedelta(days=1)
"""How long a file waits for somebody to decide on it."""
VERBS = {"joined": "började", "left": "slutade", "moved": "bytte enhet", "changed": "ändrades"}
"""What became of the people of each sort."""


@dataclass(frozen=True)
class ImportRow:
    """One import or undo, for reading; `by` is who did it as others may see it, None for the command line."""

    id: int
    kind: str
    source: str
    as_of: date
    file_name: str
    counts: dict[str, int]
    at: datetime
    by: str | None
    undoes: int | None
    undone: bool

    @property
    def words(self) -> str:
        """What it did: each kind of import counts what it has."""
        gone = " (ångrad)" if self.undone else ""
        if self.undoes:
            return f"Ångrade import {self.undoes}{gone}"
        if self.kind == "evidence":
            return f"{swedish.counted(self.counts.get('rows', 0), 'rad', 'rader')} med genomföranden{gone}"
        return ", ".join(f"{swedish.number(self.counts.get(sort, 0))} {verb}" for sort, verb in VERBS.items()) + gone


def known_of(db: Session, source: str, as_of: date) -> Known:
    """Everything a list of the source is compared with; eight statements whatever the number of people."""
    people = _people(db)
    keys = {person.id: person.key for person in people.values()}
    return Known(
        people,
        _memberships(db, source, keys),
        _units(db, keys, as_of),
        by_hand=_by_hand(db, as_of),
        on_duty=_on_duty(db, as_of),
    )


def last_imports(db: Session, source: str | None = None) -> list[ImportRow]:
    """The newest imports and undos, newest first."""
    rows = _imports().limit(SHOWN)
    return _read_imports(db, rows if source is None else rows.where(Import.source == source))


def newest_list(db: Session) -> ImportRow | None:
    """The newest list of people that was read in and not undone; None when there is none."""
    stands = _imports().where(Import.kind != "evidence", Import.undoes.is_(None), Import.id.not_in(_undone()))
    return next(iter(_read_imports(db, stands.limit(1))), None)


def _undone() -> Select[int | None]:
    return select(Import.undoes).where(Import.undoes.is_not(None))


def _imports() -> Select[Any]:
    """(import, who did it as others may see it, whether it was undone), newest first."""
    return (
        select(
            Import,
            case((Person.protected, PROTECTED), else_=Person.name),
            case((Import.id.in_(_undone()), 1), else_=0),
        )
        .outerjoin(Person, Person.id == Import.by)
        .order_by(Import.id.desc())
    )


def _read_imports(db: Session, rows: Select[Any]) -> list[ImportRow]:
    return [
        ImportRow(
            row.id,
            row.kind,
            row.source,
            row.as_of,
            row.file_name,
            row.counts,
            row.at,
            name,
            row.undoes,
            bool(gone),
        )
        for row, name, gone in db.execute(rows)
    ]


def drafts_waiting(db: Session, by: int, since: datetime) -> list[ImportDraft]:
    """The lists that the person has sent after the instant and not decided on, newest first."""
    waiting = select(ImportDraft).options(defer(ImportDraft.content))
    waiting = waiting.where(ImportDraft.by == by, ImportDraft.at > since).order_by(ImportDraft.at.desc())
    return list(db.scalars(waiting))


def count_old_drafts(db: Session, *, at: datetime) -> int:
    """How many files nobody has decided on within DRAFT_LIFE."""
    old = select(func.count()).select_from(ImportDraft).where(ImportDraft.at <= at - DRAFT_LIFE)
    return db.execute(old).scalar_one()


def newest_as_of(db: Session, source: str) -> date | None:
    """The day of the source's newest import that was not undone."""
    return db.execute(
        select(func.max(Import.as_of)).where(
            Import.source == source, Import.undoes.is_(None), Import.id.not_in(_undone()), Import.kind != "evidence"
        )
    ).scalar_one()


def list_days(db: Session, kind: str, known_at: datetime) -> dict[str, tuple[date, date]]:
    """{source: (day of its first, day of its newest) list} of those read in by the instant and not undone by it."""
    undone = select(Import.undoes).where(Import.undoes.is_not(None), Import.at <= known_at)
    rows = (
        select(Import.source, func.min(Import.as_of), func.max(Import.as_of))
        .where(Import.kind == kind, Import.undoes.is_(None), Import.at <= known_at, Import.id.not_in(undone))
        .group_by(Import.source)
    )
    return {source: (first, newest) for source, first, newest in db.execute(rows)}


def befores(db: Session, import_id: int) -> list[ImportBefore]:
    """The names and e-mails that the import changed."""
    return list(db.scalars(select(ImportBefore).where(ImportBefore.import_id == import_id)))


def draft(db: Session, draft_id: str, *, at: datetime) -> ImportDraft:
    """The file that waits to be read in. Raises NotFound, also when it has waited for longer than DRAFT_LIFE."""
    found = db.get(ImportDraft, draft_id)
    if found is None or found.at <= at - DRAFT_LIFE:
        raise NotFound("Filen finns inte kvar. Skicka den igen.")
    return found


def _people(db: Session) -> dict[str, KnownPerson]:
    links = select(SamePerson.person_id, SamePerson.main_id).where(SamePerson.superseded_at.is_(None)).subquery()
    rows = select(
        Person.id,
        Person.key,
        Person.name,
        Person.email,
        Person.protected,
        func.coalesce(links.c.main_id, Person.id),
    ).outerjoin(links, links.c.person_id == Person.id)
    return {row[1]: KnownPerson(*row) for row in db.execute(rows.order_by(Person.id))}


def _memberships(db: Session, source: str, keys: dict[int, str]) -> list[KnownMembership]:
    state = MembershipState
    rows = (
        select(
            Membership.id,
            Membership.person_id,
            state.id,
            state.valid_from,
            state.valid_to,
            state.unit_id,
            state.title,
            state.employment,
            state.counts,
        )
        .join(state, state.membership_id == Membership.id)
        .where(Membership.source == source, state.superseded_at.is_(None))
        .order_by(Membership.id, state.valid_from)
    )
    states: dict[tuple[int, str], list[Held[Terms]]] = defaultdict(list)
    for membership, person, number, since, until, unit, title, employment, counts in db.execute(rows):
        states[membership, keys[person]].append(Held(since, until, Terms(unit, title, employment, counts), number))
    return [KnownMembership(number, key, tuple(held)) for (number, key), held in states.items()]


def _by_hand(db: Session, as_of: date) -> frozenset[str]:
    """The keys of those who have an employment from `as_of` on that was added by hand."""
    rows = (
        select(Person.key)
        .join(Membership, Membership.person_id == Person.id)
        .join(MembershipState, MembershipState.membership_id == Membership.id)
        .where(Membership.source == BY_HAND, MembershipState.superseded_at.is_(None), MembershipState.valid_to >= as_of)
    )
    return frozenset(db.scalars(rows))


def _on_duty(db: Session, as_of: date) -> frozenset[str]:
    """The keys of those who have a duty from `as_of` on."""
    rows = select(Person.key).join(Grant, Grant.person_id == Person.id)
    return frozenset(db.scalars(rows.where(Grant.role.in_(DUTIES), remains(Grant, as_of))))


def _units(db: Session, keys: dict[int, str], as_of: date) -> dict[int, KnownUnit]:
    state = MembershipState
    people = (
        select(state.unit_id, Membership.source)
        .join(Membership, Membership.id == state.membership_id)
        .where(state.superseded_at.is_(None), state.valid_to >= as_of)
    )
    peopled: dict[int, set[str]] = defaultdict(set)
    for unit, source in db.execute(people.distinct()):
        peopled[unit].add(source)
    rows = (
        select(
            Unit.id,
            Unit.source,
            UnitState.id,
            UnitState.valid_from,
            UnitState.valid_to,
            UnitState.code,
            UnitState.name,
            UnitState.kind,
            UnitState.parent_id,
            UnitState.manager_id,
        )
        .join(UnitState, UnitState.unit_id == Unit.id)
        .where(UnitState.superseded_at.is_(None))
        .order_by(Unit.id, UnitState.valid_from)
    )
    states: dict[tuple[int, str], list[Held[Shape]]] = defaultdict(list)
    for unit, maker, number, since, until, code, name, kind, parent, manager in db.execute(rows):
        above: Ref | None = parent
        shape = Shape(code, name, kind, above, keys[manager] if manager else "")
        states[unit, maker].append(Held(since, until, shape, number))
    owners = _unit_owners(db)
    return {
        unit: KnownUnit(unit, owners.get(unit, maker), tuple(held), frozenset(peopled[unit]))
        for (unit, maker), held in states.items()
    }


def _unit_owners(db: Session) -> dict[int, str]:
    """{unit: the list that wrote of it last}, as the instants of the imports that stand tell."""
    wrote = (
        select(UnitState.unit_id, Import.source)
        .join(Import, Import.at == UnitState.recorded_at)
        .where(Import.undoes.is_(None), Import.id.not_in(_undone()))
        .order_by(Import.id)
    )
    return dict(db.execute(wrote).all())
