"""HR looks one person up, sees why the figures say what they say, and corrects what is wrong."""

from collections.abc import Callable, Mapping
from datetime import date, datetime

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
from course.organisation.actions import (
    Terms,
    add_membership,
    add_person,
    correct_person,
    end_exemption,
    end_membership,
    exempt,
    link,
    set_counts,
    unlink,
)
from course.organisation.queries import matching, person_by_id, person_by_key, state_of, unit_id_by_code
from course.organisation.tables import EMPLOYMENTS, Person
from course.report.as_of import known_or_newest, read_day
from course.report.catalogue import person as explanation
from course.web.guard import actor, allowed

bp = Blueprint("people", __name__)
Form = Mapping[str, str]


@bp.get("/personer")
@allowed("people.manage")
def search() -> str:
    """Look for a person; what was found is logged, since it shows people."""
    wanted, found = look_for("people.search")
    return render_template("people/search.html", wanted=wanted, found=found)


def look_for(action: str) -> tuple[str, list[Person]]:
    """What the address asks for and the people it matches, which are logged as the action."""
    wanted = request.args.get("sok", "").strip()
    found = matching(database.session, wanted) if wanted else []
    if found:
        with transaction() as (db, at):
            record(db, action, "", {"found": [person.id for person in found]}, by=actor().person_id, at=at)
    return wanted, found


@bp.get("/personer/ny")
@allowed("people.manage")
def new() -> str:
    """The form for a person who is in no list."""
    return render_template("people/new.html", employments=explanation.EMPLOYMENT, form={}, today=_today())


@bp.post("/personer/ny")
@allowed("people.manage")
def add() -> ResponseReturnValue:
    """Add a person with an employment."""
    form = request.form
    try:
        with transaction() as (db, at):
            person = add_person(
                db,
                key=form.get("nummer", ""),
                name=form.get("namn", ""),
                email=form.get("epost", ""),
                by=actor().person_id,
                at=at,
            )
            _employ(db, person.id, form, at)
    except Refusal as refusal:
        told = {"error": str(refusal), "field": getattr(refusal, "field", "") or "nummer"}
        page = render_template("people/new.html", employments=explanation.EMPLOYMENT, form=form, today=_today(), **told)
        return page, refusal.status
    flash("Personen är tillagd.")
    return redirect(url_for(".show", person_id=person.id), 303)


@bp.get("/personer/<int:person_id>")
@allowed("people.manage")
def show(person_id: int) -> str:
    """Why the person is counted as it is, and the forms to correct it; opening it is logged."""
    return _opened(person_id)


@bp.post("/personer/<int:person_id>/<verb>")
@allowed("people.manage")
def change(person_id: int, verb: str) -> ResponseReturnValue:
    """Do one of CHANGES to the person."""
    try:
        if verb not in CHANGES:
            raise Invalid("Den ändringen finns inte.")
        with transaction() as (db, at):
            person_by_id(db, person_id)
            CHANGES[verb](db, person_id, request.form, at)
    except Refusal as refusal:
        return _opened(person_id, error=str(refusal), field=verb), refusal.status
    flash("Ändringen är sparad.")
    return redirect(url_for(".show", person_id=person_id), 303)


@bp.post("/personer/<int:person_id>/visa")
@allowed("people.manage")
def reveal(person_id: int) -> str:
    """The page with a protected person's name and e-mail in its form: asked for, and logged as such."""
    return _opened(person_id, field="ratta")


def _opened(person_id: int, **told: str) -> str:
    """The page, logged: it shows a person, also when what was sent is refused. Raises NotFound, and TooMany.

    A protected person's name and e-mail stand in the form to correct them only when that is what is asked for.
    """
    with transaction() as (db, at):
        look_at(db, person_id, "people.show", by=actor().person_id, at=at)
        protected = person_by_id(db, person_id).protected
        hidden = protected and told.get("field") != "ratta"
        if protected and not hidden:
            record(db, "people.reveal", str(person_id), {}, by=actor().person_id, at=at)
    return _page(person_id, hidden=hidden, **told)


def _page(person_id: int, *, hidden: bool, **told: str) -> str:
    db, now = database.session, clock.now()
    day = read_day(request.args["per"], "per") if request.args.get("per") else clock.day_of(now)
    known_at = known_or_newest(request.args.get("kand"), now, newest_instant(db))
    courses = current(db, actor().newest_release)
    found, hands = account(db, person_id, at=now), giver(db, actor().person_id, at=now)
    person, chosen = person_by_id(db, person_id), handed(db, person_id)
    return render_template(
        "people/show.html",
        hidden=hidden,
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
        employments=explanation.EMPLOYMENT,
        day=day,
        today=_today(),
        **told,
    )


def _today() -> date:
    return clock.day_of(clock.now())


def _day(form: Form, name: str, label: str) -> date:
    return read_day(form.get(name, ""), label)


def _last(form: Form, name: str, label: str) -> date:
    return _day(form, name, label) if form.get(name) else clock.FOREVER


def _employ(db: Session, person_id: int, form: Form, at: datetime) -> None:
    since = _day(form, "fran", "från")
    unit = unit_id_by_code(db, form.get("enhet", "").strip(), since, at)
    employment = form.get("form", "permanent")
    if employment not in EMPLOYMENTS:
        raise Invalid("Välj en anställningsform.", "form")
    terms = Terms(unit, form.get("befattning", "").strip(), since, _last(form, "till", "till"), employment=employment)
    add_membership(db, person_id, terms, by=actor().person_id, at=at)


def _correct(db: Session, person_id: int, form: Form, at: datetime) -> None:
    correct_person(
        db,
        person_id,
        name=form.get("namn", ""),
        email=form.get("epost", ""),
        protected=form.get("skyddad") == "ja",
        seen=form.get("sedd", ""),
        by=actor().person_id,
        at=at,
    )


def _end(db: Session, person_id: int, form: Form, at: datetime) -> None:
    last = _day(form, "sista", "sista dagen")
    code = form.get("enhet", "").strip()
    unit = unit_id_by_code(db, code, last, at) if code else None
    end_membership(db, person_id, last_day=last, unit=unit, by=actor().person_id, at=at)


def _counts(db: Session, person_id: int, form: Form, at: datetime) -> None:
    since = _day(form, "fran", "från")
    set_counts(db, person_id, counts=form.get("raknas") == "ja", since=since, by=actor().person_id, at=at)


def _exempt(db: Session, person_id: int, form: Form, at: datetime) -> None:
    since, until = _day(form, "fran", "från"), _last(form, "till", "till")
    exempt(db, person_id, since=since, until=until, by=actor().person_id, at=at)


def _end_exemption(db: Session, person_id: int, form: Form, at: datetime) -> None:
    last = _day(form, "sista", "sista dagen") if form.get("sista") else None
    end_exemption(db, person_id, last_day=last, by=actor().person_id, at=at)


def _link(db: Session, person_id: int, form: Form, at: datetime) -> None:
    link(db, person_id, person_by_key(db, form.get("nummer", "")).id, by=actor().person_id, at=at)


def _unlink(db: Session, person_id: int, _form: Form, at: datetime) -> None:
    unlink(db, person_id, by=actor().person_id, at=at)


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
