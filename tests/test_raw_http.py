"""The real server, met by bytes that no browser sends and by clients that send or read slowly."""

import re
import socket
import time
from contextlib import ExitStack, closing, contextmanager, suppress
from random import Random
from threading import Thread
from urllib.parse import urlencode

import pytest
from answering import asked
from browsing import PASSWORD, PASSWORD_HASH, Page
from durability import COURSE, MODULE, instance_with
from served import TOKEN, Client, Lost, environment, served, wait_until

from course import create_app
from course.access.actions import grant_role, set_password
from course.cli.serve import THREADS
from course.config import load_settings
from course.db import database, transaction
from course.organisation.queries import person_by_key
from course.web.arrival import ARRIVING, AT_WORK


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    instance = tmp_path_factory.mktemp("raw") / "instance"
    instance_with(instance, 2)
    app = create_app(load_settings(environment(instance)))
    with app.app_context():
        with transaction() as (db, at):
            person = person_by_key(db, "larande-1").id
            grant_role(db, person, "hr", since=at.date(), by=None, at=at)  # ends the password
            set_password(db, person, PASSWORD_HASH, by=None, at=at)
        database.engine.dispose()
    server = served(instance)
    yield server
    server.stop()


@pytest.fixture
def client(server):
    """Somebody signed in."""
    with closing(Client(server)) as client:
        client.post("/logga-in", "/logga-in", namn="larande-0", losenord=PASSWORD)
        yield client


@pytest.fixture
def question(client):
    """The address of a question that the client has come to."""
    return client.post("/forsok", "/stod", kurs=COURSE, modul=MODULE)[1]


def stored(server):
    return server.rows("SELECT attempt_id, item, answer FROM response ORDER BY attempt_id, item")


@contextmanager
def connected(server, sent, buffer=None):
    """A connection on which something has been sent."""
    with socket.socket() as connection:
        if buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        connection.connect(("127.0.0.1", server.port))
        with suppress(ConnectionError):  # the server may have had enough
            connection.sendall(sent)
        yield connection


def status_of(connection, patience=0.5):
    """The status of the first answer; None when the server closes without one, told that nothing more will come."""
    connection.settimeout(patience)
    got = b""
    while b"\r\n" not in got:
        try:
            more = connection.recv(65_536)
        except TimeoutError:
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(20)
            continue
        except ConnectionResetError:
            more = b""
        if not more:
            return None
        got += more
    return int(re.match(rb"HTTP/1\.[01] (\d+)", got)[1])


HOST = b"Host: 127.0.0.1\r\n"
FORM = HOST + b"Content-Type: application/x-www-form-urlencoded\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
REQUESTS = {
    "length and chunks": (
        b"POST /logga-in HTTP/1.1\r\n"
        + FORM
        + b"Content-Length: 6\r\n"
        + CHUNKED
        + b"\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n"
    ),
    "chunks": b"POST /logga-in HTTP/1.1\r\n" + FORM + CHUNKED + b"\r\n5\r\nnamn=\r\n0\r\n\r\n",
    "chunks that end too soon": b"POST /logga-in HTTP/1.1\r\n" + FORM + CHUNKED + b"\r\n5\r\nnamn=\r\nff\r\nx",
    "chunks of no size": b"POST /logga-in HTTP/1.1\r\n" + FORM + CHUNKED + b"\r\nzz\r\nnamn=\r\n0\r\n\r\n",
    "chunked twice": b"POST /logga-in HTTP/1.1\r\n" + FORM + CHUNKED + CHUNKED + b"\r\n0\r\n\r\n",
    "an unknown coding": b"POST /logga-in HTTP/1.1\r\n" + FORM + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"POST /logga-in HTTP/1.1\r\n" + FORM + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nnamn=a",
    "a negative length": b"POST /logga-in HTTP/1.1\r\n" + FORM + b"Content-Length: -5\r\n\r\nnamn=",
    "a length of letters": b"POST /logga-in HTTP/1.1\r\n" + FORM + b"Content-Length: fem\r\n\r\nnamn=",
    "a length beyond all numbers": b"POST /logga-in HTTP/1.1\r\n"
    + FORM
    + b"Content-Length: "
    + b"9" * 30
    + b"\r\n\r\nn",
    "two hosts": b"GET / HTTP/1.1\r\n" + HOST + b"Host: evil.example\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "another host": b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "a whole address of another host": b"GET http://evil.example/logga-in HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "a folded header": b"GET / HTTP/1.1\r\n" + HOST + b"X-A: a\r\n b\r\n\r\n",
    "a space before the colon": b"GET / HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n",
    "a header without a name": b"GET / HTTP/1.1\r\n" + HOST + b": a\r\n\r\n",
    "NUL in a header": b"GET / HTTP/1.1\r\n" + HOST + b"X-A: a\0b\r\n\r\n",
    "latin-1 in a header": b"GET / HTTP/1.1\r\n" + HOST + b"Cookie: session=\xe5\xe4\xf6\r\n\r\n",
    "a lone line feed": b"GET /logga-in HTTP/1.1\nHost: 127.0.0.1\n\n",
    "a line of 70 kB": b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "a header of 70 kB": b"GET / HTTP/1.1\r\n" + HOST + b"X-A: " + b"a" * 70_000 + b"\r\n\r\n",
    "a cookie of 300 kB": b"GET / HTTP/1.1\r\n" + HOST + b"Cookie: session=" + b"a" * 300_000 + b"\r\n\r\n",
    "5 000 headers": b"GET / HTTP/1.1\r\n" + HOST + b"".join(b"X-%d: a\r\n" % n for n in range(5000)) + b"\r\n",
    "a path that is no UTF-8": b"GET /kurs/%ff%fe HTTP/1.1\r\n" + HOST + b"\r\n",
    "raw bytes in the path": b"GET /kurs/\xe5\xff HTTP/1.1\r\n" + HOST + b"\r\n",
    "raw bytes in the query": b"GET /logga-in?till=\xe5\xff HTTP/1.1\r\n" + HOST + b"\r\n",
    "the tunnel verb": b"CONNECT 127.0.0.1:22 HTTP/1.1\r\n" + HOST + b"\r\n",
    "the star": b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n",
    "a verb of its own": b"HITTEPA / HTTP/1.1\r\n" + HOST + b"\r\n",
    "a verb of 70 kB": b"G" * 70_000 + b" / HTTP/1.1\r\n" + HOST + b"\r\n",
    "HTTP/0.9": b"GET /\r\n\r\n",
    "HTTP/1.0 without a host": b"GET /logga-in HTTP/1.0\r\n\r\n",
    "HTTP/9.9": b"GET / HTTP/9.9\r\n" + HOST + b"\r\n",
    "HTTP/2 by prior knowledge": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "an upgrade to HTTP/2": b"GET / HTTP/1.1\r\n"
    + HOST
    + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
    "an upgrade to WebSocket": b"GET / HTTP/1.1\r\n"
    + HOST
    + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: YQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500,
    "nothing but zeros": b"\0" * 1000,
    "only line ends": b"\r\n" * 1000,
    "a body on a GET": b"GET /logga-in HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\n\r\nhello",
}


def test_bytes_that_no_browser_sends_are_answered_or_cut_off_and_change_nothing(server, client):
    before, memory = server.rows("SELECT written_us FROM installation"), server.memory()
    statuses = {}

    for name, sent in REQUESTS.items():
        with connected(server, sent) as connection:
            statuses[name] = status_of(connection)
        assert client.ask("GET", "/healthz").text == "lever\n", name

    assert {name: status for name, status in statuses.items() if status is not None and status >= 500} == {}
    refused = {name for name, status in statuses.items() if status is None or status >= 400}
    assert set(REQUESTS) - refused == {
        *("latin-1 in a header", "a lone line feed", "a header of 70 kB", "a cookie of 300 kB"),
        *("a path that is no UTF-8", "an upgrade to HTTP/2", "a body on a GET"),
    }
    assert server.rows("SELECT written_us FROM installation") == before
    assert server.memory() < memory + 100
    log = server.log.read_text(encoding="utf-8")
    assert not re.search("Traceback|panicked|smuggled", log)


def half_a_form(server, more=b""):
    """A form of which the beginning has come."""
    return connected(server, b"POST /logga-in HTTP/1.1\r\n" + FORM + b"Content-Length: 1000\r\n\r\nnamn=a" + more)


def answers(client, question):
    """Whether the client can answer a question."""
    return client.send(question, **form_for(client, question))


def form_for(client, question):
    """A form with an answer to the question."""
    page = client.ask("GET", question)
    return {"csrf_token": TOKEN.search(page.text)[1], **asked(Page(page)).pick(Random(1))}


def test_the_server_has_more_threads_than_may_wait():
    assert THREADS > ARRIVING + AT_WORK


def test_many_who_send_half_a_form_hold_up_nobody(server, client, question):
    with ExitStack() as stack:
        for _ in range(ARRIVING - 8):
            stack.enter_context(half_a_form(server))

        assert client.ask("GET", "/healthz").status == 200
        assert answers(client, question) == (303, question)


def refused(client, path, **form):
    """Whether the form was refused for now, with a page that says so; some browsers only see the connection break."""
    try:
        answer = client.ask("POST", path, form)
    except Lost:
        return refused(client, path, **form)
    if answer.status != 503:
        return False
    client.close()  # the server does so too, since it has not read the form
    assert answer.retry_after == "5"
    assert Page(answer).h1 == "Det går inte att spara just nu"
    return True


def test_when_too_many_send_half_a_form_pages_go_on_and_forms_are_told_to_come_back(server, client, question):
    form, wanted = form_for(client, question), asked(Page(client.ask("GET", question)))
    with ExitStack() as stack:
        while not refused(client, "/logga-in", namn=""):
            stack.enter_context(half_a_form(server))
        assert refused(client, question, **form)
        assert asked(Page(client.ask("GET", question))) == wanted

    wait_until(lambda: not refused(client, "/logga-in", namn=""))
    assert client.send(question, **form) == (303, question)


def test_those_who_send_a_byte_at_a_time_hold_up_nobody(server, client, question):
    with ExitStack() as stack:
        slow = [stack.enter_context(connected(server, b"GET / HTTP/1.1\r\n" + HOST + b"X-A: ")) for _ in range(100)]
        slow += [stack.enter_context(half_a_form(server)) for _ in range(20)]

        def drip():
            for _ in range(5):
                for connection in slow:
                    connection.sendall(b"a")
                time.sleep(0.2)

        dripping = Thread(target=drip)
        dripping.start()
        assert answers(client, question) == (303, question)
        assert client.ask("GET", "/healthz").status == 200
        dripping.join()


def test_those_who_never_read_hold_up_nobody(server, client, question):
    memory = server.memory()
    ask = b"GET /logga-in HTTP/1.1\r\n" + HOST + b"\r\n"
    with ExitStack() as stack:
        for _ in range(70):
            stack.enter_context(connected(server, ask * 200, buffer=4096))

        assert answers(client, question) == (303, question)
        assert client.ask("GET", "/healthz").status == 200
        assert server.memory() < memory + 200


@pytest.mark.parametrize("cut", [1, 8])
def test_half_an_answer_is_no_answer(server, client, question, cut):
    body = urlencode(form_for(client, question), doseq=True).encode()
    head = FORM + f"Cookie: {client.cookie}\r\nContent-Length: {len(body) + cut}\r\n\r\n".encode()
    before = stored(server)

    with connected(server, f"POST {question} HTTP/1.1\r\n".encode() + head + body) as connection:
        assert status_of(connection) == 400

    assert stored(server) == before


def test_half_a_large_list_is_no_list(server):
    rows = "".join(f"{n};Ny;Ek;E1;Enhet;tillsvidare;2026-01-01\r\n" for n in range(49_000))
    table = f"anstallningsnummer;fornamn;efternamn;enhetskod;enhet;anstallningsform;fran\r\n{rows}"
    with closing(Client(server)) as hr:
        hr.post("/logga-in", "/logga-in", namn="larande-1", losenord=PASSWORD)
        given = {"csrf_token": TOKEN.search(hr.get("/personer/import"))[1], "sort": "employees", "per": "2026-02-01"}
    part = '--b\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n{}\r\n'
    body = "".join(part.format(name, "", value) for name, value in given.items())
    body = (body + part.format("fil", '; filename="lista.csv"', table) + "--b--\r\n").encode()
    head = (
        f"POST /personer/import HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {hr.cookie}\r\nContent-Length: {len(body)}\r\n"
    )
    head += "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
    assert len(body) > 2_000_000

    with connected(server, head.encode() + body[:-2000]) as connection:
        assert status_of(connection) == 400
    assert server.rows("SELECT count(*) FROM import_draft") == [(0,)]
    with connected(server, head.encode() + body) as connection:
        assert status_of(connection, patience=120) == 303
    assert server.rows("SELECT count(*) FROM import_draft") == [(1,)]


def test_after_all_that_the_server_is_small(server, client):
    assert client.ask("GET", "/healthz").status == 200
    assert server.memory() < 600
