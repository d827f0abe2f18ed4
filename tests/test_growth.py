"""What is asked of the database grows with the people, not with their square: PostgreSQL says what it read."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import event, text

from course.db import database, transaction
from course.organisation.actions import Terms, add_membership, add_person
from course.report.catalogue import REPORTS

PEOPLE = 300
pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@contextmanager
def employed(world) -> Iterator[None]:
    """Everybody in two units, written in the transaction that is still open inside."""
    for code in ("A", "B"):
        world.unit(code)
    with transaction() as (db, at):
        for number in range(PEOPLE):
            person = add_person(db, key=f"p{number}", name=f"Namn {number}", email=None, by=None, at=at)
            for code in ("A", "B"):
                terms = Terms(world.units[code], "Handläggare", date(2020, 1, 1))
                add_membership(db, person.id, terms, by=None, at=at)
        yield


def joined_in_vain(plan) -> int:
    """Pairs of rows that a plan looked at and that did not belong together."""
    removed = plan.get("Rows Removed by Join Filter", 0) * plan["Actual Loops"]
    return removed + sum(map(joined_in_vain, plan.get("Plans", ())))


def test_writing_memberships_does_not_read_all_that_are_there_for_each(world):
    query = "SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'membership_state'"

    with employed(world):
        read = database.session.execute(text(query)).scalar_one()

    assert read < 10 * PEOPLE


def test_coverage_looks_at_no_more_pairs_than_there_are_people(world):
    world.publish()
    with employed(world):
        pass
    sent = []

    def execute(connection, cursor, statement, parameters, *_more):
        sent.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", execute)
    REPORTS["coverage"].build(world.db, "kurs", "employee", date(2026, 6, 30), world.app_now())
    event.remove(database.engine, "before_cursor_execute", execute)
    statement, parameters = next(each for each in sent if "standing" in each[0])
    connection = world.db.connection()
    ((explained,),) = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
    (found,) = json.loads(explained) if isinstance(explained, str) else explained

    assert found["Plan"]["Actual Rows"] > 2 * PEOPLE
    assert joined_in_vain(found["Plan"]) < 10 * PEOPLE


def lookups(plan):
    """The sets that a plan reads whole, once for each of many rows."""
    reads = [] if "Index" in plan["Node Type"] else [plan["Node Type"]]
    own = reads if plan.get("Parent Relationship") == "SubPlan" and plan["Actual Loops"] > PEOPLE else []
    return [*own, *(found for below in plan.get("Plans", ()) for found in lookups(below))]


MANY = """
    INSERT INTO person (id, key, name, protected)
        SELECT n, 'm' || n, 'Namn', FALSE FROM generate_series(10000, 24000) AS n;
    INSERT INTO membership (id, person_id, source) SELECT n, n, 'hand' FROM generate_series(10000, 24000) AS n;
    INSERT INTO membership_state (membership_id, unit_id, audience, title, employment, counts, valid_from, valid_to,
        recorded_at) SELECT n, {unit}, 'employee', '', 'permanent', TRUE, '2026-03-01', '9999-12-31', '2026-01-02'
        FROM generate_series(10000, 24000) AS n;
    INSERT INTO completion (person_id, course, path, edition, release_id, route, evidence, occurred_on, recorded_at)
        SELECT n, 'kurs', '', 1, {release}, 'quiz', 'x', '2026-04-01', '2026-04-01'
        FROM generate_series(10000, 20000) AS n;
    INSERT INTO revocation (completion_id, at, reason) SELECT id, '2026-04-02', 'x' FROM completion;
    INSERT INTO exemption (person_id, valid_from, valid_to, recorded_at)
        SELECT n, '2026-01-01', '9999-12-31', '2026-01-02' FROM generate_series(10000, 24000) AS n;
    INSERT INTO same_person (person_id, main_id, valid_from, valid_to, recorded_at)
        SELECT n, n + 1, '1900-01-01', '9999-12-31', '2026-01-02' FROM generate_series(10000, 20000, 2) AS n;
    ANALYZE;
"""


def test_no_set_is_read_anew_for_each_person_when_it_does_not_fit_the_memory(world):
    world.publish()
    unit = world.unit("A")
    with transaction() as (db, _):
        for table in ("membership_state", "exemption", "same_person"):  # each would look for what it overlaps
            db.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        (number,) = db.execute(text("SELECT max(id) FROM release")).one()
        for statement in MANY.format(unit=unit, release=number).split(";")[:-1]:
            db.execute(text(statement))
    sent = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: sent.append(args[2:4]))
    told = REPORTS["coverage"].build(world.db, "kurs", "employee", date(2026, 6, 30), world.app_now())
    statement, parameters = next(each for each in sent if "standing" in each[0])
    connection = world.db.connection()
    connection.exec_driver_sql("SET LOCAL work_mem = '64kB'")

    ((explained,),) = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)

    (found,) = json.loads(explained) if isinstance(explained, str) else explained
    assert told.rows[-1].values[0] == 9000
    assert lookups(found["Plan"]) == []
