"""The audit log: a chain that breaks visibly when a row is altered."""

from sqlalchemy import select, text

from course.audit.queries import first_broken
from course.audit.tables import AuditEntry
from course.db import database, transaction


def loosen(db):
    if database.engine.dialect.name == "postgresql":
        db.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER ALL"))
    else:
        db.execute(text("DROP TRIGGER audit_entry_no_update"))
        db.execute(text("DROP TRIGGER audit_entry_no_delete"))


def test_every_change_is_chained_to_the_one_before(world):
    world.publish()
    world.person("anna", "A")
    world.role("anna", "hr")
    world.target()

    entries = world.db.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()

    assert [entry.action for entry in entries] == [
        "content.publish",
        "person.add",
        "unit.add",
        "membership.add",
        "access.grant",
        "target.set",
    ]
    assert [entry.id for entry in entries] == [1, 2, 3, 4, 5, 6]
    assert first_broken(world.db) is None
    assert not any("Namn anna" in str(entry.detail) or "example.org" in str(entry.detail) for entry in entries)


def test_an_altered_row_is_found_whatever_is_altered(world):
    world.publish()
    world.person("anna", "A")
    alterations = (
        "UPDATE audit_entry SET action = 'x' WHERE id = 2",
        "UPDATE audit_entry SET subject = 'x' WHERE id = 2",
        "UPDATE audit_entry SET actor = 1 WHERE id = 2",
        "UPDATE audit_entry SET detail = '{\"a\": 1}' WHERE id = 2",
        "UPDATE audit_entry SET at = '2020-01-01 00:00:00' WHERE id = 2",
        "UPDATE audit_entry SET hash = 'x' WHERE id = 2",
        "UPDATE audit_entry SET previous_hash = 'x' WHERE id = 2",
        "DELETE FROM audit_entry WHERE id = 2",
        "UPDATE audit_entry SET id = 20 WHERE id = 2",
        "UPDATE audit_entry SET hash = (SELECT hash FROM audit_entry WHERE id = 1) WHERE id = 2",
    )
    found = []
    for alteration in alterations:
        with database.engine.connect().execution_options(write=True) as connection:
            from sqlalchemy.orm import Session

            with Session(connection) as db:
                loosen(db)
                db.execute(text(alteration))
                found.append(first_broken(db))
                db.rollback()

    assert all(number is not None for number in found)
    assert first_broken(world.db) is None


def test_nothing_is_logged_for_a_change_that_was_rolled_back(world):
    world.publish()
    try:
        with transaction() as (db, at):
            from course.organisation.actions import add_person

            add_person(db, key="x", name="X", email=None, by=None, at=at)
            raise KeyError
    except KeyError:
        pass

    assert [entry.action for entry in world.db.scalars(select(AuditEntry))] == ["content.publish"]
