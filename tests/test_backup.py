"""A backup is whole or not there; what it held is what comes back; nothing else is ever let in."""

import json
import os
import random
import shutil
import stat
import threading
import time
import tracemalloc
import zipfile
from datetime import UTC, datetime

import psycopg
import pytest
import sqlean
from browsing import everything
from conftest import postgresql_url
from keeping import AT, Doomed, flask, opened, run
from sqlalchemy import make_url, select, text
from world import World, course_sources

from course import migrate, verify
from course.backup import archive, postgresql
from course.backup.contents import Contents, contents_of
from course.backup.keep import back_up, restore
from course.db import database, newest_instant
from course.errors import Conflict, Invalid
from course.quiz.tables import Response
from course.revision import NEWEST
from course.schema import Base


@pytest.fixture
def empty_place(request, database_url, tmp_path):
    """The folder and the address of another database of the same engine, without tables."""
    folder = tmp_path / "annan"
    folder.mkdir()
    if database_url.startswith("sqlite"):
        return folder, f"sqlite:///{folder / 'course.sqlite'}"
    server = request.getfixturevalue("postgresql")
    return folder, postgresql_url(server.address, server.new_database())


def put_back(file, place, **how):
    """Restore a file into a place."""
    with opened(place):
        return restore(file, **{"replace": False, "backup": True, "at": AT, **how})


@pytest.fixture
def filled(world):
    """One learner's whole course, HR, a target."""
    world.publish()
    world.person("anna", "A")
    world.person("bo", "B")
    world.role("anna", "hr")
    world.target()
    world.take("anna", "2026-03-01")
    world.db.rollback()
    return world


@pytest.fixture
def file(filled, tmp_path):
    """A backup of it."""
    path = tmp_path / "kopia.zip"
    back_up(path, at=AT)
    return path


def test_what_was_backed_up_comes_back_row_for_row(filled, tmp_path, empty_place):
    before = everything(filled.app)
    path = tmp_path / "kopia.zip"

    manifest = back_up(path, at=AT)
    put_back(path, empty_place)

    with opened(empty_place) as app:
        assert everything(app) == before
        assert list(verify.problems(database.session, AT.date(), AT)) == []
    with filled.app.app_context():
        assert manifest.contents.written_at == newest_instant(database.session).isoformat()
    assert manifest.contents.rows == {"alembic_version": 1, **{name: len(rows) for name, rows in before.items()}}
    assert (manifest.engine, manifest.contents.schema) == (database.engine.dialect.name, NEWEST)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not list(tmp_path.glob(".backup*"))
    with zipfile.ZipFile(path) as inside:
        assert inside.namelist()[0] == "manifest.json"
        assert json.loads(inside.read("manifest.json"))["contents"]["rows"]["response"] == 2


def test_a_backup_is_never_written_over(filled, file):
    before = file.read_bytes()

    with pytest.raises(Conflict, match="finns redan"):
        back_up(file, at=AT)

    assert file.read_bytes() == before


def test_a_backup_into_a_folder_that_is_not_there_is_refused(filled, tmp_path):
    with pytest.raises(Conflict, match="kan inte skrivas"):
        back_up(tmp_path / "saknas" / "kopia.zip", at=AT)


class Crowd:
    """Learners who answer at once, and every answer that was acknowledged."""

    def __init__(self, app, size=4):
        self.app, self.acknowledged, self.faults, self.stop = app, [], [], threading.Event()
        self.threads = [threading.Thread(target=self._answer, args=(number,)) for number in range(size)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def wait_for(self, more):
        """Go on when so many more answers have been acknowledged."""
        goal = len(self.acknowledged) + more
        while len(self.acknowledged) < goal and not self.faults:
            time.sleep(0.01)

    def _answer(self, number):
        try:
            with self.app.app_context():
                world = World(self.app)
                for turn in range(10_000):
                    key = f"w{number}-{turn}"
                    world.person(key, day=None)
                    attempt = world.begin(key, None)
                    for item in ("forsta", "andra"):
                        if self.stop.is_set():
                            return
                        world.answer(key, attempt, item, "ratt", None)
                        self.acknowledged.append((attempt.id, item))
        except Exception as fault:  # noqa: BLE001 - whatever it is, the test must see it
            self.faults.append(fault)


def test_the_drill_no_acknowledged_answer_is_missing_from_a_backup_made_under_load(filled, tmp_path, empty_place):
    source = (tmp_path, filled.app.extensions["settings"].database_url)
    promised = []
    with Crowd(filled.app) as crowd:
        for number in range(3):
            crowd.wait_for(20)
            before = list(crowd.acknowledged)
            path = tmp_path / f"{number}.zip"
            made = flask("data", "backup", path, place=source)
            assert made.returncode == 0, made.stderr
            promised.append((path, before))

    assert crowd.faults == []
    for path, before in promised:
        put_back(path, empty_place, replace=True, backup=False)
        with opened(empty_place) as app:
            found = set(database.session.execute(select(Response.attempt_id, Response.item)).all())
            assert set(before) <= found
            assert list(verify.problems(database.session, AT.date(), datetime.now(UTC))) == []
            world = World(app)
            world.person("ny")
            attempt = world.take("ny", None)
            answered = select(Response.item).where(Response.attempt_id == attempt.id)
            assert sorted(database.session.scalars(answered)) == ["andra", "forsta"]
    assert len(promised[2][1]) > len(promised[0][1])


def damage_cut(content):
    return [content[: len(content) * part // 10] for part in range(1, 10)] + [content[:-1], content[1:]]


def damage_empty(_content):
    return [b""]


def damage_noise(content):
    rng = random.Random(5)
    noisy = []
    for _ in range(20):
        altered = bytearray(content)
        for _ in range(len(content) // 50):
            altered[rng.randrange(len(content))] = rng.randrange(256)
        noisy.append(bytes(altered))
    return noisy


def zipped(**members):
    """The bytes of a zip file with such members."""
    from io import BytesIO

    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, content in members.items():
            made.writestr(name.replace("_", "."), content)
    return buffer.getvalue()


def damage_foreign(_content):
    manifests = ("[]", "1", '"x"', "null", "{}", "{", '{"format": 2}', '{"format": 1, "engine": "mysql"}')
    others = [zipped(manifest_json=each) for each in manifests]
    return [b"\x89PNG\r\n\x1a\n" + b"x" * 500, b"SQLite format 3\0" + b"x" * 5000, zipped(a_txt="hej"), *others]


@pytest.mark.parametrize("damage", [damage_cut, damage_empty, damage_noise, damage_foreign])
def test_a_file_that_is_no_whole_backup_is_refused_and_changes_nothing(filled, file, empty_place, damage):
    put_back(file, empty_place)
    with opened(empty_place) as app:
        World(app).person("sedan")
        before = everything(app)

    bad = file.with_name("dålig.zip")
    for content in damage(file.read_bytes()):
        bad.write_bytes(content)
        with pytest.raises(Invalid, match=r"dålig\.zip"):
            put_back(bad, empty_place, replace=True)

    with opened(empty_place) as app:
        assert everything(app) == before
    assert not list(empty_place[0].glob(".backup*"))


def test_one_altered_byte_is_refused_or_of_no_consequence(filled, file):
    whole = archive.whole(file)
    content, rng = file.read_bytes(), random.Random(7)
    refused = 0
    for _ in range(300):
        altered = bytearray(content)
        altered[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        file.write_bytes(altered)
        try:
            assert archive.whole(file) == whole
        except Invalid:
            refused += 1

    assert refused > 250


def repacked(file, **changes):
    """The backup with another manifest, which lies."""
    with zipfile.ZipFile(file) as source:
        members = {name: source.read(name) for name in source.namelist()}
    manifest = json.loads(members.pop("manifest.json"))
    for name, value in changes.items():
        (manifest if name in manifest else manifest["contents"])[name] = value
    made = file.with_name("omgjord.zip")
    with zipfile.ZipFile(made, "w") as target:
        target.writestr("manifest.json", json.dumps(manifest))
        for name, content in members.items():
            target.writestr(name, content)
    return made


def test_a_manifest_that_would_fill_the_memory_is_not_read(file):
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made, made.open("manifest.json", "w") as manifest:
        for _ in range(256):
            manifest.write(b" " * 1_000_000)

    tracemalloc.start()
    try:
        with pytest.raises(Invalid, match="ingen hel säkerhetskopia"):
            archive.whole(file)
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("lie", [{"written_at": "i går"}, {"rows": {"person": "många"}}])
def test_a_manifest_with_values_of_another_sort_is_refused(file, lie):
    with pytest.raises(Invalid, match="ingen hel säkerhetskopia"):
        archive.whole(repacked(file, **lie))


def test_a_newer_schema_and_another_hash_are_refused(filled, file, empty_place):
    with pytest.raises(Invalid, match="nyare än programmets"):
        put_back(repacked(file, schema="9999"), empty_place)
    with pytest.raises(Invalid, match="kontrollsumman"):
        put_back(repacked(file, sha256="0" * 64), empty_place)


def test_a_copy_without_the_rows_that_the_manifest_counts_is_refused(filled, file, empty_place):
    rows = archive.whole(file).contents.rows

    with pytest.raises(Invalid, match="inte de rader"):
        put_back(repacked(file, rows={**rows, "response": rows["response"] + 1}), empty_place)
    with pytest.raises(Invalid, match="inte de rader"):
        put_back(repacked(file, rows={name: count for name, count in rows.items() if name != "person"}), empty_place)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_backup_from_postgresql_is_refused_on_sqlite(filled, file, tmp_path):
    with pytest.raises(Invalid, match="men databasen här är"):
        put_back(file, (tmp_path / "b", f"sqlite:///{tmp_path / 'b.sqlite'}"))


def test_a_copy_whose_rows_point_at_nothing_is_refused(tmp_path, sqlite_template):
    copy = tmp_path / "copy"
    shutil.copy(sqlite_template, copy)
    connection = sqlean.connect(copy, isolation_level=None)
    connection.execute("INSERT INTO membership (person_id, source) VALUES (77, 'hr')")
    connection.close()
    with opened((tmp_path, f"sqlite:///{copy}")), database.engine.connect() as connection:
        contents = contents_of(connection)
    archive.pack(tmp_path / "kopia.zip", copy, "sqlite", contents, at=AT)

    with pytest.raises(Invalid, match="rader i membership som pekar på"):
        put_back(tmp_path / "kopia.zip", (tmp_path / "mål", f"sqlite:///{tmp_path / 'mål' / 'course.sqlite'}"))


def test_rows_are_replaced_only_when_told_and_kept_in_a_backup_of_their_own(filled, file, empty_place):
    put_back(file, empty_place)
    with opened(empty_place) as app:
        World(app).person("sedan")
        later = everything(app)

    with pytest.raises(Conflict, match="--replace"):
        put_back(file, empty_place)
    with opened(empty_place) as app:
        assert everything(app) == later

    _, kept = put_back(file, empty_place, replace=True)
    with opened(empty_place) as app:
        assert everything(app) == everything(filled.app)
    put_back(kept, empty_place, replace=True, backup=False)

    with opened(empty_place) as app:
        assert everything(app) == later
    assert kept == empty_place[0] / "backups" / f"2026-11-22T060000.000000Z-schema-{NEWEST}.zip"
    assert list(kept.parent.iterdir()) == [kept]


def test_a_prepared_database_without_rows_is_empty(filled, file, empty_place):
    with opened(empty_place) as app:
        migrate.upgrade(app)

    _, kept = put_back(file, empty_place)

    assert kept is None


def test_while_somebody_has_the_database_open_nothing_is_restored(filled, file, empty_place):
    put_back(file, empty_place)
    with opened(empty_place) as app, database.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        connection.rollback()
        World(app).person("sedan")
        before = everything(app)

        refused = flask("data", "restore", file, "--replace", place=empty_place)

        assert (refused.returncode, "Stoppa servern" in refused.stderr) == (1, True)
        assert everything(app) == before
    done = flask("data", "restore", file, "--replace", place=empty_place)
    assert (done.returncode, "Det som fanns ligger i" in done.stdout) == (0, True), done.stderr


def test_an_older_schema_is_restored_and_the_way_on_is_told(tmp_path, database_url, empty_place):
    with opened(empty_place) as app:
        migrate.init_app(app).upgrade("0001")
        with database.engine.connect().execution_options(write=True) as connection:
            connection.execute(text("INSERT INTO person (key, name, protected) VALUES ('a', 'A', false)"))
            connection.commit()
        back_up(tmp_path / "gammal.zip", at=AT)
    place = (tmp_path, database_url)

    told = run(place, "data", "restore", tmp_path / "gammal.zip")

    assert (told.exit_code, "i schemat 0001" in told.output) == (0, True)
    assert told.output.endswith(f"Programmet behöver schemat {NEWEST}. Kör nu: flask db upgrade\n")
    assert run(place, "db", "upgrade").exit_code == 0
    with opened(place):
        assert database.session.scalars(text("SELECT key FROM person")).all() == ["a"]
        assert list(verify.problems(database.session, AT.date(), AT)) == []


def sqlite_place(tmp_path):
    folder = tmp_path / "mål"
    folder.mkdir()
    return folder, f"sqlite:///{folder / 'course.sqlite'}"


@pytest.fixture
def sqlite_file(tmp_path, sqlite_template):
    """A backup of a SQLite database with one person."""
    shutil.copy(sqlite_template, tmp_path / "course.sqlite")
    with opened((tmp_path, "")) as app:
        World(app).person("anna")
        back_up(tmp_path / "kopia.zip", at=AT)
    return tmp_path / "kopia.zip"


def keys(place):
    with opened(place):
        return database.session.scalars(text("SELECT key FROM person ORDER BY key")).all()


def test_side_files_of_a_damaged_database_never_reach_the_restored_one(sqlite_file, tmp_path):
    folder, _ = place = sqlite_place(tmp_path)
    other = tmp_path / "course.sqlite"
    writing = sqlean.connect(other, isolation_level=None)
    writing.execute("PRAGMA journal_mode=WAL")
    writing.execute("INSERT INTO person (key, name, protected) VALUES ('inte-du', 'X', 0)")
    (folder / "course.sqlite").write_bytes(b"dust " * 5000)
    shutil.copy(f"{other}-wal", folder / "course.sqlite-wal")
    (folder / "course.sqlite-shm").write_bytes(b"x" * 32768)
    (folder / "course.sqlite-journal").write_bytes(b"x" * 4096)
    writing.close()

    put_back(sqlite_file, place, replace=True, backup=False)

    assert not (folder / "course.sqlite-journal").exists()
    assert keys(place) == ["anna"]


def test_a_damaged_database_is_told_in_one_line_and_can_be_replaced(sqlite_file, tmp_path):
    folder, _ = place = sqlite_place(tmp_path)
    (folder / "course.sqlite").write_bytes(b"dust " * 5000)
    for suffix in ("-wal", "-shm"):
        (folder / f"course.sqlite{suffix}").write_bytes(b"x" * 4096)

    for words in (("verify",), ("backup", tmp_path / "ny.zip"), ("restore", sqlite_file, "--replace")):
        refused = run(place, "data", *words)
        assert (refused.exit_code, refused.output.count("\n")) == (1, 1)
    assert "--no-backup" in refused.output
    done = run(place, "data", "restore", sqlite_file, "--replace", "--no-backup")

    assert done.exit_code == 0, done.output
    assert keys(place) == ["anna"]


def test_killed_at_any_step_a_restore_leaves_the_old_or_the_new(sqlite_file, tmp_path):
    folder, url = sqlite_place(tmp_path)
    with opened((folder, url)) as app:
        migrate.upgrade(app)
        World(app).person("bo")
    shutil.copy(folder / "course.sqlite", tmp_path / "old")

    found = []
    with Doomed((folder, url), "restore", sqlite_file) as restoring:
        steps = restoring.steps()
        for step in range(1, steps + 1):
            shutil.copy(tmp_path / "old", folder / "course.sqlite")
            restoring.die_before(step)
            found.append(keys((folder, url)))

    assert all(people in (["bo"], ["anna"]) for people in found)
    assert (found[0], found[-1]) == (["bo"], ["anna"])


def test_a_restore_that_fails_at_its_end_leaves_postgresql_as_it_was(tmp_path, empty_postgresql):
    place = (tmp_path, empty_postgresql)
    with opened(place) as app:
        migrate.upgrade(app)
        World(app).person("anna")
        copy = tmp_path / "copy"
        contents = postgresql.copy_out(copy)
        World(app).person("bo")
        database.session.close()
        lie = Contents(contents.schema, contents.written_at, {**contents.rows, "person": 99})

        with pytest.raises(Conflict, match="rows of person"):
            postgresql.put_in(copy, lie)

        assert database.session.scalars(text("SELECT key FROM person ORDER BY key")).all() == ["anna", "bo"]


def test_an_owner_who_is_no_superuser_can_do_it_and_the_password_is_never_a_word_of_a_command(
    tmp_path, empty_postgresql, postgresql_server, monkeypatch
):
    url = make_url(empty_postgresql)
    with psycopg.connect(f"{postgresql_server} dbname=postgres", autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {url.database} LOGIN")
        connection.execute(f"ALTER DATABASE {url.database} OWNER TO {url.database}")
    seen = tmp_path / "seen"
    (tmp_path / "bin").mkdir()
    for name in ("pg_dump", "psql"):
        spy = tmp_path / "bin" / name
        spy.write_text(f'#!/bin/sh\necho "$@ : $PGPASSWORD" >> {seen}\nexec {shutil.which(name)} "$@"\n')
        spy.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    own = url.set(username=url.database, password="hemligt ord")
    place = (tmp_path, own.render_as_string(hide_password=False))

    with opened(place) as app:
        migrate.upgrade(app)
        World(app).person("anna")
        back_up(tmp_path / "kopia.zip", at=AT)
        World(app).person("bo")
    put_back(tmp_path / "kopia.zip", place, replace=True)

    assert keys(place) == ["anna"]
    words, passwords = zip(*(line.split(" : ") for line in seen.read_text().splitlines()), strict=True)
    assert "hemligt" not in " ".join(words)
    assert passwords == ("hemligt ord",) * 3


def test_without_postgresqls_programs_the_refusal_says_what_to_install(tmp_path, empty_postgresql, monkeypatch):
    with opened((tmp_path, empty_postgresql)) as app:
        migrate.upgrade(app)
        monkeypatch.setenv("PATH", str(tmp_path))

        with pytest.raises(Conflict, match=r"pg_dump saknas på den här datorn\. Installera paketet postgresql-client"):
            back_up(tmp_path / "kopia.zip", at=AT)

    assert list(tmp_path.glob("*.zip")) == []


def test_a_backup_file_is_verified_without_a_database(filled, file, tmp_path):
    nowhere = (tmp_path / "tom", "postgresql+psycopg://nobody@/x?host=/nowhere")
    good = run(nowhere, "data", "verify", file)
    file.write_bytes(file.read_bytes()[:-5000])
    bad = run(nowhere, "data", "verify", file)

    assert (good.exit_code, "rader i schemat" in good.output) == (0, True), good.output
    assert (bad.exit_code, "ingen hel säkerhetskopia" in bad.output) == (1, True)


def test_sources_of_a_course_are_part_of_the_backup(filled, file, empty_place):
    put_back(file, empty_place)

    with opened(empty_place):
        sources = database.session.scalars(text("SELECT sources FROM release")).one()
    assert (json.loads(sources) if isinstance(sources, str) else sources) == course_sources()


# --- from SQLite to PostgreSQL ---

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
POSTGRESQL_ROW = "SELECT nextval(pg_get_serial_sequence('person', 'id')), (SELECT max(id) FROM person)"


@pytest.fixture
def postgresql_place(empty_postgresql, tmp_path):
    """Another instance, whose PostgreSQL database has the newest schema and no rows."""
    place = tmp_path / "stor", empty_postgresql
    place[0].mkdir()
    with opened(place) as app:
        migrate.upgrade(app)
    return place


def values(app):
    """Every row, whatever order an engine keeps the keys of JSON in."""

    def plain(value):
        return json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else repr(value)

    with app.app_context(), database.engine.connect() as connection:
        return {
            table.name: sorted([plain(value) for value in row] for row in connection.execute(select(table)))
            for table in Base.metadata.sorted_tables
        }


@sqlite_only
def test_a_copy_of_a_sqlite_database_goes_into_an_empty_postgresql_database_row_by_row(
    filled, tmp_path, postgresql_place
):
    file = tmp_path / "kopia.zip"
    back_up(file, at=AT)
    words = ("report", "coverage", "--target", "kurs", "--per", "2026-06-30", "--format", "json")
    asked = (*words, "--kand", newest_instant(filled.db).isoformat())
    figures = filled.app.test_cli_runner().invoke(args=asked).output
    filled.db.rollback()

    manifest, kept = put_back(file, postgresql_place)

    with opened(postgresql_place) as app:
        assert values(app) == values(filled.app)
        assert (manifest.engine, kept) == ("sqlite", None)
        assert app.test_cli_runner().invoke(args=asked).output == figures
        assert '"reached": 1' in figures
        next_id, highest = database.session.execute(text(POSTGRESQL_ROW)).one()
        assert next_id == highest + 1
        at = newest_instant(database.session)
        assert list(verify.problems(database.session, at.date(), at)) == []


@sqlite_only
def test_a_copy_of_a_sqlite_database_is_never_poured_into_rows_or_another_schema(filled, tmp_path, postgresql_place):
    file = tmp_path / "kopia.zip"
    back_up(file, at=AT)
    put_back(file, postgresql_place)

    with pytest.raises(Conflict, match="Databasen är inte tom"):
        put_back(file, postgresql_place)
    with pytest.raises(Conflict, match="tom databas i PostgreSQL med det nyaste schemat"):
        put_back(file, postgresql_place, replace=True, backup=False)
    with opened(postgresql_place) as app:
        assert values(app) == values(filled.app)


@sqlite_only
def test_a_copy_of_a_sqlite_database_with_an_older_schema_says_what_to_do(tmp_path, filled, empty_postgresql):
    file = tmp_path / "kopia.zip"
    back_up(file, at=AT)
    place = tmp_path / "tom", empty_postgresql
    place[0].mkdir()

    with pytest.raises(Conflict, match="kör först: flask db upgrade"):
        put_back(file, place)
    with opened(place), database.engine.connect() as connection:
        assert contents_of(connection).rows == {}
