"""Kortsvar: a word or two, written freely; case, spaces and what a keyboard or phone adds do not matter."""

from collections.abc import Iterable, Mapping, Sequence

from course.items.typed import Accepted, TypedItem, folded, typed_text


class Kortsvar(TypedItem):
    """The answer is the text as it was written, with single spaces: "Avvikelse"."""

    type = "kortsvar"

    @property
    def key(self) -> frozenset[tuple[str, int]]:
        return frozenset((folded(each.text), int(each.worth * 100)) for each in self.expected)

    @property
    def right(self) -> Sequence[Accepted]:
        """The first one alone, in its author's own words: the others are mostly other spellings of it."""
        return super().right[:1]

    @property
    def right_answer(self) -> str:
        return self.right[0].text

    @property
    def wrong_answers(self) -> Sequence[str]:
        """What is partly right, and what no author accepts."""
        return [*(each.text for each in self.expected if each.worth < 1), "vet inte"]

    def fits(self, accepted: Accepted, answer: str) -> bool:
        return folded(accepted.text) == folded(answer)

    def written(self, answer: str) -> str:
        return answer

    def read(self, form: Mapping[str, Sequence[str]]) -> str:
        return typed_text(form)

    def part_faults(self) -> Iterable[tuple[int, str]]:
        yield from super().part_faults()
        first: dict[str, int] = {}
        for each in self.accepted:
            text = folded(each.text)
            if text in first:
                yield each.line, f"svaret är detsamma som på rad {first[text]}; ta bort det ena"
            if text:
                first.setdefault(text, each.line)
