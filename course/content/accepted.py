"""Advice that somebody has read and answered: accepterat.toml in a course's folder, each with a reason."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from course.content.text import Fault
from course.content.toml_file import read_tables
from course.errors import Problem

FILE = "accepterat.toml"
KEYS = {"where": str, "warning": str, "reason": str}


@dataclass(frozen=True)
class Accepted:
    """Advice that is left as it is: what it is about, how it begins, and why."""

    where: str
    warning: str
    reason: str
    line: int

    def covers(self, hint: Problem) -> bool:
        return hint.path == self.where and hint.message.startswith(self.warning)


def read_accepted(text: str, fault: Fault) -> tuple[Accepted, ...]:
    """What the file holds; a table without all its keys covers nothing."""
    tables = read_tables(text, {"accepted": KEYS}, fault)["accepted"]
    return tuple(
        Accepted(table.text("where"), table.text("warning"), table.text("reason"), table.line)
        for table in tables
        if all(map(table.text, KEYS))
    )


def still_open(hints: Iterable[Problem], accepted: Collection[Accepted]) -> list[Problem]:
    """The advice that nobody has answered."""
    return [hint for hint in hints if not any(each.covers(hint) for each in accepted)]


def outdated(hints: Collection[Problem], accepted: Iterable[Accepted], path: str) -> list[Problem]:
    """What is accepted though there is no such advice any more."""
    return [
        Problem(path, each.line, f"rådet om ”{each.where}” finns inte längre; ta bort det härifrån")
        for each in accepted
        if not any(each.covers(hint) for hint in hints)
    ]
