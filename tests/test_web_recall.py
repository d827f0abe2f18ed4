"""Three questions to remember by: offered on their day to those who want them, answered without a trace."""

import re
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
import time_machine
from browsing import Page, browser, everything, routes, rows
from sqlalchemy import select
from test_web_errors import locked
from world import course_sources, noon, post

from course.evidence.actions import import_evidence
from course.evidence.evidence_file import Earned
from course.learning.actions import revoke
from course.learning.queries import completion_rows
from course.recall.tables import RecallWish
from course.report.catalogue import REPORTS
from course.report.formats import FORMATS

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

DONE_ON = date(2029, 3, 1)
MODULES = ("modul", "andra-modul", "tredje-modul")
COURSE, OWN, FIRST = "/kurs/kurs", "/min-sida", "/kurs/kurs/minnesfragor/1"
OFFER = "Tre frågor att minnas"
CHOICES = {"Vad gör du?": "forsta", "Vad gör du sedan?": "andra"}


@pytest.fixture
def anna(world):
    """Anna and cia have completed the course; bo has done all but the last module."""
    world.publish(course_sources(modules=MODULES))
    for key in ("anna", "bo", "cia"):
        world.person(key, "A")
        for module in MODULES[: 2 if key == "bo" else 3]:
            world.take(key, DONE_ON, module=module)
    return "anna"


@contextmanager
def on(world, key, days):
    """The person's browser so many days after the completion."""
    with time_machine.travel(noon(DONE_ON + timedelta(days=days)), tick=False):
        yield browser(world, key)


def is_offered(world, key, days):
    """Whether there is an offer on (the course's page, Min sida), and whether the questions can be opened."""
    with on(world, key, days) as client:
        pages = [Page(client.get(url)) for url in (COURSE, OWN)]
        linked = [bool(page.texts("a", href=f"{COURSE}/minnesfragor")) for page in pages]
        assert linked == [OFFER in page.main for page in pages]
        return (*linked, client.get(FIRST).status_code == 200)


def answer_three(client, choice="ratt"):
    """Follow the offer, answer as told, and give the feedback's headings."""
    url, said = FIRST, []
    for _ in range(3):
        sent = post(client, url, svar=choice)
        assert (sent.status_code, sent.location) == (303, url)
        page = Page(client.get(url))
        said.append(page.h1)
        url = page.button[1]
    assert url == COURSE
    return said


def wish(client, button, page=OWN):
    form = Page(client.get(page)).sends(button)
    answer = client.post("/minnesfragor", data=form)
    assert (answer.status_code, answer.location) == (303, OWN)
    return Page(client.get(OWN)).one("p", class_="receipt").text


STEPS = """\
---
quiz: modul-fragor
titel: Frågor på modul
modul: modul
godkänt: 60 %
---
""" + "".join(
    f"""
## {title} {{#{title.lower()} .ordna avsnitt={section}}}
I vilken ordning gör du det här, {title}?

1. Sätt dig i säkerhet {{#skydd}}
2. Larma {{#larma}}
3. Berätta för chefen {{#beratta}}

### Förklaring
Din säkerhet går först.
"""
    for title, section in (("Ett", "borjan"), ("Tre", "borjan"), ("Sex", "slutet"))
)
NOTHING, OFFERED, AGAIN = (False, False, False), (True, True, True), (False, False, True)


# --- on a computer that is shared ---


@sqlite_only
def test_on_a_shared_computer_the_feedback_comes_at_once_and_the_cookie_holds_no_answer(world, anna):
    with on(world, "anna", 7) as client:
        with client.session_transaction() as cookie:
            cookie["shared"] = True
        url, said = FIRST, []
        assert post(client, url).status_code == 422
        for _ in range(3):
            answer = post(client, url, svar="ratt")
            page = Page(answer)
            said.append((answer.status_code, page.h1))
            with client.session_transaction() as cookie:
                assert not [value for name, value in cookie.items() if "ratt" in repr(value) or name == "given"]
            url = page.button[1]

        assert (said, url) == ([(200, "Rätt")] * 3, COURSE)
        assert OFFER not in Page(client.get(COURSE)).main


# --- when and to whom ---


def test_it_is_offered_from_the_seventh_day_on_to_those_who_have_completed_the_course(world, anna):
    assert {days: is_offered(world, anna, days) for days in (0, 6, 7, 29, 4000)} == {
        0: NOTHING,
        6: NOTHING,
        7: OFFERED,
        29: OFFERED,
        4000: OFFERED,
    }
    assert {is_offered(world, "bo", days) for days in (0, 7, 30, 150)} == {NOTHING}


def test_once_done_it_is_offered_anew_at_the_next_occasion_only(world, anna):
    found = {}
    for days in (7, 30, 150):
        found[days - 1] = is_offered(world, anna, days - 1)
        found[days] = is_offered(world, anna, days)
        with on(world, anna, days) as client:
            answer_three(client)
        found[days, "done"] = is_offered(world, anna, days)

    assert found == {
        6: NOTHING,
        7: OFFERED,
        (7, "done"): AGAIN,
        29: AGAIN,
        30: OFFERED,
        (30, "done"): AGAIN,
        149: AGAIN,
        150: OFFERED,
        (150, "done"): AGAIN,
    }
    assert is_offered(world, anna, 1000) == AGAIN
    assert is_offered(world, "cia", 7) == OFFERED
    with on(world, anna, 151) as client:
        done = re.findall(
            r"frågorna (.{2,12}) efter kursen som du blev klar med den 1 mars 2029\. En kurs",
            Page(client.get(OWN)).main,
        )
    assert done == ["en vecka", "en månad", "fem månader"]


@sqlite_only
def test_who_took_the_course_elsewhere_is_asked_too(world):
    world.publish(course_sources(modules=MODULES))
    world.person("anna", "A")
    with world.write(DONE_ON) as (db, at):
        earned = Earned(2, "anna", "kurs", "", "paper", DONE_ON, "Pärm 3")
        import_evidence(db, [earned], file_name="a.csv", digest="d", by=None, at=at)

    assert [is_offered(world, "anna", days) for days in (6, 7)] == [NOTHING, OFFERED]


@sqlite_only
def test_a_completion_that_was_revoked_or_holds_no_more_is_not_asked_about(world, anna):
    whole = next(row.id for row in completion_rows(world.db, world.people[anna]) if row.path == "")
    with world.write(DONE_ON + timedelta(days=8)) as (db, at):
        revoke(db, whole, reason="fel person", by=None, at=at)
    assert is_offered(world, anna, 10) == NOTHING

    edition = course_sources(modules=MODULES, edition=2, edition_from=DONE_ON + timedelta(days=20))
    world.publish(edition, day=DONE_ON + timedelta(days=9), change="goal")
    assert [is_offered(world, "cia", days) for days in (19, 20, 40)] == [OFFERED, NOTHING, NOTHING]


@sqlite_only
def test_an_expired_course_is_taken_again_instead(world):
    world.publish(course_sources(modules=MODULES, valid_months=1))
    world.person("anna", "A")
    for module in MODULES:
        world.take("anna", DONE_ON, module=module)

    assert [is_offered(world, "anna", days) for days in (31, 32)] == [OFFERED, NOTHING]


@sqlite_only
def test_who_has_left_is_not_asked(world, anna):
    with on(world, anna, 8):
        world.person("dan")
        client = browser(world, "dan")
        assert OFFER not in Page(client.get(OWN)).main
        assert client.get(FIRST).status_code == 403


@sqlite_only
def test_it_is_offered_nowhere_else(world, anna):
    plain = [rule.rule for rule, verb in routes(world.app) if verb == "GET" and "<" not in rule.rule]
    attempt = world.begin(anna, DONE_ON + timedelta(days=6))
    pages = [*plain, f"{COURSE}/klar", f"{COURSE}/modul/borjan", f"{COURSE}/modul/slutet", f"{COURSE}/scenarier"]

    with on(world, anna, 7) as client:
        pages += [client.get(f"/forsok/{attempt.id}").location]
        found = {url: client.get(url) for url in pages if url not in (OWN, "/")}
    assert [url for url, answer in found.items() if "minnesfragor" in answer.text or OFFER in answer.text] == []
    assert len([answer for answer in found.values() if answer.status_code == 200]) > 8


# --- saying no ---


def test_one_tap_stops_it_for_good_and_another_starts_it_again(world, anna):
    with on(world, anna, 7) as client:
        assert wish(client, "Fråga mig inte mer", COURSE) == "Du får inga fler minnesfrågor."
        assert "Du har sagt nej till minnesfrågor." in Page(client.get(OWN)).main
    assert {is_offered(world, anna, days) for days in (7, 30, 150, 1000)} == {NOTHING}
    assert is_offered(world, "cia", 30) == OFFERED

    with on(world, anna, 1001) as client:
        assert wish(client, "Fråga mig igen") == "Du får minnesfrågor igen."
    assert is_offered(world, anna, 1001) == OFFERED

    with on(world, anna, 1002) as client:
        wish(client, "Fråga mig inte mer")
    assert is_offered(world, anna, 1003) == NOTHING


def test_saying_the_same_twice_is_stored_once(world, anna):
    with on(world, anna, 7) as client:
        for word in ("ja", "nej", "nej", "ja", "ja", "nej"):
            assert post(client, "/minnesfragor", vill=word).status_code == 303
        for form in ({}, {"vill": ""}, {"vill": "kanske"}):
            assert post(client, "/minnesfragor", **form).status_code == 422

    world.db.rollback()
    said = world.db.execute(select(RecallWish.person_id, RecallWish.wanted).order_by(RecallWish.said_at)).all()
    assert said == [(world.people[anna], wanted) for wanted in (False, True, False)]


@sqlite_only
def test_one_may_say_no_before_there_is_anything_to_say_no_to(world, anna):
    with on(world, "bo", 1) as client:
        wish(client, "Fråga mig inte mer")
    world.take("bo", DONE_ON + timedelta(days=2), module=MODULES[2])

    assert is_offered(world, "bo", 30) == NOTHING


# --- answering ---


def test_the_three_are_answered_with_feedback_at_once_and_only_that_is_stored(world, anna):
    before = everything(world.app)
    with on(world, anna, 7) as client:
        session = everything(world.app)["session"]
        page = Page(client.get(FIRST))
        assert page.title == "Minnesfråga 1 av 3 – En kurs"
        assert "svaret sparas inte, och ingen annan ser det" in page.main
        assert page.all("input", name_="saker") == page.all("script") == []

        assert answer_three(client, "fel") == ["Inte riktigt"] * 3

        shown = Page(client.get(FIRST))
        assert "Det andra ✗ stämmer inte Nej, inte så." in shown.main
        assert "Rätt svar Det rätta Ja, så." in shown.main
        assert shown.button == ("Nästa minnesfråga", "/kurs/kurs/minnesfragor/2")
        assert "Det var alla tre." in Page(client.get(FIRST[:-1] + "3")).main
    after = everything(world.app)

    assert {name for name in before if before[name] != after[name]} == {"recall_done", "session", "installation"}
    assert after["session"] == session
    assert after["recall_done"] == [repr((world.people[anna], "kurs", DONE_ON, 7))]


def test_nothing_is_written_by_looking_nor_by_the_first_two(world, anna):
    with on(world, anna, 7) as client:
        before = everything(world.app)
        for url in (COURSE, OWN, FIRST, FIRST[:-1] + "3", f"{FIRST}?fel=ja"):
            client.get(url)
        for number in (1, 2):
            post(client, f"{COURSE}/minnesfragor/{number}", svar="ratt")
        post(client, f"{COURSE}/minnesfragor/3", svar="finns-inte")

    assert everything(world.app) == before


@sqlite_only
def test_the_last_answer_sent_again_stores_nothing_more(world, anna):
    with on(world, anna, 7) as client:
        for number in (1, 2, 3, 3):
            post(client, f"{COURSE}/minnesfragor/{number}", svar="ratt")
        other = browser(world, anna)
        for number in (1, 2, 3):
            post(other, f"{COURSE}/minnesfragor/{number}", svar="fel")

    assert rows(world.app, "recall_done") == (1,)


@sqlite_only
def test_whoever_skips_one_is_led_to_it_and_is_done_once_it_is_answered(world, anna):
    with on(world, anna, 7) as client:
        assert client.get(f"{COURSE}/minnesfragor").location == FIRST
        post(client, FIRST, svar="ratt")
        assert client.get(f"{COURSE}/minnesfragor").location == f"{COURSE}/minnesfragor/2"
        post(client, f"{COURSE}/minnesfragor/3", svar="ratt")
        page = Page(client.get(f"{COURSE}/minnesfragor/3"))
        assert "Det var alla tre." not in page.main
        assert page.button == ("Nästa minnesfråga", f"{COURSE}/minnesfragor/2")
        assert rows(world.app, "recall_done") == (0,)
        post(client, f"{COURSE}/minnesfragor/2", svar="ratt")
        assert rows(world.app, "recall_done") == (1,)
        assert "Det var alla tre." in Page(client.get(f"{COURSE}/minnesfragor/3")).main


@sqlite_only
def test_an_answer_that_is_none_is_told_and_one_goes_back_without_sending_anything_again(world, anna):
    with on(world, anna, 7) as client:
        for form in ({}, {"svar": "finns-inte"}, {"svar": ["ratt", "fel"]}):
            sent = post(client, FIRST, **form)
            page = Page(client.get(sent.location))
            assert (sent.status_code, page.response.status_code) == (303, 422)
            assert page.title == "Fel: Minnesfråga 1 av 3 – En kurs"
            assert page.one("div", class_="error-summary").text.startswith("Något behöver rättas")
        assert Page(client.get(FIRST)).title == "Minnesfråga 1 av 3 – En kurs"


@sqlite_only
@pytest.mark.parametrize("number", [0, 4, 99])
def test_there_are_three_and_no_more(world, anna, number):
    with on(world, anna, 7) as client:
        sent = post(client, f"{COURSE}/minnesfragor/{number}")
        assert (sent.status_code, "Du har inga minnesfrågor just nu." in Page(sent).main) == (404, True)
        assert client.get(f"{COURSE}/minnesfragor/{number}").location == f"{COURSE}/minnesfragor"
        assert client.get(f"{COURSE}/minnesfragor").location == FIRST
        assert client.get(f"/kurs/finns-inte/minnesfragor/{number}").status_code == 404


@sqlite_only
def test_before_they_have_come_their_addresses_lead_to_min_sida_which_says_so(world, anna):
    with on(world, anna, 6) as client:
        for url in (f"{COURSE}/minnesfragor", FIRST, f"{COURSE}/minnesfragor/99"):
            assert client.get(url).location == OWN
            assert Page(client.get(OWN)).texts("p", class_="receipt") == ["Du har inga minnesfrågor just nu."]


@sqlite_only
def test_when_nothing_can_be_saved_one_still_sees_the_feedback_and_is_asked_once_more(world, anna):
    with on(world, anna, 7) as client:
        form = {"csrf_token": Page(client.get(FIRST)).sends("Svara")["csrf_token"][0], "svar": "ratt"}
        world.db.rollback()
        with locked(world):
            for number in (1, 2, 3):
                answer = client.post(f"{COURSE}/minnesfragor/{number}", data=form)
        assert (answer.status_code, Page(client.get(answer.location)).h1) == (303, "Rätt")

    assert rows(world.app, "recall_done") == (0,)
    assert is_offered(world, anna, 7) == OFFERED


@sqlite_only
def test_steps_are_moved_without_a_trace_and_then_answered(world):
    world.publish({**course_sources(), "quizzes/kurs/modul.md": STEPS})
    world.person("anna", "A")
    with world.write(DONE_ON) as (db, at):
        earned = Earned(2, "anna", "kurs", "", "paper", DONE_ON, "Pärm 3")
        import_evidence(db, [earned], file_name="a.csv", digest="d", by=None, at=at)
    with on(world, "anna", 7) as client:
        before = everything(world.app)
        page = Page(client.get(FIRST))
        first, second, third = (each["name"] for each in page.all("select"))

        button = f"upp:{third.removeprefix('svar-')}"
        sent = client.post(FIRST, data={**page.sends("Svara"), "flytta": button})
        moved = Page(client.get(sent.location))
        odd = client.post(FIRST, data={**moved.sends("Svara"), "flytta": "upp:finns-inte"})

        assert (sent.status_code, odd.status_code, odd.location) == (303, 303, f"{FIRST}?flyttat=")
        for shown in (moved, Page(client.get(odd.location))):
            assert [each["name"] for each in shown.all("select")] == [first, third, second]
            numbers = shown.sends("Svara")
            assert [numbers[name] for name in (first, third, second)] == [["1"], ["2"], ["3"]]
        focused = [each["value"] for each in moved.all("button") if "autofocus" in each.attributes]
        assert (moved.response.status_code, moved.texts("p", class_="error"), focused) == (200, [], [button])
        assert client.post(FIRST, data=moved.sends("Svara")).location == FIRST
        assert Page(client.get(FIRST)).h1 in ("Rätt", "Delvis rätt", "Inte riktigt")
        assert everything(world.app) == before


@sqlite_only
def test_an_answer_is_forgotten_with_the_session_and_at_another_occasion(world, anna):
    with on(world, anna, 7) as client:
        post(client, FIRST, svar="ratt")
        assert Page(client.get(FIRST)).h1 == "Rätt"
        assert Page(browser(world, anna).get(FIRST)).h1 != "Rätt"
        post(client, "/logga-ut")
        with client.session_transaction() as cookie:
            assert "recall" not in cookie
    with on(world, anna, 29) as client:
        questions = [f"{COURSE}/minnesfragor/{number}" for number in (1, 2, 3)]
        for url in questions:
            post(client, url, svar="ratt")
        with client.session_transaction() as cookie:
            kept = cookie["recall"]
    with on(world, anna, 30) as again:
        with again.session_transaction() as cookie:
            cookie["recall"] = kept
        assert [url for url in questions if Page(again.get(url)).h1 == "Rätt"] == []


# --- which ---


def asked(client):
    """The three (module, item), by the section that each leads to."""
    found = []
    for number in (1, 2, 3):
        url = f"{COURSE}/minnesfragor/{number}"
        item = CHOICES[Page(client.get(url)).h1]
        post(client, url, svar="ratt")
        link = next(a["href"] for a in Page(client.get(url)).all("a") if re.search(r"/(borjan|slutet)$", a["href"]))
        found.append((link.split("/")[3], item))
    return found


def test_what_one_was_sure_of_and_wrong_about_is_asked_first(world):
    world.publish(course_sources(modules=MODULES))
    world.person("anna", "A")
    for module in MODULES:
        first = world.begin("anna", DONE_ON, module=module)
        wrong = {"modul": "forsta", "tredje-modul": "andra"}.get(module)
        for item in ("forsta", "andra"):
            sure = {"saker": ["ja"]} if (module, item) == ("tredje-modul", "andra") else {"saker": ["nej"]}
            world.answer("anna", first, item, {"svar": ["fel" if item == wrong else "ratt"], **sure}, DONE_ON)
        world.take("anna", DONE_ON, module=module)

    with on(world, "anna", 7) as client:
        three = asked(client)

    assert three[:2] == [("tredje-modul", "andra"), ("modul", "forsta")]
    assert three[2][0] == "andra-modul"


@sqlite_only
def test_questions_and_texts_are_those_of_the_release_as_it_is_now(world, anna):
    sources = course_sources(modules=MODULES, retired=[f"quizzes/{module}-fragor/forsta" for module in MODULES[:2]])
    for module in MODULES:
        path = f"quizzes/kurs/{module}.md"
        text = sources[path].replace("Vad gör du sedan?", "Och sen då?")
        sources[path] = (
            re.sub(r"## Första.*?(?=## Andra)", "", text, flags=re.DOTALL) if module in MODULES[:2] else text
        )
    world.publish(sources, day=DONE_ON)

    with on(world, anna, 7) as client:
        found = [Page(client.get(f"{COURSE}/minnesfragor/{number}")).h1 for number in (1, 2, 3)]

    assert found == ["Och sen då?"] * 3


@sqlite_only
def test_only_managers_are_asked_about_what_only_managers_see(world):
    sources = course_sources(modules=MODULES)
    path = "modules/kurs/tredje-modul.md"
    sources[path] = sources[path].replace("minuter: 5", "minuter: 5\nför: chef")
    head = "modules/kurs/course.toml"
    listed = ", ".join(f'"{module}"' for module in MODULES)
    sources[head] = sources[head].replace(f"mandatory = [{listed}]", 'mandatory = ["modul", "andra-modul"]')
    world.publish(sources)
    for key in ("anna", "chef"):
        world.person(key, "A")
        for module in MODULES:
            world.take(key, DONE_ON, module=module, first="fel" if module == "tredje-modul" else "ratt")
    world.chief("chef", "A")

    found = {}
    for key in ("anna", "chef"):
        with on(world, key, 7) as client:
            found[key] = {module for module, _ in asked(client)}

    assert "tredje-modul" in found["chef"]
    assert "tredje-modul" not in found["anna"]


# --- who sees it ---


@sqlite_only
def test_nobody_else_sees_who_is_asked_who_answers_and_who_said_no(world, anna):
    for key, role in (("hr", "hr"), ("admin", "admin")):
        world.person(key)
        world.role(key, role)
    world.person("chef", "A")
    world.chief("chef", "A")
    world.target(since="2029-01-01", until="2029-12-31", day="2029-01-01")
    with on(world, "cia", 7) as client:
        answer_three(client, "fel")
    with on(world, anna, 7) as client:
        wish(client, "Fråga mig inte mer")
    assert rows(world.app, "recall_done", "recall_wish") == (1, 1)

    plain = [rule.rule for rule, verb in routes(world.app) if verb == "GET" and "<" not in rule.rule]
    pages = [
        *(url for url in plain if url != OWN),
        *(f"/rapport/tackning?format={name}" for name in FORMATS),
        *(f"/{part}/{world.people[key]}" for part in ("personer", "konton") for key in ("anna", "cia")),
    ]
    for who in ("hr", "chef", "admin", "bo"):
        with on(world, who, 8) as client:
            found = {url: client.get(url) for url in pages}
            assert [url for url, page in found.items() if re.search("minnes|recall", page.text, re.IGNORECASE)] == []
            own = Page(client.get(OWN)).main
        assert "Du har svarat på frågorna" not in own
        assert "Du har sagt nej" not in own


@sqlite_only
def test_no_figure_rests_on_it(world, anna):
    world.target(since="2029-01-01", until="2029-12-31", day="2029-01-01")
    before = figures(world)
    assert "2" in before[0][0][0]

    with on(world, "cia", 7) as client:
        answer_three(client, "fel")
    with on(world, anna, 7) as client:
        wish(client, "Fråga mig inte mer")

    assert figures(world) == before


def figures(world):
    """What every report of the course says of one day, as known some days later."""
    world.db.rollback()
    day, known_at = DONE_ON + timedelta(days=7), noon(DONE_ON + timedelta(days=10))
    found = [report.build(world.db, "kurs", "employee", day, known_at) for report in REPORTS.values()]
    return [(table.sentences, table.groups, table.rows) for table in found]
