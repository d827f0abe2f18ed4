"""An upgrade loses nothing: a backup first, all or none of it, one process at a time, and the same figures after."""

import csv
import io
import json
import lzma
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from pathlib import Path

import psycopg
import pytest
import sqlean
from alembic.script import ScriptDirectory
from conftest import postgresql_url
from keeping import AT, ROOT, Doomed, opened, run
from released import FIXTURES, record_of
from sqlalchemy import make_url, select, text
from test_schema import dumped, sqlite_schema

from course import migrate, revision, verify
from course.access.tables import Throttle
from course.backup.contents import contents_of
from course.backup.keep import back_up, back_up_first, restore
from course.db import database, file_lock, transaction
from course.errors import Conflict

FIRST_SCHEMA = "0001"


@pytest.fixture(params=["sqlite", "postgresql"])
def new_place(request, tmp_path):
    """Gives a new folder and the address of a database without tables, each time it is called."""
    server = request.getfixturevalue("postgresql_server") if request.param == "postgresql" else ""

    def new():
        name = f"upgrade_{time.monotonic_ns()}"
        folder = tmp_path / name
        folder.mkdir()
        if not server:
            return folder, f"sqlite:///{folder / 'course.sqlite'}"
        with psycopg.connect(f"{server} dbname=postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return folder, postgresql_url(server, name)

    return new


def fill_first_schema(app, people=300):
    """Make the first schema, with rows in a table that a later migration builds anew."""
    migrate.init_app(app).upgrade(FIRST_SCHEMA)
    with database.engine.connect().execution_options(write=True) as connection:
        connection.execute(text("INSERT INTO installation (id, written_us, demonstration) VALUES (1, 1, false)"))
        for number in range(people):
            row = {"key": f"p{number}", "name": f"Namn {number}"}
            connection.execute(text("INSERT INTO person (key, name, protected) VALUES (:key, :name, false)"), row)
        connection.execute(
            text(
                'INSERT INTO "grant" (person_id, role, valid_from, valid_to, recorded_at)'
                " SELECT id, 'hr', '2026-01-01', '9999-12-31', '2026-01-01 12:00:00' FROM person"
            )
        )
        connection.commit()
    database.engine.dispose()


def old_place(new_place, people=300):
    place = new_place()
    with opened(place) as app:
        fill_first_schema(app, people)
    return place


def state(place):
    """Everything there is to tell the old from the new: the schema's statements, its revision, the rows."""
    with opened(place) as app:
        with database.engine.connect() as connection:
            contents = contents_of(connection)
        database.engine.dispose()
        schema = sqlite_schema(app) if place[1].startswith("sqlite") else dumped(make_url(place[1]))
    return contents, schema


def stamp(place, schema):
    """Say that the database has another schema."""
    with opened(place), database.engine.connect().execution_options(write=True) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :schema"), {"schema": schema})
        connection.commit()


def test_the_names_of_the_migrations_say_the_schemas_in_their_order():
    scripts = ScriptDirectory(str(revision.MIGRATIONS), version_locations=[str(revision.MIGRATIONS)])

    assert [script.revision for script in scripts.walk_revisions()][::-1] == list(revision.KNOWN)
    assert scripts.get_current_head() == revision.NEWEST


def test_an_upgrade_takes_a_backup_first_and_says_where_it_lies(new_place):
    place = old_place(new_place)
    before = state(place)[0]

    told = run(place, "db", "upgrade")

    (kept,) = (place[0] / "backups").iterdir()
    assert (told.exit_code, told.output) == (
        0,
        f"Säkerhetskopian av det som var ligger i {kept}.\nDatabasen har schemat {revision.NEWEST}.\n",
    )
    assert kept.name.endswith("Z-schema-0001.zip")
    assert run(place, "data", "verify").exit_code == 0
    after = state(place)[0]
    assert (after.schema, after.rows["person"], after.rows["grant"]) == (revision.NEWEST, 300, 300)

    fresh = new_place()
    with opened(fresh):
        restore(kept, replace=False, backup=True, at=AT)
    assert state(fresh)[0] == before


def test_a_second_upgrade_does_nothing_and_needs_no_backup(new_place):
    place = old_place(new_place)
    run(place, "db", "upgrade")
    before = state(place)

    again = run(place, "db", "upgrade")

    assert again.output == f"Databasen har redan schemat {revision.NEWEST}.\n"
    assert len(list((place[0] / "backups").iterdir())) == 1
    assert state(place) == before


def test_where_there_is_nothing_to_lose_no_backup_is_taken(new_place):
    empty, prepared = new_place(), new_place()
    with opened(prepared) as app:
        migrate.init_app(app).upgrade(FIRST_SCHEMA)

    for place in (empty, prepared):
        assert run(place, "db", "upgrade").exit_code == 0
        assert not (place[0] / "backups").exists()


def test_data_init_takes_the_backup_too(new_place):
    place = old_place(new_place)

    told = run(place, "data", "init", "--real")

    assert told.exit_code == 0, told.output
    assert told.output.startswith("Säkerhetskopian av det som var ligger i ")


def test_when_the_backup_cannot_be_made_nothing_is_upgraded_unless_told_to(new_place, monkeypatch):
    place = old_place(new_place)
    before = state(place)
    with monkeypatch.context() as machine:
        if place[1].startswith("sqlite"):
            (place[0] / "backups").write_text("en fil, ingen mapp")
        else:
            machine.setenv("PATH", "")

        refused = run(place, "db", "upgrade")
        anyway = run(place, "db", "upgrade", "--no-backup")

    assert (refused.exit_code, refused.output.count("\n")) == (1, 1)
    assert refused.output.endswith("går flask db upgrade och flask data restore vidare med --no-backup.\n")
    assert anyway.exit_code == 0
    assert state(place)[0].rows == {**state(place)[0].rows, **before[0].rows}


def test_nothing_is_written_between_the_backup_and_the_migrations(new_place):
    place = old_place(new_place, people=3)
    written = threading.Event()

    def write():
        with opened(place), transaction() as (db, at):
            db.add(Throttle(key="under tiden", address="", at=at))
        written.set()

    writer = threading.Thread(target=write)

    def first():
        writer.start()
        written.wait(0.5)  # time enough for a write that nothing stops
        back_up_first(at=AT)

    with opened(place) as app:
        migrate.upgrade(app, first=first)
        writer.join()
        assert database.session.scalars(select(Throttle.key)).all() == ["under tiden"]
        database.session.close()

    (kept,) = (place[0] / "backups").iterdir()
    with zipfile.ZipFile(kept) as inside:
        assert json.loads(inside.read("manifest.json"))["contents"]["rows"]["throttle"] == 0


def test_killed_ten_times_at_random_an_upgrade_leaves_the_old_or_the_new(new_place):
    twin, place = old_place(new_place), old_place(new_place)
    old = state(place)
    with Doomed(twin, "upgrade") as upgrading:
        steps = upgrading.steps()
    new = state(twin)

    found = []
    with Doomed(place, "upgrade") as upgrading:
        for step in sorted(random.Random(10).sample(range(1, steps + 1), 10)):
            upgrading.die_before(step)
            found.append(state(place))
    assert run(place, "db", "upgrade").exit_code == 0

    assert old != new
    assert all(each in (old, new) for each in found)
    assert found[0] == old
    assert state(place) == new
    assert steps > 40


def test_of_those_who_upgrade_at_once_one_does_it_and_all_succeed(new_place):
    place = old_place(new_place, people=3000)
    environment = {**os.environ, "COURSE_INSTANCE": str(place[0]), "COURSE_DATABASE_URL": place[1]}
    command = [sys.executable, "-m", "flask", "db", "upgrade"]

    at_once = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    ends = [(*process.communicate(), process.returncode) for process in at_once]

    assert [(errors, status) for _, errors, status in ends] == [("", 0)] * 3
    assert sum("Säkerhetskopian" in told for told, _, _ in ends) == 1
    assert len(list((place[0] / "backups").iterdir())) == 1
    assert state(place)[0].schema == revision.NEWEST


def serve(place):
    """Load the application as a server does, and end."""
    environment = {name: value for name, value in os.environ.items() if name != "FLASK_RUN_FROM_CLI"}
    environment |= {"COURSE_INSTANCE": str(place[0]), "COURSE_DATABASE_URL": place[1]}
    return subprocess.run(
        [sys.executable, "-c", "import wsgi"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def last_line(ended):
    return ended.stderr.strip().splitlines()[-1]


def test_a_newer_schema_stops_the_server_and_every_command_but_a_restore(new_place):
    place = new_place()
    with opened(place) as app:
        migrate.upgrade(app)
        with transaction() as (db, at):
            db.add(Throttle(key="före", at=at))
        database.session.close()
        back_up(place[0] / "kopia.zip", at=AT)
    assert serve(place).returncode == 0
    stamp(place, "9999")
    said = "Databasen har ett nyare schema (9999) än programmet känner till"

    refused = serve(place)
    assert (refused.returncode, last_line(refused).startswith(f"course: {said}")) == (1, True)
    for words in ("report coverage", "people imports", "data init", "data verify", "data backup x.zip", "db upgrade"):
        refused = run(place, *words.split())
        told = (refused.exit_code, refused.output.startswith(f"Error: {said}"), refused.output.count("\n"))
        assert told == (1, True, 1), words

    back = run(place, "data", "restore", place[0] / "kopia.zip", "--replace")
    assert back.exit_code == 0, back.output
    assert serve(place).returncode == 0


def test_an_older_or_missing_schema_stops_the_server_and_commands_and_names_the_upgrade(new_place):
    missing, older = new_place(), old_place(new_place)

    for place, said in ((missing, "Databasen är inte förberedd."), (older, "Databasen har schemat 0001")):
        refused = serve(place)
        assert (refused.returncode, last_line(refused).startswith(f"course: {said}")) == (1, True)
        assert last_line(refused).endswith("flask db upgrade")
        command = run(place, "report", "coverage")
        assert (command.exit_code, command.output.startswith(f"Error: {said}")) == (1, True)
        assert run(place, "content", "check").exit_code == 0


def test_a_start_waits_for_whoever_restores_or_upgrades_sqlite(tmp_path):
    place = (tmp_path, f"sqlite:///{tmp_path / 'course.sqlite'}")
    with opened(place) as app:
        fill_first_schema(app, people=1)
    started, found = threading.Event(), []

    def start():
        with opened(place):
            found.append(revision.check_known())
        started.set()

    thread = threading.Thread(target=start)
    with opened(place), file_lock():
        thread.start()
        started.wait(0.5)  # time enough for a start that nothing stops
        stamp(place, revision.NEWEST)
    thread.join()

    assert found == [revision.NEWEST]


RELEASED = sorted(path.name.removesuffix(".zip.xz") for path in FIXTURES.glob("schema-*.zip.xz"))


@pytest.fixture
def unpacked(tmp_path):
    """Gives the backup file of a released schema."""

    def unpack(name):
        path = tmp_path / f"{name}.zip"
        with lzma.open(FIXTURES / f"{name}.zip.xz") as source, path.open("wb") as target:
            shutil.copyfileobj(source, target)
        return path

    return unpack


def copy_to_postgresql(file, url, schema):
    """Put the rows of a backup of SQLite into a PostgreSQL database of the same schema."""
    with zipfile.ZipFile(file) as archive, tempfile.TemporaryDirectory() as folder:
        source = sqlean.connect(archive.extract("course.sqlite", folder))
        migrate_to(url, schema, Path(folder))
        address = url.replace("+psycopg", "")
        with psycopg.connect(address) as target:
            target.execute("SET session_replication_role = replica")
            for (table,) in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                rows = source.execute(f'SELECT * FROM "{table}"')
                names = ", ".join(f'"{column[0]}"' for column in rows.description)
                lines = io.StringIO()
                csv.writer(lines).writerows([r"\N" if cell is None else cell for cell in row] for row in rows)
                target.execute(f'DELETE FROM "{table}"')
                copy = rf"""COPY "{table}" ({names}) FROM STDIN (FORMAT csv, NULL '\N')"""
                with target.cursor().copy(copy) as into:
                    into.write(lines.getvalue())
        source.close()


def migrate_to(url, schema, folder):
    with opened((folder, url)) as app:
        migrate.init_app(app).upgrade(schema)


@pytest.mark.parametrize("name", RELEASED)
def test_what_a_released_schema_held_is_the_same_after_the_upgrade(new_place, unpacked, name):
    place = new_place()
    file = unpacked(name)
    if place[1].startswith("sqlite"):
        with opened(place):
            restore(file, replace=False, backup=True, at=AT)
    else:
        copy_to_postgresql(file, place[1], name.removeprefix("schema-"))
    expected = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    assert (expected["rows"]["person"], expected["rows"]["response"]) == (1500, 50_000)

    assert run(place, "db", "upgrade").exit_code == 0

    with opened(place):
        found = record_of(database.session)
        assert {table: found["rows"][table] for table in expected["rows"]} == expected["rows"]
        assert found["completions"] == expected["completions"]
        for day, figures in expected["figures"].items():
            assert {key: found["figures"][day][key] for key in figures} == figures
        assert list(verify.problems(database.session, AT.date(), AT)) == []


def test_a_backup_that_failed_leaves_nothing_half_done(new_place):
    place = old_place(new_place)
    before = state(place)

    def fail():
        raise Conflict("gick inte")

    with opened(place) as app, pytest.raises(Conflict, match="gick inte"):
        migrate.upgrade(app, first=fail)

    assert state(place) == before
    with opened(place) as app:
        migrate.upgrade(app)
    assert state(place)[0].schema == revision.NEWEST
