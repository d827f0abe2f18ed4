"""Every refusal and fault is a page in Swedish with a number; the log knows the route, never the address."""

import io
import json
import logging
import re
import sys
from contextlib import ExitStack, contextmanager
from subprocess import PIPE, Popen

import pytest
import sqlean
from browsing import Page, browser, everything, furnished, furnished_site
from sqlalchemy import create_engine, event
from world import post, token

from course import db
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
    page = check(hr.get("/rapport/tackning?format=pdf"), 422, "Något behöver rättas")
    assert "Formatet finns inte." in page.main


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


def retried(world, obstacle, again="Svara"):
    """The page that meets Bo's answer while the obstacle is there; what it sends with `again` works when it is gone."""
    _, begun = furnished(world)
    client, url = browser(world, "bo"), f"/forsok/{begun.id}/fraga/andra"
    form = {"csrf_token": token(client), "svar": "ratt"}
    world.db.rollback()
    before = everything(world.app)
    with obstacle(world):
        refused = client.post(url, data=form)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
        assert refused.headers["Cache-Control"] == "no-store"
    assert everything(world.app) == before
    page = Page(refused)
    answer = client.post(url, data=page.sends(again))
    assert (answer.status_code, answer.location) == (303, url)
    assert Page(client.get(url)).h1 == "Rätt"
    return page


def check_still_ticked(page):
    """The page is the question, and says that the answer is there but not saved."""
    assert page.title == "Fel: Fråga 2 av 2 – Modulen modul"
    summary = page.one("div", class_="error-summary")
    assert summary["role"] == "alert"
    assert "Svaret är inte sparat" in summary.text
    assert "Ditt svar står kvar här. Vänta en stund och tryck på Svara igen." in summary.text
    assert [field["value"] for field in page.all("input", name_="svar") if "checked" in field.attributes] == ["ratt"]
    assert "det du har svarat är sparat" not in page.main


@contextmanager
def connections_with(*settings):
    """While open, new connections have the settings too: PRAGMA on SQLite, SET on PostgreSQL."""
    verb = "PRAGMA" if database.engine.dialect.name == "sqlite" else "SET"

    def prepare(connection, _record):
        for setting in settings:
            connection.execute(f"{verb} {setting}")
        connection.commit()

    event.listen(database.engine, "connect", prepare)
    database.engine.dispose()
    yield
    event.remove(database.engine, "connect", prepare)
    database.engine.dispose()


@contextmanager
def stuck(_world):
    """Another process holds the write lock and does nothing."""
    if database.engine.dialect.name == "postgresql":
        with connections_with("lock_timeout = '100ms'"), database.engine.connect() as other:
            other.exec_driver_sql("SELECT * FROM installation FOR UPDATE")
            yield
        return
    lock = f"{database.engine.url.database}.lock"
    hold = f"import fcntl; lock = open({lock!r}); fcntl.flock(lock, fcntl.LOCK_EX); print(flush=True); input()"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db, "LONGEST_WAIT", 0.1)
        with Popen([sys.executable, "-c", hold], stdin=PIPE, stdout=PIPE) as holder:
            holder.stdout.readline()
            yield
            holder.kill()


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
def test_when_sqlite_cannot_save_the_answer_stays_ticked_and_can_be_sent_again(world, obstacle):
    check_still_ticked(retried(world, obstacle))


def test_when_another_writer_is_stuck_the_answer_stays_ticked_and_can_be_sent_again(world):
    check_still_ticked(retried(world, stuck))


def test_when_every_connection_is_in_use_the_page_keeps_the_answer(world):
    page = retried(world, used_up, again="Skicka svaret igen")

    check(page.response, 503, SAVE[0])
    assert "Ditt svar är inte sparat än, men det finns kvar här." in page.main


@postgresql_only
def test_when_postgresql_only_reads_the_answer_stays_ticked_and_can_be_sent_again(world):
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

    check_still_ticked(retried(world, obstacle))


def test_what_is_answered_already_is_shown_as_answered_when_nothing_can_be_saved(world):
    finished, _ = furnished(world)
    client, url = browser(world, "anna"), f"/forsok/{finished.id}/fraga/forsta"
    form = {"csrf_token": token(client)}

    with stuck(world):
        same = client.post(url, data={**form, "svar": "ratt"})
        another = client.post(url, data={**form, "svar": "fel"})

    assert (same.status_code, same.location) == (303, url)
    assert (another.status_code, another.location) == (303, f"{url}?redan=ja")
    assert Page(client.get(another.location)).h1 == "Rätt"


def check_kept(client, url):
    """What is sent while the database is away can be sent again, unless it is nothing that could ever be saved."""
    page = check(client.post(url, data={"csrf_token": "t", "svar": ["a", '"><b>']}), 503, SAVE[0])
    assert page.sends("Skicka svaret igen") == {"csrf_token": ["t"], "svar": ["a", '"><b>']}
    page = check(client.post(url, data={"svar": "å" * 2000}), 503, SAVE[0])
    assert page.sends("Skicka svaret igen") == {"svar": ["å" * 2000]}
    for hopeless in ("\0", "x" * 5000, "x" * 600_000):
        page = check(client.post(url, data={"svar": hopeless}), 503, SAVE[0])
        assert SAVE[1] in page.main
        assert page.all("form") == []


def test_when_the_database_is_away_every_page_says_so_and_comes_back(world, tmp_path):
    finished, _ = furnished(world)
    client = browser(world, "anna")
    page = client.get("/kurs/kurs")
    world.db.rollback()

    with away(world, tmp_path):
        for url in ("/kurs/kurs", "/finns-inte"):
            check(client.get(url), 503, SAVE[0])
        told = [(client.get(url).status_code, client.get(url).text) for url in ("/healthz", "/readyz")]
        assert told == [(200, "lever\n"), (503, "databasen svarar inte\n")]
        assert SAVE[1] in check(client.post("/logga-ut"), 503, SAVE[0]).main
        check_kept(client, f"/forsok/{finished.id}/fraga/forsta")
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
