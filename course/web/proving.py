"""Proving who one is: every try is counted, every refusal logged, and a browser that is known is counted by itself."""

from flask import Response, make_response, request
from flask.typing import ResponseReturnValue

from course.access.actions import Proof, admit_try, code_is_right, note_refusal
from course.access.password import verify
from course.access.queries import holder, identity
from course.access.throttle import Tried, is_known, new_mark, tried, tried_by
from course.db import app_settings, database, transaction
from course.errors import Invalid

REMEMBERED_DAYS = 400
"""As long as browsers keep any cookie."""


def prove(name: str, password: str, wrong: Invalid, *, session: str = "") -> tuple[Proof, int]:
    """Whose name (normalised) and password they are, and the try that was counted.

    `session` is that of somebody signed in, who is counted by it: what others try at the name is not theirs to wait
    for. Raises `wrong`, or TooMany. An unknown name takes as long as a wrong password.
    """
    with transaction() as (db, at):
        counted = admit_try(db, tried_by(app_settings().secret_key, session) if session else _tried(name), at=at)
    found = identity(database.session, "password", name)
    proof = Proof(found.person_id, name, found.secret_hash, at) if found else None
    database.session.rollback()  # hashing takes long; hold nothing meanwhile
    if not verify(proof.secret_hash if proof else None, password) or proof is None:
        with transaction() as (db, at):
            note_refusal(db, name, "password", at=at)
        raise wrong
    return proof, counted


def check_code(name: str, code: str, wrong: Invalid) -> None:
    """Raise `wrong` or TooMany unless the name (normalised) has that one-time code, which is not used up by it.

    A right one is never made to wait: it cannot be guessed, so nobody who tries at a name keeps its owner out.
    """
    with transaction() as (db, at):
        right = code_is_right(db, name, code, at=at)
        if not right:
            admit_try(db, _tried(name), at=at)
            note_refusal(db, name, "code", at=at)
    if not right:
        raise wrong


def _tried(name: str) -> Tried:
    """Who is tried: a browser where the name's person has signed in before, or the name itself and the address."""
    settings = app_settings()
    mark, person_id = request.cookies.get(_cookie(), ""), holder(database.session, name)
    if person_id is not None and is_known(_secrets(), mark, person_id):
        return tried_by(settings.secret_key, mark)
    return tried(settings.secret_key, name, request.remote_addr or "")


def remember_browser(answer: ResponseReturnValue, person_id: int, *, shared: bool) -> Response:
    """The answer, with a mark by which the browser is known the next time; none where others use the computer too."""
    response: Response = make_response(answer)
    if shared:
        return response
    mark, settings = request.cookies.get(_cookie(), ""), app_settings()
    if not is_known(_secrets(), mark, person_id):
        mark = new_mark(settings.secret_key, person_id)
    age = REMEMBERED_DAYS * 24 * 3600
    response.set_cookie(_cookie(), mark, max_age=age, secure=settings.secure, httponly=True, samesite="Lax")
    return response


def _secrets() -> tuple[str, ...]:
    return (app_settings().secret_key, *app_settings().secret_key_fallbacks)


def _cookie() -> str:
    return "__Host-browser" if app_settings().secure else "browser"
