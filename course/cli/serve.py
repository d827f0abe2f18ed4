"""flask serve: the server, with the one set of options that `make run`, the service and the container use."""

import os
import socket
import sys

import click
from flask.cli import with_appcontext

from course.cli.group import refusals_told
from course.config import PROJECT, BadSettings, Settings
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
    settings = app_settings()
    with refusals_told():
        check_current()
        take_address(settings)
    os.environ.pop("FLASK_RUN_FROM_CLI", None)  # else the server would log as a command does: warnings only
    sys.stdout.flush()
    words = server(settings)
    os.execv(words[0], words)  # noqa: S606 - no shell, and nothing that a user wrote


def take_address(settings: Settings) -> None:
    """Keep others from the address for as long as this process lives. Raises BadSettings when somebody listens there.

    granian's sockets may share a port, so two servers would, and each request would go to either of two databases.
    """
    host, port = _host_and_port(settings)
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # else an address just left counts as taken
            probe.bind(address)
        # Two that start at once both find it free. A name in Linux's abstract namespace is for one, and goes with it.
        mark = socket.socket(socket.AF_UNIX)
        mark.bind(f"\0course {settings.listen}")
        os.set_inheritable(mark.detach(), True)
    except OSError as fault:
        raise BadSettings(
            f"Det går inte att lyssna på {settings.listen}: {fault.strerror}. Är en annan server redan igång där?"
            " Stoppa den, eller välj en annan adress i inställningen listen."
        ) from None


def _host_and_port(settings: Settings) -> tuple[str, str]:
    host, _, port = settings.listen.rpartition(":")
    return host.strip("[]"), port


def server(settings: Settings, target: str = "wsgi:app") -> list[str]:
    """The server's command line. SIGTERM lets requests under way finish, and a worker that dies is replaced."""
    host, port = _host_and_port(settings)
    options = {
        "--interface": "wsgi",
        "--host": host,
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
