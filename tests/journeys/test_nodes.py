"""INSTALL.md's chapters 9 and 10, followed: two nodes on one PostgreSQL behind one proxy."""

import json
import re
import shutil

import psycopg
import pytest
from browsing import PASSWORD
from conftest import need
from served import free_port

from journeys import units
from journeys.guide import Machine, chapter, steps
from journeys.proxy import Visitor, certify, need_programs, stop_nginx

UPSTREAM = re.compile(r"^upstream course_app {.*?^}\n", re.DOTALL | re.MULTILINE)


def settle(machine, secret):
    """Chapters 1 to 3 on PostgreSQL, up to the commands of chapter 3."""
    for number in (1, 2):
        machine.follow(number)
    for number in (3, 9):
        machine.write(number)
    config = machine.root / "etc/course/config.toml"
    text = config.read_text(encoding="utf-8")
    # The tests' PostgreSQL knows no system users, so the role is named.
    said = '"postgresql+psycopg:///course?host=/var/run/postgresql"'
    assert said in text
    text = text.replace(said, f'"postgresql+psycopg://course@/course?host={machine.environment["PGHOST"]}"')
    config.write_text(f'{text}secret_key = "{secret}"\n', encoding="utf-8")


def pass_to(machine, *apps):
    """Let the proxy of the machine hand on to these ports, as chapter 10 says."""
    upstream = UPSTREAM.search(chapter(10))[0]
    for address, app in zip(("10.0.0.11:8000", "10.0.0.12:8000"), apps, strict=True):
        assert address in upstream
        upstream = upstream.replace(address, f"127.0.0.1:{app}")
    site = machine.root / "etc/nginx/sites-available/course"
    site.write_text(UPSTREAM.sub(upstream, site.read_text(encoding="utf-8")), encoding="utf-8")


def served(node):
    """How many pages of *Drift* the node has shown."""
    lines = (node.root / "run/course.log").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.startswith("{")]
    return sum(row.get("route") == "/drift" and row["status"] == 200 for row in rows)


@pytest.fixture
def nodes(postgresql_server, tmp_path):
    """Two nodes, and the proxy on the first; `said` holds what the commands on the first printed."""
    need_programs()
    need("PostgreSQL's client", "apt-get install postgresql", found=shutil.which("createuser") is not None)
    first = Machine(tmp_path / "a", app=free_port(), http=free_port(), https=free_port())
    second = Machine(tmp_path / "b", app=free_port())
    try:
        secret = first.run(re.search(r"`(python3 -c .*?)` \|", chapter(10))[1]).strip()
        for node in (first, second):
            node.environment = {"PGHOST": re.search(r"host=(\S+)", postgresql_server)[1], "PGUSER": "postgres"}
            settle(node, secret)
        first.said = first.run(steps(9) + steps(3))
        second.run(steps(3).replace("course data init --real\n", ""))
        for node in (first, second):
            node.follow(4)
        certify(first)
        first.write_nginx_conf()
        first.write(5)
        pass_to(first, first.app, second.app)
        first.run(steps(5))
        yield first, second
    finally:
        stop_nginx(first)
        for node in (first, second):
            units.stop(node.root, "course")
        with psycopg.connect(f"{postgresql_server} dbname=postgres", autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS course WITH (FORCE)")
            connection.execute("DROP ROLE IF EXISTS course")


def test_nobody_notices_which_node_serves_them_or_that_one_is_stopped(nodes):
    first, second = nodes
    visitor = Visitor(first.https, first.root / "etc/ssl/course/fullchain.pem")
    code = re.search(r"Engångskod för admin: (\S+)", first.said)[1]

    signed_in = visitor.post("/kod", "/kod", namn="admin", kod=code, losenord=PASSWORD, losenord2=PASSWORD)
    before = [visitor.get("/drift").status for _ in range(8)]
    both = served(first), served(second)
    units.stop(first.root, "course")
    after = [visitor.get("/drift").status for _ in range(8)]
    form = visitor.post("/logga-ut", "/stod")

    assert signed_in.status == 303
    assert before == [200] * 8
    assert min(both) > 0
    assert sum(both) == 8
    assert after == [200] * 8
    assert served(second) - both[1] == 8
    assert form.status == 303
