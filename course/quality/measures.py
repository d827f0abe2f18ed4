"""How well a question measures, from everybody's first answers to it. Pure: nothing here knows a person.

Below ENOUGH first answers nothing at all is told of a question, not even how many there are.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import sqrt
from typing import Any

from course.items import FULL, Choice, ChoiceItem, Item

ENOUGH = 30
"""So many first answers a question needs before anything is told of it."""
STEP = 5
"""Answers are counted in whole steps of so many: two looks at the page never differ by one person's answer."""
SURE_ENOUGH = 10
"""So many sure answers, among them, a question needs before anything is told of how sure people are."""
NEARLY_ALL = Fraction(95, 100)
MANY_SURE = Fraction(40, 100)
"""From this share of sure answers on, those that are wrong are a misconception to mend. Our own limit."""
LEAST_DISCRIMINATION = 0.20
"""Below it a question is poor. Source: Ebel & Frisbie, Essentials of Educational Measurement, 5th ed., ch. 13."""
SAME = 1e-9
"""Variances below it are rounding errors of a constant."""

TOO_FEW = "för få svar än"
ALL_RIGHT = "alla svarar rätt: mäter inget"
NONE_RIGHT = "ingen svarar rätt: kontrollera facit"
AMBIGUOUS = "de bästa svarar fel: tvetydig"
MISCONCEPTION = "många är säkra på fel svar: rätta missförståndet i texten"
EASY = "nästan alla svarar rätt: mäter lite"
WEAK = "skiljer knappt dem som kan från andra: se över"
WORKS = "fungerar"
TO_MEND = frozenset({NONE_RIGHT, AMBIGUOUS, MISCONCEPTION, WEAK})
"""The verdicts that ask an author to do something."""


@dataclass(frozen=True)
class Answers:
    """Those who gave one answer to an item in their first attempts, on one release, counted together.

    `sure` is how many of them said that they were sure. `rest` is the sum of their shares of full marks on the other
    items of the paper, `rest_squared` the sum of the squares; None where the paper has no other item.
    """

    release_id: int
    quiz: str
    item: str
    answer: Any
    persons: int
    sure: int
    rest: float | None
    rest_squared: float | None


@dataclass(frozen=True)
class Quality:
    """What is told of one question. Everything is None below ENOUGH answers, the verdict aside."""

    verdict: str
    answers: int | None = None
    facility: Fraction | None = None
    """The mean share of full marks."""
    discrimination: Decimal | None = None
    """From −1 to 1; None also where all answers, or all other marks, are worth the same."""
    wrong: Choice | None = None
    """The wrong option that most chose."""
    wrong_share: Fraction | None = None
    sure: int | None = None
    """How many said that they were sure; None also below SURE_ENOUGH."""
    sure_errors: Fraction | None = None
    """The share of them whose answer was not fully right."""


def quality(item: Item, answers: Sequence[Answers]) -> Quality:
    """How well the item measures, graded by its own key as it stands."""
    count = sum(each.persons for each in answers)
    if count < ENOUGH:
        return Quality(TOO_FEW)
    points = [(item.points(each.answer), each) for each in answers]
    facility = Fraction(sum(got * each.persons for got, each in points), FULL * count)
    found = discrimination(points)
    wrong, chosen = _most_taken_wrong(item, answers)
    sure, errors = sure_errors(points)
    return Quality(
        verdict(facility, found, count, errors),
        count,
        facility,
        None if found is None else Decimal(f"{found:.2f}"),
        wrong,
        Fraction(chosen, count) if wrong else None,
        sure,
        errors,
    )


def discrimination(points: Iterable[tuple[int, Answers]]) -> float | None:
    """The corrected item–rest correlation: Pearson's r of the marks of the item and the marks of all the others.

    Source: Moodle's discrimination index, question/classes/statistics/questions/calculator.php,
    C(x, X) / √(V(x) V(X)) with X the mark of the other questions; Moodle tells it in per cent.
    """
    n = sum_x = sum_xx = sum_r = sum_rr = sum_xr = 0.0
    for got, each in points:
        if each.rest is None or each.rest_squared is None:
            continue
        x = got / FULL
        n += each.persons
        sum_x += x * each.persons
        sum_xx += x * x * each.persons
        sum_r += each.rest
        sum_rr += each.rest_squared
        sum_xr += x * each.rest
    if not n:
        return None
    of_item = sum_xx / n - (sum_x / n) ** 2
    of_rest = sum_rr / n - (sum_r / n) ** 2
    if of_item < SAME or of_rest < SAME:
        return None
    return (sum_xr / n - sum_x * sum_r / n**2) / sqrt(of_item * of_rest)


def sure_errors(points: Iterable[tuple[int, Answers]]) -> tuple[int | None, Fraction | None]:
    """How many were sure of their answer, and the share of them who were not fully right: half marks are errors too.

    It measures a misconception, which a text can mend, not a gap, which people know that they have. Both are None below
    SURE_ENOUGH. Those who said nothing, or that they were unsure, are left out. Source: Metcalfe & Eich 2019, as for
    sureness: errors made in high confidence are the ones that being told the right answer corrects best.
    """
    sure = wrong = 0
    for got, each in points:
        sure += each.sure
        wrong += each.sure if got < FULL else 0
    return (sure, Fraction(wrong, sure)) if sure >= SURE_ENOUGH else (None, None)


def verdict(facility: Fraction, found: float | None, count: int, sure_errors: Fraction | None = None) -> str:
    """What an author should think of a question with enough answers: one thing, the first that holds.

    The key and the wording come before what people believe, since a wrong key makes everybody's knowledge an error.
    A negative discrimination is taken at its word only when it is further from 0 than its standard error there, 1/√n.
    """
    if facility == 1:
        return ALL_RIGHT
    if facility == 0:
        return NONE_RIGHT
    if found is not None and found < -1 / sqrt(count):
        return AMBIGUOUS
    if sure_errors is not None and sure_errors >= MANY_SURE:
        return MISCONCEPTION
    if facility >= NEARLY_ALL:
        return EASY
    return WEAK if found is None or found < LEAST_DISCRIMINATION else WORKS


def reads_alike(one: Item, other: Item) -> bool:
    """Whether a reader meets the same question: the same text and the same options, whatever their key."""
    return _text(one) == _text(other)


def _text(item: Item) -> tuple[object, ...]:
    parts = frozenset((part.id, part.html) for part in item.parts if part.id)  # without an id it is never shown
    return item.type, item.situation, item.question, parts


def _most_taken_wrong(item: Item, answers: Sequence[Answers]) -> tuple[Choice | None, int]:
    """The wrong option that most chose, and how many; none when nobody did, or the question has no options."""
    if not isinstance(item, ChoiceItem):
        return None, 0
    taken: Counter[str] = Counter()
    for each in answers:
        taken.update(dict.fromkeys(each.answer, each.persons))
    wrong = [choice for choice in item.choices if not choice.right]
    most = max(wrong, key=lambda choice: taken[choice.id], default=None)
    return (most, taken[most.id]) if most and taken[most.id] else (None, 0)
