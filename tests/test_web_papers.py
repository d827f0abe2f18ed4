"""How papers that are drawn, or that only have what is missing, look to the learner."""

import pytest
from browsing import Page, browser
from test_attempts import sources, take
from world import post

START, FIRST, LAST = "/kurs/kurs", "/kurs/kurs/modul/borjan", "/kurs/kurs/modul/slutet"


@pytest.fixture
def anna(world):
    world.person("anna", "A")
    return world


def question(page):
    return page.title.partition(" – ")[0]


def test_a_quiz_that_draws_is_asked_in_one_go_after_the_text_and_resumed_at_the_next_question(anna):
    anna.publish(sources("a", "b", "c", "d", head="dra: 3\nblanda: ja\n"))
    client = browser(anna, "anna")
    assert Page(client.get(FIRST)).button[0] == "Nästa: Slutet"
    assert Page(client.get(LAST)).button == ("Svara på frågorna", "/forsok")

    first = post(client, "/forsok", kurs="kurs", modul="modul").location
    assert question(Page(client.get(first))) == "Fråga 1 av 3"
    skip = next(link["href"] for link in Page(client.get(first)).all("a") if link.text.startswith("Hoppa över"))
    assert question(Page(client.get(skip))) == "Fråga 2 av 3"
    assert Page(client.get(START)).button == ("Fortsätt: Modulen modul nästa fråga, ca 5 min kvar", first)
    post(client, first, svar="ratt")
    feedback = Page(client.get(first))
    assert feedback.button == ("Nästa fråga", skip)

    page = Page(client.get(START))
    assert page.button == ("Fortsätt: Modulen modul nästa fråga, ca 3 min kvar", skip)
    assert question(Page(client.get(page.button[1]))) == "Fråga 2 av 3"
    where = skip
    for _ in range(2):
        post(client, where, svar="ratt")
        where = Page(client.get(where)).button[1]
    result = Page(client.get(where))
    assert result.h1 == "Modulen är klar"
    assert "Du fick 3 av 3 poäng" in result.main
    asked = Page(client.get("/min-sida")).texts("h3")
    assert (len(asked), "Vad gör du sedan?" in asked) == (3, True)  # the drawn ones, with the ★


def test_the_result_says_what_it_takes_in_per_cent_and_in_points(anna):
    made = sources("a", "b", "c", "d", "e", "f")
    made["quizzes/kurs/modul.md"] = made["quizzes/kurs/modul.md"].replace("godkänt: 50 %", "godkänt: 80 %")
    anna.publish(made)
    failed = take(anna, "2026-03-01", wrong={"a", "b"})

    page = Page(browser(anna, "anna").get(f"/forsok/{failed.id}"))

    assert "Du fick 6 av 8 poäng i försök 1. Du behöver minst 80 procent, det är 6,4 av 8 poäng." in page.main
    assert page.button[0] == "Gör om alla åtta frågorna"


def test_what_was_missed_stands_under_the_section_to_read_each_section_once(anna):
    made = sources("a*", "b", "c")
    made["quizzes/kurs/modul.md"] = made["quizzes/kurs/modul.md"].replace("50 %", "80 %")
    anna.publish(made)
    failed = take(anna, "2026-03-01", wrong={"forsta", "a", "c"})

    page = Page(browser(anna, "anna").get(f"/forsok/{failed.id}"))

    assert page.one("a", href="#missade").text == "det du missade"
    assert page.one("h2", id="missade").text == "Frågor att titta på igen"
    assert page.texts("h3") == ["Läs: Början", "Läs: Slutet"]
    assert [page.texts("a", href=url) for url in (FIRST, LAST)] == [["Början"], ["Slutet"]]
    numbers = ("Fråga 1: Vad gör du?", "Fråga 3: Vad gör du i a?", "Fråga 5: Vad gör du i c?")
    listed = page.main.partition("Frågor att titta på igen")[2]
    assert listed.startswith(" Läs: Början {} Läs: Slutet {} {}".format(*numbers))
    assert page.button[0] == "Gör om alla fem frågorna"  # and not only the ★ that is listed


def test_another_attempt_with_drawn_questions_says_how_many_and_not_that_they_are_the_same(anna):
    anna.publish(sources("a", "b", "c", "d", head="dra: 3\n"))
    failed = anna.begin("anna", "2026-03-01")
    for item in failed.paper:
        anna.answer("anna", failed, item, "fel", "2026-03-01")

    page = Page(browser(anna, "anna").get(f"/forsok/{failed.id}"))

    assert page.button[0] == "Gör ett försök till med tre frågor"


def test_the_button_says_how_many_questions_on_safety_are_left_and_asks_only_them(anna):
    anna.publish(sources("a", "b*", "c*"))
    client = browser(anna, "anna")
    passed = take(anna, "2026-03-01", wrong={"b", "c"})

    page = Page(client.get(f"/forsok/{passed.id}"))
    assert "Poängen räcker. Två frågor är kvar, resten behöver du inte göra om." in page.main
    assert "Du behöver minst" not in page.main
    assert page.button[0] == "Gör om de två frågorna som handlar om din säkerhet"
    assert "Modulen modul ca 1 min Pågår" in Page(client.get(START)).texts("li")

    first = post(client, "/forsok", kurs="kurs", modul="modul").location
    assert first.endswith("/fraga/b")
    post(client, first, svar="ratt")
    second = Page(client.get(first)).button
    assert second == ("Nästa fråga", first.replace("/fraga/b", "/fraga/c"))
    post(client, second[1], svar="fel")
    page = Page(client.get(Page(client.get(second[1])).button[1]))
    assert "Du fick 1 av 2 poäng i försök 2. Poängen räcker. En enda fråga är kvar" in page.main
    assert page.button[0] == "Gör om frågan som handlar om din säkerhet"

    last = post(client, "/forsok", kurs="kurs", modul="modul").location
    post(client, last, svar="ratt")
    page = Page(client.get(last.partition("/fraga")[0]))
    assert page.h1 == "Modulen är klar"
    assert "Gör om alla fem frågorna" in page.texts("button")
    old = Page(client.get(f"/forsok/{passed.id}"))  # an older result is still there to look at
    assert (old.h1, "Du fick 3 av 5 poäng" in old.main) == ("Modulen är klar", True)
