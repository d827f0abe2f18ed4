"""What the fictional people did with a course: attempts, answers, results and completions. Pure.

Papers are graded and modules completed by the product's own rules; only who does what, and when, is drawn by lot.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from course.clock import day_of
from course.content.model import Course, Module
from course.demo import names
from course.demo.days import DAY, during, eagerness, history_begins, span, working_day_before
from course.demo.facts import Organisation, Post
from course.items import Item
from course.learning.completion import Finished, meets_rule, only_missing
from course.quiz.grading import Score, grade
from course.quiz.paper import decide, is_whole

YEARLY = 0.615
"""The share of an audience that would take a course in a whole year."""
BEGUN, FAILED, ON_PAPER, REVOKED = 0.035, 0.02, 8, 3
KEEN = frozenset({"EBB", "IFO"})
SHARPNESS = 2.0
EASIEST, HARDEST = -2.6, -1.0
"""Of questions, on the scale of skill, where people are spread around 0 by 1: most people are above all questions."""
FLAWED = 20
"""One question of so many is answered right by all, and one puzzles those who know most, so that the page that tells
of it has something to tell."""


@dataclass(frozen=True)
class Try:
    """One attempt; `score` is None when it was left unfinished."""

    id: UUID
    person: str
    quiz: str
    number: int
    seed: int
    started: datetime
    answers: tuple[tuple[str, Any, datetime], ...]
    """(item, answer, when)."""
    score: Score | None
    paper: tuple[str, ...]


@dataclass(frozen=True)
class Done:
    """A module completed; `evidence` says by what."""

    person: str
    module: str
    route: str
    evidence: str
    on: date
    at: datetime


@dataclass(frozen=True)
class History:
    """All that happened in a course. A person whose modules are all here has completed the course."""

    tries: tuple[Try, ...]
    done: tuple[Done, ...]
    revoked: tuple[tuple[str, datetime], ...]
    """(person, when): the completion is taken back."""


@dataclass(frozen=True)
class _Here:
    """Somebody of the audience, who could take the course on the days, and how much they know before it."""

    person: str
    unit: str
    counts: bool
    days: Sequence[date]
    skill: float


def history(course: Course, people: Organisation, today: date) -> History:
    """What was done in the course before `today`."""
    rng = Random(f"demo/{course.id}")  # noqa: S311 - the same fictional history every time
    present = _present(people, course.audience, today)
    order = _by_eagerness(present, rng)
    begins = history_begins(today)
    passed = sum(map(eagerness, span(begins, today - DAY)))
    year = sum(map(eagerness, span(date(today.year, 1, 1), date(today.year, 12, 31))))
    takers = round(len(order) * YEARLY * passed / year)
    tries: list[Try] = []
    done: list[Done] = []
    for person in order[:takers]:
        _complete(course, person, rng, tries, done)
    rest = order[takers:]
    begun, failed = round(len(order) * BEGUN), round(len(order) * FAILED)
    for person in rest[:begun]:
        _begin(course, person, rng, tries)
    for person in rest[begun : begun + failed]:
        _fail(course, person, rng, tries)
    paper = rest[begun + failed :][:ON_PAPER] if course.audience == "employee" else []
    done += _on_paper(course, paper)
    early = sorted({(each.at, each.person) for each in done if each.module == _required(course)[-1].id})
    revoked = [person for _, person in early[len(early) // 3 :][:REVOKED]] if course.audience == "employee" else []
    return History(tuple(tries), tuple(done), tuple((who, during(today - 8 * DAY, rng)) for who in revoked))


def _required(course: Course) -> tuple[Module, ...]:
    """The modules that complete the course; the others are deepening, and nobody here takes them."""
    return tuple(module for module in course.modules if module.id in course.mandatory)


def _present(people: Organisation, audience: str, today: date) -> list[_Here]:
    """Everybody of the audience with the working days on which they were there and known, before `today`."""
    aside = {key for key, *_ in names.ACCOUNTS}
    aside |= {each.person for each in people.absences} | {each.main for each in people.links}
    by_person: dict[str, _Here] = {}
    begins = history_begins(today)
    days = [day for day in span(begins, today - DAY) if eagerness(day)]
    for post in people.posts:
        if post.audience == audience and post.person not in aside and post.person not in by_person:
            first, last = _known_stay(post)
            here = [day for day in days if first <= day <= last]
            if here:
                state = post.states[-1]
                skill = Random(f"demo/{post.person}").gauss()  # noqa: S311 - as above
                by_person[post.person] = _Here(post.person, state.unit, state.counts, here, skill)
    return list(by_person.values())


def _known_stay(post: Post) -> tuple[date, date]:
    """From–to, not before HR's file told of it."""
    live = [state for state in post.states if state.superseded is None]
    return max(live[0].since, day_of(post.states[0].recorded) + DAY), live[-1].until


def _by_eagerness(present: Sequence[_Here], rng: Random) -> list[_Here]:
    """In the order in which they would take a course: units differ, those who do not count come late."""
    units = {here.unit: rng.uniform(0.5, 1.6) for here in present}

    def place(here: _Here) -> float:
        weight = units[here.unit] * (1.6 if here.unit.split("-")[0] in KEEN else 1.0) * (1.0 if here.counts else 0.4)
        return float(rng.random() ** (1 / weight))

    return sorted(present, key=place, reverse=True)


def _complete(course: Course, here: _Here, rng: Random, tries: list[Try], done: list[Done]) -> None:
    """Complete every module, the last on a day that eagerness chooses and the others within the weeks before."""
    last = rng.choices(here.days, [eagerness(day) for day in here.days])[0]
    gaps = sorted((rng.choice((0, 0, 1, 2, 5, 9)) for _ in _required(course)[1:]), reverse=True)
    days = [max(here.days[0], working_day_before(last - gap * DAY)) for gap in (*gaps, 0)]
    clock = during(days[0], rng)
    for module, day in zip(_required(course), days, strict=True):
        if day > day_of(clock):
            clock = during(day, rng)
        clock = _pass_module(course, module, here, rng, clock=clock, tries=tries, done=done)


def _pass_module(
    course: Course, module: Module, here: _Here, rng: Random, *, clock: datetime, tries: list[Try], done: list[Done]
) -> datetime:
    """Try until the rule is met; gives when that was."""
    quiz = course.quizzes[module.quiz]
    finished: list[Finished] = []
    while not meets_rule(finished, quiz.critical, done_before=False):
        number = len(finished) + 1
        skill = here.skill + 2 * (number - 1) if number <= 3 else math.inf  # one learns from one's mistakes
        missing = only_missing(finished, quiz.critical, done_before=False)
        attempt = _try(course, module, here.person, rng, started=clock, number=number, skill=skill, missing=missing)
        tries.append(attempt)
        clock = attempt.answers[-1][2] + timedelta(seconds=rng.randrange(40, 240))
        assert attempt.score is not None  # noqa: S101 - a whole paper was answered
        passed = attempt.score.passed and is_whole(quiz, attempt.paper)
        finished.append(Finished(passed, frozenset(attempt.score.stars)))
    graded = tries[-1].answers[-1][2]
    done.append(Done(here.person, module.id, "quiz", f"attempt:{tries[-1].id}", day_of(graded), graded))
    return clock


def _try(
    course: Course,
    module: Module,
    person: str,
    rng: Random,
    *,
    started: datetime,
    number: int,
    skill: float,
    cut: int = 0,
    missing: Collection[str] = (),
) -> Try:
    """An attempt of somebody who knows so much; `cut` leaves out the last answers, and then there is no result."""
    quiz = course.quizzes[module.quiz]
    paper = decide(quiz, module, seed=number, missing=missing)
    given: list[tuple[str, Any, datetime]] = []
    clock = started
    for item in paper[: len(paper) - cut]:
        clock += timedelta(seconds=rng.randrange(18, 80), microseconds=rng.randrange(10**6))
        given.append((item.id, _answer(item, rng, right=rng.random() < _facility(item, skill)), clock))
    score = None if cut else grade(quiz, paper, {item: answer for item, answer, _ in given})
    identity = UUID(int=rng.getrandbits(128), version=4)
    ids = tuple(item.id for item in paper)
    return Try(identity, person, quiz.id, number, rng.randrange(2**31), started, tuple(given), score, ids)


def _facility(item: Item, skill: float) -> float:
    """How likely somebody who knows so much answers the question right, by a logistic model with two parameters."""
    if math.isinf(skill):
        return float(skill > 0)
    drawn = Random(f"demo/{item.id}")  # noqa: S311 - as above
    flaw, difficulty = drawn.randrange(FLAWED), drawn.uniform(EASIEST, HARDEST)
    if flaw == 0:
        return 1.0
    above = -(skill + difficulty) / 2 if flaw == 1 else skill - difficulty
    return 1 / (1 + math.exp(-SHARPNESS * above))


def _answer(item: Item, rng: Random, *, right: bool) -> Any:
    """An answer as it is stored; a mistake when it is not to be right and the type knows mistakes, mostly the first."""
    wrong = item.wrong_answers
    return item.right_answer if right or not wrong else wrong[min(rng.randrange(len(wrong)), rng.randrange(len(wrong)))]


def _begin(course: Course, here: _Here, rng: Random, tries: list[Try]) -> None:
    """Begin the first module and leave it."""
    module = _required(course)[0]
    quiz = course.quizzes[module.quiz]
    started = during(rng.choices(here.days, [eagerness(day) for day in here.days])[0], rng)
    cut = rng.randint(1, len(quiz.items))
    tries.append(_try(course, module, here.person, rng, started=started, number=1, skill=here.skill, cut=cut))


def _fail(course: Course, here: _Here, rng: Random, tries: list[Try]) -> None:
    """Fail the first module, once, and leave it."""
    module = _required(course)[0]
    started = during(rng.choice(here.days), rng)
    tries.append(_try(course, module, here.person, rng, started=started, number=1, skill=-math.inf))


def _on_paper(course: Course, people: Sequence[_Here]) -> list[Done]:
    """Some took it at a workshop or on paper in the first weeks, recorded by HR the same evening."""
    found = []
    for number, here in enumerate(people, start=1):
        day, route = here.days[min(number, len(here.days) - 1)], ("workshop", "paper")[number % 2]
        at = during(day, Random(number), last_hour=16)  # noqa: S311 - as above
        for module in _required(course):
            found.append(Done(here.person, module.id, route, f"import:demo:{number}", day, at))
    return found
