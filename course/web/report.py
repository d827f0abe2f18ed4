"""Figures for HR, in every format."""

from collections.abc import Sequence
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course import clock
from course.access.actions import keep_pace
from course.content.queries import current, in_order
from course.db import database, newest_instant, transaction
from course.errors import Invalid, NotFound
from course.report import catalogue
from course.report.as_of import known_or_newest, read_day, read_earlier, write_known
from course.report.catalogue import coverage as figures
from course.report.catalogue import questions as quality
from course.report.formats import FORMATS
from course.report.table import Table, folded
from course.web.forms import Form
from course.web.guard import actor, allowed

bp = Blueprint("report", __name__)
DAY, KNOWN, EARLIER = "Siffror för dagen", "Enligt det som var känt", "Jämför med det som var känt"
"""What the page calls its fields."""
KEPT = ("per", "kand", "sedan", "organisation", "sma")
"""What the page's forms and links keep of what was asked for."""


@bp.get("/rapport/tackning")
@allowed("report.read")
def coverage() -> ResponseReturnValue:
    """Täckning as of a day, as known at an instant; the address gives the same figures for ever."""
    now = clock.now()
    db = database.session
    form, wanted, today = Form(sent=request.args), _wanted_format(), clock.day_of(now)
    day = form.read("per", lambda text: read_day(text, DAY) if text else today, today)
    known_at = form.read("kand", lambda text: known_or_newest(text, now, newest_instant(db), KNOWN), now)
    earlier = form.read("sedan", lambda text: read_earlier(text, known_at, now, EARLIER, KNOWN) if text else None, None)
    courses = current(db, actor().newest_release)
    if not courses:
        return render_template("report/empty.html")
    names = in_order(courses)
    course_id = request.args.get("kurs") or names[0]
    if course_id not in courses:
        raise NotFound("Kursen finns inte.")
    course = courses[course_id].course
    asked = {name: request.args[name] for name in KEPT if request.args.get(name)}
    chosen = {
        "organisation": _choice("organisation", figures.ORGANISATIONS),
        "small": _choice("sma", figures.SMALL),
    }
    if form.faults and wanted == "html":
        return make_response(render_template("report/ask.html", form=form, course=course, asked=asked), 422)
    form.check()
    table = catalogue.table(db, "coverage", course, day, known_at, earlier=earlier, **chosen)
    if wanted == "html":
        return make_response(
            render_template(
                "report/table.html",
                form=Form(),
                table=table,
                rows=folded(table.rows),
                course=course,
                others=[courses[name].course for name in names if name != course_id],
                day=day,
                known_at=known_at,
                asked=asked,
                permalink=f"{url_for('.coverage')}?{urlencode(table.scope)}",
                **chosen,
                formats=[name for name in FORMATS if name != "table"],
                future=day > today,
            )
        )
    name = f"tackning-{course_id}-{day.isoformat()}-kand-{write_known(known_at).replace(':', '')}"
    name += "-organisationen-nu" if chosen["organisation"] == figures.NOW else ""
    name += "-att-lamna-vidare" if chosen["small"] == figures.HIDDEN else ""
    return _file(table, wanted, name)


@bp.get("/kurs/<course_id>/fragor")
@allowed("question.read")
def questions(course_id: str) -> ResponseReturnValue:
    """How well the questions measure, for those who write them; never about anybody."""
    courses = current(database.session, actor().newest_release)
    if course_id not in courses:
        raise NotFound("Kursen finns inte.")
    wanted = _wanted_format()
    table = quality.build(database.session, courses[course_id].course)
    if wanted != "html":
        return _file(table, wanted, f"fragor-{course_id}-{clock.day_of(clock.now()).isoformat()}")
    return render_template(
        "report/questions.html",
        table=table,
        course=courses[course_id].course,
        formats=[name for name in FORMATS if name != "table"],
    )


def _choice(name: str, choices: Sequence[str]) -> str:
    """The one of the choices that the address asks for, or the first. Raises Invalid."""
    wanted = request.args.get(name) or choices[0]
    if wanted not in choices:
        raise Invalid(f"”{name}” ska vara {' eller '.join(choices)}.", name)
    return wanted


def _wanted_format() -> str:
    """The format that is asked for, or html; asking for a file is counted. Raises Invalid and TooMany."""
    wanted = request.args.get("format", "html")
    if wanted != "html" and wanted not in FORMATS:
        raise Invalid(f"Formatet finns inte. Välj bland {', '.join(FORMATS)}.", "format")
    if wanted != "html":
        with transaction() as (db, at):
            keep_pace(db, actor().person_id, "export", at=at)
    return wanted


def _file(table: Table, wanted: str, name: str) -> Response:
    """The table as a file to keep."""
    chosen = FORMATS[wanted]
    response = Response(chosen.render(table), mimetype=chosen.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{chosen.name}"'
    return response
