"""Every refusal and fault is a page in Swedish with a number; the log knows the route, never the address."""

import io
import json
import logging
import re
from contextlib import ExitStack, contextmanager

import pytest
import sqlean
from browsing import Page, browser, everything, furnished, furnished_site
from sqlalchemy import create_engine, event
from world import post, token

from course.db import database
from course.logs import JsonFormatter
from course.quiz.actions import answer_item

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
postgresql_only = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

SAVE = ("Det går inte att spara just nu", "Det du skrev är inte sparat. Gå tillbaka, vänta en stund och skicka igen.")


@pytest.fixture(scope="module")
def site(sqlite_template, tmp_path_factory):
    """For the tests that change nothing."""
    with furnished_site(sqlite_template, tmp_path_factory.mktemp("site")) as world:
        yield world


@pytest.fixture
def log():
    """What the product logs, as text."""
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger("course")
    logger.addHandler(handler)
    yield handler.stream
    logger.removeHandler(handler)


def lines(log):
    return [json.loads(line) for line in log.getvalue().splitlines()]


def check(answer, status, title):
    """The page of an error, once it has passed for one."""
    page = Page(answer)
    assert (answer.status_code, page.h1, page.title) == (status, title, title)
    assert (answer.mimetype, page.one("html")["lang"]) == ("text/html", "sv")
    assert f"ärende {answer.headers['X-Request-Id']}" in page.main.lower()
    assert not re.search(r"Traceback|\.py|Error|Exception|SELECT|sqlite|psycopg|werkzeug", answer.text)
    assert page.texts("a", href="tel:112") == ["112"]
    return page


# --- one page for each ---


def test_each_refusal_has_its_page(site):
    anna, hr, nobody = browser(site, "anna"), browser(site, "hr"), browser(site)
    large = {"csrf_token": token(anna), "svar": "x" * 2_100_000}
    question = f"/forsok/{site.finished.id}/fraga/forsta"

    check(nobody.post("/logga-in"), 400, "Det gick inte att läsa det som skickades")
    check(anna.get("/rapport/tackning"), 403, "Du har inte behörighet")
    check(anna.get("/finns-inte"), 404, "Sidan finns inte")
    check(nobody.get("/finns-inte"), 404, "Sidan finns inte")
    check(anna.get("/kurs/finns-inte"), 404, "Sidan finns inte")
    check(anna.delete("/kurs/kurs"), 405, "Så går det inte att göra")
    check(anna.post(question, data=large), 413, "Det som skickades är för stort")
    page = check(hr.get("/rapport/tackning?per=i-gar"), 422, "Något behöver rättas")
    assert "”per” ska vara ett datum som 2026-12-31." in page.main


def test_what_somebody_sent_is_not_repeated(site):
    anna = browser(site, "anna")

    for url in ("/<script>alert(1)</script>", "/kurs/<b>", "/rapport/tackning?kurs=<i>"):
        assert not re.search("<script>|<b>|<i>", anna.get(url).text)


@sqlite_only
def test_what_is_stored_already_and_says_otherwise_is_a_conflict(world):
    _, begun = furnished(world)
    with world.write("2026-03-03") as (db, at):  # all is answered, but nobody graded it
        answer_item(db, begun.id, "andra", {"svar": ["ratt"]}, by=world.people["bo"], at=at)

    page = check(browser(world, "bo").get(f"/forsok/{begun.id}"), 409, "Det har redan ändrats")

    assert "Försöket kunde inte avslutas. Öppna sista frågan igen." in page.main


@sqlite_only
def test_too_many_tries_are_told_when_to_come_back(world):
    for _ in range(10):
        post(browser(world), "/logga-in", "/logga-in", namn="ingen", losenord="fel")

    answer = post(browser(world), "/logga-in", "/logga-in", namn="ingen", losenord="fel")

    assert answer.status_code == 429
    assert 14 <= int(answer.headers["Retry-After"]) <= 15
    assert Page(answer).title == "Fel: Logga in"


@sqlite_only
def test_a_defect_shows_a_page_that_says_nothing_of_it(app, world, log):
    def defect(value):
        raise ZeroDivisionError("hemligt fel")

    app.add_url_rule("/trasig/<value>", "trasig", defect)
    defect.permission = "public"
    furnished(world)

    answer = browser(world, "anna").get("/trasig/hemligt-varde?mer=hemligt-val")

    page = check(answer, 500, "Något gick fel hos oss")
    assert "Försök igen om en stund." in page.main
    assert "hemligt" not in answer.text
    row = next(line for line in lines(log) if line["message"] == "defect")
    assert (row["level"], row["route"]) == ("ERROR", "/trasig/<value>")
    assert row["request_id"] == answer.headers["X-Request-Id"]
    assert "ZeroDivisionError: hemligt fel" in row["traceback"]
    assert not re.search("hemligt-", log.getvalue())


# --- the database cannot be written to, or is away ---


def retried(world, obstacle):
    """Bo's answer while the obstacle is there, and again when it is gone."""
    _, begun = furnished(world)
    client, url = browser(world, "bo"), f"/forsok/{begun.id}/fraga/andra"
    form = {"csrf_token": token(client), "svar": "ratt"}
    world.db.rollback()
    before = everything(world.app)
    with obstacle(world):
        refused = client.post(url, data=form)
        page = check(refused, 503, SAVE[0])
        assert SAVE[1] in page.main
        assert refused.headers["Retry-After"] == "5"
        assert refused.headers["Cache-Control"] == "no-store"
    assert everything(world.app) == before
    answer = client.post(url, data=form)
    assert (answer.status_code, answer.location) == (303, url)
    assert Page(client.get(url)).h1 == "Rätt"


@contextmanager
def connections_with(*pragmas):
    """While open, new connections to SQLite have the pragmas too."""

    def prepare(connection, _record):
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    event.listen(database.engine, "connect", prepare)
    database.engine.dispose()
    yield
    event.remove(database.engine, "connect", prepare)
    database.engine.dispose()


@contextmanager
def locked(_world):
    with connections_with("busy_timeout=50"):
        other = sqlean.connect(database.engine.url.database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield
        other.close()


def read_only(_world):
    return connections_with("query_only=ON")


@contextmanager
def used_up(_world):
    """Every connection is in use."""
    pool = database.engine.pool
    patience, pool._timeout = pool._timeout, 0.05
    with ExitStack() as stack:
        for _ in range(pool.size() + pool._max_overflow):
            stack.enter_context(database.engine.connect())
        yield
    pool._timeout = patience


@sqlite_only
@pytest.mark.parametrize("obstacle", [locked, read_only])
def test_when_sqlite_cannot_save_the_page_says_so_and_the_same_form_works_later(world, obstacle):
    retried(world, obstacle)


def test_when_every_connection_is_in_use_the_page_says_so(world):
    retried(world, used_up)


@postgresql_only
def test_when_postgresql_only_reads_the_page_says_so(world):
    @contextmanager
    def obstacle(_world):
        name = database.engine.url.database

        def default(value):
            database.engine.dispose()
            with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                connection.exec_driver_sql("SET default_transaction_read_only = off")
                connection.exec_driver_sql(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {value}')
            database.engine.dispose()

        default("on")
        yield
        default("off")

    retried(world, obstacle)


def test_when_the_database_is_away_every_page_says_so_and_comes_back(world, tmp_path):
    furnished(world)
    client = browser(world, "anna")
    page = client.get("/kurs/kurs")
    world.db.rollback()

    with away(world, tmp_path):
        for url in ("/kurs/kurs", "/finns-inte"):
            check(client.get(url), 503, SAVE[0])
        told = [(client.get(url).status_code, client.get(url).text) for url in ("/healthz", "/readyz")]
        assert told == [(200, "lever\n"), (503, "databasen svarar inte\n")]
        check(client.post("/logga-ut"), 503, SAVE[0])
        assert client.get("/static/app.css").status_code == 200

    assert client.get("/kurs/kurs").text.partition("csrf_token")[0] == page.text.partition("csrf_token")[0]
    assert client.get("/readyz").text == "redo\n"


@contextmanager
def away(world, tmp_path):
    """The database cannot be reached."""
    url = database.engine.url
    if url.get_backend_name() == "sqlite":
        database.engine.dispose()
        hidden = tmp_path / "hidden"
        hidden.mkdir()
        for path in tmp_path.glob("course.sqlite*"):
            path.rename(hidden / path.name)
        (tmp_path / "course.sqlite").mkdir()
        yield
        database.engine.dispose()
        (tmp_path / "course.sqlite").rmdir()
        for path in hidden.iterdir():
            path.rename(tmp_path / path.name)
        return
    server = database.engine.url.set(database="postgres")
    other = create_engine(server, isolation_level="AUTOCOMMIT")
    with other.connect() as connection:
        connection.exec_driver_sql(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS false')
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (url.database,)
        )
        yield
        connection.exec_driver_sql(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS true')
    other.dispose()


# --- the log ---


def test_the_log_has_a_line_for_each_request_with_the_route_and_never_the_values(site, log):
    anna = browser(site, "anna")
    url = f"/forsok/{site.finished.id}/fraga/forsta"

    answers = [
        anna.get(url + "?redan=hemligt-val"),
        post(anna, url, svar="hemligt-svar"),
        anna.get("/hemlig-sida"),
        anna.get("/rapport/tackning?per=hemligt-datum"),
        post(browser(site), "/logga-in", "/logga-in", namn="hemligt-namn", losenord=""),
    ]

    found = {line["request_id"]: line for line in lines(log)}
    rows = [found[answer.headers["X-Request-Id"]] for answer in answers]
    route = "/forsok/<uuid:attempt_id>/fraga/<item_id>"
    assert [(row["method"], row["route"], row["status"]) for row in rows] == [
        ("GET", route, 200),
        ("POST", route, 303),
        ("GET", None, 404),
        ("GET", "/rapport/tackning", 403),
        ("POST", "/logga-in", 422),
    ]
    fields = {"at", "level", "logger", "message", "request_id", "method", "route", "status", "ms"}
    assert [set(row) for row in rows] == [fields] * 5
    assert not re.search(rf"hemlig|{site.finished.id}|anna|127\.0\.0\.1|forsta", log.getvalue())


@sqlite_only
def test_the_log_tells_when_the_database_refused_without_telling_what_was_written(world, log):
    _, begun = furnished(world)
    client = browser(world, "bo")
    form = {"csrf_token": token(client), "svar": "ratt"}
    with read_only(world):
        answer = client.post(f"/forsok/{begun.id}/fraga/andra", data=form)

    row = next(line for line in lines(log) if line["level"] == "ERROR")
    assert row["message"] == "database: attempt to write a readonly database"
    assert row["request_id"] == answer.headers["X-Request-Id"]
