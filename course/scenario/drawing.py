"""A scenario drawn as a map: scenes in layers from the start down, endings with their word. Pure: text out.

Nothing is told by colour alone: endings have another shape and their outcome in words, good choices a thick line and ✓.
"""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby, pairwise

from course.content.model import Scenario, Scene, Way
from course.content.scenario_graph import graph_of, longest
from course.scenario.walk import LETTERS, ways_shown

WIDTH, HEIGHT = 150, 64
"""Of a scene, in the drawing's own units."""
ACROSS, DOWN = 24, 64
"""Between scenes beside and below each other."""
SLOT = WIDTH + ACROSS
BESIDE = 44
"""Between the lines that leave a scene."""
LINE = 16
CHARACTERS = 18
MOST_LINES = 2
SWEEPS = 4
CLASSES = {"stärker": "strengthens", "håller": "holds", "försvagar": "weakens"}
"""{outcome: the class of its shape in the style sheet}."""

Layers = list[list[str]]
Places = Mapping[str, tuple[int, int]]
"""{name: the middle of its top}"""


@dataclass(frozen=True)
class Edge:
    """A choice as drawn: through every layer between its scenes."""

    way: Way
    letter: str
    points: tuple[str, ...]
    """Its scene, a name of its own in each layer that it passes, and the scene that it leads to."""


def drawn(scenario: Scenario) -> str:
    """The map as one SVG element that names itself and says where its text is."""
    edges, layers = _layered(scenario)
    _untangle(layers, edges)
    widest = max(map(len, layers))
    width, height = widest * SLOT, len(layers) * (HEIGHT + DOWN) - DOWN + ACROSS
    places = {
        name: (width // 2 + SLOT * (2 * index - len(layer) + 1) // 2, row * (HEIGHT + DOWN) + ACROSS // 2)
        for row, layer in enumerate(layers)
        for index, name in enumerate(layer)
    }
    by_scene = groupby(edges, key=lambda edge: edge.points[0])
    lines = [line for _, own in by_scene for line in _lines_from(list(own), places)]
    parts = [*lines, *_boxes(scenario, places)]
    return (
        f'<svg class="map" role="img" aria-labelledby="karta-namn karta-text" viewBox="0 0 {width} {height}"'
        f' width="{width}" height="{height}" xmlns="http://www.w3.org/2000/svg">'
        f'<title id="karta-namn">Karta över {escape(scenario.title)}</title>'
        f'<desc id="karta-text">{escape(_described(scenario))} Hela kartan står som text under bilden.</desc>'
        f"{''.join(parts)}</svg>"
    )


def _described(scenario: Scenario) -> str:
    ends = [scene.outcome for scene in scenario.scenes.values() if scene.outcome]
    most = longest(graph_of(scenario.scenes))[scenario.start.id]
    return f"{len(scenario.scenes) - len(ends)} scener och {len(ends)} slut. Den längsta vägen har {most} val."


def depths(scenario: Scenario) -> Mapping[str, int]:
    """{scene: the most choices before it}."""
    graph = graph_of(scenario.scenes)
    left = longest(graph)
    found = dict.fromkeys(graph, 0)
    for scene in sorted(graph, key=lambda each: -left[each]):  # whoever leads to a scene has more choices left
        for after in graph[scene]:
            found[after] = max(found[after], found[scene] + 1)
    return found


def _layered(scenario: Scenario) -> tuple[list[Edge], Layers]:
    """The choices, and the names in each layer: the scenes, and where choices pass."""
    depth = depths(scenario)
    layers: Layers = [[] for _ in range(max(depth.values()) + 1)]
    for scene_id, at in depth.items():
        layers[at].append(scene_id)
    edges = []
    for scene in scenario.scenes.values():
        for letter, way in zip(LETTERS, ways_shown(scenario, scene), strict=False):
            passed = range(depth[scene.id] + 1, depth[way.target])
            names = [f"{scene.id} {letter} {at}" for at in passed]
            for at, name in zip(passed, names, strict=True):
                layers[at].append(name)
            edges.append(Edge(way, letter, (scene.id, *names, way.target)))
    return edges, layers


def _untangle(layers: Layers, edges: Sequence[Edge]) -> None:
    """Order each layer by the middle of its neighbours, down and up again; fewer lines cross."""
    pairs = [pair for edge in edges for pair in pairwise(edge.points)]
    above: dict[str, list[str]] = {}
    below: dict[str, list[str]] = {}
    for upper, lower in pairs:
        below.setdefault(upper, []).append(lower)
        above.setdefault(lower, []).append(upper)
    for _ in range(SWEEPS):
        for neighbours, order in ((above, layers), (below, layers[::-1])):
            for fixed, layer in pairwise(order):
                _order(layer, fixed, neighbours)


def _order(layer: list[str], fixed: Sequence[str], neighbours: Mapping[str, Sequence[str]]) -> None:
    """Sort a layer by the middle of each one's neighbours in the fixed layer, measured from the layers' middles."""
    there = {name: index - (len(fixed) - 1) / 2 for index, name in enumerate(fixed)}
    middle = {}
    for index, name in enumerate(layer):
        near = [there[each] for each in neighbours.get(name, ())]
        middle[name] = sum(near) / len(near) if near else index - (len(layer) - 1) / 2
    layer.sort(key=lambda name: middle[name])


def _lines_from(scene_edges: Sequence[Edge], places: Places) -> Iterable[str]:
    """The lines of a scene's choices, side by side where they begin, each with its letter."""
    ordered = sorted(scene_edges, key=lambda edge: (places[edge.points[1]][0], edge.letter))
    for number, edge in enumerate(ordered):
        x, y = places[edge.points[0]]
        yield from _line(edge, x + BESIDE * (2 * number - len(ordered) + 1) // 2, y + HEIGHT, places)


def _line(edge: Edge, x: int, y: int, places: Places) -> Iterable[str]:
    mark = f"{edge.letter} ✓" if edge.way.good else edge.letter
    label = f'<text class="letter" x="{x + 5}" y="{y + LINE}">{mark}</text>'
    path = [f"M{x} {y}"]
    for name in edge.points[1:]:
        to_x, to_y = places[name]
        bend = DOWN // 2
        path.append(f"C{x} {y + bend} {to_x} {to_y - bend} {to_x} {to_y}")
        if name != edge.points[-1]:
            path.append(f"V{to_y + HEIGHT}")
        x, y = to_x, to_y + HEIGHT
    yield f'<path class="{"good" if edge.way.good else "other"}" d="{" ".join(path)}"/>'
    yield label


def _boxes(scenario: Scenario, places: Places) -> Iterable[str]:
    for scene in scenario.scenes.values():
        x, y = places[scene.id]
        kind = CLASSES.get(scene.outcome, "scene")
        round_ = HEIGHT // 2 if scene.outcome else 4
        yield f'<rect class="{kind}" x="{x - WIDTH // 2}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="{round_}"/>'
        lines = _lines(scene)
        top = y + (HEIGHT - LINE * len(lines)) // 2 + 12
        for number, text in enumerate(lines):
            word = ' class="outcome"' if scene.outcome and number == len(lines) - 1 else ""
            yield f'<text{word} x="{x}" y="{top + LINE * number}">{escape(text)}</text>'


def _lines(scene: Scene) -> list[str]:
    """The title in at most two lines, and under it an ending's word."""
    title = textwrap.wrap(scene.title, CHARACTERS, max_lines=MOST_LINES, placeholder=" …")
    return [*title, *([scene.outcome.capitalize()] if scene.outcome else [])]
