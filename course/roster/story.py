"""The same changes told by person: who joins, leaves, moves or changes, and whether it is unusually many. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from course import swedish
from course.clock import FOREVER
from course.organisation.population import EMPLOYMENT_NAMES
from course.organisation.row import Row
from course.roster.known import Known, Terms, Wanted
from course.roster.states import DAY, Held, Ref, difference, on

MOST_LEAVERS, MOST_MOVES = 5, 10
"""Per cent of the permanently employed; more must be confirmed."""


SMALLEST_DIVISION = 40
"""Permanently employed in an avdelning below which its own share says nothing."""


@dataclass(frozen=True, slots=True)
class Event:
    """One person's change, for reading: `line` is the row of the file, 0 for who is absent from it."""

    line: int
    key: str
    name: str
    text: str


@dataclass
class Story:
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
        moved = self.before - self.after and self.after - self.before  # a second employment is no move
        return "moved" if moved else "changed"


def stories_of(wanted: Sequence[Wanted], names: Mapping[Ref, str], as_of: date) -> dict[str, Story]:
    """{key: story} of everybody in the list or known of its source."""
    stories: dict[str, Story] = defaultdict(Story)
    for membership, row, states in wanted:
        story = stories[row.key if row else membership.key if membership else ""]
        had = membership.states if membership else ()
        for state in on(had, as_of - DAY):
            story.before.add(state.what.unit)
            if state.what.employment == "permanent":
                story.permanent.add(state.what.unit)
        story.after.update(state.what.unit for state in on(states, as_of))
        story.had_ahead |= any(state.until >= as_of for state in had)
        story.has_ahead |= any(state.until >= as_of for state in states)
        if any(difference(had, states)):
            story.texts.append(_in_words(had, states, names))
    return stories


def events_of(
    stories: Mapping[str, Story], rows: Sequence[Row], known: Known, more: Mapping[str, Sequence[str]]
) -> dict[str, tuple[Event, ...]]:
    """The persons of each sort, in the order of the file, those absent from it first.

    `more` is what becomes of persons beside their employments, by number.
    """
    lines = {row.key: row for row in reversed(rows)}
    told: dict[str, list[Event]] = {"joined": [], "left": [], "moved": [], "changed": []}
    for key, story in stories.items():
        texts = [*story.texts, *more.get(key, ())]
        if not texts:
            continue
        row, person = lines.get(key), known.people.get(key)
        name = row.name if row else person.name if person else ""
        shown = ("Skyddad person", "–") if known.hides(key) else (name, key)
        told[story.sort].append(Event(row.line if row else 0, shown[1], shown[0], "; ".join(texts)))
    return {sort: tuple(sorted(events, key=lambda event: (event.line, event.key))) for sort, events in told.items()}


def brakes_of(stories: Mapping[str, Story], known: Known, names: Mapping[Ref, str], as_of: date) -> tuple[str, ...]:
    """Where more people than usual leave or move, among the permanently employed."""
    groups: dict[str, list[Story]] = defaultdict(list)
    for story in stories.values():
        parents = {_parent_on(known, unit, as_of - DAY) for unit in story.permanent}
        for name in ("hela listan", *(names[parent] for parent in parents if parent is not None and parent in names)):
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
    there = known.units.get(unit) if isinstance(unit, int) else None  # one whose first day never came is not known
    held = on(there.states, day) if there else []
    return held[0].what.parent if held else None


def _in_words(had: Sequence[Held[Terms]], states: Sequence[Held[Terms]], names: Mapping[Ref, str]) -> str:
    """The change of one membership, for reading."""

    def unit(state: Held[Terms]) -> str:
        return names.get(state.what.unit, "en enhet som inte finns kvar")

    if not had:
        return f"ny: {unit(states[-1])} {_days(states[0].since, states[-1].until)}"
    if not states:
        return f"tas bort: {unit(had[-1])} {_days(had[0].since, had[-1].until)} blev inte av"
    old, new = had[-1], states[-1]
    texts = []
    if old.what.unit != new.what.unit:
        texts.append(f"{unit(old)} → {unit(new)} från {swedish.day(new.since)}")
    if (old.what.title, old.what.employment) != (new.what.title, new.what.employment):
        texts.append(f"{_terms(old.what)} → {_terms(new.what)}")
    if old.until != new.until or not texts:
        texts.append(f"{unit(new)}: {_days(states[0].since, new.until)}")
    return ", ".join(texts)


def _terms(what: Terms) -> str:
    return ", ".join(filter(None, (what.title, EMPLOYMENT_NAMES[what.employment])))


def _days(since: date, until: date) -> str:
    first = f"från {swedish.day(since)}"
    return first if until == FOREVER else f"{first} till {swedish.day(until)}"
