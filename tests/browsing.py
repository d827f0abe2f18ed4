"""What tests of web pages share: browsers that know nothing of each other, pages as read, and the whole database."""

import contextvars
import re
import shutil
from contextlib import contextmanager
from html.parser import HTMLParser

from conftest import settings_for
from flask.testing import FlaskClient
from sqlalchemy import event, select
from world import World, course_sources, post, scenario_sources, with_material

from course import create_app
from course.access.actions import set_password
from course.access.password import hash_password
from course.content.actions import publish
from course.content.source import Folder, Picture
from course.db import database, transaction
from course.schema import Base

PASSWORD = "fyra helt olika ord"
PASSWORD_HASH = hash_password(PASSWORD)
PICTURE = "d" * 64
BLOCKS = frozenset("p li ul ol h1 h2 h3 div section summary details legend label td th dt dd button".split())
VOID = frozenset("meta link input br hr img".split())


VALUES = {
    "name": "app.css",
    "digest": PICTURE,
    "course_id": "kurs",
    "module_id": "modul",
    "section_id": "borjan",
    "scenario_id": "dorren",
    "person_id": "1",
    "verb": "raknas",
    "act": "ge-roll",
    "draft_id": "finns-inte",
    "target_id": "1",
    "chapter_id": "hr",
    "material_id": "ovning",
    "kind": "employees",
    "number": "1",
}


class Browser(FlaskClient):
    """A client whose every request is a context of its own, as on a server.

    Flask would let them all share the context of the `world` fixture, and with it who is signed in.
    """

    def open(self, *args, **kwargs):
        return contextvars.Context().run(super().open, *args, **kwargs)


def browser(world, key=None):
    """A browser without JavaScript, signed in when a person is named."""
    world.app.test_client_class = Browser
    with world.app.app_context():
        return world.client(key)


def seek(client, page, text):
    """Look for a person with the form of a page; gives the page that tells who was found."""
    answer = post(client, page, page, sok=text)
    return client.get(answer.location) if answer.status_code == 303 else answer


def give_password(world, *keys):
    """Let the people sign in with PASSWORD, by their key and their e-mail."""
    for key in keys:
        with transaction() as (db, at):
            set_password(db, world.people[key], PASSWORD_HASH, by=None, at=at)


def sign_in(client, name, password=PASSWORD, **form):
    return post(client, "/logga-in", "/logga-in", namn=name, losenord=password, **form)


def choose(client, name, code, password=PASSWORD, again=None):
    """Choose a password with a one-time code."""
    given = {"kod": code, "losenord": password, "losenord2": password if again is None else again}
    return post(client, "/kod", "/kod", namn=name, **given)


def who(client):
    """The name of the one who is signed in, or None."""
    answer = client.get("/min-sida")
    return Page(answer).texts("p")[0] if answer.status_code == 200 else None


def complaint(answer):
    """(status, the summary's text, the field it points at, the fields that are marked)."""
    page = Page(answer)
    link = next(link for link in page.all("a") if any(up["class"] == "error-summary" for up in link.parents))
    marked = [element["id"] for element in page.all("input") if element["aria-invalid"] == "true"]
    assert page.title.startswith("Fel: ")
    assert page.all(page.one("input", id=link["href"][1:]).name)
    return answer.status_code, link.text, link["href"], marked


def everything(app):
    """Every row of every table, as a connection of its own sees it."""
    with app.app_context(), database.engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table)).all()))
            for table in Base.metadata.sorted_tables
        }


def rows(app, *tables):
    """How many rows the tables have."""
    all_rows = everything(app)
    return tuple(len(all_rows[table]) for table in tables)


def routes(app):
    """Every (rule, verb) there is."""
    return [(rule, verb) for rule in app.url_map.iter_rules() for verb in sorted(rule.methods - {"HEAD", "OPTIONS"})]


def address(rule, attempt, item="forsta", **more):
    """The rule with its variables filled in."""
    values = {**VALUES, "attempt_id": str(attempt.id), "item_id": item, **more}
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values[found[1]], rule.rule)


class Statements:
    """Counts the statements that are sent to the database while it is open."""

    def __enter__(self):
        self.seen = []
        event.listen(database.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_):
        event.remove(database.engine, "before_cursor_execute", self._note)

    def _note(self, _connection, _cursor, statement, *_):
        if not statement.startswith("BEGIN"):
            self.seen.append(statement)


class Element:
    """An element of a page."""

    def __init__(self, name, attributes, parents):
        self.name, self.attributes, self.parents = name, attributes, parents
        self.pieces = []

    def __getitem__(self, attribute):
        return self.attributes.get(attribute)

    @property
    def text(self):
        return " ".join("".join(self.pieces).split())

    def inside(self, page, name):
        """The elements of the name that stand in this one."""
        return [element for element in page.all(name) if self in element.parents]


class Page(HTMLParser):
    """A page, by its elements."""

    def __init__(self, response):
        super().__init__()
        self.elements = []
        self._open = []
        self.response = response
        self.feed(response.text)

    def handle_starttag(self, tag, attrs):
        element = Element(tag, dict(attrs), tuple(self._open))
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag):
        if tag in BLOCKS:
            self.handle_data(" ")
        while self._open and self._open.pop().name != tag:
            pass

    def handle_data(self, data):
        for element in self._open:
            element.pieces.append(data)

    def all(self, name, /, **attributes):
        return [
            element
            for element in self.elements
            if element.name == name and all(element[key.rstrip("_")] == value for key, value in attributes.items())
        ]

    def one(self, name, /, **attributes):
        (found,) = self.all(name, **attributes)
        return found

    def texts(self, name, /, **attributes):
        return [element.text for element in self.all(name, **attributes)]

    def rows(self):
        """The cells' texts of every row in a table's body."""
        rows = [row for row in self.all("tr") if any(up.name == "tbody" for up in row.parents)]
        cells = [element for element in self.elements if element.name in ("th", "td")]
        return [[cell.text for cell in cells if row in cell.parents] for row in rows]

    @property
    def title(self):
        return self.one("title").text

    @property
    def h1(self):
        return self.one("h1").text

    @property
    def main(self):
        return self.one("main").text

    def value_of(self, text):
        """The value of the option of a list with that text; of several lists, the first one's."""
        return next(each["value"] for each in self.all("option") if each.text == text)

    def options(self):
        """The labels of the answer's own fields, in the order shown."""
        return [label.text for label in self.all("label") if label["for"].startswith("svar-")]

    def sends(self, button):
        """What the form with the button would send as it stands: {name: values}."""
        pressed = next(element for element in self.all("button") if element.text == button)
        return self.fields(next(parent for parent in pressed.parents if parent.name == "form"))

    def fields(self, form):
        """What the form would send as it stands: {name: values}."""
        sent = {}
        for field in self.elements:
            if form not in field.parents or not field["name"]:
                continue
            ticks = field["type"] in ("radio", "checkbox")
            if field.name == "input" and ("checked" in field.attributes or not ticks):
                sent.setdefault(field["name"], []).append(field["value"] or "")
            elif field.name == "textarea":
                sent.setdefault(field["name"], []).append(field.text)
            elif field.name == "select":
                options = [element for element in self.all("option") if field in element.parents]
                chosen = [option for option in options if "selected" in option.attributes] or options[:1]
                sent.setdefault(field["name"], []).extend(
                    option.attributes.get("value", option.text) for option in chosen
                )
        return sent

    def main_buttons(self):
        """The texts of the page's buttons, and links like buttons, that are not secondary."""
        buttons = (element for name in ("a", "button") for element in self.all(name, class_="button"))
        return [element.text for element in buttons if any(parent.name == "main" for parent in element.parents)]

    @property
    def button(self):
        """The one way on: the text and the address of the first button-like link, or the text and action of a form."""
        for element in self.elements:
            if not any(parent.name == "main" for parent in element.parents):
                continue
            if element.name == "a" and (element["class"] or "").split()[:1] == ["button"]:
                return element.text, element["href"]
            if element.name == "button":
                form = next(parent for parent in element.parents if parent.name == "form")
                return element.text, form["action"]
        return None


@contextmanager
def furnished_site(template, folder):
    """A furnished world on SQLite for tests that change nothing, so that a whole module can share it."""
    shutil.copy(template, folder / "course.sqlite")
    app = create_app(settings_for(folder))
    world = World(app)
    with app.app_context():
        world.finished, world.begun = furnished(world)
        give_password(world, "anna")
    yield world
    with app.app_context():
        database.engine.dispose()


def furnished(world):
    """A course with a picture and a scenario; anna has taken it, bo is in the middle, and there is one of every sort.

    Gives anna's finished attempt and the one that bo has begun.
    """
    sources = with_material(course_sources(modules=("modul", "andra-modul"))) | scenario_sources(module="andra-modul")
    folder = Folder({**sources, "modules/kurs/media/bild.png": PICTURE}, {PICTURE: Picture("image/png", b"png")}, ())
    with world.write() as (db, at):  # World.publish takes no pictures
        publish(db, folder, change="language", accept_keys=False, by=None, at=at)
    for key in ("anna", "bo"):
        world.person(key, "A")
    for key in ("utan-anstallning", "hr", "admin", "chef"):
        world.person(key)
    world.membership("chef", "A")
    world.chief("chef", "A")
    world.role("hr", "hr")
    world.role("admin", "admin")
    finished = world.take("anna", "2026-03-01")
    world.take("anna", "2026-03-01", module="andra-modul")
    begun = world.begin("bo", "2026-03-02")
    world.answer("bo", begun, "forsta", "ratt", "2026-03-02")
    return finished, begun
