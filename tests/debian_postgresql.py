"""Debian's PostgreSQL on a socket of its own, for tests and for the bench."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

FOLDERS = Path("/usr/lib/postgresql")


def installed() -> bool:
    """Whether there is one."""
    return any(FOLDERS.glob("*/bin"))


class PostgreSQL:
    """The newest one that is installed, without any databases of ours; a test may stop and start it."""

    def __init__(self) -> None:
        self._as_user: list[str] = []
        self.folder = Path(tempfile.mkdtemp(prefix="course-postgresql-"))  # pytest's own are closed to other users
        if os.geteuid() == 0:
            self._as_user = ["runuser", "-u", "postgres", "--"]
            shutil.chown(self.folder, "postgres")
        self._programs = max(FOLDERS.glob("*/bin"))
        self._run("initdb", "-A", "trust", "-U", "postgres", "-D", self.folder / "data")

    @property
    def address(self) -> str:
        """The address without a database name."""
        return f"host={self.folder} user=postgres"

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses= -c fsync=off -c max_connections=200 -c max_wal_size=128MB"
        self._control("-l", self.folder / "log", "-o", options, "start")

    def stop(self) -> None:
        """Stop it as a machine that goes down does: nobody is waited for."""
        self._control("-m", "immediate", "stop")

    def new_database(self, template: str = "template1") -> str:
        """Make a database; gives its name."""
        name = f"test_{time.monotonic_ns()}"
        copied = "STRATEGY FILE_COPY" if int(self._programs.parent.name) >= 15 else ""  # half the time of WAL_LOG
        with psycopg.connect(f"{self.address} dbname=postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} {copied}")
        return name

    def _control(self, *words: str | Path) -> None:
        self._run("pg_ctl", "-D", self.folder / "data", "-w", *words)

    def _run(self, program: str, *words: str | Path) -> None:
        command = [*self._as_user, self._programs / program, *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder)


@contextmanager
def running() -> Iterator[PostgreSQL]:
    """A server that runs, and is gone afterwards."""
    server = PostgreSQL()
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.folder)


def address(folder: Path, name: str) -> str:
    """The product's database_url of a database."""
    return f"postgresql+psycopg://postgres@/{name}?host={folder}"
