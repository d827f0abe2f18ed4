"""Published releases: which is in force, and the course each one holds.

A release never changes, so each is read and rendered once per process.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from course.content.load import load_course
from course.content.model import Course
from course.content.tables import Media, Release
from course.errors import NotFound


@dataclass(frozen=True)
class Published:
    """A release with its course, ready to show."""

    id: int
    edition: int
    edition_from: date
    published_at: datetime
    course: Course


@dataclass(frozen=True)
class Edition:
    """One release seen as an edition: the day from which it holds, and how long its completions are valid."""

    release_id: int
    edition: int
    holds_from: date


class _Shelf:
    """What one process has read of one database."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.releases: dict[int, Published] = {}
        self.newest: int = 0
        self.current: Mapping[str, int] = {}
        self.editions: Mapping[str, list[Edition]] = {}


_shelves: WeakKeyDictionary[Engine, _Shelf] = WeakKeyDictionary()


def published(db: Session, release_id: int) -> Published:
    """The release with that id. Raises NotFound."""
    shelf = _shelf(db)
    if release_id not in shelf.releases:
        release = db.get(Release, release_id)
        if release is None:
            raise NotFound("Den versionen av kursen finns inte.")
        course = load_course(release.sources).course
        if course is None:
            raise ValueError(f"release {release_id} cannot be read")
        shelf.releases[release_id] = Published(
            release.id, release.edition, release.edition_from, release.published_at, course
        )
    return shelf.releases[release_id]


def newest_release_id(db: Session) -> int:
    """The id of the newest release of any course; 0 before the first."""
    return db.execute(select(func.coalesce(func.max(Release.id), 0))).scalar_one()


def current(db: Session, newest: int) -> dict[str, Published]:
    """{course: its newest release}, given the newest release id of all (see newest_release_id).

    Asks the database only when `newest` is another than last time.
    """
    return {course: published(db, release_id) for course, release_id in _look(db, newest).current.items()}


def in_order(courses: Mapping[str, Published]) -> list[str]:
    """The names of the courses: those for employees first, whom most figures are about."""
    return sorted(courses, key=lambda name: (courses[name].course.audience != "employee", name))


def in_force(db: Session, course: str, newest: int, day: date) -> int:
    """The edition of the course that holds on a present day, given the newest release id of all."""
    return edition_in_force(_look(db, newest).editions.get(course, []), day)


def editions(db: Session, course: str, known_at: datetime) -> list[Edition]:
    """The releases of a course that were published by the instant, oldest first."""
    rows = db.execute(
        select(Release.id, Release.edition, Release.edition_from)
        .where(Release.course == course, Release.published_at <= known_at)
        .order_by(Release.id)
    ).all()
    return [Edition(*row) for row in rows]


def edition_in_force(releases: list[Edition], day: date) -> int:
    """The highest edition that holds on the day; the lowest there is before any holds; 0 without releases."""
    holding = [release.edition for release in releases if release.holds_from <= day]
    return max(holding, default=min((release.edition for release in releases), default=0))


def media(db: Session, digest: str) -> Media:
    """The picture with that digest. Raises NotFound."""
    found = db.get(Media, digest)
    if found is None:
        raise NotFound("Bilden finns inte.")
    return found


def _look(db: Session, newest: int) -> _Shelf:
    """The shelf, with its lists as new as the newest release."""
    shelf = _shelf(db)
    with shelf.lock:
        if shelf.newest != newest:
            rows = db.execute(
                select(Release.course, Release.id, Release.edition, Release.edition_from).order_by(Release.id)
            ).all()
            by_course: dict[str, list[Edition]] = {}
            for row in rows:
                by_course.setdefault(row.course, []).append(Edition(row.id, row.edition, row.edition_from))
            shelf.editions = by_course
            shelf.current = {course: releases[-1].release_id for course, releases in by_course.items()}
            shelf.newest = newest
    return shelf


def _shelf(db: Session) -> _Shelf:
    engine = db.get_bind()
    assert isinstance(engine, Engine)  # noqa: S101 - sessions are bound to engines
    return _shelves.setdefault(engine, _Shelf())
