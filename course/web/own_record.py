"""Min sida: everything that is stored of the one who asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, render_template, request

from course import clock
from course.access.queries import code_and_password_log, hash_id, sessions
from course.content.model import Module, Quiz
from course.content.queries import current, published
from course.db import database
from course.learning.queries import completion_rows
from course.quiz.paper import stars_wrong
from course.quiz.queries import Standing, Taken, attempts, deletions
from course.recall.queries import standing
from course.scenario.queries import all_done
from course.web.answers import Counted, by_gradings, regraded
from course.web.guard import actor, allowed
from course.web.hidden import seen
from course.web.remember import courses_offered

bp = Blueprint("own_record", __name__)


@dataclass(frozen=True)
class Told:
    """An attempt by its quiz and module as they were when it began."""

    attempt: Taken
    module: Module
    quiz: Quiz
    answers: Mapping[str, Counted]
    stars_wrong: int
    """How many of its questions on safety it got wrong."""


@bp.get("/min-sida")
@allowed("account.own")
def show() -> str:
    """What the actor has done and answered, where they are signed in, and what is stored at all."""
    who = actor()
    db = database.session
    rows = completion_rows(db, who.person_id)
    releases = current(db, who.newest_release)
    taken = [(one, seen(attempts(db, who.person_id, one.course.id))) for one in releases.values()]
    meant = [(one, mine) for one, mine in taken if one.course.audience in who.audiences]
    told = [each for _, mine in taken for each in reversed(mine) if not each.untold]
    gone = any(each.answers_deleted for each in told)
    gradings = regraded(told)
    known = standing(db, who.person_id)
    return render_template(
        "learner/record.html",
        name=who.name,
        rows=rows,
        courses={one.course.id: one.course for one in releases.values()},
        attempts=[_told(each, gradings) for each in told],
        some_untold=len(told) < sum(len(mine) for _, mine in taken),
        scenarios=all_done(db, who.person_id),
        deletions=deletions(db, who.person_id) if gone else {},
        remembered=sorted(known.done, key=lambda each: (each.completed_on, each.occasion)),
        stopped=known.stopped,
        remember=courses_offered(rows, meant, known),
        sessions=sessions(db, who.person_id, at=clock.now()),
        own_session=hash_id(who.session),
        log=code_and_password_log(db, who.person_id),
        just_changed=request.args.get("klart") == "losenord",
    )


def _told(taken: Taken, gradings: Mapping[UUID, Mapping[str, Standing]]) -> Told:
    then = published(database.session, taken.release_id).course
    quiz = then.quizzes[taken.quiz]
    module = next(each for each in then.modules if each.id == quiz.module)
    answers = by_gradings(taken, quiz.items.values(), gradings)
    return Told(taken, module, quiz, answers, stars_wrong(quiz, taken.paper, taken.stars))
