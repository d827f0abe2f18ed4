"""Ordna: steps that are put in order, each with its number."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from course.errors import Invalid
from course.items.base import Item, Part, Review, Row, Written, field_of_each, millionths

MOVE = "flytta"
"""The field that a step's two buttons send: flytta=upp:larma."""
WAYS = {"upp": -1, "ner": 1}


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

    def by_number(self, steps: Iterable[Part], form: Mapping[str, Sequence[str]]) -> list[Part]:
        """The steps by their numbers in a form. Those with the same one, and last those with none, keep their order."""
        numbers = [[str(number + 1)] for number in range(len(self.steps))]

        def place(step: Part) -> int:
            given = list(form.get(f"svar-{step.id}", ()))
            return numbers.index(given) if given in numbers else len(numbers)

        return sorted(steps, key=place)

    def moved(self, form: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]] | None:
        """The form with every step numbered, after the one whose button was pressed has moved one place.

        None when no button of the question's was. A form's fields come in the order in which the steps were shown.
        """
        pressed = form.get(MOVE, ())
        way, _, step = pressed[0].partition(":") if len(pressed) == 1 else ("", "", "")
        shown = [part for name in form for part in self.steps if name == f"svar-{part.id}"]
        missing = [part for part in self.steps if part not in shown]
        order = [part.id for part in self.by_number([*shown, *missing], form)]
        if way not in WAYS or step not in order:
            return None
        to = max(0, order.index(step) + WAYS[way])
        order.remove(step)
        order.insert(to, step)
        return {**form, **{f"svar-{each}": [str(number)] for number, each in enumerate(order, start=1)}}

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
