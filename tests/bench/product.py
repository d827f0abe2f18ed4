"""Fictional learners of an instance, made with the product's own actions, and the requests that they send."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from answering import form_of
from cookies import signed
from flask import Flask, session
from ground import Instance
from wire import Request

from course import clock
from course.access.actions import open_session
from course.content.model import Module
from course.content.queries import Published, current, newest_release_id
from course.db import database, transaction
from course.items import Item
from course.organisation.actions import Terms, add_membership, add_person
from course.organisation.queries import person_by_key, unit_id_by_code
from course.quiz.actions import begin_attempt
from course.quiz.paper import paper_of
from course.web.cookie import form_token

COURSE, MODULE, SECTION, UNIT = "hot-och-vald", "otillaten-paverkan", "fem-former", "EBB-1"
PAGE = f"/kurs/{COURSE}/{MODULE}/{SECTION}"
AHEAD = 600
"""Seconds that the cookies' last-seen lies ahead, so that no request of the run renews its cookie."""


@dataclass(frozen=True)
class Learner:
    """Somebody signed in, with an attempt begun."""

    cookie: str
    token: str
    attempt: UUID


def cookie_of(instance: Instance, key: str) -> str:
    """The cookie of a new session of the person."""
    with instance.app.app_context(), transaction() as (db, at):
        opened = open_session(db, person_by_key(db, key).id, at=at)
    return cookie_and_token(instance.app, opened)[0]


def cookie_and_token(app: Flask, opened: str) -> tuple[str, str]:
    """The cookie of a session and the form token that goes with it."""
    with app.test_request_context():
        session.update(_user_id=opened, _fresh=True, answers=True, seen=int(clock.now().timestamp()) + AHEAD)
        token = form_token()
        return signed(app, dict(session)), token


def pages(app: Flask) -> list[str]:
    """The addresses of the course's start page and of every section."""
    course = _release(app).course
    sections = [(module.id, section.id) for module in course.for_everybody.modules for section in module.sections]
    return [f"/kurs/{course.id}", *(f"/kurs/{course.id}/{module}/{section}" for module, section in sections)]


def learners(app: Flask, prefix: str, count: int) -> list[Learner]:
    """New learners with an attempt begun."""
    with app.app_context(), transaction() as (db, at):
        release = current(db, newest_release_id(db))[COURSE]
        unit = unit_id_by_code(db, UNIT, clock.day_of(at), at)
        quiz = _module(release).quiz
        begun = []
        for number in range(count):
            person = add_person(db, key=f"{prefix}-{number}", name=f"Exempel {number}", email=None, by=None, at=at)
            terms = Terms(unit, "Socialsekreterare", clock.day_of(at))
            add_membership(db, person.id, terms, source="demo", by=None, at=at)
            taken = begin_attempt(db, release, quiz, by=person.id, edition=release.edition, at=at)
            begun.append((open_session(db, person.id, at=at), taken.id))
    return [Learner(*cookie_and_token(app, opened), attempt) for opened, attempt in begun]


def asked(app: Flask) -> tuple[Item, ...]:
    """The questions in their order, without the last, whose answer also grades the attempt."""
    release = _release(app)
    module = _module(release)
    return paper_of(release.course.quizzes[module.quiz], module, None).items[:-1]


def answers(takers: Iterable[Learner], items: Iterable[Item]) -> Iterator[Request]:
    """Each taker's answers to the items, one taker after the other."""
    for taker, item in itertools.product(takers, items):
        form = {"csrf_token": [taker.token], **form_of(item, item.right_answer)}
        url = f"/forsok/{taker.attempt}/fraga/{item.id}"
        yield Request("POST", url, taker.cookie, 303, urlencode(form, doseq=True))


def _release(app: Flask) -> Published:
    with app.app_context():
        return current(database.session, newest_release_id(database.session))[COURSE]


def _module(release: Published) -> Module:
    return next(module for module in release.course.modules if module.id == MODULE)
