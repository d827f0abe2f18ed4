"""Targets: how groups are written, and what may not be promised."""

from datetime import date

import pytest

from course.errors import Conflict, Invalid, NotFound
from course.organisation.population import Population
from course.target.actions import Decision, report_figure, set_target, withdraw_target
from course.target.group_text import GroupText, read_groups
from course.target.queries import population_of, promise_on, promises, reported_figures

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def decide(world, day="2026-02-01", goal=1500, period=YEAR, course="kurs", **more):
    with world.write(day) as (db, at):
        return set_target(db, Decision(course, goal, *period, **more), by=None, at=at)


def test_a_group_is_read_as_it_is_written():
    groups = read_groups(["IFO utredning = IFO,  EBB ; Socialsekreterare,Enhetschef", "", " Tillstånd=TIL"])

    assert groups == (
        GroupText("IFO utredning", ("IFO", "EBB"), ("Socialsekreterare", "Enhetschef")),
        GroupText("Tillstånd", ("TIL",)),
    )
    assert read_groups(map(str, groups)) == groups


@pytest.mark.parametrize("text", ["IFO", "=IFO", "IFO=", "IFO= ;Chef", "= ;"])
def test_a_group_that_cannot_be_read_says_how_to_write_it(text):
    with pytest.raises(Invalid, match="Namn = KOD, KOD"):
        read_groups([text])


def test_two_groups_of_one_name_are_refused():
    with pytest.raises(Invalid, match="två gånger"):
        read_groups(["A = X", "A = Y"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"goal": 0},
        {"goal": 1_000_001},
        {"period": (date(2026, 2, 1), date(2026, 1, 31))},
        {"course": "okänd"},
        {"grace_days": -1},
        {"grace_days": 400},
        {"groups": tuple((f"G{number}", Population()) for number in range(101))},
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_written(world, wrong):
    world.publish()

    with pytest.raises(Invalid):
        decide(world, **wrong)

    world.db.rollback()
    assert promises(world.db, world.app_now()) == []


def test_periods_of_one_course_share_no_day_and_the_same_period_replaces(world):
    world.publish()
    decide(world)
    with pytest.raises(Conflict, match="delar dagar"):
        decide(world, period=(date(2026, 12, 31), date(2027, 12, 31)))
    world.db.rollback()

    decide(world, goal=1700, day="2026-03-01")

    assert [each.goal for each in promises(world.db, world.app_now())] == [1700]
    assert promise_on(world.db, "kurs", "employee", date(2026, 6, 1), world.noon("2026-02-15")).goal == 1500


def test_whom_a_target_is_about_follows_from_the_course(world):
    from world import course_sources

    world.publish(course_sources("politik", audience="official"))
    decide(world, course="politik", goal=26)

    assert [each.audience for each in promises(world.db, world.app_now())] == ["official"]


def test_a_withdrawn_target_stays_known_as_it_was(world):
    world.publish()
    number = decide(world)
    with world.write("2026-04-01") as (db, at):
        withdraw_target(db, number, YEAR[0], by=None, at=at)

    day = date(2026, 6, 1)
    assert promise_on(world.db, "kurs", "employee", day, world.noon("2026-05-01")) is None
    assert promise_on(world.db, "kurs", "employee", day, world.noon("2026-03-31")).goal == 1500
    with pytest.raises(NotFound), world.write("2026-04-02") as (db, at):
        withdraw_target(db, number, YEAR[0], by=None, at=at)


def test_every_unknown_code_is_named(world):
    world.unit("A")
    with pytest.raises(Invalid, match=r"koden X, Y 1.januari 2026"):
        population_of(world.db, ("X", "A", "Y"), (), (), day=YEAR[0], known_at=world.app_now())


@pytest.mark.parametrize("wrong", [{"number": -1}, {"number": 10_000_000}, {"source": " "}, {"day": date(2026, 3, 2)}])
def test_a_reported_figure_needs_a_number_a_source_and_a_day_that_has_been(world, wrong):
    world.publish()
    number = decide(world)
    given = {"number": 1, "day": YEAR[0], "source": "Rapport", "reference": ""} | wrong

    with pytest.raises(Invalid), world.write("2026-03-01") as (db, at):
        report_figure(db, number, **given, by=None, at=at)


def test_a_form_that_is_sent_twice_stores_a_reported_figure_once(world):
    world.publish()
    number = decide(world)
    given = {"number": 1, "day": YEAR[0], "source": "Rapport", "reference": ""}

    def tell(**other):
        with world.write("2026-03-01") as (db, at):
            report_figure(db, number, **given | other, by=None, at=at)

    tell()
    with pytest.raises(Conflict, match="redan sparad"):
        tell()
    tell(source="En annan rapport")
    world.db.rollback()
    sources = [figure.source for figure in reported_figures(world.db, number, world.app_now())]
    assert sources == ["Rapport", "En annan rapport"]
