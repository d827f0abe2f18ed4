from fractions import Fraction

import pytest
from answering import form_of
from hypothesis import given
from hypothesis import strategies as st
from questions import FIRST_LINE, HOSTILE, faults, only, refusal

from course.items import FULL

KORTSVAR = """\
## Ordet vi söker {#ordet .kortsvar}

Vad kallas rapporten?

= avvikelse
= Tillbuds anmälan
  > Ja.
= anmälan (50 %)
  > Nästan.
*
  > Nej.

### Förklaring
Det heter avvikelse.
"""
QUESTION = only(KORTSVAR)


def test_an_author_writes_the_answers_that_are_accepted():
    assert [(each.text, each.worth, each.feedback, each.line) for each in QUESTION.accepted] == [
        ("avvikelse", 1, "", 10),
        ("Tillbuds anmälan", 1, "<p>Ja.</p>", 11),
        ("anmälan", Fraction(1, 2), "<p>Nästan.</p>", 13),
        ("*", 0, "<p>Nej.</p>", 15),
    ]


@pytest.mark.parametrize(
    ("given", "points"),
    [
        *(("avvikelse", FULL), ("AVVIKELSE", FULL), ("  Avvikelse ", FULL), ("tillbuds\u00a0  ANMÄLAN", FULL)),
        *(("anma\u0308lan", 500_000), ("anmälan", 500_000), ("ANMÄLAN", 500_000)),
        *(("avvikelser", 0), ("avvik else", 0), ("tillbudsanmälan", 0), ("anmalan", 0), ("*", 0), ("= avvikelse", 0)),
    ],
)
def test_case_and_spaces_are_forgiven_and_letters_are_not(given, points):
    assert QUESTION.points(QUESTION.read({"svar": [given]})) == points


@pytest.mark.parametrize(
    ("accepted", "given"),
    [
        *(("C'est", text) for text in ("C’est", "c‘est", "C´est", "C`est", "C′est", "Ｃ'est")),
        *(
            ("avvikelse", text)
            for text in ("“avvikelse”", "”Avvikelse”", "»avvikelse«", "avvikelse.", "(avvikelse)", "Avvikelse!")
        ),
        *(("e-post", text) for text in ("e‑post", "e–post", "E-POST", "e\u200b-post", "e-\u00adpost", "\u202ee-post")),
        *(
            ("hot om våld", text)
            for text in ("hot\u202fom\u2003våld", "hot om va\u030ald", "Hot om våld…", "hot om våld\ufe0f")
        ),
        *(("ﬁl", text) for text in ("fil", "FIL")),
        *(("Straße", text) for text in ("strasse", "STRASSE")),
        *((text, text) for text in ("?!", "*!*", "”", "C++")),
    ],
)
def test_what_a_person_would_call_the_same_answer_is_the_same(accepted, given):
    question = only(KORTSVAR.replace("= avvikelse\n", f"= {accepted}\n"))

    assert question.points(question.read({"svar": [given]})) == FULL


@pytest.mark.parametrize(
    "given", ["avvikelsen", "avvikels", "åvvikelse", "av-vikelse", "a v v i k e l s e", "avvikelse 2"]
)
def test_other_letters_or_digits_are_another_answer(given):
    assert QUESTION.points(QUESTION.read({"svar": [given]})) == 0


@pytest.mark.parametrize("given", ["\u200b", "\ufeff\u00ad", " \u2060 ", "\ufe0f"])
def test_what_nobody_sees_is_no_answer(given):
    assert refusal(QUESTION, {"svar": [given]}) == "Skriv ett svar."


def test_no_answer_is_worth_nothing():
    assert QUESTION.points("") == 0


@given(st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=200))
def test_any_text_is_stored_as_it_was_written_and_worth_something_between_nothing_and_all(text):
    if not text.split():
        return
    answer = QUESTION.read({"svar": [text]})

    assert answer.split() == answer.split(" ")
    assert QUESTION.read({"svar": [answer]}) == answer
    assert 0 <= QUESTION.points(answer) <= FULL
    assert len(QUESTION.review(answer).mine) == 1


MISSING = "Skriv ett svar."
LONG = "Svaret är för långt. Skriv högst 200 tecken."
UNUSABLE = "Svaret har tecken som inte går att använda. Skriv om det."


@pytest.mark.parametrize(
    ("given", "message"),
    [
        *(([], MISSING), ([""], MISSING), ([" \u00a0 "], MISSING)),
        (["a", "b"], "Svaret hör inte till frågan. Svara med det som visas."),
        (["x" * 200], ""),
        (["x" * 201], LONG),
        (["a\nb"], UNUSABLE),
        *(([text], UNUSABLE if "\0" in text or "\ud800" in text else LONG if "xx" in text else "") for text in HOSTILE),
    ],
)
def test_what_is_no_answer_is_refused_in_swedish(given, message):
    assert refusal(QUESTION, {"svar": given}) == message


def test_review_escapes_what_was_written():
    review = QUESTION.review("<b>x</b>")

    assert [(row.html, row.feedback, row.right) for row in review.mine] == [
        ("&lt;b&gt;x&lt;/b&gt;", "<p>Nej.</p>", False)
    ]


def test_of_all_accepted_answers_only_the_first_with_full_marks_is_shown_as_right():
    question = only(KORTSVAR.replace("= avvikelse\n", "= avvik (50 %)\n= *avvikelse*\n= avvikelsen\n"))

    assert [[row.html for row in question.review(given).missing] for given in ("x", "avvik", "anmälan")] == [
        ["<em>avvikelse</em>"]
    ] * 3
    assert [question.review(given).missing for given in ("*avvikelse*", "Tillbuds anmälan")] == [()] * 2


def test_right_and_wrong_answers_are_what_they_say():
    assert QUESTION.points(QUESTION.right_answer) == FULL
    assert [QUESTION.points(answer) for answer in QUESTION.wrong_answers] == [500_000, 0]
    assert QUESTION.read(form_of(QUESTION, QUESTION.right_answer)) == QUESTION.right_answer


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("= anmälan", "= AVVIKELSE", [(7, "svaret är detsamma som på rad 10; ta bort det ena")]),
        ("= anmälan (50 %)", "= anmälan (50 procent)", []),
        ("= anmälan (50 %)", "= anmälan (halva, 50 %)", [
            (7, "vikten ska vara en andel från 0 % till 100 %, som (50 %), sist på raden"),
        ]),
        ("= anmälan (50 %)", "= (50 %)", [(7, "svaret saknar text; skriv det efter likhetstecknet")]),
        ("*\n  > Nej.\n", "", []),
        ("*\n", "* allt\n", [(9, "raden hör inte till svaret; återkoppling skrivs ”  > text” under svaret")]),
        ("Det heter avvikelse.", "Det heter avvikelse. {#id}", [
            (13, "alternativ ska stå före rubrikerna med ###; flytta raden"),
        ]),
    ],
)  # fmt: skip
def test_what_an_author_gets_wrong_is_told_on_its_line(old, new, found):
    assert KORTSVAR.count(old) == 1
    assert faults(KORTSVAR.replace(old, new)) == [(FIRST_LINE + line, message) for line, message in found]


def test_a_question_without_a_right_answer():
    body = "## Ord {#ord .kortsvar}\nVilket ord?\n\n### Förklaring\nDet.\n"

    assert faults(body) == [(FIRST_LINE, "frågan behöver minst ett svar som är helt rätt, som ”= svar” utan vikt")]
