"""What monitoring asks of the server, and what the administrator sees of the installation."""

import os
import shutil
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from browsing import PASSWORD_HASH, Page, Statements, browser, everything, furnished
from sqlalchemy import text

from course import clock, migrate, revision
from course.access.actions import set_password
from course.content.markup import PLACEHOLDERS
from course.db import database, transaction

ROOT = Path(__file__).parent.parent
sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def asked(world, url):
    answer = browser(world).get(url)
    assert answer.mimetype == "text/plain"
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.status_code, answer.text


def store_revision(value):
    """Let the database say that its schema is another one."""
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :value"), {"value": value})


@sqlite_only
def test_the_revisions_that_the_code_knows_are_those_of_alembic(world):
    scripts = migrate.init_app(world.app).script_directory

    assert scripts.get_current_head() == revision.NEWEST
    assert set(revision.KNOWN) == {script.revision for script in scripts.walk_revisions()}


def test_a_server_is_ready_once_a_course_is_published_and_asking_changes_nothing(world):
    assert asked(world, "/healthz") == (200, "lever\n")
    assert asked(world, "/readyz") == (503, "ingen kurs är publicerad\n")
    world.publish()
    before = everything(world.app)

    assert asked(world, "/readyz") == (200, "redo\n")

    assert everything(world.app) == before


@pytest.mark.parametrize("other", ["0001", "framtiden"])
def test_a_server_is_not_ready_while_the_schema_is_older_or_newer_than_the_code(world, other):
    world.publish()
    world.db.rollback()

    store_revision(other)

    assert asked(world, "/readyz") == (503, "databasens schema är inte programmets\n")
    assert asked(world, "/healthz") == (200, "lever\n")


@sqlite_only
def test_a_server_of_an_empty_database_lives_but_is_not_ready(app, world):
    with database.engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))

    assert asked(world, "/readyz") == (503, "databasens schema är inte programmets\n")
    assert asked(world, "/healthz") == (200, "lever\n")


@sqlite_only
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not write")
def test_a_server_that_may_not_write_its_database_is_not_ready(world):
    world.publish()
    world.db.rollback()
    receiver, sender = os.pipe()
    if not os.fork():
        try:
            os.setuid(65534)
            os.write(sender, repr(asked(world, "/readyz")).encode())
        finally:
            os._exit(0)  # the rest of the test is its parent's
    os.close(sender)
    with os.fdopen(receiver) as told:
        assert told.read() == repr((503, "databasen går inte att skriva i\n"))
    os.wait()


def test_a_ready_server_has_read_its_courses(world):
    world.publish()
    world.db.rollback()
    asked(world, "/readyz")

    with Statements() as sent:
        assert browser(world).get("/ratt-vag").status_code == 200

    assert sent.seen
    assert not [each for each in sent.seen if "sources" in each]


@sqlite_only
def test_a_server_whose_disk_is_full_is_not_ready(world, monkeypatch):
    world.publish()
    world.db.rollback()
    free = shutil.disk_usage(world.app.instance_path).free
    monkeypatch.setattr("course.db.ROOM", 2 * free)

    assert asked(world, "/readyz") == (503, "disken är full\n")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_server_whose_database_is_a_copy_for_reading_is_not_ready(world):
    world.publish()
    world.db.rollback()
    with database.engine.begin() as connection:
        name = connection.execute(text("SELECT current_database()")).scalar_one()
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    database.engine.dispose()

    assert asked(world, "/readyz") == (503, "databasen går inte att skriva i\n")


# --- Drift ---


@pytest.fixture
def system(world):
    """Gives the page as the administrator sees it now."""
    furnished(world)
    world.db.rollback()
    admin = browser(world, "admin")
    return lambda: Page(admin.get("/drift"))


def test_the_administrator_sees_whether_the_schema_is_the_programs(system):
    assert f"Schemat är det som programmet behöver ({revision.NEWEST})." in system().main
    assert "flask db upgrade" not in system().main

    store_revision("0001")
    assert f"Schemat är 0001, men programmet behöver {revision.NEWEST}. Kör flask db upgrade." in system().main
    store_revision("framtiden")
    assert "Schemat är framtiden, som programmet inte känner till." in system().main


@sqlite_only
def test_the_administrator_sees_which_version_of_the_program_serves(system):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert f"Programmets version är {project['version']}. SQLite 3." in system().main


@pytest.mark.parametrize(("days", "told"), [(29, True), (31, False)])
def test_the_administrator_is_told_when_there_will_soon_be_none(world, days, told):
    world.person("adam")
    world.role("adam", "admin", until=str(clock.day_of(clock.now()) + timedelta(days=days)))
    with transaction() as (db, at):
        set_password(db, world.people["adam"], PASSWORD_HASH, by=None, at=at)

    page = Page(browser(world, "adam").get("/drift"))

    assert ("Om 30 dagar finns ingen administratör som kan logga in." in page.main) is told


@sqlite_only
def test_the_administrator_sees_which_local_names_are_left_to_fill_in(world, system):
    path = Path(world.app.instance_path, "lokalt.toml")
    path.write_text('RAPPORTSYSTEM = "Stella"\nLÄNK_MUTOR = " "\n', encoding="utf-8")

    page = system()

    listed = page.texts("li")
    assert {name for name in PLACEHOLDERS if name in listed} == PLACEHOLDERS - {"RAPPORTSYSTEM"}
    assert (page.texts("dt"), page.texts("dd")) == (["RAPPORTSYSTEM"], ["Stella"])

    path.write_text("".join(f'{name} = "x"\n' for name in PLACEHOLDERS), encoding="utf-8")
    page = system()
    assert PLACEHOLDERS.isdisjoint(page.texts("li"))
    assert "Allt är ifyllt i lokalt.toml." in page.main


@sqlite_only
def test_a_local_file_that_cannot_be_read_at_all_hides_nothing_that_was_read_before(world, system):
    path = Path(world.app.instance_path, "lokalt.toml")
    path.write_text('RAPPORTSYSTEM = "Stella"\n', encoding="utf-8")
    assert system().texts("dd") == ["Stella"]
    path.unlink()
    path.mkdir()

    page = system()

    assert page.texts("dd") == ["Stella"]
    assert "lokalt.toml går inte att läsa: " in page.main
    path.rmdir()
    path.write_text('RAPPORTSYSTEM = "Selma"\n', encoding="utf-8")
    assert (system().texts("dd"), "går inte att läsa" in system().main) == (["Selma"], False)


@sqlite_only
@pytest.mark.parametrize("fault", ['spar = "eb"\n=\n[spar]\nEBB = "eb"\n', f"x = {'[' * 3000}\n"])
def test_whatever_stands_in_the_local_file_the_other_lines_are_read(world, system, fault):
    Path(world.app.instance_path, "lokalt.toml").write_text(f'RAPPORTSYSTEM = "Stella"\n{fault}', encoding="utf-8")

    assert system().texts("dd")[0] == "Stella"


@sqlite_only
def test_the_example_file_holds_every_local_name_once_and_is_read_without_a_fault(world, system):
    example = ROOT / "instance" / "lokalt.example.toml"
    shutil.copy(example, Path(world.app.instance_path, "lokalt.toml"))

    page = system()

    assert tomllib.loads(example.read_text(encoding="utf-8")).keys() == PLACEHOLDERS
    assert page.all("p", class_="error") == []
    assert set(page.texts("li")) >= PLACEHOLDERS


@sqlite_only
def test_the_administrator_sees_how_old_the_newest_backup_is(world, system):
    folder = Path(world.app.instance_path, "backups")
    assert f"Mappen {folder} finns inte." in system().main
    folder.mkdir()
    (folder / "2026-11-24T0230.zip.part").touch()
    (folder / "annat.txt").touch()
    assert f"Det finns ingen säkerhetskopia i {folder}." in system().main

    for name, age in (("2026-03-01T0230.zip", 80), ("2026-03-02T0230.zip", 5)):
        (folder / name).touch()
        written = (clock.now() - timedelta(hours=age, minutes=1)).timestamp()
        os.utime(folder / name, (written, written))

    assert "5 timmar gammal." in system().main
    assert system().all("p", class_="error") == []
    (folder / "2026-03-02T0230.zip").unlink()
    assert "3 dygn gammal." in system().main
    assert "Det är för länge sedan." in system().main
