"""A list that waits for HR's decision is found again, and can be thrown away."""

import io

import pytest
from browsing import Page, browser, rows
from test_roster import HEAD, planned, row
from world import post, token

from course.organisation.roster_file import EMPLOYEE_COLUMNS, OFFICIAL_COLUMNS

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
