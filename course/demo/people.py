"""Who works where, since when, and what HR's monthly files told of it. Pure: the same day gives the same people."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random

from course.clock import FOREVER
from course.demo import names
from course.demo.board import officials
from course.demo.days import DAY, at_clock, files_until, span, working_day_before
from course.demo.facts import (
    Absence,
    File,
    Link,
    Organisation,
    Post,
    PostState,
    Somebody,
    UnitPlan,
    UnitState,
    ascii_of,
)
from course.organisation.population import COUNTED

EMPLOYEES = 2100
UNITS_SINCE = date(2020, 1, 1)
JOINERS, LEAVERS, MOVERS, RENAMED = 0.07, 0.05, 0.03, 0.01
EMPLOYMENTS = {"permanent": 78, "temporary": 11, "hourly": 8, "hired": 2, "trainee": 1}


@dataclass
class _Making:
    """What is known so far."""

    today: date
    rng: Random
    files: Sequence[date]
    people: list[Somebody] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    counts: dict[date, Counter[str]] = field(default_factory=dict)

    @property
    def first(self) -> datetime:
        """The instant of the first file."""
        return at_clock(self.files[0], 6)


def organisation(today: date, seed: int) -> Organisation:
    """Everybody, everything they belong to, and when it became known."""
    making = _Making(today, Random(seed), files_until(today))  # noqa: S311 - the same fictional people every time
    making.counts = {day: Counter(joined=0, left=0, moved=0, changed=0) for day in making.files}
    homes = _units()
    managers = _staff(making, homes)
    _second_posts(making, homes)
    first = {post.person for post in making.posts if post.states[0].recorded == making.first}
    making.counts[making.files[0]]["joined"] = len(first)
    board = officials(today, making.first, Random(seed + 1))  # noqa: S311 - as above
    return Organisation(
        people=(*making.people, *board.people),
        units=(*_unit_plans(making, homes, managers), *board.units),
        posts=(*making.posts, *board.posts),
        files=tuple(File(day, at_clock(day, 6), dict(counts)) for day, counts in making.counts.items()),
        absences=_absences(making),
        links=_links(making),
    )


def _units() -> dict[str, tuple[str, str, str]]:
    """{code: (name, division, the most common title)} of every unit that people work in."""
    found = {}
    for division, (_, common, groups) in names.DIVISIONS.items():
        number = 0
        for name, count in groups:
            for each in range(1, count + 1):
                number += 1
                code = names.CODES.get(name, f"{division}-{number}")
                found[code] = (f"{name} {each}" if count > 1 else name, division, names.UNIT_TITLES.get(name, common))
    return found


def _staff(making: _Making, homes: dict[str, tuple[str, str, str]]) -> dict[str, str]:
    """Add everybody who works; gives {unit: the key of who leads it}."""
    managers = {}
    for key, name, title, unit, _ in names.ACCOUNTS:
        making.people.append(Somebody(key, name, f"{key}@example.org"))
        _hired(making, key, unit, title, steady=True)
        if title == "Enhetschef":
            managers[unit] = key
    heads = [(names.ROOT, "Förvaltningsdirektör"), *((code, "Avdelningschef") for code in names.DIVISIONS)]
    for unit, title in (*heads, *((code, "Enhetschef") for code in homes)):
        if unit not in managers:
            managers[unit] = _somebody(making).key
            _hired(making, managers[unit], unit, title, steady=True)
    sizes = {code: making.rng.uniform(0.6, 1.4) for code in homes}
    sizes.update({code: 0.4 for code, home in homes.items() if home[1] == "STB"}, TIL=1.3)
    while len(making.people) < EMPLOYEES:
        unit = making.rng.choices(list(sizes), list(sizes.values()))[0]
        common = homes[unit][2]
        title = common if making.rng.random() < 0.86 else making.rng.choice(names.OTHER_TITLES)
        _hired(making, _somebody(making).key, unit, title, steady=False)
    _protect(making)
    return managers


def _somebody(making: _Making) -> Somebody:
    number = 900_000 + len(making.people)
    first, last = making.rng.choice(names.FIRST), making.rng.choice(names.LAST)
    address = f"{ascii_of(first)}.{ascii_of(last)}.{number}@example.org"
    person = Somebody(str(number), f"{first} {last}", address)
    making.people.append(person)
    return person


def _hired(making: _Making, key: str, unit: str, title: str, *, steady: bool) -> None:
    """Add an employment, and what happened to it since the first file."""
    rng, first = making.rng, making.files[0]
    kind = "permanent" if steady else rng.choices(list(EMPLOYMENTS), list(EMPLOYMENTS.values()))[0]
    since = first - timedelta(days=rng.randrange(40, 6000))
    told = first
    chance = rng.random()
    if not steady and chance < JOINERS and len(making.files) > 2:
        told = rng.choice(making.files[1:])
        since = told - timedelta(days=rng.randrange(18))
        making.counts[told]["joined"] += 1
    until = FOREVER
    if kind in {"temporary", "trainee"}:
        since = max(since, first - timedelta(days=rng.randrange(30, 300)))
        until = max(since, told) + timedelta(days=rng.randrange(60, 720))
    state = PostState(unit, title, kind, kind in COUNTED, since, until, at_clock(told, 6))
    states: tuple[PostState, ...] = (state,)
    if not steady and chance >= JOINERS and until == FOREVER:
        states = _changed(making, state, chance - JOINERS)
    making.posts.append(Post(key, "hr", "employee", states))


def _changed(making: _Making, state: PostState, chance: float) -> tuple[PostState, ...]:
    """The states after somebody left, moved or got another title, as a file told it; mostly nothing happened."""
    limits = {"left": LEAVERS, "moved": LEAVERS + MOVERS, "changed": LEAVERS + MOVERS + RENAMED}
    what = next((name for name, limit in limits.items() if chance < limit), None)
    if what is None or len(making.files) < 2:
        return (state,)
    told = making.rng.choice(making.files[1:])
    day = told - timedelta(days=making.rng.randrange(20))
    making.counts[told][what] += 1
    at = at_clock(told, 6)
    states = [replace(state, superseded=at), replace(state, until=day - DAY, recorded=at)]
    if what == "moved":
        elsewhere = making.rng.choice([code for code in _units() if code != state.unit])
        states.append(replace(state, unit=elsewhere, since=day, recorded=at))
    if what == "changed":
        states.append(replace(state, title="1:e socialsekreterare", since=day, recorded=at))
    return tuple(states)


def _protect(making: _Making) -> None:
    """Protect three identities, the first in anna's unit."""
    ordinary = [post for post in making.posts if post.person.isdigit() and len(post.states) == 1]
    chosen = {
        next(post.person for post in ordinary if post.states[0].unit == unit) for unit in ("EBB-1", "IFO-3", "HR")
    }
    making.people[:] = [replace(each, protected=each.key in chosen) for each in making.people]


def _second_posts(making: _Making, homes: dict[str, tuple[str, str, str]]) -> None:
    """Let some work by the hour in a second unit."""
    steady = [post for post in making.posts if len(post.states) == 1 and post.states[0].until == FOREVER]
    ordinary = [post for post in steady if post.person.isdigit() and post.states[0].recorded == making.first]
    for post in making.rng.sample(ordinary, 60):
        state = post.states[0]
        other = making.rng.choice([code for code in homes if code != state.unit])
        second = replace(state, unit=other, title=homes[other][2], employment="hourly", counts=True)
        making.posts.append(replace(post, states=(second,)))


def _unit_plans(
    making: _Making, homes: dict[str, tuple[str, str, str]], managers: dict[str, str]
) -> tuple[UnitPlan, ...]:
    """The units and the tree; in the middle of the time "Bostad först" moved to another division."""

    def state(parent: str | None, code: str) -> UnitState:
        return UnitState(parent, managers[code], UNITS_SINCE, FOREVER, making.first)

    plans = [UnitPlan(names.ROOT, names.ROOT_NAME, "forvaltning", (state(None, names.ROOT),))]
    for code, (name, _, _) in names.DIVISIONS.items():
        plans.append(UnitPlan(code, name, "avdelning", (state(names.ROOT, code),)))
    for code, (name, division, _) in homes.items():
        states: tuple[UnitState, ...] = (state(division, code),)
        if code == "BFO":
            moved = making.files[len(making.files) // 2]
            told = at_clock(moved, 6)
            first_day = moved.replace(day=1)
            states = (
                replace(states[0], superseded=told),
                replace(states[0], until=first_day - DAY, recorded=told),
                replace(states[0], parent="EBB", since=first_day, recorded=told),
            )
        plans.append(UnitPlan(code, name, "enhet", states))
    return tuple(plans)


def _absences(making: _Making) -> tuple[Absence, ...]:
    """Some who are exempt for some months; why is never said."""
    rng = making.rng
    steady = sorted({post.person for post in making.posts if len(post.states) == 1 and post.person.isdigit()})
    days = [day for day in span(making.files[0], making.today - 10 * DAY) if day.day in {1, 15}]
    found = []
    for key in rng.sample(steady, 25):
        since = rng.choice(days)
        until = since + timedelta(days=rng.randrange(90, 330))
        found.append(Absence(key, since, until, at_clock(max(working_day_before(since - DAY), making.files[0]), 9)))
    return tuple(found)


def _links(making: _Making) -> tuple[Link, ...]:
    """Two employments that are one human: the hourly one stands behind the permanent one."""
    single = [post for post in making.posts if len(post.states) == 1 and post.person.isdigit()]
    lasting = [post for post in single if post.states[0].until == FOREVER]
    hourly = next(post.person for post in reversed(lasting) if post.states[0].employment == "hourly")
    main = next(p.person for p in lasting if p.states[0].employment == "permanent" and p.person != hourly)
    return (Link(hourly, main, at_clock(making.files[len(making.files) // 2], 10)),)
