"""How much there is in a course, module by module: for authors and for whoever decides about the time it takes."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from course.content.advice import prose, readability
from course.content.model import Course, Module


@dataclass(frozen=True)
class Line:
    """One module in numbers."""

    module: str
    mandatory: bool
    minutes: int
    words: int
    lix: float
    types: Mapping[str, int]
    """{question type: how many}, of the questions in use along the module."""
    stars: int
    """Questions on safety (★)."""
    new: int
    """Questions that ask about a new situation."""
    goals: int
    goals_asked: frozenset[int]
    """The numbers of the goals that a question names."""
    tests: int
    """Questions in the module's knowledge test, both forms together."""
    scenarios: int

    @property
    def questions(self) -> int:
        return sum(self.types.values())


def lines(course: Course) -> list[Line]:
    """Every module of the course, in its order."""
    return [_line(course, module) for module in course.modules]


def mandatory_minutes(course: Course) -> int:
    """The minutes of all mandatory modules together."""
    return sum(module.minutes for module in course.modules if module.id in course.mandatory)


def median_lix(found: list[Line]) -> float:
    """The median of the modules' LIX; 0 without modules."""
    return median([line.lix for line in found]) if found else 0.0


def words_of(module: Module) -> int:
    """The words of all sections."""
    return sum(section.words for section in module.sections)


def _line(course: Course, module: Module) -> Line:
    quiz = course.quizzes.get(module.quiz)
    items = list(quiz.items.values()) if quiz else []
    tests = [other for other in course.quizzes.values() if other.module == module.id and other.id != module.quiz]
    asked = [item for each in ([quiz] if quiz else []) + tests for item in each.items.values()]
    return Line(
        module=module.id,
        mandatory=module.id in course.mandatory,
        minutes=module.minutes,
        words=words_of(module),
        lix=readability(" ".join(prose(section.html) for section in module.sections)),
        types=Counter(item.type for item in items),
        stars=sum(item.critical for item in items),
        new=sum(item.new for item in items),
        goals=len(module.goals),
        goals_asked=frozenset(item.goal for item in asked if item.goal),
        scenarios=len(course.scenarios_of(module.id)),
        tests=sum(len(other.items) for other in tests),
    )
