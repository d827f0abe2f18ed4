"""Numbers in a list that may be somebody's who is known by another number, and what else HR is told to look at."""

import pytest
from roster_lists import counted, planned, read_in, row
from sqlalchemy import select

from course.errors import Invalid
from course.organisation.actions import correct_person, link
from course.organisation.tables import Person
from course.roster.actions import check_as_of

ALIKE = "skiljer sig bara i nollor, stora och små bokstäver eller skiljetecken."
SAME = "har samma namn, enhet och första dag."


@pytest.mark.parametrize(
    ("known", "new", "same"),
    [
        ("0123", "123", True),
        ("123", "000123", True),
        ("AB-12", "ab12", True),
        ("12.3", "12-3", True),
        ("123", "1230", False),
        ("0", "00", True),
        ("a1", "a2", False),
    ],
)
def test_numbers_that_are_read_alike_are_asked_about(world, known, new, same):
    read_in(world, [row(known, name="Ett", mail="")], "2026-01-10")

    found = planned(world, [row(new, name="Annat", mail="", since="2021-01-01")], "2026-02-10")

    assert found.remarks == ((f"länka? {new} och {known} {ALIKE}",) if same else ())


@pytest.mark.parametrize(
    ("change", "same"),
    [({}, True), ({"unit": "E2"}, False), ({"since": "2020-01-02"}, False), ({"name": "Annan"}, False)],
)
def test_two_of_one_name_and_unit_who_began_the_same_day_are_asked_about(world, change, same):
    read_in(world, [row("1", name="Åsa", mail="")], "2026-01-10")
    told = {"unit": "E1", "name": "Åsa", "mail": "", **change}

    found = planned(world, [row("1", name="Åsa", mail=""), row("2", **told)], "2026-02-10")

    assert found.remarks == ((f"länka? 2 och 1 {SAME}",) if same else ())


def test_two_that_are_new_in_one_list_are_asked_about_once(world):
    rows = [row("1", name="Åsa", mail=""), row("01", name="Åsa", mail="")]

    assert planned(world, rows, "2026-02-10").remarks == (f"länka? 1 och 01 {ALIKE}",)


def test_who_is_known_already_is_not_asked_about_every_monday(world):
    rows = [row("1", name="Åsa", mail=""), row("01", name="Åsa", mail="")]
    read_in(world, rows, "2026-01-10")
    with world.write("2026-01-11") as (db, at):
        ids = dict(db.execute(select(Person.key, Person.id)).all())
        link(db, ids["01"], ids["1"], by=None, at=at)

    assert planned(world, rows, "2026-02-10").remarks == ()


def test_officials_are_known_by_address_and_dots_in_it_tell_people_apart(world):
    one, other = (
        f"{name};{mail}@example.org;Nämnden;;Ledamot;2023-01-01;"
        for name, mail in (("Bo Ek", "b.ek"), ("Bea Ek", "bek"))
    )
    read_in(world, [one], "2026-01-10", "namnd", "officials")

    assert planned(world, [one, other], "2026-02-10", "namnd", "officials").remarks == ()


def test_who_leaves_and_has_a_role_is_pointed_out(world):
    read_in(world, [row("1"), row("2"), row("3"), row("4")], "2026-01-10")
    world.people = dict(world.db.execute(select(Person.key, Person.id)).all())
    world.db.rollback()
    world.role("1", "hr")
    world.role("2", "learner")
    world.role("4", "admin")

    found = planned(world, [row("4")], "2026-02-10")

    assert found.remarks == ("1 som slutar har en roll: Namn1 Ek (1). Säg till administratören.",)


def test_a_second_employment_is_no_move_and_forms_of_employment_have_their_swedish_names(world):
    read_in(world, [row("1"), row("2", form="timanställd"), row("3"), row("3", "E2")], "2026-01-10")

    rows = [row("1"), row("1", "E2", since="2026-02-10", until="2026-05-31"), row("2", form="visstid"), row("3", "E2")]
    found = planned(world, rows, "2026-02-10")

    assert counted(found) == (0, 0, 0, 3)
    assert [event.text for event in found.changed] == [
        "ny: Enhet E2 från 10\xa0februari 2026 till 31\xa0maj 2026",
        "Handläggare, timanställd → Handläggare, visstid",
        "Enhet E1: från 1\xa0januari 2020 till 9\xa0februari 2026",
    ]


@pytest.mark.parametrize("source", ["HR", "h r", "ＨＲ"])
def test_a_source_that_is_spelt_otherwise_is_no_new_list_in_which_everybody_begins_again(world, source):
    read_in(world, [row("1")], "2026-01-10")

    with pytest.raises(Invalid, match="Källan"):
        check_as_of(world.db, source, world.noon("2026-02-10").date())
    check_as_of(world.db, "hr", world.noon("2026-02-10").date())


@pytest.mark.parametrize("source", ["hand", "Hand", "underlag"])
def test_no_list_may_call_itself_what_people_by_hand_and_evidence_are_called(world, source):
    world.person("1", "A")

    with pytest.raises(Invalid, match="är upptaget"):
        check_as_of(world.db, source, world.noon("2026-02-10").date())


def test_a_crowd_of_one_name_is_asked_about_once(world):
    keys = [str(number) for number in range(10_000, 13_000)]

    found = planned(world, [row(key, name="Namn Namnsson", mail="") for key in keys], "2026-02-10")

    assert [each for each in found.remarks if "länka?" in each] == [
        f"länka? 2\xa0999 nya nummer {SAME.removesuffix('.')} som 10000. Står rätt namn i listan?"
    ]


def test_of_a_crowd_with_somebody_protected_all_that_are_new_are_hidden(world):
    read_in(world, [row("1", name="Namn Namnsson", mail="")], "2026-01-10")
    with world.write("2026-01-11") as (db, at):
        correct_person(
            db, world.db.scalars(select(Person.id).where(Person.key == "1")).one(), protected=True, by=None, at=at
        )

    found = planned(world, [row(str(key), name="Namn Namnsson", mail="") for key in range(1, 20)], "2026-02-10")

    assert len(found.joined) == 18
    assert all(event.name != "Namn Namnsson" for event in found.joined)
