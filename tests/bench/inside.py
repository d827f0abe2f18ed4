"""Requests without a server: how many statements and commits each makes, and where its time goes."""

import cProfile
import io
import pstats
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app
from wire import Request, WrongAnswer

ORIGIN = "http://127.0.0.1"
NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")
SHOWN = 25


@dataclass(frozen=True)
class Cost:
    """What one request asks of the database, on average."""

    statements: float
    commits: float


def count(app: Flask, engine: Engine, requests: Iterable[Request]) -> Cost:
    """The cost of the requests, counted by SQLite itself; the first one warms up and is not counted."""
    first, *rest = requests
    ask(app, first)
    told: list[str] = []

    def statement(sql: str) -> None:
        if sql.startswith("SELECT") or told[-1:] != [sql]:  # a write is told again for each trigger that it sets off
            told.append(sql)

    def checkout(connection: Any, *_more: Any) -> None:
        connection.set_trace_callback(statement)

    event.listen(engine, "checkout", checkout)
    for request in rest:
        ask(app, request)
    event.remove(engine, "checkout", checkout)
    engine.dispose()
    statements = sum(not sql.startswith(NOT_COUNTED) for sql in told)
    return Cost(statements / len(rest), sum(sql.startswith("COMMIT") for sql in told) / len(rest))


def statements(app: Flask, engine: Engine, request: Request) -> int:
    """How many statements a request that only reads sends to the database, the second time."""
    sent: list[str] = []

    def execute(_connection: Any, _cursor: Any, sql: str, *_more: Any) -> None:
        sent.append(sql)

    ask(app, request)
    event.listen(engine, "before_cursor_execute", execute)
    ask(app, request)
    event.remove(engine, "before_cursor_execute", execute)
    engine.dispose()
    return sum(not sql.startswith(NOT_COUNTED) for sql in sent)


def ask(app: Flask, request: Request) -> TestResponse:
    """The answer to a request. Raises WrongAnswer for a wrong status."""
    answer = app.test_client(use_cookies=False).open(
        request.path, base_url=ORIGIN, method=request.method, headers=request.headers(ORIGIN), data=request.body
    )
    if answer.status_code != request.status:
        raise WrongAnswer(f"{request.method} {request.path}: {answer.status_code}, not {request.status}")
    return answer


def profile(app: Flask, requests: Iterable[Request]) -> str:
    """Where the time of the requests goes: the top functions by cumulative and by own time."""
    first, *rest = requests
    ask(app, first)
    environs = [_environ(request) for request in rest]
    profiler = cProfile.Profile()
    for environ, request in zip(environs, rest, strict=True):
        profiler.enable()
        _, status, _ = run_wsgi_app(app.wsgi_app, environ)
        profiler.disable()
        if int(status[:3]) != request.status:
            raise WrongAnswer(f"{request.method} {request.path}: {status}, not {request.status}")
    text = io.StringIO()
    stats = pstats.Stats(profiler, stream=text)
    for order in ("cumulative", "tottime"):
        stats.sort_stats(order).print_stats(SHOWN)
    return text.getvalue()


def _environ(request: Request) -> dict[str, object]:
    headers = list(request.headers(ORIGIN).items())
    builder = EnvironBuilder(request.path, ORIGIN, method=request.method, headers=headers, data=request.body)
    return dict(builder.get_environ())
