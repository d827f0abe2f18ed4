"""What moves a learner forward: the place, the last answer, the completion; and what takes a completion back."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from course.audit.actions import record as audit
from course.clock import day_of
from course.content.model import Quiz
from course.content.queries import Published, edition_in_force, editions, published
from course.errors import Conflict, Invalid, NotFound
from course.learning.completion import (
    WHOLE_COURSE,
    Completed,
    Finished,
    anew_since,
    course_evidence,
    meets_rule,
    proves_knowledge,
    route_of,
)
from course.learning.queries import (
    completed,
    finished_at,
    missing_stars,
    record,
    tests_left,
    tries_left,
    used_evidence,
)
from course.learning.tables import Completion, Place, Revocation
from course.organisation.person import kept, note
from course.quiz.actions import Answered, answer_item, begin_attempt, grade_attempt, unfinished
from course.quiz.paper import is_over
from course.quiz.queries import Taken, attempt, attempts

Used = Mapping[tuple[str, str], int]
"""{(path, evidence): completion id}, as queries.used_evidence gives it."""


SPOT = ("module", "section", "item")
_remember = {
    dialect: upsert(Place).on_conflict_do_update(
        index_elements=["person_id", "course"], set_={name: upsert(Place).excluded[name] for name in SPOT}
    )
    for dialect, upsert in (("sqlite", sqlite_insert), ("postgresql", postgresql_insert))
}


def remember_place(db: Session, person_id: int, course: str, *, module: str, section: str, item: str = "") -> None:
    """Remember where the learner is."""
    row = {"person_id": person_id, "course": course, "module": module, "section": section, "item": item}
    connection = db.connection()
    connection.execute(_remember[connection.dialect.name], row)


def forget_places(db: Session, people: Sequence[int]) -> None:
    """Forget where the people were, who do not come back."""
    db.execute(delete(Place).where(Place.person_id.in_(people)))


def begin(db: Session, release: Published, quiz_id: str, *, by: int, edition: int, at: datetime) -> Taken:
    """Continue the person's attempt at a quiz, or begin the next; `edition` is the one in force.

    Only what is missing is asked again, see completion.only_missing. An attempt whose time is up is graded and
    given instead. Raises NotFound when the release has no such quiz; Conflict when there is no further attempt.
    """
    quiz = release.course.quizzes.get(quiz_id)
    if quiz is None:
        raise NotFound("Frågorna finns inte.")
    mine = record(db, by, release.course.id)
    going_on = unfinished(db, mine.attempts_at(quiz_id), edition)
    if going_on:
        return hand_in(db, going_on, by=by, at=at)
    missing = missing_stars(db, mine, release, quiz) if not quiz.kind else frozenset[str]()
    if quiz.kind and not tests_left(db, mine, quiz, edition, anew_since(mine.completed, edition, day_of(at))):
        raise Conflict("Kunskapstestet går inte att göra en gång till. Gå till modulen i stället.")
    if not missing and tries_left(db, mine, release, quiz) == 0:
        raise Conflict("Du har gjort alla försök som finns. Ditt senaste resultat säger hur du går vidare.")
    return begin_attempt(db, release, quiz_id, by=by, edition=edition, at=at, missing=missing)


def hand_in(db: Session, taken: Taken, *, by: int, at: datetime) -> Taken:
    """Grade an attempt whose time is up with the answers that are there; any other is given as it is."""
    quiz = published(db, taken.release_id).course.quizzes[taken.quiz]
    if taken.finished or not is_over(quiz, taken.started_at, at):
        return taken
    finish_quiz(db, taken, by=by, at=at)
    return attempt(db, taken.id, by)


def answer(
    db: Session, attempt_id: UUID, item_id: str, form: Mapping[str, Sequence[str]], *, by: int, at: datetime
) -> Answered:
    """Store the answer in a form; the last one also grades the attempt and settles what it completes, as one write.

    One that comes when the time is up is not stored, and the attempt is graded without it. The first answer to an
    item stands: see quiz.actions.answer_item, also for what it raises.
    """
    answered = answer_item(db, attempt_id, item_id, form, by=by, at=at)
    taken = answered.attempt
    if answered.late:
        hand_in(db, taken, by=by, at=at)
    elif answered.stored:
        quiz = published(db, taken.release_id).course.quizzes[taken.quiz]
        if not quiz.kind:
            section = quiz.items[item_id].section
            remember_place(db, by, taken.course, module=quiz.module, section=section, item=item_id)
        if all(item in taken.answers for item in (quiz.items if taken.paper is None else taken.paper)):
            finish_quiz(db, taken, by=by, at=at)
    return answered


def finish_quiz(db: Session, taken: Taken, *, by: int, at: datetime) -> None:
    """Grade an attempt by its own release, and settle."""
    grade_attempt(db, taken, at=at, reason="submitted")
    settle(db, by, taken.course, at=at)


def settle(db: Session, person_id: int, course: str, *, at: datetime) -> list[int]:
    """Write every completion that the person's results in the course have earned; gives the new ids.

    The one place where completions are born: a module's from its newest attempt, then the course's from its
    modules'. Evidence that has completed something once, revoked or not, never does again.
    """
    today = day_of(at)
    used = used_evidence(db, person_id, course)
    rows = completed(db, person_id, course)
    new = _settle_modules(db, person_id, course, rows, used, at=at)
    if new:
        rows = completed(db, person_id, course)
    whole = _settle_course(db, person_id, course, rows, used, today=today, at=at)
    return [*new, *([whole] if whole is not None else [])]


def revoke(db: Session, completion_id: int, *, reason: str, by: int | None, at: datetime) -> list[int]:
    """Take a completion back, and the course's that rests on it; gives the ids of all that were revoked.

    Raises NotFound, Conflict when it is revoked already, Invalid without a reason.
    """
    if not reason.strip():
        raise Invalid("Skriv varför genomförandet inte ska räknas.", "reason")
    reason = kept(note, reason, "Skälet", "reason")
    row = db.get(Completion, completion_id)
    if row is None:
        raise NotFound("Genomförandet finns inte.")
    if db.get(Revocation, completion_id) is not None:
        raise Conflict("Genomförandet är redan återkallat.")
    revoked = [completion_id]
    if row.path != WHOLE_COURSE:
        wholes = db.execute(
            select(Completion.id, Completion.evidence)
            .outerjoin(Revocation, Revocation.completion_id == Completion.id)
            .where(
                Completion.person_id == row.person_id,
                Completion.course == row.course,
                Completion.path == WHOLE_COURSE,
                Revocation.at.is_(None),
            )
        )
        revoked += [number for number, evidence in wholes if str(completion_id) in evidence.split(",")]
    db.execute(
        insert(Revocation), [{"completion_id": number, "at": at, "by": by, "reason": reason} for number in revoked]
    )
    audit(db, "completion.revoke", str(completion_id), {"revoked": revoked}, by=by, at=at)
    return revoked


def restore(db: Session, completion_id: int, *, by: int | None, at: datetime) -> int:
    """Mend a mistaken revocation: the same completion anew, by the route `restored`. Raises NotFound, Conflict."""
    row = db.get(Completion, completion_id)
    if row is None:
        raise NotFound("Genomförandet finns inte.")
    if db.get(Revocation, completion_id) is None:
        raise Conflict("Genomförandet är inte återkallat.")
    evidence = f"restored:{completion_id}"
    if (row.path, evidence) in used_evidence(db, row.person_id, row.course):
        raise Conflict("Genomförandet är redan återställt.")
    release = published(db, row.release_id)
    number = complete(
        db,
        row.person_id,
        release,
        row.path,
        row.edition,
        route="restored",
        evidence=evidence,
        occurred_on=row.occurred_on,
        at=at,
    )
    audit(db, "completion.restore", str(completion_id), {"new": number}, by=by, at=at)
    if row.path != WHOLE_COURSE:
        settle(db, row.person_id, row.course, at=at)
    return number


def complete(
    db: Session,
    person_id: int,
    release: Published,
    path: str,
    edition: int,
    *,
    route: str,
    evidence: str,
    occurred_on: date,
    at: datetime,
) -> int:
    """Write one completion; gives its id. What `evidence` names has then been used, see queries.used_evidence."""
    return db.execute(
        insert(Completion)
        .values(
            person_id=person_id,
            course=release.course.id,
            path=path,
            edition=edition,
            release_id=release.id,
            route=route,
            evidence=evidence,
            occurred_on=occurred_on,
            recorded_at=at,
        )
        .returning(Completion.id)
    ).scalar_one()


def _settle_modules(
    db: Session,
    person_id: int,
    course: str,
    rows: list[Completed],
    used: Used,
    *,
    at: datetime,
) -> list[int]:
    """Complete the module of each quiz whose newest finished attempt meets the rule, or that of a knowledge test."""
    new = []
    live = {row.id for row in rows}
    revoked = frozenset(evidence for (_, evidence), number in used.items() if number not in live)
    finished = sorted(
        (taken for taken in attempts(db, person_id, course) if taken.finished and f"attempt:{taken.id}" not in revoked),
        key=lambda taken: taken.number,
    )
    for newest in {taken.quiz: taken for taken in finished}.values():
        release = published(db, newest.release_id)
        quiz = release.course.quizzes[newest.quiz]
        done_before = any(row.path == quiz.module and row.edition == release.edition for row in rows)
        if quiz.kind:
            proof = _proof(db, finished, newest, done_before=done_before)
        else:
            same_edition = finished_at(db, finished, quiz.id, release.edition, revoked)
            proof = newest if meets_rule(same_edition, quiz.critical, done_before=done_before) else None
        if proof is None or (quiz.module, f"attempt:{proof.id}") in used:
            continue
        new.append(
            complete(
                db,
                person_id,
                release,
                quiz.module,
                release.edition,
                route="quiz",
                evidence=f"attempt:{proof.id}",
                occurred_on=day_of(proof.graded_at or at),
                at=at,
            )
        )
    return new


def _proof(db: Session, finished: Sequence[Taken], newest: Taken, *, done_before: bool) -> Taken | None:
    """The attempt at a knowledge test, in the edition of the newest one, that completes its module.

    An earlier one can, when it was graded anew and the module is not done in the edition.
    """
    edition = published(db, newest.release_id).edition
    for taken in [newest] if done_before else reversed(finished):
        pinned = published(db, taken.release_id)
        if taken.quiz == newest.quiz and pinned.edition == edition:
            test = Finished(bool(taken.passed), frozenset(taken.stars))
            if proves_knowledge(test, _stars_on_paper(pinned.course.quizzes[taken.quiz], taken)):
                return taken
    return None


def _stars_on_paper(quiz: Quiz, taken: Taken) -> frozenset[str]:
    """The ★ items of an attempt's paper."""
    return quiz.critical if taken.paper is None else quiz.critical.intersection(taken.paper)


def _settle_course(
    db: Session, person_id: int, course: str, rows: list[Completed], used: Used, *, today: date, at: datetime
) -> int | None:
    """Complete the course in the highest edition that the modules' completions reach, down to the one in force."""
    releases = editions(db, course, at)
    in_force = edition_in_force(releases, today)
    newest = {release.edition: release.release_id for release in releases}
    for edition in sorted((number for number in newest if number >= in_force), reverse=True):
        release = published(db, newest[edition])
        modules = course_evidence(release.course.mandatory, rows, edition)
        if modules is not None:
            evidence = ",".join(str(row.id) for row in modules)
            if (WHOLE_COURSE, evidence) in used:
                return None
            return complete(
                db,
                person_id,
                release,
                WHOLE_COURSE,
                edition,
                route=route_of(modules),
                evidence=evidence,
                occurred_on=max(row.occurred_on for row in modules),
                at=at,
            )
    return None
