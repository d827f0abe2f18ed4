"""What is printed or looked up: who may open it, what is local, and what a page holds."""

import re

import pytest
from browsing import Page, browser
from world import course_sources, with_material

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
INSTRUMENT = """\
---
instrument: enkaten
titel: Enkäten
sort: enkät
om: Den är till för att mäta.
---
## Väl {#val .skala}
Hur väl?

1 = Inte
2 = Helt

- Jag vet {#vet}

### Referens
Ingen referens.

### Jämförbarhet
Ingen.

### Källa
Vi.
"""
LOCAL = 'RAPPORTSYSTEM = "Stella"\n'


@pytest.fixture
def place(world, tmp_path):
    """A published course with materials, a learner, and local values."""
    world.publish(with_material(course_sources()))
    world.person("anna", "A")
    (tmp_path / "lokalt.toml").write_text(LOCAL, encoding="utf-8")
    return world


@sqlite_only
def test_the_right_way_is_open_and_shows_what_is_local_to_those_who_are_signed_in_only(place):
    hers, theirs = (browser(place, key).get("/ratt-vag") for key in ("anna", None))

    assert "Rapportera i: Stella" in hers.text
    assert "Stella" not in theirs.text
    assert "Rapportera i: Fråga efter uppgiften" in theirs.text
    assert (hers.headers["Cache-Control"], theirs.headers["Cache-Control"]) == ("no-store", "no-store")
    again = browser(place).get("/ratt-vag")  # nor once it has been shown to her
    assert "Stella" not in again.text
    assert "tel:112" in again.text


@sqlite_only
@pytest.mark.parametrize("page", ["/stod", "/logga-in", "/finns-inte", "/ordlista"])
def test_the_right_way_is_one_tap_from_every_open_page(place, page):
    links = [link["href"] for link in Page(browser(place).get(page)).all("a")]

    assert links.count("/ratt-vag") >= 2  # in the menu and beside the emergency numbers


@sqlite_only
def test_the_page_of_the_audit_is_marked_in_the_menu_under_its_own_name_only(place):
    place.person("hr", "A")
    place.role("hr", "hr")
    page = Page(browser(place, "hr").get("/revision", follow_redirects=True))

    marked = [(link.text, link["aria-current"]) for link in page.all("a") if link["aria-current"]]
    assert marked == [("Revisionen", "page")]


@sqlite_only
def test_before_a_course_has_its_own_the_right_way_says_the_first_steps(world):
    page = Page(browser(world).get("/ratt-vag"))

    assert page.h1 == "Rätt väg"
    assert "Berätta för din chef i dag" in page.main
    assert "Det finns inget att visa än" in Page(browser(world).get("/ordlista")).main


@sqlite_only
def test_the_way_shown_is_that_of_ones_own_course(place):
    other = with_material(course_sources(course="andra", modules=("annat",), audience="official"), course="andra")
    path = "modules/andra/material/ratt-vag.md"
    other[path] = other[path].replace("Så här gör ni.", "Så här gör förtroendevalda.")
    other["modules/andra/revision.toml"] = ""
    other = {name: text.replace("rekommendationer: 1\n", "") for name, text in other.items()}
    place.publish(other)
    place.person("politiker", "A", audience="official")

    shown = {key: Page(browser(place, key).get("/ratt-vag")).main for key in ("anna", "politiker", None)}

    assert "Så här gör förtroendevalda." in shown["politiker"]
    assert "förtroendevalda" not in shown["anna"] + shown[None]
    assert browser(place, "anna").get("/kurs/andra/material").status_code == 404
    assert browser(place, "politiker").get("/kurs/kurs/material/ovning").status_code == 404


@sqlite_only
def test_a_term_of_the_glossary_has_its_own_address(place):
    page = Page(browser(place, "anna").get("/ordlista"))

    assert [heading["id"] for heading in page.all("h2") if heading["id"] != "akut"] == ["forst", "sedan"]


@sqlite_only
def test_materials_are_listed_by_sort_and_lead_to_each(place):
    anna = browser(place, "anna")
    page = Page(anna.get("/kurs/kurs/material"))

    assert anna.get("/material").location == "/kurs/kurs/material"
    assert [heading.text for heading in page.all("h2")][:2] == ["Guider", "Slå upp"]
    assert "Öva ca 20 min · Ekonomiskt bistånd" in page.main
    material = Page(anna.get("/kurs/kurs/material/ovning"))
    assert (material.h1, material.title) == ("Öva", "Öva")
    assert "Rapportera i: Stella" in material.main
    assert [link["href"] for link in material.all("a") if (link["href"] or "").endswith("#f1")] == [
        "/kurs/kurs/kallor#f1"
    ]
    assert anna.get("/kurs/kurs/material/finns-inte").status_code == 404


@sqlite_only
def test_what_the_owners_of_the_content_work_with_is_for_hr_alone(world):
    sources = with_material(course_sources())
    path = next(path for path in sources if path.endswith("/ovning.md"))
    sources[path] = sources[path].replace("sort: guide", "sort: granskning").replace("källor: F1", "källor: F2")
    sources[path] = sources[path].replace("rekommendationer: 1\n", "")
    facts = sources["modules/kallor.toml"]
    sources["modules/kallor.toml"] = facts + facts[facts.index("[[fact]]") :].replace('"F1"', '"F2"')
    audit = "modules/kurs/revision.toml"
    sources[audit] = sources[audit].replace('materials = ["ovning"]', "materials = []")
    world.publish(sources)
    world.person("anna", "A")
    world.person("hr")
    world.role("hr", "hr")

    anna, hr = browser(world, "anna"), browser(world, "hr")

    assert "Öva" not in Page(anna.get("/kurs/kurs/material")).main
    assert anna.get("/kurs/kurs/material/ovning").status_code == 404
    assert "För er som äger innehållet" in Page(hr.get("/kurs/kurs/material")).main
    assert hr.get("/kurs/kurs/material/ovning").status_code == 200
    assert [[row[0] for row in Page(each.get("/kurs/kurs/kallor")).rows()] for each in (anna, hr)] == [
        ["F1"],
        ["F1", "F2"],
    ]


@sqlite_only
def test_facts_are_named_at_the_end_of_a_module_and_stand_on_a_page(place):
    anna = browser(place, "anna")
    first, last = (anna.get(f"/kurs/kurs/modul/{name}").text for name in ("borjan", "slutet"))

    assert 'href="/kurs/kurs/kallor#f1"' in last
    assert "kallor#f1" not in first
    assert Page(anna.get("/kurs/kurs/kallor")).rows() == [["F1", "Det här är sant.", "En lag", "Kontrollerad"]]


@sqlite_only
def test_hr_reads_every_courses_materials_and_the_audit(place):
    place.person("hr")
    place.role("hr", "hr")
    hr = browser(place, "hr")

    assert hr.get("/kurs/kurs/material/ovning").status_code == 200
    assert hr.get("/revision").location == "/kurs/kurs/revision"
    page = Page(hr.get("/kurs/kurs/revision"))
    assert page.rows() == [
        ["1", "Gör så här Rapporten", "Modulen Modulen modul Öva Ordlista Rätt väg"],
        ["1", "Gör ni så här? Rapporten", "Delvis uppfylld", "Inget i kursen än"],
        ["Ett yttrande", "13 oktober 2023", "Modulen Modulen modul"],
    ]
    assert "/kurs/kurs/material/ovning" in [link["href"] for link in page.all("a")]


@sqlite_only
def test_an_instrument_that_nobody_can_fill_in_is_told_as_coming(world):
    sources = with_material(course_sources())
    sources["quizzes/instrument/enkaten.md"] = INSTRUMENT
    audit = "modules/kurs/revision.toml"
    sources[audit] = sources[audit].replace('materials = ["ovning"]', 'materials = ["ovning", "instrument/enkaten"]')
    world.publish(sources)
    world.person("hr")
    world.role("hr", "hr")
    page = Page(browser(world, "hr").get("/kurs/kurs/revision"))

    assert page.rows()[0][-1].endswith("Öva Enkäten (kommer, går inte att svara på än) Ordlista Rätt väg")
    assert "Enkäten" not in "".join(page.texts("a"))


@sqlite_only
def test_a_boards_secretary_reads_the_boards_materials_and_meets_no_link_that_is_closed(place):
    board = with_material(course_sources(course="namnd", modules=("uppdraget",), audience="official"), course="namnd")
    board["modules/namnd/revision.toml"] = ""
    place.publish({name: text.replace("rekommendationer: 1\n", "") for name, text in board.items()})
    place.person("sekreterare")
    with place.write() as (db, at):
        from course.access.actions import grant_role

        who, unit = place.people["sekreterare"], place.units["A"]
        grant_role(db, who, "secretary", since=at.date(), unit=unit, by=None, at=at)
    secretary = browser(place, "sekreterare")
    page = Page(secretary.get("/kurs/kurs/revision"))

    assert "Öva" in page.main
    assert "/kurs/kurs/material/ovning" not in [link["href"] for link in page.all("a")]
    assert secretary.get("/kurs/kurs/material").status_code == 404
    assert secretary.get("/material").location == "/kurs/namnd/material"
    assert "/kurs/namnd/material/ovning" in [
        each["href"] for each in Page(secretary.get("/kurs/namnd/material")).all("a")
    ]
    assert "/material" in [each["href"] for each in Page(secretary.get("/namnd")).all("a")]
    assert browser(place, "anna").get("/kurs/kurs/revision").status_code == 403


# --- for managers only ---


@pytest.fixture
def with_managers_module(world):
    sources = course_sources(modules=("modul", "ledare"))
    sources["modules/kurs/course.toml"] = sources["modules/kurs/course.toml"].replace(
        'mandatory = ["modul", "ledare"]', 'mandatory = ["modul"]'
    )
    sources["modules/kurs/ledare.md"] = sources["modules/kurs/ledare.md"].replace("källor: F1", "källor: F1\nför: chef")
    world.publish(sources)
    world.person("anna", "A")
    world.person("mona", "A")
    world.chief("mona", "A")
    return world


@sqlite_only
def test_only_managers_see_a_module_for_managers(with_managers_module):
    anna, mona = browser(with_managers_module, "anna"), browser(with_managers_module, "mona")
    urls = ("/kurs/kurs/ledare", "/kurs/kurs/ledare/borjan")

    assert "Modulen ledare" in Page(mona.get("/kurs/kurs")).main
    assert [mona.get(url).status_code for url in urls] == [303, 200]
    assert "ledare" not in anna.get("/kurs/kurs").text
    assert [anna.get(url).status_code for url in urls] == [404, 404]
    token = re.search(r'name="csrf_token" value="([^"]+)"', anna.get("/stod").text)[1]
    begun = anna.post("/forsok", data={"csrf_token": token, "kurs": "kurs", "modul": "ledare"})
    assert begun.status_code == 404


@sqlite_only
def test_who_is_done_is_never_sent_to_a_module_for_managers(with_managers_module):
    attempt = with_managers_module.take("anna", "2026-03-01")
    anna = browser(with_managers_module, "anna")

    assert "ledare" not in anna.get("/kurs/kurs").text
    assert "ledare" not in anna.get(f"/forsok/{attempt.id}").text
