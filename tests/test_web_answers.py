"""One attempt, question by question: what was answered, what was right and why, for its own person alone."""

from browsing import Page, Statements, browser
from world import course_sources


def questions(page):
    return [text for text in page.texts("h2") if text.startswith("Fråga")]


def test_every_question_stands_with_the_own_answer_the_right_one_and_why(world):
    world.publish()
    world.person("anna", "A")
    attempt = world.take("anna", "2026-03-01", second="fel")

    client = browser(world, "anna")
    (link,) = [each["href"] for each in Page(client.get("/min-sida")).all("a") if "/forsok/" in (each["href"] or "")]
    page = Page(client.get(link))

    assert link == f"/min-sida/forsok/{attempt.id}"
    assert questions(page) == ["Fråga 1: Vad gör du?", "Fråga 2: Vad gör du sedan?"]
    assert [text for text in page.texts("strong") if text in ("Rätt", "Inte riktigt")] == ["Rätt", "Inte riktigt"]
    second = page.main.partition("Fråga 2")[2]
    assert "Ditt svar Det andra ✗ stämmer inte Nej, inte så. Rätt svar Det rätta Ja, så." in second
    assert "Försök 1, godkänt 1 mars 2026 kl. 13.00." in page.main
    assert any(each["href"] == link for each in Page(client.get(f"/forsok/{attempt.id}")).all("a"))


def test_an_attempt_under_way_shows_what_is_answered_and_gives_no_other_answer_away(world):
    world.publish()
    world.person("anna", "A")
    attempt = world.begin("anna", "2026-03-01")
    client = browser(world, "anna")
    assert "Du har inte svarat på någon fråga än." in Page(client.get(f"/min-sida/forsok/{attempt.id}")).main

    world.answer("anna", attempt, "forsta", "fel", "2026-03-01")

    page = Page(client.get(f"/min-sida/forsok/{attempt.id}"))
    assert questions(page) == ["Fråga 1: Vad gör du?"]
    assert "pågår: 1 av 2 frågor är besvarade" in page.main


def test_who_has_left_still_sees_it_and_nobody_else_does(world):
    world.publish()
    world.person("anna", "A", until="2026-05-01")
    for key in ("bo", "chef"):
        world.person(key, "A")
    world.chief("chef", "A")
    for key in ("hr", "admin"):
        world.person(key)
        world.role(key, key)
    attempt = world.take("anna", "2026-03-01")

    assert browser(world, "anna").get(f"/min-sida/forsok/{attempt.id}").status_code == 200
    assert browser(world, "anna").get(f"/forsok/{attempt.id}").status_code == 403
    for key in ("bo", "chef", "hr", "admin"):
        answer = browser(world, key).get(f"/min-sida/forsok/{attempt.id}")
        assert (answer.status_code, "Det rätta" in answer.text) == (404, False)


def test_the_answers_are_shown_by_the_release_that_was_answered(world):
    world.publish()
    world.person("anna", "A")
    attempt = world.take("anna", "2026-03-01")
    sources = course_sources()
    sources["quizzes/kurs/modul.md"] = sources["quizzes/kurs/modul.md"].replace("Vad gör du?", "Hur gör du?")
    world.publish(sources, day="2026-04-01")

    page = Page(browser(world, "anna").get(f"/min-sida/forsok/{attempt.id}"))

    assert questions(page)[0] == "Fråga 1: Vad gör du?"


def test_the_page_asks_the_database_as_often_for_many_questions_as_for_one(world):
    counts = []
    for number, text in enumerate(("## Andra", "## Tredje")):
        sources = course_sources()
        if text == "## Andra":
            whole = sources["quizzes/kurs/modul.md"]
            sources["quizzes/kurs/modul.md"] = whole[: whole.index(text)]
        world.publish(sources, day=f"2026-02-0{number + 1}")
        world.person(f"p{number}", "A")
        attempt = world.begin(f"p{number}", "2026-03-01")
        for item in ("forsta", "andra")[: number + 1]:
            world.answer(f"p{number}", attempt, item, "ratt", "2026-03-01")
        client = browser(world, f"p{number}")
        client.get(f"/min-sida/forsok/{attempt.id}")
        with Statements() as sent:
            assert client.get(f"/min-sida/forsok/{attempt.id}").status_code == 200
        counts.append(len(sent.seen))

    assert counts[0] == counts[1]
