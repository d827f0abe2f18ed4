"""`flask serve`: what is under way is finished when the server is told to stop, and a worker that dies is replaced."""

import fcntl
import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError

import pytest
from conftest import settings_for

from course import create_app
from course.cli import serve
from course.config import Settings
from journeys.conftest import PROJECT, Server, environment, free_port
from journeys.test_kill import ANNAS, Client


class Served(Server):
    """A server as an administrator starts it."""

    command = (sys.executable, "-m", "flask", "--app", "wsgi", "serve")

    @property
    def workers(self):
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture
def served(demonstration, tmp_path):
    server = Served(shutil.copytree(demonstration, tmp_path / "instance"), free_port())
    (server.instance / "config.toml").write_text(f'listen = "127.0.0.1:{server.port}"\nworkers = 2\n')
    server.start()
    yield server
    if server.process.poll() is None:
        server.stop()


def soon(true):
    """Wait until it is true; pytest's own patience ends a test that hangs."""
    for _ in range(600):
        if true():
            return
        time.sleep(0.05)
    pytest.fail("it never came true")


def is_ready(server):
    try:
        return urllib.request.urlopen(f"{server.url}/readyz").read() == b"redo\n"
    except URLError:
        return False


def somebody_waits_for(file):
    """Whether another process waits for the lock of the open file."""
    inode = os.fstat(file.fileno()).st_ino
    return any("->" in line and f":{inode} " in line for line in Path("/proc/locks").read_text().splitlines())


def test_an_answer_that_is_being_stored_when_the_server_is_stopped_is_acknowledged_and_stored(served, quiz):
    client = Client(served)
    client.post("/logga-in", "/logga-in", namn="anna", losenord=served.passwords["anna"])
    _, url = client.post("/forsok", "/stod", kurs="hot-och-vald", modul=quiz.module)
    item = quiz.items[url.rpartition("/")[2]]
    right = next(choice.id for choice in item.choices if choice.right)
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(url))[1]

    with (served.instance / "course.sqlite.lock").open("r+") as lock, ThreadPoolExecutor() as others:
        fcntl.flock(lock, fcntl.LOCK_EX)
        answer = others.submit(client.send, url, csrf_token=token, svar=right)
        soon(lambda: somebody_waits_for(lock))
        served.process.send_signal(signal.SIGTERM)
        soon(lambda: len(served.workers) == 1)  # the one with nothing to do has stopped
        assert not answer.done()
        fcntl.flock(lock, fcntl.LOCK_UN)

        assert answer.result(timeout=30) == (303, url)

    assert served.process.wait(timeout=30) == 0
    assert served.rows(ANNAS) == [(item.id, f'["{right}"]')]


def test_a_server_that_is_stopped_while_it_starts_stops_at_once(demonstration, tmp_path):
    server = Server(shutil.copytree(demonstration, tmp_path / "instance"), free_port(), target="loading:app")
    log = (tmp_path / "log").open("w")
    process = subprocess.Popen(
        server.command, cwd=PROJECT, env=environment(server.instance), stdout=log, stderr=log, process_group=0
    )
    log.close()
    try:
        soon((server.instance / "loading").exists)

        process.terminate()

        assert process.wait(timeout=serve.LONGEST_STOP - 5) == 0
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def test_a_worker_that_dies_is_replaced(served):
    before = served.workers
    assert len(before) == 2

    os.kill(before[0], signal.SIGKILL)

    soon(lambda: len(served.workers) == 2 and before[0] not in served.workers)
    soon(lambda: is_ready(served))
    assert served.process.poll() is None


def test_the_server_refuses_to_start_on_another_schema_and_says_what_to_do(tmp_path):
    runner = create_app(settings_for(tmp_path)).test_cli_runner()

    result = runner.invoke(args=["serve"])

    assert result.exit_code == 1
    assert "Databasens schema är inte programmets. Kör först: flask db upgrade" in result.output


def test_the_settings_decide_where_and_how_the_server_listens(tmp_path):
    words = serve.server(Settings(tmp_path, listen="[::1]:8123", workers=3, threads=5))

    pairs = dict(itertools.pairwise(words))
    chosen = ("--host", "--port", "--workers", "--blocking-threads", "--working-dir")
    assert [pairs[name] for name in chosen] == ["::1", "8123", "3", "5", str(PROJECT)]
