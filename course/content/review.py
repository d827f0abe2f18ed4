"""Who should review a text, and who has: what its page says of that, and what is not published before."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from course import swedish
from course.content.front_matter import DAY, Head, read_codes, read_list, suggest
from course.content.model import Course, TextReview
from course.content.text import Fault
from course.errors import Problem


@dataclass(frozen=True)
class Reviewer:
    """Somebody who knows what the editors do not, in words: "en jurist", and "jurist" after "Ingen"."""

    one: str
    none: str


REVIEWERS: Mapping[str, Reviewer] = {
    "jurist": Reviewer("en jurist", "jurist"),
    "suicidprevention": Reviewer("någon med suicidpreventiv kompetens", "med suicidpreventiv kompetens"),
    "hr": Reviewer("HR", "på HR"),
    "säkerhet": Reviewer("en säkerhetssamordnare", "säkerhetssamordnare"),
}
BEFORE_PUBLISHING = "suicidprevention"
"""Whose review is waited for: a wrong word on suicide may cost a life."""
GIVEN = re.compile(rf"(\S+) ({DAY.pattern})")


def read_reviews(head: Head, fault: Fault) -> tuple[TextReview, ...]:
    """Who should review the file (`granskas: jurist, hr`), and when they have (`granskat: jurist 2026-12-03`)."""
    days: dict[str, date | None] = dict.fromkeys(read_codes(head, "granskas"))
    for by in days:
        _check(by, "granskas", head, fault)
    for given in read_list(head, "granskat"):
        found = GIVEN.fullmatch(given)
        try:
            by, day = (found[1], date.fromisoformat(found[2])) if found else ("", None)
        except ValueError:
            day = None
        if day is None:
            fault(head.line("granskat"), f"skriv vem och vilken dag, som ”jurist 2026-12-03”, inte ”{given}”")
        elif _check(by, "granskat", head, fault):
            days[by] = day
    return tuple(TextReview(by, days[by]) for by in REVIEWERS if by in days)


def _check(by: str, key: str, head: Head, fault: Fault) -> bool:
    if by not in REVIEWERS:
        fault(head.line(key), f"okänd granskare ”{by}”{suggest(by, REVIEWERS)}")
    return by in REVIEWERS


def told(read_on: date, reviews: Collection[TextReview] = ()) -> str:
    """When the editors last read a text, who has reviewed it and when, and who has not yet."""
    said = [f"Redaktionen läste senast {swedish.day(read_on)}."]
    for each in reviews:
        if each.on:
            one = REVIEWERS[each.by].one
            said.append(f"{one[0].upper()}{one[1:]} granskade texten {swedish.day(each.on)}.")
    missing = [f"ingen {REVIEWERS[each.by].none}" for each in reviews if not each.on]
    if missing:
        nobody = swedish.listed(missing)
        said.append(f"{nobody[0].upper()}{nobody[1:]} har granskat texten än.")
    return " ".join(said)


def waiting(course: Course) -> dict[str, list[str]]:
    """{reviewer: modules/id and material/id of the texts that wait for one}, without those that nothing waits for."""
    texts = [(f"modules/{module.id}", module.reviews) for module in course.modules]
    texts += [(f"material/{material.id}", material.reviews) for material in course.materials]
    found: dict[str, list[str]] = {}
    for path, reviews in texts:
        for each in reviews:
            if not each.on:
                found.setdefault(each.by, []).append(path)
    return {by: found[by] for by in REVIEWERS if by in found}


def unpublishable(course: Course) -> tuple[Problem, ...]:
    """The texts that should not be published before somebody has reviewed them."""
    message = (
        f"{REVIEWERS[BEFORE_PUBLISHING].one} ska granska texten först;"
        f" skriv sedan ”granskat: {BEFORE_PUBLISHING} 2026-12-03” i filens huvud"
    )
    return tuple(Problem(path, 0, message) for path in waiting(course).get(BEFORE_PUBLISHING, ()))
