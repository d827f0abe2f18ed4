"""Who gets in where, what a write must carry, and the headers of every answer."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

import pytest
import time_machine
from browsing import (
    PASSWORD,
    PICTURE,
    Page,
    address,
    browser,
    everything,
    furnished,
    furnished_site,
    give_password,
    routes,
)
from conftest import settings_for
from flask import request
from world import post, token

from course import create_app
from course.access.actions import close_session, end_role, open_session
from course.access.policy import PERMISSIONS
from course.clock import day_of
from course.db import database, transaction

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NOBODY, NO_MEMBERSHIP, LEARNER, HR, ADMIN, MANAGER = None, "utan-anstallning", "anna", "hr", "admin", "chef"
PEOPLE = (NOBODY, NO_MEMBERSHIP, LEARNER, HR, ADMIN, MANAGER)
MATRIX = {
    ("health.alive", "GET"): (200, 200, 200, 200, 200, 200),
    ("health.ready", "GET"): (200, 200, 200, 200, 200, 200),
    ("pages.static_file", "GET"): (200, 200, 200, 200, 200, 200),
    ("pages.favicon", "GET"): (200, 200, 200, 200, 200, 200),
    ("pages.support", "GET"): (200, 200, 200, 200, 200, 200),
    ("start.start", "GET"): (303, 200, 303, 200, 200, 200),
    ("pages.picture", "GET"): (303, 403, 200, 403, 403, 200),
    ("login.sign_in", "GET"): (200, 303, 303, 303, 303, 303),
    ("login.sign_in_post", "POST"): (422, 422, 422, 422, 422, 422),
    ("login.code", "GET"): (200, 200, 200, 200, 200, 200),
    ("login.code_post", "POST"): (422, 422, 422, 422, 422, 422),
    ("login.sign_out", "POST"): (303, 303, 303, 303, 303, 303),
    ("login.password", "GET"): (303, 200, 200, 200, 200, 200),
    ("login.password_post", "POST"): (303, 422, 422, 422, 422, 422),
    ("login.sign_out_everywhere", "POST"): (303, 303, 303, 303, 303, 303),
    ("learner.courses", "GET"): (303, 403, 303, 403, 403, 303),
    ("learner.course", "GET"): (303, 403, 200, 403, 403, 200),
    ("learner.finished", "GET"): (303, 403, 200, 403, 403, 404),
    ("learner.module", "GET"): (303, 403, 303, 403, 403, 303),
    ("learner.section", "GET"): (303, 403, 200, 403, 403, 200),
    ("learner.next_section", "POST"): (303, 403, 303, 403, 403, 303),
    ("own_record.show", "GET"): (303, 200, 200, 200, 200, 200),
    ("hidden.read", "POST"): (303, 303, 303, 303, 303, 303),
    ("scenario.scenarios", "GET"): (303, 403, 200, 403, 403, 200),
    ("scenario.play", "GET"): (303, 403, 200, 403, 403, 200),
    ("scenario.finished", "POST"): (303, 403, 303, 403, 403, 303),
    ("scenario.maps", "GET"): (303, 403, 403, 200, 200, 403),
    ("scenario.scenario_map", "GET"): (303, 403, 403, 200, 200, 403),
    ("answers.show", "GET"): (303, 404, 200, 404, 404, 404),
    ("quiz.begin", "POST"): (303, 403, 303, 403, 403, 303),
    ("quiz.question", "GET"): (303, 403, 200, 403, 403, 404),
    ("quiz.answer_question", "POST"): (303, 403, 303, 403, 403, 404),
    ("quiz.result", "GET"): (303, 403, 200, 403, 403, 404),
    ("recall.go_on", "GET"): (303, 403, 303, 403, 403, 303),
    ("recall.question", "GET"): (303, 403, 200, 403, 403, 303),
    ("recall.answer", "POST"): (303, 403, 303, 403, 403, 404),
    ("recall.choose", "POST"): (303, 422, 422, 422, 422, 422),
    ("material.right_way", "GET"): (200, 200, 200, 200, 200, 200),
    ("material.glossary", "GET"): (200, 200, 200, 200, 200, 200),
    ("material.choose", "GET"): (303, 403, 303, 303, 403, 303),
    ("material.listing", "GET"): (303, 403, 200, 200, 403, 200),
    ("material.show", "GET"): (303, 403, 200, 200, 403, 200),
    ("material.sources", "GET"): (303, 403, 200, 200, 403, 200),
    ("material.choose_revision", "GET"): (303, 403, 403, 303, 403, 403),
    ("material.revision", "GET"): (303, 403, 403, 200, 403, 403),
    ("report.coverage", "GET"): (303, 403, 403, 200, 403, 403),
    ("report.questions", "GET"): (303, 403, 403, 200, 200, 403),
    ("board.board", "GET"): (303, 403, 403, 403, 403, 403),
    ("handbook.contents", "GET"): (303, 200, 200, 200, 200, 200),
    ("handbook.chapter", "GET"): (303, 404, 404, 200, 404, 404),
    ("unit.show", "GET"): (303, 403, 403, 403, 403, 200),
    ("codes.choose", "GET"): (303, 403, 403, 200, 403, 200),
    ("codes.hand_many", "POST"): (303, 403, 403, 422, 403, 422),
    ("codes.hand", "POST"): (303, 403, 403, 200, 200, 200),
    ("targets.targets", "GET"): (303, 403, 403, 200, 403, 403),
    ("targets.form", "GET"): (303, 403, 403, 200, 403, 403),
    ("targets.save", "POST"): (303, 403, 403, 422, 403, 403),
    ("targets.withdraw", "POST"): (303, 403, 403, 422, 403, 403),
    ("targets.report", "POST"): (303, 403, 403, 422, 403, 403),
    ("people.search", "GET"): (303, 403, 403, 200, 403, 403),
    ("people.look", "POST"): (303, 403, 403, 303, 403, 403),
    ("people.new", "GET"): (303, 403, 403, 200, 403, 403),
    ("people.add", "POST"): (303, 403, 403, 422, 403, 403),
    ("people.show", "GET"): (303, 403, 403, 200, 403, 403),
    ("people.change", "POST"): (303, 403, 403, 422, 403, 403),
    ("people.reveal", "POST"): (303, 403, 403, 200, 403, 403),
    ("imports.form", "GET"): (303, 403, 403, 200, 403, 403),
    ("imports.template", "GET"): (303, 403, 403, 200, 403, 403),
    ("imports.send", "POST"): (303, 403, 403, 422, 403, 403),
    ("imports.preview", "GET"): (303, 403, 403, 404, 403, 403),
    ("imports.apply", "POST"): (303, 403, 403, 404, 403, 403),
    ("imports.discard", "POST"): (303, 403, 403, 404, 403, 403),
    ("imports.undo", "POST"): (303, 403, 403, 404, 403, 403),
    ("accounts.accounts", "GET"): (303, 403, 403, 403, 200, 403),
    ("accounts.look", "POST"): (303, 403, 403, 403, 303, 403),
    ("accounts.show", "GET"): (303, 403, 403, 403, 200, 403),
    ("accounts.change", "POST"): (303, 403, 403, 403, 422, 403),
    ("admin.system", "GET"): (303, 403, 403, 403, 200, 403),
}
"""Expected status of every route for each of PEOPLE. A 303 for nobody is the way to the sign-in page."""
HRS = {endpoint for (endpoint, _), statuses in MATRIX.items() if statuses[2] == 403 and statuses[3] != 403}
ADMINS = {endpoint for (endpoint, _), statuses in MATRIX.items() if statuses[3] == 403 and statuses[4] != 403}
PUBLIC = {endpoint for (endpoint, _), statuses in MATRIX.items() if statuses[0] != 303}

FORMS = {
    "quiz.begin": {"kurs": "kurs", "modul": "modul"},
    "quiz.answer_question": {"svar": "ratt"},
    "scenario.finished": {"vag": "a.c"},
    "login.sign_in_post": {"namn": "anna", "losenord": ""},
    "login.code_post": {"namn": "anna", "kod": ""},
}


@pytest.fixture(scope="module")
def site(sqlite_template, tmp_path_factory):
    """For the tests that change nothing."""
    with furnished_site(sqlite_template, tmp_path_factory.mktemp("site")) as world:
        yield world


def form_of(rule):
    return FORMS.get(rule.endpoint, {})


def form_token(client):
    """A token from whichever page has a form for the one who asks."""
    return token(client) or token(client, "/logga-in")


# --- who gets in ---


def test_every_route_names_a_permission_of_the_table_and_stands_in_the_matrix(app):
    named = {rule.endpoint: getattr(app.view_functions[rule.endpoint], "permission", None) for rule, _ in routes(app)}

    assert {endpoint: name for endpoint, name in named.items() if name not in PERMISSIONS} == {}
    assert {(rule.endpoint, verb) for rule, verb in routes(app)} == set(MATRIX)


@pytest.mark.parametrize("person", PEOPLE)
def test_each_route_answers_each_sort_of_person_as_the_matrix_says(world, person):
    finished, _ = furnished(world)

    found, reading = {}, browser(world, person)
    for rule, verb in sorted(routes(world.app), key=lambda each: each[1]):  # writes last: some sign out everywhere
        client = reading if verb == "GET" else browser(world, person)
        form = {**form_of(rule), "csrf_token": form_token(client)} if verb == "POST" else None
        answer = client.open(address(rule, finished), method=verb, data=form)
        found[rule.endpoint, verb] = answer.status_code
        if person is NOBODY and answer.status_code == 303:
            assert answer.location.startswith("/logga-in"), rule.rule

    assert found == {route: statuses[PEOPLE.index(person)] for route, statuses in MATRIX.items()}


@sqlite_only
def test_a_route_that_names_no_permission_is_closed_to_everybody(app, world):
    app.add_url_rule("/glomd", "glomd", lambda: "hemligt")
    furnished(world)

    answers = [browser(world, person).get("/glomd") for person in PEOPLE]

    assert [answer.status_code for answer in answers] == [403] * 6
    assert not any("hemligt" in answer.text for answer in answers)


def test_verbs_that_a_route_does_not_declare_are_refused_with_those_it_has(site):
    verbs = {}
    for rule, verb in routes(site.app):
        declared = {verb, "OPTIONS", *(["HEAD"] if verb == "GET" else [])}
        verbs.setdefault(address(rule, site.finished), set()).update(declared)
    clients = [browser(site, NOBODY), browser(site, LEARNER)]
    before = everything(site.app)

    for client in clients:
        for url, declared in verbs.items():
            for verb in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"} - declared:
                answer = client.open(url, method=verb)
                assert (answer.status_code, set(answer.allow)) == (405, declared), (verb, url)

    assert everything(site.app) == before


def test_somebody_elses_attempt_and_no_attempt_look_the_same(world):
    _, begun = furnished(world)
    client = browser(world, "anna")
    form_token_ = token(client)

    def ask(method, attempt_id, path):
        answer = client.open(
            f"/forsok/{attempt_id}{path}", method=method, data={"csrf_token": form_token_, "svar": "ratt"}
        )
        body = re.sub(r'value="[^"]+"|ärende \w+', "", answer.text)
        return answer.status_code, answer.content_length, body

    before = everything(world.app)
    for method, path in (("GET", "/fraga/forsta"), ("GET", "/fraga/andra"), ("GET", ""), ("POST", "/fraga/andra")):
        somebody_elses = ask(method, begun.id, path)
        none_at_all = ask(method, "00000000-0000-4000-8000-000000000000", path)
        assert somebody_elses == none_at_all
        assert somebody_elses[0] == 404
        assert "Du möter någon i dörren" not in somebody_elses[2]
    assert everything(world.app) == before
    assert browser(world, "bo").get(f"/forsok/{begun.id}/fraga/forsta").status_code == 200


# --- when it ends ---


def test_a_role_that_ended_yesterday_is_gone_at_the_next_request(world):
    furnished(world)
    world.person("hr-kvar")
    world.role("hr-kvar", "hr")
    leaving, staying = browser(world, "hr"), browser(world, "hr-kvar")
    assert leaving.get("/rapport/tackning").status_code == 200

    with transaction() as (db, at):
        end_role(db, world.people["hr"], "hr", last_day=day_of(at) - timedelta(days=1), by=None, at=at)

    assert leaving.get("/rapport/tackning").status_code == 403
    assert staying.get("/rapport/tackning").status_code == 200


def test_a_membership_that_ended_yesterday_is_gone_at_the_next_request(world):
    world.publish()
    world.person("slutar", "A", until="2050-11-23")
    world.person("stannar", "A")
    with time_machine.travel(datetime(2050, 11, 23, 22, 59, tzinfo=UTC), tick=False):  # 23.59 in Stockholm
        leaving, staying = browser(world, "slutar"), browser(world, "stannar")
        assert leaving.get("/kurs/kurs").status_code == 200
    with time_machine.travel(datetime(2050, 11, 23, 23, 0, tzinfo=UTC), tick=False):  # midnight
        assert leaving.get("/kurs/kurs").status_code == 403
        assert staying.get("/kurs/kurs").status_code == 200


def test_a_copied_cookie_is_worth_nothing_after_signing_out(world):
    furnished(world)
    client, thief, other = browser(world, "anna"), browser(world), browser(world, "anna")
    thief.set_cookie("session", client.get_cookie("session").value)
    assert thief.get("/kurs/kurs").status_code == 200

    assert post(client, "/logga-ut").location == "/logga-in?utloggad=ja"

    assert thief.get("/kurs/kurs").location == "/logga-in?till=/kurs/kurs"
    assert client.get("/kurs/kurs").location == "/logga-in?till=/kurs/kurs"
    assert other.get("/kurs/kurs").status_code == 200


def test_a_new_password_ends_every_session(world):
    furnished(world)
    mine, hers = browser(world, "anna"), browser(world, "bo")

    give_password(world, "anna")

    assert mine.get("/kurs/kurs").location == "/logga-in?till=/kurs/kurs"
    assert hers.get("/kurs/kurs").status_code == 200


def test_a_session_revoked_in_the_database_leads_to_signing_in(world):
    furnished(world)
    client = browser(world)
    with transaction() as (db, at):
        session = open_session(db, world.people["anna"], at=at)
    with client.session_transaction() as cookie:
        cookie.update(_user_id=session, seen=int(at.timestamp()))
    assert client.get("/kurs/kurs").status_code == 200

    with transaction() as (db, at):
        close_session(db, session, at=at)

    assert client.get("/kurs/kurs").location == "/logga-in?till=/kurs/kurs"


@sqlite_only
def test_a_session_ends_when_it_has_been_idle_too_long_and_not_before(world):
    furnished(world)
    for person, page, idle in (
        ("hr", "/rapport/tackning", timedelta(minutes=30)),
        ("admin", "/drift", timedelta(minutes=30)),
        ("anna", "/kurs/kurs", timedelta(hours=8)),
    ):
        with time_machine.travel("2050-11-23T08:00:00Z", tick=False) as clock:
            used, unused = browser(world, person), browser(world, person)
            clock.shift(idle)
            assert used.get(page).status_code == 200
            clock.shift(timedelta(seconds=1))
            assert (used.get(page).status_code, unused.get(page).status_code) == (200, 303)


@sqlite_only
def test_nobody_stays_signed_in_longer_than_twelve_hours(world):
    furnished(world)
    with time_machine.travel("2050-11-23T08:00:00Z", tick=False) as clock:
        client = browser(world, "anna")
        for _ in range(2):
            clock.shift(timedelta(hours=5, minutes=59))
            assert client.get("/kurs/kurs").status_code == 200
        clock.shift(timedelta(minutes=2))
        assert client.get("/kurs/kurs").status_code == 303


# --- what a write must carry ---


@pytest.mark.parametrize("token_kind", ["none", "empty", "foreign", "of another session"])
def test_no_write_goes_through_without_the_sessions_own_token(world, token_kind):
    finished, begun = furnished(world)
    give_password(world, "anna")
    clients = {person: browser(world, person) for person in ("bo", "hr", "admin", None)}
    for client in clients.values():
        form_token(client)  # the session has a token of its own
    stolen = form_token(browser(world, "anna"))
    form = {"none": {}, "empty": {"csrf_token": ""}, "foreign": {"csrf_token": "IjEyMzQi.abc.def"}}.get(
        token_kind, {"csrf_token": stolen}
    )
    writes = [rule for rule, verb in routes(world.app) if verb == "POST"]
    before = everything(world.app)

    for rule in writes:
        given = {**form_of(rule), "namn": "anna", "losenord": PASSWORD, "svar": "ratt", **form}
        groups = {None: PUBLIC, "hr": HRS, "admin": ADMINS}
        client = clients[next((person for person, endpoints in groups.items() if rule.endpoint in endpoints), "bo")]
        assert client.post(address(rule, begun, item="andra"), data=given).status_code == 400, rule.rule

    assert len(writes) == 27
    assert everything(world.app) == before
    assert finished.id != begun.id


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "annat"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "https://evil.example"},
    {"Origin": "https://localhost"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://localhost@evil.example"},
    {"Origin": "http://localhost:8001"},
    {"Origin": "http://["},
    {"Origin": "localhost"},
]


def test_a_write_from_another_site_is_refused_also_with_the_right_token(site):
    client = browser(site, "bo")
    right = form_token(client)
    writes = [rule for rule, verb in routes(site.app) if verb == "POST"]
    before = everything(site.app)

    for headers in FOREIGN:
        for rule in writes:
            form = {**form_of(rule), "csrf_token": right}
            answer = client.post(address(rule, site.begun, item="andra"), data=form, headers=headers)
            assert (answer.status_code, Page(answer).h1) == (403, "Du har inte behörighet"), (headers, rule.rule)

    assert everything(site.app) == before


@sqlite_only
def test_a_write_from_our_own_pages_goes_through(world):
    _, begun = furnished(world)
    client = browser(world, "bo")
    form = {"svar": "ratt", "csrf_token": form_token(client)}
    ours = (
        {},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://127.0.0.1:8000"},
    )

    answers = [client.post(f"/forsok/{begun.id}/fraga/andra", data=form, headers=headers) for headers in ours]

    assert [answer.status_code for answer in answers] == [303] * 4


def test_that_somebody_reads_whom_to_turn_to_is_logged_nowhere(site, caplog):
    anna = browser(site, "anna")
    caplog.clear()

    for method in ("GET", "HEAD"):
        assert anna.open("/stod?a=b", method=method).status_code == 200
    assert caplog.records == []

    anna.get("/min-sida")
    (line,) = caplog.records
    assert line.fields.keys() == {"request_id", "method", "route", "status", "ms"}


# --- what an address does ---


@sqlite_only
def test_no_link_from_elsewhere_looks_somebody_up_in_ones_own_name(world):
    furnished(world)
    person, unit = world.people["bo"], world.units["A"]
    pages = {"hr": [f"/personer/{person}", f"/personer/{person}?per=2026-03-01", f"/personer?traff={person}"]}
    pages["admin"] = [f"/konton/{person}", f"/konton?traff={person}"]
    pages["chef"] = [f"/engangskoder?enhet={unit}"]
    for who, urls in pages.items():
        client = browser(world, who)
        for url in urls:
            before = everything(world.app)
            for whence in ("none", "cross-site", "same-site"):
                for method in ("GET", "HEAD"):
                    answer = client.open(url, method=method, headers={"Sec-Fetch-Site": whence})
                    assert (answer.status_code, "Namn bo" in answer.text) == (200, False)
                page = Page(client.get(url, headers={"Sec-Fetch-Site": whence}))
                assert (page.h1, page.button) == ("Vill du öppna sidan?", ("Öppna sidan", url))
            assert everything(world.app) == before
            opened = client.get(url, headers={"Sec-Fetch-Site": "same-origin"})
            assert (opened.status_code, "Namn bo" in opened.text) == (200, True)
            assert everything(world.app) != before
        own = client.get(urls[0].partition("?")[0].rstrip("0123456789/"), headers={"Sec-Fetch-Site": "none"})
        assert Page(own).h1 != "Vill du öppna sidan?"  # an address that chooses nobody may be a bookmark
    signed_in = {"Sec-Fetch-Site": "same-origin", "Referer": f"http://localhost/logga-in?till={pages['hr'][0]}"}
    assert Page(browser(world, "hr").get(pages["hr"][0], headers=signed_in)).h1 == "Vill du öppna sidan?"
    asked = browser(world, "bo").get(pages["hr"][0], headers={"Sec-Fetch-Site": "none"})
    assert asked.status_code == 403


def test_a_number_and_an_attempt_have_one_spelling_in_an_address(site):
    hr, anna = browser(site, "hr"), browser(site, "anna")
    person, attempt = str(site.people["bo"]), str(site.finished.id)
    others = [f"0{person}", f"00{person}", "".join(chr(0x660 + int(digit)) for digit in person), f"+{person}"]

    assert hr.get(f"/personer/{person}").status_code == 200
    assert [hr.get(f"/personer/{other}").status_code for other in others] == [404] * len(others)
    assert anna.get(f"/forsok/{attempt}").status_code == 200
    for other in (attempt.upper(), attempt.replace("-", ""), f"{{{attempt}}}"):
        assert (other != attempt, anna.get(f"/forsok/{other}").status_code) == (True, 404)


# --- the cookie and the headers ---

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
        " connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


@sqlite_only
def test_pages_files_redirects_and_errors_all_carry_the_headers(app, world):
    app.add_url_rule("/trasig", "trasig", lambda: 1 // 0)
    app.view_functions["trasig"].permission = "public"
    finished, _ = furnished(world)
    client = browser(world, "anna")
    expected = {
        "/kurs/kurs": 200,
        "/static/app.css": 200,
        "/kurs": 308,
        "/": 303,
        "/rapport/tackning": 403,
        "/finns-inte": 404,
        "/logga-ut": 405,
        "/trasig": 500,
    }

    for url, status in expected.items():
        answer = client.get(url)
        assert answer.status_code == status
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, url
        assert "Strict-Transport-Security" not in answer.headers
        assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["X-Request-Id"])
    assert client.post("/forsok", headers={"Host": "evil.example"}).headers["X-Content-Type-Options"] == "nosniff"
    assert finished.number == 1


def test_pages_that_name_people_or_show_answers_are_never_stored(site):
    finished, begun = site.finished, site.begun
    pages = {
        "anna": ["/", "/kurs/", "/kurs/kurs", "/kurs/kurs/klar", "/min-sida", "/stod", "/finns-inte"],
        "bo": [f"/forsok/{begun.id}/fraga/andra"],
        "hr": ["/rapport/tackning", "/rapport/tackning?format=csv", "/rapport/tackning?per=x"],
        "admin": ["/drift", "/konton", "/konton/1", "/min-sida/losenord"],
        "chef": ["/engangskoder"],
        None: ["/logga-in", "/kod", "/min-sida"],
    }

    pages["anna"] += [f"/forsok/{finished.id}", f"/forsok/{finished.id}/fraga/forsta"]
    for person, urls in pages.items():
        client = browser(site, person)
        for url in urls:
            assert client.get(url).headers["Cache-Control"] == "no-store", url
    anna = browser(site, "anna")
    assert anna.get("/kurs/kurs/modul/borjan").headers["Cache-Control"] == "private, no-cache"
    assert anna.get(f"/media/{PICTURE}").headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert anna.get("/static/app.css?v=1").headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_on_a_shared_computer_no_page_of_anybodys_is_stored(site):
    client = browser(site, "anna")
    with client.session_transaction() as cookie:
        cookie["shared"] = True
    tag = client.get("/kurs/kurs/modul/borjan").headers["ETag"]

    for url in ("/kurs/kurs/modul/borjan", f"/media/{PICTURE}", "/kurs/kurs", "/stod", "/finns-inte"):
        assert client.get(url).headers["Cache-Control"] == "no-store", url
    again = client.get("/kurs/kurs/modul/borjan", headers={"If-None-Match": tag})
    assert (again.status_code, again.headers["Cache-Control"]) == (304, "no-store")
    assert client.get("/static/app.css?v=1").headers["Cache-Control"] == "public, max-age=31536000, immutable"


HTTPS = "https://kurs.example.se"


@pytest.fixture
def secured(site, tmp_path):
    """Makes the same installation as it is reached over https."""
    made = []

    def make(**more):
        made.append(create_app(settings_for(tmp_path, site.app.extensions["settings"].database_url, **more)))
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            database.engine.dispose()


def sign_in(client, headers=(), **request):
    """Sign in as anna with the form."""
    page = Page(client.get("/logga-in", headers=dict(headers), **request))
    form = {"namn": "anna", "losenord": PASSWORD, "csrf_token": page.one("input", name="csrf_token")["value"]}
    return client.post("/logga-in", data=form, headers=dict(headers), **request)


def cookie_parts(answer):
    """{name: attributes} of the session's cookie and of the one by which the browser is known, but for its dates."""
    named = {cookie.partition("=")[0]: cookie.split(";")[1:] for cookie in answer.headers.getlist("Set-Cookie")}
    dated = ("Expires", "Max-Age")
    return {
        name: sorted(part.strip() for part in parts if not part.strip().startswith(dated))
        for name, parts in named.items()
    }


def test_over_https_the_cookie_is_bound_to_the_host_and_hsts_is_sent(secured):
    client = secured(base_url=HTTPS).test_client()

    answer = sign_in(client, {"Origin": HTTPS, "Sec-Fetch-Site": "same-origin"}, base_url=HTTPS)

    assert (answer.status_code, answer.location) == (303, "/")
    assert cookie_parts(answer) == {
        name: ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"] for name in ("__Host-session", "__Host-browser")
    }
    for url, status in (("/kurs/kurs", 200), ("/static/app.css", 200), ("/", 303), ("/finns-inte", 404)):
        found = client.get(url, base_url=HTTPS)
        hsts = found.headers["Strict-Transport-Security"]
        assert (found.status_code, hsts) == (status, "max-age=63072000; includeSubDomains")


def test_over_https_a_write_from_the_same_host_without_tls_is_refused(secured):
    client = secured(base_url=HTTPS).test_client()

    statuses = [
        sign_in(client, {"Origin": origin}, base_url=HTTPS).status_code
        for origin in ("http://kurs.example.se", "https://kurs.example.se:8443", HTTPS)
    ]

    assert statuses == [403, 403, 303]


def test_in_production_this_machines_names_are_for_health_alone(secured):
    client = secured(base_url=HTTPS).test_client()
    paths = ("/healthz", "/readyz", "/logga-in", "/stod", "/static/app.css", "/finns-inte")

    for host in ("localhost", "127.0.0.1:8000"):
        statuses = [client.get(path, headers={"Host": host}).status_code for path in paths]
        assert statuses == [200, 200, *[400] * 4], host
    assert client.get("/logga-in", headers={"Host": "kurs.example.se"}).status_code == 200
    assert client.get("/healthz", headers={"Host": "evil.example"}).status_code == 400


def test_a_proxy_that_is_trusted_tells_scheme_and_address_but_never_the_host(secured):
    told = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
    behind, alone = secured(base_url=HTTPS, proxies=1), secured(base_url=HTTPS)
    for app in (behind, alone):
        app.add_url_rule("/vem", "vem", lambda: f"{request.remote_addr} {request.host_url}")
        app.view_functions["vem"].permission = "public"

    seen = [
        app.test_client().get("/vem", base_url="http://kurs.example.se", headers=told).text for app in (behind, alone)
    ]

    assert seen == ["192.0.2.1 https://kurs.example.se/", "127.0.0.1 http://kurs.example.se/"]


def test_on_this_machine_alone_the_cookie_needs_no_tls(site):
    answer = sign_in(browser(site))

    assert cookie_parts(answer) == {name: ["HttpOnly", "Path=/", "SameSite=Lax"] for name in ("session", "browser")}
    assert "Strict-Transport-Security" not in answer.headers


# --- nothing inline, no foreign host ---


def test_no_page_has_anything_inline_or_from_elsewhere(site):
    seen = 0
    extra = [f"/forsok/{site.begun.id}/fraga/andra", "/rapport/tackning?per=x", "/finns-inte"]
    for person in (*PEOPLE, "bo"):
        client = browser(site, person)
        urls = [address(rule, site.finished) for rule, verb in routes(site.app) if verb == "GET"] + extra
        for url in urls:
            answer = client.get(url)
            if answer.mimetype != "text/html" or answer.status_code in (303, 308):
                continue
            seen += 1
            for element in Page(answer).elements:
                names = element.attributes.keys()
                assert "style" not in names, url
                assert not [name for name in names if name.startswith("on")], url
                assert element.name != "style", url
                assert element.name != "script" or element["src"], url
                for name in ("src", "action", "formaction"):
                    assert re.match(r"/(?!/)", element[name] or "/"), url
                if element.name == "link":
                    assert element["href"].startswith("/static/"), url
                if element.name == "a":
                    assert re.match(r"/(?!/)|#|tel:", element["href"]), (url, element["href"])
    assert seen > 40


def test_an_untrusted_host_header_gets_a_swedish_400_that_repeats_nothing(site):
    hosts = (
        "evil.example",
        "localhost.evil.example",
        "evil.example:80",
        "127.0.0.1.evil",
        "[::1",
        "evil@localhost",
        "",
    )
    for client in (browser(site), browser(site, "anna")):
        for host in hosts:
            for method, url in (("GET", "/"), ("GET", "/kurs/kurs"), ("GET", "/static/app.css"), ("POST", "/logga-in")):
                answer = client.open(url, method=method, headers={"Host": host})
                page = Page(answer)
                assert (answer.status_code, page.h1) == (400, "Det gick inte att läsa det som skickades"), host
                assert page.one("html")["lang"] == "sv"
                assert "evil" not in answer.text + answer.headers.get("Location", "")


HOSTILE_NEXT = [
    "//evil.example",
    "///evil.example",
    "////evil.example/%2e%2e",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    " //evil.example",
    "\n//evil.example",
    "/\r/evil.example",
    "/\n/evil.example",
    "/\0/evil.example",
    "\0//evil.example",
    "http://evil.example",
    "https://evil.example/kurs/",
    "HTTP://evil.example",
    "http:evil.example",
    "http:/evil.example",
    "http:///evil.example",
    "https:evil.example",
    "ftp://evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "mailto:a@evil.example",
    "evil.example",
    "www.evil.example/",
    "@evil.example",
    ".evil.example",
    "http://[",
    "http://[::1",
    "//[",
    "http://localhost@evil.example/",
    "http://evil.example#@localhost/",
    "/kurs/\r\nSet-Cookie: session=ond",
    "/kurs/\u2028Location: http://evil.example",
    "\u202e//evil.example",
    "／／evil.example",
    "http://evil。example",
    "?till=//evil.example",
    "#//evil.example",
    "/logga-in?till=//evil.example\x7f",
    "",
    " ",
]


def test_the_page_to_go_on_to_is_never_on_another_host(site):
    client = browser(site, "anna")

    places = {asked: client.get("/logga-in", query_string={"till": asked}) for asked in HOSTILE_NEXT}

    assert len(HOSTILE_NEXT) >= 37
    gone_to = {asked: (found.status_code, found.location) for asked, found in places.items()}
    assert gone_to == {asked: (400, None) if "\0" in asked else (303, "/") for asked in HOSTILE_NEXT}
    assert not [found for found in places.values() if "ond" in str(found.headers.getlist("Set-Cookie"))]


def test_an_odd_page_of_our_own_stays_on_our_host(site):
    client = browser(site, "anna")
    odd = [
        "/.//evil.example",
        "/..//evil.example",
        "/／evil.example",
        "/ /evil.example",
        "/%2F/evil.example",
        "/@evil.example",
    ]

    for asked in odd:
        place = urljoin("http://localhost/logga-in", client.get("/logga-in", query_string={"till": asked}).location)
        assert urlsplit(place).netloc == "localhost", asked
        after = client.get(place)
        assert urlsplit(urljoin(place, after.location or "")).netloc == "localhost", asked


def test_after_signing_in_one_comes_to_the_page_one_asked_for(site):
    for page in ("/rapport/tackning?per=2026-12-31", "/kurs/kurs/modul/slutet", "/min-sida"):
        client = browser(site)
        away = client.get(page)
        till = Page(client.get(away.location)).one("input", name="till")["value"]

        answer = post(client, "/logga-in", "/logga-in", namn="anna", losenord=PASSWORD, till=till)

        assert (away.status_code, answer.status_code, answer.location) == (303, 303, page)


def test_a_hostile_next_page_in_the_form_is_as_dead_as_in_the_address(site):
    form = {"namn": "anna", "losenord": PASSWORD}

    in_form = post(browser(site), "/logga-in", "/logga-in", till="//evil.example", **form)
    in_address = post(browser(site), "/logga-in?till=http%3A%2F%2Fevil.example", "/logga-in", **form)

    assert (in_form.location, in_address.location) == ("/", "/")


def test_an_address_too_long_to_carry_along_is_left_out(site):
    answer = browser(site).get("/rapport/tackning?kurs=" + "k" * 5000)

    assert answer.location == "/logga-in"
