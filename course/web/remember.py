"""Which questions to remember by somebody has on the day of a request."""

from collections.abc import Sequence

from course import clock
from course.content.model import Course
from course.content.queries import Published, in_force
from course.db import database
from course.learning.completion import WHOLE_COURSE
from course.learning.queries import CompletionRow, Record, completed
from course.quiz.queries import Taken
from course.recall.queries import Recall, Standing, recall_on
from course.web.guard import actor


def to_remember(release: Published, mine: Record, known: Standing) -> Recall | None:
    """The questions of the course that have come for the one who asks, done or not."""
    db, today = database.session, clock.day_of(clock.now())
    edition = in_force(db, release.course.id, actor().newest_release, today)
    return recall_on(db, release, mine, known, edition=edition, day=today)


def offered(release: Published, mine: Record, known: Standing) -> bool:
    """Whether the course has questions for the one who asks that are not done."""
    found = to_remember(release, mine, known)
    return found is not None and not found.done


def courses_offered(
    rows: Sequence[CompletionRow], taken: Sequence[tuple[Published, list[Taken]]], known: Standing
) -> list[Course]:
    """The courses with such questions, given all completions and attempts of the one who asks."""
    whole = {row.course for row in rows if row.path == WHOLE_COURSE and row.revoked_at is None}
    return [
        release.course
        for release, attempts in taken
        if release.course.id in whole
        and offered(
            release,
            Record(attempts, completed(database.session, known.person_id, release.course.id), {}, None),
            known,
        )
    ]
