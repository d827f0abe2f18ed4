"""What templates need beside their values: Swedish wording, local placeholders, and addresses of static files."""

import hashlib
import logging
import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g
from flask_login import current_user
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from course import swedish
from course.access import sees
from course.access.policy import may
from course.content import markup, review
from course.content.vocabulary import FORMS, OUTCOMES, TRACKS
from course.db import database, is_demonstration
from course.report.catalogue.person import ROUTES
from course.report.formats.text import shown
from course.web.cookie import form_token

log = logging.getLogger(__name__)
STATIC = Path(__file__).parent / "static"
BARE_NAME = re.compile(rf"^({'|'.join(sorted(markup.PLACEHOLDERS))})(?=\s*=)", re.MULTILINE)
"""A name in lokalt.toml without quotation marks, which TOML wants round Å, Ä and Ö."""

NOT_TOML = (ValueError, RecursionError)
"""What tomllib raises for a text that it cannot read; the second for a thousand brackets."""
NOT_UTF8 = "filen är inte sparad som UTF-8."
TRACK_TABLE = "spar"
"""The table of lokalt.toml that says which units do which kind of work."""


class Local:
    """What the workplace has filled in, read again when its file changes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stamp: tuple[int, int] | None = None
        self.values: Mapping[str, str] = {}
        self.tracks: Mapping[str, str] = {}
        """{a unit's name, or how its code begins: its track}, as the table `spar` says."""
        self.digest = ""
        self.fault = ""

    def refresh(self) -> "Local":
        """Read the file if it is another one than last time; of one with a fault, what can be read."""
        try:
            status = self.path.stat()
        except FileNotFoundError:
            stamp = None
        else:
            stamp = (status.st_mtime_ns, status.st_size)
        if stamp != self._stamp or not self.digest:
            self._stamp = stamp
            self._read()
        return self

    @property
    def filled(self) -> Mapping[str, str]:
        """{name: text}, of those that are filled in."""
        return {name: value for name, value in self.values.items() if value.strip()}

    @property
    def unfilled(self) -> list[str]:
        """The names that are left to fill in, in alphabetical order."""
        return sorted(markup.PLACEHOLDERS - self.filled.keys(), key=swedish.sort_key)

    def _read(self) -> None:
        try:
            text = self.path.read_bytes() if self.path.exists() else b""
        except OSError as fault:  # what was read before stands, and the file is tried again
            self._stamp, self.fault = None, f"lokalt.toml går inte att läsa: {fault.strerror}."
            log.warning("lokalt.toml cannot be read")
            return
        self.digest = hashlib.sha256(text).hexdigest()[:16]
        self.fault = ""
        written = BARE_NAME.sub(r'"\1"', text.decode("utf-8-sig", errors="replace"))
        try:
            if "\ufffd" in written:
                raise ValueError(NOT_UTF8)
            given = tomllib.loads(written)
        except NOT_TOML as fault:
            given, self.fault = _readable(written), f"lokalt.toml går inte att läsa helt: {_told(fault)}"
            log.warning("lokalt.toml cannot be read whole")
        tracks = given.pop(TRACK_TABLE, {})
        known = {name: value for name, value in given.items() if name in markup.PLACEHOLDERS and isinstance(value, str)}
        if len(known) < len(given):
            unknown = ", ".join(sorted(given.keys() - known.keys()))
            self.fault = f"lokalt.toml har värden som inte används: {unknown}."
        self.values = known
        self.tracks = self._known_tracks(tracks)

    def _known_tracks(self, given: Any) -> Mapping[str, str]:
        """The units whose track there is; anything else is a fault."""
        if not isinstance(given, dict):
            self.fault = f"lokalt.toml: {TRACK_TABLE} ska vara en tabell; skriv [{TRACK_TABLE}] på en egen rad."
            return {}
        known = {
            unit: track for unit, track in given.items() if isinstance(track, str) and track in TRACKS and unit.strip()
        }
        if len(known) < len(given):
            wrong = ", ".join(sorted(given.keys() - known.keys()))
            self.fault = f"lokalt.toml: {TRACK_TABLE} har fel spår för {wrong}; välj bland {', '.join(TRACKS)}."
        return known


def _told(fault: Exception) -> str:
    """Where the file is wrong; what tomllib says of it is English."""
    line = re.search(r"at line (\d+)", str(fault))
    return (
        f"titta på rad {line[1]}." if line else NOT_UTF8 if str(fault) == NOT_UTF8 else "titta efter tecken som saknas."
    )


def _readable(text: str) -> dict[str, Any]:
    """What can be read, line by line: one quotation mark too few must not hide whom to call."""
    found: dict[str, Any] = {}
    table = found
    for line in text.splitlines():
        if line.strip() == f"[{TRACK_TABLE}]":
            table = found[TRACK_TABLE] = {}
            continue
        try:
            table.update(tomllib.loads(line) if "\ufffd" not in line else {})
        except NOT_TOML:
            continue
    return found


def init_app(app: Flask) -> None:
    """Register the filters and globals of the templates."""
    app.extensions["local"] = Local(Path(app.instance_path) / "lokalt.toml")
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        number=swedish.number, day=swedish.day, instant=swedish.instant, age=swedish.age, shown=shown, filled=filled
    )
    app.jinja_env.filters.update(scrolling=scrolling, in_words=swedish.in_words, waiting=swedish.waiting)
    app.jinja_env.globals.update(review_told=review.told, sees_told=sees.told_to, sees_behind=sees.BEHIND)
    app.jinja_env.globals.update(TRACKS=TRACKS, FORMS=FORMS, OUTCOMES=OUTCOMES, ROUTES=ROUTES)
    app.jinja_env.globals.update(
        static=static, local=local, can=can, official=official, demonstration=demonstration, token=token, zip=zip
    )


def local() -> Mapping[str, str]:
    """The local values, for those who are signed in; to others nothing is filled in."""
    if "local" not in g:
        found: Local = current_app.extensions["local"]
        g.local = found.refresh().values if current_user.is_authenticated else {}
    values: Mapping[str, str] = g.local
    return values


def local_digest() -> str:
    """What the local values hash to, for ETags."""
    found: Local = current_app.extensions["local"]
    return found.refresh().digest


def tracks() -> Mapping[str, str]:
    """The tracks of the workplace's units, see Local.tracks."""
    found: Local = current_app.extensions["local"]
    return found.refresh().tracks


@pass_context
def filled(_context: Context, html: str) -> Markup:
    """Course HTML with the local placeholders filled in. The HTML was made safe when it was rendered.

    It asks for the context, else Jinja would fill in a text of the template itself once and for all.
    """
    values = local()
    return _filled(html, tuple(values.items()))


@lru_cache(maxsize=2048)
def _filled(html: str, values: tuple[tuple[str, str], ...]) -> Markup:
    return Markup(markup.fill(html, dict(values)))  # noqa: S704 - see filled


def scrolling(html: Markup) -> Markup:
    """The HTML with each table in a box of its own, which scrolls sideways, also by keyboard, when it is too wide."""
    open_, close = Markup('<div class="scroll" tabindex="0"><table>'), Markup("</table></div>")
    return html.replace(Markup("<table>"), open_).replace(Markup("</table>"), close)


def can(permission: str) -> bool:
    """Whether the one who is asking has the permission."""
    return bool(current_user.is_authenticated) and may(current_user.roles, permission)


def official() -> bool:
    """Whether the one who is asking has an assignment and no employment: there is no manager to turn to."""
    return bool(current_user.is_authenticated) and current_user.audiences == {"official"}


def token() -> Markup:
    """The hidden field that every form carries: nobody else's page can send it."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(form_token())


def demonstration() -> bool:
    """Whether this database is a demonstration; asked once, since it is decided before anything else."""
    known: dict[str, Any] = current_app.extensions
    if "demonstration" not in known:
        known["demonstration"] = is_demonstration(database.session)
    return bool(known["demonstration"])


@lru_cache
def static(name: str) -> str:
    """The address of a static file, with its digest, so that it can be cached for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"
