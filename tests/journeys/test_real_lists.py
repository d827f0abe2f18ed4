"""A real installation: its lists as personnel systems write them, week by week, and the figures after each."""

import io
import shutil
from dataclasses import replace
from datetime import date

import pytest
import time_machine
from browsing import Page, browser, routes
from conftest import postgresql_url
from real_lists import FIRST_MONDAY, SYSTEMS, UNITS, Employee
from sqlalchemy import select
from world import World, token

from course import clock, create_app
from course.config import load_settings
from course.db import database
from course.organisation.tables import Person
from course.report.catalogue.coverage import build

COURSE = "hot-och-vald"
VALUES = {
    "name": "app.css",
    "course_id": COURSE,
    "module_id": "otillaten-paverkan",
    "scenario_id": "chokladen",
    "chapter_id": "hr",
    "material_id": "chefsguide",
    "kind": "employees",
}
"""What the variables of addresses are where any other value is no page."""
SECRET = "Hemligsson"
"""The last name of who is protected."""


class Installation:
    """An instance folder, its commands, its pages, and what has been read in so far."""

    def __init__(self, folder, database_url, system):
        (folder / "config.toml").write_text(system.config(), encoding="utf-8")
        self.app = create_app(load_settings({"COURSE_DATABASE_URL": database_url}, folder))
        self.world, self.system, self.folder = World(self.app), system, folder

    def flask(self, *words, succeeds=True):
        """What a command printed."""
        done = self.app.test_cli_runner().invoke(args=list(words))
        assert (done.exit_code == 0) is succeeds, done.output
        return done.output

    def file(self, content, name=""):
        path = self.folder / (name or self.system.file_name)
        path.write_bytes(content)
        return str(path)

    def browser(self, key):
        with self.app.app_context():
            self.world.people = dict(database.session.execute(select(Person.key, Person.id)).all())
        return browser(self.world, key)

    def read_in(self, key, content, name, kind="employees"):
        """Read a list in as HR does on the pages; gives the plan's page and what is said after."""
        client = self.browser(key)
        form = {"csrf_token": token(client), "sort": kind, "per": clock.day_of(clock.now()).isoformat()}
        sent = client.post("/personer/import", data={**form, "fil": (io.BytesIO(content), name)})
        assert sent.status_code == 303, Page(sent).main
        plan = Page(client.get(sent.location))
        answer = client.post(sent.location, data={**plan.sends("Gör ändringarna"), "stammer": "ja"})
        assert answer.status_code == 303, Page(answer).main
        return plan, Page(client.get(answer.location))

    def undo(self, key):
        """Take the newest list back, as the page lets one do."""
        client = self.browser(key)
        done = client.post("/personer/angra-import", data=Page(client.get("/personer/import")).sends("Ångra importen"))
        assert done.status_code == 303, Page(done).main

    def figures(self, course=COURSE, audience="employee"):
        """(members, of them covered, of them exempt, reached) on the day, as is known now."""
        with self.app.app_context():
            now = clock.now()
            table = build(database.session, course, audience, clock.day_of(now), now)
        told = {f"{group.key}.{figure.key}": figure.value for group in table.groups for figure in group.figures}
        return tuple(told.get(key) for key in ("status.members", "status.covered", "status.exempt", "bridge.reached"))

    def open_every_page(self, *keys):
        """Open everything that has an address as everybody; gives what each of the people could open.

        No page fails, and nobody but HR, on the person's own page, meets the name of who is protected.
        """
        found = {}
        for key in keys:
            client = self.browser(key)
            for rule, verb in routes(self.app):
                for url in self._addresses(rule, key) if verb == "GET" else ():
                    answer = client.get(url)
                    assert answer.status_code < 500, (key, url)
                    assert SECRET not in answer.text or (key, rule.endpoint) == ("9001", "people.show"), (key, url)
                    if answer.status_code == 200:
                        found.setdefault(key, set()).add(rule.endpoint)
        return found

    def _addresses(self, rule, key):
        """The rule's addresses: HR opens everybody's page, others that of one person, if possible a protected one."""
        people = self.world.people
        numbers = people.values() if key == "9001" else [people.get("1010", people["9001"])]
        for person in numbers if "person_id" in rule.arguments else [1]:
            url = rule.rule
            for name in rule.arguments:
                value = str(person) if name == "person_id" else VALUES.get(name, "1")
                for written in (f"<{name}>", f"<int:{name}>", f"<uuid:{name}>"):
                    url = url.replace(written, value)
            yield url


@pytest.fixture(scope="module")
def real_sqlite(tmp_path_factory):
    """A database just made as the README says, published and with its administrator's code."""
    folder = tmp_path_factory.mktemp("real")
    initialised(folder, "")
    return folder / "course.sqlite"


@pytest.fixture(scope="module")
def real_postgresql(postgresql, tmp_path_factory):
    """The same on PostgreSQL: its name."""
    name = postgresql.new_database()
    initialised(tmp_path_factory.mktemp("real"), postgresql_url(postgresql.address, name))
    return name


def initialised(folder, database_url):
    app = create_app(load_settings({"COURSE_DATABASE_URL": database_url} if database_url else {}, folder))
    with time_machine.travel("2026-11-29T07:00:00Z", tick=True):
        done = app.test_cli_runner().invoke(args=["data", "init", "--real"])
    assert done.exit_code == 0, done.output
    with app.app_context():
        database.session.close()
        database.engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def real_database(request, tmp_path):
    """The address of a copy, on each of the two engines."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("real_sqlite"), tmp_path / "course.sqlite")
        return f"sqlite:///{tmp_path / 'course.sqlite'}"
    server = request.getfixturevalue("postgresql")
    return postgresql_url(server.address, server.new_database(request.getfixturevalue("real_postgresql")))


@pytest.fixture
def days():
    """Lets the clock stand at eight in the morning of a day."""
    with time_machine.travel("2026-11-30T07:00:00Z", tick=True) as clock_:
        yield lambda day: clock_.move_to(f"{day}T07:00:00Z", tick=True)


@pytest.fixture
def installation(request, real_database, tmp_path, days):
    made = Installation(tmp_path, real_database, request.param)
    made.days = days
    yield made
    with made.app.app_context():
        database.session.close()
        database.engine.dispose()


EVIDENCE = """\
anstallningsnummer;kurs;modul;dag;satt;kalla
1001;hot-och-vald;;2026-11-25;papper;Lista i pärm
1005;hot-och-vald;;2026-11-25;workshop;Lista i pärm
2001;hot-och-vald;;2026-11-26;papper;Lista i pärm
"""
OFFICIALS = """\
namn;epost;namnd;organ;roll;mandat_fran;mandat_till
Karin Lind;karin.lind@example.org;Socialnämnden;;Ordförande;2023-01-01;2026-12-31
Karin Lind;karin.lind@example.org;Socialnämnden;Individutskottet;Ledamot;2023-01-01;2026-12-31
Lars Berg;lars.berg@example.org;Socialnämnden;;Ledamot;2023-01-01;2026-12-31
"""
EVERYBODY = ("9001", "9002", "admin", "2001", "1001", "karin.lind@example.org", None)
NEW_UNITS = {**UNITS, "3102": ("Team Öst", "Barn och familj"), "3103": ("Team Väst", "Barn och familj")}


def second_monday(*, without):
    """Somebody has moved, two have begun, one of them protected, and two units belong to a new avdelning."""
    stay = [one for one in FIRST_MONDAY if one.number not in without]
    moved = [replace(one, unit="3101", boss="2001") if one.number == "1006" else one for one in stay]
    began = date(2026, 12, 7)
    return [
        *moved,
        Employee("1010", "Hemlige", SECRET, "3201", "2000", since=began, protected=True),
        Employee("1011", "Jon", "Ek", "3103", "2000", since=began),
    ]


@pytest.mark.parametrize("installation", SYSTEMS, ids=lambda system: system.name, indirect=True)
def test_three_weeks_of_lists_and_corrections_leave_the_figures_that_a_count_by_hand_gives(installation):
    first_week(installation)
    installation.days("2026-12-07")
    second_week(installation)
    installation.days("2026-12-14")
    third_week(installation)
    assert "Databasen är hel" in installation.flask("data", "verify")


def first_week(site):
    """HR is let in; employees, officials and completions on paper are read in, and somebody is exempt."""
    for words in (
        "people add --key 9001 --name Hanna_Holm --unit HR --unit-name HR-enheten",
        "people add --key 9002 --name Sara_Sand --unit HR",
        "access grant 9001 hr",
        f"target set --course {COURSE} --goal 10 --from 2026-01-01 --to 2026-12-31",
    ):
        site.flask(*(word.replace("_", " ") for word in words.split()))
    assert site.figures() == (2, 0, 0, 0)

    shown = site.flask("people", "import", site.file(site.system.write(FIRST_MONDAY)), "--apply")
    assert "Börjar: 12" in shown
    assert [words for words in ("länka?", "rader anger", "chefen", "känns inte igen") if words in shown] == []
    assert site.figures() == (2 + 11, 0, 0, 0)
    site.open_every_page("9001")

    _, after = site.read_in("9001", OFFICIALS.encode("cp1252"), "nämnd.csv", "officials")
    assert "2 började, 0 slutade" in after.main
    site.flask("access", "grant", "9002", "secretary", "--unit", "namnd-socialnamnden")
    assert site.figures("fortroendevalda", "official")[0] == 2

    told = site.flask("completion", "import", site.file(EVIDENCE.encode("cp1252"), "pärm.csv"), "--apply")
    assert "3 rader gav 24 nya genomföranden" in told  # of seven modules and the course each
    site.flask("people", "exempt", "1004", "--from", "2026-11-01")
    assert site.figures() == (13, 3, 1, 3)
    opened = site.open_every_page(*EVERYBODY)
    assert {"imports.form", "people.show", "report.coverage", "codes.choose"} <= opened["9001"]
    assert ["unit.show" in opened[key] for key in ("2001", "1001")] == [True, False]
    assert "board.board" in opened["9002"]


def second_week(site):
    """Some leave, move and begin, the organisation is another; the list was wrong, and is read in anew."""
    system = site.system
    wrong = system.write(second_monday(without={"1002", "1005"}), NEW_UNITS)
    plan, after = site.read_in("9001", wrong, system.file_name)
    assert "2 av 9 tillsvidareanställda i hela listan slutar" in plan.main
    assert "IFO grupp 2 (3102) heter nu Team Öst." in plan.main
    assert "Team Öst (3102) hör nu till Barn och familj i stället för IFO utredning." in plan.main
    assert "Skyddad person (–)" in plan.main
    assert "2 började, 2 slutade, 1 bytte enhet och 0 ändrades" in after.main
    assert site.figures() == (13 - 2 + 2, 2, 1, 3)
    site.open_every_page("9001", "2001")

    site.undo("9001")
    assert site.figures() == (13, 3, 1, 3)
    site.open_every_page("9001")

    right = site.file(system.write(second_monday(without={"1005"}), NEW_UNITS))
    assert "1 av 9 tillsvidareanställda" in site.flask("people", "import", right, "--apply", succeeds=False)
    site.flask("people", "import", right, "--apply", "--really")
    assert "Listan stämmer redan." in site.flask("people", "import", right, "--apply")
    assert site.figures() == (13 - 1 + 2, 2, 1, 3)

    site.flask("people", "link", "1011", "9002")
    assert site.figures() == (13, 2, 1, 3)
    site.flask("people", "unlink", "9002", "1011")
    assert site.figures() == (14, 2, 1, 3)
    site.flask("people", "link", "1011", "9002")


def third_week(site):
    """Another system's list, an employment that is ended by hand, and one that ends by itself."""
    hired = [Employee("K1", "Kim", "Alm", "3101", form="hired", since=date(2026, 12, 1))]
    shown = site.flask(
        "people",
        "import",
        site.file(site.system.write(hired, NEW_UNITS)),
        "--apply",
        "--source",
        "bemanning",
    )
    assert "ändras inte" not in shown
    site.flask("people", "end", "9002", "--last-day", "2026-12-13")  # is there still by the other number
    assert site.figures() == (13, 2, 1, 3)
    site.days("2026-12-16")  # a substitute's last day was the day before
    assert site.figures() == (12, 2, 1, 3)
    site.open_every_page(*EVERYBODY, "1005")
