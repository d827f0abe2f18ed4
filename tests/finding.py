"""Finds what there is to send to: every address, who may open it, every form and every name that a view asks for.

The sweeps of hostile input use it, so that a new route is swept without a line of test code.
"""

from dataclasses import dataclass, field
from io import BytesIO
from typing import ClassVar

from browsing import Page, address, browser, furnished, routes
from flask import Request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import HTTPException
from world import token

from course.access.actions import grant_role
from course.access.tables import HandedPassword
from course.organisation.actions import correct_person

LIST = (
    "anstallningsnummer;fornamn;efternamn;enhetskod;enhet;anstallningsform;fran\n"
    "{};Ny;Ek;E1;Enhet;tillsvidare;2026-01-01\n"
)
DEFAULTS = {"text": "a", "password": "fyra helt olika ord", "date": "2026-01-01", "number": "1"}

QUERIES = {"scenario.play": "?vag=a.c"}
"""What an address asks for where the page without it has no form."""


class Asked(ImmutableMultiDict):
    """Notes every name that is asked for."""

    names: ClassVar[set[str]] = set()

    def get(self, key, *args, **kwargs):
        self.names.add(key)
        return super().get(key, *args, **kwargs)

    def __getitem__(self, key):
        self.names.add(key)
        return super().__getitem__(key)

    def __contains__(self, key):
        self.names.add(key)
        return super().__contains__(key)

    def getlist(self, key, *args, **kwargs):
        self.names.add(key)
        return super().getlist(key, *args, **kwargs)


class Noting(Request):
    """A request that notes what it is asked for."""

    parameter_storage_class = Asked


@dataclass
class Form:
    """A form as a browser finds it: who, to where, {name: values}, and whether it holds a file."""

    who: str | None
    endpoint: str
    url: str
    fields: dict[str, list[str]]
    file: str | None = None


@dataclass
class Found:
    """Everything that was found."""

    attempt: object
    draft: str
    who: dict = field(default_factory=dict)
    """{endpoint of a GET: somebody who may open it}."""
    forms: dict = field(default_factory=dict)
    """{(endpoint, url): Form}."""
    names: dict = field(default_factory=dict)
    """{endpoint of a GET: the names of its address's parameters}."""

    def address(self, rule, **more):
        return address(rule, self.attempt, **{"item": "andra", "draft_id": self.draft, **more})


def find(world):
    """Open every page as everybody, and note what is there."""
    world.app.request_class = Noting
    people = _people(world)
    found = Found(people["attempt"], _lists(people["clients"]["hr"]))
    for who, client in people["clients"].items():
        for rule, verb in routes(world.app):
            more = QUERIES.get(rule.endpoint, "")
            urls = {found.address(rule), found.address(rule, item="forsta"), found.address(rule) + more}
            urls.add(found.address(rule, person_id=str(people["protected"])))
            for url in urls if verb == "GET" else ():
                _note(found, who, rule.endpoint, url, client)
    return found


def _people(world):
    _, begun = furnished(world)
    world.person("ny", "A")
    world.person("sekreterare")
    world.target()
    with world.write() as (db, at):
        person, unit = world.people["sekreterare"], world.units["A"]
        grant_role(db, person, "secretary", since=at.date(), unit=unit, by=None, at=at)
    protected = world.person("skyddad", "A")
    with world.write() as (db, at):
        correct_person(db, protected, protected=True, by=None, at=at)
    keys = ("bo", "anna", "ny", "hr", "sekreterare", "chef", "admin", None)
    clients = {key: browser(world, key) for key in keys}
    with world.write() as (db, at):  # whose first pages say whose code the password was chosen with
        hr = world.people["hr"]
        db.add(HandedPassword(person_id=world.people["ny"], made_by=hr, role="hr", at=at, told=False))
    return {"attempt": begun, "clients": clients, "protected": protected}


def _lists(hr):
    """One list is read in, so that it can be taken back, and another one waits; gives the address part of that one."""
    for key in ("9001", "9002"):
        form = {"csrf_token": token(hr), "sort": "employees", "per": "2026-02-01", "kalla": f"kalla-{key}"}
        sent = hr.post("/personer/import", data={**form, "fil": _file(LIST.format(key))})
        assert sent.status_code == 303, sent.text
        if key == "9001":
            page = Page(hr.get(sent.location))
            form = next(form for form in page.all("form", method="post") if form["action"] == sent.location)
            assert hr.post(sent.location, data=page.fields(form)).status_code == 303
    return sent.location.rpartition("/")[2]


def _file(text):
    return BytesIO(text.encode()), "lista.csv"


def _note(found, who, endpoint, url, client):
    Asked.names.clear()
    answer = client.get(url)
    if answer.status_code >= 400:
        return
    if answer.status_code == 200 or endpoint not in found.who:
        found.who[endpoint] = who
    found.names.setdefault(endpoint, set()).update(Asked.names)
    if answer.mimetype != "text/html" or answer.status_code != 200:
        return
    page = Page(answer)
    for form in page.all("form"):
        to = form["action"] or url
        if form["method"] == "post":
            key = _endpoint(client.application, to), to
            found.forms.setdefault(key, _form(page, form, who, *key))
        else:
            found.names[endpoint].update(page.fields(form))


def _endpoint(app, url):
    try:
        endpoint, _ = app.url_map.bind("localhost").match(url.partition("?")[0], method="POST")
    except HTTPException as fault:
        raise AssertionError(f"a form leads to nothing: {url}") from fault
    return endpoint


def _form(page, form, who, endpoint, url):
    """The form with something in every field."""
    fields, file = page.fields(form), None
    for control in page.all("input"):
        if form not in control.parents or not control["name"]:
            continue
        name, kind = control["name"], control["type"] or "text"
        if kind == "file":
            file = name
            fields.pop(name, None)
        elif kind in ("radio", "checkbox"):
            fields.setdefault(name, [control["value"]])
        elif fields.get(name) == [""]:
            fields[name] = [DEFAULTS.get(kind, "a")]
    return Form(who, endpoint, url, fields, file)
