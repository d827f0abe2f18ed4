"""The real server, as `flask serve` starts it, and a client that knows cookies and forms and nothing else."""

import http.client
import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import sqlean

from course.cli import serve
from course.config import PROJECT, Settings

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Server:
    """A running server and its instance folder."""

    instance: Path
    port: int
    target: str = "wsgi:app"
    workers: int = 1
    more: dict[str, str] = field(default_factory=dict)
    """More settings, such as COURSE_DATABASE_URL."""
    process: subprocess.Popen = field(default=None, repr=False)

    @property
    def settings(self):
        """What the server's command line is made of."""
        listen = f"127.0.0.1:{self.port}"
        return Settings(self.instance, listen=listen, workers=self.workers)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self):
        """Beside the instance folder, whose disk may be full."""
        return self.instance.with_name(f"{self.instance.name}.log")

    @property
    def passwords(self):
        accounts = self.instance / "demo-accounts.txt"
        text = accounts.read_text(encoding="utf-8") if accounts.exists() else ""
        return dict(re.findall(r"logga in som (\w+) med lösenordet (\S+)", text))

    def launch(self, command=None):
        """Begin to start it, by a command other than its own too."""
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                command or serve.server(self.settings, self.target),
                cwd=PROJECT,
                env={**environment(self.instance, self.url), **self.more},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start(self):
        """Start it; gives the seconds until it answered."""
        began = time.monotonic()
        self.launch()
        while time.monotonic() - began < 60:
            try:
                urllib.request.urlopen(f"{self.url}/healthz").close()
            except OSError:
                time.sleep(0.02)
            else:
                return time.monotonic() - began
        raise RuntimeError(f"the server did not start:\n{self.log.read_text()[-3000:]}")

    def stop(self):
        """Kill the whole group, workers too."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def rows(self, query):
        with closing(sqlean.connect(self.instance / "course.sqlite")) as connection:
            return connection.execute(query).fetchall()

    def memory(self):
        """The megabytes that all its processes hold together, each shared page counted once."""
        return sum(_proportional_kb(pid) for pid in _pids_of_session(self.process.pid)) / 1000


def environment(instance, url="http://127.0.0.1:8000"):
    """The environment of one instance: no other COURSE_* setting reaches it."""
    path = os.pathsep.join((str(PROJECT), str(PROJECT / "tests" / "journeys")))
    ours = {"COURSE_INSTANCE": str(instance), "COURSE_BASE_URL": url, "PYTHONPATH": path}
    return {**{name: value for name, value in os.environ.items() if not name.startswith("COURSE_")}, **ours}


def served(instance, **more):
    """A server of the instance folder, on a free port."""
    server = Server(instance, free_port(), **more)
    server.start()
    return server


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def wait_until(true, seconds=60):
    """Wait until what the function says is true; raises AssertionError when it never is."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise AssertionError("waited in vain")
        time.sleep(0.05)


def _pids_of_session(session):
    for path in Path("/proc").glob("[0-9]*"):
        try:
            fields = (path / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        if int(fields[3]) == session:
            yield int(path.name)


def _proportional_kb(pid):
    return int(re.search(r"(?m)^Pss: *(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text())[1])


class Lost(Exception):  # noqa: N818 - it is what a browser shows, not a defect
    """The connection broke: nobody knows whether the request arrived."""


class Away(Lost):
    """Nobody listens: the request was not sent."""


@dataclass(frozen=True)
class Answer:
    """What the server answered."""

    status: int
    location: str | None
    text: str
    retry_after: str | None = None


class Client:
    """One browser on one connection, without following redirects."""

    def __init__(self, server):
        self.server = server
        self.cookie = ""
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)

    def get(self, path):
        """The text of a page."""
        return self.ask("GET", path).text

    def post(self, path, page, **form):
        """(status, where to) after the form was sent with the token of the page."""
        return self.send(path, csrf_token=TOKEN.search(self.get(page))[1], **form)

    def send(self, path, **form):
        """(status, where to) after the form was sent as it is."""
        answer = self.ask("POST", path, form)
        return answer.status, answer.location

    def ask(self, method, path, form=None, *, cut=False):
        """The answer. Raises Lost when the connection breaks; `cut` breaks it once the request is sent."""
        headers = {"Cookie": self.cookie, "Sec-Fetch-Site": "same-origin"}
        body = None
        if form is not None:
            headers |= {"Origin": self.server.url, "Content-Type": "application/x-www-form-urlencoded"}
            body = urlencode(form, doseq=True)
        try:
            with suppress(BrokenPipeError):  # it may have answered before it had heard all
                self._connection.request(method, path, body, headers)
            if cut:
                self._connection.close()
                raise Lost("cut")
            response = self._connection.getresponse()
            text = response.read().decode()
        except (OSError, http.client.HTTPException) as fault:
            self._connection.close()
            raise (Away if isinstance(fault, ConnectionRefusedError) else Lost)(repr(fault)) from fault
        for given in response.headers.get_all("Set-Cookie", ()):
            self.cookie = given.partition(";")[0]
        return Answer(response.status, response.headers["Location"], text, response.headers["Retry-After"])

    def close(self):
        self._connection.close()
