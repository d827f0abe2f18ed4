"""The course as an employee takes it: where to go on, and the text."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course import clock
from course.access.policy import Actor
from course.config import version
from course.content.model import Module, Section
from course.content.queries import Published, current, in_force
from course.db import database, transaction
from course.errors import NotFound
from course.learning.actions import remember_place
from course.learning.completion import WHOLE_COURSE, Completed, anew_since, modules_done
from course.learning.place import Step, following, minutes_left, next_step, resume
from course.learning.queries import Record, Spot, completed, record
from course.quiz.queries import Taken, attempts, recent_attempts
from course.recall.queries import standing
from course.web.filters import can, demonstration, local_digest, static
from course.web.guard import actor, allowed
from course.web.outbox import expect_answers, outbox_of
from course.web.practice import Practice, practice
from course.web.remember import offered
from course.web.testing_out import KnowledgeTest, knowledge_test, knowledge_tests
from course.web.under_way import current_attempt, minutes, paper, questions_of

bp = Blueprint("learner", __name__)


@dataclass(frozen=True)
class ModuleLine:
    """A module in the course's list."""

    module: Module
    mandatory: bool
    done_on: date | None
    begun: bool
    minutes: int
    test: KnowledgeTest | None


@dataclass(frozen=True)
class SoFar:
    """How far the learner has come with a module, as its pages show it."""

    attempt: Taken | None
    """The one at the module's questions that counts now, while there is something of it to look at."""
    remains: bool
    """Whether that attempt is finished and the module is not done."""
    test: KnowledgeTest | None
    """On the first page only."""


@bp.get("/kurs/")
@allowed("course.take")
def courses() -> ResponseReturnValue:
    """The courses for the actor's audience; the one there is, at once."""
    who = actor()
    mine = [
        one for one in current(database.session, who.newest_release).values() if one.course.audience in who.audiences
    ]
    if len(mine) == 1:
        return redirect(url_for("learner.course", course_id=mine[0].course.id), 303)
    return render_template("learner/courses.html", courses=mine)


@bp.get("/kurs/<course_id>")
@allowed("course.take")
def course(course_id: str) -> str:
    """The course's start: one button to where the learner left off, and what remains."""
    who, release = actor(), release_of(course_id)
    db = database.session
    today = clock.day_of(clock.now())
    edition = in_force(db, course_id, who.newest_release, today)
    mine = record(db, who.person_id, course_id, recent_attempts)
    since = anew_since(mine.completed, edition, today)
    done = modules_done(mine.completed, edition, since)
    taken = {
        module.id: current_attempt(mine.attempts_at(module.quiz), edition, since) for module in release.course.modules
    }
    tests = knowledge_tests(release.course, mine, edition, since)
    lines = _lines(release, mine, done, taken, tests)
    under_way = [test for test in tests.values() if test.under_way]
    if under_way or any(each and not each.finished for each in taken.values()):
        expect_answers()
    mandatory = (module for module in release.course.modules if module.id in release.course.mandatory)
    asked = [release.course.quizzes[module.quiz] for module in mandatory]
    begun = any(taken.values()) or (mine.spot is not None and since is None)
    spot = mine.spot if begun else None
    step = _resume(release, spot, set(done), taken)
    return render_template(
        "learner/course.html",
        course=release.course,
        lines=lines,
        step=step,
        test=under_way[0] if under_way and step and not _is_begun(step.module, spot, taken) else None,
        offers=[test for test in tests.values() if test.is_offered],
        attempts=taken,
        whole=mine.newest(WHOLE_COURSE, edition),
        expired=since is not None,
        begun=begun,
        module_begun=step is not None and _is_begun(step.module, spot, taken),
        revoked=sorted(set(mine.revoked.values())),
        pass_mark=max((quiz.pass_mark for quiz in asked), default=0),
        limited=any(quiz.most_attempts for quiz in asked),
        mandatory_left=[line for line in lines if line.mandatory and not line.done_on],
        remember=_remember(who, release, mine),
    )


def _remember(who: Actor, release: Published, mine: Record) -> bool:
    """Whether there are questions to remember by, which all answers have a part in; never before the course is done."""
    if mine.newest(WHOLE_COURSE) is None:
        return False
    db = database.session
    whole = replace(mine, attempts=attempts(db, who.person_id, release.course.id))
    return offered(release, whole, standing(db, who.person_id))


def _lines(
    release: Published,
    mine: Record,
    done: Mapping[str, Completed],
    taken: Mapping[str, Taken | None],
    tests: Mapping[str, KnowledgeTest],
) -> list[ModuleLine]:
    """Each module of the course as its start page lists it."""
    return [
        ModuleLine(
            module,
            mandatory=module.id in release.course.mandatory,
            done_on=done[module.id].occurred_on if module.id in done else None,
            begun=taken[module.id] is not None,
            minutes=minutes(mine, release, module, taken[module.id]),
            test=tests.get(module.id),
        )
        for module in release.course.modules
    ]


@bp.get("/kurs/<course_id>/klar")
@allowed("course.take")
def finished(course_id: str) -> str:
    """The whole course is done."""
    who, release = actor(), release_of(course_id)
    mine = record(database.session, who.person_id, course_id, recent_attempts)
    whole = mine.newest(WHOLE_COURSE)
    if whole is None:
        raise NotFound("Du är inte klar med hela kursen än.")
    return render_template(
        "learner/finished.html",
        course=release.course,
        whole=whole,
        name=who.name,
        expired=whole.valid_through < clock.day_of(clock.now()),
    )


@bp.get("/kurs/<course_id>/<module_id>")
@allowed("course.take")
def module(course_id: str, module_id: str) -> ResponseReturnValue:
    """A module begins with its first section."""
    found = _module(release_of(course_id), module_id)
    return redirect(_section_url(course_id, Step(found, found.sections[0])), 303)


@bp.get("/kurs/<course_id>/<module_id>/<section_id>")
@allowed("course.take")
def section(course_id: str, module_id: str, section_id: str) -> ResponseReturnValue:
    """One section to read, with its questions and the way on. Answered with 304 when nothing has changed."""
    who, release = actor(), release_of(course_id)
    found = _module(release, module_id)
    part = _section(found, section_id)
    so_far = _so_far(who, release, found, first=found.sections[0] == part)
    offered = practice(release.course, found, part, clock.day_of(clock.now()))
    tag = _etag(who, release, section_id, so_far, offered)
    if request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        shown = _shown(release, found, part, so_far.attempt)
        response = make_response(render_template("learner/section.html", **shown, practice=offered, so_far=so_far))
    response.headers["ETag"] = f'W/"{tag}"'
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _so_far(who: Actor, release: Published, module: Module, *, first: bool) -> SoFar:
    """How far the learner has come with the module; `first` is for its first page."""
    db, course, today = database.session, release.course, clock.day_of(clock.now())
    edition = in_force(db, course.id, who.newest_release, today)
    tested = first and course.test_of(module.id) is not None
    mine = record(db, who.person_id, course.id, recent_attempts) if tested else None
    at_quiz = mine.attempts_at(module.quiz) if mine else recent_attempts(db, who.person_id, course.id, module.quiz)
    taken, since, remains = current_attempt(at_quiz, edition), None, False
    if mine or (taken and taken.finished):
        rows = mine.completed if mine else completed(db, who.person_id, course.id)
        since = anew_since(rows, edition, today)
        taken = current_attempt([taken] if taken else [], edition, since)
        remains = bool(taken and taken.finished) and module.id not in modules_done(rows, edition, since)
    test = knowledge_test(course, module, mine, edition, since) if mine else None
    if taken and taken.answers_deleted:
        taken = None  # there is nothing left to look at: the questions are asked as if for the first time
    return SoFar(taken, remains and taken is not None, test)


def _shown(release: Published, module: Module, part: Section, taken: Taken | None) -> dict[str, Any]:
    """A section with its questions, as its template wants them."""
    asked, answered = paper(taken, release, module), taken.answers if taken else {}
    total = len(asked.items) if taken else questions_of(release, module)
    items = asked.items if taken or asked.along else ()
    left = total - sum(item.id in answered for item in asked.items)
    index = module.sections.index(part)
    return {
        "course": release.course,
        "release": release,
        "module": module,
        "section": part,
        "number": index + 1,
        "before": module.sections[index - 1] if index else None,
        "after": following(module, part),
        "attempt": taken,
        "questions": [(number, item) for number, item in enumerate(items, start=1) if item.section == part.id],
        "total": total,
        "rules": release.course.quizzes.get(module.quiz) if not taken else None,
        "answered": answered,
        "minutes": minutes_left(module, left, total, part),
    }


@bp.post("/kurs/<course_id>/<module_id>/<section_id>/nasta")
@allowed("course.take")
def next_section(course_id: str, module_id: str, section_id: str) -> ResponseReturnValue:
    """Go on to the next section and remember it as the place to resume."""
    found = _module(release_of(course_id), module_id)
    after = following(found, _section(found, section_id))
    if after is None:
        return redirect(url_for(".course", course_id=course_id), 303)
    with transaction() as (db, _at):
        remember_place(db, actor().person_id, course_id, module=module_id, section=after.id)
    return redirect(_section_url(course_id, Step(found, after)), 303)


def release_of(course_id: str) -> Published:
    """The current release of a course that is meant for the actor, as the actor may see it. Raises NotFound."""
    who = actor()
    found = current(database.session, who.newest_release).get(course_id)
    if found is None or not _is_meant(found):
        raise NotFound("Kursen finns inte.")
    return found if can("unit.read") else replace(found, course=found.course.for_everybody)


def _is_meant(release: Published) -> bool:
    """Whether the course is meant for the actor."""
    return release.course.audience in actor().audiences


def _resume(release: Published, spot: Spot | None, done: set[str], taken: Mapping[str, Taken | None]) -> Step | None:
    """Where to go on: past a question that was just answered, else at the section last visited."""
    step = resume(release.course, done, (spot.module, spot.section) if spot else None)
    if step and spot and (step.module.id, step.section.id) == (spot.module, spot.section):
        under_way = taken[step.module.id]
        asked = paper(under_way, release, step.module)
        answered = under_way.answers if under_way and not under_way.finished else ()
        if spot.item or (under_way and not asked.along):
            return next_step(step.module, asked, answered, step.section) or step
    return step


def _is_begun(module: Module, spot: Spot | None, taken: Mapping[str, Taken | None]) -> bool:
    """Whether the learner has begun to read the module or to answer its own questions."""
    return taken[module.id] is not None or (spot is not None and spot.module == module.id)


def _module(release: Published, module_id: str) -> Module:
    found = release.course.module(module_id)
    if found is None:
        raise NotFound("Modulen finns inte.")
    return found


def _section(module: Module, section_id: str) -> Section:
    found = module.section(section_id)
    if found is None:
        raise NotFound("Avsnittet finns inte längre. Gå till modulens början.")
    return found


def _section_url(course_id: str, step: Step) -> str:
    return url_for("learner.section", course_id=course_id, module_id=step.module.id, section_id=step.section.id)


def _etag(who: Actor, release: Published, section_id: str, so_far: SoFar, offered: Practice | None) -> str:
    """From what the page depends on, never from its bytes: the form tokens in it change every time."""
    taken, test = so_far.attempt, so_far.test
    progress = (str(taken.id), taken.finished, so_far.remains, *taken.answers) if taken else ()
    scenarios = (offered.track, sorted(offered.done)) if offered else ()
    tested = (test.questions, test.forms_left, test.is_offered, test.answered) if test else ()
    reader = (who.session, sorted(who.roles), sorted(who.audiences), outbox_of())
    program = (version(), static("app.css"), static("outbox.js"), local_digest(), demonstration())
    parts = (release.id, section_id, progress, scenarios, tested, reader, program)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:24]
