"""Twenty identical answers at once, on the real server: one answer, one result, and twenty equal replies."""

import random
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier

import pytest
from answering import asked
from browsing import PASSWORD, Page
from conftest import postgresql_url
from durability import COURSE, MODULE, instance_with
from served import TOKEN, Client, environment, served
from sqlalchemy import func, select

from course import create_app
from course.config import load_settings
from course.db import database
from course.learning.tables import Completion
from course.quiz.tables import Attempt, Response, Result

COUNT = 20


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request, tmp_path):
    """Two workers on each engine, and one learner."""
    more = {}
    if request.param == "postgresql":
        postgresql = request.getfixturevalue("postgresql")
        more = {"COURSE_DATABASE_URL": postgresql_url(postgresql.address, postgresql.new_database())}
    instance_with(tmp_path / "instance", 1, **more)
    server = served(tmp_path / "instance", workers=2, more=more)
    yield server
    server.stop()


def stored(server):
    """(attempts, answers, results, completions)."""
    app = create_app(load_settings({**environment(server.instance), **server.more}))
    with app.app_context():
        tables = (Attempt, Response, Result, Completion)
        counts = tuple(database.session.scalar(select(func.count()).select_from(table)) for table in tables)
        database.session.close()
        database.engine.dispose()
    return counts


def to_last_question(client):
    """Begin an attempt and answer all its questions but one; gives that one's path and form."""
    client.post("/logga-in", "/logga-in", namn="larande-0", losenord=PASSWORD)
    path = client.post("/forsok", "/stod", kurs=COURSE, modul=MODULE)[1]
    attempt, chance = path.partition("/fraga/")[0], random.Random(1)
    while True:
        page = client.ask("GET", path)
        form = {"csrf_token": TOKEN.search(page.text)[1], **asked(Page(page)).pick(chance)}
        number, total = map(int, re.search(r"Fråga (\d+) av (\d+)", page.text).groups())
        if number == total:
            return path, form
        assert client.send(path, **form) == (303, path)
        path = client.ask("GET", attempt).location


def send_at_once(server, cookie, path, form):
    """What each of COUNT windows is answered, all of one session, and what it then sees."""
    ready = Barrier(COUNT)

    def one(_):
        with closing(Client(server)) as client:
            client.cookie = cookie
            client.get("/healthz")  # it is connected
            ready.wait()
            return client.send(path, **form), re.sub(r'value="[^"]+"', "", client.get(path))

    with ThreadPoolExecutor(COUNT) as threads:
        return list(threads.map(one, range(COUNT)))


def test_twenty_identical_answers_at_once_are_one_answer_one_result_and_twenty_equal_replies(server):
    with closing(Client(server)) as client:
        path, form = to_last_question(client)
        attempts, answers, results, _ = stored(server)
        assert (attempts, results) == (1, 0)

        replies = send_at_once(server, client.cookie, path, form)

        statuses, pages = [reply for reply, _ in replies], {page for _, page in replies}
        assert statuses == [(303, path)] * COUNT
        assert len(pages) == 1
        assert "Ditt svar" in pages.pop()
        after = stored(server)
        assert after[:3] == (1, answers + 1, 1)
        assert after[3] <= 1
