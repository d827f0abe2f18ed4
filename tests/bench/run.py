"""`make bench`: what the product takes, beside a bare Flask page in the same run, as a Markdown table.

A measure, not a test: it fails only when a server does not start or an answer has a wrong status. `--only flows`
measures one part. `--profile page|repeat|answer|feedback` shows instead where the time of such a request goes.
"""

# ruff: noqa: E402 - the paths to the project and its tests come before the imports that need them

import argparse
import logging
import os
import platform
import sys
from collections.abc import Callable, Iterator
from datetime import date
from importlib.metadata import version
from itertools import islice
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent)]

import asking
import coverage
import flows
import footprint
import inside
import wire
import writers
from ground import Ground
from outcome import Outcome, table
from reaper import Watched

from course import logs

PARTS: dict[str, Callable[[Ground], Iterator[Outcome]]] = {
    "flows": flows.measure,
    "coverage": coverage.measure,
    "municipality": coverage.measure_municipality,
    "footprint": footprint.measure,
    "writers": writers.measure,
    "questions": asking.measure,
}
PROFILED = 2000


def main() -> None:
    """Measure or profile, in a folder that is gone afterwards."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=PARTS, action="append", help="measure this part; may be given again")
    parser.add_argument("--profile", choices=flows.COUNTS, help="profile such a request of the product instead")
    given = parser.parse_args()
    _log_to_nowhere()
    with Watched() as folder:
        ground = Ground(folder)
        try:
            if given.profile:
                print(profile(ground, given.profile))
            else:
                print(f"{_conditions()}\n\n{table(measure(ground, given.only or list(PARTS)))}")
        except wire.WrongAnswer as fault:
            sys.exit(f"bench: {fault}")


def profile(ground: Ground, flow: str) -> str:
    """Profile one kind of request of the product."""
    instance = ground.demonstration("profile")
    return inside.profile(instance.app, islice(flows.requests(instance, PROFILED)[flow], PROFILED + 1))


def measure(ground: Ground, parts: list[str]) -> Iterator[Outcome]:
    """Measure the parts, one after the other."""
    for name in parts:
        print(f"{name} …", file=sys.stderr)
        yield from PARTS[name](ground)


def _log_to_nowhere() -> None:
    """Let this process log as the server does, at the same cost, but to nowhere."""
    logs.set_up()
    for handler in logging.getLogger("course").handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open till the end


def _conditions() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[1]
    return (
        f"Measured {date.today()} on {os.cpu_count()} cores and {memory:.0f} GiB memory, {load:.1f} other processes"  # noqa: DTZ011
        f" waiting for a core before it began: Python {platform.python_version()}, granian {version('granian')},"
        " loopback without TLS, commits that survive a power cut; medians of rounds, floor and product in turn."
    )


if __name__ == "__main__":
    main()
