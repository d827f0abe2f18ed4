"""Min sida: everything that is stored of the one who asks."""

from flask import Blueprint, render_template, request

from course import clock
from course.access.queries import code_and_password_log, hash_id, sessions
from course.content.model import Module, Quiz
from course.content.queries import current, published
from course.db import database
from course.learning.queries import completion_rows
from course.quiz.paper import stars_wrong
from course.quiz.queries import Taken, attempts, deletions
from course.recall.queries import standing
from course.scenario.queries import all_done
from course.web.guard import actor, allowed
from course.web.learner import is_meant
from course.web.remember import courses_offered

bp = Blueprint("own_record", __name__)


@bp.get("/min-sida")
@allowed("account.own")
def show() -> str:
    """What the actor has done and answered, where they are signed in, and what is stored at all."""
    who = actor()
    db = database.session
    rows = completion_rows(db, who.person_id)
    releases = current(db, who.newest_release)
    taken = [(one, attempts(db, who.person_id, one.course.id)) for one in releases.values()]
    gone = any(each.answers_deleted for _, mine in taken for each in mine)
    known = standing(db, who.person_id)
    return render_template(
        "learner/record.html",
        name=who.name,
        rows=rows,
        courses={one.course.id: one.course for one in releases.values()},
        taken=[[_with_quiz(each) for each in mine] for _, mine in taken if mine],
        scenarios=all_done(db, who.person_id),
        deletions=deletions(db, who.person_id) if gone else {},
        remembered=sorted(known.done, key=lambda each: (each.completed_on, each.occasion)),
        stopped=known.stopped,
        remember=courses_offered(rows, [(one, mine) for one, mine in taken if is_meant(one)], known),
        sessions=sessions(db, who.person_id, at=clock.now()),
        own_session=hash_id(who.session),
        log=code_and_password_log(db, who.person_id),
        just_changed=request.args.get("klart") == "losenord",
    )


def _with_quiz(taken: Taken) -> tuple[Taken, Quiz, Module, int]:
    """An attempt with its quiz and module as they were then, and how many questions on safety it got wrong."""
    then = published(database.session, taken.release_id).course
    quiz = then.quizzes[taken.quiz]
    module = next(each for each in then.modules if each.id == quiz.module)
    return taken, quiz, module, stars_wrong(quiz, taken.paper, taken.stars)
