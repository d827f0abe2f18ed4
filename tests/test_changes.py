"""Why a figure is another than it was: each person by one cause, so that the lines add up."""

from datetime import date

import pytest

from course.report.changes import Members, Written, explain_covered, explain_reached

MARCH = date(2026, 3, 31)
DAY = date(2026, 3, 1)


def written(**told):
    nothing = {
        "completions": {},
        "revoked": frozenset(),
        "linked": frozenset(),
        "memberships": {},
        "units": "",
        "target": False,
    }
    return Written(**{**nothing, **told})


def causes(change):
    assert change.before + sum(change.by_cause.values()) == change.after
    return {cause: number for cause, number in change.by_cause.items() if number}


def reached(before, after, star=None, **told):
    return explain_reached(before, after, star or {}, written(**told), over=MARCH)


def test_who_is_reached_at_both_instants_is_no_change():
    change = reached({1: {10}}, {1: {11}})

    assert (change.before, change.after, causes(change)) == (1, 1, {})


@pytest.mark.parametrize(
    ("before", "after", "told", "found"),
    [
        ({}, {1: {10}}, {"completions": {10: DAY}}, {"new": 1}),
        ({1: {10}}, {}, {"revoked": frozenset({10})}, {"revoked": -1}),
        ({1: {10, 11}}, {}, {"revoked": frozenset({10})}, {"corrected": -1}),
        ({}, {1: {10, 11}}, {"completions": {10: DAY}}, {"corrected": 1}),
        ({1: {10}}, {}, {"linked": frozenset({1}), "memberships": {1: "undone"}}, {"linked": -1}),
        ({}, {1: {10}}, {"memberships": {1: "undone"}, "target": True}, {"undone": 1}),
        ({}, {1: {10}}, {"memberships": {1: "corrected"}}, {"corrected": 1}),
        ({}, {1: {10}}, {"memberships": {2: "undone"}, "target": True}, {"target": 1}),
        ({1: {10}}, {}, {"target": True, "units": "undone"}, {"target": -1}),
        ({1: {10}}, {}, {"units": "undone"}, {"undone": -1}),
        ({1: {10}}, {}, {}, {"corrected": -1}),
    ],
)
def test_each_human_gets_the_first_cause_that_fits(before, after, told, found):
    assert causes(reached(before, after, **told)) == found


def test_a_human_is_all_the_people_that_it_stands_for():
    star = {1: {1, 7}}

    assert causes(reached({1: {10}}, {}, star, linked=frozenset({7}))) == {"linked": -1}
    rewritten = {1: "undone", 7: "corrected"}
    assert causes(reached({1: {10}}, {}, star, memberships=rewritten)) == {"corrected": -1}
    assert causes(reached({1: {10}}, {}, star, memberships={7: "undone"})) == {"undone": -1}


def test_of_the_new_those_are_told_who_had_completed_before_the_earlier_instant():
    days = {10: MARCH, 11: date(2026, 4, 1), 12: date(2026, 2, 1), 13: date(2026, 5, 1)}

    change = reached({}, {1: {10}, 2: {11}, 3: {12, 13}, 4: {99, 12}}, completions=days)

    assert (change.by_cause["new"], change.new_earned_before) == (3, 2)


def covered(before, now, then=(), employed=(), star=None, **told):
    return explain_covered(before, now, star or {}, written(**told), then=set(then), employed=set(employed))


def members(everybody, covered=None, outdated=()):
    return Members(set(everybody), covered or {}, set(outdated))


@pytest.mark.parametrize(
    ("now", "then", "employed", "told", "found"),
    [
        (members([]), [1], [], {}, {"left": -1}),
        (members([]), [1], [1], {}, {"moved_out": -1}),
        (members([]), [], [1], {}, {"corrected": -1}),
        (members([]), [], [], {"target": True}, {"target": -1}),
        (members([1]), [1], [1], {}, {"expired": -1}),
        (members([1], outdated=[1]), [1], [1], {}, {"outdated": -1}),
        (members([1], outdated=[1]), [1], [1], {"revoked": frozenset({10})}, {"revoked": -1}),
        (members([]), [1], [], {"linked": frozenset({1})}, {"linked": -1}),
        (members([]), [1], [], {"memberships": {1: "corrected"}}, {"left": -1}),
    ],
)
def test_who_is_covered_no_more_left_moved_out_expired_or_has_a_new_edition_to_do(now, then, employed, told, found):
    assert causes(covered({1: {10}}, now, then, employed, **told)) == found


@pytest.mark.parametrize(
    ("then", "told", "found"),
    [
        ([1], {"completions": {10: DAY}}, {"new": 1}),
        ([], {"completions": {10: DAY}}, {"new": 1}),
        ([], {}, {"came": 1}),
        ([], {"linked": frozenset({1})}, {"linked": 1}),
        ([1], {}, {"corrected": 1}),
        ([1], {"memberships": {1: "undone"}}, {"undone": 1}),
    ],
)
def test_who_is_covered_anew_completed_or_came(then, told, found):
    assert causes(covered({}, members([1], {1: {10}}), then, [1], **told)) == found


def test_who_is_covered_on_both_days_is_no_change():
    change = covered({1: {10}}, members([1, 2], {1: {11}}))

    assert (change.before, change.after, causes(change), change.new_earned_before) == (1, 1, {}, 0)
