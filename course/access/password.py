"""Passwords: how they are hashed, checked, and which are refused."""

import os
import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from course.errors import Invalid
from course.organisation.person import looked_up

SHORTEST, LONGEST = 12, 128
_hasher = PasswordHasher(memory_cost=19_456, time_cost=2, parallelism=1)  # OWASP's floor for argon2id
_cores = ThreadPoolExecutor(os.cpu_count() or 1)
"""More hashes at once only make all of them slower. Threads of their own, since each keeps the memory that it used."""
_DUMMY = "$argon2id$v=19$m=19456,t=2,p=1$3jaZvcQYYCPJ0H4nUH60+g$6y+83HfOw3ZMJt/h4Bg1EOrI8roX2CSMpyXAtapFncU"
_STEMS = (
    "lösenord|losenord|password|passord|hemlig|sommar|vinter|våren|hösten|malmö|malmo|sverige|sweden|qwerty|qwertyuiop"
    "|asdfgh|asdfghjkl|zxcvbn|abc|abcdef|admin|administratör|administrator|välkommen|valkommen|welcome|letmein"
    "|iloveyou|jagälskardig|kursen|kurs|stad|test|tester|användare|user|år|å|the|och"
)
_COMMON = re.compile(rf"(?:{_STEMS})*")


def hash_password(password: str) -> str:
    """The argon2id hash to store."""
    return _cores.submit(_hasher.hash, password).result()


def verify(stored: str | None, password: str) -> bool:
    """Whether the password is the stored one; without a stored one it takes as long and says no."""
    try:
        return _cores.submit(_hasher.verify, stored or _DUMMY, password).result() and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def check_new(password: str, *names: str) -> None:
    """Raise Invalid unless the password may be chosen; `names` are the account's own words.

    No rules of composition (NIST SP 800-63B): length, and not one that is guessed first.
    """
    if len(password) < SHORTEST:
        raise Invalid(f"Lösenordet ska ha minst {SHORTEST} tecken. Tre eller fyra ord i rad går bra.", "losenord")
    if len(password) > LONGEST:
        raise Invalid(f"Lösenordet får ha högst {LONGEST} tecken.", "losenord")
    folded = unicodedata.normalize("NFKC", password).casefold()
    letters = re.sub(r"[\W\d_]", "", folded)
    own = any(len(name) > 3 and name.casefold() in folded and len(folded) < len(name) + 8 for name in names)
    if len(set(folded)) < 6 or _COMMON.fullmatch(letters) or own:
        raise Invalid("Lösenordet är för lätt att gissa. Välj några ord som inte hör ihop.", "losenord")


def normalise(name: str) -> str:
    """The one spelling of an e-mail or employment number: NFKC, no spaces or invisible characters, lower case."""
    return looked_up(name)
