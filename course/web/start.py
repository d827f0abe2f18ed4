"""The first page after signing in: the course, or for who has other duties what there is to do."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from course import clock
from course.access.queries import employees_by_account, resting
from course.content.model import Course
from course.content.queries import current, in_order
from course.db import database, newest_instant
from course.organisation.queries import units_without_manager
from course.report import catalogue
from course.report.attention import Course as CourseToday
from course.report.attention import Notice, Today, notices, of_duties
from course.roster.queries import DRAFT_LIFE, ImportRow, drafts_waiting, list_days, newest_list
from course.target.queries import promise_on
from course.web.filters import can
from course.web.guard import actor, allowed
from course.web.learner import courses

bp = Blueprint("start", __name__)
OTHER_DUTIES = ("report.read", "unit.read", "board.read", "system.read")


@dataclass(frozen=True)
class Overview:
    """What HR sees first: the figures in words, the newest list, and what to do."""

    figures: list[tuple[str, tuple[str, ...]]]
    """(course, its first sentences of Täckning)."""
    newest: ImportRow | None
    notices: list[Notice]


@bp.get("/")
@allowed("account.own")
def start() -> ResponseReturnValue:
    """Learners go to their course at once; others choose."""
    if can("course.take") and not any(map(can, OTHER_DUTIES)):
        return courses()
    duties = "" if can("report.read") or not can("system.read") else told_of_duties()
    fault = current_app.extensions["local"].refresh().fault if can("system.read") else ""
    overview = _overview() if can("report.read") else None
    return render_template("start.html", overview=overview, duties=duties, local_fault=fault)


def told_of_duties() -> str:
    """What an administrator should know of people with a duty who have left; '' when there is nothing."""
    people, last = resting(database.session, clock.day_of(clock.now()))
    return of_duties(people, last_administrator_left=last)


def _overview() -> Overview:
    db, now = database.session, clock.now()
    today, known_at = clock.day_of(now), newest_instant(db) or now
    published = current(db, actor().newest_release)
    courses = [published[name].course for name in in_order(published)]
    lists = list_days(db, "employees", known_at)
    employees, without = employees_by_account(db, today)
    left, last = resting(db, today)
    return Overview(
        figures=[(course.title, _sentences(course, today, known_at)) for course in courses],
        newest=newest_list(db),
        notices=notices(
            Today(
                day=today,
                lists={source: newest for source, (_, newest) in lists.items()},
                drafts=len(drafts_waiting(db, actor().person_id, now - DRAFT_LIFE)),
                employees=employees,
                without_account=without,
                units_without_manager=units_without_manager(db, today),
                resting=left,
                last_administrator_left=last,
                local_fault=current_app.extensions["local"].refresh().fault,
                courses=tuple(_today(course, today, known_at) for course in courses),
            )
        ),
    )


def _sentences(course: Course, today: date, known_at: datetime) -> tuple[str, ...]:
    return catalogue.table(database.session, "coverage", course, today, known_at).sentences[:2]


def _today(course: Course, today: date, known_at: datetime) -> CourseToday:
    promise = promise_on(database.session, course.id, course.audience, today, known_at)
    reviewed = min((module.best_before for module in course.modules), default=course.best_before)
    ends = promise.period_to if promise else None
    return CourseToday(course.title, min(course.best_before, reviewed), ends)
