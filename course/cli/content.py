"""flask content: check and publish the courses."""

import click

from course.cli.group import Group
from course.content import advice, load
from course.content.actions import publish
from course.content.identity import KeysChanged
from course.content.source import Folder, course_folders, read_folder
from course.db import app_settings, transaction
from course.errors import NotFound
from course.quiz.queries import attempts_with_item

group = Group("content", help="Kursernas texter och frågor.")
CHANGES = {"sprak": "language", "sak": "fact", "mal": "goal"}


@group.command("check", check=None)
def check() -> None:
    """Läs alla kurser och visa varje problem med fil och rad. Slutar med 1 om något behöver rättas."""
    faulty = 0
    for name, folder in _folders().items():
        loaded = load.load_course(folder.sources)
        problems = sorted((*folder.problems, *loaded.problems))
        for problem in problems:
            click.echo(str(problem))
        if loaded.course is not None and not problems:
            for hint in advice.advice(loaded.course):
                click.echo(f"råd: {hint}")
        click.echo(f"{name}: {len(problems)} problem")
        faulty += len(problems)
    if faulty:
        raise SystemExit(1)


@group.command("publish")
@click.argument("course", required=False)
@click.option(
    "--change", type=click.Choice(list(CHANGES)), default="sprak", help="Vad ändringen är: språk, sak eller nytt mål."
)
@click.option("--accept-keys", is_flag=True, help="Publicera fast rätt svar har ändrats i någon fråga.")
def publish_courses(course: str | None, change: str, accept_keys: bool) -> None:
    """Publicera alla kurser, eller en. Det som redan är publicerat lämnas som det är."""
    for name, folder in _folders(course).items():
        try:
            with transaction() as (db, at):
                release = publish(db, folder, change=CHANGES[change], accept_keys=accept_keys, by=None, at=at)
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
