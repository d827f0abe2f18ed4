"""How a finished paper is graded: exact, in millionths."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from course.content.model import Quiz
from course.items import FULL, Item


@dataclass(frozen=True)
class Score:
    """A graded paper. `marks` is {item: points}; points are millionths, out of `of`."""

    marks: Mapping[str, int]
    points: int
    of: int
    passed: bool
    stars: tuple[str, ...]
    """The safety-critical items with full marks, sorted."""


def grade(quiz: Quiz, paper: Sequence[Item], answers: Mapping[str, Any]) -> Score:
    """Grade the answers {item: answer} to a whole paper; an item without an answer is worth nothing.

    Only scored items count. A paper without any is passed, 0 out of 0: it was answered.
    """
    scored = [item for item in paper if item.scored]
    marks = {item.id: item.points(answers[item.id]) if item.id in answers else 0 for item in scored}
    points, of = sum(marks.values()), FULL * len(scored)
    stars = tuple(sorted(item.id for item in scored if item.critical and marks[item.id] == FULL))
    return Score(marks, points, of, points >= quiz.pass_mark * of, stars)
