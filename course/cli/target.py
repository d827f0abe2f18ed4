"""flask target: what was promised."""

from collections.abc import Sequence
from datetime import date, datetime

import click
from sqlalchemy.orm import Session

from course import clock, swedish
from course.cli.group import DAY, NUMBER, Group
from course.db import database, newest_instant, transaction
from course.organisation.tables import EMPLOYMENTS
from course.target.actions import Decision, report_figure, set_target, withdraw_target
from course.target.group_text import read_groups
from course.target.queries import Promise, population_of, promises, title_members

group = Group("target", help="Mål: hur många som ska ha gått kursen, och när.")


@group.command("set")
@click.option("--course", required=True, help="Kursens id.")
@click.option("--goal", type=int, required=True, help="Hur många personer.")
@click.option("--from", "since", type=DAY, required=True, help="Periodens första dag.")
@click.option("--to", "until", type=DAY, required=True, help="Periodens sista dag.")
@click.option("--unit", "units", multiple=True, help="Kod för en enhet som ingår med allt under; kan upprepas.")
@click.option("--title", "titles", multiple=True, help="Befattning som ingår; kan upprepas.")
@click.option(
    "--employment",
    "employments",
    type=click.Choice(EMPLOYMENTS),
    multiple=True,
    help="Anställningsform som ingår; kan upprepas.",
)
@click.option("--group", "groups", multiple=True, help="Grupp bredvid: ”Namn = KOD, KOD; Befattning”; kan upprepas.")
@click.option(
    "--grace-days", type=int, default=0, help="Dagar från anställningens början till att kursen ska vara klar."
)
@click.option("--decided-on", type=DAY, help="Dagen för beslutet.")
@click.option("--reference", default="", help="Diarienummer och paragraf.")
@click.option("--source", default="", help="Varifrån uppgiften kommer.")
@click.option("--responsible", default="", help="Vem som ansvarar.")
def set_(
    course: str,
    goal: int,
    since: date,
    until: date,
    units: tuple[str, ...],
    titles: tuple[str, ...],
    employments: tuple[str, ...],
    groups: tuple[str, ...],
    grace_days: int,
    decided_on: date | None,
    reference: str,
    source: str,
    responsible: str,
) -> None:
    """Lägg in ett mål, eller ändra det som redan finns för samma period."""
    with transaction() as (db, at):
        decision = Decision(
            course=course,
            goal=goal,
            period_from=since,
            period_to=until,
            population=population_of(db, units, titles, employments, day=since, known_at=at),
            groups=tuple(
                (each.name, population_of(db, each.codes, each.titles, (), day=since, known_at=at))
                for each in read_groups(groups)
            ),
            grace_days=grace_days,
            decided_on=decided_on,
            reference=reference,
            source=source,
            responsible=responsible,
        )
        number = set_target(db, decision, by=None, at=at)
    click.echo(f"Målet är {swedish.number(goal)} personer {swedish.period(since, until)}.")
    db = database.session
    found = [each for each in promises(db, at) if (each.id, each.period_from) == (number, since)]
    for lines in _titles(db, found, at).values():
        click.echo(lines)


def _titles(db: Session, found: Sequence[Promise], known_at: datetime) -> dict[tuple[int, date], str]:
    """{(target, its period's first day): a line for each title that it or a group names, with its members today}."""
    lines: dict[tuple[int, date], str] = {}
    for (target, since, name), members in title_members(db, found, clock.day_of(clock.now()), known_at).items():
        for title, number in members.items():
            line = f"  {f'{name}, ' if name else ''}{title}: {swedish.persons(number)}"
            lines[target, since] = "\n".join(filter(None, (lines.get((target, since)), line)))
    return lines


@group.command("list")
def list_() -> None:
    """Visa alla mål, med nummer."""
    db = database.session
    known_at = newest_instant(db) or clock.now()
    found = promises(db, known_at)
    titles = _titles(db, found, known_at)
    for promise in found:
        period = swedish.period(promise.period_from, promise.period_to)
        click.echo(
            f"{promise.id}  {promise.course}  {swedish.number(promise.goal)} personer {period}  {promise.source}"
        )
        if (promise.id, promise.period_from) in titles:
            click.echo(titles[promise.id, promise.period_from])
    if not found:
        click.echo("Inget mål är beslutat.")


@group.command("withdraw")
@click.argument("target", type=NUMBER)
@click.option("--from", "since", type=DAY, required=True, help="Periodens första dag.")
def withdraw(target: int, since: date) -> None:
    """Ta bort ett mål som lades in av misstag. Det som har rapporterats tidigare står kvar."""
    with transaction() as (db, at):
        withdraw_target(db, target, since, by=None, at=at)
    click.echo(f"Mål {target} från {swedish.day(since)} är borttaget.")


@group.command("reported")
@click.argument("target", type=NUMBER)
@click.option("--number", type=int, required=True, help="Antalet som rapporterades.")
@click.option("--day", type=DAY, required=True, help="Dagen som det gällde.")
@click.option("--source", required=True, help="Var siffran står.")
@click.option("--reference", default="", help="Diarienummer och paragraf.")
def reported(target: int, number: int, day: date, source: str, reference: str) -> None:
    """Spara en siffra som rapporterades förut utan personuppgifter. Den visas bredvid och läggs aldrig till."""
    with transaction() as (db, at):
        report_figure(db, target, number=number, day=day, source=source, reference=reference, by=None, at=at)
    click.echo(f"{swedish.number(number)} per {swedish.day(day)} är sparat till mål {target}.")
