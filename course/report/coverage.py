"""Coverage: what the facts add up to. Pure, and the only place where a figure is defined.

Source: design.md, "The figures, never mixed".
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from course.organisation.population import UnitSpan
from course.swedish import sort_key

ROUTES = ("quiz", "test", "mixed", "platform", "workshop", "paper")
"""The ways to a completion of the course, the strongest first; `test` is by questions with some knowledge test."""


@dataclass(frozen=True)
class Standing:
    """How many persons share the same facts."""

    at_start: bool
    """In the population on the period's first day."""
    at_end: bool
    """In the population on D."""
    uncounted: bool
    """Matches the population's filters on D in a membership that does not count."""
    employed_at_start: bool
    employed_at_end: bool
    exempt: bool
    """An exemption holds on D."""
    begun: bool
    """An attempt or a module of the edition in force. Told of those without a completion."""
    outdated: bool
    """Has no valid completion, but one that would be but for a newer edition."""
    completed: str
    """When, seen from the period: `within` it, else `before` it; '' without any completion."""
    covered_by: str
    """The route of the completion that is valid on D; '' without one."""
    reached_by: str
    """The route of the completion within the period, on or before D, on a day in the population; '' without one."""
    persons: int

    @property
    def covered(self) -> bool:
        """Has a completion that is valid on D."""
        return bool(self.covered_by)

    @property
    def reached(self) -> bool:
        """Completed within the period, on or before D, while in the population on that day."""
        return bool(self.reached_by)


@dataclass(frozen=True)
class InUnit:
    """Persons of one unit who share the same facts; `person` is given for those who stand in several units."""

    unit: int
    person: int | None
    covered: bool
    persons: int


@dataclass(frozen=True)
class Facts:
    """What the database says, before it is summed up."""

    standings: Sequence[Sequence[Standing]]
    """Of the whole population, and of each group beside it."""
    members: Sequence[InUnit]
    """By the membership on D."""
    reached: Sequence[InUnit]
    """By the membership on the day of the completion."""
    knows_anybody: bool
    """Whether any membership of the audience was known at K."""


@dataclass(frozen=True)
class Coverage:
    """The figures of one population on one day. Every identity below holds exactly."""

    members: int
    covered: int
    covered_by: Mapping[str, int]
    """The covered by route: each person once, by the strongest of the completions that are valid."""
    exempt: int
    """Exempt and not covered."""
    covered_exempt: int
    """Exempt although covered."""
    expired: int
    """Were covered until the time of their completion was over."""
    outdated: int
    """Were covered until a newer edition held."""
    under_way: int
    not_started: int
    at_start: int
    joined: int
    left: int
    moved_in: int
    moved_out: int
    reached: int
    reached_by: Mapping[str, int]
    """The reached by route: each person once, by the strongest of the completions that count."""
    covered_before_period: int
    covered_outside_population: int
    reached_left_or_moved: int
    reached_expired: int
    reached_outdated: int
    uncounted: int
    """Match the filters on D, but do not count."""

    @property
    def share(self) -> Fraction | None:
        """Covered of members; None (unmeasured) without members."""
        return Fraction(self.covered, self.members) if self.members else None

    @property
    def share_without_exempt(self) -> Fraction | None:
        """Covered of the members who are covered or not exempt."""
        required = self.members - self.exempt
        return Fraction(self.covered, required) if required else None

    @property
    def share_of_required(self) -> Fraction | None:
        """Covered of the members who are not exempt, both without those who are exempt although covered."""
        required = self.members - self.exempt - self.covered_exempt
        return Fraction(self.covered - self.covered_exempt, required) if required else None


@dataclass(frozen=True)
class Part:
    """The figures of a group beside the whole."""

    members: int
    covered: int
    reached: int

    @property
    def share(self) -> Fraction | None:
        """Covered of members; None (unmeasured) without members."""
        return Fraction(self.covered, self.members) if self.members else None


def part_of(standings: Iterable[Standing]) -> Part:
    """Count persons into a group's figures, by the same rules as the whole."""
    rows = list(standings)
    return Part(
        members=sum(row.persons for row in rows if row.at_end),
        covered=sum(row.persons for row in rows if row.at_end and row.covered),
        reached=sum(row.persons for row in rows if row.reached),
    )


def summarise(standings: Iterable[Standing]) -> Coverage:
    """Count persons into the figures; each member stands in the first bucket that fits."""
    rows = list(standings)

    def count(holds: Callable[[Standing], bool]) -> int:
        return sum(row.persons for row in rows if holds(row))

    members = [row for row in rows if row.at_end]
    buckets: dict[str, int] = defaultdict(int)
    for row in members:
        buckets[bucket(row)] += row.persons
    return Coverage(
        members=sum(row.persons for row in members),
        covered=buckets["covered"],
        covered_by={route: sum(row.persons for row in members if row.covered_by == route) for route in ROUTES},
        exempt=buckets["exempt"],
        covered_exempt=count(lambda row: row.at_end and row.covered and row.exempt),
        expired=buckets["expired"],
        outdated=buckets["outdated"],
        under_way=buckets["under_way"],
        not_started=buckets["not_started"],
        at_start=count(lambda row: row.at_start),
        joined=count(lambda row: row.at_end and not row.at_start and not row.employed_at_start),
        left=count(lambda row: row.at_start and not row.at_end and not row.employed_at_end),
        moved_in=count(lambda row: row.at_end and not row.at_start and row.employed_at_start),
        moved_out=count(lambda row: row.at_start and not row.at_end and row.employed_at_end),
        reached=count(lambda row: row.reached),
        reached_by={route: sum(row.persons for row in rows if row.reached_by == route) for route in ROUTES},
        covered_before_period=count(lambda row: _covered_unreached(row) and row.completed == "before"),
        covered_outside_population=count(lambda row: _covered_unreached(row) and row.completed == "within"),
        reached_left_or_moved=count(lambda row: row.reached and not row.at_end),
        reached_expired=count(lambda row: _reached_uncovered(row) and not row.outdated),
        reached_outdated=count(lambda row: _reached_uncovered(row) and row.outdated),
        uncounted=count(lambda row: row.uncounted and not row.at_end),
    )


def bucket(row: Standing) -> str:
    """Where a member stands: the first of covered, exempt, outdated, expired, under way and not started that fits."""
    if row.covered:
        return "covered"
    if row.exempt:
        return "exempt"
    if row.completed:
        return "outdated" if row.outdated else "expired"
    return "under_way" if row.begun else "not_started"


def _covered_unreached(row: Standing) -> bool:
    return row.at_end and row.covered and not row.reached


def _reached_uncovered(row: Standing) -> bool:
    return row.reached and row.at_end and not row.covered


@dataclass(frozen=True)
class UnitLine:
    """Figures of one line of the organisation. `unit` is None for a line that only makes a sum exact."""

    level: int
    kind: str
    """`unit`; `direct`: in the unit itself; `several`: counted more than once above; `former`: closed units."""
    name: str
    unit: int | None
    members: int
    covered: int
    reached: int

    @property
    def share(self) -> Fraction | None:
        """Covered of members; None (unmeasured) without members."""
        return Fraction(self.covered, self.members) if self.members > 0 else None


def by_unit(
    tree: Sequence[tuple[int, UnitSpan]],
    names: Mapping[int, str],
    members: Sequence[InUnit],
    reached: Sequence[InUnit],
) -> list[UnitLine]:
    """The lines of the organisation's tree that have anybody in them.

    Each line counts its persons once, whatever number of units below it they stand in. The lines right below a
    line add up to it exactly: those who are in the unit itself get a line, and so does the double count.
    `names` are of the units that are not in the tree any more.
    """
    counts = {
        "members": _Counter(members),
        "covered": _Counter([row for row in members if row.covered]),
        "reached": _Counter(reached),
    }
    inside = {span.unit for _, span in tree}
    former = sorted({row.unit for row in (*members, *reached)} - inside, key=lambda unit: sort_key(names.get(unit, "")))

    def line(level: int, kind: str, name: str, units: Sequence[int], unit: int | None = None) -> UnitLine:
        return UnitLine(level, kind, name, unit, **{key: counter.distinct(units) for key, counter in counts.items()})

    def several(level: int, whole: UnitLine, parts: Sequence[UnitLine]) -> Iterable[UnitLine]:
        excess = {key: sum(getattr(part, key) for part in parts) - getattr(whole, key) for key in counts}
        if parts and any(excess.values()):
            yield UnitLine(level, "several", "I flera enheter", None, **{key: -count for key, count in excess.items()})

    def walk(start: int, end: int) -> Iterable[UnitLine]:
        """The lines of tree[start:end], whose roots stand on the level of its first entry."""
        index = start
        while index < end:
            level, span = tree[index]
            after = next((later for later in range(index + 1, end) if tree[later][0] <= level), end)
            whole = line(level, "unit", span.name, [below.unit for _, below in tree[index:after]], span.unit)
            if _anybody(whole):
                below = list(walk(index + 1, after))
                if below:
                    direct = line(level + 1, "direct", f"Direkt i {span.name}", [span.unit])
                    below = [*filter(_anybody, [direct]), *below]
                yield whole
                yield from below
                yield from several(level + 1, whole, [part for part in below if part.level == level + 1])
            index = after

    lines = list(walk(0, len(tree)))
    if former:
        lines.append(line(0, "former", "Tidigare enheter", former))
        lines.extend(line(1, "unit", names.get(unit, "Okänd enhet"), [unit], unit) for unit in former)
        lines.extend(several(1, lines[-len(former) - 1], lines[-len(former) :]))
    everything = line(0, "total", "Alla", [*inside, *former])
    lines.extend(several(0, everything, [part for part in lines if part.level == 0]))
    return [*lines, everything] if lines else []


def where_they_are(members: Sequence[InUnit], reached: Sequence[InUnit]) -> list[InUnit]:
    """The reached, each in the units where it is a member; who is none any more stays where it was reached."""
    units: dict[int, list[int]] = defaultdict(list)
    for row in members:
        if row.person is not None:
            units[row.person].append(row.unit)
    moved = {row.person: row for row in reached if row.person in units}
    stayed = [row for row in reached if row.person not in units]
    return stayed + [replace(row, unit=unit) for person, row in moved.items() if person for unit in units[person]]


class _Counter:
    """Persons by unit, of whom those in several units are known one by one."""

    def __init__(self, rows: Iterable[InUnit]) -> None:
        self.single: dict[int, int] = defaultdict(int)
        self.several: dict[int, set[int]] = defaultdict(set)
        for row in rows:
            if row.person is None:
                self.single[row.unit] += row.persons
            else:
                self.several[row.unit].add(row.person)

    def distinct(self, units: Iterable[int]) -> int:
        """How many distinct persons stand in at least one of the units."""
        units = tuple(units)
        together = set().union(*[self.several[unit] for unit in units if unit in self.several])
        return sum([self.single[unit] for unit in units if unit in self.single]) + len(together)


def _anybody(line: UnitLine) -> bool:
    return bool(line.members or line.reached)
