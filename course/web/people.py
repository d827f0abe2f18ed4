"""HR looks one person up, sees why the figures say what they say, and corrects what is wrong."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from course import clock
from course.access.actions import confirm_password, look_at
from course.access.handing import confirms, hands_as, why_not
from course.access.queries import account, giver, handed
from course.audit.actions import record
from course.content.queries import current, in_order
from course.db import database, newest_instant, transaction
from course.errors import Invalid, Refusal
from course.learning.actions import link_numbers, unlink_numbers
from course.organisation import person as rules
from course.organisation.actions import (
    Terms,
    add_membership,
    add_person,
    correct_person,
    end_exemption,
    end_membership,
    exempt,
    set_counts,
)
from course.organisation.population import EMPLOYMENT_NAMES
from course.organisation.queries import (
    MOST_FOUND,
    FoundPerson,
    found_people,
    matching,
    person_by_id,
    person_by_key,
    state_of,
    unit_id_by_code,
)
from course.organisation.tables import EMPLOYMENTS
from course.report.as_of import known_or_newest, read_day
from course.report.catalogue import person as explanation
from course.web.forms import Form
from course.web.guard import actor, allowed, asks_first

bp = Blueprint("people", __name__)
ID = re.compile("[1-9][0-9]{0,8}")


@bp.get("/personer")
@allowed("people.manage")
@asks_first
def search() -> str:
    """The form to look for a person, and whom the last look found."""
    return render_template("people/search.html", found=found_earlier("people.search"))


@bp.post("/personer")
@allowed("people.manage")
def look() -> ResponseReturnValue:
    """Look for a person."""
    return look_for(".search") or render_template("people/search.html", found=[], nobody=True)


def look_for(page: str) -> ResponseReturnValue | None:
    """Lead to the page with whom the form asks for; None when nobody is found.

    A name is never in an address, where histories and logs would keep it: whom it matched stands there by id.
    """
    wanted = request.form.get("sok", "").strip()
    if not wanted:
        return redirect(url_for(page), 303)
    found = matching(database.session, wanted, _today())
    return redirect(url_for(page, traff=[person.id for person in found]), 303) if found else None


def found_earlier(action: str) -> list[FoundPerson]:
    """The people that the address names, at most MOST_FOUND, logged as the action: they are shown."""
    named = [int(text) for text in request.args.getlist("traff") if ID.fullmatch(text)]
    found = found_people(database.session, named[:MOST_FOUND], _today())
    if found:
        with transaction() as (db, at):
            record(db, action, "", {"found": [person.id for person in found]}, by=actor().person_id, at=at)
    return found


@bp.get("/personer/ny")
@allowed("people.manage")
def new() -> str:
    """The form for a person who is in no list."""
    return _new(Form())


@bp.post("/personer/ny")
@allowed("people.manage")
def add() -> ResponseReturnValue:
    """Add a person with an employment."""
    form = Form(sent=request.form)
    try:
        with transaction() as (db, at):
            key = form.text("nummer", "Numret", rules.key)
            name, email = _name(form), _email(form)
            terms = _terms(db, form, at)
            form.check()
            person = add_person(db, key=key, name=name, email=email, by=actor().person_id, at=at)
            add_membership(db, person.id, terms, by=actor().person_id, at=at)
    except Refusal as refusal:
        return _new(form.told(refusal)), refusal.status
    flash("Personen är tillagd.")
    return redirect(url_for(".show", person_id=person.id), 303)


def _new(form: Form) -> str:
    return render_template("people/new.html", form=form, employments=EMPLOYMENT_NAMES, today=_today())


@bp.get("/personer/<int:person_id>")
@allowed("people.manage")
@asks_first
def show(person_id: int) -> ResponseReturnValue:
    """Why the person is counted as it is, and the forms to correct it; opening it is logged."""
    form = Form(sent=request.args)
    return _opened(person_id, form), 422 if form.faults else 200


@bp.post("/personer/<int:person_id>/<verb>")
@allowed("people.manage")
def change(person_id: int, verb: str) -> ResponseReturnValue:
    """Do one of CHANGES to the person."""
    form = Form(verb if verb in CHANGES else "", request.form)
    try:
        if verb not in CHANGES:
            raise Invalid("Den ändringen finns inte.")
        with transaction() as (db, at):
            person_by_id(db, person_id)
            CHANGES[verb](db, person_id, form, at)
    except Refusal as refusal:
        return _opened(person_id, form.told(refusal)), refusal.status
    flash("Ändringen är sparad.")
    return redirect(url_for(".show", person_id=person_id), 303)


@bp.post("/personer/<int:person_id>/visa")
@allowed("people.manage")
def reveal(person_id: int) -> str:
    """The page with a protected person's name and e-mail in its form: asked for, and logged as such."""
    return _opened(person_id, Form("ratta"))


def _opened(person_id: int, form: Form) -> str:
    """The page, logged: it shows a person, also when what was sent is refused. Raises NotFound, and TooMany.

    A protected person's name and e-mail, and a number that tells them, are shown only when that is what is asked for.
    """
    with transaction() as (db, at):
        look_at(db, person_id, "people.show", by=actor().person_id, at=at)
        protected = person_by_id(db, person_id).protected
        hidden = protected and form.name != "ratta"
        if protected and not hidden:
            record(db, "people.reveal", str(person_id), {}, by=actor().person_id, at=at)
    return _page(person_id, form, hidden=hidden)


def _page(person_id: int, form: Form, *, hidden: bool) -> str:
    db, now = database.session, clock.now()
    day = form.named("").read("per", partial(_day_or_today, now=now), clock.day_of(now))
    known_at = known_or_newest(request.args.get("kand"), now, newest_instant(db))
    courses = current(db, actor().newest_release)
    found, hands = account(db, person_id, at=now), giver(db, actor().person_id, at=now)
    person, chosen = person_by_id(db, person_id), handed(db, person_id)
    return render_template(
        "people/show.html",
        hidden=hidden,
        number="" if hidden and rules.tells_name(person.key) else person.key,
        chosen=chosen,
        may_confirm=found and chosen and confirms(hands, found, chosen.made_by),
        account=found,
        may_hand=found and hands_as(hands, found),
        why_not=found and why_not(hands, found),
        person=person,
        seen=state_of(person),
        tables=[
            (each.course, explanation.build(db, each, day, known_at, person_id))
            for each in map(courses.__getitem__, in_order(courses))
            if explanation.concerns(db, each.course, known_at, person_id)
        ],
        employments=EMPLOYMENT_NAMES,
        day=day,
        kand=request.args.get("kand", ""),
        today=_today(),
        form=form,
    )


def _today() -> date:
    return clock.day_of(clock.now())


def _day_or_today(text: str, now: datetime) -> date:
    return read_day(text, "Läget dagen") if text else clock.day_of(now)


def _name(form: Form) -> str:
    return form.text("namn", "Namnet", rules.person_name)


def _email(form: Form) -> str:
    return form.text("epost", "E-postadressen", rules.email, optional=True)


def _terms(db: Session, form: Form, at: datetime) -> Terms:
    """The employment that the fields of an employment tell."""
    form.given("enhet", "Enhetens kod")
    title = form.text("befattning", "Befattningen", rules.label, optional=True)
    employment = form.choice("form", EMPLOYMENTS, "Välj en anställningsform.")
    since = form.day("fran", "Första dagen")
    until = form.last_day("till", "Sista dagen")
    return Terms(_unit(db, form, since, at), title, since, until, employment=employment)


def _unit(db: Session, form: Form, day: date, at: datetime) -> int:
    return form.read("enhet", lambda code: unit_id_by_code(db, code, day, at), 0)


def _employ(db: Session, person_id: int, form: Form, at: datetime) -> None:
    terms = _terms(db, form, at)
    form.check()
    add_membership(db, person_id, terms, by=actor().person_id, at=at)


def _correct(db: Session, person_id: int, form: Form, at: datetime) -> None:
    person = person_by_id(db, person_id)
    name = person.name if form.value("namn") == person.name else _name(form)
    email = person.email if form.value("epost") == person.email else _email(form)
    form.check()
    protected, seen = form.has("skyddad", "ja"), form.value("sedd")
    if seen != state_of(person):
        form.forget()
    correct_person(db, person_id, name=name, email=email, protected=protected, seen=seen, by=actor().person_id, at=at)


def _end(db: Session, person_id: int, form: Form, at: datetime) -> None:
    last = form.day("sista", "Sista dagen")
    unit = _unit(db, form, last, at) if form.value("enhet").strip() else None
    form.check()
    end_membership(db, person_id, last_day=last, unit=unit, by=actor().person_id, at=at)


def _counts(db: Session, person_id: int, form: Form, at: datetime) -> None:
    counts = form.choice("raknas", ("ja", "nej"), "Välj om personen räknas.")
    since = form.day("fran", "Från och med")
    form.check()
    set_counts(db, person_id, counts=counts == "ja", since=since, by=actor().person_id, at=at)


def _exempt(db: Session, person_id: int, form: Form, at: datetime) -> None:
    since, until = form.day("fran", "Första dagen"), form.last_day("till", "Sista dagen")
    form.check()
    exempt(db, person_id, since=since, until=until, by=actor().person_id, at=at)


def _end_exemption(db: Session, person_id: int, form: Form, at: datetime) -> None:
    last = form.last_day("sista", "Sista undantagna dagen")
    form.check()
    end_exemption(db, person_id, last_day=None if last == clock.FOREVER else last, by=actor().person_id, at=at)


def _link(db: Session, person_id: int, form: Form, at: datetime) -> None:
    other = form.read("nummer", lambda text: person_by_key(db, text).id, 0)
    form.check()
    link_numbers(db, person_id, other, by=actor().person_id, at=at)


def _unlink(db: Session, person_id: int, _form: Form, at: datetime) -> None:
    unlink_numbers(db, person_id, by=actor().person_id, at=at)


def _confirm(db: Session, person_id: int, _form: Form, at: datetime) -> None:
    confirm_password(db, person_id, by=actor().person_id, at=at)


CHANGES: Mapping[str, Callable[[Session, int, Form, datetime], None]] = {
    "ratta": _correct,
    "anstall": _employ,
    "avsluta": _end,
    "raknas": _counts,
    "undanta": _exempt,
    "avsluta-undantag": _end_exemption,
    "koppla": _link,
    "koppla-isar": _unlink,
    "bekrafta": _confirm,
}
"""{the last part of the address: what it does}."""
