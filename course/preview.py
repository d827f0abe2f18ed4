"""The working tree as authors see it before it is published: a small application of its own, without a database.

It is for this machine alone: it shows every right answer to whoever asks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from course import swedish
from course.clock import day_of, now
from course.config import LOOPBACK
from course.content import markup
from course.content.draft import Draft, read_drafts
from course.content.model import Course
from course.content.source import Folder, course_folders
from course.content.vocabulary import FORMS, OUTCOMES, TRACKS
from course.quiz.paper import size

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


@dataclass
class Tree:
    """The courses under a folder, as they stand on disk at each request."""

    root: Path
    folders: Mapping[str, Folder] = field(default_factory=dict)
    day: date = date.min
    drafts: Mapping[str, Draft] = field(default_factory=dict)

    def refresh(self) -> None:
        """Read every file, since that shows a change for certain, and the courses when there is one."""
        folders, day = course_folders(self.root), day_of(now())
        if (folders, day) != (self.folders, self.day):
            self.drafts = {draft.name: draft for draft in read_drafts(folders, day)}
            self.folders, self.day = folders, day


bp = Blueprint("preview", __name__)


def preview_app(root: Path) -> Flask:
    """The application that shows the courses under `root`."""
    app = Flask("course", static_folder=None, template_folder="web/templates")
    app.config["TRUSTED_HOSTS"] = list(LOOPBACK)
    app.extensions["tree"] = Tree(root)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(day=swedish.day, filled=_filled)
    app.jinja_env.globals.update(TRACKS=TRACKS, FORMS=FORMS, OUTCOMES=OUTCOMES, size=size)
    app.register_blueprint(bp)
    return app


@bp.before_app_request
def this_machine_only() -> None:
    """Refuse everybody else, whatever address the server listens on, and read what has changed."""
    if request.remote_addr not in LOOPBACK:
        abort(403)
    _tree().refresh()


@bp.after_app_request
def finish(response: Response) -> Response:
    """The headers of every answer."""
    response.headers.extend(HEADERS)
    return response


@bp.app_errorhandler(HTTPException)
def refused(fault: HTTPException) -> ResponseReturnValue:
    """What is not there, in few words and with the way back."""
    return render_template("preview/refused.html", fault=fault), fault.code or 500


@bp.get("/")
def start() -> str:
    """Every course, with what is wrong in it first."""
    return render_template("preview/start.html", drafts=_tree().drafts.values())


@bp.get("/kurs/")
@bp.get("/kurs/<name>")
@bp.get("/kurs/<name>/material")
@bp.get("/kurs/<name>/scenarier")
def course(name: str = "") -> ResponseReturnValue:
    """A course's place on the first page."""
    return redirect(f"/#{name}")


@bp.get("/kurs/<name>/<found_id>")
@bp.get("/kurs/<name>/<any(material, quiz, scenario, instrument):part>/<found_id>")
def part(name: str, found_id: str, part: str = "module") -> str:
    """One module, material, quiz, scenario or instrument, whole. The addresses are those of the product."""
    draft = _tree().drafts.get(name)
    found = _found(draft.course, part, found_id) if draft and draft.course else None
    if draft is None or draft.course is None or found is None:
        abort(404)
    return render_template(f"preview/{part}.html", draft=draft, course=draft.course, found=found)


@bp.get("/kurs/<name>/<found_id>/<section>")
def section(name: str, found_id: str, section: str) -> ResponseReturnValue:
    """A section's place in its module."""
    return redirect(f"/kurs/{name}/{found_id}#{section}")


@bp.get("/kurs/<name>/kallor")
def sources(name: str) -> str:
    """The numbered facts."""
    draft = _tree().drafts.get(name)
    if draft is None or draft.course is None:
        abort(404)
    return render_template("preview/facts.html", draft=draft, course=draft.course)


@bp.get("/<any(ordlista, 'ratt-vag'):material_id>")
def looked_up(material_id: str) -> ResponseReturnValue:
    """The glossary and the right way, in the first course that has them."""
    drafts = _tree().drafts.items()
    name = next((name for name, draft in drafts if draft.course and draft.course.material(material_id)), None)
    return redirect(f"/kurs/{name}/material/{material_id}") if name else abort(404)


@bp.get("/static/app.css")
def style() -> Response:
    """The product's own."""
    return Response((Path(__file__).parent / "web" / "static" / "app.css").read_bytes(), mimetype="text/css")


@bp.get("/media/<digest>")
def picture(digest: str) -> Response:
    """A picture of a course."""
    having = (folder.pictures[digest] for folder in _tree().folders.values() if digest in folder.pictures)
    found = next(having, None) or abort(404)
    return Response(found.content, mimetype=found.type)


def _tree() -> Tree:
    found: Tree = current_app.extensions["tree"]
    return found


def _found(course: Course, part: str, found_id: str) -> object | None:
    """The part of the course with that id."""
    if part == "module":
        return course.module(found_id)
    if part == "material":
        return course.material(found_id)
    parts: Mapping[str, Mapping[str, object]] = {
        "quiz": course.quizzes,
        "scenario": course.scenarios,
        "instrument": course.instruments,
    }
    return parts[part].get(found_id)


def _filled(html: str) -> Markup:
    """Course HTML as somebody reads it whose workplace has filled in nothing."""
    return Markup(markup.fill(html, {}))  # noqa: S704 - the HTML was made safe when it was rendered
