"""How a paper is graded, and graded anew by other keys; and whether an answer was said to be sure."""

from dataclasses import replace
from fractions import Fraction

import pytest
from questions import only

from course.content.model import Quiz
from course.items import FULL
from course.quiz.grading import Score, fits, grade, grade_again
from course.quiz.sureness import read_sure

CHOICE = only("## Dörren {#dorren .enval}\nVad?\n\n- [x] A {#a}\n  > Ja.\n- [ ] B {#b}\n  > Nej.\n")
TURNED = only("## Dörren {#dorren .enval}\nVad?\n\n- [ ] A {#a}\n  > Nej.\n- [x] B {#b}\n  > Ja.\n")
OTHER = only("## Dörren {#dorren .enval}\nVad?\n\n- [ ] A {#a}\n  > Nej.\n- [x] C {#c}\n  > Ja.\n")
REFLECTION = only("## Fundera {#fundera .fritext}\nVad tänker du?\n")


def items(*changes, of=CHOICE):
    return [replace(of, id=f"q{number}", **change) for number, change in enumerate(changes)]


def quiz(asked, pass_mark=Fraction(1, 2)):
    return Quiz("q", "Frågor", "m", pass_mark, {item.id: item for item in asked}, {})


def test_points_are_the_sum_and_the_pass_mark_is_reached_exactly():
    asked = items({}, {"critical": True}, {"critical": True}, {})
    answers = {"q0": ["a"], "q1": ["a"], "q2": ["b"]}

    score = grade(quiz(asked), asked, answers)

    assert score == Score({"q0": FULL, "q1": FULL, "q2": 0, "q3": 0}, 2 * FULL, 4 * FULL, True, ("q1",))
    assert grade(quiz(asked, Fraction(51, 100)), asked, answers).passed is False


def test_a_paper_without_points_is_passed_by_being_answered():
    assert grade(quiz([REFLECTION]), [REFLECTION], {}) == Score({}, 0, 0, True, ())


def test_what_has_no_points_is_no_part_of_them():
    asked = [*items({}), REFLECTION]

    assert grade(quiz(asked), asked, {"q0": ["a"], "fundera": []}) == Score({"q0": FULL}, FULL, FULL, True, ())


def test_stars_are_told_in_order():
    asked = list(reversed(items({"critical": True}, {"critical": True})))

    assert grade(quiz(asked), asked, {"q0": ["a"], "q1": ["a"]}).stars == ("q0", "q1")


def test_another_key_gives_what_was_right_all_along_and_takes_nothing():
    asked = items({"critical": True}, {"critical": True}, {}, {})
    answers = {"q0": ["b"], "q1": ["a"], "q2": ["b"]}
    was = grade(quiz(asked), asked, answers)
    keys = {item.id: replace(TURNED, id=item.id) for item in asked[:2]}

    anew = grade_again(quiz(asked), asked, answers, was.marks, keys)

    assert (was.points, was.passed, was.stars) == (FULL, False, ("q1",))
    assert anew == Score({"q0": FULL, "q1": FULL, "q2": 0, "q3": 0}, 2 * FULL, 4 * FULL, True, ("q0", "q1"))
    assert grade_again(quiz(asked, Fraction(3, 4)), asked, answers, was.marks, keys).passed is False


def test_a_key_that_asks_of_other_parts_or_of_another_type_is_passed_over():
    asked = items({}, {})
    answers = {"q0": ["b"], "q1": ["b"]}
    other = replace(OTHER, id="q0")
    keys = {"q0": other, "q1": replace(TURNED, id="q1")}

    assert grade_again(quiz(asked), asked, answers, {"q0": 0, "q1": 0}, keys).marks == {"q0": 0, "q1": FULL}
    assert [fits(TURNED, CHOICE), fits(other, CHOICE), fits(REFLECTION, CHOICE), fits(CHOICE, REFLECTION)] == [
        True,
        False,
        False,
        False,
    ]


def test_what_has_no_points_or_no_mark_gets_none_by_another_key():
    asked = [*items({}, {}), REFLECTION]

    anew = grade_again(quiz(asked), asked, {"q0": ["a"], "q1": ["b"], "fundera": []}, {}, {})

    assert anew == Score({"q0": FULL, "q1": 0}, FULL, 2 * FULL, True, ())


@pytest.mark.parametrize(
    ("said", "sure"),
    [(["ja"], True), (["nej"], False), ([], None), (["ja", "ja"], None), (["kanske"], None), (["ja", "nej"], None)],
)
def test_one_is_sure_only_when_it_is_said_once_and_of_a_question_with_points(said, sure):
    assert read_sure(CHOICE, {"saker": said}) is sure
    assert read_sure(CHOICE, {"svar": ["ja"]}) is None
    assert read_sure(REFLECTION, {"saker": said}) is None
