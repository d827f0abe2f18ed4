"""The Containerfile: what it copies is there and is enough to serve, and it holds nothing that it should not.

No engine builds it here. What its instructions copy is put in a folder and started as it says.
"""

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "Containerfile").read_text(encoding="utf-8")


def instructions(text=TEXT):
    """[(instruction, its words)], with continued lines put together."""
    lines = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)).splitlines()
    return [tuple(line.split(maxsplit=1)) for line in lines if line]


LAST = TEXT[TEXT.rindex("\nFROM ") :]
"""The stage that becomes the image."""


def all_of(name, text=TEXT):
    return [rest for instruction, rest in instructions(text) if instruction == name]


def copies(text):
    """[(sources, target)] of what is copied from the project."""
    return [(words[:-1], words[-1]) for rest in all_of("COPY", text) if "--from" not in (words := rest.split())[0]]


def environment():
    return dict(pair.split("=", 1) for rest in all_of("ENV", LAST) for pair in shlex.split(rest))


def test_the_base_is_named_with_its_version():
    bases = {rest.split()[0] for rest in all_of("FROM")}

    assert bases == {"python:3.11-slim-bookworm"}


def test_everything_that_is_copied_is_there_and_is_sent_to_the_builder():
    sent = set(re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE))
    copied = {source for sources, _ in copies(TEXT) for source in sources}

    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert copied == sent
    assert copied.isdisjoint({".", "instance", "tests", ".git"})


def test_packages_come_from_the_lock_with_hashes():
    (install,) = (rest for rest in all_of("RUN") if "pip install" in rest)

    assert "--require-hashes" in install
    assert install.endswith("-r /opt/course/requirements.lock")


def test_it_runs_as_somebody_without_rights_and_holds_no_secret():
    assert all_of("USER", LAST) == ["10001"]
    assert all_of("ARG") == []
    assert [name for name in environment() if re.search("SECRET|PASSWORD|TOKEN|DATABASE", name)] == []
    assert (environment()["COURSE_INSTANCE"], all_of("VOLUME")) == ("/data", ["/data"])


@pytest.fixture
def image(tmp_path):
    """The folder that the image's instructions fill, and how a program is run in it."""
    program, instance = tmp_path / "opt/course", tmp_path / "data"
    program.mkdir(parents=True)
    for sources, target in copies(LAST):
        for source in sources:
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, program / target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / source, program / target)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    moved = {
        "/opt/course/.venv/bin": str(Path(sys.prefix) / "bin"),
        "/opt/course": str(program),
        "/data": str(instance),
        "0.0.0.0:8000": f"127.0.0.1:{port}",
        "127.0.0.1:8000": f"127.0.0.1:{port}",
        "$PATH": os.environ["PATH"],
    }

    def move(text):
        for place, own in moved.items():
            text = text.replace(place, own)
        return text

    place = {name: move(value) for name, value in environment().items()}
    return lambda words: subprocess.Popen(
        [move(word) for word in words], cwd=program, env=place, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def is_healthy(image):
    checked = re.search(r"CMD (\[.*\])", all_of("HEALTHCHECK", LAST)[0])[1]
    assert "/healthz" in checked
    process = image(json.loads(checked))
    process.communicate(timeout=60)
    return process.returncode == 0


def test_what_it_copies_is_enough_to_prepare_the_instance_and_to_serve(image):
    prepared = image(["flask", "data", "init", "--real"])
    said = prepared.communicate(timeout=60)[0].decode()
    assert (prepared.returncode, "hot-och-vald: publicerad som version 2" in said) == (0, True), said
    assert not is_healthy(image)

    server = image(json.loads(all_of("CMD", LAST)[0]))
    try:
        for _ in range(200):
            if is_healthy(image):
                break
            time.sleep(0.1)
        else:
            pytest.fail("it never answered")
    finally:
        server.terminate()
        logged = server.communicate(timeout=60)[0].decode()
    assert server.returncode == 0
    assert '"route": "/healthz", "status": 200' in logged
