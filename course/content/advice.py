"""What an author might do better: never in the way of publishing."""

import re
from collections.abc import Iterable

from course.content import markup
from course.content.model import Course, Quiz
from course.errors import Problem
from course.items import ChoiceItem

LONGEST_SECTION = 150
LONGEST_SENTENCE = 25
HARDEST_TEXT = 45
SENTENCE_END = re.compile(r"[.!?:]+[”’\")]*(?:\s+|$)")


def advice(course: Course) -> tuple[Problem, ...]:
    """Hints on length, readability and question craft; the path is the id they are about."""
    return (*_on_text(course), *(hint for quiz in course.quizzes.values() for hint in _on_quiz(quiz)))


def readability(text: str) -> float:
    """LIX: words per sentence plus per cent of words over six letters. Source: C. H. Björnsson, Läsbarhet, 1968."""
    words = re.findall(r"\w+", text)
    if not words:
        return 0.0
    return len(words) / len(_sentences(text)) + 100 * sum(len(word) > 6 for word in words) / len(words)


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in SENTENCE_END.split(text) if sentence.strip()]


def _on_text(course: Course) -> Iterable[Problem]:
    for module in course.modules:
        for section in module.sections:
            where = f"modules/{module.id}/{section.id}"
            text = markup.plain(re.sub(r"</(p|li|h3|h4|td|th)>", ". ", section.html))
            if section.words > LONGEST_SECTION:
                yield Problem(where, 0, f"avsnittet har {section.words} ord; {LONGEST_SECTION} är nog")
            if readability(text) > HARDEST_TEXT:
                yield Problem(where, 0, f"texten är svår (LIX {readability(text):.0f}); korta meningar och ord")
            for sentence in _sentences(text):
                if len(sentence.split()) > LONGEST_SENTENCE:
                    yield Problem(where, 0, f"meningen är lång ({len(sentence.split())} ord): ”{sentence[:40]}…”")


def _on_quiz(quiz: Quiz) -> Iterable[Problem]:
    graded = [item for item in quiz.items.values() if isinstance(item, ChoiceItem) and item.type == "enval"]
    telling = [item for item in graded if _right_is_longest(item)]
    if len(graded) >= 5 and len(telling) / len(graded) > 0.6:
        yield Problem(f"quizzes/{quiz.id}", 0, f"det rätta svaret är längst i {len(telling)} av {len(graded)} frågor")
    for item in quiz.items.values():
        where = f"quizzes/{quiz.id}/{item.id}"
        if len(item.parts) >= 5 and item.type == "enval":
            yield Problem(where, 0, "fem eller fler alternativ; tre räcker")
        if any("alla ovanstående" in part.html.lower() for part in item.parts):
            yield Problem(where, 0, "”alla ovanstående” prövar läsning, inte kunskap")


def _right_is_longest(item: ChoiceItem) -> bool:
    """Whether every right option is longer than every other one."""
    lengths: dict[bool, list[int]] = {True: [], False: []}
    for choice in item.choices:
        lengths[choice.right].append(len(markup.plain(choice.html)))
    return min(lengths[True]) > max(lengths[False])
