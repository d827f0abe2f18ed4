"""Logs: one JSON object a line on standard error, without anything that says who did what."""

import json
import logging
import os
import sys
from datetime import UTC, datetime


class JsonFormatter(logging.Formatter):
    """A record as JSON; what is passed in `extra={"fields": …}` stands beside the message."""

    def format(self, record: logging.LogRecord) -> str:
        row = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            row["traceback"] = self.formatException(record.exc_info)
        return json.dumps(row, ensure_ascii=False)


def set_up() -> None:
    """Let the package's loggers write JSON; safe to call again."""
    logger = logging.getLogger("course")
    if not logger.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonFormatter())
        logger.addHandler(handler)
        in_terminal = os.environ.get("FLASK_RUN_FROM_CLI") == "true"
        logger.setLevel(logging.WARNING if in_terminal else logging.INFO)
        logger.propagate = False
