"""Completions earned before or elsewhere: counted like others, shown by their own route."""

from datetime import date

import pytest
from world import course_sources, noon

from course.errors import Conflict, Invalid, NotFound
from course.evidence.actions import SOURCE, BadRows, import_evidence, newest_evidence, undo_evidence
from course.evidence.evidence_file import Earned
from course.learning.actions import restore, revoke
from course.learning.queries import completion_rows
from course.report.catalogue.coverage import build
from course.roster.queries import last_imports


def bring(world, *rows, day="2026-06-01"):
    with world.write(day) as (db, at):
        return import_evidence(db, rows, file_name="f.csv", digest="0" * 64, by=None, at=at)


def earned(key="anna", module="", route="paper", day="2026-03-04", line=2):
    return Earned(line, key, "kurs", module, route, date.fromisoformat(day), "Lista")


def covered(table):
    """{route: the covered by it} and their sum, without the routes that nobody took."""
    routes = next(group for group in table.groups if group.key == "routes")
    return {figure.key: figure.value for figure in routes.figures if figure.value}


@pytest.fixture
def course(world):
    world.publish(course_sources(modules=("modul", "andra-modul")))
    world.person("anna", "A")
    return world


def told(world, key="anna"):
    return [(row.path, row.route, str(row.occurred_on)) for row in completion_rows(world.db, world.people[key])]


def test_the_whole_course_completes_its_modules_and_the_course_on_the_day(course):
    assert bring(course, earned()) == 3

    assert told(course) == [
        ("andra-modul", "paper", "2026-03-04"),
        ("modul", "paper", "2026-03-04"),
        ("", "paper", "2026-03-04"),
    ]
    known = [build(course.db, "kurs", "employee", date(2026, 4, 1), noon(day)) for day in ("2026-05-01", "2026-07-01")]
    assert [covered(table) for table in known] == [{}, {"paper": 1, "covered": 1}]


def test_the_same_file_again_adds_nothing(course):
    bring(course, earned())

    assert bring(course, earned(), day="2026-06-02") == 0
    assert len(told(course)) == 3


def test_a_module_on_paper_and_one_by_questions_are_a_course_done_in_several_ways(course):
    bring(course, earned(module="modul"))
    course.take("anna", "2026-06-05", module="andra-modul")

    assert told(course)[-1] == ("", "mixed", "2026-06-05")
    course.person("bo", "A")
    for module in ("modul", "andra-modul"):
        course.take("bo", "2026-06-06", module=module)
    table = build(course.db, "kurs", "employee", date(2026, 6, 6), noon("2026-07-01"))
    assert covered(table) == {"quiz": 1, "mixed": 1, "covered": 2}


def test_who_did_it_in_several_ways_counts_once_by_the_strongest_that_is_valid(course):
    bring(course, earned(route="paper", day="2026-03-04"))
    bring(course, earned(route="workshop", day="2026-03-05"), day="2026-06-02")

    def on(day):
        return covered(build(course.db, "kurs", "employee", date.fromisoformat(day), noon("2026-07-01")))

    assert on("2026-03-04") == {"paper": 1, "covered": 1}
    assert on("2026-03-05") == {"workshop": 1, "covered": 1}


def test_unknown_people_courses_and_modules_are_all_told_and_nothing_is_written(course):
    other = Earned(4, "anna", "annan", "", "paper", date(2026, 3, 4), "Lista")

    with pytest.raises(BadRows) as refusal:
        bring(course, earned(), earned("ingen", line=3), other, earned(module="x", line=5))

    assert str(refusal.value).splitlines() == [
        "rad 3: det finns ingen person med numret ”ingen”.",
        "rad 4: kursen ”annan” finns inte.",
        "rad 5: modulen ”x” finns inte. De som finns är: andra-modul, modul.",
    ]
    course.db.rollback()
    assert told(course) == []


def undo(world, number, day="2026-06-10", reason="Fel fil"):
    with world.write(day) as (db, at):
        return undo_evidence(db, number, reason=reason, by=None, at=at)


def standing(world, key="anna"):
    return [row.path for row in completion_rows(world.db, world.people[key]) if row.revoked_at is None]


def test_a_wrong_file_is_taken_back_whole_with_one_reason(course):
    course.person("bo", "A")
    course.person("cia", "A")
    bring(course, earned("cia", day="2026-03-01"), day="2026-05-31")
    bring(course, earned(), earned("bo", module="modul", line=3))
    number = newest_evidence(course.db)

    revoked = undo(course, number)

    assert [standing(course, key) for key in ("anna", "bo", "cia")] == [[], [], ["andra-modul", "modul", ""]]
    told = [row for key in ("anna", "bo") for row in completion_rows(course.db, course.people[key])]
    assert sorted(revoked) == sorted(row.id for row in told)
    assert {row.reason for row in told} == {"Fel fil"}
    tables = [build(course.db, "kurs", "employee", date(2026, 4, 1), noon(day)) for day in ("2026-06-09", "2026-06-11")]
    assert [covered(table) for table in tables] == [{"paper": 2, "covered": 2}, {"paper": 1, "covered": 1}]
    newest, _, first = last_imports(course.db, SOURCE)
    assert (newest.undoes, first.undone) == (number, False)


def test_what_was_done_otherwise_stands_when_a_file_is_taken_back(course):
    bring(course, earned(module="modul"))
    for module in ("modul", "andra-modul"):
        course.take("anna", "2026-06-05", module=module)

    undo(course, newest_evidence(course.db))

    assert standing(course) == ["modul", "andra-modul", ""]
    assert told(course)[-1] == ("", "quiz", "2026-06-05")


def test_what_was_restored_of_a_file_goes_with_it_and_the_file_can_be_read_in_anew(course):
    bring(course, earned())
    whole = completion_rows(course.db, course.people["anna"])[0].id
    with course.write("2026-06-02") as (db, at):
        revoke(db, whole, reason="Fel", by=None, at=at)
    with course.write("2026-06-03") as (db, at):
        restore(db, whole, by=None, at=at)

    undo(course, newest_evidence(course.db))
    assert standing(course) == []

    assert bring(course, earned(), day="2026-06-11") == 3


def test_a_file_is_taken_back_once_with_a_reason_and_only_a_file_of_evidence(course):
    bring(course, earned())
    number = newest_evidence(course.db)
    with pytest.raises(Invalid):
        undo(course, number, reason=" ")
    with pytest.raises(NotFound, match="99"):
        undo(course, 99)
    course.db.rollback()

    undo(course, number)

    with pytest.raises(Conflict, match="redan ångrad"):
        undo(course, number)
    course.db.rollback()
    with pytest.raises(NotFound):
        undo(course, number + 1)
    with pytest.raises(NotFound, match="ingen fil"):
        newest_evidence(course.db)
    assert standing(course) == []
