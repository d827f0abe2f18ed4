"""What holds from–to, and what changes when something else is to hold. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Generic, TypeVar

DAY = timedelta(days=1)


Ref = int | str
"""A unit: its id, or the code of one that is made."""


T = TypeVar("T")
"""Terms or Shape."""


@dataclass(frozen=True, slots=True)
class Held(Generic[T]):
    """Something that holds from–to, both days inclusive; `id` is the row's, 0 for one to be written."""

    since: date
    until: date
    what: T
    id: int = 0


@dataclass(frozen=True, slots=True)
class Change(Generic[T]):
    """States of one head to end and to write; `head` is None for a new membership, a code for a new unit."""

    head: Ref | None
    key: str
    supersede: tuple[int, ...]
    write: tuple[Held[T], ...]


def succeed(states: Sequence[Held[T]], since: date, until: date, what: T, as_of: date) -> list[Held[T]]:
    """The states to hold when `what` is so from `as_of` on, within since–until."""
    before = up_to(states, as_of - DAY)
    if not before or since >= as_of:
        return [Held(since, until, what)]
    if until < as_of:
        kept = up_to(before, until)
        return merge([*kept[:-1], replace(kept[-1], until=until)]) if kept else [Held(since, until, what)]
    return merge([*before[:-1], replace(before[-1], until=as_of - DAY), Held(as_of, until, what)])


def up_to(states: Iterable[Held[T]], last: date) -> list[Held[T]]:
    """The states up to a last day."""
    return [replace(state, until=min(state.until, last)) for state in states if state.since <= last]


def merge(states: Iterable[Held[T]]) -> list[Held[T]]:
    """States that touch and say the same made one."""
    merged: list[Held[T]] = []
    for state in states:
        if merged and merged[-1].what == state.what and merged[-1].until + DAY == state.since:
            merged[-1] = replace(merged[-1], until=state.until)
        else:
            merged.append(state)
    return merged


def difference(states: Sequence[Held[T]], wanted: Sequence[Held[T]]) -> tuple[tuple[int, ...], tuple[Held[T], ...]]:
    """(ids to supersede, states to write)."""
    had = {(state.since, state.until, state.what): state.id for state in states}
    want = {(state.since, state.until, state.what) for state in wanted}
    ended = tuple(number for content, number in had.items() if content not in want)
    return ended, tuple(replace(s, id=0) for s in wanted if (s.since, s.until, s.what) not in had)


def on(states: Iterable[Held[T]], day: date) -> list[Held[T]]:
    """The states that hold on a day."""
    return [state for state in states if state.since <= day <= state.until]
