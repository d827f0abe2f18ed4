"""Which questions an attempt gets: drawn, shuffled, in a form; the same seed always gives the same paper."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from questions import only

from course.content.model import KNOWLEDGE_TEST, Draw, Quiz
from course.quiz.paper import Paper, decide, form_for, form_of, is_over, is_whole, next_item, paper_of, size

QUESTION = only("## Dörren {#dorren .enval}\nVad?\n\n- [x] A {#a}\n  > Ja.\n- [ ] B {#b}\n  > Nej.\n")
BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Sections:
    """A module with two sections, as far as a paper looks."""

    sections = (type("Section", (), {"id": "forst"}), type("Section", (), {"id": "sist"}))


def quiz(*items, **rules):
    """A quiz of questions told as changes of one; their ids are q0, q1 …"""
    made = [replace(QUESTION, **{"id": f"q{number}", **item}) for number, item in enumerate(items)]
    return Quiz("q", "Frågor", "m", Fraction(4, 5), {item.id: item for item in made}, {}, **rules)


def ids(items):
    return [item.id for item in items]


@st.composite
def drawing(draw):
    """A quiz that draws, in one lot or per goal, and that its own check would let pass."""
    per_goal = draw(st.booleans())
    number = draw(st.integers(1, 5))
    items = []
    for goal in range(1, draw(st.integers(1, 3)) + 1):
        stars = draw(st.integers(0, number if per_goal else 1))
        count = draw(st.integers(max(number, stars, 1), 9))
        items += [{"goal": goal, "critical": place < stars} for place in range(count)]
    number = max(number, 0 if per_goal else sum(item["critical"] for item in items))
    return quiz(*draw(st.permutations(items)), draw=Draw(number, per_goal), shuffled=draw(st.booleans()))


@given(drawing(), st.integers(0, 2**31))
def test_a_draw_has_its_size_no_doubles_every_star_and_is_the_same_for_the_same_seed(one, seed):
    paper = decide(one, Sections, seed=seed)

    goals = Counter(item.goal for item in one.items.values())
    assert len(paper) == len(set(ids(paper))) == size(one)
    assert one.critical <= set(ids(paper))
    if one.draw.per_goal:
        assert Counter(item.goal for item in paper) == dict.fromkeys(goals, one.draw.number)
    assert decide(one, Sections, seed=seed) == paper
    assert paper_of(one, Sections, ids(paper)) == Paper(paper, whole=True, along=False)


@given(drawing(), st.lists(st.integers(0, 2**31), min_size=2, max_size=6))
def test_no_question_comes_again_while_there_are_unused_ones_of_its_lot(one, seeds):
    used = Counter()
    for seed in seeds:
        paper = decide(one, Sections, seed=seed, used=used)
        for lot in {item.goal for item in one.items.values()} if one.draw.per_goal else {None}:
            inside = [each for each in one.items.values() if not each.critical and lot in (None, each.goal)]
            again = [each.id for each in paper if each in inside and used[each.id]]
            unused = [each.id for each in inside if not used[each.id] and each not in paper]
            assert not (again and unused)
        used.update(ids(paper))


def test_another_seed_draws_and_shuffles_otherwise():
    drawn, shuffled = quiz(*[{}] * 12, draw=Draw(4, per_goal=False)), quiz(*[{}] * 12, shuffled=True)

    assert len({tuple(ids(decide(drawn, Sections, seed=seed))) for seed in range(20)}) > 15
    orders = {tuple(ids(decide(shuffled, Sections, seed=seed))) for seed in range(20)}
    assert len(orders) > 15
    assert {frozenset(order) for order in orders} == {frozenset(shuffled.items)}


def test_without_rules_the_questions_come_along_the_sections():
    one = quiz({"section": "sist"}, {"section": "forst"}, {"section": "sist"})

    assert ids(decide(one, Sections, seed=1)) == ["q1", "q0", "q2"]
    assert paper_of(one, Sections, None) == Paper(decide(one, Sections, seed=2), whole=True, along=True)
    assert not paper_of(replace(one, shuffled=True), Sections, None).along
    assert not paper_of(replace(one, minutes=5), Sections, None).along


def test_a_paper_of_the_missing_questions_only_is_not_whole():
    one = quiz({"critical": True}, {}, {"critical": True})

    paper = decide(one, Sections, seed=1, missing={"q2"})

    assert ids(paper) == ["q2"]
    assert paper_of(one, Sections, ids(paper)) == Paper(paper, whole=False, along=False)
    assert is_whole(quiz({"critical": True}), ["q0"])


def test_every_second_person_begins_with_each_form_and_then_they_take_turns():
    test = quiz({"form": "A"}, {"form": "B"}, {"form": "A"}, kind=KNOWLEDGE_TEST)

    assert ids(decide(test, Sections, seed=1, form="A")) == ["q0", "q2"]
    assert ids(decide(test, Sections, seed=1, form="B")) == ["q1"]
    for module in ("ett", "tva", "tre"):
        first = [form_for(replace(test, module=module), person, []) for person in range(1, 1001)]
        assert Counter(first) == {"A": 500, "B": 500}
    everywhere = Counter(form_for(replace(test, module=f"modul-{number}"), 7, []) for number in range(40))
    assert set(everywhere) == {"A", "B"}
    assert [form_for(test, 1, ["B"]), form_for(test, 1, ["B", "A"])] == ["A", "B"]
    assert form_for(quiz({"form": "A"}, kind=KNOWLEDGE_TEST), 1, ["A"]) == "A"
    assert size(test) == 2
    assert size(quiz({"form": "A"}, {"form": "B"}, {"form": "B"}, {"form": "B"}, kind=KNOWLEDGE_TEST)) == 3
    assert (form_of(test, ["q1"]), form_of(test, None)) == ("B", "")


@pytest.mark.parametrize(("seconds", "over"), [(0, False), (20 * 60 + 60, False), (20 * 60 + 61, True)])
def test_an_answer_on_its_way_is_taken_for_a_minute_after_the_time(seconds, over):
    at = BEGAN + timedelta(seconds=seconds)

    assert is_over(quiz({}, minutes=20), BEGAN, at) == over
    assert not is_over(quiz({}), BEGAN, at)


def test_the_next_question_is_the_first_unanswered_one_after_the_last():
    items = tuple(quiz({}, {}, {}).items.values())

    assert next_item(items, {"q1"}, after="q1").id == "q2"
    assert next_item(items, {"q1", "q2"}, after="q2").id == "q0"
    assert next_item(items, {"q0", "q1", "q2"}) is None
