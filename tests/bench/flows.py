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

ROWS = {
    "a learner's page": ("page",),
    "the same page again (304)": ("repeat",),
    "an answer and its feedback page": ("answer", "feedback"),
}
"""{what is told: the requests that it takes}."""
COUNTS = {"page": 300, "repeat": 300, "answer": 200, "feedback": 200}
"""Requests of one client in a round, and of the four clients together."""
LARGEST_RATIO = {("page",): 1.2, ("answer", "feedback"): 1.5}
LARGEST_REPEAT = 400
"""Bytes."""
SECONDS, ROUNDS, CLIENTS, WARM_UP, COUNTED = 70, 8, 4, 40, 8


def measure(ground: Ground) -> Iterator[Outcome]:
    """The three beside the two floors, a round of each in turn."""
    instance = ground.demonstration("flows")
    ours = requests(instance, WARM_UP + ROUNDS * COUNTS["answer"] * 2 + COUNTED)
    cost = {flow: inside.count(instance.app, instance.engine, islice(ours[flow], COUNTED)) for flow in COUNTS}
    path = ground.folder / "floor.sqlite"
    least = {flow: cycle(found) for flow, found in floor.requests(floor.made(path)).items()}
    with (
        serve.floor(path, "shipped") as shipped,
        serve.floor(path, "trimmed") as trimmed,
        serve.product(instance.environment) as server,
    ):
        served = [(shipped, least), (trimmed, least), (server, ours)]
        for each, asked in served:
            for flow in COUNTS:
                each.run(list(islice(asked[flow], WARM_UP)), CLIENTS)
        alone = {(each, flow): Series(each, asked[flow], COUNTS[flow]) for flow in COUNTS for each, asked in served}
        together = {flow: Series(server, ours[flow], COUNTS[flow], CLIENTS) for flow in COUNTS}
        rounds([*alone.values(), *together.values()], seconds=SECONDS, most=ROUNDS)
    for name, flows in ROWS.items():
        cpu = {each: sum(alone[each, flow].cpu for flow in flows) for each, _ in served}
        wall = sum(alone[server, flow].wall() for flow in flows)
        size = sum(alone[server, flow].size for flow in flows)
        statements, commits = (sum(getattr(cost[flow], what) for flow in flows) for what in ("statements", "commits"))
        seconds = sum(1 / together[flow].rate for flow in flows)
        times = [cpu[server] / cpu[bare] for bare in (shipped, trimmed)]
        measured = (
            f"{cpu[server]:.2f} ms CPU, {wall:.1f} ms; {statements:g} SQL statements, {commits:g} commits,"
            f" {size} bytes; {1 / seconds:.0f} a second from {CLIENTS} clients;"
            f" {times[0]:.2f} × the floor as shipped, {times[1]:.2f} × the floor trimmed"
        )
        yield Outcome(name, measured, *_held(flows, times[1], size))


def _held(flows: tuple[str, ...], times: float, size: int) -> tuple[str, str]:
    if flows == ("repeat",):
        return f"< {LARGEST_REPEAT} bytes", met(size < LARGEST_REPEAT)
    return f"≤ {LARGEST_RATIO[flows]} × the floor trimmed", met(times <= LARGEST_RATIO[flows])


def requests(instance: Instance, answers: int) -> dict[str, Iterator[wire.Request]]:
    """{page, repeat, answer, feedback: requests}, of which there are so many answers."""
    app = instance.app
    items = product.asked(app)
    readers = product.learners(app, "reader", CLIENTS)
    answered = list(product.answers(readers, items[:2]))
    for request in answered:
        inside.ask(app, request)
    feedback = [wire.Request("GET", request.path, request.cookie, 200) for request in answered]
    pages = [wire.Request("GET", product.PAGE, reader.cookie, 200) for reader in readers]
    repeats = [replace(page, status=304, tag=inside.ask(app, page).headers["ETag"]) for page in pages]
    takers = product.learners(app, "taker", answers // len(items) + 1)
    return {
        "page": cycle(pages),
        "repeat": cycle(repeats),
        "answer": product.answers(takers, items),
        "feedback": cycle(feedback),
    }
