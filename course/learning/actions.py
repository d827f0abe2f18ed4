"""What moves a learner forward: the place, the last answer, the completion; and what takes a completion back."""

from collections.abc import Container, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, insert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from course.audit.actions import record as audit
from course.clock import day_of
from course.content.model import Quiz
from course.content.queries import Edition, Published, edition_in_force, editions, published
from course.content.tables import Release
from course.errors import Conflict, Invalid, NotFound
from course.learning.completion import (
    WHOLE_COURSE,
    Completed,
    Finished,
    anew_since,
    course_evidence,
    first_to_meet_rule,
    meets_rule,
    proves_knowledge,
    route_of,
)
from course.learning.queries import (
    CompletionRow,
    completed,
    completion_rows,
    courses_of,
    done_but_for_the_course,
    finished_at,
    missing_stars,
    record,
    revoked_evidence,
    tests_left,
    tries_left,
    used_evidence,
)
from course.learning.resting import original, restored, rests_on, standing
from course.learning.tables import Completion, Place, Revocation
from course.organisation.actions import link, unlink
from course.organisation.person import kept, note
from course.organisation.queries import human_of, unlinked_at
from course.quiz.actions import Answered, answer_item, begin_attempt, grade_attempt, unfinished
from course.quiz.paper import is_over
from course.quiz.queries import Taken, attempt, attempts_of_human

UNLINKED = "Anställningsnumren är inte längre kopplade."
"""Why what two numbers had completed together is revoked."""
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
    """Write every completion that the human's results in the course have earned; gives the new ids.

    The one place where completions are born: a module's from the attempts of each edition, then the course's from its
    modules' in each edition. What was done under any number of the human counts. Evidence that has completed
    something once, revoked or not, never does again.
    """
    return [*_settle_modules(db, person_id, course, at=at), *_settle_course(db, person_id, course, at=at)]


def settle_everybody(db: Session, release: Release, *, at: datetime) -> list[int]:
    """Settle those to whom a release that was just published gives the course; gives the new ids.

    When a module is not mandatory any more, those who have done the rest have now completed the course.
    """
    course = published(db, release.id).course
    return [
        number
        for person_id in done_but_for_the_course(db, course.id, release.edition, course.mandatory)
        for number in settle(db, person_id, course.id, at=at)
    ]


def revoke(db: Session, completion_id: int, *, reason: str, by: int | None, at: datetime) -> list[int]:
    """Take a completion back, and the course's that rests on it; gives the ids of all that were revoked.

    What the human has done otherwise is settled then. Raises NotFound, Conflict when it is revoked already, Invalid
    without a reason.
    """
    row = db.get(Completion, completion_id)
    if row is None:
        raise NotFound("Genomförandet finns inte.")
    if db.get(Revocation, completion_id) is not None:
        raise Conflict("Genomförandet är redan återkallat.")
    revoked = revoke_together(db, row.person_id, row.course, [completion_id], reason=reason, by=by, at=at)
    if row.path != WHOLE_COURSE:
        settle(db, row.person_id, row.course, at=at)
    return revoked


def revoke_together(
    db: Session, person_id: int, course: str, numbers: Sequence[int], *, reason: str, by: int | None, at: datetime
) -> list[int]:
    """Take several completions of a human's in a course back, and the course's that rest on them; nothing is settled.

    Gives the ids of all that were revoked. Raises Invalid without a reason.
    """
    if not reason.strip():
        raise Invalid("Skriv varför genomförandet inte ska räknas.", "reason")
    reason = kept(note, reason, "Skälet", "reason")
    rows = {row.id: row for row in completion_rows(db, person_id, course)}
    evidence = {number: row.evidence for number, row in rows.items()}
    gone = {original(number, evidence) for number in numbers}
    wholes = (row for row in rows.values() if row.path == WHOLE_COURSE and row.revoked_at is None)
    above = [row.id for row in wholes if row.id not in numbers and gone & rests_on(row.id, evidence)]
    revoked = [*numbers, *above]
    if revoked:
        db.execute(
            insert(Revocation), [{"completion_id": each, "at": at, "by": by, "reason": reason} for each in revoked]
        )
        audit(db, "completion.revoke", str(numbers[0]), {"revoked": revoked}, by=by, at=at)
    return revoked


def restore(db: Session, completion_id: int, *, by: int | None, at: datetime) -> int:
    """Mend a mistaken revocation: the same completion anew, with the route and on the evidence that it had.

    A module's brings back the course's that was revoked with it. Raises NotFound, Conflict when it is not revoked, is
    restored already, or is a course's that rests on a module that is revoked.
    """
    row = db.get(Completion, completion_id)
    if row is None:
        raise NotFound("Genomförandet finns inte.")
    if db.get(Revocation, completion_id) is None:
        raise Conflict("Genomförandet är inte återkallat.")
    rows = {each.id: each for each in completion_rows(db, row.person_id, row.course)}
    anew = next((each.id for each in rows.values() if each.evidence == restored(completion_id)), None)
    if anew is not None:
        raise Conflict(f"Genomförandet är redan återställt som {anew}.")
    _check_rests(rows, row)
    number = _restore(db, rows[completion_id], at=at)
    brought = [number]
    if row.path != WHOLE_COURSE:
        with_modules = {each.revoked_at for each in rows.values() if each.path != WHOLE_COURSE}
        brought += _restore_wholes(db, row.person_id, row.course, with_modules, at=at)
        settle(db, row.person_id, row.course, at=at)
    audit(db, "completion.restore", str(completion_id), {"new": number, "all": brought}, by=by, at=at)
    return number


def link_numbers(db: Session, person_id: int, main_id: int, *, by: int | None, at: datetime) -> None:
    """Say that two people are one human, see organisation.actions.link, and settle what they have done together.

    What was revoked when they were unlinked is there again.
    """
    link(db, person_id, main_id, by=by, at=at)
    for course in courses_of(db, main_id):
        unlinked = unlinked_at(db, main_id)
        _restore_modules(db, main_id, course, unlinked, at=at)
        _restore_wholes(db, main_id, course, unlinked, at=at)
        settle(db, main_id, course, at=at)


def unlink_numbers(db: Session, person_id: int, *, by: int | None, at: datetime) -> None:
    """Take back that the person is somebody else, see organisation.actions.unlink.

    What either had completed with what the other has done is revoked; what each has done by itself is settled.
    """
    main = human_of(db, person_id)
    unlink(db, person_id, by=by, at=at)
    for each in (main, person_id):
        for course in courses_of(db, each):
            borrowed = _borrowed(db, each, course)
            revoke_together(db, each, course, borrowed, reason=UNLINKED, by=by, at=at)
            settle(db, each, course, at=at)


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


def _settle_modules(db: Session, person_id: int, course: str, *, at: datetime) -> list[int]:
    """Complete the module of each quiz whose attempts in an edition meet the rule, or that of a knowledge test."""
    rows = completed(db, person_id, course)
    used, revoked = used_evidence(db, person_id, course), revoked_evidence(db, person_id, course)
    sittings: dict[tuple[str, int], list[Taken]] = {}
    for taken in attempts_of_human(db, person_id, course):
        if taken.finished and f"attempt:{taken.id}" not in revoked:
            sittings.setdefault((taken.quiz, published(db, taken.release_id).edition), []).append(taken)
    new = []
    for (quiz_id, edition), finished in sittings.items():
        quiz = published(db, finished[-1].release_id).course.quizzes[quiz_id]
        done_before = any(row.path == quiz.module and row.edition == edition for row in rows)
        proof = _proof(db, finished, quiz, done_before=done_before)
        if proof is None or (quiz.module, f"attempt:{proof.id}") in used:
            continue
        new.append(
            complete(
                db,
                proof.person_id,
                published(db, proof.release_id),
                quiz.module,
                edition,
                route="quiz",
                evidence=f"attempt:{proof.id}",
                occurred_on=day_of(proof.graded_at or at),
                at=at,
            )
        )
    return new


def _proof(db: Session, finished: Sequence[Taken], quiz: Quiz, *, done_before: bool) -> Taken | None:
    """The attempt that completes the module, among the finished ones of one edition at its questions or its test.

    Of a knowledge test that is the newest that proves it; once the module is done only the newest of all.
    """
    if not quiz.kind:
        edition = published(db, finished[-1].release_id).edition
        rule = finished_at(db, finished, quiz.id, edition, ())
        first = first_to_meet_rule(rule, quiz.critical, done_before=done_before)
        return None if first is None else finished[first]
    for taken in finished[-1:] if done_before else reversed(finished):
        pinned = published(db, taken.release_id).course.quizzes[taken.quiz]
        test = Finished(bool(taken.passed), frozenset(taken.stars))
        if proves_knowledge(test, _stars_on_paper(pinned, taken)):
            return taken
    return None


def _stars_on_paper(quiz: Quiz, taken: Taken) -> frozenset[str]:
    """The ★ items of an attempt's paper."""
    return quiz.critical if taken.paper is None else quiz.critical.intersection(taken.paper)


def _settle_course(db: Session, person_id: int, course: str, *, at: datetime) -> list[int]:
    """Complete the course in each edition that the modules' completions reach, the highest first."""
    releases = editions(db, course, at)
    rows, used = completed(db, person_id, course), used_evidence(db, person_id, course)
    new: list[int] = []
    for edition, newest in sorted({each.edition: each.release_id for each in releases}.items(), reverse=True):
        release = published(db, newest)
        fitting = [row for row in rows if _counts_for(edition, row, releases)]
        modules = course_evidence(release.course.mandatory, fitting, edition)
        evidence = ",".join(str(row.id) for row in modules or ())
        if not modules or (WHOLE_COURSE, evidence) in used:
            continue
        people = {row.person_id for row in modules}
        new.append(
            complete(
                db,
                people.pop() if len(people) == 1 else human_of(db, person_id),
                release,
                WHOLE_COURSE,
                edition,
                route=route_of(modules),
                evidence=evidence,
                occurred_on=max(row.occurred_on for row in modules),
                at=at,
            )
        )
        rows = completed(db, person_id, course)
    return new


def _counts_for(edition: int, row: Completed, releases: list[Edition]) -> bool:
    """Whether a completion counts for the course in an edition.

    It is of the edition, or of a later one and was earned before any later one held.
    """
    return row.edition == edition or (row.edition > edition and edition_in_force(releases, row.occurred_on) <= edition)


def _check_rests(rows: Mapping[int, CompletionRow], row: Completion) -> None:
    """Raise Conflict when a course's completion rests on a module that is revoked."""
    if row.path != WHOLE_COURSE:
        return
    evidence = {number: each.evidence for number, each in rows.items()}
    stands = standing([number for number, each in rows.items() if each.revoked_at is None], evidence)
    missing = sorted(rests_on(row.id, evidence) - stands)
    if missing:
        told = ", ".join(f"{rows[number].path} ({number})" if number in rows else str(number) for number in missing)
        raise Conflict(f"Kursen vilar på moduler som är återkallade: {told}. Återställ dem först.")


def _restore(db: Session, row: CompletionRow, *, at: datetime) -> int:
    """Write a completion anew; gives its id."""
    return complete(
        db,
        row.person_id,
        published(db, row.release_id),
        row.path,
        row.edition,
        route=row.true_route,
        evidence=restored(row.id),
        occurred_on=row.occurred_on,
        at=at,
    )


def _lost(
    db: Session, person_id: int, course: str, instants: Container[datetime | None]
) -> tuple[list[CompletionRow], dict[int, str], frozenset[int]]:
    """(what was revoked at one of the instants and is not restored, all evidence, the originals that stand)."""
    rows = completion_rows(db, person_id, course)
    evidence = {row.id: row.evidence for row in rows}
    texts = set(evidence.values())
    lost = [row for row in rows if row.revoked_at and row.revoked_at in instants and restored(row.id) not in texts]
    return lost, evidence, standing([row.id for row in rows if row.revoked_at is None], evidence)


def _restore_wholes(
    db: Session, person_id: int, course: str, instants: Container[datetime | None], *, at: datetime
) -> list[int]:
    """Bring back the course's completions that were revoked at one of the instants and whose modules stand."""
    lost, evidence, stands = _lost(db, person_id, course, instants)
    wholes = [row for row in lost if row.path == WHOLE_COURSE]
    return [_restore(db, row, at=at) for row in wholes if rests_on(row.id, evidence) <= stands]


def _restore_modules(
    db: Session, person_id: int, course: str, instants: Container[datetime | None], *, at: datetime
) -> None:
    """Bring back the modules' completions that were revoked at one of the instants and that the human has earned."""
    lost, evidence, _ = _lost(db, person_id, course, instants)
    finished = attempts_of_human(db, person_id, course)
    for row in lost:
        if row.path != WHOLE_COURSE and _is_earned(db, finished, evidence[original(row.id, evidence)]):
            _restore(db, row, at=at)


def _borrowed(db: Session, person_id: int, course: str) -> list[int]:
    """The human's completions that stand only by what somebody has done who is another human now."""
    rows = completion_rows(db, person_id, course)
    evidence = {row.id: row.evidence for row in rows}
    live = [row for row in rows if row.revoked_at is None]
    finished = attempts_of_human(db, person_id, course)
    modules = [
        row.id
        for row in live
        if row.path != WHOLE_COURSE and not _is_earned(db, finished, evidence[original(row.id, evidence)])
    ]
    own = standing([row.id for row in live if row.id not in modules], evidence)
    wholes = [row.id for row in live if row.path == WHOLE_COURSE and not rests_on(row.id, evidence) <= own]
    return [*modules, *wholes]


def _is_earned(db: Session, finished: Sequence[Taken], evidence: str) -> bool:
    """Whether the attempts up to the one that is a module's evidence meet the rule; what is no attempt is enough."""
    numbers = [f"attempt:{taken.id}" for taken in finished]
    if evidence not in numbers:
        return True
    until = finished[numbers.index(evidence)]
    pinned = published(db, until.release_id)
    quiz = pinned.course.quizzes[until.quiz]
    rule = finished_at(db, finished[: numbers.index(evidence) + 1], quiz.id, pinned.edition, ())
    return bool(quiz.kind) or meets_rule(rule, quiz.critical, done_before=False)
