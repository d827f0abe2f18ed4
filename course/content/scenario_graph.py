"""What holds of a scenario as a graph: every scene may lead on, nothing goes round, and one may always recover."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from course.content.model import Scene

DEEPEST = 7
"""No way through a scenario has more choices."""
RECOVERED = frozenset({"stärker", "håller"})

Graph = Mapping[str, Sequence[str]]
"""{scene: the scenes it leads to}"""


def graph_of(scenes: Mapping[str, Scene]) -> Graph:
    """The scenes' ways, but for those that lead to nothing."""
    return {scene.id: [way.target for way in scene.ways if way.target in scenes] for scene in scenes.values()}


def reached_from(graph: Graph, start: str) -> frozenset[str]:
    """The scene and all that can come after it."""
    found, waiting = {start}, [start]
    while waiting:
        new = set(graph[waiting.pop()]) - found
        found |= new
        waiting += new
    return frozenset(found)


def loop(graph: Graph) -> Sequence[str]:
    """Scenes that lead round: each to the next, and the last to the first; nothing when there are none."""
    done: set[str] = set()
    for start in graph:
        trail: list[str] = []
        waiting = [(start, 0)]
        while waiting:
            scene, depth = waiting.pop()
            del trail[depth:]
            if scene in trail:
                return trail[trail.index(scene) :]
            if scene not in done:
                trail.append(scene)
                done.add(scene)
                waiting += [(after, depth + 1) for after in reversed(graph[scene])]
    return ()


def longest(graph: Graph) -> Mapping[str, int]:
    """{scene: the most choices that can come from it on}, of a graph that does not go round."""
    found: dict[str, int] = {}
    waiting = list(graph)
    while waiting:
        scene = waiting[-1]
        if unknown := [after for after in graph[scene] if after not in found]:
            waiting += unknown
        else:
            found[waiting.pop()] = max((1 + found[after] for after in graph[scene]), default=0)
    return found


def graph_faults(scenes: Mapping[str, Scene]) -> Iterable[tuple[int, str]]:
    """(line, message) about how the scenes hang together. Line 0 is the scenario as a whole."""
    graph = graph_of(scenes)
    if not graph:
        return
    start = next(iter(graph))
    reached = reached_from(graph, start)
    for scene in scenes.values():
        if scene.id not in reached:
            yield (
                scene.line,
                f"ingen väg leder till scenen ”{scene.id}”; skriv -> #{scene.id} i ett val eller ta bort den",
            )
    if scenes[start].outcome:
        yield scenes[start].line, "scenariot börjar med sitt slut; skriv en scen med val först"
    if round_ := loop(graph):
        yield (
            scenes[round_[-1]].line,
            f"scenerna går runt: {' -> '.join([*round_, round_[0]])}; låt ett val leda framåt",
        )
    elif (depth := longest(graph)[start]) > DEEPEST:
        yield 0, f"den längsta vägen har {depth} val; högst {DEEPEST} går att orka med"
    yield from _outcome_faults(scenes, graph, reached)


def _outcome_faults(scenes: Mapping[str, Scene], graph: Graph, reached: Collection[str]) -> Iterable[tuple[int, str]]:
    ends = {scene.id: scene.outcome for scene in scenes.values() if scene.outcome}
    for outcome in ("stärker", "försvagar"):
        if outcome not in ends.values():
            yield 0, f"inget slut har utfall={outcome}; skriv minst ett"
    if RECOVERED.isdisjoint(ends.values()):
        return
    for scene in scenes.values():
        if scene.ways and scene.id in reached:
            after = {ends.get(each) for each in reached_from(graph, scene.id)}
            if RECOVERED.isdisjoint(after):
                yield (
                    scene.line,
                    f"från ”{scene.id}” går det inte att nå ett slut som stärker eller håller; öppna en väg dit",
                )
