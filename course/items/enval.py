"""Enval: one right option among several."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from course.errors import Invalid
from course.items.base import FULL
from course.items.choices import ChoiceItem


class Enval(ChoiceItem):
    """The answer is a list of one choice id."""

    type = "enval"

    def part_faults(self) -> Iterable[tuple[int, str]]:
        right = sum(choice.right for choice in self.choices)
        if len(self.choices) < 2:
            yield self.line, f"frågan behöver minst två alternativ, den har {len(self.choices)}"
        if right != 1:
            yield self.line, f"en fråga av typen {self.type} ska ha exakt ett rätt alternativ ([x]), den har {right}"
        yield from super().part_faults()

    def read(self, form: Mapping[str, Sequence[str]]) -> list[str]:
        given = form.get("svar", ())
        if len(given) != 1:
            raise Invalid("Välj ett svar.", "svar")
        if given[0] not in self.choice_ids:
            raise Invalid("Svaret finns inte bland alternativen. Välj ett av dem som visas.", "svar")
        return [given[0]]

    def points(self, answer: Any) -> int:
        return FULL if answer == self.right_answer else 0
