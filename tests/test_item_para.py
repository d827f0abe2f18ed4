from fractions import Fraction
from itertools import product

import pytest
from answering import form_of
from hypothesis import given
from hypothesis import strategies as st
from questions import FIRST_LINE, HOSTILE, faults, only, refusal

from course.items import FULL
from course.quiz.paper import shown_parts

PARA = """\
## Para ihop {#para-ihop .para}

Para ihop händelsen med rätt åtgärd.

- Hot via sms -> Spara *meddelandet* {#sms}
- Slag mot kroppen -> Sök vård och larma {#slag}
- -> Radera allt {#radera}

### Förklaring
Spara det som kan vara bevis.
"""
QUESTION = only(PARA)


def of(pairs, lures):
    lines = [f"- V{number} -> H{number} {{#p{number}}}\n" for number in range(pairs)]
    lines += [f"- -> L{number} {{#l{number}}}\n" for number in range(lures)]
    return only(f"## Par {{#par .para}}\nVad hör ihop?\n\n{''.join(lines)}\n### Förklaring\nSå.\n")


def test_an_author_writes_pairs_and_a_distractor_has_no_left_side():
    assert [(pair.id, pair.left, pair.html, pair.line) for pair in QUESTION.pairs] == [
        ("sms", "Hot via sms", "Spara <em>meddelandet</em>", 10),
        ("slag", "Slag mot kroppen", "Sök vård och larma", 11),
        ("radera", "", "Radera allt", 12),
    ]
    assert [pair.id for pair in QUESTION.lefts] == ["sms", "slag"]


def test_points_of_every_answer_to_two_pairs_and_a_distractor():
    """Right ones of all, distractors nothing, straight from formats.md 3.4."""
    sides = ("sms", "slag", "radera")

    found = {(one, two): QUESTION.points([["sms", one], ["slag", two]]) for one, two in product(sides, sides)}

    assert found == {
        ("sms", "sms"): 500_000,
        ("sms", "slag"): 1_000_000,
        ("sms", "radera"): 500_000,
        ("slag", "sms"): 0,
        ("slag", "slag"): 500_000,
        ("slag", "radera"): 0,
        ("radera", "sms"): 0,
        ("radera", "slag"): 500_000,
        ("radera", "radera"): 0,
    }
    assert QUESTION.points([]) == 0


@given(pairs=st.integers(2, 6), lures=st.integers(0, 3), data=st.data())
def test_one_more_right_pair_is_always_worth_more_and_never_too_much(pairs, lures, data):
    question = of(pairs, lures)
    sides = st.sampled_from([pair.id for pair in question.pairs])
    answer = [[pair.id, data.draw(sides)] for pair in question.lefts]
    mended = data.draw(st.integers(0, pairs - 1))
    better = [[left, left if at == mended else chosen] for at, (left, chosen) in enumerate(answer)]
    points = question.points(answer)

    assert 0 <= points <= question.points(better) <= FULL
    assert (points < question.points(better)) == (better != answer)
    assert (points == FULL) == (answer == question.right_answer)
    assert question.read(form_of(question, answer)) == answer


def test_right_sides_are_shown_in_an_order_of_the_attempts_own():
    orders = {tuple(pair.id for pair in shown_parts(of(4, 2), seed)) for seed in range(30)}

    assert len(orders) > 10
    assert {tuple(sorted(order)) for order in orders} == {("l0", "l1", "p0", "p1", "p2", "p3")}


RIGHT = form_of(QUESTION, QUESTION.right_answer)
CHOOSE = "Välj något för varje rad."
FOREIGN = "Svaret hör inte till frågan. Svara med det som visas."


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"svar-sms": []}, CHOOSE),
        ({"svar-sms": [""]}, CHOOSE),
        ({"svar-sms": ["sms", "sms"]}, FOREIGN),
        ({"svar-sms": ["annat"]}, FOREIGN),
        ({"svar-radera": ["radera"]}, FOREIGN),
        ({"svar-annat": ["sms"]}, FOREIGN),
        ({"svar": ["sms"]}, FOREIGN),
        *(({"svar-sms": [text]}, FOREIGN) for text in HOSTILE),
        *(({f"svar-{text}": ["sms"]}, FOREIGN) for text in HOSTILE),
    ],
)
def test_what_is_no_answer_is_refused_in_swedish(change, message):
    assert refusal(QUESTION, RIGHT) == ""
    assert refusal(QUESTION, {**RIGHT, **change}) == message
    assert refusal(QUESTION, {}) == CHOOSE


def test_review_marks_each_pair_and_gives_the_right_ones():
    review = QUESTION.review([["sms", "radera"], ["slag", "slag"]])

    assert [(row.html, row.right) for row in review.mine] == [
        ("Hot via sms → Radera allt", False),
        ("Slag mot kroppen → Sök vård och larma", True),
    ]
    assert [row.html for row in review.missing] == ["Hot via sms → Spara <em>meddelandet</em>"]


@given(st.integers(2, 6), st.integers(0, 3))
def test_right_and_wrong_answers_are_what_they_say(pairs, lures):
    question = of(pairs, lures)

    assert question.points(question.right_answer) == FULL
    assert len(question.wrong_answers) == pairs - 1 + lures
    for answer in question.wrong_answers:
        assert question.points(question.read(form_of(question, answer))) < FULL * Fraction(4, 5)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("- Slag mot kroppen -> Sök", "- -> Sök", [
            (0, "frågan behöver minst två par, som ”- vänster -> höger {#id}”; den har 1"),
        ]),
        ("larma {#slag}", "larma", [(5, "paret saknar id; skriv till exempel {#sok-vard-och-larma} sist på raden")]),
        ("larma {#slag}", "larma {#sms}", [(5, "id:t ”sms” står redan på rad 10 i frågan; välj ett annat")]),
        ("-> Radera allt", "-> Sök vård och larma", [(6, "paret har samma text som det på rad 11; skriv om det ena")]),
        ("- Slag mot kroppen", "- hot via SMS", [
            (5, "vänstersidan har samma text som det på rad 10; skriv om det ena"),
        ]),
        ("- -> Radera allt", "- - Radera allt", [
            (6, "paret är fel skrivet; skriv ”- vänster -> höger {#id}” längst till vänster"),
        ]),
        ("Spara det som kan vara bevis.", "", [
            (8, "rubriken ”Förklaring” saknar text; skriv den under rubriken"),
            (0, "frågan saknar förklaring; skriv den under ”### Förklaring”, sist i frågan"),
        ]),
        (".para", ".para poängregel=par", [(0, "en fråga av typen para har ingen poängregel; ta bort den")]),
    ],
)  # fmt: skip
def test_what_an_author_gets_wrong_is_told_on_its_line(old, new, found):
    assert PARA.count(old) == 1
    assert faults(PARA.replace(old, new)) == sorted((FIRST_LINE + line, message) for line, message in found)
