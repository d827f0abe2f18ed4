"""Every refusal and fault as a page in Swedish that says what to do."""

import logging

from flask import Flask, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from course.access.actions import TooMany
from course.errors import Refusal
from course.web.guard import UNUSABLE

log = logging.getLogger(__name__)

PAGES = {
    400: ("Det gick inte att läsa det som skickades", "Ladda om sidan och försök igen."),
    403: ("Du har inte behörighet", "Fråga HR om du borde ha det."),
    404: ("Sidan finns inte", "Kontrollera adressen, eller gå till startsidan."),
    405: ("Så går det inte att göra", "Gå till startsidan och försök därifrån."),
    409: ("Det har redan ändrats", "Ladda om sidan och se hur det är nu."),
    413: ("Det som skickades är för stort", "Skicka något mindre."),
    422: ("Något behöver rättas", "Gå tillbaka och rätta."),
    429: ("Det gick för fort", "Vänta, och försök igen."),
    500: ("Något gick fel hos oss", "Försök igen om en stund. Det du redan har fått bekräftat är sparat."),
    503: (
        "Det går inte att spara just nu",
        "Det du skrev är inte sparat. Gå tillbaka, vänta en stund och skicka igen.",
    ),
    504: (
        "Det tog för lång tid att räkna",
        "Försök igen om en stund. Händer det igen, säg till den som sköter driften.",
    ),
}
UNAVAILABLE = (OperationalError, InterfaceError, InternalError, NoConnectionLeft)
"""The database is busy, full, read-only or away."""
SOON = {"Retry-After": "5"}
LARGEST_SENT_AGAIN = 4000
"""Characters of an answer that its page keeps: the longest text that an answer may be, and its token."""


def init_app(app: Flask) -> None:
    """Register one handler for each kind of fault."""
    app.register_error_handler(Refusal, _refusal)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(SecurityError, _foreign_host)
    app.register_error_handler(OverflowError, _overflow)
    app.register_error_handler(500, _defect)
    for fault in UNAVAILABLE:
        app.register_error_handler(fault, _database)


def _page(status: int, detail: str = "") -> str:
    title, advice = PAGES.get(status, PAGES[400] if status < 500 else PAGES[500])
    back = request.path if status == 422 and request.method == "GET" else ""  # only its parameters were wrong
    return render_template(
        "error.html",
        status=status,
        title=title,
        detail=detail,
        advice=advice,
        back=back,
        request_id=g.get("request_id", ""),
    )


def _refusal(refusal: Refusal) -> ResponseReturnValue:
    return _page(refusal.status, str(refusal)), refusal.status, wait_headers(refusal)


def wait_headers(refusal: Refusal) -> dict[str, str]:
    """The headers of a refusal: how long to wait, when it is for that; then the log is told which limit bit."""
    if not isinstance(refusal, TooMany):
        return {}
    fields = {"request_id": g.get("request_id"), "limit": refusal.limit, "seconds": refusal.seconds}
    log.warning("throttled", extra={"fields": fields})
    return {"Retry-After": str(refusal.seconds)}


def _http(fault: HTTPException) -> ResponseReturnValue:
    status = fault.code or 500
    if status < 400:
        return fault
    response = fault.get_response()  # keeps Allow and Retry-After
    response.set_data(_page(status))
    response.content_type = "text/html; charset=utf-8"
    if status == 503:
        response.headers.extend(SOON)
    return response


def _foreign_host(_fault: SecurityError) -> ResponseReturnValue:
    """Without a host of our own no address can be built, so the page has none."""
    return _bare_page(400), 400


def _database(fault: DBAPIError | NoConnectionLeft) -> ResponseReturnValue:
    """The database is busy, full or away: nothing was saved, and the page says so."""
    note_unavailable(fault)
    return _bare_page(503), 503, SOON


def note_unavailable(fault: DBAPIError | NoConnectionLeft) -> None:
    """Log what the database said, and nothing of what was to be written."""
    reason = str(getattr(fault, "orig", fault)).partition("\n")[0]
    log.error("database: %s", reason, extra={"fields": {"request_id": g.get("request_id")}})


def _overflow(_fault: OverflowError) -> ResponseReturnValue:
    """A number in an address that no database column holds is an address of nothing."""
    return _page(404), 404


def _defect(fault: InternalServerError) -> ResponseReturnValue:
    if isinstance(fault.original_exception, UNAVAILABLE):  # it went away while another error was being shown
        return _database(fault.original_exception)
    return _bare_page(500), 500


def _bare_page(status: int) -> str:
    """A page that asks nothing of the database or the session, which may be what failed.

    Rendered without Flask, which would ask flask-login who is asking.
    """
    title, advice = PAGES[status]
    template = current_app.jinja_env.get_template("bare.html")
    kept = _kept() if status == 503 else []
    known = {"title": title, "advice": advice, "kept": kept, "request_id": g.get("request_id", "")}
    return template.render(**known, official=lambda: False)


def _kept() -> list[tuple[str, str]]:
    """The fields of an answer that could not be saved, to be sent again from the page that says so."""
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method != "POST" or not getattr(view, "kept_at_sign_in", False):
        return []
    try:
        fields = list(request.form.items(multi=True))
    except HTTPException:
        return []
    text = "".join(name + value for name, value in fields)
    return [] if len(text) > LARGEST_SENT_AGAIN or UNUSABLE.search(text) else fields
