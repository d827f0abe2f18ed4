"""The administrator sees who may do what, gives and ends roles, and signs people out."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from course import clock, swedish
from course.access.actions import close_sessions, confirm_password, disable, enable, end_role, grant_role, look_at
from course.access.handing import confirms, hands_as
from course.access.policy import ROLE_NAMES, ROLES
from course.access.queries import Held, account, code_and_password_log, giver, handed, held, sessions, with_duties
from course.db import database, transaction
from course.errors import Invalid, Refusal
from course.organisation.queries import FoundPerson, person_by_id, unit_id_by_code, unit_spans
from course.web.forms import Form
from course.web.guard import actor, allowed, asks_first
from course.web.people import found_earlier, look_for

bp = Blueprint("accounts", __name__)


@bp.get("/konton")
@allowed("account.manage")
@asks_first
def accounts() -> str:
    """The form to look for a person, whom the last look found, which is logged, and everybody with a duty."""
    return _search(found_earlier("accounts.search"))


@bp.post("/konton")
@allowed("account.manage")
def look() -> ResponseReturnValue:
    """Look for a person."""
    return look_for(".accounts") or _search([], nobody=True)


def _search(found: Sequence[FoundPerson], *, nobody: bool = False) -> str:
    on_duty = with_duties(database.session, clock.day_of(clock.now()))
    return render_template("accounts/search.html", found=found, nobody=nobody, on_duty=on_duty, names=ROLE_NAMES)


@bp.get("/konton/<int:person_id>")
@allowed("account.manage")
@asks_first
def show(person_id: int) -> str:
    """What the person may do and why, how the person gets in, and the forms to change it; opening it is logged."""
    return _opened(person_id, Form())


@bp.post("/konton/<int:person_id>/<act>")
@allowed("account.manage")
def change(person_id: int, act: str) -> ResponseReturnValue:
    """Do one of ACTS to the account."""
    form = Form(act if act in ACTS else "", request.form)
    try:
        if act not in ACTS:
            raise Invalid("Den ändringen finns inte.")
        with transaction() as (db, at):
            person_by_id(db, person_id)
            ACTS[act](db, person_id, form, at)
    except Refusal as refusal:
        return _opened(person_id, form.told(refusal)), refusal.status
    return redirect(url_for(".show", person_id=person_id), 303)


def _opened(person_id: int, form: Form) -> str:
    """The page, logged: it shows a person, also when what was sent is refused. Raises NotFound."""
    with transaction() as (db, at):
        look_at(db, person_id, "accounts.show", by=actor().person_id, at=at)
    return _page(person_id, form)


def _page(person_id: int, form: Form) -> str:
    db, now = database.session, clock.now()
    today = clock.day_of(now)
    found, hands = account(db, person_id, at=now), giver(db, actor().person_id, at=now)
    chosen = handed(db, person_id)
    has = [each for each in held(db, person_id, today) if each.grant or (found and not found.protected)]
    units = {span.unit: span.name for span in unit_spans(db, now)}
    return render_template(
        "accounts/show.html",
        account=found,
        may_hand=found and hands_as(hands, found),
        own=person_id == actor().person_id,
        held=has,
        has_left=any(each.has_left for each in with_duties(db, today) if each.person.id == person_id),
        chosen=chosen,
        may_confirm=found and chosen and confirms(hands, found, chosen.made_by),
        names=ROLE_NAMES,
        roles=[("", "Välj en roll"), *((role, ROLE_NAMES[role]) for role in ROLES)],
        given=[(each.grant, _told(each, units)) for each in has if each.grant],
        units=units,
        sessions=sessions(db, person_id, at=now),
        log=code_and_password_log(db, person_id),
        today=today,
        yesterday=today - timedelta(days=1),
        form=form,
    )


def _told(each: Held, units: Mapping[int, str]) -> str:
    """A role that was given, as a choice."""
    where = f", {units.get(each.unit, 'en enhet som är borta')}" if each.unit else ""
    return f"{ROLE_NAMES[each.role]}{where}, från {swedish.day(each.since)}"


def _grant(db: Session, person_id: int, form: Form, at: datetime) -> None:
    role = form.choice("roll", ROLES, "Välj en roll.")
    form.read("enhet", lambda code: code, "")
    since, until = form.day("fran", "Första dagen"), form.last_day("till", "Sista dagen")
    unit = form.read("enhet", lambda code: unit_id_by_code(db, code, since, at) if code else None, None)
    form.check()
    grant_role(db, person_id, role, since=since, until=until, unit=unit, by=actor().person_id, at=at)


def _end(db: Session, person_id: int, form: Form, at: datetime) -> None:
    granted = {str(each.grant): each for each in held(db, person_id, clock.day_of(at)) if each.grant}
    chosen = form.choice("roll", granted, "Välj vilken roll som ska avslutas.")
    last_day = form.day("sista", "Sista dagen")
    form.check()
    grant, by = granted[chosen], actor().person_id
    end_role(db, person_id, grant.role, last_day=last_day, grant_id=grant.grant, by=by, at=at)


def _sign_out(db: Session, person_id: int, _form: Form, at: datetime) -> None:
    close_sessions(db, person_id, by=actor().person_id, at=at)


def _disable(db: Session, person_id: int, _form: Form, at: datetime) -> None:
    disable(db, person_id, by=actor().person_id, at=at)


def _enable(db: Session, person_id: int, _form: Form, at: datetime) -> None:
    enable(db, person_id, by=actor().person_id, at=at)


def _confirm(db: Session, person_id: int, _form: Form, at: datetime) -> None:
    confirm_password(db, person_id, by=actor().person_id, at=at)


ACTS: Mapping[str, Callable[[Session, int, Form, datetime], None]] = {
    "ge-roll": _grant,
    "avsluta-roll": _end,
    "logga-ut": _sign_out,
    "stang-av": _disable,
    "oppna": _enable,
    "bekrafta": _confirm,
}
"""{the last part of the address: what it does}."""
