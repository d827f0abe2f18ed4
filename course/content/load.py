"""A course from its texts: a folder, a stored release and a test's dict are the same mapping of path to text."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Any

from course.content import markup
from course.content.front_matter import ID, Head, read_day, read_head, read_id, read_list, slug, suggest
from course.content.model import Course, Module, Quiz, Section
from course.content.question_file import read_quiz
from course.errors import Problem

MODULE_KEYS = ("id", "titel", "minuter", "quiz?", "mål", "källor", "ägare", "granskad", "bäst_före")
COURSE_KEYS: Mapping[str, type | tuple[type, ...]] = {
    "id": str,
    "title": str,
    "audience": str,
    "edition": int,
    "edition_from": date,
    "valid_months": int,
    "modules": list,
    "mandatory": list,
    "retired": list,
    "owner": str,
    "reviewed_on": date,
    "best_before": date,
}
OPTIONAL = frozenset({"valid_months", "retired"})
SECTION = re.compile(r"##\s+(?P<title>[^{]*?)\s*(\{#(?P<id>[^}]*)\})?\s*$")
RETIRED_PATH = re.compile(r"(modules|quizzes)(/[a-z0-9-]+){1,3}")


@dataclass(frozen=True)
class Loaded:
    """What came of reading a course; `course` is None when its problems leave nothing to show."""

    course: Course | None
    problems: tuple[Problem, ...]


def load_course(sources: Mapping[str, str]) -> Loaded:
    """Read one course from {path: text}: its course.toml, its modules and its question files.

    All problems are reported at once, sorted by file and line. The text of a picture is its digest.
    """
    problems: list[Problem] = []
    toml_path = next((path for path in sources if path.endswith("/course.toml")), "")
    if not toml_path:
        return Loaded(None, (Problem("course.toml", 0, "kursen saknar filen course.toml"),))
    settings = _read_settings(toml_path, sources[toml_path], problems)
    folder = str(PurePosixPath(toml_path).parent)
    media = {
        path.removeprefix(f"{folder}/"): digest
        for path, digest in sources.items()
        if path.startswith(f"{folder}/media/")
    }
    modules: dict[str, Module] = {}
    heads: dict[str, tuple[str, Head]] = {}
    for path in sorted(sources):
        if path.startswith(f"{folder}/") and path.endswith(".md"):
            module, head = _read_module(path, sources[path], media, problems)
            if module is not None:
                if module.id in modules:
                    problems.append(Problem(path, head.line("id"), f"modulen ”{module.id}” finns redan i en annan fil"))
                modules[module.id], heads[module.id] = module, (path, head)
    quizzes: dict[str, Quiz] = {}
    quiz_paths: dict[str, str] = {}
    for path in sorted(sources):
        if path.startswith("quizzes/") and path.endswith(".md"):
            quiz = read_quiz(path, sources[path], problems)
            if quiz is not None:
                if quiz.id in quizzes:
                    problems.append(Problem(path, 0, f"quizen ”{quiz.id}” finns redan i {quiz_paths[quiz.id]}"))
                quizzes[quiz.id], quiz_paths[quiz.id] = quiz, path
    _check_links(toml_path, settings, modules, heads, quizzes, quiz_paths, problems)
    course = _course(settings, modules, quizzes)
    return Loaded(course, tuple(sorted(set(problems))))


def _read_settings(path: str, text: str, problems: list[Problem]) -> dict[str, Any]:
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        line = re.search(r"line (\d+)", str(fault))
        problems.append(Problem(path, int(line[1]) if line else 0, f"filen går inte att läsa som TOML: {fault}"))
        return {}

    def line_of(key: str) -> int:
        found = re.search(rf"^\s*{re.escape(key)}\s*=", text, re.MULTILINE)
        return text.count("\n", 0, found.start()) + 1 if found else 0

    settings: dict[str, Any] = {}
    for key, value in given.items():
        if key not in COURSE_KEYS:
            problems.append(Problem(path, line_of(key), f"okänd nyckel ”{key}”{suggest(key, COURSE_KEYS)}"))
        elif type(value) is not COURSE_KEYS[key]:
            problems.append(
                Problem(path, line_of(key), f"”{key}” har fel sorts värde; jämför med en annan course.toml")
            )
        elif isinstance(value, list) and not all(isinstance(part, str) for part in value):
            problems.append(Problem(path, line_of(key), f"”{key}” ska vara en lista med id:n inom citattecken"))
        else:
            settings[key] = value
    for key in COURSE_KEYS:
        if key not in given and key not in OPTIONAL:
            problems.append(Problem(path, 0, f"nyckeln ”{key}” saknas"))
    if "id" in settings:
        read_id(path, line_of("id"), settings["id"], "kursen", problems)
    if settings.get("audience", "employee") not in ("employee", "official"):
        problems.append(Problem(path, line_of("audience"), "”audience” ska vara employee eller official"))
    for key in ("edition", "valid_months"):
        if settings.get(key, 1) < 1:
            problems.append(Problem(path, line_of(key), f"”{key}” ska vara 1 eller mer"))
    for retired in settings.get("retired", []):
        if not RETIRED_PATH.fullmatch(retired):
            problems.append(
                Problem(
                    path,
                    line_of("retired"),
                    f"”{retired}” ska se ut som modules/modul/avsnitt eller quizzes/quiz/fråga",
                )
            )
    return settings


def _read_module(path: str, text: str, media: Mapping[str, str], problems: list[Problem]) -> tuple[Module | None, Head]:
    head = read_head(path, text, MODULE_KEYS, problems)
    problems.extend(markup.problems_in(path, head.body, head.body_line, media))
    module_id = read_id(path, head.line("id"), head.pairs["id"], "modulen", problems) if "id" in head.pairs else ""
    minutes = head.pairs.get("minuter", "")
    if minutes and not (minutes.isdecimal() and 1 <= int(minutes) <= 60):
        problems.append(Problem(path, head.line("minuter"), "”minuter” ska vara ett heltal från 1 till 60"))
        minutes = ""
    lead, sections = _read_sections(path, head.body, head.body_line, media, problems)
    reviewed_on, best_before = (read_day(path, head, key, problems) for key in ("granskad", "bäst_före"))
    if not module_id:
        return None, head
    module = Module(
        id=module_id,
        title=head.pairs.get("titel", ""),
        minutes=int(minutes or 1),
        quiz=head.pairs.get("quiz", ""),
        goals=read_list(head, "mål"),
        sources=read_list(head, "källor"),
        owner=head.pairs.get("ägare", ""),
        reviewed_on=reviewed_on,
        best_before=best_before,
        lead=lead,
        sections=sections,
    )
    return module, head


def _read_sections(
    path: str, body: Sequence[str], first_line: int, media: Mapping[str, str], problems: list[Problem]
) -> tuple[str, tuple[Section, ...]]:
    """The HTML before the first section, and the sections."""
    starts = [index for index, line in enumerate(body) if line.startswith("## ")]
    lead = "\n".join(body[: starts[0] if starts else len(body)])
    sections: list[Section] = []
    if not starts:
        problems.append(Problem(path, 0, "modulen har inget avsnitt; ett avsnitt börjar med ”## Rubrik {#id}”"))
    for start, end in pairwise([*starts, len(body)]):
        line = first_line + start
        heading = SECTION.match(body[start])
        title, section_id = (heading["title"], heading["id"] or "") if heading else ("", "")
        if not section_id:
            problems.append(Problem(path, line, f"avsnittet saknar id; skriv ”## {title} {{#{slug(title)}}}”"))
            continue
        if not title:
            problems.append(Problem(path, line, "avsnittet saknar rubrik"))
        if read_id(path, line, section_id, "avsnittet", problems) in {section.id for section in sections}:
            problems.append(Problem(path, line, f"avsnittet ”{section_id}” finns redan i modulen"))
        text = "\n".join(body[start + 1 : end])
        html = markup.with_media(markup.render(text), media)
        sections.append(Section(section_id, title, html, len(markup.plain(html).split())))
    return markup.with_media(markup.render(lead), media), tuple(sections)


def _check_links(
    toml_path: str,
    settings: Mapping[str, Any],
    modules: Mapping[str, Module],
    heads: Mapping[str, tuple[str, Head]],
    quizzes: Mapping[str, Quiz],
    quiz_paths: Mapping[str, str],
    problems: list[Problem],
) -> None:
    """Everything that must point at something that is there."""
    listed = settings.get("modules", [])
    for module_id in listed:
        if module_id not in modules:
            problems.append(Problem(toml_path, 0, f"modulen ”{module_id}” står i modules men har ingen fil"))
    for module_id in settings.get("mandatory", []):
        if module_id not in listed:
            problems.append(Problem(toml_path, 0, f"modulen ”{module_id}” står i mandatory men inte i modules"))
    if not settings.get("mandatory"):
        problems.append(Problem(toml_path, 0, "mandatory är tom; kursen behöver minst en obligatorisk modul"))
    if len(set(listed)) < len(listed):
        problems.append(Problem(toml_path, 0, "samma modul står två gånger i modules"))
    for module_id, module in modules.items():
        path, head = heads[module_id]
        if module_id not in listed:
            problems.append(Problem(path, head.line("id"), f"modulen ”{module_id}” står inte i modules i course.toml"))
        if module.quiz and module.quiz not in quizzes:
            problems.append(
                Problem(path, head.line("quiz"), f"quizen ”{module.quiz}” finns inte{suggest(module.quiz, quizzes)}")
            )
        if not module.quiz and module_id in settings.get("mandatory", []):
            problems.append(
                Problem(path, 1, "en obligatorisk modul måste ha en quiz, annars kan ingen bli klar med den")
            )
    for quiz_id, quiz in quizzes.items():
        owner = modules.get(quiz.module)
        if owner is None or owner.quiz != quiz_id:
            message = f"modulen ”{quiz.module}” har inte quizen ”{quiz_id}” i sitt huvud"
            problems.append(Problem(quiz_paths[quiz_id], 1, message))
            continue
        for item in quiz.items.values():
            if owner.section(item.section) is None:
                message = f"frågan ”{item.id}” ska ha avsnitt=… med ett avsnitt i modulen: "
                names = ", ".join(section.id for section in owner.sections)
                problems.append(Problem(quiz_paths[quiz_id], 0, message + names))


def _course(settings: Mapping[str, Any], modules: Mapping[str, Module], quizzes: Mapping[str, Quiz]) -> Course | None:
    if any(key not in settings for key in COURSE_KEYS if key not in OPTIONAL) or not ID.fullmatch(settings["id"]):
        return None
    return Course(
        id=settings["id"],
        title=settings["title"],
        audience=settings["audience"],
        edition=settings["edition"],
        edition_from=settings["edition_from"],
        valid_months=settings.get("valid_months"),
        modules=tuple(modules[module_id] for module_id in settings["modules"] if module_id in modules),
        mandatory=frozenset(settings["mandatory"]),
        retired=frozenset(settings.get("retired", [])),
        quizzes=quizzes,
        owner=settings["owner"],
        reviewed_on=settings["reviewed_on"],
        best_before=settings["best_before"],
    )
