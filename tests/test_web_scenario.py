"""Scenarios as a learner meets them: the way lives in the address, and only that one is done is stored."""

import re
from pathlib import Path

import pytest
from browsing import Page, Statements, browser, everything
from world import course_sources, post, scenario_sources

from course.config import PROJECT
from course.errors import BadContent

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
URL = "/kurs/kurs/scenario/dorren"
LIST = "/kurs/kurs/scenarier"
LAST = "/kurs/kurs/modul/slutet"
STRONG, HALF, WEAK = "a.c", "a.b", "b.a"
"""Ways to the three endings of the tests' scenario."""


@pytest.fixture
def anna(world):
    """The browser of an employee; bo has done the scenario."""
    world.publish(course_sources() | scenario_sources())
    world.person("anna", "A")
    world.person("bo", "A")
    post(browser(world, "bo"), URL, vag=STRONG)
    return browser(world, "anna")


def page(client, url, status=200):
    answer = client.get(url)
    assert answer.status_code == status, url
    return Page(answer)


def link(found, text):
    (address,) = {each["href"] for each in found.all("a") if each.text == text}
    return address


def choices(found):
    return {each.text: each["href"] for each in found.all("a", class_="way")}


# --- the way through ---


def test_one_goes_through_a_scenario_by_links_and_learns_how_it_went_at_the_end_only(anna):
    start = page(anna, URL)
    assert (start.h1, start.title) == ("Vid dörren", "Vid dörren – steg 1 – Dörren")
    assert "Du är handläggare och ensam." in start.main
    assert "steg 1 av högst 3" in start.main
    assert "Larma så: Fråga efter uppgiften" in start.main

    second = page(anna, choices(start)["Du öppnar"])
    assert (second.h1, "steg 2 av högst 3" in second.main) == ("Inne", True)
    assert "ensam" not in second.main
    third = page(anna, choices(second)["Du sitter kvar"])

    for step in (start, second):
        assert not any(said in step.main for said in ("Det ger tid", "Det går fort", "✓", "bra val", "Försvagar"))
    assert (third.h1, third.title) == ("Bråk", "Försvagar: Bråk – Dörren")
    assert third.one("div", class_="outcome not-quite").text.startswith("Försvagar Det här gör det lättare")
    assert "Att skynda är lätt hänt." in third.main
    first_turn, second_turn = third.all("ol")[0:1][0], third.one("ol", class_="path")
    assert first_turn is second_turn
    assert "Vid dörren Du valde: Du öppnar Det går fort. Bättre val: Du väntar Det ger tid." in second_turn.text
    assert "Inne Du valde: Du sitter kvar Artigt. Bättre val: Du går ut Det är aldrig för sent." in second_turn.text
    assert not re.search(r"poäng|procent", third.main)


def test_a_good_way_is_said_to_be_good_and_no_better_one_is_named(anna):
    found = page(anna, f"{URL}?vag={STRONG}")

    assert found.h1 == "Lugnt igen"
    assert found.one("ol", class_="path").text.count("✓ ett bra val") == 2
    assert "Bättre val" not in found.main


def test_another_way_begins_at_any_step_or_at_the_start(anna):
    found = page(anna, f"{URL}?vag={WEAK}")

    assert link(found, "Prova en annan väg härifrån: Vid dörren") == f"{URL}?vag="
    assert link(found, "Prova en annan väg härifrån: Inne") == f"{URL}?vag=b"
    assert link(found, "Prova en annan väg från början") == f"{URL}?vag="
    assert page(anna, f"{URL}?vag=b").h1 == "Inne"


def test_a_choice_can_be_taken_back(anna):
    assert link(page(anna, f"{URL}?vag=a"), "Ångra senaste valet") == f"{URL}?vag="
    assert link(page(anna, f"{URL}?vag=b.b".replace("b.b", "a.a")), "Ångra senaste valet") == f"{URL}?vag=a"
    assert "Ångra" not in page(anna, URL).main


def test_one_may_stop_at_every_step(anna):
    for path in ("", "a", STRONG):
        assert link(page(anna, f"{URL}?vag={path}"), "Sluta nu") == "/"


@sqlite_only
def test_what_may_be_hard_to_read_is_said_first_and_can_be_passed_by(world):
    world.publish(course_sources() | scenario_sources(note="Någon hotar dig. <b>Ingen</b> skadas."))
    world.person("anna", "A")
    anna = browser(world, "anna")
    before = everything(world.app)

    first = page(anna, URL)

    assert "Någon hotar dig. <b>Ingen</b> skadas." in first.main
    assert "Någon ringer på" not in first.main
    assert link(first, "Hoppa över") == "/kurs/kurs"
    assert page(anna, link(first, "Börja")).h1 == "Vid dörren"
    page(anna, "/kurs/kurs")
    assert everything(world.app) == before


@pytest.mark.parametrize(
    "path", ["z", "a.", "A", "a.c.a", "a.c.", "..", "a" * 3000, "%C3%A5", "a%20b", "-1", "a&vag=b.b.b.b"]
)
def test_an_address_that_is_no_way_leads_back_to_the_start(anna, path):
    answer = anna.get(f"{URL}?vag={path}")

    if path == "a&vag=b.b.b.b":  # the first one counts, as in every form
        assert answer.status_code == 200
        return
    found = Page(answer)
    assert (answer.status_code, found.h1) == (404, "Den vägen finns inte")
    assert found.button == ("Börja om scenariot", URL)


def test_a_scenario_or_course_that_does_not_exist_says_so(anna):
    for url in ("/kurs/kurs/scenario/finns-inte", "/kurs/finns-inte/scenario/dorren", "/kurs/finns-inte/scenarier"):
        assert page(anna, url, 404).h1 == "Sidan finns inte"


# --- what is stored ---


def test_nothing_is_written_by_looking(world, anna):
    before = everything(world.app)

    for url in (LIST, f"{LIST}?spar=eb", URL, f"{URL}?vag=a", f"{URL}?vag={STRONG}", f"{URL}?vag=x", LAST, "/min-sida"):
        anna.get(url)

    assert everything(world.app) == before


@pytest.mark.parametrize("path", [STRONG, HALF, WEAK])
def test_that_it_is_done_is_stored_once_whatever_the_ending_and_nothing_of_the_way(world, anna, path):
    ending = page(anna, f"{URL}?vag={path}")
    sent = ending.sends("Klar med scenariot")

    for _ in range(2):
        assert anna.post(URL, data=sent).location == f"{URL}?vag={path}"
        found = page(anna, f"{URL}?vag={path}")
        assert "✓ Du har gjort scenariot." in found.main
        assert "Klar med scenariot" not in found.texts("button")
        assert found.button == ("Till alla moduler", "/kurs/kurs")
    other = post(anna, URL, vag=WEAK if path == STRONG else STRONG)
    assert other.status_code == 303

    stored = [row for row in everything(world.app)["scenario_done"] if row.startswith(f"({world.people['anna']}, ")]
    assert len(stored) == 1
    assert re.fullmatch(r"\(\d+, 'kurs', 'dorren', \d+, datetime\.date\(\d+, \d+, \d+\)\)", stored[0])


def test_being_done_is_shown_to_oneself_alone_and_completes_nothing(world, anna):
    before = everything(world.app)
    post(anna, URL, vag=STRONG)
    after = everything(world.app)

    assert {name for name in before if before[name] != after[name]} <= {"scenario_done", "installation"}
    assert re.search(r"Scenarier som du har gjort Dörren gjort \d+ \w+ \d{4}", page(anna, "/min-sida").main)
    assert "✓ Gjort" in page(anna, LIST).main
    assert "✓ Gjort" in page(anna, LAST).main
    assert "0 av 1 obligatorisk modul klar" in page(anna, "/kurs/kurs").main
    world.person("hr")
    world.role("hr", "hr")
    world.chief("bo", "A")
    for who, url in (("hr", f"/personer/{world.people['anna']}"), ("bo", "/min-enhet")):
        assert "Dörren" not in page(browser(world, who), url).main


def test_what_somebody_else_has_done_is_not_mine(world, anna):
    assert "Gjort" not in page(anna, LIST).main
    assert "Scenarier som du har gjort" not in page(anna, "/min-sida").main
    assert "Klar med scenariot" in page(anna, f"{URL}?vag={STRONG}").texts("button")
    assert "✓ Gjort" in page(browser(world, "bo"), LIST).main


@pytest.mark.parametrize("form", [{}, {"vag": ""}, {"vag": "a"}, {"vag": "x"}, {"vag": "a.c.a"}])
def test_a_scenario_is_not_done_before_its_end(world, anna, form):
    before = everything(world.app)["scenario_done"]

    answer = post(anna, URL, **form)

    assert answer.status_code == 422
    assert "Scenariot är inte slut än." in Page(answer).main
    assert everything(world.app)["scenario_done"] == before


def test_what_is_done_stays_told_when_the_scenario_has_left_the_course(world, anna):
    post(anna, URL, vag=STRONG)
    gone = course_sources(retired=["scenarier/dorren"])
    world.publish(gone, day=None)

    assert "dorren gjort" in page(anna, "/min-sida").main
    page(anna, URL, 404)


# --- publishing ---


@sqlite_only
def test_scenes_and_scenarios_are_never_lost_or_used_again_without_being_said(world):
    whole = course_sources() | scenario_sources()
    world.publish(whole)
    (path,) = scenario_sources()
    renamed = whole[path].replace("{#halvt", "{#halva").replace("-> #halvt", "-> #halva")

    with pytest.raises(BadContent, match="scenarier/dorren finns inte längre"):
        world.publish(course_sources())
    with pytest.raises(BadContent, match="scenarier/dorren/halvt finns inte längre") as told:
        world.publish({**whole, path: renamed})
    assert "scenarier/dorren/halva" not in str(told.value)
    world.publish({**course_sources(retired=["scenarier/dorren/halvt"]), path: renamed})
    with pytest.raises(BadContent, match=r"”scenarier/dorren/halvt” står i retired men används"):
        world.publish({**course_sources(retired=["scenarier/dorren/halvt"]), path: whole[path]})
    with pytest.raises(BadContent, match="scenarier/dorren/halvt har tagits ur bruk"):
        world.publish(whole)


# --- tracks ---


@pytest.fixture
def tracks(world):
    """A module with scenarios for three sorts of work, and what lokalt.toml says of the units."""
    sources = course_sources(modules=("modul", "andra-modul")) | scenario_sources("annan", module="andra-modul")
    for name, of in (("d-am", "am"), ("c-alla", ""), ("b-eb", "eb, ifo"), ("a-te", "te")):
        sources |= scenario_sources(name, tracks=of, title=f"Titel {name}")
    world.publish(sources)
    world.unit("SOC")
    world.unit("EBB", "SOC")
    world.person("anna", "EBB")
    world.person("bo", "SOC")

    def write(text):
        Path(world.app.instance_path, "lokalt.toml").write_text(text, encoding="utf-8")

    return write


def offered(client, url=LAST):
    """The scenario that the module offers first."""
    found = page(client, url)
    return found.one("section", id="scenario").text.removeprefix("Öva: ").partition(" Välj")[0]


def test_a_module_offers_the_scenario_of_ones_own_work(world, tracks):
    anna, bo = browser(world, "anna"), browser(world, "bo")
    assert (offered(anna), offered(bo)) == ("Titel c-alla", "Titel c-alla")

    tracks('[spar]\n"EBB" = "ifo"\n')
    assert (offered(anna), offered(bo)) == ("Titel b-eb", "Titel c-alla")
    tracks('LARM = "Röd knapp"\n[spar]\n"Enhet SOC" = "te"\n')
    assert (offered(anna), offered(bo)) == ("Titel a-te", "Titel a-te")
    tracks('[spar]\n"SOC" = "te"\n"EBB" = "sg"\n')
    assert (offered(anna), offered(bo)) == ("Titel c-alla", "Titel a-te")


def test_whoever_changes_unit_changes_track_the_same_day(world, tracks):
    tracks('[spar]\n"EBB" = "eb"\n')
    world.person("flyttar")
    world.membership("flyttar", "SOC", until="2026-06-30")
    world.membership("flyttar", "EBB", since="2026-07-01")

    assert offered(browser(world, "flyttar")) == "Titel b-eb"


def test_another_track_is_a_link_that_changes_this_visit_only(world, tracks):
    tracks('[spar]\n"EBB" = "eb"\n')
    anna = browser(world, "anna")
    before = everything(world.app)
    first = page(anna, LAST)
    assert [each.text for each in first.all("a") if "spar=" in each["href"]] == [
        "Ekonomiskt bistånd boende",
        "IFO utredning",
        "Arbetsmarknad",
        "Tillstånd",
    ]

    assert offered(anna, link(first, "Arbetsmarknad").partition("#")[0]) == "Titel d-am"

    assert offered(anna) == "Titel b-eb"
    assert offered(anna, f"{LAST}?spar=finns-inte") == "Titel b-eb"
    assert everything(world.app) == before


def test_the_modules_other_scenarios_are_linked_and_those_of_other_modules_are_not(world, tracks):
    block = page(browser(world, "anna"), LAST).one("section", id="scenario").text

    assert "Andra scenarier i modulen Titel a-te ca 3 min · Tillstånd Titel b-eb" in block
    assert "Dörren" not in block


def test_a_scenario_is_offered_after_the_last_section_only(world, tracks):
    anna = browser(world, "anna")

    assert page(anna, "/kurs/kurs/modul/borjan").all("section", id="scenario") == []
    assert page(anna, LAST).button[0] == "Fråga 2 av 2: testa dig"


def test_a_changed_track_or_a_done_scenario_is_a_changed_page(world, tracks):
    anna = browser(world, "anna")
    tags = [anna.get(LAST).headers["ETag"]]
    assert anna.get(LAST, headers={"If-None-Match": tags[0]}).status_code == 304

    def changed(url=LAST):
        answer = anna.get(url, headers={"If-None-Match": tags[-1]})
        tags.append(answer.headers["ETag"])
        return answer.status_code == 200

    assert changed(f"{LAST}?spar=am"), "another track"
    assert changed(), "the own one again"
    post(anna, "/kurs/kurs/scenario/c-alla", vag=next(iter(ends(world, "c-alla"))))
    assert changed(), "a scenario is done"
    world.membership("anna", "B", day=None)
    tracks('[spar]\n"B" = "am"\n')
    assert changed(), "another unit"
    assert not changed()


def ends(world, scenario):
    """The paths to the endings of a scenario."""
    from course.content.queries import current, newest_release_id
    from course.scenario.walk import walk

    one = current(world.db, newest_release_id(world.db))["kurs"].course.scenarios[scenario]
    waiting = [""]
    while waiting:
        here = walk(one, waiting.pop())
        waiting += [each.path for each in here.onward]
        if here.scene.outcome:
            yield here.path


def test_the_list_shows_every_scenario_by_module_with_the_own_work_first(world, tracks):
    tracks('[spar]\n"EBB" = "eb"\n')
    anna = browser(world, "anna")

    found = page(anna, LIST)

    assert [each.text for each in found.all("h2")][:2] == ["Modulen modul", "Modulen andra-modul"]
    titles = [each.text for each in found.all("a") if "/scenario/" in each["href"]]
    assert titles == ["Titel b-eb", "Titel c-alla", "Titel a-te", "Titel d-am", "Dörren"]
    assert "Scenarierna för Ekonomiskt bistånd boende står först." in found.main
    assert "Titel b-eb ca 3 min · Ekonomiskt bistånd boende, IFO utredning" in found.main
    asked = page(anna, f"{LIST}?spar=te")
    assert next(each.text for each in asked.all("a") if "/scenario/" in each["href"]) == "Titel a-te"
    assert [each.text for each in found.all("a") if "?spar=" in each["href"]] == [
        "Ekonomiskt bistånd boende",
        "IFO utredning",
        "Arbetsmarknad",
        "Tillstånd",
    ]
    assert link(page(anna, "/kurs/kurs"), "Scenarier") == LIST


@sqlite_only
def test_officials_whose_scenarios_have_no_tracks_choose_none_and_have_no_manager(world):
    world.publish(course_sources(audience="official") | scenario_sources())
    world.person("namndeman", "A", audience="official")
    official = browser(world, "namndeman")

    assert "Visa först" not in page(official, f"{LIST}?spar=eb").main
    ending = page(official, f"{URL}?vag={STRONG}").main
    assert "Prata gärna med någon du litar på om det här." in ending
    assert "din chef" not in ending.replace("Du ringer din chef", "")


@sqlite_only
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[spar]\n"EBB" = "ekonomi"\n', "lokalt.toml: spar har fel spår för EBB; välj bland eb, ifo, am, te, sg"),
        ('spar = "eb"\n', "lokalt.toml: spar ska vara en tabell; skriv [spar] på en egen rad"),
        ('[spar]\n"EBB" = ["eb"]\n', "lokalt.toml: spar har fel spår för EBB; välj bland eb, ifo, am, te, sg"),
        ('[spar]\n" " = "eb"\n', "lokalt.toml: spar har fel spår för  ; välj bland eb, ifo, am, te, sg"),
    ],
)
def test_what_is_wrong_in_the_table_of_tracks_is_told_to_the_administrator(world, tracks, text, told):
    world.person("admin")
    world.role("admin", "admin")
    tracks(text)

    assert offered(browser(world, "anna")) == "Titel c-alla"
    assert " ".join(told.split()) in page(browser(world, "admin"), "/drift").main


@sqlite_only
def test_the_example_of_a_table_of_tracks_is_one_once_its_marks_are_taken_away(world, tracks):
    example = (PROJECT / "instance" / "lokalt.example.toml").read_text(encoding="utf-8")
    before, table = example.split("# [spar]")
    tracks(f"{before}[spar]{table.replace('# ', '')}")

    assert offered(browser(world, "anna")) == "Titel b-eb"


@sqlite_only
def test_the_administrator_sees_which_units_have_a_track(world, tracks):
    world.person("admin")
    world.role("admin", "admin")
    admin = browser(world, "admin")
    assert "ingen enhet har ett eget spår" in page(admin, "/drift").main

    tracks('[spar]\n"EBB" = "eb"\n')

    assert "Enheternas spår EBB Ekonomiskt bistånd boende" in page(admin, "/drift").main


def test_who_is_done_with_a_module_is_shown_its_scenarios(world, tracks):
    done = world.take("anna", "2026-03-05", module="andra-modul")
    result = page(browser(world, "anna"), f"/forsok/{done.id}")

    assert link(result, "Öva på situationer") == f"{LIST}#andra-modul"


@sqlite_only
def test_a_course_without_scenarios_says_so_and_links_to_none(world):
    world.publish()
    world.person("anna", "A")
    done = world.take("anna", "2026-03-05")
    anna = browser(world, "anna")

    assert "Kursen har inga scenarier än." in page(anna, LIST).main
    for url in ("/kurs/kurs", LAST, f"/forsok/{done.id}", "/min-sida"):
        assert not any("/scenari" in each["href"] for each in page(anna, url).all("a")), url
        assert "Öva" not in page(anna, url).main


# --- the map ---


def test_who_looks_after_the_course_sees_the_map_with_all_of_it_as_text(world, anna):
    world.person("admin")
    world.role("admin", "admin")
    admin = browser(world, "admin")

    listed = page(admin, link(page(admin, "/drift"), "Kartor över scenarierna"))
    assert listed.rows() == [["Dörren", "för alla", "hot, subtil påverkan", "6", "3 val"]]
    found = page(admin, link(listed, "Dörren"))

    assert len(found.all("svg", role="img")) == 1
    text = found.one("ol", class_="outline").text
    assert "a. Du väntar ✓ bra val → I trappan Det ger tid." in text
    assert "a. Du sitter kvar → Bråk (slut: försvagar) Artigt." in text
    assert "Bråk slut: försvagar Det blev bråk. Att skynda är lätt hänt." in text
    assert {each["href"] for each in found.all("a") if each["href"].startswith("#scen-")} <= {
        f"#{item['id']}" for item in found.all("li") if item["id"]
    }
    assert anna.get(f"{URL}/karta").status_code == 403


# --- what it costs ---


def test_the_number_of_statements_does_not_depend_on_how_many_scenarios_there_are(world):
    world.unit("SOC")
    world.unit("EBB", "SOC")
    world.person("anna", "EBB")

    def counts(names):
        sources = course_sources()
        for name in names:
            sources |= scenario_sources(name)
        world.publish(sources, day=None)
        anna = browser(world, "anna")
        for name in names:
            post(anna, f"/kurs/kurs/scenario/{name}", vag=next(ends(world, name)))
        urls = {"list": LIST, "step": f"{URL}?vag=a", "ending": f"{URL}?vag={STRONG}", "last": LAST, "own": "/min-sida"}
        found = {}
        for what, url in urls.items():
            anna.get(url)
            with Statements() as statements:
                assert anna.get(url).status_code == 200
            found[what] = len(statements.seen)
        return found

    few = counts(["dorren"])
    many = counts(["dorren", *(f"dorren-{number}" for number in range(8))])

    assert many == few
    assert {what: few[what] for what in ("list", "step", "ending", "last")} == {
        "list": 2,
        "step": 1,
        "ending": 2,
        "last": 3,
    }
