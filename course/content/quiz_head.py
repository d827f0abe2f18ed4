"""The head of a question file: what kind of quiz it is, and the rules of an attempt at it."""

import re
from fractions import Fraction
from typing import Any

from course.content.front_matter import Head, suggest
from course.content.model import KNOWLEDGE_TEST, Draw
from course.content.text import Fault

KEYS = ("quiz", "titel", "modul", "godkänt?", "slag?", "dra?", "blanda?", "försök?", "tid?")
KINDS = (KNOWLEDGE_TEST,)
USUAL_PASS_MARK = Fraction(80, 100)
MOST_ATTEMPTS, LONGEST_TIME = 20, 180


def read_rules(head: Head, fault: Fault) -> dict[str, Any]:
    """The fields of a Quiz that its head says beside id, title and module."""
    return {
        "pass_mark": _pass_mark(head, fault),
        "kind": _one_of(head, "slag", KINDS, fault),
        "draw": _draw(head, fault),
        "shuffled": _yes(head, "blanda", fault),
        "most_attempts": _number(head, "försök", "", MOST_ATTEMPTS, fault),
        "minutes": _number(head, "tid", " min", LONGEST_TIME, fault),
    }


def _pass_mark(head: Head, fault: Fault) -> Fraction:
    given = head.pairs.get("godkänt", "")
    found = re.fullmatch(r"([0-9]{1,3})\s*%", given)
    if found and 1 <= int(found[1]) <= 100:
        return Fraction(int(found[1]), 100)
    if given:
        fault(head.line("godkänt"), f"”godkänt” ska vara en andel från 1 % till 100 %, inte ”{given}”")
    return USUAL_PASS_MARK


def _one_of(head: Head, key: str, known: tuple[str, ...], fault: Fault) -> str:
    """The value under `key`; what is not known is a fault."""
    given = head.pairs.get(key, "")
    if given and given not in known:
        fault(head.line(key), f"okänt {key} ”{given}”{suggest(given, known)}")
    return given


def _draw(head: Head, fault: Fault) -> Draw | None:
    given = head.pairs.get("dra", "")
    found = re.fullmatch(r"([1-9][0-9]?)( per mål)?", given)
    if given and not found:
        fault(head.line("dra"), f"”dra” ska vara ett antal som ”6” eller ”2 per mål”, inte ”{given}”")
    return Draw(int(found[1]), per_goal=bool(found[2])) if found else None


def _yes(head: Head, key: str, fault: Fault) -> bool:
    given = head.pairs.get(key, "")
    if given not in ("", "ja", "nej"):
        fault(head.line(key), f"”{key}” ska vara ja eller nej, inte ”{given}”")
    return given == "ja"


def _number(head: Head, key: str, unit: str, most: int, fault: Fault) -> int | None:
    """The number under `key`, from 1 to `most` and with the unit after it; None when there is none."""
    given = head.pairs.get(key, "")
    found = re.fullmatch(f"([0-9]{{1,3}}){unit}", given)
    if found and 1 <= int(found[1]) <= most:
        return int(found[1])
    if given:
        fault(head.line(key), f"”{key}” ska vara från 1{unit} till {most}{unit}, inte ”{given}”")
    return None
