"""Does a deed again and again, each time in a process of its own that is killed at a step: `doomed.py DEED [FILE]`.

Each line on standard input is the number of the step before which it dies; 0 lets it live, and tells how many steps
there were. Answers with how each process ended. keeping.Doomed speaks with it.
"""

import os
import signal
import sys
from pathlib import Path

from sqlalchemy import event

from course import create_app, migrate
from course.backup.keep import back_up_first, restore
from course.clock import now
from course.db import database

FILES = {"open", "os.rename", "os.remove", "os.rmdir"}


class Steps:
    """Counts steps, and dies before one of them."""

    def __init__(self, last):
        self.last, self.taken = last, 0

    def __call__(self, *_):
        self.taken += 1
        if self.taken == self.last:
            os.kill(os.getpid(), signal.SIGKILL)


def upgrade(app, steps, _words):
    """Upgrade; a step is a statement or a commit."""
    with app.app_context():
        event.listen(database.engine, "before_cursor_execute", steps)
        event.listen(database.engine, "commit", steps)
    migrate.upgrade(app, first=lambda: back_up_first(at=now()))


def put_back(app, steps, words):
    """Restore a file; a step is something done to a file."""
    with app.app_context():
        sys.addaudithook(lambda name, _: steps() if name in FILES else None)
        restore(Path(words[0]), replace=True, backup=False, at=now())


def main():
    """Answer each line."""
    deed = {"upgrade": upgrade, "restore": put_back}[sys.argv[1]]
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            steps = Steps(int(line))
            deed(create_app(), steps, sys.argv[2:])
            print(steps.taken, flush=True)
            os._exit(0)
        print(os.waitpid(child, 0)[1], flush=True)


if __name__ == "__main__":
    main()
