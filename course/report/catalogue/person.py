"""Varför räknas hon så? Every fact behind one person's status on a day, in order, as known at an instant."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from course import swedish
from course.clock import FOREVER, day_of
from course.content.model import Course
from course.content.queries import Published, editions, published
from course.errors import NotFound
from course.learning.completion import WHOLE_COURSE, valid_through
from course.learning.resting import restores
from course.learning.tables import Completion, Revocation
from course.organisation.population import Population
from course.organisation.queries import unit_spans
from course.organisation.tables import Exemption, Membership, MembershipState, Person, SamePerson
from course.quiz.tables import Attempt
from course.report.as_of import write_known
from course.report.coverage import Standing, bucket
from course.report.queries import Scope, standing_of
from course.report.table import Column, Row, Table
from course.schema import known
from course.target.queries import promise_on

NAME = "person"
TITLE = "Varför räknas personen så?"
STATUS = {
    "covered": "Klar",
    "exempt": "Undantagen",
    "expired": "Har gått ut",
    "under_way": "Pågår",
    "not_started": "Inte börjat",
}
EMPLOYMENT = {
    "permanent": "tillsvidare",
    "temporary": "visstid",
    "hourly": "timanställd",
    "hired": "inhyrd",
    "trainee": "praktikant",
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
Fact = tuple[date, datetime, str, str]
"""(day it is about, instant it was recorded, what it says, what became of it)."""


def build(db: Session, course: Published, day: date, known_at: datetime, person_id: int) -> Table:
    """The facts behind a person's status in a course on a day. Raises NotFound."""
    person = db.get(Person, person_id)
    if person is None:
        raise NotFound("Personen finns inte.")
    model = course.course
    promise = promise_on(db, model.id, model.audience, day, known_at)
    scope = Scope.of(promise, model.id, model.audience, day, known_at)
    population = promise.population if promise else Population()
    standing = standing_of(db, scope, population, unit_spans(db, known_at), person_id)
    people = star_of(db, person_id, known_at)
    facts = [
        *_memberships(db, people, known_at),
        *_links(db, people, known_at),
        *_exemptions(db, people, known_at),
        *_attempts(db, people, model, known_at),
        *_completions(db, people, course, known_at),
        *_editions(db, model.id, known_at),
    ]
    return Table(
        name=NAME,
        title=TITLE,
        sentences=(_status(standing, scope), f"Enligt det som var känt {swedish.instant(known_at)}."),
        groups=(),
        columns=(Column("day", "Dag"), Column("recorded", "Inlagt"), Column("note", "Anmärkning")),
        rows=tuple(
            Row(0, text, (about, swedish.instant(recorded), note), "fact")
            for about, recorded, text, note in sorted(facts, key=lambda fact: fact[:2])
        ),
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


def star_of(db: Session, person_id: int, known_at: datetime) -> list[int]:
    """All the rows that are the same human, as known at the instant."""
    links = db.execute(select(SamePerson.person_id, SamePerson.main_id).where(known(SamePerson, known_at)))
    main_of = dict(links.all())
    main = main_of.get(person_id, person_id)
    return sorted({main, *(each for each, its in main_of.items() if its == main)})


def _status(standing: Standing | None, scope: Scope) -> str:
    when = f"den {swedish.day(scope.day)}"
    if standing is None or not (standing.at_end or standing.uncounted or standing.reached):
        return f"Personen finns inte i målgruppen {when}."
    reached = "Personen räknas som nådd under perioden." if standing.reached else "Personen räknas inte som nådd."
    if standing.at_end:
        return f"{STATUS[bucket(standing)]} {when}. {reached}"
    if standing.uncounted:
        return f"Personen stämmer med målets urval {when} men räknas inte. {reached}"
    return f"Personen finns inte i målgruppen {when}. {reached}"


def _memberships(db: Session, people: Sequence[int], known_at: datetime) -> Iterable[Fact]:
    names = {span.unit: span.name for span in unit_spans(db, known_at)}
    state = MembershipState
    rows = db.scalars(
        select(state)
        .join(Membership, Membership.id == state.membership_id)
        .where(Membership.person_id.in_(people), state.recorded_at <= known_at)
    )
    for row in rows:
        where = names.get(row.unit_id, "okänd enhet")
        title = f" som {row.title.lower()}" if row.title else ""
        form = EMPLOYMENT[row.employment] if row.audience == "employee" else "förtroendevald"
        counts = "räknas" if row.counts else "räknas inte"
        yield (
            row.valid_from,
            row.recorded_at,
            f"{where}{title}, {form}, {counts}, {_until(row.valid_to)}",
            _replaced(row.superseded_at, known_at),
        )


def _links(db: Session, people: Sequence[int], known_at: datetime) -> Iterable[Fact]:
    rows = db.scalars(
        select(SamePerson).where(
            or_(SamePerson.person_id.in_(people), SamePerson.main_id.in_(people)), SamePerson.recorded_at <= known_at
        )
    )
    for row in rows:
        note = _replaced(row.superseded_at, known_at)
        yield day_of(row.recorded_at), row.recorded_at, "Två anställningsnummer räknas som en människa", note


def _exemptions(db: Session, people: Sequence[int], known_at: datetime) -> Iterable[Fact]:
    rows = db.scalars(select(Exemption).where(Exemption.person_id.in_(people), Exemption.recorded_at <= known_at))
    for row in rows:
        note = _replaced(row.superseded_at, known_at)
        yield row.valid_from, row.recorded_at, f"Undantagen {_until(row.valid_to)}", note


def _attempts(db: Session, people: Sequence[int], course: Course, known_at: datetime) -> Iterable[Fact]:
    rows: Select[str, datetime] = select(Attempt.quiz, Attempt.started_at).where(
        Attempt.person_id.in_(people), Attempt.course == course.id, Attempt.started_at <= known_at
    )
    for quiz_id, started_at in db.execute(rows):
        quiz = course.quizzes.get(quiz_id)
        module = course.module(quiz.module) if quiz else None
        what = f"modulen ”{module.title}”" if module else "en modul som inte finns längre"
        begun = "Började kunskapstestet till" if quiz and quiz.kind else "Började svara på frågorna i"
        yield day_of(started_at), started_at, f"{begun} {what}", ""


def _completions(db: Session, people: Sequence[int], course: Published, known_at: datetime) -> Iterable[Fact]:
    rows = db.execute(
        select(Completion, Revocation.at, Revocation.reason)
        .outerjoin(Revocation, Revocation.completion_id == Completion.id)
        .where(
            Completion.person_id.in_(people),
            Completion.course == course.course.id,
            Completion.recorded_at <= known_at,
        )
        .order_by(Completion.id)
    )
    titles: Mapping[str, str] = {module.id: module.title for module in course.course.modules}
    for row, revoked_at, why in rows:
        what = "Hela kursen" if row.path == WHOLE_COURSE else f"Modulen {titles.get(row.path, row.path)}"
        note = f"återkallat {swedish.instant(revoked_at)}: {why}" if revoked_at and revoked_at <= known_at else ""
        if row.path == WHOLE_COURSE and not note:
            last = valid_through(row.occurred_on, published(db, row.release_id).course.valid_months)
            note = "gäller tills vidare" if last == FOREVER else f"gäller till och med {swedish.day(last)}"
        route = ROUTES.get(row.route, row.route)
        if restores(row.evidence) and row.route != "restored":
            route += ", återställt"
        yield row.occurred_on, row.recorded_at, f"{what} genomförd, utgåva {row.edition} ({route})", note


def _editions(db: Session, course: str, known_at: datetime) -> Iterable[Fact]:
    seen: set[int] = set()
    for release in editions(db, course, known_at):
        if seen and release.edition not in seen:
            at = published(db, release.release_id).published_at
            yield release.holds_from, at, f"Utgåva {release.edition} börjar gälla; den förra räknas inte längre", ""
        seen.add(release.edition)


def _until(last: date) -> str:
    return "tills vidare" if last == FOREVER else f"till och med {swedish.day(last)}"


def _replaced(superseded_at: datetime | None, known_at: datetime) -> str:
    gone = superseded_at is not None and superseded_at <= known_at
    return f"ersatt {swedish.instant(superseded_at)}" if gone and superseded_at else ""
