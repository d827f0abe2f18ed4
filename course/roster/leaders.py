"""Who leads a unit, as the rows of a list say. Pure."""

from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import date

from course import swedish
from course.organisation.row import Row
from course.roster.known import Known


def leader_of(
    rows: Sequence[Row], present: str, known: Known, listed: AbstractSet[str], as_of: date
) -> tuple[str, list[str]]:
    """(the number of who leads the unit of the rows, or '', and what is in doubt).

    Whom most rows name; when as many name another, who leads it already, else nobody: whoever leads a unit sees
    its people.
    """
    named = _named(rows, as_of)
    most = max(named.values(), default=0)
    first = sorted(key for key, count in named.items() if count == most)
    leader = first[0] if len(first) == 1 else present if present in first else ""
    if leader and leader not in listed and leader not in known.people:
        return "", [f"chefen {leader} finns inte i listan."]
    others = sorted(named.keys() - set(first), key=lambda key: (-named[key], key))
    if len(first) > 1:
        both = _told(known, first)
        stays = f"{known.told(leader)} är chef nu och är det fortfarande." if leader else "Ingen av dem blir chef."
        return leader, [f"lika många rader anger {both} som chef. {stays} Rätta listan."]
    return leader, [f"flest rader anger chefen {known.told(leader)}, andra {_told(known, others)}."] if others else []


def _named(rows: Sequence[Row], as_of: date) -> Counter[str]:
    """{manager: how many name them}, of those who are there on the day; but not by who leads the unit themselves."""
    there = [row for row in rows if row.since <= as_of <= row.until] or rows
    pairs = {(row.key, row.manager) for row in there if row.manager}
    leaders = {manager for _, manager in pairs}
    others = {(key, manager) for key, manager in pairs if key not in leaders}
    return Counter(manager for _, manager in others or pairs)


def _told(known: Known, keys: Sequence[str]) -> str:
    return swedish.listed([known.told(key) for key in keys])
