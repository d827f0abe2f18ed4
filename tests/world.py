"""The verbs with which tests fill a database: real actions at chosen instants."""

import re
from contextlib import contextmanager
from datetime import UTC, date, datetime, time

from course import clock
from course.access.actions import grant_role, open_session
from course.clock import FOREVER
from course.content.actions import publish
from course.content.queries import current, newest_release_id
from course.content.source import Folder
from course.db import database, transaction
from course.learning.actions import answer, begin, link_numbers, settle_everybody, unlink_numbers
from course.organisation.actions import Terms, add_membership, add_person, add_unit, set_unit_manager
from course.organisation.population import Population
from course.target.actions import Decision, set_target

COURSE_TOML = """\
id = "{id}"
title = "En kurs"
audience = "{audience}"
edition = {edition}
edition_from = {edition_from}
{validity}
modules = [{modules}]
mandatory = [{modules}]
retired = [{retired}]
owner = "Utbildning"
reviewed_on = 2026-01-01
best_before = 2999-01-01
"""

MODULE = """\
---
id: {module}
titel: Modulen {module}
minuter: 5
quiz: {module}-fragor
mål: Du kan något
källor: F1
ägare: Utbildning
granskad: 2026-01-01
bäst_före: 2999-01-01
---
**Det viktigaste**

- En sak
- En till
- En tredje

## Början {{#borjan}}
Text i början.

## Slutet {{#slutet}}
Text i slutet. Rapportera i: [RAPPORTSYSTEM]
"""

QUIZ = """\
---
quiz: {module}-fragor
titel: Frågor på {module}
modul: {module}
godkänt: 50 %
---

## Första {{#forsta .enval avsnitt=borjan}}
Du möter någon i dörren.

Vad gör du?

- [x] Det rätta {{#ratt}}
  > Ja, så.
- [ ] Det andra {{#fel}}
  > Nej, inte så.

## Andra {{#andra .enval avsnitt=slutet ★}}
Vad gör du sedan?

- [x] Det rätta {{#ratt}}
  > Ja, så.
- [ ] Det andra {{#fel}}
  > Nej, inte så.
"""

MATERIAL = """\
---
material: {id}
titel: {title}
sort: {kind}
minuter: 20
spår: eb
källor: F1
rekommendationer: 1
ägare: Utbildning
granskad: 2026-01-01
bäst_före: 2999-01-01
---
Så här gör ni.

## Först {{#forst}}
Rapportera i: [RAPPORTSYSTEM]

## Sedan {{#sedan}}
Läs om [jäv](/ordlista#sedan).
"""

KALLOR = """\
[[fact]]
id = "F1"
text = "Det här är sant."
source = "En lag"
certainty = "kontrollerad"
"""

REVISION = """\
[[recommendation]]
number = 1
text = "Gör så här"
source = "Rapporten"
modules = ["modul"]
materials = ["ovning"]

[[question]]
number = 1
text = "Gör ni så här?"
verdict = "Delvis uppfylld"
source = "Rapporten"
modules = []
materials = []

[[document]]
id = "001"
title = "Ett yttrande"
date = 2023-10-13
modules = ["modul"]
materials = []
"""


def with_material(sources, course="kurs"):
    """The sources with a material of each sort that has a page, the facts and the audit."""
    kinds = {"ratt-vag": ("Rätt väg", "uppslag"), "ordlista": ("Ordlista", "uppslag"), "ovning": ("Öva", "guide")}
    return {
        **sources,
        **{
            f"modules/{course}/material/{name}.md": MATERIAL.format(id=name, title=title, kind=kind)
            for name, (title, kind) in kinds.items()
        },
        f"modules/{course}/revision.toml": REVISION,
        "modules/kallor.toml": KALLOR,
    }


SCENARIO = """\
---
scenario: {scenario}
titel: {title}
modul: {module}
{head}former: hot, subtil
minuter: 3
---
Du är handläggare och ensam.

## Vid dörren {{#start}}
Någon ringer på. Larma så: [LARM]

- [x] Du väntar -> #trappan
  > Det ger tid.
- [ ] Du öppnar -> #inne
  > Det går fort.

## I trappan {{#trappan}}
Rösterna hörs genom dörren.

- [x] Du ringer din chef -> #lugnt
  > Ni blir två.
- [ ] Du ropar -> #inne
  > Det känns modigt.
- [ ] Du går hem -> #halvt
  > Du är rädd om dig.

## Inne {{#inne}}
Dörren slår igen.

- [x] Du går ut -> #halvt
  > Det är aldrig för sent.
- [ ] Du sitter kvar -> #brak
  > Artigt.

## Lugnt igen {{#lugnt .slut utfall=stärker}}
Ni är två.

> Att vänta hjälper.

## Halvvägs {{#halvt .slut utfall=håller}}
Du är ute.

> Rapportera i [RAPPORTSYSTEM].

## Bråk {{#brak .slut utfall=försvagar}}
Det blev bråk.

> Att skynda är lätt hänt.
"""


def scenario_sources(scenario="dorren", *, course="kurs", module="modul", title="Dörren", tracks="", note=""):
    """The text of a scenario that is right in every respect."""
    head = (f"spår: {tracks}\n" if tracks else "") + (f"innehåll: {note}\n" if note else "")
    text = SCENARIO.format(scenario=scenario, title=title, module=module, head=head)
    return {f"quizzes/{course}/scenarier/{scenario}.md": text}


def course_sources(
    course="kurs",
    *,
    modules=("modul",),
    edition=1,
    edition_from=date(2025, 1, 1),
    valid_months=None,
    retired=(),
    audience="employee",
):
    """The texts of a small course that is right in every respect."""
    listed = ", ".join(f'"{module}"' for module in modules)
    sources = {
        f"modules/{course}/course.toml": COURSE_TOML.format(
            id=course,
            audience=audience,
            edition=edition,
            edition_from=edition_from,
            validity=f"valid_months = {valid_months}" if valid_months else "",
            modules=listed,
            retired=", ".join(f'"{path}"' for path in retired),
        )
    }
    for module in modules:
        sources[f"modules/{course}/{module}.md"] = MODULE.format(module=module)
        sources[f"quizzes/{course}/{module}.md"] = QUIZ.format(module=module)
    return sources


def noon(day) -> datetime:
    """Noon UTC on a day given as a date or as text."""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime.combine(day, time(12), UTC)


def a_day(day) -> date:
    return date.fromisoformat(day) if isinstance(day, str) else day


class World:
    """What happened, told with the product's own actions."""

    def __init__(self, app):
        self.app = app
        self.units = {}
        self.people = {}

    @property
    def db(self):
        """The reading session."""
        return database.session

    noon = staticmethod(noon)

    @staticmethod
    def app_now():
        """An instant after everything that tests record."""
        return noon("2030-01-01")

    @contextmanager
    def write(self, day="2026-01-01"):
        """A transaction whose instant is noon on the day; None is the present."""
        with transaction() as (db, now):
            yield db, noon(day) if day else now

    def publish(self, sources=None, *, day="2025-01-01", change="language", accept_keys=False, **accepting):
        with self.write(day) as (db, at):
            folder = Folder(sources or course_sources(), {}, ())
            release = publish(db, folder, change=change, accept_keys=accept_keys, **accepting, by=None, at=at)
            if release:
                settle_everybody(db, release, at=at)
            return release

    def unit(self, code, parent=None, *, since="2020-01-01", day="2026-01-01"):
        with self.write(day) as (db, at):
            above = self.units[parent] if parent else None
            self.units[code] = add_unit(
                db, code=code, name=f"Enhet {code}", since=a_day(since), parent=above, by=None, at=at
            )
        return self.units[code]

    def person(self, key, unit=None, *, day="2026-01-01", **terms):
        """A person, with a membership when a unit is named."""
        with self.write(day) as (db, at):
            person = add_person(db, key=key, name=f"Namn {key}", email=f"{key}@example.org", by=None, at=at)
            self.people[key] = person.id
        if unit:
            self.membership(key, unit, day=day, **terms)
        return self.people[key]

    def membership(
        self, key, unit, *, day="2026-01-01", since="2020-01-01", until=FOREVER, title="Handläggare", **terms
    ):
        if unit not in self.units:
            self.unit(unit, day=day)
        with self.write(day) as (db, at):
            stated = Terms(self.units[unit], title, a_day(since), a_day(until), **terms)
            return add_membership(db, self.people[key], stated, by=None, at=at)

    def chief(self, key, unit, *, since="2026-01-01", day="2026-01-01"):
        """Make the person the manager of a unit."""
        with self.write(day) as (db, at):
            set_unit_manager(db, self.units[unit], self.people[key], since=a_day(since), by=None, at=at)

    def link(self, key, main, *, day):
        """Say that two people are one human, for whom `main` stands."""
        with self.write(day) as (db, at):
            link_numbers(db, self.people[key], self.people[main], by=None, at=at)

    def unlink(self, key, *, day):
        with self.write(day) as (db, at):
            unlink_numbers(db, self.people[key], by=None, at=at)

    def role(self, key, role, *, since="2020-01-01", until=FOREVER):
        with self.write() as (db, at):
            return grant_role(db, self.people[key], role, since=a_day(since), until=a_day(until), by=None, at=at)

    def target(
        self, goal=1500, *, since="2026-01-01", until="2026-12-31", day="2026-01-01", units=(), groups=(), **more
    ):
        with self.write(day) as (db, at):
            population = Population(tuple(self.units[code] for code in units), **more)
            named = tuple((name, Population(tuple(self.units[code] for code in codes))) for name, codes in groups)
            decision = Decision("kurs", goal, a_day(since), a_day(until), population=population, groups=named)
            return set_target(db, decision, by=None, at=at)

    def begin(self, key, day, *, module="modul", course="kurs", edition=0, quiz=""):
        """Begin the module's questions, or the quiz that is named; the edition in force is the newest one."""
        with self.write(day) as (db, at):
            release = current(db, newest_release_id(db))[course]
            quiz = quiz or f"{module}-fragor"
            return begin(db, release, quiz, by=self.people[key], edition=edition or release.edition, at=at)

    def answer(self, key, attempt, item, choice, day):
        """Answer with the id of a choice, or with a form (answering.form_of) for the types that have none."""
        form = {"svar": [choice]} if isinstance(choice, str) else choice
        with self.write(day) as (db, at):
            return answer(db, attempt.id, item, form, by=self.people[key], at=at)

    def take(self, key, day, *, module="modul", course="kurs", first="ratt", second="ratt"):
        """Take the module's quiz from beginning to end; right answers complete the module."""
        attempt = self.begin(key, day, module=module, course=course)
        for item, choice in (("forsta", first), ("andra", second)):
            if item in attempt.paper:
                self.answer(key, attempt, item, choice, day)
        return attempt

    def client(self, key=None):
        """A browser without JavaScript, signed in when a person is named."""
        client = self.app.test_client()
        if key:
            with transaction() as (db, at):
                session = open_session(db, self.people[key], at=at)
            with client.session_transaction() as cookie:
                cookie["_user_id"] = session
                cookie["_fresh"] = True
                cookie["seen"] = int(clock.now().timestamp())
        return client


def token(client, page="/stod") -> str:
    """The form token of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    return found[1] if found else ""


def post(client, url, page="/stod", **form):
    """Submit a form as a page of the product would."""
    return client.post(url, data={"csrf_token": token(client, page), **form})
