"""The answers of one attempt, as they counted: also when it has been graded anew, and for who has left."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template

from course import clock
from course.content.model import Quiz
from course.content.queries import current, published
from course.db import database
from course.errors import NotFound
from course.items import FULL, Item, Review
from course.learning.completion import anew_since, modules_done
from course.learning.queries import completed
from course.quiz.paper import paper_of, stars_wrong
from course.quiz.queries import Standing, Taken, attempt, deletions, reason, standings
from course.web.asking import verdict
from course.web.filters import can
from course.web.guard import actor, allowed
from course.web.hidden import seen

bp = Blueprint("answers", __name__)


@dataclass(frozen=True)
class Counted:
    """One answer: what it was worth, and the question by the key that made it so."""

    item: Item
    given: Any
    points: int
    regraded: bool
    """Whether it is worth more than when it was given."""

    @property
    def verdict(self) -> str:
        return verdict(self.item, self.points)

    @property
    def review(self) -> Review:
        return self.item.review(self.given)

    @property
    def missed(self) -> bool:
        return self.item.scored and self.points < FULL


@bp.get("/min-sida/forsok/<uuid:attempt_id>")
@allowed("account.own")
def show(attempt_id: UUID) -> str:
    """Every question of an own attempt that has an answer, with what was right and why."""
    who, db = actor(), database.session
    (taken,) = seen([attempt(db, attempt_id, who.person_id)])
    course = published(db, taken.release_id).course
    quiz = course.quizzes[taken.quiz]
    module = course.module(quiz.module)
    if module is None:
        raise NotFound("Modulen finns inte längre.")
    paper = paper_of(quiz, module, taken.paper).items
    found = counted(taken, paper)
    return render_template(
        "quiz/answers.html",
        taken=taken,
        quiz=quiz,
        module=module,
        stars_wrong=stars_wrong(quiz, taken.paper, taken.stars),
        answers=[(number, found[item.id]) for number, item in enumerate(paper, start=1) if item.id in found],
        total=len(paper),
        reason=why_regraded(taken),
        way_on=_way_on(taken, quiz, published(db, taken.release_id).edition),
        deletion=deletions(db, who.person_id).get(taken.id) if taken.answers_deleted else None,
    )


def _way_on(taken: Taken, quiz: Quiz, edition: int) -> str:
    """What the link to the result of an attempt of the edition says; '' for who may not take the course any more."""
    who, db = actor(), database.session
    release = current(db, who.newest_release).get(taken.course)
    if not can("course.take") or release is None or release.course.audience not in who.audiences:
        return ""
    if not taken.finished:
        return "Fortsätt kunskapstestet" if quiz.kind else "Svara på frågorna som är kvar"
    rows = completed(db, who.person_id, taken.course)
    since = anew_since(rows, edition, clock.day_of(clock.now()))
    is_done = quiz.module in modules_done(rows, edition, since)
    return "Se resultatet" if is_done else "Se vad som är kvar"


def counted(taken: Taken, paper: Iterable[Item]) -> dict[str, Counted]:
    """{item: its answer} of the answered questions of a paper."""
    return by_gradings(taken, paper, regraded([taken]))


def regraded(attempts: Iterable[Taken]) -> Mapping[UUID, Mapping[str, Standing]]:
    """{attempt: {item: what its answer is worth}} of those attempts that were graded anew."""
    anew = [taken.id for taken in attempts if taken.sequence > 1]
    return standings(database.session, anew) if anew else {}


def by_gradings(
    taken: Taken, paper: Iterable[Item], gradings: Mapping[UUID, Mapping[str, Standing]]
) -> dict[str, Counted]:
    """As `counted`, for one of many attempts, whose gradings were asked for at once."""
    stand = gradings.get(taken.id, {})
    return {item.id: _counted(taken, item, stand.get(item.id)) for item in paper if item.id in taken.answers}


def why_regraded(taken: Taken) -> str:
    """The reason that was given when the attempt was graded anew; '' when it was not."""
    return reason(database.session, taken) if taken.sequence > 1 else ""


def _counted(taken: Taken, item: Item, stands: Standing | None) -> Counted:
    """The answer by its own key, or by the one that gave it more points."""
    given = taken.answers[item.id]
    if stands is None or not stands.regraded:
        return Counted(item, given, item.points(given) if item.scored else 0, regraded=False)
    if stands.key_release is not None:
        item = published(database.session, stands.key_release).course.quizzes[taken.quiz].known.get(item.id, item)
    return Counted(item, given, stands.points, regraded=True)
