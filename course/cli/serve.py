"""flask serve: the server, with the one set of options that `make run`, the service and the container use."""

import os
import sys

import click
from flask.cli import with_appcontext

from course.cli.group import refusals_told
from course.config import PROJECT, Settings
from course.db import app_settings
from course.revision import check_current

LONGEST_STOP = 30
"""Seconds that requests under way have to finish when the server is told to stop."""
THREADS = 64
"""Of each worker, made when needed: a request whose sender is slow holds one until all of it has come."""


@click.command("serve")
@with_appcontext
def group() -> None:
    """Starta servern. Adress och antal processer står i config.toml: listen och workers."""
    with refusals_told():
        check_current()
    settings = app_settings()
    os.environ.pop("FLASK_RUN_FROM_CLI", None)  # else the server would log as a command does: warnings only
    sys.stdout.flush()
    words = server(settings)
    os.execv(words[0], words)  # noqa: S606 - no shell, and nothing that a user wrote


def server(settings: Settings, target: str = "wsgi:app") -> list[str]:
    """The server's command line. SIGTERM lets requests under way finish, and a worker that dies is replaced."""
    host, _, port = settings.listen.rpartition(":")
    options = {
        "--interface": "wsgi",
        "--host": host.strip("[]"),
        "--port": port,
        "--http": "1",
        "--workers": str(settings.workers),
        "--blocking-threads": str(THREADS),
        "--workers-kill-timeout": str(LONGEST_STOP),
        "--log-level": "error",
        "--working-dir": str(PROJECT),
    }
    words = [word for pair in options.items() for word in pair]
    return [sys.executable, "-m", "granian", *words, "--no-ws", "--respawn-failed-workers", target]
