"""Scenarios: the list, the way through one, that it is done, and its map for those who look after the course."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from course import clock
from course.content.model import Course, Module, Scenario
from course.content.queries import Published, current
from course.db import database, transaction
from course.errors import Invalid, NotFound
from course.scenario.actions import finish
from course.scenario.drawing import depths, drawn
from course.scenario.queries import is_done, standing
from course.scenario.track import for_track, tracks_in
from course.scenario.walk import LETTERS, Walk, walk, ways_shown
from course.web.guard import actor, allowed
from course.web.learner import release_of
from course.web.practice import chosen_track

bp = Blueprint("scenario", __name__, url_prefix="/kurs/<course_id>")


@dataclass(frozen=True)
class Group:
    """A module with its scenarios, those for the track first."""

    module: Module
    scenarios: tuple[Scenario, ...]


@bp.get("/scenarier")
@allowed("course.take")
def scenarios(course_id: str) -> str:
    """All scenarios of the course, by module."""
    course, today = release_of(course_id).course, clock.day_of(clock.now())
    mine = standing(database.session, actor().person_id, course_id, today)
    track = chosen_track(mine.units)
    return render_template(
        "scenario/list.html",
        course=course,
        groups=_groups(course, track),
        tracks=tracks_in(course.scenarios.values()),
        track=track,
        done=mine.done,
    )


@bp.get("/scenario/<scenario_id>")
@allowed("course.take")
def play(course_id: str, scenario_id: str) -> ResponseReturnValue:
    """A step of a scenario; where one is follows from the address alone, and nothing is stored."""
    release = release_of(course_id)
    scenario = _scenario(release, scenario_id)
    module = release.course.module(scenario.module)
    path = request.args.get("vag")
    if path is None and scenario.note:
        return render_template("scenario/before.html", course=release.course, module=module, scenario=scenario)
    here = walk(scenario, path or "")
    if here is None:
        return render_template("scenario/astray.html", course=release.course, scenario=scenario), 404
    shown = {"course": release.course, "module": module, "scenario": scenario, "walk": here}
    if not here.scene.outcome:
        return render_template("scenario/scene.html", **shown, back=_back(here))
    done = is_done(database.session, actor().person_id, course_id, scenario_id)
    return render_template("scenario/ending.html", **shown, done=done)


@bp.post("/scenario/<scenario_id>")
@allowed("course.take")
def finished(course_id: str, scenario_id: str) -> ResponseReturnValue:
    """Store that the scenario is done; the way that the form names must lead to an ending, and is forgotten."""
    release = release_of(course_id)
    scenario = _scenario(release, scenario_id)
    path = request.form.get("vag", "")
    here = walk(scenario, path)
    if here is None or not here.scene.outcome:
        raise Invalid("Scenariot är inte slut än. Gå en väg till slutet först.")
    with transaction() as (db, at):
        finish(db, actor().person_id, course_id, scenario_id, release_id=release.id, day=clock.day_of(at))
    flash("Sparat: du har gjort scenariot.")
    return redirect(url_for(".play", course_id=course_id, scenario_id=scenario_id, vag=path), 303)


@bp.get("/scenarier/kartor")
@allowed("scenario.map")
def maps(course_id: str) -> str:
    """The scenarios with what somebody who looks after the course wants to know of each."""
    course = _any_release(course_id).course
    return render_template(
        "scenario/maps.html",
        course=course,
        groups=_groups(course, ""),
        most={each.id: max(depths(each).values()) for each in course.scenarios.values()},
    )


@bp.get("/scenario/<scenario_id>/karta")
@allowed("scenario.map")
def scenario_map(course_id: str, scenario_id: str) -> str:
    """A scenario drawn as a map, with all of it as text."""
    release = _any_release(course_id)
    scenario = _scenario(release, scenario_id)
    depth = depths(scenario)
    scenes = sorted(scenario.scenes.values(), key=lambda scene: depth[scene.id])
    return render_template(
        "scenario/map.html",
        course=release.course,
        module=release.course.module(scenario.module),
        scenario=scenario,
        map=Markup(drawn(scenario)),  # noqa: S704 - drawing.py escapes every text in it
        scenes=[
            (scene, list(zip(LETTERS, ways_shown(scenario, scene), strict=False)), depth[scene.id]) for scene in scenes
        ],
    )


def _groups(course: Course, track: str) -> list[Group]:
    found = ((module, course.scenarios_of(module.id)) for module in course.modules)
    return [Group(module, tuple(for_track(own, track))) for module, own in found if own]


def _scenario(release: Published, scenario_id: str) -> Scenario:
    found = release.course.scenarios.get(scenario_id)
    if found is None:
        raise NotFound("Scenariot finns inte. Gå till kursen och välj ett annat.")
    return found


def _any_release(course_id: str) -> Published:
    """The current release of a course, whoever it is meant for. Raises NotFound."""
    found = current(database.session, actor().newest_release).get(course_id)
    if found is None:
        raise NotFound("Kursen finns inte.")
    return found


def _back(here: Walk) -> str | None:
    """The path before the last choice; None at the start."""
    return here.turns[-1].path if here.turns else None
