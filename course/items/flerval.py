"""Flerval: two or more right options among several."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import ceil
from typing import Any

from course.errors import Invalid
from course.items.base import FULL, Item

RULES = ("netto",)


class Flerval(Item):
    """The answer is a list of choice ids in the order of the question file."""

    type = "flerval"

    def faults(self) -> Iterable[tuple[int, str]]:
        right = sum(choice.right for choice in self.choices)
        if right < 2:
            yield self.line, f"en fråga av typen flerval ska ha minst två rätta alternativ ([x]), den har {right}"
        if right == len(self.choices):
            yield self.line, "en fråga av typen flerval ska ha minst ett alternativ som inte är rätt ([ ])"
        rule = self.options.get("poängregel", "netto")
        if rule not in RULES:
            yield self.line, f"okänd poängregel ”{rule}”; välj bland {', '.join(RULES)}"

    def read(self, form: Mapping[str, Sequence[str]]) -> list[str]:
        given = form.get("svar", ())
        if not given:
            raise Invalid("Välj minst ett svar.", "svar")
        if len(set(given)) != len(given) or not set(given) <= set(self.choice_ids):
            raise Invalid("Svaret finns inte bland alternativen. Välj bland dem som visas.", "svar")
        return [choice for choice in self.choice_ids if choice in given]

    def points(self, answer: Any) -> int:
        """Netto: +1/k for each of the k right options chosen, −1/w for each of the w others, never below 0.

        Source: Moodle's multiple-answer default is the same sum. Rounded up, so that three questions a third right
        are worth at least a whole one, and a learner who is at the pass mark is never a millionth below it.
        """
        right = {choice.id for choice in self.choices if choice.right}
        wrong = set(self.choice_ids) - right
        chosen = set(answer)
        score = Fraction(len(chosen & right), len(right)) - Fraction(len(chosen & wrong), len(wrong))
        return ceil(max(Fraction(0), score) * FULL)
