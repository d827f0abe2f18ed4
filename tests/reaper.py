"""Nothing is left behind when a run of the tests is stopped, even by SIGKILL.

All files of a run lie in one folder, and each process that it starts knows that folder: by TMPDIR, or in its command.
`reaper.py FOLDER` waits until the run at the other end of its standard input is gone, kills them and removes it.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

KEPT = "kept"
"""What a run says at its end when somebody may want to look at its files; the next run removes them."""

GENTLE = 20
"""Tries, ten a second, with the signal at which PostgreSQL stops at once and gives its shared memory back."""


class Watched:
    """A folder for all files of this process and those that it starts."""

    def __init__(self, place=None):
        place = Path(place or tempfile.gettempdir())
        for old in place.glob("course-tests-*"):
            if (old / KEPT).exists():
                shutil.rmtree(old, ignore_errors=True)
        self.folder = Path(tempfile.mkdtemp(prefix="course-tests-", dir=place))
        self.folder.chmod(0o711)  # PostgreSQL runs as a user of its own
        os.environ["TMPDIR"] = tempfile.tempdir = str(self.folder)
        self._reaper = subprocess.Popen(
            [sys.executable, __file__, self.folder], stdin=subprocess.PIPE, start_new_session=True, cwd="/"
        )

    def end(self, *, keep=False):
        """The run is over; wait until all is taken away."""
        if keep:
            (self.folder / KEPT).touch()
        self._reaper.stdin.close()
        self._reaper.wait()

    def __enter__(self):
        return self.folder

    def __exit__(self, *_):
        self.end()


def processes_of(folder):
    """The ids of the processes whose environment or command names the folder."""
    mark = os.fsencode(folder)
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile, or is another user's
            if int(path.name) != os.getpid() and any(
                mark in (path / name).read_bytes() for name in ("environ", "cmdline")
            ):
                yield int(path.name)


def main(folder):
    sys.stdin.buffer.read()
    tries = 0
    while pids := list(processes_of(folder)):
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGQUIT if tries < GENTLE else signal.SIGKILL)
        tries += 1
        time.sleep(0.1)
    if not (folder / KEPT).exists():
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
