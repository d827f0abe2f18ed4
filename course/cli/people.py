"""flask people: the people who must take the course."""

from datetime import date

import click

from course import clock
from course.cli.group import DAY, Group
from course.db import transaction
from course.errors import NotFound
from course.organisation.actions import Terms, add_membership, add_person, add_unit
from course.organisation.queries import unit_id_by_code
from course.organisation.tables import EMPLOYMENTS

group = Group("people", help="Personer och deras anställningar.")


@group.command("add")
@click.option("--key", required=True, help="Anställningsnummer.")
@click.option("--name", required=True, help="Namn.")
@click.option("--email", help="E-post; får saknas.")
@click.option("--unit", required=True, help="Enhetens kod.")
@click.option("--unit-name", help="Enhetens namn; lägger till enheten om koden är ny.")
@click.option("--parent", help="Koden för enheten ovanför, när enheten är ny.")
@click.option("--title", default="", help="Befattning.")
@click.option("--employment", type=click.Choice(EMPLOYMENTS), default="permanent", help="Anställningsform.")
@click.option(
    "--audience", type=click.Choice(("employee", "official")), default="employee", help="Anställd eller förtroendevald."
)
@click.option("--from", "since", type=DAY, help="Första dagen; i dag om inget sägs.")
@click.option("--to", "until", type=DAY, default=clock.FOREVER, help="Sista dagen.")
def add(
    key: str,
    name: str,
    email: str | None,
    unit: str,
    unit_name: str | None,
    parent: str | None,
    title: str,
    employment: str,
    audience: str,
    since: date | None,
    until: date,
) -> None:
    """Lägg till en person med en anställning."""
    with transaction() as (db, at):
        first = since or clock.day_of(at)
        try:
            unit_id = unit_id_by_code(db, unit, first, at)
        except NotFound:
            if not unit_name:
                raise
            above = unit_id_by_code(db, parent, first, at) if parent else None
            unit_id = add_unit(db, code=unit, name=unit_name, since=first, parent=above, by=None, at=at)
        person = add_person(db, key=key, name=name, email=email, by=None, at=at)
        terms = Terms(unit_id, title, first, until, audience, employment)
        add_membership(db, person.id, terms, by=None, at=at)
    click.echo(f"{name} ({key}) är tillagd i {unit} från {first}.")
