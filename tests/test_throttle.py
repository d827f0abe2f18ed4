"""How long the next try waits, and by what a browser is known."""

from datetime import UTC, datetime, timedelta

import pytest

from course.access.throttle import BY_ADDRESS, BY_NAME, is_known, new_mark, tried, tried_by, wait

NOW = datetime(2026, 6, 15, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("limit", "tries", "seconds"),
    [
        (BY_NAME, 9, 0),
        (BY_NAME, 10, 15),
        (BY_NAME, 11, 30),
        (BY_NAME, 15, 480),
        (BY_NAME, 16, 900),
        (BY_NAME, 10_000, 900),
        (BY_ADDRESS, 299, 0),
        (BY_ADDRESS, 300, 15),
        (BY_ADDRESS, 5000, 15),
    ],
)
def test_the_wait_doubles_up_to_the_longest(limit, tries, seconds):
    assert wait(limit, tries, NOW, NOW) == timedelta(seconds=seconds)


def test_time_that_has_passed_is_taken_off_and_no_try_is_no_wait():
    assert wait(BY_NAME, 10, NOW - timedelta(seconds=10), NOW) == timedelta(seconds=5)
    assert wait(BY_NAME, 10, NOW - timedelta(seconds=60), NOW) == timedelta(0)
    assert wait(BY_NAME, 0, None, NOW) == timedelta(0)


def test_a_browser_is_known_for_its_own_person_by_the_present_secret_and_the_ones_before():
    mark = new_mark("gammal", 7)

    assert is_known(("ny", "gammal"), mark, 7)
    assert not is_known(("ny",), mark, 7)
    assert not is_known(("gammal",), mark, 8)
    assert not any(is_known(("gammal",), text, 7) for text in ("", ".", "x" + mark, mark + "x", "å.å"))
    assert new_mark("gammal", 7) != mark


def test_who_is_tried_is_another_for_each_name_address_browser_and_secret():
    found = {tried("a", "x", "1"), tried("a", "x", "2"), tried("a", "y", "1"), tried("b", "x", "1"), tried_by("a", "x")}

    assert len({(each.key, each.address) for each in found}) == 5
    assert tried("a", "x", "1").key == tried("a", "x", "2").key
    assert tried_by("a", "x").address == ""
