"""How a named group of a target is written: "IFO utredning = IFO, EBB; Socialsekreterare, Enhetschef". Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from course.errors import Invalid


@dataclass(frozen=True)
class GroupText:
    """A group's name, the codes of its units, and the titles that it lets in; no titles lets everybody in."""

    name: str
    codes: tuple[str, ...]
    titles: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name} = {', '.join(self.codes)}" + (f"; {', '.join(self.titles)}" if self.titles else "")


def read_group(text: str) -> GroupText:
    """Read one group. Raises Invalid, which says how to write it."""
    name, equals, rest = text.partition("=")
    codes, _, titles = rest.partition(";")
    group = GroupText(" ".join(name.split()), read_list(codes), read_list(titles))
    if not equals or not group.name or not group.codes:
        raise Invalid(
            f"Gruppen ”{text.strip()}” ska skrivas ”Namn = KOD, KOD” eller ”Namn = KOD; Befattning”.", "grupper"
        )
    return group


def read_groups(lines: Iterable[str]) -> tuple[GroupText, ...]:
    """Read groups, one a line; empty lines are none. Raises Invalid, also for a name that stands twice."""
    groups = tuple(read_group(line) for line in lines if line.strip())
    names = [group.name for group in groups]
    for name in names:
        if names.count(name) > 1:
            raise Invalid(f"Gruppen ”{name}” står två gånger. Ge dem olika namn.", "grupper")
    return groups


def read_list(text: str) -> tuple[str, ...]:
    """Words between commas, each once, in their order."""
    return tuple(dict.fromkeys(" ".join(word.split()) for word in text.split(",") if word.strip()))
