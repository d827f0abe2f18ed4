"""Where the learner goes next, and how long it takes: the rules by themselves."""

from dataclasses import replace
from datetime import date

import pytest
from questions import only

from course.content.model import Course, Module, Section
from course.learning.place import (
    Step,
    counted_minutes,
    following,
    minutes_left,
    minutes_of,
    next_step,
    resume,
)
from course.quiz.paper import Paper

DAY = date(2026, 1, 1)
QUESTION = only("## Dörren {#dorren .enval}\nVad?\n\n- [x] A {#a}\n  > Ja.\n- [ ] B {#b}\n  > Nej.\n")
PARTS = tuple(Section(name, name, "", words) for name, words in (("ett", 180), ("tva", 360), ("tre", 0)))


def module(name, sections=PARTS, minutes=10):
    return Module(name, name, minutes, f"{name}-fragor", (), (), "", DAY, DAY, "", sections)


FREE, FIRST, LAST = (module(name) for name in ("fri", "forst", "sist"))
COURSE = Course(
    "kurs", "", "", 1, DAY, None, (FREE, FIRST, LAST), frozenset({"forst", "sist"}), frozenset(), {}, {}, "", DAY, DAY
)


def paper(*sections, along=True):
    """A paper with a question q0, q1 … in each of the sections."""
    items = tuple(replace(QUESTION, id=f"q{number}", section=section) for number, section in enumerate(sections))
    return Paper(items, whole=True, along=along)


@pytest.mark.parametrize(
    ("done", "spot", "place"),
    [
        ((), None, (FIRST, 0)),
        (("forst",), None, (LAST, 0)),
        (("forst", "sist"), None, (FREE, 0)),
        (("fri", "forst", "sist"), None, None),
        (("fri", "forst", "sist"), ("sist", "tva"), None),
        ((), ("sist", "tva"), (LAST, 1)),
        ((), ("fri", "tre"), (FREE, 2)),
        (("sist",), ("sist", "tva"), (FIRST, 0)),
        ((), ("sist", "borta"), (FIRST, 0)),
        ((), ("borta", "ett"), (FIRST, 0)),
    ],
)
def test_one_goes_on_where_one_was_else_at_the_first_mandatory_module_that_is_left(done, spot, place):
    expected = Step(place[0], PARTS[place[1]]) if place else None

    assert resume(COURSE, done, spot) == expected


def test_the_section_after_this_one():
    assert [following(FIRST, part) for part in PARTS] == [PARTS[1], PARTS[2], None]


@pytest.mark.parametrize(
    ("answered", "section", "passed", "step"),
    [
        ((), 0, "", (0, "q0")),
        (("q0",), 0, "q0", (0, "q1")),
        ((), 0, "q0", (0, "q1")),
        ((), 0, "q1", (1, "")),
        (("q0", "q1"), 0, "q1", (1, "")),
        (("q0", "q1"), 1, "", (1, "q2")),
        (("q0", "q1", "q2"), 1, "q2", (2, "")),
        (("q1", "q2"), 2, "", (0, "q0")),
        (("q1",), 2, "q0", (1, "q2")),
        (("q1", "q2"), 2, "q0", None),
        (("q0", "q1", "q2"), 2, "", None),
    ],
)
def test_along_a_module_come_its_questions_then_the_next_section_then_what_was_left(answered, section, passed, step):
    expected = Step(FIRST, PARTS[step[0]], step[1]) if step else None

    assert next_step(FIRST, paper("ett", "ett", "tva"), answered, PARTS[section], passed) == expected


def test_a_question_that_was_left_in_a_section_that_is_gone_is_asked_where_one_is():
    assert next_step(FIRST, paper("borta"), (), PARTS[2]) == Step(FIRST, PARTS[2], "q0")
    assert next_step(FIRST, paper("borta", along=False), (), PARTS[1]) == Step(FIRST, PARTS[1], "q0")


@pytest.mark.parametrize(
    ("answered", "passed", "step"),
    [
        ((), "", (0, "q0")),
        ((), "q0", (1, "q1")),
        (("q1",), "q0", None),
        (("q0", "q1"), "", None),
        (("q0",), "q1", None),
        ((), "q1", (0, "q0")),
    ],
)
def test_in_one_go_comes_the_next_question_and_then_what_was_left(answered, passed, step):
    asked = paper("ett", "tva", along=False)
    expected = Step(FIRST, PARTS[step[0]], step[1]) if step else None

    assert next_step(FIRST, asked, answered, PARTS[2], passed) == expected


def test_minutes_are_the_authors_in_proportion_to_what_remains_and_at_least_one():
    assert counted_minutes(FIRST, 4) == 5
    assert counted_minutes(FIRST, 4, PARTS[1]) == 4
    assert counted_minutes(FIRST, 0, PARTS[2]) == 0
    assert [
        minutes_left(FIRST, questions, 4, section) for questions, section in ((4, None), (4, PARTS[1]), (2, PARTS[2]))
    ] == [
        10,
        8,
        2,
    ]
    assert minutes_left(FIRST, 0, 4, PARTS[2]) == 1
    assert minutes_left(module("tom", (Section("ett", "", "", 0),)), 0, 0) == 1
    assert [minutes_of(questions) for questions in (0, 2, 3, 8)] == [1, 1, 2, 4]
