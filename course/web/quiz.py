"""Taking a quiz: begin, one question at a time, feedback, result."""

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from math import ceil
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from course import clock, swedish
from course.access.policy import Actor
from course.content.queries import Published, current, in_force
from course.db import database, transaction
from course.errors import Conflict, Invalid, NotFound
from course.items import FULL, Item
from course.items.ordna import MOVE
from course.learning.actions import answer, remember_place
from course.learning.actions import begin as begin_or_continue
from course.learning.completion import WHOLE_COURSE, anew_since, modules_done
from course.learning.place import Step
from course.learning.queries import Record, finished_at, missing_stars, record, tries_left
from course.quiz.actions import differs, unfinished
from course.quiz.paper import next_item, size, stars_wrong
from course.quiz.queries import attempt, deletions
from course.web.answers import why_regraded
from course.web.asking import given, keep_given, moved, what_is_wrong
from course.web.errors import SOON, UNAVAILABLE, note_unavailable
from course.web.guard import actor, allowed, answers_in_json, asks_for_json, kept_at_sign_in
from course.web.hidden import is_hidden, seen
from course.web.learner import release_of
from course.web.outbox import expect_answers
from course.web.sitting import Sitting, by_section, feedback, in_order, missed, shown, sit
from course.web.testing_out import KnowledgeTest, knowledge_test

bp = Blueprint("quiz", __name__)


@bp.post("/forsok")
@allowed("course.take")
def begin() -> ResponseReturnValue:
    """Make an attempt or continue the one that is under way, and go to the question.

    With `test=ja` it is the module's knowledge test, which leaves the place to resume as it is.
    """
    who = actor()
    course_id, module_id = request.form.get("kurs", ""), request.form.get("modul", "")
    release = release_of(course_id)
    module = release.course.module(module_id)
    test = release.course.test_of(module_id) if module and request.form.get("test") == "ja" else None
    quiz_id = test.id if test else module.quiz if module and "test" not in request.form else ""
    if not quiz_id:
        raise NotFound("Modulen har inga frågor.")
    with transaction() as (db, at):
        edition = in_force(db, course_id, who.newest_release, clock.day_of(at))
        taken = begin_or_continue(db, release, quiz_id, by=who.person_id, edition=edition, at=at)
        sitting = sit(taken, who.newest_release)
        asked = {item.id: item for item in sitting.paper.items}.get(request.form.get("fraga", ""))
        item = asked or next_item(sitting.paper.items, taken.answers) or sitting.paper.items[0]
        if not taken.finished and test is None:
            remember_place(db, who.person_id, course_id, module=module_id, section=item.section)
    if taken.finished:
        return redirect(url_for(".result", attempt_id=taken.id), 303)
    return redirect(url_for(".question", attempt_id=taken.id, item_id=item.id), 303)


@bp.get("/forsok/<uuid:attempt_id>/fraga/<item_id>")
@allowed("course.take")
def question(attempt_id: UUID, item_id: str) -> ResponseReturnValue:
    """A question; once it is answered, its feedback."""
    expect_answers()
    taken = attempt(database.session, attempt_id, actor().person_id)
    sitting = sit(taken, actor().newest_release)
    item = sitting.item(item_id)
    if taken.answers_deleted or is_hidden(taken, item_id):
        return redirect(url_for(".result", attempt_id=attempt_id), 303)
    if item_id in sitting.taken.answers:
        again = request.args.get("redan") == "ja"
        return render_template("quiz/feedback.html", **shown(sitting, item), **feedback(sitting, item), again=again)
    if sitting.taken.finished or sitting.is_over:
        return redirect(url_for(".result", attempt_id=attempt_id), 303)
    wrong = request.args.get("fel") == "ja"
    sent = given(str(attempt_id), item_id) if wrong or "flyttat" in request.args else {}
    return _asked(sitting, item, sent, error=what_is_wrong(item, sent, sitting.taken.seed) if wrong else "")


def _asked(sitting: Sitting, item: Item, sent: Mapping[str, Sequence[str]], *, error: str = "") -> ResponseReturnValue:
    """The question with what was last sent to it, and what is wrong with that."""
    page = render_template("quiz/question.html", **shown(sitting, item), given=sent, error=error)
    return page, 422 if error else 200


@bp.post("/forsok/<uuid:attempt_id>/fraga/<item_id>")
@allowed("course.take")
@kept_at_sign_in
@answers_in_json
def answer_question(attempt_id: UUID, item_id: str) -> ResponseReturnValue:
    """Store the answer, acknowledge it after the commit, and show its feedback. The first answer stands.

    A form without a usable answer leads back to the question by a GET too, so that the browser's Back always works;
    what it held is kept in the session's cookie, and nowhere on the server. What may not be kept is shown at once.
    """
    form = dict(request.form.lists())
    session.pop("given", None)
    try:
        return store_answer(actor(), attempt_id, item_id, form)
    except Invalid:
        if keep_given(str(attempt_id), item_id, form) or asks_for_json():
            return _lead(attempt_id, item_id, saved=False)
    sitting = sit(attempt(database.session, attempt_id, actor().person_id), actor().newest_release)
    item = sitting.item(item_id)
    return _asked(sitting, item, form, error=what_is_wrong(item, form, sitting.taken.seed))


def store_answer(who: Actor, attempt_id: UUID, item_id: str, form: dict[str, list[str]]) -> ResponseReturnValue:
    """Store the answer in a form, and lead to its feedback; also for a form that waited for a new sign-in.

    A form that a step's button sent moves that step and stores nothing.

    Raises Invalid when the form has no answer and none is stored.
    """
    if MOVE in form and (led := _move(who, attempt_id, item_id, form)):
        return led
    current(database.session, who.newest_release)  # what is not read yet is not read while others wait to write
    try:
        with transaction() as (db, at):
            answered = answer(db, attempt_id, item_id, form, by=who.person_id, at=at)
    except UNAVAILABLE as fault:
        note_unavailable(fault)
        return _not_saved(who, attempt_id, item_id, form)
    if answered.late:
        return _lead_to(url_for("quiz.result", attempt_id=attempt_id, sent="ja"), saved=False, late=True)
    again = answered.differs or is_hidden(answered.attempt, item_id)  # or sending each option would tell the answer
    return _lead(attempt_id, item_id, saved=True, again=again)


def _move(who: Actor, attempt_id: UUID, item_id: str, form: dict[str, list[str]]) -> ResponseReturnValue | None:
    """Lead back to the question with its steps in another order; None when it has no steps to move."""
    sitting = sit(attempt(database.session, attempt_id, who.person_id), who.newest_release)
    item = sitting.item(item_id)
    move = moved(item, form)
    if move is None:
        return None
    button, after = move
    if not keep_given(str(attempt_id), item_id, after):
        return _asked(sitting, item, after)
    return _lead_to(url_for("quiz.question", attempt_id=attempt_id, item_id=item_id, flyttat=button), saved=False)


def _not_saved(who: Actor, attempt_id: UUID, item_id: str, form: dict[str, list[str]]) -> ResponseReturnValue:
    """The question with the answer still ticked, to be sent again.

    When nothing can be read either, the page is that of errors.py, which keeps the answer too.
    """
    sitting = sit(attempt(database.session, attempt_id, who.person_id), who.newest_release)
    item = sitting.item(item_id)
    if item_id in sitting.taken.answers:
        again = differs(item, form, sitting.taken) or is_hidden(sitting.taken, item_id)
        return _lead(attempt_id, item_id, saved=True, again=again)
    page = render_template(
        "quiz/question.html",
        **shown(sitting, item),
        given=form,
        unsaved="Det går inte att spara just nu. Ditt svar står kvar här. Vänta en stund och tryck på Svara igen.",
    )
    return page, 503, SOON


@bp.get("/forsok/<uuid:attempt_id>")
@allowed("course.take")
def result(attempt_id: UUID) -> ResponseReturnValue:
    """How the attempt went and what follows; an attempt under way goes to its next question."""
    who = actor()
    db = database.session
    taken = attempt(db, attempt_id, who.person_id)
    sitting = sit(seen([taken])[0] if taken.finished else taken, who.newest_release)
    taken = sitting.taken
    late = request.args.get("sent") == "ja"
    if sitting.is_over:
        return render_template("quiz/over.html", sitting=sitting, module=sitting.module, late=late)
    if not taken.finished:
        left = next_item(sitting.paper.items, taken.answers)
        if left is None:
            raise Conflict("Försöket kunde inte avslutas. Öppna sista frågan igen.")
        return redirect(url_for(".question", attempt_id=attempt_id, item_id=left.id), 303)
    return _result_page(sitting, late=late)


def _result_page(sitting: Sitting, *, late: bool) -> str:
    """The result of a finished attempt; `late` says that an answer was sent after its time."""
    who, db, taken = actor(), database.session, sitting.taken
    today = clock.day_of(clock.now())
    mine = record(db, who.person_id, taken.course)
    release = release_of(taken.course)
    since = anew_since(mine.completed, sitting.pinned.edition, today)
    done = modules_done(mine.completed, sitting.pinned.edition, since)
    edition = in_force(db, taken.course, who.newest_release, today)
    if sitting.quiz.kind:
        after = _after_a_test(sitting, knowledge_test(release.course, sitting.module, mine, edition, since))
    else:
        after = _after_questions(sitting, mine, release, edition)
    return render_template(
        "quiz/test_result.html" if sitting.quiz.kind else "quiz/result.html",
        sitting=sitting,
        late=late,
        course=release.course,
        module_done=sitting.quiz.module in done,
        mandatory=sitting.module.id in release.course.mandatory,
        deletion=deletions(db, who.person_id).get(taken.id) if taken.answers_deleted else None,
        reason=why_regraded(taken),
        revoked=mine.revoked.get(f"attempt:{taken.id}"),
        points=_points(sitting, taken.points or 0),
        percent=sitting.quiz.pass_mark * 100,
        needed=_needed(sitting),
        missed=by_section(sitting, missed(sitting)),
        next_module=_next_module(release, done, sitting),
        whole=None if since else mine.newest(WHOLE_COURSE, sitting.pinned.edition),
        expired=since is not None,
        **after,
    )


def _lead(attempt_id: UUID, item_id: str, *, saved: bool, again: bool = False) -> ResponseReturnValue:
    """Lead to the question's page."""
    redan, fel = "ja" if again else None, None if saved else "ja"
    where = url_for("quiz.question", attempt_id=attempt_id, item_id=item_id, redan=redan, fel=fel)
    return _lead_to(where, saved=saved, again=again)


def _lead_to(where: str, **said: bool) -> ResponseReturnValue:
    """Lead to a page by a redirect; outbox.js, which goes there by itself, is told where and why."""
    if asks_for_json():
        return {**said, "to": where}
    return redirect(where, 303)


def _points(sitting: Sitting, millionths: int | Fraction) -> str:
    """Points in whole questions: "6,5 av 8"."""
    of = (sitting.taken.of or 0) // FULL
    return f"{swedish.points(Fraction(millionths) / FULL)} av {of}"


def _needed(sitting: Sitting) -> str:
    """The points that pass, rounded up to a tenth: 80 % of 8 is "6,4 av 8"."""
    pass_mark = sitting.quiz.pass_mark * (sitting.taken.of or 0)
    return _points(sitting, Fraction(ceil(pass_mark * 10 / FULL), 10) * FULL)


def _after_a_test(sitting: Sitting, test: KnowledgeTest | None) -> dict[str, Any]:
    """What the result of a knowledge test says beside its points, given the test as it stands now."""
    return {"test": test, "stars_wrong": stars_wrong(sitting.quiz, sitting.taken.paper, sitting.taken.stars)}


def _after_questions(sitting: Sitting, mine: Record, release: Published, edition: int) -> dict[str, Any]:
    """What the result of a module's questions says beside its points: what the next attempt would be."""
    db = database.session
    finished = finished_at(db, mine.counting, sitting.quiz.id, sitting.pinned.edition, mine.revoked)
    right = frozenset[str]().union(*(each.stars for each in finished))
    quiz = release.course.quizzes.get(sitting.quiz.id)
    return {
        "ever_passed": any(each.passed for each in finished),
        "stars_left": () if sitting.taken.hidden else in_order(sitting, sitting.quiz.critical - right),
        "only_missing": len(missing_stars(db, mine, release, quiz)) if quiz else 0,
        "under_way": unfinished(db, mine.attempts_at(sitting.quiz.id), edition),
        "tries_left": tries_left(db, mine, release, quiz) if quiz else None,
        "asked_again": size(quiz or sitting.quiz),
        "drawn": (quiz or sitting.quiz).draw is not None,
    }


def _next_module(release: Published, done: Collection[str], sitting: Sitting) -> Step | None:
    """The first module that is not done, mandatory ones first."""
    left = [module for module in release.course.modules if module.id not in done]
    left.sort(key=lambda module: module.id not in release.course.mandatory)
    left = [module for module in left if module.id != sitting.module.id]
    return Step(left[0], left[0].sections[0]) if left else None
