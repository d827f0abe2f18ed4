"""Who may do what: the one permission table."""

from dataclasses import dataclass

ANYBODY = "anybody"
"""Also those who are not signed in."""
PERSON = "person"
"""Everybody who is signed in."""

PERMISSIONS: dict[str, frozenset[str]] = {
    "public": frozenset({ANYBODY}),
    "account.own": frozenset({PERSON}),
    "course.take": frozenset({"learner"}),
    "report.read": frozenset({"hr"}),
    "people.manage": frozenset({"hr"}),
    "target.manage": frozenset({"hr"}),
    "unit.read": frozenset({"manager"}),
    "board.read": frozenset({"secretary"}),
    "system.read": frozenset({"admin"}),
}
"""{permission: the roles that have it}. Every route names one; what is not here nobody may do."""

ROLES = ("learner", "secretary", "hr", "admin")
SHORT_SESSION_ROLES = frozenset({"secretary", "hr", "admin"})


@dataclass(frozen=True)
class Actor:
    """Who is asking. `newest_release` lets a worker notice a new release in the SELECT that knows the actor."""

    session: str
    person_id: int
    name: str
    roles: frozenset[str]
    audiences: frozenset[str]
    newest_release: int

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """What flask-login keeps in the cookie: the session's id."""
        return self.session


def may(roles: frozenset[str], permission: str) -> bool:
    """Whether somebody with the roles has the permission."""
    return not PERMISSIONS[permission].isdisjoint(roles)
