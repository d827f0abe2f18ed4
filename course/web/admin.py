"""What the administrator sees of the installation."""

import sqlean
from flask import Blueprint, current_app, render_template
from sqlalchemy import text

from course.content.queries import current
from course.db import database, journal_mode
from course.web.filters import Local
from course.web.guard import actor, allowed

bp = Blueprint("admin", __name__)


@bp.get("/drift")
@allowed("system.read")
def system() -> str:
    """Which releases are published, which database serves, and what the workplace has left to fill in."""
    db = database.session
    postgresql = db.get_bind().dialect.name == "postgresql"
    if postgresql:
        engine = f"PostgreSQL {db.execute(text('SHOW server_version')).scalar_one()}"
    else:
        engine = f"SQLite {sqlean.sqlite_version}, journal {journal_mode()[0]}, synchronous {journal_mode()[1]}"
    local: Local = current_app.extensions["local"]
    return render_template(
        "admin/system.html",
        releases=current(db, actor().newest_release).values(),
        engine=engine,
        local_values=local.refresh().values,
        local_fault=local.fault,
    )
