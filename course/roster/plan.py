"""What a whole list of people would change, compared with what is known of its source. Pure.

The list covers everybody of its source: who is absent has ended the day before `as_of`. What held before `as_of` is
never rewritten, but for a later end, which prolongs without a gap.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

from course.organisation.population import COUNTED
from course.organisation.row import Row
from course.roster.known import PROTECTED_TOLD, Known, KnownMembership, KnownPerson, Shape, Terms
from course.roster.states import DAY, Change, Held, Ref, difference, succeed, up_to
from course.roster.story import Event, Story, brakes_of, events_of, stories_of
from course.roster.twins import Twins, twin_remarks, twins_of
from course.roster.units import unit_changes

FEW, MOST_PROTECTED = 2, 2
"""How many, and per cent of the list, may become protected without being confirmed."""


@dataclass(frozen=True, slots=True)
class PersonChange:
    """A person to add (`known` is None), whose name or e-mail changes, or who becomes protected."""

    key: str
    name: str
    email: str | None
    known: KnownPerson | None
    protect: bool = False

    @property
    def is_renamed(self) -> bool:
        """Whether the name or the e-mail of somebody known changes."""
        return self.known is not None and (self.known.name, self.known.email) != (self.name, self.email)

    @property
    def texts(self) -> list[str]:
        """What becomes of the person, for reading."""
        renamed = ["namn eller e-post ändras"] if self.is_renamed else []
        return [*renamed, "får skyddade personuppgifter"] if self.protect else renamed


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
    twins = twins_of(rows, known)
    known = replace(known, hidden=_to_protect(rows, known, twins))
    pairs = list(_matched(rows, known.memberships, refs))
    wanted = [(membership, row, _wanted(membership, row, refs, as_of)) for membership, row in pairs]
    people, remarks = _people(rows, known)
    units = unit_changes(rows, known, wanted, refs, as_of=as_of, source=source, audience=audience)
    names: dict[Ref, str] = {row.unit_code: row.unit_name for row in rows}
    names.update({unit.id: unit.states[-1].what.name for unit in known.units.values()})
    stories = stories_of(wanted, names, as_of)
    more = {change.key: change.texts for change in people}
    return Plan(
        as_of=as_of,
        people=people,
        units=units.changes,
        memberships=tuple(filter(None, (_change(*each) for each in wanted))),
        **events_of(stories, rows, known, more),
        reorganised=units.reorganised,
        remarks=(
            *remarks,
            *twin_remarks(twins, known),
            *_twice(wanted, known),
            *_on_duty(stories, known),
            *units.remarks,
        ),
        brakes=(*brakes_of(stories, known, names, as_of), *_many_protected(people, rows)),
    )


def _refs(known: Known) -> dict[str, Ref]:
    """{code: the unit that had the code last}: a code that comes back, in whichever list, is the unit it was."""
    ends = sorted((state.until, unit.id, state.what.code) for unit in known.units.values() for state in unit.states)
    return {code: unit for _, unit, code in ends}


def _matched(
    rows: Sequence[Row], memberships: Sequence[KnownMembership], refs: Mapping[str, Ref]
) -> Iterable[tuple[KnownMembership | None, Row | None]]:
    """Each membership with its row: by key and first day, and of several by what they have in common.

    That is unit, form and title, else unit and form, else the unit; the one that is left over moves.
    """
    waiting: dict[tuple[str, date], list[KnownMembership]] = defaultdict(list)
    for membership in memberships:
        waiting[membership.key, membership.states[0].since].append(membership)
    listed: dict[tuple[str, date], list[Row]] = defaultdict(list)
    for row in rows:
        listed[row.key, row.since].append(row)
    for place in sorted({*waiting, *listed}):
        left, unmatched = waiting[place], listed[place]
        for common in (3, 2, 1):
            for row in tuple(unmatched):
                said = (refs.get(row.unit_code, row.unit_code), row.employment, row.title)[:common]
                same = next((each for each in left if _said(each)[:common] == said), None)
                if same:
                    left.remove(same)
                    unmatched.remove(row)
                    yield same, row
        if len(left) == len(unmatched) == 1:
            yield left.pop(), unmatched.pop()
        yield from ((None, row) for row in unmatched)
        yield from ((membership, None) for membership in left)


def _said(membership: KnownMembership) -> tuple[Ref, str, str]:
    """(unit, form, title) of the membership at last."""
    what = membership.states[-1].what
    return what.unit, what.employment, what.title


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
        change = PersonChange(key, row.name, email, person, protect=_becomes_protected(key, known))
        if person is None or change.texts:
            changes.append(change)
    linked = (one for key, one in known.people.items() if key not in listed and _becomes_protected(key, known))
    changes += [PersonChange(one.key, one.name, one.email, one, protect=True) for one in linked]
    return tuple(changes), tuple(remarks)


def _to_protect(rows: Iterable[Row], known: Known, twins: Iterable[Twins]) -> frozenset[str]:
    """The numbers that the list says are protected, with the other numbers of those humans.

    So is a new number that looks like one of theirs: a list that has lost zeros must not give a name away.
    """
    said = {row.key for row in rows if row.protected}
    humans = {person.human for key in said if (person := known.people.get(key))}
    said |= {person.key for person in known.people.values() if person.human in humans}
    known = replace(known, hidden=frozenset(said))
    return frozenset(said | {each.new for each in twins if known.hides(each.other)})


def _becomes_protected(key: str, known: Known) -> bool:
    """A list gives protection and never takes it away."""
    person = known.people.get(key)
    return key in known.hidden and not (person and person.protected)


def _many_protected(people: Iterable[PersonChange], rows: Sequence[Row]) -> Iterable[str]:
    """Whether so many become protected that the column may be another one: no list takes that back."""
    some, everybody = sum(change.protect for change in people), len({row.key for row in rows})
    if some > FEW and some * 100 > MOST_PROTECTED * everybody:
        yield f"{some} av {everybody} i listan får skyddade personuppgifter, mer än {MOST_PROTECTED} procent."


def _on_duty(stories: Mapping[str, Story], known: Known) -> Iterable[str]:
    """Who leaves and has a role that shows them other people."""
    leavers = [key for key, story in stories.items() if story.sort == "left" and story.texts and key in known.on_duty]
    names = [PROTECTED_TOLD if known.hides(key) else f"{known.people[key].name} ({key})" for key in sorted(leavers)]
    if names:
        yield f"{len(names)} som slutar har en roll: {', '.join(names)}. Säg till administratören."


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
