"""What tests of backups and upgrades share: a database of their own, and commands as an administrator gives them."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from conftest import settings_for

from course import create_app
from course.db import database

ROOT = Path(__file__).parent.parent
AT = datetime(2026, 11, 22, 6, tzinfo=UTC)


@contextmanager
def opened(place):
    """An application on a database, inside its context; nothing is left open after it."""
    app = create_app(settings_for(*place))
    with app.app_context():
        try:
            yield app
        finally:
            database.session.close()
            database.engine.dispose()


def run(place, *words):
    """A command in this process: quicker, and enough for what no other process must see."""
    with opened(place) as app:
        result = app.test_cli_runner().invoke(args=list(map(str, words)))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def flask(*words, place=None, **environment):
    """A command as an administrator gives it."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("COURSE_")}
    if place:
        environment |= {"COURSE_INSTANCE": str(place[0]), "COURSE_DATABASE_URL": place[1]}
    command = [sys.executable, "-m", "flask", *map(str, words)]
    return subprocess.run(
        command, cwd=ROOT, env={**clean, **environment}, capture_output=True, text=True, timeout=120, check=False
    )


class Doomed:
    """Processes that do a deed in a place and are killed in the middle; see doomed.py."""

    def __init__(self, place, *words):
        paths = {"PYTHONPATH": str(ROOT), "COURSE_INSTANCE": str(place[0]), "COURSE_DATABASE_URL": place[1]}
        command = [sys.executable, str(ROOT / "tests" / "doomed.py"), *map(str, words)]
        self.process = subprocess.Popen(
            command, env={**os.environ, **paths}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.communicate()

    def steps(self):
        """Do it to the end; gives the number of its steps."""
        steps = self._ask(0)
        assert self.process.stdout.readline() == "0\n"
        return steps

    def die_before(self, step):
        """Do it until the step."""
        assert self._ask(step) == signal.SIGKILL

    def _ask(self, step):
        print(step, file=self.process.stdin, flush=True)
        return int(self.process.stdout.readline())
