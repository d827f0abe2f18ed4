"""Whether the database is whole: what an administrator runs by night, and after a restore or an upgrade.

Reads only, and finds everything that is wrong rather than the first thing.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import Column, ForeignKey, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from course.audit.queries import first_broken
from course.content.actions import digest_of
from course.content.load import load_course
from course.content.queries import current, newest_release_id
from course.content.tables import Media, Release
from course.report.catalogue import REPORTS
from course.report.table import Table, Value
from course.schema import Base, altered_triggers

SOME = 10
"""At most so many faults of one kind are told."""
ADDS_UP = {
    ("status", "members"): "covered exempt expired outdated under_way not_started",
    ("routes", "covered"): "quiz test mixed platform workshop paper",
    ("reached_routes", "reached"): "quiz test mixed platform workshop paper",
    ("identity", "members"): "at_start joined -left moved_in -moved_out",
    ("bridge", "reached"): (
        "covered -covered_before_period -covered_outside_population"
        " reached_left_or_moved reached_expired reached_outdated"
    ),
}
"""{(group, figure): the figures of the group that it is the sum of}; those with a minus are taken away."""


def problems(db: Session, day: date, known_at: datetime) -> Iterable[str]:
    """Everything that is wrong, in Swedish; nothing when the database is whole.

    The figures are checked for a day, as known at an instant.
    """
    checks: tuple[tuple[str, Callable[[], Iterable[str]]], ...] = (
        ("lagringen", lambda: _storage(db)),
        ("rader som pekar på andra", lambda: _orphans(db)),
        ("triggrarna", lambda: _triggers(db)),
        ("kursernas versioner", lambda: _releases(db)),
        ("loggen", lambda: _log(db)),
        ("siffrorna", lambda: _figures(db, day, known_at)),
    )
    for what, check in checks:
        try:
            yield from check()
        except (DBAPIError, ValueError) as fault:  # ValueError: a day, a JSON or a release that is none
            db.rollback()
            yield f"{what} går inte att läsa: {str(getattr(fault, 'orig', fault)).strip().splitlines()[0]}"


def _storage(db: Session) -> Iterable[str]:
    """SQLite checks itself. On PostgreSQL every row is read whole, and no index or condition may be half made."""
    if db.get_bind().dialect.name == "sqlite":
        faults = db.connection().exec_driver_sql(f"PRAGMA integrity_check({SOME})").scalars()
        yield from (f"lagringen är skadad: {fault}" for fault in faults if fault != "ok")
        return
    for table in Base.metadata.sorted_tables:
        db.execute(text(f'SELECT sum(length(CAST(whole AS text))) FROM "{table.name}" AS whole'))  # noqa: S608 - our table
    half_made = """
        SELECT 'indexet ' || CAST(indexrelid AS regclass) FROM pg_index WHERE NOT indisvalid
        UNION ALL SELECT 'villkoret ' || conname FROM pg_constraint WHERE NOT convalidated
    """
    yield from (f"lagringen: {what} gäller inte alla rader" for what in db.execute(text(half_made)).scalars())


def _orphans(db: Session) -> Iterable[str]:
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            for key in column.foreign_keys:
                if count := _without_parent(db, column, key):
                    yield f"{table.name}: {count} rader har en {column.name} som inte finns i {key.column.table.name}"


def _without_parent(db: Session, column: Column[object], key: ForeignKey) -> int:
    parent = key.column.table.alias()
    there = select(1).where(parent.c[key.column.name] == column)
    return db.execute(select(func.count()).where(column.is_not(None), ~there.exists())).scalar_one()


def _triggers(db: Session) -> Iterable[str]:
    for table in altered_triggers(db.connection()):
        yield f"{table}: triggrarna saknas eller är ändrade; flask db upgrade gör dem på nytt"


def _releases(db: Session) -> Iterable[str]:
    """Each release can still be read, is what was published, and has its pictures."""
    pictures = set(db.scalars(select(Media.digest)))
    for release in db.scalars(select(Release).order_by(Release.id)).yield_per(10):
        where = f"{release.course}, version {release.id}"
        if load_course(release.sources).course is None:
            yield f"{where}: kursen går inte att läsa"
        if digest_of(release.sources) != release.digest:
            yield f"{where}: texterna är inte de som publicerades"
        for path, digest in release.sources.items():
            if "/media/" in path and digest not in pictures:
                yield f"{where}: bilden {path} saknas"


def _log(db: Session) -> Iterable[str]:
    broken = first_broken(db)
    if broken is not None:
        yield f"loggen: kedjan är bruten vid rad {broken}; raden, eller en före den, är ändrad eller borta"


def _figures(db: Session, day: date, known_at: datetime) -> Iterable[str]:
    """The figures of each course add up, in themselves and by unit."""
    for name, release in current(db, newest_release_id(db)).items():
        report = REPORTS["coverage"].build(db, name, release.course.audience, day, known_at)
        for what in (*sums(report), *rows(report)):
            yield f"{name}: {what} går inte ihop den {day.isoformat()}"


def sums(report: Table) -> Iterable[str]:
    """The groups of figures that do not add up."""
    for group in report.groups:
        values = {figure.key: figure.value for figure in group.figures}
        for (where, key), terms in ADDS_UP.items():
            if where == group.key and values[key] != sum(_term(term, values) for term in terms.split()):
                yield f"”{group.title}”"


def _term(term: str, values: Mapping[str, Value]) -> int:
    value = _count(values[term.removeprefix("-")])
    return -value if term.startswith("-") else value


def rows(report: Table) -> Iterable[str]:
    """The columns in which the top lines are not together the line of all."""
    for number, column in enumerate(report.columns):
        if column.key != "share":
            total = sum(_count(row.values[number]) for row in report.rows if row.kind == "total")
            parts = sum(_count(row.values[number]) for row in report.rows if row.kind != "total" and row.level == 0)
            if total != parts:
                yield f"kolumnen ”{column.label}”"


def _count(value: Value) -> int:
    assert isinstance(value, int)  # noqa: S101 - what is added up are counts
    return value
