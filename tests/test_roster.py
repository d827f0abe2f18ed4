"""Reading a whole list of people in: what it changes, what it leaves alone, and taking it back."""

from datetime import date

import pytest
from roster_lists import LATER, counted, held, names, planned, read_in, row
from sqlalchemy import func, select, update
from world import noon

from course.access.actions import grant_role
from course.clock import FOREVER
from course.errors import Conflict, Invalid, NotFound
from course.organisation.actions import correct_person, end_membership, link
from course.organisation.queries import unit_id_by_code, unit_spans
from course.organisation.tables import Import, Membership, MembershipState, Person, UnitState
from course.report.catalogue.coverage import build
from course.report.formats import FORMATS
from course.roster.actions import Origin, apply_plan, check_as_of, undo_import
from course.roster.queries import last_imports
from course.schema import Installation


def tables(world):
    """Every row of what an import may write."""
    world.db.rollback()
    return {
        table.__tablename__: world.db.execute(select(table.__table__).order_by(*table.__table__.primary_key)).all()
        for table in (Person, Membership, MembershipState, UnitState, Import)
    }


def test_the_first_list_adds_everybody_and_the_units_they_stand_in(world):
    found = read_in(world, [row("1"), row("2", "E2"), row("3", "B1", division="Bistånd")], "2026-01-10")

    assert counted(found) == (3, 0, 0, 0)
    assert held(world, "2") == [("E2", "2020-01-01", "")]
    spans = {span.code: span for span in unit_spans(world.db, LATER)}
    assert {code: spans[code].name for code in ("E1", "avd-boende", "avd-bistand")} == {
        "E1": "Enhet E1",
        "avd-boende": "Boende",
        "avd-bistand": "Bistånd",
    }
    assert spans["E1"].parent == spans["avd-boende"].unit
    assert str(spans["avd-boende"].since) == "2020-01-01"


def test_the_same_list_again_changes_nothing(world):
    rows = [
        row("1"),
        row("2", "E2", boss="1"),
        row("2", "E1", since="2021-01-01", until="2021-12-31"),
        row("3", mail=""),
    ]
    read_in(world, rows, "2026-01-10")

    for day in ("2026-01-10", "2026-02-10"):
        assert planned(world, rows, day).is_empty


def test_who_is_absent_has_ended_the_day_before(world):
    read_in(world, [row("1"), row("2")], "2026-01-10")

    found = read_in(world, [row("1")], "2026-02-10")

    assert names(found.left) == ["2"]
    assert held(world, "2") == [("E1", "2020-01-01", "2026-02-09")]
    assert held(world, "2", noon("2026-02-01")) == [("E1", "2020-01-01", "")]


def test_a_list_leaves_other_sources_alone(world):
    world.person("hand", "E9")
    read_in(world, [row("1")], "2026-01-10")
    read_in(world, [row("inhyrd", form="inhyrd")], "2026-01-11", source="bemanning")

    read_in(world, [row("2")], "2026-02-10")

    assert held(world, "hand") == [("E9", "2020-01-01", "")]
    assert held(world, "inhyrd") == [("E1", "2020-01-01", "")]
    assert held(world, "1") == [("E1", "2020-01-01", "2026-02-09")]


def test_another_unit_with_the_same_first_day_is_a_move_on_the_lists_day(world):
    read_in(world, [row("1"), row("2", "E2")], "2026-01-10")

    found = read_in(world, [row("1", "E2"), row("2", "E2")], "2026-02-10")

    assert counted(found) == (0, 0, 1, 0)
    assert held(world, "1") == [("E1", "2020-01-01", "2026-02-09"), ("E2", "2026-02-10", "")]


def test_another_first_day_is_another_employment(world):
    read_in(world, [row("1", until="2026-01-31")], "2026-01-10")

    found = read_in(world, [row("1", until="2026-01-31"), row("1", since="2026-03-01")], "2026-02-10")

    assert names(found.joined) == ["1"]
    assert held(world, "1") == [("E1", "2020-01-01", "2026-01-31"), ("E1", "2026-03-01", "")]


def test_of_several_employments_from_one_day_the_unit_tells_which_is_which(world):
    read_in(world, [row("1"), row("1", "E2"), row("2", "E3")], "2026-01-10")

    found = read_in(world, [row("1", "E2"), row("1", "E3"), row("2", "E3")], "2026-02-10")

    assert names(found.moved) == ["1"]
    assert held(world, "1") == [
        ("E1", "2020-01-01", "2026-02-09"),
        ("E2", "2020-01-01", ""),
        ("E3", "2026-02-10", ""),
    ]


def two_in_one_unit():
    """A manager who also supervises by the hour, in the same unit from the same day."""
    return [row("1").replace("Handläggare", "Chef"), row("1", form="timanställd").replace("Handläggare", "Handledare")]


def test_two_employments_in_one_unit_are_told_apart_by_their_form_and_title_in_whatever_order_they_stand(world):
    chief, supervisor = two_in_one_unit()
    read_in(world, [chief, supervisor, row("2")], "2026-01-05")

    assert planned(world, [supervisor, row("2"), chief], "2026-02-01").is_empty
    (ended,) = planned(world, [supervisor, row("2")], "2026-02-01").memberships
    assert [(state.what.title, str(state.until)) for state in ended.write] == [("Chef", "2026-01-31")]
    renamed = planned(world, [supervisor.replace("Handledare", "Mentor"), row("2"), chief], "2026-02-01")
    assert [event.text for event in renamed.changed] == ["Handledare, timanställd → Mentor, timanställd"]


def test_a_later_end_prolongs_without_a_gap_also_after_the_end_has_passed(world):
    read_in(world, [row("1", until="2026-01-31")], "2026-01-10")

    read_in(world, [row("1", until="2026-12-31")], "2026-03-10")

    assert held(world, "1") == [("E1", "2020-01-01", "2026-12-31")]


def test_an_earlier_end_holds_also_before_the_lists_day(world):
    read_in(world, [row("1")], "2026-01-10")

    read_in(world, [row("1", until="2026-01-31"), row("2")], "2026-03-10")

    assert held(world, "1") == [("E1", "2020-01-01", "2026-01-31")]


def test_an_employment_that_lies_ahead_is_withdrawn_when_its_row_is_gone(world):
    read_in(world, [row("1"), row("2", since="2026-06-01")], "2026-01-10")

    found = read_in(world, [row("1")], "2026-02-10")

    assert counted(found) == (0, 0, 0, 1)
    assert held(world, "2") == []


def test_a_list_from_before_the_newest_is_refused(world):
    read_in(world, [row("1")], "2026-02-10")

    with pytest.raises(Invalid, match="redan inläst per 10\xa0februari 2026"):
        check_as_of(world.db, "hr", date(2026, 2, 9))
    check_as_of(world.db, "hr", date(2026, 2, 10))
    check_as_of(world.db, "annan", date(2026, 2, 9))


def test_a_demonstration_takes_no_real_list(world):
    with world.write() as (db, _at):
        db.execute(update(Installation).values(demonstration=True))

    with pytest.raises(Conflict, match="demonstration"):
        read_in(world, [row("1")], "2026-02-10")


@pytest.mark.parametrize(
    ("leavers", "movers", "brakes"),
    [
        (2, 0, ()),
        (3, 0, ("3 av 40 tillsvidareanställda i Boende slutar, mer än 5 procent.",)),
        (0, 4, ()),
        (0, 5, ("5 av 40 tillsvidareanställda i Boende byter enhet, mer än 10 procent.",)),
    ],
)
def test_unusually_many_leavers_or_moves_of_a_division_are_a_brake(world, leavers, movers, brakes):
    boende = [f"b{number}" for number in range(40)]
    rest = [row(f"r{number}", "R1", division="Resten") for number in range(60)]
    hourly = [row("tim", form="timanställd")]
    read_in(world, [*map(row, boende), *rest, *hourly], "2026-01-10")

    stay = [row(key, "E2" if place < movers else "E1") for place, key in enumerate(boende[leavers:])]
    found = planned(world, [*stay, *rest], "2026-02-10")

    assert found.brakes == brakes


def test_a_small_division_is_no_brake_but_the_whole_list_is(world):
    everybody = [row(f"p{number}") for number in range(20)]
    read_in(world, everybody, "2026-01-10")

    assert planned(world, everybody[1:], "2026-02-10").brakes == ()
    assert planned(world, everybody[2:], "2026-02-10").brakes == (
        "2 av 20 tillsvidareanställda i hela listan slutar, mer än 5 procent.",
    )


def test_a_unit_that_is_given_another_place_is_listed_and_nobody_has_moved(world):
    read_in(world, [row("1"), row("2", "E2", division="Bistånd")], "2026-01-10")

    found = read_in(world, [row("1", division="Bistånd"), row("2", "E2", division="Bistånd")], "2026-02-10")

    assert counted(found) == (0, 0, 0, 0)
    assert found.reorganised == ("Enhet E1 (E1) hör nu till Bistånd i stället för Boende.",)
    spans = [span for span in unit_spans(world.db, LATER) if span.code == "E1"]
    assert [str(span.until) for span in spans] == ["2026-02-09", "9999-12-31"]
    assert {span.code for span in unit_spans(world.db, LATER) if span.until < FOREVER} == {"E1", "avd-boende"}


def test_a_unit_is_led_by_whom_most_of_its_rows_name(world):
    rows = [row("1", boss="9"), row("2", boss="9"), row("3", boss="8"), row("8", "E2", boss="77"), row("9", "E2")]

    found = read_in(world, rows, "2026-01-10")

    leader = (
        select(Person.key)
        .join(UnitState, UnitState.manager_id == Person.id)
        .where(UnitState.code == "E1", UnitState.superseded_at.is_(None))
    )
    assert world.db.scalars(leader).all() == ["9"]
    assert found.remarks == (
        "Enhet E1 (E1): flest rader anger chefen 9, andra 8.",
        "Enhet E2 (E2): chefen 77 finns inte i listan.",
    )


def test_two_people_with_one_email_are_both_taken_and_the_later_goes_without(world):
    found = read_in(world, [row("1", mail="ek@example.org"), row("2", mail="ek@example.org")], "2026-01-10")

    emails = dict(world.db.execute(select(Person.key, Person.email)).all())
    assert emails == {"1": "ek@example.org", "2": None}
    assert found.remarks == ("länka? 2 och 1 har samma e-postadress. 2 läggs in utan e-post.",)


def test_two_employments_of_one_human_may_share_an_email(world):
    rows = [row("1", mail="ek@example.org"), row("2", mail="ek@example.org")]
    read_in(world, rows, "2026-01-10")
    with world.write("2026-01-11") as (db, at):
        ids = dict(db.execute(select(Person.key, Person.id)).all())
        link(db, ids["2"], ids["1"], by=None, at=at)

    found = read_in(world, rows, "2026-02-10")

    assert (found.remarks, names(found.changed)) == ((), ["2"])
    assert set(world.db.scalars(select(Person.email))) == {"ek@example.org"}


def test_neither_name_nor_number_of_a_protected_person_is_told(world):
    read_in(world, [row("1"), row("hemlig", name="Hemliga")], "2026-01-10")
    with world.write("2026-01-11") as (db, at):
        person = db.scalars(select(Person).where(Person.key == "hemlig")).one()
        correct_person(db, person.id, protected=True, by=None, at=at)

    found = planned(world, [row("1")], "2026-02-10")

    assert [(event.key, event.name) for event in found.left] == [("–", "Skyddad person")]


def test_remarks_on_who_leads_a_unit_tell_no_number_of_a_protected_person(world):
    read_in(world, [row("1"), row("hemlig"), row("9")], "2026-01-10")
    with world.write("2026-01-11") as (db, at):
        person = db.scalars(select(Person).where(Person.key == "hemlig")).one()
        correct_person(db, person.id, protected=True, by=None, at=at)

    bosses = {"1": "9", "hemlig": "9", "2": "hemlig", "3": "9"}
    found = planned(world, [row("9"), *(row(key, boss=boss) for key, boss in bosses.items())], "2026-02-10")

    assert found.remarks == ("Enhet E1 (E1): flest rader anger chefen 9, andra en skyddad person.",)


def test_a_change_decided_by_hand_whether_somebody_counts_survives_the_next_list(world):
    read_in(world, [row("1"), row("2", form="inhyrd")], "2026-01-10")
    with world.write("2026-01-11") as (db, _at):
        assert db.scalars(select(MembershipState.counts).order_by(MembershipState.id)).all() == [True, False]
    from course.organisation.actions import set_counts

    with world.write("2026-01-12") as (db, at):
        ids = dict(db.execute(select(Person.key, Person.id)).all())
        set_counts(db, ids["2"], counts=True, since=date(2026, 1, 12), by=None, at=at)

    assert planned(world, [row("1"), row("2", form="inhyrd")], "2026-02-10").is_empty


def figures(world, day="2026-06-01", known_at=LATER):
    return FORMATS["csv"].render(build(world.db, "kurs", "employee", date.fromisoformat(day), known_at))


@pytest.fixture
def measured(world):
    """A course, a list of people, and two who have taken the course."""
    world.publish()
    read_in(world, [row("1"), row("2", "E2"), row("3", "B1", division="Bistånd"), row("4")], "2026-01-10")
    world.people = dict(world.db.execute(select(Person.key, Person.id)).all())
    world.take("1", "2026-01-20")
    world.take("2", "2026-01-20")
    world.target()
    return world


def test_undoing_an_import_gives_every_figure_back(measured):
    before = figures(measured)
    changes = [
        row("1", "E2", name="Nya"),
        row("3", "B1", division="Boende", until="2026-12-31"),
        row("4", "N1", division="Nya", mail="ny@example.org"),
        row("5"),
    ]
    read_in(measured, changes, "2026-02-10")
    assert figures(measured) != before

    with measured.write("2026-02-11") as (db, at):
        undo_import(db, "hr", by=None, at=at)

    assert figures(measured) == before
    assert figures(measured, known_at=noon("2026-02-10")) != before
    person = measured.db.scalars(select(Person).where(Person.key == "1")).one()
    assert (person.name, person.email) == ("Namn1 Ek", "1@example.org")
    assert [(each.undoes is not None, each.undone) for each in last_imports(measured.db)] == [
        (True, False),
        (False, True),
        (False, False),
    ]


def test_after_an_undo_the_list_can_be_read_in_again_also_as_of_an_earlier_day(measured):
    rows = [row("1", "E2"), row("2", "E2"), row("3", "B1", division="Bistånd"), row("5", "N1")]
    read_in(measured, rows, "2026-02-10")
    with measured.write("2026-02-11") as (db, at):
        undo_import(db, "hr", by=None, at=at)

    with measured.write("2026-02-12") as (db, at):
        apply_plan(
            db, planned(measured, rows, "2026-02-01"), Origin("employees", "hr", "x.csv", "1" * 64), by=None, at=at
        )

    assert held(measured, "1") == [("E1", "2020-01-01", "2026-01-31"), ("E2", "2026-02-01", "")]
    assert planned(measured, rows, "2026-02-12").is_empty


def test_an_import_is_undone_once_and_only_the_newest(measured):
    read_in(measured, [row("1")], "2026-02-10")
    with measured.write("2026-02-11") as (db, at):
        undo_import(db, "hr", by=None, at=at)

    with pytest.raises(NotFound, match="Bara den senaste"), measured.write("2026-02-12") as (db, at):
        undo_import(db, "hr", by=None, at=at)
    with pytest.raises(NotFound), measured.write("2026-02-12") as (db, at):
        undo_import(db, "okand", by=None, at=at)


def test_an_import_that_somebody_has_built_on_is_not_undone(measured):
    read_in(measured, [row("1", name="Nya"), row("2", "N1"), row("4")], "2026-02-10")
    with measured.write("2026-02-11") as (db, at):
        end_membership(db, measured.people["2"], last_day=date(2026, 3, 1), by=None, at=at)
        correct_person(db, measured.people["1"], name="Rättad", by=None, at=at)
    before = tables(measured)

    with pytest.raises(Conflict) as refusal, measured.write("2026-02-12") as (db, at):
        undo_import(db, "hr", by=None, at=at)

    assert str(refusal.value).splitlines()[1:] == ["1: namn eller e-post", "2: anställningen"]
    assert tables(measured) == before


def test_why_an_import_is_not_undone_tells_no_number_of_a_protected_person(measured):
    read_in(measured, [row("1", name="Nya"), row("2", "N1"), row("3", name="Nytt")], "2026-02-10")
    with measured.write("2026-02-11") as (db, at):
        end_membership(db, measured.people["2"], last_day=date(2026, 3, 1), by=None, at=at)
        correct_person(db, measured.people["1"], name="Rättad", protected=True, by=None, at=at)
        correct_person(db, measured.people["2"], protected=True, by=None, at=at)
        correct_person(db, measured.people["3"], name="Annan", by=None, at=at)

    with pytest.raises(Conflict) as refusal, measured.write("2026-02-12") as (db, at):
        undo_import(db, "hr", by=None, at=at)

    assert str(refusal.value).splitlines()[1:] == [
        "En skyddad person: namn eller e-post",
        "3: namn eller e-post",
        "En skyddad person: anställningen",
    ]


@pytest.mark.parametrize("aimed", ["population", "group", "role"])
def test_an_import_whose_new_unit_a_target_or_a_role_is_about_is_not_undone(measured, aimed):
    read_in(measured, [row("1", "N1"), row("2", "E2"), row("3", "B1", division="Bistånd"), row("4")], "2026-02-10")
    with measured.write("2026-02-11") as (db, at):
        unit = unit_id_by_code(db, "N1", date(2026, 2, 11), at)
        measured.units = {"N1": unit}
        if aimed == "role":
            grant_role(db, measured.people["3"], "secretary", since=date(2026, 1, 1), unit=unit, by=None, at=at)
    if aimed != "role":
        measured.target(
            day="2026-02-11", **({"units": ["N1"]} if aimed == "population" else {"groups": [("G", ["N1"])]})
        )

    with pytest.raises(Conflict, match="N1: enheten står i"), measured.write("2026-02-12") as (db, at):
        undo_import(db, "hr", by=None, at=at)


def test_a_target_about_a_unit_that_was_there_before_keeps_no_import_from_being_undone(measured):
    with measured.write("2026-02-09") as (db, at):
        measured.units = {"E1": unit_id_by_code(db, "E1", date(2026, 2, 9), at)}
    read_in(measured, [row("1", "E2"), row("2", "E2")], "2026-02-10")
    measured.target(day="2026-02-11", units=["E1"])

    with measured.write("2026-02-12") as (db, at):
        undo_import(db, "hr", by=None, at=at)

    assert held(measured, "1") == [("E1", "2020-01-01", "")]


def test_officials_stand_in_their_board_and_its_bodies_and_are_counted_once(world):
    world.publish()
    rows = [
        "Åsa Ek;asa@example.org;Socialnämnden;;Ordförande;2023-01-01;2026-12-31",
        "Åsa Ek;asa@example.org;Socialnämnden;Individutskottet;Ledamot;2023-01-01;2026-12-31",
        "Bo By;bo@example.org;Socialnämnden;;Ersättare;2023-01-01;",
        "Cia Dal;cia@example.org;Socialnämnden;;Ledamot;2027-01-01;",
    ]

    read_in(world, rows, "2026-02-10", source="namnd", kind="officials")

    table = build(world.db, "kurs", "official", date(2026, 6, 1), LATER)
    board = next(line for line in table.rows if line.label == "Socialnämnden")
    assert board.values[0] == 2
    employees = build(world.db, "kurs", "employee", date(2026, 6, 1), LATER)
    assert employees.sentences[0].startswith("Inget känt")


def test_a_list_of_many_people_wants_the_same_number_of_statements(world):
    from browsing import Statements

    counts = []
    for number, size in enumerate((1, 3, 300)):
        rows = [row(f"{number}-{each}", f"U{number}") for each in range(size)]
        with Statements() as seen:
            read_in(world, rows, f"2026-0{number + 1}-10", source=f"s{number}")
        counts.append(len([text for text in seen.seen if not text.startswith("INSERT")]))

    assert len(set(counts)) == 1
    assert world.db.execute(select(func.count()).select_from(Person)).scalar_one() == 304
