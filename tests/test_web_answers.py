"""One attempt, question by question: what was answered, what was right and why, for its own person alone."""

from browsing import Page, Statements, browser
from test_attempts import sources, take
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
    outcome = "Försök 1, poängen räckte 1 mars 2026 kl. 13.00, men en fråga om din säkerhet blev inte rätt"
    assert f"{outcome}." in page.main
    assert outcome in Page(client.get("/min-sida")).main
    assert any(each["href"] == link for each in Page(client.get(f"/forsok/{attempt.id}")).all("a"))


def test_an_attempt_is_told_by_its_points_and_by_its_own_questions_on_safety(world):
    world.publish(sources("a", "b*"))
    world.person("anna", "A")
    told = {}
    for day, wrong in (("2026-03-01", "andra b"), ("2026-03-02", "b"), ("2026-03-03", "")):  # then only what is missing
        attempt = take(world, day, wrong=wrong.split())
        page = Page(browser(world, "anna").get(f"/min-sida/forsok/{attempt.id}"))
        (told[attempt.number],) = [text for text in page.texts("p") if text.startswith("Försök")]

    assert told == {
        1: "Försök 1, poängen räckte 1 mars 2026 kl. 13.00, men två frågor om din säkerhet blev inte rätt.",
        2: "Försök 2, poängen räckte 2 mars 2026 kl. 13.00, men en fråga om din säkerhet blev inte rätt.",
        3: "Försök 3, godkänt 3 mars 2026 kl. 13.00.",
    }
    page = Page(browser(world, "anna").get("/min-sida"))
    listed = [text for text in page.texts("summary") if "Försök" in text]
    assert listed == [f"Modulen modul {told[number].removesuffix('.')}" for number in (3, 2, 1)]


def test_the_way_on_from_the_answers_is_what_is_left(world):
    world.publish()
    world.person("anna", "A")
    client = browser(world, "anna")
    failed, under_way = world.take("anna", "2026-03-01", second="fel"), world.begin("anna", "2026-03-02")

    def way_on(attempt):
        return Page(client.get(f"/min-sida/forsok/{attempt.id}")).button

    assert way_on(failed) == ("Se vad som är kvar", f"/forsok/{failed.id}")
    assert way_on(under_way) == ("Svara på frågorna som är kvar", f"/forsok/{under_way.id}")
    world.answer("anna", under_way, "andra", "ratt", "2026-03-03")
    for attempt in (failed, under_way):
        assert way_on(attempt) == ("Se resultatet", f"/forsok/{attempt.id}")


def test_an_attempt_of_an_earlier_edition_leads_to_the_result_that_it_had(world):
    world.publish()
    world.person("anna", "A")
    attempt = world.take("anna", "2026-03-01")
    world.publish(course_sources(edition=2), day="2026-04-01")
    client = browser(world, "anna")

    way_on = Page(client.get(f"/min-sida/forsok/{attempt.id}")).button

    assert way_on == ("Se resultatet", f"/forsok/{attempt.id}")
    assert Page(client.get(way_on[1])).h1 == "Modulen är klar"


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

    own = Page(browser(world, "anna").get(f"/min-sida/forsok/{attempt.id}"))
    assert (own.response.status_code, own.all("a", href=f"/forsok/{attempt.id}")) == (200, [])
    assert browser(world, "anna").get(f"/forsok/{attempt.id}").status_code == 403
    for key in ("bo", "chef", "hr", "admin"):
        answer = browser(world, key).get(f"/min-sida/forsok/{attempt.id}")
        assert (answer.status_code, "Det rätta" in answer.text) == (404, False)


def test_the_answers_are_shown_by_the_release_that_was_answered(world):
    world.publish()
    world.person("anna", "A")
    attempt = world.take("anna", "2026-03-01")
    changed = course_sources()
    changed["quizzes/kurs/modul.md"] = changed["quizzes/kurs/modul.md"].replace("Vad gör du?", "Hur gör du?")
    world.publish(changed, day="2026-04-01")

    page = Page(browser(world, "anna").get(f"/min-sida/forsok/{attempt.id}"))

    assert questions(page)[0] == "Fråga 1: Vad gör du?"


def test_the_page_asks_the_database_as_often_for_many_questions_as_for_one(world):
    counts = []
    for number, text in enumerate(("## Andra", "## Tredje")):
        fewer = course_sources()
        if text == "## Andra":
            whole = fewer["quizzes/kurs/modul.md"]
            fewer["quizzes/kurs/modul.md"] = whole[: whole.index(text)]
        world.publish(fewer, day=f"2026-02-0{number + 1}")
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
