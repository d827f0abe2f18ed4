"""Flerval: two or more right options among several."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from course.errors import Invalid
from course.items.base import millionths
from course.items.choices import ChoiceItem


class Flerval(ChoiceItem):
    """The answer is a list of choice ids in the order of the question file."""

    type = "flerval"
    rules = ("netto", "alla-rätt", "bara-rätt")

    def part_faults(self) -> Iterable[tuple[int, str]]:
        right = len(self.right_answer)
        if right < 2:
            yield self.line, f"en fråga av typen flerval ska ha minst två rätta alternativ ([x]), den har {right}"
        if right == len(self.choices):
            yield self.line, "en fråga av typen flerval ska ha minst ett alternativ som inte är rätt ([ ])"
        yield from super().part_faults()

    def read(self, form: Mapping[str, Sequence[str]]) -> list[str]:
        given = form.get("svar", ())
        if not given:
            raise Invalid("Välj minst ett svar.", "svar")
        if len(set(given)) != len(given) or not set(given) <= set(self.choice_ids):
            raise Invalid("Svaret finns inte bland alternativen. Välj bland dem som visas.", "svar")
        return [choice for choice in self.choice_ids if choice in given]

    def points(self, answer: Any) -> int:
        """By the question's rule, with k right options and w others.

        `netto`: +1/k for each right one chosen, −1/w for each other, never below 0; Moodle's default is the same sum.
        `alla-rätt`: all the right ones and no other, else nothing (QTI's match_correct).
        `bara-rätt`: 1/k for each right one, nothing once any other is chosen (RELATE's proportional_correct).
        """
        right = set(self.right_answer)
        wrong = set(self.choice_ids) - right
        chosen = set(answer)
        hits, misses = Fraction(len(chosen & right), len(right)), Fraction(len(chosen & wrong), len(wrong))
        rule = self.options.get("poängregel", "netto")
        if rule == "netto":
            return millionths(hits - misses)
        return millionths(hits) if not misses and (rule == "bara-rätt" or hits == 1) else 0
