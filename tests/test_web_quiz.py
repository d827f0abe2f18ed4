"""Questions, feedback and results as the learner meets them; an answer is stored once, whatever happens."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from browsing import Page, Statements, browser, everything, rows
from sqlalchemy import text
from world import course_sources, post, token

from course.content import queries
from course.db import database
from course.web.filters import static

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ALL_TYPES = """\
---
quiz: modul-fragor
titel: Frågor på modul
modul: modul
godkänt: 80 %
---

## En av flera {#forsta .enval avsnitt=borjan}
Du möter någon i dörren.

Vad gör du?

- [x] Det rätta {#ratt}
  > Ja, så.
- [ ] Det andra {#fel}
  > Nej, inte så.

### Ledtråd
Tänk efter.

### Lätt svenska
Någon står i dörren.

### Förklaring
Därför att det är så.

## Flera {#flera .flerval avsnitt=borjan}
Vilka stämmer?

- [x] Ett {#ett}
  > Ett stämmer.
- [x] Två {#tva}
  > Två stämmer.
- [ ] Tre {#tre}
  > Tre stämmer inte.
- [ ] Fyra {#fyra}
  > Fyra stämmer inte.

## Påstående {#andra .santfalskt avsnitt=slutet ★}
Det är sant att detta är sant.

Stämmer det?

- [x] Sant {#sant}
  > Ja.
- [ ] Falskt {#falskt}
  > Jo.
"""


@pytest.fixture
def anna(world):
    """The browser of an employee; bo is in the middle of his own attempt."""
    world.publish()
    for key in ("anna", "bo"):
        world.person(key, "A")
    world.answer("bo", world.begin("bo", "2026-03-01"), "forsta", "fel", "2026-03-01")
    return browser(world, "anna")


def begin(client, **form):
    """The address of the first question of the attempt."""
    answer = post(client, "/forsok", kurs="kurs", modul="modul", **form)
    assert answer.status_code == 303
    return answer.location


def stored(world):
    """How many (attempts, responses, results, completions) there are beside bo's."""
    attempts, responses, results, completions = rows(world.app, "attempt", "response", "result", "completion")
    return attempts - 1, responses - 1, results, completions


def said(client, url):
    """(the verdict, the sentence of the notice) of a feedback page."""
    page = Page(client.get(url))
    return page.h1, *page.texts("p", class_="notice")


# --- a question and its feedback ---


def test_an_answer_is_stored_and_then_shown_with_its_feedback(world, anna):
    url = begin(anna)
    page = Page(anna.get(url))
    assert (page.title, page.h1) == ("Fråga 1 av 2 – Modulen modul", "Vad gör du?")
    assert sorted(page.options()) == ["Det andra", "Det rätta"]
    assert "Ja, så." not in page.response.text

    answer = post(anna, url, svar="fel")

    assert (answer.status_code, answer.location, stored(world)) == (303, url, (1, 1, 0, 0))
    page = Page(anna.get(url))
    assert (page.title, page.h1) == ("Inte riktigt: fråga 1 av 2 – Modulen modul", "Inte riktigt")
    assert "Det andra ✗ stämmer inte Nej, inte så." in page.main
    assert "Rätt svar Det rätta Ja, så." in page.main
    assert page.button == ("Fortsätt: Slutet", "/kurs/kurs/modul/slutet")


@sqlite_only
def test_the_feedbacks_heading_has_the_focus_without_any_script(anna):
    url = begin(anna)
    post(anna, url, svar="ratt")

    page = Page(anna.get(url))

    focused = [element for element in page.elements if "autofocus" in element.attributes]
    assert [(element.name, element.text, element["tabindex"]) for element in focused] == [("h1", "Rätt", "-1")]
    assert [script["src"] for script in page.all("script")] == [static("outbox.js")]  # which sets no focus


def test_without_an_answer_the_question_says_what_is_missing_and_nothing_is_stored(world, anna):
    url = begin(anna)
    before = everything(world.app)

    for form in ({}, {"svar": ""}, {"svar": ["ratt", "fel"]}, {"svar": "finns-inte"}, {"annat": "ratt"}):
        sent = post(anna, url, **form)
        answer = anna.get(sent.location)
        page = Page(answer)
        summary = page.one("div", class_="error-summary")
        link = next(link for link in page.all("a") if summary in link.parents)
        assert (sent.status_code, answer.status_code) == (303, 422)
        assert page.title == "Fel: Fråga 1 av 2 – Modulen modul"
        assert page.one("input", id=link["href"].lstrip("#"))["name"] == "svar"
        assert (summary["tabindex"], "autofocus" in summary.attributes) == ("-1", True)
        assert page.all("fieldset")[0]["aria-describedby"] == page.one("p", class_="error")["id"]

    assert everything(world.app) == before


def test_a_second_answer_changes_nothing_and_shows_the_first(world, anna):
    url = begin(anna)
    post(anna, url, svar="ratt")
    before = everything(world.app)["response"]

    other, same, none = post(anna, url, svar="fel"), post(anna, url, svar="ratt"), post(anna, url)

    again = "Du har redan svarat. Det första svaret är sparat och visas här."
    assert [answer.status_code for answer in (other, same, none)] == [303] * 3
    assert said(anna, other.location) == ("Rätt", again)
    assert said(anna, same.location) == ("Rätt",)
    assert said(anna, none.location) == ("Rätt", again)
    assert everything(world.app)["response"] == before


@sqlite_only
def test_every_type_of_question_reads_and_explains_its_own_answers(world):
    sources = course_sources()
    sources["quizzes/kurs/modul.md"] = ALL_TYPES
    world.publish(sources)
    world.person("anna", "A")
    client = browser(world, "anna")
    first = begin(client)
    several, statement = first.replace("forsta", "flera"), first.replace("forsta", "andra")

    page = Page(client.get(first))
    assert "Ledtråd Tänk efter." in page.main
    assert "På lätt svenska Någon står i dörren." in page.main
    assert "Därför att" not in page.main
    page = Page(client.get(several))
    assert {box["type"] for box in page.all("input", name="svar")} == {"checkbox"}
    assert page.all("fieldset")[0]["aria-describedby"] == page.one("p", class_="hint")["id"]
    assert page.one("p", class_="hint").text == "Du kan välja flera."
    assert Page(client.get(statement)).options() == ["Sant", "Falskt"]

    doubled = post(client, several, svar=["ett", "ett"])
    told = "⚠ Svaret finns inte bland alternativen. Välj bland dem som visas."
    assert Page(client.get(doubled.location)).one("p", class_="error").text == told
    for url, given, verdict in (
        (first, "ratt", "Rätt"),
        (several, ["tva", "ett", "tre"], "Delvis rätt"),
        (statement, "falskt", "Inte riktigt"),
    ):
        post(client, url, svar=given)
        assert Page(client.get(url)).h1 == verdict
    assert "Därför att det är så." in Page(client.get(first)).main
    shown = Page(client.get(several)).main
    assert "Dina svar" in shown
    assert "Ett alternativ till Fyra Fyra stämmer inte." in shown
    result = Page(client.get(first.partition("/fraga")[0]))
    assert "Du fick 1,5 av 3 poäng i försök 1." in result.main


@sqlite_only
@pytest.mark.parametrize(
    ("question", "given", "others"),
    [
        ("andra", ["sant"], ["Det andra alternativet"]),
        ("andra", ["falskt"], []),  # the other one is the right answer
        ("flera", ["ett", "tva"], ["De andra alternativen"]),
    ],
)
def test_the_options_that_are_left_are_called_what_they_are(world, question, given, others):
    sources = course_sources()
    sources["quizzes/kurs/modul.md"] = ALL_TYPES
    world.publish(sources)
    world.person("anna", "A")
    client = browser(world, "anna")
    url = begin(client).replace("forsta", question)

    post(client, url, svar=given)

    summaries = Page(client.get(url)).texts("summary")
    assert [text for text in summaries if "lternativ" in text] == others


@sqlite_only
def test_the_options_keep_their_order_through_an_attempt(world, anna):
    url = begin(anna)

    orders = [Page(anna.get(url)).options() for _ in range(3)]
    refused = Page(anna.get(post(anna, url).location)).options()

    assert orders == [refused] * 3


@sqlite_only
def test_a_question_that_is_not_in_the_attempt_is_not_found(world, anna):
    url = begin(anna).replace("forsta", "finns-inte")
    before = everything(world.app)

    assert (anna.get(url).status_code, post(anna, url, svar="ratt").status_code) == (404, 404)

    assert everything(world.app) == before


@sqlite_only
def test_only_modules_with_questions_can_be_begun(world, anna):
    before = everything(world.app)

    for form in ({"kurs": "kurs", "modul": "finns-inte"}, {"kurs": "finns-inte", "modul": "modul"}, {}):
        assert post(anna, "/forsok", **form).status_code == 404

    assert everything(world.app) == before


# --- at the same time ---


def at_once(world, key, times, url, **form):
    """Send the same form as many times at once from one session; the answers."""
    client = browser(world, key)
    given = {"csrf_token": token(client), **form}
    cookie = client.get_cookie("session").value

    def send(_):
        tab = world.app.test_client()
        tab.set_cookie("session", cookie)
        return tab.post(url, data=given)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(send, range(times)))


def test_two_tabs_that_begin_at_once_share_one_attempt(world, anna):
    answers = at_once(world, "anna", 8, "/forsok", kurs="kurs", modul="modul")

    assert [answer.status_code for answer in answers] == [303] * 8
    assert len({answer.location for answer in answers}) == 1
    assert stored(world) == (1, 0, 0, 0)


def test_the_same_answer_twenty_times_at_once_is_stored_once(world, anna):
    url = begin(anna)
    post(anna, url, svar="ratt")
    last = url.replace("forsta", "andra")

    answers = at_once(world, "anna", 20, last, svar="ratt")

    assert [(answer.status_code, answer.location) for answer in answers] == [(303, last)] * 20
    assert stored(world) == (1, 2, 1, 2)


def test_two_different_answers_at_once_leave_the_one_that_came_first(world, anna):
    url = begin(anna)
    with ThreadPoolExecutor(2) as pool:
        sent = [pool.submit(at_once, world, "anna", 5, url, svar=given) for given in ("ratt", "fel")]
        answers = [answer for each in sent for answer in each.result()]

    assert {answer.status_code for answer in answers} == {303}
    assert stored(world) == (1, 1, 0, 0)
    assert sorted({answer.location for answer in answers}) == [url, f"{url}?redan=ja"]


def test_a_worker_that_has_just_started_reads_the_course_before_it_holds_the_turn_to_write(world, anna):
    """Reading takes a third of a second, in which nobody else could answer."""
    url = begin(anna)
    csrf = token(anna)
    queries._shelves.clear()

    with Statements() as statements:
        sent = anna.post(url, data={"csrf_token": csrf, "svar": "ratt"})

    first_write = next(n for n, said in enumerate(statements.seen) if said.startswith("INSERT"))
    reads = [n for n, said in enumerate(statements.seen) if "FROM release" in said]
    assert sent.status_code == 303
    assert reads
    assert max(reads) < first_write


# --- to the end ---


def test_the_last_answer_its_result_and_its_completions_are_of_one_instant(world, anna):
    url = begin(anna)
    post(anna, url, svar="ratt")

    post(anna, url.replace("forsta", "andra"), svar="ratt")

    def instants(column, table, where="TRUE"):
        found = world.db.execute(text(f"SELECT {column} FROM {table} WHERE {where}")).scalars()
        return [str(instant) for instant in found]

    answered = instants("answered_at", "response", "item = 'andra'")
    assert len(answered) == 1
    assert instants("graded_at", "result") == answered
    assert instants("recorded_at", "completion") == answered * 2


def test_when_the_completion_cannot_be_stored_neither_is_the_answer(world, anna):
    url = begin(anna)
    post(anna, url, svar="ratt")
    last = url.replace("forsta", "andra")
    refuse(world, "completion")
    before = everything(world.app)

    assert post(anna, last, svar="ratt").status_code == 500
    assert everything(world.app) == before
    assert Page(anna.get(last)).h1 == "Vad gör du sedan?"

    admit(world, "completion")
    assert post(anna, last, svar="ratt").status_code == 303
    assert stored(world) == (1, 2, 1, 2)


def refuse(world, table):
    """Let the database itself refuse every new row of the table."""
    statements = [f"CREATE TRIGGER nej BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'nej'); END"]
    if world.db.get_bind().dialect.name == "postgresql":
        statements = [
            "CREATE FUNCTION nej() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE check_violation; END $$",
            f"CREATE TRIGGER nej BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION nej()",
        ]
    execute(world, *statements)


def admit(world, table):
    on_table = f" ON {table}" if world.db.get_bind().dialect.name == "postgresql" else ""
    execute(world, f"DROP TRIGGER nej{on_table}")


def execute(world, *statements):
    world.db.rollback()
    with database.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_after_the_result_no_answer_is_taken_and_the_stored_one_is_shown(world, anna):
    attempt = world.take("anna", "2026-03-05", second="fel")
    before = everything(world.app)
    url = f"/forsok/{attempt.id}/fraga/andra"

    answer = post(anna, url, svar="ratt")

    assert said(anna, answer.location)[0] == "Inte riktigt"
    assert said(anna, answer.location)[1].startswith("Du har redan svarat.")
    after = everything(world.app)
    assert {**after, "installation": None} == {**before, "installation": None, "session": after["session"]}


@sqlite_only
def test_what_one_takes_along_is_the_key_points_without_what_was_said_before_one_began(world):
    sources = course_sources()
    warning = '!!! innehall "Innan du börjar"\n    Du kan hoppa över berättelsen.\n\n**Det viktigaste**'
    path = "modules/kurs/modul.md"
    sources[path] = sources[path].replace("**Det viktigaste**", warning)
    world.publish(sources)
    world.person("anna", "A")
    attempt = world.take("anna", "2026-03-05")
    client = browser(world, "anna")

    page = Page(client.get(f"/forsok/{attempt.id}"))

    assert "Du kan hoppa över berättelsen." in Page(client.get("/kurs/kurs/modul/borjan")).main
    assert "Ta med dig Det viktigaste En sak" in page.main
    assert "Du kan hoppa över berättelsen." not in page.main


@sqlite_only
def test_the_result_of_an_attempt_under_way_is_its_next_question(anna):
    url = begin(anna)
    result = url.partition("/fraga")[0]
    assert anna.get(result).location == url

    post(anna, url, svar="ratt")

    assert anna.get(result).location == url.replace("forsta", "andra")


@sqlite_only
def test_all_right_leads_to_the_end_of_the_course(world, anna):
    url = begin(anna)
    post(anna, url, svar="ratt")
    last = url.replace("forsta", "andra")
    post(anna, last, svar="ratt")
    result = url.partition("/fraga")[0]

    assert Page(anna.get(last)).button == ("Se resultatet", result)
    page = Page(anna.get(result))

    assert (page.title, page.h1) == ("Modulen är klar – Modulen modul", "Modulen är klar")
    assert "Du fick 2 av 2 poäng i försök 1." in page.main
    assert "Frågor att titta på igen" not in page.main
    assert page.button == ("Se ditt kvitto", "/kurs/kurs/klar")


@sqlite_only
def test_a_module_that_is_done_leads_to_the_next_mandatory_one(world):
    world.publish(course_sources(modules=("modul", "andra-modul")))
    world.person("anna", "A")
    attempt = world.take("anna", "2026-03-05")

    page = Page(browser(world, "anna").get(f"/forsok/{attempt.id}"))

    assert page.button == ("Nästa modul: Modulen andra-modul", "/kurs/kurs/andra-modul/borjan")


def test_the_best_attempt_counts_and_a_starred_question_must_come_right_in_the_end(world, anna):
    first = begin(anna)
    post(anna, first, svar="ratt")
    post(anna, first.replace("forsta", "andra"), svar="fel")  # half of the points is enough, but ★ is wrong

    page = Page(anna.get(first.partition("/fraga")[0]))
    assert (page.title, page.h1) == ("Inte klar än – Modulen modul", "Inte klar än")
    assert "En fråga som handlar om din säkerhet behöver bli rätt innan modulen är klar" in page.main
    assert "★ Fråga 2: Vad gör du sedan?" in page.texts("li")
    assert "Du behöver minst" not in page.main
    assert "Fråga 2: Vad gör du sedan?" in page.texts("a", href=first.replace("forsta", "andra"))
    assert "Poängen räcker. En enda fråga är kvar, resten behöver du inte göra om." in page.main
    assert page.button == ("Gör om frågan som handlar om din säkerhet", "/forsok")
    assert stored(world) == (1, 2, 1, 0)

    second = begin(anna)
    assert second.partition("/fraga")[0] != first.partition("/fraga")[0]
    assert begin(anna) == second  # the attempt under way goes on
    assert second.endswith("/fraga/andra")
    assert Page(anna.get(second)).title == "Fråga 1 av 1 – Modulen modul"
    assert anna.get(second.replace("andra", "forsta")).status_code == 404
    post(anna, second, svar="ratt")

    page = Page(anna.get(second.partition("/fraga")[0]))
    assert page.h1 == "Modulen är klar"
    assert "i försök 2." in page.main
    assert stored(world) == (2, 3, 2, 2)


@sqlite_only
def test_after_the_course_a_deepening_module_says_how_it_went_and_the_way_on(world):
    sources = course_sources(modules=("modul", "mer", "mest"))
    head = sources["modules/kurs/course.toml"].replace('mandatory = ["modul", "mer", "mest"]', 'mandatory = ["modul"]')
    world.publish(sources | {"modules/kurs/course.toml": head})
    world.person("anna", "A")
    last = world.take("anna", "2026-03-05")
    failed = world.take("anna", "2026-03-06", module="mer", first="fel", second="fel")
    client = browser(world, "anna")

    assert "Nu är du klar med hela kursen." in Page(client.get(f"/forsok/{last.id}")).main
    page = Page(client.get(f"/forsok/{failed.id}"))
    assert (page.h1, page.button) == ("Inte klar än", ("Gör om båda frågorna", "/forsok"))
    assert "Nu är du klar" not in page.main
    assert "frivillig fördjupning. Du är redan klar med hela kursen" in page.main

    passed = world.take("anna", "2026-03-07", module="mer")
    page = Page(client.get(f"/forsok/{passed.id}"))
    assert page.button == ("Nästa modul: Modulen mest", "/kurs/kurs/mest/borjan")
    assert "Nu är du klar" not in page.main


@sqlite_only
def test_too_few_points_say_how_many_are_needed(world, anna):
    attempt = world.take("anna", "2026-03-05", first="fel", second="fel")

    page = Page(anna.get(f"/forsok/{attempt.id}"))

    assert "Du fick 0 av 2 poäng i försök 1. Du behöver minst 50 procent, det är 1 av 2 poäng." in page.main
    assert "Alla frågor ställs igen, för poängen räknas i ett försök. Det bästa försöket räknas." in page.main
    assert page.button == ("Gör om båda frågorna", "/forsok")
    assert "Ta med dig" not in page.main


# --- a new release in the middle ---


def test_publishing_in_the_middle_gives_new_text_but_the_questions_one_began_with(world, anna):
    url = begin(anna)
    sources = course_sources()
    sources["modules/kurs/modul.md"] = sources["modules/kurs/modul.md"].replace("Text i slutet.", "Ny text i slutet.")
    sources["quizzes/kurs/modul.md"] = sources["quizzes/kurs/modul.md"].replace("Vad gör du sedan?", "Och sen då?")
    world.publish(sources, day="2026-03-10")
    world.person("carl", "A")
    last = url.replace("forsta", "andra")

    assert "Ny text i slutet." in anna.get("/kurs/kurs/modul/slutet").text
    assert Page(anna.get(last)).h1 == "Vad gör du sedan?"
    newcomer = browser(world, "carl")
    assert Page(newcomer.get(begin(newcomer).replace("forsta", "andra"))).h1 == "Och sen då?"

    assert begin(anna) == url
    for question in (url, last):
        assert post(anna, question, svar="ratt").status_code == 303
    assert Page(anna.get(url.partition("/fraga")[0])).h1 == "Modulen är klar"


def test_once_a_new_edition_holds_a_new_attempt_is_begun(world, anna):
    old = begin(anna)
    world.publish(course_sources(edition=2, edition_from=date(2026, 3, 10)), day="2026-03-10", change="goal")

    new = begin(anna)

    assert new.partition("/fraga")[0] != old.partition("/fraga")[0]
    for question in (old, old.replace("forsta", "andra")):
        assert post(anna, question, svar="ratt").status_code == 303  # what was begun may be finished
    assert Page(anna.get("/kurs/kurs")).title == "0 av 1 klara – En kurs"
    for question in (new, new.replace("forsta", "andra")):
        post(anna, question, svar="ratt")
    assert Page(anna.get("/kurs/kurs")).title == "Klar – En kurs"


@sqlite_only
def test_a_local_name_is_filled_in_wherever_it_stands_in_a_question(world):
    sources = course_sources()
    text = sources["quizzes/kurs/modul.md"]
    text = text.replace("Vad gör du?", "Vad gör du med [LARM]?", 1)
    sources["quizzes/kurs/modul.md"] = text.replace("Det rätta", "Skriver i [RAPPORTSYSTEM]", 1)
    world.publish(sources)
    world.person("anna", "A")
    client = browser(world, "anna")
    question = begin(client)

    asked = Page(client.get(question))
    answered = Page(client.get(post(client, question, svar="ratt").location))

    for page in (asked, answered, Page(client.get("/min-sida"))):
        assert "Skriver i Fråga efter uppgiften" in page.main
        assert "[LARM]" not in page.main
        assert "[RAPPORTSYSTEM]" not in page.main
    assert "Vad gör du med Fråga efter uppgiften?" in asked.main
