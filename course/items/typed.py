"""What the types with a typed answer have in common: the first accepted answer that fits decides."""

import re
import unicodedata
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from html import escape
from typing import Any

from course.errors import Invalid
from course.items.base import Item, Part, Review, Row, Written, millionths, one_field

LONGEST = 200
KEYBOARDS: dict[str, str | int | None] = {
    **dict.fromkeys("’‘‚‛ʼ′´`", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
}
"""Marks that phones and word processors put in place of those on the keys."""
AROUND = " .,;:!?'\"()"
"""What may stand round an answer without being a part of it."""
CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
MISSING = "Skriv ett svar."
REST = "*"


@dataclass(frozen=True)
class Accepted(Part):
    """An answer that is expected, as its author wrote it, and its worth. The text REST is every other answer."""

    text: str = field(kw_only=True)
    worth: Fraction = field(kw_only=True)


@dataclass(frozen=True, kw_only=True)
class TypedItem(Item):
    """Expected answers, each with its worth; the first that fits decides. Those without a weight are right."""

    pattern = re.compile(r"(?:(?P<rest>\*)|=\s*(?P<answer>.*?)(?:\s*\((?P<weight>[0-9]{1,3})\s*%\))?)\s*$")
    shape = "= svar"
    noun = "svaret"
    explained = True

    accepted: tuple[Accepted, ...]

    @classmethod
    def parts_of(cls, written: Sequence[Written]) -> Mapping[str, Any]:
        return {
            "accepted": tuple(
                Accepted(
                    "",
                    each.html["answer"],
                    each.feedback,
                    text=each.text["rest"] or each.text["answer"],
                    worth=Fraction(0 if each.text["rest"] else int(each.text["weight"] or 100), 100),
                    line=each.line,
                )
                for each in written
            )
        }

    @property
    def parts(self) -> Sequence[Accepted]:
        return self.accepted

    @property
    def expected(self) -> Sequence[Accepted]:
        """Without the catch-all."""
        return [each for each in self.accepted if each.text != REST]

    @property
    def right(self) -> Sequence[Accepted]:
        """Those with full marks that a review shows."""
        return [each for each in self.expected if each.worth == 1]

    @abstractmethod
    def fits(self, accepted: Accepted, answer: str) -> bool:
        """Whether a stored answer is the accepted one."""

    @abstractmethod
    def written(self, answer: str) -> str:
        """A stored answer as a learner would write it."""

    def match(self, answer: str) -> Accepted | None:
        """The first accepted answer that fits."""
        return next((each for each in self.accepted if each.text == REST or self.fits(each, answer)), None)

    def points(self, answer: Any) -> int:
        """What the first accepted answer that fits is worth. Source: Moodle's short answer and numerical."""
        found = self.match(answer) if answer else None
        return millionths(found.worth) if found else 0

    def review(self, answer: Any) -> Review:
        found = self.match(answer)
        worth = found.worth if found else Fraction(0)
        mine = Row(
            escape(self.written(answer)),
            found.feedback if found else "",
            right=worth == 1 if worth in (0, 1) else None,
        )
        return Review([mine], [Row(each.html, each.feedback, right=True) for each in self.right] if worth < 1 else ())

    def part_faults(self) -> Iterable[tuple[int, str]]:
        if not self.right:
            yield self.line, f"frågan behöver minst ett svar som är helt rätt, som ”{self.shape}” utan vikt"
        for each in self.accepted:
            if not each.text:
                yield each.line, "svaret saknar text; skriv det efter likhetstecknet"
            elif each.worth > 1 or re.search(r"\([^()]*%\s*\)?$", each.text):
                yield each.line, "vikten ska vara en andel från 0 % till 100 %, som (50 %), sist på raden"
            if each.text == REST and each is not self.accepted[-1]:
                yield each.line, "raden * är alla andra svar och ska stå sist; flytta den"


def typed_text(form: Mapping[str, Sequence[str]], missing: str = MISSING) -> str:
    """The text in the field `svar`, normalised to NFC, with single spaces and nothing invisible. Raises Invalid."""
    text = one_field(form, missing)
    if len(text) > LONGEST:
        raise Invalid(f"Svaret är för långt. Skriv högst {LONGEST} tecken.", "svar")
    if CONTROL.search(text):
        raise Invalid("Svaret har tecken som inte går att använda. Skriv om det.", "svar")
    text = " ".join(visible(unicodedata.normalize("NFC", text)).split())
    if not text:
        raise Invalid(missing, "svar")
    return text


def folded(text: str) -> str:
    """The text as it is compared: what a person would call the same answer is the same.

    Neither case, spaces, width, nor what keyboards and phones add tell two answers apart; letters and digits do.
    """
    same = text.translate(str.maketrans(KEYBOARDS))  # first of all: NFKC makes a space of ´
    same = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", same).casefold())
    plain = " ".join(visible(same).split())
    return plain.strip(AROUND) or plain


def visible(text: str) -> str:
    """Without what nobody sees: zero-width spaces, soft hyphens, marks of direction, forms of an emoji."""
    return "".join(
        letter for letter in text if unicodedata.category(letter) != "Cf" and not "\ufe00" <= letter <= "\ufe0f"
    )
