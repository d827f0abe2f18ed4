"""Managers, HR and administrators hand out one-time codes on paper: to one person, or to all in a unit who need one."""

from collections.abc import Sequence

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from course import clock
from course.access.actions import MOST_SLIPS, TooMany, hand_code, hand_codes, keep_pace
from course.access.handing import Giver, Slip, hands_as, lacking, reaches
from course.access.queries import accounts_in, giver
from course.audit.actions import record
from course.db import app_settings, database, transaction
from course.errors import Invalid, NotFound, Refusal
from course.organisation.population import UnitSpan, tree_on, units_below
from course.organisation.queries import unit_spans
from course.web.forms import Form
from course.web.guard import actor, allowed, asks_first

bp = Blueprint("codes", __name__)
MOST_SHOWN = 300
"""People in a list that somebody can find their way in."""


@bp.get("/engangskoder")
@allowed("code.hand_many")
@asks_first
def choose() -> ResponseReturnValue:
    """The people of a unit and those below, and who has a way in; opening it is logged, since it shows people."""
    form = Form(sent=request.args)
    if request.args.get("enhet") != "":
        return _page(form.value("enhet"), form)
    form.choice("enhet", (), "Välj en enhet.")
    return _page("", form), 422


@bp.post("/engangskoder")
@allowed("code.hand_many")
def hand_many() -> ResponseReturnValue:
    """Make codes for all in a unit and below who have no password, and show them this once."""
    form, again = Form(sent=request.form), request.form.get("aven") == "ja"
    unit = form.read("enhet", str, "")
    try:
        with transaction() as (db, at):
            keep_pace(db, actor().person_id, "code", at=at)
            spans, hands = unit_spans(db, at), giver(db, actor().person_id, at=at)
            chosen = _chosen(_choices(spans, hands), unit)
            below = units_below(spans, [chosen.unit], clock.day_of(at))
            slips = hand_codes(db, below, again=again, by=actor().person_id, at=at)
    except TooMany:
        raise
    except Refusal as refusal:
        return _page(unit, form.told(refusal)), refusal.status
    return _slips(slips)


@bp.post("/engangskod/<int:person_id>")
@allowed("code.hand")
def hand(person_id: int) -> str:
    """Make a code for one person, and show it this once."""
    with transaction() as (db, at):
        keep_pace(db, actor().person_id, "code", at=at)
        slip = hand_code(db, person_id, by=actor().person_id, at=at)
    return _slips([slip])


def _slips(slips: Sequence[Slip]) -> str:
    """The codes, which are stored nowhere: whoever loads the page again makes new ones."""
    return render_template("codes/slips.html", slips=slips, address=app_settings().base_url.rstrip("/"))


def _page(unit: str, form: Form) -> str:
    db, now = database.session, clock.now()
    spans, hands = unit_spans(db, now), giver(db, actor().person_id, at=now)
    choices = _choices(spans, hands)
    if not unit and "hr" not in hands.roles:
        unit = str(choices[0][1].unit) if choices else ""
    chosen = _chosen(choices, unit) if unit else None
    below = units_below(spans, [chosen.unit], clock.day_of(now)) if chosen else ()
    people = [each for each in accounts_in(db, below, at=now) if reaches(hands, each)]
    too_many = len(people) > MOST_SHOWN
    if chosen and people and not too_many:
        with transaction() as (writing, at):
            record(writing, "codes.show", "", {"unit": chosen.unit}, by=actor().person_id, at=at)
    return render_template(
        "codes/choose.html",
        choices=choices,
        options=_options(choices, chosen),
        chosen=chosen,
        too_many=too_many,
        lacking=[each for each, _ in lacking(hands, people)],
        most=MOST_SLIPS,
        people=[(each, hands_as(hands, each)) for each in people],
        hands=hands,
        form=form,
    )


def _choices(spans: Sequence[UnitSpan], hands: Giver) -> list[tuple[int, UnitSpan]]:
    """(level, unit) of every unit whose people are the giver's to help, in the order of the tree."""
    tree = tree_on(spans, clock.day_of(clock.now()))
    return tree if "hr" in hands.roles else [(level, span) for level, span in tree if span.unit in hands.units]


def _options(choices: Sequence[tuple[int, UnitSpan]], chosen: UnitSpan | None) -> list[tuple[str, str]]:
    top = min((level for level, _ in choices), default=0)
    units = [(str(span.unit), "– " * (level - top) + span.name) for level, span in choices]
    return units if chosen else [("", "Välj en enhet"), *units]


def _chosen(choices: Sequence[tuple[int, UnitSpan]], unit: str) -> UnitSpan:
    """The unit that was sent. Raises Invalid without one, and NotFound for one that is not a choice."""
    if not unit:
        raise Invalid("Välj en enhet.", "enhet")
    for _, span in choices:
        if str(span.unit) == unit:
            return span
    raise NotFound("Enheten finns inte, eller är inte din.")
