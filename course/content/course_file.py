"""course.toml: what belongs to a course as a whole."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from course.content.front_matter import read_id, suggest
from course.content.text import Fault
from course.content.toml_file import WANTED, parse

KEYS: Mapping[str, type] = {
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
AUDIENCES = ("employee", "official")
LARGEST = 1000
"""No edition and no number of months is higher: the database and the calendar end somewhere."""
RETIRED_PATH = re.compile(r"(modules|scenarier)(/[a-z0-9-]+){1,2}|(quizzes|instrument)(/[a-z0-9-]+){1,3}")


@dataclass(frozen=True)
class Settings:
    """The values of a course.toml that are of the right kind, and the line of each key."""

    values: Mapping[str, Any]
    lines: Mapping[str, int]

    def line(self, key: str) -> int:
        return self.lines.get(key, 0)

    @property
    def whole(self) -> bool:
        """Whether nothing that a course needs is missing."""
        return all(key in self.values for key in KEYS if key not in OPTIONAL)


def read_settings(text: str, fault: Fault) -> Settings:
    """The settings in a text; what cannot be used is a fault, and left out."""
    given = parse(text, fault)
    if given is None:
        return Settings({}, {})
    lines = {key: _line_with(key, text) for key in given}
    for key in KEYS:
        if key not in given and key not in OPTIONAL:
            fault(0, f"nyckeln ”{key}” saknas; skriv en rad ”{key} = …”")
    values = {}
    for key, value in given.items():
        if message := _fault_of(key, value):
            fault(lines[key], message)
        else:
            values[key] = value
    if "id" in values:
        read_id(lines["id"], values["id"], "kursen", fault)
    for path in values.get("retired", ()):
        if not RETIRED_PATH.fullmatch(path):
            fault(
                lines["retired"],
                f"”{path}” ska se ut som modules/modul/avsnitt, quizzes/quiz/fråga eller scenarier/scenario/scen",
            )
    return Settings(values, lines)


def _fault_of(key: str, value: Any) -> str:
    """What is wrong with the value of a key; '' when nothing is."""
    if key not in KEYS:
        return f"okänd nyckel ”{key}”{suggest(key, KEYS)}"
    if type(value) is not KEYS[key] or (isinstance(value, list) and {*map(type, value)} - {str}):
        return f"”{key}” ska vara {WANTED[KEYS[key]]}"
    if isinstance(value, str) and not value.strip():
        return f"”{key}” är tom; skriv ett värde"
    if key == "audience" and value not in AUDIENCES:
        return f"”audience” ska vara {' eller '.join(AUDIENCES)}, inte ”{value}”"
    if isinstance(value, int) and not 1 <= value <= LARGEST:
        return f"”{key}” ska vara ett tal från 1 till {LARGEST}"
    return ""


def _line_with(key: str, text: str) -> int:
    """The line where the key gets its value, also as a table or between quotes."""
    found = re.search(rf"""^[ \t\[]*["']?{re.escape(key)}["']?[ \t]*[=.\]]""", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 0
