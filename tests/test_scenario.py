"""The way through a scenario, whose scenario it is, and its map: nothing of it needs a database."""

import re
from xml.etree import ElementTree as ET

import pytest
from world import course_sources, scenario_sources

from course.config import PROJECT
from course.content.load import load_course
from course.content.source import course_folders
from course.scenario.drawing import depths, drawn
from course.scenario.track import UnitOf, for_track, track_of
from course.scenario.walk import walk, ways_shown

SVG = "{http://www.w3.org/2000/svg}"


def scenario(text=None, **more):
    """A scenario of a course without faults."""
    sources = scenario_sources(**more)
    if text:
        sources = dict.fromkeys(sources, text)
    loaded = load_course(course_sources() | sources)
    assert loaded.problems == ()
    return next(iter(loaded.course.scenarios.values()))


def paths(one, path=""):
    """Every path of a scenario, the shorter before the longer."""
    found = walk(one, path)
    yield path
    for each in found.onward:
        yield from paths(one, each.path)


# --- the way ---


def test_a_path_leads_where_its_choices_lead():
    one = scenario()
    seen = {}
    for path in paths(one):
        here = walk(one, path)
        assert [turn.path for turn in here.turns] == [
            ".".join(path.split(".")[:count]) for count in range(len(here.turns))
        ]
        for turn, after in zip(here.turns, [*here.turns, here][1:], strict=True):
            assert after.scene is one.scenes[turn.way.target]
        seen.setdefault(here.scene.id, []).append(len(here.turns))

    assert {scene: sorted(counts) for scene, counts in seen.items()} == {
        "start": [0],
        "trappan": [1],
        "inne": [1, 2],
        "lugnt": [2],
        "halvt": [2, 2, 3],
        "brak": [2, 3],
    }


def test_what_is_offered_is_every_way_of_the_scene_once():
    one = scenario()

    for path in paths(one):
        here = walk(one, path)
        assert {each.way.html for each in here.onward} == {way.html for way in here.scene.ways}
        assert [each.path.rpartition(".")[2] for each in here.onward] == list("abcd"[: len(here.onward)])


def test_the_order_says_nothing_of_which_way_is_good_and_is_always_the_same():
    one = scenario()

    assert [ways_shown(one, one.start) for _ in range(3)] == [ways_shown(one, one.start)] * 3
    first_is_good = 0
    for number in range(60):
        each = scenario(scenario=f"dorren-{number}")
        first_is_good += ways_shown(each, each.start)[0].good
    assert 15 < first_is_good < 45


@pytest.mark.parametrize(
    "path", ["e", "A", "a.", ".a", ".", "a..a", "ab", "a a", "a.b.c.a.a", "a" * 5000, "a.z", "0", "å", "a,b", "a.a.a.a"]
)
def test_what_is_no_path_leads_nowhere(path):
    assert walk(scenario(), path) is None


def test_where_another_way_was_better_it_is_told():
    one = scenario()
    by_target = {each.way.target: each.path for each in walk(one, "").onward}

    good, other = walk(one, by_target["trappan"]).turns[0], walk(one, by_target["inne"]).turns[0]

    assert (good.way.good, good.better) == (True, ())
    assert (other.way.good, [way.html for way in other.better]) == (False, ["Du väntar"])


def test_how_many_choices_there_can_be_in_all_is_the_same_whatever_was_chosen_and_tells_nothing_of_it():
    one = scenario()
    by_target = {each.way.target: each.path for each in walk(one, "").onward}

    assert walk(one, "").most == 3
    assert walk(one, by_target["trappan"]).most == 3
    assert walk(one, by_target["inne"]).most == 3


# --- whose it is ---

UNITS = [UnitOf(0, "EBB-1", "Mottagning 1"), UnitOf(1, "EBB", "Ekonomiskt bistånd"), UnitOf(2, "SOC", "Förvaltningen")]


@pytest.mark.parametrize(
    ("configured", "track"),
    [
        ({}, ""),
        ({"TIL": "te"}, ""),
        ({"EBB": "eb"}, "eb"),
        ({"ebb": "eb"}, "eb"),
        ({"EBB-1": "ifo", "EBB": "eb"}, "ifo"),
        ({"Mottagning 1": "am", "EBB": "eb"}, "am"),
        ({"Mottagning": "am"}, ""),
        ({"SOC": "sg"}, "sg"),
        ({"SOC": "sg", "Ekonomiskt bistånd": "eb"}, "eb"),
    ],
)
def test_the_nearest_unit_decides_by_its_name_or_how_its_code_begins(configured, track):
    assert track_of(UNITS, configured) == track
    assert track_of(UNITS[::-1], configured) == track
    assert track_of([], configured) == ""


def test_first_comes_the_tracks_own_then_what_is_for_all_then_any():
    sources = course_sources()
    for name, tracks in (("d-am", "am"), ("c-alla", ""), ("b-eb", "eb, ifo"), ("a-te", "te")):
        sources |= scenario_sources(name, tracks=tracks)
    some = load_course(sources).course.scenarios_of("modul")

    def ids(track, among=some):
        return [each.id for each in for_track(among, track)]

    assert ids("eb") == ["b-eb", "c-alla", "a-te", "d-am"]
    assert ids("ifo") == ["b-eb", "c-alla", "a-te", "d-am"]
    assert ids("sg") == ["c-alla", "a-te", "b-eb", "d-am"]
    assert ids("") == ["c-alla", "a-te", "b-eb", "d-am"]
    assert ids("sg", [each for each in some if each.tracks]) == ["a-te", "b-eb", "d-am"]


# --- the map ---


def parsed(one):
    return ET.fromstring(drawn(one))


def real_scenarios():
    """Those that are published with the product."""
    return [
        one
        for folder in course_folders(PROJECT).values()
        for one in load_course(folder.sources).course.scenarios.values()
    ]


@pytest.fixture(params=[scenario, *real_scenarios()], ids=lambda one: getattr(one, "id", "dorren"))
def any_scenario(request):
    return request.param() if callable(request.param) else request.param


def test_the_map_has_a_box_for_every_scene_and_a_line_for_every_choice(any_scenario):
    one, svg = any_scenario, parsed(any_scenario)
    ways = [way for scene in one.scenes.values() for way in scene.ways]

    assert len(svg.findall(f"{SVG}rect")) == len(one.scenes)
    assert len(svg.findall(f"{SVG}path")) == len(ways)
    letters = [text.text for text in svg.findall(f"{SVG}text") if text.get("class") == "letter"]
    assert len(letters) == len(ways)
    assert sum("✓" in letter for letter in letters) == sum(way.good for way in ways)
    assert len([path for path in svg.findall(f"{SVG}path") if path.get("class") == "good"]) == sum(
        way.good for way in ways
    )


def test_every_ending_says_its_outcome_in_words(any_scenario):
    words = [text.text for text in parsed(any_scenario).findall(f"{SVG}text") if text.get("class") == "outcome"]

    assert sorted(words) == sorted(
        scene.outcome.capitalize() for scene in any_scenario.scenes.values() if scene.outcome
    )


def test_no_box_lies_on_another_or_outside_the_map(any_scenario):
    svg = parsed(any_scenario)
    _, _, width, height = map(int, svg.get("viewBox").split())
    boxes = [tuple(int(rect.get(name)) for name in ("x", "y", "width", "height")) for rect in svg.findall(f"{SVG}rect")]

    for index, (x, y, wide, high) in enumerate(boxes):
        assert 0 <= x <= width - wide
        assert 0 <= y <= height - high
        for other_x, other_y, *_ in boxes[index + 1 :]:
            assert abs(x - other_x) >= wide or abs(y - other_y) >= high


def test_choices_lead_downwards(any_scenario):
    depth = depths(any_scenario)

    for scene in any_scenario.scenes.values():
        assert all(depth[way.target] > depth[scene.id] for way in scene.ways)


def test_the_map_names_itself_and_says_where_its_text_is():
    svg = parsed(scenario())

    assert (svg.get("role"), svg.get("aria-labelledby")) == ("img", "karta-namn karta-text")
    assert svg.find(f"{SVG}title").text == "Karta över Dörren"
    assert svg.find(f"{SVG}desc").text == (
        "3 scener och 3 slut. Den längsta vägen har 3 val. Hela kartan står som text under bilden."
    )


def test_titles_are_texts_never_markup():
    text = next(iter(scenario_sources(title='A & B "C"').values())).replace("## I trappan", "## Tom & Ann <3")

    svg = drawn(scenario(text))

    assert "Tom &amp; Ann &lt;3" in svg
    assert parsed(scenario(text)).find(f"{SVG}title").text == 'Karta över A & B "C"'


def test_two_choices_that_lead_to_the_same_scene_have_lines_of_their_own():
    svg = parsed(
        scenario(
            next(iter(scenario_sources().values()))
            .replace("-> #lugnt", "-> #halvt", 1)
            .replace("- [ ] Du sitter kvar -> #brak", "- [ ] Du sitter kvar -> #lugnt")
            .replace("- [ ] Du ropar -> #inne", "- [ ] Du ropar -> #brak")
        )
    )
    drawn_ = [path.get("d") for path in svg.findall(f"{SVG}path")]

    assert len(set(drawn_)) == len(drawn_)
    places = [(text.get("x"), text.get("y")) for text in svg.findall(f"{SVG}text") if text.get("class") == "letter"]
    assert len(set(places)) == len(places)
    assert not re.search(r"style=|on\w+=", drawn(scenario()))
