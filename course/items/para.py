"""Para: each left side is given its right side."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from course.items.base import Item, Part, Review, Row, Written, field_of_each, millionths, same_text

MISSING = "Välj något för varje rad."


@dataclass(frozen=True)
class Pair(Part):
    """A right side in `html` and the left side it belongs to; a distractor has none."""

    left: str = field(kw_only=True)


@dataclass(frozen=True, kw_only=True)
class Para(Item):
    """The answer is a list of [pair, the pair whose right side was chosen]: [["sms", "sms"], ["slag", "gava"]].

    It has one for each left side, in the order of the question file.
    """

    type = "para"
    pattern = re.compile(r"- (?P<left>.*?)\s*->\s*(?P<text>.*)")
    shape = "- vänster -> höger {#id}"
    noun = "paret"
    conceals_ids = True
    explained = True

    pairs: tuple[Pair, ...]

    @classmethod
    def parts_of(cls, written: Sequence[Written]) -> Mapping[str, Any]:
        return {
            "pairs": tuple(
                Pair(each.id, each.html["text"], each.feedback, left=each.html["left"], line=each.line)
                for each in written
            )
        }

    @property
    def parts(self) -> Sequence[Pair]:
        return self.pairs

    @property
    def lefts(self) -> Sequence[Pair]:
        """The pairs that are asked: those with a left side."""
        return [pair for pair in self.pairs if pair.left]

    @property
    def right_answer(self) -> list[list[str]]:
        return [[pair.id, pair.id] for pair in self.lefts]

    @property
    def wrong_answers(self) -> Sequence[list[list[str]]]:
        """Two neighbours have each other's right side, or the first has a distractor's and the last the first's."""
        ids = [pair.id for pair in self.lefts]
        swaps = [[*ids[:at], ids[at + 1], ids[at], *ids[at + 2 :]] for at in range(len(ids) - 1)]
        lures = [[pair.id, *ids[1:-1], ids[0]] for pair in self.pairs if not pair.left]
        return [[list(each) for each in zip(ids, chosen, strict=True)] for chosen in (*swaps, *lures)]

    @property
    def key(self) -> frozenset[str]:
        return frozenset(pair.id for pair in self.lefts)

    def has_other_key(self, was: Item) -> bool:
        """Also when a text now stands in another pair than it did."""
        if not isinstance(was, Para):
            return True
        sides = [
            ({pair.left: pair.id for pair in each.lefts}, {pair.html: pair.id for pair in each.pairs})
            for each in (was, self)
        ]
        moved = any(old[text] != new[text] for old, new in zip(*sides, strict=True) for text in old.keys() & new.keys())
        return moved or super().has_other_key(was)

    def part_faults(self) -> Iterable[tuple[int, str]]:
        if len(self.lefts) < 2:
            yield self.line, f"frågan behöver minst två par, som ”{self.shape}”; den har {len(self.lefts)}"
        yield from super().part_faults()
        yield from same_text("vänstersidan", (replace(pair, html=pair.left) for pair in self.lefts))

    def read(self, form: Mapping[str, Sequence[str]]) -> list[list[str]]:
        return field_of_each(form, self.lefts, (pair.id for pair in self.pairs), MISSING)

    def points(self, answer: Any) -> int:
        """The share of the left sides with their own right side; a distractor's is worth nothing. Source: Moodle."""
        return millionths(Fraction(sum(left == chosen for left, chosen in answer), len(self.lefts)))

    def review(self, answer: Any) -> Review:
        pairs = {pair.id: pair for pair in self.pairs}
        wrong = [left for left, chosen in answer if left != chosen]
        return Review(
            mine=[Row(_side_by_side(pairs[left], pairs[chosen]), right=left == chosen) for left, chosen in answer],
            missing=[Row(_side_by_side(pairs[left], pairs[left]), right=True) for left in wrong],
        )


def _side_by_side(left: Pair, chosen: Pair) -> str:
    return f"{left.left} → {chosen.html}"
