"""One way to write: the lock, the rising instant, and an engine that keeps what it acknowledged."""

import fcntl
import os
import threading
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlean
import time_machine
from conftest import settings_for
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from course import create_app, db
from course.access.tables import Throttle
from course.audit.tables import AuditEntry
from course.config import BadSettings
from course.db import database, file_lock, newest_instant, time_limit, transaction
from course.errors import TookTooLong
from course.organisation.actions import add_person
from course.organisation.tables import Person


def test_a_transaction_that_raises_leaves_nothing(world):
    with pytest.raises(ZeroDivisionError), transaction() as (db_, at):
        add_person(db_, key="a", name="A", email=None, by=None, at=at)
        1 / 0  # noqa: B018

    assert world.db.execute(select(func.count()).select_from(Person)).scalar_one() == 0
    assert world.db.execute(select(func.count()).select_from(AuditEntry)).scalar_one() == 0
    assert newest_instant(world.db) is None


def test_instants_strictly_rise_even_when_the_clock_steps_back(world):
    seen = []
    for moment in ("2026-05-01T12:00", "2026-05-01T11:00", "2026-05-01T11:00", "2026-05-02T00:00"):
        with (
            time_machine.travel(datetime.fromisoformat(moment).replace(tzinfo=UTC), tick=False),
            transaction() as (_, at),
        ):
            seen.append(at)

    assert seen == sorted(set(seen))
    assert seen[1] - seen[0] == timedelta(microseconds=1)
    assert newest_instant(world.db) == seen[-1] == datetime(2026, 5, 2, tzinfo=UTC)


def test_writers_at_once_all_get_through_one_after_the_other(app):
    instants, faults = [], []

    def write(number):
        try:
            with app.app_context(), transaction() as (session, at):
                count = session.execute(select(func.count()).select_from(Throttle)).scalar_one()
                session.add(Throttle(key=str(count), at=at))
                instants.append(at)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the test must see it
            faults.append(fault)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with app.app_context():
        keys = database.session.scalars(select(Throttle.key)).all()
    assert faults == []
    assert sorted(map(int, keys)) == list(range(24))
    assert len(set(instants)) == 24


def test_a_lock_that_cannot_be_taken_is_the_databases_fault(tmp_path, sqlite_template):
    (tmp_path / "course.sqlite").write_bytes(sqlite_template.read_bytes())
    (tmp_path / "course.sqlite.lock").mkdir()

    with create_app(settings_for(tmp_path)).app_context(), pytest.raises(OperationalError), transaction():
        pass


@contextmanager
def held_by_another_process():
    with Path(f"{database.engine.url.database}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.mark.parametrize(("holder", "threads_waiting"), [(held_by_another_process, 1), (db.file_lock, 0)])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_lock_that_is_never_let_go_is_given_up_and_then_asked_for_no_more_until_it_is_free(
    app, monkeypatch, holder, threads_waiting
):
    monkeypatch.setattr(db, "LONGEST_WAIT", 0.1)

    def write():
        with app.app_context(), transaction():
            pass

    def locks():
        return sum(path.resolve().suffix in (".lock", ".line") for path in Path("/proc/self/fd").iterdir())

    with app.app_context():
        threads = threading.active_count()
        with holder():
            before = locks()
            with pytest.raises(OperationalError, match="held for too long"):
                write()
            monkeypatch.setattr(db, "LONGEST_WAIT", 100)  # nobody waits again
            for _ in range(4):
                with pytest.raises(OperationalError, match="held for too long"):
                    write()
            waiting, more = threading.active_count() - threads, locks() - before

    while threading.active_count() > threads:
        time.sleep(0.01)
    write()
    assert (waiting, more, locks()) == (threads_waiting, 2 * threads_waiting, 0)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_comes_later_waits_behind_those_of_other_processes_who_came_before(app):
    """Else the threads of one worker hand the lock to each other, and another worker's writer never has its turn."""
    came = []

    def write(name):
        with app.app_context(), transaction():
            came.append(name)

    with app.app_context():
        url = database.engine.url.database
    with Path(f"{url}.line").open("w") as line, Path(f"{url}.lock").open("w") as lock:
        fcntl.flock(line, fcntl.LOCK_EX)  # another process waits for the lock, which is free in this moment
        mine = threading.Thread(target=write, args=["mine"])
        mine.start()
        mine.join(0.3)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        came.append("the other's")
        fcntl.flock(line, fcntl.LOCK_UN)
        fcntl.flock(lock, fcntl.LOCK_UN)
        mine.join()

    assert came == ["the other's", "mine"]


def test_postgresql_waits_as_long_as_sqlite(empty_postgresql, tmp_path):
    with create_app(settings_for(tmp_path, empty_postgresql)).app_context():
        with database.engine.connect() as connection:
            assert connection.scalar(text("SHOW lock_timeout")) == "10s"
        database.engine.dispose()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_connection_that_breaks_once_the_answer_is_made_breaks_nothing_else(app):
    with app.app_context():
        mine = database.session.scalar(text("SELECT pg_backend_pid()"))
        with database.engine.connect() as other:
            assert other.scalar(text(f"SELECT pg_terminate_backend({mine}, 5000)"))

    with app.app_context():
        assert database.session.scalar(text("SELECT 1")) == 1


def test_reading_goes_on_while_somebody_writes(app):
    with app.app_context(), transaction() as (session, at):
        session.add(Throttle(key="written", at=at))
        session.flush()
        seen = []

        def read():
            with app.app_context():
                seen.append(database.session.scalars(select(Throttle.key)).all())

        reader = threading.Thread(target=read)
        began = time.monotonic()
        reader.start()
        reader.join()

    assert seen == [[]]
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("version", "mode"),
    [
        ((3, 40, 1), ("DELETE", "EXTRA")),
        ((3, 51, 2), ("DELETE", "EXTRA")),
        ((3, 51, 3), ("WAL", "FULL")),
        ((3, 54, 1), ("WAL", "FULL")),
    ],
)
def test_the_journal_follows_from_the_engines_version(version, mode):
    assert db.journal_mode(version) == mode


@pytest.mark.parametrize("version", [(3, 40, 1), sqlean.sqlite_version_info])
def test_each_connection_is_set_up_to_keep_what_is_committed(tmp_path, monkeypatch, version):
    monkeypatch.setattr(db.journal_mode, "__defaults__", (version,))
    app = create_app(settings_for(tmp_path))

    with app.app_context(), database.engine.connect() as connection:
        values = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers", "busy_timeout")
        }

    mode, synchronous = db.journal_mode(version)
    expected = {"journal_mode": mode.lower(), "synchronous": {"FULL": 2, "EXTRA": 3}[synchronous]}
    assert values == {**expected, "foreign_keys": 1, "recursive_triggers": 1, "busy_timeout": 10000}


def test_writing_works_in_the_old_engines_journal_too(tmp_path, monkeypatch, sqlite_template):
    (tmp_path / "course.sqlite").write_bytes(sqlite_template.read_bytes())
    monkeypatch.setattr(db.journal_mode, "__defaults__", ((3, 40, 1),))
    app = create_app(settings_for(tmp_path))

    with app.app_context():
        database.session.execute(text("SELECT 1"))  # a reading under way must not stop the write
        with transaction() as (session, at):
            session.add(Throttle(key="k", at=at))
        assert database.session.scalars(select(Throttle.key)).all() == ["k"]


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all.sqlite", "postgresql+psycopg://nobody@/x?host=/nowhere"])
def test_an_unreachable_database_is_one_clear_line(tmp_path, url):
    app = create_app(settings_for(tmp_path, url))

    with app.app_context(), pytest.raises(BadSettings) as refusal:
        db.check_reachable()

    assert str(refusal.value).startswith("the database ")
    assert "cannot be opened" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_reading_that_takes_too_long_is_given_up_and_the_next_one_is_not(app):
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000)"
    with app.app_context():
        session = database.session
        with pytest.raises(TookTooLong, match=r"på 0.3 sekunder"), time_limit(session, 0.3):
            session.execute(text(f"{numbers} SELECT count(*) FROM n"))
        with time_limit(session, 0.3):
            assert session.execute(text("SELECT 1")).scalar_one() == 1
        if session.get_bind().dialect.name == "postgresql":
            assert session.execute(text("SHOW statement_timeout")).scalar_one() == "0"
        with pytest.raises((OperationalError, ProgrammingError), match="not_there"), time_limit(session):
            session.execute(text("SELECT * FROM not_there"))


def modes(folder):
    return {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}


@pytest.mark.parametrize("earlier", [False, True])
def test_no_file_of_a_sqlite_database_is_open_to_others(tmp_path, earlier):
    before = os.umask(0o022)
    try:
        if earlier:
            with closing(sqlean.connect(tmp_path / "course.sqlite")) as connection:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("CREATE TABLE a (b)")
        app = create_app(settings_for(tmp_path))
        with app.app_context():
            with file_lock(), database.engine.begin() as connection:
                connection.execute(text("CREATE TABLE c (d)"))
            found = modes(tmp_path)
            database.engine.dispose()
    finally:
        os.umask(before)

    assert found == {f"course.sqlite{ending}": 0o600 for ending in ("", "-wal", "-shm", ".lock", ".line")}
