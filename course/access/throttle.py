"""How many failed tries are let through, and how long the next one must wait. Every number stands here. Pure."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=15)
"""A failed try is forgotten after it."""


@dataclass(frozen=True)
class Limit:
    """How much is free in WINDOW, and how long the next try waits: `first`, doubled for each one more, or `longest`."""

    name: str
    free: int
    first: timedelta
    longest: timedelta


BY_NAME = Limit("name", 10, timedelta(seconds=15), WINDOW)
"""Tries at one name, or by one known browser."""
BY_ADDRESS = Limit("address", 300, timedelta(seconds=15), timedelta(seconds=15))
"""Different names that failed from one address: a whole municipality stands behind one, and some hundred of its people
mistake a name or a password on the morning of a launch."""
MOST_PAGES, PAGES_WITHIN = 60, timedelta(hours=1)
"""Pages of different people that HR or an administrator opens."""
MANY_REFUSED, REFUSED_WITHIN = 100, timedelta(days=1)
"""From how many refused sign-ins on *Drift* says so."""


@dataclass(frozen=True)
class Tried:
    """Who is tried and from where, as keyed hashes: without the secret key neither a name nor an address is found."""

    key: str
    address: str = ""
    """'' for a browser that is known: neither its address nor what strangers try at the name makes it wait."""


def tried(key: str, name: str, address: str) -> Tried:
    """A try at a name (normalised) by a browser that nobody knows; `key` is the installation's secret."""
    return Tried(_hash(key, "name", name), _hash(key, "address", address))


def tried_by(key: str, browser: str) -> Tried:
    """A try by a browser that is known by its mark, or by a session."""
    return Tried(_hash(key, "browser", browser))


def new_mark(key: str, person_id: int) -> str:
    """What a browser keeps once the person has signed in there (OWASP's device cookie); it does not say who."""
    number = secrets.token_urlsafe(16)
    return f"{number}.{_hash(key, 'mark', f'{number} {person_id}')}"


def is_known(keys: Sequence[str], mark: str, person_id: int) -> bool:
    """Whether the mark is one that a browser was given for the person, by one of the installation's secrets."""
    number, _, proof = mark.partition(".")
    given = proof.encode()  # strings are compared only while they are ASCII
    return any(hmac.compare_digest(_hash(key, "mark", f"{number} {person_id}").encode(), given) for key in keys)


def wait(limit: Limit, tries: int, newest: datetime | None, at: datetime) -> timedelta:
    """How long the next try must wait after so many, of which `newest` was the last. It never grows from waiting."""
    over = tries - limit.free
    if over < 0 or newest is None:
        return timedelta(0)
    delay: timedelta = min(limit.first * 2 ** min(over, 10), limit.longest)
    return max(timedelta(0), newest + delay - at)


def _hash(key: str, kind: str, text: str) -> str:
    return hmac.new(key.encode(), f"{kind}:{text}".encode(), hashlib.sha256).hexdigest()
