"""The menu: where it leads, for each role."""

from dataclasses import dataclass
from functools import lru_cache

from flask import Flask, request, url_for
from flask_login import current_user

from course.access.policy import ANYBODY, may

PAGES = (
    ("course.take", "learner.courses", "Kursen"),
    ("unit.read", "unit.show", "Min enhet"),
    ("report.read", "report.coverage", "Täckning"),
    ("people.manage", "people.search", "Personer"),
    ("target.manage", "targets.targets", "Mål"),
    ("board.read", "board.board", "Nämnden"),
    ("revision.read", "material.choose_revision", "Revisionen"),
    ("account.manage", "accounts.accounts", "Konton"),
    ("system.read", "admin.system", "Drift"),
    ("account.own", "own_record.show", "Min sida"),
    ("public", "material.right_way", "Rätt väg"),
    ("public", "pages.support", "Stöd"),
)
"""(what one must be allowed, the endpoint, the words)."""
FIRST_PAGES = {"learner.course": "learner.courses", "material.revision": "material.choose_revision"}
"""{an endpoint: the entry whose page it is, whatever the address}: the one course there is opens at once."""
WITHIN = {"/forsok/": "/kurs/"}
"""{how addresses begin: where in the menu they belong}, where the addresses do not say so."""


@dataclass(frozen=True)
class Entry:
    """One line of the menu."""

    endpoint: str
    url: str
    text: str


def init_app(app: Flask) -> None:
    """Let templates ask for the menu."""
    app.jinja_env.globals.update(menu=menu, current_entry=current_entry)


def menu() -> tuple[Entry, ...]:
    """The menu of the one who is asking."""
    return _menu(current_user.roles if current_user.is_authenticated else frozenset())


def current_entry(entry: Entry) -> str:
    """aria-current of an entry: "page" on its own page, "true" on those below it, else ""."""
    first = FIRST_PAGES.get(request.endpoint or "")
    if first or request.path == entry.url:
        return "page" if entry.endpoint == (first or entry.endpoint) else ""
    path = next((place for start, place in WITHIN.items() if request.path.startswith(start)), request.path)
    return "true" if path.startswith(f"{entry.url.rstrip('/')}/") else ""


@lru_cache
def _menu(roles: frozenset[str]) -> tuple[Entry, ...]:
    return tuple(
        Entry(endpoint, url_for(endpoint), text)
        for permission, endpoint, text in PAGES
        if may(roles | {ANYBODY}, permission)
    )
