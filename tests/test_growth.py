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
