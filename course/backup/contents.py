"""What a database holds, counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, inspect, text

from course.db import EPOCH
from course.revision import VERSION_TABLE, schema_of


@dataclass(frozen=True)
class Contents:
    """What a database holds."""

    schema: str
    """Its revision; empty before its first migration."""
    written_at: str
    """The instant of its newest write in ISO 8601, UTC; empty before the first."""
    rows: Mapping[str, int]
    """{table: how many rows}, for every table."""

    @property
    def total(self) -> int:
        """The rows of all tables, apart from the schema's own."""
        return sum(count for table, count in self.rows.items() if table != VERSION_TABLE)


def contents_of(connection: Connection) -> Contents:
    """Count every row, as the connection's transaction sees them."""
    quote = connection.dialect.identifier_preparer.quote
    rows = {
        table: connection.exec_driver_sql(f"SELECT count(*) FROM {quote(table)}").scalar_one()  # noqa: S608 - a table's name
        for table in sorted(inspect(connection).get_table_names())
    }
    return Contents(schema_of(connection) or "", _written_at(connection) if "installation" in rows else "", rows)


def _written_at(connection: Connection) -> str:
    written = connection.execute(text("SELECT written_us FROM installation")).scalar_one_or_none()
    return "" if written is None else (EPOCH + timedelta(microseconds=written)).isoformat()
