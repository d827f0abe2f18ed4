"""What a course is once read: frozen values, with their HTML made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from course.items import Item

KNOWLEDGE_TEST = "kunskapstest"


@dataclass(frozen=True)
class Section:
    """A part of a module: what is read in one go."""

    id: str
    title: str
    html: str
    words: int


@dataclass(frozen=True)
class Module:
    """Some minutes of learning, with at most one quiz along its sections."""

    id: str
    title: str
    minutes: int
    quiz: str
    goals: tuple[str, ...]
    sources: tuple[str, ...]
    owner: str
    reviewed_on: date
    best_before: date
    lead: str
    """HTML that stands before the first section: the key points."""
    sections: tuple[Section, ...]

    def section(self, section_id: str) -> Section | None:
        return next((section for section in self.sections if section.id == section_id), None)


@dataclass(frozen=True)
class Quiz:
    """Questions on one module; `items` holds the ones in use, `retired` those that were."""

    id: str
    title: str
    module: str
    pass_mark: Fraction
    items: Mapping[str, Item]
    retired: Mapping[str, Item]
    kind: str = ""
    """KNOWLEDGE_TEST, or '' for the questions along a module's sections."""

    @property
    def critical(self) -> frozenset[str]:
        """The safety-critical items (★), each of which must come right in the end."""
        return frozenset(item.id for item in self.items.values() if item.critical)


@dataclass(frozen=True)
class Course:
    """One published or checked state of a course."""

    id: str
    title: str
    audience: str
    edition: int
    edition_from: date
    valid_months: int | None
    """How long a completion of the course is valid; None is for ever."""
    modules: tuple[Module, ...]
    mandatory: frozenset[str]
    retired: frozenset[str]
    """Paths of ids that must never be used again: `modules/modul/avsnitt`, `quizzes/quiz/fråga/alternativ` …"""
    quizzes: Mapping[str, Quiz]
    owner: str
    reviewed_on: date
    best_before: date

    def module(self, module_id: str) -> Module | None:
        return next((module for module in self.modules if module.id == module_id), None)

    def module_after(self, module: Module) -> Module | None:
        """The next module in the course's order."""
        following = self.modules[self.modules.index(module) + 1 :]
        return following[0] if following else None
