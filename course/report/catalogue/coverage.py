"""Täckning: how many have taken the course, held against what was promised."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from course.clock import day_of
from course.organisation.population import Population, UnitSpan, tree_on
from course.organisation.queries import unit_spans
from course.report import figures
from course.report.as_of import TICK, write_known
from course.report.changes import explain_covered, explain_reached
from course.report.coverage import Facts, UnitLine, by_unit, part_of, summarise, where_they_are
from course.report.disclosure import LEAST, hide_small, may_tell
from course.report.queries import (
    Scope,
    employed_on,
    facts,
    knows_period,
    members_at,
    reached_by,
    stars,
    written_between,
)
from course.report.sentences import Basis, sentences
from course.report.table import Column, Group, Row, Table
from course.roster.queries import list_days
from course.target.queries import Promise, promise_on, reported_figures

NAME = "coverage"
TITLE = "Täckning"
THEN, NOW = "da", "nu"
ORGANISATIONS = (THEN, NOW)
"""Whether the reached stand where they were when they completed, or where they are, in the units as they are now."""
SHOWN, HIDDEN = "visas", "doljs"
SMALL = (SHOWN, HIDDEN)
"""What becomes of rows about few people: the second is for what is handed on."""
LISTS = {"employee": "employees", "official": "officials"}
COLUMNS = (
    Column("members", "I målgruppen"),
    Column("covered", "Klara"),
    Column("share", "Andel klara"),
    Column("remaining", "Inte klara, även undantagna"),
    Column("reached", "Nått under perioden"),
)
NOTES = (
    (
        "Klar är den som har ett genomförande av hela kursen som gäller den valda dagen. Hela kursen är genomförd när"
        " alla obligatoriska moduler är det. En modul är genomförd när alla frågor är besvarade, minst 80 procent av"
        " poängen är nådd (om modulen inte säger något annat) och varje säkerhetskritisk fråga har blivit rätt någon"
        " gång. Modulens kunskapstest kan göras i stället, med samma gränser."
    ),
    (
        "Nått räknar varje person som blev klar under perioden medan hen fanns i målgruppen, även den som sedan har"
        " slutat. Det är det talet som jämförs med målet."
    ),
    (
        "Den som arbetar i flera enheter står på varje enhets rad men räknas en gång i varje summa. Raden ”I flera"
        " enheter” gör att raderna går ihop."
    ),
    (
        "Den som har flera genomföranden räknas en gång, på den översta raden som stämmer under ”Så blev de klara” och"
        " ”Så blev de nådda”."
    ),
    (
        "I målgruppen räknas anställda som stämmer med målets urval och som är märkta att räknas. Andra som stämmer"
        " med urvalet står på en egen rad."
    ),
)
PLACED = {
    THEN: (
        "Klara står i enheten där personen är den valda dagen. Nått står i enheten där personen var när hen blev klar."
        " Efter en omorganisation kan en ny enhet därför ha fler klara än nådda. Välj ”Organisationen nu” om nått ska"
        " stå där personen är."
    ),
    NOW: (
        "Organisationen nu: enheterna står som de är ordnade i dag. Nått står i enheten där personen är den valda"
        " dagen. Den som har lämnat målgruppen står kvar i enheten där hen blev klar."
    ),
}
PUT_TOGETHER = (
    f"Rader om färre än {LEAST} personer är lagda ihop under ”Ej särredovisat”, så att ingen går att känna igen."
    " Summorna är desamma."
)


def build(
    db: Session,
    course: str,
    audience: str,
    day: date,
    known_at: datetime,
    *,
    earlier: datetime | None = None,
    organisation: str = THEN,
    small: str = SHOWN,
) -> Table:
    """The coverage of a course on a day, as known at an instant.

    Without a target for the day the figures are of everybody in the audience, over the day's calendar year. With
    `earlier`, an instant before `known_at`, it also says why the figures were others then. `organisation` is one of
    ORGANISATIONS, `small` one of SMALL.
    """
    promise = promise_on(db, course, audience, day, known_at)
    scope = Scope.of(promise, course, audience, day, known_at)
    spans = unit_spans(db, known_at)
    named = dict(promise.groups) if promise else {}
    found = facts(db, scope, [_population(promise), *named.values()], spans)
    coverage = summarise(found.standings[0])
    basis = _basis(db, scope, promise, knows_people=found.knows_anybody)
    lines = _lines(found, spans, day if organisation == THEN else day_of(known_at), organisation)
    groups = [figures.promise(promise)]
    if basis.knows:
        groups = [
            figures.status(coverage),
            figures.identity(coverage),
            figures.bridge(coverage),
            figures.routes(coverage),
            figures.reached_routes(coverage),
            *groups,
        ]
    if basis.reported:
        groups.append(figures.reported(basis.reported))
    if basis.knows:
        parts = {name: part_of(each) for name, each in zip(named, found.standings[1:], strict=True)}
        told = {name: part if small == SHOWN or may_tell(part, coverage) else None for name, part in parts.items()}
        groups += [figures.part(name, part) for name, part in told.items()]
    if earlier:
        groups += _changes(db, scope, promise, spans, earlier)
    chosen = {"sedan": earlier and write_known(earlier), "organisation": organisation, "sma": small}
    return Table(
        name=NAME,
        title=TITLE,
        sentences=sentences(basis, promise, coverage),
        groups=tuple(groups),
        columns=COLUMNS,
        rows=tuple(map(_row, lines if small == SHOWN else hide_small(lines))) if basis.knows else (),
        notes=(*NOTES, PLACED[organisation], *([PUT_TOGETHER] if small == HIDDEN else [])),
        scope={"kurs": course, "per": day.isoformat(), "kand": write_known(known_at)}
        | {name: value for name, value in chosen.items() if value and value not in (THEN, SHOWN)},
    )


def _population(promise: Promise | None) -> Population:
    return promise.population if promise else Population()


def _basis(db: Session, scope: Scope, promise: Promise | None, *, knows_people: bool) -> Basis:
    return Basis(
        audience=scope.audience,
        day=scope.day,
        known_at=scope.known_at,
        period_from=scope.period_from,
        period_to=scope.period_to,
        lists=list_days(db, LISTS[scope.audience], scope.known_at),
        reported=reported_figures(db, promise.id, scope.known_at) if promise else (),
        knows_people=knows_people,
        knows_period=knows_period(db, scope),
    )


def _lines(found: Facts, spans: Sequence[UnitSpan], day: date, organisation: str) -> list[UnitLine]:
    """The figures by unit, in the tree of a day."""
    names = {span.unit: span.name for span in spans}
    reached = found.reached if organisation == THEN else where_they_are(found.members, found.reached)
    return by_unit(tree_on(spans, day), names, found.members, reached)


def _changes(
    db: Session, scope: Scope, promise: Promise | None, spans: Sequence[UnitSpan], earlier: datetime
) -> list[Group]:
    """Why reached is another number than it was known to be earlier, and covered than it was on that day."""
    then = promise_on(db, scope.course, scope.audience, scope.day, earlier)
    before = Scope.of(then, scope.course, scope.audience, scope.day, earlier)
    spans_then = unit_spans(db, earlier)
    target = promise or then
    written = written_between(db, target.id if target else None, earlier, scope.known_at)
    star = stars(db, earlier, scope.known_at)
    reached = explain_reached(
        reached_by(db, before, _population(then), spans_then),
        reached_by(db, scope, _population(promise), spans),
        star,
        written,
        over=day_of(earlier + TICK) - timedelta(days=1),
    )
    day = min(scope.day, day_of(earlier))
    covered = explain_covered(
        members_at(db, replace(before, day=day), _population(then), spans_then).covered,
        members_at(db, scope, _population(promise), spans),
        star,
        written,
        then=members_at(db, replace(scope, day=day), _population(promise), spans).all,
        employed=employed_on(db, scope),
    )
    return [
        figures.reached_changes(reached, earlier),
        figures.covered_changes(covered, earlier, (day, scope.day)),
    ]


def _row(line: UnitLine) -> Row:
    share = line.share
    remaining = line.members - line.covered
    return Row(line.level, line.name, (line.members, line.covered, share, remaining, line.reached), line.kind)
