"""flask content: check and publish the courses."""

import sys

import click
from werkzeug.serving import make_server

from course.cli.content_text import matrix_of, statistics_of
from course.cli.group import Group
from course.clock import day_of, now
from course.content.actions import publish
from course.content.draft import read_drafts
from course.content.identity import KeysChanged
from course.content.queries import current, newest_release_id
from course.content.source import Folder, course_folders, read_folder
from course.db import app_settings, database, transaction
from course.errors import NotFound
from course.learning.actions import settle_everybody
from course.quiz.queries import attempts_with_item

group = Group("content", help="Kursernas texter och frågor.")
CHANGES = {"sprak": "language", "sak": "fact", "mal": "goal"}


@group.command("check", check=None)
@click.option("--statistics", is_flag=True, help="Visa också minuter, ord, läsbarhet och frågor, modul för modul.")
@click.option("--matrix", is_flag=True, help="Visa också vad i kursen som svarar på revisionens rekommendationer.")
def check(statistics: bool, matrix: bool) -> None:
    """Läs alla kurser och visa varje problem med fil och rad. Slutar med 1 om något behöver rättas."""
    drafts = read_drafts(_folders(), day_of(now()))
    for draft in drafts:
        for problem in draft.problems:
            click.echo(str(problem))
        for hint in draft.advice:
            click.echo(f"råd: {hint}")
        click.echo(f"{draft.name}: {len(draft.problems)} problem")
        if draft.course and statistics:
            click.echo(statistics_of(draft.course))
        if draft.course and matrix:
            click.echo(matrix_of(draft.course))
    if any(draft.problems for draft in drafts):
        raise SystemExit(1)


@group.command("preview", check=None)
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="0 väljer en ledig port.")
def preview(port: int) -> None:
    """Visa kurserna som de står i filerna nu, med alla svar. Bara på den här datorn, utan databas."""
    from course.preview import preview_app  # noqa: PLC0415 - no other command needs Flask's pages

    server = make_server("127.0.0.1", port, preview_app(app_settings().content), threaded=True)
    click.echo(f"Öppna http://127.0.0.1:{server.port}. Ladda om sidan när du har ändrat. Avsluta med Ctrl-C.")
    sys.stdout.flush()
    server.serve_forever()


@group.command("publish")
@click.argument("course", required=False)
@click.option(
    "--change", type=click.Choice(list(CHANGES)), default="sprak", help="Vad ändringen är: språk, sak eller nytt mål."
)
@click.option("--accept-keys", is_flag=True, help="Publicera fast rätt svar har ändrats i någon fråga.")
@click.option("--accept-expired", is_flag=True, help="Publicera fast bäst före-dagen är passerad för någon text.")
@click.option("--accept-unreviewed", is_flag=True, help="Publicera fast texter om självmord väntar på granskning.")
def publish_courses(
    course: str | None, change: str, accept_keys: bool, accept_expired: bool, accept_unreviewed: bool
) -> None:
    """Publicera alla kurser, eller en. Det som redan är publicerat lämnas som det är."""
    for name, folder in _folders(course).items():
        try:
            with transaction() as (db, at):
                before = current(db, newest_release_id(db)).get(name)
                release = publish(
                    db,
                    folder,
                    change=CHANGES[change],
                    accept_keys=accept_keys,
                    accept_expired=accept_expired,
                    accept_unreviewed=accept_unreviewed,
                    by=None,
                    at=at,
                )
                if release:
                    settle_everybody(db, release, at=at)
        except KeysChanged as changed:
            with transaction() as (db, _at):
                for quiz, item in changed.keys:
                    count = attempts_with_item(db, name, quiz, item)
                    click.echo(f"{quiz}/{item}: rätt svar har ändrats; {count} försök har svarat på frågan")
            raise click.ClickException(
                "Gamla försök rättas som förut. Är ändringen avsedd? Publicera igen med --accept-keys."
                " Var facit fel ska gamla försök också rättas: kör sedan flask quiz regrade."
            ) from None
        if release is None:
            click.echo(f"{name}: redan publicerad")
        else:
            click.echo(f"{name}: publicerad som version {release.id}, utgåva {release.edition}")
            now_mandatory = current(database.session, release.id)[name].course.mandatory
            added = now_mandatory - before.course.mandatory if before and before.edition == release.edition else ()
            if added:
                click.echo(
                    f"Nya obligatoriska moduler: {', '.join(sorted(added))}. Den som redan är klar räknas som klar."
                    " Ska alla göra dem, höj edition i course.toml."
                )


def _folders(course: str | None = None) -> dict[str, Folder]:
    root = app_settings().content
    folders = course_folders(root)
    if course is None:
        if not folders:
            raise NotFound(f"Det finns ingen kurs i {root / 'modules'}.")
        return folders
    if course not in folders:
        raise NotFound(f"Det finns ingen kurs ”{course}” i {root / 'modules'}.")
    return {course: read_folder(root, course)}
