"""What the commands share: a fitting database, refusals as one line and exit status 1, days as arguments."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError

from course.config import BadSettings
from course.errors import BadContent, Invalid, Refusal
from course.report.as_of import read_day
from course.revision import check_current

CANNOT_WRITE = re.compile(r"\block|full|read-?only|I/O error")
"""What databases say when somebody else writes for too long or the disk is full."""

NOT_READ = re.compile("[\ud800-\udfff]")
"""What Python makes of bytes on the command line that are no letters."""
LONGEST_NUMBER = 9
"""Digits of a number that every database can hold."""


@contextmanager
def refusals_told() -> Iterator[None]:
    """Tell a refusal in one line, with exit status 1."""
    try:
        yield
    except (BadSettings, BadContent, Refusal) as refusal:
        raise click.ClickException(str(refusal)) from None
    except OperationalError as fault:
        reason = str(fault.orig).partition("\n")[0]
        if not CANNOT_WRITE.search(reason):
            raise
        raise click.ClickException(
            f"Det går inte att skriva i databasen just nu ({reason}). Ingenting har ändrats; försök igen."
        ) from None
    except BrokenPipeError:  # whoever read what is printed has had enough: click ends in silence
        raise
    except OSError as fault:
        raise click.ClickException(
            f"Det går inte att läsa eller skriva {fault.filename or 'en fil'}: {fault.strerror or fault}."
        ) from None


class Group(AppGroup):
    """A group of commands whose refusals are told, not raised."""

    def invoke(self, ctx: click.Context) -> Any:
        with refusals_told():
            return super().invoke(ctx)

    def command(  # type: ignore[override]
        self, *args: Any, check: Callable[[], object] | None = check_current, **kwargs: Any
    ) -> Callable[[Callable[..., Any]], click.Command]:
        """As Flask's, for a command that first runs `check`: most want a database of this program's schema."""
        register = super().command(*args, **kwargs)

        def decorate(command: Callable[..., Any]) -> click.Command:
            @wraps(command)
            def checked(*given: Any, **named: Any) -> Any:
                _check_readable(named.values())
                if check:
                    check()
                return command(*given, **named)

            return register(checked)

        return decorate


def _check_readable(values: Iterable[Any]) -> None:
    """Raise Invalid for what was written in another encoding than the terminal's: no database stores it."""
    texts = (text for value in values for text in (value if isinstance(value, tuple) else (value,)))
    for text in texts:
        if isinstance(text, str | Path) and NOT_READ.search(str(text)):
            raise Invalid(
                f"Tecken i ”{NOT_READ.sub('?', str(text))}” går inte att läsa. Skriv det i en terminal med UTF-8;"
                " heter en fil så, döp om den."
            )


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


class Number(click.ParamType[int]):
    """The number that a list shows before a row, of a size that every database can hold."""

    name = "nummer"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        text = str(value)
        if not text.isascii() or not text.isdecimal() or len(text) > LONGEST_NUMBER:
            self.fail(f"”{text}” är inget nummer i listan.", param, ctx)
        return int(text)


NUMBER = Number()
