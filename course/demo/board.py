"""The fictional nämnd: who is elected, and which committees they sit on. Pure."""

from dataclasses import replace
from datetime import date, datetime
from random import Random

from course.clock import FOREVER, add_months
from course.demo import names
from course.demo.days import DAY, at_clock
from course.demo.facts import Organisation, Post, PostState, Somebody, UnitPlan, UnitState, ascii_of

SEATS = 13
CHAIRS = ("Ordförande", "1:e vice ordförande", "2:e vice ordförande")


def officials(today: date, recorded: datetime, rng: Random) -> Organisation:
    """Thirteen members and as many substitutes, of whom one took over a seat half a year ago."""
    since = date(today.year - (today.year - 2023) % 4, 1, 1)  # a term is four years: 2023, 2027 …
    titles = [*CHAIRS, *("Ledamot" for _ in range(SEATS - len(CHAIRS))), *("Ersättare" for _ in range(SEATS))]
    people: list[Somebody] = []
    seats: list[Post] = []
    for title in titles:
        person = _elected(rng, {each.key for each in people})
        people.append(person)
        seats.append(_post(person, names.BOARD, title, since, recorded))
    changed = max(since + DAY, add_months(today.replace(day=1), -5))
    successor = _elected(rng, {each.key for each in people})
    told = at_clock(changed, 9)
    state = seats[SEATS - 1].states[0]
    states = (replace(state, superseded=told), replace(state, until=changed - DAY, recorded=told))
    seats[SEATS - 1] = replace(seats[SEATS - 1], states=states)
    seats.append(_post(successor, names.BOARD, "Ledamot", changed, told))
    for place, (code, _, _) in enumerate(names.COMMITTEES):
        for number, person in enumerate(people[place : place + 5]):
            title = "Ordförande" if number == 0 else "Ledamot"
            seats.append(_post(person, code, title, since, recorded))
    top = UnitState(None, None, date(2019, 1, 1), FOREVER, recorded)
    below = replace(top, parent=names.BOARD)
    return Organisation(
        people=(*people, successor),
        units=(
            UnitPlan(names.BOARD, names.BOARD_NAME, "namnd", (top,)),
            *(UnitPlan(code, name, kind, (below,)) for code, name, kind in names.COMMITTEES),
        ),
        posts=tuple(seats),
    )


def _elected(rng: Random, taken: set[str]) -> Somebody:
    while True:
        first, last = rng.choice(names.FIRST), rng.choice(names.LAST)
        key = f"{ascii_of(first)}.{ascii_of(last)}@politik.example.org"
        if key not in taken:
            return Somebody(key, f"{first} {last}", key)


def _post(person: Somebody, unit: str, title: str, since: date, recorded: datetime) -> Post:
    state = PostState(unit, title, "permanent", counts=True, since=since, until=FOREVER, recorded=recorded)
    return Post(person.key, "troman", "official", (state,))
