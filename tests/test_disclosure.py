"""What is handed on tells of nobody: rows about few are put together, and every sum still holds."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.report.coverage import Part, UnitLine, summarise
from course.report.disclosure import hide_small, may_tell


def line(name, level, members, covered=0, reached=0, kind="unit"):  # noqa: PLR0917 - as the row reads
    return UnitLine(level, kind, name, None, members, covered, reached)


def told(lines):
    return [(each.level, each.name, each.members, each.covered, each.reached) for each in hide_small(lines)]


def test_rows_of_five_and_more_are_told_as_they_are():
    lines = [line("A", 0, 5, 1, 1), line("B", 0, 5, 0, 2), line("Alla", 0, 10, 1, 3, "total")]

    assert hide_small(lines) == lines
    assert hide_small([]) == []


def test_two_small_rows_with_five_together_become_one():
    lines = [
        line("A", 0, 9, 4, 4),
        line("B", 0, 4, 1, 1),
        line("C", 0, 1, 1, 0),
        line("Alla", 0, 14, 6, 5, "total"),
    ]

    assert told(lines) == [(0, "A", 9, 4, 4), (0, "Ej särredovisat", 5, 2, 1), (0, "Alla", 14, 6, 5)]
    assert hide_small(lines)[1].kind == "rest"


def test_the_next_smallest_joins_a_single_small_row_and_two_that_are_too_few():
    lone = [line("A", 0, 9), line("B", 0, 7), line("C", 0, 4), line("Alla", 0, 20, kind="total")]
    few = [line("A", 0, 9), line("B", 0, 7), line("C", 0, 2), line("D", 0, 2), line("Alla", 0, 20, kind="total")]

    assert told(lone)[:2] == [(0, "A", 9, 0, 0), (0, "Ej särredovisat", 11, 0, 0)]
    assert told(few)[:2] == [(0, "A", 9, 0, 0), (0, "Ej särredovisat", 11, 0, 0)]


def test_what_stands_below_a_row_is_put_together_within_it():
    lines = [
        line("A", 0, 20, 6),
        line("Direkt i A", 1, 1, 0, kind="direct"),
        line("A1", 1, 12, 4),
        line("A2", 1, 7, 2),
        line("A2a", 2, 7, 2),
        line("B", 0, 10),
        line("B1", 1, 8),
        line("B1a", 2, 8),
        line("B2", 1, 2),
        line("Alla", 0, 30, 6, kind="total"),
    ]

    assert told(lines) == [
        (0, "A", 20, 6, 0),
        (1, "A1", 12, 4, 0),
        (1, "Ej särredovisat", 8, 2, 0),
        (0, "B", 10, 0, 0),
        (0, "Alla", 30, 6, 0),
    ]


def test_the_line_of_those_in_several_units_is_no_unit_and_is_hidden_when_it_is_about_few():
    lines = [
        line("A", 0, 8, 3),
        line("B", 0, 6, 3),
        line("C", 0, 20, 3),
        line("I flera enheter", 0, -1, 0, kind="several"),
        line("Alla", 0, 33, 9, kind="total"),
    ]

    assert told(lines) == [(0, "C", 20, 3, 0), (0, "Ej särredovisat", 13, 6, 0), (0, "Alla", 33, 9, 0)]


def test_a_closed_unit_is_as_large_as_those_who_were_reached_in_it():
    lines = [
        line("A", 0, 30, 9, 9),
        line("Tidigare enheter", 0, 0, 0, 12, "former"),
        line("F1", 1, 0, 0, 5),
        line("F2", 1, 0, 0, 7),
        line("Alla", 0, 30, 9, 21, "total"),
    ]

    assert hide_small(lines) == lines
    lines[2:4] = [line("F1", 1, 0, 0, 4), line("F2", 1, 0, 0, 8)]
    assert [name for _, name, *_ in told(lines)] == ["A", "Tidigare enheter", "Alla"]


def whole(members):
    return Part(members, 0, 0)


@pytest.mark.parametrize(
    ("members", "of", "may"),
    [(5, 10, True), (4, 10, False), (6, 10, False), (5, 9, False), (10, 10, True), (0, 10, False), (20, 10, True)],
)
def test_a_group_is_told_when_neither_it_nor_the_others_are_few(members, of, may):
    assert may_tell(Part(members, 0, 0), whole(of)) is may


def nested(rng, level, members):
    """A tree of lines that adds up."""
    if level > 2 or members < 2:
        return []
    lines, left = [], members
    while left > 0:
        size = rng.randint(1, left)
        lines += [line(f"U{level}{size}", level, size, rng.randint(0, size), rng.randint(0, size))]
        lines += nested(rng, level + 1, size)
        left -= size
    return lines


@given(st.integers(0, 10_000))
def test_whatever_is_hidden_the_rows_add_up_and_none_is_about_few(seed):
    rng = random.Random(seed)
    lines = nested(rng, 0, rng.randint(2, 60))
    tops = [each for each in lines if each.level == 0]
    total = line("Alla", 0, *(sum(getattr(each, name) for each in tops) for name in ("members", "covered", "reached")))

    shown = hide_small([*lines, total])

    *below, last = shown
    assert last == total
    assert all(each.members >= 5 for each in below)
    heads = [each for each in below if each.level == 0]
    if heads:
        assert sum(each.members for each in heads) == total.members
        assert sum(each.covered for each in heads) == total.covered
        assert sum(each.reached for each in heads) == total.reached


def test_without_anybody_a_group_has_no_share():
    assert (Part(0, 0, 0).share, summarise([]).share) == (None, None)
