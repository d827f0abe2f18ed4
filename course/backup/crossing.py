"""Putting the copy of a SQLite database into PostgreSQL: the way to several machines."""

from pathlib import Path

from sqlalchemy import Connection, Table, func, insert, select, text

from course.backup import sqlite
from course.backup.contents import Contents, contents_of
from course.db import database
from course.errors import Conflict
from course.revision import NEWEST
from course.schema import Base

AT_ONCE = 1000
"""Rows in one statement."""


def put_in(copy: Path, contents: Contents) -> None:
    """Let an empty database hold every row of the copy, or none. Raises Conflict unless both have the newest schema."""
    if contents.schema != NEWEST:
        raise Conflict(
            f"Kopian har schemat {contents.schema}, men här behövs {NEWEST}. Kör flask db upgrade på databasen i SQLite"
            " och gör en ny kopia."
        )
    with sqlite.opened(copy) as source, database.engine.begin() as target:
        held = contents_of(target)
        if held.schema != NEWEST or held.total:
            raise Conflict(
                "En kopia ur SQLite kan bara läggas i en tom databas i PostgreSQL med det nyaste schemat. Gör en tom"
                " databas och kör först: flask db upgrade"
            )
        for table in Base.metadata.sorted_tables:
            for rows in source.execute(select(table).order_by(*table.primary_key)).mappings().partitions(AT_ONCE):
                target.execute(insert(table), [dict(row) for row in rows])
            _count_on(target, table)
        if contents_of(target).rows != contents.rows:
            raise Conflict("Alla rader kom inte med. Ingenting är ändrat.")


def _count_on(target: Connection, table: Table) -> None:
    """Let the next row's number follow the highest there is."""
    column = table.autoincrement_column
    if column is None:
        return
    sequence = target.execute(
        text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": f'"{table.name}"', "column": column.name}
    ).scalar_one()
    highest = target.execute(select(func.max(column))).scalar_one()
    if sequence and highest:
        target.execute(select(func.setval(sequence, highest)))
