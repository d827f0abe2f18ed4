"""Copying a SQLite database out, and putting a copy in its place."""

from pathlib import Path
from urllib.parse import quote

import sqlean
from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy.exc import DBAPIError

from course.backup.archive import sync
from course.backup.contents import Contents, contents_of
from course.db import database
from course.errors import Conflict, Invalid

SIDE_FILES = ("-wal", "-shm", "-journal")


def room() -> Path:
    """The folder in which a copy is unpacked: on the database's own disk."""
    return _path().parent


def copy_out(copy: Path) -> Contents:
    """Copy the database as it is at one instant, whoever writes meanwhile. Raises Conflict when it is damaged."""
    try:
        with database.engine.connect() as connection:
            connection.connection.driver_connection.execute("VACUUM INTO ?", (str(copy),))  # type: ignore[union-attr]
        with opened(copy) as connection:
            return contents_of(connection)
    except (DBAPIError, sqlean.DatabaseError) as fault:
        raise Conflict(f"Databasen går inte att kopiera: {getattr(fault, 'orig', fault)}.") from None


def check(copy: Path, contents: Contents) -> None:
    """Raise Invalid unless the copy is sound and holds exactly that."""
    try:
        with opened(copy) as connection:
            faults = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalars().all()
            orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            found = contents_of(connection)
    except DBAPIError as fault:
        raise Invalid(f"Kopian av databasen är skadad: {fault.orig}.") from None
    if faults != ["ok"]:
        raise Invalid(f"Kopian av databasen är skadad: {faults[0]}.")
    if orphans:
        raise Invalid(f"Kopian av databasen har rader i {orphans[0][0]} som pekar på rader som inte finns.")
    if found != contents:
        raise Invalid("Kopian av databasen har inte de rader som manifestet säger.")


def held() -> Contents | None:
    """What the database holds; None when that cannot be read."""
    try:
        with database.engine.connect() as connection:
            return contents_of(connection)
    except DBAPIError:
        return None


def refuse_company() -> None:
    """Raise Conflict when somebody else has the database open. The caller holds the file lock.

    Whoever opens the database in WAL mode keeps a shared lock on it until closing, and only the last one can leave
    the mode. That folds in what lies in the side files, too.
    """
    database.engine.dispose()
    if not _path().exists():
        return
    connection = sqlean.connect(_path(), timeout=1, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=DELETE")
    except sqlean.DatabaseError as fault:
        if "locked" in str(fault):
            raise Conflict(
                "Databasen är öppen i ett annat program. Stoppa servern och vänta tills andra kommandon är klara."
            ) from None
    finally:
        connection.close()


def put_in(copy: Path, _contents: Contents) -> None:
    """Let the copy take the database's place. The caller holds the file lock."""
    refuse_company()
    for suffix in SIDE_FILES:  # those of a damaged database; the new one would take them for its own
        Path(f"{_path()}{suffix}").unlink(missing_ok=True)
    sync(copy)
    copy.replace(_path())
    sync(_path().parent)


def _path() -> Path:
    return Path(str(database.engine.url.database))


def opened(copy: Path) -> Connection:
    """A connection to a copy that nobody changes."""
    address = f"file:{quote(str(copy))}?mode=ro&immutable=1"
    engine = create_engine(
        "sqlite://", module=sqlean, creator=lambda: sqlean.connect(address, uri=True), poolclass=NullPool
    )
    return engine.connect()
