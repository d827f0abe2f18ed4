"""Reading a list of people in, and taking that back."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, case, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from course.access.tables import Grant
from course.audit.actions import record
from course.db import is_demonstration
from course.errors import Conflict, Invalid, NotFound
from course.organisation.population import Population
from course.organisation.tables import (
    PROTECTED,
    Import,
    ImportBefore,
    ImportDraft,
    Membership,
    MembershipState,
    Person,
    Unit,
    UnitState,
)
from course.roster.known import Shape, Terms
from course.roster.plan import Plan
from course.roster.queries import DRAFT_LIFE, befores, newest_as_of
from course.roster.states import Change, Held, Ref
from course.sheet.problems import file_name
from course.target.tables import TargetState

CHUNK = 500
State = type[MembershipState] | type[UnitState]
_number_told = case((Person.protected, f"En {PROTECTED.lower()}"), else_=Person.key)


@dataclass(frozen=True)
class Origin:
    """Where a list comes from: `kind` is employees or officials, `digest` the SHA-256 of the file's bytes."""

    kind: str
    source: str
    file_name: str
    digest: str

    @property
    def audience(self) -> str:
        """Whom the list is about."""
        return "employee" if self.kind == "employees" else "official"


def check_as_of(db: Session, source: str, as_of: date) -> None:
    """Raise Conflict in a demonstration, Invalid for a day before the source's newest import."""
    if is_demonstration(db):
        raise Conflict("Det här är en demonstration med påhittade personer. Riktiga listor läses inte in här.")
    newest = newest_as_of(db, source)
    if newest and as_of < newest:
        raise Invalid(f"Listan från ”{source}” är redan inläst per {newest}. Välj den dagen eller en senare.", "per")


def apply_plan(db: Session, plan: Plan, origin: Origin, *, by: int | None, at: datetime) -> int:
    """Write everything that the plan says; gives the import's id. Raises as check_as_of does.

    What is written and superseded carries `at`, by which undo_import finds it again.
    """
    check_as_of(db, origin.source, plan.as_of)
    number = add_import(db, origin, plan.as_of, plan.counts, undoes=None, by=by, at=at)
    db.execute(
        delete(ImportBefore).where(ImportBefore.import_id.in_(select(Import.id).where(Import.source == origin.source)))
    )
    _write_people(db, plan, number)
    keys = dict(db.execute(select(Person.key, Person.id)).all())
    units = _write_units(db, plan.units, keys, origin.source, by=by, at=at)
    _write_memberships(db, plan.memberships, keys, units, origin, by=by, at=at)
    record(db, "people.import", str(number), {"source": origin.source, **plan.counts}, by=by, at=at)
    return number


def undo_import(db: Session, source: str, *, seen: int | None = None, by: int | None, at: datetime) -> int:
    """Take the source's newest import back: every figure is then what it was before. Gives the undo's id.

    `seen` is the import that somebody chose to undo. Raises NotFound without an import to undo, Conflict when another
    has come since, or with a list of what was changed since.
    """
    newest = db.scalars(
        select(Import).where(Import.source == source, Import.kind != "evidence").order_by(Import.id.desc()).limit(1)
    ).first()
    if newest is None or newest.undoes is not None:
        raise NotFound(f"Det finns ingen import från ”{source}” att ångra. Bara den senaste kan ångras, en gång.")
    if seen is not None and seen != newest.id:
        raise Conflict(f"Import {newest.id} från ”{source}” har kommit efter import {seen}. Inget är ångrat.")
    changed = [*_people_changed(db, newest.id), *_states_changed(db, newest.at), *_units_chosen(db, newest.at)]
    if changed:
        raise Conflict("Importen går inte att ångra, för det här har ändrats sedan dess:\n" + "\n".join(changed))
    number = add_import(
        db,
        Origin(newest.kind, source, newest.file_name, newest.digest),
        newest.as_of,
        {},
        undoes=newest.id,
        by=by,
        at=at,
    )
    for table in (UnitState, MembershipState):
        _restore(db, table, newest.at, by=by, at=at)
    for before in befores(db, newest.id):
        db.execute(update(Person).where(Person.id == before.person_id).values(name=before.name, email=before.email))
    db.execute(delete(ImportBefore).where(ImportBefore.import_id == newest.id))
    record(db, "people.undo", str(number), {"source": source, "import": newest.id}, by=by, at=at)
    return number


def keep_draft(db: Session, origin: Origin, as_of: date, content: bytes, *, by: int, at: datetime) -> str:
    """Keep a file until somebody has decided on it, or for DRAFT_LIFE; gives its random id."""
    drop_old_drafts(db, at=at)
    number = secrets.token_urlsafe(16)
    row = {"id": number, "by": by, "at": at, "as_of": as_of, "content": content}
    named = {"kind": origin.kind, "source": origin.source, "file_name": file_name(origin.file_name)}
    db.execute(insert(ImportDraft).values(row | named))
    return number


def drop_old_drafts(db: Session, *, at: datetime) -> int:
    """Forget the files that nobody has decided on within DRAFT_LIFE; gives how many. They are whole lists of people."""
    return db.connection().execute(delete(ImportDraft).where(ImportDraft.at <= at - DRAFT_LIFE)).rowcount


def drop_draft(db: Session, draft_id: str) -> None:
    """Forget the file."""
    db.execute(delete(ImportDraft).where(ImportDraft.id == draft_id).execution_options(synchronize_session=False))


def add_import(
    db: Session,
    origin: Origin,
    as_of: date,
    counts: Mapping[str, int],
    *,
    undoes: int | None,
    by: int | None,
    at: datetime,
) -> int:
    """Record that a file was read in, or that this was undone; gives the row's id."""
    row = {
        "kind": origin.kind,
        "source": origin.source,
        "as_of": as_of,
        "file_name": file_name(origin.file_name),
        "digest": origin.digest,
        "counts": dict(counts),
        "by": by,
        "at": at,
        "undoes": undoes,
    }
    return db.execute(insert(Import).values(row).returning(Import.id)).scalar_one()


def _write_people(db: Session, plan: Plan, import_id: int) -> None:
    """Add who is new and rename who is called something else, remembering what it was."""
    new = [
        {"key": change.key, "name": change.name, "email": change.email, "protected": False}
        for change in plan.people
        if change.known is None
    ]
    if new:
        db.execute(insert(Person), new)
    renamed = [change for change in plan.people if change.known is not None]
    for change in renamed:
        if change.known:
            db.execute(update(Person).where(Person.id == change.known.id).values(name=change.name, email=change.email))
    if renamed:
        rows = [
            {
                "import_id": import_id,
                "person_id": change.known.id,
                "name": change.known.name,
                "email": change.known.email,
                "new_name": change.name,
                "new_email": change.email,
            }
            for change in renamed
            if change.known
        ]
        db.execute(insert(ImportBefore), rows)


def _write_units(
    db: Session, changes: Sequence[Change[Shape]], keys: Mapping[str, int], source: str, *, by: int | None, at: datetime
) -> dict[Ref, int]:
    """Make, change and close units; gives {code: id} of the new ones."""
    new = [change.head for change in changes if isinstance(change.head, str)]
    ids: dict[Ref, int] = dict(zip(new, _add_heads(db, Unit, [{"source": source} for _ in new]), strict=True))
    _supersede(db, UnitState, (number for change in changes for number in change.supersede), by=by, at=at)
    rows = [
        {
            "unit_id": ids.get(change.head, change.head) if change.head else None,
            "code": state.what.code,
            "name": state.what.name,
            "kind": state.what.kind,
            "parent_id": None if state.what.parent is None else ids.get(state.what.parent, state.what.parent),
            "manager_id": keys.get(state.what.manager),
            **_period(state, by, at),
        }
        for change in changes
        for state in change.write
    ]
    if rows:
        db.execute(insert(UnitState), rows)
    return ids


def _write_memberships(
    db: Session,
    changes: Sequence[Change[Terms]],
    keys: Mapping[str, int],
    units: Mapping[Ref, int],
    origin: Origin,
    *,
    by: int | None,
    at: datetime,
) -> None:
    new = [change for change in changes if change.head is None]
    heads = _add_heads(db, Membership, [{"person_id": keys[change.key], "source": origin.source} for change in new])
    made = {id(change): head for change, head in zip(new, heads, strict=True)}
    _supersede(db, MembershipState, (number for change in changes for number in change.supersede), by=by, at=at)
    rows = [
        {
            "membership_id": made.get(id(change), change.head),
            "unit_id": units.get(state.what.unit, state.what.unit),
            "audience": origin.audience,
            "title": state.what.title,
            "employment": state.what.employment,
            "counts": state.what.counts,
            **_period(state, by, at),
        }
        for change in changes
        for state in change.write
    ]
    if rows:
        db.execute(insert(MembershipState), rows)


def _period(state: Held[Any], by: int | None, at: datetime) -> dict[str, Any]:
    return {"valid_from": state.since, "valid_to": state.until, "recorded_at": at, "recorded_by": by}


def _add_heads(db: Session, table: type[Unit] | type[Membership], rows: list[dict[str, Any]]) -> list[int]:
    """Insert rows; gives their ids in the same order."""
    if not rows:
        return []
    return list(db.scalars(insert(table).returning(table.id, sort_by_parameter_order=True), rows))


def _supersede(db: Session, table: State, ids: Iterable[int], *, by: int | None, at: datetime) -> None:
    numbers = list(ids)
    for start in range(0, len(numbers), CHUNK):
        db.execute(
            update(table)
            .where(table.id.in_(numbers[start : start + CHUNK]))
            .values(superseded_at=at, superseded_by=by)
            .execution_options(synchronize_session=False)
        )


def _people_changed(db: Session, import_id: int) -> list[str]:
    """The people whose name or e-mail is another than the import left it."""
    rows = db.execute(
        select(ImportBefore.new_name, ImportBefore.new_email, _number_told, Person.name, Person.email)
        .join(Person, Person.id == ImportBefore.person_id)
        .where(ImportBefore.import_id == import_id)
        .order_by(ImportBefore.person_id)
    )
    return [
        f"{key}: namn eller e-post"
        for new_name, new_email, key, name, email in rows
        if (new_name, new_email) != (name, email)
    ]


def _states_changed(db: Session, import_at: datetime) -> list[str]:
    """The employments and units that somebody has changed after the import, or begun to use."""
    ours = [
        select(table.__table__.c[head]).where(or_(table.recorded_at == import_at, table.superseded_at == import_at))
        for table, head in ((MembershipState, "membership_id"), (UnitState, "unit_id"))
    ]
    codes = select(UnitState.code).where(UnitState.superseded_at == import_at)
    memberships = (
        select(_number_told)
        .join(Membership, Membership.person_id == Person.id)
        .join(MembershipState, MembershipState.membership_id == Membership.id)
        .where(
            _later(MembershipState, import_at),
            or_(MembershipState.membership_id.in_(ours[0]), MembershipState.unit_id.in_(ours[1])),
        )
    )
    units = select(UnitState.code).where(
        _later(UnitState, import_at),
        or_(UnitState.unit_id.in_(ours[1]), UnitState.parent_id.in_(ours[1]), UnitState.code.in_(codes)),
    )
    return [
        *(f"{key}: anställningen" for key in sorted(set(db.scalars(memberships)))),
        *(f"{code}: enheten" for code in sorted(set(db.scalars(units)))),
    ]


def _units_chosen(db: Session, import_at: datetime) -> list[str]:
    """The units that the import made and that a target or a role has come to be about."""
    older = select(UnitState.unit_id).where(UnitState.recorded_at < import_at)
    made = dict(
        db.execute(
            select(UnitState.unit_id, UnitState.code).where(
                UnitState.recorded_at == import_at, UnitState.unit_id.not_in(older)
            )
        ).all()
    )
    aimed = {
        unit
        for whole, groups in db.execute(
            select(TargetState.population, TargetState.groups).where(TargetState.superseded_at.is_(None))
        )
        for population in (whole, *groups.values())
        for unit in Population.from_json(population).units
    }
    granted = set(db.scalars(select(Grant.unit_id).where(Grant.superseded_at.is_(None), Grant.unit_id.is_not(None))))
    return [
        f"{code}: enheten står i {what}"
        for what, units in (("ett mål", aimed), ("en roll", granted))
        for unit, code in sorted(made.items(), key=lambda each: each[1])
        if unit in units
    ]


def _later(table: State, at: datetime) -> ColumnElement[bool]:
    return or_(table.recorded_at > at, table.superseded_at > at)


def _restore(db: Session, table: State, import_at: datetime, *, by: int | None, at: datetime) -> None:
    """Close what the import wrote, and write anew what it superseded."""
    own = db.scalars(select(table.id).where(table.recorded_at == import_at, table.superseded_at.is_(None)))
    _supersede(db, table, own.all(), by=by, at=at)
    skipped = {"id", "recorded_at", "recorded_by", "superseded_at", "superseded_by"}
    columns = [column for column in table.__table__.columns if column.name not in skipped]
    gone = db.execute(select(*columns).where(table.superseded_at == import_at)).mappings()
    rows = [{**row, "recorded_at": at, "recorded_by": by} for row in gone]
    if rows:
        db.execute(insert(table), rows)
