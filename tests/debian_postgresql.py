"""Debian's PostgreSQL on a socket of its own, for tests and for the bench."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDERS = Path("/usr/lib/postgresql")


def installed() -> bool:
    """Whether there is one."""
    return any(FOLDERS.glob("*/bin"))


@contextmanager
def running() -> Iterator[Path]:
    """The newest one that is installed, without any databases of ours; gives the folder of its socket."""
    bin_, as_user = max(FOLDERS.glob("*/bin")), []
    folder = Path(tempfile.mkdtemp(prefix="course-postgresql-"))  # pytest's own folders are closed to other users
    if os.geteuid() == 0:
        as_user = ["runuser", "-u", "postgres", "--"]
        shutil.chown(folder, "postgres")
    data = folder / "data"
    initdb = [*as_user, bin_ / "initdb", "-A", "trust", "-U", "postgres", "-D", data]
    subprocess.run(initdb, check=True, capture_output=True, cwd=folder)
    options = f"-k {folder} -c listen_addresses= -c fsync=off -c max_connections=200"
    control = [*as_user, bin_ / "pg_ctl", "-D", data, "-w", "-l", folder / "log"]
    subprocess.run([*control, "-o", options, "start"], check=True, stdout=subprocess.DEVNULL, cwd=folder)
    try:
        yield folder
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True, cwd=folder)
        shutil.rmtree(folder)


def address(folder: Path, name: str) -> str:
    """The product's database_url of a database."""
    return f"postgresql+psycopg://postgres@/{name}?host={folder}"
