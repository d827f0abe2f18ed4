"""`make bench`: the product against the floor, on the same server in the same run, as a Markdown table.

A measure, not a test: it fails only when a server does not start or an answer has a wrong status.
`--profile page|repeat|answer` shows instead where the time of such a request goes inside the product.
`--as-shipped` leaves the floor what its libraries do by themselves; see floor.py.
"""

# ruff: noqa: E402 - the path to the project comes before the imports that need it

import argparse
import logging
import os
import platform
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from importlib.metadata import version
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

import floor
import inside
import product
import wire
from flask import Flask
from sqlalchemy import Engine

from course import logs
from course.db import database

FLOWS = ("page", "repeat", "answer")
GOALS = {"page": "≤ 1.2", "repeat": "< 400 bytes", "answer": "≤ 1.5"}
ALONE = {"page": 300, "repeat": 300, "answer": 200}
"""Requests of the one client in a round: what CPU time and latency are measured on."""
TOGETHER = {"page": 300, "repeat": 300, "answer": 200}
"""Requests of the four clients together in a round: what the rate is measured on."""
ROUNDS, LEAST_ROUNDS = 8, 3
DEADLINE = 70
"""Seconds after which no round begins that would end later, once there are LEAST_ROUNDS."""
CLIENTS, WARM_UP, COUNTED, PROFILED = 4, 40, 8, 2000
SERVE = (
    *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--http", "1", "--no-ws"),
    *("--workers", "1", "--blocking-threads", "4", "--no-access-log", "--log-level", "warning"),
)


@dataclass
class Measured:
    """One kind of request to one of the two: where its requests come from, and what was measured."""

    whose: str
    flow: str
    requests: Iterator[wire.Request]
    cost: inside.Cost
    alone: list[wire.Run] = field(default_factory=list)
    together: list[wire.Run] = field(default_factory=list)

    def take(self, count: int) -> list[wire.Request]:
        return list(islice(self.requests, count))

    @property
    def cpu(self) -> float:
        return median(run.cpu_each for run in self.alone)

    def latency(self, share: float) -> float:
        return median(run.latencies[int(len(run.latencies) * share)] for run in self.alone)


def main() -> None:
    """Measure or profile, in a folder that is gone afterwards."""
    began = time.monotonic()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", choices=FLOWS, help="profile such a request of the product instead")
    parser.add_argument("--as-shipped", action="store_true", help="a floor with its libraries' own overhead")
    given = parser.parse_args()
    _log_to_nowhere()
    with TemporaryDirectory(prefix="course-bench-") as name:
        try:
            if given.profile:
                print(profile(Path(name), given.profile))
            else:
                print(measure(Path(name), "as_shipped" if given.as_shipped else "from_environment", began))
        except wire.WrongAnswer as fault:
            sys.exit(f"bench: {fault}")


def profile(folder: Path, flow: str) -> str:
    """Profile one kind of request of the product."""
    app = product.make_instance(product.environment(folder, 80))
    return inside.profile(app, islice(_product_requests(app, PROFILED)[flow], PROFILED + 1))


def measure(folder: Path, factory: str, began: float) -> str:
    """Measure both, a round of one and a round of the other, and give the table."""
    path = folder / "floor.sqlite"
    floor_given = {**os.environ, "GRANIAN_PORT": str(wire.free_port()), "FLOOR_DATABASE": str(path)}
    given = product.environment(folder, wire.free_port())
    floors, products = _floor(path), _product(given)
    floor_command = (*SERVE, "--factory", f"floor:{factory}")
    with (
        wire.serving(floor_command, HERE, floor_given, folder / "floor.log") as floor_server,
        wire.serving((*SERVE, "wsgi:app"), HERE.parents[1], given, folder / "product.log") as product_server,
    ):
        pairs = [(floor_server, floors), (product_server, products)]
        _warm_up(pairs)
        rounds = _rounds(pairs, began)
    return f"{_conditions(rounds)}\n\n{_table(floors, products)}"


def _warm_up(pairs: Sequence[tuple[wire.Server, list[Measured]]]) -> None:
    for server, measured in pairs:
        for each in measured:
            server.run(each.take(WARM_UP), CLIENTS)


def _rounds(pairs: Sequence[tuple[wire.Server, list[Measured]]], began: float) -> int:
    """Run the rounds; gives how many there was time for."""
    for number in range(ROUNDS):
        start = time.monotonic()
        for each in range(len(FLOWS)):
            for server, measured in pairs:
                one = measured[each]
                one.alone.append(server.run(one.take(ALONE[one.flow])))
                one.together.append(server.run(one.take(TOGETHER[one.flow]), CLIENTS))
        end = time.monotonic()
        if number + 1 >= LEAST_ROUNDS and end + (end - start) - began > DEADLINE:
            return number + 1
    return ROUNDS


def _floor(path: Path) -> list[Measured]:
    app = floor.create_app(path)
    floor.fill(app)
    cookies = [product.signed(app, {"_user_id": str(number), "_fresh": True}) for number in range(1, floor.USERS + 1)]
    requests = {
        "page": [wire.Request("GET", "/page", cookie, 200) for cookie in cookies],
        "repeat": [wire.Request("GET", "/tagged", cookie, 304, tag=f'W/"{floor.TAG}"') for cookie in cookies],
        "answer": [wire.Request("POST", "/answer", cookie, 303, "svar=b") for cookie in cookies],
    }
    with app.app_context():
        engine = floor.database.engine
    return [Measured("floor", flow, cycle(requests[flow]), _cost(app, engine, requests[flow])) for flow in FLOWS]


def _product(given: dict[str, str]) -> list[Measured]:
    app = product.make_instance(given)
    needed = WARM_UP + ROUNDS * (ALONE["answer"] + TOGETHER["answer"]) + COUNTED
    requests = _product_requests(app, needed)
    with app.app_context():
        engine = database.engine
    return [Measured("product", flow, requests[flow], _cost(app, engine, requests[flow])) for flow in FLOWS]


def _product_requests(app: Flask, answers: int) -> dict[str, Iterator[wire.Request]]:
    items = product.asked(app)
    readers = product.learners(app, "reader", CLIENTS)
    for request in product.answers(readers, items[:2]):
        inside.ask(app, request)
    pages = [wire.Request("GET", product.PAGE, reader.cookie, 200) for reader in readers]
    repeats = [replace(page, status=304, tag=inside.ask(app, page).headers["ETag"]) for page in pages]
    takers = product.learners(app, "taker", answers // len(items) + 1)
    return {"page": cycle(pages), "repeat": cycle(repeats), "answer": product.answers(takers, items)}


def _cost(app: Flask, engine: Engine, requests: Iterable[wire.Request]) -> inside.Cost:
    return inside.count(app, engine, islice(requests, COUNTED))


def _log_to_nowhere() -> None:
    """Let this process log as the server does, at the same cost, but to nowhere."""
    logs.set_up()
    for handler in logging.getLogger("course").handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open till the end


def _conditions(rounds: int) -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"Measured {date.today()} on {os.cpu_count()} cores and {memory:.0f} GiB memory: Python"  # noqa: DTZ011
        f" {platform.python_version()}, granian {version('granian')} with 1 worker and 4 threads, loopback without"
        f" TLS, SQLite with durable commits; medians of {rounds} rounds, floor and product in turn."
    )


def _table(floors: list[Measured], products: list[Measured]) -> str:
    heads = ("request", "of", "CPU ms", "× floor", "goal", "p50 ms", "p95 ms", "req/s, 4 clients", "SQL", "commits")
    lines = [(*heads, "bytes"), ("---", "---", *["--:"] * 9)]
    for least, ours in zip(floors, products, strict=True):
        ratio = f"{ours.cpu / least.cpu:.2f}"
        lines += [_row(least, "1", ""), _row(ours, ratio, GOALS.get(ours.flow, ""))]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _row(of: Measured, ratio: str, goal: str) -> tuple[str, ...]:
    return (
        of.flow,
        of.whose,
        f"{of.cpu:.2f}",
        ratio,
        goal,
        f"{of.latency(0.5):.2f}",
        f"{of.latency(0.95):.2f}",
        f"{median(run.rate for run in of.together):.0f}",
        f"{of.cost.statements:g}",
        f"{of.cost.commits:g}",
        f"{of.alone[-1].size}",
    )


if __name__ == "__main__":
    main()
