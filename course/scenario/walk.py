"""A way through a scenario. It lives in the address alone: one letter a choice, as in `b.a.c`."""

import hashlib
from dataclasses import dataclass

from course.content.model import Scenario, Scene, Way
from course.content.scenario_graph import graph_of, longest

LETTERS = "abcd"


@dataclass(frozen=True)
class Turn:
    """A choice that was made: in which scene, the path to that scene, and what was chosen."""

    scene: Scene
    path: str
    way: Way

    @property
    def better(self) -> tuple[Way, ...]:
        """The good ways that were not taken, when the one taken was not."""
        return () if self.way.good else tuple(way for way in self.scene.ways if way.good)


@dataclass(frozen=True)
class Onward:
    """A choice that can be made, and the path that it makes."""

    path: str
    way: Way


@dataclass(frozen=True)
class Walk:
    """Where a path has led, by which turns, and what can be chosen there."""

    turns: tuple[Turn, ...]
    scene: Scene
    path: str
    onward: tuple[Onward, ...]
    """In the order shown; nothing at an ending."""
    most: int
    """The most choices that any way through the scenario has: one that shrank on the way would tell which are good."""


def walk(scenario: Scenario, path: str) -> Walk | None:
    """Follow a path from the start; '' stays there. None when it is no path of the scenario."""
    scene, turns, behind = scenario.start, [], ""
    for letter in path.split(".") if path else ():
        onward = {each.path: each.way for each in _onward(scenario, scene, behind)}
        ahead = _joined(behind, letter)
        if ahead not in onward:
            return None
        turns.append(Turn(scene, behind, onward[ahead]))
        scene, behind = scenario.scenes[onward[ahead].target], ahead
    most = longest(graph_of(scenario.scenes))[scenario.start.id]
    return Walk(tuple(turns), scene, path, _onward(scenario, scene, path), most)


def ways_shown(scenario: Scenario, scene: Scene) -> tuple[Way, ...]:
    """The scene's ways in an order that is always the same and says nothing of which is good.

    Authors tend to write the good one first.
    """

    def place(way: Way) -> bytes:
        return hashlib.sha256(f"{scenario.id}/{scene.id}/{scene.ways.index(way)}".encode()).digest()

    return tuple(sorted(scene.ways, key=place))


def _onward(scenario: Scenario, scene: Scene, path: str) -> tuple[Onward, ...]:
    shown = zip(LETTERS, ways_shown(scenario, scene), strict=False)
    return tuple(Onward(_joined(path, letter), way) for letter, way in shown)


def _joined(path: str, letter: str) -> str:
    return f"{path}.{letter}" if path else letter
