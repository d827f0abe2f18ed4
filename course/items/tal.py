"""Tal: a number, within what its author accepts."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

from course.errors import Invalid
from course.items.typed import KEYBOARDS, Accepted, TypedItem, folded, typed_text

N = r"[-−]?[0-9]{1,15}(?:[ \u00a0\u202f][0-9]{1,15}){0,5}(?:[.,][0-9]{1,15})?"
INTERVAL = re.compile(
    rf"(?P<first>{N})(?:\s*\.\.\s*(?P<last>{N})|\s*±\s*(?P<tolerance>{N}))?\s*(?P<unit>[^\d\s.,±–-].*)?"
)
NUMBER = re.compile(rf"(?P<number>{N})\s*(?P<unit>[^\d\s.,–-].*)?")

UNSURE = re.compile(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}")
"""Thousands to some, and decimals to others."""


@dataclass(frozen=True)
class Interval:
    """From–to, both included; one number is an interval too."""

    low: Fraction
    high: Fraction
    unit: str


class Tal(TypedItem):
    """The answer is the number with a decimal point and without its unit: "24.5".

    Accepted are `112`, `24,5`, `24 ± 2 h`, `20..30`. The unit is shown beside the field and may be left out.
    """

    type = "tal"
    shape = "= 24 ± 2 h"

    @property
    def unit(self) -> str:
        """What the numbers are counted in; '' when they have no unit."""
        return next((found.unit for each in self.expected if (found := interval(each.text)) and found.unit), "")

    @property
    def key(self) -> frozenset[tuple[Interval | None, int]]:
        return frozenset((interval(each.text), int(each.worth * 100)) for each in self.expected)

    @property
    def right_answer(self) -> str:
        return next(_number_in(each.text) for each in self.expected if each.worth == 1)

    @property
    def wrong_answers(self) -> Sequence[str]:
        """What is partly right, and one more than the largest number there is."""
        partly = [_number_in(each.text) for each in self.expected if each.worth < 1]
        highest = max(found.high for each in self.expected if (found := interval(each.text)))
        return [*partly, str(highest.__ceil__() + 1)]

    def fits(self, accepted: Accepted, answer: str) -> bool:
        found = interval(accepted.text)
        return found is not None and found.low <= Fraction(answer) <= found.high

    def written(self, answer: str) -> str:
        return f"{answer.replace('.', ',')} {self.unit}".strip()

    def read(self, form: Mapping[str, Sequence[str]]) -> str:
        text = unicodedata.normalize("NFKC", typed_text(form, "Skriv ett tal.")).translate(str.maketrans(KEYBOARDS))
        found = NUMBER.fullmatch(text.removesuffix("."))
        if found is None or (found["unit"] and folded(found["unit"]) != folded(self.unit)):
            unit = f" Räkna i {self.unit}." if self.unit else ""
            raise Invalid(f"Skriv svaret som ett tal med siffror.{unit}", "svar")
        if UNSURE.fullmatch(found["number"]):
            whole = re.sub("[.,]", "", found["number"])
            raise Invalid(
                f"Menar du {whole}? Skriv det så, utan punkt och komma."
                " Menar du ett decimaltal? Skriv en nolla till sist.",
                "svar",
            )
        return plain_number(found["number"])

    def part_faults(self) -> Iterable[tuple[int, str]]:
        yield from super().part_faults()
        read = [(each, interval(each.text)) for each in self.expected if each.text]
        for each, found in read:
            if found is None:
                yield each.line, f"”{each.text}” är inget tal; skriv som 112, 24,5, 24 ± 2 h eller 20..30"
            elif found.low > found.high:
                yield each.line, f"i ”{each.text}” finns inget tal; skriv det minsta först"
            elif found.unit and folded(found.unit) != folded(self.unit):
                yield each.line, f"enheten är ”{found.unit}” men först ”{self.unit}”; räkna allt i samma enhet"
        for (one, first), (other, second) in combinations(read, 2):
            if first and second and first.low <= second.high and second.low <= first.high:
                yield other.line, f"svaret överlappar det på rad {one.line}; ett tal får bara passa på en rad"


def interval(text: str) -> Interval | None:
    """What an author accepts: `112`, `24 ± 2 h`, `20..30`; None when it is no number."""
    found = INTERVAL.fullmatch(text)
    if found is None:
        return None
    first, unit = Fraction(plain_number(found["first"])), found["unit"] or ""
    if found["tolerance"]:
        tolerance = Fraction(plain_number(found["tolerance"]))
        return Interval(first - tolerance, first + tolerance, unit)
    return Interval(first, Fraction(plain_number(found["last"] or found["first"])), unit)


def plain_number(text: str) -> str:
    """A number as it is stored: "1 024,50" is "1024.5"."""
    number = Decimal(re.sub(r"\s", "", text).replace("−", "-").replace(",", "."))
    return format(number.normalize(), "f") if number else "0"


def _number_in(text: str) -> str:
    """The first number of what an author accepts."""
    found = INTERVAL.fullmatch(text)
    return plain_number(found["first"]) if found else ""
