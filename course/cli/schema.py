"""flask db: the schema's migrations, by flask-alembic."""

import click
from flask import current_app
from flask.cli import with_appcontext


class Schema(click.Group):
    """flask-alembic's commands, imported when one is asked for."""

    def _load(self) -> click.Group:
        from flask_alembic.cli import cli  # noqa: PLC0415 - importing Alembic costs 0.4 s

        return cli

    def list_commands(self, ctx: click.Context) -> list[str]:
        return self._load().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return self._load().get_command(ctx, cmd_name)


@click.pass_context
@with_appcontext
def _prepare(ctx: click.Context) -> None:
    from course import migrate  # noqa: PLC0415 - as above

    ctx.obj = migrate.init_app(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001


group = Schema("db", callback=_prepare, help="Databasens schema: flask db upgrade för det till det senaste.")
