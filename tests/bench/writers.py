"""Many who answer in the same moment: how long the unluckiest waits."""

from collections.abc import Iterator, Sequence
from itertools import cycle
from statistics import median

import floor
import product
import serve
import wire
from ground import Ground
from outcome import Outcome, met
from series import Series, rounds

WRITERS, WORKERS, EACH, ROUNDS = 32, 2, 14, 5
GOAL = 150
"""Milliseconds that nobody waits longer."""


def measure(ground: Ground) -> Iterator[Outcome]:
    """32 clients that answer without a pause, on two workers, beside as many that write to the floor."""
    instance = ground.demonstration("writers")
    items = product.asked(instance.app)
    takers = product.learners(instance.app, "writer", (ROUNDS + 1) * WRITERS * EACH // len(items) + WRITERS)
    path = ground.folder / "floor-writers.sqlite"
    least = cycle(floor.requests(floor.made(path))["answer"])
    with (
        serve.floor(path, workers=WORKERS) as bare,
        serve.product(instance.environment, workers=WORKERS) as server,
    ):
        ours = Series(server, _answers(takers, items), WRITERS * EACH, WRITERS)
        theirs = Series(bare, least, WRITERS * EACH, WRITERS)
        for each in (theirs, ours):
            each.warm_up()
        rounds([theirs, ours], seconds=30, most=ROUNDS)
    longest = max(run.latencies[-1] for run in ours.runs)
    measured = (
        f"longest wait {longest:.0f} ms, in a round {_usual(ours):.0f} ms; 99 of 100 within {ours.wall(0.99):.0f} ms;"
    )
    measured += f" {ours.rate:.0f} a second; the floor's longest {_usual(theirs):.0f} ms at {theirs.rate:.0f} a second"
    yield Outcome(f"{WRITERS} answer at once", measured, f"nobody waits over {GOAL} ms", met(longest <= GOAL))


def _usual(series: Series) -> float:
    """The longest wait of a round, at the median."""
    return median(run.latencies[-1] for run in series.runs)


def _answers(takers: Sequence[product.Learner], items: Sequence[product.Item]) -> Iterator[wire.Request]:
    """Answers in such an order that each client, every 32nd request, stays with its own takers."""
    for start in range(0, len(takers) - WRITERS + 1, WRITERS):
        together = takers[start : start + WRITERS]
        for item in items:
            yield from product.answers(together, [item])
