"""What a list says of its columns, beside the plan that is made of its rows. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from course.clock import FOREVER
from course.organisation.roster_file import ListFile
from course.roster.known import Known, Shape, Terms
from course.roster.plan import Plan
from course.roster.states import Held
from course.swedish import counted

Lost = Callable[[Plan, Known], int]


def with_columns(found: Plan, read: ListFile, known: Known) -> Plan:
    """The plan with what is to be said of the file.

    A column that is not there, though the last list had it, stops the plan, as does one that looks like it.
    """
    own = -1 if "namnd" in read.columns else 0
    lost = [
        f"Kolumnen ”{names[own]}” saknas, men fanns i den förra listan: {counted(many, one, more)} {what}."
        for names, one, more, what, count in COLUMNS
        if not read.columns.intersection(names) and (many := count(found, known))
    ]
    return replace(found, remarks=(*read.remarks, *found.remarks), brakes=(*read.doubts, *lost, *found.brakes))


def _memberships(found: Plan, known: Known) -> Iterator[tuple[Held[Terms], Held[Terms]]]:
    """(the last state as it is, as it would be) of each employment that changes and goes on."""
    had = {membership.id: membership.states[-1] for membership in known.memberships}
    for change in found.memberships:
        if change.head in had and change.write:
            yield had[change.head], change.write[-1]


def _units(found: Plan, known: Known) -> Iterator[tuple[Shape, Shape]]:
    for change in found.units:
        if isinstance(change.head, int) and change.write:
            yield known.units[change.head].states[-1].what, change.write[-1].what


def _ends(found: Plan, known: Known) -> int:
    return sum(had.until < FOREVER == now.until for had, now in _memberships(found, known))


def _titles(found: Plan, known: Known) -> int:
    return sum(bool(had.what.title) and not now.what.title for had, now in _memberships(found, known))


def _addresses(found: Plan, _: Known) -> int:
    return sum(bool(change.known and change.known.email) and not change.email for change in found.people)


def _divisions(found: Plan, known: Known) -> int:
    return sum(had.parent is not None and now.parent is None for had, now in _units(found, known))


COLUMNS: tuple[tuple[tuple[str, ...], str, str, str, Lost], ...] = (
    (("till", "mandat_till"), "anställning eller mandat", "anställningar eller mandat", "mister sin sista dag", _ends),
    (("befattning", "roll"), "person", "personer", "mister sin befattning", _titles),
    (("epost",), "person", "personer", "mister sin e-postadress", _addresses),
    (("avdelning", "organ"), "enhet", "enheter", "hör inte längre till någon avdelning", _divisions),
)
"""(an optional column of employees and of officials, one and more that lose, what they lose, how many)."""
