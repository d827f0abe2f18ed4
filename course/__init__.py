"""A course engine for one real job: train a municipality's employees, and answer for it in figures."""

import logging
from typing import Any

from flask import Flask, g, has_request_context, request

from course import cli, db, logs
from course import tables as tables  # for every process, whatever else it loads
from course.config import Settings, load_settings

log = logging.getLogger(__name__)


class App(Flask):
    """Flask, with a log of defects that names the route and never the address."""

    def log_exception(self, exc_info: Any) -> None:
        rule = request.url_rule.rule if has_request_context() and request.url_rule else None
        log.error("defect", exc_info=exc_info, extra={"fields": {"route": rule, "request_id": g.get("request_id")}})


def create_app(settings: Settings | None = None, *, pages: bool = True) -> Flask:
    """The application, for most commands without its pages. Raises config.BadSettings with one line."""
    settings = settings or load_settings()
    logs.set_up()
    app = App(__name__, instance_path=str(settings.instance), static_folder=None, template_folder="web/templates")
    app.extensions["settings"] = settings
    db.init_app(app, settings)
    if pages:
        from course import web  # noqa: PLC0415 - loading the pages takes 0.2 s, and commands need none

        web.init_app(app, settings)
    cli.init_app(app)
    return app
