"""flask completion: see, take back and restore what a person has completed."""

import click

from course import swedish
from course.cli.group import Group
from course.db import database, transaction
from course.learning.actions import restore, revoke
from course.learning.queries import completion_rows
from course.organisation.queries import person_by_key

group = Group("completion", help="Genomföranden.")


@group.command("list")
@click.argument("key")
def list_(key: str) -> None:
    """Visa allt som en person har genomfört, med nummer."""
    db = database.session
    person = person_by_key(db, key)
    rows = completion_rows(db, person.id)
    for row in rows:
        revoked = f", återkallat {swedish.instant(row.revoked_at)}: {row.reason}" if row.revoked_at else ""
        what = row.path or "hela kursen"
        click.echo(f"{row.id}: {row.course}, {what}, utgåva {row.edition}, {row.occurred_on}, {row.route}{revoked}")
    if not rows:
        click.echo("Inget är genomfört.")


@group.command("revoke")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Varför det inte ska räknas.")
def revoke_(number: int, reason: str) -> None:
    """Återkalla ett genomförande, och kursens som vilar på det."""
    with transaction() as (db, at):
        revoked = revoke(db, number, reason=reason, by=None, at=at)
    click.echo(f"Återkallat: {', '.join(map(str, revoked))}.")


@group.command("restore")
@click.argument("number", type=int)
def restore_(number: int) -> None:
    """Återställ ett genomförande som återkallades av misstag."""
    with transaction() as (db, at):
        new = restore(db, number, by=None, at=at)
    click.echo(f"Återställt som {new}.")
