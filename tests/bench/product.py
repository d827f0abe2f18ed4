"""A fresh instance of the product with fictional learners, made with the product's own actions."""

import itertools
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf
from wire import Request, WrongAnswer

from course import clock, create_app
from course.access.actions import open_session
from course.config import PROJECT, load_settings
from course.content.model import Module
from course.content.queries import Published, current, newest_release_id
from course.db import database, transaction
from course.items import Item
from course.organisation.actions import Terms, add_membership, add_person
from course.organisation.queries import unit_id_by_code
from course.quiz.actions import begin_attempt
from course.quiz.paper import draw

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


def environment(folder: Path, port: int) -> dict[str, str]:
    """The environment of an instance of its own: no other COURSE_* setting reaches it."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("COURSE_")}
    address = {"COURSE_BASE_URL": f"http://127.0.0.1:{port}", "GRANIAN_PORT": str(port)}
    return plain | address | {"COURSE_INSTANCE": str(folder)}


def make_instance(given: dict[str, str]) -> Flask:
    """Initialise the instance and give its application."""
    command = [sys.executable, "-m", "flask", "data", "init", "--demo"]
    made = subprocess.run(command, cwd=PROJECT, env=given, capture_output=True, text=True, check=False)
    if made.returncode:
        raise WrongAnswer(f"flask data init failed:\n{made.stderr}")
    return create_app(load_settings(given))


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
    return [Learner(*_cookie_and_token(app, opened), attempt) for opened, attempt in begun]


def asked(app: Flask) -> tuple[Item, ...]:
    """The questions in their order, without the last, whose answer also grades the attempt."""
    with app.app_context():
        release = current(database.session, newest_release_id(database.session))[COURSE]
    module = _module(release)
    return draw(release.course.quizzes[module.quiz], module)[:-1]


def answers(takers: Iterable[Learner], items: Iterable[Item]) -> Iterator[Request]:
    """Each taker's answers to the items, one taker after the other."""
    for taker, item in itertools.product(takers, items):
        form = {"csrf_token": taker.token, "svar": item.choices[0].id}
        yield Request("POST", f"/forsok/{taker.attempt}/fraga/{item.id}", taker.cookie, 303, urlencode(form))


def _module(release: Published) -> Module:
    return next(module for module in release.course.modules if module.id == MODULE)


def _cookie_and_token(app: Flask, opened: str) -> tuple[str, str]:
    """The cookie of somebody signed in and the form token that goes with it."""
    with app.test_request_context():
        session.update(_user_id=opened, _fresh=True, seen=int(clock.now().timestamp()) + AHEAD)
        token = generate_csrf()
        return signed(app, dict(session)), token


def signed(app: Flask, values: dict[str, object]) -> str:
    """The value of the session cookie that holds the values."""
    cookies = app.session_interface
    assert isinstance(cookies, SecureCookieSessionInterface)
    return str(cookies.get_signing_serializer(app).dumps(values))
