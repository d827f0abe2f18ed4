"""What a whole list of people would change, compared with what is known of its source. Pure.

The list covers everybody of its source: who is absent has ended the day before `as_of`. What held before `as_of` is
never rewritten, but for a later end, which prolongs without a gap.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Generic, TypeVar

from course.clock import FOREVER
from course.organisation.population import COUNTED
from course.organisation.roster_file import Row

DAY = timedelta(days=1)
MOST_LEAVERS, MOST_MOVES = 5, 10
"""Per cent of the permanently employed; more must be confirmed."""
SMALLEST_DIVISION = 40
"""Permanently employed in an avdelning below which its own share says nothing."""

Ref = int | str
"""A unit: its id, or the code of one that is made."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a membership says of a person."""

    unit: Ref
    title: str
    employment: str
    counts: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """What a unit is called, where it stands, and the key of who leads it."""

    code: str
    name: str
    kind: str
    parent: Ref | None
    manager: str


T = TypeVar("T")
"""Terms or Shape."""


@dataclass(frozen=True, slots=True)
class Held(Generic[T]):
    """Something that holds from–to, both days inclusive; `id` is the row's, 0 for one to be written."""

    since: date
    until: date
    what: T
    id: int = 0


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person as stored; `human` is the id of the row that stands for the human."""

    id: int
    key: str
    name: str
    email: str | None
    protected: bool
    human: int


@dataclass(frozen=True, slots=True)
class KnownMembership:
    """A membership of the source, with its live states in order."""

    id: int
    key: str
    states: tuple[Held[Terms], ...]


@dataclass(frozen=True, slots=True)
class KnownUnit:
    """A unit with its live states in order; `shared` when another source has people in it from `as_of` on."""

    id: int
    source: str
    states: tuple[Held[Shape], ...]
    shared: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored: all people and units, and the memberships of the source."""

    people: Mapping[str, KnownPerson]
    memberships: Sequence[KnownMembership]
    units: Mapping[int, KnownUnit]


@dataclass(frozen=True, slots=True)
class Change(Generic[T]):
    """States of one head to end and to write; `head` is None for a new membership, a code for a new unit."""

    head: Ref | None
    key: str
    supersede: tuple[int, ...]
    write: tuple[Held[T], ...]


@dataclass(frozen=True, slots=True)
class PersonChange:
    """A person to add (`known` is None) or whose name or e-mail changes."""

    key: str
    name: str
    email: str | None
    known: KnownPerson | None


@dataclass(frozen=True, slots=True)
class Event:
    """One person's change, for reading: `line` is the row of the file, 0 for who is absent from it."""

    line: int
    key: str
    name: str
    text: str


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
    refs = _refs(known, source, as_of)
    pairs = list(_matched(rows, known.memberships, refs))
    wanted = [(membership, row, _wanted(membership, row, refs, as_of)) for membership, row in pairs]
    people, remarks = _people(rows, known)
    units, reorganised, odd = _units(rows, known, wanted, refs, as_of=as_of, source=source, audience=audience)
    names: dict[Ref, str] = {row.unit_code: row.unit_name for row in rows}
    names.update({unit.id: unit.states[-1].what.name for unit in known.units.values()})
    stories = _stories(wanted, names, as_of)
    renamed = {change.key for change in people if change.known}
    return Plan(
        as_of=as_of,
        people=people,
        units=units,
        memberships=tuple(filter(None, (_change(*each) for each in wanted))),
        **_events(stories, rows, known, renamed),
        reorganised=reorganised,
        remarks=(*remarks, *odd),
        brakes=_brakes(stories, known, names, as_of),
    )


def succeed(states: Sequence[Held[T]], since: date, until: date, what: T, as_of: date) -> list[Held[T]]:
    """The states to hold when `what` is so from `as_of` on, within since–until."""
    before = _until(states, as_of - DAY)
    if not before or since >= as_of:
        return [Held(since, until, what)]
    if until < as_of:
        kept = _until(before, until)
        return _merged([*kept[:-1], replace(kept[-1], until=until)]) if kept else [Held(since, until, what)]
    return _merged([*before[:-1], replace(before[-1], until=as_of - DAY), Held(as_of, until, what)])


def _until(states: Iterable[Held[T]], last: date) -> list[Held[T]]:
    """The states up to a last day."""
    return [replace(state, until=min(state.until, last)) for state in states if state.since <= last]


def _merged(states: Iterable[Held[T]]) -> list[Held[T]]:
    """States that touch and say the same made one."""
    merged: list[Held[T]] = []
    for state in states:
        if merged and merged[-1].what == state.what and merged[-1].until + DAY == state.since:
            merged[-1] = replace(merged[-1], until=state.until)
        else:
            merged.append(state)
    return merged


def _difference(states: Sequence[Held[T]], wanted: Sequence[Held[T]]) -> tuple[tuple[int, ...], tuple[Held[T], ...]]:
    """(ids to supersede, states to write)."""
    had = {(state.since, state.until, state.what): state.id for state in states}
    want = {(state.since, state.until, state.what) for state in wanted}
    ended = tuple(number for content, number in had.items() if content not in want)
    return ended, tuple(replace(s, id=0) for s in wanted if (s.since, s.until, s.what) not in had)


def _refs(known: Known, source: str, as_of: date) -> dict[str, Ref]:
    """{code: unit} of the units that have the code on `as_of` or later, and of the source's own closed ones."""
    closed: dict[str, Ref] = {}
    open_: dict[str, Ref] = {}
    for unit in known.units.values():
        for state in unit.states:
            if state.until >= as_of:
                open_.setdefault(state.what.code, unit.id)
            elif unit.source == source:
                closed[state.what.code] = unit.id
    return {**closed, **open_}


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
        return _until(states, as_of - DAY)
    counts = row.employment in COUNTED
    if states and states[-1].what.employment == row.employment:
        counts = states[-1].what.counts  # somebody may have decided it by hand
    terms = Terms(refs.get(row.unit_code, row.unit_code), row.title, row.employment, counts)
    return succeed(states, row.since, row.until, terms, as_of)


Wanted = tuple[KnownMembership | None, Row | None, list[Held[Terms]]]


def _change(membership: KnownMembership | None, row: Row | None, wanted: list[Held[Terms]]) -> Change[Terms] | None:
    ended, written = _difference(membership.states if membership else (), wanted)
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
            both = [_label(known, each) for each in (key, claims[email])]
            remarks.append(f"länka? {both[0]} och {both[1]} har samma e-postadress. {both[0]} läggs in utan e-post.")
            email = None
        elif email:
            holders[email].add(human)
            claims.setdefault(email, key)
        if person is None or (person.name, person.email) != (row.name, email):
            changes.append(PersonChange(key, row.name, email, person))
    return tuple(changes), tuple(remarks)


def _label(known: Known, key: str) -> str:
    person = known.people.get(key)
    return "en skyddad person" if person and person.protected else key


def _units(
    rows: Sequence[Row],
    known: Known,
    wanted: Sequence[Wanted],
    refs: Mapping[str, Ref],
    *,
    as_of: date,
    source: str,
    audience: str,
) -> tuple[tuple[Change[Shape], ...], tuple[str, ...], tuple[str, ...]]:
    """Units to make, change and close; which were given another place; which leaders are in doubt."""
    shapes, odd = _shapes(rows, known, refs, audience)
    first = _first_days(rows, wanted, refs)
    changes: list[Change[Shape]] = []
    reorganised = []
    for code, stated in shapes.items():
        unit = known.units.get(ref) if isinstance(ref := refs.get(code, code), int) else None
        if unit is None:
            changes.append(Change(code, "", (), (Held(first.get(code, as_of), FOREVER, stated),)))
            continue
        if unit.source != source:
            continue
        now = unit.states[-1].what
        if stated.kind in ("avdelning", "namnd"):  # the list does not say what stands above, nor who leads it
            shape = replace(stated, parent=now.parent, manager=now.manager)
        else:
            shape = stated
        since = min(first.get(code, as_of), unit.states[0].since)
        states = succeed(unit.states, since, FOREVER, shape, as_of)
        ended, written = _difference(unit.states, [replace(states[0], since=since), *states[1:]])
        if ended or written:
            changes.append(Change(unit.id, "", ended, written))
        if unit.states[-1].until >= as_of and now.parent != shape.parent:
            names = [_unit_name(known, parent, shapes) for parent in (now.parent, shape.parent)]
            reorganised.append(f"{shape.name} ({code}) hör nu till {names[1]} i stället för {names[0]}.")
    used = {refs.get(code, code) for code in shapes}
    parents = {shape.parent for shape in shapes.values()} | {
        state.what.parent
        for unit in known.units.values()
        for state in unit.states
        if state.until >= as_of and (unit.source != source or (unit.shared and unit.id not in used))
    }
    for unit in known.units.values():
        if unit.source == source and not unit.shared and unit.id not in used | parents:
            ended, written = _difference(unit.states, _until(unit.states, as_of - DAY))
            if ended:
                changes.append(Change(unit.id, "", ended, written))
    return tuple(changes), tuple(reorganised), odd


def _shapes(
    rows: Sequence[Row], known: Known, refs: Mapping[str, Ref], audience: str
) -> tuple[dict[str, Shape], tuple[str, ...]]:
    """{code: what the list says of the unit}, parents first; and remarks on who leads it."""
    leaders: dict[str, Counter[str]] = defaultdict(Counter)
    listed = {row.key for row in rows}
    for row in rows:
        if row.manager:
            leaders[row.unit_code][row.manager] += 1
    above, below, odd = ("avdelning", "enhet", []) if audience == "employee" else ("namnd", "organ", [])
    shapes: dict[str, Shape] = {}
    for row in rows:
        if row.parent_code and row.parent_code not in shapes:
            shapes[row.parent_code] = Shape(row.parent_code, row.parent_name, above, None, "")
    for row in rows:
        if row.unit_code in shapes:
            continue
        manager, others = _leader(leaders[row.unit_code])
        if others:
            odd.append(f"{row.unit_name} ({row.unit_code}): flest rader anger chefen {manager}, andra {others}.")
        if manager and manager not in listed and manager not in known.people:
            odd.append(f"{row.unit_name} ({row.unit_code}): chefen {manager} finns inte i listan.")
            manager = ""
        parent = refs.get(row.parent_code, row.parent_code) or None
        kind = below if row.parent_code or audience == "employee" else above
        shapes[row.unit_code] = Shape(row.unit_code, row.unit_name, kind, parent, manager)
    return shapes, tuple(odd)


def _leader(named: Counter[str]) -> tuple[str, str]:
    """(who most rows name, the others as text)."""
    ordered = sorted(named, key=lambda key: (-named[key], key))
    return (ordered[0], ", ".join(ordered[1:])) if ordered else ("", "")


def _first_days(rows: Sequence[Row], wanted: Sequence[Wanted], refs: Mapping[str, Ref]) -> dict[str, date]:
    """{code: the first day on which anybody stands in the unit or below it}."""
    codes = {ref: code for code, ref in refs.items()}
    above = {row.unit_code: row.parent_code for row in rows}
    first: dict[str, date] = {}
    for _, row, states in wanted:
        for state in states if row else ():
            code = codes.get(state.what.unit, str(state.what.unit))
            for each in (code, above.get(code, "")):
                first[each] = min(first.get(each, FOREVER), state.since)
    return first


def _unit_name(known: Known, ref: Ref | None, shapes: Mapping[str, Shape]) -> str:
    if ref is None:
        return "ingen avdelning"
    return known.units[ref].states[-1].what.name if isinstance(ref, int) else shapes[ref].name


@dataclass
class _Story:
    """What happens to one person, over all memberships of the source."""

    before: set[Ref] = field(default_factory=set)
    """Units on the day before `as_of`."""
    permanent: set[Ref] = field(default_factory=set)
    after: set[Ref] = field(default_factory=set)
    """Units on `as_of`."""
    had_ahead: bool = False
    has_ahead: bool = False
    texts: list[str] = field(default_factory=list)

    @property
    def sort(self) -> str:
        """Joined, left, moved or changed."""
        if not self.before:
            return "joined" if self.has_ahead and not self.had_ahead else "changed"
        if not self.after:
            return "changed" if self.has_ahead else "left"
        return "changed" if self.before == self.after else "moved"


def _stories(wanted: Sequence[Wanted], names: Mapping[Ref, str], as_of: date) -> dict[str, _Story]:
    """{key: story} of everybody in the list or known of its source."""
    stories: dict[str, _Story] = defaultdict(_Story)
    for membership, row, states in wanted:
        story = stories[row.key if row else membership.key if membership else ""]
        had = membership.states if membership else ()
        for state in _on(had, as_of - DAY):
            story.before.add(state.what.unit)
            if state.what.employment == "permanent":
                story.permanent.add(state.what.unit)
        story.after.update(state.what.unit for state in _on(states, as_of))
        story.had_ahead |= any(state.until >= as_of for state in had)
        story.has_ahead |= any(state.until >= as_of for state in states)
        if any(_difference(had, states)):
            story.texts.append(_in_words(had, states, names))
    return stories


def _events(
    stories: Mapping[str, _Story], rows: Sequence[Row], known: Known, renamed: AbstractSet[str]
) -> dict[str, tuple[Event, ...]]:
    """The persons of each sort, in the order of the file, those absent from it first."""
    lines = {row.key: row for row in reversed(rows)}
    told: dict[str, list[Event]] = {"joined": [], "left": [], "moved": [], "changed": []}
    for key, story in stories.items():
        if not story.texts and key not in renamed:
            continue
        row, person = lines.get(key), known.people.get(key)
        name = row.name if row else person.name if person else ""
        texts = [*story.texts, *(["namn eller e-post ändras"] if key in renamed else [])]
        shown, text = (name, key), "; ".join(texts)
        if person and person.protected:  # neither name nor number is shown
            shown = ("Skyddad person", "–")
        told[story.sort].append(Event(row.line if row else 0, shown[1], shown[0], text))
    return {sort: tuple(sorted(events, key=lambda event: (event.line, event.key))) for sort, events in told.items()}


def _brakes(stories: Mapping[str, _Story], known: Known, names: Mapping[Ref, str], as_of: date) -> tuple[str, ...]:
    """Where more people than usual leave or move, among the permanently employed."""
    groups: dict[str, list[_Story]] = defaultdict(list)
    for story in stories.values():
        parents = {_parent_on(known, unit, as_of - DAY) for unit in story.permanent} - {None}
        for name in ("hela listan", *(names[parent] for parent in parents if parent is not None)):
            if story.permanent:
                groups[name].append(story)
    found = []
    for name, members in groups.items():
        if name != "hela listan" and len(members) < SMALLEST_DIVISION:
            continue
        for sort, verb, most in (("left", "slutar", MOST_LEAVERS), ("moved", "byter enhet", MOST_MOVES)):
            some = sum(bool(story.texts) and story.sort == sort for story in members)
            if some * 100 > most * len(members):
                share = f"mer än {most} procent"
                found.append(f"{some} av {len(members)} tillsvidareanställda i {name} {verb}, {share}.")
    return tuple(found)


def _parent_on(known: Known, unit: Ref, day: date) -> Ref | None:
    held = _on(known.units[unit].states, day) if isinstance(unit, int) else []
    return held[0].what.parent if held else None


def _on(states: Iterable[Held[T]], day: date) -> list[Held[T]]:
    return [state for state in states if state.since <= day <= state.until]


def _in_words(had: Sequence[Held[Terms]], states: Sequence[Held[Terms]], names: Mapping[Ref, str]) -> str:
    """The change of one membership, for reading."""

    def unit(state: Held[Terms]) -> str:
        return names.get(state.what.unit, str(state.what.unit))

    if not had:
        return f"ny: {unit(states[-1])} {_days(states[0].since, states[-1].until)}"
    if not states:
        return f"tas bort: {unit(had[-1])} {_days(had[0].since, had[-1].until)} blev inte av"
    old, new = had[-1], states[-1]
    texts = []
    if old.what.unit != new.what.unit:
        texts.append(f"{unit(old)} → {unit(new)} från {new.since}")
    if (old.what.title, old.what.employment) != (new.what.title, new.what.employment):
        texts.append(f"{old.what.title}, {old.what.employment} → {new.what.title}, {new.what.employment}")
    if old.until != new.until or not texts:
        texts.append(f"{unit(new)}: {_days(states[0].since, new.until)}")
    return ", ".join(texts)


def _days(since: date, until: date) -> str:
    return f"från {since}" if until == FOREVER else f"{since}–{until}"
