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


def grade_again(
    quiz: Quiz, paper: Sequence[Item], answers: Mapping[str, Any], marks: Mapping[str, int], keys: Mapping[str, Item]
) -> Score:
    """Grade a finished paper by other keys {item: the item whose key counts}; nothing of it can become worse.

    For each item the better of its mark and what the key gives counts. A key that asks about other parts than the
    paper did is passed over, and so is an item without an answer. The pass mark and the ★ are the paper's own.
    """
    graded = grade(quiz, paper, {})
    best = dict(marks)
    for item in paper:
        if item.id in graded.marks and item.id in answers and fits(key := keys.get(item.id, item), item):
            best[item.id] = max(marks.get(item.id, 0), key.points(answers[item.id]))
    points = sum(best.values())
    stars = tuple(sorted(item.id for item in paper if item.critical and best.get(item.id) == FULL))
    return Score(best, points, graded.of, points >= quiz.pass_mark * graded.of, stars)


def fits(key: Item, item: Item) -> bool:
    """Whether an answer to `item` can be graded by the key of another state of it: the same type and parts."""
    return key.type == item.type and {part.id for part in key.parts} == {part.id for part in item.parts}


def grade(quiz: Quiz, paper: Sequence[Item], answers: Mapping[str, Any]) -> Score:
    """Grade the answers {item: answer} to a whole paper; an item without an answer is worth nothing.

    Only scored items count. A paper without any is passed, 0 out of 0: it was answered.
    """
    scored = [item for item in paper if item.scored]
    marks = {item.id: item.points(answers[item.id]) if item.id in answers else 0 for item in scored}
    points, of = sum(marks.values()), FULL * len(scored)
    stars = tuple(sorted(item.id for item in scored if item.critical and marks[item.id] == FULL))
    return Score(marks, points, of, points >= quiz.pass_mark * of, stars)
