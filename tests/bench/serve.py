"""The servers of a run: the product and the floor, in the same way."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import wire

HERE = Path(__file__).resolve().parent
OPTIONS = (
    *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--http", "1", "--no-ws"),
    *("--blocking-threads", "4", "--no-access-log", "--log-level", "warning"),
)


@contextmanager
def product(environment: Mapping[str, str], *, workers: int = 1) -> Iterator[wire.Server]:
    """The product on the instance of its environment."""
    command = (*OPTIONS, "--workers", str(workers), "wsgi:app")
    log = Path(environment["COURSE_INSTANCE"]) / "log"
    with wire.serving(command, HERE.parents[1], environment, log) as server:
        yield server


@contextmanager
def floor(database: Path, factory: str = "trimmed", *, workers: int = 1) -> Iterator[wire.Server]:
    """The floor on its database; `factory` is one of floor.py's."""
    command = (*OPTIONS, "--workers", str(workers), "--factory", f"floor:{factory}")
    environment = {**os.environ, "GRANIAN_PORT": str(wire.free_port()), "FLOOR_DATABASE": str(database)}
    with wire.serving(command, HERE, environment, database.with_suffix(f".{factory}.log")) as server:
        yield server
