"""Whatever is sent to whichever route: an answer below 500, no traceback, and nothing changed."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

import pytest
import time_machine
from argon2 import PasswordHasher
from browsing import browser, everything, furnished, routes
from finding import find
from test_roster_file import ANNA, BAD_CELLS, BO, csv
from test_sheet import BAD_EXCEL, NO_TABLE
from world import token

from course.access import password
from course.db import newest_instant

postgresql_only = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ODD = [
    # nothing, and white space
    *("", " ", "\t", "\n", "\r\n", "\u00a0", "\u200b", "\u3000", "\ufeff", "\u2060"),
    # characters that databases and terminals mind
    *("\0", "a\0b", "\x01", "\x07", "\x1b[31m", "\x7f", "\x85", "\u2028", "\u202e", "\ufffe", "\uffff", "\U0010ffff"),
    # not UTF-8: cut short, too long, surrogates, latin-1
    *(b"\xff", b"\xc3", b"\xe2\x82", b"\xc0\x80", b"\xed\xa0\x80", b"\xed\xb2\x80", b"\xf4\x90\x80\x80"),
    *(b"\xe5\xe4\xf6", b"\xfe\xffa"),
    # names of things that are, nearly
    *("MODUL", "modul ", " modul", "modul/", "./modul", "modul%00", "mödul", "ｍｏｄｕｌ", "modul\u0301"),
    # paths
    *("..", "../..", "../../etc/passwd", "..%2f..%2fetc%2fpasswd", "....//", "/etc/passwd", "//etc", "\\..\\", "~root"),
    *("file:///etc/passwd", "C:\\", ".env", ".git/config", "%2e%2e", "%252e%252e", "%", "%%", "%zz", "%u0041"),
    # numbers
    *("0", "-0", "-1", "1", "01", "1.0", "1e9", "1e999", "NaN", "inf", "-inf", "0x10", "1_000", "٣", "²", "１"),
    *(str(2**31), str(2**32), str(2**63 - 1), str(2**63), str(-(2**63) - 1), str(2**64), "9" * 400),
    # ids of attempts, nearly
    *("00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "{00000000-0000-4000-8000-00}"),
    *("urn:uuid:00000000-0000-4000-8000-000000000000", "g" * 36, "0" * 32, "00000000000000000000000000000000-"),
    # SQL
    *("'", "''", '"', "`", "';--", "' OR '1'='1", "1; DROP TABLE person", "1) UNION SELECT 1--", "\\'", "$$", "%s"),
    *("{}", "{0}", "{x.__class__}", "%(a)s", ":a", "(?1)", "?", "*", "_", "a%", "[a-z]", "NULL", "None", "undefined"),
    # HTML, scripts, templates
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg onload=alert(1)>', "javascript:alert(1)"),
    *("</title><script>", "<!--", "]]>", "&lt;", "&#0;", "{{7*7}}", "{% raise %}", "${7*7}", "#{7*7}", "<%= 7*7 %>"),
    # headers and logs
    *("a\r\nSet-Cookie: a=b", "a\nX: y", "%0d%0aX:y", '{"level":"x"}', "\r", "\n\n\n"),
    # other syntaxes
    *("a=b", "a&b", "a;b", "a,b", "a|b", "a#b", "a?b", "a b", "a+b", "[]", "[[]]", "a[]", "a[0]", "a.b", "__proto__"),
    *("constructor", "__class__", "self", "true", "false", "on", "CON", "aux", "nul", "null"),
    # days and instants, nearly
    *("2026-02-30", "2026-13-01", "0000-00-00", "9999-12-31", "10000-01-01", "2026-W01-1", "20260101", "26-1-1"),
    *("2026-01-01T00:00:00", "2026-01-01T24:00:00Z", "2026-01-01T00:00:60Z", "2026-01-01T00:00:00+25:00"),
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "2026-01-01T00:00:00.0000000000001Z", "-2026-01-01"),
    *("nu", "idag", "now()", "2026-01-01 00:00", "T", "Z", "2026-01-01T12:00:00[Europe/Stockholm]"),
    # long and mixed
    *("a" * 255, "a" * 256, "a" * 5000, "å" * 3000, "🙂" * 500, "e" + "\u0301" * 500, "(" * 500, "[" * 500),
    *("../" * 500, "ß", "İ", "ﬁ", "Ω", "ー", "ي", "\U0001f469\u200d\U0001f467", "\u0130", "a\u0335"),
]


def raw(value):
    return quote(value, safe="")


def calm(answer, what):
    """The status of an answer that shows no defect."""
    assert answer.status_code < 500, what
    assert "Traceback" not in answer.text, what
    assert "<script>alert" not in answer.text, what
    assert not re.search(r"[\r\n]", "".join(answer.headers.values())), what
    return answer.status_code


class Watch:
    """Knows whether the database has changed, but for failed tries to sign in, which are counted."""

    def __init__(self, world):
        self.world = world
        self.seen()

    def seen(self):
        self.instant, self.rows = self._instant(), self._rows()

    def check_unchanged(self, what, *but):
        """Nothing has changed, but maybe the tables that are named."""
        if self._instant() != self.instant:  # every write raises it
            before = self.rows
            self.seen()
            assert {table for table in before if self.rows[table] != before[table]} <= set(but), what

    def _instant(self):
        self.world.db.rollback()
        return newest_instant(self.world.db)

    def _rows(self):
        rows = everything(self.world.app)
        return {table: rows[table] for table in rows if table not in ("throttle", "installation")}


class Sender:
    """Sends as somebody, each time from another address, and begins a new session when something was done."""

    def __init__(self, world, watch, who):
        self.world, self.watch, self.who = world, watch, who
        self.sent = 0
        self.begin()

    def begin(self):
        self.client = browser(self.world, self.who)
        self.token = token(self.client, "/logga-in" if self.who is None else "/stod")
        self.watch.seen()

    def send(self, method, url, what, **more):
        """The answer, which is calm; whoever is refused has changed nothing."""
        self.sent += 1
        environ = {"REMOTE_ADDR": f"10.1.{self.sent // 250}.{self.sent % 250}", **more.pop("environ", {})}
        answer = self.client.open(url, method=method, environ_overrides=environ, **more)
        if calm(answer, what) >= 400 or method == "GET":
            self.watch.check_unchanged(what, "audit_entry")  # looking at people is logged, also below a refusal
        else:
            self.begin()
        return answer


@pytest.fixture
def found(world, monkeypatch):
    """Everything there is to send to; passwords are hashed quickly."""
    quick = PasswordHasher(memory_cost=8, time_cost=1, parallelism=1)
    monkeypatch.setattr(password, "_hasher", quick)
    monkeypatch.setattr(password, "_DUMMY", quick.hash("x"))
    return find(world)


def values(world, turn, step):
    """Every value of so many, others in each turn; fewer on PostgreSQL, since most never reach a database."""
    step *= 1 if world.db.get_bind().dialect.name == "sqlite" else 3
    return ODD[turn % step :: step]


def test_every_form_that_can_be_sent_is_found_and_every_page_opened(world, found):
    sent = {rule.endpoint for rule, verb in routes(world.app) if verb == "POST"}
    opened = {rule.endpoint for rule, verb in routes(world.app) if verb == "GET"}

    assert {endpoint for endpoint, _ in found.forms} == sent
    assert set(found.who) == opened
    assert found.names["report.coverage"] >= {"per", "kand", "kurs", "format"}
    assert found.names["login.sign_in"] == {"till", "sparat", "utloggad"}


def test_odd_values_in_the_addresses_of_every_route(world, found):
    watch = Watch(world)
    senders = {
        who: Sender(world, watch, who)
        for who in {*found.who.values(), *(form.who for form in found.forms.values()), "bo", "hr"}
    }
    seen, sent = set(), 0

    for turn, (rule, verb) in enumerate(routes(world.app)):
        forms = [form.who for (endpoint, _), form in found.forms.items() if endpoint == rule.endpoint]
        sender = senders[found.who[rule.endpoint] if verb == "GET" else forms[0]]
        for name in sorted(rule.arguments):
            for value in values(world, turn, 4):
                url = found.address(rule, **{name: raw(value)})
                form = {"csrf_token": sender.token} if verb == "POST" else None
                seen.add(sender.send(verb, url, (rule.rule, name, value), data=form).status_code)
                sent += 1
    for value in ODD:
        seen.add(senders["bo"].send("GET", f"/{raw(value)}", value).status_code)

    assert len(ODD) >= 200
    assert sent >= 270
    # A slash makes it the address of another page, which the sender may not open: 403.
    assert seen <= {200, 303, 308, 400, 403, 404, 405, 409, 422}


def test_odd_values_in_the_queries_of_every_page(world, found):
    watch = Watch(world)
    sent = 0

    for rule, verb in routes(world.app):
        if verb != "GET":
            continue
        sender, url = Sender(world, watch, found.who[rule.endpoint]), found.address(rule)
        for turn, name in enumerate(sorted(found.names[rule.endpoint])):
            for value in values(world, turn, 4):
                status = sender.send("GET", f"{url}?{name}={raw(value)}", (url, name, value)).status_code
                assert status in (200, 303, 400, 404, 422), (url, name, value)
                sent += 1
        for query in ("&" * 5000, "=" * 5000, "a=b&" * 5000, "%", "%ff=%ff", "a[]=b&a[b]=c"):
            assert sender.send("GET", f"{url}?{query}", (url, query[:50])).status_code in (200, 303, 400)

    assert sent >= 100


URLENCODED = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=b"
PART = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
FILE = '--b\r\nContent-Disposition: form-data; name="{}"; filename="{}"\r\n\r\n{}\r\n'
END = "--b--\r\n"


@postgresql_only  # on SQLite, see test_hostile_bodies.py
def test_odd_values_in_every_field_of_every_form(world, found):
    watch = Watch(world)
    sent = 0

    for form in found.forms.values():
        sender = Sender(world, watch, form.who)
        for turn, name in enumerate(form.fields):
            for value in values(world, turn, 9 if name != "csrf_token" else 40):
                fields = {**form.fields, "csrf_token": [sender.token], name: []}
                body = f"{urlencode(fields, doseq=True)}&{name}={raw(value)}"
                sender.send("POST", form.url, (form.url, name, value), data=body, content_type=URLENCODED)
                sent += 1

    assert sent >= 200


def test_a_form_cut_short_is_refused_and_one_without_a_length_too(world, found):
    watch = Watch(world)

    for form in found.forms.values():
        sender = Sender(world, watch, form.who)
        body = urlencode({**form.fields, "csrf_token": [sender.token]}, doseq=True).encode()
        whole = {"data": body, "content_type": URLENCODED}
        cut = sender.send("POST", form.url, form.url, **whole, environ={"CONTENT_LENGTH": str(len(body) + 1)})
        chunked = sender.send("POST", form.url, form.url, **whole, headers={"Transfer-Encoding": "chunked"})
        assert (cut.status_code, chunked.status_code) == (400, 411)


BAD_LISTS = {
    **{name: content for table in (NO_TABLE, BAD_EXCEL) for name, (content, *_) in table.items()},
    **{f"a good row and one with {name} {text[:20]!r}": csv(BO, {**ANNA, name: text}) for name, text, _ in BAD_CELLS},
}
"""Files that are no list of employees, and none of officials or completions either."""


@sqlite_only
@pytest.mark.parametrize("kind", ["employees", "officials"])
def test_no_bad_list_that_hr_sends_changes_anything(world, kind):
    furnished(world)
    watch = Watch(world)
    hr = Sender(world, watch, "hr")

    with time_machine.travel(datetime.now(UTC)) as clock:
        for name, content in BAD_LISTS.items():
            form = {"csrf_token": hr.token, "sort": kind, "per": "2026-02-01", "kalla": ""}
            head = "".join(PART.format(*field) for field in form.items()) + FILE.format("fil", "lista", "|{}|")
            before, _, after = (head + END).partition("|{}|")
            body = before.encode() + content + after.encode()
            sent = hr.send("POST", "/personer/import", name, data=body, content_type=PARTS)
            assert sent.status_code in (413, 422), name
            clock.shift(timedelta(seconds=13))  # five lists a minute are let in

    assert len(BAD_LISTS) >= 66


@sqlite_only
@pytest.mark.parametrize("words", [("people", "import"), ("people", "import-officials"), ("completion", "import")])
def test_no_bad_list_that_a_command_reads_changes_anything(world, runner, tmp_path, words):
    furnished(world)
    watch = Watch(world)
    path = tmp_path / "lista"

    for name, content in BAD_LISTS.items():
        path.write_bytes(content)
        result = runner.invoke(args=[*words, str(path), "--apply"])
        assert (result.exit_code, type(result.exception)) == (1, SystemExit), name
        assert result.output.strip(), name
        watch.check_unchanged(name)


@sqlite_only
def test_a_body_of_ten_megabytes_is_refused(world):
    furnished(world)
    client = browser(world, "bo")
    before = everything(world.app)

    statuses = {
        client.post(url, data=b"x" * 10_000_000, content_type=content_type).status_code
        for url in ("/logga-in", "/forsok")
        for content_type in (URLENCODED, PARTS)
    }

    assert statuses == {413}
    assert everything(world.app) == before


READ_HEADERS = (
    *("Accept", "Accept-Language", "Accept-Encoding", "Authorization", "Cache-Control", "Cookie", "User-Agent"),
    *("If-None-Match", "If-Modified-Since", "If-Range", "Range", "X-Request-Id", "X-HTTP-Method-Override"),
)
WRITE_HEADERS = ("Content-Type", "Origin", "Referer", "Sec-Fetch-Site", "X-CSRFToken", "X-Forwarded-For")
HEADER_VALUES = (
    *("", " ", "\x01", "\x7f", "\xff\xfe", "å", "a" * 8000, ",", ";", "=", "a=b; c=d", '"', "W/", 'W/"', "*", "null"),
    *("bytes=0-", "bytes=-1,5-2", "http://[", "//", "../..", "Basic AAAA", "Basic \xff", "Bearer x.y.z", "DELETE"),
    *("session=.eJx", "session=a.b.c", "__Host-session=x", "session=" + "a" * 4000, "Thu, 99 Foo 2026", "127.0.0.1, x"),
)


@sqlite_only
def test_odd_headers(world):
    _, begun = furnished(world)
    client = browser(world, "bo")
    form = {"csrf_token": token(client)}
    before = everything(world.app)

    for value in HEADER_VALUES:
        for name in READ_HEADERS:
            calm(client.get("/kurs/kurs/modul/borjan", headers={name: value}), (name, value))
        for name in WRITE_HEADERS:
            calm(client.post(f"/forsok/{begun.id}/fraga/andra", data=form, headers={name: value}), (name, value))

    assert len(HEADER_VALUES) * len(READ_HEADERS + WRITE_HEADERS) >= 319
    assert everything(world.app) == before
