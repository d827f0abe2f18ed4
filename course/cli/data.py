"""flask data: the installation as a whole."""

from pathlib import Path

import click
from flask import current_app

from course import clock
from course.access.queries import has_administrator
from course.backup.folder import expendable
from course.cli.access import administrator_code
from course.cli.content import publish_courses
from course.cli.group import Group
from course.db import app_settings, database, is_demonstration
from course.demo import accounts

group = Group("data", help="Installationen som helhet.")


@group.command("init")
@click.option(
    "--demo/--real", default=False, help="Påhittade personer att prova med, eller en tom riktig installation."
)
@click.pass_context
def init(ctx: click.Context, demo: bool) -> None:
    """Förbered databasen, publicera kurserna och ordna de första kontona. Kan köras om."""
    from course import migrate  # noqa: PLC0415 - importing Alembic costs 0.4 s

    migrate.upgrade(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001
    told = accounts.load_into_empty(app_settings()) if demo else ""  # publishes as of a year back
    ctx.invoke(publish_courses)
    if demo:
        click.echo(told)
    elif is_demonstration(database.session):
        raise click.ClickException(
            "Databasen är en demonstration. Välj en annan instansmapp för en riktig installation."
        )
    elif not has_administrator(database.session, clock.day_of(clock.now())):
        click.echo(administrator_code())


@group.command("prune")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--apply", "wanted", is_flag=True, help="Ta bort; annars visas bara vad som skulle tas bort.")
def prune(folder: Path, wanted: bool) -> None:
    """Ta bort gamla säkerhetskopior: kvar blir 14 dagar, 8 veckor och 12 månader som har en kopia."""
    old = expendable(folder)
    for path in old:
        click.echo(f"{'Tar bort' if wanted else 'Skulle ta bort'} {path.name}")
        if wanted:
            path.unlink()
    if old and not wanted:
        click.echo("Inget är borttaget än. Kör om med --apply för att ta bort.")
