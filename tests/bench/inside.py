"""Requests without a server: how many statements and commits each makes, and where its time goes."""

import cProfile
import io
import pstats
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import Engine, event
from werkzeug.test import EnvironBuilder, run_wsgi_app
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
    """The cost of the requests; the first one warms up and is not counted."""
    first, *rest = requests
    counted: Counter[str] = Counter()

    def statement(_connection, _cursor, sql, *_more) -> None:
        counted["statements"] += not sql.lstrip().upper().startswith(NOT_COUNTED)

    def commit(_connection) -> None:
        counted["commits"] += 1

    client = app.test_client(use_cookies=False)
    _ask(client, first)
    event.listen(engine, "before_cursor_execute", statement)
    event.listen(engine, "commit", commit)
    for request in rest:
        _ask(client, request)
    event.remove(engine, "before_cursor_execute", statement)
    event.remove(engine, "commit", commit)
    return Cost(counted["statements"] / len(rest), counted["commits"] / len(rest))


def tag_of(app: Flask, request: Request) -> str:
    """The ETag of a page."""
    return _ask(app.test_client(use_cookies=False), request).headers["ETag"]


def profile(app: Flask, requests: Iterable[Request]) -> str:
    """Where the time of the requests goes: the top functions by cumulative and by own time."""
    first, *rest = requests
    _ask(app.test_client(use_cookies=False), first)
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
    builder = EnvironBuilder(
        request.path, ORIGIN, method=request.method, headers=request.headers(ORIGIN), data=request.body
    )
    return dict(builder.get_environ())


def _ask(client, request: Request):
    answer = client.open(
        request.path,
        base_url=ORIGIN,
        method=request.method,
        headers=request.headers(ORIGIN),
        data=request.body,
    )
    if answer.status_code != request.status:
        raise WrongAnswer(f"{request.method} {request.path}: {answer.status_code}, not {request.status}")
    return answer
