"""What the head of a question file may ask of an attempt, and what cannot be met."""

import pytest
from world import course_sources

from course.content.load import load_course
from course.content.model import Draw

QUIZ = "quizzes/kurs/modul.md"


def loaded(head, body=None):
    """The small course, whose module has one goal, with lines added to the head of its two questions."""
    sources = course_sources()
    text = sources[QUIZ].replace("godkänt: 50 %\n", f"godkänt: 50 %\n{head}\n")
    text = text.replace("avsnitt=", "mål=1 avsnitt=")
    return load_course(sources | {QUIZ: text if body is None else text + body})


def problems(head, body=None):
    return [(problem.line, problem.message) for problem in loaded(head, body).problems]


@pytest.mark.parametrize(
    ("head", "rule", "value"),
    [
        ("dra: 2", "draw", Draw(2, per_goal=False)),
        ("dra: 2 per mål", "draw", Draw(2, per_goal=True)),
        ("blanda: ja", "shuffled", True),
        ("blanda: nej", "shuffled", False),
        ("försök: 3", "most_attempts", 3),
        ("tid: 20 min", "minutes", 20),
    ],
)
def test_a_rule_is_read(head, rule, value):
    found = loaded(head)

    assert found.problems == ()
    assert getattr(found.course.quizzes["modul-fragor"], rule) == value


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ("dra: några", "”dra” ska vara ett antal som ”6” eller ”2 per mål”, inte ”några”"),
        ("dra: 0", "”dra” ska vara ett antal som ”6” eller ”2 per mål”, inte ”0”"),
        ("dra: 3", "3 frågor kan inte dras, quizen har 2"),
        ("dra: 3 per mål", "3 frågor kan inte dras, mål 1 har 2"),
        ("blanda: kanske", "”blanda” ska vara ja eller nej, inte ”kanske”"),
        ("försök: 0", "”försök” ska vara från 1 till 20, inte ”0”"),
        ("försök: obegränsat", "”försök” ska vara från 1 till 20, inte ”obegränsat”"),
        ("tid: 20", "”tid” ska vara från 1 min till 180 min, inte ”20”"),
        ("tid: 500 min", "”tid” ska vara från 1 min till 180 min, inte ”500 min”"),
    ],
)
def test_what_cannot_be_met_is_told_on_its_line(head, message):
    assert problems(head) == [(6, message)]


def test_the_stars_are_always_drawn_so_there_must_be_room_for_them():
    star = (
        "\n## Tredje {#tredje .enval mål=1 avsnitt=slutet ★}\n"
        "Vad?\n\n- [x] Ja {#a}\n  > Ja.\n- [ ] Nej {#b}\n  > Nej.\n"
    )

    assert problems("dra: 2", star) == []
    assert problems("dra: 1", star) == [(6, "1 frågor är för få, quizen har 2 med ★, som alltid är med")]
    assert problems("dra: 1 per mål", star) == [(6, "1 frågor är för få, mål 1 har 2 med ★, som alltid är med")]


def test_a_draw_wants_a_goal_of_each_question_and_points():
    goalless = "\n## Sist {#sist .enval avsnitt=slutet}\nVad?\n\n- [x] Ja {#a}\n  > Ja.\n- [ ] Nej {#b}\n  > Nej.\n"
    pointless = "\n## Plan {#plan .fritext mål=1 avsnitt=slutet}\nVem ringer du?\n"

    assert problems("dra: 1 per mål", goalless) == [
        (27, "frågan saknar mål; skriv till exempel mål=1, för frågor dras per mål")
    ]
    assert problems("dra: 2", pointless) == [
        (27, "en quiz som drar frågor kan inte ha en fråga utan poäng; ta bort den")
    ]
    assert problems("blanda: ja", pointless) == []
