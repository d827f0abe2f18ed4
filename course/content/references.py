"""Whether what files name is there: facts, recommendations, and what answers the audit."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from course.content.audit_file import FILE
from course.content.check import File
from course.content.fact_file import PATH
from course.content.front_matter import suggest
from course.content.model import (
    FOR_OWNERS,
    Audit,
    Course,
    Document,
    Finding,
    Instrument,
    Material,
    Module,
    Scenario,
)
from course.errors import Problem


def loose_facts(
    course: Course, files: Iterable[File[Module] | File[Material] | File[Scenario] | File[Instrument]]
) -> Iterable[Problem]:
    """The facts that heads name and that are not in the list; without a list any number will do."""
    for file in files:
        for fact in file.holds.sources:
            if course.facts and fact not in course.facts:
                yield file.problem("källor", f"”{fact}” finns inte i {PATH}; rätta numret eller skriv in det där")


def with_claims(audit: Audit, materials: Iterable[Material]) -> Audit:
    """The audit where each recommendation is also answered by the materials whose heads say so."""
    claims: dict[int, list[str]] = {}
    for material in materials:
        for number in material.recommendations:
            claims.setdefault(number, []).append(material.id)
    return replace(
        audit,
        recommendations=tuple(
            replace(each, materials=tuple(dict.fromkeys((*each.materials, *claims.get(each.number, ())))))
            for each in audit.recommendations
        ),
    )


def loose_audit(
    course_path: str, course: Course, modules: Collection[str], materials: Mapping[str, File[Material]]
) -> Iterable[Problem]:
    """What the audit names of the own course, and materials name of the audit, and that is not there."""
    if course.audit is not None:
        yield from _unknown_recommendations(course.audit, materials)
        for line, message in _unanswered(course.audit, modules, materials):
            yield Problem(course_path.replace("course.toml", FILE), line, message)


def _unknown_recommendations(audit: Audit, materials: Mapping[str, File[Material]]) -> Iterable[Problem]:
    known = {finding.number for finding in audit.recommendations}
    for material in materials.values():
        for number in material.holds.recommendations:
            if number not in known:
                yield material.problem("rekommendationer", f"rekommendation {number} finns inte i {FILE}")


def _unanswered(
    audit: Audit, modules: Collection[str], materials: Mapping[str, File[Material]]
) -> Iterable[tuple[int, str]]:
    """(line, message) for what the audit says is answered by something of the own course that is not there."""
    for each in _findings(audit):
        for module in each.modules:
            if "/" not in module and module not in modules:
                yield each.line, f"modulen ”{module}” finns inte{suggest(module, modules)}"
        for material in each.materials:
            if "/" not in material and material not in materials:
                yield each.line, f"materialet ”{material}” finns inte{suggest(material, materials)}"
            elif "/" not in material and materials[material].holds.kind == FOR_OWNERS:
                yield each.line, f"”{material}” är till för er som äger innehållet och svarar inte på revisionen"


def loose_elsewhere(courses: Collection[Course]) -> Iterable[tuple[str, Problem]]:
    """(course, problem) for what the audits say is answered by another course, or an instrument, that is not there."""
    modules = {f"{course.id}/{module.id}" for course in courses for module in course.modules}
    materials = {f"{course.id}/{material.id}" for course in courses for material in course.materials}
    materials |= {f"instrument/{instrument}" for course in courses for instrument in course.instruments}
    for course in courses:
        for each in _findings(course.audit) if course.audit else ():
            gone = {name for name in each.modules if "/" in name} - modules
            gone |= {name for name in each.materials if "/" in name} - materials
            for name in sorted(gone):
                message = f"”{name}” finns inte i någon kurs; rätta id:t"
                yield course.id, Problem(f"modules/{course.id}/{FILE}", each.line, message)


def _findings(audit: Audit) -> tuple[Finding | Document, ...]:
    return (*audit.recommendations, *audit.questions, *audit.documents)
