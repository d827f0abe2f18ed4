"""Whether the rows of a list agree with each other: doubles, contradictions, two employments at once. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from course.organisation.cells import DOUBLE, Findings
from course.organisation.row import Row
from course.sheet.problems import RowProblem, quoted

Say = Callable[[Row, Row], str]
"""What to say of a row that says otherwise than an earlier one."""
Rule = tuple[Callable[[Row], str], Callable[[Row], str], Say]
"""Rows that agree on the first agree on the second, where they have both."""


def _person(what: str) -> Say:
    return lambda _, other: f"samma person har {what} på rad {other.line}. Rätta den rad som är fel."


def _unit(what: str, shown: Callable[[Row], str]) -> Say:
    return lambda row, other: (
        f"enheten {quoted(row.unit_code)} {what} {shown(row)} men {shown(other)} på rad {other.line}. Skriv lika."
    )


def _written(shown: Callable[[Row], str]) -> Say:
    return lambda row, other: f"{quoted(shown(row))} skrivs {quoted(shown(other))} på rad {other.line}. Skriv lika."


RULES: tuple[Rule, ...] = (
    (lambda row: row.key.casefold(), lambda row: row.key, _written(lambda row: row.key)),
    (lambda row: row.key, lambda row: row.name.casefold(), _person("ett annat namn")),
    (lambda row: row.key, lambda row: row.email or "", _person("en annan e-postadress")),
    (lambda row: row.unit_code.casefold(), lambda row: row.unit_code, _written(lambda row: row.unit_code)),
    (
        lambda row: row.unit_code,
        lambda row: row.unit_name.casefold(),
        _unit("heter", lambda row: quoted(row.unit_name)),
    ),
    (
        lambda row: row.unit_code,
        lambda row: row.parent_name.casefold() or "ingen",
        _unit("hör till", lambda row: quoted(row.parent_name) if row.parent_name else "ingen avdelning"),
    ),
    (
        lambda row: row.parent_code,
        lambda row: row.parent_name.casefold(),
        _written(lambda row: row.parent_name),
    ),
)


def agree(rows: Sequence[Row], findings: Findings) -> list[Row]:
    """The rows, each once; those that say otherwise than an earlier one become problems."""
    findings.problems += _disagreements(rows)
    kept = _without_doubles(rows, findings)
    _note_overlaps(kept, findings)
    return kept


def _disagreements(rows: Sequence[Row]) -> Iterable[RowProblem]:
    """A problem for each row that says otherwise than an earlier one."""
    for group, value, message in RULES:
        first: dict[str, Row] = {}
        for row in rows:
            if not group(row) or not value(row):
                continue
            earlier = first.setdefault(group(row), row)
            if value(earlier) != value(row):
                yield RowProblem(row.line, message(row, earlier))


def _without_doubles(rows: Sequence[Row], findings: Findings) -> list[Row]:
    """The rows without those that say the same once more, but perhaps for the last day: the latest one holds."""
    kept: dict[tuple[object, ...], Row] = {}
    for row in rows:
        same = (row.key, row.unit_code, row.since, row.title, row.employment) if row.key else (row.line,)
        earlier = kept.setdefault(same, row)
        if earlier is row:
            continue
        findings.notes[DOUBLE].append(row.line)
        kept[same] = replace(
            earlier,
            until=max(earlier.until, row.until),
            email=earlier.email or row.email,
            manager=earlier.manager or row.manager,
            protected=earlier.protected or row.protected,
        )
    return list(kept.values())


def _note_overlaps(rows: Iterable[Row], findings: Findings) -> None:
    """Note who has several employments in the same unit at the same time; both hold, and the person counts once."""
    held: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row.key and row.unit_code and row.since <= row.until:
            held[row.key, row.unit_code].append(row)
    for periods in held.values():
        periods.sort(key=lambda row: (row.since, row.line))
        latest = periods[0]
        for row in periods[1:]:
            if row.since <= latest.until:
                findings.notes["har flera anställningar i samma enhet samtidigt; personen räknas en gång."] += [
                    latest.line,
                    row.line,
                ]
            latest = max(latest, row, key=lambda each: each.until)
