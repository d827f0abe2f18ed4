"""flask demo: the fictional organisation for trying out."""

from datetime import date

import click
from flask import current_app

from course.cli.group import DAY, Group
from course.db import app_settings, database
from course.demo.accounts import load_into_empty
from course.demo.remove import check_removable, drop

group = Group("demo", help="Påhittade personer att prova med.")


@group.command("load")
@click.option("--today", type=DAY, help="Dagen som allting räknas från; i dag om inget annat sägs.")
def load_demonstration(today: date | None) -> None:
    """Lägg in den påhittade förvaltningen i en tom databas och visa kontona."""
    click.echo(load_into_empty(app_settings(), today))


@group.command("remove")
@click.option("--yes", is_flag=True, help="Ta verkligen bort allt.")
def remove_demonstration(yes: bool) -> None:
    """Ta bort en demonstration: hela databasen töms och görs ny."""
    from course import migrate  # noqa: PLC0415 - importing Alembic costs 0.4 s

    check_removable(database.session)
    if not yes:
        click.echo(
            "Allt i databasen tas bort, också kurserna, och filen med lösenord. Stoppa servern först och kör sedan"
            " flask demo remove --yes."
        )
        raise SystemExit(1)
    drop(app_settings())
    migrate.upgrade(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001
    click.echo("Demonstrationen är borttagen. Databasen är tom.")
