"""Recording targets, and figures that were reported earlier."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.audit.actions import record
from course.clock import day_of
from course.content.queries import current, newest_release_id
from course.errors import Conflict, Invalid, NotFound
from course.organisation.person import kept, label, note
from course.organisation.population import Population
from course.schema import supersede
from course.target.tables import ReportedFigure, Target, TargetState

EVERYBODY = Population()
LARGEST_GOAL = 1_000_000
MOST_GROUPS = 100
"""The figures hold apart fewer than 1 000 populations (report/sets.py, POPULATIONS)."""


@dataclass(frozen=True)
class Decision:
    """A target as somebody decided it, for a period; whom the course is for decides whom it is about."""

    course: str
    goal: int
    period_from: date
    period_to: date
    population: Population = EVERYBODY
    groups: tuple[tuple[str, Population], ...] = ()
    grace_days: int = 0
    decided_on: date | None = None
    reference: str = ""
    source: str = ""
    responsible: str = ""


def set_target(db: Session, decision: Decision, *, by: int | None, at: datetime) -> int:
    """Record a target; the same period again replaces what was known of it. Gives the target's id.

    Raises Invalid for a course that is not published, a goal or days of grace that make no sense or a period that
    ends before it begins, Conflict when another period of the same course shares days with it.
    """
    _check(decision)
    decision = _as_kept(decision)
    target = _target(db, decision.course)
    live = db.scalars(
        select(TargetState).where(
            TargetState.target_id == target.id,
            TargetState.superseded_at.is_(None),
            TargetState.valid_from <= decision.period_to,
            TargetState.valid_to >= decision.period_from,
        )
    ).all()
    if any((state.valid_from, state.valid_to) != (decision.period_from, decision.period_to) for state in live):
        raise Conflict("Perioden delar dagar med ett mål som redan finns. Ange samma period för att ändra det.")
    supersede(db, live, by=by, at=at)
    db.add(
        TargetState(
            target_id=target.id,
            population=decision.population.to_json(),
            groups={name: population.to_json() for name, population in decision.groups},
            goal=decision.goal,
            valid_from=decision.period_from,
            valid_to=decision.period_to,
            grace_days=decision.grace_days,
            decided_on=decision.decided_on,
            reference=decision.reference,
            source=decision.source,
            responsible=decision.responsible,
            recorded_at=at,
            recorded_by=by,
        )
    )
    db.flush()
    detail = {"goal": decision.goal, "from": str(decision.period_from), "to": str(decision.period_to)}
    record(db, "target.set", str(target.id), detail, by=by, at=at)
    return target.id


def withdraw_target(db: Session, target_id: int, period_from: date, *, by: int | None, at: datetime) -> None:
    """Take a target back that was recorded by mistake; figures known before stay. Raises NotFound."""
    live = db.scalars(
        select(TargetState).where(
            TargetState.target_id == target_id,
            TargetState.superseded_at.is_(None),
            TargetState.valid_from == period_from,
        )
    ).all()
    if not live:
        raise NotFound("Målet finns inte.")
    supersede(db, live, by=by, at=at)
    record(db, "target.withdraw", str(target_id), {"from": str(period_from)}, by=by, at=at)


def report_figure(
    db: Session, target_id: int, *, number: int, day: date, source: str, reference: str, by: int | None, at: datetime
) -> int:
    """Keep a total that was reported earlier without rows of people; it is shown beside the figures, never added.

    Gives its id. Raises NotFound without such a target, Invalid for a negative number, without a source or for a day to
    come, Conflict when it is stored already.
    """
    if db.get(Target, target_id) is None:
        raise NotFound(f"Målet {target_id} finns inte.")
    if not 0 <= number <= LARGEST_GOAL:
        raise Invalid("Antalet ska vara mellan 0 och 1 000 000.", "antal")
    source = kept(note, source, "Källan", "kalla")
    reference = kept(note, reference, "Diarienumret", "referens", optional=True)
    if day > day_of(at):
        raise Invalid("Dagen har inte varit än. Ange dagen som siffran gällde.", "dag")
    told = {"number": number, "day": day, "source": source, "reference": reference}
    if db.execute(select(ReportedFigure.id).filter_by(target_id=target_id, **told)).first():
        raise Conflict("Siffran är redan sparad.")
    figure = ReportedFigure(
        target_id=target_id,
        **told,
        recorded_at=at,
        recorded_by=by,
    )
    db.add(figure)
    db.flush()
    record(db, "target.reported", str(target_id), {"number": number, "day": str(day)}, by=by, at=at)
    return figure.id


def _check(decision: Decision) -> None:
    if not 1 <= decision.goal <= LARGEST_GOAL:
        raise Invalid("Målet ska vara mellan 1 och 1 000 000 personer.", "mal")
    if decision.period_from > decision.period_to:
        raise Invalid("Målets period slutar innan den börjar.", "till")
    if len(decision.groups) > MOST_GROUPS:
        raise Invalid(f"Ett mål får ha högst {MOST_GROUPS} grupper bredvid sig.", "grupper")
    if not 0 <= decision.grace_days <= 366:
        raise Invalid("Dagarna från anställningens början ska vara mellan 0 och 366.", "dagar")


def _as_kept(decision: Decision) -> Decision:
    """The decision with its texts by the rule for short texts. Raises Invalid."""
    return replace(
        decision,
        groups=tuple((kept(label, name, "Gruppens namn", "grupper"), who) for name, who in decision.groups),
        reference=kept(note, decision.reference, "Diarienumret", "referens", optional=True),
        source=kept(note, decision.source, "Källan", "kalla", optional=True),
        responsible=kept(note, decision.responsible, "Den ansvariga", "ansvarig", optional=True),
    )


def _target(db: Session, course: str) -> Target:
    """The head of the course's targets, made when there is none."""
    known = current(db, newest_release_id(db))
    course = course.strip().lower()
    if course not in known:
        there = ", ".join(sorted(known)) or "inga"
        raise Invalid(f"Kursen ”{course}” är inte publicerad. De som finns är: {there}.", "kurs")
    audience = known[course].course.audience
    target = db.scalars(select(Target).where(Target.course == course, Target.audience == audience)).first()
    if target is None:
        target = Target(course=course, audience=audience)
        db.add(target)
        db.flush()
    return target
