"""flask quiz: how the questions work, and grading anew."""

import click

from course.cli.group import Group
from course.content.queries import current, newest_release_id
from course.db import database
from course.errors import Invalid, NotFound
from course.report.catalogue import questions
from course.report.formats import FORMATS

group = Group("quiz", help="Frågorna.")


@group.command("quality")
@click.argument("course", required=False)
@click.option(
    "--format", "wanted", type=click.Choice(list(FORMATS)), default="table", show_default=True, help="Format."
)
def quality(course: str | None, wanted: str) -> None:
    """Hur bra varje fråga mäter: bara första försök, och aldrig färre än 30."""
    db = database.session
    courses = current(db, newest_release_id(db))
    if course is None and len(courses) != 1:
        raise Invalid(f"Ange en kurs: {', '.join(sorted(courses))}." if courses else "Ingen kurs är publicerad.")
    name = course or next(iter(courses))
    if name not in courses:
        raise NotFound(f"Kursen ”{name}” finns inte. Välj bland {', '.join(sorted(courses))}.")
    click.echo(FORMATS[wanted].render(questions.build(db, courses[name].course)), nl=False)
