"""INSTALL.md as the tests follow it: its files and commands, moved to a folder and ports of their own."""

import os
import re
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import sqlean

from course.config import PROJECT

TEXT = (PROJECT / "INSTALL.md").read_text(encoding="utf-8")
FILE = re.compile(r"(Write|Add to) `(/[^`]+)`.*?^```[\w ]+\n(.*?)^```", re.DOTALL | re.MULTILINE)
STEPS = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
PLACES = re.compile(
    r"(?<!\w)/(?=(?:opt/course|etc/course|etc/nginx/sites|etc/ssl/course|etc/systemd|usr/local|var/lib|var/log)\b)"
)
THE_MACHINES = re.compile(r"^(apt-get|useradd|timedatectl|chown) .*\n", re.MULTILINE)
"""Commands that change the whole machine: packages, users, its clock, and owners that it does not have here."""
OWNERS = re.compile(r"-o \w+ -g \w+ |runuser -u \w+ -- ")
ENVIRONMENT = (
    ("python3 -m venv .venv\n", f"ln -s {sys.prefix} .venv\n"),  # made from the same lock by `make test`
    (".venv/bin/pip install --quiet --require-hashes --only-binary :all: -r requirements.lock\n", ""),
)
DEBIANS_NGINX = Path("/etc/nginx/nginx.conf")


def chapter(number):
    """The text of a chapter."""
    return re.search(rf"^## {number}\. .*?(?=^## |\Z)", TEXT, re.DOTALL | re.MULTILINE)[0]


def files(text=TEXT):
    """[(path, what it holds)] of the files that the text tells to write, or to add to."""
    return [(path, held) for _, path, held in FILE.findall(text)]


def steps(number):
    """The commands of a chapter."""
    return "".join(STEPS.findall(chapter(number)))


class Machine:
    """A folder that stands for the root of a machine, on which the guide is followed."""

    def __init__(self, root, *, app, http=0, https=0):
        self.root, self.app, self.http, self.https = root, app, http, https
        self.environment = {}
        program = root / "opt/course/0.1.0"
        for name in ("course", "modules", "quizzes", "instance"):
            shutil.copytree(PROJECT / name, program / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("wsgi.py", "pyproject.toml", "requirements.lock"):
            shutil.copy(PROJECT / name, program)
        for folder in (
            "run",
            "usr/local/sbin",
            "var/log/nginx",
            "etc/nginx/sites-available",
            "etc/nginx/sites-enabled",
        ):
            (root / folder).mkdir(parents=True)

    def moved(self, text):
        """A file or commands of the guide, with this machine's places and ports in place of the guide's."""
        text = PLACES.sub(f"{self.root}/", OWNERS.sub("", THE_MACHINES.sub("", text)))
        for said, done in ENVIRONMENT:
            assert said in TEXT, "the guide makes its environment in another way"
            text = text.replace(said, done)
        text = text.replace("127.0.0.1:8000", f"127.0.0.1:{self.app}")
        text = text.replace("nginx -t\n", f"nginx -t -c {self.root}/nginx.conf\n")
        text = re.sub(r"listen (\[::\]:)?443", rf"listen \g<1>{self.https}", text)
        text = re.sub(r"listen (\[::\]:)?80\b", rf"listen \g<1>{self.http}", text)
        return text if Path("/proc/net/if_inet6").exists() else re.sub(r"listen \[::\].*\n", "", text)

    def write(self, number):
        """Write the files of a chapter, and add to those that it adds to."""
        for verb, path, held in FILE.findall(chapter(number)):
            place = Path(self.moved(path))
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("w" if verb == "Write" else "a", encoding="utf-8") as file:
                file.write(self.moved(held))

    def follow(self, number):
        """Write the files of a chapter and run its commands; gives what they printed."""
        self.write(number)
        return self.run(steps(number))

    def start(self):
        """Start the service and wait for it, as chapter 4 does."""
        return self.run("".join(re.findall(r"^(?:systemctl enable|curl) .*\n", chapter(4), re.MULTILINE)))

    def run(self, commands):
        """Run commands of the guide in a shell that stops at the first that fails; gives what they printed."""
        systemctl = (
            f'systemctl() {{ "{sys.executable}" "{Path(__file__).with_name("units.py")}" "{self.root}" "$@"; }}\n'
        )
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("COURSE_", "FLASK_"))}
        sbin = os.pathsep.join((str(self.root / "usr/local/sbin"), clean["PATH"], "/usr/sbin"))
        done = subprocess.run(
            ["bash", "-euc", systemctl + self.moved(commands)],
            cwd=self.root,
            env={**clean, "PATH": sbin, **self.environment},
            text=True,
            capture_output=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def write_nginx_conf(self):
        """Debian's own nginx.conf with this machine's places, for whoever runs the tests."""
        text = DEBIANS_NGINX.read_text(encoding="utf-8")
        user = "user root;" if os.geteuid() == 0 else ""  # pytest's folders are closed to www-data
        text = re.sub(r"^user .*", user, text, flags=re.MULTILINE)
        text = re.sub(r"/var/log/nginx|/etc/nginx/sites-enabled|/run/nginx.pid", rf"{self.root}\g<0>", text)
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        places = "".join(f"{kind}_temp_path {self.root}/run/{kind};\n" for kind in kinds)
        (self.root / "nginx.conf").write_text(text.replace("http {", f"http {{\n{places}"), encoding="utf-8")

    def rows(self, query):
        """What a query gives, in the SQLite database of the instance."""
        with closing(sqlean.connect(self.root / "var/lib/course/course.sqlite")) as connection:
            return connection.execute(query).fetchall()
