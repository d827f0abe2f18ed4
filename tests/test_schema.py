"""Facts stay as they were written, on both engines; the migrated schema is the mapped one."""

import re
import subprocess
from datetime import date
from pathlib import Path

import pytest
from conftest import settings_for
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from world import noon

from course import create_app, migrate
from course.access.tables import Grant
from course.clock import FOREVER
from course.db import database, transaction
from course.organisation.tables import MembershipState, UnitState
from course.recall.actions import finish as finish_recall
from course.recall.actions import wish
from course.recall.choosing import Moment
from course.scenario.actions import finish
from course.schema import Base


@pytest.fixture
def full(world):
    """A row in every fact table that one learner's course fills."""
    world.publish()
    world.person("anna", "A")
    world.role("anna", "hr")
    world.target()
    release = world.take("anna", "2026-03-01").release_id
    with world.write() as (db, at):
        finish(db, world.people["anna"], "kurs", "dorren", release_id=release, day=at.date())
        finish_recall(db, world.people["anna"], Moment("kurs", at.date(), 7))
        wish(db, world.people["anna"], wanted=False, at=at)
    return world


def refused(statement, **values):
    with pytest.raises(DBAPIError) as refusal, transaction() as (db, _at):
        db.execute(text(statement), values)
    return str(refusal.value.orig)


FACTS = sorted(table.name for table in Base.metadata.tables.values() if table.info.get("rows") == "fact")
DATED = sorted(table.name for table in Base.metadata.tables.values() if table.info.get("rows") == "dated")


def test_the_tables_of_facts_and_of_dated_facts_are_these():
    assert FACTS == [
        "attempt",
        "audit_entry",
        "completion",
        "import",
        "mark",
        "media",
        "recall_done",
        "recall_wish",
        "release",
        "reported_figure",
        "response",
        "result",
        "retention_run",
        "revocation",
        "scenario_done",
    ]
    assert DATED == ["exemption", "grant", "membership_state", "same_person", "target_state", "unit_state"]


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("attempt", "number = 9"),
        ("audit_entry", "action = 'x'"),
        ("completion", "edition = 9"),
        ("mark", "points = 0"),
        ("recall_done", "occasion = 9"),
        ("recall_wish", "wanted = TRUE"),
        ("release", "edition = 9"),
        ("response", "answer = '[]'"),
        ("result", "passed = NOT passed"),
        ("scenario_done", "scenario = 'x'"),
    ],
)
def test_a_fact_is_neither_changed_nor_deleted(full, table, change):
    before = full.db.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
    full.db.rollback()

    assert "never changed" in refused(f"UPDATE {table} SET {change}")
    assert "never deleted" in refused(f"DELETE FROM {table}")
    assert before > 0
    assert full.db.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == before


def test_replacing_a_fact_is_refused_on_sqlite(full):
    if database.engine.dialect.name != "sqlite":
        pytest.skip("INSERT OR REPLACE is SQLite's")

    assert "never deleted" in refused(
        "INSERT OR REPLACE INTO completion SELECT id, person_id, course, path, 7, release_id, route, evidence,"
        " occurred_on, recorded_at FROM completion"
    )


def test_truncating_a_fact_is_refused_on_postgresql(full):
    if database.engine.dialect.name != "postgresql":
        pytest.skip("TRUNCATE is PostgreSQL's")

    assert "never deleted" in refused("TRUNCATE completion CASCADE")


def test_a_retention_run_may_delete_and_leaves_no_guard(full):
    with transaction() as (db, _at):
        db.execute(text("INSERT INTO retention_guard (id) VALUES (1)"))
        db.execute(text("DELETE FROM mark"))
        db.execute(text("DELETE FROM response"))
        db.execute(text("DELETE FROM retention_guard"))

    assert full.db.execute(text("SELECT count(*) FROM response")).scalar_one() == 0
    full.db.rollback()
    assert "never deleted" in refused("DELETE FROM result")


@pytest.mark.parametrize(
    ("table", "change"),
    [("membership_state", "title = 'x'"), ("target_state", "goal = 1"), ("unit_state", "name = 'x'")],
)
def test_a_dated_fact_may_only_be_superseded_and_only_once(full, table, change):
    assert "never changed" in refused(f"UPDATE {table} SET {change}")
    assert "never changed" in refused(f"UPDATE {table} SET {change}, superseded_at = recorded_at")
    assert "never deleted" in refused(f"DELETE FROM {table}")

    with transaction() as (db, _at):
        db.execute(text(f"UPDATE {table} SET superseded_at = recorded_at"))

    assert "never changed" in refused(f"UPDATE {table} SET superseded_at = NULL")
    assert "never changed" in refused(f"UPDATE {table} SET superseded_by = 1")


def test_live_states_of_one_membership_never_overlap(full):
    first = full.db.query(MembershipState).one()
    again = {
        "membership_id": first.membership_id,
        "unit_id": first.unit_id,
        "audience": "employee",
        "title": "",
        "employment": "permanent",
        "counts": True,
        "recorded_at": noon("2026-02-01"),
    }

    with pytest.raises(DBAPIError, match="overlap"), transaction() as (db, _at):
        db.add(MembershipState(valid_from=date(2026, 2, 1), valid_to=FOREVER, **again))
        db.flush()
    with transaction() as (db, _at):
        db.execute(text("UPDATE membership_state SET superseded_at = recorded_at"))
        db.add(MembershipState(valid_from=date(2020, 1, 1), valid_to=date(2026, 1, 31), **again))
        db.add(MembershipState(valid_from=date(2026, 2, 1), valid_to=FOREVER, **again))

    assert full.db.query(MembershipState).filter(MembershipState.superseded_at.is_(None)).count() == 2


def test_no_two_live_units_share_a_code_on_a_day(full):
    other = full.unit("B")

    with pytest.raises(DBAPIError, match="code is taken"), transaction() as (db, _at):
        db.execute(text("UPDATE unit_state SET superseded_at = recorded_at WHERE unit_id = :unit"), {"unit": other})
        db.add(UnitState(unit_id=other, code="A", name="A", kind="enhet", valid_from=date(2027, 1, 1),
                         valid_to=FOREVER, recorded_at=noon("2026-02-01")))  # fmt: skip
        db.flush()


def test_the_same_role_without_a_unit_does_not_overlap_itself(full):
    with pytest.raises(DBAPIError, match="overlap"), transaction() as (db, at):
        db.add(
            Grant(
                person_id=full.people["anna"], role="hr", valid_from=date(2026, 1, 1), valid_to=FOREVER, recorded_at=at
            )
        )
        db.flush()


def test_no_answer_is_added_after_the_result(full):
    columns = "(attempt_id, item, answer, answered_at)"

    assert "has its result" in refused(f"INSERT INTO response {columns} SELECT id, 'ny', '[]', started_at FROM attempt")
    assert "has its result" in refused(
        "INSERT INTO mark (attempt_id, sequence, item, points) SELECT id, 1, 'ny', 0 FROM attempt"
    )


def sqlite_schema(app):
    with app.app_context(), database.engine.connect() as connection:
        rows = connection.execute(text("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'alembic%'"))
        return {(kind, name): normal(kind, sql or "") for kind, name, sql in rows if "alembic_version" not in name}


def normal(kind, sql):
    """The statement without spacing and quotes; a table's columns and constraints in any order.

    A foreign key that ALTER TABLE wrote beside its column is the same as one that CREATE TABLE wrote after them all.
    """
    words = " ".join(sql.replace('"', "").split()).removesuffix(")")
    words = re.sub(r"(\w+) (\w+) (CONSTRAINT \w+) (REFERENCES)", r"\1 \2, \3 FOREIGN KEY(\1) \4", words)
    return sorted(part.strip() for part in re.split(r",(?![^(]*\))", words)) if kind == "table" else words


def test_migrating_gives_what_the_mapped_classes_say_on_sqlite(tmp_path):
    migrated, created = (create_app(settings_for(tmp_path / name)) for name in ("migrated", "created"))
    migrate.upgrade(migrated)
    with created.app_context():
        Base.metadata.create_all(database.engine)

    assert sqlite_schema(migrated) == sqlite_schema(created)
    assert sum(kind == "trigger" for kind, _ in sqlite_schema(migrated)) > 20


def dumped(url):
    folder, name = make_url(url).query["host"], make_url(url).database
    program = max(Path("/usr/lib/postgresql").glob("*/bin")) / "pg_dump"
    command = [program, "-h", folder, "-U", "postgres", "--schema-only", "--exclude-table=alembic_version", name]
    dump = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [line for line in dump.splitlines() if line and not line.startswith(("--", "\\"))]


def test_migrating_gives_what_the_mapped_classes_say_on_postgresql(tmp_path, empty_postgresql, postgresql_template):
    created = create_app(settings_for(tmp_path, empty_postgresql))
    with created.app_context():
        Base.metadata.create_all(database.engine)
        database.engine.dispose()
    migrated = make_url(empty_postgresql).set(database=postgresql_template)

    assert dumped(migrated) == dumped(empty_postgresql)
    assert sum("CREATE TRIGGER" in line for line in dumped(migrated)) > 20


def test_upgrading_again_makes_lost_triggers_again(tmp_path):
    app = create_app(settings_for(tmp_path))
    migrate.upgrade(app)
    before = sqlite_schema(app)
    with app.app_context():
        with database.engine.connect() as connection:
            connection.exec_driver_sql("DROP TRIGGER completion_no_update")
            connection.commit()
        assert sqlite_schema(app) != before

    migrate.upgrade(app)

    assert sqlite_schema(app) == before
