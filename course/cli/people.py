"""flask people: the people who must take the course."""

import sys
from collections.abc import Callable, Iterable
from datetime import date
from hashlib import sha256
from pathlib import Path

import click

from course import clock, swedish
from course.cli.group import DAY, Group
from course.db import app_settings, database, transaction
from course.errors import NotFound
from course.learning.actions import link_numbers, unlink_numbers
from course.organisation.actions import (
    Terms,
    add_membership,
    add_person,
    add_unit,
    correct_person,
    end_exemption,
    end_membership,
    exempt,
    set_counts,
    set_unit_manager,
)
from course.organisation.person import kept, list_source
from course.organisation.queries import person_by_key, unit_id_by_code
from course.organisation.roster_file import Row, read_employees, read_officials
from course.organisation.tables import EMPLOYMENTS
from course.roster.actions import Origin, apply_plan, check_as_of, undo_import
from course.roster.plan import Plan, plan
from course.roster.queries import known_of, last_imports
from course.roster.story import Event
from course.sheet.problems import RowProblem

group = Group("people", help="Personer och deras anställningar.")
SHOWN = 20
"""Persons of each sort that are listed; the rest are counted."""
VERBS = {"joined": "började", "left": "slutade", "moved": "bytte enhet", "changed": "ändrades"}
Reader = Callable[..., tuple[list[Row], list[RowProblem]]]

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
APPLY = click.option("--apply", "applied", is_flag=True, help="Gör ändringarna; annars visas de bara.")
AS_OF = click.option("--as-of", type=DAY, help="Dagen som listan gäller; i dag om inget sägs.")
REALLY = click.option("--really", is_flag=True, help="Gör det också när ovanligt många slutar eller byter enhet.")


@group.command("import")
@FILE
@APPLY
@AS_OF
@click.option("--source", default="hr", show_default=True, help="Vilket system listan kommer från.")
@REALLY
def import_(file: Path, applied: bool, as_of: date | None, source: str, really: bool) -> None:
    """Läs in hela personallistan (CSV eller XLSX). Den som saknas i den har slutat."""
    _import(file, "employees", source, read_employees, as_of, applied=applied, really=really)


@group.command("import-officials")
@FILE
@APPLY
@AS_OF
@click.option("--source", default="namnd", show_default=True, help="Vilket register listan kommer från.")
@REALLY
def import_officials(file: Path, applied: bool, as_of: date | None, source: str, really: bool) -> None:
    """Läs in hela listan över förtroendevalda (CSV eller XLSX)."""
    _import(file, "officials", source, read_officials, as_of, applied=applied, really=really)


def _import(
    file: Path, kind: str, source: str, read: Reader, as_of: date | None, *, applied: bool, really: bool
) -> None:
    source = kept(list_source, source, "Källan", "source")
    content = file.read_bytes()
    rows, problems = read(content, app_settings().columns)
    if problems:
        for problem in problems:
            click.echo(str(problem), err=True)
        click.echo("Inget är ändrat. Rätta filen och försök igen.", err=True)
        sys.exit(1)
    origin = Origin(kind, source, file.name, sha256(content).hexdigest())
    day = as_of or clock.day_of(clock.now())

    def planned() -> Plan:
        check_as_of(database.session, source, day)
        known = known_of(database.session, source, day)
        return plan(rows, known, as_of=day, source=source, audience=origin.audience)

    if not applied:
        _show(planned())
        click.echo("Inget är ändrat än. Kör om med --apply för att göra ändringarna.")
        return
    with transaction() as (db, at):
        found = planned()
        _show(found)
        if found.is_empty:
            click.echo("Listan stämmer redan. Inget är ändrat.")
            return
        if found.brakes and not really:
            raise click.ClickException("Inget är ändrat. Stämmer listan? Kör då om med --really.")
        number = apply_plan(db, found, origin, by=None, at=at)
    click.echo(f"Import {number} är gjord.")


def _show(found: Plan) -> None:
    for title, events in (
        ("Börjar", found.joined),
        ("Slutar", found.left),
        ("Byter enhet", found.moved),
        ("Ändras", found.changed),
    ):
        _show_events(title, events)
    _show_texts("Ny plats i organisationen", found.reorganised)
    _show_texts("Att titta på", found.remarks)
    _show_texts("Ovanligt många", found.brakes)


def _show_events(title: str, events: tuple[Event, ...]) -> None:
    click.echo(f"{title}: {swedish.number(len(events))}")
    for event in events[:SHOWN]:
        where = f"rad {event.line}" if event.line else "saknas i listan"
        click.echo(f"  {event.name} ({event.key}), {where}: {event.text}")
    if len(events) > SHOWN:
        click.echo(f"  … och {swedish.number(len(events) - SHOWN)} till")


def _show_texts(title: str, texts: Iterable[str]) -> None:
    listed = list(texts)
    if listed:
        click.echo(f"{title}:")
    for text in listed[:SHOWN]:
        click.echo(f"  {text}")
    if len(listed) > SHOWN:
        click.echo(f"  … och {swedish.number(len(listed) - SHOWN)} till")


@group.command("undo")
@click.option("--source", default="hr", show_default=True, help="Vilket systems senaste import.")
def undo(source: str) -> None:
    """Ångra den senaste importen från ett system; alla siffror blir som före den."""
    with transaction() as (db, at):
        number = undo_import(db, source, by=None, at=at)
    click.echo(f"Den senaste importen från ”{source}” är ångrad (nummer {number}).")


@group.command("imports")
def imports() -> None:
    """Visa de senaste importerna."""
    for row in last_imports(database.session):
        counts = ", ".join(f"{row.counts.get(name, 0)} {verb}" for name, verb in VERBS.items())
        counts = f"{row.counts.get('rows', 0)} rader" if row.kind == "evidence" else counts
        what = f"ångrar {row.undoes}" if row.undoes else counts
        gone = " (ångrad)" if row.undone else ""
        who = row.by or "administratören"
        click.echo(f"{row.id}  {swedish.instant(row.at)}  {who}  {row.source}  {row.file_name}  {what}{gone}")


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
@click.option("--counts/--not-counted", default=None, help="Om personen räknas; annars avgör anställningsformen.")
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
    counts: bool | None,
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
        terms = Terms(unit_id, title, first, until, audience, employment, counts)
        add_membership(db, person.id, terms, by=None, at=at)
    click.echo(f"{name} ({key}) är tillagd i {unit} från {first}.")


@group.command("correct")
@click.argument("key")
@click.option("--name", help="Nytt namn.")
@click.option("--email", help="Ny e-post; ”” tar bort den.")
@click.option("--new-key", help="Ny nyckel, till exempel en förtroendevalds nya e-post.")
@click.option("--protected/--not-protected", default=None, help="Skyddade personuppgifter.")
def correct(key: str, name: str | None, email: str | None, new_key: str | None, protected: bool | None) -> None:
    """Rätta namn, e-post, nyckel eller skydd."""
    with transaction() as (db, at):
        person = person_by_key(db, key)
        correct_person(db, person.id, name=name, email=email, key=new_key, protected=protected, by=None, at=at)
    click.echo("Uppgifterna är rättade.")


@group.command("end")
@click.argument("key")
@click.option("--last-day", type=DAY, help="Sista dagen; i dag om inget sägs.")
@click.option("--unit", help="Enhetens kod, när personen har flera anställningar.")
def end(key: str, last_day: date | None, unit: str | None) -> None:
    """Avsluta en persons anställningar, eller den i en enhet."""
    with transaction() as (db, at):
        last = last_day or clock.day_of(at)
        person = person_by_key(db, key)
        unit_id = unit_id_by_code(db, unit, last, at) if unit else None
        ended = end_membership(db, person.id, last_day=last, unit=unit_id, by=None, at=at)
    click.echo(f"{ended} anställning(ar) slutar {swedish.day(last)}.")


@group.command("counts")
@click.argument("key")
@click.option("--yes/--no", "counts", required=True, help="Om personen ska räknas i målgruppen.")
@click.option("--from", "since", type=DAY, help="Från vilken dag; i dag om inget sägs.")
def counts_(key: str, counts: bool, since: date | None) -> None:
    """Säg om en person ska räknas i målgruppen, oavsett anställningsform."""
    with transaction() as (db, at):
        person = person_by_key(db, key)
        set_counts(db, person.id, counts=counts, since=since or clock.day_of(at), by=None, at=at)
    click.echo("Personen räknas." if counts else "Personen räknas inte.")


@group.command("chief")
@click.argument("key")
@click.option("--unit", required=True, help="Enhetens kod.")
@click.option("--from", "since", type=DAY, help="Från vilken dag; i dag om inget sägs.")
def chief(key: str, unit: str, since: date | None) -> None:
    """Säg vem som är chef för en enhet. En inläst lista som namnger chefer ändrar det igen."""
    with transaction() as (db, at):
        first = since or clock.day_of(at)
        person = person_by_key(db, key)
        set_unit_manager(db, unit_id_by_code(db, unit, first, at), person.id, since=first, by=None, at=at)
    click.echo(f"{key} är chef för {unit} från {swedish.day(first)}.")


@group.command("link")
@click.argument("key")
@click.argument("main")
def link_(key: str, main: str) -> None:
    """Koppla ihop två anställningsnummer som är samma människa; MAIN står för båda."""
    with transaction() as (db, at):
        link_numbers(db, person_by_key(db, key).id, person_by_key(db, main).id, by=None, at=at)
    click.echo(f"{key} och {main} räknas som en människa.")


@group.command("unlink")
@click.argument("key")
def unlink_(key: str) -> None:
    """Ta bort en koppling mellan två anställningsnummer."""
    with transaction() as (db, at):
        unlink_numbers(db, person_by_key(db, key).id, by=None, at=at)
    click.echo(f"{key} räknas för sig.")


@group.command("exempt")
@click.argument("key")
@click.option("--from", "since", type=DAY, required=True, help="Första dagen.")
@click.option("--to", "until", type=DAY, default=clock.FOREVER, help="Sista dagen.")
def exempt_(key: str, since: date, until: date) -> None:
    """Undanta en person från kursen en tid. Ingen orsak sparas."""
    with transaction() as (db, at):
        exempt(db, person_by_key(db, key).id, since=since, until=until, by=None, at=at)
    click.echo(f"{key} är undantagen från {swedish.day(since)}.")


@group.command("end-exemption")
@click.argument("key")
@click.option("--last-day", type=DAY, help="Sista undantagna dagen; utan den tas undantaget bort helt.")
def end_exemption_(key: str, last_day: date | None) -> None:
    """Avsluta en persons undantag, eller ta bort det."""
    with transaction() as (db, at):
        end_exemption(db, person_by_key(db, key).id, last_day=last_day, by=None, at=at)
    click.echo(f"{key} är inte längre undantagen.")
