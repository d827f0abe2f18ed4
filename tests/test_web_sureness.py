"""How sure one is of an answer: free to say, told back with the feedback, worth no points, seen by nobody else."""

import re
from datetime import timedelta

import pytest
import time_machine
from answering import form_of
from browsing import Page, browser, everything, give_password, routes, rows, sign_in
from sqlalchemy import select
from test_web_errors import locked, used_up
from test_web_items import ITEMS, MORNING, SOURCES, begin
from test_web_quiz import stored
from world import course_sources, post, token

from course.access.actions import grant_role
from course.quiz.sureness import read_sure
from course.quiz.tables import Response
from course.report.formats import FORMATS

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SURE_AND_WRONG = "Du var säker, och svaret stämmer inte än. Det är värt att läsa en gång till:"
SURE_AND_PARTLY = "Du var säker, men allt stämmer inte än. Det är värt att läsa en gång till:"
UNSURE_AND_RIGHT = "Du var osäker, och svaret stämmer. Du kan mer än du trodde."
TOLD_OF = re.compile(r"Du var o?säker|\bsaker\b|\bsure\b")


@pytest.fixture
def anna(world):
    """The browser of an employee on a course with every type of question."""
    world.publish(SOURCES)
    world.person("anna", "A")
    return browser(world, "anna")


def said(world):
    """{question: whether its answer was sure}, of all there are."""
    world.db.rollback()
    return dict(world.db.execute(select(Response.item, Response.sure)).all())


# --- asking ---


@sqlite_only
def test_every_question_with_points_asks_and_nothing_is_chosen_beforehand(anna):
    attempt = begin(anna)

    for item in ITEMS.values():
        page = Page(anna.get(f"{attempt}/{item.id}"))
        asked = page.all("input", name_="saker")
        assert [(field["type"], field["value"]) for field in asked] == (
            [("radio", "ja"), ("radio", "nej")] if item.scored else []
        )
        assert [field for field in asked if {"checked", "required"} & field.attributes.keys()] == []
        if item.scored:
            assert [label.text for label in page.all("label") if label["for"].startswith("saker")] == [
                "Säker",
                "Osäker",
            ]
            assert "Hur säker är du? frivilligt, ger inga poäng" in page.texts("legend")


def test_what_is_said_is_stored_with_the_answer_and_nothing_else_is(world, anna):
    attempt = begin(anna)
    sent = {
        "dorren": {"saker": "ja"},
        "flera": {"saker": "nej"},
        "sant": {},
        "ordna": {"saker": ""},
        "para": {"saker": "kanske"},
        "dygn": {"saker": ["ja", "nej"]},
        "plan": {"saker": "ja"},
        "trygg": {"saker": "ja"},
    }

    for item, form in sent.items():
        answer = post(anna, f"{attempt}/{item}", **form_of(ITEMS[item], ITEMS[item].right_answer), **form)
        assert (answer.status_code, answer.location) == (303, f"{attempt}/{item}")

    assert said(world) == {**dict.fromkeys(sent), "dorren": True, "flera": False}


def test_only_plain_words_say_it_and_only_where_there_are_points():
    scored, open_ = ITEMS["dorren"], ITEMS["plan"]

    assert [read_sure(scored, {"saker": [word]}) for word in ("ja", "nej", "JA", "1", "")] == [True, False, *[None] * 3]
    assert [read_sure(scored, form) for form in ({}, {"saker": []}, {"saker": ["ja", "ja"]})] == [None] * 3
    assert read_sure(open_, {"saker": ["ja"]}) is None


# --- the feedback ---


@sqlite_only
@pytest.mark.parametrize("sure", ["ja", "nej", None])
def test_the_feedback_has_a_word_for_the_sure_mistake_and_for_the_unsure_success(anna, sure):
    attempt = begin(anna)
    form = {"saker": sure} if sure else {}
    cases = {"dorren": ["gar"], "flera": ["ett"], "sant": ["falskt"]}

    shown = {}
    for item, given in cases.items():
        post(anna, f"{attempt}/{item}", svar=given, **form)
        page = Page(anna.get(f"{attempt}/{item}"))
        told = [words for words in (SURE_AND_WRONG, SURE_AND_PARTLY, UNSURE_AND_RIGHT) if words in page.main]
        shown[page.h1] = told
        if told and told != [UNSURE_AND_RIGHT]:
            assert f"{told[0]} Början." in page.texts("p")
            assert "Början" in page.texts("a", href="/kurs/kurs/modul/borjan")

    assert shown == {
        "Rätt": [UNSURE_AND_RIGHT] if sure == "nej" else [],
        "Delvis rätt": [SURE_AND_PARTLY] if sure == "ja" else [],
        "Inte riktigt": [SURE_AND_WRONG] if sure == "ja" else [],
    }


@sqlite_only
def test_it_changes_neither_points_nor_completions(world, anna):
    shown = set()
    for key, sure in (("bo", "ja"), ("cia", "nej"), ("dan", None)):
        world.person(key, "A")
        attempt = world.begin(key, "2026-03-01")
        for item in ITEMS.values():
            right = item.id not in ("dorren", "flera")
            form = form_of(item, item.right_answer if right or not item.wrong_answers else item.wrong_answers[0])
            world.answer(key, attempt, item.id, {**form, **({"saker": [sure]} if sure else {})}, "2026-03-01")
        result = Page(browser(world, key).get(f"/forsok/{attempt.id}")).main
        shown.add(result.replace(str(attempt.id), ""))

    assert len(shown) == 1
    assert "Du fick 5 av 7 poäng i försök 1." in shown.pop()
    assert rows(world.app, "result", "completion") == (3, 6)


def test_the_first_word_stands_also_when_the_answer_is_sent_again(world):
    world.publish()
    for key in ("anna", "bo"):
        world.person(key, "A")
    world.answer("bo", world.begin("bo", "2026-03-01"), "forsta", "fel", "2026-03-01")
    client = browser(world, "anna")
    url = post(client, "/forsok", kurs="kurs", modul="modul").location
    post(client, url, svar="fel", saker="ja")
    before = everything(world.app)["response"]

    for form in ({"svar": "fel", "saker": "nej"}, {"svar": "fel"}, {"svar": "ratt", "saker": "nej"}):
        post(client, url, **form)

    assert everything(world.app)["response"] == before
    assert SURE_AND_WRONG in Page(client.get(url)).main
    assert stored(world) == (1, 1, 0, 0)


# --- nothing that was chosen is lost ---


@sqlite_only
@pytest.mark.parametrize("sure", ["ja", "nej"])
def test_without_a_usable_answer_it_stays_chosen(world, anna, sure):
    attempt = begin(anna)

    for item, form in (("dorren", {}), ("dygn", {"svar": "tjugo"})):
        sent = post(anna, f"{attempt}/{item}", saker=sure, **form)
        assert Page(anna.get(sent.location)).sends("Svara")["saker"] == [sure]
        assert "saker" not in Page(anna.get(f"{attempt}/flera")).sends("Svara")

    assert said(world) == {}


@sqlite_only
@pytest.mark.parametrize(("obstacle", "again"), [(locked, "Svara"), (used_up, "Skicka svaret igen")])
def test_when_nothing_can_be_saved_it_is_sent_again_with_the_answer(world, anna, obstacle, again):
    url = f"{begin(anna)}/dorren"
    form = {"csrf_token": token(anna), "svar": "gar", "saker": "nej"}
    world.db.rollback()

    with obstacle(world):
        refused = anna.post(url, data=form)
    sent = Page(refused).sends(again)
    anna.post(url, data=sent)

    assert (refused.status_code, sent["svar"], sent["saker"]) == (503, ["gar"], ["nej"])
    assert said(world) == {"dorren": False}


@sqlite_only
def test_it_is_kept_with_the_answer_while_one_signs_in_again(world):
    world.publish(SOURCES)
    world.person("anna", "A")
    give_password(world, "anna")
    with time_machine.travel(MORNING, tick=False) as clock:
        client = browser(world)
        sign_in(client, "anna")
        url = f"{begin(client)}/dorren"
        form = {"csrf_token": token(client, url), "svar": "stannar", "saker": "ja"}
        clock.shift(timedelta(hours=8, seconds=1))
        assert client.post(url, data=form).location.startswith("/logga-in")
        sign_in(client, "anna", till=url)
        page = Page(client.get(url))

    assert said(world) == {"dorren": True}
    assert SURE_AND_WRONG in page.main


# --- who sees it ---


@sqlite_only
def test_one_sees_it_oneself_on_min_sida(world, anna):
    attempt = begin(anna)
    for item, sure in (("dorren", "ja"), ("sant", "nej"), ("flera", "")):
        post(anna, f"{attempt}/{item}", **form_of(ITEMS[item], ITEMS[item].right_answer), saker=sure)

    answered = Page(anna.get("/min-sida")).texts("section", class_="answered")

    assert [text.rpartition("rätt ")[2] for text in answered if "Du var" in text] == ["Du var säker.", "Du var osäker."]
    assert len(answered) == 3


@sqlite_only
def test_nobody_else_sees_it_on_any_page_or_in_any_figure(world):
    world.publish(course_sources(modules=("modul", "andra-modul")))
    for key in ("anna", "bo", "chef", "hr", "admin", "sek"):
        world.person(key, "A" if key in ("anna", "bo", "chef") else None)
    world.chief("chef", "A")
    for role in ("hr", "admin"):
        world.role(role, role)
    with world.write() as (db, at):
        grant_role(db, world.people["sek"], "secretary", since=at.date(), unit=world.units["A"], by=None, at=at)
    world.target()
    attempt = world.begin("anna", "2026-03-01")
    for item, choice, sure in (("forsta", "fel", "ja"), ("andra", "ratt", "nej")):
        world.answer("anna", attempt, item, {"svar": [choice], "saker": [sure]}, "2026-03-01")
    person = world.people["anna"]
    assert TOLD_OF.search(browser(world, "anna").get("/min-sida").text)

    plain = [rule.rule for rule, verb in routes(world.app) if verb == "GET" and "<" not in rule.rule]
    pages = [
        *plain,
        *(f"/rapport/tackning?format={name}" for name in FORMATS),
        *("/kurs/kurs/fragor", *(f"/kurs/kurs/fragor?format={name}" for name in FORMATS)),
        *(f"/personer/{person}", f"/konton/{person}", f"/personer?traff={person}", f"/konton?traff={person}"),
        *(f"/forsok/{attempt.id}", f"/forsok/{attempt.id}/fraga/forsta"),
    ]
    for who in ("hr", "chef", "admin", "sek", "bo"):
        client = browser(world, who)
        found = {url: client.get(url) for url in pages}
        assert any(answer.status_code == 200 for answer in found.values())
        assert [url for url, answer in found.items() if TOLD_OF.search(answer.text)] == [], who
