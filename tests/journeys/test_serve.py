"""`flask serve`: what is under way is finished when the server is told to stop, and a worker that dies is replaced."""

import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from itertools import pairwise
from pathlib import Path

import pytest
import sqlean
from conftest import settings_for
from served import PROJECT, environment

from course import create_app
from course.cli import serve
from course.config import Settings
from journeys.guide import free_port
from journeys.proxy import Visitor


class Server:
    """The server of an instance folder, started by a command."""

    def __init__(self, instance, port, command):
        self.instance, self.port = instance, port
        with (instance / "log").open("a") as log:
            self.process = subprocess.Popen(
                command,
                cwd=PROJECT,
                env=environment(instance, f"http://127.0.0.1:{port}"),
                stdout=log,
                stderr=log,
                process_group=0,
            )

    def is_ready(self):
        try:
            return Visitor(self.port).get("/readyz").text == "redo\n"
        except OSError:
            return False

    def workers(self):
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def rows(self, query):
        with closing(sqlean.connect(self.instance / "course.sqlite")) as connection:
            return connection.execute(query).fetchall()

    def kill(self):
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def served(demonstration, tmp_path):
    """A server with two workers, as an administrator starts it."""
    instance, port = shutil.copytree(demonstration, tmp_path / "instance"), free_port()
    (instance / "config.toml").write_text(f'listen = "127.0.0.1:{port}"\nworkers = 2\n')
    server = Server(instance, port, [sys.executable, "-m", "flask", "--app", "wsgi", "serve"])
    try:
        soon(server.is_ready)
        soon(lambda: len(server.workers()) == 2)
        yield server
    finally:
        server.kill()


def soon(true):
    """Wait until it is true; pytest's own patience ends a test that hangs."""
    for _ in range(600):
        if true():
            return
        time.sleep(0.05)
    pytest.fail("it never came true")


def somebody_waits_for(file):
    """Whether another process waits for the lock of the open file."""
    inode = os.fstat(file.fileno()).st_ino
    return any("->" in line and f":{inode} " in line for line in Path("/proc/locks").read_text().splitlines())


def test_an_answer_that_is_being_stored_when_the_server_is_stopped_is_acknowledged_and_stored(served, quiz):
    anna = Visitor(served.port)
    accounts = (served.instance / "demo-accounts.txt").read_text(encoding="utf-8")
    password = re.search(r"logga in som anna med lösenordet (\S+)", accounts)[1]
    anna.post("/logga-in", "/logga-in", namn="anna", losenord=password)
    url = anna.post("/forsok", kurs="hot-och-vald", modul=quiz.module).headers["Location"]
    item = quiz.items[url.rpartition("/")[2]]
    right = next(choice.id for choice in item.choices if choice.right)
    with (served.instance / "course.sqlite.lock").open("r+") as lock, ThreadPoolExecutor() as others:
        fcntl.flock(lock, fcntl.LOCK_EX)
        answer = others.submit(anna.post, url, url, svar=right)
        soon(lambda: somebody_waits_for(lock))
        served.process.send_signal(signal.SIGTERM)
        soon(lambda: len(served.workers()) == 1)  # the one with nothing to do has stopped
        assert not answer.done()
        fcntl.flock(lock, fcntl.LOCK_UN)

        found = answer.result(timeout=30)

    assert (found.status, found.headers["Location"]) == (303, url)
    assert served.process.wait(timeout=30) == 0
    attempt = url.split("/")[2].replace("-", "")
    assert served.rows(f"SELECT item, answer FROM response WHERE attempt_id = '{attempt}'") == [
        (item.id, f'["{right}"]')
    ]


def test_a_server_that_is_stopped_while_it_starts_stops_at_once(demonstration, tmp_path):
    instance, port = shutil.copytree(demonstration, tmp_path / "instance"), free_port()
    settings = Settings(instance, listen=f"127.0.0.1:{port}", workers=1)
    server = Server(instance, port, serve.server(settings, "loading:app"))
    try:
        soon((instance / "loading").exists)

        server.process.terminate()

        assert server.process.wait(timeout=serve.LONGEST_STOP - 5) == 0
    finally:
        server.kill()


def test_a_worker_that_dies_is_replaced(served):
    first, second = served.workers()

    os.kill(first, signal.SIGKILL)

    soon(lambda: len(served.workers()) == 2 and first not in served.workers())
    os.kill(second, signal.SIGKILL)
    soon(lambda: len(served.workers()) == 2 and second not in served.workers())
    soon(served.is_ready)
    assert served.process.poll() is None


def test_the_server_refuses_to_start_on_another_schema_and_says_what_to_do(tmp_path):
    runner = create_app(settings_for(tmp_path)).test_cli_runner()

    result = runner.invoke(args=["serve"])

    assert result.exit_code == 1
    assert "Kör först: flask db upgrade" in result.output


def test_the_settings_decide_where_and_how_the_server_listens(tmp_path):
    words = serve.server(Settings(tmp_path, listen="[::1]:8123", workers=3))

    pairs = dict(pairwise(words))
    assert [pairs[name] for name in ("--host", "--port", "--workers", "--working-dir")] == [
        "::1",
        "8123",
        "3",
        str(PROJECT),
    ]
