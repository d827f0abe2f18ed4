"""What a whole list of people would change, compared with what is known of its source. Pure.

The list covers everybody of its source: who is absent has ended the day before `as_of`. What held before `as_of` is
never rewritten, but for a later end, which prolongs without a gap.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from course.organisation.population import COUNTED
from course.organisation.roster_file import Row
from course.roster.known import Known, KnownMembership, KnownPerson, Shape, Terms
from course.roster.states import DAY, Change, Held, Ref, difference, succeed, up_to
from course.roster.story import Event, brakes_of, events_of, stories_of
from course.roster.units import unit_changes


@dataclass(frozen=True, slots=True)
class PersonChange:
    """A person to add (`known` is None) or whose name or e-mail changes."""

    key: str
    name: str
    email: str | None
    known: KnownPerson | None


@dataclass(frozen=True)
class Plan:
    """Everything that would change. `brakes` are reasons to look twice before applying it."""

    as_of: date
    people: tuple[PersonChange, ...]
    units: tuple[Change[Shape], ...]
    memberships: tuple[Change[Terms], ...]
    joined: tuple[Event, ...]
    left: tuple[Event, ...]
    moved: tuple[Event, ...]
    changed: tuple[Event, ...]
    reorganised: tuple[str, ...]
    remarks: tuple[str, ...]
    brakes: tuple[str, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many persons of each sort."""
        return {name: len(getattr(self, name)) for name in ("joined", "left", "moved", "changed")}

    @property
    def digest(self) -> str:
        """What the plan hashes to: the same plan, the same digest."""
        return sha256(repr((self.as_of, self.people, self.units, self.memberships)).encode()).hexdigest()

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all would change."""
        return not (self.people or self.units or self.memberships)


def plan(rows: Sequence[Row], known: Known, *, as_of: date, source: str, audience: str) -> Plan:
    """Compare the whole list with what is known."""
    refs = _refs(known)
    pairs = list(_matched(rows, known.memberships, refs))
    wanted = [(membership, row, _wanted(membership, row, refs, as_of)) for membership, row in pairs]
    people, remarks = _people(rows, known)
    units = unit_changes(rows, known, wanted, refs, as_of=as_of, source=source, audience=audience)
    names: dict[Ref, str] = {row.unit_code: row.unit_name for row in rows}
    names.update({unit.id: unit.states[-1].what.name for unit in known.units.values()})
    stories = stories_of(wanted, names, as_of)
    renamed = {change.key for change in people if change.known}
    return Plan(
        as_of=as_of,
        people=people,
        units=units.changes,
        memberships=tuple(filter(None, (_change(*each) for each in wanted))),
        **events_of(stories, rows, known, renamed),
        reorganised=units.reorganised,
        remarks=(*remarks, *_twice(wanted, known), *units.remarks),
        brakes=brakes_of(stories, known, names, as_of),
    )


def _refs(known: Known) -> dict[str, Ref]:
    """{code: the unit that had the code last}: a code that comes back, in whichever list, is the unit it was."""
    ends = sorted((state.until, unit.id, state.what.code) for unit in known.units.values() for state in unit.states)
    return {code: unit for _, unit, code in ends}


def _matched(
    rows: Sequence[Row], memberships: Sequence[KnownMembership], refs: Mapping[str, Ref]
) -> Iterable[tuple[KnownMembership | None, Row | None]]:
    """Each membership with its row: by key and first day; of several by unit too, and the one left over moves."""
    waiting: dict[tuple[str, date], list[KnownMembership]] = defaultdict(list)
    for membership in memberships:
        waiting[membership.key, membership.states[0].since].append(membership)
    listed: dict[tuple[str, date], list[Row]] = defaultdict(list)
    for row in rows:
        listed[row.key, row.since].append(row)
    for place in sorted({*waiting, *listed}):
        left, unmatched = waiting[place], []
        for row in listed[place]:
            unit = refs.get(row.unit_code, row.unit_code)
            same = next((each for each in left if each.states[-1].what.unit == unit), None)
            if same:
                left.remove(same)
                yield same, row
            else:
                unmatched.append(row)
        if len(left) == len(unmatched) == 1:
            yield left.pop(), unmatched.pop()
        yield from ((None, row) for row in unmatched)
        yield from ((membership, None) for membership in left)


def _wanted(
    membership: KnownMembership | None, row: Row | None, refs: Mapping[str, Ref], as_of: date
) -> list[Held[Terms]]:
    """The states that the membership should have."""
    states = membership.states if membership else ()
    if row is None:
        return up_to(states, as_of - DAY)
    counts = row.employment in COUNTED
    if states and states[-1].what.employment == row.employment:
        counts = states[-1].what.counts  # somebody may have decided it by hand
    terms = Terms(refs.get(row.unit_code, row.unit_code), row.title, row.employment, counts)
    return succeed(states, row.since, row.until, terms, as_of)


def _change(membership: KnownMembership | None, row: Row | None, wanted: list[Held[Terms]]) -> Change[Terms] | None:
    ended, written = difference(membership.states if membership else (), wanted)
    if not ended and not written:
        return None
    key = row.key if row else membership.key if membership else ""
    return Change(membership.id if membership else None, key, ended, written)


def _people(rows: Sequence[Row], known: Known) -> tuple[tuple[PersonChange, ...], tuple[str, ...]]:
    """Who is new or is called something else. An e-mail that another human has stays with that one."""
    listed = {row.key: row for row in rows}
    holders: dict[str, set[Ref]] = defaultdict(set)
    claims: dict[str, str] = {}
    for other in known.people.values():
        if other.email and other.key not in listed:
            holders[other.email].add(other.human)
            claims.setdefault(other.email, other.key)
    changes, remarks = [], []
    keeps = [key for key, row in listed.items() if (one := known.people.get(key)) and one.email == row.email]
    for key in dict.fromkeys([*keeps, *listed]):
        row, person = listed[key], known.people.get(key)
        human: Ref = person.human if person else key
        email = row.email
        if email and holders[email] - {human}:
            both = [known.told(each) for each in (key, claims[email])]
            remarks.append(f"länka? {both[0]} och {both[1]} har samma e-postadress. {both[0]} läggs in utan e-post.")
            email = None
        elif email:
            holders[email].add(human)
            claims.setdefault(email, key)
        if person is None or (person.name, person.email) != (row.name, email):
            changes.append(PersonChange(key, row.name, email, person))
    return tuple(changes), tuple(remarks)


def _twice(
    wanted: Iterable[tuple[KnownMembership | None, Row | None, list[Held[Terms]]]], known: Known
) -> Iterable[str]:
    """Who begins in the list and has an employment already that was added by hand, which no list ends."""
    for membership, row, _ in wanted:
        if membership is None and row is not None and row.key in known.by_hand:
            yield (
                f"{known.told(row.key)} har redan en anställning som är tillagd för hand. Är det samma, avsluta den"
                " på personens sida."
            )
