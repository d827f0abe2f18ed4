"""Course sources in folders on disk."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from course.errors import Problem

PICTURES = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp"}
LARGEST_PICTURE = 500_000


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


def course_folders(root: Path) -> dict[str, Folder]:
    """Every course under `root`: {folder name: its sources}, in the order of the names."""
    return {
        path.parent.name: read_folder(root, path.parent.name) for path in sorted(root.glob("modules/*/course.toml"))
    }


def read_folder(root: Path, course: str) -> Folder:
    """The sources of one course: modules/<course>/ with its media/, and quizzes/<course>/."""
    sources: dict[str, str] = {}
    pictures: dict[str, Picture] = {}
    problems: list[Problem] = []
    texts = [root / "modules" / course / "course.toml"]
    texts += [path for kind in ("modules", "quizzes") for path in sorted((root / kind / course).glob("*.md"))]
    for path in texts:
        name = path.relative_to(root).as_posix()
        try:
            sources[name] = path.read_text(encoding="utf-8").replace("\r\n", "\n")
        except UnicodeDecodeError as fault:
            line = path.read_bytes()[: fault.start].count(b"\n") + 1
            problems.append(Problem(name, line, "filen är inte sparad som UTF-8; spara om den så"))
    for path in sorted((root / "modules" / course / "media").glob("*")):
        name = path.relative_to(root).as_posix()
        content = path.read_bytes()
        if path.suffix not in PICTURES:
            problems.append(Problem(name, 0, f"bilder ska vara {', '.join(PICTURES)}"))
        elif len(content) > LARGEST_PICTURE:
            problems.append(Problem(name, 0, "bilden är större än 500 kB; gör den mindre"))
        else:
            sources[name] = digest = hashlib.sha256(content).hexdigest()
            pictures[digest] = Picture(PICTURES[path.suffix], content)
    return Folder(sources, pictures, tuple(problems))
