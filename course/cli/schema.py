"""flask db: the schema's migrations, by flask-alembic; upgrading is our own."""

from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from course import clock
from course.backup.keep import back_up_first
from course.cli.group import refusals_told
from course.revision import NEWEST, check_known


class Schema(click.Group):
    """flask-alembic's commands, imported when one is asked for, and those added here."""

    def _load(self) -> click.Group:
        from flask_alembic.cli import cli  # noqa: PLC0415 - importing Alembic costs 0.4 s

        return cli

    def invoke(self, ctx: click.Context) -> Any:
        with refusals_told():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self._load().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, cmd_name) or self._load().get_command(ctx, cmd_name)


@click.pass_context
@with_appcontext
def _prepare(ctx: click.Context) -> None:
    from course import migrate  # noqa: PLC0415 - as above

    check_known()
    ctx.obj = migrate.init_app(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001


group = Schema("db", callback=_prepare, help="Databasens schema: flask db upgrade för det till det senaste.")


@group.command("upgrade")
@click.option("--no-backup", is_flag=True, help="Gör ingen säkerhetskopia först. Ha då en egen.")
@with_appcontext
def upgrade(no_backup: bool) -> None:
    """För databasen till det senaste schemat, efter en säkerhetskopia. Stoppa servern först."""
    before = check_known()
    bring_to_newest(backup=not no_backup)
    click.echo(f"Databasen har {'redan ' if before == NEWEST else ''}schemat {NEWEST}.")


def bring_to_newest(*, backup: bool) -> None:
    """Upgrade the schema; when there is something to lose, say where the backup lies that is made first."""
    from course import migrate  # noqa: PLC0415 - as above

    def first() -> None:
        click.echo(f"Säkerhetskopian av det som var ligger i {back_up_first(at=clock.now())}.")

    migrate.upgrade(current_app._get_current_object(), first=first if backup else None)  # type: ignore[attr-defined]  # noqa: SLF001
