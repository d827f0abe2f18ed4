"""Bringing the database's schema to the newest. Imported only when needed: Alembic costs 0.4 s."""

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from alembic.runtime.migration import MigrationContext, MigrationStep
from flask import Flask
from flask_alembic import Alembic
from sqlalchemy import Connection, inspect

from course.access import tables as _access  # noqa: F401 - every table must be known to the metadata
from course.audit import tables as _audit  # noqa: F401
from course.content import tables as _content  # noqa: F401
from course.db import database, file_lock
from course.learning import tables as _learning  # noqa: F401
from course.organisation import tables as _organisation  # noqa: F401
from course.quiz import tables as _quiz  # noqa: F401
from course.schema import Base, make_triggers
from course.target import tables as _target  # noqa: F401

MIGRATIONS = Path(__file__).parent / "migrations"


class Migrations(Alembic):
    """Alembic as this project runs it: one transaction under the write lock, and the triggers made again."""

    def run_migrations(self, fn: Callable[..., Any], **kwargs: Any) -> None:
        connection = self.migration_context.connection
        assert connection is not None  # noqa: S101 - the context is always made on a connection
        connection.rollback()
        connection.execution_options(write=True)
        if connection.dialect.name == "sqlite":
            # A table that is rebuilt is dropped, which its children's foreign keys would refuse.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]

        def steps(heads: Any, context: MigrationContext) -> Iterable[MigrationStep]:
            yield from fn(heads, context)
            _finish(connection)

        with file_lock():
            super().run_migrations(steps, **kwargs)  # type: ignore[arg-type] # a generator does as well


def init_app(app: Flask) -> Migrations:
    """Give the app its migrations, once."""
    if "alembic" not in app.extensions:
        app.config["ALEMBIC"] = {"script_location": str(MIGRATIONS)}
        app.config["ALEMBIC_CONTEXT"] = {"transactional_ddl": True, "render_as_batch": True}
        Migrations(app, run_mkdir=False, command_name="", metadatas=Base.metadata)
        logging.getLogger("alembic").setLevel(logging.WARNING)
    migrations: Migrations = app.extensions["alembic"]
    return migrations


def upgrade(app: Flask) -> None:
    """Bring the schema to the newest; does nothing when it is."""
    with app.app_context():
        init_app(app).upgrade()
        database.engine.dispose()


def _finish(connection: Connection) -> None:
    """Make the triggers again, which a rebuilt table loses without a word, and check what was copied."""
    there = set(inspect(connection).get_table_names())
    if there >= Base.metadata.tables.keys():
        make_triggers(connection)
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise RuntimeError(f"foreign keys without a parent: {broken[:5]}")
