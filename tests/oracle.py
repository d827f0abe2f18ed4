"""The figures worked out by hand: every row read, every person asked one by one, no SQL that the product uses."""

from collections import Counter
from datetime import date

from sqlalchemy import select

from course.clock import day_of
from course.content.queries import edition_in_force, editions, published
from course.learning.completion import valid_through
from course.learning.tables import Completion, Revocation
from course.organisation.tables import Exemption, Membership, MembershipState, SamePerson, UnitState
from course.quiz.tables import Attempt

STRENGTH = ("paper", "workshop", "platform", "mixed", "test", "quiz")
BUCKETS = ("covered", "exempt", "expired", "outdated", "under_way", "not_started")


class ByHand:
    """What is so on a day, as known at an instant; a promise of queries.promise_on says of whom, and when."""

    def __init__(self, db, promise, course, day, known_at):
        self.day, self.start = day, promise.period_from
        self.until = min(day, promise.period_to)
        self.roots = promise.population.units
        known = [
            [row for row in db.scalars(select(table)) if self.known(row, known_at)]
            for table in (SamePerson, UnitState, MembershipState, Exemption)
        ]
        links, self.units, self.states, exemptions = known
        self.main = {link.person_id: link.main_id for link in links}
        owner = dict(db.execute(select(Membership.id, Membership.person_id)).all())
        self.owner = {number: self.human(person) for number, person in owner.items()}
        self.exempt = {self.human(each.person_id) for each in exemptions if each.valid_from <= day <= each.valid_to}
        gone = {row.completion_id for row in db.scalars(select(Revocation)) if row.at <= known_at}
        rows = [
            row
            for row in db.scalars(select(Completion).where(Completion.course == course))
            if row.recorded_at <= known_at and row.occurred_on <= day and row.id not in gone
        ]
        self.done = [row for row in rows if not row.path]
        in_force = edition_in_force(editions(db, course, known_at), day)
        in_time = [
            row
            for row in self.done
            if valid_through(row.occurred_on, published(db, row.release_id).course.valid_months) >= day
        ]
        self.valid = [row for row in in_time if row.edition >= in_force]
        self.in_time = {self.human(row.person_id) for row in in_time}
        every = db.scalars(select(Attempt).where(Attempt.course == course))
        begun = [
            each for each in every if each.started_at <= known_at and published(db, each.release_id).edition >= in_force
        ]
        self.begun = {self.human(each.person_id) for each in begun if day_of(each.started_at) <= day}
        self.begun |= {self.human(row.person_id) for row in rows if row.path and row.edition >= in_force}

    @staticmethod
    def known(row, at):
        return row.recorded_at <= at and (row.superseded_at is None or row.superseded_at > at)

    def human(self, person):
        return self.main.get(person, person)

    def inside(self, unit, day):
        """Whether the unit is a root or below one on the day."""
        seen = set()
        while unit is not None and unit not in seen:
            state = next((each for each in self.units if each.unit_id == unit and holds(each, day)), None)
            if unit in self.roots:
                return state is not None
            seen.add(unit)
            unit = state.parent_id if state else None
        return False

    def employed(self, day):
        return {self.owner[each.membership_id] for each in self.states if holds(each, day)}

    def members(self, day, *, counts=True):
        return {
            self.owner[each.membership_id]
            for each in self.states
            if holds(each, day) and each.counts is counts and (not self.roots or self.inside(each.unit_id, day))
        }

    def reaching(self):
        return [
            row
            for row in self.done
            if self.start <= row.occurred_on <= self.until
            and self.human(row.person_id) in self.members(row.occurred_on)
        ]

    def reached(self):
        return {self.human(row.person_id) for row in self.reaching()}

    def bucket(self, person):
        if person in {self.human(row.person_id) for row in self.valid}:
            return "covered"
        if person in self.exempt:
            return "exempt"
        if person in {self.human(row.person_id) for row in self.done}:
            return "outdated" if person in self.in_time else "expired"
        return "under_way" if person in self.begun else "not_started"

    def route(self, person, rows):
        routes = {row.route for row in rows if self.human(row.person_id) == person}
        return max(("quiz" if each == "restored" else each for each in routes), key=STRENGTH.index)

    def figures(self):
        """{key: value} as test_coverage.figures gives it, of the groups that are about people."""
        now, then = self.members(self.day), self.members(self.start)
        buckets = Counter(map(self.bucket, now))
        covered = {person for person in now if self.bucket(person) == "covered"}
        reached = self.reached()
        came, went = now - then, then - now
        days = {}
        for row in self.done:
            days.setdefault(self.human(row.person_id), []).append(row.occurred_on)
        within = {p for p, found in days.items() if any(self.start <= day <= self.until for day in found)}
        before = {p for p, found in days.items() if any(day < self.start for day in found)} - within
        told = {f"status.{name}": buckets[name] for name in BUCKETS}
        routes = Counter(self.route(person, self.valid) for person in covered)
        reaching = self.reaching()
        reached_routes = Counter(self.route(person, reaching) for person in reached)
        return told | {
            "status.members": len(now),
            "status.uncounted": len(self.members(self.day, counts=False) - now),
            **{f"routes.{name}": routes[name] for name in STRENGTH},
            **{f"reached_routes.{name}": reached_routes[name] for name in STRENGTH},
            "identity.at_start": len(then),
            "identity.joined": len(came - self.employed(self.start)),
            "identity.moved_in": len(came & self.employed(self.start)),
            "identity.left": len(went - self.employed(self.day)),
            "identity.moved_out": len(went & self.employed(self.day)),
            "bridge.reached": len(reached),
            "bridge.covered_outside_population": len((covered - reached) & within),
            "bridge.covered_before_period": len((covered - reached) & before),
            "bridge.reached_left_or_moved": len(reached - now),
            "bridge.reached_expired": len((reached & now) - covered - self.in_time),
            "bridge.reached_outdated": len(((reached & now) - covered) & self.in_time),
        }


def holds(state, day: date):
    return state.valid_from <= day <= state.valid_to
