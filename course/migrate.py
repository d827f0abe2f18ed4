"""Bringing the database's schema to the newest. Imported only when needed: Alembic costs 0.4 s."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from alembic.runtime.migration import MigrationContext, MigrationStep
from flask import Flask
from flask_alembic import Alembic
from sqlalchemy import Connection, inspect

from course.backup.contents import contents_of
from course.db import database, file_lock
from course.revision import MIGRATIONS
from course.scenario import tables as _scenario  # noqa: F401
from course.schema import Base, make_triggers

ONE_AT_A_TIME = 0x6B757273
"""The number of PostgreSQL's advisory lock; any will do."""


class Migrations(Alembic):
    """Alembic as this project runs it: one transaction that nobody else can write in, and the triggers made again."""

    first: Callable[[], object] | None = None
    """Done before the first pending migration of a database that has rows; see upgrade."""

    def run_migrations(self, fn: Callable[..., Any], **kwargs: Any) -> None:
        connection = self.migration_context.connection
        assert connection is not None  # noqa: S101 - the context is always made on a connection
        connection.rollback()
        connection.execution_options(write=True)
        if connection.dialect.name == "sqlite":
            # A table that is rebuilt is dropped, which its children's foreign keys would refuse.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]

        def steps(heads: Any, context: MigrationContext) -> Iterable[MigrationStep]:
            pending = list(fn(heads, context))
            if pending and heads:
                _stop_writers(connection)
                if self.first and contents_of(connection).total:
                    self.first()
            yield from pending
            _finish(connection)

        with _one_at_a_time(connection):
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


def upgrade(app: Flask, *, first: Callable[[], object] | None = None) -> None:
    """Bring the schema to the newest, wholly or not at all; only makes the triggers again when it is.

    `first` is done before that when there is something to lose: rows, and a migration to run. Nobody else writes
    between it and the migrations; whoever starts an upgrade meanwhile waits, and then finds nothing to do.
    """
    with app.app_context():
        migrations = init_app(app)
        migrations.first = first
        migrations.upgrade()
        database.engine.dispose()


@contextmanager
def _one_at_a_time(connection: Connection) -> Iterator[None]:
    """Let no other process migrate meanwhile."""
    if connection.dialect.name == "sqlite":
        with file_lock():
            yield
        return
    connection.exec_driver_sql(f"SELECT pg_advisory_lock({ONE_AT_A_TIME})")
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.exec_driver_sql(f"SELECT pg_advisory_unlock({ONE_AT_A_TIME})")
        connection.commit()


def _stop_writers(connection: Connection) -> None:
    """Let nobody write until the transaction ends. On SQLite it has the write lock already."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE installation IN EXCLUSIVE MODE")


def _finish(connection: Connection) -> None:
    """Make the triggers again, which a rebuilt table loses without a word, and check what was copied."""
    there = set(inspect(connection).get_table_names())
    if there >= Base.metadata.tables.keys():
        make_triggers(connection)
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise RuntimeError(f"foreign keys without a parent: {broken[:5]}")
