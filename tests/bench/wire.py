"""The measuring side: requests over loopback from one or more clients, and the CPU time of a server's processes."""

import os
import re
import signal
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import STDOUT, Popen, TimeoutExpired

TICK = 1000 / os.sysconf("SC_CLK_TCK")
LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
START_SECONDS = 20


class WrongAnswer(Exception):  # noqa: N818 - it ends the run with one line
    """A server that does not start, or an answer whose status is not the expected one."""


@dataclass(frozen=True)
class Request:
    """What a browser would send, and the status that is right."""

    method: str
    path: str
    cookie: str
    status: int
    body: str = ""
    tag: str = ""

    def headers(self, origin: str) -> dict[str, str]:
        """The headers besides Host and Content-Length."""
        found = {
            "User-Agent": "Mozilla/5.0 (bench)",
            "Accept": "text/html,application/xhtml+xml",
            "Accept-Language": "sv",
            "Sec-Fetch-Site": "same-origin",
            "Cookie": f"session={self.cookie}",
        }
        if self.tag:
            found["If-None-Match"] = self.tag
        if self.method == "POST":
            found |= {"Origin": origin, "Content-Type": "application/x-www-form-urlencoded"}
        return found

    def wire(self, port: int) -> bytes:
        """The bytes to send."""
        host = f"127.0.0.1:{port}"
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {host}"]
        lines += [f"{name}: {value}" for name, value in self.headers(f"http://{host}").items()]
        if self.method == "POST":
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*lines, "", self.body]).encode()


@dataclass(frozen=True)
class Answer:
    """One answer as it came."""

    status: int
    size: int


@dataclass(frozen=True)
class Run:
    """Some requests from some clients: what the server used, and how long each took."""

    requests: int
    cpu_ms: float
    seconds: float
    latencies: list[float]
    size: int

    @property
    def cpu_each(self) -> float:
        return self.cpu_ms / self.requests

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


class Connection:
    """One keep-alive connection."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> Answer:
        """Send a request and read the whole answer."""
        self._socket.sendall(request)
        got = b""
        while (end := got.find(b"\r\n\r\n")) < 0:
            got += self._read()
        head, status = got[: end + 2], int(got[9:12])
        length = LENGTH.search(head)
        if length is None and status != 304:
            raise WrongAnswer(f"an answer without Content-Length: {head!r}")
        size = end + 4 + (int(length[1]) if length and status != 304 else 0)
        missing = size - len(got)
        while missing > 0:
            missing -= len(self._read())
        return Answer(status, size)

    def _read(self) -> bytes:
        got = self._socket.recv(262_144)
        if not got:
            raise WrongAnswer("the server closed the connection")
        return got

    def close(self) -> None:
        self._socket.close()


class Server:
    """A granian of its own."""

    def __init__(self, process: Popen[bytes], port: int, log: Path) -> None:
        self.port = port
        self._process = process
        self._log = log

    def wait(self) -> None:
        """Return when it listens. Raises WrongAnswer when it does not."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            try:
                Connection(self.port).close()
            except OSError:
                time.sleep(0.01)
            else:
                return
        raise WrongAnswer(f"the server did not start:\n{self._log.read_text(errors='replace')[-2000:]}")

    @property
    def pid(self) -> int:
        """Its first process; the others are below it."""
        return self._process.pid

    def run(self, requests: Sequence[Request], clients: int = 1) -> Run:
        """Send the requests, each client its share, one after the other."""
        shares = [requests[number::clients] for number in range(clients)]
        runners = [_Client(self.port, share) for share in shares]
        tree = tree_of(self.pid)
        cpu, began = cpu_ms(tree), time.perf_counter()
        for runner in runners:
            runner.start()
        for runner in runners:
            runner.join()
        seconds, cpu = time.perf_counter() - began, cpu_ms(tree) - cpu
        for runner in runners:
            if runner.fault:
                raise runner.fault
        latencies = sorted(latency for runner in runners for latency in runner.latencies)
        return Run(len(requests), cpu, seconds, latencies, runners[0].size)

    def stop(self) -> None:
        """Ask it to stop, and see to it: a worker that is still loading the application does not hear."""
        self._process.terminate()
        with suppress(TimeoutExpired):
            self._process.wait(10)
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()


class _Client(threading.Thread):
    """One client with its connection; the requests are made before the clock starts."""

    def __init__(self, port: int, requests: Sequence[Request]) -> None:
        super().__init__(daemon=True)
        self._requests = [(request.wire(port), request) for request in requests]
        self._connection = Connection(port)
        self.latencies: list[float] = []
        self.size = 0
        self.fault: Exception | None = None

    def run(self) -> None:
        try:
            for sent, request in self._requests:
                began = time.perf_counter()
                answer = self._connection.ask(sent)
                self.latencies.append((time.perf_counter() - began) * 1000)
                if answer.status != request.status:
                    raise WrongAnswer(f"{request.method} {request.path}: {answer.status}, not {request.status}")
                self.size = answer.size
        except (WrongAnswer, OSError) as fault:
            self.fault = fault
        finally:
            self._connection.close()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def serving(command: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path) -> Iterator[Server]:
    """The server, started in the folder on the port of its environment and stopped afterwards; it logs to a file."""
    with log.open("wb") as file:
        process = Popen(command, cwd=folder, env=environment, stdout=file, stderr=STDOUT, start_new_session=True)
    server = Server(process, int(environment["GRANIAN_PORT"]), log)
    try:
        server.wait()
        yield server
    finally:
        server.stop()


def cpu_ms(pids: Iterable[int]) -> float:
    """User and system time of the processes so far, and of those of their children that have ended."""
    ticks = 0
    for pid in pids:
        try:
            ticks += sum(map(int, _stat(pid)[11:15]))
        except OSError:
            continue  # it has ended meanwhile, and its time is its parent's
    return ticks * TICK


def tree_of(root: int) -> list[int]:
    """The process and all below it, as they are now."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(path.name)] = int(_stat(int(path.name))[1])
        except OSError:
            continue  # it has ended meanwhile
    tree = [root]
    for each in tree:
        tree += [pid for pid, parent in parents.items() if parent == each]
    return tree


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat after the name: state, parent …, utime (11), stime, cutime, cstime (14)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
