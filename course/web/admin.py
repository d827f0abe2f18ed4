"""What the administrator sees of the installation."""

from datetime import timedelta
from pathlib import Path

import sqlean
from flask import Blueprint, current_app, render_template
from sqlalchemy import text

from course import clock, revision
from course.access.queries import has_administrator, refused_lately
from course.access.throttle import MANY_REFUSED
from course.backup.folder import FOLDER, LATEST, newest
from course.config import version
from course.content.queries import current
from course.db import database, journal_mode
from course.web.filters import Local
from course.web.guard import actor, allowed
from course.web.start import told_of_duties

bp = Blueprint("admin", __name__)
AHEAD = timedelta(days=30)
"""How long before there is no administrator any more the page says so."""


@bp.get("/drift")
@allowed("system.read")
def system() -> str:
    """Which releases are published, which database serves, its newest backup, and what is left to fill in."""
    db, today = database.session, clock.day_of(clock.now())
    postgresql = db.get_bind().dialect.name == "postgresql"
    if postgresql:
        engine = f"PostgreSQL {db.execute(text('SHOW server_version')).scalar_one()}"
    else:
        engine = f"SQLite {sqlean.sqlite_version}, journal {journal_mode()[0]}, synchronous {journal_mode()[1]}"
    local: Local = current_app.extensions["local"].refresh()
    folder = Path(current_app.instance_path) / FOLDER
    has_folder = folder.is_dir()
    backup = newest(folder) if has_folder else None
    refused, accounts = refused_lately(db, at=clock.now())
    return render_template(
        "admin/system.html",
        duties=told_of_duties(),
        refused=refused,
        refused_accounts=accounts,
        many_refused=refused >= MANY_REFUSED,
        version=version(),
        releases=current(db, actor().newest_release).values(),
        engine=engine,
        schema=revision.schema_of(db.connection()),
        wanted=revision.NEWEST,
        known=revision.KNOWN,
        folder=folder,
        has_folder=has_folder,
        backup=backup,
        backup_age=backup and clock.now() - backup,
        latest=LATEST,
        local=local,
        warned=AHEAD,
        running_out=has_administrator(db, today) and not has_administrator(db, today + AHEAD),
    )
