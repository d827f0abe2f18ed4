"""Papers beside what happens to attempts later: grading anew, retention, and the outbox that sends answers late."""

from datetime import date, timedelta
from uuid import UUID

import pytest
import time_machine
from browsing import Page, Statements, browser
from test_attempts import QUIZ, done, sources, take
from test_limits import TIMED, at
from test_testing_out import PATH, START, begin_test, form_of, sit_test, with_test
from world import post, token

from course.content.queries import current, newest_release_id
from course.learning.actions import hand_in
from course.quiz.actions import delete_answers
from course.quiz.queries import attempt, finishers, standings
from course.regrade.actions import regrade
from course.web.filters import static


@pytest.fixture
def anna(world):
    world.person("anna", "A")
    return world


def other_keys(made, path, *questions):
    """The sources with the other option as the right one in some questions."""
    whole = made[path].split("\n## ")
    for number, text in enumerate(whole):
        if any(f"{{#{each} " in text for each in questions):
            whole[number] = text.replace("- [x]", "- [?]").replace("- [ ]", "- [x]").replace("- [?]", "- [ ]")
    return made | {path: "\n## ".join(whole)}


def grade_anew(world, quiz="modul-fragor"):
    with world.write("2026-05-02") as (db, moment):
        release = current(db, newest_release_id(db))["kurs"]
        people = finishers(db, "kurs", quiz)
        return regrade(db, "kurs", quiz, people, release=release, reason="Fel facit.", by=None, at=moment)


def found(world, taken):
    world.db.rollback()
    return attempt(world.db, taken.id, world.people["anna"])


def test_an_attempt_is_graded_anew_by_the_questions_on_its_own_paper(anna):
    made = sources("a", "b", "c", head="dra: 2\n")
    made[QUIZ] = made[QUIZ].replace("godkänt: 50 %", "godkänt: 100 %")
    anna.publish(made)
    first = anna.begin("anna", "2026-03-01")
    drawn = next(item for item in first.paper if item != "andra")
    take(anna, "2026-03-01", wrong={drawn})
    assert done(anna) == []
    anna.publish(other_keys(made, QUIZ, "forsta", "a", "b", "c"), day="2026-05-01", accept_keys=True)

    graded = grade_anew(anna)

    assert (graded.better, graded.passed, graded.gained) == (1, 1, {drawn: 1})
    assert {item: each.points for item, each in standings(anna.db, [first.id])[first.id].items()} == {
        "andra": 1_000_000,
        drawn: 1_000_000,
    }
    assert done(anna) == [(1, date(2026, 3, 1), f"attempt:{first.id}")]


def test_min_sida_asks_for_the_gradings_of_all_attempts_at_once(anna):
    made = sources()
    made[QUIZ] = made[QUIZ].replace("godkänt: 50 %", "godkänt: 100 %")
    anna.publish(made)
    anna.person("bo", "A")
    for day, keys in (("2026-03-01", ("anna", "bo")), ("2026-03-02", ("anna",)), ("2026-03-03", ("anna",))):
        for key in keys:
            anna.take(key, day, first="fel")
    anna.publish(other_keys(made, QUIZ, "forsta"), day="2026-05-01", accept_keys=True)
    assert grade_anew(anna).better == 4

    counts = {}
    for key in ("anna", "bo"):
        client = browser(anna, key)
        client.get("/min-sida")  # reads the releases, once
        with Statements() as sent:
            page = Page(client.get("/min-sida"))
        counts[key] = len(sent.seen), page.main.count("Ditt svar, rätt")

    assert counts["anna"] == (counts["bo"][0], 3 * counts["bo"][1])


def test_questions_that_nobody_had_time_for_are_worth_nothing_also_when_graded_anew(anna):
    made = sources("a", "b", head=TIMED)
    anna.publish(made)
    taken = anna.begin("anna", "2026-03-01")
    anna.answer("anna", taken, "a", "fel", "2026-03-01")
    with anna.write() as (db, _):
        hand_in(db, taken, by=anna.people["anna"], at=at(30))
    anna.publish(other_keys(made, QUIZ, "a", "b"), day="2026-05-01", accept_keys=True)

    graded = grade_anew(anna)

    assert (graded.better, graded.gained) == (1, {"a": 1})
    assert (found(anna, taken).points, found(anna, taken).of) == (1_000_000, 4_000_000)
    page = Page(browser(anna, "anna").get(f"/forsok/{taken.id}"))
    assert "Frågorna är rättade på nytt: Fel facit." in page.main
    assert [page.main.count(f"Vad gör du i {each}?") for each in "ab"] == [0, 1]
    assert "inte besvarad" in page.main


def test_an_attempt_without_any_answer_has_lost_none_until_a_retention_run(anna):
    anna.publish(sources("a", head=TIMED))
    taken = anna.begin("anna", "2026-03-01")
    with anna.write() as (db, _):
        hand_in(db, taken, by=anna.people["anna"], at=at(30))
    client = browser(anna, "anna")

    assert not found(anna, taken).answers_deleted
    assert grade_anew(anna).without_answers == 0
    assert "Svaren är borttagna" not in client.get(f"/forsok/{taken.id}").text
    assert "Du hann inte svara på någon fråga." in client.get(f"/min-sida/forsok/{taken.id}").text

    with anna.write("2026-06-01") as (db, moment):
        delete_answers(db, date(2026, 5, 1), reference="§ 1", by=None, at=moment)

    assert found(anna, taken).answers_deleted
    assert grade_anew(anna).without_answers == 1
    assert "Svaren är borttagna enligt beslut § 1" in client.get(f"/forsok/{taken.id}").text


def test_the_first_of_two_tests_completes_the_module_when_it_is_graded_anew(anna):
    made = with_test()
    anna.publish(made)
    first = sit_test(anna, "anna", "2026-03-01", wrong="3")
    second = sit_test(anna, "anna", "2026-03-02", wrong="12")
    assert (done(anna), form_of(first) != form_of(second)) == ([], True)
    star = first.paper[2]
    anna.publish(other_keys(made, PATH, star), day="2026-05-01", accept_keys=True)

    graded = grade_anew(anna, "kunskap-modul")

    assert (graded.better, graded.completions) == (1, 2)
    assert done(anna) == [(1, date(2026, 3, 1), f"attempt:{first.id}")]
    assert grade_anew(anna, "kunskap-modul").completions == 0


def test_the_result_of_a_test_says_that_it_was_graded_anew_and_leads_to_the_answers(anna):
    made = with_test()
    anna.publish(made)
    taken = sit_test(anna, "anna", "2026-03-01", wrong="3")
    anna.publish(other_keys(made, PATH, taken.paper[2]), day="2026-05-01", accept_keys=True)
    grade_anew(anna, "kunskap-modul")
    client = browser(anna, "anna")

    page = Page(client.get(f"/forsok/{taken.id}"))

    assert (page.h1, "rättade på nytt: Fel facit." in page.main) == ("Du kunde det här", True)
    assert "Frågor att titta på igen" not in page.main
    answers = Page(client.get(f"/min-sida/forsok/{taken.id}"))
    assert [f"Fråga {number}:" in answers.main for number in (1, 2, 3, 4)] == [True, True, True, False]


def test_a_test_under_way_asks_how_sure_one_is_and_brings_the_script_with_the_courses_page(anna):
    anna.publish(with_test())
    client, later = browser(anna, "anna"), browser(anna, "anna")
    where = begin_test(client)

    question = Page(client.get(where))
    assert [each["value"] for each in question.all("input", name="saker")] == ["ja", "nej"]
    post(client, where, svar="ratt", saker="ja")

    taken = attempt(anna.db, UUID(where.split("/")[2]), anna.people["anna"])
    assert list(taken.sure.values()) == [True]
    assert [each["src"] for each in Page(later.get(START)).all("script")] == [static("outbox.js")]


def test_the_outbox_is_told_that_its_answer_came_too_late_and_led_to_the_result(anna):
    anna.publish(sources("a", head=TIMED))
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as now:
        client = browser(anna, "anna")
        first = post(client, "/forsok", kurs="kurs", modul="modul").location
        form = {"csrf_token": token(client), "svar": "ratt"}
        now.shift(timedelta(minutes=30))

        for _ in range(2):  # also when it is sent again
            told = client.post(first, data=form, headers={"Accept": "application/json"})
            where = f"{first.partition('/fraga')[0]}?sent=ja"
            assert (told.status_code, told.json) == (200, {"saved": False, "late": True, "to": where})
        assert "kom för sent" in Page(client.get(where)).main
