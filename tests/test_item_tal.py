import re
from fractions import Fraction

import pytest
from answering import form_of
from hypothesis import given
from hypothesis import strategies as st
from questions import FIRST_LINE, HOSTILE, faults, only, refusal

from course.items import FULL

TAL = """\
## Dygn {#dygn .tal}

Hur länge får det ta?

= 24 ± 2 h
  > Rätt.
= 20..21,5 (25 %)
  > Nära.
= -3 (0 %)
= 48
*
  > Nej, ett dygn.

### Förklaring
Ett dygn är 24 timmar.
"""
QUESTION = only(TAL)
SOS = only("## SOS {#sos .tal}\nVilket nummer?\n\n= 112\n= 114 14 (25 %)\n\n### Förklaring\nRing 112.\n")


def test_an_author_writes_numbers_intervals_and_weights():
    found = [(each.text, each.html, each.worth, each.feedback, each.line) for each in QUESTION.accepted]

    assert found == [
        ("24 ± 2 h", "24 ± 2 h", 1, "<p>Rätt.</p>", 10),
        ("20..21,5", "20..21,5", Fraction(1, 4), "<p>Nära.</p>", 12),
        ("-3", "-3", 0, "", 14),
        ("48", "48", 1, "", 15),
        ("*", "", 0, "<p>Nej, ett dygn.</p>", 16),
    ]
    assert (QUESTION.unit, SOS.unit) == ("h", "")


@pytest.mark.parametrize(
    ("answer", "points"),
    [
        *(("21.9", 0), ("22", FULL), ("24", FULL), ("26", FULL), ("26.01", 0), ("48", FULL), ("47", 0)),
        *(("19.99", 0), ("20", 250_000), ("21.5", 250_000), ("21.51", 0), ("-3", 0), ("3", 0), ("0", 0), ("", 0)),
    ],
)
def test_points_at_the_edges_of_every_interval(answer, points):
    assert QUESTION.points(answer) == points


@pytest.mark.parametrize(("answer", "points"), [("112", FULL), ("11414", 250_000), ("113", 0), ("-112", 0), ("", 0)])
def test_the_first_accepted_number_decides(answer, points):
    assert SOS.points(answer) == points


@given(st.decimals(-1000, 1000, places=2))
def test_any_number_can_be_given_with_a_comma_or_a_point(number):
    stored = {QUESTION.read({"svar": [text]}) for text in (str(number), str(number).replace(".", ","), f"{number} H")}

    assert len(stored) == 1
    (answer,) = stored
    assert Fraction(answer) == Fraction(number)
    inside = 22 <= number <= 26 or number == 48
    assert QUESTION.points(answer) == (FULL if inside else 250_000 if 20 <= number <= Fraction("21.5") else 0)


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        *(("24", "24"), (" 24 ", "24"), ("24,0", "24"), ("24.50", "24.5"), ("024", "24"), ("24h", "24")),
        *(("1 024", "1024"), ("1\u00a0024,5", "1024.5"), ("−3", "-3"), ("-3", "-3"), ("-0", "0"), ("100", "100")),
        *(
            ("24.", "24"),
            ("114 14", "11414"),
            ("24 H", "24"),
            ("２４", "24"),
            ("24\u200b", "24"),
        ),
        *(("–3", "-3"), ("0,125", "0.125"), ("24,1250", "24.125"), ("1024,000", "1024"), ("１ ０２４", "1024")),
    ],
)
def test_a_number_is_stored_with_a_decimal_point_and_without_its_unit(given, stored):
    assert QUESTION.read({"svar": [given], "annat": ["x"]}) == stored


NUMBER = "Skriv svaret som ett tal med siffror. Räkna i h."
LONG = "Svaret är för långt. Skriv högst 200 tecken."
UNUSABLE = "Svaret har tecken som inte går att använda. Skriv om det."
FOREIGN = "Svaret hör inte till frågan. Svara med det som visas."


@pytest.mark.parametrize(
    ("given", "message"),
    [
        *(([], "Skriv ett tal."), ([""], "Skriv ett tal."), (["  "], "Skriv ett tal."), (["1", "2"], FOREIGN)),
        *(([text], NUMBER) for text in ("ett", "24 dagar", "1e9", "0x10", "1,2,3", "--1", "+", ".", "5..6", "inf")),
        *(([text], NUMBER) for text in ("1" * 16, "٢٤", "24 h h", "1_000", "*", "=24")),
        (["1" * 201], LONG),
        (["24\n"], UNUSABLE),
        *(([text], UNUSABLE if re.search("[\0\ud800]", text) else NUMBER) for text in HOSTILE if 1 < len(text) < 200),
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused_in_swedish(given, message):
    assert refusal(QUESTION, {"svar": given}) == message


@pytest.mark.parametrize("given", ["1.000", "1,000", "24.125", "-1,024", "100,000 h"])
def test_what_may_be_thousands_or_decimals_is_asked_about(given):
    whole = re.sub("[.,]|[^0-9.,-]", "", given)

    assert refusal(QUESTION, {"svar": [given]}) == (
        f"Menar du {whole}? Skriv det så, utan punkt och komma. Menar du ett decimaltal? Skriv en nolla till sist."
    )
    assert QUESTION.read({"svar": [whole]}) == whole


def test_without_a_unit_none_is_taken():
    assert refusal(QUESTION, {}) == "Skriv ett tal."
    assert refusal(SOS, {"svar": ["112 st"]}) == "Skriv svaret som ett tal med siffror."


@pytest.mark.parametrize(
    ("answer", "mine", "missing"),
    [
        ("24", ("24 h", "<p>Rätt.</p>", True), []),
        ("20.5", ("20,5 h", "<p>Nära.</p>", None), ["24 ± 2 h", "48"]),
        ("-3", ("-3 h", "", False), ["24 ± 2 h", "48"]),
        ("1", ("1 h", "<p>Nej, ett dygn.</p>", False), ["24 ± 2 h", "48"]),
    ],
)
def test_review_has_the_feedback_of_what_fits(answer, mine, missing):
    review = QUESTION.review(answer)

    assert [(row.html, row.feedback, row.right) for row in review.mine] == [mine]
    assert [row.html for row in review.missing] == missing


@pytest.mark.parametrize("question", [QUESTION, SOS], ids=lambda question: question.id)
def test_right_and_wrong_answers_are_what_they_say(question):
    assert question.points(question.right_answer) == FULL
    assert len(question.wrong_answers) > 1
    for answer in question.wrong_answers:
        assert question.read(form_of(question, answer)) == answer
        assert question.points(answer) < FULL


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("= 48", "= 26 h", [(9, "svaret överlappar det på rad 10; ett tal får bara passa på en rad")]),
        ("= 48", "= 10..20", [(9, "svaret överlappar det på rad 12; ett tal får bara passa på en rad")]),
        ("= 48", "= 48 dygn", [(9, "enheten är ”dygn” men först ”h”; räkna allt i samma enhet")]),
        ("= 48", "= 48 (150 %)", [(9, "vikten ska vara en andel från 0 % till 100 %, som (50 %), sist på raden")]),
        ("= 48", "= två dygn", [(9, "”två dygn” är inget tal; skriv som 112, 24,5, 24 ± 2 h eller 20..30")]),
        ("= 48", "= 60..50", [(9, "i ”60..50” finns inget tal; skriv det minsta först")]),
        ("= 48", "= 48 ± -1", [(9, "i ”48 ± -1” finns inget tal; skriv det minsta först")]),
        ("= 48", "=", [(9, "svaret saknar text; skriv det efter likhetstecknet")]),
        ("= 48", "*", [(9, "raden * är alla andra svar och ska stå sist; flytta den")]),
        ("= 24 ± 2 h", " = 24 ± 2 h", [
            (4, "raden liknar ett alternativ men är fel skriven; skriv ”= 24 ± 2 h” längst till vänster"),
        ]),
        ("\n### Förklaring\nEtt dygn är 24 timmar.\n", "", [
            (0, "frågan saknar förklaring; skriv den under ”### Förklaring”, sist i frågan"),
        ]),
    ],
)  # fmt: skip
def test_what_an_author_gets_wrong_is_told_on_its_line(old, new, found):
    assert TAL.count(old) == 1
    assert faults(TAL.replace(old, new)) == [(FIRST_LINE + line, message) for line, message in found]


def test_a_question_without_a_right_number():
    body = "## Tal {#tal .tal}\nHur många?\n\n= 3 (50 %)\n* \n\n### Förklaring\nTre.\n"

    assert faults(body) == [(FIRST_LINE, "frågan behöver minst ett svar som är helt rätt, som ”= 24 ± 2 h” utan vikt")]
