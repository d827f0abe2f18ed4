"""Commands: `flask <group> <verb>`. What they print to people is Swedish."""

from flask import Flask

from course.cli import access, completion, content, data, demo, people, report, schema, serve, target


def init_app(app: Flask) -> None:
    """Register every group of commands."""
    for module in (access, completion, content, data, demo, people, report, target):
        app.cli.add_command(module.group)
    app.cli.add_command(schema.group)
    app.cli.add_command(serve.command)
