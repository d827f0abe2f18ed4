"""What a course is once read: frozen values, with their HTML made."""

import re
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
    "granskning": "För er som äger innehållet",
}
"""{sort of material: its heading}, in the order of the list."""
FOR_OWNERS = "granskning"
"""The sort of what the owners of the content work with: learners do not meet it."""
RIGHT_WAY, GLOSSARY = "ratt-vag", "ordlista"
"""Materials with a page of their own: what to do when something has happened, and what the words mean."""
KNOWLEDGE_TEST = "kunskapstest"
BEFORE_ONE_BEGINS = re.compile(r'<div class="admonition innehall">.*?</div>\s*', re.DOTALL)
"""The box `!!! innehall` as HTML; boxes hold no others."""


@dataclass(frozen=True)
class TextReview:
    """Somebody who should review a text, a key of review.REVIEWERS, and the day when they did; None is not yet."""

    by: str
    on: date | None


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
    """The day when the editors last read it."""
    best_before: date
    lead: str
    """HTML that stands before the first section: the key points, and a word of warning where one is needed."""
    sections: tuple[Section, ...]
    for_managers: bool = False
    """Whether only managers see it."""
    reviews: tuple[TextReview, ...] = ()

    @property
    def key_points(self) -> str:
        """The lead without what was said before one began, for whoever is done."""
        return BEFORE_ONE_BEGINS.sub("", self.lead)

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
    reviews: tuple[TextReview, ...] = ()


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
    note: str = ""
    """What the reader should know of the answers."""


@dataclass(frozen=True)
class Document:
    """A document that the course answers to, with the modules and materials that do."""

    id: str
    title: str
    dated: str
    """Its day in words, or what is known of it."""
    modules: tuple[str, ...]
    materials: tuple[str, ...]
    line: int = 0


@dataclass(frozen=True)
class Audit:
    """The audit as content: what was recommended and asked, and in which documents."""

    recommendations: tuple[Finding, ...]
    questions: tuple[Finding, ...]
    documents: tuple[Document, ...]
    about: tuple[str, ...] = ()
    """Who audited whom, and when: paragraphs."""


@dataclass(frozen=True)
class Draw:
    """How many questions an attempt draws: of all, or of those on each goal."""

    number: int
    per_goal: bool


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
    draw: Draw | None = None
    """None is every question."""
    shuffled: bool = False
    most_attempts: int | None = None
    """None is as many as one likes."""
    minutes: int | None = None
    """The time that an attempt may take; None is for ever."""

    @property
    def critical(self) -> frozenset[str]:
        """The safety-critical items (★), each of which must come right in the end."""
        return frozenset(item.id for item in self.items.values() if item.critical)

    @property
    def known(self) -> Mapping[str, Item]:
        """Every item, in use or not."""
        return {**self.retired, **self.items}

    @property
    def forms(self) -> tuple[str, ...]:
        """The parallel forms of a knowledge test."""
        return tuple(sorted({item.form for item in self.items.values()}))

    @property
    def in_one_go(self) -> bool:
        """Whether its questions are asked one after the other, not along the sections of the module."""
        return bool(self.kind or self.draw or self.shuffled or self.minutes)


@dataclass(frozen=True)
class Way:
    """What one may do in a scene, and the scene that it leads to."""

    html: str
    target: str
    comment: str
    """HTML that is shown at the end only: what this does, and why."""
    good: bool
    line: int


@dataclass(frozen=True)
class Scene:
    """A step of a scenario; an ending when it has an outcome, and then it has no ways."""

    id: str
    title: str
    html: str
    words: int
    ways: tuple[Way, ...]
    outcome: str
    """A key of vocabulary.OUTCOMES; '' when the scenario goes on."""
    feedback: str
    """HTML of what an ending teaches."""
    line: int


@dataclass(frozen=True)
class Scenario:
    """A situation in which one chooses what to do, again and again, until it ends. Nothing in it is scored."""

    id: str
    title: str
    module: str
    tracks: tuple[str, ...]
    """The kinds of work that it is written for; none is for everybody."""
    forms: tuple[str, ...]
    minutes: int
    sources: tuple[str, ...]
    note: str
    """What somebody may want to know before; '' when nothing needs a warning."""
    lead: str
    """HTML: who one is and where."""
    lead_words: int
    scenes: Mapping[str, Scene]
    """{id: scene}, in the order of the file; it begins with the first."""

    @property
    def start(self) -> Scene:
        return next(iter(self.scenes.values()))


@dataclass(frozen=True)
class Instrument:
    """Questions of a survey or a self-assessment. A part of every course, so that a release says their wording."""

    id: str
    title: str
    kind: str
    about: str
    """What it is for, in one sentence."""
    sources: tuple[str, ...]
    items: Mapping[str, Item]
    retired: Mapping[str, Item]


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
    scenarios: Mapping[str, Scenario]
    owner: str
    reviewed_on: date
    best_before: date
    materials: tuple[Material, ...] = ()
    instruments: Mapping[str, Instrument] = field(default_factory=dict)
    audit: Audit | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    """{id: fact}, in the order of their numbers; empty when the installation keeps no list."""

    @cached_property
    def for_everybody(self) -> "Course":
        """The course without what only managers see."""
        hidden = {module.id for module in self.modules if module.for_managers}
        if not hidden:
            return self
        return replace(
            self,
            modules=tuple(module for module in self.modules if module.id not in hidden),
            scenarios={each.id: each for each in self.scenarios.values() if each.module not in hidden},
        )

    def material(self, material_id: str) -> Material | None:
        return next((material for material in self.materials if material.id == material_id), None)

    def module(self, module_id: str) -> Module | None:
        return next((module for module in self.modules if module.id == module_id), None)

    def test_of(self, module_id: str) -> Quiz | None:
        """The knowledge test of a module."""
        tests = (quiz for quiz in self.quizzes.values() if quiz.kind == KNOWLEDGE_TEST and quiz.module == module_id)
        return next(tests, None)

    def scenarios_of(self, module_id: str) -> tuple[Scenario, ...]:
        """The scenarios of a module, in the order of their ids."""
        found = (scenario for scenario in self.scenarios.values() if scenario.module == module_id)
        return tuple(sorted(found, key=lambda scenario: scenario.id))
