"""A course from its texts: a folder, a stored release and a test's dict are the same mapping of path to text."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from course.content import audit_file, fact_file
from course.content.check import File, Holds, loose_ends, loose_scenarios
from course.content.course_file import Settings, read_settings
from course.content.front_matter import ID, Head
from course.content.identity import ids_in_use
from course.content.instrument_file import read_instrument
from course.content.links import broken_links
from course.content.markup import Pictures
from course.content.material_file import read_material
from course.content.model import Audit, Course, Fact, Module, Quiz, Scenario
from course.content.module_file import read_module
from course.content.question_file import read_quiz
from course.content.references import loose_audit, loose_facts, with_claims
from course.content.scenario_file import read_scenario
from course.content.text import Fault, readable
from course.errors import Problem

SCENARIOS = "scenarier"
"""The folder of a course's scenarios, beside its question files."""
INSTRUMENTS = "quizzes/instrument"
"""The folder of the instruments, which are a part of every course."""


@dataclass(frozen=True)
class Loaded:
    """What came of reading a course; `course` is None when its problems leave nothing to show."""

    course: Course | None
    problems: tuple[Problem, ...]


def load_course(sources: Mapping[str, str]) -> Loaded:
    """Read one course from {path: text}: its course.toml, modules, materials, questions, scenarios, audit and facts.

    All problems are reported at once, sorted by file and line. The text of a picture is its digest.
    """
    problems: list[Problem] = []
    path = _course_path(sources)
    folder = PurePosixPath(path).parent
    pictures = {
        picture.removeprefix(f"{folder}/"): digest
        for picture, digest in sources.items()
        if picture.startswith(f"{folder}/media/")
    }
    settings = _read_course_file(path, sources, problems)
    own = f"quizzes/{folder.name}"
    modules = _read_files(read_module, "id", _texts(sources, str(folder)), pictures, problems)
    materials = _read_files(read_material, "material", _texts(sources, f"{folder}/material"), pictures, problems)
    quizzes = _read_files(read_quiz, "quiz", _texts(sources, own), pictures, problems)
    scenarios = _read_files(read_scenario, "scenario", _texts(sources, f"{own}/{SCENARIOS}"), pictures, problems)
    instruments = _read_files(read_instrument, "instrument", _texts(sources, INSTRUMENTS), pictures, problems)
    course = _course(settings, modules, quizzes, scenarios)
    if course:
        audit = _read_audit(f"{folder}/{audit_file.FILE}", sources, problems)
        readings = tuple(material.holds for material in materials.values())
        course = replace(
            course,
            materials=readings,
            instruments={instrument_id: each.holds for instrument_id, each in instruments.items()},
            audit=with_claims(audit, readings) if audit else None,
            facts=_read_facts(sources, problems),
        )
        for files in (modules, materials, scenarios, instruments):
            problems.extend(loose_facts(course, files.values()))
        problems.extend(loose_audit(path, course, modules, materials))
        problems.extend(broken_links(course, sources))
    problems.extend(loose_ends(path, settings, modules, quizzes, ids_in_use(course) if course else ()))
    problems.extend(loose_scenarios(modules, scenarios))
    return Loaded(course, tuple(sorted(set(problems))))


def _course_path(sources: Mapping[str, str]) -> str:
    """The path of course.toml, or where it should be."""
    folders = sorted("/".join(path.split("/")[:2]) for path in sources if re.match("modules/[^/]+/", path))
    found = next((path for path in sorted(sources) if path.endswith("/course.toml")), "")
    return found or f"{folders[0] if folders else 'modules'}/course.toml"


def _fault(path: str, problems: list[Problem]) -> Fault:
    """How the reader of one file reports."""

    def fault(line: int, message: str) -> None:
        problems.append(Problem(path, line, message))

    return fault


def _read_course_file(path: str, sources: Mapping[str, str], problems: list[Problem]) -> Settings:
    fault = _fault(path, problems)
    if path not in sources:
        fault(0, "kursen saknar filen course.toml; skapa den, med en annan kurs som förebild")
        return Settings({}, {})
    settings = read_settings(readable(sources[path], fault), fault)
    folder = PurePosixPath(path).parent.name
    if settings.values.get("id", folder) != folder:
        fault(settings.line("id"), f"kursens id ska vara samma som mappens namn, ”{folder}”")
    return settings


def _read_audit(path: str, sources: Mapping[str, str], problems: list[Problem]) -> Audit | None:
    if path not in sources:
        return None
    fault = _fault(path, problems)
    return audit_file.read_audit(readable(sources[path], fault), fault)


def _read_facts(sources: Mapping[str, str], problems: list[Problem]) -> Mapping[str, Fact]:
    if fact_file.PATH not in sources:
        return {}
    fault = _fault(fact_file.PATH, problems)
    return fact_file.read_facts(readable(sources[fact_file.PATH], fault), fault)


def _texts(sources: Mapping[str, str], folder: str) -> dict[str, str]:
    """The Markdown files that lie in a folder, in the order of their paths."""
    inside = (path for path in sorted(sources) if path.endswith(".md") and path.rpartition("/")[0] == folder)
    return {path: sources[path] for path in inside}


def _read_files(
    read: Callable[[str, Pictures, Fault], tuple[Holds | None, Head]],
    key: str,
    texts: Mapping[str, str],
    pictures: Pictures,
    problems: list[Problem],
) -> dict[str, File[Holds]]:
    """The files, by the id that stands under `key` in the head of each."""
    files: dict[str, File[Holds]] = {}
    for path, text in texts.items():
        fault = _fault(path, problems)
        holds, head = read(readable(text, fault), pictures, fault)
        if holds is None:
            continue
        if holds.id in files:
            fault(head.line(key), f"id:t ”{holds.id}” finns redan i {files[holds.id].path}; välj ett annat")
        else:
            files[holds.id] = File(path, head, holds)
    return files


def _course(
    settings: Settings,
    modules: Mapping[str, File[Module]],
    quizzes: Mapping[str, File[Quiz]],
    scenarios: Mapping[str, File[Scenario]],
) -> Course | None:
    if not settings.whole or not ID.fullmatch(settings.values["id"]):
        return None
    values = settings.values
    return Course(
        id=values["id"],
        title=values["title"],
        audience=values["audience"],
        edition=values["edition"],
        edition_from=values["edition_from"],
        valid_months=values.get("valid_months"),
        modules=tuple(modules[module_id].holds for module_id in values["modules"] if module_id in modules),
        mandatory=frozenset(values["mandatory"]),
        retired=frozenset(values.get("retired", ())),
        quizzes={quiz_id: quiz.holds for quiz_id, quiz in quizzes.items()},
        scenarios={scenario_id: scenario.holds for scenario_id, scenario in scenarios.items()},
        owner=values["owner"],
        reviewed_on=values["reviewed_on"],
        best_before=values["best_before"],
    )
