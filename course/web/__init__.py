"""HTML for people, one file an audience."""

from datetime import timedelta

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from course.config import LOOPBACK, Settings
from course.web import (
    accounts,
    admin,
    board,
    codes,
    errors,
    filters,
    guard,
    imports,
    learner,
    login,
    pages,
    people,
    quiz,
    report,
    targets,
    unit,
)


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
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        TRUSTED_HOSTS=list({settings.host, *LOOPBACK}),
        MAX_CONTENT_LENGTH=2_000_000,
        MAX_FORM_MEMORY_SIZE=500_000,
        MAX_FORM_PARTS=500,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # guard.py compares Origin and Sec-Fetch-Site instead of the Referer
        WTF_CSRF_CHECK_DEFAULT=False,  # guard.py calls it, after it has found out who is asking
    )
    if settings.proxies:
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    filters.init_app(app)
    guard.init_app(app, settings)
    errors.init_app(app)
    for module in (pages, login, learner, quiz, report, people, imports, targets, unit, codes, board, accounts, admin):
        app.register_blueprint(module.bp)
