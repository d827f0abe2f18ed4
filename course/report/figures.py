"""The figures of Täckning in words: each group of them as it stands on the page and in files. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from course import swedish
from course.report.changes import Change
from course.report.coverage import Coverage, Part
from course.report.table import Absent, Figure, Group
from course.target.queries import Promise
from course.target.tables import ReportedFigure

ROUTES = {
    "quiz": "Med kursens frågor",
    "test": "Med kunskapstest i minst en modul",
    "mixed": "På flera sätt",
    "platform": "På en annan lärplattform",
    "workshop": "Vid en workshop",
    "paper": "På papper",
}

CAUSES = {
    "new": "Nya genomföranden (+)",
    "came": "Har kommit till målgruppen och var klara (+)",
    "left": "Har slutat (−)",
    "moved_out": "Har bytt från målgruppen (−)",
    "expired": "Genomförandet har gått ut (−)",
    "outdated": "En ny utgåva gäller (−)",
    "revoked": "Återkallade genomföranden (−)",
    "linked": "Nummer har kopplats ihop eller isär (±)",
    "undone": "En import har ångrats (±)",
    "corrected": "Anställningar eller enheter har rättats (±)",
    "target": "Målet har ändrats (±)",
}


def promise(found: Promise | None) -> Group:
    """What was promised."""
    if found is None:
        return Group("target", "Mål", (Figure("goal", "Mål", Absent.MISSING, "Inget mål beslutat"),))
    return Group(
        "target",
        "Mål",
        (
            Figure("goal", "Mål", found.goal),
            Figure("period_from", "Från", found.period_from),
            Figure("period_to", "Till", found.period_to),
            Figure("decided_on", "Beslutat", found.decided_on or Absent.MISSING),
            Figure("reference", "Referens", found.reference or Absent.MISSING),
            Figure("source", "Källa", found.source or Absent.MISSING),
            Figure("responsible", "Ansvarig", found.responsible or Absent.MISSING),
        ),
    )


def reported(figures: Sequence[ReportedFigure]) -> Group:
    """Totals that were reported earlier, without rows of people."""
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


def status(coverage: Coverage) -> Group:
    """Where the members stand; the shares without the exempt differ only when some of those are covered."""
    both = (
        (
            Figure("covered_exempt", "Klara som är undantagna ändå", coverage.covered_exempt),
            Figure("share_of_required", "Andel klara, alla undantagna borträknade", coverage.share_of_required),
        )
        if coverage.covered_exempt
        else ()
    )
    return Group(
        "status",
        "Så är läget den valda dagen",
        (
            Figure("members", "I målgruppen", coverage.members),
            Figure("covered", "Klara", coverage.covered, "genomförandet gäller"),
            Figure("exempt", "Undantagna som inte är klara", coverage.exempt),
            Figure("expired", "Har gått ut", coverage.expired, "var klara, tiden är slut"),
            Figure("outdated", "Ska göra den nya utgåvan", coverage.outdated, "var klara i en tidigare utgåva"),
            Figure("under_way", "Pågår", coverage.under_way, "har börjat på den utgåva som gäller"),
            Figure("not_started", "Inte börjat", coverage.not_started),
            Figure("share", "Andel klara", coverage.share, "klara av målgruppen"),
            Figure(
                "share_without_exempt",
                "Andel klara, undantagna som inte är klara borträknade",
                coverage.share_without_exempt,
            ),
            *both,
            Figure("uncounted", "Stämmer med urvalet men räknas inte", coverage.uncounted),
        ),
    )


def routes(coverage: Coverage) -> Group:
    """How the covered became so."""
    total = Figure("covered", "Klara den valda dagen (=)", coverage.covered)
    return Group("routes", "Så blev de klara", (*_by_route(coverage.covered_by), total))


def reached_routes(coverage: Coverage) -> Group:
    """How the reached became so."""
    total = Figure("reached", "Nått under perioden (=)", coverage.reached)
    return Group("reached_routes", "Så blev de nådda", (*_by_route(coverage.reached_by), total))


def _by_route(persons: Mapping[str, int]) -> tuple[Figure, ...]:
    return tuple(Figure(route, label, persons[route]) for route, label in ROUTES.items())


def identity(coverage: Coverage) -> Group:
    """How the population became what it is."""
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


def bridge(coverage: Coverage) -> Group:
    """How covered and reached hang together."""
    return Group(
        "bridge",
        "Så hänger klara och nått ihop",
        (
            Figure("covered", "Klara den valda dagen", coverage.covered),
            Figure("covered_before_period", "Blev klara före perioden (−)", coverage.covered_before_period),
            Figure(
                "covered_outside_population", "Blev klara utanför målgruppen (−)", coverage.covered_outside_population
            ),
            Figure("reached_left_or_moved", "Nådda som har slutat eller bytt (+)", coverage.reached_left_or_moved),
            Figure("reached_expired", "Nådda vars genomförande har gått ut (+)", coverage.reached_expired),
            Figure("reached_outdated", "Nådda som ska göra den nya utgåvan (+)", coverage.reached_outdated),
            Figure("reached", "Nått under perioden (=)", coverage.reached),
        ),
    )


def reached_changes(change: Change, earlier: datetime) -> Group:
    """Why reached was known to be another number."""
    new, *others = _by_cause(change)
    return Group(
        "changes",
        f"Så har det kända ändrats sedan {swedish.instant(earlier)}",
        (
            Figure("before", "Nått, enligt det som var känt då", change.before),
            new,
            Figure("new_earned_before", "varav genomförda före dess", change.new_earned_before),
            *others,
            Figure("after", "Nått, enligt det som är känt nu (=)", change.after),
        ),
    )


def covered_changes(change: Change, earlier: datetime, days: tuple[date, date]) -> Group:
    """Why covered was another number on the earlier of two days, as it was known then."""
    before, after = days
    return Group(
        "covered_changes",
        f"Så har klara ändrats sedan {swedish.instant(earlier)}",
        (
            Figure("before", f"Klara {swedish.day(before)}, enligt det som var känt då", change.before),
            *_by_cause(change),
            Figure("after", f"Klara {swedish.day(after)}, enligt det som är känt nu (=)", change.after),
        ),
    )


def _by_cause(change: Change) -> tuple[Figure, ...]:
    """The lines of a change: what their label says is taken away is told without a sign."""
    return tuple(
        Figure(cause, CAUSES[cause], abs(number) if CAUSES[cause].endswith("(−)") else number)
        for cause, number in change.by_cause.items()
    )


def part(name: str, found: Part | None) -> Group:
    """A group beside the whole; None for one that is not told."""
    told = (found.members, found.covered, found.share, found.reached) if found else (Absent.UNTOLD,) * 4
    keys = ("members", "covered", "share", "reached")
    labels = ("I gruppen", "Klara", "Andel klara", "Nått under perioden")
    return Group(f"group:{name}", f"Grupp: {name}", tuple(map(Figure, keys, labels, told)))
