"""flask quiz: how the questions work, and grading anew."""

import click
from sqlalchemy.orm import Session

from course import swedish
from course.cli.group import LONGEST_NUMBER, Group
from course.content.queries import Published, current, newest_release_id, published
from course.db import database, transaction
from course.errors import Invalid, NotFound
from course.quiz.queries import finishers
from course.regrade.actions import RegradeCounts, regrade
from course.report.catalogue import questions
from course.report.formats import FORMATS

group = Group("quiz", help="Frågorna.")
AT_ONCE = 100
"""So many people's attempts are graded in one transaction: learners who answer meanwhile wait for no more than that."""


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


@group.command("regrade")
@click.argument("quiz")
@click.option("--reason", required=True, help="Varför frågorna rättas på nytt; de som har svarat får läsa det.")
@click.option(
    "--by-release",
    "release",
    default="current",
    show_default=True,
    help="Vilket facit: current, en versions nummer, eller own för varje försöks egen version.",
)
@click.option("--apply", "applied", is_flag=True, help="Spara; annars visas bara vad som skulle ändras.")
def regrade_(quiz: str, reason: str, release: str, applied: bool) -> None:
    """Rätta alla försök på en quiz igen, till exempel efter ett fel i facit. Inget resultat blir sämre."""
    course, quiz_id = _quiz(database.session, quiz)
    by = _release(database.session, course, release)
    people = finishers(database.session, course, quiz_id)
    graded = RegradeCounts()
    for start in range(0, len(people) or 1, AT_ONCE):
        with transaction() as (db, at):
            some = people[start : start + AT_ONCE]
            graded += regrade(db, course, quiz_id, some, release=by, reason=reason, by=None, at=at)
            if not applied:
                db.rollback()
    click.echo(f"{course}/{quiz_id}, facit enligt {f'version {by.id}' if by else 'varje försöks egen version'}:")
    for item, count in sorted(graded.gained.items()):
        click.echo(f"  {item}: {swedish.number(count)} försök får fler poäng")
    left = f"; {swedish.number(graded.without_answers)} har inga svar kvar" if graded.without_answers else ""
    click.echo(f"  avslutade försök: {swedish.number(graded.finished)}{left}")
    click.echo(f"  resultat som blir bättre: {swedish.number(graded.better)}")
    click.echo(f"  försök som blir godkända: {swedish.number(graded.passed)}")
    click.echo(f"  genomföranden som tillkommer: {swedish.number(graded.completions)}")
    if graded.better:
        click.echo("Det är sparat." if applied else "Inget är ändrat än. Kör om med --apply för att spara.")


def _quiz(db: Session, wanted: str) -> tuple[str, str]:
    """(course, quiz) that is meant by a quiz's id, or by course/quiz where several courses have it."""
    found = [
        (course, quiz)
        for course, release in sorted(current(db, newest_release_id(db)).items())
        for quiz in release.course.quizzes
        if wanted in (quiz, f"{course}/{quiz}")
    ]
    if not found:
        raise NotFound(f"Quizen ”{wanted}” finns inte i någon publicerad kurs.")
    if len(found) > 1:
        raise Invalid(f"Flera kurser har den. Ange en: {', '.join('/'.join(each) for each in found)}.")
    return found[0]


def _release(db: Session, course: str, wanted: str) -> Published | None:
    """The release whose keys count; None when that is each attempt's own."""
    if wanted == "own":
        return None
    if wanted == "current":
        return current(db, newest_release_id(db))[course]
    if not wanted.isdecimal() or len(wanted) > LONGEST_NUMBER:
        raise Invalid("--by-release ska vara current, own eller numret på en version.")
    release = published(db, int(wanted))
    if release.course.id != course:
        raise Invalid(f"Version {wanted} är av en annan kurs: {release.course.id}.")
    return release
