"""Real databases, a real application, and a small cast of people for every test.

Whatever touches the database runs on SQLite and on PostgreSQL: ask for `world`, `app` or `client`.
"""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import compiled
import debian_postgresql
import hypothesis
import psycopg
import pytest
import reaper
from world import World

from course import create_app, migrate
from course.config import Settings
from course.db import database

MEMORY = Path("/dev/shm")
ENOUGH_MEMORY = 4_000_000_000
WATCHED = pytest.StashKey[reaper.Watched]()
EXIT = pytest.StashKey[int]()
SECRET = "a test secret that is long enough 0123456789"


def pytest_configure(config):
    hypothesis.settings.register_profile("suite", deadline=None)  # how long it takes says how busy the machine is
    hypothesis.settings.load_profile("suite")
    os.environ.pop("FLASK_RUN_FROM_CLI", None)
    compiled.share_addresses_and_templates()
    if not hasattr(config, "workerinput"):  # with -n the first process has a folder, and its workers know it
        place = MEMORY if "TMPDIR" not in os.environ and has_room_in_memory() else None
        config.stash[WATCHED] = reaper.Watched(place)


def pytest_sessionfinish(session, exitstatus):
    session.config.stash[EXIT] = exitstatus


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    if watched := config.stash.get(WATCHED, None):
        watched.end(keep=config.stash.get(EXIT, 0) == pytest.ExitCode.TESTS_FAILED)


def has_room_in_memory() -> bool:
    """Whether the tests' files can lie in memory, where a new database of PostgreSQL's costs a tenth."""
    if not os.access(MEMORY, os.W_OK) or os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:  # INSTALL.md is followed there
        return False
    return shutil.disk_usage(MEMORY).free > ENOUGH_MEMORY


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


@pytest.fixture(scope="session")
def sqlite_statements(tmp_path_factory) -> compiled.Statements:
    return statements_of(create_app(settings_for(tmp_path_factory.mktemp("statements"))))


@pytest.fixture(scope="session")
def postgresql_statements(postgresql_server, tmp_path_factory) -> compiled.Statements:
    url = postgresql_url(postgresql_server, "postgres")
    return statements_of(create_app(settings_for(tmp_path_factory.mktemp("statements"), url)))


def statements_of(app) -> compiled.Statements:
    with app.app_context():
        statements = compiled.Statements(database.engine)
        database.engine.dispose()
    return statements


@pytest.fixture(scope="session")
def postgresql() -> Iterator[debian_postgresql.PostgreSQL]:
    """PostgreSQL, running."""
    need("PostgreSQL", "apt-get install postgresql", found=debian_postgresql.installed())
    with debian_postgresql.running() as server:
        yield server


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
    return debian_postgresql.address(re.search(r"host=(\S+)", server)[1], name)


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
def app(request, database_url, tmp_path):
    app = create_app(settings_for(tmp_path, database_url))
    with app.app_context():
        request.getfixturevalue(f"{database.engine.name}_statements").share(database.engine)
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
