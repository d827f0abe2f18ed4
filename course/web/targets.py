"""HR records what was promised: targets, and totals that were reported before there were rows of people."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from course import clock, swedish
from course.content.queries import current, in_order
from course.db import database, newest_instant, transaction
from course.errors import Refusal
from course.organisation.person import note
from course.organisation.population import EMPLOYMENT_NAMES, Population, UnitSpan, tree_on
from course.organisation.queries import titles, unit_spans
from course.organisation.tables import EMPLOYMENTS
from course.report.as_of import read_day
from course.target.actions import EVERYBODY, Decision, report_figure, set_target, withdraw_target
from course.target.group_text import GroupText, read_groups, read_list
from course.target.queries import Promise, population_of, promises, reported_figures, title_members
from course.target.tables import ReportedFigure
from course.web.forms import Form
from course.web.guard import actor, allowed

bp = Blueprint("targets", __name__)


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
    return _list(Form())


@bp.get("/mal/andra")
@allowed("target.manage")
def form() -> str:
    """The form for a new target, or for the one of a course and period that is there."""
    wanted = (request.args.get("kurs", ""), request.args.get("fran", ""))
    found = [each for each in _promises() if (each.course, str(each.period_from)) == wanted]
    return _form(Form(), _written(found[0]) if found else {})


@bp.post("/mal/andra")
@allowed("target.manage")
def save() -> ResponseReturnValue:
    """Record the target."""
    form = Form(sent=request.form)
    try:
        with transaction() as (db, at):
            set_target(db, _decision(db, form, at), by=actor().person_id, at=at)
    except Refusal as refusal:
        return _form(form.told(refusal), {}), refusal.status
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
        return _list(Form().told(refusal)), refusal.status
    flash("Målet är borttaget.")
    return redirect(url_for(".targets"), 303)


@bp.post("/mal/<int:target_id>/rapporterat")
@allowed("target.manage")
def report(target_id: int) -> ResponseReturnValue:
    """Keep a figure that was reported earlier."""
    form = _reported(target_id)
    number, day = form.number("antal", "Antal"), form.day("dag", "Dagen som siffran gällde")
    source = form.text("kalla", "Källan", note)
    reference = form.text("referens", "Diarienumret", note, optional=True)
    try:
        form.check()
        with transaction() as (db, at):
            by = actor().person_id
            report_figure(db, target_id, number=number, day=day, source=source, reference=reference, by=by, at=at)
    except Refusal as refusal:
        return _list(form.told(refusal)), refusal.status
    flash("Siffran är sparad.")
    return redirect(url_for(".targets"), 303)


def _promises() -> list[Promise]:
    db = database.session
    return promises(db, newest_instant(db) or clock.now())


def _reported(target_id: int) -> Form:
    """The form that was sent: that of the target's period, or of its newest one."""
    periods = [str(each.period_from) for each in _promises() if each.id == target_id]
    sent = request.form.get("fran", "")
    period = sent if sent in periods else next(iter(periods), "")
    return Form(f"rapporterat-{target_id}-{period}" if period else "", request.form)


def _list(form: Form) -> str:
    db = database.session
    known_at = newest_instant(db) or clock.now()
    names = {span.unit: f"{span.name} ({span.code})" for span in unit_spans(db, known_at)}
    courses = {name: each.course.title for name, each in current(db, actor().newest_release).items()}
    today, found = clock.day_of(clock.now()), promises(db, known_at)
    members = title_members(db, found, today, known_at)
    shown = [
        Shown(
            each,
            courses.get(each.course, each.course),
            _in_words(each.population, names, each.audience, members.get((each.id, each.period_from, ""), {})),
            [
                f"{name}: {_in_words(group, names, each.audience, members.get((each.id, each.period_from, name), {}))}"
                for name, group in each.groups.items()
            ],
            reported_figures(db, each.id, known_at),
        )
        for each in found
    ]
    return render_template("targets/list.html", shown=shown, period=swedish.period, today=today, form=form)


def _form(form: Form, given: Mapping[str, str]) -> str:
    db = database.session
    today = clock.day_of(clock.now())
    known_at = newest_instant(db) or clock.now()
    tree = tree_on(unit_spans(db, known_at), today)
    published = current(db, actor().newest_release)
    courses = [(name, published[name].course.title) for name in in_order(published)]
    return render_template(
        "targets/form.html",
        form=form,
        given=given,
        courses=courses,
        tree=tree,
        titles=titles(db, known_at),
        today=today,
        employments=[(name, label.capitalize()) for name, label in EMPLOYMENT_NAMES.items()],
    )


def _decision(db: Session, form: Form, at: datetime) -> Decision:
    """The target that the form tells. Raises Faulty with every field that cannot be used."""
    course = form.choice("kurs", current(db, actor().newest_release), "Kursen är inte publicerad. Välj en annan.")
    goal = form.number("mal", "Antal personer")
    since, until = form.day("fran", "Från och med"), form.day("till", "Till och med")
    population = partial(population_of, db, day=since, known_at=at)
    units = form.read("enheter", lambda text: population(read_list(text), (), ()), EVERYBODY).units
    named = form.read("befattningar", lambda text: population((), read_list(text), ()), EVERYBODY).titles
    employments = form.choices("form", EMPLOYMENTS, "Välj bland anställningsformerna.")
    decision = Decision(
        course=course,
        goal=goal,
        period_from=since,
        period_to=until,
        population=Population(units, named, tuple(employments)),
        groups=form.read("grupper", lambda text: _groups(text, population), ()),
        decided_on=form.read("beslutat", lambda text: read_day(text, "Dagen för beslutet") if text else None, None),
        reference=form.text("referens", "Diarienumret", note, optional=True),
        source=form.text("kalla", "Källan", note, optional=True),
        responsible=form.text("ansvarig", "Den ansvariga", note, optional=True),
        grace_days=form.number("dagar", "Dagar som nya har på sig", otherwise=0),
    )
    form.check()
    return decision


def _groups(text: str, population: Callable[..., Population]) -> tuple[tuple[str, Population], ...]:
    read = read_groups(text.splitlines())
    return tuple((each.name, population(each.codes, each.titles, ())) for each in read)


def _written(promise: Promise) -> Mapping[str, str]:
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


def _in_words(population: Population, names: Mapping[int, str], audience: str, members: Mapping[str, int]) -> str:
    """Whom a population is, with the number of members that each title has."""
    everybody = "alla anställda" if audience == "employee" else "alla förtroendevalda"
    parts = [
        ", ".join(names.get(unit, "okänd enhet") for unit in population.units) or everybody,
        ", ".join(f"{title} ({swedish.persons(members.get(title, 0))})" for title in population.titles),
        ", ".join(EMPLOYMENT_NAMES[each] for each in population.employments),
    ]
    return "; ".join(filter(None, parts))
