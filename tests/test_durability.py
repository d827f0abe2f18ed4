"""Nothing acknowledged is lost, doubled or invented: `durability.py` in short.

How long anything takes is for the script; here only what is stored and what was said counts.
"""

import os
import subprocess
from contextlib import closing

import pytest
from browsing import PASSWORD
from conftest import need, postgresql_url
from durability import (
    fill_the_disk,
    found_wrong,
    instance_with,
    kill_again_and_again,
    learning,
    small_disk,
    told,
    write_at_once,
)
from served import Client, served, wait_until


def check(found, *statuses):
    """Nothing is wrong with what is stored, and nobody met any other status."""
    assert (found["wrong"], found["faults"]) == ({}, [])
    assert set(found["statuses"]) <= set(statuses)
    assert found["acknowledged"] > 0


def test_a_server_that_is_killed_again_and_again_keeps_every_answer_it_acknowledged(tmp_path):
    found = kill_again_and_again(tmp_path / "instance", kills=3, count=16)

    check(found, 200, 303)
    assert found["broken connections"] > 0
    assert found["sent again"] > 0


def test_of_many_who_write_at_once_all_get_through(tmp_path):
    found = write_at_once(tmp_path / "instance", processes=2, threads=16, writes=10)

    assert (found["wrong"], found["faults"]) == ({}, [])
    assert found["a write, ms"]["of"] == 320


@pytest.fixture
def disk(tmp_path):
    """A disk that is soon full."""
    need("A disk of the test's own", "run as root", found=os.geteuid() == 0)
    try:
        with small_disk(tmp_path / "disk", 24) as folder:
            yield folder
    except subprocess.CalledProcessError:
        pytest.skip("a disk of the test's own may not be mounted here")


def test_when_the_disk_is_full_answers_wait_on_the_page_and_are_saved_when_there_is_room(disk):
    found = fill_the_disk(disk, count=4, seconds=0.5)

    check(found, 200, 303, 503)
    assert found["refused and kept"] > 0


def test_when_postgresql_goes_away_and_comes_back_everybody_goes_on_by_themselves(postgresql, tmp_path):
    url = postgresql_url(postgresql.address, postgresql.new_database())
    keys = instance_with(tmp_path / "instance", 4, COURSE_DATABASE_URL=url)
    server = served(tmp_path / "instance", workers=2, more={"COURSE_DATABASE_URL": url})
    try:
        with learning(server, keys) as learners, closing(Client(server)) as client:
            client.post("/logga-in", "/logga-in", namn=keys[0], losenord=PASSWORD)
            wait_until(lambda: all(learner.acknowledged for learner in learners))
            postgresql.stop()
            try:
                wait_until(lambda: all(learner.statuses[503] for learner in learners))
                page = client.ask("GET", "/kurs/")
            finally:
                postgresql.start()
            heard = [len(learner.acknowledged) for learner in learners]
            wait_until(lambda: all(len(each.acknowledged) > was for each, was in zip(learners, heard, strict=True)))
    finally:
        server.stop()

    check(told(learners, found_wrong(server, learners)), 200, 303, 503)
    assert page.status == 503
    assert "Det går inte att spara just nu" in page.text
