"""What is stored of a scenario: that it is done."""

from datetime import date

from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from course.scenario.tables import ScenarioDone

_once = {
    dialect: insert(ScenarioDone).on_conflict_do_nothing()
    for dialect, insert in (("sqlite", sqlite_insert), ("postgresql", postgresql_insert))
}


def finish(db: Session, person_id: int, course: str, scenario: str, *, release_id: int, day: date) -> None:
    """Write that the person has done the scenario; the first time stands."""
    row = {"person_id": person_id, "course": course, "scenario": scenario, "release_id": release_id, "done_on": day}
    connection = db.connection()
    connection.execute(_once[connection.dialect.name], row)
