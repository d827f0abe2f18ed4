"""What the commands share: refusals as one line and exit status 1, days as arguments."""

from datetime import date
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from course.errors import BadContent, Invalid, Refusal
from course.report.as_of import read_day


class Group(AppGroup):
    """A group of commands whose refusals are told, not raised."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (Refusal, BadContent) as refusal:
            raise click.ClickException(str(refusal)) from None
        except (OperationalError, ProgrammingError) as fault:
            if "no such table" in str(fault.orig) or "does not exist" in str(fault.orig):
                raise click.ClickException("Databasen är inte förberedd. Kör först: flask db upgrade") from None
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
