"""INSTALL.md, followed: the product behind nginx with TLS, as an administrator sets it up on a Monday."""

import fcntl
import http.client
import re
import shutil
import subprocess
import tomllib
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from answering import fill_somehow
from browsing import PASSWORD
from served import free_port, wait_until

from course.access.throttle import tried
from course.cli.serve import LONGEST_STOP, THREADS
from course.config import PROJECT
from course.sheet.lines import LARGEST_FILE
from journeys import units
from journeys.conftest import follow
from journeys.guide import TEXT, Machine, chapter, files, steps
from journeys.proxy import HOST, Visitor, certify, need_programs, stop_nginx
from journeys.test_serve import somebody_waits_for

PEOPLE = """\
anstallningsnummer;fornamn;efternamn;enhetskod;enhet;anstallningsform;fran
1001;Karin;Ek;IFO1;IFO grupp 1;tillsvidare;2020-01-01
1002;Bo;Berg;HR;HR;tillsvidare;2020-01-01
"""

pytestmark = pytest.mark.xdist_group("install")  # one machine, whose tests follow each other


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """A machine on which chapters 1 to 6 have been followed; `said` holds what their commands printed."""
    need_programs()
    machine = Machine(tmp_path_factory.mktemp("machine"), app=free_port(), http=free_port(), https=free_port())
    machine.said = {}
    try:
        for number in (1, 2, 3, 4):
            machine.said[number] = machine.follow(number)
        certify(machine)
        machine.write_nginx_conf()
        machine.said[5] = machine.follow(5)
        (machine.root / "personal.csv").write_text(PEOPLE, encoding="utf-8")
        machine.said[6] = machine.follow(6)
        yield machine
    finally:
        stop_nginx(machine)
        units.stop(machine.root, "course")


@pytest.fixture
def visitor(machine):
    """Opens browsers without JavaScript, each at an address of its own."""
    certificate = machine.root / "etc/ssl/course/fullchain.pem"
    return lambda address="127.0.0.1": Visitor(machine.https, certificate, address)


@pytest.fixture(scope="module")
def hr(machine):
    """Somebody at HR, who has chosen a password with the code of chapter 6."""
    code = re.search(r"Engångskod för 1002: (\S+)", machine.said[6])[1]
    person = Visitor(machine.https, machine.root / "etc/ssl/course/fullchain.pem")
    answer = person.post("/kod", "/kod", namn="1002", kod=code, losenord=PASSWORD, losenord2=PASSWORD)
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    return person


def sent_by(machine):
    """What has been stored of those who tried to sign in."""
    return {address for (address,) in machine.rows("SELECT DISTINCT address FROM throttle")}


def test_each_step_says_what_it_did_and_the_server_is_ready(machine):
    assert re.search(r"(?m)^hot-och-vald: publicerad som version [12], utgåva 1$", machine.said[3])
    assert re.search(rf"Engångskod för admin: \S+\nÖppna https://{HOST}/kod och välj", machine.said[3])
    assert machine.said[4] == "redo\n"
    assert "test is successful" in machine.said[5]
    assert "Import 1 är gjord." in machine.said[6]


def test_what_the_service_writes_is_closed_to_others(machine):
    files = [path for path in (machine.root / "var/lib/course").iterdir() if path.is_file() and not path.is_symlink()]

    assert {path.name for path in files} >= {"course.sqlite", "secret_key"}
    assert [path for path in files if path.stat().st_mode & 0o077] == []


def test_the_address_without_tls_leads_to_the_one_with_it(machine):
    connection = http.client.HTTPConnection("127.0.0.1", machine.http)
    connection.request("GET", "/personer?sok=Karin", headers={"Host": HOST})
    answer = connection.getresponse()
    connection.close()

    assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/personer?sok=Karin")


def test_the_cookie_is_kept_to_this_address_and_tls_and_hsts_is_said_once(visitor):
    answer = visitor().get("/logga-in", Accept_Encoding="gzip")

    (cookie,) = answer.headers.get_all("Set-Cookie")
    name, _, attributes = cookie.partition("=")
    assert name == "__Host-session"
    assert set(attributes.split("; ")[1:]) == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}
    assert answer.headers.get_all("Strict-Transport-Security") == ["max-age=63072000; includeSubDomains"]
    assert answer.headers.get("Content-Encoding") is None
    assert answer.headers["Server"] == "nginx"


@pytest.mark.browser
def test_a_browser_signs_in_with_a_code_and_answers_a_question(machine, chromium):
    said = machine.run("course access code 1001")
    rules = f"--host-resolver-rules=MAP {HOST}:443 127.0.0.1:{machine.https}"
    own = chromium.browser_type.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", rules])
    context = own.new_context(base_url=f"https://{HOST}", ignore_https_errors=True)
    context.set_default_timeout(10_000)
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))

    page.goto("/kod")
    page.fill("#namn", "1001")
    page.fill("#kod", re.search(r"Engångskod för 1001: (\S+)", said)[1])
    page.fill("#losenord", PASSWORD)
    page.fill("#losenord2", PASSWORD)
    follow(page, "main button")
    page.goto("/kurs/hot-och-vald/otillaten-paverkan")
    follow(page, "main button")
    fill_somehow(page)
    follow(page, "main button")
    cookies = {cookie["name"]: (cookie["secure"], cookie["domain"]) for cookie in context.cookies()}
    own.close()

    assert cookies == {"__Host-session": (True, HOST), "__Host-browser": (True, HOST)}
    assert len(machine.rows("SELECT answer FROM response")) == 1
    assert complaints == []


def test_the_throttle_counts_by_the_clients_address_and_believes_no_claim_of_another(machine, visitor):
    claims = {"X_Forwarded_For": "203.0.113.9", "Forwarded": "for=203.0.113.9", "X_Real_IP": "203.0.113.9"}
    before = sent_by(machine)

    answer = visitor("127.0.0.2").post("/logga-in", "/logga-in", headers=claims, namn="1001", losenord="fel lösenord")

    assert answer.status == 422
    counted = sent_by(machine) - before
    secret = (machine.root / "var/lib/course/secret_key").read_text("ascii").strip()
    assert counted == {tried(secret, "1001", "127.0.0.2").address}


def test_a_host_of_another_name_is_refused(visitor):
    assert visitor().get("/logga-in", Host="annan.example.se").status == 400


def test_a_list_of_the_largest_size_passes_and_a_larger_one_is_refused_in_swedish(hr):
    line = "{};Namn;Namnsson;IFO1;IFO grupp 1;{};tillsvidare;2020-01-01\n"
    head = "anstallningsnummer;fornamn;efternamn;enhetskod;enhet;anteckning;anstallningsform;fran\n"
    rows = "".join(line.format(number, "x" * 950) for number in range(10_000, 29_600))
    content = (head + rows).encode()
    assert LARGEST_FILE - 500_000 < len(content) < LARGEST_FILE - 1000

    passed = hr.upload(content)
    too_large = hr.upload(content + b"x" * 2_000_000)

    assert (passed.status, passed.headers["Location"].startswith("/personer/import/")) == (303, True)
    assert (too_large.status, "högst 20 MB" in too_large.text) == (413, True)
    assert hr.get("/personer/import").status == 200


def test_everything_but_a_list_is_refused_when_it_is_large(visitor):
    answer = visitor().ask("POST", "/logga-in", b"x" * 2_200_000)

    assert (answer.status, "<h1>Det som skickades är för stort</h1>" in answer.text) == (413, True)


def test_the_proxy_lets_through_what_each_route_takes(machine, app):
    largest = {
        rule.rule: getattr(app.view_functions[rule.endpoint], "largest", app.config["MAX_CONTENT_LENGTH"])
        for rule in app.url_map.iter_rules()
    }
    site = dict(files(chapter(5)))["/etc/nginx/sites-available/course"]
    passed = {
        path: int(megabytes) * 2**20
        for path, megabytes in re.findall(r"location = (\S+) {[^}]*client_max_body_size (\d+)m;", site)
    }
    elsewhere = int(re.search(r"^    client_max_body_size (\d+)m;", site, re.MULTILINE)[1]) * 2**20

    needed = {path: size for path, size in largest.items() if size > app.config["MAX_CONTENT_LENGTH"]}
    assert needed.keys() == passed.keys()
    for path, size in largest.items():
        assert size <= passed.get(path, elsewhere) < size * 1.1


def test_many_slow_clients_do_not_hold_the_servers_threads(visitor):
    with ExitStack() as slow:
        for _ in range(2 * THREADS + 10):
            connection = visitor().connect()
            slow.callback(connection.close)
            connection.putrequest("POST", "/logga-in")
            connection.putheader("Content-Type", "application/x-www-form-urlencoded")
            connection.putheader("Content-Length", "1000")
            connection.endheaders(b"namn=")

        assert visitor().get("/logga-in").status == 200


LINE = re.compile(r'\[[-+:T0-9]+\] "[A-Z]+ (?:/[\w.-]*|-)" [0-9]{3} [0-9]+ [0-9.]+')
"""All that the proxy's log says of a request: when, how, the first word of the address, what came of it."""


def test_no_log_holds_who_somebody_searched_for_what_is_read_or_from_where(machine, visitor, hr):
    found = hr.post("/personer", "/personer", sok="Karin")
    assert "Karin Ek" in hr.get(found.headers["Location"]).text
    hr.get("/personer/import", Referer=f"https://{HOST}/personer?sok=Karin")
    reader = visitor("127.0.0.3")
    read = ("/stod", "/stod?a=b", "/kurs/hot-och-vald/otillaten-paverkan/fem-former", "/", "/min-sida", "/finns/inte")
    statuses = [reader.get(path).status for path in (*read, f"/forsok/{uuid4()}")]
    units.stop(machine.root, "course")
    try:
        away = visitor().get("/personer?sok=Karin", Referer=f"https://{HOST}/personer?sok=Karin")
        visitor().get("/stod")
    finally:
        machine.start()

    assert statuses == [200, 200, 303, 303, 303, 404, 303]
    assert (away.status, away.headers["Retry-After"], away.headers["Cache-Control"]) == (502, "10", "no-store")
    assert "<h1>Kursen är inte igång just nu</h1>" in away.text
    log = (machine.root / "var/log/nginx/course.log").read_text()
    assert [line for line in log.splitlines() if not LINE.fullmatch(line)] == []
    assert {f'"GET {page}"' for page in ("/personer", "/kurs", "/forsok", "/", "/min-sida", "/finns")} <= set(
        re.findall('"GET .*?"', log)
    )
    logs = log + (machine.root / "var/log/nginx/course-error.log").read_text()
    logs += (machine.root / "run/course.log").read_text()
    assert '"route": "/personer"' in logs
    assert re.findall(r"sok=|Karin|127\.0\.0\.3|/?stod|fem-former", logs) == []


def test_a_whole_address_with_another_host_is_refused(visitor):
    for address in ("http://evil.example/stod", "https://evil.example/logga-in", "http://localhost/logga-in"):
        answer = visitor().get(address)
        assert (answer.status, "evil" in answer.text) == (400, False)
    assert visitor().get(f"https://{HOST}/logga-in").status == 200


def test_what_is_under_way_through_the_proxy_is_finished_when_the_service_is_stopped(machine, visitor):
    person, kind = visitor(), "application/x-www-form-urlencoded"
    code = re.search(r"Engångskod för admin: (\S+)", machine.run("course access admin"))[1]
    form = {"namn": "admin", "kod": code, "losenord": PASSWORD, "losenord2": PASSWORD}
    body = urlencode({"csrf_token": person.token("/kod"), **form})

    with (machine.root / "var/lib/course/course.sqlite.lock").open("r+") as lock, ThreadPoolExecutor() as others:
        fcntl.flock(lock, fcntl.LOCK_EX)
        answer = others.submit(person.ask, "POST", "/kod", body, Content_Type=kind)
        wait_until(lambda: somebody_waits_for(lock))
        stopping = others.submit(units.stop, machine.root, "course")
        wait_until(lambda: visitor().get("/healthz").status == 502)
        fcntl.flock(lock, fcntl.LOCK_UN)
        stopping.result(timeout=60)
        found = answer.result(timeout=60)
    machine.start()

    assert (found.status, found.headers["Location"]) == (303, "/")
    assert "Publicerade kurser" in person.get("/drift").text


# --- backups, a new version, putting a backup back ---


def test_the_nightly_unit_makes_a_backup_and_takes_the_oldest_away(machine, visitor):
    folder = machine.root / "var/lib/course/backups"
    for number in range(1, 17):
        (folder / f"2020-01-{number:02}T013000Z.zip").touch()

    machine.follow(7)

    names = sorted(path.name for path in folder.iterdir())
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d{6}Z\.zip", names.pop())
    assert names[0] == "2020-01-04T013000Z.zip"
    assert len(names) == 13
    admin = visitor()
    code = re.search(r"Engångskod för admin: (\S+)", machine.run("course access admin"))[1]
    admin.post("/kod", "/kod", namn="admin", kod=code, losenord=PASSWORD, losenord2=PASSWORD)
    assert "0\xa0timmar gammal." in admin.get("/drift").text


def test_a_night_that_finds_a_fault_is_told_and_takes_no_backup_away(machine):
    folder = machine.root / "var/lib/course/backups"
    ((name, trigger),) = machine.rows("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' LIMIT 1")
    logger = machine.root / "usr/local/sbin/logger"
    logger.write_text(f'#!/bin/sh\necho "$@" >> {machine.root}/told\n', encoding="utf-8")
    logger.chmod(0o755)
    machine.rows(f"DROP TRIGGER {name}")
    before = set(folder.iterdir())
    (folder / "2019-01-01T013000Z.zip").touch()

    machine.run("! systemctl start course-backup.service")

    machine.rows(trigger)
    made = [path for path in set(folder.iterdir()) - before if path.name > "2020"]
    assert (folder / "2019-01-01T013000Z.zip").exists()
    assert len(made) == 1
    assert "course-backup.service failed" in (machine.root / "told").read_text(encoding="utf-8")
    for path in (*made, folder / "2019-01-01T013000Z.zip", logger):
        path.unlink()


def test_a_backup_that_is_put_back_takes_back_what_came_later(machine):
    backup = max((machine.root / "var/lib/course/backups").iterdir())
    machine.run("course people add --key 2001 --name Efteråt --unit HR")
    assert machine.rows("SELECT 1 FROM person WHERE key = '2001'") == [(1,)]
    assert "2026-11-24T013000Z.zip" in steps(13)

    said = machine.run(steps(13).replace("2026-11-24T013000Z.zip", backup.name))

    assert said.endswith("redo\n")
    assert machine.rows("SELECT key FROM person WHERE key IN ('1001', '2001')") == [("1001",)]


def test_a_new_version_takes_over_from_the_one_before(machine):
    before = machine.rows("SELECT count(*) FROM person")
    shutil.copytree(machine.root / "opt/course/0.1.0", machine.root / "opt/course/0.2.0", symlinks=True)

    said = machine.run(steps(12))

    assert "hot-och-vald: redan publicerad" in said
    assert said.endswith("redo\n")
    assert (machine.root / "opt/course/current").resolve().name == "0.2.0"
    assert machine.rows("SELECT count(*) FROM person") == before


# --- the units ---


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is missing")
def test_systemd_finds_no_fault_in_the_units(tmp_path):
    machine = Machine(tmp_path, app=8000)
    flask = tmp_path / "opt/course/current/.venv/bin/flask"
    flask.parent.mkdir(parents=True)
    flask.write_text("#!/bin/sh\n")
    flask.chmod(0o755)
    for number in (4, 7):
        machine.write(number)
    (tmp_path / "usr/local/sbin/course-failed").chmod(0o755)
    named = [path.name for path in (tmp_path / "etc/systemd/system").iterdir()]

    done = subprocess.run(
        ["systemd-analyze", "verify", *sorted((tmp_path / "etc/systemd/system").iterdir())],
        text=True,
        capture_output=True,
        check=False,
    )

    assert sorted(named) == [
        "course-backup.service",
        "course-backup.timer",
        "course-failed@.service",
        "course.service",
    ]
    assert (done.returncode, [line for line in done.stderr.splitlines() if any(name in line for name in named)]) == (
        0,
        [],
    )


def test_the_service_stops_later_than_the_server_has_to():
    unit = dict(files(chapter(4)))["/etc/systemd/system/course.service"]

    assert int(re.search(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)[1]) > LONGEST_STOP
    assert "KillMode=mixed\n" in unit


def test_the_guide_names_the_version_that_it_installs():
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

    assert f"cd /opt/course/{version}\n" in TEXT
    assert f"ln -sfn {version} /opt/course/current\n" in TEXT
