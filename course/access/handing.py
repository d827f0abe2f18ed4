"""Who may hand somebody a one-time code on paper. Whoever holds a code can sign in as its person."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from course.organisation.person import KNOWN_BY_NAME, tells_name

BARRED: Mapping[str, frozenset[str]] = {
    "manager": frozenset({"manager", "secretary", "hr", "admin"}),
    "hr": frozenset({"hr", "admin"}),
    "admin": frozenset(),
}
"""{role: whose holders it never hands a code}, the narrowest right first. DECISIONS.md, "Codes on paper"."""


@dataclass(frozen=True)
class Account:
    """How a person gets in, and what decides who may help with it."""

    person: int
    key: str
    name: str
    protected: bool
    has_password: bool
    code_until: datetime | None
    """When the code that waits to be used ends; None when there is none."""
    duties: frozenset[str]
    """The roles beyond learner that the person holds today or will hold."""
    units: frozenset[int]
    """Where the person is employed today."""
    disabled: bool = False
    """Whether the account is shut: then nobody hands a code."""

    @property
    def shown(self) -> str:
        """The name as others may see it."""
        return "Skyddad person" if self.protected else self.name

    @property
    def number(self) -> str:
        """What others may read that the person signs in with; '' when it tells a name that they may not."""
        return "" if "@" in self.key or (self.protected and self.known_by_name) else self.key

    @property
    def known_by_name(self) -> bool:
        """Whether the person signs in with the own name in plain letters, having neither number nor address."""
        return self.key.startswith(KNOWN_BY_NAME)

    @property
    def waits(self) -> bool:
        """Whether the person has no way in at all."""
        return not self.has_password and self.code_until is None


@dataclass(frozen=True)
class Giver:
    """Who hands out codes: the roles that let one, and as a manager the own units and those below."""

    person: int
    roles: frozenset[str]
    units: frozenset[int]


@dataclass(frozen=True)
class Slip:
    """What a person is given on paper. A protected person's has no name, and says nothing of why."""

    name: str
    number: str
    """Empty for who signs in with an e-mail address, or is protected and known by the name."""
    code: str
    until: datetime
    has_password: bool
    known_by_name: bool

    @property
    def what(self) -> str:
        """What the number is called to its owner: an official who is known by the name has none from HR."""
        return "användarnamn" if tells_name(self.number) else "anställningsnummer"


def handers(duties: AbstractSet[str]) -> list[str]:
    """The roles in which one may hand a code to who holds these duties, the narrowest first."""
    return [role for role, barred in BARRED.items() if barred.isdisjoint(duties)]


def lets_no_manager(role: str) -> bool:
    """Whether a password chosen with a code that was handed in the role is too weakly held for a manager."""
    return role not in handers({"manager"})


def confirms(giver: Giver, account: Account, made_by: int) -> bool:
    """Whether the giver may say that nobody else knows the password: who could hand a code, and is not its maker."""
    return giver.person != made_by and hands_as(giver, account) in ("hr", "admin")


def reaches(giver: Giver, account: Account) -> bool:
    """Whether the person is the giver's to help at all: a manager's own people, anybody for HR and administrators."""
    return bool(giver.roles - {"manager"} or giver.units & account.units)


def hands_as(giver: Giver, account: Account) -> str | None:
    """The narrowest role in which the giver may hand the person a code; None when there is none."""
    if account.disabled or giver.person == account.person or not reaches(giver, account):
        return None
    fitting = [
        role
        for role in handers(account.duties)
        if role in giver.roles and (role != "manager" or giver.units & account.units)
    ]
    return fitting[0] if fitting else None


def lacking(giver: Giver, accounts: Iterable[Account]) -> list[tuple[Account, str]]:
    """Those without a password to whom the giver may hand a code, and in which role."""
    return [(each, role) for each in accounts if not each.has_password and (role := hands_as(giver, each)) is not None]


def why_not(giver: Giver, account: Account) -> str:
    """Why the giver hands the person no code, and who does."""
    if giver.person == account.person:
        return "Du byter ditt eget lösenord på Min sida."
    if account.disabled:
        return "Kontot är avstängt. En administratör kan öppna det."
    if "hr" in giver.roles:
        return "Personen har rollen HR eller administratör. En administratör ger koden."
    return "Personen är chef eller har en annan roll. HR eller en administratör ger koden."
