"""Täckning: how many have taken the course, held against what was promised."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from course import swedish
from course.organisation.population import Population, UnitSpan, tree_on
from course.organisation.queries import unit_spans
from course.report.as_of import write_known
from course.report.changes import Change, explain
from course.report.coverage import Coverage, Part, UnitLine, by_unit, part_of, summarise
from course.report.queries import Scope, facts, reached_by, stars, written_between
from course.report.table import Column, Figure, Group, Row, Table
from course.roster.queries import list_days
from course.target.queries import Promise, promise_on, reported_figures
from course.target.tables import ReportedFigure

NAME = "coverage"
TITLE = "Täckning"
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
        "Den som har flera genomföranden som gäller räknas en gång, på den översta raden som stämmer under ”Så blev de"
        " klara”."
    ),
    (
        "I målgruppen räknas anställda som stämmer med målets urval och som är märkta att räknas. Andra som stämmer"
        " med urvalet står på en egen rad."
    ),
)

ROUTES = {
    "quiz": "Med kursens frågor",
    "mixed": "På flera sätt",
    "platform": "På en annan lärplattform",
    "workshop": "Vid en workshop",
    "paper": "På papper",
}

CAUSES = {
    "new": "Nya genomföranden (+)",
    "revoked": "Återkallade genomföranden (−)",
    "linked": "Nummer har kopplats ihop eller isär (±)",
    "undone": "En import har ångrats (±)",
    "corrected": "Anställningar eller enheter har rättats (±)",
    "target": "Målet har ändrats (±)",
}


def build(
    db: Session, course: str, audience: str, day: date, known_at: datetime, *, earlier: datetime | None = None
) -> Table:
    """The coverage of a course on a day, as known at an instant.

    Without a target for the day the figures are of everybody in the audience, over the day's calendar year. With
    `earlier`, an instant before `known_at`, it also says why reached was another number then.
    """
    promise = promise_on(db, course, audience, day, known_at)
    scope = Scope.of(promise, course, audience, day, known_at)
    spans = unit_spans(db, known_at)
    named = dict(promise.groups) if promise else {}
    population = promise.population if promise else Population()
    found = facts(db, scope, [population, *named.values()], spans)
    whole, *parts = found.standings
    coverage = summarise(whole)
    names = {span.unit: span.name for span in spans}
    lines = by_unit(tree_on(spans, day), names, found.members, found.reached)
    groups = [_status(coverage), _identity(coverage), _bridge(coverage), _routes(coverage), _promise(promise)]
    if promise and (reported := reported_figures(db, promise.id, known_at)):
        groups.append(_reported(reported))
    groups += [
        Group(f"group:{name}", f"Grupp: {name}", _part(part_of(part))) for name, part in zip(named, parts, strict=True)
    ]
    if earlier:
        groups.append(_changes(_change_since(db, scope, promise, spans, earlier), earlier))
    asked = {"kurs": course, "per": day.isoformat(), "kand": write_known(known_at)}
    return Table(
        name=NAME,
        title=TITLE,
        sentences=_sentences(scope, promise, coverage, list_days(db, known_at), knows=found.knows_anybody),
        groups=tuple(groups) if found.knows_anybody else (_promise(promise),),
        columns=(
            Column("members", "I målgruppen"),
            Column("covered", "Klara"),
            Column("share", "Andel klara"),
            Column("remaining", "Inte klara"),
            Column("reached", "Nått under perioden"),
        ),
        rows=tuple(_row(line) for line in lines),
        notes=NOTES,
        scope=asked | ({"sedan": write_known(earlier)} if earlier else {}),
    )


def _change_since(
    db: Session, scope: Scope, promise: Promise | None, spans: Sequence[UnitSpan], earlier: datetime
) -> Change:
    """Why reached, as known at the scope's instant, is another number than it was known to be earlier."""
    then = promise_on(db, scope.course, scope.audience, scope.day, earlier)
    before = reached_by(
        db,
        Scope.of(then, scope.course, scope.audience, scope.day, earlier),
        then.population if then else Population(),
        unit_spans(db, earlier),
    )
    after = reached_by(db, scope, promise.population if promise else Population(), spans)
    target = promise or then
    written = written_between(db, target.id if target else None, earlier, scope.known_at)
    return explain(before, after, stars(db, earlier, scope.known_at), written)


def _promise(promise: Promise | None) -> Group:
    if promise is None:
        return Group("target", "Mål", (Figure("goal", "Mål", None, "Inget mål beslutat"),))
    return Group(
        "target",
        "Mål",
        (
            Figure("goal", "Mål", promise.goal),
            Figure("period_from", "Från", promise.period_from),
            Figure("period_to", "Till", promise.period_to),
            Figure("decided_on", "Beslutat", promise.decided_on or "saknas"),
            Figure("reference", "Referens", promise.reference or "saknas"),
            Figure("source", "Källa", promise.source or "saknas"),
            Figure("responsible", "Ansvarig", promise.responsible or "saknas"),
        ),
    )


def _reported(figures: Sequence[ReportedFigure]) -> Group:
    return Group(
        "reported",
        "Rapporterat tidigare, utan personuppgifter",
        tuple(
            Figure(
                f"reported:{figure.id}",
                ", ".join(filter(None, (f"Per {swedish.day(figure.day)}", figure.source, figure.reference))),
                figure.number,
                "räknas aldrig in",
            )
            for figure in figures
        ),
    )


def _status(coverage: Coverage) -> Group:
    return Group(
        "status",
        "Så är läget den valda dagen",
        (
            Figure("members", "I målgruppen", coverage.members),
            Figure("covered", "Klara", coverage.covered, "genomförandet gäller"),
            Figure("exempt", "Undantagna", coverage.exempt),
            Figure("expired", "Har gått ut", coverage.expired, "genomfört förut, gäller inte längre"),
            Figure("under_way", "Pågår", coverage.under_way),
            Figure("not_started", "Inte börjat", coverage.not_started),
            Figure("share", "Andel klara", coverage.share, "klara av målgruppen"),
            Figure("share_without_exempt", "Andel klara utan undantagna", coverage.share_without_exempt),
            Figure("uncounted", "Stämmer med urvalet men räknas inte", coverage.uncounted),
        ),
    )


def _routes(coverage: Coverage) -> Group:
    return Group(
        "routes",
        "Så blev de klara",
        (
            *(Figure(route, ROUTES[route], persons) for route, persons in coverage.covered_by.items()),
            Figure("covered", "Klara den valda dagen (=)", coverage.covered),
        ),
    )


def _identity(coverage: Coverage) -> Group:
    return Group(
        "identity",
        "Så har målgruppen ändrats",
        (
            Figure("at_start", "I målgruppen när perioden började", coverage.at_start),
            Figure("joined", "Har börjat (+)", coverage.joined),
            Figure("left", "Har slutat (−)", coverage.left),
            Figure("moved_in", "Har bytt till målgruppen (+)", coverage.moved_in),
            Figure("moved_out", "Har bytt från målgruppen (−)", coverage.moved_out),
            Figure("members", "I målgruppen den valda dagen (=)", coverage.members),
        ),
    )


def _bridge(coverage: Coverage) -> Group:
    return Group(
        "bridge",
        "Så hänger klara och nått ihop",
        (
            Figure("covered", "Klara den valda dagen", coverage.covered),
            Figure("covered_before_period", "Blev klara före perioden (−)", coverage.covered_before_period),
            Figure("covered_after_period", "Blev klara efter perioden (−)", coverage.covered_after_period),
            Figure(
                "covered_outside_population", "Blev klara utanför målgruppen (−)", coverage.covered_outside_population
            ),
            Figure("reached_left_or_moved", "Nådda som har slutat eller bytt (+)", coverage.reached_left_or_moved),
            Figure(
                "reached_no_longer_valid", "Nådda vars genomförande har gått ut (+)", coverage.reached_no_longer_valid
            ),
            Figure("reached", "Nått under perioden (=)", coverage.reached),
        ),
    )


def _changes(change: Change, earlier: datetime) -> Group:
    causes = change.by_cause.items()
    return Group(
        "changes",
        f"Så har det kända ändrats sedan {swedish.instant(earlier)}",
        (
            Figure("before", "Nått, enligt det som var känt då", change.before),
            *(Figure(cause, CAUSES[cause], abs(number) if cause == "revoked" else number) for cause, number in causes),
            Figure("after", "Nått, enligt det som är känt nu (=)", change.after),
        ),
    )


def _part(coverage: Part) -> tuple[Figure, ...]:
    return (
        Figure("members", "I gruppen", coverage.members),
        Figure("covered", "Klara", coverage.covered),
        Figure("share", "Andel klara", coverage.share),
        Figure("reached", "Nått under perioden", coverage.reached),
    )


def _row(line: UnitLine) -> Row:
    share = line.share
    remaining = line.members - line.covered
    return Row(line.level, line.name, (line.members, line.covered, share, remaining, line.reached), line.kind)


def _sentences(
    scope: Scope, promise: Promise | None, coverage: Coverage, lists: tuple[date, date] | None, *, knows: bool
) -> tuple[str, ...]:
    period = swedish.period(scope.period_from, scope.period_to)
    basis = f"Per {swedish.day(scope.day)}, enligt det som var känt {swedish.instant(scope.known_at)}"
    basis += f", personallista från {swedish.day(lists[1])}." if lists and scope.audience == "employee" else "."
    if lists and scope.audience == "employee" and scope.day < lists[0]:
        basis += " Dagen ligger före den första personallistan: bara de som fanns kvar i den är med."
    if not knows:
        return (f"Inget känt: vid den tidpunkten fanns inga anställda inlagda. {basis}",)
    reached = swedish.number(coverage.reached)
    if promise:
        first = f"{reached} av målet {swedish.number(promise.goal)} har gått kursen {period}."
    else:
        first = f"Inget mål beslutat. {reached} har gått kursen {period}."
    if not coverage.members:
        return first, f"Målgruppen har inga medlemmar den dagen: täckningen är inte mätt. {basis}"
    people = "anställda" if scope.audience == "employee" else "förtroendevalda"
    members, covered = swedish.number(coverage.members), swedish.number(coverage.covered)
    second = f"{covered} av {members} {people} i målgruppen är klara ({swedish.share(coverage.share)})."
    if promise is None:
        return first, second, basis
    remaining = swedish.number(max(0, promise.goal - coverage.reached))
    return first, second, f"Kvar till målet: {remaining}.", basis
