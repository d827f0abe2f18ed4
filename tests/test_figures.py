"""Each group of figures: its lines, their words, and that they add up."""

from datetime import date
from fractions import Fraction
from types import SimpleNamespace

from world import noon

from course.report import figures
from course.report.changes import COVERED_CAUSES, REACHED_CAUSES, Change
from course.report.coverage import ROUTES, Coverage, Part
from course.report.table import Absent

NUMBERS = {
    name: 10 + number
    for number, name in enumerate(Coverage.__dataclass_fields__)
    if name not in {"covered_by", "reached_by"}
}


def coverage(**told):
    by_route = {route: number for number, route in enumerate(ROUTES)}
    return Coverage(**{**NUMBERS, "covered_by": by_route, "reached_by": by_route, **told})


def lines(group):
    return {figure.key: (figure.label, figure.value) for figure in group.figures}


def values(group):
    return {figure.key: figure.value for figure in group.figures}


def test_a_promise_is_told_with_what_is_missing_of_it():
    full = SimpleNamespace(
        goal=1500,
        period_from=date(2026, 1, 1),
        period_to=date(2026, 12, 31),
        decided_on=date(2025, 12, 1),
        reference="§ 4",
        source="Nämnden",
        responsible="HR",
    )
    bare = SimpleNamespace(**{**vars(full), "decided_on": None, "reference": "", "source": "", "responsible": ""})

    assert list(values(figures.promise(full)).values()) == list(vars(full).values())
    assert list(values(figures.promise(bare)).values())[3:] == [Absent.MISSING] * 4
    assert lines(figures.promise(None)) == {"goal": ("Mål", Absent.MISSING)}


def test_what_was_reported_is_named_by_day_source_and_reference():
    told = [
        SimpleNamespace(id=3, day=date(2026, 1, 31), source="Bokslut", reference="§ 4", number=812),
        SimpleNamespace(id=4, day=date(2026, 2, 28), source="", reference="", number=0),
    ]

    assert lines(figures.reported(told)) == {
        "reported:3": ("Per 31\xa0januari 2026, Bokslut, § 4", 812),
        "reported:4": ("Per 28\xa0februari 2026", 0),
    }


def test_the_shares_without_the_exempt_are_two_only_when_some_of_them_are_covered():
    none, some = coverage(covered_exempt=0), coverage(members=20, covered=8, exempt=4, covered_exempt=2)

    assert "share_of_required" not in values(figures.status(none))
    told = values(figures.status(some))
    assert (told["share"], told["share_without_exempt"]) == (Fraction(8, 20), Fraction(8, 16))
    assert (told["covered_exempt"], told["share_of_required"]) == (2, Fraction(6, 14))
    assert [told[key] for key in ("exempt", "expired", "outdated", "under_way", "not_started", "uncounted")] == [
        getattr(some, key) for key in ("exempt", "expired", "outdated", "under_way", "not_started", "uncounted")
    ]


def test_each_group_tells_the_figures_that_it_names():
    whole = coverage()

    for group in (figures.identity(whole), figures.bridge(whole)):
        assert values(group) == {key: NUMBERS[key] for key in values(group)}
    assert list(values(figures.bridge(whole))) == [
        "covered",
        "covered_before_period",
        "covered_outside_population",
        "reached_left_or_moved",
        "reached_expired",
        "reached_outdated",
        "reached",
    ]


def test_both_are_told_by_route_with_testing_out_apart_and_their_sum_last():
    whole = coverage()

    for group, total in ((figures.routes(whole), "covered"), (figures.reached_routes(whole), "reached")):
        told = values(group)
        assert told.pop(total) == NUMBERS[total]
        assert told == whole.covered_by
    assert lines(figures.routes(whole))["test"] == ("Med kunskapstest i minst en modul", 1)
    assert set(figures.ROUTES) == set(ROUTES)


def test_what_is_taken_away_is_told_without_a_sign():
    reached = Change(9, 4, {**dict.fromkeys(REACHED_CAUSES, 0), "new": 2, "revoked": -4, "linked": -3}, 1)
    told = values(figures.reached_changes(reached, noon("2026-03-31")))
    assert list(told) == ["before", "new", "new_earned_before", *REACHED_CAUSES[1:], "after"]
    assert [told[key] for key in ("before", "new", "new_earned_before", "revoked", "linked", "after")] == [
        9, 2, 1, 4, -3, 4,
    ]  # fmt: skip

    covered = Change(9, 5, {**dict.fromkeys(COVERED_CAUSES, 0), "left": -3, "outdated": -2, "came": 1})
    group = figures.covered_changes(covered, noon("2026-03-31"), (date(2026, 3, 31), date(2026, 6, 1)))
    assert lines(group)["before"] == ("Klara 31\xa0mars 2026, enligt det som var känt då", 9)
    assert lines(group)["after"] == ("Klara 1\xa0juni 2026, enligt det som är känt nu (=)", 5)
    assert [values(group)[key] for key in ("left", "outdated", "came")] == [3, 2, 1]


def test_a_group_beside_the_whole_is_told_or_said_not_to_be():
    assert values(figures.part("Ett", Part(4, 1, 2))) == {
        "members": 4,
        "covered": 1,
        "share": Fraction(1, 4),
        "reached": 2,
    }
    assert (figures.part("Ett", None).key, figures.part("Ett", None).title) == ("group:Ett", "Grupp: Ett")
    assert set(values(figures.part("Ett", None)).values()) == {Absent.UNTOLD}
