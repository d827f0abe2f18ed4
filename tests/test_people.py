"""People and lists from the command line and HR's pages."""

import io
from datetime import date, timedelta

import pytest
import time_machine
from browsing import PASSWORD, Page, browser, everything, give_password, rows, seek
from roster_lists import HEAD, OFFICIALS, held, names, planned, read_in, row
from sqlalchemy import select, update
from test_testing_out import with_test
from world import course_sources, noon, post, token

from course.access.throttle import MOST_PAGES
from course.audit.tables import AuditEntry
from course.content.queries import current, newest_release_id
from course.db import transaction
from course.errors import Conflict, Invalid, NotFound
from course.learning.actions import complete, revoke
from course.learning.queries import completion_rows
from course.organisation.actions import (
    Terms,
    add_membership,
    add_person,
    correct_person,
    end_exemption,
    exempt,
    link,
    unlink,
)
from course.organisation.tables import Exemption, ImportDraft, Person
from course.report.catalogue.coverage import build
from course.roster.actions import Origin, apply_plan
from course.schema import Installation

LATER = noon("2030-01-01")


@pytest.fixture
def file(tmp_path):
    def write(*rows, name="lista.csv", head=HEAD):
        path = tmp_path / name
        path.write_text("\n".join([head, *rows]), encoding="utf-8")
        return str(path)

    return write


def run(world, *arguments):
    world.db.rollback()
    return world.app.test_cli_runner().invoke(args=["people", *arguments])


# --- the command line ---


def test_a_list_is_only_shown_until_it_is_applied(world, file):
    path = file(row("1"), row("2"))
    before = everything(world.app)

    shown = run(world, "import", path, "--as-of", "2026-02-01")
    assert (shown.exit_code, everything(world.app)) == (0, before)
    assert "Börjar: 2\n  Namn1 Ek (1), rad 2: ny: Enhet E1 från 1\xa0januari 2020" in shown.output
    assert "Inget är ändrat än." in shown.output

    assert run(world, "import", path, "--as-of", "2026-02-01", "--apply").exit_code == 0
    assert held(world, "1") == [("E1", "2020-01-01", "")]
    again = run(world, "import", path, "--as-of", "2026-02-01", "--apply")
    assert "Listan stämmer redan." in again.output
    listed = run(world, "imports").output
    assert "administratören  hr  lista.csv  2 började, 0 slutade, 0 bytte enhet, 0 ändrades" in listed


def test_a_file_with_problems_changes_nothing_and_ends_with_status_1(world, file):
    before = everything(world.app)

    answer = run(world, "import", file(row("1"), row("", since="x")), "--apply")

    assert answer.exit_code == 1
    assert "rad 3: ”fran” är inget datum: ”x”." in answer.output
    assert "rad 3: ”anstallningsnummer” saknas." in answer.output
    assert everything(world.app) == before


def test_unusually_many_leavers_stop_until_really(world, file):
    everybody = [row(str(number)) for number in range(20)]
    run(world, "import", file(*everybody), "--as-of", "2026-02-01", "--apply")
    before = everything(world.app)
    fewer = file(*everybody[2:])

    stopped = run(world, "import", fewer, "--as-of", "2026-03-01", "--apply")
    assert (stopped.exit_code, everything(world.app)) == (1, before)
    assert "2 av 20 tillsvidareanställda i hela listan slutar, mer än 5 procent." in stopped.output
    assert run(world, "import", fewer, "--as-of", "2026-03-01", "--apply", "--really").exit_code == 0
    assert held(world, "0") == [("E1", "2020-01-01", "2026-02-28")]

    assert run(world, "undo").exit_code == 0
    assert held(world, "0") == [("E1", "2020-01-01", "")]
    assert run(world, "undo").exit_code == 1


def test_officials_are_read_in_by_their_own_command(world, file):
    path = file("Åsa Ek;asa@example.org;Socialnämnden;;Ledamot;2023-01-01;", head=OFFICIALS)

    assert run(world, "import-officials", path, "--apply").exit_code == 0
    assert held(world, "asa@example.org") == [("namnd-socialnamnden", "2023-01-01", "")]


def test_one_person_is_corrected_counted_exempted_linked_and_ended_by_hand(world):
    for key in ("1", "2"):
        run(
            world,
            "add",
            "--key",
            key,
            "--name",
            f"Namn {key}",
            "--unit",
            "A",
            "--unit-name",
            "A",
            "--from",
            "2026-01-01",
        )

    for arguments in (
        ("correct", "1", "--name", "Ny", "--email", "Ny@Example.org", "--protected"),
        ("counts", "1", "--no", "--from", "2026-02-01"),
        ("exempt", "1", "--from", "2026-03-01", "--to", "2026-03-31"),
        ("end-exemption", "1", "--last-day", "2026-03-15"),
        ("link", "2", "1"),
        ("correct", "2", "--email", "ny@example.org"),
        ("unlink", "2"),
        ("end", "1", "--last-day", "2026-06-30", "--unit", "A"),
    ):
        answer = run(world, *arguments)
        assert (arguments, answer.exit_code) == (arguments, 0), answer.output

    person = world.db.scalars(select(Person).where(Person.key == "1")).one()
    assert (person.name, person.email, person.protected) == ("Ny", "ny@example.org", True)
    assert held(world, "1") == [("A", "2026-01-01", "2026-01-31"), ("A", "2026-02-01", "2026-06-30")]
    assert [answer.exit_code for answer in (run(world, "unlink", "2"), run(world, "end", "1"))] == [1, 1]


# --- by hand, one by one ---


def test_two_people_share_an_email_only_when_they_are_one_human(world):
    world.person("1", "A")
    with pytest.raises(Conflict, match="används redan"), world.write() as (db, at):
        add_person(db, key="2", name="Två", email="1@EXAMPLE.org", by=None, at=at)
    world.person("2", "A")
    ids = [world.people[key] for key in ("1", "2")]
    with pytest.raises(Conflict), world.write() as (db, at):
        correct_person(db, ids[1], email="1@example.org", by=None, at=at)
    with world.write() as (db, at):
        link(db, ids[1], ids[0], by=None, at=at)

    with world.write() as (db, at):
        correct_person(db, ids[1], email="1@example.org", by=None, at=at)

    assert set(world.db.scalars(select(Person.email))) == {"1@example.org"}


def test_links_are_a_star_whoever_is_linked_to_whom(world):
    world.publish()
    ids = [world.person(key, "A") for key in "abc"]
    with world.write("2026-01-02") as (db, at):
        link(db, ids[1], ids[0], by=None, at=at)
    with world.write("2026-01-03") as (db, at):
        link(db, ids[0], ids[2], by=None, at=at)

    table = build(world.db, "kurs", "employee", date(2026, 6, 1), LATER)
    assert next(group for group in table.groups if group.key == "status").figures[0].value == 1
    for one, other in ((0, 0), (0, 2), (1, 2), (2, 1)):
        with pytest.raises((Conflict, Invalid)), world.write("2026-01-04") as (db, at):
            link(db, ids[one], ids[other], by=None, at=at)


def members(world, known_at):
    table = build(world.db, "kurs", "employee", date(2026, 6, 1), known_at)
    return {figure.key: figure.value for group in table.groups if group.key == "status" for figure in group.figures}


def test_a_link_counts_from_the_instant_it_is_known_and_so_does_taking_it_back(world):
    world.publish()
    ids = [world.person(key, "A") for key in "ab"]
    world.take("a", "2026-01-03")
    with world.write("2026-02-01") as (db, at):
        link(db, ids[0], ids[1], by=None, at=at)
    with world.write("2026-03-01") as (db, at):
        unlink(db, ids[0], by=None, at=at)

    found = [members(world, noon(day)) for day in ("2026-01-31", "2026-02-15", "2026-03-15")]

    assert [(each["members"], each["covered"]) for each in found] == [(2, 1), (1, 1), (2, 1)]


def test_an_exemption_holds_from_to_as_known_and_only_for_those_not_covered(world):
    world.publish()
    ids = [world.person(key, "A") for key in "abc"]
    world.take("b", "2026-01-03")
    for number in ids[:2]:
        with world.write("2026-02-01") as (db, at):
            exempt(db, number, since=date(2026, 5, 1), until=date(2026, 6, 1), by=None, at=at)
    with pytest.raises(Conflict), world.write("2026-02-02") as (db, at):
        exempt(db, ids[0], since=date(2026, 6, 1), until=date(2026, 6, 2), by=None, at=at)
    with world.write("2026-02-03") as (db, at):
        end_exemption(db, ids[0], last_day=None, by=None, at=at)
    with pytest.raises(NotFound), world.write("2026-02-04") as (db, at):
        end_exemption(db, ids[0], last_day=None, by=None, at=at)

    found = [members(world, noon(day)) for day in ("2026-01-31", "2026-02-02", "2026-02-04")]

    assert [(each["covered"], each["exempt"], each["not_started"]) for each in found] == [
        (1, 0, 2),
        (1, 1, 1),
        (1, 0, 2),
    ]
    assert Exemption.__table__.columns.keys().count("reason") == 0


# --- HR's pages ---


@pytest.fixture
def site(world):
    world.publish()
    world.person("anna", "A")
    world.person("hemlig", "A")
    world.person("hr")
    world.role("hr", "hr")
    with world.write() as (db, at):
        correct_person(db, world.people["hemlig"], protected=True, by=None, at=at)
    return world


def send(client, content, *, per="2026-02-01", kind="employees", name="lista.csv"):
    form = {"csrf_token": token(client), "sort": kind, "per": per, "kalla": ""}
    upload = (io.BytesIO(content), name)
    return client.post("/personer/import", data={**form, "fil": upload}, content_type="multipart/form-data")


def listed(*rows):
    return "\n".join([HEAD, *rows]).encode()


def test_hr_sends_a_list_sees_the_plan_and_then_makes_the_changes(site):
    client = browser(site, "hr")

    preview = send(client, listed(row("1"), row("2")))
    page = Page(client.get(preview.location))

    assert page.h1 == "Så här ändras personallistan"
    assert "Börjar 2" in page.main
    assert held(site, "1") == []
    digest = (
        page.one("input", name_="plan")["value"] if page.all("input", name_="plan") else page.all("input")[-1]["value"]
    )
    done = client.post(preview.location, data={"csrf_token": token(client), "plan": digest})
    assert (done.status_code, done.location) == (303, "/personer/import")
    assert held(site, "1") == [("E1", "2020-01-01", "")]
    assert site.db.scalars(select(ImportDraft)).all() == []
    assert "Namn hr" in Page(client.get("/personer/import")).main


def test_a_plan_that_is_another_by_now_is_shown_again(site):
    client = browser(site, "hr")
    preview = send(client, listed(row("1")))

    answer = client.post(preview.location, data={"csrf_token": token(client), "plan": "gammal"})

    assert answer.status_code == 409
    assert "Något har ändrats sedan du såg sidan." in Page(answer).main
    assert held(site, "1") == []


def stored(site):
    """All there is, but for how often somebody has sent a list."""
    return {table: rows for table, rows in everything(site.app).items() if table not in ("throttle", "installation")}


def test_a_list_that_cannot_be_read_is_told_row_by_row(site):
    client = browser(site, "hr")
    before = stored(site)

    answer = send(client, listed(row("1", since="x"), row("2", form="?")))

    assert answer.status_code == 422
    assert [text.partition(":")[0] for text in Page(answer).texts("li") if text.startswith("rad")] == ["rad 2", "rad 3"]
    assert stored(site) == before


def chosen(client, source):
    """The form with which the page lets one undo the newest import of a source."""
    page = Page(client.get("/personer/import"))
    fields = [page.all("input", name=name) for name in ("kalla", "import")]
    sources, numbers = ([each["value"] for each in found if each["type"] == "hidden"] for found in fields)
    return {"csrf_token": token(client), "kalla": source, "import": dict(zip(sources, numbers, strict=True))[source]}


def test_only_the_import_that_was_seen_is_undone_and_only_once(site):
    hr, colleague = browser(site, "hr"), browser(site, "hr")
    read_in(site, [row("1")], "2026-01-05")
    seen = chosen(hr, "hr")
    read_in(site, [row("1"), row("2")], "2026-01-06")

    late = hr.post("/personer/angra-import", data=seen)
    assert (late.status_code, "har kommit efter import" in Page(late).main) == (409, True)
    assert held(site, "2") == [("E1", "2020-01-01", "")]

    newest = chosen(colleague, "hr")
    assert colleague.post("/personer/angra-import", data=newest).status_code == 303
    again = colleague.post("/personer/angra-import", data=newest)
    assert (again.status_code, "Bara den senaste kan ångras" in Page(again).main) == (404, True)
    assert (held(site, "1"), held(site, "2")) == ([("E1", "2020-01-01", "")], [])


def test_who_read_a_list_in_is_not_named_when_protected(site):
    with site.write("2026-01-05") as (db, at):
        correct_person(db, site.people["hr"], protected=True, by=None, at=at)
        found = planned(site, [row("1")], "2026-01-05")
        apply_plan(db, found, Origin("employees", "hr", "l.csv", "0" * 64), by=site.people["hr"], at=at)
    client = browser(site, "hr")

    first = Page(client.get("/")).main.removeprefix("Välkommen, Namn hr")
    for told in (Page(client.get("/personer/import")).main, first, run(site, "imports").output):
        assert "Skyddad person" in told
        assert "Namn hr" not in told


def test_hr_takes_the_newest_import_back(site):
    client = browser(site, "hr")
    with site.write("2026-01-05") as (db, at):
        found = planned(site, [row("1")], "2026-01-05")
        apply_plan(db, found, Origin("employees", "hr", "l.csv", "0" * 64), by=None, at=at)
    assert names(found.joined) == ["1"]

    answer = client.post("/personer/angra-import", data=chosen(client, "hr"))

    assert answer.status_code == 303
    assert held(site, "1") == []


def test_no_list_of_real_people_is_read_into_a_demonstration(site):
    with site.write() as (db, _at):
        db.execute(update(Installation).values(demonstration=True))

    answer = send(browser(site, "hr"), listed(row("1")))

    assert answer.status_code == 409
    assert "demonstration" in Page(answer).main


@pytest.mark.parametrize("typed", ["Åke Öberg", "åke ö", "ÅKE", "öBERG"])
def test_a_name_is_found_however_its_letters_are_written(site, typed):
    with site.write("2026-01-05") as (db, at):
        add_person(db, key="77", name="Åke Öberg", email="", by=None, at=at)

    found = Page(seek(browser(site, "hr"), "/personer", typed))

    assert "Åke Öberg (77)" in found.main


@pytest.mark.parametrize(
    "typed",
    ["Exempel, Anna", "anna exempel", "Exempel Anna", "ÉXEMPEL", "anna  EXÉMP", "ＡＮＮＡ exempel", " 78 ", "７８"],
)
def test_a_name_is_found_whatever_the_order_of_its_words_and_its_accents(site, typed):
    with site.write("2026-01-05") as (db, at):
        add_person(db, key="78", name="Anna Exempel", email="", by=None, at=at)
        add_person(db, key="79", name="Anna Annan", email="", by=None, at=at)

    found = Page(seek(browser(site, "hr"), "/personer", typed))

    assert [link.text for link in found.all("a") if "(7" in link.text] == ["Anna Exempel (78)"]


def test_two_of_one_name_are_told_apart_by_their_units_and_nothing_is_told_of_a_protected_person(site):
    site.unit("B")
    with site.write("2026-01-05") as (db, at):
        for key, unit, protected in (("81", "A", False), ("82", "B", False), ("83", "A", True)):
            person = add_person(db, key=key, name="Bo Lik", email="", by=None, at=at)
            add_membership(db, person.id, Terms(site.units[unit], "", date(2020, 1, 1)), by=None, at=at)
            correct_person(db, person.id, protected=protected, by=None, at=at)
    client = browser(site, "hr")

    tasks = [found.text for found in Page(seek(client, "/personer", "bo lik")).all("li") if "Lik" in found.text]
    hidden = Page(seek(client, "/personer", "83"))

    assert tasks == ["Bo Lik (81) Enhet A", "Bo Lik (82) Enhet B"]
    assert [found.text for found in hidden.all("li") if "Skyddad" in found.text] == ["Skyddad person"]


def test_of_many_with_a_name_the_first_in_swedish_order_are_found(site):
    with site.write("2026-01-05") as (db, at):
        for number in range(20):
            add_person(db, key=f"z{number}", name=f"Ävent Lik {number}", email="", by=None, at=at)
        add_person(db, key="a", name="åsa Lik", email="", by=None, at=at)

    found = Page(seek(browser(site, "hr"), "/personer", "lik"))

    assert "åsa Lik (a)" in found.main
    assert "20 personer" in found.main


def newest_entry(site):
    site.db.rollback()
    return site.db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()


def test_a_name_that_is_looked_for_stands_in_no_address_and_whom_it_found_is_logged_when_shown(site):
    client = browser(site, "hr")

    answer = post(client, "/personer", "/personer", sok="namn anna")

    assert (answer.status_code, answer.location) == (303, f"/personer?traff={site.people['anna']}")
    assert newest_entry(site).action != "people.search"
    assert "Namn anna" in Page(client.get(answer.location)).main
    assert (newest_entry(site).action, newest_entry(site).detail) == ("people.search", {"found": [site.people["anna"]]})
    nobody = post(client, "/personer", "/personer", sok="finns inte")
    assert (nobody.status_code, Page(nobody).one("input", name="sok")["value"]) == (200, "finns inte")
    assert "Ingen heter så" in Page(nobody).main
    assert [link.text for link in Page(nobody).all("a") if link["aria-current"]] == ["Personer"]
    assert post(client, "/personer", "/personer", sok=" ").location == "/personer"
    assert "tasks" not in client.get("/personer?traff=x&traff=0&traff=" + "9" * 30).text
    assert "Namn anna" not in Page(client.get("/personer?sok=anna")).main


def test_a_protected_person_is_found_by_the_whole_number_only_and_never_by_name(site):
    client = browser(site, "hr")

    assert "Namn anna" in Page(seek(client, "/personer", "namn")).main
    assert "hemlig" not in Page(seek(client, "/personer", "namn")).main
    found = Page(seek(client, "/personer", "hemlig"))
    assert "Skyddad person" in found.main
    assert "Namn hemlig" not in found.main


def test_why_a_person_is_counted_so_is_told_fact_by_fact_and_opening_it_is_logged(site):
    site.take("anna", "2026-03-01")
    client = browser(site, "hr")

    page = Page(client.get(f"/personer/{site.people['anna']}?per=2026-06-01"))

    assert "Läget den 1 juni 2026: klar. Personen räknas som nådd under perioden." in page.main
    facts = list(page.texts("th", scope="row"))
    assert facts == [
        "Enhet A som handläggare, tillsvidare, räknas",
        "Hela kursen, utgåva 1 (i kursen)",
        "Modulen ”Modulen modul”, utgåva 1 (i kursen)",
    ]
    site.db.rollback()
    newest = newest_entry(site)
    assert (newest.action, newest.subject) == ("people.show", str(site.people["anna"]))
    assert "Det rätta" not in page.main


def rows_of(site, client, key, per="2026-06-01"):
    """The rows of why a person is counted so, and everything else on the page."""
    page = Page(client.get(f"/personer/{site.people[key]}", query_string={"per": per}))
    return [tuple(row) for row in page.rows()], page.main


def test_nobody_can_see_how_many_tries_it_took_when_in_the_day_or_by_which_questions(site):
    site.publish(with_test(), day="2026-01-02")
    keys = ("once", "often", "tested", "again")
    for key in keys:
        site.person(key, "B")
    site.take("once", "2026-03-02")
    for second in ("fel", "fel", "fel", "ratt"):
        site.take("often", "2026-03-02", first="fel" if second == "fel" else "ratt", second=second)
    taken = site.begin("tested", "2026-03-02", quiz="kunskap-modul")
    for item in taken.paper:
        site.answer("tested", taken, item, "ratt", "2026-03-02")
    for _ in range(3):
        site.take("again", "2026-03-02")

    client = browser(site, "hr")
    pages = [rows_of(site, client, key) for key in keys]

    assert [rows for rows, _ in pages] == [pages[0][0]] * 4
    assert {main.replace(key, "once") for key, (_, main) in zip(keys, pages, strict=True)} == {pages[0][1]}
    learned = [row for row in pages[0][0] if "utgåva" in row[0]]
    assert learned == [
        ("Hela kursen, utgåva 1 (i kursen)", "", "2 mars 2026", "", "gäller tills vidare"),
        ("Modulen ”Modulen modul”, utgåva 1 (i kursen)", "2 mars 2026", "2 mars 2026", "", ""),
    ]


def test_a_module_has_the_day_it_was_begun_and_the_day_it_was_done_by_the_day_that_is_asked_for(site):
    site.begin("anna", "2026-03-02")
    site.take("anna", "2026-03-09")
    client = browser(site, "hr")

    def module(per):
        rows, _ = rows_of(site, client, "anna", per)
        return [row[1:3] for row in rows if row[0].startswith("Modulen")]

    assert [module(day) for day in ("2026-03-01", "2026-03-02", "2026-03-08", "2026-03-09")] == [
        [],
        [("2 mars 2026", "")],
        [("2 mars 2026", "")],
        [("2 mars 2026", "9 mars 2026")],
    ]


def test_each_edition_has_a_row_of_its_own_and_what_hr_recorded_keeps_its_time(site):
    site.take("anna", "2026-03-02")
    site.publish(course_sources(edition=2, edition_from=date(2026, 5, 1)), day="2026-04-01")
    site.begin("anna", "2026-05-02")
    with site.write("2026-05-04") as (db, at):
        release = current(db, newest_release_id(db))["kurs"]
        complete(db, site.people["anna"], release, "", 2, route="paper", evidence="x",
                 occurred_on=date(2026, 5, 3), at=at)  # fmt: skip

    rows, _ = rows_of(site, browser(site, "hr"), "anna")

    assert [row[:4] for row in rows if ", utgåva" in row[0]] == [
        ("Hela kursen, utgåva 1 (i kursen)", "", "2 mars 2026", ""),
        ("Modulen ”Modulen modul”, utgåva 1 (i kursen)", "2 mars 2026", "2 mars 2026", ""),
        ("Modulen ”Modulen modul”, utgåva 2", "2 maj 2026", "", ""),
        ("Hela kursen, utgåva 2 (papper)", "", "3 maj 2026", "4 maj 2026 kl. 14.00"),
    ]


def test_what_was_known_is_kept_in_silence_when_another_day_is_chosen(site):
    page = Page(browser(site, "hr").get(f"/personer/{site.people['anna']}?kand=2026-03-01"))

    assert page.sends("Visa")["kand"] == ["2026-03-01"]


def test_hr_reads_why_a_completion_was_revoked_and_which_day_is_the_last(site):
    site.take("anna", "2026-03-01")
    with site.write("2026-03-10") as (db, at):
        exempt(db, site.people["anna"], since=date(2026, 7, 1), until=date(2026, 7, 31), by=None, at=at)
        module = completion_rows(db, site.people["anna"])[0]
        revoke(db, module.id, reason="Det var Bo som svarade.", by=None, at=at)  # and the course, which rests on it

    page = Page(browser(site, "hr").get(f"/personer/{site.people['anna']}"))

    assert page.main.count("återkallat 10 mars 2026") == page.main.count(": Det var Bo som svarade.") == 2
    assert "Undantagen till och med 31 juli 2026" in page.main


def test_a_persons_page_tells_of_the_courses_that_concern_them_only(site):
    made = course_sources(course="namnd", audience="official")
    head = "modules/namnd/course.toml"
    site.publish(made | {head: made[head].replace("En kurs", "Nämndens kurs")})
    site.person("ledamot", "B", audience="official")
    site.person("utan")
    client = browser(site, "hr")

    def told(key):
        page = Page(client.get(f"/personer/{site.people[key]}"))
        return page.main.count("Varför räknas personen så?"), "Nämndens kurs" in page.main

    assert (told("anna"), told("ledamot"), told("utan")) == ((1, False), (1, True), (0, False))
    assert "hör inte till målgruppen" in Page(client.get(f"/personer/{site.people['utan']}")).main
    site.membership("anna", "B", audience="official")
    assert told("anna") == (2, True)


def test_every_form_of_a_persons_page_does_what_it_says(site):
    client = browser(site, "hr")
    anna = f"/personer/{site.people['anna']}"
    site.person("bo", "B")
    forms = {
        "ratta": {**Page(client.get(anna)).sends("Rätta namn och e-post"), "namn": "Anna Ny", "epost": ""},
        "anstall": {"enhet": "B", "fran": "2026-05-01", "form": "hourly"},
        "raknas": {"raknas": "nej", "fran": "2026-06-01"},
        "undanta": {"fran": "2026-07-01", "till": ""},
        "avsluta-undantag": {"sista": "2026-08-01"},
        "koppla": {"nummer": "bo"},
        "koppla-isar": {},
        "avsluta": {"sista": "2026-12-31", "enhet": "B"},
    }
    for verb, form in forms.items():
        answer = client.post(f"{anna}/{verb}", data={**form, "csrf_token": token(client)})
        assert (verb, answer.status_code) == (verb, 303)

    assert "Anna Ny" in Page(client.get(anna)).main
    assert held(site, "anna")[-1] == ("B", "2026-06-01", "2026-12-31")
    for verb, form in (
        ("koppla", {"nummer": "finns-inte"}),
        ("koppla", {"nummer": " "}),
        ("undanta", {"fran": "i går"}),
        ("koppla-isar", {}),
    ):
        answer = client.post(f"{anna}/{verb}", data={"csrf_token": token(client), **form})
        assert answer.status_code in (404, 422)
        told = Page(answer).one("div", class_="error-summary").text
        assert form.get("nummer") != " " or "Det andra numret saknas." in told


def test_a_page_left_open_takes_away_no_protection_that_was_given_since(site):
    hr, colleague = browser(site, "hr"), browser(site, "hr")
    anna = f"/personer/{site.people['anna']}"
    open_since = Page(hr.get(anna)).sends("Rätta namn och e-post")
    form = {**Page(colleague.get(anna)).sends("Rätta namn och e-post"), "skyddad": "ja"}
    assert colleague.post(f"{anna}/ratta", data=form).status_code == 303

    answer = hr.post(f"{anna}/ratta", data={**open_since, "namn": "Anna Ny"})

    assert (answer.status_code, "har ändrats sedan du öppnade sidan" in Page(answer).main) == (409, True)
    site.db.rollback()
    person = site.db.get_one(Person, site.people["anna"], populate_existing=True)
    assert (person.name, person.protected) == ("Namn anna", True)
    again = {**Page(answer).sends("Rätta namn och e-post"), "namn": "Anna Ny"}
    assert hr.post(f"{anna}/ratta", data=again).status_code == 303
    site.db.rollback()
    person = site.db.get_one(Person, site.people["anna"], populate_existing=True)
    assert (person.name, person.protected) == ("Anna Ny", True)


def test_hr_adds_a_person_by_hand(site):
    client = browser(site, "hr")
    form = {"nummer": "99", "namn": "Nya Ek", "epost": "", "enhet": "A", "fran": "2026-05-01", "form": "trainee"}

    answer = client.post("/personer/ny", data={"csrf_token": token(client), **form})

    assert answer.status_code == 303
    assert held(site, "99") == [("A", "2026-05-01", "")]
    again = client.post("/personer/ny", data={"csrf_token": token(client), **form})
    assert again.status_code == 409
    assert "Det finns redan en person med anställningsnumret ”99”." in Page(again).main


def test_a_protected_human_is_protected_under_every_number(world):
    for key in ("1", "2", "3"):
        world.person(key)
    numbers = [world.people[key] for key in ("1", "2", "3")]

    def protected():
        world.db.rollback()
        return [world.db.get_one(Person, number, populate_existing=True).protected for number in numbers]

    with world.write() as (db, at):
        correct_person(db, numbers[0], protected=True, by=None, at=at)
        link(db, numbers[0], numbers[1], by=None, at=at)
    assert protected() == [True, True, False]

    with world.write() as (db, at):
        correct_person(db, numbers[1], protected=False, by=None, at=at)
    assert protected() == [False, False, False]

    with world.write() as (db, at):
        link(db, numbers[2], numbers[1], by=None, at=at)
        correct_person(db, numbers[2], protected=True, by=None, at=at)
    assert protected() == [True, True, True]


def test_a_refused_change_shows_the_person_and_is_logged_as_opening_the_page(site):
    client = browser(site, "hr")

    answer = post(client, f"/personer/{site.people['anna']}/finns-inte")

    assert (answer.status_code, "Namn anna" in Page(answer).main) == (422, True)
    site.db.rollback()
    newest = newest_entry(site)
    assert (newest.action, newest.subject) == ("people.show", str(site.people["anna"]))


def test_an_employment_that_is_sent_twice_is_added_once(site):
    client, url = browser(site, "hr"), f"/personer/{site.people['anna']}/anstall"
    form = {"fran": "2026-02-01", "enhet": "A", "befattning": "Extra", "form": "hourly"}

    assert [post(client, url, **form).status_code for _ in range(2)] == [303, 409]
    assert post(client, url, **form | {"fran": "2026-03-01"}).status_code == 303


@pytest.fixture
def hidden(site):
    """The address of a protected person's page."""
    with transaction() as (db, at):
        correct_person(db, site.people["anna"], protected=True, by=None, at=at)
    return f"/personer/{site.people['anna']}"


def acts(world, *wanted):
    world.db.rollback()
    log = world.db.execute(select(AuditEntry.action, AuditEntry.subject).order_by(AuditEntry.id))
    return [tuple(entry) for entry in log if entry.action in wanted]


def test_a_protected_persons_name_and_e_mail_are_shown_only_when_asked_for_and_that_is_logged(site, hidden):
    hr = browser(site, "hr")

    page = hr.get(hidden)
    assert "Namn anna" not in page.text
    assert "anna@example.org" not in page.text
    assert acts(site, "people.reveal") == []
    assert hr.get(f"{hidden}/visa").status_code == 405
    shown = Page(hr.post(f"{hidden}/visa", data=Page(page).sends("Visa uppgifter")))
    assert shown.one("input", id="ratta-namn")["value"] == "Namn anna"
    assert acts(site, "people.reveal") == [("people.reveal", str(site.people["anna"]))]
    form = {**shown.sends("Rätta namn och e-post"), "namn": "Anna Ny"}
    assert hr.post(f"{hidden}/ratta", data=form).status_code == 303
    site.db.rollback()
    assert site.db.get_one(Person, site.people["anna"]).name == "Anna Ny"
    assert "Anna Ny" not in hr.get(hidden).text


@pytest.mark.parametrize("key", ["berit.blom@example.org", "fv-berit-blom", "7007"])
def test_a_protected_persons_number_is_shown_unless_it_tells_the_name(site, key):
    with transaction() as (db, at):
        berit = add_person(db, key=key, name="Berit Blom", email=None, by=None, at=at)
        correct_person(db, berit.id, protected=True, by=None, at=at)
    hr, page = browser(site, "hr"), f"/personer/{berit.id}"

    closed = hr.get(page)
    opened = hr.post(f"{page}/visa", data=Page(closed).sends("Visa uppgifter"))

    assert ("7007" in closed.text, "berit" in closed.text.lower()) == (key == "7007", False)
    assert f"Nummer {key}" in Page(opened).main


def test_a_correction_of_a_protected_person_that_is_refused_is_logged_as_showing_them(site, hidden):
    answer = post(browser(site, "hr"), f"{hidden}/ratta", namn="", skyddad="ja")

    assert answer.status_code in (409, 422)
    assert acts(site, "people.reveal") == [("people.reveal", str(site.people["anna"]))]


def test_an_open_person_is_shown_as_before(site):
    page = Page(browser(site, "hr").get(f"/personer/{site.people['anna']}"))

    assert page.one("input", id="ratta-namn")["value"] == "Namn anna"
    assert "Visa uppgifter" not in page.main


def test_the_people_cannot_be_walked_through_one_by_one(site):
    hr = browser(site, "hr")
    people = [site.person(f"p{number}") for number in range(MOST_PAGES)]

    assert {hr.get(f"/personer/{person}").status_code for person in people} == {200}
    assert {hr.get(f"/personer/{person}").status_code for person in people} == {200}
    assert hr.get(f"/personer/{site.people['anna']}").status_code == 429
    assert post(hr, f"/personer/{site.people['anna']}/raknas", raknas="ja", fran="fel").status_code == 429


def test_who_saw_which_list_before_it_was_read_in_is_logged(site):
    hr = browser(site, "hr")
    sent = send(hr, listed(row("1")))

    assert acts(site, "imports.show") == []
    assert hr.get(sent.location).status_code == 200

    assert acts(site, "imports.show") == [("imports.show", "hr")]
    entry = site.db.scalars(select(AuditEntry).where(AuditEntry.action == "imports.show")).one()
    assert entry.actor == site.people["hr"]
    assert set(entry.detail) == {"digest", "as_of"}


def test_a_list_that_nobody_decided_on_cannot_be_opened_after_a_day_and_is_gone_at_the_next_sign_in(site):
    give_password(site, "anna")
    with time_machine.travel("2050-11-23T08:00:00Z", tick=False) as now:
        sent = send(browser(site, "hr"), listed(row("1")))
        now.shift(timedelta(hours=23, minutes=59))
        assert browser(site, "hr").get(sent.location).status_code == 200
        assert rows(site.app, "import_draft") == (1,)
        now.shift(timedelta(minutes=1, seconds=1))
        assert browser(site, "hr").get(sent.location).status_code == 404
        assert post(browser(site, "hr"), sent.location, plan="x").status_code == 404
        post(browser(site), "/logga-in", "/logga-in", namn="anna", losenord=PASSWORD)

    assert rows(site.app, "import_draft") == (0,)
