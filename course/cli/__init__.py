"""Commands: `flask <group> <verb>`. What they print to people is Swedish."""

from importlib import import_module

import click
from flask import Flask
from flask.cli import AppGroup

FILES = {
    "access": "access",
    "completion": "completion",
    "content": "content",
    "data": "data",
    "db": "schema",
    "demo": "demo",
    "people": "people",
    "quiz": "quiz",
    "report": "report",
    "serve": "serve",
    "target": "target",
}
"""{command: the file that holds it as `group`}."""


class Commands(AppGroup):
    """Each is loaded when it is asked for: a server needs none, and a command one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *FILES})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in FILES:
            return super().get_command(ctx, cmd_name)
        command = import_module(f"course.cli.{FILES[cmd_name]}").group
        assert isinstance(command, click.Command)  # noqa: S101 - each file has its own
        return command


def init_app(app: Flask) -> None:
    """Give the app its commands."""
    app.cli = Commands()
    app.cli.name = app.name
