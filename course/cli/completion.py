"""flask completion: see, take back and restore what a person has completed."""

from hashlib import sha256
from pathlib import Path

import click

from course import clock, swedish
from course.cli.group import NUMBER, Group
from course.db import app_settings, database, is_demonstration, transaction
from course.errors import Conflict
from course.evidence.actions import import_evidence, newest_evidence, undo_evidence
from course.evidence.evidence_file import read_evidence
from course.learning.actions import restore, revoke
from course.learning.queries import completion_rows
from course.organisation.queries import person_by_key
from course.report.catalogue.person import ROUTES
from course.roster.known import EVIDENCE
from course.roster.queries import last_imports

group = Group("completion", help="Genomföranden.")


@group.command("list")
@click.argument("key")
def list_(key: str) -> None:
    """Visa allt som en person har genomfört, med nummer."""
    db = database.session
    person = person_by_key(db, key)
    rows = completion_rows(db, person.id)
    for row in rows:
        revoked = f", återkallat {swedish.instant(row.revoked_at)}: {row.reason}" if row.revoked_at else ""
        what = row.path or "hela kursen"
        how = f"{ROUTES[row.true_route]}{f', återställer {row.restores}' if row.restores else ''}"
        click.echo(f"{row.id}: {row.course}, {what}, utgåva {row.edition}, {row.occurred_on}, {how}{revoked}")
    if not rows:
        click.echo("Inget är genomfört.")


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--apply", "applied", is_flag=True, help="Lägg in dem; annars kontrolleras filen bara.")
def import_(file: Path, applied: bool) -> None:
    """Lägg in genomföranden från papper, workshop eller en annan lärplattform (CSV eller XLSX)."""
    content = file.read_bytes()
    settings = app_settings()
    listed = read_evidence(content, clock.day_of(clock.now()), settings.columns, ten_digits=settings.ten_digits)
    rows = listed.rows
    if listed.problems:
        for problem in listed.problems:
            click.echo(str(problem), err=True)
        raise click.ClickException("Inget är ändrat. Rätta filen och försök igen.")
    for remark in listed.remarks:
        click.echo(remark)
    with transaction() as (db, at):
        if is_demonstration(db):
            raise Conflict("Det här är en demonstration. Riktiga uppgifter läses inte in här.")
        new = import_evidence(db, rows, file_name=file.name, digest=sha256(content).hexdigest(), by=None, at=at)
        if not applied:
            db.rollback()
    if applied:
        number = last_imports(database.session, EVIDENCE)[0].id
        gave = swedish.counted(new, "nytt genomförande", "nya genomföranden")
        click.echo(
            f"{swedish.counted(len(rows), 'rad', 'rader')} gav {gave}, av moduler och av hela kursen (import {number})."
        )
    else:
        would = swedish.counted(new, "nytt genomförande", "nya genomföranden")
        click.echo(f"{would} skulle läggas in, av moduler och av hela kursen. Kör om med --apply.")


@group.command("undo")
@click.argument("number", type=NUMBER, required=False)
@click.option("--reason", required=True, help="Varför filen inte ska räknas.")
def undo(number: int | None, reason: str) -> None:
    """Ångra en inläst fil med genomföranden: importen med det numret, annars den senaste som inte är ångrad."""
    with transaction() as (db, at):
        wanted = newest_evidence(db) if number is None else number
        revoked = undo_evidence(db, wanted, reason=reason, by=None, at=at)
    gone = swedish.counted(len(revoked), "genomförande är återkallat", "genomföranden är återkallade")
    click.echo(f"Import {wanted} är ångrad. {gone}.")


@group.command("revoke")
@click.argument("number", type=NUMBER)
@click.option("--reason", required=True, help="Varför det inte ska räknas.")
def revoke_(number: int, reason: str) -> None:
    """Återkalla ett genomförande, och kursens som vilar på det."""
    with transaction() as (db, at):
        revoked = revoke(db, number, reason=reason, by=None, at=at)
    click.echo(f"Återkallat: {', '.join(map(str, revoked))}.")


@group.command("restore")
@click.argument("number", type=NUMBER)
def restore_(number: int) -> None:
    """Återställ ett genomförande som återkallades av misstag."""
    with transaction() as (db, at):
        new = restore(db, number, by=None, at=at)
    click.echo(f"Återställt som {new}.")
