"""Which pages bring the outbox, whose answers they may send, and what its script is told."""

import gzip

import pytest
from browsing import PASSWORD, Page, browser, everything, furnished, give_password
from world import post, token

from course.web.filters import STATIC, static

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SECTION = "/kurs/kurs/modul/borjan"


@pytest.fixture
def begun(world):
    """bo's attempt, with one of its two questions answered."""
    return furnished(world)[1]


def question(attempt, item="andra"):
    return f"/forsok/{attempt.id}/fraga/{item}"


def mark(answer):
    """Whose answers the page may send, or None; it brings the script only then."""
    page = Page(answer)
    marks = [element["data-person"] for element in page.all("div", id="utkorg")]
    assert [script["src"] for script in page.all("script")] == [static("outbox.js")] * len(marks)
    return marks[0] if marks else None


def test_the_script_comes_with_the_first_question_and_then_with_every_page(world, begun):
    world.person("ny", "A")
    bo, new = browser(world, "bo"), browser(world, "ny")

    assert [mark(browser(world).get(url)) for url in ("/logga-in", "/kod", "/stod")] == [None] * 3
    assert [mark(new.get(url)) for url in ("/kurs/kurs", SECTION, "/min-sida", "/stod")] == [None] * 4
    assert mark(bo.get("/stod")) is None
    own = mark(bo.get(question(begun)))
    assert own
    assert {mark(bo.get(url)) for url in ("/stod", "/min-sida", SECTION, "/kurs/kurs", "/finns-inte")} == {own}


def test_an_attempt_under_way_brings_it_with_the_courses_page(world, begun):
    assert mark(browser(world, "bo").get("/kurs/kurs"))
    assert mark(browser(world, "anna").get("/kurs/kurs")) is None  # she has none left


def test_a_page_that_the_browser_has_without_the_script_is_fetched_again(world, begun):
    bo = browser(world, "bo")
    tag = bo.get(SECTION).headers["ETag"]
    assert bo.get(SECTION, headers={"If-None-Match": tag}).status_code == 304

    bo.get(question(begun))

    assert bo.get(SECTION, headers={"If-None-Match": tag}).status_code == 200


def test_the_mark_is_the_persons_own_in_every_session_and_tells_nothing(world, begun):
    other = world.begin("anna", "2026-04-01", module="andra-modul")
    marks = [
        mark(browser(world, key).get(question(attempt, "forsta")))
        for key, attempt in (("bo", begun), ("bo", begun), ("anna", other))
    ]

    assert marks[0] == marks[1] != marks[2]
    assert all(len(each) == 24 and int(each, 16) for each in marks)


def test_the_mark_is_another_with_another_key_of_the_installation(world, begun):
    before = mark(browser(world, "bo").get(question(begun)))

    world.app.config["SECRET_KEY"] = "another secret that is long enough 9876543210"

    assert mark(browser(world, "bo").get(question(begun))) not in (None, before)


def test_on_a_shared_computer_no_page_brings_it(world, begun):
    give_password(world, "bo")
    bo = browser(world)
    given = {"namn": "bo", "losenord": PASSWORD}
    assert "checked" not in Page(bo.get("/logga-in")).one("input", id="delad").attributes

    post(bo, "/logga-in", "/logga-in", delad="ja", **given)
    assert [mark(bo.get(url)) for url in (question(begun), "/kurs/kurs", "/stod")] == [None] * 3
    changed = {"nuvarande": PASSWORD, "losenord": "nya ord som är helt andra", "losenord2": "nya ord som är helt andra"}
    assert post(bo, "/min-sida/losenord", "/min-sida/losenord", **changed).status_code == 303
    assert mark(bo.get(question(begun))) is None

    post(browser(world, "bo"), "/min-sida/logga-ut-overallt")
    assert "checked" in Page(bo.get("/logga-in")).one("input", id="delad").attributes  # the computer is still shared


def test_the_script_is_told_what_became_of_the_answer(world, begun):
    bo, url = browser(world, "bo"), question(begun)

    def told(**form):
        form = {"csrf_token": token(bo), **form}
        answer = bo.post(url, data=form, headers={"Accept": "application/json"})
        return answer.status_code, answer.json

    before = everything(world.app)
    assert told() == (200, {"saved": False, "again": False, "to": f"{url}?fel=ja"})
    assert told(svar="finns-inte") == (200, {"saved": False, "again": False, "to": f"{url}?fel=ja"})
    assert everything(world.app) == before
    assert told(svar="ratt") == (200, {"saved": True, "again": False, "to": url})
    assert told(svar="ratt") == (200, {"saved": True, "again": False, "to": url})
    assert told(svar="fel") == (200, {"saved": True, "again": True, "to": f"{url}?redan=ja"})
    assert post(bo, url, svar="fel").location == f"{url}?redan=ja"


def test_no_other_form_answers_a_script(world, begun):
    clients = {key: browser(world, key) for key in ("bo", "hr", "admin")}
    before = everything(world.app)
    sent = {
        "/konton/1/ge-roll": ("admin", {"roll": "hr", "fran": "2026-01-01"}),
        "/personer/1/raknas": ("hr", {"svar": "nej"}),
        "/engangskod/1": ("hr", {}),
        "/forsok": ("bo", {"kurs": "kurs", "modul": "andra-modul"}),
        "/kurs/kurs/minnesfragor/1": ("bo", {"svar": "ratt"}),
        "/logga-ut": ("bo", {}),
        "/logga-in": ("bo", {"namn": "bo", "losenord": PASSWORD}),
    }

    for url, (key, form) in sent.items():
        given = {"csrf_token": token(clients[key]), **form}
        answer = clients[key].post(url, data=given, headers={"Accept": "application/json"})
        assert (answer.status_code, answer.mimetype) == (403, "text/html"), url

    assert everything(world.app) == before


def test_the_token_for_a_waiting_answer_stands_where_its_question_was(world, begun):
    bo = browser(world, "bo")
    finished = world.take("bo", "2026-03-03", module="andra-modul")

    for url in (question(begun), question(begun, "forsta"), f"/forsok/{finished.id}"):
        page = Page(bo.get(url))
        (holder,) = [element for element in page.elements if "data-question" in element.attributes]
        tokens = [each["value"] for each in page.all("input", name="csrf_token") if holder in each.parents]
        assert tokens == [token(bo)], url


def test_the_script_is_small(database_url):
    script = (STATIC / "outbox.js").read_bytes()

    assert len(gzip.compress(script)) < 4096
    assert b"innerHTML" not in script
