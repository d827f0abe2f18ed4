"""What is stored of people, memberships and units, for a list to be compared with. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from course.organisation.row import Row
from course.roster.states import Held, Ref

PROTECTED_TOLD = "en skyddad person"
BY_HAND = "hand"
"""The source of what no list has told of."""
EVIDENCE = "underlag"
"""The source of completions that were read in from a file."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a membership says of a person."""

    unit: Ref
    title: str
    employment: str
    counts: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """What a unit is called, where it stands, and the key of who leads it."""

    code: str
    name: str
    kind: str
    parent: Ref | None
    manager: str


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person as stored; `human` is the id of the row that stands for the human."""

    id: int
    key: str
    name: str
    email: str | None
    protected: bool
    human: int


@dataclass(frozen=True, slots=True)
class KnownMembership:
    """A membership of the source, with its live states in order."""

    id: int
    key: str
    states: tuple[Held[Terms], ...]


@dataclass(frozen=True, slots=True)
class KnownUnit:
    """A unit with its live states in order.

    `source` is the list that wrote of it last, or BY_HAND; `peopled` are the sources with people in it from `as_of` on.
    """

    id: int
    source: str
    states: tuple[Held[Shape], ...]
    peopled: frozenset[str]


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored: all people and units, the memberships of the source, and the numbers of some people.

    `by_hand` have an employment that was added by hand, `on_duty` a role that shows them other people; `hidden` are to
    be told of as protected.
    """

    people: Mapping[str, KnownPerson]
    memberships: Sequence[KnownMembership]
    units: Mapping[int, KnownUnit]
    by_hand: frozenset[str] = frozenset()
    on_duty: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()

    def hides(self, key: str) -> bool:
        """Whether neither the person's name nor number is told."""
        person = self.people.get(key)
        return key in self.hidden or bool(person and person.protected)

    def told(self, key: str) -> str:
        """The person's number as remarks tell it."""
        return PROTECTED_TOLD if self.hides(key) else key


Wanted = tuple[KnownMembership | None, Row | None, list[Held[Terms]]]
