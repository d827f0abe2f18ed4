"""flask data: the installation as a whole."""

import sys
from datetime import date, datetime
from pathlib import Path

import click

from course import clock, swedish, verify
from course.access.actions import forget_expired, forget_long_gone
from course.access.queries import count_expired, has_administrator, long_gone
from course.backup import keep
from course.backup.archive import Manifest
from course.backup.folder import expendable
from course.cli.access import administrator_code
from course.cli.content import publish_courses
from course.cli.group import Group
from course.cli.schema import bring_to_newest
from course.db import app_settings, database, is_demonstration, newest_instant, transaction
from course.demo import accounts
from course.learning.actions import forget_places
from course.quiz.actions import delete_answers
from course.quiz.queries import Old, old_answers
from course.revision import NEWEST, check_current, check_known
from course.roster.actions import drop_old_drafts
from course.roster.queries import count_old_drafts

FILE = click.Path(dir_okay=False, path_type=Path)
UNUSABLE = (
    ("import_draft", "lista som väntat för länge", "listor som väntat för länge"),
    ("session", "gammal inloggning", "gamla inloggningar"),
    ("identity", "gammal kod", "gamla koder"),
    ("throttle", "gammalt försök", "gamla försök"),
)
"""(the table, one and more of what nobody can use in it)."""

group = Group("data", help="Installationen som helhet.")


@group.command("init", check=check_known)
@click.option(
    "--demo/--real", default=False, help="Påhittade personer att prova med, eller en tom riktig installation."
)
@click.pass_context
def init(ctx: click.Context, demo: bool) -> None:
    """Förbered databasen, publicera kurserna och ordna de första kontona. Kan köras om."""
    bring_to_newest(backup=True)
    told = accounts.load_into_empty(app_settings()) if demo else ""  # publishes as of a year back
    ctx.invoke(publish_courses, accept_expired=True, accept_unreviewed=True)  # it begins with what there is
    if demo:
        click.echo(told)
    elif is_demonstration(database.session):
        raise click.ClickException(
            "Databasen är en demonstration. Välj en annan instansmapp för en riktig installation."
        )
    elif not has_administrator(database.session, clock.day_of(clock.now())):
        click.echo(administrator_code())


@group.command("backup", check=check_known)
@click.argument("file", type=FILE)
def backup(file: Path) -> None:
    """Skriv hela databasen till en ny fil och kontrollera den. Servern kan vara igång."""
    click.echo(f"Säkerhetskopian är klar: {file}\n{_told(keep.back_up(file, at=clock.now()))}")


@group.command("restore", check=None)
@click.argument("file", type=FILE)
@click.option("--replace", is_flag=True, help="Ersätt det som finns i databasen, efter en säkerhetskopia av det.")
@click.option("--no-backup", is_flag=True, help="Gör ingen säkerhetskopia av det som ersätts.")
def restore(file: Path, replace: bool, no_backup: bool) -> None:
    """Låt databasen bli det som en säkerhetskopia innehåller. Stoppa servern först."""
    manifest, kept = keep.restore(file, replace=replace, backup=not no_backup, at=clock.now())
    if kept:
        click.echo(f"Det som fanns ligger i {kept}.")
    click.echo(f"Databasen är återställd från {file}\n{_told(manifest)}")
    if manifest.contents.schema != NEWEST:
        click.echo(f"Programmet behöver schemat {NEWEST}. Kör nu: flask db upgrade")


@group.command("verify", check=None)
@click.argument("file", type=FILE, required=False)
def verify_(file: Path | None) -> None:
    """Kontrollera att databasen är hel, eller en säkerhetskopia. Slutar med 1 om något är fel."""
    if file:
        click.echo(f"Säkerhetskopian är hel: {file}\n{_told(keep.look_at(file))}")
        return
    check_current()
    db, now = database.session, clock.now()
    known_at = newest_instant(db) or now
    count = 0
    for count, problem in enumerate(verify.problems(db, clock.day_of(now), known_at), start=1):  # noqa: B007
        click.echo(problem, err=True)
    if count:
        click.echo(f"Antal fel: {count}.", err=True)
        sys.exit(1)
    click.echo(f"Databasen är hel, enligt det som var känt {swedish.instant(known_at)}.")


def _told(manifest: Manifest) -> str:
    """What a backup holds, in a line."""
    contents = manifest.contents
    written = contents.written_at and f", senast ändrad {swedish.instant(datetime.fromisoformat(contents.written_at))}"
    return f"  {swedish.number(contents.total)} rader i schemat {contents.schema}{written}"


@group.command("retention")
@click.option(
    "--older-than-months",
    "months",
    type=click.IntRange(1, 240),
    help="Så många månader sparas det som behöver beslut; inställningen answers_months om inget sägs.",
)
@click.option("--apply", "applied", is_flag=True, help="Ta bort; annars visas bara vad som skulle tas bort.")
@click.option("--decision", default="", help="Beslutet som borttagningen vilar på: diarienummer och paragraf.")
def retention(months: int | None, applied: bool, decision: str) -> None:
    """Ta bort det som inte behövs. Utan beslut bara det som ingen kan använda: kör varje natt.

    Med beslut också gamla svar och deras poäng, och inloggningen för dem som slutat. Resultat, stjärnor och
    genomföranden står kvar, och alla siffror.
    """
    kept_from = clock.add_months(clock.day_of(clock.now()), -(months or app_settings().answers_months))
    found = _delete_old(kept_from, decision) if applied else _old(kept_from)
    old, gone, unusable = found
    counted = [swedish.counted(unusable[name], one, more) for name, one, more in UNUSABLE]
    click.echo(
        f"{'Borttaget' if applied else 'Skulle tas bort'} utan beslut: {', '.join(counted[:-1])} och {counted[-1]}."
    )
    decided = applied and decision.strip()
    click.echo(
        f"{'Borttaget' if decided else 'Skulle tas bort'}, från före {swedish.day(kept_from)}:"
        f" {swedish.number(old.responses)} svar och {swedish.number(old.marks)} poäng i"
        f" {swedish.number(old.finished)} avslutade och {swedish.number(old.unfinished)} oavslutade försök,"
        f" och inloggningen för {swedish.number(gone)} personer som slutat."
    )
    if not decided and (old.responses or gone):
        click.echo("Det är inte borttaget än. Kör om med --apply och --decision ”beslutet” för att ta bort det också.")
    if decided:
        click.echo("Äldre säkerhetskopior har kvar det tills de själva är borttagna.")


Retained = tuple[Old, int, dict[str, int]]
"""(answers, people who have left, {table: rows that need no decision})."""


def _old(kept_from: date) -> Retained:
    db, now = database.session, clock.now()
    unusable = {**count_expired(db, at=now), "import_draft": count_old_drafts(db, at=now)}
    return old_answers(db, clock.start_of(kept_from)), len(long_gone(db, kept_from, clock.day_of(now))), unusable


def _delete_old(kept_from: date, decision: str) -> Retained:
    """Delete what needs no decision, and with one the rest; gives what was, or would be, deleted."""
    with transaction() as (db, at):
        unusable = {**forget_expired(db, at=at), "import_draft": drop_old_drafts(db, at=at)}
        if not decision.strip():
            return *_old(kept_from)[:2], unusable
        old = delete_answers(db, kept_from, reference=decision, by=None, at=at)
        gone = forget_long_gone(db, kept_from, reference=decision, by=None, at=at)
        forget_places(db, gone)
    return old, len(gone), unusable


@group.command("prune", check=None)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--apply", "wanted", is_flag=True, help="Ta bort; annars visas bara vad som skulle tas bort.")
def prune(folder: Path, wanted: bool) -> None:
    """Ta bort gamla säkerhetskopior: kvar blir 14 dagar, 8 veckor och 12 månader som har en kopia."""
    old = expendable(folder)
    for path in old:
        click.echo(f"{'Tar bort' if wanted else 'Skulle ta bort'} {path.name}")
        if wanted:
            path.unlink()
    if not old:
        click.echo("Ingen säkerhetskopia i mappen är så gammal att den kan tas bort.")
    if old and not wanted:
        click.echo("Inget är borttaget än. Kör om med --apply för att ta bort.")
