"""Who gets in where, what a write must carry, and the headers of every answer."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from browsing import PASSWORD, PICTURE, Page, browser, everything, furnished, give_password
from conftest import settings_for
from world import post, token

from course import create_app
from course.access.actions import close_session, end_role, open_session
from course.access.policy import PERMISSIONS
from course.clock import day_of
from course.db import database, transaction

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NOBODY, NO_MEMBERSHIP, LEARNER, HR, ADMIN = None, "utan-anstallning", "anna", "hr", "admin"
PEOPLE = (NOBODY, NO_MEMBERSHIP, LEARNER, HR, ADMIN)
MATRIX = {
    ("pages.healthz", "GET"): (200, 200, 200, 200, 200),
    ("pages.static_file", "GET"): (200, 200, 200, 200, 200),
    ("pages.favicon", "GET"): (200, 200, 200, 200, 200),
    ("pages.support", "GET"): (200, 200, 200, 200, 200),
    ("pages.start", "GET"): (303, 200, 303, 200, 200),
    ("pages.picture", "GET"): (303, 403, 200, 403, 403),
    ("login.sign_in", "GET"): (200, 303, 303, 303, 303),
    ("login.sign_in_post", "POST"): (422, 422, 422, 422, 422),
    ("login.code", "GET"): (200, 200, 200, 200, 200),
    ("login.code_post", "POST"): (422, 422, 422, 422, 422),
    ("login.sign_out", "POST"): (303, 303, 303, 303, 303),
    ("learner.courses", "GET"): (303, 403, 303, 403, 403),
    ("learner.course", "GET"): (303, 403, 200, 403, 403),
    ("learner.finished", "GET"): (303, 403, 200, 403, 403),
    ("learner.module", "GET"): (303, 403, 303, 403, 403),
    ("learner.section", "GET"): (303, 403, 200, 403, 403),
    ("learner.next_section", "POST"): (303, 403, 303, 403, 403),
    ("learner.own_record", "GET"): (303, 200, 200, 200, 200),
    ("quiz.begin", "POST"): (303, 403, 303, 403, 403),
    ("quiz.question", "GET"): (303, 403, 200, 403, 403),
    ("quiz.answer_question", "POST"): (303, 403, 303, 403, 403),
    ("quiz.result", "GET"): (303, 403, 200, 403, 403),
    ("report.coverage", "GET"): (303, 403, 403, 200, 403),
    ("admin.system", "GET"): (303, 403, 403, 403, 200),
}
"""Expected status of every route for each of PEOPLE. A 303 for nobody is the way to the sign-in page."""
PUBLIC = {endpoint for (endpoint, _), statuses in MATRIX.items() if statuses[0] != 303}

VALUES = {
    "name": "app.css",
    "digest": PICTURE,
    "course_id": "kurs",
    "module_id": "modul",
    "section_id": "borjan",
    "item_id": "forsta",
}
FORMS = {
    "quiz.begin": {"kurs": "kurs", "modul": "modul"},
    "quiz.answer_question": {"svar": "ratt"},
    "login.sign_in_post": {"namn": "anna", "losenord": ""},
    "login.code_post": {"namn": "anna", "kod": ""},
}


def routes(app):
    """Every (rule, verb) there is."""
    return [(rule, verb) for rule in app.url_map.iter_rules() for verb in sorted(rule.methods - {"HEAD", "OPTIONS"})]


def address(rule, attempt):
    """The rule with its variables filled in."""
    values = {**VALUES, "attempt_id": str(attempt.id)}
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values[found[1]], rule.rule)


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

    found = {}
    for rule, verb in routes(world.app):
        client = browser(world, person)
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

    assert [answer.status_code for answer in answers] == [403] * 5
    assert not any("hemligt" in answer.text for answer in answers)


@sqlite_only
def test_verbs_that_a_route_does_not_declare_are_refused_with_those_it_has(world):
    finished, _ = furnished(world)
    before = everything(world.app)
    verbs = {}
    for rule, verb in routes(world.app):
        verbs.setdefault(address(rule, finished), set()).update({verb, "OPTIONS", *(["HEAD"] if verb == "GET" else [])})
    clients = [browser(world, NOBODY), browser(world, LEARNER)]
    before = everything(world.app)

    for client in clients:
        for url, declared in verbs.items():
            for verb in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"} - declared:
                answer = client.open(url, method=verb)
                assert (answer.status_code, set(answer.allow)) == (405, declared), (verb, url)

    assert everything(world.app) == before


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
    world.person("slutar", "A", until="2026-11-23")
    world.person("stannar", "A")
    with time_machine.travel(datetime(2026, 11, 23, 22, 59, tzinfo=UTC), tick=False):  # 23.59 in Stockholm
        leaving, staying = browser(world, "slutar"), browser(world, "stannar")
        assert leaving.get("/kurs/kurs").status_code == 200
    with time_machine.travel(datetime(2026, 11, 23, 23, 0, tzinfo=UTC), tick=False):  # midnight
        assert leaving.get("/kurs/kurs").status_code == 403
        assert staying.get("/kurs/kurs").status_code == 200


def test_a_copied_cookie_is_worth_nothing_after_signing_out(world):
    furnished(world)
    client, thief, other = browser(world, "anna"), browser(world), browser(world, "anna")
    thief.set_cookie("session", client.get_cookie("session").value)
    assert thief.get("/kurs/kurs").status_code == 200

    assert post(client, "/logga-ut").location == "/logga-in"

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
@pytest.mark.parametrize(
    ("person", "page", "idle"),
    [
        ("hr", "/rapport/tackning", timedelta(minutes=30)),
        ("admin", "/drift", timedelta(minutes=30)),
        ("anna", "/kurs/kurs", timedelta(hours=8)),
    ],
)
def test_a_session_ends_when_it_has_been_idle_too_long_and_not_before(world, person, page, idle):
    furnished(world)
    with time_machine.travel("2026-11-23T08:00:00Z", tick=False) as clock:
        client = browser(world, person)
        clock.shift(idle)
        assert client.get(page).status_code == 200  # and this request counts as the last
        clock.shift(idle / 2)
        assert client.get(page).status_code == 200
        clock.shift(idle + timedelta(seconds=1))
        assert client.get(page).status_code == 303
        assert client.get(page).status_code == 303


@sqlite_only
def test_nobody_stays_signed_in_longer_than_twelve_hours(world):
    furnished(world)
    with time_machine.travel("2026-11-23T08:00:00Z", tick=False) as clock:
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
    clients = {person: browser(world, person) for person in ("bo", None)}
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
        client = clients[None if rule.endpoint in PUBLIC else "bo"]
        url = address(rule, begun).replace("forsta", "andra")
        assert client.post(url, data=given).status_code == 400, rule.rule

    assert len(writes) == 6
    assert everything(world.app) == before
    assert finished.id != begun.id


@sqlite_only
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "annat"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost@evil.example"},
        {"Origin": "http://localhost:8001"},
        {"Origin": "http://["},
        {"Origin": "localhost"},
    ],
)
def test_a_write_from_another_site_is_refused_also_with_the_right_token(world, headers):
    _, begun = furnished(world)
    client = browser(world, "bo")
    right = form_token(client)
    writes = [rule for rule, verb in routes(world.app) if verb == "POST"]
    before = everything(world.app)

    for rule in writes:
        form = {**form_of(rule), "csrf_token": right}
        url = address(rule, begun).replace("forsta", "andra")
        answer = client.post(url, data=form, headers=headers)
        assert (answer.status_code, Page(answer).h1) == (403, "Du har inte behörighet"), rule.rule

    assert everything(world.app) == before


@sqlite_only
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://127.0.0.1:8000"},
    ],
)
def test_a_write_from_our_own_pages_goes_through(world, headers):
    _, begun = furnished(world)
    client = browser(world, "bo")

    form = {"svar": "ratt", "csrf_token": form_token(client)}
    answer = client.post(f"/forsok/{begun.id}/fraga/andra", data=form, headers=headers)

    assert answer.status_code == 303


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


@sqlite_only
def test_pages_that_name_people_or_show_answers_are_never_stored(world):
    finished, begun = furnished(world)
    pages = {
        "anna": ["/", "/kurs/", "/kurs/kurs", "/kurs/kurs/klar", "/min-sida", "/stod", "/finns-inte"]
        + [f"/forsok/{finished.id}", f"/forsok/{finished.id}/fraga/forsta"],
        "bo": [f"/forsok/{begun.id}/fraga/andra"],
        "hr": ["/rapport/tackning", "/rapport/tackning?format=csv", "/rapport/tackning?per=x"],
        "admin": ["/drift"],
        None: ["/logga-in", "/kod", "/min-sida"],
    }

    for person, urls in pages.items():
        client = browser(world, person)
        for url in urls:
            assert client.get(url).headers["Cache-Control"] == "no-store", url
    anna = browser(world, "anna")
    assert anna.get("/kurs/kurs/modul/borjan").headers["Cache-Control"] == "private, no-cache"
    assert anna.get(f"/media/{PICTURE}").headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert anna.get("/static/app.css?v=1").headers["Cache-Control"] == "public, max-age=31536000, immutable"


def secured(app, tmp_path, **more):
    """The same installation reached over https."""
    url = app.extensions["settings"].database_url
    return create_app(settings_for(tmp_path, url, base_url="https://kurs.example.se", **more))


def sign_in(client, name="anna", password=PASSWORD):
    return post(client, "/logga-in", "/logga-in", namn=name, losenord=password)


def cookie_parts(answer):
    (cookie,) = answer.headers.getlist("Set-Cookie")
    name, _, rest = cookie.partition("=")
    return name, sorted(part.strip() for part in rest.split(";")[1:])


@sqlite_only
def test_over_https_the_cookie_is_bound_to_the_host_and_hsts_is_sent(world, tmp_path):
    furnished(world)
    give_password(world, "anna")
    app = secured(world.app, tmp_path)
    client = app.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    client.environ_base["HTTP_HOST"] = "kurs.example.se"

    page = client.get("/logga-in", base_url="https://kurs.example.se")
    right = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    form = {"namn": "anna", "losenord": PASSWORD, "csrf_token": right}
    answer = client.post(
        "/logga-in", data=form, base_url="https://kurs.example.se", headers={"Origin": "https://kurs.example.se"}
    )

    assert answer.status_code == 303
    assert cookie_parts(answer) == ("__Host-session", ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"])
    for url, status in (("/kurs/kurs", 200), ("/static/app.css", 200), ("/finns-inte", 404)):
        found = client.get(url, base_url="https://kurs.example.se")
        assert (found.status_code, found.headers["Strict-Transport-Security"]) == (
            status,
            "max-age=63072000; includeSubDomains",
        )
    with app.app_context():
        database.engine.dispose()


@sqlite_only
def test_over_https_a_write_from_the_same_host_without_tls_is_refused(world, tmp_path):
    app = secured(world.app, tmp_path)
    client = app.test_client()
    page = client.get("/logga-in", base_url="https://kurs.example.se")
    form = {"csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]}

    def status(origin):
        return client.post(
            "/logga-in", data=form, base_url="https://kurs.example.se", headers={"Origin": origin}
        ).status_code

    assert (status("http://kurs.example.se"), status("https://kurs.example.se")) == (403, 422)
    with app.app_context():
        database.engine.dispose()


@sqlite_only
def test_behind_a_proxy_that_is_trusted_the_form_works_and_the_throttle_sees_the_readers_address(world, tmp_path):
    furnished(world)
    give_password(world, "anna")
    for hops, statuses in ((1, (422, 303)), (0, (429, 429))):
        app = secured(world.app, tmp_path, proxies=hops)
        seen = []
        for address_ in ("192.0.2.1", "192.0.2.2"):
            headers = {"X-Forwarded-For": address_, "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
            client = app.test_client()
            page = client.get("/logga-in", base_url="https://kurs.example.se", headers=headers)
            assert "evil.example" not in page.text
            seen.append(page.status_code)
        assert seen == [200, 200]
        assert statuses
        with app.app_context():
            database.engine.dispose()


@sqlite_only
def test_on_this_machine_alone_the_cookie_needs_no_tls(world):
    furnished(world)
    give_password(world, "anna")

    answer = sign_in(browser(world))

    assert cookie_parts(answer) == ("session", ["HttpOnly", "Path=/", "SameSite=Lax"])
    assert "Strict-Transport-Security" not in answer.headers


# --- nothing inline, no foreign host ---


@sqlite_only
def test_no_page_has_anything_inline_or_from_elsewhere(world):
    finished, begun = furnished(world)
    (world.app.instance_path)
    seen = 0
    extra = [f"/forsok/{begun.id}/fraga/andra", "/rapport/tackning?per=x", "/finns-inte"]
    for person in (*PEOPLE, "bo"):
        client = browser(world, person)
        urls = [address(rule, finished) for rule, verb in routes(world.app) if verb == "GET"] + extra
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
                    assert (element[name] or "/").startswith("/"), url
                if element.name == "link":
                    assert element["href"].startswith("/static/"), url
                if element.name == "a":
                    assert re.match(r"/(?!/)|#|tel:|\?", element["href"]), (url, element["href"])
    assert seen > 40


@sqlite_only
@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "evil.example:80", "127.0.0.1.evil", "[::1"]
)
def test_an_untrusted_host_header_gets_a_swedish_400_that_repeats_nothing(world, host):
    furnished(world)

    for client in (browser(world), browser(world, "anna")):
        for method, url in (("GET", "/"), ("GET", "/kurs/kurs"), ("GET", "/static/app.css"), ("POST", "/logga-in")):
            answer = client.open(url, method=method, headers={"Host": host})
            page = Page(answer)
            assert answer.status_code == 400
            assert (page.one("html")["lang"], page.h1) == ("sv", "Det gick inte att läsa det som skickades")
            assert "evil" not in answer.text
            assert "evil" not in answer.headers.get("Location", "")


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


@sqlite_only
def test_the_page_to_go_on_to_is_never_on_another_host(world):
    furnished(world)
    client = browser(world, "anna")

    places = {asked: client.get("/logga-in", query_string={"till": asked}) for asked in HOSTILE_NEXT}

    assert len(HOSTILE_NEXT) >= 37
    assert {asked: (found.status_code, found.location) for asked, found in places.items()} == {
        asked: (303, "/") for asked in HOSTILE_NEXT
    }
    assert [found.headers.getlist("Set-Cookie") for found in places.values()] == [[]] * len(HOSTILE_NEXT)


@sqlite_only
@pytest.mark.parametrize("page", ["/rapport/tackning?per=2026-12-31", "/kurs/kurs/modul/slutet", "/min-sida"])
def test_after_signing_in_one_comes_to_the_page_one_asked_for(world, page):
    furnished(world)
    give_password(world, "anna")
    client = browser(world)

    away = client.get(page)
    form = Page(client.get(away.location))
    answer = post(
        client, "/logga-in", "/logga-in", namn="anna", losenord=PASSWORD, till=form.one("input", name="till")["value"]
    )

    assert (away.status_code, answer.status_code, answer.location) == (303, 303, page)


@sqlite_only
def test_a_hostile_next_page_in_the_form_is_as_dead_as_in_the_address(world):
    furnished(world)
    give_password(world, "anna")

    client = browser(world)
    assert post(client, "/logga-in", "/logga-in", namn="anna", losenord=PASSWORD, till="//evil.example").location == "/"
    client = browser(world)
    address_ = "/logga-in?till=http%3A%2F%2Fevil.example"
    assert post(client, address_, "/logga-in", namn="anna", losenord=PASSWORD).location == "/"
