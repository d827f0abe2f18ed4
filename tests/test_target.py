"""Targets: how groups are written, and what may not be promised."""

from datetime import date

import pytest

from course.errors import Conflict, Invalid, NotFound
from course.organisation.population import Population
from course.report.catalogue.coverage import build
from course.target.actions import Decision, report_figure, set_target, withdraw_target
from course.target.group_text import GroupText, read_groups
from course.target.queries import population_of, promise_on, promises, reported_figures, title_members

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
    with pytest.raises(Invalid, match=r"koden X, Y den 1.januari 2026"):
        population_of(world.db, ("X", "A", "Y"), (), (), day=YEAR[0], known_at=world.app_now())


@pytest.fixture
def titled(world):
    """A course and people of two titles, one of which the lists spell in three ways; some who must not count."""
    world.publish()
    world.unit("A")
    for key, title in (
        ("anna", "Socialsekreterare"),
        ("bo", "socialsekreterare"),
        ("cia", "SOCIALSEKRETERARE"),
        ("dag", "Enhetschef"),
    ):
        world.person(key, "A", title=title)
    world.person("eva", "B", title="Socialsekreterare")
    world.person("fia", "A", title="Socialsekreterare", employment="hired")
    world.person("gun", "A", title="Socialsekreterare", until="2026-03-31")
    world.person("per", "A", title="Socialsekreterare", audience="official")
    return world


def members_of(world, day="2026-06-01"):
    (found,) = title_members(
        world.db, promises(world.db, world.app_now()), date.fromisoformat(day), world.app_now()
    ).items()
    return found[1]


@pytest.mark.parametrize(
    ("titles", "said"),
    [
        (("Socialsekreterre",), "befattningen Socialsekreterre. Menade du socialsekreterare?"),
        (("Enhetschef", "Enhetcef", "Xyz"), "befattningen Enhetcef, Xyz. Menade du Enhetschef?"),
        (("Xyz",), "befattningen Xyz."),
    ],
)
def test_a_title_that_nobody_has_is_refused_with_those_that_are_nearest(titled, titles, said):
    with pytest.raises(Invalid) as refusal:
        population_of(titled.db, ("A",), titles, (), day=YEAR[0], known_at=titled.app_now())

    assert str(refusal.value) == f"Det finns ingen med {said}"
    assert refusal.value.field == "befattningar"


def test_unknown_codes_and_titles_are_told_together(titled):
    with pytest.raises(Invalid) as refusal:
        population_of(titled.db, ("X",), ("Xyz",), (), day=YEAR[0], known_at=titled.app_now())

    assert [part in str(refusal.value) for part in ("koden X", "befattningen Xyz")] == [True, True]
    assert refusal.value.field == "enheter"


def test_codes_and_titles_are_compared_as_a_person_would(titled):
    asked = ((" a", "A"), ("  socialsekreterare", "\uff33ocialsekreterare"), ("permanent",))

    found = population_of(titled.db, *asked, day=YEAR[0], known_at=titled.app_now())

    assert found.units == (titled.units["A"],)
    assert [title.lower() for title in found.titles] == ["socialsekreterare"]


def test_everybody_of_a_title_is_a_member_however_it_is_spelled(titled):
    decide(titled, population=Population(titles=("Socialsekreterare",)))
    decide(titled, population=Population((titled.units["A"],), ("Socialsekreterare", "Enhetschef")), day="2026-02-02")

    assert members_of(titled) == {"Socialsekreterare": 3, "Enhetschef": 1}
    assert members_of(titled, "2025-06-01") == {"Socialsekreterare": 4, "Enhetschef": 1}
    table = build(titled.db, "kurs", "employee", date(2026, 6, 1), titled.app_now())
    status = next(group for group in table.groups if group.key == "status")
    assert next(figure.value for figure in status.figures if figure.key == "members") == 4


def test_a_title_that_all_have_left_stays_in_its_target_with_no_members(titled):
    decide(titled, population=Population(titles=("Finns inte",)))

    assert members_of(titled) == {"Finns inte": 0}


def test_an_id_of_a_course_is_taken_in_capitals(world):
    world.publish()
    decide(world, course=" Kurs ")

    assert [each.course for each in promises(world.db, world.app_now())] == ["kurs"]


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
