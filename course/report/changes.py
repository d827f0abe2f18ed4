"""Why a figure for one day is another than it was known to be earlier: each person by one named cause. Pure.

Source: design.md, "No status columns": reached never falls through what takes effect after the completion; what
lowers it at a later K is a named line.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

CAUSES = ("new", "revoked", "linked", "undone", "corrected", "target")


@dataclass(frozen=True)
class Written:
    """What was written after K1 and by K2."""

    completions: frozenset[int]
    """Completions that were recorded."""
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
    """Reached as known at K1 and at K2; `by_cause` says what the difference is made of, exactly."""

    before: int
    after: int
    by_cause: Mapping[str, int]


def explain(
    before: Mapping[int, Collection[int]],
    after: Mapping[int, Collection[int]],
    star: Mapping[int, Collection[int]],
    written: Written,
) -> Change:
    """Give each human who was reached at one of the instants and not at the other one cause.

    `before` and `after` are {human: the completions that reached the human}, `star` is {human: the people that it
    stands for, at either instant}.
    """
    causes = dict.fromkeys(CAUSES, 0)
    for human in after.keys() - before.keys():
        new = written.completions.issuperset(after[human])
        causes["new" if new else _otherwise(star.get(human, (human,)), written)] += 1
    for human in before.keys() - after.keys():
        revoked = written.revoked.issuperset(before[human])
        causes["revoked" if revoked else _otherwise(star.get(human, (human,)), written)] -= 1
    return Change(len(before), len(after), causes)


def _otherwise(people: Collection[int], written: Written) -> str:
    """The cause that is no completion: a link, the people's memberships, the target, or where the units stand."""
    if not written.linked.isdisjoint(people):
        return "linked"
    rewritten = {written.memberships[person] for person in people if person in written.memberships}
    if rewritten:
        return "undone" if rewritten == {"undone"} else "corrected"
    return "target" if written.target else written.units or "corrected"
