"""The real server on a free port, with the demonstration in SQLite, and Chromium."""

import shutil
import subprocess
import sys
import time

import pytest
from browsing import PASSWORD
from conftest import need
from served import environment, served

from course import create_app
from course.access.actions import set_password
from course.access.password import hash_password
from course.clock import day_of
from course.config import PROJECT, load_settings
from course.content.load import load_course
from course.content.source import read_folder
from course.db import database, transaction
from course.evidence.actions import record_earned
from course.evidence.evidence_file import Earned
from course.organisation.actions import Terms, add_membership, add_person
from course.organisation.queries import person_by_key, unit_id_by_code

COURSE = "hot-och-vald"


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory):
    """An instance folder as `make run` makes it."""
    instance = tmp_path_factory.mktemp("demonstration")
    init = [sys.executable, "-m", "flask", "--app", "wsgi", "data", "init", "--demo"]
    subprocess.run(init, cwd=PROJECT, env=environment(instance), check=True, capture_output=True)
    return instance


@pytest.fixture
def own_server(demonstration, tmp_path):
    """A server of the test's own."""
    server = served(shutil.copytree(demonstration, tmp_path / "instance"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def server(demonstration, tmp_path_factory):
    """The server that all windows share; a test that needs a learner of its own asks for `learner`."""
    instance = shutil.copytree(demonstration, tmp_path_factory.mktemp("shared") / "instance")
    server = served(instance)
    yield server
    server.stop()


@pytest.fixture
def learner(server):
    """The key of a new employee."""
    app = create_app(load_settings({}, server.instance))
    key = f"ny{time.monotonic_ns()}"
    with app.app_context():
        with transaction() as (db, at):
            today = day_of(at)
            unit = unit_id_by_code(db, "IFO", today, at)
            person = add_person(db, key=key, name="Ny Påhittad", email=None, by=None, at=at)
            add_membership(db, person.id, Terms(unit, "Handläggare", today), by=None, at=at)
            set_password(db, person.id, hash_password(PASSWORD), by=None, at=at)
        database.engine.dispose()
    return key


@pytest.fixture(scope="session")
def course():
    """The employees' course, as it stands in the working tree."""
    return load_course(read_folder(PROJECT, COURSE).sources).course


@pytest.fixture(scope="session")
def quiz(course):
    """The questions of the first module."""
    return course.quizzes[course.modules[0].quiz]


@pytest.fixture
def nearly_done(server, learner, course):
    """The key of a new employee who has done every mandatory module at a workshop but the first."""
    app = create_app(load_settings({}, server.instance))
    with app.app_context():
        with transaction() as (db, at):
            person = person_by_key(db, learner)
            for module in course.mandatory - {course.modules[0].id}:
                earned = Earned(1, learner, COURSE, module, "workshop", day_of(at), "Lista")
                record_earned(db, earned, person.id, evidence="import:test", by=None, at=at)
        database.engine.dispose()
    return learner


@pytest.fixture(scope="session")
def chromium():
    """Debian's Chromium, driven by Playwright."""
    program = shutil.which("chromium")
    need("Chromium", "apt-get install chromium", found=program is not None)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


def follow(page, selector):
    """Click on the first element that matches, and wait for the page it leads to."""
    with page.expect_navigation():
        page.locator(selector).first.click()


def seek(page, where, text):
    """Look for a person with the form of a page."""
    page.goto(where)
    page.fill("#sok", text)
    follow(page, "main button")


class Visit:
    """One person's browser window, with everything that went wrong in it."""

    def __init__(self, chromium, server, **options):
        self.context = chromium.new_context(base_url=server.url, **options)
        self.context.set_default_timeout(5000)
        self.page = self.context.new_page()
        self.server = server
        self.complaints = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("response", self._listen)

    def _hear(self, message):
        if not message.text.startswith("Clear-Site-Data header"):  # Chromium tells that it has done as it was told
            self.complaints.append(message.text)

    def _listen(self, response):
        if response.status >= 400 and response.request.resource_type != "document":
            self.complaints.append(f"{response.status} {response.url}")

    def sign_in(self, key):
        self.page.goto("/logga-in")
        self.page.fill("#namn", key)
        self.page.fill("#losenord", self.server.passwords.get(key, PASSWORD))
        follow(self.page, "main button")
        return self

    def open(self, url):
        """Type an address, and say yes to what is asked before people are shown."""
        self.page.goto(url)
        if self.heading == "Vill du öppna sidan?":
            follow(self.page, "main .button")

    @property
    def heading(self):
        return self.page.inner_text("h1")


@pytest.fixture
def visit(chromium, server):
    """Opens windows, and closes them."""
    opened = []

    def open_(**options):
        opened.append(Visit(chromium, server, **options))
        return opened[-1]

    yield open_
    for each in opened:
        each.context.close()
