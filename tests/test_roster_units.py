"""Units that several lists, or a list and a hand, tell of; and who leads them."""

from datetime import date, timedelta
from random import Random

import pytest
from roster_lists import leader, legible, planned, read_in, row, states
from sqlalchemy import select
from world import noon

from course import verify
from course.errors import Refusal
from course.organisation.actions import add_unit, set_unit_manager
from course.organisation.population import Population
from course.organisation.queries import unit_id_by_code
from course.organisation.tables import Person
from course.report.catalogue.coverage import build
from course.roster.actions import undo_import
from course.target.actions import Decision, set_target

LATER = noon("2030-01-01")


def members(world, unit, day="2026-02-10"):
    """(members, reached) of a target on the unit."""
    with world.write("2026-02-11") as (db, at):
        population = Population((unit_id_by_code(db, unit, date(2026, 2, 10), at),))
        decision = Decision("kurs", 10, date(2026, 1, 1), date(2026, 12, 31), population=population)
        set_target(db, decision, by=None, at=at)
    table = build(world.db, "kurs", "employee", date.fromisoformat(day), LATER)
    told = {f"{group.key}.{figure.key}": figure.value for group in table.groups for figure in group.figures}
    return told["status.members"], told["bridge.reached"]


def test_a_list_takes_over_a_unit_that_was_made_by_hand(world):
    world.publish()
    world.unit("EB7", since="2026-01-05")
    world.person("9001", "EB7")
    read_in(world, [row("1", "EB7"), row("2", "EB7"), row("3", "EB1")], "2026-02-10")

    assert states(world, "EB7") == [
        ("Enhet EB7", "Boende", "2020-01-01", "2026-01-04"),
        ("Enhet EB7", "", "2026-01-05", "2026-02-09"),
        ("Enhet EB7", "Boende", "2026-02-10", ""),
    ]
    assert members(world, "avd-boende") == (4, 0)


def test_days_on_which_a_unit_made_by_hand_stood_elsewhere_stay_as_they_were(world):
    world.unit("TOPP", since="2019-01-01")
    world.unit("EB7", "TOPP", since="2025-01-01")

    found = read_in(world, [row("1", "EB7"), row("2", "EB1")], "2026-02-10")

    assert states(world, "EB7") == [
        ("Enhet EB7", "Boende", "2020-01-01", "2024-12-31"),
        ("Enhet EB7", "Enhet TOPP", "2025-01-01", "2026-02-09"),
        ("Enhet EB7", "Boende", "2026-02-10", ""),
    ]
    assert found.reorganised == ("Enhet EB7 (EB7) hör nu till Boende i stället för Enhet TOPP.",)
    assert found.remarks == ("Enhet EB7 (EB7) är tillagd för hand och följer nu den här listan.",)
    assert read_in(world, [row("1", "EB7"), row("2", "EB1")], "2026-02-11").remarks == ()


def test_a_unit_that_the_list_says_nothing_else_of_is_no_remark(world):
    world.unit("EB7", since="2020-01-01")

    found = planned(world, [row("1", "EB7", division="")], "2026-02-10")

    assert (found.units, found.remarks) == ((), ())


def test_undoing_gives_a_unit_back_to_the_hand_that_made_it(world):
    world.unit("EB7", since="2025-01-01")
    read_in(world, [row("1", "EB7")], "2026-02-10")
    with world.write("2026-02-11") as (db, at):
        undo_import(db, "hr", by=None, at=at)

    assert states(world, "EB7") == [("Enhet EB7", "", "2025-01-01", "")]
    found = read_in(world, [row("1", "EB7")], "2026-02-12", source="annan")
    assert found.remarks == ("Enhet EB7 (EB7) är tillagd för hand och följer nu den här listan.",)


def test_what_another_lists_unit_is_otherwise_is_told_and_nothing_of_it_changes(world):
    read_in(world, [row("1", "E1", since="2024-01-01", boss="1"), row("2", "E2")], "2026-01-10")
    before = states(world, "E1")

    found = read_in(
        world, [row("3", "E1", division="Bistånd", boss="3"), row("4", "E2")], "2026-02-10", source="inhyrda"
    )

    (remark,) = found.remarks
    assert remark == (
        "Enhet E1 (E1) kommer från listan ”hr” och ändras inte: här hör den till Bistånd, där till Boende; här är 3"
        " chef, där 1; här finns personer från 1\xa0januari 2020, där börjar den 1\xa0januari 2024."
    )
    assert states(world, "E1") == before
    assert leader(world, "E1") == "1"


def test_a_unit_that_goes_to_another_list_follows_that_one_from_the_day_after(world):
    read_in(world, [row("1", "X1", division="Boende"), row("2", "E2")], "2026-01-10")
    read_in(world, [row("2", "E2")], "2026-02-10")
    assert states(world, "X1") == [("Enhet X1", "Boende", "2020-01-01", "2026-02-09")]

    found = read_in(world, [row("1", "X1", division="Bistånd")], "2026-02-20", source="ny")

    assert states(world, "X1") == [
        ("Enhet X1", "Boende", "2020-01-01", "2026-02-09"),
        ("Enhet X1", "Bistånd", "2026-02-10", ""),
    ]
    assert found.remarks == ("Enhet X1 (X1) kommer från listan ”hr” och följer nu den här listan.",)
    assert read_in(world, [row("1", "X1"), row("2", "E2")], "2026-02-21").remarks == (
        "Enhet X1 (X1) kommer från listan ”ny” och ändras inte: här hör den till Boende, där till Bistånd.",
    )


def test_a_unit_that_another_list_has_left_to_the_people_of_this_one_follows_it(world):
    both = [row("1", "X1"), row("2", "E2")]
    read_in(world, both, "2026-01-10")
    read_in(world, [row("3", "X1", division="Bistånd")], "2026-01-11", source="ny")
    read_in(world, both[1:], "2026-02-10")

    found = read_in(world, [row("3", "X1", division="Bistånd")], "2026-02-11", source="ny")

    assert states(world, "X1")[-1] == ("Enhet X1", "Bistånd", "2026-02-11", "")
    assert found.remarks == ("Enhet X1 (X1) kommer från listan ”hr” och följer nu den här listan.",)


def test_a_code_that_a_hand_has_given_to_another_unit_is_that_units_from_its_first_day(world):
    read_in(world, [row("1", "X1"), row("2", "E2")], "2026-01-10")
    read_in(world, [row("2", "E2")], "2026-02-10")
    with world.write("2026-02-20") as (db, at):
        add_unit(db, code="X1", name="Ny", since=date(2026, 2, 20), by=None, at=at)

    read_in(world, [row("5", "X1"), row("2", "E2")], "2026-03-01")

    assert states(world, "X1") == [
        ("Enhet X1", "Boende", "2020-01-01", "2026-02-09"),
        ("Enhet X1", "Boende", "2026-02-10", "2026-02-19"),
        ("Ny", "", "2026-02-20", "2026-02-28"),
        ("Enhet X1", "Boende", "2026-03-01", ""),
    ]


TIE = "lika många rader anger 2 och 3 som chef."


@pytest.mark.parametrize(
    ("present", "bosses", "leads", "remark"),
    [
        ("", "2 2 3", "2", "flest rader anger chefen 2, andra 3."),
        (
            "3",
            "2 3",
            "3",
            f"{TIE} 3 är chef nu och är det fortfarande. Rätta listan.",
        ),
        ("", "2 3", None, f"{TIE} Ingen av dem blir chef. Rätta listan."),
        ("4", "2 3", None, f"{TIE} Ingen av dem blir chef. Rätta listan."),
        ("3", "2 2", "2", None),
    ],
)
def test_at_a_tie_who_leads_the_unit_already_does_so_still(world, present, bosses, leads, remark):
    chiefs = [row(key, "LEDNING") for key in "234"]
    if present:
        read_in(world, [row("1", boss=present), *chiefs], "2026-01-10")

    workers = [row(f"a{number}", boss=boss) for number, boss in enumerate(bosses.split())]
    found = read_in(world, [*workers, *chiefs], "2026-02-10")

    assert leader(world, "E1") == leads
    assert found.remarks == ((f"Enhet E1 (E1): {remark}",) if remark else ())


def test_whom_a_manager_answers_to_is_no_vote_on_who_leads_the_managers_own_unit(world):
    found = read_in(world, [row("1", boss="2"), row("2", boss="3"), row("3", "TOPP")], "2026-01-10")

    assert (leader(world, "E1"), found.remarks) == ("2", ())


def test_a_manager_who_alone_is_in_a_unit_is_led_by_whom_the_row_names(world):
    read_in(world, [row("2", boss="3"), row("3", "TOPP")], "2026-01-10")

    assert leader(world, "E1") == "3"


def test_rows_of_those_who_have_ended_have_no_vote(world):
    old = [row(key, boss="9", until="2025-12-31") for key in "123"]
    read_in(world, [*old, row("4", boss="8"), row("8", "TOPP"), row("9", "TOPP")], "2026-01-10")

    assert leader(world, "E1") == "8"


def test_a_list_that_names_no_managers_at_all_leaves_those_that_were_named_by_hand(world):
    read_in(world, [row("1"), row("2")], "2026-01-10")
    with world.write("2026-01-11") as (db, at):
        person = db.scalars(select(Person.id).where(Person.key == "2")).one()
        unit = unit_id_by_code(db, "E1", at.date(), at)
        set_unit_manager(db, unit, person, since=at.date(), by=None, at=at)

    read_in(world, [row("1"), row("2"), row("3")], "2026-02-10")

    assert leader(world, "E1") == "2"
    read_in(world, [row("1"), row("2", "E2", boss="1")], "2026-03-10")
    assert leader(world, "E1") is None


def test_a_unit_with_a_new_name_is_told(world):
    read_in(world, [row("1")], "2026-01-10")

    found = planned(world, [row("1").replace("Enhet E1", "Team Norr")], "2026-02-10")

    assert found.reorganised == ("Enhet E1 (E1) heter nu Team Norr.",)


def a_list(chance):
    """One to five rows about four people in three units, with days around those on which lists are read in."""
    rows, divisions = [], {unit: chance.choice(["", "Boende", "Bistånd"]) for unit in ("E1", "E2", "E3")}
    for _ in range(chance.randint(1, 5)):
        since = chance.choice([date(2019, 1, 1), date(2026, 1, 5), date(2026, 1, 20), date(2026, 2, 15)])
        until = since + timedelta(chance.randint(0, 60)) if chance.random() < 0.3 else ""
        key, unit = chance.choice("1234"), chance.choice(["E1", "E2", "E3"])
        told = {"division": divisions[unit], "boss": chance.choice(["", "", "1", "4"])}
        rows.append(row(key, unit, since=str(since), until=str(until), **told))
    return rows


def a_step(chance, world, as_of, *, day):
    """Do something at noon on a day; gives the list that was read in, if one was."""
    source, rows = chance.choice(["hr", "inhyrda"]), a_list(chance)
    if chance.random() < 0.2:
        with world.write(day) as (db, at):
            undo_import(db, source, by=None, at=at)
    elif chance.random() < 0.3:
        first, code = as_of + timedelta(chance.randint(-400, 20)), chance.choice(["E1", "E2", "avd-boende"])
        with world.write(day) as (db, at):
            add_unit(db, code=code, name="För hand", since=first, by=None, at=at)
    elif legible(rows):
        read_in(world, rows, str(as_of), source, day=day)
        return rows, source
    return None


@pytest.mark.parametrize("seed", range(8))
def test_lists_and_hands_in_any_order_are_taken_or_refused_in_words_and_the_figures_add_up(world, seed):
    chance, as_of, done = Random(seed), date(2026, 1, 10), 0
    world.publish()
    for number in range(30):
        as_of += timedelta(chance.randint(-2, 5))
        try:
            listed = a_step(chance, world, as_of, day=date(2026, 1, 1) + timedelta(number))
        except Refusal:
            continue
        done += 1
        if listed:
            assert planned(world, listed[0], str(as_of), listed[1]).units == ()
    for day in (date(2026, 1, 25), as_of, as_of + timedelta(40)):
        table = build(world.db, "kurs", "employee", day, LATER)
        assert [*verify.sums(table), *verify.rows(table)] == []
    assert done > 10
