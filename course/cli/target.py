"""flask target: what was promised."""

from datetime import date

import click
from sqlalchemy.orm import Session

from course import clock, swedish
from course.cli.group import DAY, Group
from course.content.queries import current, newest_release_id
from course.db import database, newest_instant, transaction
from course.errors import Invalid
from course.organisation.actions import Decision, report_figure, set_target
from course.organisation.population import Population
from course.organisation.queries import promises, unit_id_by_code
from course.organisation.tables import EMPLOYMENTS

group = Group("target", help="Mål: hur många som ska ha gått kursen, och när.")


@group.command("set")
@click.option("--course", required=True, help="Kursens id.")
@click.option("--goal", type=int, required=True, help="Hur många personer.")
@click.option("--from", "since", type=DAY, required=True, help="Periodens första dag.")
@click.option("--to", "until", type=DAY, required=True, help="Periodens sista dag.")
@click.option(
    "--audience",
    type=click.Choice(("employee", "official")),
    default="employee",
    help="Anställda eller förtroendevalda.",
)
@click.option("--unit", "units", multiple=True, help="Kod för en enhet som ingår med allt under; kan upprepas.")
@click.option("--title", "titles", multiple=True, help="Befattning som ingår; kan upprepas.")
@click.option(
    "--employment",
    "employments",
    type=click.Choice(EMPLOYMENTS),
    multiple=True,
    help="Anställningsform som ingår; kan upprepas.",
)
@click.option("--group", "groups", multiple=True, help="Grupp som visas bredvid: ”Namn=KOD,KOD”; kan upprepas.")
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
    audience: str,
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

        def unit_ids(codes: tuple[str, ...]) -> tuple[int, ...]:
            return tuple(unit_id_by_code(db, code.strip(), since, at) for code in codes)

        decision = Decision(
            course=course,
            goal=goal,
            period_from=since,
            period_to=until,
            audience=audience,
            population=Population(unit_ids(units), titles, employments),
            groups=tuple((name, Population(unit_ids(codes))) for name, codes in map(_read_group, groups)),
            grace_days=grace_days,
            decided_on=decided_on,
            reference=reference,
            source=source,
            responsible=responsible,
        )
        _check_course(db, course)
        set_target(db, decision, by=None, at=at)
    click.echo(f"Målet är {swedish.number(goal)} personer {swedish.period(since, until)}.")


@group.command("list")
def list_() -> None:
    """Visa alla mål, med nummer."""
    db = database.session
    found = promises(db, newest_instant(db) or clock.now())
    for promise in found:
        period = swedish.period(promise.period_from, promise.period_to)
        click.echo(
            f"{promise.id}  {promise.course}  {swedish.number(promise.goal)} personer {period}  {promise.source}"
        )
    if not found:
        click.echo("Inget mål är beslutat.")


@group.command("reported")
@click.argument("target", type=int)
@click.option("--number", type=int, required=True, help="Antalet som rapporterades.")
@click.option("--day", type=DAY, required=True, help="Dagen som det gällde.")
@click.option("--source", required=True, help="Var siffran står.")
@click.option("--reference", default="", help="Diarienummer och paragraf.")
def reported(target: int, number: int, day: date, source: str, reference: str) -> None:
    """Spara en siffra som rapporterades förut utan personuppgifter. Den visas bredvid och läggs aldrig till."""
    with transaction() as (db, at):
        report_figure(db, target, number=number, day=day, source=source, reference=reference, by=None, at=at)
    click.echo(f"{swedish.number(number)} per {swedish.day(day)} är sparat till mål {target}.")


def _read_group(text: str) -> tuple[str, tuple[str, ...]]:
    name, equals, codes = text.partition("=")
    if not equals or not name.strip() or not codes.strip():
        raise Invalid(f"Gruppen ”{text}” ska skrivas ”Namn=KOD,KOD”.")
    return name.strip(), tuple(codes.split(","))


def _check_course(db: Session, course: str) -> None:
    known = current(db, newest_release_id(db))
    if course not in known:
        raise Invalid(f"Kursen ”{course}” är inte publicerad. De som finns är: {', '.join(sorted(known)) or 'inga'}.")
