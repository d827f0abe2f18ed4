"""What every table shares: column types, dated facts, and the triggers that keep facts as they were written.

Two kinds of rows (DECISIONS.md, "Facts and dated facts"):

- a *fact* is written once: its table says `info=FACT`;
- a *dated fact* says what held from–to: its table derives from Dated and says `info=dated(...)`.

The triggers are made from that `info`, by `create_all` and again after every migration.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    MetaData,
    Table,
    TypeDecorator,
    and_,
    event,
    or_,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

FACT: dict[str, Any] = {"rows": "fact"}
GUARD = "retention_guard"
"""While this table holds a row, a retention run may delete; the run removes the row before it commits."""


class UtcDateTime(TypeDecorator[datetime]):
    """A timezone-aware instant in UTC, on SQLite too, which would give it back naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant must say its time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = JSON().with_variant(JSONB(), "postgresql")
"""A JSON value; JSONB on PostgreSQL, whose plain JSON cannot be compared."""


class Base(DeclarativeBase):
    """The base of every mapped class."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime}  # noqa: RUF012 - SQLAlchemy reads it as a plain mapping


class Installation(Base):
    """The one row of this database: when it was last written to, and whether it is a demonstration.

    Every transaction raises `written_us` (microseconds since 1970, UTC) first of all, so that recorded instants
    strictly rise whatever the clock does, and the newest one is known without looking at any other table.
    """

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    written_us: Mapped[int] = mapped_column(BigInteger)
    demonstration: Mapped[bool] = mapped_column(default=False)


class Dated:
    """The columns of a dated fact: it holds from–to, both days inclusive, as known from `recorded_at` on."""

    valid_from: Mapped[date]
    valid_to: Mapped[date]
    recorded_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]

    @declared_attr
    def recorded_by(self) -> Mapped[int | None]:
        """The person who recorded it; NULL is the command line."""
        return mapped_column(ForeignKey("person.id"))

    @declared_attr
    def superseded_by(self) -> Mapped[int | None]:
        return mapped_column(ForeignKey("person.id"))


def fact_unless(condition: str, message: str) -> dict[str, Any]:
    """The `info` of a fact that may not be added while the SQL condition on NEW holds."""
    return {**FACT, "refused": ((condition, message),)}


def dated_args(
    table: str, *head: str, unique_on_a_day: str = "", refused: tuple[tuple[str, str], ...] = ()
) -> tuple[CheckConstraint, Index, dict[str, Any]]:
    """`__table_args__` that every dated table has: its period is a period, its head is indexed, its triggers.

    Live states with the same `head` columns never overlap. `unique_on_a_day` names a column of which no two live
    states, whatever their head, share a value on a day; `refused` is as in fact_unless.
    """
    return (
        CheckConstraint("valid_from <= valid_to", name="period"),
        Index(f"ix_{table}_head", *head),
        {"info": {"rows": "dated", "head": head, "unique_on_a_day": unique_on_a_day, "refused": refused}},
    )


def known(state: type[Dated], at: datetime) -> ColumnElement[bool]:
    """Whether the state was known at the instant `at`."""
    return and_(state.recorded_at <= at, or_(state.superseded_at.is_(None), state.superseded_at > at))


def holds(state: type[Dated], day: date, at: datetime) -> ColumnElement[bool]:
    """Whether the state holds on `day`, as known at the instant `at`."""
    return and_(state.valid_from <= day, state.valid_to >= day, known(state, at))


def make_triggers(connection: Connection, metadata: MetaData = Base.metadata) -> None:
    """Make every trigger anew from the tables' `info`. Safe to run again; wants all tables to exist."""
    statements = _postgresql_triggers if connection.dialect.name == "postgresql" else _sqlite_triggers
    for table in metadata.sorted_tables:
        if "rows" in table.info:
            for statement in statements(table):
                connection.exec_driver_sql(statement)


@event.listens_for(Base.metadata, "after_create")
def _after_create(metadata: MetaData, connection: Connection, **_: Any) -> None:
    make_triggers(connection, metadata)


def _insert_checks(table: Table, same: str) -> Iterable[tuple[str, str]]:
    """The (condition, message) pairs on NEW under which a row may not be added."""
    info = table.info
    yield from info.get("refused", ())
    if info["rows"] != "dated":
        return
    equal = {name: same if table.columns[name].nullable else "=" for name in info["head"]}  # only = finds an index
    head = " AND ".join(f'other."{name}" {sign} NEW."{name}"' for name, sign in equal.items())
    meets = "other.superseded_at IS NULL AND other.valid_from <= NEW.valid_to AND NEW.valid_from <= other.valid_to"
    others = f'EXISTS (SELECT 1 FROM "{table.name}" AS other WHERE NEW.superseded_at IS NULL AND {meets} AND '
    yield f"{others}{head})", "live states overlap"
    if column := info["unique_on_a_day"]:
        yield f'{others}other."{column}" = NEW."{column}")', f"{column} is taken on a day"


def _changed(table: Table, differs: str) -> str:
    """The condition under which an UPDATE does more than end a live state."""
    if table.info["rows"] == "fact":
        return "TRUE"
    kept = [column.name for column in table.columns if column.name not in ("superseded_at", "superseded_by")]
    changed = " OR ".join(f'NEW."{name}" {differs} OLD."{name}"' for name in kept)
    return f"OLD.superseded_at IS NOT NULL OR NEW.superseded_at IS NULL OR {changed}"


def _sqlite_triggers(table: Table) -> Iterable[str]:
    name = table.name

    def trigger(operation: str, suffix: str, condition: str, message: str) -> Iterable[str]:
        yield f'DROP TRIGGER IF EXISTS "{name}_{suffix}"'
        yield (
            f'CREATE TRIGGER "{name}_{suffix}" BEFORE {operation} ON "{name}" WHEN {condition}'
            f" BEGIN SELECT RAISE(ABORT, '{name}: {message}'); END"
        )

    yield from trigger("UPDATE", "no_update", _changed(table, "IS NOT"), "rows are never changed")
    yield from trigger("DELETE", "no_delete", f"NOT EXISTS (SELECT 1 FROM {GUARD})", "rows are never deleted")
    for number, (condition, message) in enumerate(_insert_checks(table, "IS"), start=1):
        yield from trigger("INSERT", f"no_insert_{number}", condition, message)


def _postgresql_triggers(table: Table) -> Iterable[str]:
    name = table.name
    checks = [
        ("UPDATE", _changed(table, "IS DISTINCT FROM"), "rows are never changed"),
        ("DELETE", f"NOT EXISTS (SELECT 1 FROM {GUARD})", "rows are never deleted"),
        ("TRUNCATE", "TRUE", "rows are never deleted"),
        *(("INSERT", *check) for check in _insert_checks(table, "IS NOT DISTINCT FROM")),
    ]
    # Two writers who cannot yet see each other's row would both pass the overlap check.
    lock = f"PERFORM pg_advisory_xact_lock(hashtext('{name}'));" if table.info["rows"] == "dated" else ""
    body = " ".join(
        f"IF TG_OP = '{operation}' THEN IF {condition} THEN RAISE EXCEPTION '{name}: {message}'"
        " USING ERRCODE = 'integrity_constraint_violation'; END IF; END IF;"
        for operation, condition, message in checks
    )
    yield (
        f'CREATE OR REPLACE FUNCTION "{name}_guard"() RETURNS trigger LANGUAGE plpgsql AS $$'
        f" BEGIN {lock} {body} IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
    )
    for scope, operations, each in (("rows", "INSERT OR UPDATE OR DELETE", "ROW"), ("all", "TRUNCATE", "STATEMENT")):
        yield f'DROP TRIGGER IF EXISTS "{name}_{scope}" ON "{name}"'
        yield (
            f'CREATE TRIGGER "{name}_{scope}" BEFORE {operations} ON "{name}"'
            f' FOR EACH {each} EXECUTE FUNCTION "{name}_guard"()'
        )
