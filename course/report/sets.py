"""The sets behind every figure, as SQL: each is asked as of a day D and as known at an instant K.

- `employed`: a person is in a unit from–to;
- `earned`: a person completed the course on a day, and whether that is valid on D;
- `placed`: a person in a population with each completion; population 0 is the target's whole, the others its groups;
- `standing`: what is so of a person in a population, as the sum of the bits of FLAGS.

Counting happens in the database: what comes back is one row per combination of facts, not per person. What few people
need to be asked (had they begun? are they exempt? where did they come from?) is asked of those alone. The texts are
made once: only their parameters differ, and lists travel as JSON.
Source: design.md, "As of D, as known at K" and "The figures, never mixed".
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from course.report.coverage import ROUTES

SEEN = ("at_start", "at_end", "uncounted")
ALONE = ("employed_at_start", "employed_at_end", "exempt", "begun")
"""What is so of a person wherever it stands: told of the whole population, not of the groups."""
FLAGS = (*SEEN, *ALONE)
"""What is so of a person in a population: see coverage.Standing."""
POPULATIONS = 1000
"""More than anybody asks of at once."""
BIT = {name: 1 << number for number, name in enumerate(FLAGS)}
EMPLOYED_BITS = BIT["employed_at_start"] + BIT["employed_at_end"]

RANKED = ("", "outdated", *reversed(ROUTES))
"""The routes by strength: of several valid completions the strongest counts. '' is of those without one, `outdated` of
those who have one that would be valid but for a newer edition."""
OUTDATED = RANKED.index("outdated")
VALID = OUTDATED + 1
"""From this place on a completion is valid."""
WHEN = ("", "before", "within")
"""When somebody completed, seen from the period: of several times the last of these counts."""

KNOWN = "recorded_at <= :known_at AND ({0}superseded_at IS NULL OR {0}superseded_at > :known_at)"


def _bits(**conditions: str) -> str:
    """The sum of the bits whose condition holds."""
    return " + ".join(f"CASE WHEN {condition} THEN {BIT[name]} ELSE 0 END" for name, condition in conditions.items())


def _together(names: Iterable[str]) -> str:
    """The bits that any row of the group has."""
    return " + ".join(f"MAX(bits & {BIT[name]})" for name in names)


def _rank(route: str) -> str:
    """The place of a route in RANKED; what was restored is as a quiz."""
    cases = " ".join(f"WHEN '{name}' THEN {RANKED.index(name)}" for name in ROUTES)
    by_quiz = f"CASE WHEN tested.id IS NULL THEN {RANKED.index('quiz')} ELSE {RANKED.index('test')} END"
    return f"CASE {route} WHEN 'quiz' THEN {by_quiz} WHEN 'restored' THEN {by_quiz} {cases} ELSE {VALID} END"


def _of(exists: str) -> str:
    """Whether there is such a row of the person, or of somebody for whom the person stands."""
    linked = exists.format("= link.person_id")
    return f"""(EXISTS ({exists.format("= seen.person")})
            OR EXISTS (SELECT 1 FROM same_person AS link
                WHERE link.main_id = seen.person AND link.{KNOWN.format("link.")} AND EXISTS ({linked})))"""


_WITHIN = WHEN.index("within")
_REACHED = f"""employed.counts AND time = {_WITHIN} AND occurred_on BETWEEN employed.since AND employed.until
                AND occurred_on BETWEEN inside.since AND inside.until"""
_DONE = """occurred_on <= :day AND completion.recorded_at <= :known_at
        AND NOT EXISTS (SELECT 1 FROM revocation WHERE completion_id = completion.id AND at <= :known_at)"""
_ATTEMPT = """
            SELECT 1 FROM attempt JOIN release ON release.id = attempt.release_id
            WHERE attempt.person_id {0} AND attempt.course = :course AND release.edition >= :in_force
                AND attempt.started_at < :day_ends AND attempt.started_at <= :known_at"""
_MODULE = f"""
            SELECT 1 FROM completion WHERE completion.person_id {{0}} AND completion.course = :course
                AND completion.path <> '' AND completion.edition >= :in_force AND completion.{_DONE}"""
_MEMBER = f"bits & {BIT['at_end']} > 0"
_UNIT = f"CASE WHEN {_MEMBER} OR reached_by > 0 THEN unit END"
"""The unit in which somebody is a member or was reached: of nearly everybody there is only one."""

_MOMENTS = "valid_from|valid_to|recorded_at|superseded_at|occurred_on|since|until"
_MOMENT = re.compile(rf"(?<!AS )\b(?:\w+\.)?(?:{_MOMENTS})\b")

LISTS = {
    "sqlite": """
inside AS MATERIALIZED (
    SELECT json_extract(value, '$[0]') AS population, json_extract(value, '$[1]') AS unit,
        json_extract(value, '$[2]') AS since, json_extract(value, '$[3]') AS until,
        json_extract(value, '$[4]') AS title, json_extract(value, '$[5]') AS employment,
        json_extract(value, '$[6]') AS bits
    FROM json_each(:inside)),
fresh AS MATERIALIZED (
    SELECT json_extract(value, '$[0]') AS release_id, json_extract(value, '$[1]') AS earliest
    FROM json_each(:fresh)),
tested AS MATERIALIZED (SELECT value AS id FROM json_each(:tested)),
people AS MATERIALIZED (SELECT value AS id FROM json_each(:people)),""",
    "postgresql": """
inside AS MATERIALIZED (
    SELECT CAST(value->>0 AS integer) AS population, CAST(value->>1 AS integer) AS unit,
        CAST(value->>2 AS date) AS since, CAST(value->>3 AS date) AS until,
        value->>4 AS title, value->>5 AS employment, CAST(value->>6 AS integer) AS bits
    FROM jsonb_array_elements(CAST(:inside AS jsonb))),
fresh AS MATERIALIZED (
    SELECT CAST(value->>0 AS integer) AS release_id, CAST(value->>1 AS date) AS earliest
    FROM jsonb_array_elements(CAST(:fresh AS jsonb))),
tested AS MATERIALIZED (
    SELECT CAST(value AS integer) AS id FROM jsonb_array_elements_text(CAST(:tested AS jsonb)) AS each (value)),
people AS MATERIALIZED (
    SELECT CAST(value AS integer) AS id FROM jsonb_array_elements_text(CAST(:people AS jsonb)) AS each (value)),""",
}
"""The lists that come as JSON, as tables."""


def _sets(of: str = "") -> str:
    """The sets that figures are counted in; of everybody, or of those alone whose row `of` lets through."""
    return f"""
same AS MATERIALIZED (
    SELECT person_id, main_id FROM same_person WHERE {KNOWN.format("")}),
employed AS MATERIALIZED (
    SELECT COALESCE(same.main_id, membership.person_id) AS person, state.unit_id AS unit,
        state.valid_from AS since, state.valid_to AS until, state.title, state.employment, state.counts,
        CASE WHEN counts THEN {_bits(at_start="valid_from <= :start", at_end="valid_to >= :day")}
            WHEN valid_to >= :day THEN {BIT["uncounted"]} ELSE 0 END
            + {_bits(employed_at_start="valid_from <= :start", employed_at_end="valid_to >= :day")} AS bits
    FROM membership_state AS state
    JOIN membership ON membership.id = state.membership_id
    LEFT JOIN same ON same.person_id = membership.person_id
    WHERE state.audience = :audience AND state.valid_from <= :day AND state.valid_to >= :start
        AND state.{KNOWN.format("state.")}{of.format("membership.person_id")}),
earned AS MATERIALIZED (
    SELECT COALESCE(same.main_id, completion.person_id) AS person, completion.id, completion.occurred_on AS occurred_on,
        CASE WHEN occurred_on >= :start THEN {_WITHIN} ELSE {WHEN.index("before")} END AS time,
        {_rank("completion.route")} AS way, completion.edition >= :in_force AS in_force,
        completion.occurred_on >= fresh.earliest AS in_time
    FROM completion
    LEFT JOIN same ON same.person_id = completion.person_id
    LEFT JOIN fresh ON fresh.release_id = completion.release_id
    LEFT JOIN tested ON tested.id = completion.id
    WHERE completion.course = :course AND completion.path = ''{of.format("completion.person_id")}
        AND completion.{_DONE}),
placed AS MATERIALIZED (
    SELECT CAST(employed.person AS bigint) * {POPULATIONS} + inside.population AS place, employed.unit,
        earned.id, earned.occurred_on AS occurred_on, earned.time,
        CASE WHEN in_time THEN CASE WHEN in_force THEN way ELSE {OUTDATED} END ELSE 0 END AS route,
        CASE WHEN {_REACHED} THEN way ELSE 0 END AS reached_by, employed.bits & inside.bits AS bits
    FROM employed
    JOIN inside ON inside.unit = +employed.unit
        AND (inside.title IS NULL OR inside.title = employed.title)
        AND (inside.employment IS NULL OR inside.employment = employed.employment)
    LEFT JOIN earned ON earned.person = employed.person
    UNION ALL
    SELECT CAST(person AS bigint) * {POPULATIONS}, NULL, NULL, NULL, 0, 0, 0, bits & {EMPLOYED_BITS}
    FROM employed
    WHERE unit NOT IN (SELECT unit FROM inside WHERE population = 0 AND title IS NULL AND employment IS NULL)
    UNION ALL
    SELECT CAST(COALESCE(same.main_id, exemption.person_id) AS bigint) * {POPULATIONS},
        NULL, NULL, NULL, 0, 0, 0, {BIT["exempt"]}
    FROM exemption LEFT JOIN same ON same.person_id = exemption.person_id
    WHERE exemption.valid_from <= :day AND exemption.valid_to >= :day AND exemption.{KNOWN.format("exemption.")})"""


SETS = _sets()
"""`bits` of employed and inside say what holds on the period's first day and on D; `time` is a place in WHEN, `way`,
`route` and `reached_by` are places in RANKED: of any completion, of a valid one, of one that reached. `+` keeps SQLite
from indexing `employed` instead of `inside`.

What else is known of a person, wherever it stands, is put beside as rows without a unit, so that grouping puts all
together: looking it up in a set for each person is quadratic on PostgreSQL as soon as the set does not fit its memory.
"""

STANDINGS = f"""
, summed AS (
    SELECT place, {_together(FLAGS[:-1])} AS bits, COALESCE(MAX(time), 0) AS time, COALESCE(MAX(route), 0) AS route,
        MAX(reached_by) AS reached_by, MIN({_UNIT}) AS first_unit, MAX({_UNIT}) AS last_unit
    FROM placed GROUP BY place),
seen AS (
    SELECT place / {POPULATIONS} AS person, place % {POPULATIONS} AS population, time, route, reached_by, bits,
        first_unit, last_unit
    FROM summed WHERE bits & {sum(BIT[name] for name in SEEN)} > 0 OR reached_by > 0),
standing AS MATERIALIZED (
    SELECT population, person, time, route, reached_by, first_unit, last_unit,
        bits + CASE WHEN population = 0 AND {_MEMBER} AND time = 0 AND ({_of(_ATTEMPT)} OR {_of(_MODULE)})
            THEN {BIT["begun"]} ELSE 0 END AS bits
    FROM seen)"""
"""Whether a person has begun is looked up, by an index, for those members alone who have not completed anything."""

_SEVERAL = f"""(place IN (
        SELECT person * {POPULATIONS} FROM standing WHERE population = 0 AND first_unit < last_unit)) IS TRUE"""
"""`IS TRUE` lets PostgreSQL look them up; it would join them one by one, as it takes them to be few."""
_KEY = f"((CAST({{unit}} AS bigint) * {POPULATIONS} + {{population}}) * {len(WHEN)} + time) * {len(RANKED)} + route"
_KEY = f"(({_KEY}) * {len(RANKED)} + reached_by) * {1 << len(FLAGS)} + bits"
_ONE_UNIT = "CASE WHEN population = 0 AND first_unit = last_unit THEN first_unit ELSE 0 END"

COVERAGE = f"""{SETS}{STANDINGS}
SELECT 'standing' AS part, key, CAST(NULL AS integer) AS person, COUNT(*) AS persons
FROM (SELECT {_KEY.format(unit=_ONE_UNIT, population="population")} AS key FROM standing) AS each
GROUP BY key
UNION ALL
SELECT 'unit', {_KEY.format(unit="unit", population="0")}, person, 1
FROM (SELECT place / {POPULATIONS} AS person, unit, 0 AS time, COALESCE(MAX(route), 0) AS route,
        MAX(reached_by) AS reached_by, MAX(bits & {BIT["at_end"]}) AS bits
    FROM placed WHERE {_UNIT} > 0 AND {_SEVERAL} GROUP BY place, unit) AS each
UNION ALL
SELECT 'known', 0, NULL, 1 WHERE EXISTS (
    SELECT 1 FROM membership_state WHERE audience = :audience AND {KNOWN.format("")})"""
"""(part, key, person, persons), where read_key and read_facts know what a key says:

- `standing`: how many share the same facts, and of the whole population the unit when they stand in one only;
- `unit`: somebody of the whole population who stands in several, once for each;
- `known`: one row when anybody of the audience was known at K.

One number is grouped several times faster than the columns that it is made of.
"""


def statement(select: str, dialect: str) -> str:
    """The text of a SELECT of this file for an engine.

    For SQLite every day and instant is made an expression, `+x`. A column of type DATE it would try to read as a
    number at each comparison, which makes the whole a sixth slower.
    """
    sql = f"WITH {LISTS[dialect]}{select}"
    return _MOMENT.sub(r"+\g<0>", sql) if dialect == "sqlite" else sql


def read_key(key: int) -> tuple[int, int]:
    """(unit or 0, the facts, which read_facts takes apart) of a key."""
    return divmod(key, POPULATIONS * len(WHEN) * len(RANKED) ** 2 << len(FLAGS))


@lru_cache(maxsize=1000)
def read_facts(facts: int) -> tuple[int, int, int, int, int]:
    """(population, place in WHEN, places in RANKED of what is valid and of what reached, bits) that a key says."""
    rest, bits = divmod(facts, 1 << len(FLAGS))
    rest, reached_by = divmod(rest, len(RANKED))
    rest, route = divmod(rest, len(RANKED))
    return *divmod(rest, len(WHEN)), route, reached_by, bits


PERSON = f"""{_sets(" AND {} IN (SELECT id FROM people)")}{STANDINGS}
SELECT time, route, reached_by, bits FROM standing WHERE population = 0 AND person = :human"""
"""Of one human alone: `people` are all the rows that it stands for."""

MEMBERS = f"""{SETS}
SELECT place / {POPULATIONS}, unit, MAX(CASE WHEN route >= {VALID} THEN occurred_on END)
FROM placed WHERE place % {POPULATIONS} = 0 AND {_MEMBER} GROUP BY place, unit"""
"""(person, unit, the day of the newest valid completion or NULL) of every member."""

REACHED = f"""{SETS}
SELECT DISTINCT place / {POPULATIONS}, id FROM placed WHERE place % {POPULATIONS} = 0 AND reached_by > 0"""
"""(person, completion) of every completion by which somebody was reached."""

COVERED = f"""{SETS}
SELECT DISTINCT place / {POPULATIONS}, id, route FROM placed WHERE place % {POPULATIONS} = 0 AND {_MEMBER}"""
"""(person, completion or NULL, place in RANKED) of every member, for each of its completions."""

EMPLOYED = f"""{SETS}
SELECT DISTINCT person FROM employed WHERE until >= :day"""
