"""The flat `nyckel: värde` head of a Markdown file, and the small checks its values share."""

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from course.content.text import Fault

ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
RULE = "---"

Lines = Sequence[tuple[int, str]]
"""(number in the file, line)."""


@dataclass(frozen=True)
class Head:
    """The pairs of a head, the line of each, and the text after it."""

    pairs: Mapping[str, str]
    lines: Mapping[str, int]
    body: Sequence[str]
    body_line: int
    """The line number of the first body line."""

    def line(self, key: str) -> int:
        return self.lines.get(key, 1)


def read_head(lines: Sequence[str], keys: Collection[str], fault: Fault) -> Head:
    """Split a file into head and body; every unknown, doubled, missing or empty key is a fault.

    A key that ends in `?` in `keys` may be left out.
    """
    if lines[0].strip() != RULE:
        fault(1, "filen ska börja med en rad --- och sedan raderna ”nyckel: värde”")
        return Head({}, {}, lines, 1)
    end, body = _end(lines, fault)
    pairs, at = _read_pairs(lines[1:end], {key.removesuffix("?") for key in keys}, fault)
    for key in keys:
        if key in at and not pairs[key]:
            fault(at[key], f"nyckeln ”{key}” saknar värde; skriv det efter kolonet")
        elif key not in at and not key.endswith("?"):
            fault(1, f"nyckeln ”{key}” saknas; skriv en rad ”{key}: …” mellan raderna ---")
    return Head(pairs, at, lines[body:], body + 1)


def _end(lines: Sequence[str], fault: Fault) -> tuple[int, int]:
    """Where the head ends and where the body begins; without its end, the head goes on to the first empty line."""
    for index, line in enumerate(lines[1:], start=1):
        if line.strip() == RULE:
            return index, index + 1
        if line.startswith("#"):
            break
    fault(1, "huvudet slutar aldrig; skriv en rad --- efter den sista nyckeln")
    end = next((index for index, line in enumerate(lines) if not line.strip() or line.startswith("#")), len(lines))
    return end, end


def _read_pairs(lines: Sequence[str], known: Collection[str], fault: Fault) -> tuple[dict[str, str], dict[str, int]]:
    """The pairs of the lines after the first, and the line of each key."""
    pairs: dict[str, str] = {}
    at: dict[str, int] = {}
    for number, line in enumerate(lines, start=2):
        key, colon, value = (part.strip() for part in line.partition(":"))
        if not line.strip():
            continue
        if not colon:
            fault(number, f"raden ”{key}” saknar kolon; skriv ”nyckel: värde”")
        elif key not in known:
            fault(number, f"okänd nyckel ”{key}”{suggest(key, known)}")
        elif key in pairs:
            fault(number, f"nyckeln ”{key}” står redan på rad {at[key]}; ta bort den ena")
        else:
            pairs[key], at[key] = value, number
    return pairs, at


def suggest(given: str, known: Collection[str]) -> str:
    """What the author may have meant, as the end of a message."""
    near = difflib.get_close_matches(given, known, n=1)
    if near:
        return f"; menade du ”{near[0]}”?"
    return f"; välj bland {', '.join(sorted(known))}" if known else ""


def slug(title: str) -> str:
    """An id to propose for a title."""
    plain = title.lower().translate(str.maketrans("åäöéü", "aaoeu"))
    return "-".join(re.findall(r"[a-z0-9]+", plain)[:4]) or "id"


def read_id(line: int, given: str, what: str, fault: Fault) -> str:
    """The id if it is one; else '' and a fault."""
    if ID.fullmatch(given):
        return given
    fault(line, f"id:t ”{given}” för {what} får bara ha a–z, 0–9 och bindestreck; skriv till exempel ”{slug(given)}”")
    return ""


def read_own_id(head: Head, key: str, what: str, fault: Fault) -> str:
    """The id of the file itself; '' when there is none, which is a fault."""
    return read_id(head.line(key), head.pairs[key], what, fault) if head.pairs.get(key) else ""


def read_day(head: Head, key: str, fault: Fault) -> date:
    """The day under `key`; day one when there is none, which is a fault."""
    given = head.pairs.get(key, "")
    try:
        return date.fromisoformat(given if DAY.fullmatch(given) else "")
    except ValueError:
        if given:
            fault(head.line(key), f"”{key}” ska vara ett datum som 2026-11-22, inte ”{given}”")
        return date.min


def read_minutes(head: Head, fault: Fault) -> int:
    """The minutes under `minuter`; 1 when they are none, which is a fault."""
    given = head.pairs.get("minuter", "")
    if re.fullmatch(r"[0-9]{1,2}", given) and 1 <= int(given) <= 60:
        return int(given)
    if given:
        fault(head.line("minuter"), f"”minuter” ska vara ett heltal från 1 till 60, inte ”{given}”")
    return 1


def read_list(head: Head, key: str) -> tuple[str, ...]:
    """The parts of a value that are separated by semicolons."""
    return tuple(part.strip() for part in head.pairs.get(key, "").split(";") if part.strip())


def read_codes(head: Head, key: str) -> tuple[str, ...]:
    """The parts of a value that are separated by commas or semicolons, such as fact numbers and tracks."""
    return tuple(part for part in re.split(r"[;,\s]+", head.pairs.get(key, "")) if part)


def read_blocks(head: Head) -> tuple[Lines, list[Lines]]:
    """(the numbered lines before the first `## ` of a body, those of each `## ` with its heading first)."""
    numbered = list(enumerate(head.body, start=head.body_line))
    starts = [index for index, (_, line) in enumerate(numbered) if line.startswith("## ")]
    before = numbered[: starts[0] if starts else len(numbered)]
    return before, [numbered[start:end] for start, end in pairwise([*starts, len(numbered)])]


def read_heading(line: str) -> tuple[str, str, str]:
    """The parts of a line like `## Titel {märken}`: its title, its marks, and what is wrongly left after them."""
    title, _, rest = line.removeprefix("##").partition("{")
    marks, closing, after = rest.partition("}")
    return title.strip(), marks if closing else "", after.strip() if closing else rest.strip()
