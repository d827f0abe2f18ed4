"""HTML for people, one file an audience."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map, UUIDConverter

from course.config import LOOPBACK, Settings
from course.web import (
    accounts,
    admin,
    answers,
    board,
    codes,
    errors,
    filters,
    guard,
    handbook,
    health,
    hidden,
    imports,
    learner,
    login,
    material,
    menu,
    outbox,
    own_record,
    pages,
    people,
    quiz,
    recall,
    report,
    scenario,
    start,
    targets,
    unit,
)
from course.web.arrival import Arrival


class Id(IntegerConverter):
    """A number in an address that a column of PostgreSQL's can hold; a larger one is an address of nothing.

    Nor is another spelling of one: `033` or `٣٣`.
    """

    regex = "0|[1-9][0-9]*"

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=2**31 - 1)


class Uuid(UUIDConverter):
    """An attempt's id as the product writes it."""

    regex = UUIDConverter.regex.replace("A-Fa-f", "a-f")


def init_app(app: Flask, settings: Settings) -> None:
    """Give the app its settings for the web, its guards and its pages."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.secret_key_fallbacks),
        SESSION_COOKIE_NAME="__Host-session" if settings.secure else "session",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        TRUSTED_HOSTS=list({settings.host, *LOOPBACK}),
        MAX_CONTENT_LENGTH=2_000_000,
        MAX_FORM_MEMORY_SIZE=500_000,
        MAX_FORM_PARTS=500,
    )
    if settings.proxies:
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    app.wsgi_app = Arrival(app.wsgi_app, largest=app.config["MAX_CONTENT_LENGTH"])  # type: ignore[method-assign]
    app.url_map.converters.update(int=Id, uuid=Uuid)
    filters.init_app(app)
    guard.init_app(app, settings)
    errors.init_app(app)
    hidden.init_app(app)
    menu.init_app(app)
    outbox.init_app(app)
    for module in (pages, health, start, login, hidden, learner, scenario, quiz, answers, recall, own_record):
        app.register_blueprint(module.bp)
    for module in (material, handbook, report, people, imports, targets, unit, codes, board, accounts, admin):
        app.register_blueprint(module.bp)
