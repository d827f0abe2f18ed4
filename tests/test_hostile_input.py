"""Whatever is sent to whichever route: an answer below 500, no traceback, and nothing changed."""

import re
from urllib.parse import quote

import pytest
from browsing import address, browser, everything, furnished, routes
from world import token

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
TO_THE_DATABASE = ("/media/{}", "/forsok/{}/fraga/forsta")
TO_MEMORY = (
    *("/kurs/{}", "/kurs/kurs/{}", "/kurs/kurs/modul/{}", "/kurs/{}/klar"),
    *("/forsok/ATTEMPT/fraga/{}", "/static/{}", "/{}"),
)


def raw(value):
    return quote(value, safe="")


def calm(answer, what):
    """The status of an answer that shows no defect."""
    assert answer.status_code < 500, what
    assert "Traceback" not in answer.text, what
    assert not re.search(r"[\r\n]", "".join(answer.headers.values())), what
    return answer.status_code


def refused(answer, what):
    """Whether the form was refused, by a page of its own or back at the question."""
    return calm(answer, what) in (400, 404, 413, 422) or (answer.location or "").endswith("?fel=ja")


def test_odd_values_in_paths(world):
    finished, _ = furnished(world)
    client = browser(world, "anna")
    on_sqlite = world.db.get_bind().dialect.name == "sqlite"
    before = everything(world.app)
    seen = set()

    for pattern in TO_THE_DATABASE + (TO_MEMORY if on_sqlite else ()):
        for value in ODD:
            path = pattern.replace("ATTEMPT", str(finished.id)).format(raw(value))
            seen.add(calm(client.get(path), (pattern, value)))

    assert len(ODD) >= 200
    assert seen <= {200, 303, 308, 400, 404}
    assert everything(world.app) == before


@sqlite_only
def test_odd_values_in_queries(world):
    furnished(world)
    hr, nobody = browser(world, "hr"), browser(world)
    before = everything(world.app)

    for value in ODD:
        for name in ("per", "kand", "kurs", "format"):
            status = calm(hr.get(f"/rapport/tackning?{name}={raw(value)}"), (name, value))
            assert status in (200, 400, 404, 422), (name, value)
        assert calm(nobody.get(f"/logga-in?till={raw(value)}"), value) in (200, 400)
    for query in ("per", "per=2026-01-01&per=x", "&" * 5000, "=" * 5000, "a=b&" * 5000):
        assert calm(hr.get(f"/rapport/tackning?{query}"), query[:50]) == 200

    assert everything(world.app) == before


URLENCODED = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=b"
PART = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
FILE = '--b\r\nContent-Disposition: form-data; name="{}"; filename="../../x.py"\r\n\r\nx\r\n'
END = "--b--\r\n"


def bodies(fields, right):
    """(content type, body): everything but what the form would send, with the token `right`."""
    given, part = f"csrf_token={quote(right)}&", PART.format("csrf_token", right)
    for name in fields:
        yield URLENCODED, f"{given}{name}="
        yield URLENCODED, f"{given}{name}=%00"
        yield URLENCODED, f"{given}{name}=a%00b&%00=x"
        yield URLENCODED, f"{given}{name}=%ed%a0%80&{name}=%ff%fe"
        yield URLENCODED, f"{given}{name}={'x' * 1_000_000}"
        yield URLENCODED, f"{given}{name}={'x' * 5000}"
        yield URLENCODED, f"{given}{name}=a&{name}=b"
        yield URLENCODED, f"{given}{name}[]=a&{name}.x=b&{name}%5B0%5D=c"
        yield PARTS, part + PART.format(name, "\0") + END
        yield PARTS, part + PART.format(name, "x") * 2 + END
        yield PARTS, part + FILE.format(name) + END
    yield URLENCODED, ""
    yield URLENCODED, given
    yield URLENCODED, given + "&".join(f"f{number}=x" for number in range(20_000))
    yield URLENCODED, given + "a=%zz&%=&==&&&=;" + "\xff\xfe"
    yield URLENCODED, given.encode("utf-16").decode("latin-1")
    yield f"{URLENCODED}; charset=utf-16", given
    yield f"{URLENCODED}; charset=finns-inte", given
    yield "application/json", f'{{"csrf_token": "{right}", "svar": ["ratt"], "kurs": "kurs", "modul": "modul"}}'
    yield "application/json", "[" * 100_000
    yield "text/plain", given
    yield "application/octet-stream", "\0\1\2\3"
    yield "text/xml", '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
    yield "", given
    yield "ogiltig", given
    yield "multipart/form-data", part
    yield "multipart/form-data; boundary=gräns", part
    yield PARTS, part  # never ends
    yield PARTS, "--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--"  # has no name
    yield PARTS, "--b\r\n" + "X: y\r\n" * 5000 + "\r\n--b--\r\n"
    yield PARTS, "".join(PART.format(f"f{number}", "x") for number in range(2000)) + END
    yield "multipart/form-data; boundary=" + "b" * 5000, "--b--"


FIELDS = {
    "login.sign_in_post": ("namn", "losenord", "till"),
    "login.code_post": ("namn", "kod", "losenord", "losenord2"),
    "login.password_post": ("nuvarande", "losenord", "losenord2"),
    "codes.hand_many": ("enhet", "aven"),
    "accounts.change": ("roll", "enhet", "fran", "till"),
    "quiz.begin": ("kurs", "modul", "fraga"),
    "quiz.answer_question": ("svar",),
    "people.add": ("nummer", "namn", "epost", "enhet", "befattning", "form", "fran", "till"),
    "people.change": ("raknas", "fran"),
    "imports.send": ("sort", "per", "kalla", "fil"),
    "imports.apply": ("plan", "stammer"),
    "imports.undo": ("kalla",),
    "targets.save": ("kurs", "mal", "fran", "till", "enheter", "befattningar", "form", "grupper", "dagar", "beslutat"),
    "targets.withdraw": ("fran",),
    "targets.report": ("antal", "dag", "kalla", "referens"),
}
"""The fields of each form that says something. The others only need the token: with it any body is a right one."""


def test_odd_bodies_to_every_form(world):
    _, begun = furnished(world)
    clients = {person: browser(world, person) for person in ("bo", "hr", "admin")}
    right = {person: token(client) for person, client in clients.items()}
    writes = [rule for rule, verb in routes(world.app) if verb == "POST"]
    before = everything(world.app)

    for rule in writes:
        who = "hr" if rule.endpoint.startswith(("people.", "imports.", "targets.", "codes.")) else "bo"
        who = "admin" if rule.endpoint.startswith("accounts.") else who
        fields = FIELDS.get(rule.endpoint, ("csrf_token",))
        url = address(rule, begun, item="andra")
        for content_type, body in bodies(fields, right[who] if rule.endpoint in FIELDS else "fel"):
            answer = clients[who].post(url, data=body.encode("latin-1"), content_type=content_type)
            what = (rule.rule, content_type, body[:80])
            assert refused(answer, what), what

    token_alone = {"login.sign_out", "login.sign_out_everywhere", "learner.next_section", "codes.hand"}
    assert {rule.endpoint for rule in writes} == {*FIELDS, *token_alone}
    assert everything(world.app) == before


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


@sqlite_only
def test_odd_values_in_the_forms_fields(world):
    _, begun = furnished(world)
    client = browser(world, "bo")
    right = quote(token(client))
    before = everything(world.app)

    for value in ODD:
        for url, name in ((f"/forsok/{begun.id}/fraga/andra", "svar"), ("/forsok", "kurs")):
            answer = client.post(url, data=f"csrf_token={right}&{name}={raw(value)}", content_type=URLENCODED)
            assert refused(answer, (name, value)), (name, value)

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
