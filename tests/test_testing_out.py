"""Who knows a module may take its knowledge test instead: in parallel forms, once each, and nothing is lost by it."""

from datetime import date

import pytest
import time_machine
from browsing import Page, browser, everything
from released import figures
from test_knowledge_test import PATH
from world import course_sources, post

from course.errors import Conflict
from course.learning.actions import revoke
from course.learning.completion import Finished, proves_knowledge
from course.learning.queries import completion_rows

TEST = """\
---
quiz: kunskap-modul
titel: Kunskapstest
modul: modul
slag: kunskapstest
godkänt: 60 %
---
"""
ASKED = """
## Fråga {{#{id} .enval form={form} mål=1{star}}}
Vad gör du i {id}?

- [x] Det rätta {{#ratt}}
  > Ja, så.
- [ ] Det andra {{#fel}}
  > Nej, inte så.
"""
FORMS = {"A": ["a1", "a2", "a3"], "B": ["b1", "b2", "b3"]}
START, FIRST, LAST = "/kurs/kurs", "/kurs/kurs/modul/borjan", "/kurs/kurs/modul/slutet"


def with_test(**more):
    """The small course with a test of three questions in each form, of which the last is a ★; two of three pass."""
    made = course_sources(**more)
    made[PATH] = TEST + "".join(
        ASKED.format(id=item, form=form, star=" ★" if item.endswith("3") else "")
        for form, items in FORMS.items()
        for item in items
    )
    return made


def form_of(taken):
    return taken.paper[0][0].upper()


def sit_test(world, key, day, wrong=""):
    """Take the test; `wrong` holds the numbers of the questions that go wrong."""
    taken = world.begin(key, day, quiz="kunskap-modul")
    for item in taken.paper:
        world.answer(key, taken, item, "fel" if item[1] in wrong else "ratt", day)
    return taken


def done(world, key="anna"):
    return [
        (row.path, row.occurred_on, row.evidence, row.route) for row in completion_rows(world.db, world.people[key])
    ]


@pytest.fixture
def anna(world):
    world.publish(with_test())
    world.person("anna", "A")
    return world


# --- what it takes ---


def test_a_test_that_is_passed_completes_the_module_and_with_it_the_course(anna):
    taken = sit_test(anna, "anna", "2026-03-01", wrong="1")

    module, whole = done(anna)
    assert module == ("modul", date(2026, 3, 1), f"attempt:{taken.id}", "quiz")
    assert (whole[0], whole[3]) == ("", "quiz")


@pytest.mark.parametrize("wrong", ["3", "12", "123"])
def test_a_test_without_the_pass_mark_or_its_star_completes_nothing_and_the_module_is_taken_as_usual(anna, wrong):
    sit_test(anna, "anna", "2026-03-01", wrong=wrong)
    assert done(anna) == []

    module = anna.take("anna", "2026-03-02")

    assert [row[2] for row in done(anna) if row[0]] == [f"attempt:{module.id}"]


def test_points_and_star_must_come_in_the_same_test_and_help_no_attempt_at_the_module(anna):
    sit_test(anna, "anna", "2026-03-01", wrong="3")
    sit_test(anna, "anna", "2026-03-02", wrong="12")
    assert done(anna) == []

    anna.take("anna", "2026-03-03", first="ratt", second="fel")

    assert done(anna) == []


def test_what_proves_knowledge():
    assert proves_knowledge(Finished(True, frozenset({"x"})), {"x"})
    assert proves_knowledge(Finished(True, frozenset()), set())
    assert not proves_knowledge(Finished(True, frozenset()), {"x"})
    assert not proves_knowledge(Finished(False, frozenset({"x"})), {"x"})


# --- in which form, and how often ---


def test_the_second_test_has_the_other_form_and_there_is_no_third(anna):
    first, second = (sit_test(anna, "anna", day, wrong="123") for day in ("2026-03-01", "2026-03-02"))

    assert {form_of(first): list(first.paper), form_of(second): list(second.paper)} == FORMS
    with pytest.raises(Conflict):
        anna.begin("anna", "2026-03-03", quiz="kunskap-modul")


def test_people_begin_evenly_with_the_forms(anna):
    keys = [f"person-{number}" for number in range(10)]
    for key in keys:
        anna.person(key, "A")

    forms = [form_of(anna.begin(key, "2026-03-01", quiz="kunskap-modul")) for key in keys]

    assert sorted(forms) == ["A"] * 5 + ["B"] * 5


def test_a_test_is_no_shortcut_for_what_is_done(anna):
    anna.take("anna", "2026-03-01")

    with pytest.raises(Conflict):
        anna.begin("anna", "2026-03-02", quiz="kunskap-modul")


def test_when_the_course_has_expired_it_can_be_tested_out_again(world):
    world.publish(with_test(valid_months=6))
    world.person("anna", "A")
    first = sit_test(world, "anna", "2026-03-01")

    again = sit_test(world, "anna", "2026-10-01")

    assert form_of(again) != form_of(first)
    assert [row[1] for row in done(world) if not row[0]] == [date(2026, 3, 1), date(2026, 10, 1)]


def test_a_revoked_test_never_completes_again(anna):
    sit_test(anna, "anna", "2026-03-01")
    with anna.write("2026-03-02") as (db, at):
        revoke(db, completion_rows(db, anna.people["anna"])[0].id, reason="Fel person", by=None, at=at)

    sit_test(anna, "anna", "2026-03-03", wrong="123")

    assert all(row.revoked_at for row in completion_rows(anna.db, anna.people["anna"]))


def test_a_result_that_was_revoked_says_why_until_the_module_is_done_again(world):
    world.publish(with_test(modules=("modul", "mer")))
    world.person("anna", "A")
    tested = sit_test(world, "anna", "2026-03-01")
    passed = world.take("anna", "2026-03-02", module="mer")
    with world.write("2026-03-02") as (db, at):
        for row in completion_rows(db, world.people["anna"]):
            if row.path:
                revoke(db, row.id, reason="Det var Bo som svarade.", by=None, at=at)
    why = "Ditt genomförande är återkallat och räknas inte: Det var Bo som svarade."

    test, own = result_of(world, tested), result_of(world, passed)

    assert why in test.main
    assert "Ta modulen som vanligt, så blir du klar där." in test.main
    assert "Det gäller inte längre" not in test.main
    assert (own.h1, why in own.main) == ("Inte klar än", True)
    assert "Gör om frågorna för att bli klar igen." in own.main
    assert "Du behöver minst" not in own.main
    told = "återkallat och räknas inte. Vad det gäller står på Min sida. Orsak: Det var Bo som svarade."
    assert told in Page(browser(world, "anna").get("/kurs/kurs")).main
    world.take("anna", "2026-03-03")
    assert why not in result_of(world, tested).main


def test_a_new_release_in_the_middle_changes_no_test_under_way(anna):
    taken = anna.begin("anna", "2026-03-01", quiz="kunskap-modul")
    changed = with_test()
    gone = taken.paper[0][1]
    for form in "ab":  # the forms stay as long as each other
        changed[PATH] = changed[PATH].replace(f"{{#{form}{gone} .enval", f"{{#{form}{gone} .utgått .enval")
    anna.publish(changed, day="2026-03-02")

    sit_test(anna, "anna", "2026-03-03")

    assert done(anna)[0][2] == f"attempt:{taken.id}"


def test_coverage_counts_who_tested_out_like_everybody_else(anna):
    anna.person("bo", "A")
    anna.target(10)
    sit_test(anna, "anna", "2026-03-01")
    anna.take("bo", "2026-03-01")

    found = figures(anna.db, date(2026, 6, 1))

    keys = ("status.covered", "routes.quiz", "routes.test", "bridge.reached", "reached_routes.test")
    assert [found[key] for key in keys] == [2, 1, 1, 2, 1]


# --- on the pages ---


def begin_test(client):
    answer = post(client, "/forsok", kurs="kurs", modul="modul", test="ja")
    assert answer.status_code == 303
    return answer.location


def test_the_offer_stands_on_the_courses_page_and_on_the_modules_first(anna):
    client = browser(anna, "anna")
    course, first, last = (Page(client.get(url)) for url in (START, FIRST, LAST))

    assert "Kan du det här redan?" in course.main
    assert course.sends("Modulen modul")["test"] == ["ja"]
    assert first.texts("a", href="#kan-redan") == ["Kan du det här redan? Tre frågor"]
    assert first.sends("Gör kunskapstestet")["modul"] == ["modul"]
    assert (course.button[0], first.button[0]) == ("Börja ca 5 min", "Fråga 1 av 2: testa dig")
    assert "Kan du det här redan?" not in last.main


def test_a_test_is_asked_without_links_to_the_text_and_leaves_place_and_minutes_alone(anna):
    client = browser(anna, "anna")
    post(client, f"{FIRST}/nasta")
    before = (everything(anna.app)["place"], Page(client.get(START)).button)

    url = begin_test(client)
    page = Page(client.get(url))
    post(client, url, svar="ratt")
    feedback = Page(client.get(url))

    assert page.title == "Fråga 1 av 3 – Kunskapstest: Modulen modul"
    assert feedback.h1 == "Rätt"
    assert "Ja, så." in feedback.main
    assert feedback.button[0] == "Nästa fråga"
    assert [link["href"] for each in (page, feedback) for link in each.all("a") if "/modul/" in link["href"]] == []
    assert (everything(anna.app)["place"], Page(client.get(START)).button) == before
    assert Page(client.get(FIRST)).button[0] == "Fråga 1 av 2: testa dig"
    assert begin_test(client) == feedback.button[1]  # it goes on


def test_a_test_under_way_stands_in_the_open_where_its_module_is_listed_and_is_the_main_button(world):
    world.publish(with_test(modules=("forst", "modul")))
    world.person("anna", "A")
    client = browser(world, "anna")
    url = begin_test(client)
    at, status = url.partition("/fraga")[0], "Kunskapstest påbörjat, 0 av 3 frågor"
    assert status in Page(client.get(START)).texts("strong")
    assert status in Page(client.get(FIRST)).texts("strong")
    post(client, url, svar="ratt")

    course, first = Page(client.get(START)), Page(client.get(FIRST))

    status = "Kunskapstest påbörjat, 1 av 3 frågor"
    assert [text for text in course.texts("li") if text.startswith("Modulen")] == [
        "Modulen forst ca 5 min Inte börjad",
        f"Modulen modul ca 5 min {status} Fortsätt kunskapstestet",
    ]
    assert (status in course.texts("strong"), status in first.texts("strong")) == (True, True)
    assert course.button == ("Fortsätt kunskapstestet Modulen modul, 1 av 3 frågor", at)
    assert course.texts("details") == []
    assert [page.texts("a", href=at)[-1] for page in (course, first)] == ["Fortsätt kunskapstestet"] * 2
    assert "Fråga 2 av 3" in Page(client.get(at, follow_redirects=True)).main
    assert "Kan du det här redan?" not in first.main


def test_who_has_begun_to_read_goes_on_reading_and_finds_the_test_under_way_in_the_list(anna):
    client = browser(anna, "anna")
    begin_test(client)

    post(client, f"{FIRST}/nasta")

    page = Page(client.get(START))
    assert page.button[0] == "Fortsätt: Slutet ca 5 min kvar"
    assert "Fortsätt kunskapstestet" in page.texts("a")


def answer_test(client, wrong=()):
    """Take the test in the browser; gives its result."""
    url = begin_test(client)
    for number in (1, 2, 3):
        post(client, url, svar="fel" if number in wrong else "ratt")
        _, url = Page(client.get(url)).button
    return Page(client.get(url))


def test_a_sure_mistake_in_a_test_leads_to_the_module_and_says_nothing_of_reading_again(anna):
    client = browser(anna, "anna")
    url = begin_test(client)

    post(client, url, svar="fel", saker="ja")

    page = Page(client.get(url))
    assert "Du var säker, och svaret stämmer inte än. Det här tar modulen upp: Modulen modul." in page.texts("p")
    assert "Modulen modul" in page.texts("a", href="/kurs/kurs/modul")
    assert "läsa en gång till" not in page.main


def test_every_page_of_a_test_says_that_it_is_one_and_no_page_of_the_modules_own_questions_does(anna):
    client = browser(anna, "anna")
    own = post(client, "/forsok", kurs="kurs", modul="modul").location
    asked = Page(client.get(own))
    post(client, own, svar="ratt")
    assert [page.main.count("Kunskapstest:") for page in (asked, Page(client.get(own)))] == [0, 0]

    url, pages = begin_test(client), []
    for _ in range(3):
        pages.append(Page(client.get(url)))
        post(client, url, svar="ratt")
        pages.append(Page(client.get(url)))
        url = pages[-1].button[1]
    pages += [Page(client.get(url)), Page(client.get(f"/min-sida{url}"))]

    for page in pages:
        assert page.title.endswith(" – Kunskapstest: Modulen modul")
        assert "Kunskapstest: Modulen modul" in page.texts("p")


def test_who_passes_is_told_that_the_module_is_done_and_the_offer_is_gone(anna):
    client = browser(anna, "anna")

    page = answer_test(client, wrong={1})

    assert (page.h1, page.button) == ("Du kunde det här", ("Se ditt kvitto", "/kurs/kurs/klar"))
    assert "Du fick 2 av 3 poäng. Modulen är klar." in page.main
    assert "Kan du det här redan?" not in Page(client.get(START)).main + Page(client.get(FIRST)).main
    assert Page(client.get(START)).title == "Klar – En kurs"
    answer = post(client, "/forsok", kurs="kurs", modul="modul", test="ja")
    assert (answer.status_code, "Kunskapstestet går inte att göra en gång till" in answer.text) == (409, True)


def test_who_does_not_pass_is_told_why_and_may_try_the_other_form_or_the_module(anna):
    client = browser(anna, "anna")

    page = answer_test(client, wrong={1, 2, 3})

    assert (page.h1, page.button) == ("Inte den här gången", ("Gå till modulen", "/kurs/kurs/modul"))
    assert "Du behöver minst 60 procent, det är 1,8 av 3 poäng." in page.main
    assert "Frågan som handlar om din säkerhet ska bli rätt i samma försök." in page.main
    assert page.sends("Gör testet med andra frågor")["test"] == ["ja"]
    assert "inga fler kunskapstest" not in page.main
    assert "Du har gjort kunskapstesten" not in Page(client.get(FIRST)).main
    page = answer_test(client, wrong={3})
    assert "Det finns inga fler kunskapstest på den här modulen. Nu tar du den som vanligt" in page.main
    assert "Du har gjort kunskapstesten. Nu tar du modulen som vanligt." in Page(client.get(FIRST)).texts("p")
    assert "Du har gjort kunskapstesten" not in Page(client.get(LAST)).main
    post(client, "/forsok", kurs="kurs", modul="modul")  # whoever takes the module knows
    assert "Du har gjort kunskapstesten" not in Page(client.get(FIRST)).main
    assert "Du behöver minst" not in page.main
    assert "Frågan som handlar om din säkerhet ska bli rätt" in page.main
    assert "Gör testet med andra frågor" not in page.texts("button")
    assert "Kan du det här redan?" not in Page(client.get(START)).main


def result_of(world, taken, key="anna"):
    return Page(browser(world, key).get(f"/forsok/{taken.id}"))


def test_a_result_has_one_main_button_and_it_leads_where_the_sentence_above_says(world):
    sources = with_test(modules=("modul", "mer"))
    head = "modules/kurs/course.toml"
    sources[head] = sources[head].replace('mandatory = ["modul", "mer"]', 'mandatory = ["mer"]')
    world.publish(sources)
    world.person("anna", "A")

    first = sit_test(world, "anna", "2026-03-01", wrong="123")
    page = result_of(world, first)
    assert "Ta modulen som vanligt, så blir du klar där. Gå till modulen Du kan också göra testet" in page.main
    assert page.main_buttons() == ["Gå till modulen"]

    second = world.begin("anna", "2026-03-02", quiz="kunskap-modul")
    page = result_of(world, first)
    on = "Du har börjat på ett nytt kunskapstest och svarat på 0 av 3 frågor. Fortsätt kunskapstestet"
    assert (on in page.main, page.main_buttons()) == (True, ["Fortsätt kunskapstestet"])
    assert page.button[1] == f"/forsok/{second.id}"
    assert "inga fler kunskapstest" not in page.main

    sit_test(world, "anna", "2026-03-02", wrong="")
    page = result_of(world, second)
    assert "Modulen är klar. Nästa modul: Modulen mer" in page.main
    assert page.main_buttons() == ["Nästa modul: Modulen mer"]
    page = result_of(world, first)
    assert "Modulen är klar ändå. Du behöver inte göra mer i den. Nästa modul: Modulen mer" in page.main
    assert page.main_buttons() == ["Nästa modul: Modulen mer"]

    deepening = world.take("anna", "2026-03-03", module="mer")
    assert result_of(world, second).main_buttons() == ["Till alla moduler"]  # it is voluntary, and nothing is left
    assert result_of(world, deepening).main_buttons() == ["Se ditt kvitto"]


def test_an_older_result_leads_to_the_attempt_that_is_under_way(anna):
    failed = anna.take("anna", "2026-03-01", first="fel", second="fel")
    assert result_of(anna, failed).main_buttons() == ["Gör om båda frågorna"]

    anna.answer("anna", anna.begin("anna", "2026-03-02"), "forsta", "ratt", "2026-03-02")

    page = result_of(anna, failed)
    assert "Du har börjat på ett nytt försök." in page.main
    assert page.main_buttons() == ["Svara på frågorna som är kvar"]


def test_a_module_without_a_test_offers_none(world):
    world.publish()
    world.person("anna", "A")
    client = browser(world, "anna")

    assert "Kan du det här redan?" not in Page(client.get(START)).main + Page(client.get(FIRST)).main
    assert post(client, "/forsok", kurs="kurs", modul="modul", test="ja").status_code == 404


def test_after_expiry_the_offer_is_back(world):
    world.publish(with_test(valid_months=6))
    world.person("anna", "A")
    sit_test(world, "anna", "2026-03-01")

    with time_machine.travel("2026-10-05T12:00:00Z", tick=False):
        client = browser(world, "anna")
        assert "Kan du det här redan?" in Page(client.get(FIRST)).main
        assert answer_test(client).h1 == "Du kunde det här"
