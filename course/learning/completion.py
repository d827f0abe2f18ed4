"""When a module and a course count as completed, and how long.

Source: design.md, "Done means", "A completion is born in one function" and "Validity".
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from course.clock import FOREVER, add_months

WHOLE_COURSE = ""


@dataclass(frozen=True)
class Finished:
    """A finished attempt, as far as the rule looks."""

    passed: bool
    """Whether the pass mark was reached; never on a paper that only had the ★ items that were missing."""
    stars: AbstractSet[str]
    """The ★ items with full marks."""


@dataclass(frozen=True)
class Completed:
    """A completion that has not been revoked; `path` is WHOLE_COURSE or a module's id."""

    id: int
    path: str
    edition: int
    occurred_on: date
    recorded_at: datetime
    valid_through: date = FOREVER
    route: str = "quiz"
    person_id: int = 0
    """Under which of the human's numbers it was earned."""


def meets_rule(attempts: Sequence[Finished], critical: AbstractSet[str], *, done_before: bool) -> bool:
    """Whether the newest of one edition's finished attempts at a module's quiz completes the module.

    The pass mark must be reached in some attempt and every ★ item must have had full marks in some attempt. Once
    the module is done in the edition, only an attempt that passes by itself completes it anew.
    """
    starred = frozenset[str]().union(*(attempt.stars for attempt in attempts))
    if not attempts or not critical <= starred:
        return False
    return attempts[-1].passed or (not done_before and any(attempt.passed for attempt in attempts))


def only_missing(attempts: Sequence[Finished], critical: AbstractSet[str], *, done_before: bool) -> AbstractSet[str]:
    """The ★ items that alone keep the module from being completed, so that only they are asked again; else none.

    Never once the module is done in the edition: then only an attempt that passes by itself completes it anew.
    """
    if done_before or not any(attempt.passed for attempt in attempts):
        return frozenset()
    return critical - frozenset[str]().union(*(attempt.stars for attempt in attempts))


def proves_knowledge(test: Finished, critical: AbstractSet[str]) -> bool:
    """Whether a knowledge test completes its module: it is passed, with its own ★ items right in the same attempt."""
    return test.passed and critical <= test.stars


def first_to_meet_rule(attempts: Sequence[Finished], critical: AbstractSet[str], *, done_before: bool) -> int | None:
    """Which of one edition's finished attempts completes the module: the first by which the rule is met.

    Once the module is done in the edition that can only be the newest. None when there is none.
    """
    candidates = range(len(attempts) - 1 if done_before else 0, len(attempts))
    met = (n for n in candidates if meets_rule(attempts[: n + 1], critical, done_before=done_before))
    return next(met, None)


def course_evidence(
    mandatory: AbstractSet[str], completed: Sequence[Completed], edition: int
) -> tuple[Completed, ...] | None:
    """The modules' completions that complete the course in the edition, by id; None when they do not.

    Every mandatory module needs a completion of the edition or a later one. When the course is completed in the
    edition already, all of them must have been done anew since.
    """
    since = max(
        (row.recorded_at for row in completed if row.path == WHOLE_COURSE and row.edition >= edition), default=None
    )
    newest: dict[str, Completed] = {}
    for row in sorted(completed, key=lambda row: (row.recorded_at, row.id)):
        if row.path in mandatory and row.edition >= edition and (since is None or row.recorded_at > since):
            newest[row.path] = row
    if newest.keys() != mandatory:
        return None
    return tuple(sorted(newest.values(), key=lambda row: row.id))


def route_of(modules: Sequence[Completed]) -> str:
    """How a course was completed, given its modules: their one route, else `mixed`."""
    routes = {row.route for row in modules}
    return routes.pop() if len(routes) == 1 else "mixed"


def anew_since(rows: Sequence[Completed], edition: int, today: date) -> datetime | None:
    """When the course was last completed, if that has expired: what was done by then must be done anew."""
    wholes = [row for row in rows if row.path == WHOLE_COURSE and row.edition >= edition]
    if not wholes or any(row.valid_through >= today for row in wholes):
        return None
    return max(row.recorded_at for row in wholes)


def modules_done(rows: Sequence[Completed], edition: int, since: datetime | None) -> dict[str, Completed]:
    """The newest completion of each module that is done in the edition, after `since` when that is given."""
    return {
        row.path: row
        for row in sorted(rows, key=lambda row: (row.recorded_at, row.id))
        if row.path != WHOLE_COURSE and row.edition >= edition and (since is None or row.recorded_at > since)
    }


def valid_through(occurred_on: date, months: int | None) -> date:
    """The last day on which a completion is valid: the same date `months` later. None is for ever."""
    return FOREVER if months is None else add_months(occurred_on, months)


def earliest_valid(day: date, months: int | None) -> date:
    """The earliest day of a completion that is still valid on `day`."""
    if months is None:
        return date.min
    first = add_months(day, -months)
    while valid_through(first, months) < day:  # a month back from the 31st is the 28th at times
        first += timedelta(days=1)
    return first
