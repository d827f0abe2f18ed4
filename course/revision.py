"""Which schema this program knows and which the database has.

The files' names tell it: importing Alembic would cost every start 0.4 s.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from course.config import BadSettings
from course.db import check_reachable, database

MIGRATIONS = Path(__file__).parent / "migrations"
KNOWN = tuple(sorted(path.name.partition("_")[0] for path in MIGRATIONS.glob("[0-9]*_*.py")))
"""The revisions that this program can read or bring to the newest, oldest first."""
NEWEST = KNOWN[-1]
VERSION_TABLE = "alembic_version"


def schema_of(connection: Connection) -> str | None:
    """The revision of a database; None before its first migration."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    query = text(f"SELECT version_num FROM {VERSION_TABLE}")  # noqa: S608 - a name of ours
    return connection.execute(query).scalar_one_or_none()


def check_known() -> str | None:
    """The database's revision, as schema_of. Raises BadSettings when it cannot be opened or is newer than known."""
    check_reachable()
    with database.engine.connect() as connection:
        schema = schema_of(connection)
    if schema is not None and schema not in KNOWN:
        raise BadSettings(
            f"Databasen har ett nyare schema ({schema}) än programmet känner till ({NEWEST})."
            " Kör den version av programmet som databasen senast användes med, eller en nyare."
        )
    return schema


def check_current() -> None:
    """Raise BadSettings unless the database is one that this program can work with as it stands."""
    schema = check_known()
    if schema is None:
        raise BadSettings("Databasen är inte förberedd. Kör först: flask db upgrade")
    if schema != NEWEST:
        raise BadSettings(
            f"Databasen har schemat {schema} och programmet behöver {NEWEST}. Stoppa servern och kör: flask db upgrade"
        )
