"""A course engine for one real job: train a municipality's employees, and answer for it in figures."""

import logging
from typing import Any

from flask import Flask, g, has_request_context, request

from course import cli, db, logs, web
from course.config import Settings, load_settings

log = logging.getLogger(__name__)


class App(Flask):
    """Flask, with a log of defects that names the route and never the address."""

    def log_exception(self, exc_info: Any) -> None:
        rule = request.url_rule.rule if has_request_context() and request.url_rule else None
        log.error("defect", exc_info=exc_info, extra={"fields": {"route": rule, "request_id": g.get("request_id")}})


def create_app(settings: Settings | None = None) -> Flask:
    """The application. Raises config.BadSettings with one line when the settings cannot be used."""
    settings = settings or load_settings()
    logs.set_up()
    app = App(__name__, instance_path=str(settings.instance), static_folder=None, template_folder="web/templates")
    app.extensions["settings"] = settings
    db.init_app(app, settings)
    web.init_app(app, settings)
    cli.init_app(app)
    return app
