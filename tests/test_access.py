"""Who may still do what: leavers, shut accounts, passwords that others may know, and sign-ins that are overtaken."""

import threading
from datetime import date, timedelta

import pytest
import time_machine
from browsing import PASSWORD, Page, Statements, browser, choose, give_password, sign_in, who
from sqlalchemy import select
from world import noon, post

from course import clock
from course.access.actions import (
    Proof,
    change_password,
    close_sessions,
    disable,
    enable,
    end_role,
    grant_role,
    open_session,
    set_code,
    set_password,
)
from course.access.actions import sign_in as sign_in_with
from course.access.password import hash_password, is_outdated
from course.access.queries import actor, handed, has_administrator, identity, roles_of
from course.audit.tables import AuditEntry
from course.db import transaction
from course.errors import Conflict, Invalid, NotAllowed

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TODAY = date(2026, 6, 15)


def acts_as(world, key, day=TODAY):
    """The roles that a session of the person's has on the day, but the one that everybody has."""
    with world.write(day) as (db, at):
        session = open_session(db, world.people[key], at=at)
        return actor(db, session, at=at).roles - {"person"}


@pytest.fixture
def town(world):
    """HR in an employment until the end of May, HR without one, and an administrator who is in no list."""
    world.unit("NAMND")
    world.person("hr", "A", until="2026-05-31")
    world.person("konsult")
    world.person("admin")
    for key, role in (("hr", "hr"), ("konsult", "hr"), ("admin", "admin")):
        world.role(key, role)
    give_password(world, "hr", "konsult", "admin")
    return world


# --- leavers


def test_a_duty_ends_with_the_last_employment_and_one_without_any_employment_holds(town):
    assert acts_as(town, "hr", "2026-05-31") == {"hr", "learner"}
    assert acts_as(town, "hr", "2026-06-01") == set()
    assert acts_as(town, "konsult") == {"hr"}
    assert acts_as(town, "admin") == {"admin"}


def test_between_two_employments_the_duty_rests_and_before_the_first_it_holds(town):
    town.membership("hr", "A", since="2026-08-01")
    town.membership("konsult", "A", since="2026-08-01")

    assert [acts_as(town, "hr", day) for day in ("2026-07-31", "2026-08-01")] == [set(), {"hr", "learner"}]
    assert [acts_as(town, "konsult", day) for day in ("2026-07-31", "2026-08-01")] == [{"hr"}, {"hr", "learner"}]


def test_one_of_two_employments_is_enough(town):
    town.membership("hr", "B")

    assert acts_as(town, "hr") == {"hr", "learner"}


def test_a_leaver_keeps_the_course_only_by_a_role_that_says_so(town):
    town.role("hr", "learner")

    assert acts_as(town, "hr") == {"learner"}


def test_an_open_session_loses_the_duty_and_keeps_min_sida(town):
    with time_machine.travel(noon("2026-05-31"), tick=False) as now:
        client = browser(town, "hr")
        assert client.get("/personer").status_code == 200
        now.move_to(noon("2026-06-01"))
        client = browser(town, "hr")
        answers = {url: client.get(url).status_code for url in ("/personer", "/rapport/tackning", "/min-sida")}
        handing = post(client, f"/engangskod/{town.people['konsult']}", "/min-sida")

    assert answers == {"/personer": 403, "/rapport/tackning": 403, "/min-sida": 200}
    assert handing.status_code == 403


def test_the_last_administrator_is_kept_who_has_left_and_rests_once_there_is_another(town):
    town.person("chefen", "A", until="2026-05-31")
    town.role("chefen", "admin")
    give_password(town, "chefen")
    assert acts_as(town, "chefen") == set()

    with town.write("2026-06-10") as (db, at):
        disable(db, town.people["konsult"], by=None, at=at)
        end = {"last_day": date(2026, 6, 9), "by": None, "at": at}
        with pytest.raises(Conflict, match="ingen administratör kvar"):
            end_role(db, town.people["admin"], "admin", **end)
        db.rollback()
    town.membership("admin", "A", until="2026-06-01", since="2026-01-01")  # now nobody is left who has not left

    assert not has_administrator(town.db, TODAY)
    assert acts_as(town, "chefen") == {"admin"}
    assert acts_as(town, "admin") == {"admin"}


def test_drift_hr_and_the_administrator_are_told_of_leavers_with_a_role(town):
    with time_machine.travel(noon(TODAY), tick=False):
        told = "En person med en särskild roll har slutat, enligt personallistan. Rollen vilar."
        for key, url in (("konsult", "/"), ("admin", "/"), ("admin", "/drift")):
            assert told in Page(browser(town, key).get(url)).main, url
        assert "Har slutat: rollen vilar" in Page(browser(town, "admin").get("/konton")).main
        for key, said in (("hr", True), ("konsult", False)):
            page = Page(browser(town, "admin").get(f"/konton/{town.people[key]}"))
            assert ("Rollen vilar" in page.main) is said
        town.membership("admin", "A", until="2026-06-01", since="2026-01-01")
        for key, url in (("konsult", "/"), ("admin", "/"), ("admin", "/drift")):
            assert "Den enda administratören har slutat" in Page(browser(town, key).get(url)).main, url


def test_who_is_asking_is_one_statement_also_for_leavers(town):
    town.membership("admin", "A", until="2026-06-01", since="2026-01-01")
    for key in ("hr", "konsult", "admin"):
        with town.write(TODAY) as (db, at):
            session = open_session(db, town.people[key], at=at)
        with Statements() as statements:
            actor(town.db, session, at=noon(TODAY))
        town.db.rollback()
        assert len(statements.seen) == 1, key


# --- shut accounts


def test_a_shut_account_is_signed_out_at_once_and_says_nothing_at_the_door(town):
    client = browser(town, "konsult")
    unknown = sign_in(browser(town), "ingen")
    assert client.get("/personer").status_code == 200

    with transaction() as (db, at):
        disable(db, town.people["konsult"], by=None, at=at)

    refused = sign_in(browser(town), "konsult")
    assert client.get("/personer").location.startswith("/logga-in")
    assert (refused.status_code, Page(refused).main.replace("konsult", "ingen")) == (422, Page(unknown).main)
    assert sign_in(browser(town), "konsult@example.org").status_code == 422
    with transaction() as (db, at):
        enable(db, town.people["konsult"], by=None, at=at)
    assert sign_in(browser(town), "konsult").status_code == 303


def test_no_code_is_made_for_a_shut_account_and_one_that_waits_is_gone(town):
    with transaction() as (db, at):
        code = set_code(db, town.people["konsult"], by=None, at=at)
        disable(db, town.people["konsult"], by=None, at=at)

    assert choose(browser(town), "konsult", code).status_code == 422
    with pytest.raises(Conflict, match="avstängt"), transaction() as (db, at):
        set_code(db, town.people["konsult"], by=None, at=at)
    assert post(browser(town, "admin"), f"/engangskod/{town.people['konsult']}").status_code == 403


def test_the_last_administrator_and_oneself_are_not_shut_out(town):
    with pytest.raises(Conflict, match="ingen administratör kvar"), transaction() as (db, at):
        disable(db, town.people["admin"], by=None, at=at)
    with pytest.raises(NotAllowed), transaction() as (db, at):
        disable(db, town.people["admin"], by=town.people["admin"], at=at)
    assert browser(town, "admin").get("/konton").status_code == 200


def test_a_shut_administrator_is_none_that_counts(town):
    town.role("konsult", "admin")
    give_password(town, "konsult")
    with transaction() as (db, at):
        disable(db, town.people["konsult"], by=None, at=at)

    with pytest.raises(Conflict), transaction() as (db, at):
        end_role(db, town.people["admin"], "admin", last_day=clock.day_of(at) - timedelta(days=1), by=None, at=at)


def test_the_administrator_shuts_and_opens_accounts_on_their_page_and_it_is_logged(town):
    url = f"/konton/{town.people['konsult']}"
    admin = browser(town, "admin")

    assert post(admin, f"{url}/stang-av").status_code == 303
    assert "Kontot är avstängt." in Page(admin.get(url)).main
    assert post(admin, f"{url}/stang-av").status_code == 409
    assert post(admin, f"{url}/oppna").status_code == 303
    assert "avstängt" not in Page(admin.get(url)).main

    town.db.rollback()
    log = town.db.execute(select(AuditEntry.action, AuditEntry.subject, AuditEntry.actor).order_by(AuditEntry.id))
    acts = [tuple(row) for row in log if row.action in ("access.disable", "access.enable")]
    whom, by = str(town.people["konsult"]), town.people["admin"]
    assert acts == [("access.disable", whom, by), ("access.enable", whom, by)]


def test_the_command_line_shuts_and_opens_too(town, runner):
    shut, again = (runner.invoke(args=["access", "disable", "konsult"]) for _ in range(2))
    opened = runner.invoke(args=["access", "enable", "konsult"])
    last = runner.invoke(args=["access", "disable", "admin"])

    assert (shut.exit_code, again.exit_code, opened.exit_code, last.exit_code) == (0, 1, 0, 1)
    assert shut.output == "Kontot konsult är avstängt. Öppna det igen: flask access enable konsult\n"
    assert "redan avstängt" in again.output
    assert "ingen administratör kvar" in last.output


# --- what happens while a password is being looked at


def proof_of(world, key):
    """What was true before something ended it."""
    with transaction() as (db, at):
        return Proof(world.people[key], key, identity(db, "password", key).secret_hash, at)


@pytest.mark.parametrize("ended_by", ["password", "role", "sign_out", "disable"])
def test_a_sign_in_that_is_overtaken_opens_no_session(town, ended_by):
    town.person("anna", "A")
    give_password(town, "anna")
    proof, anna = proof_of(town, "anna"), town.people["anna"]

    with transaction() as (db, at):
        {
            "password": lambda: set_password(db, anna, hash_password("ett annat långt ord"), by=anna, at=at),
            "role": lambda: grant_role(db, anna, "hr", since=clock.day_of(at), by=None, at=at),
            "sign_out": lambda: close_sessions(db, anna, by=anna, at=at),
            "disable": lambda: disable(db, anna, by=None, at=at),
        }[ended_by]()

    with pytest.raises(Invalid, match="avslutades i samma stund"), transaction() as (db, at):
        sign_in_with(db, proof, at=at)


def test_a_change_of_password_that_is_overtaken_changes_nothing(town):
    with transaction() as (db, at):
        session = open_session(db, town.people["konsult"], at=at)
    proof = proof_of(town, "konsult")
    with transaction() as (db, at):
        close_sessions(db, town.people["konsult"], by=None, at=at)
    before = proof_of(town, "konsult").secret_hash

    with pytest.raises(Invalid), transaction() as (db, at):
        change_password(db, proof, hash_password("ett annat långt ord"), session, at=at)

    assert proof_of(town, "konsult").secret_hash == before


def test_no_session_with_the_old_password_lives_on_when_it_is_changed_during_many_sign_ins(town):
    thieves = [browser(town) for _ in range(3)]
    owner = browser(town, "konsult")
    start = threading.Barrier(4)

    def steal(client):
        start.wait()
        sign_in(client, "konsult")

    threads = [threading.Thread(target=steal, args=(client,)) for client in thieves]
    for thread in threads:
        thread.start()
    form = {"nuvarande": PASSWORD, "losenord": "ett annat långt ord", "losenord2": "ett annat långt ord"}
    start.wait()
    changed = post(owner, "/min-sida/losenord", "/min-sida/losenord", **form)
    for thread in threads:
        thread.join()

    assert changed.status_code == 303
    assert [who(client) for client in thieves] == [None] * 3
    assert who(owner) is not None


def test_a_hash_of_weaker_parameters_is_made_anew_at_the_next_sign_in(town):
    from argon2 import PasswordHasher

    old = PasswordHasher(memory_cost=8, time_cost=1, parallelism=1).hash(PASSWORD)
    with transaction() as (db, at):
        set_password(db, town.people["konsult"], old, by=None, at=at)

    assert sign_in(browser(town), "konsult").status_code == 303

    town.db.rollback()
    stored = {identity(town.db, "password", name).secret_hash for name in ("konsult", "konsult@example.org")}
    assert is_outdated(old)
    assert [is_outdated(each) for each in stored] == [False]
    assert sign_in(browser(town), "konsult@example.org").status_code == 303


def test_nobody_gives_oneself_a_role(town):
    admin, client = town.people["admin"], browser(town, "admin")

    own, other = (Page(client.get(f"/konton/{person}")) for person in (admin, town.people["konsult"]))
    answer = post(client, f"/konton/{admin}/ge-roll", roll="hr", fran="2026-06-01")

    assert ["Ge rollen" in page.texts("button") for page in (own, other)] == [False, True]

    assert answer.status_code == 403
    assert "Du kan inte ge dig själv en roll." in Page(answer).main
    assert roles_of(town.db, admin, TODAY) == {"admin"}


# --- a password that others may know


@pytest.fixture
def unit(world):
    """Anna has done a course and forgotten her password; chef, her manager, makes the code. HR stands beside."""
    world.publish()
    world.person("anna", "A")
    world.person("chef", "A")
    world.chief("chef", "A")
    world.person("hr")
    world.person("admin")
    world.role("hr", "hr")
    world.role("admin", "admin")
    give_password(world, "anna", "chef", "hr", "admin")
    world.attempt = world.take("anna", "2026-03-01", second="fel")
    return world


def handed_code(world, key="anna", by="chef"):
    """A code that somebody makes on the web."""
    page = Page(post(browser(world, by), f"/engangskod/{world.people[key]}"))
    return page.one("strong", class_="code").text


def use_handed(world, key="anna", by="chef"):
    client = browser(world)
    assert choose(client, key, handed_code(world, key, by), "ett annat långt ord").status_code == 303
    return client


def test_the_first_pages_say_whose_code_it_was_until_it_is_read(unit):
    client = use_handed(unit)
    told = "med en engångskod från Namn chef (din chef). Var det inte du som valde det?"

    pages = ["/kurs/kurs", "/min-sida"]
    assert [told in Page(client.get(url)).main for url in pages] == [True, True]
    assert post(client, "/min-sida/kod-last").location == "/"
    assert [told in Page(client.get(url)).main for url in pages] == [False, False]
    assert "med en engångskod från Namn chef (din chef)." in Page(client.get("/min-sida")).main
    assert told not in Page(browser(unit, "chef").get("/min-sida")).main


def test_answers_from_before_somebody_elses_code_are_hidden_until_another_confirms(unit):
    one = f"/min-sida/forsok/{unit.attempt.id}"
    own = Page(browser(unit, "anna").get(one)).main
    assert "Det andra" in own
    never_right = "Fråga 2: Vad gör du sedan?"
    assert never_right in Page(browser(unit, "anna").get(f"/forsok/{unit.attempt.id}")).main
    client = use_handed(unit)

    pages = [client.get(url).text for url in (one, "/min-sida", f"/forsok/{unit.attempt.id}")]
    assert all("Svar från tiden innan du valde lösenordet visas inte" in page for page in pages)
    assert not any("Det andra" in page or "Det rätta" in page or never_right in page for page in pages)
    assert client.get(f"/forsok/{unit.attempt.id}/fraga/forsta").status_code == 303
    assert sign_in(browser(unit), "anna", "ett annat långt ord").status_code == 303  # and not by signing in anew
    assert "Det andra" not in client.get(one).text

    url = f"/personer/{unit.people['anna']}"
    assert post(browser(unit, "hr"), f"{url}/bekrafta").status_code == 303
    assert "Det andra" in client.get(one).text
    assert post(browser(unit, "hr"), f"{url}/bekrafta").status_code == 409


def test_another_password_of_ones_own_choice_confirms_nothing(unit):
    client = use_handed(unit)
    form = {"nuvarande": "ett annat långt ord", "losenord": "ett tredje långt ord", "losenord2": "ett tredje långt ord"}

    assert post(client, "/min-sida/losenord", "/min-sida/losenord", **form).status_code == 303

    assert "Det andra" not in client.get(f"/min-sida/forsok/{unit.attempt.id}").text


def test_answers_given_since_are_shown_and_a_begun_attempt_goes_on(unit):
    unit.person("bo", "A")
    begun = unit.begin("bo", "2026-03-01")
    unit.answer("bo", begun, "forsta", "ratt", "2026-03-01")
    client = use_handed(unit, "bo")

    before = client.get(f"/forsok/{begun.id}/fraga/forsta")
    assert client.get(before.location).location == f"/forsok/{begun.id}/fraga/andra"
    post(client, f"/forsok/{begun.id}/fraga/andra", svar="fel")
    assert "Nej, inte så." in Page(client.get(f"/forsok/{begun.id}/fraga/andra")).main


def test_of_an_attempt_from_before_neither_points_nor_time_nor_number_is_told(unit):
    again = unit.take("anna", "2026-03-02", second="fel")
    client = use_handed(unit)

    own = Page(client.get("/min-sida"))
    pages = [Page(client.get(f"/{where}/{again.id}")) for where in ("min-sida/forsok", "forsok")]

    told = "Försök 2", "försök 2", "poäng i", "godkänt", "räckte", "2 mars"
    assert [word for word in told for page in (own, *pages) if word in page.main] == []
    assert "Du har inte svarat på någon fråga än." not in own.main
    assert [page.main.count("HR kan visa dem igen.") for page in (own, *pages)] == [1, 1, 1]
    assert post(browser(unit, "hr"), f"/personer/{unit.people['anna']}/bekrafta").status_code == 303
    assert "Försök 2, " in Page(client.get("/min-sida")).main


def test_sending_an_answer_again_does_not_tell_which_one_is_hidden(unit):
    unit.person("bo", "A")
    begun = unit.begin("bo", "2026-03-01")
    unit.answer("bo", begun, "forsta", "ratt", "2026-03-01")
    client, url = use_handed(unit, "bo"), f"/forsok/{begun.id}/fraga/forsta"

    told = [post(client, url, svar=option) for option in ("ratt", "fel")]
    assert [answer.location for answer in told] == [f"{url}?redan=ja"] * 2
    assert post(client, f"/forsok/{begun.id}/fraga/andra", svar="fel").location == f"/forsok/{begun.id}/fraga/andra"
    assert post(client, f"/personer/{unit.people['bo']}/bekrafta").status_code == 403
    assert post(browser(unit, "hr"), f"/personer/{unit.people['bo']}/bekrafta").status_code == 303
    assert post(client, url, svar="ratt").location == url


def test_neither_the_maker_nor_a_manager_confirms(unit):
    use_handed(unit, by="hr")
    url = f"/personer/{unit.people['anna']}/bekrafta"

    assert post(browser(unit, "hr"), url).status_code == 403
    assert post(browser(unit, "chef"), url).status_code == 403
    assert handed(unit.db, unit.people["anna"]) is not None
    assert post(browser(unit, "admin"), f"/konton/{unit.people['anna']}/bekrafta").status_code == 303


def test_a_code_or_password_from_the_server_is_nobodys(unit, runner):
    use_handed(unit)

    runner.invoke(args=["access", "confirm", "anna"])
    assert handed(unit.db, unit.people["anna"]) is None
    use_handed(unit)
    with transaction() as (db, at):
        code = set_code(db, unit.people["anna"], by=None, at=at)
    choose(browser(unit), "anna", code)
    unit.db.rollback()
    assert handed(unit.db, unit.people["anna"]) is None


def test_who_becomes_a_manager_with_a_managers_code_manages_nobody_until_hr_has_made_one(unit):
    client = use_handed(unit)
    unit.person("eva", "B")
    unit.chief("anna", "B")

    assert client.get("/min-enhet").status_code == 403
    assert "Be HR om en ny engångskod." in Page(client.get("/min-sida")).main
    assert Page(browser(unit, "chef").get("/min-enhet")).h1 != ""
    client = use_handed(unit, by="hr")
    assert "Namn eva" in Page(client.get("/min-enhet")).main
    assert "Be HR om en ny engångskod." not in Page(client.get("/min-sida")).main
