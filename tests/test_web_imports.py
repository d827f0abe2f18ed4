"""A list that waits for HR's decision is found again, and can be thrown away."""

import io
from datetime import date, timedelta

import pytest
from browsing import Page, browser, rows
from roster_lists import HEAD, planned, read_in, row
from sqlalchemy import select
from world import post, token

from course import clock
from course.evidence.actions import import_evidence
from course.evidence.evidence_file import Earned
from course.organisation.roster_file import EMPLOYEE_COLUMNS, OFFICIAL_COLUMNS
from course.organisation.tables import ImportDraft
from course.roster.actions import Origin, keep_draft, undo_import

LIST = "\n".join([HEAD, row("1"), row("2")]).encode()


@pytest.fixture
def hr(world):
    world.person("hr")
    world.role("hr", "hr")
    return browser(world, "hr")


def send(client, name="lista.csv"):
    form = {"csrf_token": token(client), "sort": "employees", "per": "2026-02-01", "fil": (io.BytesIO(LIST), name)}
    return client.post("/personer/import", data=form, content_type="multipart/form-data").location


def test_a_waiting_list_is_linked_from_the_form_and_from_the_first_page(world, hr):
    world.publish()
    preview = send(hr)

    page = Page(hr.get("/personer/import"))

    assert preview in [link["href"] for link in page.all("a")]
    assert "En lista väntar på att du bekräftar den" in Page(hr.get("/")).main
    world.person("annan")
    world.role("annan", "hr")
    assert preview not in browser(world, "annan").get("/personer/import").text


def test_a_list_that_is_thrown_away_waits_no_more_and_has_changed_nothing(world, hr):
    preview = send(hr)
    before = rows(world.app, "person", "membership_state", "import")

    answer = post(hr, f"{preview}/slang")

    assert answer.status_code == 303
    page = Page(hr.get("/personer/import"))
    assert page.texts("p", class_="receipt") == ["lista.csv är borttagen. Inget är ändrat."]
    assert preview not in [link["href"] for link in page.all("a")]
    assert rows(world.app, "person", "membership_state", "import") == before
    assert post(hr, f"{preview}/slang").status_code == 404
    assert Page(hr.get("/personer/import")).texts("p", class_="receipt") == []


def test_who_was_added_by_hand_and_stands_in_the_list_is_pointed_out(world):
    world.person("1", "A")
    world.person("3", "A", until="2026-01-31")

    remarks = planned(world, [row("1"), row("2"), row("3")], "2026-02-01").remarks

    assert [each for each in remarks if "tillagd för hand" in each] == [
        "1 har redan en anställning som är tillagd för hand. Är det samma, avsluta den på personens sida."
    ]


@pytest.mark.parametrize("kind", ["employees", "officials"])
def test_an_empty_template_has_the_titles_that_are_read(world, hr, kind):
    answer = hr.get(f"/personer/import/mall/{kind}.csv")
    page = Page(hr.get("/personer/import"))

    titles = answer.text.removeprefix("\ufeff").strip().split(";")
    assert titles == [column.name for column in {"employees": EMPLOYEE_COLUMNS, "officials": OFFICIAL_COLUMNS}[kind]]
    assert f"/personer/import/mall/{kind}.csv" in [link["href"] for link in page.all("a")]
    assert hr.get("/personer/import/mall/andra.csv").status_code == 404


def test_the_page_and_the_command_tell_every_kind_of_import(world, hr):
    world.publish()
    read_in(world, [row("1"), row("2")], "2026-01-10")
    read_in(world, ["Bo Ek;bo@example.org;Nämnden;;Ledamot;2023-01-01;"], "2026-01-11", "namnd", "officials")
    with world.write("2026-01-12") as (db, at):
        earned = [Earned(2, "1", "kurs", "", "paper", date(2026, 1, 5), "Lista")]
        import_evidence(db, earned, file_name="f.csv", digest="0" * 64, by=None, at=at)
    with world.write("2026-01-13") as (db, at):
        undo_import(db, "hr", by=None, at=at)

    shown = [cells[-1].partition(" Ångra ")[0] for cells in Page(hr.get("/personer/import")).rows()]

    assert shown == [
        "Ångrade import 1",
        "1 rad med genomföranden",
        "1 började, 0 slutade, 0 bytte enhet, 0 ändrades",
        "2 började, 0 slutade, 0 bytte enhet, 0 ändrades (ångrad)",
    ]
    printed = world.app.test_cli_runner().invoke(args=["people", "imports"]).output.splitlines()
    assert [line.rpartition("  ")[2] for line in printed] == shown


def test_a_list_that_changes_nothing_waits_for_nobody(world, hr):
    read_in(world, [row("1"), row("2")], "2026-02-01")
    before = rows(world.app, "import", "import_draft")

    form = {"csrf_token": token(hr), "sort": "employees", "per": "2026-02-01", "fil": (io.BytesIO(LIST), "lista.csv")}
    answer = hr.post("/personer/import", data=form, content_type="multipart/form-data")

    page = Page(answer)
    assert (answer.status_code, page.h1, page.main_buttons()) == (200, "Listan stämmer redan", ["Klar"])
    assert rows(world.app, "import", "import_draft") == before == (1, 0)


def test_a_list_that_has_waited_for_a_day_is_gone_from_pages_at_once_and_from_the_database_with_the_next(world, hr):
    world.publish()
    now = clock.now()
    for name, age in (("gammal.csv", timedelta(days=1)), ("ny.csv", timedelta(hours=23, minutes=50))):
        with world.write() as (db, _):
            origin = Origin("employees", "hr", name, "0" * 64)
            keep_draft(db, origin, now.date(), LIST, by=world.people["hr"], at=now - age)
    world.db.rollback()
    old, new = world.db.scalars(select(ImportDraft.id).order_by(ImportDraft.at)).all()
    world.db.rollback()

    assert "gammal.csv" not in Page(hr.get("/personer/import")).main
    assert [hr.get(f"/personer/import/{draft}").status_code for draft in (old, new)] == [404, 200]
    assert [post(hr, f"/personer/import/{old}{verb}").status_code for verb in ("", "/slang")] == [404, 404]
    assert post(hr, f"/personer/import/{new}", plan="annan").status_code == 409
    with world.write() as (db, _):
        newest = keep_draft(db, origin, now.date(), LIST, by=world.people["hr"], at=now)
    world.db.rollback()
    assert set(world.db.scalars(select(ImportDraft.id))) == {new, newest}
