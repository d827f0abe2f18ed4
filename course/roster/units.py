"""The units that a list names: made, changed, closed, given another place. Pure.

A list says what its own units are. One that was made by hand it takes over, and so one that another list has left; of
one that another list still has people in it only tells what differs.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from course import swedish
from course.clock import FOREVER
from course.organisation.row import Row
from course.roster.known import BY_HAND, Known, KnownUnit, Shape, Wanted
from course.roster.leaders import leader_of
from course.roster.states import DAY, Change, Held, Ref, difference, merge, succeed, up_to

ABOVE = {"employee": "avdelning", "official": "namnd"}
"""What stands above other units. A list says neither what stands above it nor who leads it."""
BELOW = {"employee": "enhet", "official": "organ"}


@dataclass(frozen=True)
class Units:
    """What happens to units, and what to say of it: those given another place or name, and what is in doubt."""

    changes: tuple[Change[Shape], ...]
    reorganised: tuple[str, ...]
    remarks: tuple[str, ...]


def unit_changes(
    rows: Sequence[Row],
    known: Known,
    wanted: Sequence[Wanted],
    refs: Mapping[str, Ref],
    *,
    as_of: date,
    source: str,
    audience: str,
) -> Units:
    """Units to make, change and close, parents first."""
    shapes, remarks = _shapes(rows, known, refs, audience, as_of)
    first = _first_days(rows, wanted, refs)
    living = {code for row in rows if row.until >= as_of for code in (row.unit_code, row.parent_code)}
    changes: list[Change[Shape]] = []
    reorganised: list[str] = []
    for code, shape in shapes.items():
        since = first.get(code, as_of)
        unit = known.units.get(ref) if isinstance(ref := refs.get(code, code), int) else None
        if unit is None:
            changes.append(Change(code, "", (), (Held(since, FOREVER, shape),)))
            continue
        if unit.source != source and code not in living:
            continue
        if not _may_change(unit, source, as_of):
            remarks += _differences(unit, shape, since, known, shapes)
            continue
        ended, written = difference(unit.states, _states(unit, shape, since, known, as_of=as_of, source=source))
        if not ended and not written:
            continue
        changes.append(Change(unit.id, "", ended, written))
        reorganised += _reorganised(unit, shape, known, shapes, as_of)
        if unit.source != source:
            remarks.append(f"{shape.name} ({code}) {_was_told_by(unit)} och följer nu den här listan.")
    used = {refs.get(code, code) for code in shapes}
    above = {shape.parent for shape in shapes.values()} | _above_others(known, used, changes, as_of, source)
    closed = _closed(known, used | above, as_of, source)
    return Units((*changes, *closed), tuple(reorganised), tuple(remarks))


def _shapes(
    rows: Sequence[Row], known: Known, refs: Mapping[str, Ref], audience: str, as_of: date
) -> tuple[dict[str, Shape], list[str]]:
    """{code: what the list says of the unit}, parents first; and remarks on who leads it."""
    by_unit: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_unit[row.unit_code].append(row)
    listed = {row.key for row in rows}
    names_leaders = any(row.manager for row in rows)
    shapes: dict[str, Shape] = {}
    remarks: list[str] = []
    for row in rows:
        if row.parent_code and row.parent_code not in shapes:
            now = _now(known, refs, row.parent_code)
            above = (now.parent, now.manager) if now else (None, "")
            shapes[row.parent_code] = Shape(row.parent_code, row.parent_name, ABOVE[audience], *above)
    for code, same in by_unit.items():
        if code in shapes:
            continue
        row, now = same[0], _now(known, refs, code)
        manager = now.manager if now else ""
        if names_leaders:
            manager, doubts = leader_of(same, manager, known, listed, as_of)
            remarks += [f"{row.unit_name} ({code}): {doubt}" for doubt in doubts]
        top = not row.parent_code and audience == "official"
        parent = refs.get(row.parent_code, row.parent_code) or None
        above = (now.parent, now.manager) if top and now else (parent, manager)
        shapes[code] = Shape(code, row.unit_name, (ABOVE if top else BELOW)[audience], *above)
    return shapes, remarks


def _now(known: Known, refs: Mapping[str, Ref], code: str) -> Shape | None:
    """What the unit with the code is or was last."""
    ref = refs.get(code)
    return known.units[ref].states[-1].what if isinstance(ref, int) else None


def _may_change(unit: KnownUnit, source: str, as_of: date) -> bool:
    """Whether the list may say what the unit is: not while another list has it."""
    if unit.source in (source, BY_HAND) or unit.states[-1].until < as_of:
        return True
    return unit.states[-1].what.kind in BELOW.values() and unit.source not in unit.peopled


def _states(
    unit: KnownUnit, shape: Shape, since: date, known: Known, *, as_of: date, source: str
) -> Sequence[Held[Shape]]:
    """The states that the unit should have. Its first day is its people's, but after another unit with its code."""
    begins = unit.states[0].since
    ends = (
        state.until
        for other in known.units.values()
        for state in other.states
        if other.id != unit.id and state.what.code == shape.code and state.until < begins
    )
    since = min(begins, max(since, max(ends, default=since - DAY) + DAY))
    if unit.source == source:
        states = succeed(unit.states, since, FOREVER, shape, as_of)
        return [replace(states[0], since=since), *states[1:]]
    kept = up_to(unit.states, as_of - DAY)
    if not kept:
        return [Held(since, FOREVER, shape)]
    earlier = [Held(since, begins - DAY, shape)] if since < begins else []
    return merge([*earlier, *kept, Held(kept[-1].until + DAY, FOREVER, shape)])


def _differences(
    unit: KnownUnit, shape: Shape, since: date, known: Known, shapes: Mapping[str, Shape]
) -> Iterable[str]:
    """One remark on what another list's unit is otherwise than this list says, if anything."""
    now, begins = unit.states[-1].what, unit.states[0].since
    texts = []
    if now.name.casefold() != shape.name.casefold():
        texts.append(f"här heter den {shape.name}")
    if now.parent != shape.parent:
        texts.append(
            f"här hör den till {_unit_name(known, shape.parent, shapes)}, där till"
            f" {_unit_name(known, now.parent, shapes)}"
        )
    if shape.manager and now.manager != shape.manager:
        there = known.told(now.manager) if now.manager else "ingen"
        texts.append(f"här är {known.told(shape.manager)} chef, där {there}")
    if since < begins:
        texts.append(f"här finns personer från {swedish.day(since)}, där börjar den {swedish.day(begins)}")
    if texts:
        yield f"{now.name} ({shape.code}) {_was_told_by(unit)} och ändras inte: {'; '.join(texts)}."


def _was_told_by(unit: KnownUnit) -> str:
    return "är tillagd för hand" if unit.source == BY_HAND else f"kommer från listan ”{unit.source}”"


def _reorganised(
    unit: KnownUnit, shape: Shape, known: Known, shapes: Mapping[str, Shape], as_of: date
) -> Iterable[str]:
    now = unit.states[-1].what
    if unit.states[-1].until < as_of:
        return
    if now.name != shape.name:
        yield f"{now.name} ({shape.code}) heter nu {shape.name}."
    if now.parent != shape.parent:
        names = [_unit_name(known, parent, shapes) for parent in (now.parent, shape.parent)]
        yield f"{shape.name} ({shape.code}) hör nu till {names[1]} i stället för {names[0]}."


def _above_others(
    known: Known, used: set[Ref], changes: Iterable[Change[Shape]], as_of: date, source: str
) -> set[Ref | None]:
    """What stands above the units that stay as they are though the list does not tell of them."""
    changed = {change.head for change in changes}
    return {
        state.what.parent
        for unit in known.units.values()
        for state in unit.states
        if state.until >= as_of
        and unit.id not in changed
        and (unit.source != source or (unit.peopled - {source} and unit.id not in used))
    }


def _closed(known: Known, kept: Container[Ref | None], as_of: date, source: str) -> Iterable[Change[Shape]]:
    """The list's own units that are not among those to keep, and that no other list has people in."""
    for unit in known.units.values():
        if unit.source == source and not unit.peopled - {source} and unit.id not in kept:
            ended, written = difference(unit.states, up_to(unit.states, as_of - DAY))
            if ended:
                yield Change(unit.id, "", ended, written)


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
