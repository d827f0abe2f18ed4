"""A manager sees who in the own units is done and when, and nothing else; HR counts the same."""

from datetime import date

import pytest
from browsing import Page, Statements, browser
from sqlalchemy import select

from course import clock
from course.audit.tables import AuditEntry
from course.organisation.actions import add_unit, correct_person, end_membership
from course.report.catalogue.coverage import build

URL = "/min-enhet"


@pytest.fixture
def units(world):
    """Boende with two groups, of which chef manages Boende and second one group; a unit beside them."""
    world.publish()
    for code, parent in (("ASF", None), ("EBB", "ASF"), ("EBB1", "EBB"), ("EBB2", "EBB"), ("IFO", "ASF")):
        world.unit(code, parent)
    for key, unit in (("klar", "EBB1"), ("kvar", "EBB1"), ("hemlig", "EBB2"), ("direkt", "EBB"), ("annan", "IFO")):
        world.person(key, unit)
    world.person("praktikant", "EBB1", employment="trainee")
    world.person("politiker", "EBB1", audience="official")
    for key in ("chef", "second"):
        world.person(key, "ASF")
    world.chief("chef", "EBB")
    world.chief("second", "EBB2")
    with world.write() as (db, at):
        correct_person(db, world.people["hemlig"], protected=True, by=None, at=at)
    world.target(units=["ASF"], since=f"{clock.now().year}-01-01", until=f"{clock.now().year}-12-31")
    for key in ("klar", "hemlig", "annan"):
        world.take(key, "2026-03-01")
    return world


def people(page):
    return [tuple(cells) for cells in page.rows()]


def test_a_manager_sees_who_is_done_and_when_in_the_own_units_and_those_below(units):
    page = Page(browser(units, "chef").get(URL))

    assert "2 av 4 har gått kursen. Läget den " in page.main
    assert page.texts("h3") == ["Enhet EBB", "Enhet EBB1", "Enhet EBB2"]
    assert people(page) == [
        ("Namn direkt", "Inte klar"),
        ("Namn kvar", "Inte klar"),
        ("Namn klar", "Klar 1 mars 2026"),
        ("Skyddad person", "Klar 1 mars 2026"),
    ]


def test_nobody_of_another_unit_audience_or_sort_shows_nor_what_anybody_answered(units):
    text = browser(units, "chef").get(URL).text

    for secret in ("annan", "praktikant", "politiker", "hemlig", "@example.org", "poäng", "försök"):
        assert secret not in text, secret
    assert [browser(units, key).get(URL).status_code for key in ("klar", "annan")] == [403, 403]
    chef = browser(units, "chef")
    assert [chef.get(url).status_code for url in ("/rapport/tackning", "/personer", "/mal", "/namnd")] == [403] * 4


def test_two_units_of_one_name_are_both_shown(units):
    with units.write() as (db, at):
        for code in ("N1", "N2"):
            units.units[code] = add_unit(
                db, code=code, name="Natt", since=date(2020, 1, 1), parent=units.units["EBB"], by=None, at=at
            )
    units.person("ett", "N1")
    units.person("tva", "N2")

    page = Page(browser(units, "chef").get(URL))

    assert page.texts("h3")[-2:] == ["Natt", "Natt"]
    assert people(page)[-2:] == [("Namn ett", "Inte klar"), ("Namn tva", "Inte klar")]


def test_hr_counts_the_same(units):
    today = clock.day_of(clock.now())
    table = build(units.db, "kurs", "employee", today, clock.now())
    row = next(row for row in table.rows if row.label == "Enhet EBB")

    assert (row.values[1], row.values[0]) == (2, 4)


def test_who_leads_is_asked_anew_at_every_request(units):
    second, chef = browser(units, "second"), browser(units, "chef")
    assert Page(second.get(URL)).texts("h3") == ["Enhet EBB2"]

    units.chief("annan", "EBB2", since=str(clock.day_of(clock.now())), day=None)

    assert second.get(URL).status_code == 403
    assert Page(browser(units, "annan").get(URL)).texts("h3") == ["Enhet EBB2"]
    assert chef.get(URL).status_code == 200


def test_a_manager_who_has_left_sees_the_unit_no_more(units):
    assert browser(units, "second").get(URL).status_code == 200
    with units.write(None) as (db, at):
        end_membership(db, units.people["second"], last_day=date(2026, 1, 31), by=None, at=at)

    assert browser(units, "second").get(URL).status_code == 403


def test_who_has_left_is_gone_and_a_unit_outside_the_target_is_said_to_be(units):
    with units.write(None) as (db, at):
        end_membership(db, units.people["klar"], last_day=date(2026, 1, 31), by=None, at=at)
    assert "Namn klar" not in browser(units, "chef").get(URL).text

    year = clock.now().year
    units.target(units=["IFO"], since=f"{year}-01-01", until=f"{year}-12-31", day=None)
    assert "Ingen i din enhet ingår i målet" in browser(units, "chef").get(URL).text


def test_opening_the_page_is_logged_with_the_units(units):
    browser(units, "chef").get(URL)

    units.db.rollback()
    newest = units.db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (newest.action, newest.actor, newest.detail) == (
        "unit.show",
        units.people["chef"],
        {"units": [units.units["EBB"]]},
    )


def test_the_number_of_statements_does_not_grow_with_people_or_units(units):
    def statements():
        units.db.rollback()
        with Statements() as seen:
            browser(units, "chef").get(URL)
        return seen.seen

    statements()
    one = statements()
    units.unit("EBB3", "EBB")
    for number in range(5):
        units.person(f"ny{number}", "EBB3")

    assert len(statements()) == len(one)
