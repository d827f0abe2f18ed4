"""When a module and a course count as completed, how long, and on what they rest: the rules by themselves."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.clock import FOREVER
from course.learning.completion import (
    Completed,
    Finished,
    anew_since,
    course_evidence,
    earliest_valid,
    first_to_meet_rule,
    meets_rule,
    modules_done,
    only_missing,
    proves_knowledge,
    route_of,
    valid_through,
)
from course.learning.resting import original, restored, restores, rests_on, standing

STARS = frozenset({"a", "b"})


def tried(*stars, passed=False):
    return Finished(passed, frozenset(stars))


def at(day):
    return datetime(2026, 3, day, 12, tzinfo=UTC)


def done(number, path, day, *, edition=1, through=FOREVER, route="quiz"):
    """A completion earned and recorded on a day of March 2026."""
    return Completed(number, path, edition, date(2026, 3, day), at(day), through, route)


@pytest.mark.parametrize(
    ("attempts", "first", "anew"),
    [
        ((), None, None),
        ((tried("a", "b"),), None, None),
        ((tried(passed=True),), None, None),
        ((tried("a", passed=True),), None, None),
        ((tried("a", "b", passed=True),), 0, 0),
        ((tried("a", passed=True), tried("b")), 1, None),
        ((tried("b"), tried("a", passed=True)), 1, 1),
        ((tried("a", "b", passed=True), tried()), 0, None),
        ((tried("a", "b", passed=True), tried("a", passed=True)), 0, 1),
        ((tried(), tried("a", passed=True), tried("b"), tried()), 2, None),
    ],
)
def test_the_first_attempt_by_which_points_and_stars_suffice_completes_and_only_the_newest_completes_anew(
    attempts, first, anew
):
    assert first_to_meet_rule(attempts, STARS, done_before=False) == first
    assert first_to_meet_rule(attempts, STARS, done_before=True) == anew
    assert meets_rule(attempts, STARS, done_before=True) == (anew is not None)
    assert meets_rule(attempts, STARS, done_before=False) == (first is not None)


def test_without_stars_the_points_decide():
    assert meets_rule([tried(passed=True)], frozenset(), done_before=False) is True
    assert meets_rule([tried()], frozenset(), done_before=False) is False
    assert meets_rule([], frozenset(), done_before=False) is False


@pytest.mark.parametrize(
    ("attempts", "done_before", "missing"),
    [
        ((), False, set()),
        ((tried("a"),), False, set()),
        ((tried("a", passed=True),), False, {"b"}),
        ((tried("a", passed=True),), True, set()),
        ((tried(passed=True), tried("a")), False, {"b"}),
        ((tried("a", passed=True), tried("b")), False, set()),
    ],
)
def test_only_the_missing_stars_are_asked_when_the_points_have_sufficed(attempts, done_before, missing):
    assert only_missing(attempts, STARS, done_before=done_before) == missing


@pytest.mark.parametrize(
    ("test", "proves"),
    [
        (tried("a", "b", passed=True), True),
        (tried("a", "b", "c", passed=True), True),
        (tried("a", "b"), False),
        (tried("a", passed=True), False),
    ],
)
def test_a_knowledge_test_proves_what_it_asks_when_passed_with_its_own_stars(test, proves):
    assert proves_knowledge(test, STARS) is proves


def test_the_course_rests_on_the_newest_completion_of_each_mandatory_module():
    rows = [done(3, "ett", 5), done(1, "ett", 2), done(2, "tva", 3), done(4, "frivillig", 6), done(5, "tva", 3)]

    assert course_evidence({"ett", "tva"}, rows, 1) == (rows[0], rows[4])
    assert course_evidence({"ett", "tva", "tre"}, rows, 1) is None


def test_the_course_wants_modules_of_the_edition_or_a_later_one():
    rows = [done(1, "ett", 2), done(2, "tva", 3, edition=2)]

    assert course_evidence({"ett", "tva"}, rows, 1) == tuple(rows)
    assert course_evidence({"ett", "tva"}, rows, 2) is None
    assert course_evidence({"tva"}, rows, 2) == (rows[1],)


def test_once_completed_every_module_must_be_done_anew():
    rows = [done(1, "ett", 2), done(2, "tva", 3), done(3, "", 3)]
    assert course_evidence({"ett", "tva"}, rows, 1) is None

    rows.append(done(4, "ett", 9))
    assert course_evidence({"ett", "tva"}, rows, 1) is None

    rows.append(done(5, "tva", 10))
    assert course_evidence({"ett", "tva"}, rows, 1) == (rows[3], rows[4])
    assert course_evidence({"ett", "tva"}, [*rows, done(6, "", 10)], 1) is None


def test_a_course_of_an_older_edition_asks_for_nothing_anew_in_a_newer_one():
    rows = [done(1, "ett", 2), done(2, "", 2), done(3, "ett", 2, edition=2)]

    assert course_evidence({"ett"}, rows, 2) == (rows[2],)
    assert course_evidence({"ett"}, [*rows, done(4, "", 2, edition=2)], 1) is None


@pytest.mark.parametrize(
    ("routes", "route"),
    [
        (("quiz", "quiz"), "quiz"),
        (("paper", "paper"), "paper"),
        (("paper", "quiz"), "mixed"),
    ],
)
def test_the_courses_route_is_the_one_of_all_its_modules(routes, route):
    assert route_of([done(number, str(number), 1, route=each) for number, each in enumerate(routes)]) == route


def test_everything_is_done_anew_since_the_newest_course_once_none_is_valid():
    earlier, later = done(1, "", 2, through=date(2026, 4, 1)), done(2, "", 5, through=date(2026, 4, 5))
    other = done(3, "ett", 9, through=date(2026, 4, 9))

    assert anew_since([later, earlier, other], 1, date(2026, 4, 5)) is None
    assert anew_since([later, earlier, other], 1, date(2026, 4, 6)) == at(5)
    assert anew_since([other], 1, date(2026, 4, 20)) is None
    assert anew_since([later, earlier], 2, date(2026, 4, 20)) is None
    assert anew_since([done(1, "", 2, edition=2, through=date(2026, 4, 1))], 1, date(2026, 4, 2)) == at(2)


def test_a_module_is_done_by_its_newest_completion_since_then_in_the_edition():
    rows = [done(3, "ett", 5), done(1, "ett", 2), done(2, "tva", 3, edition=2), done(4, "", 5), done(5, "tre", 5)]

    assert modules_done(rows, 1, None) == {"ett": rows[0], "tva": rows[2], "tre": rows[4]}
    assert modules_done(rows, 2, None) == {"tva": rows[2]}
    assert modules_done(rows, 1, at(3)) == {"ett": rows[0], "tre": rows[4]}
    assert modules_done([done(1, "ett", 2), done(2, "ett", 2)], 1, None)["ett"].id == 2


@pytest.mark.parametrize(
    ("occurred_on", "months", "through"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 3, 15), 24, date(2028, 3, 15)),
        (date(2026, 3, 15), None, date(9999, 12, 31)),
    ],
)
def test_a_completion_is_valid_through_the_same_date_later(occurred_on, months, through):
    assert valid_through(occurred_on, months) == through


@pytest.mark.parametrize(
    ("day", "months", "first"),
    [
        (date(2026, 3, 31), 1, date(2026, 3, 1)),
        (date(2026, 3, 28), 1, date(2026, 2, 28)),
        (date(2025, 2, 28), 12, date(2024, 2, 28)),
        (date(2024, 2, 29), 12, date(2023, 3, 1)),
        (date(2026, 6, 1), None, date.min),
    ],
)
def test_the_earliest_day_that_is_still_valid(day, months, first):
    assert earliest_valid(day, months) == first


@given(st.dates(date(1995, 1, 1), date(2190, 1, 1)), st.integers(1, 120))
def test_what_was_earned_on_the_earliest_valid_day_is_valid_and_the_day_before_is_not(day, months):
    first = earliest_valid(day, months)

    assert valid_through(first - timedelta(days=1), months) < day <= valid_through(first, months)


EVIDENCE = {
    1: "attempt:x",
    2: "import:1:2 Lista",
    3: "1,2",
    4: "restored:1",
    5: "restored:3",
    6: "restored:5",
    7: "2,4",
}
"""Two modules and their course, each restored: the course twice, and once completed anew on the restored module."""


def test_what_was_restored_is_the_first_of_its_kind():
    assert [original(number, EVIDENCE) for number in EVIDENCE] == [1, 2, 3, 1, 3, 3, 7]
    assert [restores(EVIDENCE[number]) for number in (1, 3, 4, 6)] == [None, None, 1, 5]
    assert restored(12) == "restored:12"


def test_a_course_rests_on_its_modules_whichever_of_them_were_restored():
    assert [rests_on(number, EVIDENCE) for number in (3, 5, 6, 7)] == [{1, 2}] * 4
    assert rests_on(8, {8: "1,9", 1: "attempt:x"}) == {1, 9}, "somebody else's, who was the same human once"


def test_what_stands_is_told_by_the_first_of_its_kind():
    assert standing([2, 4, 6], EVIDENCE) == {1, 2, 3}
    assert standing([], EVIDENCE) == set()
