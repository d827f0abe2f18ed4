"""The units that a list names: made, changed, closed, given another place. Pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from course.clock import FOREVER
from course.organisation.roster_file import Row
from course.roster.known import Known, Shape, Wanted
from course.roster.states import DAY, Change, Held, Ref, difference, succeed, up_to


def unit_changes(
    rows: Sequence[Row],
    known: Known,
    wanted: Sequence[Wanted],
    refs: Mapping[str, Ref],
    *,
    as_of: date,
    source: str,
    audience: str,
) -> tuple[tuple[Change[Shape], ...], tuple[str, ...], tuple[str, ...]]:
    """Units to make, change and close; which were given another place; which leaders are in doubt."""
    shapes, odd = _shapes(rows, known, refs, audience)
    first = _first_days(rows, wanted, refs)
    changes: list[Change[Shape]] = []
    reorganised = []
    for code, stated in shapes.items():
        unit = known.units.get(ref) if isinstance(ref := refs.get(code, code), int) else None
        if unit is None:
            changes.append(Change(code, "", (), (Held(first.get(code, as_of), FOREVER, stated),)))
            continue
        if unit.source != source:
            continue
        now = unit.states[-1].what
        if stated.kind in ("avdelning", "namnd"):  # the list does not say what stands above, nor who leads it
            shape = replace(stated, parent=now.parent, manager=now.manager)
        else:
            shape = stated
        since = min(first.get(code, as_of), unit.states[0].since)
        states = succeed(unit.states, since, FOREVER, shape, as_of)
        ended, written = difference(unit.states, [replace(states[0], since=since), *states[1:]])
        if ended or written:
            changes.append(Change(unit.id, "", ended, written))
        if unit.states[-1].until >= as_of and now.parent != shape.parent:
            names = [_unit_name(known, parent, shapes) for parent in (now.parent, shape.parent)]
            reorganised.append(f"{shape.name} ({code}) hör nu till {names[1]} i stället för {names[0]}.")
    used = {refs.get(code, code) for code in shapes}
    parents = {shape.parent for shape in shapes.values()} | {
        state.what.parent
        for unit in known.units.values()
        for state in unit.states
        if state.until >= as_of and (unit.source != source or (unit.shared and unit.id not in used))
    }
    for unit in known.units.values():
        if unit.source == source and not unit.shared and unit.id not in used | parents:
            ended, written = difference(unit.states, up_to(unit.states, as_of - DAY))
            if ended:
                changes.append(Change(unit.id, "", ended, written))
    return tuple(changes), tuple(reorganised), odd


def _shapes(
    rows: Sequence[Row], known: Known, refs: Mapping[str, Ref], audience: str
) -> tuple[dict[str, Shape], tuple[str, ...]]:
    """{code: what the list says of the unit}, parents first; and remarks on who leads it."""
    leaders: dict[str, Counter[str]] = defaultdict(Counter)
    listed = {row.key for row in rows}
    for row in rows:
        if row.manager:
            leaders[row.unit_code][row.manager] += 1
    above, below, odd = ("avdelning", "enhet", []) if audience == "employee" else ("namnd", "organ", [])
    shapes: dict[str, Shape] = {}
    for row in rows:
        if row.parent_code and row.parent_code not in shapes:
            shapes[row.parent_code] = Shape(row.parent_code, row.parent_name, above, None, "")
    for row in rows:
        if row.unit_code in shapes:
            continue
        manager, others = _leader(leaders[row.unit_code])
        if others:
            most, rest = known.told(manager), ", ".join(map(known.told, others))
            odd.append(f"{row.unit_name} ({row.unit_code}): flest rader anger chefen {most}, andra {rest}.")
        if manager and manager not in listed and manager not in known.people:
            odd.append(f"{row.unit_name} ({row.unit_code}): chefen {manager} finns inte i listan.")
            manager = ""
        parent = refs.get(row.parent_code, row.parent_code) or None
        kind = below if row.parent_code or audience == "employee" else above
        shapes[row.unit_code] = Shape(row.unit_code, row.unit_name, kind, parent, manager)
    return shapes, tuple(odd)


def _leader(named: Counter[str]) -> tuple[str, list[str]]:
    """(who most rows name, the others)."""
    ordered = sorted(named, key=lambda key: (-named[key], key))
    return (ordered[0], ordered[1:]) if ordered else ("", [])


def _first_days(rows: Sequence[Row], wanted: Sequence[Wanted], refs: Mapping[str, Ref]) -> dict[str, date]:
    """{code: the first day on which anybody stands in the unit or below it}."""
    codes = {ref: code for code, ref in refs.items()}
    above = {row.unit_code: row.parent_code for row in rows}
    first: dict[str, date] = {}
    for _, row, states in wanted:
        for state in states if row else ():
            code = codes.get(state.what.unit, str(state.what.unit))
            for each in (code, above.get(code, "")):
                first[each] = min(first.get(each, FOREVER), state.since)
    return first


def _unit_name(known: Known, ref: Ref | None, shapes: Mapping[str, Shape]) -> str:
    if ref is None:
        return "ingen avdelning"
    return known.units[ref].states[-1].what.name if isinstance(ref, int) else shapes[ref].name
