"""Lists of people as text, read in at noon on their own day, and what became of the people and units in them."""

from sqlalchemy import select
from world import a_day, noon

from course.clock import FOREVER
from course.organisation.roster_file import read_employees, read_officials
from course.organisation.tables import Membership, MembershipState, Person, UnitState
from course.roster.actions import Origin, apply_plan
from course.roster.plan import plan
from course.roster.queries import known_of

HEAD = "anstallningsnummer;fornamn;efternamn;epost;enhetskod;enhet;avdelning;befattning;anstallningsform;chef;fran;till"
OFFICIALS = "namn;epost;namnd;organ;roll;mandat_fran;mandat_till"
LATER = noon("2030-01-01")


def row(
    key, unit="E1", *, name="", mail=None, division="Boende", form="tillsvidare", boss="", since="2020-01-01", until=""
):
    mail = f"{key}@example.org" if mail is None else mail
    name = name or f"Namn{key}"
    return f"{key};{name};Ek;{mail};{unit};Enhet {unit};{division};Handläggare;{form};{boss};{since};{until}"


def planned(world, rows, as_of, source="hr", kind="employees", *, head=None):
    usual, read = (HEAD, read_employees) if kind == "employees" else (OFFICIALS, read_officials)
    listed = read("\n".join([head or usual, *rows]).encode())
    assert listed.problems == []
    known = known_of(world.db, source, a_day(as_of))
    audience = "employee" if kind == "employees" else "official"
    return plan(listed.rows, known, as_of=a_day(as_of), source=source, audience=audience)


def legible(rows):
    """Whether the rows say nothing against each other."""
    return not read_employees("\n".join([HEAD, *rows]).encode()).problems


def read_in(world, rows, as_of, source="hr", kind="employees", *, day=None, head=None):
    """Apply the list at noon on its own day, or on another one."""
    with world.write(day or as_of) as (db, at):
        found = planned(world, rows, as_of, source, kind, head=head)
        apply_plan(db, found, Origin(kind, source, "lista.csv", "0" * 64), by=None, at=at)
    return found


def held(world, key, known_at=LATER):
    """[(unit code, title, since, until)] of the person's states, as known at the instant."""
    world.db.rollback()
    state = MembershipState
    rows = world.db.execute(
        select(UnitState.code, state.valid_from, state.valid_to)
        .select_from(state)
        .join(Membership, Membership.id == state.membership_id)
        .join(Person, Person.id == Membership.person_id)
        .join(UnitState, UnitState.unit_id == state.unit_id)
        .where(Person.key == key, state.recorded_at <= known_at, UnitState.superseded_at.is_(None))
        .where((state.superseded_at.is_(None)) | (state.superseded_at > known_at))
        .distinct()
        .order_by(state.valid_from)
    )
    return [(code, str(since), "" if until == FOREVER else str(until)) for code, since, until in rows]


def counted(found):
    return tuple(found.counts[sort] for sort in ("joined", "left", "moved", "changed"))


def names(events):
    return [event.key for event in events]


def states(world, code):
    """[(name, the name of what stands above, since, until)] of the units with the code, as known now."""
    world.db.rollback()
    live = world.db.scalars(select(UnitState).where(UnitState.superseded_at.is_(None)).order_by(UnitState.valid_from))
    live = live.all()
    names = {state.unit_id: state.name for state in live}
    return [
        (
            each.name,
            names.get(each.parent_id, ""),
            str(each.valid_from),
            "" if each.valid_to == FOREVER else str(each.valid_to),
        )
        for each in live
        if each.code == code
    ]


def leader(world, code):
    """The number of who leads the unit at last, or None."""
    world.db.rollback()
    rows = select(Person.key).select_from(UnitState).outerjoin(Person, Person.id == UnitState.manager_id)
    rows = rows.where(UnitState.code == code, UnitState.superseded_at.is_(None), UnitState.valid_to == FOREVER)
    return world.db.scalars(rows).one()
