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

from collections.abc import Iterable

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
    cases = " ".join(f"WHEN '{name}' THEN {number}" for number, name in enumerate(RANKED) if name)
    return f"CASE {route} {cases} WHEN 'restored' THEN {RANKED.index('quiz')} ELSE 1 END"


def _of(exists: str) -> str:
    """Whether there is such a row of the person, or of somebody for whom the person stands."""
    linked = exists.format("IN (SELECT person_id FROM same WHERE main_id = seen.person)")
    return f"""(EXISTS ({exists.format("= seen.person")})
            OR seen.person IN (SELECT main_id FROM same) AND EXISTS ({linked}))"""


def _asked(flag: str, condition: str, exists: str) -> str:
    """The bit of a flag, asked of those in the whole population for whom the condition holds."""
    return f"CASE WHEN population = 0 AND {condition} AND {exists} THEN {BIT[flag]} ELSE 0 END"


_WITHIN = "occurred_on BETWEEN :start AND :reached_until"
_THERE = """occurred_on BETWEEN employed.since AND employed.until
                    AND occurred_on BETWEEN inside.since AND inside.until"""
_DONE = """occurred_on <= :day AND completion.recorded_at <= :known_at
        AND completion.id NOT IN (SELECT completion_id FROM revocation WHERE at <= :known_at)"""
_EXEMPT = f"""
            SELECT 1 FROM exemption WHERE exemption.person_id {{0}} AND exemption.valid_from <= :day
                AND exemption.valid_to >= :day AND exemption.{KNOWN.format("exemption.")}"""
_ATTEMPT = """
            SELECT 1 FROM attempt WHERE attempt.person_id {0} AND attempt.course = :course
                AND attempt.started_at < :day_ends AND attempt.started_at <= :known_at"""
_MODULE = f"""
            SELECT 1 FROM completion WHERE completion.person_id {{0}} AND completion.course = :course
                AND completion.path <> '' AND completion.{_DONE}"""


def _employed(day: str) -> str:
    """Whether the person was employed on the day, in whatever unit."""
    return _of(
        f"""
            SELECT 1 FROM membership JOIN membership_state AS state ON state.membership_id = membership.id
            WHERE membership.person_id {{}} AND state.audience = :audience
                AND {day} BETWEEN state.valid_from AND state.valid_to AND state.{KNOWN.format("state.")}"""
    )


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
        {_bits(at_start="valid_from <= :start", at_end="valid_to >= :day")} AS bits
    FROM membership_state AS state
    JOIN membership ON membership.id = state.membership_id
    LEFT JOIN same ON same.person_id = membership.person_id
    WHERE state.audience = :audience AND state.valid_from <= :day AND state.valid_to >= :start
        AND state.{KNOWN.format("state.")}),
earned AS MATERIALIZED (
    SELECT COALESCE(same.main_id, completion.person_id) AS person, completion.id,
        {_rank("completion.route")} AS route, completion.occurred_on,
        CASE WHEN completion.edition >= :in_force AND completion.occurred_on >= fresh.earliest THEN 1 ELSE 0 END
            AS valid
    FROM completion
    LEFT JOIN same ON same.person_id = completion.person_id
    LEFT JOIN fresh ON fresh.release_id = completion.release_id
    WHERE completion.course = :course AND completion.path = '' AND completion.{_DONE}),
placed AS MATERIALIZED (
    SELECT employed.person * {POPULATIONS} + inside.population AS place, inside.population, employed.person,
        employed.unit, earned.id, earned.occurred_on, valid * route AS route,
        CASE WHEN occurred_on IS NULL THEN 0 WHEN {_WITHIN} THEN 3 WHEN occurred_on < :start THEN 2 ELSE 1 END
            AS time,
        CASE WHEN employed.counts THEN (employed.bits & inside.bits) + {_bits(reached=f"{_WITHIN} AND {_THERE}")}
            WHEN employed.bits & inside.bits & {BIT["at_end"]} > 0 THEN {BIT["uncounted"]} ELSE 0 END AS bits
    FROM employed
    JOIN inside ON inside.unit = employed.unit
        AND (inside.title IS NULL OR inside.title = employed.title)
        AND (inside.employment IS NULL OR inside.employment = employed.employment)
    LEFT JOIN earned ON earned.person = employed.person)"""
"""`bits` of employed and inside say whether they hold on the period's first day and on D; `time` is a place in WHEN."""

STANDINGS = f"""
, summed AS (
    SELECT place, {_together(SEEN)} AS bits, MAX(time) AS time, COALESCE(MAX(route), 0) AS route
    FROM placed GROUP BY place),
seen AS (
    SELECT place / {POPULATIONS} AS person, place % {POPULATIONS} AS population, bits, time, route
    FROM summed WHERE bits > 0),
standing AS MATERIALIZED (
    SELECT population, person, time, route, bits
        + {_asked("employed_at_start", f"bits & {BOTH_ENDS} = {BIT['at_end']}", _employed(":start"))}
        + {_asked("employed_at_end", f"bits & {BOTH_ENDS} = {BIT['at_start']}", _employed(":day"))}
        + {_asked("exempt", f"bits & {BIT['at_end']} > 0 AND route = 0", _of(_EXEMPT))}
        + {_asked("begun", f"bits & {BIT['at_end']} > 0 AND time = 0", f"({_of(_ATTEMPT)} OR {_of(_MODULE)})")} AS bits
    FROM seen)"""

UNITS = f"""
, pair AS MATERIALIZED (
    SELECT person * 2 AS key, person, unit, CASE WHEN route > 0 THEN 2 ELSE 0 END AS bits
    FROM placed WHERE population = 0 AND bits & {BIT["at_end"]} > 0
    UNION ALL
    SELECT person * 2 + 1, person, unit, 0 FROM placed WHERE population = 0 AND bits & {BIT["reached"]} > 0),
spread AS MATERIALIZED (
    SELECT key, MIN(unit) AS unit, MAX(unit) AS other, MAX(bits) AS bits FROM pair GROUP BY key)"""
"""Members (even keys) and reached (odd keys), with their first and their last unit: of nearly all they are the same."""

COVERAGE = f"""{SETS}{STANDINGS}{UNITS}
SELECT 'standing' AS part, key, CAST(NULL AS integer) AS person, COUNT(*) AS persons
FROM (SELECT ((population * {len(WHEN)} + time) * {len(RANKED)} + route) * {1 << len(FLAGS)} + bits AS key
    FROM standing) AS each
GROUP BY key
UNION ALL
SELECT 'unit', key, NULL, COUNT(*)
FROM (SELECT unit * 4 + bits + key % 2 AS key FROM spread WHERE unit = other) AS each
GROUP BY key
UNION ALL
SELECT DISTINCT 'unit', pair.unit * 4 + spread.bits + spread.key % 2, pair.person, 1
FROM spread JOIN pair ON pair.key = spread.key WHERE spread.unit < other
UNION ALL
SELECT 'known', 0, NULL, 1 WHERE EXISTS (
    SELECT 1 FROM membership_state WHERE audience = :audience AND {KNOWN.format("")})"""
"""(part, key, person, persons): standings; members and reached by unit, with the person where it stands in several;
and one row `known` when anybody of the audience was known at K. The keys are read by the two functions below.

One number is grouped several times faster than the columns that it is made of.
"""


def read_standing(key: int) -> tuple[int, int, int, int]:
    """(population, place in WHEN, place in RANKED, bits) of a standing's key."""
    rest, bits = divmod(key, 1 << len(FLAGS))
    rest, route = divmod(rest, len(RANKED))
    return *divmod(rest, len(WHEN)), route, bits


def read_unit(key: int) -> tuple[int, bool, bool]:
    """(unit, whether it is of the reached rather than of members, whether they are covered) of a unit's key."""
    return key // 4, bool(key & 1), bool(key & 2)


PERSON = f"""{SETS}{STANDINGS}
SELECT time, route, bits FROM standing WHERE population = 0 AND person = :human"""

MEMBERS = f"""{SETS}
SELECT person, unit, MAX(CASE WHEN route > 0 THEN occurred_on END)
FROM placed WHERE population = 0 AND bits & {BIT["at_end"]} > 0 GROUP BY person, unit"""
"""(person, unit, the day of the newest valid completion or NULL) of every member."""

REACHED = f"""{SETS}
SELECT DISTINCT person, id FROM placed WHERE population = 0 AND bits & {BIT["reached"]} > 0"""
"""(person, completion) of every completion by which somebody was reached."""
