"""Scenarios in a browser: by phone without a script, with the keyboard alone, back and reload, and on paper."""

import shutil
import subprocess
import sys

import pytest
from browsing import PASSWORD_HASH
from served import environment, served
from world import scenario_sources

from course import create_app
from course.access.actions import set_password
from course.config import PROJECT, load_settings
from course.content.load import load_course
from course.content.source import read_folder
from course.db import database, transaction
from course.organisation.queries import person_by_key
from course.scenario.walk import walk
from journeys.conftest import COURSE, Visit, follow
from journeys.test_pages import FEWER_LOOKS, inspect

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 640}
START = f"/kurs/{COURSE}/scenario/prov-dorren"
NOTE = "Någon ringer på och hotar dig. Ingen skadas."


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    """The product's course with a scenario for the tests, which is the only one for its module's track."""
    folder = tmp_path_factory.mktemp("content")
    for name in ("modules", "quizzes"):
        shutil.copytree(PROJECT / name, folder / name)
    course = load_course(read_folder(folder, COURSE).sources).course
    made = scenario_sources("prov-dorren", course=COURSE, module=course.modules[0].id, title="Vem är det?", note=NOTE)
    for path, text in made.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def scenario(content):
    return load_course(read_folder(content, COURSE).sources).course.scenarios["prov-dorren"]


@pytest.fixture(scope="module")
def play(demonstration, content, tmp_path_factory):
    """A server of the demonstration with that course."""
    instance = shutil.copytree(demonstration, tmp_path_factory.mktemp("scenarios") / "instance")
    publish = [
        sys.executable,
        "-m",
        "flask",
        "--app",
        "wsgi",
        "content",
        "publish",
        "--accept-keys",
        "--accept-unreviewed",
    ]
    env = {**environment(instance), "COURSE_CONTENT": str(content)}
    subprocess.run(publish, cwd=PROJECT, env=env, check=True, capture_output=True)
    app = create_app(load_settings({}, instance))
    with app.app_context():
        with transaction() as (db, at):
            for key in ("anna", "adam"):
                set_password(db, person_by_key(db, key).id, PASSWORD_HASH, by=None, at=at)
        database.engine.dispose()
    (instance / "demo-accounts.txt").unlink()
    server = served(instance, more={"COURSE_CONTENT": str(content)})
    yield server
    server.stop()


@pytest.fixture
def window(chromium, play):
    """Opens windows on that server, and closes them."""
    opened = []

    def open_(**options):
        opened.append(Visit(chromium, play, **options))
        return opened[-1]

    yield open_
    for each in opened:
        each.context.close()


def stored(play):
    return play.rows("SELECT person_id, scenario FROM scenario_done")


def fits(page):
    """Whether nothing sticks out, and everything to press is large enough for a thumb."""
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for way in page.locator(".way, .button").all():
        assert way.bounding_box()["height"] >= 44


def test_by_phone_without_javascript_from_the_module_to_min_sida(window, play, scenario):
    before = stored(play)
    page = window(viewport=PHONE, java_script_enabled=False).sign_in("anna").page
    page.goto(f"/kurs/{COURSE}/scenarier")
    follow(page, "text=Vem är det?")
    assert NOTE in page.inner_text("main")
    fits(page)
    follow(page, "main a.button")
    turns = []
    while page.locator(".way").count():
        fits(page)
        turns.append((page.inner_text("h1"), page.inner_text(".way >> nth=-1")))
        follow(page, ".way >> nth=-1")
    fits(page)
    assert page.inner_text(".outcome h2") in ("Stärker", "Håller", "Försvagar")
    for title, choice in turns:
        step = page.locator(".path > li", has_text=title).first.inner_text()
        assert f"Du valde: {choice}" in step
    assert stored(play) == before
    follow(page, "text=Klar med scenariot")
    assert "Sparat: du har gjort scenariot." in page.inner_text("[role=status]")
    assert len(stored(play)) == len(before) + 1

    page.goto("/min-sida")

    assert "Vem är det?" in page.inner_text("main")
    follow(page, "nav a >> text=Kursen")
    assert page.locator("h1").count() == 1


def test_back_reload_and_a_bookmark_keep_the_way(window, scenario):
    page = window(viewport=PHONE).sign_in("anna").page
    page.goto(f"{START}?vag=")
    first = page.inner_text("h1")
    follow(page, ".way")
    second, bookmark = page.inner_text("h1"), page.url
    assert second != first
    follow(page, ".way")

    page.go_back()
    assert page.inner_text("h1") == second
    page.reload()
    assert page.inner_text("h1") == second
    page.go_back()
    assert page.inner_text("h1") == first
    page.goto(bookmark)
    assert page.inner_text("h1") == second
    follow(page, "text=Ångra senaste valet")
    assert page.inner_text("h1") == first


def test_with_the_keyboard_alone(window):
    page = window().sign_in("anna").page
    page.goto(START)

    def press(selector):
        """Tab to the first that matches, as one who sees where the focus is, and press Enter."""
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none"
                with page.expect_navigation():
                    page.keyboard.press("Enter")
                return
        raise AssertionError(f"the focus never came to {selector}")

    press("main a.button:not(.secondary)")
    steps = 0
    while page.locator(".way").count():
        press(".way")
        steps += 1
    assert steps >= 2
    press("main .path a")
    assert page.inner_text("h1") == "Vid dörren"


def test_every_sort_of_page_fits_and_can_be_read(window, scenario, play):
    anna, adam = window().sign_in("anna"), window().sign_in("adam")
    waiting, ends, faults = [""], {}, []
    while waiting:
        here = walk(scenario, waiting.pop(0))
        waiting += [each.path for each in here.onward]
        if here.scene.outcome:
            ends.setdefault(here.scene.outcome, here.path)
    course = load_course(read_folder(PROJECT, COURSE).sources).course
    module = course.module(scenario.module)
    urls = [START, f"{START}?vag=", f"{START}?vag=a", f"{START}?vag=z", f"/kurs/{COURSE}/scenarier"]
    urls += [f"{START}?vag={path}" for path in ends.values()]
    urls += [f"/kurs/{COURSE}/{module.id}/{module.sections[-1].id}?spar=eb", f"/kurs/{COURSE}/scenarier?spar=te"]
    for visit, some in ((anna, urls), (adam, [f"{START}/karta", f"/kurs/{COURSE}/scenarier/kartor"])):
        for url in some:
            visit.page.goto(url)
            faults += inspect(visit, url, FEWER_LOOKS)

    assert set(ends) == {"stärker", "håller", "försvagar"}
    assert faults == []


def test_the_map_fits_on_paper_and_can_be_scrolled_to_with_the_keyboard(window):
    page = window(viewport=PHONE).sign_in("adam").page
    page.goto(f"{START}/karta")

    assert page.get_by_role("img", name="Karta över Vem är det?").count() == 1
    page.locator(".scroll").focus()
    assert page.evaluate("document.activeElement.getAttribute('role')") == "region"
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 1000})
    drawn = page.locator("svg.map").bounding_box()
    assert drawn["x"] >= 0
    assert drawn["x"] + drawn["width"] <= 700
    assert page.locator("nav.back").is_hidden()
