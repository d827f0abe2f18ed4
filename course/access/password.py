"""Passwords: how they are hashed, checked, and which are refused."""

import os
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from course import swedish
from course.access.guessable import why_guessable
from course.errors import Invalid
from course.organisation.person import looked_up

SHORTEST, LONGEST = 12, 128
_hasher = PasswordHasher(memory_cost=19_456, time_cost=2, parallelism=1)  # OWASP's floor for argon2id
_cores = ThreadPoolExecutor(os.cpu_count() or 1)
"""More hashes at once only make all of them slower. Threads of their own, since each keeps the memory that it used."""
_DUMMY = "$argon2id$v=19$m=19456,t=2,p=1$3jaZvcQYYCPJ0H4nUH60+g$6y+83HfOw3ZMJt/h4Bg1EOrI8roX2CSMpyXAtapFncU"


def hash_password(password: str) -> str:
    """The argon2id hash to store."""
    return _cores.submit(_hasher.hash, password).result()


def verify(stored: str | None, password: str) -> bool:
    """Whether the password is the stored one; without a stored one it takes as long and says no."""
    try:
        return _cores.submit(_hasher.verify, stored or _DUMMY, password).result() and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with weaker parameters than today's, so that it should be made anew."""
    return _hasher.check_needs_rehash(stored)


def check_new(password: str, *names: str) -> None:
    """Raise Invalid unless the password may be chosen; `names` are the account's own words.

    No rules of composition (NIST SP 800-63B): length, and not one that is guessed first, see guessable.py.
    """
    if len(password) < SHORTEST:
        raise Invalid(f"Lösenordet ska ha minst {SHORTEST} tecken. Fyra ord som inte hör ihop går bra.", "losenord")
    if len(password) > LONGEST:
        raise Invalid(f"Lösenordet får ha högst {LONGEST} tecken.", "losenord")
    why = why_guessable(password, names)
    if why:
        raise Invalid(
            f"Lösenordet är för lätt att gissa. Det består mest av {swedish.listed(why)}."
            " Andra tecken mellan eller i stället för bokstäver hjälper inte. Välj fyra ord som inte hör ihop.",
            "losenord",
        )


def normalise(name: str) -> str:
    """The one spelling of an e-mail or employment number: NFKC, no spaces or invisible characters, lower case."""
    return looked_up(name)
