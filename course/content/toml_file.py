"""TOML as authors write it: parsed with the line of what is wrong, and tables that stand in lists."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from course.content.front_matter import suggest
from course.content.text import Fault

WANTED = {
    str: "en text inom citattecken",
    int: "ett heltal utan citattecken",
    date: "ett datum som 2026-11-22, utan citattecken",
    list: 'en lista med id:n inom citattecken, som ["a", "b"]',
}
UNREADABLE = "filen går inte att läsa här; skriv ”nyckel = värde” med texter inom citattecken, varje nyckel en gång"

Keys = Mapping[str, type]
"""{key: the kind of its value}. A key that ends in `?` may be left out."""


@dataclass(frozen=True)
class Table:
    """One table of a list, such as [[document]], with what is right in it: what is faulty or missing is empty."""

    values: Mapping[str, Any]
    line: int

    def text(self, key: str) -> str:
        return str(self.values.get(key, ""))

    def texts(self, key: str) -> tuple[str, ...]:
        return tuple(self.values.get(key, ()))


def parse(text: str, fault: Fault) -> dict[str, Any] | None:
    """The values of a TOML text; None, and a fault, when it is none."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a ValueError also for a number of thousands of digits
        fault(_line_of(error, text), UNREADABLE)
        return None


def read_tables(text: str, kinds: Mapping[str, Keys], fault: Fault) -> dict[str, list[Table]]:
    """The tables of a file that holds nothing but lists of tables, by the name of the list."""
    found: dict[str, list[Table]] = {kind: [] for kind in kinds}
    for name, given in (parse(text, fault) or {}).items():
        lines = [
            text.count("\n", 0, start.start()) + 1
            for start in re.finditer(rf"^[ \t]*\[\[[ \t]*{re.escape(name)}[ \t]*\]\]", text, re.MULTILINE)
        ]
        if name not in kinds:
            fault(lines[0] if lines else 0, f"okänd del ”{name}”{suggest(name, kinds)}")
        elif not isinstance(given, list) or len(lines) != len(given):
            fault(0, f"”{name}” ska skrivas som [[{name}]] på en egen rad, en gång för varje")
        else:
            found[name] = [_table(each, line, kinds[name], fault) for each, line in zip(given, lines, strict=True)]
    return found


def _table(given: Mapping[str, Any], line: int, keys: Keys, fault: Fault) -> Table:
    kinds = {key.removesuffix("?"): kind for key, kind in keys.items()}
    for key in keys:
        if key not in given and not key.endswith("?"):
            fault(line, f"nyckeln ”{key}” saknas; skriv en rad ”{key} = …”")
    values = {}
    for key, value in given.items():
        if key not in kinds:
            fault(line, f"okänd nyckel ”{key}”{suggest(key, kinds)}")
        elif type(value) is not kinds[key] or (isinstance(value, list) and {*map(type, value)} - {str}):
            fault(line, f"”{key}” ska vara {WANTED[kinds[key]]}")
        elif isinstance(value, str) and not value.strip():
            fault(line, f"”{key}” är tom; skriv ett värde")
        else:
            values[key] = value
    return Table(values, line)


def _line_of(error: Exception, text: str) -> int:
    """The line that tomllib names; the last one when it names the end."""
    found = re.search(r"at line (\d+)", str(error))
    if found:
        return int(found[1])
    return text.rstrip().count("\n") + 1 if "end of document" in str(error) else 0
