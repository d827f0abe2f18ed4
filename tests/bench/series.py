"""One kind of request, sent to one server in rounds."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from statistics import median

import wire


@dataclass
class Series:
    """So many requests a round, from so many clients; the figures are medians of the rounds, per request."""

    server: wire.Server
    requests: Iterator[wire.Request]
    count: int
    clients: int = 1
    beside: int = 0
    """The first process of a database server whose work counts too."""
    runs: list[wire.Run] = field(default_factory=list)
    runs_beside: list[float] = field(default_factory=list)

    def round(self) -> None:
        """Send the next requests."""
        tree = wire.tree_of(self.beside) if self.beside else []
        before = wire.cpu_ms(tree)
        self.runs.append(self.server.run(list(islice(self.requests, self.count)), self.clients))
        self.runs_beside.append((wire.cpu_ms(tree) - before) / self.count)

    def warm_up(self) -> None:
        """Send the requests of a round without measuring."""
        self.round()
        self.runs.clear()
        self.runs_beside.clear()

    @property
    def cpu(self) -> float:
        """CPU milliseconds of the server's processes, and of the database's."""
        return median(run.cpu_each for run in self.runs) + self.cpu_beside

    @property
    def cpu_beside(self) -> float:
        """CPU milliseconds of the database server's processes."""
        return median(self.runs_beside)

    @property
    def rate(self) -> float:
        """Requests a second."""
        return median(run.rate for run in self.runs)

    @property
    def size(self) -> int:
        """Bytes of an answer, with its headers."""
        return self.runs[-1].size

    def wall(self, share: float = 0.5) -> float:
        """The time in milliseconds within which that share of the requests was answered."""
        return median(run.latencies[min(int(len(run.latencies) * share), len(run.latencies) - 1)] for run in self.runs)


def rounds(several: Sequence[Series], *, seconds: float, least: int = 3, most: int = 8) -> int:
    """Let each send its share in turn, round after round while there is time; gives how many rounds."""
    began = time.monotonic()
    for number in range(1, most + 1):
        start = time.monotonic()
        for each in several:
            each.round()
        end = time.monotonic()
        if number >= least and end + (end - start) - began > seconds:
            return number
    return most
