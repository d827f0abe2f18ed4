"""A whole municipality: thirteen departments, each as large as the demonstration, below one root.

Made by the demonstration's own generator, each department by its own lot, so the same day gives the same people.
What nobody asks a coverage figure about is left out: the answers and marks of the attempts.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from course.access.actions import grant_role, open_session
from course.clock import FOREVER, day_of
from course.content.actions import publish
from course.content.queries import current, newest_release_id
from course.content.source import Folder
from course.demo.days import DAY, at_clock, files_until
from course.demo.everything import SEED
from course.demo.facts import Organisation, UnitPlan, UnitState
from course.demo.history import History, history
from course.demo.load import write_history, write_organisation
from course.demo.people import UNITS_SINCE, organisation
from course.organisation.population import Population
from course.schema import Installation
from course.target.actions import Decision, set_target

DEPARTMENTS = 13
ROOT = "KOMMUN"
GROUPS = {"EBB.1": "Ekonomiskt bistånd boende", "IFO.2": "IFO utredning", "EKB.3": "Ekonomiskt bistånd"}
HR = "hanna.0"


def load(db: Session, folders: Mapping[str, Folder], *, at: datetime) -> str:
    """Fill an empty, migrated database as the demonstration does; gives a session of somebody from HR."""
    db.execute(update(Installation).values(demonstration=True))
    today = day_of(at)
    first = files_until(today)[0]
    for folder in folders.values():
        early = at_clock(first - timedelta(days=30), 10)
        publish(db, folder, change="language", accept_keys=False, accept_unreviewed=True, by=None, at=early)
    made = _municipality(today)
    ids = write_organisation(db, made, at=at)
    for release in current(db, newest_release_id(db)).values():
        if release.course.audience == "employee":
            year = (date(today.year, 1, 1), date(today.year, 12, 31))
            groups = tuple((name, Population((ids.units[code],))) for code, name in GROUPS.items())
            everybody = Population((ids.units[ROOT],))
            promise = Decision(release.course.id, 20_000, *year, population=everybody, groups=groups, source="bench")
            set_target(db, promise, by=None, at=at_clock(first + DAY, 10))
            write_history(db, _without_answers(history(release.course, made, today)), release, ids.people, at=at)
    grant_role(db, ids.people[HR], "hr", since=first, by=None, at=at)
    return open_session(db, ids.people[HR], at=at)


def _municipality(today: date) -> Organisation:
    departments = [_numbered(organisation(today, SEED + number), number) for number in range(DEPARTMENTS)]
    top = UnitState(None, None, UNITS_SINCE, FOREVER, at_clock(files_until(today)[0], 6))
    return Organisation(
        people=tuple(each for one in departments for each in one.people),
        units=(UnitPlan(ROOT, "Kommunen", "kommun", (top,)), *(each for one in departments for each in one.units)),
        posts=tuple(each for one in departments for each in one.posts),
        files=departments[0].files,
        absences=tuple(each for one in departments for each in one.absences),
        links=tuple(each for one in departments for each in one.links),
    )


def _numbered(made: Organisation, number: int) -> Organisation:
    """The organisation with its number behind every key and code, and its top below the root."""

    def numbered(text: str | None) -> str | None:
        return text and f"{text}.{number}"

    return Organisation(
        people=tuple(replace(each, key=numbered(each.key)) for each in made.people),
        units=tuple(
            replace(
                unit,
                code=numbered(unit.code),
                states=tuple(
                    replace(state, parent=numbered(state.parent) or ROOT, manager=numbered(state.manager))
                    for state in unit.states
                ),
            )
            for unit in made.units
        ),
        posts=tuple(
            replace(
                post,
                person=numbered(post.person),
                states=tuple(replace(state, unit=numbered(state.unit)) for state in post.states),
            )
            for post in made.posts
        ),
        absences=tuple(replace(each, person=numbered(each.person)) for each in made.absences),
        links=tuple(replace(each, person=numbered(each.person), main=numbered(each.main)) for each in made.links),
    )


def _without_answers(done: History) -> History:
    return replace(done, tries=tuple(replace(each, answers=(), score=None) for each in done.tries))
