"""What is printed or looked up: materials, the glossary, what to do, the sources, and what answers the audit."""

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from course.content.model import FOR_OWNERS, GLOSSARY, KINDS, RIGHT_WAY, Course, Document, Finding, Material
from course.content.queries import Published, current, newest_release_id
from course.db import database
from course.errors import NotFound
from course.web.filters import can
from course.web.guard import actor, allowed

bp = Blueprint("material", __name__)


@dataclass(frozen=True)
class Kind:
    """A sort of material with the materials of it."""

    name: str
    materials: tuple[Material, ...]


class _Answers:
    """What an audit's references are called, and where they lead for the one who asks."""

    def __init__(self, own: Course, courses: list[Course]) -> None:
        self.own = own
        self.courses = {course.id: course for course in courses}

    def of(self, found: Finding | Document) -> list[tuple[str, str]]:
        """(name, address) of each; the address is empty where the actor may not go."""
        return [*map(self._module, found.modules), *map(self._material, found.materials)]

    def _module(self, reference: str) -> tuple[str, str]:
        course, module_id = self._course(reference)
        module = course.module(module_id) if course else None
        if course is None or module is None:
            return reference, ""
        open_ = _may_take(course) and (can("unit.read") or not module.for_managers)
        address = url_for("learner.module", course_id=course.id, module_id=module.id) if open_ else ""
        return self._named(f"Modulen {module.title}", course), address

    def _material(self, reference: str) -> tuple[str, str]:
        kind, _, inner = reference.partition("/")
        if kind == "instrument" and inner in self.own.instruments:
            return f"{self.own.instruments[inner].title} (kommer, går inte att svara på än)", ""
        course, material_id = self._course(reference)
        material = course.material(material_id) if course else None
        if course is None or material is None:
            return reference, ""
        address = url_for("material.show", course_id=course.id, material_id=material.id)
        return self._named(material.title, course), address if _may_open(course) and _may_read(material) else ""

    def _course(self, reference: str) -> tuple[Course | None, str]:
        """`id` is of the own course, `kurs/id` of another."""
        course_id, slash, inner = reference.partition("/")
        return (self.courses.get(course_id), inner) if slash else (self.own, reference)

    def _named(self, name: str, course: Course) -> str:
        return name if course.id == self.own.id else f"{name}, i kursen {course.title}"


@bp.get("/ratt-vag")
@allowed("public")
def right_way() -> str:
    """What to do when something has happened. Open to everybody; only who is signed in sees what is local."""
    found = _looked_up(RIGHT_WAY)
    if found is None:
        return render_template("material/right_way.html")
    return _looked_up_page(*found)


@bp.get("/ordlista")
@allowed("public")
def glossary() -> str:
    """What the words mean."""
    found = _looked_up(GLOSSARY)
    if found is None:
        return render_template("material/courses.html", courses=(), title="Ordlista")
    return _looked_up_page(*found)


@bp.get("/material")
@allowed("material.read")
def choose() -> ResponseReturnValue:
    """The courses that have materials; the one there is, at once."""
    found = [release.course for release in _readable() if release.course.materials]
    return _one_or_list(found, "material.listing", "Material")


@bp.get("/kurs/<course_id>/material")
@allowed("material.read")
def listing(course_id: str) -> str:
    """The materials of a course, by sort."""
    course = _course(course_id).course
    kinds = [
        Kind(name, tuple(each for each in course.materials if each.kind == kind and _may_read(each)))
        for kind, name in KINDS.items()
    ]
    kinds = [kind for kind in kinds if kind.materials]
    return render_template("material/list.html", course=course, kinds=kinds, takes=_may_take(course))


@bp.get("/kurs/<course_id>/material/<material_id>")
@allowed("material.read")
def show(course_id: str, material_id: str) -> str:
    """One material, to read or to print."""
    release = _course(course_id)
    found = release.course.material(material_id)
    if found is None or not _may_read(found):
        raise NotFound("Materialet finns inte.")
    return render_template("material/show.html", release=release, material=found, open=False, facts=True)


@bp.get("/kurs/<course_id>/kallor")
@allowed("material.read")
def sources(course_id: str) -> str:
    """What the course says and where it comes from, by number."""
    course = _course(course_id).course
    named = {fact for module in course.modules for fact in module.sources}
    named |= {fact for material in course.materials if _may_read(material) for fact in material.sources}
    return render_template(
        "material/sources.html", course=course, facts=[fact for fact in course.facts.values() if fact.id in named]
    )


@bp.get("/revision")
@allowed("revision.read")
def choose_revision() -> ResponseReturnValue:
    """The courses that answer to an audit; the one there is, at once."""
    found = [release.course for release in _all().values() if release.course.audit]
    return _one_or_list(found, "material.revision", "Revisionen")


@bp.get("/kurs/<course_id>/revision")
@allowed("revision.read")
def revision(course_id: str) -> str:
    """What the audit recommended and asked, and which modules and materials answer it."""
    found = _all().get(course_id)
    if found is None or found.course.audit is None:
        raise NotFound("Kursen har ingen revision att visa.")
    return render_template(
        "material/revision.html",
        release=found,
        course=found.course,
        audit=found.course.audit,
        answers=_Answers(found.course, [release.course for release in _all().values()]),
    )


def _all() -> dict[str, Published]:
    """Every course's current release."""
    db = database.session
    newest = actor().newest_release if current_user.is_authenticated else newest_release_id(db)
    return current(db, newest)


def _readable() -> list[Published]:
    """The courses whose materials the actor may read."""
    return [release for release in _all().values() if _may_open(release.course)]


def _may_open(course: Course) -> bool:
    """Whether the actor may read the course's materials: the own, for HR all, for a board's secretary the board's."""
    of_board = can("board.read") and course.audience == "official"
    own = current_user.is_authenticated and course.audience in actor().audiences
    return can("material.read") and (own or of_board or can("report.read"))


def _may_take(course: Course) -> bool:
    """Whether the course is the actor's own to take."""
    return can("course.take") and course.audience in actor().audiences


def _looked_up_page(release: Published, material: Material) -> str:
    """A material with a page of its own; its facts are links to whoever may follow them."""
    facts = _may_open(release.course)
    return render_template("material/show.html", release=release, material=material, open=True, facts=facts)


def _may_read(material: Material) -> bool:
    return material.kind != FOR_OWNERS or can("report.read")


def _course(course_id: str) -> Published:
    found = next((release for release in _readable() if release.course.id == course_id), None)
    if found is None:
        raise NotFound("Kursen finns inte.")
    return found


def _looked_up(material_id: str) -> tuple[Published, Material] | None:
    """The material in a course for the one who asks, else in one for employees, else in any."""
    audiences = actor().audiences if current_user.is_authenticated else frozenset[str]()
    having = [(release, found) for release in _all().values() if (found := release.course.material(material_id))]

    def farness(each: tuple[Published, Material]) -> tuple[bool, bool, str]:
        course = each[0].course
        return course.audience not in audiences, course.audience != "employee", course.id

    return min(having, key=farness, default=None)


def _one_or_list(courses: list[Course], endpoint: str, title: str) -> ResponseReturnValue:
    if len(courses) == 1:
        return redirect(url_for(endpoint, course_id=courses[0].id), 303)
    return render_template("material/courses.html", courses=courses, endpoint=endpoint, title=title)
