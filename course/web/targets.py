"""HR records what was promised: targets, and totals that were reported before there were rows of people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from course import clock, swedish
from course.content.queries import current, in_order
from course.db import database, newest_instant, transaction
from course.errors import Invalid, Refusal
from course.organisation.population import EMPLOYMENT_NAMES, Population, UnitSpan, tree_on
from course.organisation.queries import unit_spans
from course.organisation.tables import EMPLOYMENTS
from course.report.as_of import read_day
from course.target.actions import Decision, report_figure, set_target, withdraw_target
from course.target.group_text import GroupText, read_groups, read_list
from course.target.queries import Promise, population_of, promises, reported_figures
from course.target.tables import ReportedFigure
from course.web.guard import actor, allowed

bp = Blueprint("targets", __name__)
Form = Mapping[str, str]


@dataclass(frozen=True)
class Shown:
    """A target with its population and groups in words, and what was reported of it."""

    promise: Promise
    course: str
    population: str
    groups: Sequence[str]
    reported: Sequence[ReportedFigure]


@bp.get("/mal")
@allowed("target.manage")
def targets() -> str:
    """Every target, the newest period first."""
    return _list()


@bp.get("/mal/andra")
@allowed("target.manage")
def form() -> str:
    """The form for a new target, or for the one of a course and period that is there."""
    wanted = (request.args.get("kurs", ""), request.args.get("fran", ""))
    found = [each for each in _promises() if (each.course, str(each.period_from)) == wanted]
    return _form(_written(found[0]) if found else {})


@bp.post("/mal/andra")
@allowed("target.manage")
def save() -> ResponseReturnValue:
    """Record the target."""
    try:
        with transaction() as (db, at):
            set_target(db, _decision(db, request.form, at), by=actor().person_id, at=at)
    except Refusal as refusal:
        return _form(request.form, error=str(refusal), field=getattr(refusal, "field", "") or "kurs"), refusal.status
    flash("Målet är sparat.")
    return redirect(url_for(".targets"), 303)


@bp.post("/mal/<int:target_id>/ta-bort")
@allowed("target.manage")
def withdraw(target_id: int) -> ResponseReturnValue:
    """Take a target back that was recorded by mistake."""
    try:
        with transaction() as (db, at):
            withdraw_target(db, target_id, read_day(request.form.get("fran", ""), "från"), by=actor().person_id, at=at)
    except Refusal as refusal:
        return _list(error=str(refusal), field="mal"), refusal.status
    flash("Målet är borttaget.")
    return redirect(url_for(".targets"), 303)


@bp.post("/mal/<int:target_id>/rapporterat")
@allowed("target.manage")
def report(target_id: int) -> ResponseReturnValue:
    """Keep a figure that was reported earlier."""
    given = request.form
    try:
        with transaction() as (db, at):
            report_figure(
                db,
                target_id,
                number=_number(given, "antal", "Antal"),
                day=read_day(given.get("dag", ""), "dag"),
                source=given.get("kalla", ""),
                reference=given.get("referens", ""),
                by=actor().person_id,
                at=at,
            )
    except Refusal as refusal:
        return _list(error=str(refusal), field=f"rapporterat-{target_id}", given=given), refusal.status
    flash("Siffran är sparad.")
    return redirect(url_for(".targets"), 303)


def _promises() -> list[Promise]:
    db = database.session
    return promises(db, newest_instant(db) or clock.now())


def _list(**told: object) -> str:
    db = database.session
    known_at = newest_instant(db) or clock.now()
    names = {span.unit: f"{span.name} ({span.code})" for span in unit_spans(db, known_at)}
    titles = {name: each.course.title for name, each in current(db, actor().newest_release).items()}
    shown = [
        Shown(
            each,
            titles.get(each.course, each.course),
            _in_words(each.population, names, each.audience),
            [f"{name}: {_in_words(group, names, each.audience)}" for name, group in each.groups.items()],
            reported_figures(db, each.id, known_at),
        )
        for each in promises(db, known_at)
    ]
    today = clock.day_of(clock.now())
    return render_template("targets/list.html", shown=shown, period=swedish.period, today=today, **told)


def _form(given: Form, **told: str) -> str:
    db = database.session
    today = clock.day_of(clock.now())
    tree = tree_on(unit_spans(db, newest_instant(db) or clock.now()), today)
    published = current(db, actor().newest_release)
    courses = {name: published[name].course.title for name in in_order(published)}
    chosen = given.getlist("form") if hasattr(given, "getlist") else given.get("form", ())
    return render_template(
        "targets/form.html",
        given=given,
        chosen=chosen,
        courses=courses,
        tree=tree,
        today=today,
        employments=EMPLOYMENT_NAMES,
        **told,
    )


def _decision(db: Session, given: Form, at: datetime) -> Decision:
    since = read_day(given.get("fran", ""), "fran")
    until = read_day(given.get("till", ""), "till")
    employments = request.form.getlist("form")
    if not set(employments) <= set(EMPLOYMENTS):
        raise Invalid("Välj bland anställningsformerna.", "form")
    decided = given.get("beslutat", "").strip()
    groups = read_groups(given.get("grupper", "").splitlines())
    return Decision(
        course=given.get("kurs", ""),
        goal=_number(given, "mal", "Antal personer"),
        period_from=since,
        period_to=until,
        population=population_of(
            db,
            read_list(given.get("enheter", "")),
            read_list(given.get("befattningar", "")),
            employments,
            day=since,
            known_at=at,
        ),
        groups=tuple(
            (each.name, population_of(db, each.codes, each.titles, (), day=since, known_at=at, field="grupper"))
            for each in groups
        ),
        grace_days=_number(given, "dagar", "Dagar som nya har på sig") if given.get("dagar", "").strip() else 0,
        decided_on=read_day(decided, "beslutat") if decided else None,
        reference=given.get("referens", ""),
        source=given.get("kalla", ""),
        responsible=given.get("ansvarig", ""),
    )


def _number(given: Form, field: str, label: str) -> int:
    """A whole number; spaces as in 1 500 are fine. Raises Invalid."""
    text = "".join(given.get(field, "").split())
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Invalid(f"”{label}” ska vara ett helt tal, till exempel 1 500.", field)
    return int(text)


def _written(promise: Promise) -> Form:
    """The target as its form was filled in."""
    db = database.session
    spans = unit_spans(db, newest_instant(db) or clock.now())

    def codes(population: Population) -> tuple[str, ...]:
        return tuple(_code(spans, unit, promise.period_from) for unit in population.units)

    groups = (GroupText(name, codes(group), group.titles) for name, group in promise.groups.items())
    return {
        "kurs": promise.course,
        "mal": str(promise.goal),
        "fran": str(promise.period_from),
        "till": str(promise.period_to),
        "enheter": ", ".join(codes(promise.population)),
        "befattningar": ", ".join(promise.population.titles),
        "form": promise.population.employments,  # type: ignore[dict-item] # the one field with several values
        "grupper": "\n".join(map(str, groups)),
        "dagar": str(promise.grace_days),
        "beslutat": str(promise.decided_on or ""),
        "referens": promise.reference,
        "kalla": promise.source,
        "ansvarig": promise.responsible,
    }


def _code(spans: Sequence[UnitSpan], unit: int, day: date) -> str:
    """What the unit is called in the lists on the day, or was called last."""
    own = [span for span in spans if span.unit == unit]
    return next((span.code for span in own if span.since <= day <= span.until), own[-1].code if own else "")


def _in_words(population: Population, names: Mapping[int, str], audience: str) -> str:
    everybody = "alla anställda" if audience == "employee" else "alla förtroendevalda"
    parts = [
        ", ".join(names.get(unit, "okänd enhet") for unit in population.units) or everybody,
        ", ".join(population.titles),
        ", ".join(EMPLOYMENT_NAMES[each] for each in population.employments),
    ]
    return "; ".join(filter(None, parts))
