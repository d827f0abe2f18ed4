"""flask access: accounts and roles."""

from datetime import date

import click

from course import clock
from course.access.actions import (
    CODE_LIFE,
    confirm_password,
    disable,
    enable,
    end_role,
    grant_role,
    set_code,
    set_password,
)
from course.access.password import check_new, hash_password
from course.access.policy import ROLES
from course.access.queries import account, roles_of
from course.cli.group import DAY, Group
from course.db import app_settings, database, transaction
from course.errors import NotFound
from course.organisation.actions import add_person
from course.organisation.queries import person_by_key, unit_id_by_code
from course.organisation.tables import PROTECTED, Person

group = Group("access", help="Konton och roller.")


@group.command("admin")
@click.option("--key", default="admin", show_default=True, help="Anställningsnummer eller annat namn att logga in med.")
@click.option("--name", default="Administratör", show_default=True, help="Namn.")
def admin(key: str, name: str) -> None:
    """Gör en person till administratör och visa en engångskod att logga in med första gången."""
    click.echo(administrator_code(key, name))


def administrator_code(key: str = "admin", name: str = "Administratör") -> str:
    """Make the person an administrator, added when unknown; gives the words to show, with a new one-time code."""
    with transaction() as (db, at):
        try:
            person = person_by_key(db, key)
        except NotFound:
            person = add_person(db, key=key, name=name, email=None, by=None, at=at)
        if "admin" not in roles_of(db, person.id, clock.day_of(at)):
            grant_role(db, person.id, "admin", since=clock.day_of(at), by=None, at=at)
        code = set_code(db, person.id, by=None, at=at)
    return _code_told(key, code)


def _code_told(key: str, code: str) -> str:
    hours = int(CODE_LIFE.total_seconds() // 3600)
    address = f"{app_settings().base_url.rstrip('/')}/kod"
    return f"Engångskod för {key}: {code}\nÖppna {address} och välj ett lösenord inom {hours} timmar."


def _shown(person: Person) -> str:
    """The name, so that one sees whom one typed; nobody looks up a protected person's by a number."""
    return PROTECTED if person.protected else person.name


@group.command("password")
@click.argument("key")
@click.password_option(
    "--password", prompt="Nytt lösenord", confirmation_prompt="Samma en gång till", help="Frågas efter om det inte ges."
)
def password(key: str, password: str) -> None:
    """Ge en person ett lösenord. Alla personens inloggningar avslutas."""
    person = person_by_key(database.session, key)
    check_new(password, person.key, person.name, person.email or "")
    hashed = hash_password(password)
    with transaction() as (db, at):
        set_password(db, person.id, hashed, by=None, at=at)
    click.echo(f"{_shown(person)} ({key}) har ett nytt lösenord.")


@group.command("code")
@click.argument("key")
def code(key: str) -> None:
    """Visa en engångskod som personen väljer sitt lösenord med."""
    with transaction() as (db, at):
        person = person_by_key(db, key)
        new = set_code(db, person.id, by=None, at=at)
    click.echo(_code_told(key, new))


@group.command("grant")
@click.argument("key")
@click.argument("role", type=click.Choice(ROLES))
@click.option("--from", "since", type=DAY, help="Första dagen; i dag om inget sägs.")
@click.option("--to", "until", type=DAY, default=clock.FOREVER, help="Sista dagen.")
@click.option("--unit", "code", help="Nämndens kod, för en sekreterare.")
@click.option("--end", is_flag=True, help="Avsluta rollen efter dagen i --to, eller efter i går.")
def grant(key: str, role: str, since: date | None, until: date, code: str | None, end: bool) -> None:
    """Ge en person en roll, eller avsluta den."""
    with transaction() as (db, at):
        person = person_by_key(db, key)
        today = clock.day_of(at)
        if end:
            last_day = until if until != clock.FOREVER else date.fromordinal(today.toordinal() - 1)
            end_role(db, person.id, role, last_day=last_day, by=None, at=at)
        else:
            first = since or today
            unit = unit_id_by_code(db, code, first, at) if code else None
            grant_role(db, person.id, role, since=first, until=until, unit=unit, by=None, at=at)
        found = account(db, person.id, at=at)
    click.echo(f"{_shown(person)} ({key}) {'har inte längre' if end else 'har nu'} rollen {role}.")
    if not end and found and found.waits:
        click.echo(f"Personen har inget lösenord. Ge en engångskod: flask access code {key}")


@group.command("disable")
@click.argument("key")
def disable_(key: str) -> None:
    """Stäng av ett konto: personen loggas ut genast och kan inte logga in."""
    with transaction() as (db, at):
        person = person_by_key(db, key)
        disable(db, person.id, by=None, at=at)
    click.echo(f"Kontot {key} är avstängt. Öppna det igen: flask access enable {key}")


@group.command("enable")
@click.argument("key")
def enable_(key: str) -> None:
    """Öppna ett konto som är avstängt. Lösenordet är det som fanns."""
    with transaction() as (db, at):
        person = person_by_key(db, key)
        enable(db, person.id, by=None, at=at)
    click.echo(f"Kontot {key} är öppet igen.")


@group.command("confirm")
@click.argument("key")
def confirm(key: str) -> None:
    """Bekräfta att en person själv valde sitt lösenord, när ingen annan kan göra det."""
    with transaction() as (db, at):
        person = person_by_key(db, key)
        confirm_password(db, person.id, by=None, at=at)
    click.echo(f"Lösenordet för {key} är bekräftat.")
