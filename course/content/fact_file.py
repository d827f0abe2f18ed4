"""kallor.toml: what the courses say, numbered, and where each thing comes from."""

import re
from collections.abc import Mapping

from course.content.model import Fact
from course.content.text import Fault
from course.content.toml_file import read_tables

PATH = "modules/kallor.toml"
"""One list for all courses: a number means the same wherever it is named."""
KEYS = {"id": str, "text": str, "source": str, "certainty": str}
CERTAINTIES = ("kontrollerad", "i andra hand", "underlag", "okontrollerad")
"""Checked against the source; known from somebody who cites it; from the municipality's own documents; not checked."""


def read_facts(text: str, fault: Fault) -> Mapping[str, Fact]:
    """{id: fact} in the order of the file; what has no usable id is left out."""
    facts: dict[str, Fact] = {}
    for table in read_tables(text, {"fact": KEYS}, fault)["fact"]:
        fact = Fact(*(table.text(key) for key in KEYS))
        if not fact.id:
            continue
        if not re.fullmatch(r"F[0-9]{1,4}", fact.id):
            fault(table.line, f"”{fact.id}” ska vara F och ett nummer, som ”F12”")
        elif fact.id in facts:
            fault(table.line, f"”{fact.id}” finns redan; ett nummer används en gång")
        if fact.certainty and fact.certainty not in CERTAINTIES:
            fault(table.line, f"”certainty” ska vara {', '.join(CERTAINTIES[:-1])} eller {CERTAINTIES[-1]}")
        facts.setdefault(fact.id, fact)
    return facts
