"""Signing in with a password, choosing one with a one-time code, changing it, and signing out."""

import re
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user
from sqlalchemy.orm import Session

from course import clock
from course.access.actions import (
    ENDED,
    TooMany,
    begin_session,
    change_password,
    close_session,
    close_sessions,
    forget_try,
    set_password,
    use_code,
)
from course.access.actions import sign_in as sign_in_with
from course.access.password import check_new, hash_password, is_outdated, normalise
from course.access.policy import Actor, may
from course.access.queries import actor as find_actor
from course.access.queries import own_name
from course.db import database, transaction
from course.errors import Invalid, NotAllowed, NotFound, Refusal
from course.organisation.queries import person_by_id
from course.organisation.tables import Person
from course.roster.actions import drop_old_drafts
from course.web.errors import wait_headers
from course.web.forms import Form
from course.web.guard import LONGEST_WAY_BACK, actor, allowed, signed_out
from course.web.proving import check_code, prove, remember_browser
from course.web.quiz import store_answer

bp = Blueprint("login", __name__)
WRONG = "Namnet eller lösenordet stämmer inte. Kontrollera båda och försök igen."
NO_NAME = "Fyll i ditt anställningsnummer eller din e-post."
WRONG_CODE = "Koden stämmer inte eller har slutat gälla. Kontrollera den, eller be om en ny."
WRONG_PRESENT = "Det är inte lösenordet som du har nu. Kontrollera det och försök igen."
LONGEST_NAME = 254
PASSWORDS = ("nuvarande", "losenord", "losenord2")
OWN_PAGE = re.compile(r"/(?!/)[^\\]*")
"""An address on this host: one slash first, and no backslash, which browsers take for a slash."""


@bp.get("/logga-in")
@allowed("public")
def sign_in() -> ResponseReturnValue:
    """The form; somebody who is signed in goes on."""
    if current_user.is_authenticated:
        return redirect(_next_page(), 303)
    return render_template("login/sign_in.html", form=Form(), till=request.args.get("till", ""))


@bp.post("/logga-in")
@allowed("public")
def sign_in_post() -> ResponseReturnValue:
    """Check name and password, and begin a session."""
    form, name, password = Form(sent=request.form), _field("namn"), _field("losenord")
    try:
        _need(form, namn=NO_NAME, losenord="Fyll i ditt lösenord.")
        form.check()
        proof, counted = prove(normalise(name), password, Invalid(WRONG, "namn"))
        rehashed = hash_password(password) if is_outdated(proof.secret_hash) else ""
        with transaction() as (db, at):
            forget_try(db, counted)
            _end_present(db, at)
            drop_old_drafts(db, at=at)
            new = sign_in_with(db, proof, rehashed=rehashed, at=at)
    except (TooMany, Invalid) as refusal:
        return _again("login/sign_in.html", form, refusal, till=request.form.get("till", ""))
    kept, shared = session.get("kept"), _shared()
    who = _take_session(new, shared=shared)
    return remember_browser(_send_kept(who, kept) or redirect(_next_page(), 303), proof.person, shared=shared)


@bp.get("/kod")
@allowed("public")
def code() -> str:
    """The form for somebody who has a one-time code."""
    return render_template("login/code.html", form=Form())


@bp.post("/kod")
@allowed("public")
def code_post() -> ResponseReturnValue:
    """Use up the code, set the password that was chosen, and sign in: all or nothing."""
    form, name, given, password = Form(sent=request.form), _field("namn"), _field("kod"), _field("losenord")
    try:
        _need(form, namn=NO_NAME, kod="Fyll i engångskoden.")
        _read_chosen(form, password, name)
        form.check()
        check_code(normalise(name), given, Invalid(WRONG_CODE, "kod"))
        hashed = hash_password(password)
        with transaction() as (db, at):
            person_id = use_code(db, name, given, at=at)
            if person_id is None:
                raise Invalid(WRONG_CODE, "kod")
            person = db.get_one(Person, person_id)
            check_new(password, person.key, person.name, person.email or "")
            set_password(db, person_id, hashed, by=person_id, at=at)
            _end_present(db, at)
            new = begin_session(db, person_id, at=at)
    except (TooMany, Invalid) as refusal:
        return _again("login/code.html", form, refusal)
    _take_session(new, shared=_shared())
    return remember_browser(redirect(url_for("start.start"), 303), person_id, shared=_shared())


@bp.get("/min-sida/losenord")
@allowed("account.own")
def password() -> str:
    """The form for another password."""
    return render_template("login/password.html", form=Form(), name=own_name(database.session, actor().person_id))


@bp.post("/min-sida/losenord")
@allowed("account.own")
def password_post() -> ResponseReturnValue:
    """Set another password: every session ends but this browser's, which begins anew."""
    who, old, password = actor(), _field("nuvarande"), _field("losenord")
    form, name = Form(sent=request.form), own_name(database.session, who.person_id)
    try:
        _need(form, nuvarande="Fyll i lösenordet som du har nu.")
        person = person_by_id(database.session, who.person_id)
        _read_chosen(form, password, person.key, person.name, person.email or "")
        form.check()
        proof, counted = prove(name, old, Invalid(WRONG_PRESENT, "nuvarande"), session=who.session)
        hashed = hash_password(password)
        with transaction() as (db, at):
            forget_try(db, counted)
            new = change_password(db, proof, hashed, who.session, at=at)
    except (TooMany, Invalid) as refusal:
        return _again("login/password.html", form, refusal, name=name)
    _take_session(new, shared="shared" in session)
    return redirect(url_for("own_record.show", klart="losenord"), 303)


@bp.post("/min-sida/logga-ut-overallt")
@allowed("account.own")
def sign_out_everywhere() -> ResponseReturnValue:
    """End every session of the one who asks, this one too."""
    person_id = actor().person_id
    with transaction() as (db, at):
        close_sessions(db, person_id, by=person_id, at=at)
    return _leave()


@bp.post("/logga-ut")
@allowed("account.own")
def sign_out() -> ResponseReturnValue:
    """End the session, also for every copy of its cookie."""
    with transaction() as (db, at):
        close_session(db, actor().session, at=at)
    return _leave()


def _leave() -> ResponseReturnValue:
    logout_user()
    return signed_out()


def _read_chosen(form: Form, password: str, *names: str) -> None:
    """Read the password that is chosen: whether it may be, and whether it was sent twice."""
    form.read("losenord", lambda _: check_new(password, *names), None)
    form.read("losenord2", lambda _: _check_same(password), None)


def _check_same(password: str) -> None:
    if password != _field("losenord2"):
        raise Invalid("De två lösenorden är inte lika. Skriv samma två gånger.", "losenord2")


def _need(form: Form, **messages: str) -> None:
    """Read fields that may not be empty, {field: what is said of an empty one}."""
    for field, message in messages.items():
        form.read(field, partial(_there, message=message), None)


def _there(text: str, message: str) -> None:
    if not text:
        raise Invalid(message)


def _end_present(db: Session, at: datetime) -> None:
    """End the session that the browser holds, maybe somebody else's."""
    if current_user.is_authenticated:
        close_session(db, actor().session, at=at)


def _send_kept(who: Actor, kept: dict[str, Any] | None) -> ResponseReturnValue | None:
    """Store the answer that was sent after the last session had ended, see guard.kept_at_sign_in.

    An attempt is its own person's: somebody else's answer comes to nothing, and its page is not theirs to open.
    """
    if not kept:
        return None
    start = redirect(url_for("start.start"), 303)
    if not may(who.roles, "course.take"):
        return start
    try:
        return store_answer(who, UUID(kept["to"]["attempt_id"]), kept["to"]["item_id"], kept["form"])
    except NotFound:
        return start
    except Refusal:
        return None  # the page they come to says how things stand


def _field(name: str) -> str:
    values = request.form.getlist(name)
    text = values[0] if len(values) == 1 else ""
    return text[: LONGEST_NAME * 2] if name in PASSWORDS else text.strip()[:LONGEST_NAME]


def _again(template: str, form: Form, refusal: TooMany | Invalid, **values: Any) -> ResponseReturnValue:
    return render_template(template, form=form.told(refusal), **values), refusal.status, wait_headers(refusal)


def _shared() -> bool:
    """Whether others use the computer too, as the one who signs in says."""
    return _field("delad") == "ja"


def _take_session(new: str, *, shared: bool) -> Actor:
    """Begin the new session in a fresh cookie: nothing of the one before sign-in is kept."""
    session.clear()
    if shared:
        session["shared"] = True
    at = clock.now()
    found = find_actor(database.session, new, at=at)
    if found is None:
        raise NotAllowed(ENDED)
    session["seen"] = int(at.timestamp())
    login_user(found)
    session.pop("_id")  # flask-login's hash of address and browser, which nobody asks for
    return found


def _next_page() -> str:
    """Where to go after signing in: only a page of our own."""
    asked = request.values.get("till", "")
    own = OWN_PAGE.fullmatch(asked) and asked.isprintable() and len(asked) <= LONGEST_WAY_BACK
    return asked if own else url_for("start.start")
