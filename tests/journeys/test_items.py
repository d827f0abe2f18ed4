"""Every type of question in Chromium: asked, refused and reviewed, at each width, by the keyboard and on paper."""

import shutil

import pytest
from answering import fill, filled
from browsing import PASSWORD
from served import served
from test_web_items import SOURCES

from course import create_app
from course.access.actions import set_password
from course.access.password import hash_password
from course.clock import day_of
from course.config import load_settings
from course.content.actions import publish
from course.content.load import load_course
from course.content.markup import plain
from course.content.source import Folder
from course.db import database, transaction
from course.items import ITEM_TYPES
from course.organisation.actions import Terms, add_membership, add_person
from course.organisation.queries import unit_id_by_code
from journeys.conftest import Visit, follow
from journeys.test_course import Keyboard, answer_by_keyboard
from journeys.test_pages import FEWER_LOOKS, inspect

pytestmark = pytest.mark.browser
LONGER = (
    ("Sätt dig i säkerhet {", "Sätt dig i säkerhet, till exempel i ett annat rum som har två utgångar {"),
    ("-> Sök vård {", "-> Sök vård och berätta för din närmaste chef samma dag {"),
    ("- Hot via sms ->", "- Du får ett hotfullt sms från en klient på kvällen ->"),
    ("1 = Inte alls\n2 = Helt", "1 = Stämmer inte alls\n2 = Stämmer ganska dåligt\n3 = Stämmer ganska bra\n4 = Helt"),
)
PATH = "quizzes/kurs/modul.md"


def sources():
    """The course of test_web_items with texts as long as real ones."""
    text = SOURCES[PATH]
    for old, new in LONGER:
        assert old in text
        text = text.replace(old, new)
    return {**SOURCES, PATH: text}


ITEMS = load_course(sources()).course.quizzes["modul-fragor"].items


@pytest.fixture(scope="module")
def server(demonstration, tmp_path_factory):
    """The demonstration with one more course, and four employees who have not begun it: nya, nyb, nyc and nyd."""
    instance = shutil.copytree(demonstration, tmp_path_factory.mktemp("items") / "instance")
    app = create_app(load_settings({}, instance))
    with app.app_context():
        with transaction() as (db, at):
            publish(db, Folder(sources(), {}, ()), change="language", accept_keys=False, by=None, at=at)
            unit = unit_id_by_code(db, "IFO", day_of(at), at)
            for key in ("nya", "nyb", "nyc", "nyd"):
                person = add_person(db, key=key, name="Ny Påhittad", email=None, by=None, at=at)
                add_membership(db, person.id, Terms(unit, "Handläggare", day_of(at)), by=None, at=at)
                set_password(db, person.id, hash_password(PASSWORD), by=None, at=at)
        database.engine.dispose()
    server = served(instance)
    yield server
    server.stop()


@pytest.fixture
def visit(chromium, server):
    opened = Visit(chromium, server)
    yield opened
    opened.context.close()


def begin(visit, key):
    """Sign in and begin; gives the address of the questions, without the last part."""
    visit.sign_in(key)
    visit.page.goto("/kurs/kurs/modul/borjan")
    follow(visit.page, "main button")
    return visit.page.url.rpartition("/")[0]


def test_nothing_sticks_out_or_is_hard_to_use_whatever_is_asked(visit):
    attempt, page, faults = begin(visit, "nya"), visit.page, []

    for item in ITEMS.values():
        page.goto(f"{attempt}/{item.id}")
        faults += inspect(visit, f"{item.type} asked")
        follow(page, "main form button:not([name])")
        faults += inspect(visit, f"{item.type} without an answer", FEWER_LOOKS, widths=(360, 1280))
        fill(page, item, item.wrong_answers[0] if item.scored else item.right_answer)
        follow(page, "main form button:not([name])")
        for details in page.locator("main details").all():
            details.evaluate("element => element.open = true")
        faults += inspect(visit, f"{item.type} reviewed", FEWER_LOOKS, widths=(360, 1280))

    assert faults == []
    assert {item.type for item in ITEMS.values()} == set(ITEM_TYPES)


def test_every_type_is_answered_with_the_keyboard_alone(visit):
    attempt, keys = begin(visit, "nyb"), Keyboard(visit.page)

    for item in ITEMS.values():
        visit.page.goto(f"{attempt}/{item.id}")
        answer_by_keyboard(keys, item)
        assert visit.heading == ("Rätt" if item.scored else "Tack för ditt svar")
    visit.page.goto(attempt.removesuffix("/fraga"))
    assert visit.heading == "Modulen är klar"
    assert visit.complaints == []


def test_a_step_is_moved_to_its_place_with_one_key_and_enter_in_a_field_answers(visit):
    attempt, page, keys = begin(visit, "nyd"), visit.page, Keyboard(visit.page)
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{attempt}/ordna")
    names = [name for name, _ in filled(page)]

    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for button in page.locator(".moves button").all():
        box = button.bounding_box()
        assert min(box["width"], box["height"]) >= 44
    keys.reach(f'[value="upp:{names[2].removeprefix("svar-")}"]')
    for order in ([0, 2, 1], [2, 0, 1]):
        with page.expect_navigation():
            keys.press("Enter")
        assert filled(page) == [[names[step], str(number)] for number, step in enumerate(order, start=1)]
        moved = page.locator("button:focus")
        assert moved.get_attribute("value").partition(":")[2] == names[2].removeprefix("svar-")
        assert page.locator("button:focus").evaluate("button => button.getBoundingClientRect().bottom") <= 640
    keys.reach("#saker-ja").press("Space")
    with page.expect_navigation():
        keys.press("Enter")
    assert visit.heading in ("Rätt", "Delvis rätt", "Inte riktigt")
    assert visit.complaints == []


def test_on_paper_a_question_has_all_that_may_be_chosen(visit):
    attempt, page = begin(visit, "nyc"), visit.page
    page.emulate_media(media="print")

    for item in ITEMS.values():
        page.goto(f"{attempt}/{item.id}")
        assert page.locator("form.question h1").is_visible()
        assert not any(button.is_visible() for button in page.locator("main form button").all())
        shown = page.inner_text("main")
        assert [part.id for part in item.parts if part.id and plain(part.html) not in shown] == []
    page.goto(f"{attempt}/para")
    choices = page.locator(".on-paper li")
    assert sorted(choices.all_inner_texts()) == sorted(plain(part.html) for part in ITEMS["para"].parts)
    assert choices.first.is_visible()
    page.emulate_media(media="screen")
    assert not choices.first.is_visible()
