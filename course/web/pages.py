"""Pages and files that belong to nobody in particular."""

import mimetypes

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from course.content.queries import media
from course.db import database
from course.web.filters import STATIC, can
from course.web.guard import allowed
from course.web.learner import courses

bp = Blueprint("pages", __name__)
FOR_EVER = "public, max-age=31536000, immutable"


@bp.get("/healthz")
@allowed("public")
def healthz() -> Response:
    """Alive: the process answers and its database can be read."""
    database.session.execute(select(1))
    return Response("ok\n", mimetype="text/plain")


@bp.get("/static/<name>")
@allowed("public")
def static_file(name: str) -> Response:
    """A file of our own, cached for ever when asked for with its digest."""
    if name not in {path.name for path in STATIC.iterdir()}:
        abort(404)
    response = Response((STATIC / name).read_bytes(), mimetype=mimetypes.guess_type(name)[0])
    response.headers["Cache-Control"] = FOR_EVER if request.args.get("v") else "no-cache"
    return response


@bp.get("/favicon.ico")
@allowed("public")
def favicon() -> AnyResponse:
    """Browsers ask for it unasked."""
    return static_file("icon.svg")


@bp.get("/media/<digest>")
@allowed("course.take")
def picture(digest: str) -> Response:
    """A picture of the course text."""
    found = media(database.session, digest)
    response = Response(found.content, mimetype=found.type)
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


@bp.get("/stod")
@allowed("public")
def support() -> str:
    """Where to turn, now or later; nothing about the visit is stored."""
    return render_template("support.html")


@bp.get("/")
@allowed("account.own")
def start() -> ResponseReturnValue:
    """The first page after signing in: the course, or for who has other duties what there is to choose from."""
    if can("course.take") and not any(map(can, ("report.read", "unit.read", "board.read", "system.read"))):
        return courses()
    return render_template("start.html")
