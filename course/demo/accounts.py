"""One fictional account per role, so that the product can be tried at once."""

import os
import secrets
from datetime import date

from sqlalchemy import func, select, update

from course import clock
from course.access.actions import grant_role, set_password
from course.access.password import hash_password
from course.config import Settings
from course.content.queries import current, newest_release_id
from course.db import is_demonstration, transaction
from course.errors import Conflict
from course.organisation.actions import Decision, Terms, add_membership, add_person, add_unit, set_target
from course.organisation.population import Population
from course.organisation.tables import Person
from course.schema import Installation

PEOPLE = (
    ("anna", "Anna Exempel", "Socialsekreterare", "EBB-1", None),
    ("hanna", "Hanna Påhittad", "HR-specialist", "HR", "hr"),
    ("adam", "Adam Låtsas", "Systemförvaltare", "HR", "admin"),
)
"""(key, name, title, unit, role beside learner)."""
UNITS = (
    ("ASF", "Exempelförvaltningen", None),
    ("EBB", "Avdelning ekonomiskt bistånd boende", "ASF"),
    ("EBB-1", "Ekonomiskt bistånd boende, grupp 1", "EBB"),
    ("IFO", "IFO utredning", "ASF"),
    ("HR", "HR-avdelningen", "ASF"),
)
GOAL = 1500
FILE = "demo-accounts.txt"


def load_into_empty(settings: Settings) -> str:
    """Load the fictional people into an empty database and mark it; gives the accounts as text to show.

    A database that is a demonstration already is left as it is. Raises Conflict when it holds real people.
    """
    path = settings.instance / FILE
    words = [(key, name, "-".join(secrets.token_hex(2) for _ in range(4))) for key, name, *_ in PEOPLE]
    hashes = {}
    with transaction() as (db, _at):
        empty = db.execute(select(func.count()).select_from(Person)).scalar_one() == 0
        if not empty and not is_demonstration(db):
            raise Conflict("Databasen har riktiga personer. Demonstrationen läggs bara i en tom databas.")
    if empty:
        hashes = {key: hash_password(password) for key, _, password in words}
        _load(hashes)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"Konton i demonstrationen på {settings.base_url}\n\n")
            file.writelines(f"{name}: logga in som {key} med lösenordet {password}\n" for key, name, password in words)
    return (
        path.read_text(encoding="utf-8")
        if path.exists()
        else f"{FILE} saknas; ge nya lösenord med flask access password."
    )


def _load(hashes: dict[str, str]) -> None:
    with transaction() as (db, at):
        today = clock.day_of(at)
        year = date(today.year, 1, 1)
        db.execute(update(Installation).values(demonstration=True))
        units: dict[str, int] = {}
        for code, name, parent in UNITS:
            above = units[parent] if parent else None
            units[code] = add_unit(db, code=code, name=name, since=year, parent=above, source="demo", by=None, at=at)
        for key, name, title, unit, role in PEOPLE:
            person = add_person(db, key=key, name=name, email=f"{key}@example.org", by=None, at=at)
            add_membership(db, person.id, Terms(units[unit], title, year), source="demo", by=None, at=at)
            set_password(db, person.id, hashes[key], by=None, at=at)
            if role:
                grant_role(db, person.id, role, since=today, by=None, at=at)
        for course in current(db, newest_release_id(db)).values():
            if course.course.audience == "employee":
                decision = Decision(
                    course=course.course.id,
                    goal=GOAL,
                    period_from=year,
                    period_to=date(today.year, 12, 31),
                    groups=(
                        ("Ekonomiskt bistånd boende", Population((units["EBB"],))),
                        ("IFO utredning", Population((units["IFO"],))),
                    ),
                    source="Exempel i demonstrationen",
                )
                set_target(db, decision, by=None, at=at)
