"""Täckning in sentences: the result, and what it rests on. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from course import swedish
from course.report.coverage import Coverage
from course.target.queries import Promise
from course.target.tables import ReportedFigure


@dataclass(frozen=True)
class Basis:
    """What the figures rest on."""

    audience: str
    day: date
    known_at: datetime
    period_from: date
    period_to: date
    lists: Mapping[str, tuple[date, date]]
    """{source: (the day of its first list, the day of its newest)}."""
    reported: Sequence[ReportedFigure]
    """Totals that were reported earlier, by day."""
    knows_people: bool
    """Whether anybody of the audience was known."""
    knows_period: bool
    """Whether anything is known of the course in the period."""

    @property
    def knows(self) -> bool:
        """Whether there is anything to count."""
        return self.knows_people and self.knows_period


PEOPLE = {"employee": "anställda", "official": "förtroendevalda"}
LISTS = {"employee": "personallista", "official": "lista över förtroendevalda"}
FIRST = {"employee": "personallistan", "official": "listan"}
KEPT = "bara de som fanns kvar i den är med"


def sentences(basis: Basis, promise: Promise | None, coverage: Coverage) -> tuple[str, ...]:
    """The result first; what was reported earlier is said, and never added."""
    if not basis.knows_people:
        return f"Inget känt: vid den tidpunkten fanns inga {PEOPLE[basis.audience]} inlagda.", *_rests_on(basis)
    period = swedish.period(basis.period_from, basis.period_to)
    if not basis.knows_period:
        return f"Inga uppgifter om {_period(period)}{_but_reported(basis)}.", *_rests_on(basis)
    reached = swedish.number(coverage.reached)
    if promise:
        first = f"{reached} av målet {swedish.number(promise.goal)} har gått kursen {period}."
    else:
        first = f"Inget mål beslutat. {reached} har gått kursen {period}."
    reported = [f"Rapporterat tidigare, utan personuppgifter: {_newest(basis)}."] if basis.reported else []
    if not coverage.members:
        return first, "Målgruppen har inga medlemmar den dagen: täckningen är inte mätt.", *reported, *_rests_on(basis)
    members, covered = swedish.number(coverage.members), swedish.number(coverage.covered)
    second = f"{covered} av {members} {PEOPLE[basis.audience]} i målgruppen är klara ({swedish.share(coverage.share)})."
    left = [f"Kvar till målet: {swedish.number(max(0, promise.goal - coverage.reached))}."] if promise else []
    return first, second, *left, *reported, *_rests_on(basis)


def _period(period: str) -> str:
    """A period as what is told about: "2023", or "tiden från … till …"."""
    year = period.removeprefix("under ")
    return year if year != period else f"tiden {period}"


def _but_reported(basis: Basis) -> str:
    return f", men rapporterat tidigare: {_newest(basis)}" if basis.reported else ""


def _newest(basis: Basis) -> str:
    """The figure that was reported last, with where it stands."""
    figure = basis.reported[-1]
    where = ", ".join(filter(None, (figure.source, figure.reference)))
    return f"{swedish.number(figure.number)} per {swedish.day(figure.day)}" + (f" ({where})" if where else "")


def _rests_on(basis: Basis) -> Iterable[str]:
    """The day, what was known, the newest list of each source, and the sources whose first list is of a later day."""
    said = f"Per {swedish.day(basis.day)}, enligt det som var känt {swedish.instant(basis.known_at)}"
    what = LISTS[basis.audience]
    several = len(basis.lists) > 1
    named = [
        f"{what}{f' ”{source}”' if several else ''} från {swedish.day(newest)}"
        for source, (_, newest) in sorted(basis.lists.items())
    ]
    yield f"{', '.join([said, *named])}."
    for source, (first, _) in sorted(basis.lists.items()):
        if basis.day < first:
            which = f"listan ”{source}” från {swedish.day(first)}" if several else FIRST[basis.audience]
            yield f"Dagen ligger före den första {which}: {KEPT}."
