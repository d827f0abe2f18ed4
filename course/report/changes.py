"""Why a figure is another than it was known to be earlier: each person by one named cause. Pure.

Source: design.md, "No status columns": reached never falls through what takes effect after the completion; what
lowers it at a later K is a named line. Covered falls by named lines alone.
"""

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

REACHED_CAUSES = ("new", "revoked", "linked", "undone", "corrected", "target")
COVERED_CAUSES = ("new", "came", "left", "moved_out", "expired", "outdated", *REACHED_CAUSES[1:])


@dataclass(frozen=True)
class Written:
    """What was written after K1 and by K2."""

    completions: Mapping[int, date]
    """The day of each completion that was recorded."""
    revoked: frozenset[int]
    """Completions that were revoked."""
    linked: frozenset[int]
    """People of whom a link to another was made or taken back."""
    memberships: Mapping[int, str]
    """{person: `undone` or `corrected`}, by what last wrote a membership of the person."""
    units: str
    """`undone` or `corrected`, by what last wrote the tree of units; '' when nothing did."""
    target: bool
    """Whether the target was changed."""


@dataclass(frozen=True)
class Change:
    """A figure earlier and now; `by_cause` says what the difference is made of, exactly."""

    before: int
    after: int
    by_cause: Mapping[str, int]
    new_earned_before: int = 0
    """Of those whose completions are all new: how many had completed on a day that was over at the earlier instant."""


@dataclass(frozen=True)
class Members:
    """The members on a day, as known at an instant."""

    all: AbstractSet[int]
    covered: Mapping[int, Collection[int]]
    """{human: the completions that are valid}."""
    outdated: AbstractSet[int]
    """Those who have a completion that would be valid but for a newer edition."""


def explain_reached(
    before: Mapping[int, Collection[int]],
    after: Mapping[int, Collection[int]],
    star: Mapping[int, Collection[int]],
    written: Written,
    *,
    over: date,
) -> Change:
    """Give each human who was reached as known at K2 and not at K1, or the other way round, one cause.

    `before` and `after` are {human: the completions that reached the human}, `star` is {human: the people that it
    stands for, at either instant}, `over` is the last day that was over at K1.
    """
    causes = dict.fromkeys(REACHED_CAUSES, 0)
    earned_before = 0
    for human in after.keys() - before.keys():
        new = written.completions.keys() >= set(after[human])
        causes["new" if new else _otherwise(star.get(human, (human,)), written)] += 1
        earned_before += new and min(written.completions[each] for each in after[human]) <= over
    for human in before.keys() - after.keys():
        revoked = written.revoked.issuperset(before[human])
        causes["revoked" if revoked else _otherwise(star.get(human, (human,)), written)] -= 1
    return Change(len(before), len(after), causes, earned_before)


def explain_covered(
    before: Mapping[int, Collection[int]],
    now: Members,
    star: Mapping[int, Collection[int]],
    written: Written,
    *,
    then: AbstractSet[int],
    employed: AbstractSet[int],
) -> Change:
    """Give each human who was covered on D1, as known at K1, and not on D2, as known at K2, or vice versa, one cause.

    `before` is {human: the completions that were valid}, `then` are the members on D1 and `employed` are those who are
    employed on D2, both as known at K2.
    """
    causes = dict.fromkeys(COVERED_CAUSES, 0)
    for human in now.covered.keys() - before.keys():
        if written.completions.keys() >= set(now.covered[human]):
            cause = "new"
        else:
            cause = _otherwise(star.get(human, (human,)), written, "" if human in then else "came")
        causes[cause] += 1
    for human in before.keys() - now.covered.keys():
        if written.revoked.issuperset(before[human]):
            cause = "revoked"
        else:
            cause = _otherwise(star.get(human, (human,)), written, _lost(human, then, now, employed))
        causes[cause] -= 1
    return Change(len(before), len(now.covered), causes)


def _lost(human: int, then: AbstractSet[int], now: Members, employed: AbstractSet[int]) -> str:
    """What happened between the two days to somebody who was covered; '' when the first day is known otherwise now."""
    if human in now.all:
        return "outdated" if human in now.outdated else "expired"
    if human not in then:
        return ""
    return "moved_out" if human in employed else "left"


def _otherwise(people: Collection[int], written: Written, happened: str = "") -> str:
    """The cause that is no completion: a link, what happened between the days, or what was written otherwise since."""
    if not written.linked.isdisjoint(people):
        return "linked"
    if happened:
        return happened
    rewritten = {written.memberships[person] for person in people if person in written.memberships}
    if rewritten:
        return "undone" if rewritten == {"undone"} else "corrected"
    return "target" if written.target else written.units or "corrected"
