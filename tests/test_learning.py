"""Completions: when they are born, what they rest on, and that nothing but a revocation takes them back."""

from datetime import date

import pytest
from world import course_sources

from course.errors import Conflict, Invalid, NotFound
from course.learning.actions import restore, revoke, settle
from course.learning.queries import completed, completion_rows, record
from course.quiz.queries import attempts


def paths(world, key):
    return [(row.path, row.edition) for row in completed(world.db, world.people[key], "kurs")]


@pytest.fixture
def anna(world):
    """A published course and two people, of whom one does nothing."""
    world.publish()
    world.person("anna", "A")
    world.person("noise", "A")
    return world


def test_right_answers_complete_the_module_and_with_it_the_course(anna):
    attempt = anna.take("anna", "2026-03-01")

    module, whole = completion_rows(anna.db, anna.people["anna"])
    assert (module.path, module.evidence, module.occurred_on) == ("modul", f"attempt:{attempt.id}", date(2026, 3, 1))
    assert (whole.path, whole.evidence, whole.occurred_on) == ("", str(module.id), date(2026, 3, 1))
    assert paths(anna, "noise") == []


def test_half_the_questions_answered_complete_nothing(anna):
    attempt = anna.begin("anna", "2026-03-01")
    anna.answer("anna", attempt, "forsta", "ratt", "2026-03-01")

    assert paths(anna, "anna") == []
    assert [taken.finished for taken in attempts(anna.db, anna.people["anna"], "kurs")] == [False]


def test_the_pass_mark_without_the_critical_question_completes_nothing(anna):
    anna.take("anna", "2026-03-01", first="ratt", second="fel")

    assert [taken.passed for taken in attempts(anna.db, anna.people["anna"], "kurs")] == [True]
    assert paths(anna, "anna") == []


def test_the_critical_question_may_come_right_in_a_later_attempt(anna):
    anna.take("anna", "2026-03-01", first="ratt", second="fel")
    second = anna.take("anna", "2026-03-02", first="fel", second="ratt")

    rows = completion_rows(anna.db, anna.people["anna"])
    assert [(row.path, row.occurred_on) for row in rows] == [("modul", date(2026, 3, 2)), ("", date(2026, 3, 2))]
    assert rows[0].evidence == f"attempt:{second.id}"


def test_the_best_attempt_counts_and_a_worse_one_changes_nothing(anna):
    anna.take("anna", "2026-03-01")
    anna.take("anna", "2026-03-02", first="fel", second="fel")

    assert paths(anna, "anna") == [("modul", 1), ("", 1)]


def test_taking_it_again_with_success_is_a_new_completion(anna):
    anna.take("anna", "2026-03-01")
    anna.take("anna", "2026-09-01")

    assert paths(anna, "anna") == [("modul", 1), ("", 1), ("modul", 1), ("", 1)]


def test_settling_again_writes_nothing(anna):
    anna.take("anna", "2026-03-01")

    with anna.write("2026-03-02") as (db, at):
        assert settle(db, anna.people["anna"], "kurs", at=at) == []


def test_the_course_wants_every_mandatory_module(world):
    world.publish(course_sources(modules=("ett", "tva")))
    world.person("anna", "A")

    world.take("anna", "2026-03-01", module="ett")
    assert paths(world, "anna") == [("ett", 1)]

    world.take("anna", "2026-03-02", module="tva")
    assert paths(world, "anna") == [("ett", 1), ("tva", 1), ("", 1)]


def test_renewing_the_course_wants_every_module_anew(world):
    world.publish(course_sources(modules=("ett", "tva"), valid_months=12))
    world.person("anna", "A")
    for module in ("ett", "tva"):
        world.take("anna", "2026-03-01", module=module)

    world.take("anna", "2028-03-01", module="ett")
    assert [row.path for row in completion_rows(world.db, world.people["anna"])].count("") == 1

    world.take("anna", "2028-03-02", module="tva")
    wholes = [row for row in completion_rows(world.db, world.people["anna"]) if row.path == ""]
    assert [row.occurred_on for row in wholes] == [date(2026, 3, 1), date(2028, 3, 2)]


def test_a_new_edition_asks_for_the_course_again(anna):
    anna.take("anna", "2026-03-01")
    anna.publish(course_sources(edition=2, edition_from=date(2026, 6, 1)), day="2026-05-01")

    mine = record(anna.db, anna.people["anna"], "kurs")
    assert mine.newest("", 1).occurred_on == date(2026, 3, 1)
    assert mine.newest("", 2) is None

    anna.take("anna", "2026-06-02")
    assert paths(anna, "anna") == [("modul", 1), ("", 1), ("modul", 2), ("", 2)]


def test_what_is_done_on_the_new_edition_before_it_holds_counts_for_it(anna):
    anna.publish(course_sources(edition=2, edition_from=date(2026, 6, 1)), day="2026-05-01")

    anna.take("anna", "2026-05-02")

    assert paths(anna, "anna") == [("modul", 2), ("", 2)]


def test_an_attempt_begun_on_the_old_edition_finishes_on_it(anna):
    attempt = anna.begin("anna", "2026-04-01")
    anna.publish(course_sources(edition=2, edition_from=date(2026, 6, 1)), day="2026-05-01")

    for item in ("forsta", "andra"):
        anna.answer("anna", attempt, item, "ratt", "2026-05-02")

    assert paths(anna, "anna") == [("modul", 1), ("", 1)]


def test_once_a_new_edition_holds_going_on_begins_a_new_attempt(anna):
    old = anna.begin("anna", "2026-04-01")
    assert anna.begin("anna", "2026-04-02").id == old.id
    anna.publish(course_sources(edition=2, edition_from=date(2026, 6, 1)), day="2026-05-01")

    new = anna.begin("anna", "2026-06-02", edition=2)

    assert (new.number, new.id != old.id) == (2, True)


def test_revoking_a_module_takes_back_the_course_that_rests_on_it(anna):
    anna.take("anna", "2026-03-01")
    anna.take("noise", "2026-03-01")
    module, whole = completion_rows(anna.db, anna.people["anna"])

    with anna.write("2026-04-01") as (db, at):
        assert revoke(db, module.id, reason="Fel person", by=None, at=at) == [module.id, whole.id]

    assert paths(anna, "anna") == []
    assert paths(anna, "noise") == [("modul", 1), ("", 1)]


def test_revoked_evidence_never_completes_again(anna):
    anna.take("anna", "2026-03-01")
    module, _ = completion_rows(anna.db, anna.people["anna"])
    with anna.write("2026-04-01") as (db, at):
        revoke(db, module.id, reason="Fel person", by=None, at=at)
        assert settle(db, anna.people["anna"], "kurs", at=at) == []

    anna.take("anna", "2026-04-02", first="fel", second="fel")
    assert paths(anna, "anna") == []

    anna.take("anna", "2026-04-03")
    assert paths(anna, "anna") == [("modul", 1), ("", 1)]


def test_a_mistaken_revocation_is_mended_by_a_restored_completion(anna):
    anna.take("anna", "2026-03-01")
    module, _ = completion_rows(anna.db, anna.people["anna"])
    with anna.write("2026-04-01") as (db, at):
        revoke(db, module.id, reason="Fel person", by=None, at=at)
    with anna.write("2026-04-02") as (db, at):
        restore(db, module.id, by=None, at=at)

    rows = [row for row in completion_rows(anna.db, anna.people["anna"]) if row.revoked_at is None]
    assert [(row.path, row.route, row.occurred_on) for row in rows] == [
        ("modul", "quiz", date(2026, 3, 1)),
        ("", "quiz", date(2026, 3, 1)),
    ]


def test_revoking_wants_a_reason_and_something_to_revoke(anna):
    anna.take("anna", "2026-03-01")
    module, _ = completion_rows(anna.db, anna.people["anna"])

    with anna.write("2026-04-01") as (db, at):
        with pytest.raises(Invalid):
            revoke(db, module.id, reason=" ", by=None, at=at)
        with pytest.raises(NotFound):
            revoke(db, 999, reason="x", by=None, at=at)
        with pytest.raises(Conflict):
            restore(db, module.id, by=None, at=at)
        revoke(db, module.id, reason="x", by=None, at=at)
        with pytest.raises(Conflict):
            revoke(db, module.id, reason="x", by=None, at=at)


def test_the_first_answer_stands(anna):
    attempt = anna.begin("anna", "2026-03-01")
    first = anna.answer("anna", attempt, "forsta", "fel", "2026-03-01")
    second = anna.answer("anna", attempt, "forsta", "ratt", "2026-03-01")

    assert (first.stored, second.stored) == (True, False)
    assert second.attempt.answers == {"forsta": ["fel"]}


def test_somebody_elses_attempt_is_not_found(anna):
    attempt = anna.begin("anna", "2026-03-01")

    with pytest.raises(NotFound):
        anna.answer("noise", attempt, "forsta", "ratt", "2026-03-01")
