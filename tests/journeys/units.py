"""What the guide asks of systemctl, done by the unit files themselves: `units.py ROOT start course`.

systemd itself runs in no test. What it would start, with which environment and where, is read from the units.
"""

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path


def read(root, unit, section="Service"):
    """{key: its values} of a section of a unit."""
    text = (root / "etc/systemd/system" / unit).read_text(encoding="utf-8")
    keys = {}
    for line in text.partition(f"[{section}]")[2].partition("\n[")[0].splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            keys.setdefault(key, []).append(value)
    return keys


def start(root, name):
    """Start a service, or run a oneshot to its end."""
    unit = read(root, f"{name.removesuffix('.service')}.service")
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TZ") if key in os.environ}
    environment = {**kept, **dict(value.split("=", 1) for value in unit["Environment"])}
    commands = [shlex.split(line.replace("%%", "%").replace("$$", "$")) for line in unit["ExecStart"]]
    place = unit["WorkingDirectory"][0]
    if unit["Type"] == ["oneshot"]:
        for command in commands:
            optional = command[0].startswith("-")
            words = [command[0].removeprefix("-"), *command[1:]]
            if subprocess.run(words, cwd=place, env=environment, check=False).returncode and not optional:
                alarm(root, f"{name.removesuffix('.service')}.service")
                sys.exit(1)
        return
    with (root / "run" / f"{name}.log").open("a") as log:
        process = subprocess.Popen(
            commands[0], cwd=place, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL, process_group=0
        )
    (root / "run" / f"{name}.pid").write_text(str(process.pid))


def alarm(root, failed):
    """Start what a unit that has failed names with OnFailure: a template, with the failed unit's name in it."""
    for unit in read(root, failed, "Unit").get("OnFailure", ()):
        template, _, argument = unit.replace("%n", failed).removesuffix(".service").partition("@")
        for line in read(root, f"{template}@.service")["ExecStart"]:
            subprocess.run(shlex.split(line.replace("%i", argument)), check=True)


def stop(root, name):
    """Send SIGTERM to the first process and wait for it, as long as the unit says; then kill what is left."""
    pid_file = root / "run" / f"{name}.pid"
    if not pid_file.exists():
        return
    pid = int(pid_file.read_text())
    pid_file.unlink()
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        for _ in range(int(read(root, f"{name}.service")["TimeoutStopSec"][0]) * 20):
            if is_over(pid):
                break
            time.sleep(0.05)
        os.killpg(pid, signal.SIGKILL)


def is_over(pid):
    """Whether the process has ended; nobody else waits for it, so it may remain as a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("Z")
    except OSError:
        return True


def reload(root, name):
    """nginx, which Debian starts when it is installed, begins to serve by the configuration that there is now."""
    assert name == "nginx"
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    subprocess.run([program, "-c", root / "nginx.conf"], check=True)


def main(root, verb, *names):
    if verb == "daemon-reload":
        return
    for name in names:
        if name == "--now":
            continue
        if name.endswith(".timer"):
            assert (root / "etc/systemd/system" / name).exists()
        else:
            {"start": start, "enable": start, "stop": stop, "disable": stop, "reload": reload}[verb](root, name)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
