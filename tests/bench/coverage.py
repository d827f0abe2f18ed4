"""HR's page Täckning: the demonstration on SQLite, a whole municipality on PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path

import debian_postgresql
import floor
import inside
import municipality
import product
import serve
import wire
from ground import Ground, Instance
from outcome import Outcome, met
from series import Series, rounds
from sqlalchemy import func, select

from course import migrate
from course.config import PROJECT
from course.content.source import course_folders
from course.db import database, transaction
from course.organisation.tables import Person
from course.report import catalogue

PAGE = "/rapport/tackning"
GOAL = 30
"""Milliseconds of the server's CPU time for the page of the demonstration."""


def measure(ground: Ground) -> Iterator[Outcome]:
    """The demonstration on SQLite."""
    instance = ground.demonstration("coverage")
    first, again = _measured(ground, instance, product.cookie_of(instance, "hanna"), count=20, seconds=25)
    for what, measured in (("of a day that nobody asked for", first), ("asked again", again)):
        goal = (f"< {GOAL} ms CPU", met(measured.series.cpu < GOAL))
        yield Outcome(f"Täckning {what}, {_people(instance)} people on SQLite", measured.text(), *goal)


def measure_municipality(ground: Ground) -> Iterator[Outcome]:
    """A municipality on PostgreSQL; without PostgreSQL a line that says so."""
    if not debian_postgresql.installed():
        yield Outcome("Täckning of a municipality", "not measured: apt-get install postgresql")
        return
    with debian_postgresql.running() as server:
        instance = ground.instance(
            "municipality", COURSE_DATABASE_URL=debian_postgresql.address(server.folder, "postgres")
        )
        cookie = _fill(instance)
        postmaster = int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
        first, again = _measured(ground, instance, cookie, count=5, seconds=40, beside=postmaster)
        people = f"{_people(instance)} people on PostgreSQL"
        yield Outcome(f"Täckning of a day that nobody asked for, {people}", first.text())
        yield Outcome(f"Täckning asked again, {people}", again.text())


@dataclass(frozen=True)
class _Measured:
    series: Series
    least: Series
    statements: int

    def text(self) -> str:
        """What it took, in words."""
        there = f" of which {self.series.cpu_beside:.0f} in the database" if self.series.beside else ""
        return (
            f"{self.series.cpu:.1f} ms CPU{there}, {self.series.wall():.0f} ms; {self.statements} SQL statements,"
            f" {self.series.size / 1000:.0f} kB; {self.series.cpu / self.least.cpu:.0f} × the floor's page"
        )


def _measured(
    ground: Ground, instance: Instance, cookie: str, *, count: int, seconds: float, beside: int = 0
) -> list[_Measured]:
    """The page of another day each time, and of the same day; so many in a round, beside the floor's page."""
    days = [f"{PAGE}?per={date.today() - timedelta(days=number)}" for number in range(3 * catalogue.MOST)]  # noqa: DTZ011
    kinds = [[wire.Request("GET", path, cookie, 200) for path in paths] for paths in (days, [PAGE])]
    statements = [inside.statements(instance.app, instance.engine, requests[-1]) for requests in kinds]
    with _floor(ground.folder / f"floor-{count}.sqlite") as least, serve.product(instance.environment) as server:
        ours = [Series(server, cycle(requests), count, beside=beside) for requests in kinds]
        for each in (least, *ours):
            each.warm_up()
        rounds([least, *ours], seconds=seconds)
    return [_Measured(each, least, number) for each, number in zip(ours, statements, strict=True)]


def _fill(instance: Instance) -> str:
    """Make the municipality; gives the cookie of somebody from HR."""
    migrate.upgrade(instance.app)
    with instance.app.app_context():
        with transaction() as (db, at):
            opened = municipality.load(db, course_folders(PROJECT), at=at)
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")  # as PostgreSQL itself does within a minute
    return product.cookie_and_token(instance.app, opened)[0]


@contextmanager
def _floor(path: Path) -> Iterator[Series]:
    pages = floor.requests(floor.made(path))["page"]
    with serve.floor(path) as server:
        yield Series(server, cycle(pages), 300)


def _people(instance: Instance) -> str:
    with instance.app.app_context():
        count = database.session.execute(select(func.count()).select_from(Person)).scalar_one()
    return f"{count:,}".replace(",", " ")
