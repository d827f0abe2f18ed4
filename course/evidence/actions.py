"""Completions that were earned before or elsewhere, from a file of HR's."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.audit.actions import record as audit
from course.clock import day_of
from course.content.queries import edition_in_force, editions, published
from course.errors import Conflict, Invalid, NotFound, Refusal
from course.evidence.evidence_file import Earned
from course.learning.actions import complete, revoke_together, settle
from course.learning.queries import completion_rows, live_rows_of
from course.organisation.queries import human_of, people_by_key
from course.organisation.tables import Import
from course.roster.actions import Origin, add_import
from course.sheet.problems import RowProblem

SOURCE = "underlag"
"""What the files are told as coming from."""


class BadRows(Refusal):
    """Rows of a file that cannot be used, all of them."""

    status = 422

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        super().__init__("\n".join(map(str, problems)))


def import_evidence(
    db: Session, rows: Sequence[Earned], *, file_name: str, digest: str, by: int | None, at: datetime
) -> int:
    """Write the completions of a whole file; gives how many new ones, those of courses included.

    Raises BadRows with every row whose person, course or module is unknown; the caller's transaction is then undone.
    """
    people = people_by_key(db, {row.key for row in rows})
    origin = Origin("evidence", SOURCE, file_name, digest)
    number = add_import(db, origin, day_of(at), {"rows": len(rows)}, undoes=None, by=by, at=at)
    new, problems = 0, []
    for row in rows:
        try:
            if row.key not in people:
                raise NotFound(f"det finns ingen person med numret ”{row.key}”.")
            evidence = f"import:{number}:{row.line} {row.source}"
            new += len(record_earned(db, row, people[row.key], evidence=evidence, by=by, at=at))
        except NotFound as refusal:
            problems.append(RowProblem(row.line, str(refusal)))
    if problems:
        raise BadRows(problems)
    return new


def newest_evidence(db: Session) -> int:
    """The newest file of evidence that was read in and not undone. Raises NotFound."""
    undone = select(Import.undoes).where(Import.undoes.is_not(None))
    stands = select(Import.id).where(Import.kind == "evidence", Import.undoes.is_(None), Import.id.not_in(undone))
    newest = db.scalars(stands.order_by(Import.id.desc()).limit(1)).first()
    if newest is None:
        raise NotFound("Det finns ingen fil med genomföranden att ångra.")
    return newest


def undo_evidence(db: Session, import_id: int, *, reason: str, by: int | None, at: datetime) -> list[int]:
    """Take everything back that a file of evidence completed; gives the ids of all that were revoked.

    Whole courses that rest on it go too, and what was restored of it; what each has done otherwise is settled.
    Raises NotFound without such a file, Conflict when it is undone already, Invalid without a reason.
    """
    if not reason.strip():
        raise Invalid("Skriv varför filen inte ska räknas.", "reason")
    source = db.get(Import, import_id)
    if source is None or source.kind != "evidence" or source.undoes is not None:
        raise NotFound(f"Import {import_id} är ingen fil med genomföranden.")
    if db.scalars(select(Import.id).where(Import.undoes == import_id)).first():
        raise Conflict(f"Import {import_id} är redan ångrad.")
    origin = Origin(source.kind, source.source, source.file_name, source.digest)
    rows = live_rows_of(db, f"import:{import_id}:")
    add_import(db, origin, source.as_of, {"rows": len(rows)}, undoes=import_id, by=by, at=at)
    humans: dict[tuple[int, str], list[int]] = {}
    for number, person_id, course in rows:
        humans.setdefault((human_of(db, person_id), course), []).append(number)
    revoked = []
    for (human, course), numbers in humans.items():
        revoked += revoke_together(db, human, course, numbers, reason=reason, by=by, at=at)
        settle(db, human, course, at=at)
    audit(db, "completion.undo", str(import_id), {"revoked": revoked}, by=by, at=at)
    return revoked


def record_earned(
    db: Session, earned: Earned, person_id: int, *, evidence: str, by: int | None, at: datetime
) -> list[int]:
    """Complete what was earned before or elsewhere, by its own route, and settle; gives the new ids.

    The edition is the one in force on its day, or the first. What stands already, by the same route on the same
    day, is not written again. Raises NotFound for a course or module that is not published.
    """
    releases = editions(db, earned.course, at)
    if not releases:
        raise NotFound(f"kursen ”{earned.course}” finns inte.")
    edition = edition_in_force(releases, earned.day)
    release = published(db, max(each.release_id for each in releases if each.edition == edition))
    modules = {module.id for module in release.course.modules}
    if earned.module and earned.module not in modules:
        raise NotFound(f"modulen ”{earned.module}” finns inte. De som finns är: {', '.join(sorted(modules))}.")
    there = {
        (row.path, row.true_route, row.occurred_on)
        for row in completion_rows(db, person_id, earned.course)
        if row.revoked_at is None
    }
    paths = [earned.module] if earned.module else sorted(release.course.mandatory)
    new = [
        complete(
            db,
            person_id,
            release,
            path,
            edition,
            route=earned.route,
            evidence=evidence,
            occurred_on=earned.day,
            at=at,
        )
        for path in paths
        if (path, earned.route, earned.day) not in there
    ]
    if new:
        audit(db, "completion.import", str(person_id), {"evidence": evidence, "new": new}, by=by, at=at)
        new += settle(db, person_id, earned.course, at=at)
    return new
