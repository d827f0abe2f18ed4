"""What every request passes: who is asking, whether they may, and the headers of every answer.

Nothing is open by default: a route without @allowed is refused, and a test says so.
"""

import json
import logging
import re
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

from flask import Flask, Response, abort, current_app, g, redirect, render_template, request, session, url_for
from flask_login import LoginManager, current_user
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import SecurityError
from werkzeug.wrappers import Response as AnyResponse

from course import clock
from course.access.policy import ANYBODY, DUTIES, PERMISSIONS, Actor, may
from course.access.queries import actor as find_actor
from course.config import LOOPBACK, Settings
from course.db import app_settings, database
from course.errors import NotAllowed, Refusal
from course.items.fritext import FIELD as FREE_TEXT
from course.web.arrival import FAULT
from course.web.cookie import SessionCookie, is_own_token

log = logging.getLogger("course.request")
View = TypeVar("View", bound=Callable[..., Any])

IDLE = timedelta(hours=8)
IDLE_SHORT = timedelta(minutes=30)
SEEN_EVERY = 600
"""Seconds between two renewals of the cookie's last-seen."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
        " connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
UNUSABLE = re.compile("[\0\ud800-\udfff]")
"""Characters that no database stores."""
SIGN_OUT = "login.sign_out"
FOR_MACHINES = frozenset({"health.alive", "health.ready"})
UNLOGGED = frozenset({"pages.support"})
"""Where to turn: the page promises that nobody sees that it was opened."""
LONGEST_WAY_BACK = 2000
LARGEST_KEPT = 1000


def allowed(permission: str) -> Callable[[View], View]:
    """Say which permission a view needs."""
    if permission not in PERMISSIONS:
        raise ValueError(f"unknown permission {permission}")

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def kept_at_sign_in(view: View) -> View:
    """Keep what is sent to the view when the session has ended, until the same person has signed in again."""
    view.kept_at_sign_in = True  # type: ignore[attr-defined]
    return view


def asks_first(view: View) -> View:
    """Ask before a page that another site or a mail leads to: it shows somebody who was chosen, and that is logged."""
    view.asks_first = True  # type: ignore[attr-defined]
    return view


def answers_in_json(view: View) -> View:
    """Let a script be told in JSON what became of what it sent; no other write answers one."""
    view.answers_in_json = True  # type: ignore[attr-defined]
    return view


def takes_files(largest: int) -> Callable[[View], View]:
    """Let the view be sent files of so many bytes; others take small forms only."""

    def mark(view: View) -> View:
        view.largest = largest  # type: ignore[attr-defined]
        return view

    return mark


def actor() -> Actor:
    """Who is asking; only in views that need somebody signed in."""
    found: Actor = current_user._get_current_object()  # noqa: SLF001 - the value behind flask-login's proxy
    return found


def init_app(app: Flask, settings: Settings) -> None:
    """Put the guard in front of every view, and the headers behind it."""
    app.session_interface = SessionCookie()
    login_manager = LoginManager(app)
    login_manager.session_protection = None  # the session is a row in the database, not a guess by address
    login_manager.user_loader(_load_actor)
    headers = dict(HEADERS)
    if settings.secure:
        headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    app.extensions["headers"] = headers
    for check in (_begin, _check_host, _check_origin, _check_address, _check_permission, _check_token, _ask_first):
        app.before_request(check)
    app.after_request(_finish)


def _load_actor(session_id: str) -> Actor | None:
    at = clock.now()
    seen = session.get("seen", 0)
    found = find_actor(database.session, session_id, at=at) if isinstance(session_id, str) else None
    if found is None:
        return None
    idle = IDLE if DUTIES.isdisjoint(found.roles) else IDLE_SHORT
    now = int(at.timestamp())
    if now - seen > idle.total_seconds():
        return None
    if abs(now - seen) >= SEEN_EVERY:  # also when a clock that was ahead has been set right
        session["seen"] = now
    return found


def asks_for_json() -> bool:
    """Whether it is the script of a page that sends, and not its form itself."""
    return request.accept_mimetypes.best == "application/json"


def _view() -> Callable[..., Any] | None:
    return current_app.view_functions.get(request.endpoint or "")


def _begin() -> None:
    g.began = time.perf_counter()
    g.request_id = uuid4().hex[:16]
    if fault := request.environ.get(FAULT):
        abort(fault)
    largest = getattr(_view(), "largest", None)
    if largest:
        request.max_content_length = largest


def _check_host() -> None:
    """Beside people's own address, this machine's names are for asking whether the program lives, and for no page."""
    local = urlsplit(f"//{request.host}").hostname in LOOPBACK and app_settings().host not in LOOPBACK
    if local and request.endpoint not in FOR_MACHINES:
        raise SecurityError


def _check_origin() -> None:
    """Refuse writes that another site sends, or a script where none should: the second line behind the token."""
    if request.method in SAFE_METHODS:
        return
    if asks_for_json() and not getattr(_view(), "answers_in_json", False):
        raise NotAllowed("Formuläret skickades på ett sätt som sidan inte tar emot. Öppna sidan och försök igen.")
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise NotAllowed("Formuläret skickades från en annan webbplats. Öppna sidan härifrån och försök igen.")
    origin = request.headers.get("Origin")
    base = urlsplit(app_settings().base_url)
    if origin is not None and origin not in (f"{base.scheme}://{host}" for host in (request.host, base.netloc)):
        raise NotAllowed("Formuläret skickades från en annan webbplats. Öppna sidan härifrån och försök igen.")


def _check_address() -> None:
    if any(text is None or UNUSABLE.search(text) for text in (request.path, *_texts(request.args))):
        raise Refusal("Adressen har tecken som inte går att använda.")


def _check_permission() -> AnyResponse | None:
    if request.routing_exception is not None or request.endpoint is None:
        return None  # a 404 or 405 says nothing about anybody
    permission = getattr(_view(), "permission", None)
    if permission is None:
        raise NotAllowed("Sidan är inte öppnad för någon.")
    if ANYBODY in PERMISSIONS[permission]:
        return None
    if not current_user.is_authenticated:
        if request.endpoint == SIGN_OUT:  # the session has ended, as was wished
            return signed_out()
        lost = request.method not in SAFE_METHODS and not _keep_form()
        return redirect(url_for("login.sign_in", till=_way_back(), sparat="nej" if lost else None), 303)
    if not may(actor().roles, permission):
        raise NotAllowed("Du har inte behörighet till sidan.")
    return None


def signed_out() -> AnyResponse:
    """Empty the cookie and the browser's cache of our pages, and lead to the sign-in page.

    Its storage stays: an answer of somebody else may wait there, and a shared computer has none.
    """
    session.clear()
    response = redirect(url_for("login.sign_in", utloggad="ja"), 303)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _way_back() -> str | None:
    """The page to come to after signing in: the one asked for, or the one whose form was sent."""
    if request.method not in SAFE_METHODS:
        rules = current_app.url_map.iter_rules()
        shown = any(rule.rule == str(request.url_rule) and "GET" in (rule.methods or ()) for rule in rules)
        return request.path if shown else None
    where = request.full_path.rstrip("?")
    return where if len(where) <= LONGEST_WAY_BACK else None


def _keep_form() -> bool:
    """Keep a form that its own session sent before it ended, and say whether it could be.

    `login` sends it on once the person is back. A reflection is not, nor anything on a computer that is shared: whoever
    has the computer next can read the cookie.
    """
    if "shared" in session or FREE_TEXT in request.form or not getattr(_view(), "kept_at_sign_in", False):
        return False
    try:
        _check_token()
    except Refusal:
        return False
    kept = {
        "to": {name: str(value) for name, value in (request.view_args or {}).items()},
        "form": {name: values for name, values in request.form.lists() if name != "csrf_token"},
    }
    fits = len(json.dumps(kept)) <= LARGEST_KEPT
    if fits:
        session["kept"] = kept
    return fits


def _check_token() -> None:
    if request.routing_exception is not None:
        return  # there is no view that would act on what was sent
    if any(text is None or UNUSABLE.search(text) for text in _texts(request.form)):
        raise Refusal("Formuläret har tecken som inte går att använda.")
    if request.method not in SAFE_METHODS and not is_own_token(request.form.get("csrf_token", "")):
        raise Refusal("Sidan var för gammal eller öppnades i ett annat fönster. Ladda om den och försök igen.")


def _ask_first() -> str | None:
    """The page that asks, for an address that chooses somebody and was not opened from a page of our own.

    Sec-Fetch-Site comes from every browser of our time, over https; a mail's link is `none`, like an address typed in.
    The sign-in page leads on to where a link wanted, so what comes from it is asked about too.
    """
    if request.method not in SAFE_METHODS or not getattr(_view(), "asks_first", False):
        return None
    chosen = request.view_args or request.args
    signed_in = urlsplit(request.referrer or "").path == url_for("login.sign_in")
    if not chosen or (request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin" and not signed_in):
        return None
    return render_template("ask_first.html", address=request.full_path.rstrip("?"))


def _texts(fields: MultiDict[str, str]) -> Iterable[str | None]:
    """Every name and value; a part of a multipart form may come without a name."""
    return (text for name, value in fields.items(multi=True) for text in (name, value))


def _finish(response: Response) -> Response:
    began, request_id = g.get("began"), g.get("request_id", "")
    if response.status_code == 304:  # the browser keeps the headers of the page that it has
        response.headers.remove("Content-Type")
    else:
        response.headers.extend(current_app.extensions["headers"])
        response.headers.setdefault("Cache-Control", "no-store")
    if not response.cache_control.public and "shared" in session:
        response.headers["Cache-Control"] = "no-store"  # what is kept on the disk would be there for the next one
    response.headers["X-Request-Id"] = request_id
    fields = {
        "request_id": request_id,
        "method": request.method,
        "route": request.url_rule.rule if request.url_rule else None,
        "status": response.status_code,
        "ms": round((time.perf_counter() - began) * 1000, 2) if began else None,
    }
    if request.endpoint not in UNLOGGED:
        log.info("request", extra={"fields": fields})
    return response
