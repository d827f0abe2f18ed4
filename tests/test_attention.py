"""What HR is asked to see to, and HR's first page."""

from datetime import date, timedelta

import pytest
from browsing import Page, browser, give_password
from test_roster import read_in, row
from world import course_sources

from course import clock
from course.clock import day_of
from course.report.attention import Course, Notice, Today, notices
from course.roster.actions import Origin, add_import

DAY = date(2026, 6, 1)
FINE = Course("Kursen", date(2026, 12, 31), date(2026, 12, 31))


def today(**told):
    well = {
        "day": DAY,
        "lists": {"hr": date(2026, 5, 20)},
        "drafts": 0,
        "employees": 10,
        "without_account": 0,
        "units_without_manager": (),
        "courses": (FINE,),
    }
    return Today(**{**well, **told})


def test_when_all_is_well_nothing_is_asked():
    assert notices(today()) == []


@pytest.mark.parametrize(
    ("told", "text", "where"),
    [
        ({"local_fault": "rad 2 är fel"}, "Telefonnummer och andra lokala uppgifter kan saknas", ""),
        ({"lists": {}}, "Ingen personallista är inläst än.", "imports"),
        ({"lists": {"hr": date(2026, 4, 26)}}, "Personallistan är från 26\xa0april 2026. Läs in en ny", "imports"),
        (
            {"lists": {"hr": date(2026, 5, 20), "pool": date(2026, 3, 1)}},
            "Personallistan ”pool” är från 1\xa0mars 2026. Läs in en ny",
            "imports",
        ),
        ({"drafts": 1}, "En lista väntar på att du bekräftar den", "imports"),
        ({"without_account": 1500, "employees": 2100}, "1\xa0500 av 2\xa0100 anställda har inte valt", "codes"),
        ({"units_without_manager": ("A",)}, "A saknar chef", "imports"),
        ({"units_without_manager": tuple("ABCDE")}, "A, B, C och 2 till saknar chef", "imports"),
        ({"courses": (Course("K", FINE.best_before, None),)}, "Inget mål är beslutat i dag för K.", "targets"),
        ({"courses": (Course("K", FINE.best_before, date(2026, 7, 1)),)}, "slutar 1\xa0juli 2026", "coverage"),
        ({"courses": (Course("K", date(2026, 5, 31), FINE.target_ends),)}, "granskats senast 31\xa0maj 2026", ""),
    ],
)
def test_each_thing_to_do_is_said_with_the_page_where_it_is_done(told, text, where):
    (notice,) = notices(today(**told))

    assert text in notice.text
    assert notice.where == where


@pytest.mark.parametrize(
    "told",
    [
        {"lists": {"hr": date(2026, 4, 27)}},
        {"courses": (Course("K", DAY, date(2026, 7, 2)),)},
    ],
)
def test_what_is_not_yet_due_is_not_asked(told):
    assert notices(today(**told)) == []


def test_notices_are_plain_values():
    assert notices(today(drafts=1, lists={}))[0] == Notice(
        "En lista väntar på att du bekräftar den eller låter bli.", "imports"
    )


def test_hrs_first_page_says_the_figure_the_newest_list_and_what_to_do(world):
    year = clock.now().year
    world.publish(course_sources())
    read_in(world, [row("1", "E1"), row("2", "E2", boss="1")], str(clock.day_of(clock.now()) - timedelta(days=40)))
    world.target(1500, since=f"{year}-01-01", until=f"{year}-12-31", day=None)
    world.person("hr")
    world.role("hr", "hr")
    world.db.rollback()
    give_password(world, "hr")

    page = Page(browser(world, "hr").get("/"))

    assert f"0 av målet 1 500 har gått kursen under {year}." in page.main
    assert "Senast inläst: " in page.main
    todo = page.texts("li")
    assert any("Personallistan är från" in text for text in todo)
    assert any("2 av 2 anställda har inte valt något lösenord" in text for text in todo)
    assert any("Enhet E1 saknar chef" in text for text in todo)
    assert not any("Namn" in text for text in todo)


def test_an_undone_list_is_not_the_newest_and_many_other_lists_do_not_hide_it(world):
    world.person("hr")
    world.role("hr", "hr")
    with world.write(None) as (db, at):
        today = day_of(at)
        for number, source in enumerate(("hr", *["namnd"] * 25, "hr")):
            kind = "employees" if source == "hr" else "officials"
            newest = add_import(
                db, Origin(kind, source, f"{number}.csv", "0" * 64), today, {}, undoes=None, by=None, at=at
            )
        add_import(db, Origin("employees", "hr", "26.csv", "0" * 64), today, {}, undoes=newest, by=None, at=at)

    page = Page(browser(world, "hr").get("/"))

    assert "Senast inläst: 25.csv" in page.main
    assert "Ingen personallista är inläst än" not in page.main


def test_who_has_no_part_in_hr_sees_none_of_it(world):
    world.publish()
    world.person("admin")
    world.role("admin", "admin")

    page = Page(browser(world, "admin").get("/"))

    assert "Det här behöver du se till" not in page.main
    assert "målet" not in page.main
