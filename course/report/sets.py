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

SEEN = ("at_start", "at_end", "reached", "uncounted")
ASKED = ("employed_at_start", "employed_at_end", "exempt", "begun")
"""Asked of those alone for whom the answer makes a difference, and not for groups."""
FLAGS = (*SEEN, *ASKED)
"""What is so of a person in a population: see coverage.Standing."""
POPULATIONS = 1000
"""More than anybody asks of at once."""
BIT = {name: 1 << number for number, name in enumerate(FLAGS)}
BOTH_ENDS = BIT["at_start"] + BIT["at_end"]

RANKED = ("", *reversed(ROUTES))
"""The routes by strength: of several valid completions the strongest counts; '' is of those without one."""
WHEN = ("", "after", "before", "within")
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
    return f"CASE {route} {cases} WHEN 'restored' THEN {RANKED.index('quiz')} ELSE 1 END"


def _of(exists: str) -> str:
    """Whether there is such a row of the person, or of somebody for whom the person stands."""
    linked = exists.format("IN (SELECT person_id FROM same WHERE main_id = seen.person)")
    return f"""(EXISTS ({exists.format("= seen.person")})
            OR seen.person IN (SELECT main_id FROM same) AND EXISTS ({linked}))"""


def _asked(flag: str, condition: str, answer: str) -> str:
    """The bit of a flag, asked of those for whom the condition holds."""
    return f"CASE WHEN {condition} AND {answer} THEN {BIT[flag]} ELSE 0 END"


_WITHIN = WHEN.index("within")
_REACHED = f"""employed.counts AND time = {_WITHIN} AND occurred_on BETWEEN employed.since AND employed.until
                AND occurred_on BETWEEN inside.since AND inside.until"""
_DONE = """occurred_on <= :day AND completion.recorded_at <= :known_at
        AND completion.id NOT IN (SELECT completion_id FROM revocation WHERE at <= :known_at)"""
_ATTEMPT = """
            SELECT 1 FROM attempt WHERE attempt.person_id {0} AND attempt.course = :course
                AND attempt.started_at < :day_ends AND attempt.started_at <= :known_at"""
_MODULE = f"""
            SELECT 1 FROM completion WHERE completion.person_id {{0}} AND completion.course = :course
                AND completion.path <> '' AND completion.{_DONE}"""
_CAME = f"bits & {BOTH_ENDS} = {BIT['at_end']}"
_WENT = f"bits & {BOTH_ENDS} = {BIT['at_start']}"
_MEMBER = f"bits & {BIT['at_end']} > 0"
_UNIT = f"CASE WHEN bits & {BIT['at_end'] + BIT['reached']} > 0 THEN unit END"
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
    FROM json_each(:fresh)),""",
    "postgresql": """
inside AS MATERIALIZED (
    SELECT CAST(value->>0 AS integer) AS population, CAST(value->>1 AS integer) AS unit,
        CAST(value->>2 AS date) AS since, CAST(value->>3 AS date) AS until,
        value->>4 AS title, value->>5 AS employment, CAST(value->>6 AS integer) AS bits
    FROM jsonb_array_elements(CAST(:inside AS jsonb))),
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
        state.valid_from AS since, state.valid_to AS until, state.title, state.employment, state.counts,
        CASE WHEN counts THEN {_bits(at_start="valid_from <= :start", at_end="valid_to >= :day")}
            WHEN valid_to >= :day THEN {BIT["uncounted"]} ELSE 0 END AS bits
    FROM membership_state AS state
    JOIN membership ON membership.id = state.membership_id
    LEFT JOIN same ON same.person_id = membership.person_id
    WHERE state.audience = :audience AND state.valid_from <= :day AND state.valid_to >= :start
        AND state.{KNOWN.format("state.")}),
earned AS MATERIALIZED (
    SELECT COALESCE(same.main_id, completion.person_id) AS person, completion.id, completion.occurred_on AS occurred_on,
        CASE WHEN occurred_on BETWEEN :start AND :reached_until THEN {_WITHIN}
            WHEN occurred_on < :start THEN {WHEN.index("before")} ELSE {WHEN.index("after")} END AS time,
        CASE WHEN completion.edition >= :in_force AND completion.occurred_on >= fresh.earliest
            THEN {_rank("completion.route")} ELSE 0 END AS route
    FROM completion
    LEFT JOIN same ON same.person_id = completion.person_id
    LEFT JOIN fresh ON fresh.release_id = completion.release_id
    WHERE completion.course = :course AND completion.path = '' AND completion.{_DONE}),
placed AS MATERIALIZED (
    SELECT employed.person * {POPULATIONS} + inside.population AS place, employed.unit,
        earned.id, earned.occurred_on AS occurred_on, earned.time, earned.route,
        (employed.bits & inside.bits) + {_bits(reached=_REACHED)} AS bits
    FROM employed
    JOIN inside ON inside.unit = +employed.unit
        AND (inside.title IS NULL OR inside.title = employed.title)
        AND (inside.employment IS NULL OR inside.employment = employed.employment)
    LEFT JOIN earned ON earned.person = employed.person)"""
"""`bits` of employed and inside say what holds on the period's first day and on D; `time` is a place in WHEN, `route`
one in RANKED, which is 0 unless the completion is valid. `+` keeps SQLite from indexing `employed` instead of `inside`.
"""

STANDINGS = f"""
, exempt AS MATERIALIZED (
    SELECT COALESCE(same.main_id, exemption.person_id) AS person
    FROM exemption LEFT JOIN same ON same.person_id = exemption.person_id
    WHERE exemption.valid_from <= :day AND exemption.valid_to >= :day AND exemption.{KNOWN.format("exemption.")}),
summed AS (
    SELECT place, {_together(SEEN)} AS bits, COALESCE(MAX(time), 0) AS time, COALESCE(MAX(route), 0) AS route,
        MIN({_UNIT}) AS first_unit, MAX({_UNIT}) AS last_unit
    FROM placed GROUP BY place),
seen AS (
    SELECT place / {POPULATIONS} AS person, place % {POPULATIONS} AS population, time, route, bits,
        first_unit, last_unit
    FROM summed WHERE bits > 0),
standing AS MATERIALIZED (
    SELECT population, person, time, route, first_unit, last_unit, bits + CASE WHEN population > 0 THEN 0 ELSE
        {_asked("employed_at_start", _CAME, "person IN (SELECT person FROM employed WHERE since <= :start)")}
        + {_asked("employed_at_end", _WENT, "person IN (SELECT person FROM employed WHERE until >= :day)")}
        + {_asked("exempt", f"{_MEMBER} AND route = 0", "person IN (SELECT person FROM exempt)")}
        + {_asked("begun", f"{_MEMBER} AND time = 0", f"({_of(_ATTEMPT)} OR {_of(_MODULE)})")} END AS bits
    FROM seen)"""

_SEVERAL = f"""(place IN (
        SELECT person * {POPULATIONS} FROM standing WHERE population = 0 AND first_unit < last_unit)) IS TRUE"""
"""`IS TRUE` lets PostgreSQL look them up; it would join them one by one, as it takes them to be few."""
_KEY = f"((CAST({{unit}} AS bigint) * {POPULATIONS} + {{population}}) * {len(WHEN)} + time) * {len(RANKED)} + route"
_KEY = f"({_KEY}) * {1 << len(FLAGS)} + bits"
_ONE_UNIT = "CASE WHEN population = 0 AND first_unit = last_unit THEN first_unit ELSE 0 END"

COVERAGE = f"""{SETS}{STANDINGS}
SELECT 'standing' AS part, key, CAST(NULL AS integer) AS person, COUNT(*) AS persons
FROM (SELECT {_KEY.format(unit=_ONE_UNIT, population="population")} AS key FROM standing) AS each
GROUP BY key
UNION ALL
SELECT 'unit', {_KEY.format(unit="unit", population="0")}, person, 1
FROM (SELECT place / {POPULATIONS} AS person, unit, 0 AS time, COALESCE(MAX(route), 0) AS route,
        MAX(bits & {BIT["at_end"]}) + MAX(bits & {BIT["reached"]}) AS bits
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
    return divmod(key, POPULATIONS * len(WHEN) * len(RANKED) << len(FLAGS))


@lru_cache(maxsize=1000)
def read_facts(facts: int) -> tuple[int, int, int, int]:
    """(population, place in WHEN, place in RANKED, bits) of the facts that a key says."""
    rest, bits = divmod(facts, 1 << len(FLAGS))
    rest, route = divmod(rest, len(RANKED))
    return *divmod(rest, len(WHEN)), route, bits


PERSON = f"""{SETS}{STANDINGS}
SELECT time, route, bits FROM standing WHERE population = 0 AND person = :human"""

MEMBERS = f"""{SETS}
SELECT place / {POPULATIONS}, unit, MAX(CASE WHEN route > 0 THEN occurred_on END)
FROM placed WHERE place % {POPULATIONS} = 0 AND {_MEMBER} GROUP BY place, unit"""
"""(person, unit, the day of the newest valid completion or NULL) of every member."""

REACHED = f"""{SETS}
SELECT DISTINCT place / {POPULATIONS}, id FROM placed WHERE place % {POPULATIONS} = 0 AND bits & {BIT["reached"]} > 0"""
"""(person, completion) of every completion by which somebody was reached."""
