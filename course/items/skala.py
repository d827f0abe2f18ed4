"""Skala: statements that are each given a step of a scale; nothing is right or wrong."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from course.items.base import Item, Part, Review, Row, Written, field_of_each, same_text

NO_VALUE = "-"
"""The step of those who cannot or will not say."""
MISSING = "Välj ett svar för varje påstående."


@dataclass(frozen=True)
class Level(Part):
    """A step of the scale: a whole number, or NO_VALUE."""

    value: str = field(kw_only=True)


@dataclass(frozen=True, kw_only=True)
class Skala(Item):
    """The answer is a list of [statement, value], in the order of the question file: [["vet-larma", "3"]].

    Values are those of the question file; "-" is the step without a value.
    """

    type = "skala"
    pattern = re.compile(r"(?:(?P<value>[0-9]{1,2}|-)\s*=\s*(?P<label>.*)|- (?P<text>.*))")
    shape = "- påstående {#id}"
    noun = "påståendet"
    scored = False
    explained = False

    levels: tuple[Level, ...]
    statements: tuple[Part, ...]

    @classmethod
    def parts_of(cls, written: Sequence[Written]) -> Mapping[str, Any]:
        return {
            "levels": tuple(
                Level("", each.html["label"], each.feedback, value=each.text["value"], line=each.line)
                for each in written
                if each.text["value"]
            ),
            "statements": tuple(
                Part(each.id, each.html["text"], each.feedback, line=each.line)
                for each in written
                if not each.text["value"]
            ),
        }

    @property
    def parts(self) -> Sequence[Part]:
        return self.statements

    @property
    def key(self) -> frozenset[Any]:
        return frozenset()

    @property
    def right_answer(self) -> list[list[str]]:
        """The last step that has a value."""
        last = [level.value for level in self.levels if level.value != NO_VALUE][-1]
        return [[statement.id, last] for statement in self.statements]

    def shown(self, place: Callable[[str], bytes]) -> Sequence[Part]:  # noqa: ARG002 - always in the same order
        return self.statements

    def part_faults(self) -> Iterable[tuple[int, str]]:
        if sum(level.value != NO_VALUE for level in self.levels) < 2:
            yield self.line, "skalan behöver minst två steg, som ”1 = Stämmer inte” och ”2 = Stämmer”"
        if not self.statements:
            yield self.line, f"frågan behöver minst ett påstående, som ”{self.shape}”"
        first: dict[str, int] = {}
        for level in self.levels:
            if level.value in first:
                yield level.line, f"steget {level.value} står redan på rad {first[level.value]}; välj ett annat tal"
            first.setdefault(level.value, level.line)
            if not level.html:
                yield level.line, "steget saknar text; skriv den efter likhetstecknet"
        for part in (*self.levels, *self.statements):
            if part.feedback:
                yield part.line, "en skala har ingen återkoppling; ta bort raden"
        yield from same_text("steget", self.levels)
        yield from same_text(self.noun, self.statements)

    def read(self, form: Mapping[str, Sequence[str]]) -> list[list[str]]:
        return field_of_each(form, self.statements, (level.value for level in self.levels), MISSING)

    def points(self, answer: Any) -> int:  # noqa: ARG002 - it has none
        return 0

    def review(self, answer: Any) -> Review:
        html = {statement.id: statement.html for statement in self.statements}
        labels = {level.value: level.html for level in self.levels}
        return Review([Row(f"{html[statement]} → {labels[value]}") for statement, value in answer])
