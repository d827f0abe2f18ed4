"""Who sees what of a person: every page shows each role what the table of sees.py says, and nothing more."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from browsing import Page, address, browser, routes
from world import course_sources, scenario_sources, with_material

from course.access import sees
from course.access.actions import grant_role, open_session
from course.access.tables import HandedPassword
from course.content.queries import current, newest_release_id
from course.db import transaction
from course.learning.actions import answer, begin
from course.recall.actions import wish
from course.scenario.actions import finish
from course.web.handbook import chapters

NOW = datetime(2026, 3, 20, 8, 0, tzinfo=UTC)
NAME = "Namn anna"
TRACES = {
    "done": r"\bKlar\b|\bInte klar\b|\bKvar\b",
    "done_day": r"5\smars 2026|2026-03-05",
    "begun_day": r"2\smars 2026|2026-03-02",
    "employment": r"fältsekreterare",
    "password": r"Har (inget )?lösenord",
    "duty": r"Ges av (HR|en administratör)|har rollen HR eller administratör",
    "sign_ins": r"kl\.\s08\.33",
    "roles": r"Går kursen|\(anna\)\s*HR\b",
    "answers": r"Att vänta ut",
    "sure": r"Du var (o?)säker",
    "attempts": r"\b[Ff]örsök \d|\d försök|[46]\smars 2026|2026-03-0[46]",
    "clock": r"\b(?:07|08|09|10|11|12)[.:](?:13|17|27|41)\b",
    "scenarios": r"7\smars 2026",
    "recall": r"sagt nej till minnesfrågor",
}
"""{what is known of anna: how a page gives it away}. Each happened on a day, or at a minute, of its own."""


def at(day, hour, minute):
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def attempt(world, course, day, minute, choice=None):
    """An attempt of anna's at nine UTC; without a choice it is only begun."""
    with transaction() as (db, _now):
        release = current(db, newest_release_id(db))[course]
        begun = begin(db, release, "modul-fragor", by=world.people["anna"], edition=1, at=at(day, 9, minute))
        for item in ("forsta", "andra") if choice else ():
            form = {"svar": [choice], "saker": ["ja"]}
            answer(db, begun.id, item, form, by=world.people["anna"], at=at(day, 9, minute))
    return begun


@pytest.fixture
def place(world):
    """Anna took the course, and her board's, in four attempts, and will be HR; there is one of every role."""
    sources = with_material(course_sources()) | scenario_sources()
    sources["quizzes/kurs/modul.md"] = sources["quizzes/kurs/modul.md"].replace("Det andra", "Att vänta ut")
    world.publish(sources)
    world.publish(course_sources("politik", audience="official"))
    for code in ("A", "NAMND"):
        world.unit(code)
    world.person("anna", "A", title="Fältsekreterare")
    for key in ("bo", "chef"):
        world.person(key, "A")
    world.membership("anna", "NAMND", audience="official")
    for key in ("hr", "admin", "sara"):
        world.person(key)
    world.chief("chef", "A")
    world.role("hr", "hr")
    world.role("admin", "admin")
    world.role("anna", "hr", since="2026-12-01")
    with transaction() as (db, now):
        grant_role(db, world.people["sara"], "secretary", since=now.date(), unit=world.units["NAMND"], by=None, at=now)
        wish(db, world.people["anna"], wanted=False, at=at(8, 9, 13))
        release = current(db, newest_release_id(db))["kurs"]
        finish(db, world.people["anna"], "kurs", "dorren", release_id=release.id, day=at(7, 9, 0).date())
        open_session(db, world.people["anna"], at=at(20, 7, 33))
        handed = {"made_by": world.people["chef"], "role": "manager", "at": at(1, 7, 33), "told": True}
        db.add(HandedPassword(person_id=world.people["anna"], **handed))
    world.target(since="2026-01-01", until="2026-12-31")
    attempt(world, "kurs", 2, 13, "fel")
    attempt(world, "kurs", 4, 17, "fel")
    world.finished = attempt(world, "kurs", 5, 27, "ratt")
    attempt(world, "kurs", 6, 41)
    return world


@pytest.fixture(autouse=True)
def _the_day():
    with time_machine.travel(NOW, tick=False):
        yield


ROLES = {"chef": sees.MANAGER, "hr": sees.HR, "sara": sees.SECRETARY, "admin": sees.ADMIN, "bo": "learner"}
ABOUT_NOBODY = ("/handbok", "/static/", "/media/")
"""Pages that say nothing of a person, though they have the words."""


def shown(page):
    """What the page gives away of anna."""
    return {key for key, trace in TRACES.items() if re.search(trace, page, re.IGNORECASE if key == "employment" else 0)}


def pages_about(place, key):
    """{endpoint: what its page gives away of anna}, of the pages that the person may open and that name her."""
    client, found = browser(place, key), {}
    for rule, verb in routes(place.app):
        url = address(rule, place.finished, person_id=str(place.people["anna"]))
        if verb != "GET" or url.startswith(ABOUT_NOBODY):
            continue
        for more in ("", "?format=csv", "?format=json", f"?enhet={place.units['A']}"):
            answered = client.get(url + more)
            text = (
                Page(answered).main
                if answered.mimetype == "text/html" and answered.status_code == 200
                else answered.text
            )
            if answered.status_code == 200 and (
                NAME in text or "person_id" in rule.arguments or "report." in rule.endpoint
            ):
                found[rule.endpoint] = found.get(rule.endpoint, set()) | shown(text)
    return found


@pytest.mark.parametrize("key", ROLES)
def test_every_page_shows_a_role_what_the_table_says_and_nothing_more(place, key):
    role, found = ROLES[key], pages_about(place, key)
    about = {endpoint: seen for endpoint, seen in found.items() if not endpoint.startswith("report.")}

    assert {endpoint: seen for endpoint, seen in about.items() if seen or (endpoint, role) in sees.PAGES} == {
        endpoint: set(seen) for (endpoint, whose), seen in sees.PAGES.items() if whose == role
    }
    for endpoint, seen in found.items():
        assert seen <= sees.seen_by(role) | ({"done"} if endpoint == "report.coverage" else set()), endpoint


def test_what_a_role_sees_on_its_pages_is_what_it_is_said_to_see():
    for role in sees.CALLED:
        on_pages = frozenset[str]().union(*(seen for (_, whose), seen in sees.PAGES.items() if whose == role))
        assert on_pages == sees.seen_by(role), role


def test_the_traces_are_those_that_the_own_page_has(place):
    page = Page(browser(place, "anna").get("/min-sida")).main

    gone = {"done", "employment", "password", "duty", "begun_day", "roles"}  # told elsewhere, or in other words
    assert set(TRACES) == set(sees.SIGHTS)
    assert shown(page) | gone == set(TRACES)


def test_nobody_but_the_person_sees_an_answer_an_attempt_or_a_time_of_day():
    for key in ("answers", "sure", "attempts", "clock", "scenarios", "recall"):
        assert sees.SIGHTS[key].roles == frozenset(), key


def test_a_managers_list_has_two_columns_and_says_done_with_its_day_or_not_done(place):
    page = Page(browser(place, "chef").get("/min-enhet"))

    assert page.texts("th", scope="col") == ["Namn", "Läge"]
    assert [state for _, state in page.rows()] == ["Inte klar", "Inte klar", "Klar 5 mars 2026"]


def test_the_handbook_and_the_own_page_print_the_table(place):
    own = Page(browser(place, "anna").get("/min-sida")).texts("li")
    handbook = "".join(html for _, html in chapters()["kursen"].parts)

    for who, what in sees.told():
        assert f"<strong>{who}</strong> ser {what}." in handbook
    assert sees.BEHIND in handbook
    assert sees.BEHIND in own
    for who, what in sees.told_to(official=False):
        assert f"{who} ser {what}." in own
    assert not any(item.startswith("Nämndsekreteraren ser") for item in own)
    assert [who for who, _ in sees.told_to(official=True)] == [
        "Nämndsekreteraren",
        "HR",
        "Administratören",
        sees.NOBODY,
    ]
    seen = "om du är klar, vilken dag du blev klar, om du har ett lösenord (inte vilket) eller en engångskod"
    assert sees.told()[0] == ("Din chef", f"{seen} och om du har en särskild roll")
