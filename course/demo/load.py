"""Writing the fictional people and their year, in bulk."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import InstrumentedAttribute, Session

from course.clock import FOREVER
from course.content.queries import Published
from course.demo.facts import Organisation
from course.demo.history import Done, History, Try
from course.learning.completion import WHOLE_COURSE
from course.learning.tables import Completion, Revocation
from course.organisation.actions import ALWAYS
from course.organisation.tables import (
    Exemption,
    Import,
    Membership,
    MembershipState,
    Person,
    SamePerson,
    Unit,
    UnitState,
)
from course.quiz.grading import Score
from course.quiz.tables import Attempt, Mark, Response, Result
from course.schema import Base

Row = dict[str, Any]
CHUNK = 2000


@dataclass(frozen=True)
class Ids:
    """What was written: {key: person} and {code: unit}."""

    people: Mapping[str, int]
    units: Mapping[str, int]


def write_organisation(db: Session, made: Organisation, *, at: datetime) -> Ids:
    """Write people, units, memberships, exemptions, links and the monthly files. Nothing is recorded after `at`."""
    people = _identified(
        db, Person.id, [{"key": p.key, "name": p.name, "email": p.email, "protected": p.protected} for p in made.people]
    )
    units = _identified(db, Unit.id, [{"source": "hr" if u.kind != "namnd" else "troman"} for u in made.units])
    ids = Ids(
        {each.key: number for each, number in zip(made.people, people, strict=True)},
        {each.code: number for each, number in zip(made.units, units, strict=True)},
    )
    _insert(db, UnitState, _unit_states(made, ids, at))
    _write_posts(db, made, ids, at)
    _insert(
        db,
        Exemption,
        [
            {"person_id": ids.people[each.person], **_period(each.since, each.until, each.recorded, None, at)}
            for each in made.absences
        ],
    )
    _insert(
        db,
        SamePerson,
        [
            {
                "person_id": ids.people[each.person],
                "main_id": ids.people[each.main],
                **_period(ALWAYS, FOREVER, each.recorded, None, at),
            }
            for each in made.links
        ],
    )
    _insert(db, Import, _imports(made, at))
    return ids


def write_history(db: Session, done: History, release: Published, people: Mapping[str, int], *, at: datetime) -> None:
    """Write attempts, answers, results and completions in a course, as the product itself would have."""
    _write_tries(db, done.tries, release, people, at)
    wholes = _write_completions(db, done.done, release, people, at)
    rows = [
        {"completion_id": number, "at": min(when, at), "by": None, "reason": "Fel person (exempel i demonstrationen)"}
        for person, when in done.revoked
        for number in wholes.get(person, ())
    ]
    _insert(db, Revocation, rows)


def _unit_states(made: Organisation, ids: Ids, at: datetime) -> list[Row]:
    return [
        {
            "unit_id": ids.units[unit.code],
            "code": unit.code,
            "name": unit.name,
            "kind": unit.kind,
            "parent_id": ids.units[state.parent] if state.parent else None,
            "manager_id": ids.people[state.manager] if state.manager else None,
            **_period(state.since, state.until, state.recorded, state.superseded, at),
        }
        for unit in made.units
        for state in unit.states
    ]


def _write_posts(db: Session, made: Organisation, ids: Ids, at: datetime) -> None:
    heads = [{"person_id": ids.people[post.person], "source": post.source} for post in made.posts]
    rows = [
        {
            "membership_id": head,
            "unit_id": ids.units[state.unit],
            "audience": post.audience,
            "title": state.title,
            "employment": state.employment,
            "counts": state.counts,
            **_period(state.since, state.until, state.recorded, state.superseded, at),
        }
        for head, post in zip(_identified(db, Membership.id, heads), made.posts, strict=True)
        for state in post.states
        if state.since <= state.until
    ]
    _insert(db, MembershipState, rows)


def _imports(made: Organisation, at: datetime) -> list[Row]:
    return [
        {
            "kind": "employees",
            "source": "hr",
            "as_of": file.day,
            "file_name": f"personallista-{file.day:%Y-%m}.csv",
            "digest": hashlib.sha256(f"demo {file.day}".encode()).hexdigest(),
            "counts": dict(file.counts),
            "by": None,
            "at": min(file.at, at),
            "undoes": None,
        }
        for file in made.files
    ]


def _period(since: date, until: date, recorded: datetime, superseded: datetime | None, at: datetime) -> Row:
    """The columns of a dated fact, recorded and superseded no later than `at`."""
    return {
        "valid_from": since,
        "valid_to": until,
        "recorded_at": min(recorded, at),
        "superseded_at": min(superseded, at) if superseded else None,
    }


def _write_tries(
    db: Session, tries: Sequence[Try], release: Published, people: Mapping[str, int], at: datetime
) -> None:
    _insert(db, Attempt, [_attempt_row(each, release, people[each.person], at) for each in tries])
    answers = [
        {"attempt_id": each.id, "item": item, "answer": answer, "answered_at": min(when, at)}
        for each in tries
        for item, answer, when in each.answers
    ]
    _insert(db, Response, answers)
    graded = [(each, each.score) for each in tries if each.score is not None]
    marks = [
        {"attempt_id": each.id, "sequence": 1, "item": item, "points": points}
        for each, score in graded
        for item, points in score.marks.items()
    ]
    _insert(db, Mark, marks)
    _insert(db, Result, [_result_row(each, score, at) for each, score in graded])


def _attempt_row(tried: Try, release: Published, person: int, at: datetime) -> Row:
    return {
        "id": tried.id,
        "person_id": person,
        "course": release.course.id,
        "quiz": tried.quiz,
        "release_id": release.id,
        "number": tried.number,
        "seed": tried.seed,
        "started_at": min(tried.started, at),
        "paper": list(tried.paper),
    }


def _result_row(tried: Try, score: Score, at: datetime) -> Row:
    return {
        "attempt_id": tried.id,
        "sequence": 1,
        "points": score.points,
        "of": score.of,
        "passed": score.passed,
        "stars": list(score.stars),
        "graded_at": min(tried.answers[-1][2], at),
        "reason": "submitted",
    }


def _write_completions(
    db: Session, done: Iterable[Done], release: Published, people: Mapping[str, int], at: datetime
) -> dict[str, list[int]]:
    """Write the modules' and the courses' completions; gives {person: the ids of all theirs} of whole courses."""

    def row(each: Done, path: str, evidence: str) -> Row:
        return {
            "person_id": people[each.person],
            "course": release.course.id,
            "path": path,
            "edition": release.edition,
            "release_id": release.id,
            "route": each.route,
            "evidence": evidence,
            "occurred_on": each.on,
            "recorded_at": min(each.at, at),
        }

    by_time = sorted(done, key=lambda each: (each.at, each.person))
    numbers = _identified(db, Completion.id, [row(each, each.module, each.evidence) for each in by_time])
    modules: dict[str, dict[str, int]] = {}
    wholes: dict[str, Done] = {}
    for each, number in zip(by_time, numbers, strict=True):
        mine = modules.setdefault(each.person, {})
        if not release.course.mandatory <= mine.keys():
            mine[each.module] = number
            if release.course.mandatory <= mine.keys():
                wholes[each.person] = each
    rested = {
        person: sorted(number for module, number in modules[person].items() if module in release.course.mandatory)
        for person in wholes
    }
    rows = [row(each, WHOLE_COURSE, ",".join(map(str, rested[person]))) for person, each in wholes.items()]
    written = zip(wholes, _identified(db, Completion.id, rows), strict=True)
    return {person: [*rested[person], number] for person, number in written}


def _insert(db: Session, table: type[Base], rows: Sequence[Row]) -> None:
    for start in range(0, len(rows), CHUNK):
        db.connection().execute(insert(table), rows[start : start + CHUNK])


def _identified(db: Session, column: InstrumentedAttribute[int], rows: Sequence[Row]) -> list[int]:
    """Write the rows; gives their ids in the same order."""
    found: list[int] = []
    statement = insert(column.class_).returning(column, sort_by_parameter_order=True)
    for start in range(0, len(rows), CHUNK):
        found += db.connection().execute(statement, rows[start : start + CHUNK]).scalars()
    return found
