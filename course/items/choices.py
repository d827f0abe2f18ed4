"""What the types with options have in common."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from course.items.base import Item, Part, Review, Row, Written


@dataclass(frozen=True)
class Choice(Part):
    """One option of an item, with the feedback for whoever takes it."""

    right: bool = field(kw_only=True)


@dataclass(frozen=True, kw_only=True)
class ChoiceItem(Item):
    """Options that are right or not. The answer is a list of choice ids in the order of the question file."""

    pattern = re.compile(r"- \[(?P<mark>[ xX])\] (?P<text>.*)")
    shape = "- [ ] text {#id}"

    choices: tuple[Choice, ...]

    @classmethod
    def parts_of(cls, written: Sequence[Written]) -> Mapping[str, Any]:
        return {
            "choices": tuple(
                Choice(each.id, each.html["text"], each.feedback, right=each.text["mark"] != "", line=each.line)
                for each in written
            )
        }

    @property
    def parts(self) -> Sequence[Choice]:
        return self.choices

    @property
    def choice_ids(self) -> tuple[str, ...]:
        return tuple(choice.id for choice in self.choices)

    @property
    def right_answer(self) -> list[str]:
        return [choice.id for choice in self.choices if choice.right]

    @property
    def wrong_answers(self) -> Sequence[list[str]]:
        """For each option that is not right, the answer where it stands in for the first right one."""
        kept = self.right_answer[1:]
        wrong = [choice.id for choice in self.choices if not choice.right]
        return [[each for each in self.choice_ids if each in (other, *kept)] for other in wrong]

    @property
    def key(self) -> frozenset[str]:
        return frozenset(self.right_answer)

    def part_faults(self) -> Iterable[tuple[int, str]]:
        yield from super().part_faults()
        for choice in self.choices:
            if not choice.feedback:
                yield choice.line, "alternativet saknar återkoppling; skriv en rad ”  > text” under det"

    def review(self, answer: Any) -> Review:
        taken = [choice for choice in self.choices if choice.id in answer]
        left = [choice for choice in self.choices if choice.id not in answer]
        return Review(
            mine=[Row(choice.html, choice.feedback, choice.right) for choice in taken],
            missing=[Row(choice.html, choice.feedback, right=True) for choice in left if choice.right],
            others=[Row(choice.html, choice.feedback) for choice in left if not choice.right],
        )
