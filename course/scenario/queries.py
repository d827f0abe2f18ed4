"""Which scenarios somebody has done, and in which units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BindParameter, and_, bindparam, literal, select
from sqlalchemy.orm import Session

from course.organisation.tables import Membership, MembershipState, UnitState
from course.scenario.tables import ScenarioDone
from course.scenario.track import UnitOf
from course.schema import holds_now

DEEPEST_TREE = 20
"""More units above each other are a fault in the tree; without an end a ring of them would have none."""

_person: BindParameter[int] = bindparam("person")
_today = bindparam("today", type_=MembershipState.valid_from.type)
_climb = (
    select(MembershipState.unit_id.label("unit"), literal(0).label("above"))
    .join(Membership, Membership.id == MembershipState.membership_id)
    .where(Membership.person_id == _person, holds_now(MembershipState, _today))
    .cte("climb", recursive=True)
)
_climb = _climb.union(
    select(UnitState.parent_id, _climb.c.above + 1)
    .join(_climb, UnitState.unit_id == _climb.c.unit)
    .where(UnitState.parent_id.is_not(None), holds_now(UnitState, _today), _climb.c.above < DEEPEST_TREE)
)
_units = select(_climb.c.above, UnitState.code, UnitState.name).join(
    UnitState, and_(UnitState.unit_id == _climb.c.unit, holds_now(UnitState, _today))
)
_done = select(literal(-1), ScenarioDone.scenario, literal("")).where(
    ScenarioDone.person_id == _person, ScenarioDone.course == bindparam("course")
)
_both = _units.union_all(_done)


@dataclass(frozen=True)
class Standing:
    """What decides what a learner is shown: the units of today, and the scenarios of the course that are done."""

    units: Sequence[UnitOf]
    done: frozenset[str]


def standing(db: Session, person_id: int, course: str, today: date) -> Standing:
    """Where the person stands in a course's scenarios, in one SELECT."""
    rows = db.connection().execute(_both, {"person": person_id, "course": course, "today": today}).all()
    return Standing(
        units=[UnitOf(*row) for row in rows if row[0] >= 0],
        done=frozenset(name for above, name, _ in rows if above < 0),
    )


def is_done(db: Session, person_id: int, course: str, scenario: str) -> bool:
    """Whether the person has done the scenario."""
    return db.get(ScenarioDone, (person_id, course, scenario)) is not None


def all_done(db: Session, person_id: int) -> Mapping[tuple[str, str], date]:
    """{(course, scenario): the day} of all that the person has done, the first day first."""
    rows = db.execute(
        select(ScenarioDone.course, ScenarioDone.scenario, ScenarioDone.done_on)
        .where(ScenarioDone.person_id == person_id)
        .order_by(ScenarioDone.done_on, ScenarioDone.scenario)
    )
    return {(course, scenario): day for course, scenario, day in rows}
