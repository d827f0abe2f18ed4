"""HR reads lists of people in, sees what they would change first, and can take the newest back."""

from datetime import datetime
from hashlib import sha256

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from course import clock, swedish
from course.access.actions import keep_pace
from course.audit.actions import record
from course.db import app_settings, database, transaction
from course.errors import Conflict, Invalid, NotFound, Refusal
from course.organisation.person import list_source
from course.organisation.roster_file import (
    EMPLOYEE_COLUMNS,
    OFFICIAL_COLUMNS,
    ListFile,
    read_employees,
    read_officials,
)
from course.organisation.tables import ImportDraft
from course.roster.actions import Origin, apply_plan, check_as_of, drop_draft, keep_draft, undo_import
from course.roster.columns import with_columns
from course.roster.plan import Plan, plan
from course.roster.queries import DRAFT_LIFE, drafts_waiting, known_of, last_imports
from course.roster.queries import draft as find_draft
from course.sheet.lines import LARGEST_FILE
from course.sheet.problems import file_name
from course.web.forms import Form
from course.web.guard import actor, allowed, takes_files

bp = Blueprint("imports", __name__)

READERS = {"employees": read_employees, "officials": read_officials}
COLUMNS = {"employees": EMPLOYEE_COLUMNS, "officials": OFFICIAL_COLUMNS}
KINDS = {"employees": "Anställda", "officials": "Förtroendevalda"}
SOURCES = {"employees": "hr", "officials": "namnd"}


@bp.get("/personer/import")
@allowed("people.manage")
def form() -> str:
    """The form for a new list, and the last imports."""
    return _form(Form())


@bp.get("/personer/import/mall/<kind>.csv")
@allowed("people.manage")
def template(kind: str) -> Response:
    """An empty list with the titles that this installation reads."""
    if kind not in COLUMNS:
        raise NotFound("Mallen finns inte.")
    names = app_settings().columns
    titles = ";".join(names.get(column.name) or column.name for column in COLUMNS[kind])
    response = Response(f"\ufeff{titles}\r\n", mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{SOURCES[kind]}-mall.csv"'
    return response


@bp.post("/personer/import")
@allowed("people.manage")
@takes_files(LARGEST_FILE)
def send() -> ResponseReturnValue:
    """Check the list; when it can be read it waits for a decision on a page of its own."""
    with transaction() as (db, at):
        keep_pace(db, actor().person_id, "import", at=at)
    upload = request.files.get("fil")
    content = upload.read() if upload else b""
    form = Form(sent=request.form)
    kind = form.choice("sort", READERS, "Välj anställda eller förtroendevalda.")
    name = form.read("fil", lambda _: _file_name(upload), "")
    as_of = form.day("per", "Listan gäller dagen")
    source = form.text("kalla", "Källan", list_source, optional=True) or SOURCES.get(kind, "")
    try:
        form.check()
        check_as_of(database.session, source, as_of)
    except Refusal as refusal:
        return _form(form.told(refusal)), refusal.status
    listed = _read(kind, content)
    if listed.problems:
        return _form(form, problems=listed.problems, file_name=name), 422
    sent = ImportDraft(kind=kind, source=source, as_of=as_of, file_name=name, content=content)
    found = _plan(database.session, sent, listed)
    if found.is_empty:  # there is nothing to decide on
        with transaction() as (db, at):
            _log_preview(db, sent, at)
        return _preview(sent, found)
    with transaction() as (db, at):
        kept = keep_draft(db, _origin(sent), as_of, content, by=actor().person_id, at=at)
    return redirect(url_for(".preview", draft_id=kept), 303)


@bp.get("/personer/import/<draft_id>")
@allowed("people.manage")
def preview(draft_id: str) -> str:
    """What the list would change, before anything is changed; opening it is logged, since it shows people."""
    waiting = find_draft(database.session, draft_id, at=clock.now())
    page = _preview(waiting, _planned(database.session, waiting))
    with transaction() as (db, at):
        _log_preview(db, waiting, at)
    return page


@bp.post("/personer/import/<draft_id>")
@allowed("people.manage")
def apply(draft_id: str) -> ResponseReturnValue:
    """Make the changes that were shown; when something else would change by now, show that instead."""
    with transaction() as (db, at):
        waiting = find_draft(db, draft_id, at=at)
        found = _planned(db, waiting)
        if request.form.get("plan") != found.digest:
            _log_preview(db, waiting, at)
            changed = "Något har ändrats sedan du såg sidan. Läs igenom och bekräfta igen."
            return _preview(waiting, found, error=changed), 409
        if found.brakes and request.form.get("stammer") != "ja":
            _log_preview(db, waiting, at)
            doubt = "Läs under ”Bekräfta först” och bekräfta att listan stämmer."
            return _preview(waiting, found, error=doubt), 422
        if not found.is_empty:
            apply_plan(db, found, _origin(waiting), by=actor().person_id, at=at)
        drop_draft(db, draft_id)
    counts = {name: swedish.number(number) for name, number in found.counts.items()}
    flash(
        f"Klart. {counts['joined']} började, {counts['left']} slutade, {counts['moved']} bytte enhet och"
        f" {counts['changed']} ändrades."
    )
    return redirect(url_for(".form"), 303)


@bp.post("/personer/import/<draft_id>/slang")
@allowed("people.manage")
def discard(draft_id: str) -> ResponseReturnValue:
    """Forget a list that waits."""
    with transaction() as (db, at):
        waiting = find_draft(db, draft_id, at=at)
        name = waiting.file_name
        drop_draft(db, draft_id)
    flash(f"{name} är borttagen. Inget är ändrat.")
    return redirect(url_for(".form"), 303)


@bp.post("/personer/angra-import")
@allowed("people.manage")
def undo() -> ResponseReturnValue:
    """Take the newest import of a source back."""
    try:
        with transaction() as (db, at):
            seen = request.form.get("import", 0, type=int)
            undo_import(db, request.form.get("kalla", ""), seen=seen, by=actor().person_id, at=at)
    except Refusal as refusal:
        return _form(Form().told(refusal)), refusal.status
    flash("Importen är ångrad. Alla siffror är som före den.")
    return redirect(url_for(".form"), 303)


def _log_preview(db: Session, waiting: ImportDraft, at: datetime) -> None:
    """The preview names people, up to a whole list of them: who saw which file is logged."""
    detail = {"digest": sha256(waiting.content).hexdigest(), "as_of": waiting.as_of.isoformat()}
    record(db, "imports.show", waiting.source, detail, by=actor().person_id, at=at)


def _planned(db: Session, waiting: ImportDraft) -> Plan:
    listed = _read(waiting.kind, waiting.content)
    if listed.problems:
        raise Conflict("Filen går inte längre att läsa. Skicka den igen.")
    return _plan(db, waiting, listed)


def _plan(db: Session, waiting: ImportDraft, listed: ListFile) -> Plan:
    check_as_of(db, waiting.source, waiting.as_of)
    known = known_of(db, waiting.source, waiting.as_of)
    audience = _origin(waiting).audience
    found = plan(listed.rows, known, as_of=waiting.as_of, source=waiting.source, audience=audience)
    return with_columns(found, listed, known)


def _read(kind: str, content: bytes) -> ListFile:
    settings = app_settings()
    return READERS[kind](
        content, settings.columns, employments=settings.anstallningsform, ten_digits=settings.ten_digits
    )


def _origin(waiting: ImportDraft) -> Origin:
    digest = sha256(waiting.content).hexdigest()
    return Origin(waiting.kind, waiting.source, waiting.file_name, digest)


def _file_name(upload: FileStorage | None) -> str:
    if not upload or not upload.filename:
        raise Invalid("Välj en fil.")
    return file_name(upload.filename)


def _form(form: Form, **told: object) -> str:
    rows = last_imports(database.session)
    newest: dict[str, int] = {}
    for row in rows:
        newest.setdefault(row.source, row.id)
    now = clock.now()
    return render_template(
        "imports/form.html",
        form=form,
        rows=rows,
        undoable=set(newest.values()),
        kinds=KINDS,
        today=clock.day_of(now),
        waiting=drafts_waiting(database.session, actor().person_id, now - DRAFT_LIFE),
        **told,
    )


def _preview(waiting: ImportDraft, found: Plan, error: str = "") -> str:
    return render_template("imports/preview.html", waiting=waiting, plan=found, kinds=KINDS, error=error)
