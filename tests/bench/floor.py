"""The floor: the least that a Flask page for somebody signed in can be, on the engine that the product uses.

The user is loaded the way flask-login's and SQLAlchemy's own guides show: through the ORM, by the id in the cookie.

Flask-SQLAlchemy-Lite closes asynchronous sessions, of which there are none, after every request; as Flask runs that
in an event loop and a thread of its own, it costs more than the rest of the floor's page. `shipped` leaves it in;
`trimmed` leaves it out, so that the floor is not padded.
"""

import os
from datetime import UTC, datetime
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

import sqlean
import wire
from cookies import signed
from flask import Flask, Response, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_required
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import Connection, Engine, ForeignKey, event, insert
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

database = SQLAlchemy(session_options={"expire_on_commit": False})
PRAGMAS = ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
PAGE = "<!doctype html>\n<title>Floor</title>\n" + "<p>Fixed text that stands for a page of a course.</p>\n" * 385
TAG = "floor-1"
USERS = 4


class Base(DeclarativeBase):
    """The base of the two tables."""


class User(UserMixin, Base):
    """Who is signed in."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Answer(Base):
    """What was posted."""

    __tablename__ = "answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    value: Mapped[str]
    at: Mapped[datetime]


def create_app(path: Path) -> Flask:
    """The floor on the database at `path`, with everything that its libraries do by themselves."""
    app = Flask(__name__)
    app.config["SECRET_KEY"] = "the floor has no secrets, only a signature"
    app.config["SQLALCHEMY_ENGINES"] = {
        "default": {"url": f"sqlite:///{path}", "module": sqlean, "pool_size": 8, "max_overflow": 24}
    }
    database.init_app(app)
    with app.app_context():
        _prepare(database.engine)
    login_manager = LoginManager(app)
    login_manager.session_protection = None
    login_manager.user_loader(_load_user)
    app.add_url_rule("/page", view_func=page)
    app.add_url_rule("/tagged", view_func=tagged)
    app.add_url_rule("/answer", view_func=answer, methods=["POST"])
    return app


def shipped() -> Flask:
    """The floor on the database that FLOOR_DATABASE names."""
    return create_app(Path(os.environ["FLOOR_DATABASE"]))


def trimmed() -> Flask:
    """The same without the asynchronous teardown."""
    app = shipped()
    app.teardown_appcontext_funcs[:] = [each for each in app.teardown_appcontext_funcs if not iscoroutinefunction(each)]
    return app


def made(path: Path) -> Flask:
    """A floor with tables and users on a new database at `path`."""
    app = create_app(path)
    with app.app_context():
        connection = database.session.connection(execution_options={"write": True})
        Base.metadata.create_all(connection)
        database.session.add_all(User(id=number, name=f"User {number}") for number in range(1, USERS + 1))
        database.session.commit()
    return app


def requests(app: Flask) -> dict[str, list[wire.Request]]:
    """{page, repeat, answer, feedback: the users' requests}; what follows an answer is a page."""
    cookies = [signed(app, {"_user_id": str(number), "_fresh": True}) for number in range(1, USERS + 1)]
    pages = [wire.Request("GET", "/page", cookie, 200) for cookie in cookies]
    return {
        "page": pages,
        "feedback": pages,
        "repeat": [wire.Request("GET", "/tagged", cookie, 304, tag=f'W/"{TAG}"') for cookie in cookies],
        "answer": [wire.Request("POST", "/answer", cookie, 303, "svar=b") for cookie in cookies],
    }


def _load_user(user_id: str) -> User | None:
    return database.session.get(User, int(user_id))


@login_required
def page() -> str:
    """A page of 20 kB."""
    return PAGE


@login_required
def tagged() -> Response:
    """The same with an ETag."""
    response = Response(status=304) if request.if_none_match.contains_weak(TAG) else Response(PAGE)
    response.headers["ETag"] = f'W/"{TAG}"'
    return response


@login_required
def answer() -> ResponseReturnValue:
    """One durable insert."""
    row = {"user_id": current_user.id, "value": request.form["svar"], "at": datetime.now(UTC).replace(tzinfo=None)}
    database.session.rollback()
    database.session.connection(execution_options={"write": True})
    database.session.execute(insert(Answer).values(row))
    database.session.commit()
    return redirect("/page", 303)


def _prepare(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
