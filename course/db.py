"""The database: its engine, and the one way to write.

Reading takes no lock. Writing goes through `transaction()` alone: it takes the write lock, only then reads the
clock, and commits when its block ends. See DECISIONS.md, "One write lock".
"""

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from inspect import iscoroutinefunction
from pathlib import Path
from time import monotonic
from typing import Any

import sqlean
from flask import Flask, current_app
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import Connection, Engine, bindparam, case, event, make_url, select, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from course import clock
from course.config import BadSettings, Settings
from course.errors import TookTooLong
from course.schema import Installation
from course.turn import turn

log = logging.getLogger(__name__)


class RequestSession(Session):
    """The session of one request."""

    def close(self) -> None:
        """Let go of the connection; when it broke after the answer was made, the answer stands."""
        try:
            super().close()
        except OperationalError:
            self.invalidate()


database = SQLAlchemy(session_options={"class_": RequestSession, "expire_on_commit": False})

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
FIRST_SOUND_SQLITE = (3, 51, 3)
"""Older engines have the WAL-reset bug (sqlite.org/wal.html#walresetbug): they lose committed rows in WAL mode."""
LONGEST_WAIT = 10
"""Seconds for which a writer waits for its turn."""
LONGEST_READ = 30
"""Seconds for which the figures may keep the database at work."""
STEPS = 100_000
"""Instructions of SQLite's between two looks at the clock: some milliseconds."""
QUERY_CANCELED = "57014"
"""What PostgreSQL calls a statement that took too long."""


def init_app(app: Flask, settings: Settings) -> None:
    """Give the app its engine."""
    url = make_url(settings.database_url)
    options: dict[str, Any] = {"url": url, "pool_size": 8, "max_overflow": 24, "hide_parameters": True}
    if url.get_backend_name() == "sqlite":
        options["module"] = sqlean
    else:
        options["pool_pre_ping"] = True
        options["connect_args"] = {"connect_timeout": 5, "options": f"-c timezone=UTC -c lock_timeout={LONGEST_WAIT}s"}
    app.config["SQLALCHEMY_ENGINES"] = {"default": options}
    database.init_app(app)
    # Closing asynchronous sessions, of which there are none, would start a thread after every request: 4 ms.
    app.teardown_appcontext_funcs[:] = [each for each in app.teardown_appcontext_funcs if not iscoroutinefunction(each)]
    with app.app_context():
        if url.get_backend_name() == "sqlite":
            _prepare_sqlite(database.engine)


def check_reachable() -> None:
    """Raise BadSettings with one line when the database cannot be opened. Waits for a migration or restore to end."""
    try:
        with file_lock(), database.engine.connect() as connection:
            connection.execute(select(1))
    except SQLAlchemyError as fault:
        if isinstance(getattr(fault, "orig", None), TimeoutError):
            raise BadSettings(
                "Det går inte att skriva i databasen just nu (någon annan håller den låst). Ingenting har ändrats;"
                " försök igen."
            ) from None
        reason = str(getattr(fault, "orig", None) or fault).strip().splitlines()[0]
        where = database.engine.url.render_as_string(hide_password=True)
        raise BadSettings(f"the database {where} cannot be opened: {reason}") from None


def journal_mode(version: tuple[int, ...] = sqlean.sqlite_version_info) -> tuple[str, str]:
    """The (journal mode, synchronous) in which this SQLite engine keeps every committed row at a power cut."""
    return ("WAL", "FULL") if version >= FIRST_SOUND_SQLITE else ("DELETE", "EXTRA")


def _prepare_sqlite(engine: Engine) -> None:
    mode, synchronous = journal_mode()
    log.info("SQLite %s, journal %s, synchronous %s", sqlean.sqlite_version, mode, synchronous)

    @event.listens_for(engine, "do_connect")
    def create(*_: Any) -> None:
        _close_to_others(Path(str(engine.url.database)))

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy's begin event speaks instead of the driver
        for pragma in (
            f"busy_timeout={LONGEST_WAIT}000",
            f"journal_mode={mode}",
            f"synchronous={synchronous}",
            "foreign_keys=ON",
            "recursive_triggers=ON",  # else INSERT OR REPLACE deletes past the triggers
            "trusted_schema=OFF",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("write"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:  # cannot fail, so SQLAlchemy need not translate what it raises: a tenth of a millisecond
            connection.connection.cursor().execute("BEGIN")


def _close_to_others(path: Path) -> None:
    """Make a database that is missing so that its owner alone may read it, and close one that is open to others.

    SQLite gives the files beside it the same mode. The file is never opened here when it is there: closing it would
    drop the locks of every connection of the process.
    """
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        for each in (path, *(path.with_name(path.name + ending) for ending in ("-wal", "-shm"))):
            with suppress(FileNotFoundError, PermissionError):  # somebody else's is that one's to close
                if each.stat().st_mode & 0o077:
                    each.chmod(0o600)
    except OSError:
        return  # connecting says what is wrong


@contextmanager
def transaction() -> Iterator[tuple[Session, datetime]]:
    """One write: gives the session and the instant of the write (UTC, later than every earlier write's).

    Commits when the block ends, rolls back when it raises. Do no hashing, mail or network inside.
    """
    session = database.session
    session.rollback()  # a reading under way would be an older snapshot than the lock
    with file_lock():
        try:
            connection = session.connection(execution_options={"write": True})
            yield session, _next_instant(connection)
            session.commit()
        except BaseException:
            session.rollback()
            raise


@contextmanager
def time_limit(db: Session, seconds: float | None = None) -> Iterator[None]:
    """Give up a reading after LONGEST_READ or other seconds: raises TookTooLong, and lets go of what was read.

    On SQLite the statements of the block may together take so long, on PostgreSQL each of them.
    """
    seconds = LONGEST_READ if seconds is None else seconds
    connection = db.connection()
    lifted = _limit_sqlite if connection.dialect.name == "sqlite" else _limit_postgresql
    try:
        with lifted(connection, seconds):
            yield
    except OperationalError as fault:
        interrupted = str(fault.orig) == "interrupted" or getattr(fault.orig, "sqlstate", "") == QUERY_CANCELED
        if not interrupted:
            raise
        db.rollback()
        log.warning("a reading was given up after %s s", seconds)
        raise TookTooLong(f"Databasen hann inte räkna färdigt på {seconds:g} sekunder.") from fault


@contextmanager
def _limit_sqlite(connection: Connection, seconds: float) -> Iterator[None]:
    ends = monotonic() + seconds
    driver: Any = connection.connection.driver_connection
    driver.set_progress_handler(lambda: monotonic() > ends, STEPS)
    try:
        yield
    finally:
        driver.set_progress_handler(None, STEPS)


@contextmanager
def _limit_postgresql(connection: Connection, seconds: float) -> Iterator[None]:
    limit = "SELECT set_config('statement_timeout', %s, TRUE)"
    connection.exec_driver_sql(limit, (f"{round(seconds * 1000)}ms",))
    yield
    connection.exec_driver_sql(limit, ("0",))


@contextmanager
def file_lock() -> Iterator[None]:
    """Queue SQLite's writers in the kernel: BEGIN IMMEDIATE alone polls, and lets some writer starve.

    Raises OperationalError when it is not our turn within LONGEST_WAIT; see DECISIONS.md, "Waiting for one's turn".
    """
    url = database.engine.url
    if url.get_backend_name() != "sqlite":
        yield
        return
    with ExitStack() as held:
        try:
            held.enter_context(turn(str(url.database), LONGEST_WAIT))
        except OSError as fault:  # too late, or a full or read-only disk: the database's fault, told as such
            raise OperationalError("lock", None, fault) from fault
        yield


_now = bindparam("now", type_=Installation.written_us.type)
_raise_instant = {
    dialect: upsert(Installation)
    .values(id=1, written_us=_now, demonstration=False)
    .on_conflict_do_update(
        index_elements=["id"],
        set_={"written_us": case((Installation.written_us < _now, _now), else_=Installation.written_us + 1)},
    )
    .returning(Installation.written_us)
    for dialect, upsert in (("sqlite", sqlite_insert), ("postgresql", postgresql_insert))
}


def _next_instant(connection: Connection) -> datetime:
    """Raise the installation's instant past every earlier one; on PostgreSQL its row is the write lock."""
    now = (clock.now() - EPOCH) // TICK
    written = connection.execute(_raise_instant[connection.dialect.name], {"now": now}).scalar_one()
    if written - now > 2_000_000:
        log.warning("the clock is %s s behind the newest stored instant", (written - now) // 1_000_000)
    return EPOCH + written * TICK


def newest_instant(db: Session) -> datetime | None:
    """The instant of the newest committed write, in UTC; None when nothing was ever written."""
    written = db.execute(select(Installation.written_us)).scalar_one_or_none()
    return None if written is None else EPOCH + written * TICK


ROOM = 16_000_000
"""Bytes that must be free on the disk of a SQLite database: less is gone before anybody has read of it."""
_may_write = text(
    "SELECT current_setting('transaction_read_only') = 'off' AND has_table_privilege('installation', 'UPDATE')"
)


def why_not_writable(db: Session) -> str:
    """Why nothing can be stored here, in words that disclose nothing; '' when it can. Neither writes nor locks."""
    if db.get_bind().dialect.name != "sqlite":
        return "" if db.execute(_may_write).scalar_one() else "databasen går inte att skriva i"
    path = str(database.engine.url.database)
    folder = os.path.dirname(path) or "."  # noqa: PTH120 - pathlib raises where one may not even look
    beside = (path + ending for ending in ("-wal", "-shm", ".lock", ".line"))
    needed = [folder, path, *(each for each in beside if os.path.exists(each))]  # noqa: PTH110
    if not all(os.access(each, os.W_OK) for each in needed):
        return "databasen går inte att skriva i"
    return "" if shutil.disk_usage(folder).free > ROOM else "disken är full"


def is_demonstration(db: Session) -> bool:
    """Whether this whole database is a demonstration with fictional people."""
    return bool(db.execute(select(Installation.demonstration)).scalar_one_or_none())


def app_settings() -> Settings:
    """The settings of the current app."""
    settings: Settings = current_app.extensions["settings"]
    return settings
