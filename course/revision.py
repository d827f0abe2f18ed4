"""Which schema this program knows and which the database has.

The files' names tell it: importing Alembic would cost every start 0.4 s.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

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
