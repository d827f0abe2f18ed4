"""Signing in, the throttle, one-time codes, and what is kept for those who must sign in again."""

import re
from datetime import timedelta

import pytest
import time_machine
from browsing import (
    PASSWORD,
    Browser,
    Page,
    browser,
    choose,
    complaint,
    everything,
    furnished,
    give_password,
    rows,
    sign_in,
    who,
)
from conftest import SECRET, settings_for
from sqlalchemy import insert, select
from world import post, token

from course import create_app
from course.access.actions import admit_try, note_refusal, set_code, set_password
from course.access.password import hash_password
from course.access.tables import Throttle
from course.access.throttle import BY_ADDRESS, MANY_REFUSED, tried
from course.audit.queries import first_broken
from course.audit.tables import AuditEntry
from course.db import database, transaction
from course.organisation.tables import Person

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MORNING = "2050-11-23T08:00:00Z"
WRONG = "Numret, e-posten eller lösenordet stämmer inte. Kontrollera det du har skrivit och försök igen."


def new_code(world, key):
    with transaction() as (db, at):
        return set_code(db, world.people[key], by=None, at=at)


def test_a_wrong_name_and_a_wrong_password_look_the_same(world):
    world.person("anna", "A")
    give_password(world, "anna")

    def seen(name):
        answer = sign_in(browser(world), name, "inte alls rätt ord")
        body = re.sub(r'(name="csrf_token" value=)"[^"]+"', "", answer.text).replace(name, "NAMN")
        headers = {key: value for key, value in answer.headers if key not in ("X-Request-Id", "Set-Cookie")}
        return answer.status_code, body, {**headers, "Content-Length": ""}, complaint(answer)

    assert seen("anna") == seen("inga")
    assert seen("anna")[3] == (422, WRONG, "#namn", ["namn"])


def test_every_spelling_of_a_name_signs_in_to_its_own_account_and_no_other(world):
    for key in ("anna", "annan"):
        world.person(key, "A")
    give_password(world, "anna")
    with transaction() as (db, at):
        other = db.get_one(Person, world.people["annan"])
        other.key, other.name = "аnna", "Namn аnna"  # from before such numbers were refused: a Cyrillic letter first
        set_password(db, other.id, hash_password("ett annat långt ord"), by=None, at=at)
    by_key = ["anna", "ANNA", "  anna ", "Anna\u200b", "ａｎｎａ", "a\u00adnna", "a nna"]
    spellings = [*by_key, "anna@example.org", " Anna@EXAMPLE.org", "anna＠example.org"]

    for spelling in spellings:
        client = browser(world)
        assert (sign_in(client, spelling).status_code, who(client)) == (303, "Namn anna"), spelling
    lookalike = browser(world)
    assert (sign_in(lookalike, "аnna").status_code, who(lookalike)) == (422, None)
    sign_in(lookalike, "аnna", "ett annat långt ord")
    assert who(lookalike) == "Namn аnna"


def test_after_ten_wrong_tries_one_waits_longer_and_longer_but_is_never_locked_out(world):
    for key in ("anna", "bo"):
        world.person(key, "A")
    give_password(world, "anna", "bo")
    with time_machine.travel(MORNING, tick=False) as clock:

        def tried(name, password):
            clock.shift(timedelta(milliseconds=10))
            answer = sign_in(browser(world), name, password)
            return answer.status_code, int(answer.headers.get("Retry-After", 0))

        assert [tried("anna", "inte alls rätt ord") for _ in range(10)] == [(422, 0)] * 10
        waits = []
        for name in ("anna", "ANNA", "ａｎｎａ"):
            status, seconds = tried("anna", "inte alls rätt ord")
            assert (status, seconds) == (429, tried("anna", PASSWORD)[1])
            waits.append(seconds)
            assert tried("bo", PASSWORD) == (303, 0)  # from the same address
            clock.shift(seconds)
            assert tried(name, "inte alls rätt ord") == (422, 0)
        assert waits == [15, 30, 60]

        status, seconds = tried("anna", PASSWORD)
        assert status == 429
        clock.shift(seconds)
        assert tried("anna", PASSWORD) == (303, 0)


@sqlite_only
def test_the_wait_is_told_in_words(world):
    world.person("anna", "A")
    with time_machine.travel(MORNING, tick=False):
        for _ in range(10):
            sign_in(browser(world), "anna", "fel")

        answer = sign_in(browser(world), "anna", "fel")

    assert complaint(answer)[1] == "Det har blivit många försök. Vänta 15 sekunder och försök igen."


@sqlite_only
def test_a_longer_wait_is_told_in_minutes_also_for_codes(world):
    world.person("anna", "A")
    with time_machine.travel(MORNING, tick=False) as clock:
        for tries in (10, 1, 1, 1):
            for _ in range(tries):
                assert choose(browser(world), "anna", "FEEL-FEEL-FEEL-FEEL").status_code == 422
            wait = choose(browser(world), "anna", "FEEL-FEEL-FEEL-FEEL")
            clock.shift(int(wait.headers["Retry-After"]) + 0.01)

    assert wait.headers["Retry-After"] == "120"
    assert complaint(wait)[1] == "Det har blivit många försök. Vänta 2 minuter och försök igen."


def test_what_is_tried_at_a_number_says_nothing_of_whose_e_mail_it_is(world):
    for key in ("anna", "bo"):
        world.person(key, "A")
    give_password(world, "anna", "bo")
    for _ in range(10):
        assert sign_in(browser(world), "anna", "fel").status_code == 422

    def told(name):
        answer = sign_in(browser(world), name, "fel")
        return answer.status_code, complaint(answer)

    assert told("anna")[0] == 429
    assert told("anna@example.org") == told("bo@example.org") == told("ingen@example.org")


def test_an_unknown_name_must_wait_as_a_known_one_does(world):
    world.person("anna", "A")
    give_password(world, "anna")

    waits = [[sign_in(browser(world), name, "fel").status_code for _ in range(11)] for name in ("anna", "ingen")]

    assert waits == [[422] * 10 + [429]] * 2


def test_the_owner_is_let_in_where_she_has_signed_in_before_though_somebody_hammers(world):
    for key in ("anna", "bo"):
        world.person(key, "A")
    give_password(world, "anna", "bo")
    own, shared, others = browser(world), browser(world), browser(world)
    sign_in(own, "anna")
    sign_in(shared, "anna", delad="ja")
    sign_in(others, "bo")
    for client in (own, shared, others):
        post(client, "/logga-ut")
    for _ in range(11):
        sign_in(browser(world), "anna", "fel")

    assert [sign_in(client, "anna").status_code for client in (own, shared, others)] == [303, 429, 429]
    assert shared.get_cookie("browser") is None
    post(own, "/logga-ut")
    assert [sign_in(own, "anna", "fel").status_code for _ in range(11)] == [422] * 10 + [
        429
    ]  # it has a count of its own


@sqlite_only
def test_the_mark_of_a_browser_says_nothing_and_cannot_be_made_or_moved(world):
    for key in ("anna", "bo"):
        world.person(key, "A")
    give_password(world, "anna", "bo")
    own = browser(world)
    answer = sign_in(own, "anna")
    mark = own.get_cookie("browser").value
    (set_it,) = [each for each in answer.headers.getlist("Set-Cookie") if each.startswith("browser=")]
    for name in ("anna", "bo"):
        for _ in range(11):
            sign_in(browser(world), name, "fel")

    statuses = {}
    for made, name in (
        (mark, "anna"),
        (mark, "bo"),
        (mark[:-1] + ("0" if mark[-1] != "0" else "1"), "anna"),
        ("x" + mark, "anna"),
        ("." * 9, "anna"),
        ("", "anna"),
        ("å.å", "anna"),
    ):
        thief = browser(world)
        thief.set_cookie("browser", made)
        statuses[made, name] = sign_in(thief, name).status_code
    assert list(statuses.values()) == [303] + [429] * 6
    assert "anna" not in mark
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= {each.strip() for each in set_it.split(";")}


def test_a_municipality_behind_one_address_may_mistake_itself_on_the_morning_of_a_launch(world):
    for number in range(3):
        world.person(f"p{number}", "A")
    give_password(world, "p0", "p1", "p2")
    with time_machine.travel(MORNING, tick=False) as clock:
        for number in range(BY_ADDRESS.free):
            with transaction() as (db, at):
                admit_try(db, tried(SECRET, f"namn {number}", "127.0.0.1"), at=at)
            if number == 0:
                known = browser(world)
                sign_in(known, "p0")
                post(known, "/logga-ut")
            if number == 250:
                assert sign_in(browser(world), "p1").status_code == 303

        assert sign_in(browser(world), "p1").status_code == 429
        assert sign_in(known, "p0").status_code == 303
        assert choose(browser(world), "p2", new_code(world, "p2")).status_code == 303
        clock.shift(timedelta(seconds=15, milliseconds=1))
        assert sign_in(browser(world), "p1").status_code == 303


@sqlite_only
def test_many_mistakes_of_one_person_keep_nobody_else_behind_the_address_waiting(world):
    for key in ("anna", "bo"):
        world.person(key, "A")
    give_password(world, "anna", "bo")
    with time_machine.travel(MORNING, tick=False):
        with transaction() as (db, at):
            db.execute(
                insert(Throttle),
                [{"key": tried(SECRET, "anna", "").key, "address": tried(SECRET, "", "127.0.0.1").address, "at": at}]
                * 900,
            )
        assert sign_in(browser(world), "anna").status_code == 429
        assert sign_in(browser(world), "bo").status_code == 303


@sqlite_only
def test_what_is_stored_of_a_try_cannot_be_guessed_without_the_secret_and_is_gone_at_the_next_write(world):
    import hashlib

    with time_machine.travel(MORNING, tick=False) as clock:
        sign_in(browser(world), "ingen", "fel")
        (stored,) = everything(world.app)["throttle"]
        for kind, text in (("address", "127.0.0.1"), ("name", "ingen")):
            assert hashlib.sha256(f"{kind}:{text}".encode()).hexdigest() not in stored
        clock.shift(timedelta(minutes=15))
        sign_in(browser(world), "annan", "fel")
        (left,) = everything(world.app)["throttle"]

    assert left != stored


@sqlite_only
def test_the_servers_log_is_warned_when_a_limit_bites_and_is_told_neither_who_nor_whence(world, caplog):
    with time_machine.travel(MORNING, tick=False):
        for _ in range(10):
            sign_in(browser(world), "anna", "fel")
        before = [record for record in caplog.records if record.levelname == "WARNING"]
        sign_in(browser(world), "anna", "fel")

    (warning,) = [record for record in caplog.records if record.levelname == "WARNING"]
    assert before == []
    assert warning.getMessage() == "throttled"
    assert {key: value for key, value in warning.fields.items() if key != "request_id"} == {
        "limit": "name",
        "seconds": 15,
    }


def test_sign_ins_refusals_and_signing_out_stand_in_the_log_without_names_or_addresses(world):
    world.person("anna", "A")
    give_password(world, "anna")
    client = browser(world)

    sign_in(client, "anna", "fel")
    sign_in(client, "ingen@example.org", "fel")
    choose(client, "anna", "FEEL-FEEL-FEEL-FEEL")
    sign_in(client, "anna")
    post(client, "/logga-ut")

    world.db.rollback()
    rows_ = world.db.execute(select(AuditEntry.action, AuditEntry.subject, AuditEntry.actor, AuditEntry.detail))
    anna = world.people["anna"]
    assert [tuple(row) for row in rows_ if row.action.startswith("access.")][1:] == [
        ("access.refused", str(anna), None, {"with": "password"}),
        ("access.refused", "", None, {"with": "password"}),
        ("access.refused", str(anna), None, {"with": "code"}),
        ("access.sign_in", str(anna), anna, {}),
        ("access.sign_out", str(anna), anna, {}),
    ]
    assert first_broken(world.db) is None


def test_drift_tells_of_many_refused_sign_ins_of_the_last_day(world):
    world.person("admin")
    world.person("anna", "A")
    world.role("admin", "admin")
    give_password(world, "anna")
    with time_machine.travel(MORNING, tick=False) as clock:

        def drift():
            return Page(browser(world, "admin").get("/drift")).main.replace("\xa0", " ")

        assert "Inget försök att logga in har nekats det senaste dygnet." in drift()
        with transaction() as (db, at):
            for number in range(MANY_REFUSED):
                note_refusal(db, "anna" if number else "ingen", "password", at=at)
        assert "nekades 100 försök att logga in, vid 1 konto som finns." in drift()
        assert "⚠ Det är ovanligt många." in drift()
        assert "Varifrån det kom syns bara i brandväggen." in drift()  # nginx's log holds no address
        clock.shift(timedelta(days=1, seconds=1))
        assert "Inget försök" in drift()


def test_tries_are_counted_by_all_workers_together_and_after_a_restart(world, tmp_path):
    world.person("anna", "A")
    give_password(world, "anna")
    url = world.app.extensions["settings"].database_url

    def worker():
        other = create_app(settings_for(tmp_path, url))
        other.test_client_class = Browser
        return other

    workers = [worker(), worker()]
    for number in range(10):
        assert sign_in(workers[number % 2].test_client(), "anna", "fel").status_code == 422
    workers.append(worker())

    assert [sign_in(each.test_client(), "anna").status_code for each in workers] == [429] * 3
    for each in workers:
        with each.app_context():
            database.engine.dispose()


def test_who_gets_a_new_code_need_not_wait_for_the_tries_before(world):
    for key in ("anna", "bo"):
        world.person(key, "A")
    give_password(world, "anna", "bo")
    for name in ("anna", "bo"):
        for _ in range(10):
            sign_in(browser(world), name, "fel")

    code = new_code(world, "anna")

    assert choose(browser(world), "anna", code).status_code == 303
    assert sign_in(browser(world), "bo").status_code == 429


@sqlite_only
def test_a_right_password_does_not_count_as_a_try(world):
    world.person("anna", "A")
    give_password(world, "anna")

    statuses = [sign_in(browser(world), "anna").status_code for _ in range(12)]

    assert statuses == [303] * 12
    assert rows(world.app, "throttle", "session") == (0, 12)


@sqlite_only
def test_the_session_is_another_after_signing_in(world):
    for key in ("anna", "bo"):
        world.person(key, "A")
    give_password(world, "anna")
    client = browser(world)
    token_before = token(client, "/logga-in")
    planted = client.get_cookie("session").value

    sign_in(client, "anna")

    with client.session_transaction() as cookie:
        after = dict(cookie)
    thief = browser(world)
    thief.set_cookie("session", planted)
    assert client.get_cookie("session").value != planted
    assert (who(client), who(thief)) == ("Namn anna", None)
    assert client.post("/logga-ut", data={"csrf_token": token_before}).status_code == 400
    assert after["_user_id"] not in str(everything(world.app))  # only its hash is stored


@sqlite_only
def test_signing_in_as_somebody_else_ends_the_first_session(world):
    for key in ("anna", "bo"):
        world.person(key, "A")
    give_password(world, "anna", "bo")
    client, copy = browser(world), browser(world)
    sign_in(client, "anna")
    copy.set_cookie("session", client.get_cookie("session").value)
    assert who(copy) == "Namn anna"
    right = token(client)

    client.post("/logga-in", data={"csrf_token": right, "namn": "bo", "losenord": PASSWORD})

    assert (who(client), who(copy)) == ("Namn bo", None)


@sqlite_only
def test_an_empty_field_is_pointed_out_and_the_name_is_kept(world):
    client = browser(world)
    before = everything(world.app)

    no_name, no_password = sign_in(client, "", "x"), sign_in(client, "a<b", "")

    assert complaint(no_name) == (422, "Fyll i ditt anställningsnummer eller din e-post.", "#namn", ["namn"])
    assert complaint(no_password) == (422, "Fyll i ditt lösenord.", "#losenord", ["losenord"])
    assert Page(no_password).one("input", id="namn")["value"] == "a<b"
    assert everything(world.app) == before


# --- one-time codes ---


def test_a_code_works_once_and_signs_in(world):
    world.person("anna", "A")
    code = new_code(world, "anna")
    first, second = browser(world), browser(world)

    assert choose(first, "ANNA ", code.lower().replace("-", " ")).location == "/"

    assert who(first) == "Namn anna"
    assert complaint(choose(second, "anna", code))[2:] == ("#kod", ["kod"])
    assert who(second) is None
    assert sign_in(second, "anna").status_code == 303


def test_a_code_is_dead_after_a_day_and_when_there_is_a_newer_one(world):
    for key in ("anna", "bo", "eva"):
        world.person(key, "A")
    with time_machine.travel(MORNING, tick=False) as clock:
        codes = {key: new_code(world, key) for key in ("anna", "bo", "eva")}
        new_code(world, "eva")
        clock.shift(timedelta(hours=23, minutes=59, seconds=59))
        assert choose(browser(world), "anna", codes["anna"]).status_code == 303
        assert choose(browser(world), "eva", codes["eva"]).status_code == 422
        clock.shift(timedelta(seconds=1))
        dead = complaint(choose(browser(world), "bo", codes["bo"]))

    message = "Koden stämmer inte eller har slutat gälla. Kontrollera den, eller be om en ny."
    assert dead == (422, message, "#kod", ["kod"])


@sqlite_only
def test_a_code_is_only_for_its_own_person(world):
    for key in ("anna", "bo"):
        world.person(key, "A")
    code = new_code(world, "anna")

    assert choose(browser(world), "bo", code).status_code == 422
    assert choose(browser(world), "ingen", code).status_code == 422
    assert choose(browser(world), "anna", code).status_code == 303


@sqlite_only
def test_guessing_codes_is_slowed_down_and_keeps_nobody_from_using_the_right_one(world):
    world.person("anna", "A")
    code = new_code(world, "anna")

    statuses = [choose(browser(world), "anna", "FEEL-FEEL-FEEL-FEEL").status_code for _ in range(11)]

    assert statuses == [422] * 10 + [429]
    assert choose(browser(world), "anna", code).status_code == 303


@sqlite_only
def test_weak_passwords_are_refused_at_their_field_and_use_up_nothing(world):
    world.person("anna.andersson", "A")
    code = new_code(world, "anna.andersson")
    before = everything(world.app)
    weak = [
        "",
        "elva tecken",
        "x" * 12,
        "lösenord1234",
        "Sommar2026!!",
        "qwerty123456",
        "PASSWORDPASSWORD",
        "１２３４５６７８９０１２",
        "abababababab",
        "anna.andersson1",
        "ett bra ord " * 11,
        "Andersson2026!",
    ]

    for password in weak:
        complained = complaint(choose(browser(world), "anna.andersson", code, password))
        assert (complained[0], complained[2:]) == (422, ("#losenord", ["losenord"])), password
    differ = complaint(choose(browser(world), "anna.andersson", code, PASSWORD, "något helt annat"))

    assert differ == (422, "De två lösenorden är inte lika. Skriv samma två gånger.", "#losenord2", ["losenord2"])
    assert everything(world.app) == before
    assert choose(browser(world), "anna.andersson", code).status_code == 303


@sqlite_only
def test_passwords_of_twelve_to_128_characters_of_any_sort_can_be_used(world):
    world.person("anna", "A")
    passwords = [
        "tolv bra ord",
        "å ä ö – ”” 日本語 okej då",
        "häst lampa regn " * 7 + "blå blå blå slut",
        " mellanslag i kanterna ",
    ]
    assert [len(password) for password in passwords] == [12, 22, 128, 23]

    for password in passwords:
        assert choose(browser(world), "anna", new_code(world, "anna"), password).status_code == 303
        assert sign_in(browser(world), "anna", password).status_code == 303
        assert sign_in(browser(world), "anna", password[:-1]).status_code == 422


# --- what was sent after the session had ended ---


@pytest.fixture
def ended(world):
    """Bo's browser with a question open, eight hours after the last request; (client, the question's address)."""
    _, begun = furnished(world)
    give_password(world, "anna", "bo")
    with time_machine.travel(MORNING, tick=False) as clock:
        client = browser(world)
        sign_in(client, "bo")
        url = f"/forsok/{begun.id}/fraga/andra"
        client.right = token(client, url)
        clock.shift(timedelta(hours=8, seconds=1))
        yield client, url


def stored(world):
    return rows(world.app, "response")[0] - 5  # what `furnished` has stored


def test_an_answer_sent_after_the_session_ended_is_stored_once_the_same_person_is_back(world, ended):
    client, url = ended

    away = client.post(url, data={"csrf_token": client.right, "svar": "ratt"})
    assert (away.status_code, away.location, stored(world)) == (303, f"/logga-in?till={url}", 0)
    assert "Ditt svar sparas när du har loggat in igen." in Page(client.get(away.location)).main

    assert sign_in(client, "bo", "inte alls rätt ord").status_code == 422
    answer = sign_in(client, "bo", till=url)

    assert (answer.status_code, answer.location, stored(world)) == (303, url, 1)
    assert Page(client.get(url)).h1 == "Rätt"
    sign_in(client, "bo")
    assert stored(world) == 1


@sqlite_only
def test_an_answer_kept_for_one_person_is_never_stored_for_another(world, ended):
    client, url = ended
    client.post(url, data={"csrf_token": client.right, "svar": "ratt"})

    answer = sign_in(client, "anna", till=url)

    assert (answer.location, client.get(url).status_code, stored(world)) == ("/", 404, 0)
    sign_in(client, "bo")
    assert stored(world) == 0


@sqlite_only
def test_an_answer_without_the_sessions_token_is_not_kept(world, ended):
    client, url = ended

    client.post(url, data={"csrf_token": "fel", "svar": "ratt"})
    sign_in(client, "bo", till=url)

    assert stored(world) == 0
    assert Page(client.get(url)).h1 == "Vad gör du sedan?"


@sqlite_only
def test_whoever_sends_an_answer_after_signing_out_elsewhere_is_told_that_it_is_not_saved(world, ended):
    _, url = ended

    away = browser(world).post(url, data={"csrf_token": "gammal", "svar": "ratt"})

    assert away.location == f"/logga-in?till={url}&sparat=nej"
    page = Page(browser(world).get(away.location))
    assert page.one("p", class_="notice").text.startswith("Du var inte längre inloggad. Det du skickade är inte sparat")
    assert "sparat än" not in Page(browser(world).get(f"/logga-in?till={url}")).main


@sqlite_only
def test_whoever_signs_out_is_told_so_also_when_the_session_has_ended_before(world, ended):
    client, _ = ended

    for answer in (
        client.post("/logga-ut", data={"csrf_token": client.right}),
        post(browser(world, "bo"), "/logga-ut"),
    ):
        assert answer.location == "/logga-in?utloggad=ja"
        assert Page(client.get(answer.location)).one("p", class_="notice").text == "Du är utloggad."
    assert "Du är utloggad." not in Page(sign_in(client, "bo", password="fel lösenord")).main


@sqlite_only
def test_a_kept_answer_that_is_none_leads_back_to_its_question(world, ended):
    client, url = ended

    client.post(url, data={"csrf_token": client.right, "svar": "finns-inte"})
    answer = sign_in(client, "bo", till=url)

    assert (answer.status_code, answer.location, stored(world)) == (303, url, 0)
