"""Texts whose best-before day is past: somebody must read them again before they are published."""

from datetime import date

from course.content.model import Course
from course.errors import Problem


def expired(course: Course, day: date) -> tuple[Problem, ...]:
    """What of the course has a best-before day before `day`; the path is the id it is about."""
    dated = [(f"modules/{course.id}/course.toml", course.best_before)]
    dated += [(f"modules/{module.id}", module.best_before) for module in course.modules]
    dated += [(f"material/{material.id}", material.best_before) for material in course.materials]
    return tuple(
        Problem(where, 0, f"bäst före var {best_before}; granska texten och skriv en ny dag")
        for where, best_before in dated
        if best_before < day
    )
