"""Varför räknas hon så? Every fact behind one person's status on a day, in order, as known at an instant."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from course import swedish
from course.clock import FOREVER, day_of, end_of
from course.content.model import Course
from course.content.queries import Published, editions, published
from course.errors import NotFound
from course.learning.completion import WHOLE_COURSE, valid_through
from course.learning.resting import restores
from course.learning.tables import Completion, Revocation
from course.organisation.population import EMPLOYMENT_NAMES, Population, UnitSpan
from course.organisation.queries import unit_spans
from course.organisation.tables import Exemption, Membership, MembershipState, Person, SamePerson
from course.quiz.tables import Attempt
from course.report.as_of import write_known
from course.report.coverage import Standing, bucket
from course.report.queries import Scope, standing_of, star_of
from course.report.table import Column, Row, Table
from course.target.queries import promise_on

NAME = "person"
TITLE = "Varför räknas personen så?"
STATUS = {
    "covered": "klar",
    "exempt": "undantagen",
    "expired": "var klar, tiden har gått ut",
    "outdated": "ska göra den nya utgåvan",
    "under_way": "har börjat",
    "not_started": "har inte börjat",
}
ROUTES = {
    "quiz": "i kursen",
    "restored": "återställt",
    "paper": "papper",
    "workshop": "workshop",
    "platform": "annan lärplattform",
    "mixed": "på flera sätt",
}
"""How something was completed, in words."""
ELSEWHERE = frozenset({"paper", "workshop", "platform"})
"""The routes whose instant is when somebody else recorded it, and tells nothing of when the person was at work."""


class _Fact(NamedTuple):
    """One row; what the learner did has days alone, what others recorded also an instant."""

    text: str
    day: date | None = None
    done: date | None = None
    recorded: datetime | None = None
    note: str = ""


def build(db: Session, course: Published, day: date, known_at: datetime, person_id: int) -> Table:
    """The facts behind a person's status in a course on a day. Raises NotFound."""
    person = db.get(Person, person_id)
    if person is None:
        raise NotFound("Personen finns inte.")
    model = course.course
    promise = promise_on(db, model.id, model.audience, day, known_at)
    scope = Scope.of(promise, model.id, model.audience, day, known_at)
    population = promise.population if promise else Population()
    spans = unit_spans(db, known_at)
    standing = standing_of(db, scope, population, spans, person_id)
    people = star_of(db, person_id, known_at)
    facts = [
        *_memberships(db, people, spans, known_at),
        *_links(db, people, known_at),
        *_exemptions(db, people, known_at),
        *_done(db, people, course, scope),
        *_revoked(db, people, course, known_at),
        *_editions(db, model.id, known_at),
    ]
    return Table(
        name=NAME,
        title=TITLE,
        sentences=(_status(standing, scope), f"Enligt det som var känt {swedish.instant(known_at)}."),
        groups=(),
        columns=(
            Column("day", "Började"),
            Column("done", "Klar"),
            Column("recorded", "Inlagt"),
            Column("note", "Anmärkning"),
        ),
        rows=tuple(map(_row, sorted(facts, key=lambda fact: (fact.day or fact.done or date.min, fact.text)))),
        notes=(),
        scope={"kurs": model.id, "per": day.isoformat(), "kand": write_known(known_at)},
    )


def concerns(db: Session, course: Course, known_at: datetime, person_id: int) -> bool:
    """Whether the person, as known at the instant, was ever in the course's audience or did something in it."""
    people = star_of(db, person_id, known_at)
    within = select(MembershipState.id).join(Membership, Membership.id == MembershipState.membership_id)
    found = (
        within.where(
            Membership.person_id.in_(people),
            MembershipState.audience == course.audience,
            MembershipState.recorded_at <= known_at,
        ),
        select(Attempt.id).where(
            Attempt.person_id.in_(people), Attempt.course == course.id, Attempt.started_at <= known_at
        ),
        select(Completion.id).where(
            Completion.person_id.in_(people), Completion.course == course.id, Completion.recorded_at <= known_at
        ),
    )
    return bool(db.scalar(select(or_(*(each.exists() for each in found)))))


def _row(fact: _Fact) -> Row:
    recorded = swedish.instant(fact.recorded) if fact.recorded else ""
    return Row(0, fact.text, (fact.day or "", fact.done or "", recorded, fact.note), "fact")


def _status(standing: Standing | None, scope: Scope) -> str:
    when = f"den {swedish.day(scope.day)}"
    if standing is None or not (standing.at_end or standing.uncounted or standing.reached):
        return f"Personen finns inte i målgruppen {when}."
    reached = "Personen räknas som nådd under perioden." if standing.reached else "Personen räknas inte som nådd."
    if standing.at_end:
        return f"Läget {when}: {STATUS[bucket(standing)]}. {reached}"
    if standing.uncounted:
        return f"Personen stämmer med målets urval {when} men räknas inte. {reached}"
    return f"Personen finns inte i målgruppen {when}. {reached}"


def _memberships(db: Session, people: Sequence[int], spans: Sequence[UnitSpan], known_at: datetime) -> Iterable[_Fact]:
    names = {span.unit: span.name for span in spans}
    state = MembershipState
    rows = db.scalars(
        select(state)
        .join(Membership, Membership.id == state.membership_id)
        .where(Membership.person_id.in_(people), state.recorded_at <= known_at)
    )
    for row in rows:
        where = names.get(row.unit_id, "okänd enhet")
        title = f" som {row.title.lower()}" if row.title else ""
        form = EMPLOYMENT_NAMES[row.employment] if row.audience == "employee" else "förtroendevald"
        counts = "räknas" if row.counts else "räknas inte"
        yield _Fact(
            f"{where}{title}, {form}, {counts}{'' if row.valid_to == FOREVER else f', {_until(row.valid_to)}'}",
            day=row.valid_from,
            recorded=row.recorded_at,
            note=_replaced(row.superseded_at, known_at),
        )


def _links(db: Session, people: Sequence[int], known_at: datetime) -> Iterable[_Fact]:
    rows = db.scalars(
        select(SamePerson).where(
            or_(SamePerson.person_id.in_(people), SamePerson.main_id.in_(people)), SamePerson.recorded_at <= known_at
        )
    )
    for row in rows:
        note = _replaced(row.superseded_at, known_at)
        text = "Två anställningsnummer räknas som en människa"
        yield _Fact(text, day=day_of(row.recorded_at), recorded=row.recorded_at, note=note)


def _exemptions(db: Session, people: Sequence[int], known_at: datetime) -> Iterable[_Fact]:
    rows = db.scalars(select(Exemption).where(Exemption.person_id.in_(people), Exemption.recorded_at <= known_at))
    for row in rows:
        note = _replaced(row.superseded_at, known_at)
        yield _Fact(f"Undantagen {_until(row.valid_to)}", day=row.valid_from, recorded=row.recorded_at, note=note)


def _done(db: Session, people: Sequence[int], course: Published, scope: Scope) -> Iterable[_Fact]:
    """One row for the course and one for each module in an edition: when it was begun and done, by the scope's day.

    Nobody may see how many times somebody tried, how long it took, or when in the day; an earlier completion that a
    later one has followed in the same edition is told no more either, for it would say as much.
    """
    begun = _begun(db, people, scope)
    newest = {(row.path, row.edition): row for row in _completions(db, people, scope)}
    names: dict[str, str] = {module.id: module.title for module in course.course.modules}
    for path, edition in sorted({*begun, *newest}):
        row = newest.get((path, edition))
        yield _Fact(
            _what(path, edition, names, _route(row) if row else ""),
            day=begun.get((path, edition)),
            done=row.occurred_on if row else None,
            recorded=row.recorded_at if row and row.route in ELSEWHERE else None,
            note=_valid(db, row) if row and path == WHOLE_COURSE else "",
        )


def _begun(db: Session, people: Sequence[int], scope: Scope) -> dict[tuple[str, int], date]:
    """{(module, edition): the day on which the person began, with the module's questions or its knowledge test}."""
    rows: Select[str, int, datetime] = (
        select(Attempt.quiz, Attempt.release_id, func.min(Attempt.started_at))
        .where(
            Attempt.person_id.in_(people),
            Attempt.course == scope.course,
            Attempt.started_at <= scope.known_at,
            Attempt.started_at < end_of(scope.day),
        )
        .group_by(Attempt.quiz, Attempt.release_id)
    )
    begun: dict[tuple[str, int], date] = {}
    for quiz, release_id, started_at in db.execute(rows):
        release = published(db, release_id)
        key = release.course.quizzes[quiz].module, release.edition
        begun[key] = min(day_of(started_at), begun.get(key, date.max))
    return begun


def _completions(db: Session, people: Sequence[int], scope: Scope) -> Iterable[Completion]:
    """What counts of the completions by the scope's day, by day."""
    revoked = select(Revocation.completion_id).where(
        Revocation.completion_id == Completion.id, Revocation.at <= scope.known_at
    )
    return db.scalars(
        select(Completion)
        .where(
            Completion.person_id.in_(people),
            Completion.course == scope.course,
            Completion.recorded_at <= scope.known_at,
            Completion.occurred_on <= scope.day,
            ~revoked.exists(),
        )
        .order_by(Completion.occurred_on, Completion.id)
    )


def _valid(db: Session, row: Completion) -> str:
    last = valid_through(row.occurred_on, published(db, row.release_id).course.valid_months)
    return "gäller tills vidare" if last == FOREVER else f"gäller till och med {swedish.day(last)}"


def _revoked(db: Session, people: Sequence[int], course: Published, known_at: datetime) -> Iterable[_Fact]:
    """What HR has taken back, with when and why."""
    rows = db.execute(
        select(Completion, Revocation)
        .join(Revocation, Revocation.completion_id == Completion.id)
        .where(
            Completion.person_id.in_(people),
            Completion.course == course.course.id,
            Revocation.at <= known_at,
        )
        .order_by(Completion.id)
    )
    names: dict[str, str] = {module.id: module.title for module in course.course.modules}
    for row, taken_back in rows:
        note = f"återkallat {swedish.instant(taken_back.at)}: {taken_back.reason}"
        yield _Fact(_what(row.path, row.edition, names, _route(row)), done=row.occurred_on, note=note)


def _route(row: Completion) -> str:
    name = ROUTES.get(row.route, row.route)
    return f"{name}, återställt" if restores(row.evidence) and row.route != "restored" else name


def _what(path: str, edition: int, names: Mapping[str, str], route: str = "") -> str:
    what = "Hela kursen" if path == WHOLE_COURSE else f"Modulen ”{names.get(path, path)}”"
    return f"{what}, utgåva {edition}" + (f" ({route})" if route else "")


def _editions(db: Session, course: str, known_at: datetime) -> Iterable[_Fact]:
    seen: set[int] = set()
    for release in editions(db, course, known_at):
        if seen and release.edition not in seen:
            at = published(db, release.release_id).published_at
            text = f"Utgåva {release.edition} börjar gälla; den förra räknas inte längre"
            yield _Fact(text, day=release.holds_from, recorded=at)
        seen.add(release.edition)


def _until(last: date) -> str:
    return "tills vidare" if last == FOREVER else f"till och med {swedish.day(last)}"


def _replaced(superseded_at: datetime | None, known_at: datetime) -> str:
    gone = superseded_at is not None and superseded_at <= known_at
    return f"ersatt {swedish.instant(superseded_at)}" if gone and superseded_at else ""
