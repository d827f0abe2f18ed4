from itertools import pairwise, permutations

import pytest
from answering import form_of
from hypothesis import given
from hypothesis import strategies as st
from questions import FIRST_LINE, HOSTILE, faults, only, refusal

from course.items import FULL
from course.quiz.paper import shown_parts

ORDNA = """\
## Ordna efter en händelse {#ordna-handelse .ordna poängregel=par}

Du har blivit hotad.

Lägg stegen i rätt ordning.

1. Sätt dig i **säkerhet** {#a}
2. Larma {#b}
3. Berätta för chefen {#c}
4. Skriv en avvikelse {#d}

### Förklaring
Din säkerhet går först.
"""
QUESTION = only(ORDNA)


def of(size):
    lines = "".join(f"1. Steg {number} {{#s{number}}}\n" for number in range(size))
    return only(f"## Steg {{#steg .ordna}}\nI vilken ordning?\n\n{lines}\n### Förklaring\nSå.\n")


def test_an_author_writes_the_steps_in_their_right_order():
    assert [(step.id, step.html, step.line) for step in QUESTION.steps] == [
        ("a", "Sätt dig i <strong>säkerhet</strong>", 12),
        ("b", "Larma", 13),
        ("c", "Berätta för chefen", 14),
        ("d", "Skriv en avvikelse", 15),
    ]
    assert (QUESTION.situation, QUESTION.question) == ("<p>Du har blivit hotad.</p>", "Lägg stegen i rätt ordning.")
    assert QUESTION.notes == {"Förklaring": "<p>Din säkerhet går först.</p>"}


def test_points_of_every_order_of_four_steps():
    """The share of the three pairs of neighbours that stand together, straight from formats.md 3.4."""
    table = """
        abcd 3  abdc 1  acbd 0  acdb 1  adbc 1  adcb 0  bacd 1  badc 0  bcad 1  bcda 2  bdac 0  bdca 0
        cabd 1  cadb 0  cbad 0  cbda 0  cdab 2  cdba 1  dabc 2  dacb 0  dbac 0  dbca 1  dcab 1  dcba 0
    """.split()
    thirds = {"0": 0, "1": 333_334, "2": 666_667, "3": 1_000_000}

    found = {"".join(order): QUESTION.points(list(order)) for order in permutations("abcd")}

    assert found == {order: thirds[pairs] for order, pairs in zip(table[::2], table[1::2], strict=True)}
    assert QUESTION.points([]) == 0


@given(size=st.integers(3, 8), data=st.data())
def test_points_are_within_bounds_and_one_more_pair_in_order_is_never_worth_less(size, data):
    question = of(size)
    ids = question.right_answer
    one, other = (data.draw(st.permutations(ids)) for _ in range(2))
    together = [len(set(pairwise(ids)) & set(pairwise(answer))) for answer in (one, other)]
    points = [question.points(answer) for answer in (one, other)]

    assert all(0 <= each <= FULL for each in points)
    assert (points[0] <= points[1]) == (together[0] <= together[1])
    assert (points[0] == FULL) == (one == ids)


@given(st.integers(0, 2**31), st.permutations("abcd"))
def test_the_order_shown_is_never_the_right_one_and_says_nothing_of_the_points(seed, answer):
    shown = [step.id for step in shown_parts(QUESTION, seed)]

    assert sorted(shown) == list("abcd")
    assert shown != list("abcd")
    form = form_of(QUESTION, answer)
    assert QUESTION.read({name: form[name] for name in (f"svar-{step}" for step in shown)}) == answer


def test_an_answer_is_the_steps_in_the_order_of_their_numbers():
    form = {"svar-a": ["2"], "svar-b": ["4"], "svar-c": ["1"], "svar-d": ["3"], "csrf_token": ["x"]}

    assert QUESTION.read(form) == ["c", "a", "d", "b"]


RIGHT = form_of(QUESTION, list("abcd"))
NUMBER = "Ge varje steg ett nummer."
FOREIGN = "Svaret hör inte till frågan. Svara med det som visas."


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"svar-a": []}, NUMBER),
        ({"svar-a": [""]}, NUMBER),
        ({"svar-a": ["2"]}, "Två steg har samma nummer. Ge varje steg ett eget nummer."),
        ({"svar-a": ["1", "1"]}, FOREIGN),
        ({"svar-a": ["0"]}, FOREIGN),
        ({"svar-a": ["5"]}, FOREIGN),
        ({"svar-a": ["01"]}, FOREIGN),
        ({"svar-a": ["1.0"]}, FOREIGN),
        ({"svar-annan": ["1"]}, FOREIGN),
        ({"svar": ["a"]}, FOREIGN),
        *(({"svar-a": [text]}, FOREIGN) for text in HOSTILE),
        *(({f"svar-{text}": ["1"]}, FOREIGN) for text in HOSTILE),
    ],
)
def test_what_is_no_answer_is_refused_in_swedish(change, message):
    assert refusal(QUESTION, RIGHT) == ""
    assert refusal(QUESTION, {**RIGHT, **change}) == message
    assert refusal(QUESTION, {}) == NUMBER


def test_review_shows_the_own_order_and_the_right_one():
    review = QUESTION.review(["b", "a", "c", "d"])

    assert [row.html for row in review.mine] == [QUESTION.steps[at].html for at in (1, 0, 2, 3)]
    assert [row.html for row in review.missing] == [step.html for step in QUESTION.steps]
    assert (review.note, review.ordered) == ("1 av 3 steg kommer direkt efter rätt steg.", True)
    assert QUESTION.review(list("abcd")).missing == ()


def test_right_and_wrong_answers_are_what_they_say():
    assert QUESTION.points(QUESTION.right_answer) == FULL
    assert QUESTION.wrong_answers == [list("bacd"), list("acbd"), list("abdc"), list("dcba")]
    assert all(QUESTION.points(answer) < FULL for answer in QUESTION.wrong_answers)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("2. Larma {#b}\n3. Berätta för chefen {#c}\n4. Skriv en avvikelse {#d}\n", "", [
            (0, "frågan behöver minst tre steg, som ”1. text {#id}”; den har 1"),
        ]),
        ("2. Larma {#b}", "2. Larma", [(7, "steget saknar id; skriv till exempel {#larma} sist på raden")]),
        ("2. Larma {#b}", "2. Larma {#a}", [(7, "id:t ”a” står redan på rad 12 i frågan; välj ett annat")]),
        ("2. Larma {#b}", "2. {#b}", [(7, "steget saknar text; skriv den före id:t")]),
        ("2. Larma {#b}", "2. SKRIV en avvikelse {#b}", [
            (9, "steget har samma text som det på rad 13; skriv om det ena"),
        ]),
        ("2. Larma {#b}", "2. Larma {#b}\n   > Ja.", [
            (7, "steget har återkoppling; skriv den under ”### Förklaring” i stället"),
        ]),
        ("2. Larma {#b}", "2) Larma {#b}", [(7, "steget är fel skrivet; skriv ”1. text {#id}” längst till vänster")]),
        ("1. Sätt", "1) Sätt", [
            (6, "raden liknar ett alternativ men är fel skriven; skriv ”1. text {#id}” längst till vänster"),
        ]),
        ("\n### Förklaring\nDin säkerhet går först.\n", "", [
            (0, "frågan saknar förklaring; skriv den under ”### Förklaring”, sist i frågan"),
        ]),
        ("=par", "=netto", [(0, "okänd poängregel ”netto”; välj bland par")]),
        ("=par", "=par sparas=nej", [(0, "”sparas” gäller bara typen fritext; ta bort den")]),
    ],
)  # fmt: skip
def test_what_an_author_gets_wrong_is_told_on_its_line(old, new, found):
    assert ORDNA.count(old) == 1
    assert faults(ORDNA.replace(old, new)) == [(FIRST_LINE + line, message) for line, message in found]
