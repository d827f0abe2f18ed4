"""Ordna: steps that are put in order, each with its number."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from course.errors import Invalid
from course.items.base import Item, Part, Review, Row, Written, field_of_each, millionths


@dataclass(frozen=True, kw_only=True)
class Ordna(Item):
    """The answer is a list of all step ids in the learner's order: ["larma", "sakerhet", "beratta"].

    The form has a number for each step: svar-larma=1, svar-sakerhet=2 …
    """

    type = "ordna"
    pattern = re.compile(r"[0-9]+\. (?P<text>.*)")
    shape = "1. text {#id}"
    noun = "steget"
    rules = ("par",)
    explained = True

    steps: tuple[Part, ...]
    """In the right order."""

    @classmethod
    def parts_of(cls, written: Sequence[Written]) -> Mapping[str, Any]:
        return {"steps": tuple(Part(each.id, each.html["text"], each.feedback, line=each.line) for each in written)}

    @property
    def parts(self) -> Sequence[Part]:
        return self.steps

    @property
    def right_answer(self) -> list[str]:
        return [step.id for step in self.steps]

    @property
    def wrong_answers(self) -> Sequence[list[str]]:
        """Two neighbours have changed places, or all stands backwards."""
        right = self.right_answer
        swaps = [[*right[:at], right[at + 1], right[at], *right[at + 2 :]] for at in range(len(right) - 1)]
        return [*swaps, right[::-1]]

    @property
    def key(self) -> frozenset[tuple[str, str]]:
        return frozenset(pairwise(self.right_answer))

    def part_faults(self) -> Iterable[tuple[int, str]]:
        if len(self.steps) < 3:
            yield self.line, f"frågan behöver minst tre steg, som ”{self.shape}”; den har {len(self.steps)}"
        yield from super().part_faults()

    def shown(self, place: Callable[[str], bytes]) -> Sequence[Part]:
        """Never in the right order."""
        shown = super().shown(place)
        return shown[::-1] if [step.id for step in shown] == self.right_answer else shown

    def read(self, form: Mapping[str, Sequence[str]]) -> list[str]:
        numbers = [str(number + 1) for number in range(len(self.steps))]
        given = field_of_each(form, self.steps, numbers, "Ge varje steg ett nummer.")
        if len({number for _, number in given}) < len(given):
            raise Invalid("Två steg har samma nummer. Ge varje steg ett eget nummer.", "svar")
        return [step for step, _ in sorted(given, key=lambda each: int(each[1]))]

    def points(self, answer: Any) -> int:
        """`par`: the share of the steps but the first that come right after the step they should.

        Source: Moodle's ordering question, "relative next, exclude last".
        """
        return millionths(Fraction(self._followed(answer), len(self.steps) - 1))

    def review(self, answer: Any) -> Review:
        html = {step.id: step.html for step in self.steps}
        if answer == self.right_answer:
            return Review([Row(html[step]) for step in answer], ordered=True)
        note = f"{self._followed(answer)} av {len(self.steps) - 1} steg kommer direkt efter rätt steg."
        return Review([Row(html[step]) for step in answer], [Row(step.html) for step in self.steps], (), note, True)

    def _followed(self, answer: Any) -> int:
        """How many steps come right after the step they should."""
        return len(self.key & set(pairwise(answer)))
