"""The administrator's page, one's own password and sessions, and what a person is told of both."""

from datetime import timedelta

import pytest
import time_machine
from browsing import PASSWORD, Page, browser, complaint, everything, give_password, seek, sign_in, who
from sqlalchemy import select
from world import post

from course import clock
from course.access.actions import end_role, set_code, set_password
from course.access.password import hash_password
from course.access.queries import roles_of
from course.access.throttle import MOST_PAGES
from course.audit.tables import AuditEntry
from course.db import transaction
from course.errors import Conflict
from course.organisation.actions import correct_person

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MORNING = "2050-11-23T08:00:00Z"
OTHER = "ett annat långt ord"


def today():
    return clock.day_of(clock.now())


def yesterday():
    return today() - timedelta(days=1)


@pytest.fixture
def town(world):
    """Anna and a protected colleague in A, which chef manages; two administrators, HR, and a board."""
    world.publish()
    world.unit("NAMND")
    for key in ("anna", "hemlig"):
        world.person(key, "A")
    world.person("chef", "A", until="2060-12-31")
    world.chief("chef", "A")
    for key in ("hr", "admin", "admin2"):
        world.person(key)
    for key, role in (("hr", "hr"), ("admin", "admin"), ("admin2", "admin"), ("hemlig", "hr")):
        world.role(key, role)
    with world.write() as (db, at):
        correct_person(db, world.people["hemlig"], protected=True, by=None, at=at)
    give_password(world, "anna", "admin")
    return world


def account_page(world, key, by="admin"):
    return Page(browser(world, by).get(f"/konton/{world.people[key]}"))


def change(world, key, act, by="admin", **form):
    return post(browser(world, by), f"/konton/{world.people[key]}/{act}", **form)


def give(world, key, role, by="admin", since=None, **form):
    return change(world, key, "ge-roll", by, roll=role, fran=str(since or today()), **form)


def roles(world, key):
    world.db.rollback()
    return roles_of(world.db, world.people[key], today())


def grant_of(world, key):
    """The number of the one grant that the page lets one end."""
    (option,) = [each for each in account_page(world, key).all("option") if each["value"].isdigit()]
    return option["value"]


def newest_entry(world):
    world.db.rollback()
    return world.db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()


# --- who may do what ---


def test_the_page_shows_every_role_with_its_days_and_where_it_comes_from(town):
    give(town, "chef", "secretary", enhet="NAMND", since="2040-01-01", till="2041-12-31")

    rows = [[cell.replace("\xa0", " ") for cell in row] for row in account_page(town, "chef").rows()]

    assert rows == [
        ["Nämndsekreterare", "Enhet NAMND", "1 januari 2040", "31 december 2041", "Har fått rollen"],
        ["Går kursen", "Enhet A", "1 januari 2020", "31 december 2060", "Följer av personallistan"],
        ["Chef", "Enhet A", "1 januari 2026", "tills vidare", "Följer av personallistan"],
    ]
    assert newest_entry(town).action == "accounts.show"


def test_searching_is_logged_and_those_with_a_role_stand_there_without_searching(town):
    admin = browser(town, "admin")

    page = Page(admin.get("/konton"))
    listed = [item.text for item in page.all("li") if any(up["class"] == "tasks" for up in item.parents)]
    assert listed == [
        "Namn admin (admin) Administratör",
        "Namn admin2 (admin2) Administratör",
        "Namn hr (hr) HR",
        "Skyddad person HR",
    ]
    assert newest_entry(town).action != "accounts.search"
    found = Page(seek(admin, "/konton", "namn anna"))
    assert found.all("a", href=f"/konton/{town.people['anna']}")
    assert (newest_entry(town).action, newest_entry(town).detail) == (
        "accounts.search",
        {"found": [town.people["anna"]]},
    )


def test_a_protected_persons_name_is_nowhere_on_the_administrators_pages(town):
    admin = browser(town, "admin")

    pages = [admin.get("/konton").text, *(seek(admin, "/konton", text).text for text in ("namn", "hemlig"))]
    pages.append(admin.get(f"/konton/{town.people['hemlig']}").text)
    pages.append(give(town, "hemlig", "x").text)

    for text in pages:
        assert "Namn hemlig" not in text
        assert "hemlig@" not in text
    assert "Skyddad person" in pages[2]


def test_a_role_is_given_from_to_and_ended_and_both_are_logged(town):
    assert give(town, "anna", "hr", till=str(today() + timedelta(days=30))).status_code == 303
    assert roles(town, "anna") == {"hr"}
    entry = newest_entry(town)
    assert (entry.actor, entry.subject, entry.detail["role"]) == (town.people["admin"], str(town.people["anna"]), "hr")
    assert give(town, "anna", "hr").status_code == 409

    ended = change(town, "anna", "avsluta-roll", roll=grant_of(town, "anna"), sista=str(yesterday()))

    assert (ended.status_code, roles(town, "anna")) == (303, frozenset())


@sqlite_only
def test_what_is_missing_in_the_form_is_said_in_words(town):
    before = everything(town.app)["grant"]

    told = [
        (answer.status_code, Page(answer).one("div", class_="error-summary").text.removeprefix("Något behöver rättas "))
        for answer in (
            give(town, "anna", ""),
            give(town, "anna", "kung"),
            give(town, "anna", "secretary"),
            give(town, "anna", "secretary", enhet="finns-inte"),
            give(town, "anna", "hr", enhet="NAMND"),
            give(town, "anna", "hr", till=str(yesterday())),
            change(town, "anna", "ge-roll", roll="hr", fran="i morgon"),
            change(town, "anna", "avsluta-roll", roll="x", sista=str(today())),
        )
    ]

    secretary = "En sekreterare behöver en nämnd, och ingen annan roll gäller en enhet."
    assert told == [
        (422, "Välj en roll."),
        (422, "Välj en roll."),
        (422, secretary),
        (422, "Det finns ingen enhet med koden ”finns-inte”."),
        (422, secretary),
        (422, "Rollen slutar innan den börjar."),
        (422, "”Första dagen” ska vara ett datum som 2026-12-31."),
        (422, "Välj vilken roll som ska avslutas."),
    ]
    assert everything(town.app)["grant"] == before
    assert give(town, "anna", "secretary", enhet="NAMND").status_code == 303


def test_of_two_boards_one_is_ended_and_the_other_stays(town):
    town.unit("NAMND2")
    for code in ("NAMND", "NAMND2"):
        give(town, "anna", "secretary", enhet=code)
    first = next(each for each in account_page(town, "anna").all("option") if "NAMND," in each.text)

    change(town, "anna", "avsluta-roll", roll=first["value"], sista=str(yesterday()))

    assert [row[1] for row in account_page(town, "anna").rows() if row[0] == "Nämndsekreterare"] == ["Enhet NAMND2"]


@pytest.mark.parametrize("key", ["hr", "chef", "anna"])
def test_nobody_else_gives_or_ends_a_role_or_signs_somebody_out(town, key):
    there = browser(town, "anna")
    before = everything(town.app)

    statuses = [
        give(town, key, "admin", by=key).status_code,
        change(town, "admin", "avsluta-roll", by=key, roll="1", sista=str(yesterday())).status_code,
        change(town, "anna", "logga-ut", by=key).status_code,
        browser(town, key).get("/konton").status_code,
    ]

    assert statuses == [403] * 4
    after = everything(town.app)
    assert (after["grant"], after["audit_entry"]) == (before["grant"], before["audit_entry"])
    assert there.get("/min-sida").status_code == 200


def test_a_refused_change_is_logged_as_opening_the_page(town):
    assert change(town, "anna", "finns-inte").status_code == 422
    entry = newest_entry(town)
    assert (entry.action, entry.subject) == ("accounts.show", str(town.people["anna"]))


def test_the_last_administrator_who_can_sign_in_keeps_the_role(town):
    last = "Då finns ingen administratör kvar som kan logga in. Ge först någon annan rollen och en kod."
    own = grant_of(town, "admin")

    refused = change(town, "admin", "avsluta-roll", roll=own, sista=str(yesterday()))  # admin2 has no password yet

    assert (refused.status_code, last in Page(refused).main) == (409, True)
    assert roles(town, "admin") == {"admin"}
    with pytest.raises(Conflict), transaction() as (db, at):  # and from the command line
        end_role(db, town.people["admin"], "admin", last_day=yesterday(), by=None, at=at)
    give_password(town, "admin2")
    assert change(town, "admin", "avsluta-roll", roll=own, sista=str(yesterday())).status_code == 303
    assert change(town, "admin2", "avsluta-roll", by="admin2", roll="1", sista=str(yesterday())).status_code == 422
    own = [each["value"] for each in account_page(town, "admin2", "admin2").all("option") if each["value"].isdigit()]
    assert change(town, "admin2", "avsluta-roll", "admin2", roll=own[0], sista=str(yesterday())).status_code == 409


@sqlite_only
def test_an_administrator_whose_time_runs_out_does_not_count_for_the_days_after(town):
    give_password(town, "admin2")
    soon = today() + timedelta(days=10)
    change(town, "admin2", "avsluta-roll", roll=grant_of(town, "admin2"), sista=str(soon))

    def end(last_day):
        return change(town, "admin", "avsluta-roll", roll=grant_of(town, "admin"), sista=str(last_day)).status_code

    assert end(soon) == 409
    assert end(yesterday()) == 303


def test_the_administrator_sees_neither_number_nor_unit_of_a_protected_person_nor_whom_they_lead(town):
    town.chief("hemlig", "A")
    admin = browser(town, "admin")

    page = Page(admin.get(f"/konton/{town.people['hemlig']}"))

    assert [row[0] for row in page.rows()] == ["HR"]
    assert not any(text in page.main for text in ("hemlig", "Enhet A", "Chef", "Nummer"))
    assert "Nummer anna" in Page(admin.get(f"/konton/{town.people['anna']}")).main


def test_accounts_cannot_be_walked_through_one_by_one(town):
    people = [town.person(f"p{number}") for number in range(MOST_PAGES)]
    with time_machine.travel(MORNING, tick=False) as now:
        admin = browser(town, "admin")
        for person in people:
            assert admin.get(f"/konton/{person}").status_code == 200
            now.shift(timedelta(seconds=10))

        refused = admin.get(f"/konton/{town.people['anna']}")
        told = Page(refused).main.replace("\xa0", " ")
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3001")
        assert "Du har öppnat 60 personers sidor den senaste timmen. Vänta 51 minuter" in told
        assert admin.get(f"/konton/{people[0]}").status_code == 200  # one that was open already
        assert browser(town, "admin2").get(f"/konton/{town.people['anna']}").status_code == 200
        now.shift(timedelta(seconds=3012))  # the first was opened again since
        assert browser(town, "admin").get(f"/konton/{town.people['anna']}").status_code == 200


# --- sessions ---


def sessions_on(page):
    return [item.text for item in page.all("li") if item.text.startswith("Inloggad ")]


def test_an_administrator_sees_the_sessions_and_ends_them_all(town):
    phone, computer, other = browser(town, "anna"), browser(town, "anna"), browser(town, "chef")

    assert len(sessions_on(account_page(town, "anna"))) == 2
    assert change(town, "anna", "logga-ut").status_code == 303

    assert [who(each) for each in (phone, computer, other)] == [None, None, "Namn chef"]
    assert "Personen är inte inloggad någonstans." in account_page(town, "anna").main
    assert "access.sign_out_everywhere" in str(everything(town.app)["audit_entry"])


def test_a_person_sees_the_own_sessions_and_signs_out_everywhere(town):
    phone, computer, other = browser(town, "anna"), browser(town, "anna"), browser(town, "chef")

    listed = sessions_on(Page(phone.get("/min-sida")))
    assert [text.endswith("(den här webbläsaren)") for text in listed] == [False, True]

    assert post(phone, "/min-sida/logga-ut-overallt").location == "/logga-in?utloggad=ja"

    assert [who(each) for each in (phone, computer, other)] == [None, None, "Namn chef"]


@sqlite_only
def test_a_session_says_when_it_was_made_and_ends_and_is_gone_then(town):
    with time_machine.travel(MORNING, tick=False) as now:
        client = browser(town, "anna")
        text = sessions_on(Page(client.get("/min-sida")))[0].replace("\xa0", " ")
        now.shift(timedelta(hours=12))
        later = browser(town, "anna")
        left = sessions_on(Page(later.get("/min-sida")))

    assert text.startswith("Inloggad 23 november 2050 kl. 09.00, gäller som längst till 23 november 2050 kl. 21.00")
    assert len(left) == 1


# --- what a person is told ---


def test_a_person_sees_when_a_code_was_made_and_in_which_role_and_when_the_password_was_chosen(town):
    for giver in ("chef", "hr", "admin"):
        assert post(browser(town, giver), f"/engangskod/{town.people['anna']}").status_code == 200
    with transaction() as (db, at):
        set_code(db, town.people["anna"], by=None, at=at)
        set_code(db, town.people["chef"], by=None, at=at)  # somebody else's

    listed = [item.text.partition(": ")[2] for item in Page(browser(town, "anna").get("/min-sida")).all("li")]

    assert [text for text in listed if text][:5] == [
        "engångskod gjord av den som sköter driften",
        "engångskod gjord av en administratör",
        "engångskod gjord av HR",
        "engångskod gjord av en chef",
        "nytt lösenord satt av den som sköter driften",
    ]
    assert "Namn chef" not in browser(town, "anna").get("/min-sida").text
    links = account_page(town, "anna").all("a", href=f"/konton/{town.people['chef']}")
    assert [link.text for link in links] == ["en chef"]  # the administrator finds who it was


# --- another password ---


def change_password(client, present=PASSWORD, new=OTHER, again=None):
    form = {"nuvarande": present, "losenord": new, "losenord2": new if again is None else again}
    return post(client, "/min-sida/losenord", "/min-sida/losenord", **form)


def test_another_password_ends_every_session_but_this_one(town):
    here, there, other = browser(town), browser(town), browser(town, "chef")
    for client in (here, there):
        sign_in(client, "anna")
    copy = browser(town)
    copy.set_cookie("session", here.get_cookie("session").value)

    answer = change_password(here)

    assert answer.location == "/min-sida?klart=losenord"
    assert "Lösenordet är bytt." in Page(here.get(answer.location)).main
    assert [who(each) for each in (here, there, copy, other)] == ["Namn anna", None, None, "Namn chef"]
    assert [sign_in(browser(town), "anna", word).status_code for word in (PASSWORD, OTHER)] == [422, 303]
    assert sign_in(browser(town), "anna@example.org", OTHER).status_code == 303
    assert "nytt lösenord valt" in Page(here.get("/min-sida")).main


def test_the_present_password_is_asked_for_and_what_is_wrong_is_pointed_out(town):
    client = browser(town, "anna")
    other = browser(town, "anna")
    before = everything(town.app)["identity"]

    assert complaint(change_password(client, "")) == (
        422,
        "Fyll i lösenordet som du har nu.",
        "#nuvarande",
        ["nuvarande"],
    )
    wrong = "Det är inte lösenordet som du har nu. Kontrollera det och försök igen."
    assert complaint(change_password(client, "inte alls rätt ord")) == (422, wrong, "#nuvarande", ["nuvarande"])
    assert complaint(change_password(client, new="kort"))[2] == "#losenord"
    assert complaint(change_password(client, new="namn anna 12"))[2] == "#losenord"
    assert complaint(change_password(client, again="något helt annat"))[2] == "#losenord2"
    assert everything(town.app)["identity"] == before
    assert [who(each) for each in (client, other)] == ["Namn anna"] * 2


@sqlite_only
def test_guessing_the_present_password_is_slowed_down_in_that_browser_alone(town):
    client = browser(town, "anna")

    statuses = [change_password(client, "inte alls rätt ord").status_code for _ in range(11)]

    assert statuses == [422] * 10 + [429]
    assert sign_in(browser(town), "anna").status_code == 303
    assert complaint(change_password(client))[2] == "#nuvarande"


@sqlite_only
def test_the_present_password_is_ones_own_also_when_somebody_else_signs_in_with_ones_new_number(town):
    town.person("bo", "A")
    with transaction() as (db, at):
        set_password(db, town.people["bo"], hash_password(OTHER), by=None, at=at)
        correct_person(db, town.people["bo"], key="ny-bo", by=None, at=at)  # and goes on signing in as bo
        correct_person(db, town.people["anna"], key="bo", by=None, at=at)

    answer = change_password(browser(town, "anna"), OTHER, "ett tredje långt ord")

    assert complaint(answer)[2] == "#nuvarande"


@sqlite_only
def test_who_has_forgotten_the_password_is_told_whom_to_ask_and_nobody_learns_who_has_an_account(town):
    pages = [Page(browser(town).get(url)) for url in ("/logga-in", "/kod", "/logga-in?till=/min-sida")]

    for page in pages:
        assert "Be din chef om en engångskod." in page.main
        assert "ber du HR" in page.main
    before = everything(town.app)
    tried = [
        post(browser(town), "/kod", "/kod", namn=name, kod="FEEL-FEEL-FEEL-FEEL", losenord=OTHER, losenord2=OTHER)
        for name in ("anna", "ingen")
    ]
    assert complaint(tried[0]) == complaint(tried[1])
    assert everything(town.app)["identity"] == before["identity"]
