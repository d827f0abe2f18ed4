"""flask report: figures in the terminal and for files."""

import sys
from datetime import date, datetime

import click
from sqlalchemy.orm import Session

from course import clock, swedish
from course.cli.group import DAY, Group
from course.content.queries import current, newest_release_id
from course.db import database, newest_instant
from course.errors import NotFound
from course.report.as_of import known_or_newest, read_earlier
from course.report.catalogue import REPORTS
from course.report.catalogue.coverage import ORGANISATIONS, SMALL
from course.report.formats import FORMATS
from course.target.queries import promises

group = Group("report", help="Siffror.")


@group.command("coverage")
@click.option(
    "--target", "wanted_target", help="Målets nummer eller kursens id; det som gäller för anställda om inget sägs."
)
@click.option("--per", type=DAY, help="Dagen som siffrorna gäller; i dag om inget sägs.")
@click.option("--kand", help="Vad som var känt då: en dag eller en tidpunkt i ISO 8601; allt om inget sägs.")
@click.option("--sedan", help="Säg också vad som har ändrats sedan dess: en tidigare dag eller tidpunkt än --kand.")
@click.option(
    "--organisation",
    type=click.Choice(ORGANISATIONS),
    default=ORGANISATIONS[0],
    show_default=True,
    help="Nått där personen var när hen blev klar, eller där hen är, i enheterna som de är ordnade nu.",
)
@click.option(
    "--sma",
    "small",
    type=click.Choice(SMALL),
    default=SMALL[0],
    show_default=True,
    help="Rader om få personer; doljs när siffrorna ska lämnas vidare.",
)
@click.option(
    "--format", "wanted", type=click.Choice(list(FORMATS)), default="table", show_default=True, help="Format."
)
def coverage(
    wanted_target: str | None, per: date | None, kand: str | None, sedan: str | None, wanted: str, **chosen: str
) -> None:
    """Hur många som har gått kursen, en dag, enligt det som var känt vid en tidpunkt."""
    now = clock.now()
    db = database.session
    known_at = known_or_newest(kand, now, newest_instant(db))
    day = per or clock.day_of(now)
    course, audience = _course(db, wanted_target, day, known_at)
    earlier = read_earlier(sedan, known_at, now) if sedan else None
    table = REPORTS["coverage"].build(db, course, audience, day, known_at, earlier=earlier, **chosen)
    click.echo(FORMATS[wanted].render(table), nl=False)


def _course(db: Session, wanted: str | None, day: date, known_at: datetime) -> tuple[str, str]:
    """(course, audience) of the target that is meant; lists them and exits with 2 when that is not one."""
    courses = {name: each.course.audience for name, each in current(db, newest_release_id(db)).items()}
    found = promises(db, known_at)
    if wanted:
        by_number = {str(promise.id): promise.course for promise in found}
        course = by_number.get(wanted, wanted)
        if course not in courses:
            raise NotFound(f"Målet eller kursen ”{wanted}” finns inte. Se flask target list.")
        return course, courses[course]
    in_force = {
        promise.course: (
            f"{promise.id}  {promise.course}  {swedish.number(promise.goal)} personer"
            f" {swedish.period(promise.period_from, promise.period_to)}"
        )
        for promise in found
        if promise.audience == "employee" and promise.period_from <= day <= promise.period_to
    }
    choices = in_force or {name: name for name, audience in courses.items() if audience == "employee"}
    if len(choices) != 1:
        click.echo("Ange ett mål med --target:" if choices else "Ingen kurs för anställda är publicerad.", err=True)
        for text in sorted(choices.values()):
            click.echo(text, err=True)
        sys.exit(2)
    return next(iter(choices)), "employee"
