"""Removing a demonstration: the whole database is dropped, to be made anew."""

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from course.config import Settings
from course.db import database, file_lock, is_demonstration
from course.demo.accounts import FILE
from course.errors import Conflict


def check_removable(db: Session) -> None:
    """Raise Conflict unless the database is a demonstration."""
    if not is_demonstration(db):
        raise Conflict("Databasen är ingen demonstration. Ingenting har tagits bort.")


def drop(settings: Settings) -> None:
    """Drop every table of a demonstration and the file with passwords; the caller migrates anew. Raises Conflict."""
    check_removable(database.session)
    database.session.close()
    _drop_everything()
    (settings.instance / FILE).unlink(missing_ok=True)


def _drop_everything() -> None:
    """Drop all tables in one transaction; asks again, now that nobody else can write."""
    with file_lock(), database.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:  # the tables point at one another in circles
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        with connection.execution_options(write=True).begin(), Session(connection) as db:
            check_removable(db)
            for table in inspect(connection).get_table_names():
                name = connection.dialect.identifier_preparer.quote(table)
                connection.exec_driver_sql(f"DROP TABLE {name}{'' if sqlite else ' CASCADE'}")
    database.engine.dispose()
