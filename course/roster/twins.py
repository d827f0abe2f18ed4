"""Numbers in a list that may belong to somebody who is known by another number. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from course import swedish
from course.organisation.row import Row
from course.roster.known import Known
from course.roster.states import Ref

SPELLING = "skiljer sig bara i nollor, stora och små bokstäver eller skiljetecken"
PLACE = "har samma namn, enhet och första dag"
MOST = 5
"""Numbers that are told one by one as alike: a whole list of one name would make millions of pairs."""


@dataclass(frozen=True, slots=True)
class Twins:
    """A number that is new in the list, another one, and what they have in common."""

    new: str
    other: str
    why: str


def twins_of(rows: Sequence[Row], known: Known) -> list[Twins]:
    """Each new number with those that may be the same human's, in the order of the list."""
    alike = [(SPELLING, _alike(_spellings(rows, known), known)), (PLACE, _alike(_places(rows, known), known))]
    found: dict[frozenset[str], Twins] = {}
    for key in dict.fromkeys(row.key for row in rows if row.key not in known.people):
        for why, others in alike:
            for other in sorted(others.get(key, ())):
                found.setdefault(frozenset({key, other}), Twins(key, other, why))
    return list(found.values())


def twin_remarks(twins: Sequence[Twins], known: Known) -> list[str]:
    """The questions to HR: one for each pair, and one for all that have something in common with the same number."""
    counts = Counter((each.other, each.why) for each in twins)
    crowds = {which: count for which, count in counts.items() if count > MOST}
    pairs = [_remark(each, known) for each in twins if (each.other, each.why) not in crowds]
    return pairs + [
        f"länka? {swedish.number(count)} nya nummer {why} som {known.told(other)}. Står rätt namn i listan?"
        for (other, why), count in crowds.items()
    ]


def _remark(twins: Twins, known: Known) -> str:
    """The question about two numbers. Of protected people no number is told."""
    both = known.told(twins.new), known.told(twins.other)
    if both[0] == both[1]:
        return f"länka? två nummer på skyddade personer {twins.why}."
    return f"länka? {both[0]} och {both[1]} {twins.why}."


def _spellings(rows: Iterable[Row], known: Known) -> Iterable[tuple[str, Hashable]]:
    """(number, how it is read); an official's address is no number."""
    for key in {*known.people, *(row.key for row in rows)}:
        if "@" not in key:
            yield key, re.sub("[^0-9a-z]", "", key.casefold()).lstrip("0")


def _places(rows: Iterable[Row], known: Known) -> Iterable[tuple[str, Hashable]]:
    """(number, name with unit and first day) of the employments of the source, and of those in the list."""
    codes: dict[Ref, str] = {unit.id: unit.states[-1].what.code for unit in known.units.values()}
    for row in rows:
        yield row.key, (row.name.casefold(), row.unit_code, row.since)
    for membership in known.memberships:
        name, first = known.people[membership.key].name, membership.states[0]
        for state in membership.states:
            yield membership.key, (name.casefold(), codes.get(state.what.unit), first.since)


def _alike(pairs: Iterable[tuple[str, Hashable]], known: Known) -> dict[str, set[str]]:
    """{number: the others that have something in common with it}; of a crowd one, protected if any is."""
    groups: dict[Hashable, set[str]] = defaultdict(set)
    for key, what in pairs:
        groups[what].add(key)
    found: dict[str, set[str]] = defaultdict(set)
    for group in groups.values():
        others = group if len(group) <= MOST + 1 else {min(group, key=lambda key: (not known.hides(key), key))}
        for key in group if len(group) > 1 else ():
            found[key] |= others - {key}
    return found
