import pytest
from answering import form_of
from questions import FIRST_LINE, HOSTILE, faults, only, refusal

SKALA = """\
## Så trygg känner du dig {#trygg .skala}

Hur väl stämmer påståendena?

1 = Stämmer inte alls
2 = Stämmer *ganska* bra
3 = Stämmer helt
- = Vet inte

- Jag vet vem jag larmar {#larmar}
- Jag vet hur jag skriver en avvikelse {#avvikelse}
"""
QUESTION = only(SKALA)


def test_an_author_writes_the_steps_of_the_scale_and_the_statements():
    assert [(level.value, level.html, level.line) for level in QUESTION.levels] == [
        ("1", "Stämmer inte alls", 10),
        ("2", "Stämmer <em>ganska</em> bra", 11),
        ("3", "Stämmer helt", 12),
        ("-", "Vet inte", 13),
    ]
    assert [(statement.id, statement.html, statement.line) for statement in QUESTION.statements] == [
        ("larmar", "Jag vet vem jag larmar", 15),
        ("avvikelse", "Jag vet hur jag skriver en avvikelse", 16),
    ]


def test_an_answer_has_a_value_for_each_statement_and_no_points():
    answer = QUESTION.read({"svar-avvikelse": ["-"], "svar-larmar": ["3"], "csrf_token": ["x"]})

    assert answer == [["larmar", "3"], ["avvikelse", "-"]]
    assert (QUESTION.scored, QUESTION.points(answer), QUESTION.wrong_answers) == (False, 0, ())
    assert [(row.html, row.right) for row in QUESTION.review(answer).mine] == [
        ("Jag vet vem jag larmar → Stämmer helt", None),
        ("Jag vet hur jag skriver en avvikelse → Vet inte", None),
    ]
    assert QUESTION.right_answer == [["larmar", "3"], ["avvikelse", "3"]]


RIGHT = form_of(QUESTION, QUESTION.right_answer)
CHOOSE = "Välj ett svar för varje påstående."
FOREIGN = "Svaret hör inte till frågan. Svara med det som visas."


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"svar-larmar": []}, CHOOSE),
        ({"svar-larmar": [""]}, CHOOSE),
        ({"svar-larmar": ["1", "2"]}, FOREIGN),
        ({"svar-larmar": ["4"]}, FOREIGN),
        ({"svar-annat": ["1"]}, FOREIGN),
        ({"svar": ["1"]}, FOREIGN),
        *(({"svar-larmar": [text]}, FOREIGN) for text in HOSTILE),
        *(({f"svar-{text}": ["1"]}, FOREIGN) for text in HOSTILE),
    ],
)
def test_what_is_no_answer_is_refused_in_swedish(change, message):
    assert refusal(QUESTION, RIGHT) == ""
    assert refusal(QUESTION, {**RIGHT, **change}) == message
    assert refusal(QUESTION, {}) == CHOOSE


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("2 = Stämmer *ganska* bra\n3 = Stämmer helt\n", "", [
            (0, "skalan behöver minst två steg, som ”1 = Stämmer inte” och ”2 = Stämmer”"),
        ]),
        ("3 = Stämmer helt", "2 = Stämmer helt", [(6, "steget 2 står redan på rad 11; välj ett annat tal")]),
        ("3 = Stämmer helt", "3 = Vet inte", [(7, "steget har samma text som det på rad 12; skriv om det ena")]),
        ("3 = Stämmer helt", "3 =", [(6, "steget saknar text; skriv den efter likhetstecknet")]),
        ("- = Vet inte\n", "- = Vet inte\n  > Nej.\n", [(7, "en skala har ingen återkoppling; ta bort raden")]),
        ("larmar {#larmar}", "larmar", [
            (9, "påståendet saknar id; skriv till exempel {#jag-vet-vem-jag} sist på raden"),
        ]),
        ("Jag vet vem jag larmar", "Jag vet hur jag skriver en avvikelse", [
            (10, "påståendet har samma text som det på rad 15; skriv om det ena"),
        ]),
        (".skala", ".skala kritisk=ja", [
            (0, "en fråga av typen skala har inga poäng och kan inte vara ★; ta bort märket"),
        ]),
    ],
)  # fmt: skip
def test_what_an_author_gets_wrong_is_told_on_its_line(old, new, found):
    assert SKALA.count(old) == 1
    assert faults(SKALA.replace(old, new)) == [(FIRST_LINE + line, message) for line, message in found]


def test_a_scale_without_statements():
    body = "## Skala {#skala .skala}\nHur då?\n\n1 = Inte\n2 = Helt\n"

    assert faults(body) == [(FIRST_LINE, "frågan behöver minst ett påstående, som ”- påstående {#id}”")]
