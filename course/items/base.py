"""What every question type has in common."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

FULL = 1_000_000
"""Full marks of one item, in millionths: sums stay exact."""


@dataclass(frozen=True)
class Choice:
    """One option of an item, with the feedback for whoever takes it."""

    id: str
    html: str
    feedback: str
    right: bool
    line: int = 0


@dataclass(frozen=True)
class Item(ABC):
    """One question. `situation`, `question` and the notes are HTML."""

    type: ClassVar[str]
    """The name in question files, and of the template."""

    id: str
    title: str
    situation: str
    question: str
    question_text: str
    """The question without markup, for page titles and lists."""
    choices: tuple[Choice, ...]
    notes: Mapping[str, str]
    """The reserved parts of the question file that are there: Förklaring, Ledtråd, Källa …"""
    section: str
    critical: bool
    options: Mapping[str, str]
    """The type's own settings of the question file, such as poängregel."""
    line: int = 0

    @abstractmethod
    def faults(self) -> Iterable[tuple[int, str]]:
        """(line, message) for what the type does not allow."""

    @abstractmethod
    def read(self, form: Mapping[str, Sequence[str]]) -> Any:
        """The answer in a submitted form, as a JSON value. Raises Invalid when it is none."""

    @abstractmethod
    def points(self, answer: Any) -> int:
        """The points of a stored answer, 0 to FULL. An empty answer is worth nothing."""

    @property
    def choice_ids(self) -> tuple[str, ...]:
        return tuple(choice.id for choice in self.choices)
