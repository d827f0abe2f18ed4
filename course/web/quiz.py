"""Taking a quiz: begin, one question at a time, feedback, result."""

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from course import clock
from course.access.policy import Actor
from course.content.model import Module, Quiz
from course.content.queries import Published, current, in_force, published
from course.db import database, transaction
from course.errors import Conflict, Invalid, NotFound
from course.items import FULL, Item
from course.learning.actions import answer, remember_place
from course.learning.completion import WHOLE_COURSE, anew_since, modules_done
from course.learning.place import Step, next_step
from course.learning.queries import Record, record
from course.quiz.actions import begin_attempt, differs
from course.quiz.paper import draw, next_item, shown_parts
from course.quiz.queries import Taken, attempt, deletions
from course.web.answers import counted, why_regraded
from course.web.asking import given, keep_given, what_is_wrong
from course.web.errors import SOON, UNAVAILABLE, note_unavailable
from course.web.guard import actor, allowed, kept_at_sign_in
from course.web.learner import release_of
from course.web.outbox import asks_for_json, expect_answers

bp = Blueprint("quiz", __name__)


@dataclass(frozen=True)
class Sitting:
    """An attempt with the release it is pinned to, and the module as its text stands now."""

    taken: Taken
    pinned: Published
    quiz: Quiz
    paper: tuple[Item, ...]
    module: Module

    def item(self, item_id: str) -> Item:
        found = self.quiz.items.get(item_id)
        if found is None:
            raise NotFound("Frågan finns inte i det här försöket.")
        return found

    def number(self, item: Item) -> int:
        return self.paper.index(item) + 1


@bp.post("/forsok")
@allowed("course.take")
def begin() -> ResponseReturnValue:
    """Make an attempt or continue the one that is under way, and go to the question."""
    who = actor()
    course_id, module_id = request.form.get("kurs", ""), request.form.get("modul", "")
    release = release_of(course_id)
    module = release.course.module(module_id)
    if module is None or not module.quiz:
        raise NotFound("Modulen har inga frågor.")
    with transaction() as (db, at):
        edition = in_force(db, course_id, who.newest_release, clock.day_of(at))
        taken = begin_attempt(db, release, module.quiz, by=who.person_id, edition=edition, at=at)
        sitting = _sitting(taken, who.newest_release)
        asked = request.form.get("fraga", "")
        item = sitting.quiz.items.get(asked) or next_item(sitting.paper, taken.answers) or sitting.paper[0]
        remember_place(db, who.person_id, course_id, module=module_id, section=item.section)
    return redirect(url_for(".question", attempt_id=taken.id, item_id=item.id), 303)


@bp.get("/forsok/<uuid:attempt_id>/fraga/<item_id>")
@allowed("course.take")
def question(attempt_id: UUID, item_id: str) -> ResponseReturnValue:
    """A question; once it is answered, its feedback."""
    expect_answers()
    sitting = _sitting(attempt(database.session, attempt_id, actor().person_id), actor().newest_release)
    item = sitting.item(item_id)
    if sitting.taken.answers_deleted:
        return redirect(url_for(".result", attempt_id=attempt_id), 303)
    if item_id in sitting.taken.answers:
        again = request.args.get("redan") == "ja"
        return render_template("quiz/feedback.html", **_shown(sitting, item), **_feedback(sitting, item), again=again)
    sent = given(str(attempt_id), item_id) if request.args.get("fel") == "ja" else {}
    error = what_is_wrong(item, sent) if request.args.get("fel") == "ja" else ""
    page = render_template("quiz/question.html", **_shown(sitting, item), given=sent, error=error)
    return page, 422 if error else 200


@bp.post("/forsok/<uuid:attempt_id>/fraga/<item_id>")
@allowed("course.take")
@kept_at_sign_in
def answer_question(attempt_id: UUID, item_id: str) -> ResponseReturnValue:
    """Store the answer, acknowledge it after the commit, and show its feedback. The first answer stands.

    A form without a usable answer leads back to the question by a GET too, so that the browser's Back always works;
    what it held is kept in the session's cookie, and nowhere on the server.
    """
    form = dict(request.form.lists())
    session.pop("given", None)
    try:
        return store_answer(actor(), attempt_id, item_id, form)
    except Invalid:
        keep_given(str(attempt_id), item_id, form)
        return _lead(attempt_id, item_id, saved=False)


def store_answer(who: Actor, attempt_id: UUID, item_id: str, form: dict[str, list[str]]) -> ResponseReturnValue:
    """Store the answer in a form, and lead to its feedback; also for a form that waited for a new sign-in.

    Raises Invalid when the form has no answer and none is stored.
    """
    try:
        with transaction() as (db, at):
            answered = answer(db, attempt_id, item_id, form, by=who.person_id, at=at)
    except UNAVAILABLE as fault:
        note_unavailable(fault)
        return _not_saved(who, attempt_id, item_id, form)
    return _lead(attempt_id, item_id, saved=True, again=answered.differs)


def _not_saved(who: Actor, attempt_id: UUID, item_id: str, form: dict[str, list[str]]) -> ResponseReturnValue:
    """The question with the answer still ticked, to be sent again.

    When nothing can be read either, the page is that of errors.py, which keeps the answer too.
    """
    sitting = _sitting(attempt(database.session, attempt_id, who.person_id), who.newest_release)
    item = sitting.item(item_id)
    if item_id in sitting.taken.answers:
        return _lead(attempt_id, item_id, saved=True, again=differs(item, form, sitting.taken.answers[item_id]))
    page = render_template(
        "quiz/question.html",
        **_shown(sitting, item),
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
    sitting = _sitting(attempt(db, attempt_id, who.person_id), who.newest_release)
    taken = sitting.taken
    if not taken.finished:
        left = next_item(sitting.paper, taken.answers)
        if left is None:
            raise Conflict("Försöket kunde inte avslutas. Öppna sista frågan igen.")
        return redirect(url_for(".question", attempt_id=attempt_id, item_id=left.id), 303)
    mine = record(db, who.person_id, taken.course)
    release = release_of(taken.course)
    since = anew_since(mine.completed, sitting.pinned.edition, clock.day_of(clock.now()))
    done = modules_done(mine.completed, sitting.pinned.edition, since)
    missed = [
        (sitting.number(sitting.item(item_id)), sitting.item(item_id))
        for item_id, found in counted(taken, sitting.paper, who.newest_release).items()
        if found.missed
    ]
    return render_template(
        "quiz/result.html",
        sitting=sitting,
        course=release.course,
        module_done=sitting.quiz.module in done,
        mandatory=sitting.module.id in release.course.mandatory,
        deletion=deletions(db, who.person_id).get(taken.id) if taken.answers_deleted else None,
        reason=why_regraded(taken),
        points=_points(taken),
        percent=sitting.quiz.pass_mark * 100,
        missed=missed,
        stars_left=_stars_left(sitting, mine),
        next_module=_next_module(release, done, sitting),
        whole=None if since else mine.newest(WHOLE_COURSE, sitting.pinned.edition),
        expired=since is not None,
    )


def _sitting(taken: Taken, newest_release: int) -> Sitting:
    db = database.session
    pinned = published(db, taken.release_id)
    quiz = pinned.course.quizzes[taken.quiz]
    own_module = pinned.course.module(quiz.module)
    release = current(db, newest_release).get(taken.course)
    module = (release.course.module(quiz.module) if release else None) or own_module
    if module is None or own_module is None:
        raise NotFound("Modulen finns inte längre.")
    return Sitting(taken, pinned, quiz, draw(quiz, own_module), module)


def _shown(sitting: Sitting, item: Item) -> dict[str, Any]:
    answered = sitting.taken.answers
    section = sitting.module.section(item.section) or sitting.module.sections[0]
    return {
        "sitting": sitting,
        "module": sitting.module,
        "item": item,
        "section": section,
        "number": sitting.number(item),
        "total": len(sitting.paper),
        "shown": shown_parts(item, sitting.taken.seed),
        "onward": next_step(sitting.module, sitting.pinned.course.quizzes, answered, section, item.id),
    }


def _feedback(sitting: Sitting, item: Item) -> dict[str, Any]:
    found = counted(sitting.taken, (item,), actor().newest_release)[item.id]
    reason = why_regraded(sitting.taken) if found.regraded else ""
    sure = sitting.taken.sure.get(item.id)
    return {"verdict": found.verdict, "review": found.review, "reason": reason, "sure": sure}


def _lead(attempt_id: UUID, item_id: str, *, saved: bool, again: bool = False) -> ResponseReturnValue:
    """Lead to the question's page by a redirect; outbox.js, which goes there by itself, is told where and why."""
    redan, fel = "ja" if again else None, None if saved else "ja"
    where = url_for("quiz.question", attempt_id=attempt_id, item_id=item_id, redan=redan, fel=fel)
    if asks_for_json():
        return {"saved": saved, "again": again, "to": where}
    return redirect(where, 303)


def _points(taken: Taken) -> str:
    """The points in whole questions, with at most one decimal: "6,5 av 8"."""
    got, of = Fraction(taken.points or 0, FULL), Fraction(taken.of or 0, FULL)
    tenths = int(got * 10)
    whole = f"{tenths // 10}" if tenths % 10 == 0 else f"{tenths // 10},{tenths % 10}"
    return f"{whole} av {int(of)}"


def _stars_left(sitting: Sitting, mine: Record) -> list[Item]:
    """The safety-critical questions that have not come right in any attempt of the edition."""
    db = database.session
    right = {
        star
        for taken in mine.attempts_at(sitting.quiz.id)
        if taken.finished and published(db, taken.release_id).edition == sitting.pinned.edition
        for star in taken.stars
    }
    return [sitting.quiz.items[star] for star in sorted(sitting.quiz.critical - right)]


def _next_module(release: Published, done: Collection[str], sitting: Sitting) -> Step | None:
    """The first module that is not done, mandatory ones first."""
    left = [module for module in release.course.modules if module.id not in done]
    left.sort(key=lambda module: module.id not in release.course.mandatory)
    left = [module for module in left if module.id != sitting.module.id]
    return Step(left[0], left[0].sections[0]) if left else None
