"""Grading finished attempts anew: only ever better, and what they complete by it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from course.audit.actions import record as audit
from course.content.queries import Published
from course.errors import Invalid, NotFound
from course.learning.actions import settle
from course.organisation.person import kept, note
from course.quiz.actions import grade_quiz_again


@dataclass(frozen=True)
class RegradeCounts:
    """How many finished attempts were graded anew, and what came of it."""

    finished: int = 0
    without_answers: int = 0
    """Those whose answers have been deleted: they are left alone."""
    better: int = 0
    passed: int = 0
    """Those that pass and did not."""
    completions: int = 0
    gained: Counter[str] = field(default_factory=Counter)
    """{item: how many attempts got more points for it}."""

    def __add__(self, other: "RegradeCounts") -> "RegradeCounts":
        return RegradeCounts(
            self.finished + other.finished,
            self.without_answers + other.without_answers,
            self.better + other.better,
            self.passed + other.passed,
            self.completions + other.completions,
            self.gained + other.gained,
        )


def regrade(
    db: Session,
    course: str,
    quiz: str,
    people: Sequence[int],
    *,
    release: Published | None,
    reason: str,
    by: int | None,
    at: datetime,
) -> RegradeCounts:
    """Grade some people's attempts at a quiz anew by the keys of a release, None for each attempt's own, and settle.

    No result becomes worse and no completion is taken away. Raises Invalid without a reason, NotFound when the
    release has no such quiz.
    """
    if not reason.strip():
        raise Invalid("Skriv varför frågorna rättas på nytt. De som har svarat får läsa det.", "reason")
    reason = kept(note, reason, "Skälet", "reason")
    if release and quiz not in release.course.quizzes:
        raise NotFound(f"Quizen ”{quiz}” finns inte i version {release.id}.")
    graded = grade_quiz_again(db, course, quiz, people, release=release, reason=reason, at=at)
    settling = {
        person for person, was, score in graded.better if (score.passed, score.stars) != (was.passed, was.stars)
    }
    new = [number for person in sorted(settling) for number in settle(db, person, course, at=at)]
    if graded.better:
        detail = {"release": release.id if release else None, "results": len(graded.better), "new": new}
        audit(db, "quiz.regrade", f"{course}/{quiz}", detail, by=by, at=at)
    passed = sum(score.passed and not was.passed for _, was, score in graded.better)
    return RegradeCounts(graded.finished, graded.without_answers, len(graded.better), passed, len(new), graded.gained)
