"""Where a run works: instances of the product, each in a folder of its own."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import wire
from flask import Flask
from sqlalchemy import Engine

from course import create_app
from course.config import PROJECT, load_settings
from course.db import database


@dataclass(frozen=True)
class Instance:
    """An instance folder, what the server's environment is to be, and the application on the same database."""

    environment: dict[str, str]
    app: Flask

    @property
    def engine(self) -> Engine:
        """The application's engine."""
        with self.app.app_context():
            return database.engine


class Ground:
    """A folder in which a demonstration is made once; every part of a run works on a copy of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def demonstration(self, name: str) -> Instance:
        """A new instance with the demonstration of today."""
        shutil.copytree(self._pristine, self.folder / name)
        return self.instance(name)

    def instance(self, name: str, **settings: str) -> Instance:
        """An instance folder of that name, with settings beside the usual ones."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        port = str(wire.free_port())
        ours = {"COURSE_INSTANCE": str(folder), "COURSE_BASE_URL": f"http://127.0.0.1:{port}", "GRANIAN_PORT": port}
        given = _plain() | ours | settings
        return Instance(given, create_app(load_settings(given)))

    @cached_property
    def _pristine(self) -> Path:
        folder = self.folder / "pristine"
        folder.mkdir()
        command = [sys.executable, "-m", "flask", "data", "init", "--demo"]
        given = _plain() | {"COURSE_INSTANCE": str(folder)}
        made = subprocess.run(command, cwd=PROJECT, env=given, capture_output=True, text=True, check=False)
        if made.returncode:
            raise wire.WrongAnswer(f"flask data init failed:\n{made.stderr}")
        return folder


def _plain() -> dict[str, str]:
    """This process's environment without any setting of the product."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COURSE_")}
