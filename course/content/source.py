"""Course sources in folders on disk."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

from course.errors import Problem

PICTURES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}
BEGINS = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff", "image/webp": b"RIFF"}
LARGEST_FILE = 500_000


@dataclass(frozen=True)
class Picture:
    """A picture beside the text."""

    type: str
    content: bytes


@dataclass(frozen=True)
class Folder:
    """A course's sources as they stand on disk, what could not be read of them, and its pictures by digest."""

    sources: Mapping[str, str]
    pictures: Mapping[str, Picture]
    problems: tuple[Problem, ...]
    accepted: str = ""
    """The text of accepterat.toml: no part of the course, so that accepting advice makes no new release."""


def course_folders(root: Path) -> dict[str, Folder]:
    """Every course under `root`: {folder name: its sources}, in the order of the names."""
    names = {path.parent.name for path in root.glob("modules/*/*") if path.suffix in (".toml", ".md")}
    return {name: read_folder(root, name) for name in sorted(names)}


def read_folder(root: Path, course: str) -> Folder:
    """The sources of one course: its folders under modules/ and quizzes/, and what all courses share."""
    sources: dict[str, str] = {}
    pictures: dict[str, Picture] = {}
    problems: list[Problem] = []
    modules, quizzes = root / "modules" / course, root / "quizzes" / course
    texts = [
        *modules.glob("course.toml"),
        *modules.glob("*.md"),
        *quizzes.glob("*.md"),
        *quizzes.glob("scenarier/*.md"),
        *modules.glob("revision.toml"),
        *modules.glob("material/*.md"),
        *root.glob("modules/kallor.toml"),
        *root.glob("quizzes/instrument/*.md"),
    ]
    for name, content in _read(root, texts, problems):
        sources[name] = _text(name, content, problems)
    for name, content in _read(root, (modules / "media").glob("*"), problems):
        if message := _picture_fault(name, content):
            problems.append(Problem(name, 0, message))
        else:
            sources[name] = digest = hashlib.sha256(content).hexdigest()
            pictures[digest] = Picture(PICTURES[PurePath(name).suffix.lower()], content)
    accepted = "".join(
        _text(name, content, problems) for name, content in _read(root, modules.glob("accepterat.toml"), problems)
    )
    return Folder(sources, pictures, tuple(problems), accepted)


def _read(root: Path, paths: Iterable[Path], problems: list[Problem]) -> Iterable[tuple[str, bytes]]:
    """(path under root, content) of every file, in the order of the paths. Hidden files are no part of a course."""
    for path in sorted(paths):
        name = path.relative_to(root).as_posix()
        if path.name.startswith("."):
            continue
        try:
            with path.open("rb") as file:
                content = file.read(LARGEST_FILE + 1)
        except OSError:
            problems.append(Problem(name, 0, "filen går inte att läsa; lägg en vanlig fil här eller ta bort den"))
        else:
            yield name, content


def _text(name: str, content: bytes, problems: list[Problem]) -> str:
    """The text without byte order mark and with LF line ends, so that the editor's habits make no new release."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        problems.append(Problem(name, line, "filen är inte sparad som UTF-8; spara om den så"))
        text = content.decode("cp1252", errors="replace")  # most likely; the rest of the text is checked all the same
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _picture_fault(name: str, content: bytes) -> str:
    """What is wrong with a picture; '' when nothing is."""
    kind = PICTURES.get(PurePath(name).suffix.lower())
    if kind is None:
        return f"bilder ska vara {', '.join(PICTURES)}; spara om bilden eller flytta filen"
    if len(content) > LARGEST_FILE:
        return f"bilden är större än {LARGEST_FILE // 1000} kB; gör den mindre"
    if not content.startswith(BEGINS[kind]):
        return f"filen är ingen bild av typen {kind}; spara om bilden i det format som namnet säger"
    return ""
