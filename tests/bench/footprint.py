"""What the product takes: memory, the time to start, and what a browser fetches at its first visit."""

import gzip
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import chain, islice
from pathlib import Path
from statistics import median
from urllib.parse import urljoin

import product
import serve
import wire
from flask import Flask
from ground import Ground, Instance
from outcome import Outcome, met, timed

from course.config import PROJECT

WORKERS, REQUESTS = 2, 200
MOST_MEMORY, MOST_REQUESTS, MOST_GZIP = 170, 4, 40
SLOWEST_COMMAND, SLOWEST_START = 1.0, 1.5
COMMANDS, STARTS = 9, 5
FETCHED = {"link": "href", "script": "src", "img": "src", "source": "src", "iframe": "src", "object": "data"}
IN_CSS = re.compile(r"""(?:url\(|@import)\s*["']?([^"')\s]+)""")


def measure(ground: Ground) -> Iterator[Outcome]:
    """Memory of two workers, a command, a start, and the first visits."""
    instance = ground.demonstration("footprint")
    learner, hr = (product.cookie_of(instance, key) for key in ("anna", "hanna"))
    yield _memory(instance, learner, hr)
    yield _command(instance)
    yield _start(ground, wire.Request("GET", product.PAGE, learner, 200))
    yield _visit(instance.app, "first visit: the sign-in page", "/logga-in", "")
    yield _visit(instance.app, "first visit: a learner's start page", "/", learner)


def _memory(instance: Instance, learner: str, hr: str) -> Outcome:
    pages = [wire.Request("GET", path, learner, 200) for path in product.pages(instance.app)]
    coverage = wire.Request("GET", "/rapport/tackning", hr, 200)
    several = list(islice(chain.from_iterable((*pages, coverage) for _ in range(REQUESTS)), REQUESTS))
    with serve.product(instance.environment, workers=WORKERS) as server:
        server.run(several, clients=8)
        mebibytes = sum(map(_proportional_kib, wire.tree_of(server.pid))) / 1024
    what = f"memory, {WORKERS} workers, after {REQUESTS} requests"
    return Outcome(what, f"{mebibytes:.0f} MiB", f"< {MOST_MEMORY} MiB", met(mebibytes < MOST_MEMORY))


def _proportional_kib(pid: int) -> int:
    """The process's memory, with what it shares divided by those who share it."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)[1])


def _command(instance: Instance) -> Outcome:
    command = [sys.executable, "-m", "flask", "people", "imports"]
    walls, cpus = [], []
    for _ in range(COMMANDS):
        before, began = _children_cpu(), time.perf_counter()
        subprocess.run(command, cwd=PROJECT, env=instance.environment, check=True, stdout=subprocess.DEVNULL)
        walls.append(time.perf_counter() - began)
        cpus.append(_children_cpu() - before)
    return timed("a command: flask people imports", median(walls), median(cpus), SLOWEST_COMMAND)


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _start(ground: Ground, page: wire.Request) -> Outcome:
    """From nothing until a learner has a section's page, for which the whole course is read and rendered."""
    walls, cpus = [], []
    for _ in range(STARTS):
        environment = ground.instance("footprint").environment  # on a port of its own
        began = time.perf_counter()
        with serve.product(environment, workers=WORKERS) as server:
            server.run([page])
            walls.append(time.perf_counter() - began)
            cpus.append(wire.cpu_ms(wire.tree_of(server.pid)) / 1000 / WORKERS)
    what = f"a start with {WORKERS} workers, until a learner has a page (CPU: of each)"
    return timed(what, median(walls), median(cpus), SLOWEST_START)


@dataclass(frozen=True)
class Fetched:
    """A file that a browser fetched."""

    path: str
    type: str
    body: bytes


class _Links(HTMLParser):
    """What a browser fetches unasked for a page, and the script inside it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.script = 0
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._inside = tag == "script"
        self.script += sum(len(value or "") for name, value in attrs if name.startswith("on"))
        if tag in FETCHED and given.get(FETCHED[tag]) and given.get("rel") != "alternate":
            self.found.append(given[FETCHED[tag]])

    def handle_endtag(self, _tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        self.script += len(data) if self._inside else 0


def _visit(app: Flask, what: str, path: str, cookie: str) -> Outcome:
    fetched = list(_fetched(app, path, cookie))
    script = sum(len(each.body) for each in fetched if "javascript" in each.type)
    script += sum(_Links(each.body.decode()).script for each in fetched if each.type == "text/html")
    plain = sum(len(each.body) for each in fetched) / 1000
    small = sum(len(gzip.compress(each.body, 6)) for each in fetched) / 1000
    measured = f"{len(fetched)} requests, {plain:.1f} kB ({small:.1f} kB with gzip), {script} bytes of JavaScript"
    goal = f"≤ {MOST_REQUESTS} requests, ≤ {MOST_GZIP} kB with gzip, 0 bytes of JavaScript"
    return Outcome(what, measured, goal, met(len(fetched) <= MOST_REQUESTS and small <= MOST_GZIP and not script))


def _fetched(app: Flask, path: str, cookie: str) -> Iterator[Fetched]:
    """The page at `path`, where it redirects to, and all that these fetch, each once."""
    client = app.test_client(use_cookies=False)
    waiting, seen = [path], set()
    while waiting:
        path = waiting.pop(0)
        if path in seen or path.startswith("data:"):
            continue
        seen.add(path)
        answer = client.get(path, base_url="http://127.0.0.1", headers={"Cookie": f"session={cookie}"})
        if answer.status_code not in (200, 303):
            raise wire.WrongAnswer(f"GET {path}: {answer.status_code}")
        yield Fetched(path, answer.mimetype, answer.data)
        if answer.status_code == 303:
            waiting.append(answer.headers["Location"])
        elif answer.mimetype == "text/html":
            waiting += [urljoin(path, link) for link in _Links(answer.text).found]
        elif answer.mimetype == "text/css":
            waiting += [urljoin(path, link) for link in IN_CSS.findall(answer.text)]
