"""A quiz may limit how many attempts there are, and how long each may take."""

from datetime import timedelta

import pytest
import time_machine
from browsing import Page, browser, everything
from test_attempts import done, sources, take
from world import noon, post

from course.errors import Conflict
from course.learning.actions import answer, hand_in
from course.quiz.queries import attempt
from course.web.filters import static

TIMED = "tid: 20 min\n"


@pytest.fixture
def anna(world):
    world.person("anna", "A")
    return world


# --- how many attempts ---


def test_there_are_no_more_attempts_than_the_file_says(anna):
    anna.publish(sources("a", "b", head="försök: 2\n"))
    for day in ("2026-03-01", "2026-03-02"):
        take(anna, day, wrong={"forsta", "a", "b"})
    before = everything(anna.app)["attempt"]

    with pytest.raises(Conflict, match="Du har gjort alla försök som finns"):
        anna.begin("anna", "2026-03-03")

    assert everything(anna.app)["attempt"] == before


def test_what_is_missing_on_safety_is_asked_however_many_attempts_there_were(anna):
    anna.publish(sources("a", head="försök: 1\n"))
    take(anna, "2026-03-01", wrong={"andra"})

    for day in ("2026-03-02", "2026-03-03"):
        take(anna, day, wrong={"andra"})
    last = take(anna, "2026-03-04")

    assert (last.number, len(done(anna))) == (4, 1)


def test_the_attempts_are_counted_anew_once_the_module_is_done_and_in_a_new_edition(anna):
    anna.publish(sources("a", head="försök: 1\n", valid_months=6))
    take(anna, "2026-03-01")
    take(anna, "2026-10-01", wrong={"forsta", "andra", "a"})
    with pytest.raises(Conflict):
        anna.begin("anna", "2026-10-02")
    later = noon("2026-11-01").date()
    anna.publish(sources("a", head="försök: 1\n", valid_months=6, edition=2, edition_from=later), day="2026-11-01")

    take(anna, "2026-11-02")

    assert [edition for edition, *_ in done(anna)] == [1, 2]


def test_the_result_says_how_many_attempts_are_left(anna):
    anna.publish(sources("a", "b", head="försök: 2\n"))
    client = browser(anna, "anna")
    assert "Du kan göra frågorna högst två gånger." in Page(client.get("/kurs/kurs/modul/borjan")).main
    assert "hur många gånger du vill" not in Page(client.get("/kurs/kurs")).main
    first = take(anna, "2026-03-01", wrong={"forsta", "a", "b"})

    page = Page(client.get(f"/forsok/{first.id}"))
    assert "Du har ett försök kvar." in page.main
    assert page.button[0] == "Gör om alla fyra frågorna"
    assert "Läs det du missade och försök en gång till." in page.main

    second = take(anna, "2026-03-02", wrong={"forsta", "a", "b"})
    page = Page(client.get(f"/forsok/{second.id}"))
    assert "Du har inga försök kvar. Prata med din chef" in page.main
    assert "försök en gång till" not in page.main
    assert page.button == ("Till alla moduler", "/kurs/kurs")
    answer_ = post(client, "/forsok", kurs="kurs", modul="modul")
    assert (answer_.status_code, "Du har gjort alla försök" in answer_.text) == (409, True)


# --- how long ---


def at(minutes, seconds=0):
    return noon("2026-03-01") + timedelta(minutes=minutes, seconds=seconds)


def send(world, taken, item, minutes, seconds=0):
    with world.write() as (db, _):
        moment = at(minutes, seconds)
        return answer(db, taken.id, item, {"svar": ["ratt"]}, by=world.people["anna"], at=moment)


def test_answers_are_taken_for_a_minute_after_the_time_and_then_the_attempt_is_graded_with_what_is_there(anna):
    anna.publish(sources("a", "b", head=TIMED))
    taken = anna.begin("anna", "2026-03-01")
    assert send(anna, taken, "forsta", 5).stored
    assert send(anna, taken, "andra", 20, 59).stored

    late = send(anna, taken, "a", 21, 1)

    found = attempt(anna.db, taken.id, anna.people["anna"])
    assert (late.stored, late.late) == (False, True)
    assert (set(found.answers), found.points, found.of, found.passed) == (
        {"forsta", "andra"},
        2_000_000,
        4_000_000,
        True,
    )
    assert len(done(anna)) == 1  # half of the points was the pass mark, and the ★ was right
    again = send(anna, taken, "b", 30)
    assert (again.stored, again.late) == (False, True)
    assert attempt(anna.db, taken.id, anna.people["anna"]) == found


def test_beginning_again_when_the_time_is_up_gives_the_result_and_then_a_new_attempt(anna):
    anna.publish(sources("a", head=TIMED))
    taken = anna.begin("anna", "2026-03-01")

    old = anna.begin("anna", "2026-03-02")
    new = anna.begin("anna", "2026-03-02")

    assert (old.id, old.finished, old.points) == (taken.id, True, 0)
    assert (new.number, new.finished) == (2, False)


def test_handing_in_before_the_time_is_up_changes_nothing(anna):
    anna.publish(sources("a", head=TIMED))
    taken = anna.begin("anna", "2026-03-01")

    with anna.write() as (db, _):
        assert not hand_in(db, taken, by=anna.people["anna"], at=at(21)).finished
        assert hand_in(db, taken, by=anna.people["anna"], at=at(22)).finished


def test_a_quiz_without_a_limit_is_never_over(anna):
    anna.publish(sources("a"))
    taken = anna.begin("anna", "2026-03-01")

    assert send(anna, taken, "forsta", 60 * 24 * 300).stored
    with anna.write() as (db, _):
        assert not hand_in(db, taken, by=anna.people["anna"], at=at(60 * 24 * 301)).finished


def test_the_page_says_in_words_how_long_is_left_and_takes_no_answer_after_it(anna):
    anna.publish(sources("a", "b", head=TIMED))
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as now:
        client = browser(anna, "anna")
        section = Page(client.get("/kurs/kurs/modul/slutet"))
        assert "Du får 20 minuter för frågorna. Tiden börjar när du trycker på knappen." in section.main
        assert section.button == ("Svara på frågorna", "/forsok")
        first = post(client, "/forsok", kurs="kurs", modul="modul").location
        result = first.partition("/fraga")[0]
        now.shift(timedelta(minutes=6))
        page = Page(client.get(first))
        assert "Du har 14 minuter kvar. Tiden är ute 1 mars 2027 kl. 13.20." in page.main
        assert [each["src"] for each in page.all("script")] == [static("outbox.js")]  # and none counts the time
        post(client, first, svar="ratt")

        now.shift(timedelta(minutes=14, seconds=30))
        second = Page(client.get(first)).button[1]
        assert "Tiden är ute. Svara nu, annars räknas inte svaret." in Page(client.get(second)).main

        now.shift(timedelta(minutes=1))
        before = everything(anna.app)
        assert client.get(second).location == result
        over = Page(client.get(result))
        assert (over.h1, over.button) == ("Tiden är ute", ("Lämna in", "/forsok"))
        assert everything(anna.app) == before  # no GET makes a result

        answer_ = post(client, second, svar="ratt")
        page = Page(client.get(answer_.location))
        assert "Tiden var ute. Ditt sista svar kom för sent och räknas inte." in page.main
        assert "Du fick 1 av 4 poäng" in page.main
        assert "inte besvarad" in page.main
        assert client.get(second).location == result


def test_the_button_hands_in_and_shows_the_result(anna):
    anna.publish(sources("a", head=TIMED))
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as now:
        client = browser(anna, "anna")
        first = post(client, "/forsok", kurs="kurs", modul="modul").location
        result = first.partition("/fraga")[0]
        now.shift(timedelta(minutes=5))
        assert post(client, "/forsok", kurs="kurs", modul="modul").location == first  # too early: it goes on
        now.shift(timedelta(minutes=30))

        sent = Page(client.get(result)).sends("Lämna in")
        handed_in = post(
            client, "/forsok", **{name: values[0] for name, values in sent.items() if name != "csrf_token"}
        )
        page = Page(client.get(handed_in.location))

        assert (page.h1, page.button) == ("Inte klar än", ("Gör om alla tre frågorna", "/forsok"))
        assert "Du fick 0 av 3 poäng" in page.main
        assert "Tiden var ute" not in page.main
