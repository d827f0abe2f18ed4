"""Who may do what: the one permission table."""

from dataclasses import dataclass
from datetime import datetime

ANYBODY = "anybody"
"""Also those who are not signed in."""
PERSON = "person"
"""Everybody who is signed in."""

PERMISSIONS: dict[str, frozenset[str]] = {
    "public": frozenset({ANYBODY}),
    "account.own": frozenset({PERSON}),
    "course.take": frozenset({"learner"}),
    "material.read": frozenset({"learner", "manager", "hr", "secretary"}),
    "revision.read": frozenset({"hr", "secretary"}),
    "scenario.map": frozenset({"hr", "admin"}),
    "report.read": frozenset({"hr"}),
    "question.read": frozenset({"hr", "admin"}),
    "people.manage": frozenset({"hr"}),
    "target.manage": frozenset({"hr"}),
    "unit.read": frozenset({"manager"}),
    "board.read": frozenset({"secretary"}),
    "system.read": frozenset({"admin"}),
    "account.manage": frozenset({"admin"}),
    "code.hand": frozenset({"manager", "hr", "admin"}),
    "code.hand_many": frozenset({"manager", "hr"}),
}
"""{permission: the roles that have it}. Every route names one; what is not here nobody may do."""

ROLES = ("learner", "secretary", "hr", "admin")
"""What can be granted; being a manager follows from a unit alone."""
ROLE_NAMES = {
    "learner": "Går kursen",
    "manager": "Chef",
    "secretary": "Nämndsekreterare",
    "hr": "HR",
    "admin": "Administratör",
}
"""What each role is called in Swedish."""
DUTIES = frozenset({"secretary", "hr", "admin"})
"""Granted roles that see other people, or decide who does: their sessions rest for a short while only."""


@dataclass(frozen=True)
class Handed:
    """That a password was chosen with a code which somebody else made: who, in which role, and when it was chosen."""

    made_by: int
    role: str
    at: datetime
    told: bool
    """Whether the one who signs in has said to have read it."""


@dataclass(frozen=True)
class Actor:
    """Who is asking. `newest_release` lets a worker notice a new release in the SELECT that knows the actor."""

    session: str
    person_id: int
    name: str
    roles: frozenset[str]
    audiences: frozenset[str]
    newest_release: int
    handed: Handed | None = None
    """Set while the answers from before it are hidden; see DECISIONS.md, "A password that others may know"."""
    waits_for_hr: bool = False
    """Whether a unit is the actor's to manage, and only a code from HR or an administrator is missing."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """What flask-login keeps in the cookie: the session's id."""
        return self.session


def may(roles: frozenset[str], permission: str) -> bool:
    """Whether somebody with the roles has the permission."""
    return not PERMISSIONS[permission].isdisjoint(roles)
