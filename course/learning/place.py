"""Where the learner goes next, and how long it takes. Pure: what is shown follows from what is done."""

from collections.abc import Collection
from dataclasses import dataclass

from course.content.model import Course, Module, Section
from course.quiz.paper import Paper, next_item

WORDS_A_MINUTE = 180
MINUTES_A_QUESTION = 0.5


@dataclass(frozen=True)
class Step:
    """A place in a course: a section to read, or a question of it when `item` is given."""

    module: Module
    section: Section
    item: str = ""


def resume(course: Course, done: Collection[str], spot: tuple[str, str] | None) -> Step | None:
    """Where to go on: the (module, section) last visited, else the first section of the first module not done.

    None when all modules are done. A spot whose module is done, or that has left the course, is passed over.
    """
    remaining = [module for module in course.modules if module.id not in done]
    if spot:
        for module in remaining:
            if module.id == spot[0] and (section := module.section(spot[1])):
                return Step(module, section)
    ordered = sorted(remaining, key=lambda module: module.id not in course.mandatory)
    return Step(ordered[0], ordered[0].sections[0]) if ordered else None


def following(module: Module, section: Section) -> Section | None:
    """The section after this one."""
    later = module.sections[module.sections.index(section) + 1 :]
    return later[0] if later else None


def next_step(
    module: Module, paper: Paper, answered: Collection[str], section: Section, passed: str = ""
) -> Step | None:
    """Where a learner goes after a question of the section, or past the question `passed`.

    The section's next unanswered question, else the next section, else any question that was left; None when the
    module has nothing left. On a paper that is asked in one go, the next question.
    """
    if not paper.along:
        item = next_item(paper.items, answered, passed)
        if item is None or item.id == passed:
            return None
        return Step(module, module.section(item.section) or section, item.id)
    left = [item for item in paper.items if item.id not in answered]
    here = [item.id for item in left if item.section == section.id]
    if passed in here:
        here = here[here.index(passed) + 1 :]
    if here:
        return Step(module, section, here[0])
    if after := following(module, section):
        return Step(module, after)
    rest = next((item for item in left if item.id != passed), None)
    return Step(module, module.section(rest.section) or section, rest.id) if rest else None


def left_to_read(module: Module, paper: Paper, item: str) -> Section | None:
    """The section after the module's last question, when `item` is that: it is read before the result."""
    if not paper.along or paper.items[-1].id != item:
        return None
    section = module.section(paper.items[-1].section)
    return following(module, section) if section else None


def minutes_left(module: Module, questions: int, total: int, section: Section | None = None) -> int:
    """About how many of a module's minutes remain, with the text from the section on and so many of all questions.

    Its author says how many there are; what remains is counted, see counted_minutes. At least one.
    """
    left, whole = counted_minutes(module, questions, section), counted_minutes(module, total)
    return max(1, round(module.minutes * left / (whole or 1)))


def counted_minutes(module: Module, questions: int, section: Section | None = None) -> float:
    """The text from the section on and so many questions: 180 words a minute and half a minute a question."""
    start = module.sections.index(section) if section in module.sections else 0
    return sum(part.words for part in module.sections[start:]) / WORDS_A_MINUTE + questions * MINUTES_A_QUESTION


def minutes_of(questions: int) -> int:
    """About how many minutes questions take without the text; at least one."""
    return max(1, round(questions * MINUTES_A_QUESTION))
