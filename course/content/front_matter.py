"""The flat `nyckel: värde` head of a Markdown file, and the small checks its values share."""

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from course.errors import Problem

ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Head:
    """The pairs of a head, the line of each, and the text after it."""

    pairs: Mapping[str, str]
    lines: Mapping[str, int]
    body: tuple[str, ...]
    body_line: int
    """The line number of the first body line."""

    def line(self, key: str) -> int:
        return self.lines.get(key, 1)


def read_head(path: str, text: str, keys: Collection[str], problems: list[Problem]) -> Head:
    """Split a file into head and body; every unknown, doubled or missing key becomes a problem.

    A key that ends in `?` in `keys` may be left out.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    known = {key.removesuffix("?") for key in keys}
    if not lines or lines[0].strip() != "---":
        problems.append(Problem(path, 1, "filen ska börja med en rad --- och sedan raderna ”nyckel: värde”"))
        return Head({}, {}, tuple(lines), 1)
    end = next((number for number, line in enumerate(lines[1:], start=1) if line.strip() == "---"), None)
    if end is None:
        problems.append(Problem(path, 1, "huvudet slutar aldrig; skriv en rad --- efter den sista nyckeln"))
        return Head({}, {}, (), len(lines) + 1)
    pairs: dict[str, str] = {}
    at: dict[str, int] = {}
    for number, line in enumerate(lines[1:end], start=2):
        key, colon, value = (part.strip() for part in line.partition(":"))
        if not line.strip():
            continue
        if not colon:
            problems.append(Problem(path, number, f"raden ”{line.strip()}” saknar kolon; skriv ”nyckel: värde”"))
        elif key not in known:
            problems.append(Problem(path, number, f"okänd nyckel ”{key}”{suggest(key, known)}"))
        elif key in pairs:
            problems.append(Problem(path, number, f"nyckeln ”{key}” står två gånger; ta bort den ena"))
        else:
            pairs[key], at[key] = value, number
    for key in keys:
        if not key.endswith("?") and not pairs.get(key):
            problems.append(Problem(path, at.get(key, 1), f"nyckeln ”{key}” saknas i huvudet eller är tom"))
    return Head(pairs, at, tuple(lines[end + 1 :]), end + 2)


def suggest(given: str, known: Collection[str]) -> str:
    """What the author may have meant, as the end of a message."""
    near = difflib.get_close_matches(given, known, n=1)
    return f"; menade du ”{near[0]}”?" if near else f"; de som finns är {', '.join(sorted(known))}"


def slug(title: str) -> str:
    """An id to propose for a title."""
    plain = title.lower().translate(str.maketrans("åäöéü", "aaoeu"))
    return "-".join(re.findall(r"[a-z0-9]+", plain)[:4]) or "id"


def read_id(path: str, line: int, given: str, what: str, problems: list[Problem]) -> str:
    """The id if it is one; else '' and a problem."""
    if ID.fullmatch(given):
        return given
    problems.append(Problem(path, line, f"id:t ”{given}” för {what} får bara ha a–z, 0–9 och bindestreck"))
    return ""


def read_day(path: str, head: Head, key: str, problems: list[Problem]) -> date:
    """The ISO day under `key`; a problem and day one when it is none."""
    try:
        return date.fromisoformat(head.pairs.get(key, ""))
    except ValueError:
        if key in head.pairs:
            problems.append(Problem(path, head.line(key), f"”{key}” ska vara ett datum som 2026-11-22"))
        return date.min


def read_list(head: Head, key: str) -> tuple[str, ...]:
    """The parts of a value that are separated by semicolons."""
    return tuple(part.strip() for part in head.pairs.get(key, "").split(";") if part.strip())
