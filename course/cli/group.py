"""What the commands share: refusals as one line and exit status 1, days as arguments."""

import re
from datetime import date
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from course.errors import BadContent, Invalid, Refusal
from course.report.as_of import read_day

CANNOT_WRITE = re.compile(r"\block|full|read-?only|I/O error")
"""What databases say when somebody else writes for too long or the disk is full."""


class Group(AppGroup):
    """A group of commands whose refusals are told, not raised."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (Refusal, BadContent) as refusal:
            raise click.ClickException(str(refusal)) from None
        except (OperationalError, ProgrammingError) as fault:
            reason = str(fault.orig).partition("\n")[0]
            if "no such table" in reason or "does not exist" in reason:
                raise click.ClickException("Databasen är inte förberedd. Kör först: flask db upgrade") from None
            if CANNOT_WRITE.search(reason):
                raise click.ClickException(
                    f"Det går inte att skriva i databasen just nu ({reason}). Ingenting har ändrats; försök igen."
                ) from None
            raise


class Day(click.ParamType[date]):
    """A day written as 2026-12-31."""

    name = "dag"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return read_day(value, "dagen")
        except Invalid as refusal:
            self.fail(str(refusal), param, ctx)


DAY = Day()
