"""What is recorded late, restored, or done under two numbers completes the course where and when it belongs."""

from datetime import date

import pytest
from world import course_sources, noon

from course.content.queries import current, newest_release_id, published
from course.errors import Conflict
from course.evidence.actions import import_evidence
from course.evidence.evidence_file import Earned
from course.learning.actions import complete, restore, revoke
from course.learning.queries import completion_rows, record
from course.regrade.actions import regrade
from course.report.catalogue.coverage import build
from course.report.catalogue.person import build as explain

LATER = noon("2030-01-01")
MODULES = ("ett", "tva")


def figures(world, day, known_at=LATER):
    """(covered, reached, the routes of the covered) on a day."""
    table = build(world.db, "kurs", "employee", date.fromisoformat(day), known_at)
    found = {(group.key, figure.key): figure.value for group in table.groups for figure in group.figures}
    routes = {key: value for (group, key), value in found.items() if group == "routes" and value and key != "covered"}
    return found["status", "covered"], found["bridge", "reached"], routes


def rows(world, key, *, path=None):
    found = completion_rows(world.db, world.people[key])
    return [row for row in found if path is None or row.path == path]


def wholes(world, key):
    """(edition, day, route) of every completion of the course that stands."""
    return [
        (row.edition, str(row.occurred_on), row.route) for row in rows(world, key, path="") if row.revoked_at is None
    ]


def paper(world, key, day, *, on="2026-03-01", module="", route="paper"):
    row = Earned(2, key, "kurs", module, route, date.fromisoformat(on), "Lista")
    with world.write(day) as (db, at):
        return import_evidence(db, [row], file_name="f.csv", digest="0" * 64, by=None, at=at)


def take_back(world, number, day, reason="Fel"):
    with world.write(day) as (db, at):
        return revoke(db, number, reason=reason, by=None, at=at)


def bring_back(world, number, day):
    with world.write(day) as (db, at):
        return restore(db, number, by=None, at=at)


def new_edition(world, **more):
    """Edition 2, which holds from 1 June."""
    world.publish(course_sources(edition=2, edition_from=date(2026, 6, 1), **more), day="2026-05-01")


def corrected(world, module, day, **more):
    """Publish the course with the key of a module's last question turned about."""
    sources = course_sources(modules=MODULES, **more)
    head, tail = sources[f"quizzes/kurs/{module}.md"].split("## Andra")
    turned = tail.replace("[x]", "[_]").replace("[ ]", "[x]").replace("[_]", "[ ]")
    world.publish(sources | {f"quizzes/kurs/{module}.md": f"{head}## Andra{turned}"}, day=day, accept_keys=True)


def grade_anew(world, module, day, *keys):
    """Grade some people's attempts at a module by the key that holds now."""
    with world.write(day) as (db, at):
        release, people = current(db, newest_release_id(db))["kurs"], [world.people[key] for key in keys]
        regrade(db, "kurs", f"{module}-fragor", people, release=release, reason="Fel facit", by=None, at=at)


@pytest.fixture
def course(world):
    """A course of two modules with a target for the year, and three people of whom one does nothing."""
    world.publish(course_sources(modules=MODULES))
    for key in ("anna", "bo", "noise"):
        world.person(key, "A")
    world.target()
    return world


def take_both(world, key, day):
    for module in MODULES:
        world.take(key, day, module=module)


@pytest.mark.parametrize("route", ["paper", "workshop", "platform"])
def test_a_day_in_an_older_edition_completes_the_course_in_it_also_when_it_is_read_in_late(course, route):
    new_edition(course, modules=MODULES)
    before = [figures(course, day, noon("2026-06-09")) for day in ("2026-04-01", "2026-12-31")]

    assert paper(course, "anna", "2026-06-10", route=route) == 3

    assert wholes(course, "anna") == [(1, "2026-03-01", route)]
    assert figures(course, "2026-02-28") == (0, 0, {})
    assert figures(course, "2026-04-01") == (1, 1, {route: 1})
    assert figures(course, "2026-12-31") == (0, 1, {})
    assert [figures(course, day, noon("2026-06-09")) for day in ("2026-04-01", "2026-12-31")] == before


def test_an_attempt_of_an_older_edition_that_is_graded_anew_completes_the_course_in_it(course):
    course.take("anna", "2026-03-01", module="ett")
    course.take("anna", "2026-03-01", module="tva", second="fel")
    course.take("bo", "2026-03-01", module="tva", second="fel")
    new_edition(course, modules=MODULES)
    course.begin("anna", "2026-06-05", module="tva")
    corrected(course, "tva", "2026-06-09", edition=2, edition_from=date(2026, 6, 1))

    grade_anew(course, "tva", "2026-06-10", "anna", "bo")

    assert wholes(course, "anna") == [(1, "2026-03-01", "quiz")]
    assert wholes(course, "bo") == []
    assert figures(course, "2026-04-01") == (1, 1, {"quiz": 1})
    assert figures(course, "2026-04-01", noon("2026-06-09")) == (0, 0, {})


def test_an_attempt_that_is_graded_anew_counts_from_its_own_day_also_when_a_later_one_failed(course):
    course.take("anna", "2026-03-01", module="ett", second="fel")
    course.take("anna", "2026-03-05", module="ett", first="fel", second="fel")
    corrected(course, "ett", "2026-04-01")

    grade_anew(course, "ett", "2026-04-02", "anna")

    assert [str(row.occurred_on) for row in rows(course, "anna", path="ett")] == ["2026-03-01"]


def test_a_module_restored_after_a_new_edition_holds_brings_the_course_back_in_its_own(course):
    take_both(course, "anna", "2026-03-01")
    module = rows(course, "anna", path="tva")[0].id
    take_back(course, module, "2026-04-01")
    new_edition(course, modules=MODULES)

    bring_back(course, module, "2026-07-01")

    assert wholes(course, "anna") == [(1, "2026-03-01", "quiz")]
    assert figures(course, "2026-05-31") == (1, 1, {"quiz": 1})
    assert figures(course, "2026-05-31", noon("2026-06-30")) == (0, 0, {})


def test_the_last_module_of_an_older_edition_completes_the_course_in_it(course):
    course.take("anna", "2026-03-01", module="ett")
    attempt = course.begin("anna", "2026-05-20", module="tva")
    new_edition(course, modules=MODULES)

    for item in ("forsta", "andra"):
        course.answer("anna", attempt, item, "ratt", "2026-06-02")

    assert wholes(course, "anna") == [(1, "2026-06-02", "quiz")]
    assert figures(course, "2026-06-02") == (0, 1, {})


def test_modules_done_after_a_new_edition_holds_complete_no_older_one(course):
    course.take("anna", "2026-03-01", module="ett")
    new_edition(course, modules=MODULES)

    course.take("anna", "2026-06-02", module="tva")
    assert wholes(course, "anna") == []

    course.take("anna", "2026-06-03", module="ett")
    assert wholes(course, "anna") == [(2, "2026-06-03", "quiz")]


def test_late_evidence_completes_the_older_edition_beside_the_newer_one(course):
    new_edition(course, modules=MODULES)
    take_both(course, "anna", "2026-06-02")

    paper(course, "anna", "2026-06-10")

    assert wholes(course, "anna") == [(2, "2026-06-02", "quiz"), (1, "2026-03-01", "paper")]
    assert [figures(course, day) for day in ("2026-04-01", "2026-06-10")] == [(1, 1, {"paper": 1}), (1, 1, {"quiz": 1})]


def test_what_is_restored_keeps_its_route_and_goes_with_its_module(course):
    paper(course, "anna", "2026-03-02")
    whole = rows(course, "anna", path="")[0]
    take_back(course, whole.id, "2026-04-01")
    assert figures(course, "2026-04-02") == (0, 0, {})

    bring_back(course, whole.id, "2026-04-02")

    assert wholes(course, "anna") == [(1, "2026-03-01", "paper")]
    assert figures(course, "2026-04-02") == (1, 1, {"paper": 1})
    take_back(course, rows(course, "anna", path="ett")[0].id, "2026-05-01")
    assert wholes(course, "anna") == []
    assert figures(course, "2026-05-01") == (0, 0, {})


def test_what_was_restored_by_an_earlier_version_has_its_true_route_in_what_is_completed_now(course):
    paper(course, "anna", "2026-03-02", module="ett")
    old = rows(course, "anna", path="ett")[0]
    take_back(course, old.id, "2026-04-01")
    with course.write("2026-04-02") as (db, at):
        release = published(db, old.release_id)
        as_then = {"route": "restored", "evidence": f"restored:{old.id}", "occurred_on": old.occurred_on}
        complete(db, old.person_id, release, "ett", old.edition, **as_then, at=at)

    paper(course, "anna", "2026-04-03", module="tva")

    assert wholes(course, "anna") == [(1, "2026-03-01", "paper")]
    assert [row.true_route for row in rows(course, "anna", path="ett")] == ["paper", "paper"]


def test_what_is_restored_over_and_over_rests_on_the_same_modules(course):
    take_both(course, "anna", "2026-03-01")
    whole = rows(course, "anna", path="")[0].id
    for month in ("04", "05"):
        take_back(course, whole, f"2026-{month}-01")
        whole = bring_back(course, whole, f"2026-{month}-02")
    module = rows(course, "anna", path="ett")[0].id
    take_back(course, module, "2026-06-01")
    assert wholes(course, "anna") == []

    anew = bring_back(course, module, "2026-06-02")

    assert wholes(course, "anna") == [(1, "2026-03-01", "quiz")]
    take_back(course, anew, "2026-06-03")
    assert wholes(course, "anna") == []
    with pytest.raises(Conflict, match=f"återställt som {anew}"):
        bring_back(course, module, "2026-06-04")


def test_a_course_is_not_restored_while_a_module_of_it_is_revoked(course):
    take_both(course, "anna", "2026-03-01")
    ett, whole = rows(course, "anna", path="ett")[0].id, rows(course, "anna", path="")[0].id
    take_back(course, ett, "2026-04-01")

    with pytest.raises(Conflict, match=rf"ett \({ett}\)"):
        bring_back(course, whole, "2026-04-02")

    course.db.rollback()
    bring_back(course, ett, "2026-04-03")
    assert wholes(course, "anna") == [(1, "2026-03-01", "quiz")]
    with pytest.raises(Conflict, match="redan återställt"):
        bring_back(course, whole, "2026-04-04")


def test_a_course_revoked_for_itself_stays_revoked_when_a_module_is_restored(course):
    take_both(course, "anna", "2026-03-01")
    ett, whole = rows(course, "anna", path="ett")[0].id, rows(course, "anna", path="")[0].id
    take_back(course, whole, "2026-04-01", reason="Fel kurs")
    take_back(course, ett, "2026-04-02")

    bring_back(course, ett, "2026-04-03")

    assert [row.reason for row in rows(course, "anna", path="") if row.id == whole] == ["Fel kurs"]
    assert len(rows(course, "anna", path="")) == 2, "the restored module is evidence that has completed nothing yet"


def test_the_course_comes_back_with_the_last_of_its_modules(course):
    take_both(course, "anna", "2026-03-01")
    ett, tva = (rows(course, "anna", path=path)[0].id for path in MODULES)
    take_back(course, ett, "2026-04-01")
    take_back(course, tva, "2026-04-02")

    bring_back(course, ett, "2026-04-03")
    assert wholes(course, "anna") == []

    bring_back(course, tva, "2026-04-04")
    assert wholes(course, "anna") == [(1, "2026-03-01", "quiz")]


def test_a_restored_attempt_is_told_as_counting_again(course):
    attempt = course.take("anna", "2026-03-01", module="ett")
    module = rows(course, "anna", path="ett")[0].id
    take_back(course, module, "2026-04-01", reason="Fel person")
    assert record(course.db, course.people["anna"], "kurs").revoked == {f"attempt:{attempt.id}": "Fel person"}

    bring_back(course, module, "2026-04-02")

    assert record(course.db, course.people["anna"], "kurs").revoked == {}


def test_the_persons_page_tells_how_it_was_done_and_that_it_was_restored(course):
    paper(course, "anna", "2026-03-02", module="ett")
    take_back(course, rows(course, "anna", path="ett")[0].id, "2026-04-01")
    bring_back(course, rows(course, "anna", path="ett")[0].id, "2026-04-02")
    release = current(course.db, newest_release_id(course.db))["kurs"]
    table = explain(course.db, release, date(2026, 5, 1), LATER, course.people["anna"])

    assert sorted(row.label for row in table.rows if "Modulen ett" in row.label) == [
        "Modulen ”Modulen ett”, utgåva 1 (papper)",
        "Modulen ”Modulen ett”, utgåva 1 (papper, återställt)",
    ]


def test_the_same_file_after_a_restoring_adds_nothing(course):
    paper(course, "anna", "2026-03-02")
    whole = rows(course, "anna", path="")[0].id
    module = rows(course, "anna", path="ett")[0].id
    take_back(course, module, "2026-04-01")
    bring_back(course, module, "2026-04-02")

    assert paper(course, "anna", "2026-04-03") == 0
    assert whole not in [row.id for row in rows(course, "anna", path="") if row.revoked_at is None]


def test_what_was_done_otherwise_completes_the_course_when_a_module_is_revoked(course):
    course.take("anna", "2026-03-01", module="ett")
    paper(course, "anna", "2026-03-06", on="2026-03-05", module="ett")
    course.take("anna", "2026-03-07", module="tva")
    assert wholes(course, "anna") == [(1, "2026-03-07", "mixed")]

    take_back(course, rows(course, "anna", path="ett")[1].id, "2026-04-01")

    assert wholes(course, "anna") == [(1, "2026-03-07", "quiz")]


@pytest.fixture
def apart(course):
    """One module under each of two numbers, and a third person who has done one."""
    course.take("anna", "2026-03-01", module="ett")
    course.take("bo", "2026-03-02", module="tva")
    course.take("noise", "2026-03-02", module="tva")
    return course


def test_modules_done_under_two_numbers_of_one_human_add_up_when_they_are_linked(apart):
    before = figures(apart, "2026-03-31", noon("2026-04-09"))

    apart.link("bo", "anna", day="2026-04-10")

    assert figures(apart, "2026-03-31") == (1, 1, {"quiz": 1})
    assert wholes(apart, "anna") == wholes(apart, "bo") == [(1, "2026-03-02", "quiz")]
    assert figures(apart, "2026-03-31", noon("2026-04-09")) == before == (0, 0, {})
    assert wholes(apart, "noise") == []


def test_numbers_that_are_linked_after_a_new_edition_holds_complete_the_older_one_together(apart):
    new_edition(apart, modules=MODULES)

    apart.link("bo", "anna", day="2026-06-10")

    assert wholes(apart, "anna") == [(1, "2026-03-02", "quiz")]
    assert [figures(apart, day) for day in ("2026-05-31", "2026-06-10")] == [(1, 1, {"quiz": 1}), (0, 1, {})]


def test_a_module_done_after_the_linking_adds_up_too(course):
    course.link("bo", "anna", day="2026-02-01")
    course.take("anna", "2026-03-01", module="ett")

    course.take("bo", "2026-03-02", module="tva")

    assert figures(course, "2026-03-31") == (1, 1, {"quiz": 1})


def test_evidence_read_in_under_either_number_adds_up_and_is_not_written_twice(course):
    course.link("bo", "anna", day="2026-02-01")
    paper(course, "bo", "2026-03-02", module="ett")
    assert paper(course, "anna", "2026-03-03", module="ett") == 0

    paper(course, "anna", "2026-03-04", on="2026-03-03", module="tva")

    assert wholes(course, "bo") == [(1, "2026-03-03", "paper")]
    assert figures(course, "2026-03-31") == (1, 1, {"paper": 1})


def test_unlinking_takes_back_what_rested_on_the_others_modules_and_says_why(apart):
    apart.link("bo", "anna", day="2026-04-10")

    apart.unlink("bo", day="2026-05-10")

    assert wholes(apart, "anna") == wholes(apart, "bo") == []
    assert [row.reason for row in rows(apart, "anna", path="")] == ["Anställningsnumren är inte längre kopplade."]
    assert figures(apart, "2026-03-31") == (0, 0, {})
    assert figures(apart, "2026-03-31", noon("2026-05-09")) == (1, 1, {"quiz": 1})


def test_linking_again_brings_back_what_unlinking_took(apart):
    apart.link("bo", "anna", day="2026-04-10")
    apart.unlink("bo", day="2026-05-10")

    apart.link("anna", "bo", day="2026-05-11")

    assert wholes(apart, "bo") == [(1, "2026-03-02", "quiz")]
    assert figures(apart, "2026-03-31") == (1, 1, {"quiz": 1})
    assert figures(apart, "2026-03-31", noon("2026-05-10")) == (0, 0, {})
    apart.unlink("anna", day="2026-05-12")
    assert figures(apart, "2026-03-31") == (0, 0, {})


def test_linking_with_somebody_else_brings_nothing_back(apart):
    apart.link("bo", "anna", day="2026-04-10")
    apart.unlink("bo", day="2026-05-10")

    apart.link("bo", "noise", day="2026-05-11")

    assert [wholes(apart, key) for key in ("anna", "bo", "noise")] == [[], [], []]


def test_unlinking_leaves_each_what_each_has_done(course):
    take_both(course, "anna", "2026-03-01")
    course.take("bo", "2026-03-02", module="ett")
    course.link("bo", "anna", day="2026-04-10")
    course.take("bo", "2026-04-11", module="tva")
    assert wholes(course, "anna") == [(1, "2026-03-01", "quiz"), (1, "2026-04-11", "quiz")]

    course.unlink("bo", day="2026-05-10")

    assert wholes(course, "anna") == [(1, "2026-03-01", "quiz")]
    assert wholes(course, "bo") == [(1, "2026-04-11", "quiz")]
    assert figures(course, "2026-12-31") == (2, 2, {"quiz": 2})


def test_attempts_under_two_numbers_complete_a_module_together_and_not_when_they_are_unlinked(course):
    course.take("anna", "2026-03-01", module="ett", second="fel")
    course.link("bo", "anna", day="2026-03-02")

    attempt = course.begin("bo", "2026-03-03", module="ett")
    assert (attempt.number, list(attempt.paper)) == (1, ["andra"]), "only what is missing is asked, under any number"
    course.answer("bo", attempt, "andra", "ratt", "2026-03-03")
    course.take("bo", "2026-03-04", module="tva")

    def told():
        return [(row.path, row.revoked_at is None) for row in rows(course, "bo")]

    assert told() == [("ett", True), ("tva", True), ("", True)]
    course.unlink("bo", day="2026-05-10")
    assert told() == [("ett", False), ("tva", True), ("", False)]
    course.link("anna", "bo", day="2026-05-11")
    assert told()[3:] == [("ett", True), ("", True)]
    assert figures(course, "2026-03-31") == (1, 1, {"quiz": 1})


def test_the_course_page_shows_what_is_done_under_the_other_number_and_not_its_answers(apart):
    apart.link("bo", "anna", day="2026-04-10")
    client = apart.client("bo")

    assert (
        "Du är klar med hela kursen" in client.get("/kurs/kurs").text
        or client.get("/kurs/kurs/klar").status_code == 200
    )
    mine = record(apart.db, apart.people["bo"], "kurs")
    assert [each.quiz for each in mine.attempts] == ["tva-fragor"]
    assert [each.quiz for each in mine.counting] == ["ett-fragor", "tva-fragor"]


def without(sources, module):
    """The sources with a module made voluntary."""
    text = sources["modules/kurs/course.toml"]
    line = next(line for line in text.splitlines() if line.startswith("mandatory"))
    kept = ", ".join(f'"{each}"' for each in MODULES if each != module)
    return sources | {"modules/kurs/course.toml": text.replace(line, f"mandatory = [{kept}]")}


def test_who_has_done_the_rest_has_completed_the_course_when_a_module_becomes_voluntary(course):
    course.take("anna", "2026-03-01", module="ett")
    course.take("bo", "2026-03-01", module="tva")
    take_both(course, "noise", "2026-03-01")

    course.publish(without(course_sources(modules=MODULES), "tva"), day="2026-04-01")

    assert wholes(course, "anna") == [(1, "2026-03-01", "quiz")]
    assert wholes(course, "bo") == []
    assert len(wholes(course, "noise")) == 1
    assert figures(course, "2026-04-01") == (2, 2, {"quiz": 2})
    assert figures(course, "2026-04-01", noon("2026-03-31")) == (1, 1, {"quiz": 1})


def test_who_has_done_the_rest_anew_has_renewed_the_course_when_a_module_becomes_voluntary(course):
    take_both(course, "anna", "2026-03-01")
    take_both(course, "bo", "2026-03-01")
    course.take("anna", "2026-03-10", module="ett")

    course.publish(without(course_sources(modules=MODULES), "tva"), day="2026-04-01")

    assert wholes(course, "anna") == [(1, "2026-03-01", "quiz"), (1, "2026-03-10", "quiz")]
    assert wholes(course, "bo") == [(1, "2026-03-01", "quiz")]


def test_a_human_of_two_numbers_has_completed_the_course_when_a_module_becomes_voluntary(world):
    modules = ("ett", "tva", "tre")
    world.publish(course_sources(modules=modules))
    for key in ("anna", "bo"):
        world.person(key, "A")
    world.link("bo", "anna", day="2026-02-01")
    world.take("anna", "2026-03-01", module="ett")
    world.take("bo", "2026-03-02", module="tva")

    world.publish(without(course_sources(modules=modules), "tre"), day="2026-04-01")

    assert wholes(world, "anna") == [(1, "2026-03-02", "quiz")]


def test_who_is_done_stays_done_when_a_module_becomes_mandatory_and_others_must_do_it(course):
    course.publish(without(course_sources(modules=MODULES), "tva"), day="2026-02-01")
    course.take("anna", "2026-03-01", module="ett")

    course.publish(course_sources(modules=MODULES), day="2026-04-01")
    course.take("bo", "2026-04-02", module="ett")

    assert wholes(course, "anna") == [(1, "2026-03-01", "quiz")]
    assert wholes(course, "bo") == []
    course.take("bo", "2026-04-03", module="tva")
    assert wholes(course, "bo") == [(1, "2026-04-03", "quiz")]
