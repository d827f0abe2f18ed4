"""What authors may not do to ids, because learners' records hang on them."""

from collections.abc import Iterable, Mapping

from course.content.model import Course
from course.errors import Conflict
from course.items import ITEM_TYPES, Item


class KeysChanged(Conflict):
    """Questions have another right answer than before, and nobody has said that this is meant.

    `keys` holds (quiz, item) of each.
    """

    def __init__(self, keys: list[tuple[str, str]]) -> None:
        listed = ", ".join(f"{quiz}/{item}" for quiz, item in keys)
        super().__init__(f"Rätt svar har ändrats i {listed}.")
        self.keys = keys


def ids_in_use(course: Course) -> dict[str, str]:
    """{path: type} of everything that has an id, such as `modules/m/avsnitt` and `quizzes/q/fråga/alternativ`."""
    used: dict[str, str] = {}
    for module in course.modules:
        used[f"modules/{module.id}"] = "modul"
        used.update({f"modules/{module.id}/{section.id}": "avsnitt" for section in module.sections})
    for quiz in course.quizzes.values():
        used[f"quizzes/{quiz.id}"] = "quiz"
        used.update(_item_ids(f"quizzes/{quiz.id}", quiz.items))
    return used


def ids_retired(course: Course) -> frozenset[str]:
    """The paths that the course says are out of use: in course.toml, and questions marked .utgått."""
    marked = (path for quiz in course.quizzes.values() for path, _ in _item_ids(f"quizzes/{quiz.id}", quiz.retired))
    return course.retired.union(marked)


def broken_promises(old: Course, new: Course) -> Iterable[str]:
    """Every reason why `new` must not follow `old`, in Swedish. Source: design.md, "Identity when authors edit"."""
    before, after = ids_in_use(old), ids_in_use(new)
    gone_before, gone = ids_retired(old), ids_retired(new)
    if new.edition < old.edition:
        yield f"edition är {new.edition} men var {old.edition}; en edition kan aldrig sänkas"
    if new.edition == old.edition and new.edition_from != old.edition_from:
        yield f"edition_from är {new.edition_from} men var {old.edition_from}; den ändras bara med en ny edition"
    for path in _topmost(path for path in before.keys() - after.keys() if not _covered(path, gone)):
        yield f"{path} finns inte längre; {_way_out(path, before[path])}"
    for path in sorted(before.keys() & after.keys()):
        if before[path] != after[path]:
            yield f"{path} var {before[path]} och är nu {after[path]}; en ny sorts fråga behöver ett nytt id"
    for path in _topmost(path for path in after if _covered(path, gone_before)):
        yield f"{path} har tagits ur bruk och får inte användas igen; välj ett nytt id"
    for path in _topmost(path for path in gone_before - after.keys() if not _covered(path, gone)):
        yield f"{path} är utgått och måste stå kvar; skriv ”{path}” i retired i course.toml"


def changed_keys(old: Course, new: Course) -> list[tuple[str, str]]:
    """(quiz, item) of every question whose right answer is another one than it was."""
    return [
        (quiz.id, item.id)
        for quiz in new.quizzes.values()
        for item in quiz.items.values()
        if (was := old.quizzes[quiz.id].items.get(item.id) if quiz.id in old.quizzes else None)
        and was.type == item.type
        and item.has_other_key(was)
    ]


def _item_ids(path: str, items: Mapping[str, Item]) -> Iterable[tuple[str, str]]:
    for item in items.values():
        yield f"{path}/{item.id}", item.type
        yield from ((f"{path}/{item.id}/{part.id}", "alternativ") for part in item.parts if part.id)


def _way_out(path: str, kind: str) -> str:
    """What an author may do about an id that is gone."""
    marked = ", märk frågan .utgått" if kind in ITEM_TYPES else ""
    return f"lägg tillbaka id:t{marked} eller skriv ”{path}” i retired i course.toml"


def _covered(path: str, retired: frozenset[str]) -> bool:
    """Whether the path or something above it is retired."""
    return path in retired or any(above in retired for above in _above(path))


def _topmost(paths: Iterable[str]) -> list[str]:
    """The paths that have none of the others above them, sorted."""
    known = frozenset(paths)
    return sorted(path for path in known if not any(above in known for above in _above(path)))


def _above(path: str) -> Iterable[str]:
    """`quizzes/q/fråga` and `quizzes/q` of `quizzes/q/fråga/alternativ`."""
    parts = path.split("/")
    return ("/".join(parts[:length]) for length in range(2, len(parts)))
