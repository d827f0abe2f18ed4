"""All courses as they stand on disk, read together: some problems show only when one looks at more than one course."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from course.content import accepted, matrix
from course.content.advice import advice
from course.content.expiry import expired
from course.content.links import broken_links
from course.content.load import Loaded, load_course
from course.content.model import GLOSSARY, Course, Material
from course.content.references import loose_elsewhere
from course.content.source import Folder
from course.errors import Problem


@dataclass(frozen=True)
class Draft:
    """A course on its way to be published."""

    name: str
    """The folder's."""
    course: Course | None
    problems: tuple[Problem, ...]
    advice: tuple[Problem, ...]
    """What nobody has accepted; asked for only when there are no problems."""


def read_drafts(folders: Mapping[str, Folder], day: date) -> list[Draft]:
    """Every course with all that is wrong with it, and what might be better on the day."""
    loaded = {name: load_course(folder.sources) for name, folder in folders.items()}
    courses = [each.course for each in loaded.values() if each.course]
    glossary = next((found for course in courses if (found := course.material(GLOSSARY))), None)
    elsewhere = list(loose_elsewhere(courses))
    drafts = []
    for name, folder in folders.items():
        course = loaded[name].course
        known = {*folder.problems, *loaded[name].problems, *_of_others(loaded[name], folder, glossary)}
        if course:
            known |= {problem for course_id, problem in elsewhere if course_id == course.id}
        problems = tuple(sorted(known))
        drafts.append(
            Draft(name, course, problems, _advice(course, folder.accepted, day) if course and not problems else ())
        )
    return drafts


def _of_others(loaded: Loaded, folder: Folder, glossary: Material | None) -> list[Problem]:
    """Links to the glossary that stands in another course."""
    return list(broken_links(loaded.course, folder.sources, glossary)) if loaded.course else []


def _advice(course: Course, answers: str, day: date) -> tuple[Problem, ...]:
    path = f"modules/{course.id}/{accepted.FILE}"
    faults: list[Problem] = []
    known = accepted.read_accepted(answers, lambda line, message: faults.append(Problem(path, line, message)))
    hints = (*advice(course), *matrix.gaps(course), *expired(course, day))
    return (*faults, *accepted.still_open(hints, known), *accepted.outdated(hints, known, path))
