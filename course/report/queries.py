"""The statements behind every figure, and what they give. The sets that they are made of stand in sets.py."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
    TextualSelect,
    and_,
    bindparam,
    cast,
    column,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from course.clock import day_of, end_of
from course.content.model import KNOWLEDGE_TEST
from course.content.queries import Edition, edition_in_force, editions, published
from course.db import time_limit
from course.learning.completion import WHOLE_COURSE, earliest_valid
from course.learning.resting import RESTORED
from course.learning.tables import Completion, Revocation
from course.organisation.population import Population, Stay, UnitSpan, stays
from course.organisation.queries import as_spelled
from course.organisation.tables import (
    PROTECTED,
    Import,
    Membership,
    MembershipState,
    Person,
    SamePerson,
    Unit,
    UnitState,
)
from course.quiz.tables import Attempt
from course.report import sets
from course.report.changes import Members, Written
from course.report.coverage import Facts, InUnit, Standing
from course.schema import Dated, UtcDateTime, known
from course.swedish import sort_key
from course.target.queries import Promise
from course.target.tables import TargetState

TYPES: dict[str, Any] = {
    "audience": String(),
    "course": String(),
    "inside": String(),
    "fresh": String(),
    "in_force": Integer(),
    "human": Integer(),
    "tested": String(),
    "people": String(),
    "day": Date(),
    "start": Date(),
    "day_ends": UtcDateTime(),
    "known_at": UtcDateTime(),
}
"""The parameters of the statements."""

STATEMENTS: dict[str, tuple[str, tuple[tuple[str, Any], ...]]] = {
    "coverage": (
        sets.COVERAGE,
        (("part", String()), ("key", BigInteger()), ("person", Integer()), ("persons", Integer())),
    ),
    "person": (sets.PERSON, tuple((name, Integer()) for name in ("time", "route", "reached_by", "bits"))),
    "members": (sets.MEMBERS, (("person", Integer()), ("unit", Integer()), ("done_on", Date()))),
    "reached": (sets.REACHED, (("person", Integer()), ("id", Integer()))),
    "covered": (sets.COVERED, (("person", Integer()), ("id", Integer()), ("route", Integer()))),
    "employed": (sets.EMPLOYED, (("person", Integer()),)),
}
"""{name: (its SELECT, its columns)}."""


@dataclass(frozen=True)
class Scope:
    """What a coverage figure is about."""

    course: str
    audience: str
    day: date
    known_at: datetime
    period_from: date
    period_to: date

    @classmethod
    def of(cls, promise: Promise | None, course: str, audience: str, day: date, known_at: datetime) -> "Scope":
        """The scope of a target's figures; without a target the period is the day's calendar year."""
        year = (date(day.year, 1, 1), date(day.year, 12, 31))
        period = (promise.period_from, promise.period_to) if promise else year
        return cls(course, audience, day, known_at, *period)


@dataclass(frozen=True)
class Member:
    """Somebody in a population on D, in one unit, and when the completion that is valid on D was earned."""

    person: int
    name: str
    unit: int
    done_on: date | None


def facts(db: Session, scope: Scope, populations: Sequence[Population], spans: Sequence[UnitSpan]) -> Facts:
    """Ask the database of the whole population, which is the first, and of the groups beside it.

    The number of statements depends neither on the number of persons nor on that of populations.
    """
    counted: Counter[int] = Counter()
    members: list[InUnit] = []
    reached: list[InUnit] = []
    knows_anybody = False
    for part, key, person, persons in _ask(db, "coverage", scope, populations, spans):
        unit, told = sets.read_key(key)
        *_, route, by, bits = sets.read_facts(told)
        if part == "known":
            knows_anybody = True
        elif part == "standing":
            counted[told] += persons
        if unit and bits & sets.BIT["at_end"]:
            members.append(InUnit(unit, person, route >= sets.VALID, persons))
        if unit and by:
            reached.append(InUnit(unit, person, route >= sets.VALID, persons))
    standings: list[list[Standing]] = [[] for _ in populations]
    for told, persons in counted.items():
        population, *facts = sets.read_facts(told)
        standings[population].append(_standing(*facts, persons=persons))
    return Facts(standings, members, reached, knows_anybody)


def standing_of(
    db: Session, scope: Scope, population: Population, spans: Sequence[UnitSpan], person_id: int
) -> Standing | None:
    """The standing of one human, by the same sets; None when the human stands nowhere in the population."""
    human, *others = star_of(db, person_id, scope.known_at)
    rows = _ask(db, "person", scope, [population], spans, human=human, people=json.dumps([human, *others]))
    return _standing(*rows[0], persons=1) if rows else None


def star_of(db: Session, person_id: int, known_at: datetime) -> list[int]:
    """All the rows that are the same human, as known at the instant; first the one that stands for the others."""
    links = select(SamePerson.main_id).where(SamePerson.person_id == person_id, known(SamePerson, known_at))
    main = db.execute(links).scalar_one_or_none() or person_id
    others = select(SamePerson.person_id).where(SamePerson.main_id == main, known(SamePerson, known_at))
    return [main, *sorted(db.scalars(others))]


def members(db: Session, scope: Scope, population: Population, spans: Sequence[UnitSpan]) -> list[Member]:
    """The members, once for each of their units, in Swedish order; a protected person without a name."""
    rows = _ask(db, "members", scope, [population], spans)
    ids = {person for person, *_ in rows}
    named = db.execute(select(Person.id, Person.name, Person.protected).where(Person.id.in_(ids)))
    names = {number: PROTECTED if protected else name for number, name, protected in named}
    found = [Member(person, names[person], unit, done_on) for person, unit, done_on in rows]
    return sorted(found, key=lambda member: (sort_key(member.name), member.person, member.unit))


def reached_by(
    db: Session, scope: Scope, population: Population, spans: Sequence[UnitSpan]
) -> dict[int, frozenset[int]]:
    """{human: the completions by which it was reached} of everybody in the population."""
    found: dict[int, set[int]] = {}
    for human, completion in _ask(db, "reached", scope, [population], spans):
        found.setdefault(human, set()).add(completion)
    return {human: frozenset(completions) for human, completions in found.items()}


def members_at(db: Session, scope: Scope, population: Population, spans: Sequence[UnitSpan]) -> Members:
    """The members on the scope's day, and what they have of valid and of outdated completions."""
    covered: dict[int, set[int]] = {}
    everybody, outdated = set(), set()
    for human, completion, route in _ask(db, "covered", scope, [population], spans):
        everybody.add(human)
        if route >= sets.VALID:
            covered.setdefault(human, set()).add(completion)
        elif route == sets.OUTDATED:
            outdated.add(human)
    return Members(everybody, covered, outdated)


def employed_on(db: Session, scope: Scope) -> set[int]:
    """The humans who are employed on the scope's day, wherever."""
    return {human for (human,) in _ask(db, "employed", scope, (), ())}


def knows_period(db: Session, scope: Scope) -> bool:
    """Whether the course was published before the period was over, or anybody is known to have completed some of it."""
    releases = editions(db, scope.course, scope.known_at)
    if releases and day_of(published(db, releases[0].release_id).published_at) <= scope.period_to:
        return True
    done = select(Completion.id).where(
        Completion.course == scope.course,
        Completion.occurred_on.between(scope.period_from, scope.period_to),
        Completion.recorded_at <= scope.known_at,
    )
    return db.execute(done.limit(1)).first() is not None


def stars(db: Session, *instants: datetime) -> dict[int, set[int]]:
    """{human: the people that it stands for at any of the instants, itself among them}, of those who are linked."""
    rows = select(SamePerson.main_id, SamePerson.person_id).where(or_(*(known(SamePerson, at) for at in instants)))
    found: dict[int, set[int]] = {}
    for main, person in db.execute(rows):
        for each in (main, person):
            found.setdefault(each, {each}).update((main, person))
    return found


def written_between(db: Session, target_id: int | None, earlier: datetime, known_at: datetime) -> Written:
    """What was written after `earlier` and by `known_at` that can change whom a completion reached."""
    since = Between(earlier, known_at)
    undone = set(db.scalars(select(Import.at).where(Import.undoes.is_not(None), since.holds(Import.at))))
    memberships = select(Membership.person_id).join(MembershipState)
    units = since.writes(db, select(literal(0)), UnitState)
    links = select(SamePerson.person_id, SamePerson.main_id).where(since.wrote(SamePerson))
    recorded = select(Completion.id, Completion.occurred_on).where(since.holds(Completion.recorded_at))
    targets = select(TargetState.id).where(TargetState.target_id == target_id, since.wrote(TargetState))
    return Written(
        completions=dict(db.execute(recorded).all()),
        revoked=frozenset(db.scalars(select(Revocation.completion_id).where(since.holds(Revocation.at)))),
        linked=frozenset(person for pair in db.execute(links) for person in pair),
        memberships={
            person: "undone" if instant in undone else "corrected"
            for person, instant in since.writes(db, memberships, MembershipState).items()
        },
        units=("undone" if units[0] in undone else "corrected") if units else "",
        target=db.execute(targets.limit(1)).first() is not None,
    )


@dataclass(frozen=True)
class Between:
    """The instants after one and up to another."""

    after: datetime
    until: datetime

    def holds(self, instant: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
        """Whether an instant is one of them."""
        return and_(instant > self.after, instant <= self.until)

    def wrote(self, state: type[Dated]) -> ColumnElement[bool]:
        """Whether a dated fact was recorded or superseded at one of them."""
        return or_(self.holds(state.recorded_at), self.holds(state.superseded_at))

    def writes(self, db: Session, keys: Select[int], state: type[Dated]) -> dict[int, datetime]:
        """{key: the newest instant at which a dated fact of it was recorded or superseded}."""
        newest: dict[int, datetime] = {}
        for instant in (state.recorded_at, state.superseded_at):
            for key, at in db.execute(keys.add_columns(instant).where(self.holds(instant)).distinct()):
                newest[key] = max(at, newest.get(key, at))
        return newest


def _standing(time: int, route: int, reached_by: int, bits: int, *, persons: int) -> Standing:
    flags = {name: bool(bits & bit) for name, bit in sets.BIT.items()}
    return Standing(
        **flags,
        outdated=route == sets.OUTDATED,
        completed=sets.WHEN[time],
        covered_by=sets.RANKED[route] if route >= sets.VALID else "",
        reached_by=sets.RANKED[reached_by],
        persons=persons,
    )


def _ask(
    db: Session,
    name: str,
    scope: Scope,
    populations: Sequence[Population],
    spans: Sequence[UnitSpan],
    **more: int | str,
) -> Sequence[Any]:
    statement, names = _statement(name, db.get_bind().dialect.name)
    given = _parameters(db, scope, populations, spans) | more
    with time_limit(db):
        return db.connection().execute(statement, {name: given[name] for name in names}).all()


@cache
def _statement(name: str, dialect: str) -> tuple[TextualSelect, tuple[str, ...]]:
    """(the statement, the names of its parameters)."""
    select_, columns = STATEMENTS[name]
    sql = sets.statement(select_, dialect)
    names = tuple(each for each in TYPES if f":{each}" in sql)
    bound = text(sql).bindparams(*(bindparam(each, type_=TYPES[each]) for each in names))
    return bound.columns(*(column(*each) for each in columns)), names


def _parameters(
    db: Session, scope: Scope, populations: Sequence[Population], spans: Sequence[UnitSpan]
) -> dict[str, Any]:
    releases = editions(db, scope.course, scope.known_at)
    return {
        "audience": scope.audience,
        "course": scope.course,
        "inside": json.dumps(_inside(db, scope, populations, spans)),
        "fresh": json.dumps(_fresh(db, scope)),
        "tested": json.dumps(tested(db, scope.course, releases, scope.known_at)),
        "people": "[]",
        "in_force": edition_in_force(releases, scope.day),
        "day": scope.day,
        "start": scope.period_from,
        "day_ends": end_of(scope.day),
        "known_at": scope.known_at,
    }


def _inside(
    db: Session, scope: Scope, populations: Sequence[Population], spans: Sequence[UnitSpan]
) -> list[tuple[int, int, str, str, str | None, str | None, int]]:
    """(population, unit, since, until, title, employment, bits) that a population lets in.

    A population without units has them all; None lets every title or employment in.
    """
    everywhere = list(db.scalars(select(Unit.id))) if any(not each.units for each in populations) else []
    return [
        (number, stay.unit, str(stay.since), str(stay.until), title, employment, _bits(number, stay, scope))
        for number, population in enumerate(as_spelled(db, populations))
        for stay in (
            stays(spans, population.units)
            if population.units
            else [Stay(unit, date.min, date.max) for unit in everywhere]
        )
        for title in population.titles or (None,)
        for employment in population.employments or (None,)
        if stay.since <= scope.day and stay.until >= scope.period_from
    ]


def _bits(population: int, stay: Stay, scope: Scope) -> int:
    """Whether the stay holds on the period's first day and on D, as the bits that it lets a membership keep."""
    at_start = sets.BIT["at_start"] if stay.since <= scope.period_from else 0
    at_end = sets.BIT["at_end"] + sets.BIT["uncounted"] if stay.until >= scope.day else 0
    return at_start + at_end + (sets.EMPLOYED_BITS if population == 0 else 0)


def tested(db: Session, course: str, releases: Sequence[Edition], known_at: datetime) -> list[int]:
    """The completions of the course that rest on a knowledge test, alone or among others, as known at the instant.

    `releases` are those that were known then.
    """
    tests = _knowledge_tests(db, releases)
    taken = select(Attempt.quiz).where(Attempt.quiz.in_(tests)).limit(1)
    if not tests or db.execute(taken).first() is None:
        return []
    attempt = func.replace(cast(Attempt.id, String), "-", "")  # written with hyphens on one engine only
    proved = (
        select(Completion.id)
        .join(Attempt, and_(Attempt.person_id == Completion.person_id, Attempt.course == Completion.course))
        .where(
            Attempt.course == course,
            Attempt.quiz.in_(tests),
            func.replace(Completion.evidence, "-", "") == "attempt:" + attempt,
        )
    )
    found = {str(number) for number in db.scalars(proved)}
    if not found:
        return []
    rows = select(Completion.id, Completion.evidence).where(
        Completion.course == course,
        Completion.recorded_at <= known_at,
        or_(Completion.path == WHOLE_COURSE, Completion.evidence.startswith(RESTORED)),
    )
    rests = []
    for number, evidence in db.execute(rows.order_by(Completion.id)):
        if not found.isdisjoint(evidence.removeprefix(RESTORED).split(",")):
            found.add(str(number))  # what is restored rests on what was revoked
            rests.append(number)
    return rests


def _knowledge_tests(db: Session, releases: Sequence[Edition]) -> set[str]:
    """The knowledge tests of the course, as each of its editions last had them."""
    newest = {each.edition: each.release_id for each in releases}
    quizzes = (quiz for number in newest.values() for quiz in published(db, number).course.quizzes.values())
    return {quiz.id for quiz in quizzes if quiz.kind == KNOWLEDGE_TEST}


def _fresh(db: Session, scope: Scope) -> list[tuple[int, str]]:
    """(release, earliest day of a completion of the course that is still valid on D) for each release used."""
    used = (
        select(Completion.release_id)
        .where(Completion.course == scope.course, Completion.path == WHOLE_COURSE)
        .distinct()
    )
    return [
        (number, str(earliest_valid(scope.day, published(db, number).course.valid_months)))
        for number in db.scalars(used)
    ]
