"""HR records targets and earlier figures on pages."""

from datetime import date

import pytest
from browsing import Page, browser, everything
from world import post

from course.organisation.population import Population
from course.target.queries import promises

NEW = {
    "kurs": "kurs",
    "mal": "1 500",
    "fran": "2026-01-01",
    "till": "2026-12-31",
    "enheter": "ASF",
    "befattningar": "",
    "form": ["permanent", "hourly"],
    "grupper": "Bistånd = EBB, IFO; Socialsekreterare\r\nTillstånd = TIL",
    "dagar": "30",
    "beslutat": "2026-01-20",
    "referens": "ASN-2026-1 § 4",
    "kalla": "Yttrande",
    "ansvarig": "HR",
}


@pytest.fixture
def hr(world):
    world.publish()
    for code in ("ASF", "EBB", "IFO", "TIL"):
        world.unit(code, None if code == "ASF" else "ASF")
    world.person("hr", "ASF")
    world.person("sara", "IFO", title="Socialsekreterare")
    world.role("hr", "hr")
    return browser(world, "hr")


def test_a_target_is_written_shown_and_changed_by_the_same_form(world, hr):
    assert "Inget mål är beslutat än." in hr.get("/mal").text

    assert post(hr, "/mal/andra", **NEW).status_code == 303

    (promise,) = promises(world.db, world.app_now())
    units = world.units
    assert (promise.goal, promise.grace_days, promise.decided_on) == (1500, 30, date(2026, 1, 20))
    assert promise.population == Population((units["ASF"],), (), ("permanent", "hourly"))
    assert promise.groups["Bistånd"] == Population((units["EBB"], units["IFO"]), ("Socialsekreterare",))
    page = Page(hr.get("/mal"))
    assert page.texts("h2")[:-1] == ["1 500 personer under 2026"]
    assert "Bistånd: Enhet EBB (EBB), Enhet IFO (IFO); Socialsekreterare (1 person)" in page.main
    change = next(link["href"] for link in page.all("a") if link.text == "Ändra målet")
    form = Page(hr.get(change))
    assert {field["name"]: field["value"] for field in form.all("input") if field["type"] in ("text", "date")} == {
        name: value.replace("1 500", "1500") for name, value in NEW.items() if name not in ("kurs", "form", "grupper")
    }
    assert form.texts("textarea") == ["Bistånd = EBB, IFO; Socialsekreterare Tillstånd = TIL"]
    assert [box["value"] for box in form.all("input", type="checkbox") if "checked" in box.attributes] == NEW["form"]

    assert post(hr, "/mal/andra", **{**NEW, "mal": "1600"}).status_code == 303
    world.db.rollback()
    assert [each.goal for each in promises(world.db, world.app_now())] == [1600]


@pytest.mark.parametrize(
    ("wrong", "said", "field"),
    [
        ({"mal": "många"}, "ska vara ett helt tal", "mal"),
        ({"mal": "0"}, "mellan 1 och 1 000 000", "mal"),
        ({"fran": "2026-02-30"}, "ska vara ett datum", "fran"),
        ({"till": "2025-12-31"}, "slutar innan den börjar", "till"),
        ({"enheter": "ASF, FEL, OCKSÅ"}, "koden FEL, OCKSÅ", "enheter"),
        ({"grupper": "Bistånd"}, "Namn = KOD, KOD", "grupper"),
        ({"grupper": "Bistånd = FEL"}, "koden FEL", "grupper"),
        (
            {"befattningar": "Socialsekreterre"},
            "befattningen Socialsekreterre. Menade du Socialsekreterare?",
            "befattningar",
        ),
        ({"grupper": "Bistånd = EBB; Socialsekr"}, "Menade du Socialsekreterare?", "grupper"),
        ({"form": ["egen"]}, "Välj bland anställningsformerna", "form"),
        ({"kurs": "annan"}, "inte publicerad", "kurs"),
        ({"beslutat": "i går"}, "ska vara ett datum", "beslutat"),
        ({"kalla": "x" * 501}, "längre än 500 tecken", "kalla"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_the_rest_is_kept(world, hr, wrong, said, field):
    before = everything(world.app)

    answer = post(hr, "/mal/andra", **{**NEW, **wrong})

    page = Page(answer)
    assert answer.status_code == 422
    assert said in page.main.replace("\xa0", " ")
    assert f"#{field}" in [link["href"] for link in page.all("a")]
    assert page.one("input", name="ansvarig")["value"] == "HR"
    assert page.title.startswith("Fel: ")
    assert everything(world.app) == before


def test_the_form_lists_the_titles_that_are_there(hr):
    lines = Page(hr.get("/mal/andra")).texts("li")

    assert [line for line in lines if line in ("Handläggare", "Socialsekreterare", "Vikarie")] == [
        "Handläggare",
        "Socialsekreterare",
    ]


def test_a_figure_reported_earlier_stands_with_its_target(world, hr):
    post(hr, "/mal/andra", **NEW)
    url = f"/mal/{promises(world.db, world.app_now())[0].id}/rapporterat"

    wrong = post(hr, url, antal="812", dag="2026-01-31", kalla="")
    assert (wrong.status_code, Page(wrong).one("input", name="antal")["value"]) == (422, "812")
    assert post(hr, url, antal="812", dag="2026-01-31", kalla="Delårsrapport", referens="§ 2").status_code == 303

    assert "Rapporterat utan personuppgifter, per 31 januari 2026" in Page(hr.get("/mal")).main
    assert "Delårsrapport" in hr.get("/mal").text
    coverage = hr.get("/rapport/tackning?per=2026-06-01")
    assert "Rapporterat tidigare" in coverage.text
    assert post(hr, "/mal/99/rapporterat", antal="1", dag="2026-01-31", kalla="x").status_code == 404


def test_a_target_made_by_mistake_is_taken_back(world, hr):
    post(hr, "/mal/andra", **NEW)
    number = promises(world.db, world.app_now())[0].id

    assert post(hr, f"/mal/{number}/ta-bort", fran="2025-01-01").status_code == 404
    assert post(hr, f"/mal/{number}/ta-bort", fran="2026-01-01").status_code == 303

    assert "Inget mål är beslutat än." in hr.get("/mal").text


def test_what_hr_writes_is_never_taken_for_html(world, hr):
    post(hr, "/mal/andra", **{**NEW, "ansvarig": "<script>x</script>", "kalla": "<b>", "grupper": "<i>A</i> = EBB"})

    for url in ("/mal", "/mal/andra?kurs=kurs&fran=2026-01-01", "/rapport/tackning?per=2026-06-01"):
        text = hr.get(url).text
        assert not any(each in text for each in ("<script>x", "<b>", "<i>A")), url
