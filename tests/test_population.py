"""Where units stand in the tree, asked per day; and what a population lets in."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.organisation.population import Population, Stay, UnitSpan, narrowed, stays, tree_on, units_below

FIRST = date(2026, 1, 1)
DAYS = 12
NUMBERS = range(1, 6)


def day(number):
    return FIRST + timedelta(days=number)


def span(unit, parent=None, since=0, until=DAYS - 1, name=""):
    return UnitSpan(unit, f"E{unit}", name or f"Enhet {unit}", parent, day(since), day(until))


@st.composite
def histories(draw):
    """Units that are moved anywhere on any day, also below themselves, and are gone on some days."""
    spans = []
    for unit in NUMBERS:
        cuts = sorted(draw(st.sets(st.integers(0, DAYS), min_size=2, max_size=4)))
        for since, until in pairwise(cuts):
            parent = draw(st.sampled_from((None, *NUMBERS)))
            if draw(st.booleans()):
                spans.append(span(unit, parent, since, until - 1))
    return spans


def stands_below(spans, unit, roots, on):
    """By hand: go upwards on the one day until a root, the top, a unit that is not there, or too far."""
    above = {each.unit: each.parent for each in spans if each.since <= on <= each.until}
    for _ in NUMBERS:
        if unit not in above:
            return False
        if unit in roots:
            return True
        unit = above[unit]
    return False


@given(histories(), st.sets(st.sampled_from(NUMBERS), max_size=2))
def test_a_unit_is_inside_on_the_days_on_which_going_upwards_leads_to_a_root(spans, roots):
    found = stays(spans, roots)

    assert {(stay.unit, day(n)) for stay in found for n in range(DAYS) if stay.since <= day(n) <= stay.until} == {
        (unit, day(n)) for unit in NUMBERS for n in range(DAYS) if stands_below(spans, unit, roots, day(n))
    }
    for unit in NUMBERS:
        own = [stay for stay in found if stay.unit == unit]
        gaps = [later.since - earlier.until for earlier, later in pairwise(own)]
        assert all(gap > timedelta(days=1) for gap in gaps), "periods that touch are one"


def test_two_units_that_change_places_are_no_circle():
    spans = [span(1), span(2, 3, 0, 5), span(2, 1, 6), span(3, 1, 0, 5), span(3, 2, 6)]

    assert stays(spans, [1]) == [Stay(unit, day(0), day(DAYS - 1)) for unit in (1, 2, 3)]


def test_units_that_stand_below_each_other_on_the_same_days_are_in_no_tree():
    spans = [span(1), span(2, 3), span(3, 2), span(4, 4)]

    assert stays(spans, [1]) == [Stay(1, day(0), day(DAYS - 1))]
    assert {stay.unit for stay in stays(spans, [2])} == {2, 3}


def test_the_units_below_a_root_are_those_of_the_day():
    spans = [span(1), span(2, 1, 0, 5), span(2, None, 6), span(3, 2), span(4)]

    assert units_below(spans, [1], day(5)) == {1, 2, 3}
    assert units_below(spans, [1], day(6)) == {1}
    assert units_below(spans, [], day(6)) == set()


def test_a_population_is_narrowed_to_what_stands_below_the_roots():
    spans = [span(1), span(2, 1), span(3, 1), span(4)]
    everybody, some = Population(titles=("Chef",)), Population((3, 4), employments=("hourly",))

    assert narrowed(everybody, [1], spans, day(0)) == Population((1, 2, 3), ("Chef",))
    assert narrowed(some, [1], spans, day(0)) == Population((3,), (), ("hourly",))
    assert narrowed(some, [2], spans, day(0)) is None
    assert narrowed(everybody, [9], spans, day(0)) is None


def test_the_tree_of_a_day_has_parents_before_children_by_name_and_loses_nobody():
    spans = [
        span(1, None, name="Östra"),
        span(2, 1, name="Zon"),
        span(3, 1, name="Arkiv"),
        span(4, None, name="Ansvar"),
        span(5, 9, name="Borta ovanför"),
        span(6, 7, name="Krets a"),
        span(7, 6, name="Krets b"),
        span(8, 1, 0, 5, name="Stängd"),
    ]

    lines = [(level, each.name) for level, each in tree_on(spans, day(6))]

    assert lines[:3] == [(0, "Ansvar"), (0, "Borta ovanför"), (0, "Krets a")]
    assert sorted(name for _, name in lines) == sorted(each.name for each in spans if each.unit != 8)
    assert lines[-3:] == [(0, "Östra"), (1, "Arkiv"), (1, "Zon")]


def test_what_hangs_below_a_circle_comes_once_below_its_parent():
    spans = [span(1, 2, name="A"), span(2, 1, name="B"), span(3, 1, name="C")]

    lines = [(level, each.name) for level, each in tree_on(spans, day(0))]

    assert sorted(name for _, name in lines) == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("titles", "there", "spelled"),
    [
        (("Chef",), ["Chef", "chef", "CHEF ", "Chefer"], ("Chef", "chef", "CHEF ")),
        (("Chef", "Vikarie"), ["vikarie"], ("vikarie",)),
        (("Chef",), ["Vikarie"], ("Chef",)),
        ((), ["Chef"], ()),
    ],
)
def test_titles_are_found_however_they_are_spelled(titles, there, spelled):
    population = Population((1,), titles, ("hourly",))

    assert population.spelled(there) == Population((1,), spelled, ("hourly",))


def test_a_population_is_stored_as_it_is():
    population = Population((1, 2), ("Chef",), ("hourly",))

    assert Population.from_json(population.to_json()) == population
    assert Population.from_json({}) == Population()
