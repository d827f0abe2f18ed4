"""flask data verify tells everything that is wrong with a database, and nothing when it is whole."""

import shutil

import pytest
from keeping import opened, run
from sqlalchemy import text
from world import World, noon

from course import migrate, verify
from course.content.actions import digest_of
from course.db import database, transaction
from course.report.catalogue.coverage import build
from course.report.table import Figure, Group, Row
from course.schema import make_triggers

DAY = noon("2026-06-01")


@pytest.fixture
def filled(world):
    """One learner's whole course, HR, a target."""
    world.publish()
    world.person("anna", "A")
    world.role("anna", "hr")
    world.target()
    world.take("anna", "2026-03-01")
    world.db.rollback()
    return world


def loosened(db, *statements):
    """Do what the triggers refuse, and put them back."""
    if database.engine.dialect.name == "postgresql":
        db.execute(text("SET session_replication_role = replica"))
    else:
        for name in db.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            db.execute(text(f'DROP TRIGGER "{name}"'))
    for statement in statements:
        db.execute(text(statement))
    if database.engine.dialect.name == "postgresql":
        db.execute(text("SET session_replication_role = DEFAULT"))
    else:
        make_triggers(db.connection())


def found_by_verify(world):
    world.db.rollback()
    found = list(verify.problems(world.db, DAY.date(), DAY))
    world.db.rollback()
    return found


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("UPDATE audit_entry SET subject = 'x' WHERE id = 2", ["loggen: kedjan är bruten vid rad 2"]),
        ("DELETE FROM audit_entry WHERE id = 2", ["loggen: kedjan är bruten vid rad 3"]),
        ("UPDATE release SET digest = 'x'", ["kurs, version 1: texterna är inte de som publicerades"]),
        ("""UPDATE release SET sources = '{"a": "b"}'""", ["kurs, version 1: kursen går inte att läsa"]),
    ],
)
def test_verify_tells_what_is_altered(filled, tmp_path, fault, told):
    assert found_by_verify(filled) == []
    with transaction() as (db, _at):
        loosened(db, fault)
        if "sources" in fault:
            loosened(db, f"UPDATE release SET digest = '{digest_of({'a': 'b'})}'")

    found = found_by_verify(filled)

    assert [problem.partition(";")[0] for problem in found] == told
    new_process = run((tmp_path, filled.app.extensions["settings"].database_url), "data", "verify")
    assert (new_process.exit_code, new_process.output.startswith(told[0])) == (1, True)


def test_verify_tells_rows_that_point_at_nothing(filled):
    with database.engine.connect().execution_options(write=True) as connection:
        if connection.dialect.name == "sqlite":
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        else:
            connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text("INSERT INTO membership (person_id, source) VALUES (77, 'hr')"))
        connection.commit()
        connection.invalidate()

    assert found_by_verify(filled) == ["membership: 1 rader har en person_id som inte finns i person"]


def test_verify_tells_a_trigger_that_is_gone_off_or_changed(filled):
    postgresql_ = database.engine.dialect.name == "postgresql"
    statements = {
        "completion": ("DROP TRIGGER completion_rows ON completion", "DROP TRIGGER completion_no_update"),
        "result": ("ALTER TABLE result DISABLE TRIGGER result_all", "DROP TRIGGER result_no_delete"),
    }
    with transaction() as (db, _at):
        for on_postgresql, on_sqlite in statements.values():
            db.execute(text(on_postgresql if postgresql_ else on_sqlite))
        if postgresql_:
            db.execute(
                text(
                    "CREATE OR REPLACE FUNCTION mark_guard() RETURNS trigger LANGUAGE plpgsql"
                    " AS $$ BEGIN RETURN NEW; END $$"
                )
            )
        else:
            db.execute(text("DROP TRIGGER mark_no_update"))
            db.execute(text("CREATE TRIGGER mark_no_update BEFORE UPDATE ON mark WHEN FALSE BEGIN SELECT 1; END"))

    assert [problem.partition(":")[0] for problem in found_by_verify(filled)] == ["completion", "mark", "result"]
    migrate.upgrade(filled.app)
    assert found_by_verify(filled) == []


def test_verify_tells_figures_that_do_not_add_up(filled):
    report = build(filled.db, "kurs", "employee", DAY.date(), DAY)
    assert [*verify.sums(report), *verify.rows(report)] == []
    worse = []
    for group in report.groups:
        figures = tuple(
            Figure(each.key, each.label, each.value + 1 if each.key in ("exempt", "joined", "reached") else each.value)
            for each in group.figures
        )
        worse.append(Group(group.key, group.title, figures))
    lines = tuple(
        Row(row.level, row.label, (row.values[0] + (row.kind == "total"), *row.values[1:]), row.kind)
        for row in report.rows
    )
    broken = type(report)(**{**vars(report), "groups": tuple(worse), "rows": lines})

    assert [*verify.sums(broken), *verify.rows(broken)] == [
        "”Så är läget den valda dagen”",
        "”Så har målgruppen ändrats”",
        "”Så hänger klara och nått ihop”",
        "”Så blev de nådda”",
        "kolumnen ”I målgruppen”",
    ]


def test_verify_finds_a_damaged_page_of_sqlite(tmp_path, sqlite_template):
    path = tmp_path / "course.sqlite"
    shutil.copy(sqlite_template, path)
    with opened((tmp_path, "")) as app:
        world = World(app)
        world.publish()
        for number in range(200):
            world.person(f"p{number}")
    content = bytearray(path.read_bytes())
    place = content.index(b"Namn p150")
    page = place - place % 4096
    content[page : page + 200] = b"\x00" * 200
    path.write_bytes(content)

    told = run((tmp_path, f"sqlite:///{path}"), "data", "verify")

    assert told.exit_code == 1
    assert "lagringen" in told.output


def test_verify_as_a_command_says_that_all_is_well_or_ends_with_1(filled, tmp_path):
    place = (tmp_path, filled.app.extensions["settings"].database_url)
    good = run(place, "data", "verify")
    with transaction() as (db, _at):
        loosened(db, "UPDATE audit_entry SET subject = 'x' WHERE id = 2")
    bad = run(place, "data", "verify")

    assert (good.exit_code, good.output.startswith("Databasen är hel")) == (0, True), good.output
    assert (bad.exit_code, bad.output.endswith("Antal fel: 1.\n")) == (1, True)
