"""Real databases, a real application, and a small cast of people for every test.

Whatever touches the database runs on SQLite and on PostgreSQL: ask for `world`, `app` or `client`.
"""

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from world import World

from course import create_app, migrate
from course.config import Settings
from course.db import database

SECRET = "a test secret that is long enough 0123456789"


def pytest_configure(config):
    os.environ.pop("FLASK_RUN_FROM_CLI", None)


def need(what: str, install: str, *, found: bool) -> None:
    """Skip with one line where something is missing; with CI=true that is a failure."""
    if not found:
        message = f"{what} is missing; install it with: {install}"
        if os.environ.get("CI") == "true":
            pytest.fail(message, pytrace=False)
        pytest.skip(message)


def settings_for(folder: Path, database_url: str = "", **more) -> Settings:
    folder.mkdir(parents=True, exist_ok=True)
    url = database_url or f"sqlite:///{folder / 'course.sqlite'}"
    return Settings(instance=folder, database_url=url, secret_key=SECRET, **more)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    migrate.upgrade(create_app(settings_for(folder)))
    return folder / "course.sqlite"


class PostgreSQL:
    """Debian's PostgreSQL on a socket of its own, which a test may stop and start."""

    def __init__(self, programs: Path) -> None:
        self._as_user: list[str] = []
        self.folder = Path(tempfile.mkdtemp(prefix="course-postgresql-"))  # pytest's own are closed to other users
        if os.geteuid() == 0:
            self._as_user = ["runuser", "-u", "postgres", "--"]
            shutil.chown(self.folder, "postgres")
        self._programs = programs
        self._run("initdb", "-A", "trust", "-U", "postgres", "-D", self.folder / "data")

    @property
    def address(self) -> str:
        """The address without a database name."""
        return f"host={self.folder} user=postgres"

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses= -c fsync=off -c max_connections=200"
        self._control("-l", self.folder / "log", "-o", options, "start")

    def stop(self) -> None:
        """Stop it as a machine that goes down does: nobody is waited for."""
        self._control("-m", "immediate", "stop")

    def new_database(self, template: str = "template1") -> str:
        """Make a database; gives its name."""
        name = f"test_{time.monotonic_ns()}"
        with psycopg.connect(f"{self.address} dbname=postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def _control(self, *words: str | Path) -> None:
        self._run("pg_ctl", "-D", self.folder / "data", "-w", *words)

    def _run(self, program: str, *words: str | Path) -> None:
        command = [*self._as_user, self._programs / program, *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """PostgreSQL, running."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    need("PostgreSQL", "apt-get install postgresql", found=bool(programs))
    server = PostgreSQL(programs[-1])
    server.start()
    yield server
    server.stop()
    shutil.rmtree(server.folder)


@pytest.fixture(scope="session")
def postgresql_server(postgresql) -> str:
    """The address of the running PostgreSQL, without a database name."""
    return postgresql.address


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server, tmp_path_factory) -> str:
    with psycopg.connect(f"{postgresql_server} dbname=postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE template_course")
    url = postgresql_url(postgresql_server, "template_course")
    migrate.upgrade(create_app(settings_for(tmp_path_factory.mktemp("pg-template"), url)))
    return "template_course"


def postgresql_url(server: str, name: str) -> str:
    folder = re.search(r"host=(\S+)", server)[1]
    return f"postgresql+psycopg://postgres@/{name}?host={folder}"


@pytest.fixture
def empty_postgresql(postgresql) -> str:
    """A database without tables."""
    return postgresql_url(postgresql.address, postgresql.new_database())


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path) -> Iterator[str]:
    """A migrated, empty database, on each of the two engines."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "course.sqlite")
        yield f"sqlite:///{tmp_path / 'course.sqlite'}"
        return
    server = request.getfixturevalue("postgresql")
    name = server.new_database(request.getfixturevalue("postgresql_template"))
    yield postgresql_url(server.address, name)
    with psycopg.connect(f"{server.address} dbname=postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def app(database_url, tmp_path):
    app = create_app(settings_for(tmp_path, database_url))
    yield app
    with app.app_context():
        database.engine.dispose()


@pytest.fixture
def world(app) -> Iterator[World]:
    """The empty database and the verbs to fill it, inside an application context."""
    with app.app_context():
        yield World(app)


@pytest.fixture
def runner(app):
    return app.test_cli_runner()
