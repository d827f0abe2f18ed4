"""One-time codes on paper: who may hand them to whom, what stands on the slip, and that nobody gains by it."""

from datetime import timedelta

import pytest
from browsing import Page, Statements, browser, choose, everything, give_password, sign_in, who
from sqlalchemy import select
from world import post

from course import clock, swedish
from course.access.actions import MOST_SLIPS, disable, grant_role
from course.access.queries import identity
from course.audit.queries import first_broken
from course.audit.tables import AuditEntry
from course.organisation.actions import Terms, add_membership, add_person, correct_person, end_membership

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CODES = "/engangskoder"


def today():
    return clock.day_of(clock.now())


@pytest.fixture
def office(world):
    """Chef manages EBB with two groups, over all and bredvid the unit beside; people of every sort work in EBB1."""
    world.publish()
    for code, parent in (("ASF", None), ("EBB", "ASF"), ("EBB1", "EBB"), ("EBB2", "EBB"), ("IFO", "ASF")):
        world.unit(code, parent)
    world.unit("NAMND")
    for key in ("anna", "hemlig", "under", "bredvid", "hr", "admin", "sekr", "snart-hr", "slutat", "flyttat"):
        world.person(key, "EBB1")
    world.person("bo", "EBB2")
    world.person("annan", "IFO")
    world.person("politiker", "EBB1", audience="official")
    world.person("chef", "EBB")
    world.person("over", "ASF")
    world.person("hr2", "IFO")
    world.person("admin2", "IFO")
    for key, unit in (("chef", "EBB"), ("under", "EBB1"), ("over", "ASF"), ("bredvid", "IFO")):
        world.chief(key, unit)
    for key, role in (("hr", "hr"), ("hr2", "hr"), ("admin", "admin"), ("admin2", "admin")):
        world.role(key, role)
    world.role("snart-hr", "hr", since=str(today() + timedelta(days=1)))
    with world.write(None) as (db, at):
        yesterday = today() - timedelta(days=1)
        grant_role(db, world.people["sekr"], "secretary", since=today(), unit=world.units["NAMND"], by=None, at=at)
        for key in ("slutat", "flyttat"):
            end_membership(db, world.people[key], last_day=yesterday, by=None, at=at)
        correct_person(db, world.people["hemlig"], protected=True, by=None, at=at)
    world.membership("flyttat", "IFO", since=str(today()))
    return world


def hand(world, giver, key):
    return post(browser(world, giver), f"/engangskod/{world.people.get(key, 9999)}")


def code_on(answer):
    (code,) = Page(answer).texts("strong", class_="code")
    return code


def hand_many(world, giver, unit, **form):
    return post(browser(world, giver), CODES, enhet=str(world.units.get(unit, unit)), **form)


def newest_entry(world):
    world.db.rollback()
    return world.db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()


# --- one slip ---


def test_a_managers_slip_has_what_the_person_needs_and_lets_in_once(office):
    answer = hand(office, "chef", "anna")

    slip = Page(answer).one("section", class_="slip").text
    ends = swedish.day(today() + timedelta(days=1)).replace("\xa0", " ")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    for words in ("Namn anna", "http://127.0.0.1:8000/kod", "anställningsnummer: anna ", f"gäller till {ends} kl."):
        assert words in slip
    assert "@" not in slip
    assert not [key for key in office.people if key != "anna" and f"Namn {key}" in slip]
    first, second = browser(office), browser(office)
    assert choose(first, "anna", code_on(answer)).location == "/"
    assert who(first) == "Namn anna"
    assert choose(second, "anna", code_on(answer)).status_code == 422


def test_a_code_is_shown_once_and_kept_nowhere(office):
    code = code_on(hand(office, "chef", "anna"))
    plain = code.replace("-", "").lower()

    entry, stored = newest_entry(office), str(everything(office.app)).replace("-", "").lower()
    assert (entry.action, entry.actor, entry.subject, entry.detail) == (
        "access.code",
        office.people["chef"],
        str(office.people["anna"]),
        {"role": "manager"},
    )
    assert plain not in stored
    chef = browser(office, "chef")
    for url in (CODES, "/min-enhet", f"/engangskod/{office.people['anna']}", f"/personer/{office.people['anna']}"):
        assert code not in chef.get(url).text
    assert chef.get(f"/engangskod/{office.people['anna']}").status_code == 405
    assert code_on(hand(office, "chef", "anna")) != code
    assert choose(browser(office), "anna", code).status_code == 422
    assert first_broken(office.db) is None


def test_the_password_there_is_works_until_the_code_is_used_which_ends_every_session(office):
    give_password(office, "anna")
    there = browser(office)
    sign_in(there, "anna")
    answer = hand(office, "chef", "anna")

    assert "Ditt gamla lösenord gäller tills du har valt ett nytt." in Page(answer).main
    assert sign_in(browser(office), "anna").status_code == 303
    assert who(there) == "Namn anna"
    assert choose(browser(office), "anna", code_on(answer), "ett annat långt ord").status_code == 303
    assert who(there) is None
    assert sign_in(browser(office), "anna").status_code == 422


@sqlite_only
def test_a_code_lets_in_with_the_e_mail_too_and_is_used_up_under_both_names(office):
    code = code_on(hand(office, "chef", "anna"))

    assert choose(browser(office), "Anna@example.org", code).location == "/"

    assert choose(browser(office), "anna", code).status_code == 422


@sqlite_only
def test_a_slip_says_nothing_of_a_protected_persons_name_nor_that_there_is_anything_to_hide(office):
    answer = hand(office, "chef", "hemlig")

    assert "hemlig" in Page(answer).one("section", class_="slip").text  # the number
    assert "Namn hemlig" not in answer.text
    assert "kyddad" not in answer.text
    assert choose(browser(office), "hemlig", code_on(answer)).location == "/"


@sqlite_only
def test_a_slip_tells_the_name_that_somebody_signs_in_with_unless_the_person_is_protected(office):
    with office.write(None) as (db, at):
        office.people["eva"] = add_person(db, key="fv-eva-ek", name="Eva Ek", email=None, by=None, at=at).id
    open_ = Page(hand(office, "hr", "eva")).one("section", class_="slip").text
    with office.write(None) as (db, at):
        correct_person(db, office.people["eva"], protected=True, by=None, at=at)

    hidden = hand(office, "hr", "eva")

    assert "Skriv ditt användarnamn: fv-eva-ek" in open_
    assert "Skriv det användarnamn som du har fått veta." in Page(hidden).main
    assert "eva-ek" not in hidden.text
    assert choose(browser(office), "fv-eva-ek", code_on(hidden)).location == "/"


@sqlite_only
def test_who_signs_in_with_an_address_is_not_told_it_on_paper(office):
    with office.write(None) as (db, at):
        address = "eva.ek@politik.example.org"
        eva = add_person(db, key=address, name="Eva Ek", email=address, by=None, at=at)
        office.people["eva"] = eva.id

    answer = hand(office, "hr", "eva")

    assert "Skriv din e-postadress." in Page(answer).one("section", class_="slip").text
    assert "@" not in Page(answer).main


@sqlite_only
def test_an_official_who_is_known_by_the_name_is_told_no_employment_number(office):
    with office.write(None) as (db, at):
        office.people["eva"] = add_person(db, key="fv-eva-ek", name="Eva Ek", email=None, by=None, at=at).id

    slips = [Page(hand(office, "hr", key)).one("section", class_="slip").text for key in ("eva", "anna")]

    assert ["Skriv ditt användarnamn: fv-eva-ek" in slip for slip in slips] == [True, False]
    assert ["anställningsnummer" in slip for slip in slips] == [False, True]
    assert "med fv-eva-ek och ditt lösenord" in slips[0]


# --- who may not ---

REFUSED = {
    "over": 404,  # the own boss
    "under": 403,  # manages a unit below
    "bredvid": 403,  # works here, manages a unit beside
    "hr": 403,
    "snart-hr": 403,  # from tomorrow on
    "admin": 403,
    "sekr": 403,
    "annan": 404,
    "slutat": 404,
    "flyttat": 404,
    "politiker": 404,
    "chef": 403,  # oneself
    "finns-inte": 404,
}


@pytest.mark.parametrize("key", REFUSED)
def test_a_manager_gets_no_code_for_anybody_else_than_the_own_people_without_duties(office, key):
    before = everything(office.app)
    tries = hand(office, "chef", key)

    assert tries.status_code == REFUSED[key]
    assert not Page(tries).all("strong", class_="code")
    after = everything(office.app)
    assert (after["identity"], after["audit_entry"]) == (before["identity"], before["audit_entry"])


@sqlite_only
def test_somebody_elses_person_and_nobody_look_the_same(office):
    seen = [Page(hand(office, "chef", key)).texts("p")[:3] for key in ("annan", "slutat", "finns-inte")]

    assert seen[0] == seen[1] == seen[2]
    assert seen[0][0] == "Personen finns inte, eller arbetar inte i din enhet."


def test_hr_helps_everybody_but_hr_administrators_and_oneself(office):
    statuses = {key: hand(office, "hr", key).status_code for key in office.people}

    barred = {"hr": 403, "hr2": 403, "snart-hr": 403, "admin": 403, "admin2": 403}
    assert statuses == {key: barred.get(key, 200) for key in office.people}
    assert newest_entry(office).detail == {"role": "hr"}


def test_an_administrator_helps_everybody_but_oneself(office):
    statuses = {key: hand(office, "admin", key).status_code for key in office.people}

    assert statuses == {key: 403 if key == "admin" else 200 for key in office.people}


@sqlite_only
def test_who_manages_is_asked_when_the_code_is_made(office):
    chef = browser(office, "chef")
    assert post(chef, f"/engangskod/{office.people['anna']}").status_code == 200

    office.chief("bo", "EBB", since=str(today()), day=None)

    assert post(chef, f"/engangskod/{office.people['anna']}").status_code == 403
    assert hand(office, "bo", "anna").status_code == 200
    assert hand(office, "bo", "chef").status_code == 200  # manages nothing any more


# --- taking an account before it becomes worth taking ---


def test_a_password_that_a_manager_can_know_never_opens_hrs_account(office):
    """Chef takes anna's account with her slip, keeps a session and a fresh code; then anna becomes HR."""
    thief = browser(office)
    choose(thief, "anna", code_on(hand(office, "chef", "anna")))
    waiting = code_on(hand(office, "chef", "anna"))
    assert who(thief) == "Namn anna"

    office.role("anna", "hr", since=str(today()))

    assert who(thief) is None
    assert sign_in(browser(office), "anna").status_code == 422
    assert choose(browser(office), "anna", waiting).status_code == 422
    assert hand(office, "chef", "anna").status_code == 403
    anna = browser(office)
    assert choose(anna, "anna", code_on(hand(office, "admin", "anna"))).location == "/"
    assert anna.get("/rapport/tackning").status_code == 200


@sqlite_only
def test_a_further_role_ends_the_password_only_when_fewer_may_then_hand_out_a_code(office):
    def has_password(key):
        office.db.rollback()
        return identity(office.db, "password", key) is not None

    give_password(office, "anna", "hr", "admin", "sekr")
    office.role("anna", "learner")
    office.role("admin", "hr")
    assert [has_password(key) for key in ("anna", "admin")] == [True, True]
    with office.write(None) as (db, at):  # another board
        grant_role(db, office.people["sekr"], "secretary", since=today(), unit=office.units["IFO"], by=None, at=at)
    assert has_password("sekr")

    office.role("sekr", "hr")  # those of HR could hand the secretary a code
    office.role("hr", "admin")  # none but an administrator could before, either
    assert not has_password("sekr")
    assert has_password("hr")


# --- many at once ---


def names(answer):
    return [element.text for element in Page(answer).all("h2") if any(up["class"] == "slip" for up in element.parents)]


def test_a_manager_makes_slips_for_all_own_people_without_a_password_one_each_in_order(office):
    give_password(office, "bo")

    answer = hand_many(office, "chef", "EBB")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert names(answer) == ["Namn anna", "Engångskod"]
    codes = Page(answer).texts("strong", class_="code")
    tries = [choose(browser(office), *each) for each in zip(("anna", "hemlig"), codes, strict=True)]
    assert [each.status_code for each in tries] == [303, 303]
    assert "Namn hemlig" not in answer.text


def test_pressing_again_leaves_codes_that_wait_alone_until_one_asks_for_new_ones(office):
    first = Page(hand_many(office, "chef", "EBB1")).texts("strong", class_="code")
    before = everything(office.app)["identity"]

    again = hand_many(office, "chef", "EBB1")
    assert again.status_code == 409
    assert "har redan ett lösenord eller en kod" in Page(again).one("div", class_="error-summary").text
    assert everything(office.app)["identity"] == before

    new = Page(hand_many(office, "chef", "EBB1", aven="ja")).texts("strong", class_="code")
    assert len(new) == len(first) == 2
    assert set(new).isdisjoint(first)
    assert choose(browser(office), "anna", first[0]).status_code == 422


def test_hr_makes_slips_for_any_unit_but_never_for_hr_or_administrators(office):
    assert names(hand_many(office, "hr", "EBB1")) == [
        "Namn anna",
        "Namn bredvid",
        "Namn politiker",
        "Namn sekr",
        "Namn under",
        "Engångskod",
    ]
    assert names(hand_many(office, "hr", "IFO")) == ["Namn annan", "Namn flyttat"]


@sqlite_only
def test_a_manager_gets_no_slips_for_a_unit_above_or_beside(office):
    before = everything(office.app)["identity"]

    statuses = [hand_many(office, "chef", unit).status_code for unit in ("ASF", "IFO", "NAMND", "9999", "x", "")]

    assert statuses == [404, 404, 404, 404, 404, 422]
    assert everything(office.app)["identity"] == before
    chef = browser(office, "chef")
    seen = [chef.get(f"{CODES}?enhet={office.units[unit]}").status_code for unit in ("ASF", "IFO", "EBB2")]
    assert seen == [404, 404, 200]


@sqlite_only
def test_more_slips_than_one_carries_to_the_printer_are_refused_whole(office):
    with office.write(None) as (db, at):
        for number in range(MOST_SLIPS + 1):
            person = add_person(db, key=f"ny{number}", name=f"Ny {number}", email=None, by=None, at=at)
            add_membership(db, person.id, Terms(office.units["EBB2"], "Vikarie", today()), by=None, at=at)

    answer = hand_many(office, "chef", "EBB2")

    assert answer.status_code == 409
    assert "Det blir 102 lappar" in Page(answer).main
    assert everything(office.app)["identity"] == []


# --- the list ---


def test_the_list_says_who_has_a_way_in_and_who_gets_a_code_from_whom(office):
    give_password(office, "bo")
    hand(office, "chef", "anna")

    page = Page(browser(office, "chef").get(f"{CODES}?enhet={office.units['EBB']}"))

    button = "Ge en engångskod till "
    assert [(name, state.partition(" som")[0], what) for name, state, what in page.rows()] == [
        ("Namn admin", "Har inget lösenord", "Ges av HR"),
        ("Namn anna", "En kod", button + "Namn anna"),
        ("Namn bo", "Har lösenord", button + "Namn bo"),
        ("Namn bredvid", "Har inget lösenord", "Ges av HR"),
        ("Namn chef", "Har inget lösenord", "Du byter lösenord på Min sida"),
        ("Namn hr", "Har inget lösenord", "Ges av HR"),
        ("Namn sekr", "Har inget lösenord", "Ges av HR"),
        ("Namn snart-hr", "Har inget lösenord", "Ges av HR"),
        ("Namn under", "Har inget lösenord", "Ges av HR"),
        ("Skyddad person", "Har inget lösenord", button + "Skyddad person"),
    ]
    assert (newest_entry(office).action, newest_entry(office).detail) == ("codes.show", {"unit": office.units["EBB"]})


@sqlite_only
@pytest.mark.parametrize("giver", ["chef", "hr"])
def test_whose_account_is_shut_gets_no_code_from_anybody_before_it_is_opened(office, giver):
    with office.write(None) as (db, at):
        disable(db, office.people["anna"], by=None, at=at)

    page = Page(browser(office, giver).get(f"{CODES}?enhet={office.units['EBB1']}"))

    assert ["Namn anna", "Kontot är avstängt", "En administratör kan öppna kontot"] in page.rows()


@sqlite_only
def test_nobody_sees_a_protected_persons_name_or_address_there(office):
    for giver in ("chef", "hr"):
        text = browser(office, giver).get(f"{CODES}?enhet={office.units['EBB1']}").text
        assert "Skyddad person" in text
        assert "hemlig" not in text
        assert "@example.org" not in text


@sqlite_only
def test_hr_chooses_among_all_units_and_a_manager_among_the_own(office):
    def choices(key):
        return [option.text for option in Page(browser(office, key).get(CODES)).all("option")]

    assert choices("chef") == ["Enhet EBB", "– Enhet EBB1", "– Enhet EBB2"]
    everywhere = [f"Enhet {code}" for code in ("ASF", "EBB", "EBB1", "EBB2", "IFO", "NAMND")]
    assert [choice.lstrip("– ") for choice in choices("hr")] == ["Välj en enhet", *everywhere]
    assert choices("under") == []  # one unit is no choice
    assert "Enhet EBB1" in Page(browser(office, "under").get(CODES)).texts("h2")


@sqlite_only
def test_hr_finds_the_button_on_the_persons_page_unless_an_administrator_must_help(office):
    hr = browser(office, "hr")

    def ways(key):
        page = Page(hr.get(f"/personer/{office.people[key]}"))
        return page.all("form", action=f"/engangskod/{office.people[key]}"), "En administratör ger koden." in page.main

    assert [(bool(forms), told) for forms, told in map(ways, ("anna", "chef", "admin", "hr2"))] == [
        (True, False),
        (True, False),
        (False, True),
        (False, True),
    ]


def test_the_number_of_statements_does_not_grow_with_people(office):
    def statements():
        office.db.rollback()
        with Statements() as seen:
            browser(office, "chef").get(CODES)
        return len(seen.seen)

    statements()
    few = statements()
    for number in range(5):
        office.person(f"ny{number}", "EBB1")

    assert statements() == few
