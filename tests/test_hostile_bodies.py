"""Random bodies to every route that takes one, each spoilt in a few ways: whoever is refused has changed nothing."""

import logging
import shutil
from pathlib import Path
from random import Random

import pytest
import sqlean
from argon2 import PasswordHasher
from browsing import PASSWORD, browser, routes
from conftest import SECRET, settings_for
from finding import Form, find
from spoiling import ASKED_FOR, RIGHT, Draft
from sqlalchemy import event
from test_hostile_input import calm
from test_testing_out import with_test
from world import World, scenario_sources, token, with_material

from course import create_app
from course.access import password
from course.access.actions import set_code, set_password
from course.config import Settings
from course.db import database
from course.schema import Base

SENT = 500
APP = create_app(Settings(instance=Path.cwd(), database_url="sqlite:///never-opened.sqlite", secret_key=SECRET))
TABLES = Base.metadata.sorted_tables
ENDPOINTS = {rule.rule: rule.endpoint for rule, verb in routes(APP) if verb == "POST"}
EXCEPT = {
    "installation": "WHERE 0",
    "throttle": "WHERE 0",  # each try to sign in is counted
    # a page that shows people is logged, also when it is a refusal, and so is who is refused at the door
    "audit_entry": "WHERE action NOT LIKE '%.show' AND action NOT LIKE '%.reveal' AND action <> 'access.refused'",
}
"""Rows that a refused request may change are left out."""


class Site:
    """A furnished database that is put back after each write, and everybody's (cookie, form token).

    The client keeps no cookies, so that no request knows of the one before.
    """

    def __init__(self, world):
        self.forms = list(find(world).forms.values()) + _more_forms(world)
        del world.app.request_class  # that which finding.find notes with
        world.db.rollback()
        self.people = {who: _sign_in(world, who) for who in (*world.people, None)}
        self.client = world.app.test_client(use_cookies=False)
        self.connection = database.engine.raw_connection().driver_connection  # the app's only one: another is dearer
        self.furnished = sqlean.connect(":memory:")
        self.connection.backup(self.furnished)
        self.rows, self.instant = self._rows(), self._instant()
        self.names = sorted({name for form in self.forms for name in form.fields} | set(ASKED_FOR))
        values = {value for form in self.forms for name in form.fields for value in form.fields[name]}
        self.values = sorted(values | set(RIGHT.values()) | set(ASKED_FOR.values()) | set(map(str, world.people)))

    def send(self, draft):
        """The answer's status; the answer is calm, and whoever is refused has changed nothing."""
        body = draft.bytes()
        headers = {"Cookie": f"session={self.people[draft.who][0]}", "Content-Type": draft.content_type}
        answer = self.client.post(draft.url, data=body, headers=headers)
        what = (draft.ways, draft.who, draft.url, draft.content_type, body[:1000])
        refused = calm(answer, what) >= 400
        assert not refused or '<html lang="sv"' in answer.text, what
        if self._instant() != self.instant:
            if refused:
                rows = self._rows()
                assert [table for table in rows if rows[table] != self.rows[table]] == [], what
            self.furnished.backup(self.connection)
        return answer.status_code

    def _instant(self):
        """Every write raises it, see course.db.transaction."""
        return self.connection.execute("SELECT written_us FROM installation").fetchone()

    def _rows(self):
        select = {table.name: f"SELECT * FROM {table.name} {EXCEPT.get(table.name, '')}" for table in TABLES}
        return {name: self.connection.execute(select[name]).fetchall() for name in select}


def _sign_in(world, who):
    client = browser(world, who)
    csrf_token = token(client, "/logga-in" if who is None else "/stod")
    return client.get_cookie("session").value, csrf_token


def _more_forms(world):
    """Forms that no page of finding.find's has: of a knowledge test, of a submitted attempt, of those with a way in."""
    test = with_test(modules=("modul", "andra-modul"))
    world.publish(with_material(test) | scenario_sources(module="andra-modul"), day="2026-03-03")
    with world.write() as (db, at):
        for key in ("anna", "bo"):
            set_password(db, world.people[key], password.hash_password(PASSWORD), by=None, at=at)
    with world.write(None) as (db, at):
        code = set_code(db, world.people["anna"], by=None, at=at)
    testing = world.begin("ny", "2026-03-04", quiz="kunskap-modul")
    submitted = world.take("bo", "2026-03-05", module="andra-modul")
    signing_in = {"namn": ["anna"], "losenord": [PASSWORD]}
    return [
        Form("ny", "quiz.begin", "/forsok", {"kurs": ["kurs"], "modul": ["modul"], "test": ["ja"]}),
        Form("ny", "quiz.answer_question", f"/forsok/{testing.id}/fraga/{testing.paper[0]}", {"svar": ["ratt"]}),
        Form("bo", "quiz.answer_question", f"/forsok/{submitted.id}/fraga/andra", {"svar": ["ratt"]}),
        Form("bo", "hidden.read", "/min-sida/kod-last", {}),
        Form("hr", "people.reveal", f"/personer/{world.people['bo']}/visa", {}),
        Form(None, "login.code_post", "/kod", {**signing_in, "losenord2": [PASSWORD], "kod": [code]}),
    ]


@pytest.fixture(scope="module")
def site(sqlite_template, tmp_path_factory):
    """Everything there is to send to; passwords are hashed quickly, and requests are not logged."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(sqlite_template, folder / "course.sqlite")
    app = create_app(settings_for(folder))
    quick = PasswordHasher(memory_cost=8, time_cost=1, parallelism=1)
    with pytest.MonkeyPatch.context() as patch, app.app_context():
        patch.setattr(password, "_hasher", quick)
        patch.setattr(password, "_DUMMY", quick.hash("x"))
        logging.getLogger("course").setLevel(logging.ERROR)
        event.listen(database.engine, "connect", _trust_the_disk)
        yield Site(World(app))
        logging.getLogger("course").setLevel(logging.INFO)
        database.engine.dispose()


def _trust_the_disk(connection, _record):
    connection.execute("PRAGMA synchronous=OFF")


# werkzeug leaves a file of a form that ends within it to the garbage collector, which closes it
@pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("rule", ENDPOINTS)
def test_no_random_body_is_a_defect_or_changes_anything_when_it_is_refused(site, rule):
    chosen = Random(rule)

    seen = {site.send(Draft(chosen, site, ENDPOINTS[rule]).spoil()) for _ in range(SENT)}

    assert min(seen) < 400 <= max(seen)  # neither only those that reach the view nor none
