"""What an author might do better: never in the way of publishing."""

import re
from collections.abc import Iterable

from course.content import markup
from course.content.model import Course, Material, Module, Quiz, Scenario
from course.errors import Problem
from course.items import ChoiceItem, Item, Para

LONGEST_SECTION = 150
LONGEST_LEAD = 60
LONGEST_SCENE = 90
"""Of a scenario, in words."""
LONGEST_SENTENCE = 25
LONGEST_PARAGRAPH = 90
HARDEST_TEXT = 45
AVOIDED = re.compile(
    r"\b(offer|offret|offren|offrets|klientel\w*|problemperson\w*|otillbörlig påverkan)\b", re.IGNORECASE
)
"""Words that judge people, or name our subject otherwise than the course does. Source: domain.md 6.4."""
ABOUT_OTHERS = re.compile(
    r"""
    \b(alla|allt|inget|inga|ingen|ingenting|något|några|båda|bägge|flera|två|tre)(\ av)?(\ de|\ dessa|\ det)?(\ andra)?
        \ (ovan(stående|för)?|nedanstående|föregående|alternativen|alternativ|svaren|påståendena)\b
    | \b(både|alternativ|svar)\ [A-F1-6]\ (och|eller|samt)\ [A-F1-6]\b
    | ^[A-F]\ (och|eller|samt)\ [A-F]\b
    | ^(inget|ingen|inga|alla|allt|båda)\ av\ (alternativen|svaren|ovanstående|påståendena)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""An option that is about other options. Source: Haladyna, Downing & Rodriguez 2002, guidelines 18 and 25."""
BY_PLACE = re.compile(
    r"""
    (?i:\b(alternativ|alternativet|svar|svaret|svarsalternativ|svarsalternativet))\ ([A-F1-6]|(?i:ett|två|tre|fyra))\b
    | (?i:\b(första|andra|tredje|fjärde|sista|översta|nedersta|mellersta)\ (alternativet|svaret|svarsalternativet)\b)
    | (?i:\b(alternativet|svaret)\ (ovan|nedan|här\ ovan|här\ under)\b)
    """,
    re.VERBOSE,
)
FOREIGN_QUOTES = re.compile('["“„«»‘]')
BLOCK_END = re.compile(r"</(?:p|li|h3|h4|td|th)>")
LONGEST_IN_LIST = 60
"""Characters of a right side to choose in a list, which a phone shows on one line or two."""
SENTENCE_END = re.compile(r"[.!?:]+[”’\")]*(?:\s+|$)")


def advice(course: Course) -> tuple[Problem, ...]:
    """Hints on length, readability, words and question craft; the path is the id they are about."""
    return (
        *(hint for module in course.modules for hint in _on_part(f"modules/{module.id}", module)),
        *(hint for material in course.materials for hint in _on_part(f"material/{material.id}", material)),
        *(hint for quiz in course.quizzes.values() for hint in _on_quiz(quiz)),
        *(hint for module in course.modules for hint in _on_the_rest(course, module)),
        *(hint for scenario in course.scenarios.values() for hint in _on_scenario(scenario)),
    )


def readability(text: str) -> float:
    """LIX: words per sentence plus per cent of words over six letters. Source: C. H. Björnsson, Läsbarhet, 1968."""
    words = re.findall(r"\w+", text)
    if not words:
        return 0.0
    return len(words) / len(_sentences(text)) + 100 * sum(len(word) > 6 for word in words) / len(words)


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in SENTENCE_END.split(text) if sentence.strip()]


def _on_part(path: str, part: Module | Material) -> Iterable[Problem]:
    """Hints on a module or a material."""
    yield from _on_prose(path, part.lead)
    for section in part.sections:
        where = f"{path}/{section.id}"
        lix = readability(prose(section.html))
        if section.words > LONGEST_SECTION:
            yield Problem(where, 0, f"avsnittet har {section.words} ord; {LONGEST_SECTION} är nog")
        if lix > HARDEST_TEXT:
            yield Problem(where, 0, f"texten är svår (LIX {lix:.0f}); korta meningar och ord")
        yield from _on_prose(where, section.html)


def _on_prose(where: str, html: str) -> Iterable[Problem]:
    """Hints on any text, however short."""
    for sentence in _sentences(prose(html)):
        if len(sentence.split()) > LONGEST_SENTENCE:
            yield Problem(where, 0, f"meningen är lång ({len(sentence.split())} ord): ”{sentence[:40]}…”")
    for paragraph in BLOCK_END.split(html):
        if (words := len(markup.plain(paragraph).split())) > LONGEST_PARAGRAPH:
            yield Problem(where, 0, f"stycket har {words} ord; {LONGEST_PARAGRAPH} är nog")
    for word in AVOIDED.findall(markup.plain(html)):
        yield Problem(where, 0, f"skriv inte ”{word}”; säg det utan att döma, som ”den som utsatts”")
    if found := FOREIGN_QUOTES.search(markup.plain(html)):
        yield Problem(where, 0, f"citattecknet {found[0]} är inte svenskt; skriv ” före och efter")


def prose(html: str) -> str:
    """The text of HTML, with a full stop where a block ends."""
    return markup.plain(BLOCK_END.sub(". ", html))


def _on_quiz(quiz: Quiz) -> Iterable[Problem]:
    graded = [item for item in quiz.items.values() if isinstance(item, ChoiceItem) and item.type == "enval"]
    telling = [item for item in graded if _right_is_longest(item)]
    if len(graded) >= 5 and len(telling) / len(graded) > 0.6:
        yield Problem(f"quizzes/{quiz.id}", 0, f"det rätta svaret är längst i {len(telling)} av {len(graded)} frågor")
    for item in quiz.items.values():
        where = f"quizzes/{quiz.id}/{item.id}"
        for html in _texts(item):
            yield from _on_prose(where, html)
        if len(item.parts) >= 5 and item.type == "enval":
            yield Problem(where, 0, "fem eller fler alternativ; tre räcker")
        if isinstance(item, Para):
            for pair in item.pairs:
                if (length := len(markup.plain(pair.html))) > LONGEST_IN_LIST:
                    yield Problem(f"{where}/{pair.id}", 0, f"högersidan har {length} tecken; en telefon visar färre")
        yield from _on_references(where, item)


def _on_references(where: str, item: Item) -> Iterable[Problem]:
    """Options that are about other options, and texts that name an option by a place: their order is drawn."""
    for part in item.parts:
        if found := ABOUT_OTHERS.search(markup.plain(part.html)):
            yield Problem(where, 0, f"”{found[0]}” prövar läsning, inte kunskap")
    if not isinstance(item, ChoiceItem):
        return
    for html in (*item.notes.values(), *(text for part in item.parts for text in (part.html, part.feedback))):
        if found := BY_PLACE.search(markup.plain(html)):
            yield Problem(where, 0, f"”{found[0]}” stämmer inte när ordningen lottas; säg vad alternativet säger")


def _on_the_rest(course: Course, module: Module) -> Iterable[Problem]:
    """The sections after the last question: whoever has answered it has done the module, and may read no further."""
    quiz = course.quizzes.get(module.quiz)
    if quiz is None or quiz.in_one_go:
        return
    asked = {item.section for item in quiz.items.values()}
    last = max((number for number, section in enumerate(module.sections) if section.id in asked), default=-1)
    for section in module.sections[last + 1 :]:
        where = f"modules/{module.id}/{section.id}"
        yield Problem(where, 0, "avsnittet står efter den sista frågan; ställ en fråga i det, eller lägg det tidigare")


def _on_scenario(scenario: Scenario) -> Iterable[Problem]:
    where = f"scenarier/{scenario.id}"
    if scenario.lead_words > LONGEST_LEAD:
        yield Problem(where, 0, f"ingressen har {scenario.lead_words} ord; {LONGEST_LEAD} är nog")
    yield from _on_prose(where, scenario.lead)
    for scene in scenario.scenes.values():
        if scene.words > LONGEST_SCENE:
            yield Problem(f"{where}/{scene.id}", 0, f"scenen har {scene.words} ord; {LONGEST_SCENE} är nog")
        for html in (scene.html, scene.feedback, *(text for way in scene.ways for text in (way.html, way.comment))):
            yield from _on_prose(f"{where}/{scene.id}", html)


def _texts(item: Item) -> Iterable[str]:
    """Everything in a question that a learner reads."""
    yield from (item.situation, item.question, *item.notes.values())
    for part in item.parts:
        yield from (part.html, part.feedback)


def _right_is_longest(item: ChoiceItem) -> bool:
    """Whether every right option is longer than every other one."""
    lengths: dict[bool, list[int]] = {True: [], False: []}
    for choice in item.choices:
        lengths[choice.right].append(len(markup.plain(choice.html)))
    return min(lengths[True]) > max(lengths[False])
