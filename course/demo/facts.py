"""What the fictional organisation is made of, before it is written: people by key, units by code."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Somebody:
    """A person."""

    key: str
    name: str
    email: str
    protected: bool = False


@dataclass(frozen=True)
class UnitState:
    """Where a unit stood and who led it, from–to."""

    parent: str | None
    manager: str | None
    since: date
    until: date
    recorded: datetime
    superseded: datetime | None = None


@dataclass(frozen=True)
class UnitPlan:
    """A unit through all its states; parents stand before their children."""

    code: str
    name: str
    kind: str
    states: tuple[UnitState, ...]


@dataclass(frozen=True)
class PostState:
    """On what terms somebody belonged to a unit, from–to."""

    unit: str
    title: str
    employment: str
    counts: bool
    since: date
    until: date
    recorded: datetime
    superseded: datetime | None = None


@dataclass(frozen=True)
class Post:
    """One employment or mandate."""

    person: str
    source: str
    audience: str
    states: tuple[PostState, ...]


@dataclass(frozen=True)
class File:
    """One of HR's monthly files: when it was read in, and how many persons it changed."""

    day: date
    at: datetime
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Absence:
    """Somebody is exempt from–to."""

    person: str
    since: date
    until: date
    recorded: datetime


@dataclass(frozen=True)
class Link:
    """`person` and `main` are one human."""

    person: str
    main: str
    recorded: datetime


@dataclass(frozen=True)
class Organisation:
    """Everybody and everything they belong to."""

    people: tuple[Somebody, ...]
    units: tuple[UnitPlan, ...]
    posts: tuple[Post, ...]
    files: tuple[File, ...] = ()
    absences: tuple[Absence, ...] = ()
    links: tuple[Link, ...] = ()


def ascii_of(name: str) -> str:
    """The name as it stands in an address."""
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore")
    return plain.decode().replace(" ", "-")
