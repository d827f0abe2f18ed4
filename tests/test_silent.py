"""An author is told where a text would be shown otherwise than editors show it; what is told of nothing is the same."""

import pytest

from course.content.markup import faults, render
from course.content.silent import OWN_IN_QUESTIONS, silent_faults

LIST = "listan behöver en tom rad före sig; annars blir den en del av stycket"
TABLE = "tabellen behöver en tom rad före sig; annars blir den en del av stycket"
QUOTE = "citatet behöver en tom rad före sig"
LIST_AFTER_QUOTE = "listan behöver en tom rad före sig"
OTHER = "en lista av annat slag behöver en tom rad före sig"
UNDER = "underpunkten ligger fel: dra in den med fyra mellanslag, annars hör den inte till punkten ovanför"
PARAGRAPH = UNDER.replace("underpunkten", "stycket")
LOOSE = "raden är indragen utan att höra till något; ta bort mellanslagen först på den"
ADDRESS = "adressen blir ingen länk; skriv [text](https://…)"
TICK = "rutor att kryssa i går inte att använda; skriv punkten utan [ ]"
CODE = "kodblock går inte att använda; skriv texten som vanlig text"
FIRST = "listan visas från 1 och inte från {}; låt den börja på 1"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ta med:\n- nycklar\n- telefon", [(2, LIST), (3, LIST)]),
        ("Gör så här:\n1. Ring\n2. Vänta", [(2, LIST), (3, LIST)]),
        ("Text\n  - punkt", [(2, LIST)]),
        ("> Text\n> - punkt", [(2, LIST)]),
        ('!!! apt "Till APT"\n    Prata om:\n    - hot', [(3, LIST)]),
        ("- ett\n1. två", [(2, OTHER)]),
        ("1. ett\n    - a\n    1. b", [(3, OTHER)]),
        ("> citat\n- punkt", [(2, LIST_AFTER_QUOTE)]),
        ("- punkt\n> citat", [(2, QUOTE)]),
        ("Så här:\n| a | b |\n|---|---|\n| c | d |", [(2, TABLE)]),
        ("- ett\n  - under", [(2, UNDER)]),
        ("- ett\n   * under", [(2, UNDER)]),
        ("- ett\n\n  - under", [(3, UNDER)]),
        ("1. ett\n\n   Mer om ett.\n2. två", [(3, PARAGRAPH), (4, LIST)]),
        ("    indraget", [(1, LOOSE)]),
        ("2. två\n3. tre", [(1, FIRST.format(2))]),
        ("- ett\n    4. under", [(2, FIRST.format(4))]),
        ("1) ett", [(1, "skriv ”1.” med punkt; med parentes blir det ingen lista")]),
        ("- [ ] Klar", [(1, TICK)]),
        ("1. [x] Klar", [(1, TICK)]),
        ("Det ~~var~~ är så.", [(1, "genomstruken text går inte att använda; ta bort ~~")]),
        ("Så är det.[^1]", [(1, "fotnoter går inte att använda; skriv det som ska sägas i texten")]),
        ("```\nkod\n~~~", [(1, CODE), (3, CODE)]),
        *((f"{sign} punkt", [(1, "tecknet först på raden gör ingen lista; börja raden med ”- ”")]) for sign in "•◦▪●·"),
        *((text, [(1, ADDRESS)]) for text in ("Se https://example.org nu.", "www.example.org", "(http://example.org)")),
        ("slut\\\nnästa", [(1, "det omvända snedstrecket sist på raden visas som det står; ta bort det")]),
        *(
            (f"för{sign}äldrar", [(1, f"raden har ett osynligt tecken (U+{ord(sign):04X}); skriv om raden för hand")])
            for sign in "\u200b\u2060\ufeff\u202e\u2066"
        ),
    ],
)
def test_what_would_be_shown_otherwise_than_it_was_meant_is_told_on_its_line(text, found):
    assert list(faults(text.split("\n"), 1, {})) == found


@pytest.mark.parametrize(
    "text",
    [
        "Ta med:\n\n- nycklar\n- telefon\n    - laddad\n\n    Stycke under punkten.",
        "1. ett\n2. två\n\n    Mer om två.\n\n3. tre",
        "- ett\n\n1. två",
        "Text\n> citat\nfortsätter",
        "> - punkt\n> - punkt\n\nText",
        '!!! apt "Till APT"\n    Prata om:\n\n    - hot\n    - våld\n\nText',
        "- ett som är\nlångt\n- två",
        "| a | b |\n|---|---|\n| c | d |",
        "Dash – i texten, år 1986. Och 3 - 2 = 1.\n– Replik, sa hon.",
        "[text](https://example.org) och [mer](http://www.example.org/a_(b))",
        "Ett bråk\u00adstreck och 👩\u200d🔧",
        "## Rubrik {#rubrik}\n- punkt",
    ],
)
def test_what_is_shown_as_it_was_meant_is_told_of_nothing(text):
    assert list(silent_faults(text.split("\n"), 1)) == []


def test_lines_that_a_question_or_a_scenario_reads_for_itself_are_left_to_them():
    text = """Vad gör du?
- [x] Ringer {#ringer}
  > Ja.
- [ ] Väntar -> #slut
  > Nej.
1 = Inte alls
- = Vet inte
= 112
  > Rätt.
*
  > Nej."""

    assert list(silent_faults(text.split("\n"), 1, OWN_IN_QUESTIONS)) == []


def test_a_list_after_a_paragraph_is_shown_as_one_run_of_text_which_is_why_it_is_told():
    assert render("Ta med:\n- nycklar") == "<p>Ta med:\n- nycklar</p>"
