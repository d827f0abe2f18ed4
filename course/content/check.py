"""Whether the files of a course fit together: everything that must point at something that is there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from course.content.course_file import Settings
from course.content.front_matter import Head, suggest
from course.content.model import KNOWLEDGE_TEST, Instrument, Material, Module, Quiz, Scenario
from course.errors import Problem
from course.items import Item

Holds = TypeVar("Holds", Instrument, Material, Module, Quiz, Scenario)


@dataclass(frozen=True)
class File(Generic[Holds]):
    """A file and what it holds."""

    path: str
    head: Head
    holds: Holds

    def problem(self, key: str, message: str) -> Problem:
        """A problem on the line of a key of the head."""
        return Problem(self.path, self.head.line(key), message)


Modules = Mapping[str, File[Module]]
Quizzes = Mapping[str, File[Quiz]]
Scenarios = Mapping[str, File[Scenario]]
PAGES = frozenset({"klar", "scenario", "scenarier", "material", "minnesfragor", "kallor", "revision"})
"""What stands after the course in the addresses of other pages, and therefore can be no module."""


def loose_ends(
    course_path: str, settings: Settings, modules: Modules, quizzes: Quizzes, used: Iterable[str]
) -> Iterable[Problem]:
    """What does not fit; nothing about keys that course.toml lacks. `used` holds the paths of all ids in use."""
    for key, message in (*_listing(settings, modules), *_retired(settings, used)):
        yield Problem(course_path, settings.line(key), message)
    for module in modules.values():
        yield from _module(module, settings, modules, quizzes)
    for quiz in quizzes.values():
        yield from _quiz(quiz, modules)
    yield from _tests(quizzes)


def loose_scenarios(modules: Modules, scenarios: Scenarios) -> Iterable[Problem]:
    """The scenarios of modules that there are not."""
    for scenario in scenarios.values():
        if (module_id := scenario.holds.module) and module_id not in modules:
            yield scenario.problem("modul", f"modulen ”{module_id}” finns inte{suggest(module_id, modules)}")


def _listing(settings: Settings, modules: Modules) -> Iterable[tuple[str, str]]:
    """(key of course.toml, message) about its lists of modules."""
    listed = settings.values.get("modules")
    mandatory = settings.values.get("mandatory")
    if listed is not None:
        for module_id in dict.fromkeys(listed):
            if module_id not in modules:
                yield "modules", f"modulen ”{module_id}” står i modules, men ingen modulfil har det id:t"
            if listed.count(module_id) > 1:
                yield "modules", f"modulen ”{module_id}” står flera gånger i modules; låt den stå en gång"
        for module_id in mandatory or ():
            if module_id not in listed:
                yield "mandatory", f"modulen ”{module_id}” står i mandatory men inte i modules; lägg till den där"
    if mandatory == []:
        yield "mandatory", "mandatory är tom; kursen behöver minst en obligatorisk modul"


def _retired(settings: Settings, used: Iterable[str]) -> Iterable[tuple[str, str]]:
    """(key of course.toml, message) about ids that are out of use and yet used."""
    retired = frozenset(settings.values.get("retired", ()))
    for path in used:
        if path in retired:
            yield "retired", f"”{path}” står i retired men används; välj ett nytt id där det används"


def _module(module: File[Module], settings: Settings, modules: Modules, quizzes: Quizzes) -> Iterable[Problem]:
    module_id, quiz_id = module.holds.id, module.holds.quiz
    listed = settings.values.get("modules")
    if listed is not None and module_id not in listed:
        yield module.problem("id", f"modulen ”{module_id}” står inte i modules i course.toml; lägg till den")
    if module_id in PAGES:
        yield module.problem("id", f"id:t ”{module_id}” är upptaget av en av kursens sidor; välj ett annat")
    if quiz_id and quiz_id not in quizzes:
        yield module.problem("quiz", f"quizen ”{quiz_id}” finns inte{suggest(quiz_id, quizzes)}")
    if quiz_id in quizzes and quizzes[quiz_id].holds.kind:
        yield module.problem("quiz", f"”{quiz_id}” är ett kunskapstest; modulen behöver en egen quiz bredvid det")
    if quiz_id in quizzes and (owner := quizzes[quiz_id].holds.module) in modules and owner != module_id:
        yield module.problem("quiz", f"quizen ”{quiz_id}” hör till modulen ”{owner}”; skriv en egen quiz")
    if module.holds.for_managers and module_id in settings.values.get("mandatory", ()):
        yield module.problem("för", "en modul för chefer kan inte vara obligatorisk; ta bort den ur mandatory")
    if not quiz_id and module_id in settings.values.get("mandatory", ()):
        yield module.problem("quiz", "en obligatorisk modul behöver en quiz, annars kan ingen bli klar med den")


def _quiz(quiz: File[Quiz], modules: Modules) -> Iterable[Problem]:
    quiz_id, module_id = quiz.holds.id, quiz.holds.module
    if not module_id:
        return
    if module_id not in modules:
        yield quiz.problem("modul", f"modulen ”{module_id}” finns inte{suggest(module_id, modules)}")
        return
    module = modules[module_id].holds
    if not quiz.holds.kind and module.quiz != quiz_id:
        yield quiz.problem("modul", f"modulen ”{module_id}” har inte raden ”quiz: {quiz_id}” i sitt huvud; skriv den")
    if quiz.holds.items and not any(item.scored for item in quiz.holds.items.values()):
        yield quiz.problem("quiz", "ingen fråga har poäng; lägg till en av en annan typ än fritext och skala")
    for item in quiz.holds.items.values():
        for message in _item(item, quiz.holds, module):
            yield Problem(quiz.path, item.line, message)
    yield from _forms(quiz)
    yield from _draw(quiz, module)


def _forms(quiz: File[Quiz]) -> Iterable[Problem]:
    """What a knowledge test may not be: it makes a module completed, so each form must be able to fail."""
    if not quiz.holds.kind:
        return
    for key in ("dra", "försök"):
        if key in quiz.head.pairs:
            yield quiz.problem(key, f"ett kunskapstest görs en gång i varje form; ta bort ”{key}”")
    for form in quiz.holds.forms:
        if not any(item.scored for item in quiz.holds.items.values() if item.form == form):
            yield quiz.problem("slag", f"form {form} har ingen fråga med poäng; lägg till en")


def _draw(quiz: File[Quiz], module: Module) -> Iterable[Problem]:
    """Why the questions that the head asks for cannot be drawn. ★ questions are always among them."""
    draw, items = quiz.holds.draw, quiz.holds.items.values()
    if draw is None or quiz.holds.kind:
        return
    for item in items:
        if not item.scored:
            yield Problem(quiz.path, item.line, "en quiz som drar frågor kan inte ha en fråga utan poäng; ta bort den")
        if draw.per_goal and not item.goal:
            yield Problem(quiz.path, item.line, "frågan saknar mål; skriv till exempel mål=1, för frågor dras per mål")
    of_goals = {f"mål {goal}": [item for item in items if item.goal == goal] for goal in _goals(module)}
    for where, some in (of_goals if draw.per_goal else {"quizen": list(items)}).items():
        stars = sum(item.critical for item in some)
        if draw.number > len(some):
            yield quiz.problem("dra", f"{draw.number} frågor kan inte dras, {where} har {len(some)}")
        elif draw.number < stars:
            yield quiz.problem("dra", f"{draw.number} frågor är för få, {where} har {stars} med ★, som alltid är med")


def _goals(module: Module) -> range:
    return range(1, len(module.goals) + 1)


def _tests(quizzes: Quizzes) -> Iterable[Problem]:
    """A module has one knowledge test at most, and its two forms are about the same goals."""
    first: dict[str, str] = {}
    for quiz in quizzes.values():
        if quiz.holds.kind != KNOWLEDGE_TEST:
            continue
        if first.setdefault(quiz.holds.module, quiz.path) != quiz.path:
            yield quiz.problem("modul", f"modulen har redan ett kunskapstest i {first[quiz.holds.module]}; ta bort ett")
        goals = {form: sorted(item.goal for item in quiz.holds.items.values() if item.form == form) for form in "AB"}
        if goals["A"] != goals["B"]:
            yield quiz.problem("slag", "form A och B ska ha lika många frågor på varje mål; jämför mål= i frågorna")


def _item(item: Item, quiz: Quiz, module: Module) -> Iterable[str]:
    """What a question says of its module that is not so."""
    names = [section.id for section in module.sections if section.id]
    if item.goal > len(module.goals):
        yield f"mål={item.goal} finns inte; modulen har {len(module.goals)} mål i sitt huvud"
    if quiz.kind == KNOWLEDGE_TEST:
        if item.section:
            yield "frågor i ett kunskapstest hör inte till något avsnitt; ta bort avsnitt="
        if not item.form:
            yield "frågan saknar form; skriv form=A eller form=B"
    else:
        if item.section and item.section not in names:
            yield f"avsnittet ”{item.section}” finns inte i modulen{suggest(item.section, names)}"
        elif not item.section and names:
            yield f"frågan saknar avsnitt; skriv till exempel avsnitt={names[0]}"
        if item.form:
            yield "form= hör till kunskapstest; ta bort den, eller skriv ”slag: kunskapstest” i huvudet"
