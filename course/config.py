"""Settings: `instance/config.toml`, then COURSE_* variables of the environment."""

import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PROJECT = Path(__file__).resolve().parent.parent
LOOPBACK = ("127.0.0.1", "localhost", "::1")
SHORTEST_SECRET = 32


@cache
def version() -> str:
    """The version of this program."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


class BadSettings(Exception):  # noqa: N818 - it stops the start with one line
    """A setting that stops the start; the text is the one line to show."""


@dataclass(frozen=True)
class Settings:
    """Everything the installation decides; see README.md, "Settings"."""

    instance: Path
    database_url: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    secret_key_fallbacks: tuple[str, ...] = field(default=(), repr=False)
    base_url: str = "http://127.0.0.1:8000"
    content: Path = PROJECT
    proxies: int = 0
    """How many proxies in front add X-Forwarded-For and X-Forwarded-Proto; 0 trusts none."""
    listen: str = "127.0.0.1:8000"
    """The address and port that the server listens on; a proxy with TLS stands in front."""
    workers: int = 2
    """How many processes serve."""
    answers_months: int = 12
    """How many months after an attempt its answers are kept, unless a run of `flask data retention` says otherwise."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """{our column name: what it is called in the municipality's own lists}."""
    anstallningsform: Mapping[str, str] = field(default_factory=dict)
    """{a word of the municipality's own lists for a form of employment: which of EMPLOYMENT_WORDS it is}."""
    ten_digits: tuple[str, ...] = ()
    """Columns where a number of ten digits is no personnummer, whatever it looks like."""

    @property
    def secure(self) -> bool:
        """Whether people reach the product over https."""
        return self.base_url.startswith("https://")

    @property
    def host(self) -> str:
        """The host name people use."""
        return urlsplit(self.base_url).hostname or ""


NAMES = frozenset(item.name for item in fields(Settings)) - {"instance"}
NUMBERS = {"proxies": range(10), "workers": range(1, 33), "answers_months": range(1, 241)}
"""Settings that are whole numbers, and which they may be."""
COLUMNS = frozenset(
    "anstallningsnummer fornamn efternamn namn epost enhetskod enhet avdelning befattning anstallningsform chef fran"
    " till namnd organ roll mandat_fran mandat_till skyddad kurs modul dag satt kalla".split()
)
"""The columns of every list, by our names."""
TEN_DIGITS = ("anstallningsnummer", "chef")
EMPLOYMENT_WORDS = ("tillsvidare", "visstid", "timanställd", "inhyrd", "praktikant")
LISTEN = re.compile(r"([\w.-]+|\[[0-9a-f:]+\]):(\d{1,5})", re.IGNORECASE)


def load_settings(environment: Mapping[str, str] = os.environ, instance: Path | None = None) -> Settings:
    """Read and check the settings of one instance folder.

    The folder is `instance`, else COURSE_INSTANCE, else `instance/` beside the package; it is made when missing.
    Raises BadSettings with one line that says what to mend. Makes `secret_key` in the folder on first use.
    """
    folder = (instance or Path(environment.get("COURSE_INSTANCE") or PROJECT / "instance")).resolve()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # people's names and what they have done lie in it
        given = {**_from_file(folder / "config.toml"), **_from_environment(environment)}
        settings = replace(Settings(instance=folder), **given)
        if not settings.database_url:
            settings = replace(settings, database_url=f"sqlite:///{folder / 'course.sqlite'}")
        if not settings.secret_key:
            settings = replace(settings, secret_key=_own_secret(folder / "secret_key"))
    except OSError as fault:  # whoever runs the program may not look there, or the disk is full
        reason = f"{fault.filename or folder}: {fault.strerror}"
        raise BadSettings(f"{reason}; let the user that runs the program own its instance folder") from None
    _check(settings)
    return settings


def _from_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise BadSettings(f"{path}: cannot be read as TOML: {fault}") from None
    return {name: _value(name, value, str(path)) for name, value in table.items()}


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    return {
        (name := variable.removeprefix("COURSE_").lower()): _value(name, text, variable)
        for variable, text in environment.items()
        if variable.startswith("COURSE_") and variable != "COURSE_INSTANCE"
    }


def _value(name: str, given: Any, where: str) -> Any:
    if name not in NAMES:
        raise BadSettings(f"{where}: unknown setting {name!r}; known are {', '.join(sorted(NAMES))}")
    if name in NUMBERS:
        if not str(given).isdecimal() or int(given) not in NUMBERS[name]:
            numbers = NUMBERS[name]
            raise BadSettings(f"{where}: {name} must be a whole number from {numbers.start} to {numbers.stop - 1}")
        return int(given)
    if name in ("columns", "anstallningsform"):
        return _words(name, given, where)
    if name == "ten_digits":
        columns = tuple(given.split() if isinstance(given, str) else given if isinstance(given, list) else ("?",))
        if not set(columns) <= set(TEN_DIGITS):
            raise BadSettings(f"{where}: ten_digits must list some of {', '.join(TEN_DIGITS)}")
        return columns
    if name == "secret_key_fallbacks":
        return tuple(given.split() if isinstance(given, str) else given)
    if not isinstance(given, str):
        raise BadSettings(f"{where}: {name} must be a text")
    return Path(given).resolve() if name == "content" else given


def _words(name: str, given: Any, where: str) -> dict[str, str]:
    """A table of what lists call things; our own words in it must be ones that are known."""
    if not isinstance(given, dict) or not all(isinstance(text, str) for text in given.values()):
        raise BadSettings(f"{where}: {name} must be a table of names, such as fran = 'Anställd fr.o.m.'")
    ours, known = (given, COLUMNS) if name == "columns" else (given.values(), EMPLOYMENT_WORDS)
    unknown = next((word for word in ours if word not in known), None)
    if unknown is not None:
        raise BadSettings(f"{where}: {name} has {unknown!r}; known are {', '.join(sorted(known))}")
    return given


def _own_secret(path: Path) -> str:
    """The instance's own secret, made on first use; two starts at once agree on one."""
    if not path.exists():
        new = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            path.hardlink_to(new)
        except FileExistsError:
            pass
        finally:
            new.unlink()
    return path.read_text(encoding="ascii", errors="replace").strip()


def _check(settings: Settings) -> None:
    for key in (settings.secret_key, *settings.secret_key_fallbacks):
        if len(key.encode()) < SHORTEST_SECRET or len(set(key)) < 10 or "\ufffd" in key:
            raise BadSettings(
                f"the secret key is too weak: give at least {SHORTEST_SECRET} random characters"
                " or leave it out and one is made in the instance folder"
            )
    address = urlsplit(settings.base_url)
    if address.scheme not in ("http", "https") or not address.hostname or address.path not in ("", "/"):
        raise BadSettings(f"base_url must look like https://kurs.example.se, not {settings.base_url!r}")
    if address.scheme == "http" and address.hostname not in LOOPBACK:
        raise BadSettings("base_url must begin with https:// unless people reach it on this machine alone")
    if not LISTEN.fullmatch(settings.listen):
        raise BadSettings(f"listen must be an address and a port such as 127.0.0.1:8000, not {settings.listen!r}")
    if not (settings.content / "modules").is_dir():
        raise BadSettings(f"content must be a folder with modules/ and quizzes/ in it, and {settings.content} is not")
    if not settings.database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise BadSettings("database_url must begin with sqlite:/// or postgresql+psycopg://")
