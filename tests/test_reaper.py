"""A run of the tests that is killed leaves no process and no file behind."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import debian_postgresql
import pytest
from conftest import need
from reaper import KEPT, processes_of
from served import wait_until

RUN = """
import signal, subprocess, sys, time
import debian_postgresql, reaper
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell in the background has told it to ignore
watched = reaper.Watched(sys.argv[1])
subprocess.Popen(["sleep", "600"], start_new_session=True)
server = debian_postgresql.PostgreSQL()
server.start()
print(watched.folder, server.folder, flush=True)
if sys.argv[2] == "end":
    watched.end(keep=len(sys.argv) > 3)
else:
    time.sleep(600)
"""


@pytest.fixture
def begun():
    """Starts a run with a PostgreSQL of its own; gives its process and folder."""
    need("PostgreSQL", "apt-get install postgresql", found=debian_postgresql.installed())
    place = Path(tempfile.mkdtemp())  # pytest's own are closed to other users, and too deep for a socket
    place.chmod(0o711)
    runs = []

    def begin(*words):
        run = subprocess.Popen(
            [sys.executable, "-c", RUN, place, *words],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        runs.append(run)
        folder, postgresql = map(Path, run.stdout.readline().split())
        assert folder in postgresql.parents
        return run, folder

    yield begin
    for run in runs:
        run.kill()
        run.communicate()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_stopped_leaves_nothing_behind(begun, how):
    run, folder = begun("go on")
    assert len(list(processes_of(folder))) >= 3
    shared = set(Path("/dev/shm").glob("PostgreSQL.*"))

    run.send_signal(how)

    wait_until(lambda: not folder.exists() and not list(processes_of(folder)), seconds=60)
    assert len(set(Path("/dev/shm").glob("PostgreSQL.*")) & shared) < len(shared)


def test_a_run_that_ends_leaves_nothing_and_one_that_failed_only_its_files_until_the_next(begun):
    ended, folder = begun("end")
    ended.wait()
    assert not folder.exists()

    failed, kept = begun("end", "keep")
    failed.wait()
    assert (kept / KEPT).exists()
    assert list(processes_of(kept)) == []

    begun("end")[0].wait()
    assert not kept.exists()
