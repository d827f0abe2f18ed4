"""Protected personal data as lists tell of them: given by a list, taken away by a person alone, never told of."""

import pytest
from browsing import Page, browser
from roster_lists import HEAD, OFFICIALS, planned, read_in, row
from sqlalchemy import select

from course.organisation.actions import correct_person, link, unlink
from course.organisation.protection import says_protected
from course.organisation.roster_file import read_employees, read_officials
from course.organisation.tables import Person
from course.roster.actions import undo_import

WITH_COLUMN = f"{HEAD};skyddad"


def protected(world):
    """{number: whether protected}."""
    world.db.rollback()
    return dict(world.db.execute(select(Person.key, Person.protected).order_by(Person.key)).all())


def listed(*pairs):
    """Rows of a list that says of each (number, cell) whether the person is protected."""
    return [f"{row(key)};{cell}" for key, cell in pairs]


@pytest.mark.parametrize(
    ("text", "means"),
    [
        *((word, True) for word in ("ja", "JA", "x", "1", "Sekretess", "Sekretessmarkering", "Skyddad folkbokföring")),
        *((word, False) for word in ("", "nej", "Nej", "0", "-", "–")),
        *((word, None) for word in ("*", "?", "kanske", "2", "ja, nej")),
    ],
)
def test_what_a_cell_says_of_protection(text, means):
    assert says_protected(text) is means


def test_what_is_neither_yes_nor_no_is_a_problem_and_no_column_is_none():
    content = "\n".join([WITH_COLUMN, *listed(("1", "ja"), ("2", "kanske"), ("3", ""))]).encode()
    found = read_employees(content)
    rows, problems = found.rows, found.problems
    assert [(each.key, each.protected) for each in rows] == [("1", True), ("3", False)]
    assert [str(each) for each in problems] == [
        "rad 3: ”skyddad” är varken ja eller nej: ”kanske”. Skriv ja, nej eller inget."
    ]

    officials = f"{OFFICIALS};skyddad\nBo Ek;bo@example.org;Nämnden;;Ledamot;2023-01-01;;x"
    assert [each.protected for each in read_officials(officials.encode()).rows] == [True]


def test_a_person_who_is_new_and_protected_is_never_told_of(world):
    hidden = row("77", name="Hemliga", mail="ek@example.org", boss="9") + ";ja"
    rows = [hidden, row("2", mail="ek@example.org") + ";", row("9") + ";"]

    found = read_in(world, rows, "2026-02-10", head=WITH_COLUMN)

    assert [(event.name, event.key) for event in found.joined] == [
        ("Skyddad person", "–"),
        ("Namn2 Ek", "2"),
        ("Namn9 Ek", "9"),
    ]
    assert found.remarks == ("länka? 2 och en skyddad person har samma e-postadress. 2 läggs in utan e-post.",)
    assert protected(world) == {"2": False, "77": True, "9": False}
    assert "Hemliga" not in repr((found.joined, found.remarks, found.reorganised))


def test_a_list_protects_who_was_known_without_protection_and_the_humans_other_numbers(world):
    read_in(world, [row("1"), row("2"), row("3")], "2026-01-10")
    with world.write("2026-01-11") as (db, at):
        ids = dict(db.execute(select(Person.key, Person.id)).all())
        link(db, ids["2"], ids["1"], by=None, at=at)

    found = read_in(world, listed(("1", "x"), ("2", ""), ("3", "nej")), "2026-02-10", head=WITH_COLUMN)

    assert protected(world) == {"1": True, "2": True, "3": False}
    assert [(event.key, event.text) for event in found.changed] == [("–", "får skyddade personuppgifter")] * 2


@pytest.mark.parametrize("cell", ["nej", "", None])
def test_no_list_and_no_undoing_takes_protection_away_but_a_person_does(world, cell):
    read_in(world, listed(("1", "ja"), ("2", "")), "2026-01-10", head=WITH_COLUMN)

    if cell is None:
        read_in(world, [row("1"), row("2"), row("3")], "2026-02-10")
    else:
        read_in(world, listed(("1", cell), ("2", ""), ("3", "")), "2026-02-10", head=WITH_COLUMN)
    assert protected(world) == {"1": True, "2": False, "3": False}
    with world.write("2026-02-11") as (db, at):
        undo_import(db, "hr", by=None, at=at)
    assert protected(world)["1"]

    with world.write("2026-02-12") as (db, at):
        person = db.scalars(select(Person.id).where(Person.key == "1")).one()
        correct_person(db, person, protected=False, by=None, at=at)
    assert not protected(world)["1"]


def test_a_column_that_would_protect_unusually_many_must_be_confirmed(world):
    some = [(str(number), "1" if number < 3 else "0") for number in range(100)]
    more = [(str(number), "1" if number < 3 else "0") for number in range(149)]

    assert planned(world, listed(*some), "2026-02-10", head=WITH_COLUMN).brakes == (
        "3 av 100 i listan får skyddade personuppgifter, mer än 2 procent.",
    )
    assert planned(world, listed(*more), "2026-02-10", head=WITH_COLUMN).brakes == (
        "3 av 149 i listan får skyddade personuppgifter, mer än 2 procent.",
    )
    assert planned(world, listed(*more, ("x", ""), ("y", "")), "2026-02-10", head=WITH_COLUMN).brakes == ()
    assert planned(world, listed(("1", "1"), ("2", "1")), "2026-02-10", head=WITH_COLUMN).brakes == ()


def test_a_new_number_that_looks_like_a_protected_persons_is_protected_too(world):
    read_in(world, listed(("0123", "ja"), ("0124", "")), "2026-01-10", head=WITH_COLUMN)

    found = read_in(world, [row("123"), row("124")], "2026-02-10")

    assert found.remarks == (
        "länka? två nummer på skyddade personer skiljer sig bara i nollor, stora och små bokstäver eller skiljetecken.",
        "länka? 124 och 0124 skiljer sig bara i nollor, stora och små bokstäver eller skiljetecken.",
    )
    assert protected(world) == {"0123": True, "0124": False, "123": True, "124": False}


def test_taking_a_link_apart_leaves_both_protected_and_says_so(world):
    for key in ("200", "900", "hr"):
        world.person(key)
    world.role("hr", "hr")
    with world.write("2026-01-11") as (db, at):
        correct_person(db, world.people["200"], protected=True, by=None, at=at)
        link(db, world.people["900"], world.people["200"], by=None, at=at)
    assert protected(world) == {"200": True, "900": True, "hr": False}

    page = Page(browser(world, "hr").get(f"/personer/{world.people['900']}"))
    assert "Båda har skyddade personuppgifter tills du tar bort skyddet" in page.main
    told = world.app.test_cli_runner().invoke(args=["people", "unlink", "200", "900"])

    assert told.output == (
        "900 räknas för sig.\n"
        "Båda har skyddade personuppgifter. Ta bort skyddet för den som inte ska ha det: people correct.\n"
    )
    assert protected(world) == {"200": True, "900": True, "hr": False}


def test_taking_apart_two_numbers_that_are_not_linked_is_refused_in_words(world):
    for key in ("1", "2", "3"):
        world.person(key)
    with world.write("2026-01-11") as (db, at):
        link(db, world.people["2"], world.people["1"], by=None, at=at)

    told = world.app.test_cli_runner().invoke(args=["people", "unlink", "2", "3"])

    assert (told.exit_code, told.stderr) == (1, "Error: 2 och 3 är inte kopplade.\n")
    with world.write("2026-01-12") as (db, at):
        unlink(db, world.people["2"], by=None, at=at)
