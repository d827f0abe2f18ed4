"""The server is killed between the commit and the reply: the answer is there, once, and is shown when sent again."""

import json
from contextlib import closing

import pytest
from answering import form_of
from served import TOKEN, Client, Lost

ANNAS = """\
SELECT item, answer FROM response WHERE attempt_id IN (
    SELECT attempt.id FROM attempt JOIN person ON person.id = attempt.person_id WHERE person.key = 'anna')"""


@pytest.fixture
def client(own_server):
    with closing(Client(own_server)) as client:
        yield client


def test_an_answer_is_stored_once_although_its_sender_never_heard_of_it(client, quiz):
    server = client.server
    client.post("/logga-in", "/logga-in", namn="anna", losenord=server.passwords["anna"])
    status, url = client.post("/forsok", "/stod", kurs="hot-och-vald", modul=quiz.module)
    assert status == 303
    item = quiz.items[url.rpartition("/")[2]]
    wrong = item.wrong_answers[0]
    sent, other = form_of(item, wrong), form_of(item, item.right_answer)
    token = TOKEN.search(client.get(url))[1]
    client.close()
    server.stop()

    server.target = "dying:app"
    server.start()
    with pytest.raises(Lost):
        client.send(url, csrf_token=token, **sent)
    server.stop()

    stored = server.rows(ANNAS)
    assert [(name, json.loads(answer)) for name, answer in stored] == [(item.id, wrong)]

    server.target = "wsgi:app"
    server.start()
    assert client.send(url, csrf_token=token, **sent) == (303, url)
    assert "Du har redan svarat" not in client.get(url)
    assert client.send(url, csrf_token=token, **other) == (303, f"{url}?redan=ja")
    page = client.get(f"{url}?redan=ja")
    assert "Du har redan svarat" in page
    assert "Rätt: fråga" not in page
    assert server.rows(ANNAS) == stored
    assert server.rows("PRAGMA integrity_check") == [("ok",)]
