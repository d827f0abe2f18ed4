"""What is stored of remembering: that it was done, and whether somebody wants to be asked."""

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from course.recall.choosing import Moment
from course.recall.queries import standing
from course.recall.tables import RecallDone, RecallWish

_once = {
    dialect: upsert(RecallDone).on_conflict_do_nothing()
    for dialect, upsert in (("sqlite", sqlite_insert), ("postgresql", postgresql_insert))
}


def finish(db: Session, person_id: int, moment: Moment) -> None:
    """Write that the person has answered the questions of an occasion, unless that is written already."""
    row = {
        "person_id": person_id,
        "course": moment.course,
        "completed_on": moment.completed_on,
        "occasion": moment.occasion,
    }
    connection = db.connection()
    connection.execute(_once[connection.dialect.name], row)


def wish(db: Session, person_id: int, *, wanted: bool, at: datetime) -> None:
    """Write whether the person wants to be asked; what is so already is not written again."""
    if standing(db, person_id).stopped is wanted:
        db.execute(insert(RecallWish).values(person_id=person_id, said_at=at, wanted=wanted))
