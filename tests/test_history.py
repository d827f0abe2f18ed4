"""Whatever happens, in whatever order: sums stay exact, and what was once answered stays answered."""

import itertools
import random
from datetime import date, timedelta

import pytest
from oracle import ByHand
from roster_lists import planned, row
from sqlalchemy import func, select
from test_coverage import LATER, figures
from world import course_sources, noon

from course.errors import Refusal
from course.learning.actions import revoke
from course.learning.tables import Completion, Revocation
from course.organisation.actions import end_exemption, end_membership, exempt, link, set_counts, unlink
from course.organisation.tables import Person
from course.report.catalogue.coverage import build
from course.roster.actions import Origin, apply_plan, undo_import
from course.target.queries import promise_on

FIRST = date(2026, 1, 1)
UNITS = {"E1": "Boende", "E2": "Boende", "B1": "Bistånd"}
PROBES = 200


class History:
    """A random history, one event a day; each may be refused, and then nothing has changed."""

    def __init__(self, world, seed):
        self.world, self.random = world, random.Random(seed)
        self.today = FIRST
        self.listed = {f"p{number}": {"unit": "E1", "since": "2025-06-01", "until": ""} for number in range(1, 7)}
        self.editions = 1
        world.publish(course_sources(valid_months=6))
        self.read_list()

    def step(self):
        """Let one thing happen on the next day."""
        self.today += timedelta(days=self.random.randint(1, 4))
        event = self.random.choice(
            [self.read_list] * 4
            + [self.take] * 6
            + [self.begin, self.undo, self.link, self.unlink, self.exempt, self.end_exemption]
            + [self.end, self.counts, self.revoke, self.publish, self.target]
        )
        try:
            event()
        except Refusal:
            self.world.db.rollback()
        return event.__name__

    def read_list(self):
        """HR's list: some come, some go, some move, one is back-dated, now and then a unit is re-parented."""
        chance = self.random.random
        for key in [key for key in self.listed if chance() < 0.1]:
            del self.listed[key]
        for key in self.listed:
            if chance() < 0.1:
                self.listed[key]["unit"] = self.random.choice(list(UNITS))
            if chance() < 0.05:
                self.listed[key]["until"] = str(self.today + timedelta(days=self.random.randint(-20, 40)))
        for _ in range(self.random.randint(0, 3)):
            since = max(FIRST - timedelta(days=30), self.today + timedelta(days=self.random.randint(-40, 20)))
            unit = self.random.choice(list(UNITS))
            self.listed[f"p{self.random.randint(1, 12)}"] = {"unit": unit, "since": str(since), "until": ""}
        divisions = {
            unit: self.random.choice(["Boende", "Bistånd"]) if chance() < 0.1 else UNITS[unit] for unit in UNITS
        }
        rows = [
            row(key, each["unit"], division=divisions[each["unit"]], since=each["since"], until=each["until"])
            for key, each in self.listed.items()
            if not each["until"] or each["until"] >= each["since"]
        ]
        if rows:
            with self.world.write(self.today) as (db, at):
                found = planned(self.world, rows, self.today)
                apply_plan(db, found, Origin("employees", "hr", "l.csv", "0" * 64), by=None, at=at)
        self.world.people = dict(self.world.db.execute(select(Person.key, Person.id)).all())

    def somebody(self):
        return self.random.choice(sorted(self.world.people))

    def take(self):
        self.world.take(self.somebody(), self.today)

    def begin(self):
        self.world.begin(self.somebody(), self.today)

    def undo(self):
        with self.world.write(self.today) as (db, at):
            undo_import(db, "hr", by=None, at=at)

    def link(self):
        with self.world.write(self.today) as (db, at):
            link(db, *(self.world.people[self.somebody()] for _ in range(2)), by=None, at=at)

    def unlink(self):
        with self.world.write(self.today) as (db, at):
            unlink(db, self.world.people[self.somebody()], by=None, at=at)

    def exempt(self):
        since = self.today + timedelta(days=self.random.randint(-30, 30))
        with self.world.write(self.today) as (db, at):
            until = since + timedelta(days=20)
            exempt(db, self.world.people[self.somebody()], since=since, until=until, by=None, at=at)

    def end_exemption(self):
        last = self.random.choice([None, self.today - timedelta(days=5)])
        with self.world.write(self.today) as (db, at):
            end_exemption(db, self.world.people[self.somebody()], last_day=last, by=None, at=at)

    def end(self):
        last = self.today + timedelta(days=self.random.randint(-20, 20))
        with self.world.write(self.today) as (db, at):
            end_membership(db, self.world.people[self.somebody()], last_day=last, by=None, at=at)

    def counts(self):
        counts = self.random.random() < 0.5
        with self.world.write(self.today) as (db, at):
            set_counts(db, self.world.people[self.somebody()], counts=counts, since=self.today, by=None, at=at)

    def revoke(self):
        numbers = self.world.db.scalars(select(Completion.id)).all()
        if numbers:
            with self.world.write(self.today) as (db, at):
                revoke(db, self.random.choice(numbers), reason="prov", by=None, at=at)

    def publish(self):
        self.editions += 1
        later = self.today + timedelta(days=self.random.randint(0, 20))
        sources = course_sources(valid_months=6, edition=self.editions, edition_from=later)
        self.world.publish(sources, day=self.today, change="goal")

    def target(self):
        self.world.target(self.random.randint(1, 20), until="2026-06-30", day=self.today)

    def probe(self):
        """A random (D, K) whose K is over: some day's noon, when that day's event was written."""
        known = FIRST + timedelta(days=self.random.randint(0, (self.today - FIRST).days))
        return str(FIRST + timedelta(days=self.random.randint(-10, 120))), noon(known)


def completed(world):
    """Completions that stand, and revocations."""
    world.db.rollback()
    return [
        world.db.execute(select(func.count()).select_from(table)).scalar_one() for table in (Completion, Revocation)
    ]


CAUSES = {
    "take": "new",
    "revoke": "revoked",
    "undo": "undone",
    "link": "linked",
    "unlink": "linked",
    "target": "target",
}
"""{event: the only line by which it may change reached}; the others correct employments and units."""


def difference(world, day, known_at, earlier):
    """{cause: persons} that reached has changed by between two instants, having checked that the sum is exact."""
    table = build(world.db, "kurs", "employee", day, known_at, earlier=earlier)
    lines = next(
        {figure.key: figure.value for figure in group.figures} for group in table.groups if group.key == "changes"
    )
    before, after = lines.pop("before"), lines.pop("after")
    lines["revoked"] = -lines["revoked"]  # shown as what is taken away
    assert after - before == sum(lines.values())
    return before, after, {cause: number for cause, number in lines.items() if number}


def check_by_hand(world, day, known_at):
    """The figures are those that asking every person one by one gives."""
    promise = promise_on(world.db, "kurs", "employee", day, known_at)
    if promise:
        found, wanted = figures(world, str(day), known_at), ByHand(world.db, promise, "kurs", day, known_at).figures()
        assert {key: found[key] for key in wanted} == wanted


@pytest.mark.parametrize("seed", range(2))
def test_any_history_keeps_every_sum_exact_and_every_answer_the_same(world, seed):
    history = History(world, seed)
    asked, happened, instants = {}, [], [noon(FIRST)]
    done, revoked = completed(world)

    for _ in range(40):
        happened.append(history.step())
        figures(world, str(history.today))  # checks the identity, the buckets and the bridge
        check_by_hand(world, history.today, LATER)
        now_done, now_revoked = completed(world)
        assert now_done >= done, happened
        assert now_revoked == revoked or happened[-1] == "revoke", happened
        done, revoked = now_done, now_revoked
        instants.append(noon(history.today))
        _, _, by_cause = difference(world, history.today, instants[-1], instants[-2])
        assert set(by_cause) <= {CAUSES.get(happened[-1], "corrected")}, happened
        for _ in range(PROBES // 40):
            day, known_at = history.probe()
            asked[day, known_at] = figures(world, day, known_at)

    again = {question: figures(world, *question) for question in asked}
    different = [question for question in asked if again[question] != asked[question]]
    assert different == [], happened
    assert len(asked) > PROBES // 2
    for earlier, known_at in itertools.combinations(instants[::8], 2):
        before, after, _ = difference(world, history.today, known_at, earlier)
        assert before == reached(world, history.today, earlier)
        assert after == reached(world, history.today, known_at)
        check_by_hand(world, history.today, known_at)


def reached(world, day, known_at):
    return figures(world, str(day), known_at).get("bridge.reached", 0)
