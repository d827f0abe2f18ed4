"""What a learner does most, beside the least that the same can be: a page, the page again, an answer."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle, islice

import floor
import inside
import product
import serve
import wire
from ground import Ground, Instance
from outcome import Outcome, met
from series import Series, rounds

FLOWS = {"page": "a learner's page", "repeat": "the same page again (304)", "answer": "an answer"}
COUNTS = {"page": 300, "repeat": 300, "answer": 200}
"""Requests of one client in a round, and of the four clients together."""
LARGEST_RATIO = {"page": 1.2, "answer": 1.5}
LARGEST_REPEAT = 400
"""Bytes."""
SECONDS, ROUNDS, CLIENTS, WARM_UP, COUNTED = 70, 8, 4, 40, 8


def measure(ground: Ground) -> Iterator[Outcome]:
    """The three beside the two floors, a round of each in turn."""
    instance = ground.demonstration("flows")
    ours = requests(instance, WARM_UP + ROUNDS * COUNTS["answer"] * 2 + COUNTED)
    cost = {flow: inside.count(instance.app, instance.engine, islice(ours[flow], COUNTED)) for flow in FLOWS}
    path = ground.folder / "floor.sqlite"
    least = {flow: cycle(found) for flow, found in floor.requests(floor.made(path)).items()}
    with (
        serve.floor(path, "shipped") as shipped,
        serve.floor(path, "trimmed") as trimmed,
        serve.product(instance.environment) as server,
    ):
        served = [(shipped, least), (trimmed, least), (server, ours)]
        for each, asked in served:
            for flow in FLOWS:
                each.run(list(islice(asked[flow], WARM_UP)), CLIENTS)
        alone = {(each, flow): Series(each, asked[flow], COUNTS[flow]) for flow in FLOWS for each, asked in served}
        together = {flow: Series(server, ours[flow], COUNTS[flow], CLIENTS) for flow in FLOWS}
        rounds([*alone.values(), *together.values()], seconds=SECONDS, most=ROUNDS)
    for flow, name in FLOWS.items():
        one, several = alone[server, flow], together[flow]
        times = [one.cpu / alone[least, flow].cpu for least in (shipped, trimmed)]
        measured = (
            f"{one.cpu:.2f} ms CPU, {one.wall():.1f} ms; {cost[flow].statements:g} SQL statements,"
            f" {cost[flow].commits:g} commits, {one.size} bytes; {several.rate:.0f} a second from {CLIENTS} clients;"
            f" {times[0]:.2f} × the floor as shipped, {times[1]:.2f} × the floor trimmed"
        )
        yield Outcome(name, measured, *_held(flow, times[1], one.size))


def _held(flow: str, times: float, size: int) -> tuple[str, str]:
    if flow == "repeat":
        return f"< {LARGEST_REPEAT} bytes", met(size < LARGEST_REPEAT)
    return f"≤ {LARGEST_RATIO[flow]} × the floor trimmed", met(times <= LARGEST_RATIO[flow])


def requests(instance: Instance, answers: int) -> dict[str, Iterator[wire.Request]]:
    """{page, repeat, answer: requests}, of which there are so many answers."""
    app = instance.app
    items = product.asked(app)
    readers = product.learners(app, "reader", CLIENTS)
    for request in product.answers(readers, items[:2]):
        inside.ask(app, request)
    pages = [wire.Request("GET", product.PAGE, reader.cookie, 200) for reader in readers]
    repeats = [replace(page, status=304, tag=inside.ask(app, page).headers["ETag"]) for page in pages]
    takers = product.learners(app, "taker", answers // len(items) + 1)
    return {"page": cycle(pages), "repeat": cycle(repeats), "answer": product.answers(takers, items)}
