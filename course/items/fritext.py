"""Fritext: a reflection of one's own, which is not marked and usually not stored."""

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from course.errors import Invalid
from course.items.base import Item, Part, Review, Row, Written, one_field
from course.items.typed import visible

FIELD = "svar_text"
"""Its form's field, which no other type has: the others may wait in a cookie, and this may not."""
LONGEST = 2000
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
NOT_STORED = "Det du skrev sparas inte. Bara att du har svarat är sparat."


class Fritext(Item):
    """The answer is an empty list, which says only that it was answered; with `sparas=ja` it is ["the text"]."""

    type = "fritext"
    pattern = re.compile(r"(?!)")
    shape = ""
    scored = False

    @classmethod
    def parts_of(cls, written: Sequence[Written]) -> Mapping[str, Any]:  # noqa: ARG003 - it has none
        return {}

    @property
    def parts(self) -> Sequence[Part]:
        return ()

    @property
    def key(self) -> frozenset[Any]:
        return frozenset()

    @property
    def stored(self) -> bool:
        """Whether the text is stored, for the purpose that stands in Syfte."""
        return self.options.get("sparas") == "ja"

    @property
    def right_answer(self) -> list[str]:
        return ["Jag pratar med min chef."] if self.stored else []

    def part_faults(self) -> Iterable[tuple[int, str]]:
        if self.stored and not self.notes.get("Syfte"):
            yield self.line, "det som sparas behöver ett syfte; skriv det under ”### Syfte”, eller ta bort sparas=ja"
        if not self.stored and self.notes.get("Syfte"):
            yield self.line, "frågan har ett syfte men sparar inget; skriv sparas=ja eller ta bort ”### Syfte”"

    def read(self, form: Mapping[str, Sequence[str]]) -> list[str]:
        missing = "Skriv något först." if self.stored else "Skriv något först, om så bara ett ord. Det sparas inte."
        text = one_field(form, missing, FIELD).replace("\r\n", "\n").replace("\r", "\n").strip()
        if not visible(text).strip():
            raise Invalid(missing, FIELD)
        if len(text) > LONGEST:
            raise Invalid(f"Texten är för lång. Skriv högst {LONGEST} tecken.", FIELD)
        if CONTROL.search(text):
            raise Invalid("Texten har tecken som inte går att använda. Skriv om den.", FIELD)
        return [text] if self.stored else []

    def points(self, answer: Any) -> int:  # noqa: ARG002 - it has none
        return 0

    def review(self, answer: Any) -> Review:
        mine = [Row(escape(text).replace("\n", "<br>")) for text in answer]
        return Review(mine, note="" if self.stored else NOT_STORED)
