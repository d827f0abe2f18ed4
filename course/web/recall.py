"""Three questions to remember by: asked one at a time, with feedback at once. Answers stay in the session's cookie."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from course.content.queries import Published
from course.db import database, transaction
from course.errors import Invalid, NotFound
from course.learning.queries import record
from course.quiz.paper import read_form, shown_parts, values_shown
from course.recall.actions import finish, wish
from course.recall.choosing import Question
from course.recall.queries import Recall, standing
from course.web.asking import given, keep_given, moved, verdict, what_is_wrong
from course.web.errors import UNAVAILABLE, note_unavailable
from course.web.guard import LARGEST_KEPT, actor, allowed
from course.web.learner import release_of
from course.web.remember import to_remember

bp = Blueprint("recall", __name__)
NONE_NOW = "Du har inga minnesfrågor just nu."
WISHES = {"ja": ("Du får minnesfrågor igen.", True), "nej": ("Du får inga fler minnesfrågor.", False)}


@bp.get("/kurs/<course_id>/minnesfragor")
@allowed("course.take")
def go_on(course_id: str) -> ResponseReturnValue:
    """The first question that is not answered."""
    _, recall = _come(course_id)
    if recall is None:
        return _none_now()
    return redirect(url_for(".question", course_id=course_id, number=_next(recall) or 1), 303)


@bp.get("/kurs/<course_id>/minnesfragor/<int:number>")
@allowed("course.take")
def question(course_id: str, number: int) -> ResponseReturnValue:
    """One of the three; once it is answered, its feedback and the way to the next that is not."""
    release, recall = _come(course_id)
    if recall is None:
        return _none_now()
    if not 1 <= number <= len(recall.questions):
        return redirect(url_for(".go_on", course_id=course_id), 303)
    asked = recall.questions[number - 1]
    item, shown = asked.item, _shown(release, recall, asked, number)
    if request.args.get("fel") == "ja":
        sent = given(_place(recall), item.id)
        return _asked(shown, sent, error=what_is_wrong(item, sent, recall.seed))
    answers = _answers(recall)
    if str(number) in answers:
        return _feedback(recall, shown, answers[str(number)])
    return _asked(shown, given(_place(recall), item.id) if "flyttat" in request.args else {})


def _asked(shown: dict[str, Any], sent: Mapping[str, Sequence[str]], *, error: str = "") -> ResponseReturnValue:
    """The question with what was last sent to it, and what is wrong with that."""
    return render_template("recall/question.html", **shown, given=sent, error=error), 422 if error else 200


def _feedback(recall: Recall, shown: dict[str, Any], answer: Any) -> str:
    """What came of the answer."""
    item, number = shown["item"], shown["number"]
    return render_template(
        "recall/feedback.html",
        **shown,
        verdict=verdict(item, item.points(answer)),
        review=item.review(answer),
        onward=number + 1 if number < len(recall.questions) else _next(recall),
    )


@bp.post("/kurs/<course_id>/minnesfragor/<int:number>")
@allowed("course.take")
def answer(course_id: str, number: int) -> ResponseReturnValue:
    """Show the feedback on the answer in a form; with the last one, store that the three are done, and no more.

    It is shown by a GET, from the cookie; where others use the computer at once, and the cookie holds no answer.
    """
    release, recall = _come(course_id)
    if recall is None or not 1 <= number <= len(recall.questions):
        raise NotFound(NONE_NOW)
    asked = recall.questions[number - 1]
    item, shown = asked.item, _shown(release, recall, asked, number)
    form = dict(request.form.lists())
    session.pop("given", None)
    if move := moved(item, form):
        button, after = move
        kept = keep_given(_place(recall), item.id, after)
        return _lead(course_id, number, flyttat=button) if kept else _asked(shown, after)
    try:
        answer = read_form(item, form, recall.seed)
    except Invalid as refusal:
        kept = keep_given(_place(recall), item.id, form)
        return _lead(course_id, number, fel="ja") if kept else _asked(shown, form, error=str(refusal))
    _keep_answer(recall, number, answer)
    if _next(recall) is None and not recall.done:
        _finish(recall)
    return _feedback(recall, shown, answer) if "shared" in session else _lead(course_id, number)


def _lead(course_id: str, number: int, **why: Any) -> ResponseReturnValue:
    return redirect(url_for(".question", course_id=course_id, number=number, **why), 303)


@bp.post("/minnesfragor")
@allowed("account.own")
def choose() -> ResponseReturnValue:
    """Say no to every question to remember by, or yes again."""
    said = WISHES.get(request.form.get("vill", ""))
    if said is None:
        raise Invalid("Säg om du vill ha minnesfrågor eller inte.")
    told, wanted = said
    with transaction() as (db, at):
        wish(db, actor().person_id, wanted=wanted, at=at)
    flash(told)
    return redirect(url_for("own_record.show"), 303)


def _come(course_id: str) -> tuple[Published, Recall | None]:
    """The course, and the questions of it that have come for the one who asks. Raises NotFound for the course."""
    who, release, db = actor(), release_of(course_id), database.session
    return release, to_remember(release, record(db, who.person_id, course_id), standing(db, who.person_id))


def _none_now() -> ResponseReturnValue:
    """They are done, said no to, or not come yet: the own page tells which."""
    flash(NONE_NOW)
    return redirect(url_for("own_record.show"), 303)


def _shown(release: Published, recall: Recall, asked: Question, number: int) -> dict[str, Any]:
    return {
        "course": release.course,
        "module": asked.module,
        "section": asked.module.section(asked.item.section) or asked.module.sections[0],
        "item": asked.item,
        "shown": shown_parts(asked.item, recall.seed),
        "values": values_shown(asked.item, recall.seed),
        "number": number,
        "total": len(recall.questions),
    }


def _finish(recall: Recall) -> None:
    """Store that the questions are done; when nothing can be saved they are offered once more, and that is all."""
    try:
        with transaction() as (db, _at):
            finish(db, actor().person_id, recall.moment)
    except UNAVAILABLE as fault:
        note_unavailable(fault)


def _place(recall: Recall) -> str:
    """What an answer in the cookie belongs to: after another release, or another attempt, others may be asked."""
    asked = [(each.module.id, each.item.id) for each in recall.questions]
    return hashlib.sha256(repr((recall.seed, recall.release_id, asked)).encode()).hexdigest()[:24]


def _recalled(recall: Recall) -> tuple[list[int], dict[str, Any]]:
    """The numbers of the questions that were answered, and {number: answer} of those that the cookie still holds."""
    place, had, answers = session.get("recall", ("", [], {}))
    return (list(had), dict(answers)) if place == _place(recall) else ([], {})


def _answers(recall: Recall) -> dict[str, Any]:
    return _recalled(recall)[1]


def _next(recall: Recall) -> int | None:
    """The number of the first question that is not answered; None when all are."""
    had, _ = _recalled(recall)
    return next((number for number in range(1, len(recall.questions) + 1) if number not in had), None)


def _keep_answer(recall: Recall, number: int, answer: Any) -> None:
    """Keep the answer for its feedback, and the ones before it when the cookie has room for them.

    Where others use the computer, only that the question was answered.
    """
    place, (had, answers) = _place(recall), _recalled(recall)
    had = sorted({*had, number})
    if "shared" in session:
        session["recall"] = [place, had, {}]
        return
    kept = [place, had, {**answers, str(number): answer}]
    session["recall"] = kept if len(json.dumps(kept)) <= LARGEST_KEPT else [place, had, {str(number): answer}]
