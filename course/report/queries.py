"""The one query behind every coverage figure.

Everything follows from a few sets, asked as of a day D and as known at an instant K:

- `stay`: a person is in a population from–to, in a unit; population 0 is the target's whole, the others its groups;
- `earned`: a person completed something on a day, and whether that is valid on D;
- `facts`: what is so of a person, whatever the population.

Each set is read once and says its own facts; grouping puts them together, which is linear in the rows whatever the
planner believes of their sizes. Counting happens in the database: what comes back is one row per combination of
facts, not per person. The statements are texts, made once: only their parameters differ, and lists travel as JSON.
Source: design.md, "As of D, as known at K" and "The figures, never mixed".
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Date, Integer, String, TextClause, bindparam, select, text
from sqlalchemy.orm import Session

from course.clock import end_of
from course.content.queries import edition_in_force, editions, published
from course.learning.completion import WHOLE_COURSE, earliest_valid
from course.learning.tables import Completion
from course.organisation.population import Population, UnitSpan, stays
from course.organisation.tables import Person, SamePerson, Unit
from course.report.coverage import Facts, InUnit, Standing
from course.schema import UtcDateTime, known
from course.swedish import sort_key

KNOWN = "recorded_at <= :known_at AND ({0}superseded_at IS NULL OR {0}superseded_at > :known_at)"

LISTS = {
    "sqlite": """
inside AS MATERIALIZED (
    SELECT json_extract(value, '$[0]') AS population, json_extract(value, '$[1]') AS unit,
        json_extract(value, '$[2]') AS since, json_extract(value, '$[3]') AS until
    FROM json_each(:stays)),
kind AS MATERIALIZED (
    SELECT json_extract(value, '$[0]') AS population, json_extract(value, '$[1]') AS title,
        json_extract(value, '$[2]') AS employment
    FROM json_each(:kinds)),
fresh AS MATERIALIZED (
    SELECT json_extract(value, '$[0]') AS release_id, json_extract(value, '$[1]') AS earliest
    FROM json_each(:fresh)),""",
    "postgresql": """
inside AS MATERIALIZED (
    SELECT CAST(value->>0 AS integer) AS population, CAST(value->>1 AS integer) AS unit,
        CAST(value->>2 AS date) AS since, CAST(value->>3 AS date) AS until
    FROM jsonb_array_elements(CAST(:stays AS jsonb))),
kind AS MATERIALIZED (
    SELECT CAST(value->>0 AS integer) AS population, value->>1 AS title, value->>2 AS employment
    FROM jsonb_array_elements(CAST(:kinds AS jsonb))),
fresh AS MATERIALIZED (
    SELECT CAST(value->>0 AS integer) AS release_id, CAST(value->>1 AS date) AS earliest
    FROM jsonb_array_elements(CAST(:fresh AS jsonb))),""",
}
"""The lists that come as JSON, as tables."""

SETS = f"""
same AS MATERIALIZED (
    SELECT person_id, main_id FROM same_person WHERE {KNOWN.format("")}),
employed AS MATERIALIZED (
    SELECT COALESCE(same.main_id, membership.person_id) AS person, state.unit_id AS unit,
        state.valid_from AS since, state.valid_to AS until, state.title, state.employment, state.counts
    FROM membership_state AS state
    JOIN membership ON membership.id = state.membership_id
    LEFT JOIN same ON same.person_id = membership.person_id
    WHERE state.audience = :audience AND state.{KNOWN.format("state.")}),
stay AS MATERIALIZED (
    SELECT inside.population, employed.person, employed.unit, employed.counts,
        CASE WHEN inside.since > employed.since THEN inside.since ELSE employed.since END AS since,
        CASE WHEN inside.until < employed.until THEN inside.until ELSE employed.until END AS until
    FROM employed
    JOIN inside ON inside.unit = employed.unit AND inside.since <= employed.until AND employed.since <= inside.until
    WHERE EXISTS (
        SELECT 1 FROM kind WHERE kind.population = inside.population
            AND (kind.title IS NULL OR kind.title = employed.title)
            AND (kind.employment IS NULL OR kind.employment = employed.employment))),
earned AS MATERIALIZED (
    SELECT COALESCE(same.main_id, completion.person_id) AS person, completion.path, completion.route,
        completion.occurred_on,
        CASE WHEN completion.edition >= :in_force AND completion.occurred_on >= fresh.earliest THEN 1 ELSE 0 END
            AS valid
    FROM completion
    LEFT JOIN same ON same.person_id = completion.person_id
    LEFT JOIN fresh ON fresh.release_id = completion.release_id
    WHERE completion.course = :course AND completion.occurred_on <= :day AND completion.recorded_at <= :known_at
        AND completion.id NOT IN (SELECT completion_id FROM revocation WHERE at <= :known_at)),
reached AS MATERIALIZED (
    SELECT DISTINCT stay.population, stay.person, stay.unit
    FROM earned
    JOIN stay ON stay.person = earned.person AND earned.occurred_on BETWEEN stay.since AND stay.until
    WHERE earned.path = '' AND stay.counts AND earned.occurred_on BETWEEN :start AND :reached_until),
told AS (
    SELECT person,
        CASE WHEN since <= :start AND until >= :start THEN 1 ELSE 0 END AS employed_at_start,
        CASE WHEN since <= :day AND until >= :day THEN 1 ELSE 0 END AS employed_at_end,
        0 AS covered, 0 AS completed, 0 AS begun, 0 AS before, 0 AS within, 0 AS exempt, 0 AS by_quiz
    FROM employed
    UNION ALL
    SELECT person, 0, 0, valid, 1, 0,
        CASE WHEN occurred_on < :start THEN 1 ELSE 0 END,
        CASE WHEN occurred_on BETWEEN :start AND :reached_until THEN 1 ELSE 0 END, 0,
        CASE WHEN route IN ('quiz', 'restored') THEN valid ELSE 0 END
    FROM earned WHERE path = ''
    UNION ALL
    SELECT person, 0, 0, 0, 0, 1, 0, 0, 0, 0 FROM earned WHERE path <> ''
    UNION ALL
    SELECT COALESCE(same.main_id, attempt.person_id), 0, 0, 0, 0, 1, 0, 0, 0, 0
    FROM attempt LEFT JOIN same ON same.person_id = attempt.person_id
    WHERE attempt.course = :course AND attempt.started_at < :day_ends AND attempt.started_at <= :known_at
    UNION ALL
    SELECT COALESCE(same.main_id, exemption.person_id), 0, 0, 0, 0, 0, 0, 0, 1, 0
    FROM exemption LEFT JOIN same ON same.person_id = exemption.person_id
    WHERE exemption.valid_from <= :day AND exemption.valid_to >= :day AND exemption.{KNOWN.format("exemption.")}),
facts AS MATERIALIZED (
    SELECT person, MAX(employed_at_start) AS employed_at_start, MAX(employed_at_end) AS employed_at_end,
        MAX(covered) AS covered, MAX(completed) AS completed, MAX(begun) AS begun, MAX(before) AS before,
        MAX(within) AS within, MAX(exempt) AS exempt, MAX(by_quiz) AS by_quiz
    FROM told GROUP BY person)"""  # noqa: S608 - put together from this file alone

STANDINGS = """
, placed AS (
    SELECT population, person,
        CASE WHEN counts AND since <= :start AND until >= :start THEN 1 ELSE 0 END AS at_start,
        CASE WHEN counts AND since <= :day AND until >= :day THEN 1 ELSE 0 END AS at_end,
        0 AS reached,
        CASE WHEN NOT counts AND since <= :day AND until >= :day THEN 1 ELSE 0 END AS uncounted
    FROM stay
    UNION ALL
    SELECT population, person, 0, 0, 1, 0 FROM reached),
standing AS MATERIALIZED (
    SELECT population, person, MAX(at_start) AS at_start, MAX(at_end) AS at_end, MAX(reached) AS reached,
        MAX(uncounted) AS uncounted
    FROM placed GROUP BY population, person
    HAVING MAX(at_start) + MAX(at_end) + MAX(reached) + MAX(uncounted) > 0)
SELECT population, at_start, at_end, employed_at_start, employed_at_end, covered, completed, begun, before, within,
    reached, uncounted, exempt, by_quiz, COUNT(*)
FROM standing JOIN facts ON facts.person = standing.person {where}
GROUP BY population, at_start, at_end, employed_at_start, employed_at_end, covered, completed, begun, before, within,
    reached, uncounted, exempt, by_quiz"""

UNITS = """
, pair AS MATERIALIZED (
    SELECT DISTINCT 0 AS part, person, unit FROM stay
    WHERE population = 0 AND counts AND since <= :day AND until >= :day
    UNION ALL
    SELECT 1, person, unit FROM reached WHERE population = 0),
several AS MATERIALIZED (
    SELECT part, person, COUNT(*) AS units FROM pair GROUP BY part, person),
named AS (
    SELECT pair.part, pair.unit, CASE WHEN several.units > 1 THEN pair.person END AS person, facts.covered
    FROM pair
    JOIN several ON several.part = pair.part AND several.person = pair.person
    JOIN facts ON facts.person = pair.person)
SELECT part, unit, person, covered, COUNT(*) FROM named GROUP BY part, unit, person, covered"""

REMAINING = """
SELECT DISTINCT stay.person FROM stay JOIN facts ON facts.person = stay.person
WHERE stay.population = 0 AND stay.counts AND stay.since <= :day AND stay.until >= :day AND facts.covered = 0"""

ANYBODY = f"""
SELECT 1 FROM membership_state WHERE audience = :audience AND {KNOWN.format("")} LIMIT 1"""  # noqa: S608 - as above

PROTECTED = "Skyddad person"

TYPES: dict[str, Any] = {
    "audience": String(),
    "course": String(),
    "stays": String(),
    "kinds": String(),
    "fresh": String(),
    "in_force": Integer(),
    "human": Integer(),
    "day": Date(),
    "start": Date(),
    "reached_until": Date(),
    "day_ends": UtcDateTime(),
    "known_at": UtcDateTime(),
}


@dataclass(frozen=True)
class Scope:
    """What a coverage figure is about."""

    course: str
    audience: str
    day: date
    known_at: datetime
    period_from: date
    period_to: date

    @property
    def reached_until(self) -> date:
        """The last day whose completions count as reached."""
        return min(self.day, self.period_to)


def facts(db: Session, scope: Scope, populations: Sequence[Population], spans: Sequence[UnitSpan]) -> Facts:
    """Ask the database of the whole population, which is the first, and of the groups beside it.

    The number of statements depends neither on the number of persons nor on that of populations.
    """
    given = _parameters(db, scope, populations, spans)
    standings: list[list[Standing]] = [[] for _ in populations]
    for population, *row in _ask(db, "standings", given):
        standings[population].append(_standing_of(row))
    units: tuple[list[InUnit], list[InUnit]] = ([], [])
    for part, unit, person, covered, persons in _ask(db, "units", given):
        units[part].append(InUnit(unit, person, bool(covered), persons))
    return Facts(standings, *units, knows_anybody=bool(_ask(db, "anybody", given)))


def standing_of(
    db: Session, scope: Scope, population: Population, spans: Sequence[UnitSpan], person_id: int
) -> Standing | None:
    """The standing of one human, by the same statement; None when the human stands nowhere in the population."""
    links = select(SamePerson.main_id).where(SamePerson.person_id == person_id, known(SamePerson, scope.known_at))
    human = db.execute(links).scalar_one_or_none() or person_id
    rows = _ask(db, "person", {**_parameters(db, scope, [population], spans), "human": human})
    return _standing_of(rows[0][1:]) if rows else None


def remaining(db: Session, scope: Scope, population: Population, spans: Sequence[UnitSpan]) -> list[str]:
    """The names of the members who are not covered, in Swedish order; a protected person without a name."""
    ids = [person for (person,) in _ask(db, "remaining", _parameters(db, scope, [population], spans))]
    people = db.execute(select(Person.name, Person.protected).where(Person.id.in_(ids)))
    return sorted((PROTECTED if protected else name for name, protected in people), key=sort_key)


def _standing_of(row: Sequence[int]) -> Standing:
    *flags, persons = row
    return Standing(*map(bool, flags), persons=persons)  # type: ignore[misc] # as many flags as columns


def _ask(db: Session, name: str, given: dict[str, Any]) -> Sequence[Any]:
    statement, names = _statement(name, db.get_bind().dialect.name)
    return db.connection().execute(statement, {name: given[name] for name in names}).all()


@cache
def _statement(name: str, dialect: str) -> tuple[TextClause, tuple[str, ...]]:
    """(the statement, the names of its parameters)."""
    sets = f"WITH {LISTS[dialect]}{SETS}"
    sql = {
        "standings": sets + STANDINGS.format(where=""),
        "person": sets + STANDINGS.format(where="WHERE facts.person = :human"),
        "units": sets + UNITS,
        "remaining": sets + REMAINING,
        "anybody": ANYBODY,
    }[name]
    names = tuple(each for each in TYPES if f":{each}" in sql)
    return text(sql).bindparams(*(bindparam(each, type_=TYPES[each]) for each in names)), names


def _parameters(
    db: Session, scope: Scope, populations: Sequence[Population], spans: Sequence[UnitSpan]
) -> dict[str, Any]:
    return {
        "audience": scope.audience,
        "course": scope.course,
        "stays": json.dumps(_stays(db, populations, spans)),
        "kinds": json.dumps(_kinds(populations)),
        "fresh": json.dumps(_fresh(db, scope)),
        "in_force": edition_in_force(editions(db, scope.course, scope.known_at), scope.day),
        "day": scope.day,
        "start": scope.period_from,
        "reached_until": scope.reached_until,
        "day_ends": end_of(scope.day),
        "known_at": scope.known_at,
    }


def _stays(
    db: Session, populations: Sequence[Population], spans: Sequence[UnitSpan]
) -> list[tuple[int, int, str, str]]:
    """(population, unit, since, until) of every unit in each population; one without units has them all."""
    whole = (str(date.min), str(date.max))
    everywhere = list(db.scalars(select(Unit.id))) if any(not each.units for each in populations) else []
    rows = []
    for number, population in enumerate(populations):
        if population.units:
            inside = stays(spans, population.units)
            rows += [(number, stay.unit, str(stay.since), str(stay.until)) for stay in inside]
        else:
            rows += [(number, unit, *whole) for unit in everywhere]
    return rows


def _kinds(populations: Sequence[Population]) -> list[tuple[int, str | None, str | None]]:
    """(population, title, employment) that a population lets through; None lets every one through."""
    return [
        (number, title, employment)
        for number, population in enumerate(populations)
        for title in population.titles or (None,)
        for employment in population.employments or (None,)
    ]


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
