"""What the tests of web pages share: browsers that know nothing of each other, pages as read, and the whole database."""

import contextvars
from html.parser import HTMLParser

from flask.testing import FlaskClient
from sqlalchemy import event, select
from world import course_sources

from course import clock
from course.access.actions import set_password
from course.access.password import hash_password
from course.content.actions import publish
from course.content.source import Folder, Picture
from course.db import database, transaction
from course.schema import Base

PASSWORD = "fyra helt olika ord"
PASSWORD_HASH = hash_password(PASSWORD)
PICTURE = "d" * 64
VOID = frozenset("meta link input br hr img".split())


class Browser(FlaskClient):
    """A client whose every request is a context of its own, as on a server.

    Flask would let them all share the context of the `world` fixture, and with it who is signed in.
    """

    def open(self, *args, **kwargs):
        return contextvars.Context().run(super().open, *args, **kwargs)


def browser(world, key=None, **options):
    """A browser without JavaScript, signed in when a person is named."""
    world.app.test_client_class = Browser
    client = world.client(key)
    for name, value in options.items():
        setattr(client, name, value)
    return client


def give_password(world, *keys):
    """Let the people sign in with PASSWORD, by their key and their e-mail."""
    for key in keys:
        with transaction() as (db, at):
            set_password(db, world.people[key], PASSWORD_HASH, by=None, at=at)


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

    @property
    def title(self):
        return self.one("title").text

    @property
    def h1(self):
        return self.one("h1").text

    @property
    def main(self):
        return self.one("main").text

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


def furnished(world):
    """A course with a picture; anna has taken it, bo is in the middle, and there is one person of every other sort."""
    sources = course_sources(modules=("modul", "andra-modul"))
    folder = Folder({**sources, "modules/kurs/media/bild.png": PICTURE}, {PICTURE: Picture("image/png", b"png")}, ())
    with world.write() as (db, at):  # World.publish takes no pictures
        publish(db, folder, change="language", accept_keys=False, by=None, at=at)
    for key in ("anna", "bo"):
        world.person(key, "A")
    for key in ("utan-anstallning", "hr", "admin"):
        world.person(key)
    world.role("hr", "hr")
    world.role("admin", "admin")
    day = clock.day_of(clock.now())
    finished = world.take("anna", day)
    world.take("anna", day, module="andra-modul")
    begun = world.begin("bo", day)
    world.answer("bo", begun, "forsta", "ratt", day)
    return finished, begun
