"""What one learner has done in one course."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Integer, Row, Select, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from course.content.model import Quiz
from course.content.queries import Published, published
from course.learning.completion import WHOLE_COURSE, Completed, Finished, modules_done, only_missing, valid_through
from course.learning.resting import original, restores, standing
from course.learning.tables import Completion, Place, Revocation
from course.organisation.queries import same_human
from course.organisation.tables import SamePerson
from course.quiz.paper import form_of, is_whole
from course.quiz.queries import Taken, attempts_of_human
from course.quiz.tables import Attempt


@dataclass(frozen=True)
class Spot:
    """Where the learner was last."""

    module: str
    section: str
    item: str


@dataclass(frozen=True)
class Record:
    """A learner's attempts and completions in a course, and the spot to resume from.

    What was completed under any number of the human is completed.
    """

    attempts: Sequence[Taken]
    completed: Sequence[Completed]
    revoked: Mapping[str, str]
    """{evidence: reason} of completions that were revoked: it never counts again."""
    spot: Spot | None
    elsewhere: Sequence[Taken] = ()
    """The attempts under the human's other numbers: they count, but their answers are not shown."""

    @property
    def counting(self) -> Sequence[Taken]:
        """Every attempt that counts, in the order they were begun."""
        return sorted((*self.attempts, *self.elsewhere), key=lambda each: (each.started_at, each.number))

    def newest(self, path: str, edition: int = 0) -> Completed | None:
        """The newest completion of a module, or of the whole course, in the edition or a later one."""
        rows = [row for row in self.completed if row.path == path and row.edition >= edition]
        return max(rows, key=lambda row: (row.recorded_at, row.id), default=None)

    def attempts_at(self, quiz: str) -> list[Taken]:
        return [attempt for attempt in self.attempts if attempt.quiz == quiz]


@dataclass(frozen=True)
class CompletionRow:
    """A completion with its revocation, for the one who must explain or correct it."""

    id: int
    course: str
    path: str
    edition: int
    route: str
    evidence: str
    occurred_on: date
    recorded_at: datetime
    revoked_at: datetime | None
    reason: str | None
    person_id: int
    release_id: int
    true_route: str
    """How it was completed, also when it was restored."""
    restores: int | None
    """The completion that it is anew."""


def record(
    db: Session, person_id: int, course: str, read: Callable[[Session, int, str], list[Taken]] = attempts_of_human
) -> Record:
    """Everything the learner has done in the course; `read` says of which attempts the answers are wanted."""
    place = db.execute(
        select(Place.module, Place.section, Place.item).where(Place.person_id == person_id, Place.course == course)
    ).first()
    rows = _rows(db, _in_course, person=person_id, course=course)
    taken = read(db, person_id, course)
    return Record(
        attempts=[each for each in taken if each.person_id == person_id],
        completed=_unrevoked(db, rows),
        revoked=_revoked(rows),
        spot=Spot(*place) if place else None,
        elsewhere=[each for each in taken if each.person_id != person_id],
    )


def completed(db: Session, person_id: int, course: str) -> list[Completed]:
    """The completions in the course, under any number of the human, that have not been revoked."""
    return _unrevoked(db, _rows(db, _in_course, person=person_id, course=course))


def revoked_evidence(db: Session, person_id: int, course: str) -> Mapping[str, str]:
    """{evidence: reason} of what was revoked and not restored: it never counts again."""
    return _revoked(_rows(db, _in_course, person=person_id, course=course))


def finished_at(
    db: Session, taken: Iterable[Taken], quiz: str, edition: int, revoked: Container[str]
) -> list[Finished]:
    """The finished attempts at a quiz in an edition, as the rule looks at them; none whose evidence was revoked."""
    return [
        Finished(bool(each.passed) and is_whole(pinned.course.quizzes[quiz], each.paper), frozenset(each.stars))
        for each in taken
        if each.quiz == quiz and each.finished and f"attempt:{each.id}" not in revoked
        for pinned in [published(db, each.release_id)]
        if pinned.edition == edition
    ]


def missing_stars(db: Session, mine: Record, release: Published, quiz: Quiz) -> AbstractSet[str]:
    """The ★ items that alone are missing at a module's quiz of the release, see completion.only_missing."""
    finished = finished_at(db, mine.counting, quiz.id, release.edition, mine.revoked)
    done_before = mine.newest(quiz.module, release.edition) is not None
    return only_missing(finished, quiz.critical, done_before=done_before)


def tries_left(db: Session, mine: Record, release: Published, quiz: Quiz) -> int | None:
    """How many more whole papers there may be until the module is done anew; None when that is unlimited."""
    if quiz.most_attempts is None:
        return None
    done = mine.newest(quiz.module, release.edition)
    begun = [
        each
        for each in mine.counting
        if each.quiz == quiz.id
        for pinned in [published(db, each.release_id)]
        if pinned.edition >= release.edition
        and is_whole(pinned.course.quizzes[quiz.id], each.paper)
        and (done is None or each.started_at > done.recorded_at)
    ]
    return max(0, quiz.most_attempts - len(begun))


def tests_left(db: Session, mine: Record, test: Quiz, edition: int, since: datetime | None) -> int:
    """In how many forms a module's knowledge test is left to take first: none once the module is done.

    `edition` is the one in force, `since` when everything must be done anew, as completion.anew_since gives it.
    """
    if test.module in modules_done(mine.completed, edition, since):
        return 0
    spent = {
        form_of(pinned.course.quizzes[test.id], each.paper)
        for each in mine.counting
        if each.quiz == test.id
        for pinned in [published(db, each.release_id)]
        if pinned.edition >= edition and (since is None or each.started_at > since)
    }
    return len(set(test.forms) - spent)


def _unrevoked(db: Session, rows: Sequence[Row[*tuple[Any, ...]]]) -> list[Completed]:
    months: dict[int, int | None] = {}
    evidence, routes = {row.id: row.evidence for row in rows}, {row.id: row.route for row in rows}
    for row in rows:
        if row.release_id not in months:
            months[row.release_id] = published(db, row.release_id).course.valid_months
    return [
        Completed(
            row.id,
            row.path,
            row.edition,
            row.occurred_on,
            row.recorded_at,
            valid_through(row.occurred_on, months[row.release_id]),
            routes[original(row.id, evidence)],
            row.person_id,
        )
        for row in rows
        if row.at is None
    ]


def _revoked(rows: Sequence[Row[*tuple[Any, ...]]]) -> dict[str, str]:
    evidence = {row.id: row.evidence for row in rows}
    stands = standing([row.id for row in rows if row.at is None], evidence)
    first = {row.id: original(row.id, evidence) for row in rows if row.at is not None}
    return {evidence[first[row.id]]: row.reason for row in rows if row.id in first and first[row.id] not in stands}


def completion_rows(db: Session, person_id: int, course: str | None = None) -> list[CompletionRow]:
    """All completions under any number of the human, or those in one course, also revoked ones, oldest first."""
    rows = _rows(db, _in_course if course else _everywhere, person=person_id, course=course)
    evidence, routes = {row.id: row.evidence for row in rows}, {row.id: row.route for row in rows}
    return [
        CompletionRow(
            row.id,
            row.course,
            row.path,
            row.edition,
            row.route,
            row.evidence,
            row.occurred_on,
            row.recorded_at,
            row.at,
            row.reason,
            row.person_id,
            row.release_id,
            routes[original(row.id, evidence)],
            restores(row.evidence),
        )
        for row in rows
    ]


def live_rows_of(db: Session, beginning: str) -> list[tuple[int, int, str]]:
    """(completion, person, course) of what stands on evidence that begins so, also restored, by id."""
    alike = Completion.evidence.startswith(beginning, autoescape=True)
    people = select(Completion.person_id).where(alike)
    rows = _rows(db, _completions.where(Completion.person_id.in_(people)))
    evidence = {row.id: row.evidence for row in rows}
    return [
        (row.id, row.person_id, row.course)
        for row in rows
        if row.at is None and evidence[original(row.id, evidence)].startswith(beginning)
    ]


def courses_of(db: Session, person_id: int) -> list[str]:
    """The courses in which the human has begun or completed anything."""
    begun = select(Attempt.course).where(Attempt.person_id.in_(_human))
    completed = select(Completion.course).where(Completion.person_id.in_(_human))
    return sorted(db.scalars(begun.union(completed), {"person": person_id}))


def done_but_for_the_course(db: Session, course: str, edition: int, mandatory: AbstractSet[str]) -> list[int]:
    """The humans who have completed all the modules in the edition or a later one, and not the course since then."""
    human = func.coalesce(SamePerson.main_id, Completion.person_id)
    newest = (
        select(human.label("human"), Completion.path, func.max(Completion.recorded_at).label("at"))
        .outerjoin(SamePerson, and_(SamePerson.person_id == Completion.person_id, SamePerson.superseded_at.is_(None)))
        .outerjoin(Revocation, Revocation.completion_id == Completion.id)
        .where(
            Completion.course == course,
            Completion.path.in_({WHOLE_COURSE, *mandatory}),
            Completion.edition >= edition,
            Revocation.at.is_(None),
        )
        .group_by(human, Completion.path)
        .subquery()
    )
    module = case((newest.c.path != WHOLE_COURSE, newest.c.at))
    whole = func.max(case((newest.c.path == WHOLE_COURSE, newest.c.at)))
    done = func.count(module) == len(mandatory)
    rows = select(newest.c.human).group_by(newest.c.human)
    return list(db.scalars(rows.having(done, or_(whole.is_(None), whole < func.min(module))).order_by(newest.c.human)))


def used_evidence(db: Session, person_id: int, course: str) -> Mapping[tuple[str, str], int]:
    """{(path, evidence): completion id} of everything that has ever completed something for the human."""
    rows = _rows(db, _in_course, person=person_id, course=course)
    return {(row.path, row.evidence): row.id for row in rows}


_human = same_human(bindparam("person", type_=Integer))
_completions = (
    select(*Completion.__table__.columns, Revocation.at, Revocation.reason)
    .outerjoin(Revocation, Revocation.completion_id == Completion.id)
    .order_by(Completion.id)
)
_everywhere = _completions.where(Completion.person_id.in_(_human))
_in_course = _everywhere.where(Completion.course == bindparam("course"))
"""Statements are made once: every page of a learner asks one of them."""


def _rows(
    db: Session, statement: Select[*tuple[Any, ...]], **given: int | str | None
) -> Sequence[Row[*tuple[Any, ...]]]:
    return db.execute(statement, given).all()
