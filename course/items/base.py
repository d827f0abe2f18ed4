"""What every question type has in common."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from typing import Any, ClassVar

from course.errors import Invalid

FULL = 1_000_000
"""Full marks of one item, in millionths: sums stay exact."""
NOT_THERE = "Svaret hör inte till frågan. Svara med det som visas."
ONLY_OF = {"sparas": "fritext"}
"""Settings that one type alone has."""


@dataclass(frozen=True)
class Written:
    """A line of a question file that makes a part of a question.

    `text` holds the groups of the type's pattern without the id, and `html` the same as safe HTML.
    """

    text: Mapping[str, str]
    html: Mapping[str, str]
    id: str
    feedback: str
    line: int


@dataclass(frozen=True)
class Part:
    """What an answer is about: an option, a step, a pair, an accepted answer, a statement. Its texts are HTML."""

    id: str
    """'' in types whose parts are never named by an answer."""
    html: str
    feedback: str = ""
    line: int = field(default=0, kw_only=True)


@dataclass(frozen=True)
class Row:
    """A line of the review of an answer, in HTML; `right` is None when nothing in it is right or wrong."""

    html: str
    feedback: str = ""
    right: bool | None = None


@dataclass(frozen=True)
class Review:
    """An answer as it is shown again, with what would have been right."""

    mine: Sequence[Row]
    missing: Sequence[Row] = ()
    """The right answers that were not given."""
    others: Sequence[Row] = ()
    note: str = ""
    """One sentence on how the answer was counted."""
    ordered: bool = False
    """Whether the order of the rows is the answer."""


@dataclass(frozen=True, kw_only=True)
class Item(ABC):
    """One question. `situation`, `question` and the notes are HTML."""

    type: ClassVar[str]
    """The name in question files, and of the template."""
    pattern: ClassVar[re.Pattern[str]]
    """A line that makes a part. Its group `text`, which stands last, carries the part's id."""
    shape: ClassVar[str]
    """How such a line is written, as an author is told."""
    noun: ClassVar[str] = "alternativet"
    """What a part is called, in its definite form."""
    scored: ClassVar[bool] = True
    rules: ClassVar[Sequence[str]] = ()
    """The values of `poängregel`, the usual one first."""
    conceals_ids: ClassVar[bool] = False
    """Whether a page that shows the parts' ids would show what is right."""
    explained: ClassVar[bool] = False
    """Whether the feedback stands in Förklaring, which must then be there, and not under each part."""

    id: str
    title: str
    situation: str
    question: str
    notes: Mapping[str, str]
    """The reserved parts of the question file that are there: Förklaring, Ledtråd, Källa …"""
    section: str
    critical: bool
    options: Mapping[str, str]
    """The type's own settings of the question file, such as poängregel."""
    goal: int = 0
    """The number of the module's goal that the question is about, from 1; 0 when the author has not said."""
    form: str = ""
    """A or B in a knowledge test with parallel forms."""
    new: bool = False
    """Whether the question is about a new situation rather than what was just read."""
    line: int = 0

    @classmethod
    @abstractmethod
    def parts_of(cls, written: Sequence[Written]) -> Mapping[str, Any]:
        """The type's own fields, from the lines of its parts."""

    @property
    @abstractmethod
    def parts(self) -> Sequence[Part]:
        """Everything in the question that an answer may be about, in the order of the question file."""

    @property
    @abstractmethod
    def key(self) -> frozenset[Any]:
        """What is right, without wording that may change freely."""

    @abstractmethod
    def read(self, form: Mapping[str, Sequence[str]]) -> Any:
        """The answer in a submitted form, as a JSON value. Raises Invalid when it is none."""

    @abstractmethod
    def points(self, answer: Any) -> int:
        """The points of a stored answer, 0 to FULL. An empty answer is worth nothing."""

    @abstractmethod
    def review(self, answer: Any) -> Review:
        """A stored answer as it is shown again."""

    @property
    @abstractmethod
    def right_answer(self) -> Any:
        """An answer with full marks; in a type without points, one that somebody might give."""

    @property
    def wrong_answers(self) -> Sequence[Any]:
        """Mistakes that somebody might make, none with full marks; empty in a type without points."""
        return ()

    def shown(self, place: Callable[[str], bytes]) -> Sequence[Part]:
        """The parts in the order in which an attempt shows them: sorted by the place of their ids."""
        return sorted(self.parts, key=lambda part: place(part.id))

    def has_other_key(self, was: "Item") -> bool:
        """Whether something else is right than in `was`, an earlier state of the same question."""
        return self.key != was.key

    def faults(self) -> Iterable[tuple[int, str]]:
        """(line, message) for what the type does not allow."""
        rule = self.options.get("poängregel", "")
        if rule and not self.rules:
            yield self.line, f"en fråga av typen {self.type} har ingen poängregel; ta bort den"
        elif rule and rule not in self.rules:
            yield self.line, f"okänd poängregel ”{rule}”; välj bland {', '.join(self.rules)}"
        if self.critical and not self.scored:
            yield self.line, f"en fråga av typen {self.type} har inga poäng och kan inte vara ★; ta bort märket"
        if self.explained and not self.notes.get("Förklaring"):
            yield self.line, "frågan saknar förklaring; skriv den under ”### Förklaring”, sist i frågan"
        for name in self.options.keys() & ONLY_OF.keys():
            if self.type != ONLY_OF[name]:
                yield self.line, f"”{name}” gäller bara typen {ONLY_OF[name]}; ta bort den"
        yield from self.part_faults()

    def part_faults(self) -> Iterable[tuple[int, str]]:
        """(line, message) for what is wrong with the parts alone."""
        for part in self.parts:
            if part.feedback and self.explained:
                yield part.line, f"{self.noun} har återkoppling; skriv den under ”### Förklaring” i stället"
        yield from same_text(self.noun, self.parts)


def same_text(noun: str, parts: Iterable[Part]) -> Iterable[tuple[int, str]]:
    """(line, message) for each part with the same text as one before it."""
    first: dict[str, int] = {}
    for part in parts:
        text = part.html.casefold()
        if text in first:
            yield part.line, f"{noun} har samma text som det på rad {first[text]}; skriv om det ena"
        if text:
            first.setdefault(text, part.line)


def millionths(share: Fraction) -> int:
    """A share of full marks, never below 0.

    Rounded up, so that three questions a third right are worth at least a whole one, and a learner who is at the
    pass mark is never a millionth below it.
    """
    return ceil(max(Fraction(0), share) * FULL)


def one_field(form: Mapping[str, Sequence[str]], missing: str, name: str = "svar") -> str:
    """The one value of a field. Raises Invalid, with `missing` when there is none."""
    given = form.get(name, ())
    if not given:
        raise Invalid(missing, name)
    if len(given) != 1:
        raise Invalid(NOT_THERE, name)
    return given[0]


def field_of_each(
    form: Mapping[str, Sequence[str]], parts: Sequence[Part], values: Iterable[str], missing: str
) -> list[list[str]]:
    """[id, value] of each part, from the fields `svar-<id>`, in the order of the parts.

    Raises Invalid for a field or a value that is not the question's, and with `missing` when a part has no value.
    """
    allowed = {f"svar-{part.id}" for part in parts}
    sent = {name: given for name, given in form.items() if name.startswith("svar")}
    if not sent.keys() <= allowed or any(len(given) > 1 for given in sent.values()):
        raise Invalid(NOT_THERE, "svar")
    found = [[part.id, "".join(sent.get(f"svar-{part.id}", ()))] for part in parts]
    if not all(value for _, value in found):
        raise Invalid(missing, "svar")
    if not {value for _, value in found} <= set(values):
        raise Invalid(NOT_THERE, "svar")
    return found
