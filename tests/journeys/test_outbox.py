"""No answer is lost on its way: without network, server or tab it waits in the browser, for its own person only."""

import json
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from itsdangerous import URLSafeTimedSerializer
from served import wait_until

from course import create_app
from course.config import PROJECT, load_settings
from course.content.actions import publish
from course.content.source import read_folder
from course.db import database, transaction
from journeys.conftest import Visit, follow
from journeys.test_pages import inspect

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 640}
MODULE = "/kurs/hot-och-vald/otillaten-paverkan"
STORED = "JSON.stringify(Object.entries(localStorage))"
WAITS = "Väntar på nätet – ditt svar sparas när du är uppkopplad."


@pytest.fixture
def window(chromium, own_server):
    """Opens windows on a server that the test may stop."""
    opened = []

    def open_(key=None, **options):
        opened.append(Visit(chromium, own_server, viewport=PHONE, **options))
        return opened[-1].sign_in(key) if key else opened[-1]

    yield open_
    for each in opened:
        each.context.close()


def to_question(visit, page=None):
    """Open the first question of the module that is not answered, and give its path."""
    page = page or visit.page
    page.goto(MODULE)
    while not page.locator("form.question").count():
        follow(page, "main button")
    return urlsplit(page.url).path


def sign_in(page, key, password, *, shared=False):
    page.goto("/logga-in")
    page.fill("#namn", key)
    page.fill("#losenord", password)
    if shared:
        page.check("#delad")
    follow(page, "main button")


def sign_out(page):
    with page.expect_navigation():
        page.click("footer button")


def pick(page, number=0):
    """Tick an option; gives its id."""
    option = page.locator("fieldset [name=svar]").nth(number)
    option.check()
    return option.get_attribute("value")


def kept(page):
    """What the browser's storage holds: [(key, value)]."""
    return json.loads(page.evaluate(STORED))


def state(page):
    return page.locator("#utkorg").inner_text()


def answers(server, key):
    """(item, answer) of everything the person has answered today."""
    query = (
        "SELECT item, answer FROM response JOIN attempt ON attempt.id = attempt_id JOIN person ON person.id = person_id"
        f" WHERE person.key = '{key}' AND answered_at > datetime('now', '-1 hour')"
    )
    return server.rows(query)


def item_of(path):
    return path.rpartition("/")[2]


def wrong_with(visit, name):
    """What is wrong with the page, but for the tries that fail meanwhile."""
    tries = ("503 ", "Failed to load resource: net::ERR_")
    return [fault for fault in inspect(visit, name) if not str(fault[-1]).startswith(tries)]


def waits(page, words=WAITS):
    page.get_by_text(words).wait_for()


def test_without_a_network_the_answer_waits_and_is_sent_when_it_is_back(window, own_server):
    anna = window("anna")
    page, question = anna.page, to_question(anna)
    choice = pick(page)

    anna.context.set_offline(True)
    page.click("main button")
    waits(page)

    ((key, value),) = kept(page)
    assert key.split(" ")[0] == "svar"
    assert key.split(" ")[2] == question
    assert value.split(" ")[1] == f"svar={choice}"
    assert not any(word in key + value for word in ("anna", "csrf", "token", "@"))
    assert "det du har svarat är sparat" not in page.inner_text("main")
    assert page.is_checked(f"[value={choice}]")
    assert page.locator("#utkorg").get_attribute("role") == "status"
    assert wrong_with(anna, "an answer that waits") == []
    assert answers(own_server, "anna") == []

    with page.expect_navigation():
        anna.context.set_offline(False)
    page.wait_for_selector(".verdict")
    assert page.evaluate("document.activeElement.tagName") == "H1"
    assert urlsplit(page.url).path == question
    assert answers(own_server, "anna") == [(item_of(question), f'["{choice}"]')]
    assert kept(page) == []
    assert "Du har redan svarat" not in page.inner_text("main")


def test_the_same_button_and_the_enter_key_go_on_as_the_form_would_have(window, own_server):
    anna = window("anna")
    page, question = anna.page, to_question(anna)
    choice = pick(page)

    with page.expect_navigation():
        page.keyboard.press("Enter")

    assert page.locator(".verdict").count() == 1
    assert urlsplit(page.url).path == question
    assert (kept(page), anna.complaints) == ([], [])
    assert answers(own_server, "anna") == [(item_of(question), f'["{choice}"]')]


def test_a_closed_tab_and_a_server_that_is_killed_lose_nothing(window, own_server):
    anna = window("anna")
    page, question = anna.page, to_question(anna)
    choice = pick(page)
    own_server.stop()
    page.click("main button")
    waits(page)
    page.close()

    own_server.start()
    page = anna.page = anna.context.new_page()
    page.goto("/kurs/hot-och-vald")
    waits(page, "Sparat: ett svar som väntade.")

    assert answers(own_server, "anna") == [(item_of(question), f'["{choice}"]')]
    assert kept(page) == []
    assert wrong_with(anna, "told that an answer is saved") == []
    follow(page, "#utkorg a")
    assert urlsplit(page.url).path == question
    assert page.locator(".verdict").count() == 1


def test_a_server_that_comes_back_gets_the_answer_without_anybody_pressing_a_button(window, own_server):
    anna = window("anna")
    page, question = anna.page, to_question(anna)
    choice = pick(page)
    own_server.stop()
    page.click("main button")
    waits(page)

    own_server.start()
    page.wait_for_selector(".verdict", timeout=30_000)

    assert answers(own_server, "anna") == [(item_of(question), f'["{choice}"]')]


def test_an_answer_whose_acknowledgement_is_lost_is_stored_once(window, own_server):
    own_server.stop()
    own_server.target = "dying:app"  # it dies between the commit and the reply
    own_server.start()
    anna = window("anna")
    page, question = anna.page, to_question(anna)
    choice = pick(page)
    page.click("main button")
    waits(page)
    stored = answers(own_server, "anna")
    own_server.stop()
    own_server.target = "wsgi:app"
    own_server.start()

    page.wait_for_selector(".verdict", timeout=30_000)

    assert stored == [(item_of(question), f'["{choice}"]')]
    assert answers(own_server, "anna") == stored
    assert "Du har redan svarat" not in page.inner_text("main")
    assert kept(page) == []


def test_several_answers_wait_and_are_sent_whatever_page_is_opened_first(window, own_server):
    anna = window("anna")
    first = to_question(anna)
    follow(anna.page, "text=Hoppa över")
    while not anna.page.locator("fieldset [type=radio][name=svar]").count():
        follow(anna.page, "text=Hoppa över" if anna.page.locator("form.question").count() else "main button")
    second = urlsplit(anna.page.url).path
    other = anna.context.new_page()
    other.goto(first)
    anna.context.set_offline(True)
    for page in (anna.page, other):
        pick(page)
        page.click("main button")
        page.get_by_text("Väntar på nätet").wait_for()
    other.close()
    anna.page.close()
    anna.context.set_offline(False)

    page = anna.context.new_page()
    page.goto("/min-sida")
    wait_until(lambda: page.locator("#utkorg a").count() == 2)

    assert {item for item, _ in answers(own_server, "anna")} == {item_of(first), item_of(second)}
    assert kept(page) == []


def test_when_another_answer_was_stored_first_the_page_says_so(window, own_server):
    anna = window("anna")
    question = to_question(anna)
    pick(anna.page, 1)
    anna.context.set_offline(True)
    anna.page.click("main button")
    waits(anna.page)
    phone = window("anna")
    phone.page.goto(question)
    first = pick(phone.page, 0)
    follow(phone.page, "main button")

    with anna.page.expect_navigation():
        anna.context.set_offline(False)
    anna.page.wait_for_selector(".verdict")

    assert "Du har redan svarat" in anna.page.inner_text("main")
    assert answers(own_server, "anna") == [(item_of(question), f'["{first}"]')]
    assert kept(anna.page) == []


def test_a_page_from_before_the_last_sign_in_sends_its_answer_with_a_fresh_token(window, own_server):
    anna = window("anna")
    question = to_question(anna)
    choice = pick(anna.page)
    other = anna.context.new_page()
    other.goto("/stod")
    sign_out(other)
    sign_in(other, "anna", own_server.passwords["anna"])

    with anna.page.expect_navigation():
        anna.page.click("main button")

    assert anna.page.locator(".verdict").count() == 1
    assert answers(own_server, "anna") == [(item_of(question), f'["{choice}"]')]


def test_an_answer_in_a_session_that_has_ended_is_saved_after_signing_in_again(window, own_server):
    anna = window("anna")
    page, question = anna.page, to_question(anna)
    choice = pick(page)
    other = window("anna")
    other.page.goto("/min-sida")
    follow(other.page, "text=Logga ut överallt")

    with page.expect_navigation():
        page.click("main button")
    assert "Ditt svar sparas när du har loggat in igen" in page.inner_text("main")
    page.fill("#namn", "anna")
    page.fill("#losenord", own_server.passwords["anna"])
    follow(page, "main button")

    assert page.locator(".verdict").count() == 1
    assert urlsplit(page.url).path == question
    wait_until(lambda: kept(page) == [])
    assert answers(own_server, "anna") == [(item_of(question), f'["{choice}"]')]
    assert state(page) == ""


def test_an_answer_is_never_sent_in_somebody_elses_session(window, own_server):
    anna = window("anna")
    question = to_question(anna)
    choice = pick(anna.page)
    anna.context.set_offline(True)
    anna.page.click("main button")
    waits(anna.page)
    (before,) = kept(anna.page)
    sent = []
    anna.context.on("request", lambda each: sent.append((each.method, urlsplit(each.url).path)))
    other = anna.context.new_page()
    anna.context.clear_cookies()  # the session is over; the tab with the answer is still open
    anna.context.set_offline(False)
    sign_in(other, "sara", own_server.passwords["sara"])
    saras = to_question(anna, other)

    anna.page.get_by_role("button", name="Försök nu").click()
    waits(anna.page, "Du är inte längre inloggad")
    other.goto("/min-sida")
    pick_and_answer(other, saras)

    assert ("POST", question) not in sent
    assert answers(own_server, "anna") == []
    assert kept(other) == [before]
    marks = {other.get_attribute("#utkorg", "data-person"), before[0].split(" ")[1]}
    assert len(marks) == 2

    sign_out(other)
    sign_in(other, "anna", own_server.passwords["anna"])
    anna.page.wait_for_selector(".verdict")
    assert answers(own_server, "anna") == [(item_of(question), f'["{choice}"]')]
    assert kept(other) == []


def test_an_answer_that_waited_past_its_time_is_told_and_let_go(window, own_server):
    own_server.stop()
    limit_the_time(own_server.instance)
    own_server.start()
    anna = window("anna")
    question = to_question(anna)
    pick(anna.page)
    anna.context.set_offline(True)
    anna.page.click("main button")
    waits(anna.page)
    anna.page.close()
    own_server.stop()
    own_server.target = "later:app"
    own_server.start()
    anna.context.set_offline(False)

    page = anna.context.new_page()
    page.goto("/stod")
    waits(page, "Ett svar som väntade kom för sent. Tiden var ute.")

    assert kept(page) == []
    assert answers(own_server, "anna") == []
    follow(page, "#utkorg a")
    assert urlsplit(page.url).path == question.partition("/fraga")[0]
    assert "Tiden var ute" in page.inner_text("main")


def limit_the_time(instance):
    """Publish the first module's questions anew, with 20 minutes for them."""
    folder = read_folder(PROJECT, "hot-och-vald")
    path = "quizzes/hot-och-vald/otillaten-paverkan.md"
    limited = {**folder.sources, path: folder.sources[path].replace("godkänt: 80 %\n", "godkänt: 80 %\ntid: 20 min\n")}
    app = create_app(load_settings({}, instance))
    with app.app_context():
        with transaction() as (db, at):
            publish(
                db,
                replace(folder, sources=limited),
                change="language",
                accept_keys=False,
                accept_unreviewed=True,
                by=None,
                at=at,
            )
        database.engine.dispose()


def pick_and_answer(page, question):
    page.goto(question)
    pick(page)
    follow(page, "main button")


@pytest.mark.parametrize("way", ["Stanna kvar", "Logga ut ändå", "Ta bort svaren och logga ut"])
def test_before_signing_out_with_unsent_answers_one_is_asked(window, own_server, way):
    anna = window("anna")
    page, question = anna.page, to_question(anna)
    pick(page)
    own_server.stop()
    page.click("main button")
    waits(page)
    own_server.target = "impatient:app"
    own_server.start()
    page.close()
    page = anna.page = anna.context.new_page()
    page.route(f"**{question}", lambda route: route.abort())  # what waits stays on its way
    page.goto("/stod")
    page.get_by_text("Väntar på nätet").wait_for()

    page.click("footer button")
    dialog = page.locator("dialog[open]")
    assert dialog.locator("h2").inner_text() == "Du har svar som inte är sparade"
    assert wrong_with(anna, "before signing out") == []
    button = dialog.get_by_role("button", name=way)
    if way == "Stanna kvar":
        button.click()
        assert page.locator("dialog[open]").count() == 0
        assert (urlsplit(page.url).path, len(kept(page))) == ("/stod", 1)
    else:
        with page.expect_navigation():
            button.click()
        assert urlsplit(page.url).path == "/logga-in"
        assert len(kept(page)) == (1 if way == "Logga ut ändå" else 0)


def test_signing_out_with_nothing_unsent_asks_nothing(window):
    anna = window("anna")
    to_question(anna)
    pick(anna.page)
    follow(anna.page, "main button")

    sign_out(anna.page)

    assert urlsplit(anna.page.url).path == "/logga-in"
    assert kept(anna.page) == []


def test_on_a_shared_computer_nothing_is_kept(window, own_server):
    anna = window()
    sign_in(anna.page, "anna", own_server.passwords["anna"], shared=True)
    question = to_question(anna)
    assert anna.page.locator("script, #utkorg, dialog").count() == 0
    choice = pick(anna.page)
    follow(anna.page, "main button")
    assert anna.page.locator(".verdict").count() == 1
    assert kept(anna.page) == []
    assert anna.page.evaluate("sessionStorage.length") == 0
    assert answers(own_server, "anna") == [(item_of(question), f'["{choice}"]')]

    sign_out(anna.page)
    sign_in(anna.page, "anna", own_server.passwords["anna"])
    to_question(anna)
    assert anna.page.locator("script").count() == 1


def test_after_a_session_on_a_shared_computer_the_browser_holds_nothing_of_it(window, own_server):
    """Its cookie, its storage, its cache and what the next one is shown."""
    anna = window()
    page = anna.page
    sign_in(page, "anna", own_server.passwords["anna"], shared=True)
    page.goto(MODULE)
    section, question = page.url, to_question(anna)
    choice = pick(page)
    other = window("anna")
    other.page.goto("/min-sida")
    follow(other.page, "text=Logga ut överallt")

    follow(page, "main button")

    assert "Det du skickade är inte sparat" in page.inner_text("main")
    page.goto("/logga-in")
    assert page.locator("main .notice").count() == 0
    held = held_by(anna)
    assert held.keys() == {"_user_id", "_fresh", "seen", "shared", "csrf_token"}
    assert choice not in repr(held)
    assert (kept(page), page.evaluate("sessionStorage.length")) == ([], 0)
    assert page.evaluate("indexedDB.databases().then((all) => all.length)") == 0
    assert [cached(page, url) for url in (section, question)] == [False, False]
    assert answers(own_server, "anna") == []


def test_signing_out_empties_the_browsers_cache(window):
    anna = window("anna")
    page = anna.page
    page.goto(MODULE)
    section = page.url
    assert cached(page, section)

    sign_out(page)

    assert not cached(page, section)
    assert held_by(anna).keys() == {"csrf_token"}  # the sign-in form's own
    page.go_back()
    assert urlsplit(page.url).path == "/logga-in"


def held_by(visit):
    """What anybody can read in the browser's cookies; the one that says that it is known is a mark alone."""
    cookies = {cookie["name"]: cookie["value"] for cookie in visit.context.cookies()}
    cookies.pop("browser", None)
    (value,) = cookies.values()
    return URLSafeTimedSerializer("any").load_payload(value.rsplit(".", 2)[0].encode())


def cached(page, url):
    """Whether the browser has the page on its disk."""
    asked = "url => fetch(url, {cache: 'only-if-cached', mode: 'same-origin'})"
    return page.evaluate(f"{asked}.then((got) => got.status === 200, () => false)", url)


TYPED = """form => form.querySelector("button").insertAdjacentHTML(
    "beforebegin", "<label>Med egna ord <textarea name='ord'></textarea></label>")"""


def test_what_somebody_types_is_never_kept_and_the_page_says_so(window, own_server):
    anna = window("anna")
    page, question = anna.page, to_question(anna)
    choice = pick(page)
    page.eval_on_selector("form[data-question]", TYPED)
    page.fill("textarea", "en hemlighet")
    anna.context.set_offline(True)

    page.click("main button")
    waits(page, "Inte sparat. Text ligger aldrig kvar i webbläsaren. Låt sidan vara öppen")

    assert kept(page) == []
    assert page.evaluate("sessionStorage.length") == 0
    assert page.input_value("textarea") == "en hemlighet"
    with page.expect_navigation():
        anna.context.set_offline(False)
    page.wait_for_selector(".verdict")
    assert answers(own_server, "anna") == [(item_of(question), f'["{choice}"]')]


NO_STORAGE = 'Object.defineProperty(window, "localStorage", {get() {throw new DOMException("no", "SecurityError")}})'
FULL = """() => {
    for (let size = 2 ** 22; size >= 1; size /= 2)
        try { for (let n = 0; ; n++) localStorage.setItem(`x${size}-${n}`, "x".repeat(size)) } catch {}
}"""


@pytest.mark.parametrize("obstacle", ["none is allowed", "it is full"])
def test_without_storage_answers_are_sent_all_the_same_and_stay_on_the_page(window, own_server, obstacle):
    anna = window("anna")
    page = anna.page
    if obstacle == "none is allowed":
        page.add_init_script(NO_STORAGE)
    question = to_question(anna)
    if obstacle == "it is full":
        page.evaluate(FULL)
    choice = pick(page)
    anna.context.set_offline(True)

    page.click("main button")
    waits(page, "Inte sparat. Låt sidan vara öppen, så skickas svaret igen.")
    assert page.is_checked(f"[value={choice}]")
    with page.expect_navigation():
        anna.context.set_offline(False)
    page.wait_for_selector(".verdict")

    assert answers(own_server, "anna") == [(item_of(question), f'["{choice}"]')]
    follow(page, "main .button")
    assert [each for each in anna.complaints if "ERR_INTERNET_DISCONNECTED" not in each] == []


SELECTS = """fieldset => {
    const options = [...fieldset.querySelectorAll("input")].map(input => `<option value=${input.value}>x</option>`);
    fieldset.innerHTML = `<legend><h1>Välj</h1></legend><select name="svar" aria-label="Svar"><option></option>
        ${options.join("")}</select>`;
}"""


def test_what_is_chosen_in_a_list_waits_too(window, own_server):
    anna = window("anna")
    page, question = anna.page, to_question(anna)
    page.eval_on_selector("fieldset", SELECTS)
    page.select_option("select", index=1)
    choice = page.input_value("select")
    anna.context.set_offline(True)
    page.click("main button")
    waits(page)
    assert [value.split(" ")[1] for _, value in kept(page)] == [f"svar={choice}"]

    anna.context.set_offline(False)
    page.wait_for_selector(".verdict")
    assert answers(own_server, "anna") == [(item_of(question), f'["{choice}"]')]


def test_an_answer_that_nobody_fetches_is_forgotten_after_ninety_days(window):
    anna = window("anna")
    page, question = anna.page, to_question(anna)
    keys = [f"svar {'a' * 24} {question}-{name}" for name in ("old", "newer")]
    ages = [f"{page.evaluate(f'Date.now() - {days} * 24 * 3600 * 1000')} svar=a" for days in (91, 89)]
    plant(page, zip(keys, ages, strict=True))

    page.goto(question)

    assert kept(page) == [[keys[1], ages[1]]]


def plant(page, entries):
    """Put the entries into the browser's storage."""
    page.evaluate("entries => entries.forEach(([key, value]) => localStorage.setItem(key, value))", list(entries))


def test_what_somebody_else_has_put_into_the_browser_is_sent_nowhere_and_removed(window, own_server):
    anna = window("anna")
    page, question = anna.page, to_question(anna)
    mark, attempt = page.get_attribute("#utkorg", "data-person"), question.partition("/fraga/")[0]
    role, roles = "roll=hr&fran=2026-12-01&till=&enhet=", 'SELECT * FROM "grant" ORDER BY id'
    before = own_server.rows(roles)
    foreign = [
        (f"svar {mark} /konton/192/ge-roll", role),
        (f"svar {mark} /logga-ut", "svar=a"),
        (f"svar {mark} /personer/1/raknas", "svar=nej"),
        (f"svar {mark} /engangskod/1", "svar=a"),
        (f"svar {mark} {attempt}", "svar=a"),
        (f"svar {mark} {question}/../../../../konton/192/ge-roll", "svar=a"),
        (f"svar {mark} {question}?a=b", "svar=a"),
        (f"svar {mark} /{question}", "svar=a"),
        (f"svar {mark} //evil.example{question}", "svar=a"),
        (f"svar {mark} {own_server.url}{question}", "svar=a"),
        (f"svar {mark} {question}-1", role),
        (f"svar {mark} {question}-2", "svar=a&csrf_token=b"),
        (f"svar x {question}", "svar=a"),
        ("annat", "svar=a"),
    ]
    others = [f"svar {'f' * 24} {question}", f"{page.evaluate('Date.now()')} svar=a"]
    now = page.evaluate("Date.now()")
    plant(page, [*((key, f"{now} {fields}") for key, fields in foreign), others])
    sent = []
    anna.context.on("request", lambda each: sent.append((each.method, urlsplit(each.url).path)))

    for path in ("/min-sida", question):
        page.goto(path)
        page.wait_for_load_state("networkidle")

    pages = [each for each in sent if "/static/" not in each[1]]
    assert pages == [("GET", "/min-sida"), ("GET", question)]
    assert kept(page) == [others]
    assert own_server.rows(roles) == before
    assert answers(own_server, "anna") == []
    assert page.locator("footer button").count() == 1
