"""What a course is once read: frozen values, with their HTML made."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cached_property

from course.items import Item

KINDS: Mapping[str, str] = {
    "körschema": "Körscheman",
    "dialog": "Frågor att prata om",
    "övning": "Övningar",
    "guide": "Guider",
    "mall": "Mallar",
    "uppslag": "Slå upp",
}
"""{sort of material: its heading}, in the order of the list."""
RIGHT_WAY, GLOSSARY = "ratt-vag", "ordlista"
"""Materials with a page of their own: what to do when something has happened, and what the words mean."""
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
    for_managers: bool = False
    """Whether only managers see it."""

    def section(self, section_id: str) -> Section | None:
        return next((section for section in self.sections if section.id == section_id), None)


@dataclass(frozen=True)
class Material:
    """Something to print or look up: a plan for a meeting, an exercise, a guide, a form."""

    id: str
    title: str
    kind: str
    """A key of KINDS."""
    minutes: int | None
    tracks: tuple[str, ...]
    """The tracks it is for; none is for all."""
    sources: tuple[str, ...]
    recommendations: tuple[int, ...]
    """The numbers of the audit's recommendations that it answers."""
    owner: str
    reviewed_on: date
    best_before: date
    lead: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Fact:
    """What the course says and where that comes from; `id` is what heads of files name, such as F12."""

    id: str
    text: str
    source: str
    certainty: str
    """How sure it is, in Swedish: one of fact_file.CERTAINTIES."""


@dataclass(frozen=True)
class Finding:
    """A recommendation or a question of the audit, with the modules and materials that answer it."""

    number: int
    text: str
    verdict: str
    """What the audit found; '' for a recommendation."""
    source: str
    modules: tuple[str, ...]
    materials: tuple[str, ...]
    line: int = 0


@dataclass(frozen=True)
class Document:
    """A document that the course answers to, with the modules and materials that do."""

    id: str
    title: str
    dated: str
    modules: tuple[str, ...]
    materials: tuple[str, ...]
    line: int = 0


@dataclass(frozen=True)
class Audit:
    """The audit as content: what was recommended and asked, and in which documents."""

    recommendations: tuple[Finding, ...]
    questions: tuple[Finding, ...]
    documents: tuple[Document, ...]


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
    materials: tuple[Material, ...] = ()
    audit: Audit | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    """{id: fact}, in the order of their numbers; empty when the installation keeps no list."""

    @cached_property
    def for_everybody(self) -> "Course":
        """The course without what only managers see."""
        if not any(module.for_managers for module in self.modules):
            return self
        return replace(self, modules=tuple(module for module in self.modules if not module.for_managers))

    def material(self, material_id: str) -> Material | None:
        return next((material for material in self.materials if material.id == material_id), None)

    def module(self, module_id: str) -> Module | None:
        return next((module for module in self.modules if module.id == module_id), None)

    def module_after(self, module: Module) -> Module | None:
        """The next module in the course's order."""
        following = self.modules[self.modules.index(module) + 1 :]
        return following[0] if following else None
