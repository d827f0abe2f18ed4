"""The whole demonstration in one transaction: courses, people, promises, a year of learning, accounts."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from course.access.actions import grant_role, set_password
from course.clock import day_of
from course.content.actions import publish
from course.content.queries import Published, current, newest_release_id
from course.content.source import Folder
from course.demo import names
from course.demo.days import DAY, at_clock, files_until
from course.demo.history import history
from course.demo.load import Ids, write_history, write_organisation
from course.demo.people import organisation
from course.errors import Conflict
from course.organisation.population import Population
from course.organisation.tables import Person
from course.schema import Installation
from course.target.actions import Decision, set_target

SEED = 1500
GOAL, BOARD_GOAL = 1500, 26
EXAMPLE = "Exempel i demonstrationen"
STATEMENT = (
    "ASN:s yttrande 2023: ”webbutbildningen Att förebygga och hantera hot och våld samt otillåten påverkan som "
    "1 500 medarbetare kommer ha genomgått under 2023” (exempel i demonstrationen)"
)


def is_empty(db: Session) -> bool:
    """Whether the database holds no people."""
    return db.execute(select(Person.id).limit(1)).first() is None


def load(
    db: Session, folders: Mapping[str, Folder], hashes: Mapping[str, str], today: date | None, *, at: datetime
) -> None:
    """Fill an empty database with everything, relative to `today`; `hashes` are the accounts' {key: password hash}.

    Raises Conflict when there are people. Courses that nobody has published are published as of a year back, so
    that what was known on each day since can be asked.
    """
    if not is_empty(db):
        raise Conflict("Databasen har personer. Demonstrationen läggs bara i en tom databas.")
    today = today or day_of(at)
    db.execute(update(Installation).values(demonstration=True))
    first = files_until(today)[0]
    new = newest_release_id(db) == 0
    decided = min(at_clock(first + DAY, 10), at) if new else at
    if new:
        for folder in folders.values():
            earlier = min(at_clock(first - timedelta(days=30), 10), at)
            publish(
                db,
                folder,
                change="language",
                accept_keys=False,
                accept_expired=True,
                accept_unreviewed=True,
                holds_from=day_of(earlier),
                by=None,
                at=earlier,
            )
    made = organisation(today, SEED)
    ids = write_organisation(db, made, at=at)
    for release in current(db, newest_release_id(db)).values():
        _promise(db, release, ids, today, at=decided)
        write_history(db, history(release.course, made, today), release, ids.people, at=at)
    _accounts(db, ids, hashes, first, at=at)


def _promise(db: Session, release: Published, ids: Ids, today: date, *, at: datetime) -> None:
    """Record the targets of a course."""
    year = (date(today.year, 1, 1), date(today.year, 12, 31))
    course, unit = release.course, ids.units
    if course.audience == "official":
        board = Population((unit[names.BOARD],))
        promise = Decision(course.id, BOARD_GOAL, *year, population=board, source=EXAMPLE)
        set_target(db, promise, by=None, at=at)
        return
    everybody = Population((unit[names.ROOT],))
    social = ("Socialsekreterare",)
    groups = (
        ("Socialsekreterare i ekonomiskt bistånd boende", Population((unit["EBB"],), social)),
        ("Socialsekreterare i IFO utredning", Population((unit["IFO"],), social)),
        ("Ekonomiskt bistånd och boende (granskad 2022)", Population((unit["EKB"], unit["EBB"]))),
        ("Tillståndsenheten (granskad 2022)", Population((unit["TIL"],))),
    )
    if today.year > 2023:
        promised = Decision(
            course.id,
            GOAL,
            date(2023, 1, 1),
            date(2023, 12, 31),
            population=everybody,
            groups=groups[:2],
            reference="ASN-2023-18785",
            source=STATEMENT,
        )
        set_target(db, promised, by=None, at=at)
    decision = Decision(course.id, GOAL, *year, population=everybody, groups=groups, source=EXAMPLE)
    set_target(db, decision, by=None, at=at)


def _accounts(db: Session, ids: Ids, hashes: Mapping[str, str], since: date, *, at: datetime) -> None:
    """Give the accounts their passwords and roles; the secretary's is for the nämnd."""
    for key, _, _, _, role in names.ACCOUNTS:
        if role:
            unit = ids.units[names.BOARD] if role == "secretary" else None
            grant_role(db, ids.people[key], role, since=min(since, day_of(at)), unit=unit, by=None, at=at)
        set_password(db, ids.people[key], hashes[key], by=None, at=at)
