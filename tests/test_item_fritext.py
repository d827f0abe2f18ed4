import pytest
from questions import FIRST_LINE, HOSTILE, faults, only, refusal

FRITEXT = """\
## Din egen plan {#egen-plan .fritext}

Vem ringer du först?

### Exempelsvar
Jag ringer min chef.
"""
STORED = FRITEXT.replace(".fritext", ".fritext sparas=ja") + "\n### Syfte\nSkyddsombudet läser svaren.\n"
NOT_STORED = "Det du skrev sparas inte. Bara att du har svarat är sparat."


def test_what_is_written_is_not_stored():
    question = only(FRITEXT)

    assert question.read({"svar_text": ["Jag ringer Anna på 070-123"], "annat": ["x"]}) == []
    assert only(FRITEXT.replace(".fritext", ".fritext sparas=nej")).read({"svar_text": ["Anna"]}) == []
    assert (question.scored, question.points([]), question.parts, question.wrong_answers) == (False, 0, (), ())
    assert (question.review([]).mine, question.review([]).note) == ([], NOT_STORED)


def test_with_a_stated_purpose_the_text_is_stored_as_it_was_written():
    question = only(STORED)

    answer = question.read({"svar_text": ["  Min chef.\r\nSedan <polisen>.\n"]})

    assert answer == ["Min chef.\nSedan <polisen>."]
    review = question.review(answer)
    assert ([row.html for row in review.mine], review.note) == (["Min chef.<br>Sedan &lt;polisen&gt;."], "")
    assert (question.points(answer), question.right_answer) == (0, ["Jag pratar med min chef."])


MISSING = "Skriv något först, om så bara ett ord. Det sparas inte."
LONG = "Texten är för lång. Skriv högst 2000 tecken."
UNUSABLE = "Texten har tecken som inte går att använda. Skriv om den."


@pytest.mark.parametrize(
    ("given", "message"),
    [
        *(([], MISSING), ([""], MISSING), ([" \r\n "], MISSING), (["\u200b \u00ad"], MISSING)),
        (["a", "b"], "Svaret hör inte till frågan. Svara med det som visas."),
        (["å" * 2000], ""),
        (["å" * 2001], LONG),
        (["a\r\n" * 1000], ""),
        *(([text], UNUSABLE if "\0" in text or "\ud800" in text else LONG if "xx" in text else "") for text in HOSTILE),
    ],
)
def test_what_is_no_answer_is_refused_in_swedish(given, message):
    assert refusal(only(FRITEXT), {"svar_text": given}) == message


def test_a_stored_text_that_is_missing_is_not_said_to_be_private():
    assert refusal(only(STORED), {}) == "Skriv något först."


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (".fritext", ".fritext sparas=ja", [
            (0, "det som sparas behöver ett syfte; skriv det under ”### Syfte”, eller ta bort sparas=ja"),
        ]),
        ("### Exempelsvar", "### Syfte", [
            (0, "frågan har ett syfte men sparar inget; skriv sparas=ja eller ta bort ”### Syfte”"),
        ]),
        (".fritext", ".fritext sparas=kanske", [(0, "”sparas” ska vara ja eller nej, inte ”kanske”")]),
        (".fritext", ".fritext ★", [
            (0, "en fråga av typen fritext har inga poäng och kan inte vara ★; ta bort märket"),
        ]),
        (".fritext", ".fritext poängregel=netto", [
            (0, "en fråga av typen fritext har ingen poängregel; ta bort den"),
        ]),
        ("först?\n", "först?\n\n- [ ] Chefen {#chefen}\n", [
            (0, "texten ska sluta med själva frågan i ett eget stycke, före alternativen"),
            (4, "raden liknar ett alternativ men är fel skriven; en fråga av typen fritext har inga alternativ"),
        ]),
    ],
)  # fmt: skip
def test_what_an_author_gets_wrong_is_told_on_its_line(old, new, found):
    assert FRITEXT.count(old) == 1
    assert faults(FRITEXT.replace(old, new)) == [(FIRST_LINE + line, message) for line, message in found]
