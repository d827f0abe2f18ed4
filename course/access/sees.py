"""What of a person others see, and what nobody does: the one table that the handbook and Min sida print.

A test holds every page against it, for each role.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from course import swedish

MANAGER, HR, SECRETARY, ADMIN = "manager", "hr", "secretary", "admin"
CALLED: Mapping[str, str] = {
    MANAGER: "Din chef",
    SECRETARY: "Nämndsekreteraren",
    HR: "HR",
    ADMIN: "Administratören",
}
"""{role: what it is called to the one whom it is about}, in the order in which they are told."""
NOBODY = "Ingen annan än du"
BEHIND = "Det gäller kursens sidor. Den som sköter servern kan läsa allt som är sparat i databasen."
"""What no page shows is stored all the same, and somebody keeps the machine."""


@dataclass(frozen=True)
class Sight:
    """Something that is known of a person, in words to the person, and the roles that see it."""

    text: str
    roles: frozenset[str] = frozenset()


SIGHTS: Mapping[str, Sight] = {
    "done": Sight("om du är klar", frozenset({MANAGER, SECRETARY, HR})),
    "done_day": Sight("vilken dag du blev klar", frozenset({MANAGER, HR})),
    "begun_day": Sight("vilken dag du började på en modul", frozenset({HR})),
    "employment": Sight("vad personallistan säger om dig", frozenset({HR})),
    "password": Sight(
        "om du har ett lösenord (inte vilket) eller en engångskod",
        frozenset({MANAGER, HR, ADMIN}),
    ),
    "duty": Sight("om du har en särskild roll", frozenset({MANAGER, HR})),
    "sign_ins": Sight("när du loggade in och fick koder", frozenset({ADMIN})),
    "roles": Sight("vilka roller du har, i vilken enhet och hur länge", frozenset({ADMIN})),
    "answers": Sight("vad du svarade"),
    "sure": Sight("hur säker du var"),
    "attempts": Sight("hur många försök du gjorde"),
    "clock": Sight("vilken tid på dagen du gjorde dem"),
    "scenarios": Sight("vilka scenarier du har gjort"),
    "recall": Sight("dina minnesfrågor"),
}
"""{id: what is known}. The person reads all of it on Min sida."""

PAGES: Mapping[tuple[str, str], frozenset[str]] = {
    ("unit.show", MANAGER): frozenset({"done", "done_day"}),
    ("codes.choose", MANAGER): frozenset({"password", "duty"}),
    ("codes.choose", HR): frozenset({"password", "duty"}),
    ("board.board", SECRETARY): frozenset({"done"}),
    ("people.show", HR): frozenset({"done", "done_day", "begun_day", "employment", "password", "duty"}),
    ("accounts.accounts", ADMIN): frozenset({"roles"}),
    ("accounts.show", ADMIN): frozenset({"password", "sign_ins", "roles"}),
}
"""{(page, role): what it shows of a person}. No other page shows anything of anybody but the reader.

But for the preview of a list, which shows HR what is in HR's own file, and who of the leavers has a role.
"""


def seen_by(role: str) -> frozenset[str]:
    """The ids of what a role sees."""
    return frozenset(key for key, sight in SIGHTS.items() if role in sight.roles)


def told(roles: Collection[str] = tuple(CALLED)) -> list[tuple[str, str]]:
    """(who, what they see) of each of the roles, and last what nobody else sees."""
    seen = [
        (CALLED[role], swedish.listed([sight.text for sight in SIGHTS.values() if role in sight.roles]))
        for role in CALLED
        if role in roles
    ]
    return [*seen, (NOBODY, swedish.listed([sight.text for sight in SIGHTS.values() if not sight.roles]))]


def told_to(*, official: bool) -> list[tuple[str, str]]:
    """As told: an elected official has no manager here, and an employee no board's secretary."""
    return told(CALLED.keys() - {MANAGER if official else SECRETARY})


def as_markdown() -> str:
    """The whole table as a list, and what it does not say."""
    return "\n".join((*(f"- **{who}** ser {what}." for who, what in told()), "", BEHIND))
