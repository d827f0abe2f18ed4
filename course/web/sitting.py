"""An attempt as its pages show it: on the release it began on, beside the module as its text stands now."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from course import clock
from course.content.model import Module, Quiz, Section
from course.content.queries import Published, current, published
from course.db import database
from course.errors import NotFound
from course.items import Item
from course.learning.place import Step, left_to_read, next_step
from course.quiz.paper import Paper, is_over, paper_of, shown_parts, time_is_up, values_shown
from course.quiz.queries import Taken
from course.web.answers import counted, why_regraded


@dataclass(frozen=True)
class Sitting:
    """An attempt with the release it is pinned to, and the module as its text stands now."""

    taken: Taken
    pinned: Published
    quiz: Quiz
    paper: Paper
    module: Module

    def item(self, item_id: str) -> Item:
        """The question of the paper. Raises NotFound."""
        found = next((item for item in self.paper.items if item.id == item_id), None)
        if found is None:
            raise NotFound("Frågan finns inte i det här försöket.")
        return found

    def number(self, item: Item) -> int:
        return self.paper.items.index(item) + 1

    @property
    def ends_at(self) -> datetime | None:
        """When the time is up; None when there is no limit."""
        return time_is_up(self.quiz, self.taken.started_at)

    @property
    def is_over(self) -> bool:
        """Whether the time is up and the attempt is yet to be graded."""
        return not self.taken.finished and is_over(self.quiz, self.taken.started_at, clock.now())


def sit(taken: Taken, newest_release: int) -> Sitting:
    """The attempt as its pages show it. Raises NotFound when its module is gone."""
    db = database.session
    pinned = published(db, taken.release_id)
    quiz = pinned.course.quizzes[taken.quiz]
    own_module = pinned.course.module(quiz.module)
    release = current(db, newest_release).get(taken.course)
    module = (release.course.module(quiz.module) if release else None) or own_module
    if module is None or own_module is None:
        raise NotFound("Modulen finns inte längre.")
    return Sitting(taken, pinned, quiz, paper_of(quiz, own_module, taken.paper), module)


def shown(sitting: Sitting, item: Item) -> dict[str, Any]:
    """What the pages of a question show, asked or answered."""
    section = sitting.module.section(item.section) or sitting.module.sections[0]
    ends_at = sitting.ends_at
    return {
        "sitting": sitting,
        "module": sitting.module,
        "item": item,
        "section": section,
        "number": sitting.number(item),
        "total": len(sitting.paper.items),
        "shown": shown_parts(item, sitting.taken.seed),
        "values": values_shown(item, sitting.taken.seed),
        "onward": _onward(sitting, section, item),
        "ends_at": ends_at,
        "seconds_left": max(0, int((ends_at - clock.now()).total_seconds())) if ends_at else None,
    }


def _onward(sitting: Sitting, section: Section, item: Item) -> Step | None:
    """Where a question of the section leads on; None is to the result, for who has read the rest of the module too."""
    if not sitting.taken.finished:
        return next_step(sitting.module, sitting.paper, sitting.taken.answers, section, item.id)
    left = left_to_read(sitting.module, sitting.paper, item.id)
    return Step(sitting.module, left) if left else None


def feedback(sitting: Sitting, item: Item) -> dict[str, Any]:
    """What came of the answer that is stored."""
    found = counted(sitting.taken, (item,))[item.id]
    reason = why_regraded(sitting.taken) if found.regraded else ""
    sure = sitting.taken.sure.get(item.id)
    return {"verdict": found.verdict, "review": found.review, "reason": reason, "sure": sure}


def missed(sitting: Sitting) -> list[tuple[int, Item]]:
    """(number, question) of each scored question without full marks, also those that were never answered.

    None when the answers have been deleted: nobody knows which they were.
    """
    if sitting.taken.answers_deleted:
        return []
    found = counted(sitting.taken, sitting.paper.items)
    return [
        (sitting.number(item), item)
        for item in sitting.paper.items
        if item.scored and (item.id not in found or found[item.id].missed)
    ]


def by_section(
    sitting: Sitting, questions: list[tuple[int, Item]]
) -> list[tuple[Section | None, list[tuple[int, Item]]]]:
    """Questions by the section that each belongs to, in the order of the module; last those without one, by None."""
    sections = {section.id: section for section in sitting.module.sections}
    found = [
        (section, [(number, item) for number, item in questions if item.section == name])
        for name, section in sections.items()
    ]
    rest = [(number, item) for number, item in questions if item.section not in sections]
    return [(section, some) for section, some in (*found, (None, rest)) if some]


def in_order(sitting: Sitting, items: Collection[str]) -> list[Item]:
    """Questions of the attempt's quiz, in the order of its file."""
    return [item for item in sitting.quiz.items.values() if item.id in items]
