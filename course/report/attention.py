"""What HR should do something about today, in order of weight. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from course import swedish

LIST_GROWS_OLD = timedelta(days=35)
"""Personnel lists come once a month; a few days late is no news."""
SOON = timedelta(days=30)
NAMED = 3
"""Units that are named; the rest are counted."""


@dataclass(frozen=True)
class Notice:
    """Something to do: what it is, and the key of the page where it is done."""

    text: str
    where: str


@dataclass(frozen=True)
class Course:
    """What is known of a course: when its text should be reviewed, and the end of the target that holds today."""

    title: str
    best_before: date
    target_ends: date | None


@dataclass(frozen=True)
class Today:
    """What there is to know on a day."""

    day: date
    lists: Mapping[str, date]
    """{source: the day of its newest personnel list}."""
    drafts: int
    """Lists that have been sent and not decided on."""
    employees: int
    without_account: int
    """Employees who cannot sign in yet."""
    units_without_manager: tuple[str, ...]
    """The names of units with employees that nobody leads."""
    courses: tuple[Course, ...]
    resting: int = 0
    """People with a duty who have left."""
    last_administrator_left: bool = False
    local_fault: str = ""
    """What is wrong with what the workplace has filled in."""


def notices(today: Today) -> list[Notice]:
    """What needs attention; nothing when all is well."""
    return [*_of_people(today), *(notice for course in today.courses for notice in _of_course(course, today.day))]


def of_duties(resting: int, *, last_administrator_left: bool) -> str:
    """What to say of people with a duty who have left; '' when there is nobody."""
    if last_administrator_left:
        return (
            "Den enda administratören har slutat, enligt personallistan. Rollen är kvar tills någon annan har fått den:"
            " ge någon rollen och en kod."
        )
    if not resting:
        return ""
    who = "En person" if resting == 1 else f"{swedish.number(resting)} personer"
    return f"{who} med en särskild roll har slutat, enligt personallistan. Rollen vilar. En administratör avslutar den."


def _of_people(today: Today) -> Iterable[Notice]:
    if duties := of_duties(today.resting, last_administrator_left=today.last_administrator_left):
        yield Notice(duties, "accounts")
    if today.local_fault:
        yield Notice(
            "Telefonnummer och andra lokala uppgifter kan saknas på kursens sidor. Säg till den som sköter driften:"
            f" {today.local_fault}",
            "",
        )
    if today.drafts:
        yield Notice("En lista väntar på att du bekräftar den eller låter bli.", "imports")
    if not today.lists:
        yield Notice("Ingen personallista är inläst än.", "imports")
    for source, newest in sorted(today.lists.items()):
        if today.day - newest > LIST_GROWS_OLD:
            which = f"Personallistan ”{source}”" if len(today.lists) > 1 else "Personallistan"
            yield Notice(
                f"{which} är från {swedish.day(newest)}. Läs in en ny, så att siffrorna gäller rätt personer.",
                "imports",
            )
    if today.without_account:
        yield Notice(
            f"{swedish.number(today.without_account)} av {swedish.number(today.employees)} anställda har inte valt"
            " något lösenord än. Ge dem engångskoder.",
            "codes",
        )
    if today.units_without_manager:
        named = ", ".join(today.units_without_manager[:NAMED])
        more = len(today.units_without_manager) - NAMED
        rest = f" och {swedish.number(more)} till" if more > 0 else ""
        yield Notice(f"{named}{rest} saknar chef i personallistan. Ingen kan se vilka som är klara där.", "imports")


def _of_course(course: Course, day: date) -> Iterable[Notice]:
    if course.target_ends is None:
        yield Notice(f"Inget mål är beslutat i dag för {course.title}.", "targets")
    elif course.target_ends - day <= SOON:
        yield Notice(f"Målets period för {course.title} slutar {swedish.day(course.target_ends)}.", "coverage")
    if course.best_before < day:
        yield Notice(
            f"Texten i {course.title} skulle ha granskats senast {swedish.day(course.best_before)}. Säg till den som"
            " äger innehållet.",
            "",
        )
