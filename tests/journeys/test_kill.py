"""The server is killed between the commit and the reply: the answer is there, once, and is shown when sent again."""

import re
import urllib.request
from http.client import RemoteDisconnected
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode

import pytest


class Client:
    """Just enough of a browser: cookies and forms, and no following of redirects."""

    def __init__(self, server):
        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_):
                return None

        self.server = server
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()), Stay)

    def get(self, path):
        with self.opener.open(self.server.url + path) as response:
            return response.read().decode()

    def post(self, path, page, **form):
        """(status, where to) after the form was sent with the token of the page."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get(page))[1]
        return self.send(path, csrf_token=token, **form)

    def send(self, path, **form):
        try:
            self.opener.open(self.server.url + path, urlencode(form).encode())
        except HTTPError as answer:
            with answer:
                return answer.status, answer.headers["Location"]
        raise AssertionError("the product answers every form with a redirect or a refusal")


ANNAS = """\
SELECT item, answer FROM response WHERE attempt_id IN (
    SELECT attempt.id FROM attempt JOIN person ON person.id = attempt.person_id WHERE person.key = 'anna')"""


def test_an_answer_is_stored_once_although_its_sender_never_heard_of_it(own_server, quiz):
    server = own_server
    client = Client(server)
    client.post("/logga-in", "/logga-in", namn="anna", losenord=server.passwords["anna"])
    status, url = client.post("/forsok", "/stod", kurs="hot-och-vald", modul=quiz.module)
    assert status == 303
    item = quiz.items[url.rpartition("/")[2]]
    right = next(choice.id for choice in item.choices if choice.right)
    wrong = next(choice.id for choice in item.choices if not choice.right)
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(url))[1]
    server.stop()

    server.target = "dying:app"
    server.start()
    with pytest.raises((RemoteDisconnected, ConnectionResetError)):
        client.send(url, csrf_token=token, svar=wrong)
    server.stop()

    stored = server.rows(ANNAS)
    assert stored == [(item.id, f'["{wrong}"]')]

    server.target = "wsgi:app"
    server.start()
    assert client.send(url, csrf_token=token, svar=wrong) == (303, url)
    assert "Du har redan svarat" not in client.get(url)
    assert client.send(url, csrf_token=token, svar=right) == (303, f"{url}?redan=ja")
    page = client.get(f"{url}?redan=ja")
    assert "Du har redan svarat" in page
    assert "Inte riktigt" in page
    assert server.rows(ANNAS) == stored
    assert server.rows("PRAGMA integrity_check") == [("ok",)]
