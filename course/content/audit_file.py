"""revision.toml: the audit that the course answers to, as content."""

from datetime import date

from course import swedish
from course.content.model import Audit, Document, Finding
from course.content.text import Fault
from course.content.toml_file import Keys, Table, read_tables

FILE = "revision.toml"
ANSWERED_BY = {"modules": list, "materials": list}
FINDING = {"number": int, "text": str, "source": str, "note?": str, **ANSWERED_BY}
KINDS: dict[str, Keys] = {
    "about": {"text": str},
    "recommendation": FINDING,
    "question": {**FINDING, "verdict": str},
    "document": {"id": str, "title": str, "date?": date, "dated?": str, **ANSWERED_BY},
}
VERDICTS = ("Uppfylld", "Delvis uppfylld", "Ej uppfylld")
"""The audit's own words."""


def read_audit(text: str, fault: Fault) -> Audit:
    """What the file holds. Each number and id stands once in its list."""
    tables = read_tables(text, KINDS, fault)
    for kind, found in tables.items():
        seen: dict[object, int] = {}
        for table in found:
            own = table.values.get("id" if kind == "document" else "number")
            if own in seen:
                fault(table.line, f"”{own}” står redan på rad {seen[own]}; välj ett annat")
            elif own is not None:
                seen[own] = table.line
            if (verdict := table.text("verdict")) and verdict not in VERDICTS:
                fault(
                    table.line, f"”verdict” ska vara {', '.join(VERDICTS[:-1])} eller {VERDICTS[-1]}, inte ”{verdict}”"
                )
            if kind == "document" and not table.text("date") and not table.text("dated"):
                fault(table.line, 'skriv ”date = 2023-10-13”, eller ”dated = "hösten 2023"” när dagen inte framgår')
    return Audit(
        about=tuple(table.text("text") for table in tables["about"]),
        recommendations=tuple(map(_finding, tables["recommendation"])),
        questions=tuple(map(_finding, tables["question"])),
        documents=tuple(map(_document, tables["document"])),
    )


def _finding(table: Table) -> Finding:
    return Finding(
        number=table.values.get("number", 0),
        text=table.text("text"),
        verdict=table.text("verdict"),
        source=table.text("source"),
        note=table.text("note"),
        modules=table.texts("modules"),
        materials=table.texts("materials"),
        line=table.line,
    )


def _document(table: Table) -> Document:
    return Document(
        id=table.text("id"),
        title=table.text("title"),
        dated=table.text("dated") or (swedish.day(day) if (day := table.values.get("date")) else ""),
        modules=table.texts("modules"),
        materials=table.texts("materials"),
        line=table.line,
    )
