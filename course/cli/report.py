"""flask report: figures in the terminal and for files."""

from datetime import date

import click

from course import clock
from course.cli.group import DAY, Group
from course.content.queries import current, newest_release_id
from course.db import database, newest_instant
from course.errors import NotFound
from course.report.as_of import read_known
from course.report.catalogue import REPORTS
from course.report.formats import FORMATS

group = Group("report", help="Siffror.")


@group.command("coverage")
@click.option("--per", type=DAY, help="Dagen som siffrorna gäller; i dag om inget sägs.")
@click.option("--kand", help="Vad som var känt då: en dag eller en tidpunkt i ISO 8601; allt om inget sägs.")
@click.option("--course", help="Kursens id; behövs när det finns flera.")
@click.option(
    "--format", "wanted", type=click.Choice(list(FORMATS)), default="table", show_default=True, help="Format."
)
def coverage(per: date | None, kand: str | None, course: str | None, wanted: str) -> None:
    """Hur många som har gått kursen, en dag, enligt det som var känt vid en tidpunkt."""
    now = clock.now()
    db = database.session
    courses = current(db, newest_release_id(db))
    if course is None and len(courses) == 1:
        course = next(iter(courses))
    if course not in courses:
        raise NotFound(f"Ange kursen med --course. De som finns är: {', '.join(sorted(courses)) or 'inga'}.")
    known_at = read_known(kand, now) if kand else newest_instant(db) or now
    day = per or clock.day_of(now)
    table = REPORTS["coverage"].build(db, course, courses[course].course.audience, day, known_at)
    click.echo(FORMATS[wanted].render(table), nl=False)
