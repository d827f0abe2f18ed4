"""What monitoring asks: whether the process lives, and whether it can serve people. Nothing is written or disclosed."""

from flask import Blueprint, Response
from sqlalchemy.exc import SQLAlchemyError

from course import revision
from course.content.queries import current, newest_release_id
from course.db import database, why_not_writable
from course.web.guard import allowed

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@allowed("public")
def alive() -> Response:
    """The process answers. A database that is away is no reason to start the process anew."""
    return _told("lever", 200)


@bp.get("/readyz")
@allowed("public")
def ready() -> Response:
    """People can be served: the database answers and can be written, its schema is the code's, the courses are read."""
    try:
        fault = _fault()
    except SQLAlchemyError:
        fault = "databasen svarar inte"
    return _told(fault or "redo", 503 if fault else 200)


def _fault() -> str:
    db = database.session
    if revision.schema_of(db.connection()) != revision.NEWEST:
        return "databasens schema är inte programmets"
    if not current(db, newest_release_id(db)):  # which reads the courses, so that no learner has to wait for that
        return "ingen kurs är publicerad"
    return why_not_writable(db)


def _told(text: str, status: int) -> Response:
    return Response(f"{text}\n", status, mimetype="text/plain")
