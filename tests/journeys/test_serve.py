"""`flask serve`: what is under way is finished when the server is told to stop, and a worker that dies is replaced."""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from answering import form_of
from conftest import settings_for
from served import Client, Lost, Server, environment, free_port, wait_until

from course import create_app
from course.cli import serve
from course.config import PROJECT, Settings


@pytest.fixture
def two_workers(demonstration, tmp_path):
    """A server with two workers, as an administrator starts it."""
    server = Server(shutil.copytree(demonstration, tmp_path / "instance"), free_port())
    (server.instance / "config.toml").write_text(f'listen = "127.0.0.1:{server.port}"\nworkers = 2\n')
    server.launch([sys.executable, "-m", "flask", "--app", "wsgi", "serve"])
    try:
        wait_until(lambda: is_ready(server) and len(workers(server)) == 2)
        yield server
    finally:
        server.stop()


def is_ready(server):
    try:
        with closing(Client(server)) as client:
            return client.get("/readyz") == "redo\n"
    except Lost:
        return False


def workers(server):
    """The ids of its processes but the first."""
    pid = server.process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def somebody_waits_for(file):
    """Whether another process waits for the lock of the open file."""
    inode = os.fstat(file.fileno()).st_ino
    return any("->" in line and f":{inode} " in line for line in Path("/proc/locks").read_text().splitlines())


def test_an_answer_that_is_being_stored_when_the_server_is_stopped_is_acknowledged_and_stored(two_workers, quiz):
    server = two_workers
    anna = Client(server)
    anna.post("/logga-in", "/logga-in", namn="anna", losenord=server.passwords["anna"])
    _, url = anna.post("/forsok", "/stod", kurs="hot-och-vald", modul=quiz.module)
    item = quiz.items[url.rpartition("/")[2]]
    with closing(anna), (server.instance / "course.sqlite.lock").open("r+") as lock, ThreadPoolExecutor() as others:
        fcntl.flock(lock, fcntl.LOCK_EX)
        answer = others.submit(anna.post, url, url, **form_of(item, item.right_answer))
        wait_until(lambda: somebody_waits_for(lock))
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: len(workers(server)) == 1)  # the one with nothing to do has stopped
        assert not answer.done()
        fcntl.flock(lock, fcntl.LOCK_UN)

        found = answer.result(timeout=30)

    assert found == (303, url)
    assert server.process.wait(timeout=30) == 0
    attempt = url.split("/")[2].replace("-", "")
    ((name, stored),) = server.rows(f"SELECT item, answer FROM response WHERE attempt_id = '{attempt}'")
    assert (name, json.loads(stored)) == (item.id, item.right_answer)


def test_a_server_that_is_stopped_while_it_starts_stops_at_once(demonstration, tmp_path):
    server = Server(shutil.copytree(demonstration, tmp_path / "instance"), free_port(), "loading:app")
    server.launch()
    try:
        wait_until((server.instance / "loading").exists)

        server.process.terminate()

        assert server.process.wait(timeout=serve.LONGEST_STOP - 5) == 0
    finally:
        server.stop()


def test_a_worker_that_dies_is_replaced(two_workers):
    server = two_workers
    first, second = workers(server)

    os.kill(first, signal.SIGKILL)

    wait_until(lambda: len(workers(server)) == 2 and first not in workers(server))
    os.kill(second, signal.SIGKILL)
    wait_until(lambda: len(workers(server)) == 2 and second not in workers(server))
    wait_until(lambda: is_ready(server))
    assert server.process.poll() is None


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


def test_a_second_server_on_the_same_address_is_refused_in_one_line(own_server, demonstration, tmp_path):
    other = shutil.copytree(demonstration, tmp_path / "other")
    listen = {"COURSE_LISTEN": f"127.0.0.1:{own_server.port}"}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "serve"]

    refused = subprocess.run(
        command,
        cwd=PROJECT,
        env={**environment(other), **listen},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert (refused.returncode, refused.stdout, len(refused.stderr.splitlines())) == (1, "", 1)
    assert f"Det går inte att lyssna på 127.0.0.1:{own_server.port}" in refused.stderr


def test_of_two_servers_that_start_at_once_on_an_address_one_serves(demonstration, tmp_path):
    port = free_port()
    servers = [Server(shutil.copytree(demonstration, tmp_path / name), port) for name in ("one", "other")]
    for server in servers:
        (server.instance / "config.toml").write_text(f'listen = "127.0.0.1:{port}"\nworkers = 1\n')
        server.launch([sys.executable, "-m", "flask", "--app", "wsgi", "serve"])
    try:
        wait_until(lambda: is_ready(servers[0]) and any(each.process.poll() for each in servers))

        assert sorted(each.process.poll() or 0 for each in servers) == [0, 1]
    finally:
        for server in servers:
            server.stop()


def test_a_server_may_start_where_another_has_just_stopped(two_workers):
    two_workers.stop()

    two_workers.launch([sys.executable, "-m", "flask", "--app", "wsgi", "serve"])

    wait_until(lambda: is_ready(two_workers))
