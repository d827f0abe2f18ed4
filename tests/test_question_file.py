from fractions import Fraction

import pytest

from course.content.markup import plain
from course.content.question_file import read_quiz
from course.items import ITEM_TYPES, Choice

TYPES = ", ".join(sorted(ITEM_TYPES))
HEAD = """\
---
quiz: q
titel: Frågor
modul: m
---
"""
ENVAL = """\
## Dörren {#dorren .enval}
Vad gör du?

- [x] Går {#gar}
  > Ja.
- [ ] Stannar {#stannar}
  > Nej.
"""


def read(text, pictures=()):
    """The quiz of a whole file, and what was wrong with it, in the order of the lines."""
    faults = []
    quiz, _ = read_quiz(text, dict.fromkeys(pictures, "d1g35t"), lambda *fault: faults.append(fault))
    return quiz, sorted(faults)


def faults(body):
    """What is wrong with the questions of a file; their first line is line 6."""
    return read(HEAD + body)[1]


def only(body):
    """The one question of a file without faults."""
    quiz, found = read(HEAD + body)
    assert found == []
    (item,) = quiz.items.values()
    return item


def test_a_question_is_read_with_everything_an_author_can_say():
    text = """\
---
quiz: q
titel: Frågor
modul: m
godkänt: 75 %
---

## Dörren {#dorren .flerval poängregel=netto avsnitt=borjan ★}

Du ringer på.

Någon öppnar *mycket* snabbt.

Vad gör
du **först**?

- [X] Backar **ett** steg {#backar}
  > Ja.
  >
  > Avstånd ger tid.
- [x] Ringer 112 {#ringer}

  > Ja.
- [ ] Går in {#in}
    > Nej.

### Förklaring
Din säkerhet först.

- Backa
- Larma

### Lätt svenska
Gå bort.
"""
    quiz, found = read(text)
    item = quiz.items["dorren"]

    assert found == []
    assert (quiz.id, quiz.title, quiz.module, quiz.pass_mark) == ("q", "Frågor", "m", Fraction(3, 4))
    assert (item.type, item.title, item.section, item.critical) == ("flerval", "Dörren", "borjan", True)
    assert item.situation == "<p>Du ringer på.</p>\n<p>Någon öppnar <em>mycket</em> snabbt.</p>"
    assert item.question == "Vad gör du <strong>först</strong>?"
    assert plain(item.question) == "Vad gör du först?"
    assert item.choices == (
        Choice(
            "backar", "Backar <strong>ett</strong> steg", "<p>Ja.</p>\n<p>Avstånd ger tid.</p>", right=True, line=17
        ),
        Choice("ringer", "Ringer 112", "<p>Ja.</p>", right=True, line=21),
        Choice("in", "Går in", "<p>Nej.</p>", right=False, line=24),
    )
    assert item.notes == {
        "Förklaring": "<p>Din säkerhet först.</p>\n<ul>\n<li>Backa</li>\n<li>Larma</li>\n</ul>",
        "Lätt svenska": "<p>Gå bort.</p>",
    }
    assert item.options == {"poängregel": "netto", "avsnitt": "borjan"}
    assert item.line == 8


def test_each_type_of_question_can_be_written():
    body = """\
## Ett {#ett .enval}
Vad?

- [x] Ja {#ja}
  > Ja.
- [ ] Nej {#nej}
  > Nej.

## Flera {#flera .flerval}
Vad?

- [x] Ja {#ja}
  > Ja.
- [x] Jo {#jo}
  > Jo.
- [ ] Nej {#nej}
  > Nej.

## Sant {#sant .santfalskt kritisk=ja}
Det regnar. Stämmer det?

- [ ] Sant {#sant}
  > Nej.
- [x] Falskt {#falskt}
  > Ja.
"""
    quiz, found = read(HEAD + body)

    assert found == []
    assert [(item.id, item.type, item.critical) for item in quiz.items.values()] == [
        ("ett", "enval", False),
        ("flera", "flerval", False),
        ("sant", "santfalskt", True),
    ]


def test_windows_editors_and_authors_may_leave_spaces_at_the_ends_of_lines():
    assert only(ENVAL.replace("\n", "  \n")).choice_ids == ("gar", "stannar")


def test_a_retired_question_is_kept_apart():
    body = f"{ENVAL}\n{ENVAL.replace('#dorren .enval', '#trappan .enval .utgått')}"

    quiz, found = read(HEAD + body)

    assert found == []
    assert (list(quiz.items), list(quiz.retired)) == (["dorren"], ["trappan"])


def test_kritisk_nej_is_not_critical():
    assert only(ENVAL.replace(".enval", ".enval kritisk=nej")).critical is False


def test_option_text_is_never_a_list_a_heading_or_a_quote():
    body = """\
## Numret {#numret .enval}
Vilket nummer?

- [x] 112. Alltid {#ratt}
  > Ja.
- [ ] # 114 14 {#fel}
  > Nej.
- [ ] > 1177 {#annat}
  > Nej.
"""
    assert [choice.html for choice in only(body).choices] == ["112. Alltid", "# 114 14", "&gt; 1177"]


def test_a_picture_of_the_course_may_stand_in_a_question():
    body = ENVAL.replace("Vad gör du?", "![En dörr](media/dorr.png)\n\nVad gör du?")

    quiz, found = read(HEAD + body, ["media/dorr.png"])

    assert found == []
    assert quiz.items["dorren"].situation == '<p><img alt="En dörr" src="/media/d1g35t"></p>'


# --- the file and its head


def test_the_pass_mark_is_80_per_cent_unless_the_file_says_otherwise():
    assert read(HEAD + ENVAL)[0].pass_mark == Fraction(4, 5)


@pytest.mark.parametrize("given", ["80", "0 %", "101 %", "80,5 %", "allt", "-5 %", "9999 %"])
def test_a_pass_mark_is_a_share(given):
    text = f"---\nquiz: q\ntitel: T\nmodul: m\ngodkänt: {given}\n---\n{ENVAL}"

    assert read(text)[1] == [(5, f"”godkänt” ska vara en andel från 1 % till 100 %, inte ”{given}”")]


@pytest.mark.parametrize(("given", "share"), [("100%", 1), ("1 %", Fraction(1, 100)), ("75  %", Fraction(3, 4))])
def test_a_pass_mark_is_anything_from_one_per_cent_to_every_point(given, share):
    quiz, found = read(f"---\nquiz: q\ntitel: T\nmodul: m\ngodkänt: {given}\n---\n{ENVAL}")

    assert (quiz.pass_mark, found) == (share, [])


def test_a_quiz_without_a_usable_id_is_none_and_its_questions_are_checked_all_the_same():
    text = f"---\nquiz: Å\ntitel: T\nmodul: m\n---\n{ENVAL.replace('[x]', '[ ]')}"

    assert read(text) == (
        None,
        [
            (2, "id:t ”Å” för quizen får bara ha a–z, 0–9 och bindestreck; skriv till exempel ”a”"),
            (6, "en fråga av typen enval ska ha exakt ett rätt alternativ ([x]), den har 0"),
        ],
    )


def test_a_file_without_questions():
    assert faults("") == [(0, "filen har ingen fråga; en fråga börjar med ”## Titel {#id .enval}”")]


def test_a_file_whose_only_question_has_a_fault_is_not_said_to_have_none():
    assert faults(ENVAL.replace(".enval", ".enkel")) == [(6, "okänd frågetyp ”enkel”; menade du ”enval”?")]


def test_a_quiz_of_retired_questions_alone():
    assert faults(ENVAL.replace(".enval", ".enval .utgått")) == [
        (0, "alla frågor är märkta .utgått; en quiz behöver minst en fråga som används")
    ]


def test_text_before_the_first_question():
    assert faults(f"\nHej!\nMer.\n{ENVAL}") == [
        (7, "texten står före den första frågan; flytta eller ta bort den"),
    ]


# --- the heading of a question


@pytest.mark.parametrize(
    ("heading", "found"),
    [
        (
            "## Dörren",
            [
                f"frågan ska ha exakt en typ, den har 0; välj bland {TYPES}",
                "frågan ska ha exakt ett id, den har 0; skriv till exempel {#dorren .enval}",
            ],
        ),
        (
            "## Dörren {.enval}",
            ["frågan ska ha exakt ett id, den har 0; skriv till exempel {#dorren .enval}"],
        ),
        (
            "## Dörren {#a #b .enval}",
            ["frågan ska ha exakt ett id, den har 2; skriv till exempel {#dorren .enval}"],
        ),
        (
            "## Dörren {#Dörren .enval}",
            ["id:t ”Dörren” för frågan får bara ha a–z, 0–9 och bindestreck; skriv till exempel ”dorren”"],
        ),
        ("## {#dorren .enval}", ["frågan saknar titel; skriv den före klammern"]),
        (
            "## Dörren {#dorren}",
            [f"frågan ska ha exakt en typ, den har 0; välj bland {TYPES}"],
        ),
        (
            "## Dörren {#dorren .enval .flerval}",
            [f"frågan ska ha exakt en typ, den har 2; välj bland {TYPES}"],
        ),
        ("## Dörren {#dorren .envall}", ["okänd frågetyp ”envall”; menade du ”enval”?"]),
        ("## Dörren {#dorren .lista}", [f"okänd frågetyp ”lista”; välj bland {TYPES}, utgått"]),
        ("## Dörren {#dorren .enval .utgatt}", ["okänd frågetyp ”utgatt”; menade du ”utgått”?"]),
        (
            "## Dörren {#dorren .enval} ★",
            ["rubriken ska sluta med {#id .typ}; ta bort ”★”"],
        ),
        (
            "## Dörren {#dorren .enval",
            [
                f"frågan ska ha exakt en typ, den har 0; välj bland {TYPES}",
                "frågan ska ha exakt ett id, den har 0; skriv till exempel {#dorren .enval}",
                "rubriken ska sluta med {#id .typ}; ta bort ”#dorren .enval”",
            ],
        ),
        (
            "## Dörren {#dorren .enval avsnit=a}",
            ["okänd nyckel ”avsnit”; menade du ”avsnitt”?"],
        ),
        (
            "## Dörren {#dorren .enval avsnitt=a avsnitt=b}",
            ["nyckeln ”avsnitt” står två gånger; ta bort den ena"],
        ),
        (
            "## Dörren {#dorren .enval avsnitt = a}",
            [
                "”=” känns inte igen; skriv #id, .typ, ★ eller nyckel=värde, med mellanslag mellan",
                "”avsnitt” känns inte igen; skriv #id, .typ, ★ eller nyckel=värde, med mellanslag mellan",
                "”a” känns inte igen; skriv #id, .typ, ★ eller nyckel=värde, med mellanslag mellan",
            ],
        ),
        (
            "## Dörren {#dorren .enval ★★}",
            ["”★★” känns inte igen; skriv #id, .typ, ★ eller nyckel=värde, med mellanslag mellan"],
        ),
        (
            "## Dörren {#dorren .enval kritisk=Ja}",
            ["”kritisk” ska vara ja eller nej, inte ”Ja”"],
        ),
        (
            "## Dörren på [LARM] {#dorren .enval}",
            ["[LARM] fylls inte i i rubriker; flytta den till texten"],
        ),
        (
            "## <b>Dörren</b> {#dorren .enval}",
            ["HTML-taggar går inte att använda; skriv med Markdown, och länkar som [text](https://…)"],
        ),
    ],
)
def test_a_heading_that_is_wrong_is_reported_on_its_line(heading, found):
    body = f"\n{heading}\n{ENVAL.partition(chr(10))[2]}"

    assert faults(body) == [(7, message) for message in found]


def test_a_heading_without_a_space_is_reported_and_not_lost_in_the_question_before():
    body = f"{ENVAL}\n### Förklaring\nSå är det.\n\n##Trappan {{#trappan .enval}}\nVad gör du?\n"

    assert faults(body) == [
        (17, "alternativ ska stå före rubrikerna med ###; flytta raden"),
        (17, "rubriken är fel skriven; skriv ”## Rubrik” eller ”### Rubrik” längst till vänster"),
    ]


def test_the_id_of_a_question_may_not_be_used_twice():
    assert faults(f"{ENVAL}\n{ENVAL}") == [(14, "id:t ”dorren” står redan på rad 6; välj ett annat")]


def test_a_retired_id_may_not_be_used_in_the_same_file():
    assert faults(f"{ENVAL}\n{ENVAL.replace('.enval', '.enval .utgått')}") == [
        (14, "id:t ”dorren” står redan på rad 6; välj ett annat")
    ]


# --- the text of a question


def test_a_question_without_text():
    assert faults("## Dörren {#dorren .enval}\n\n- [x] Ja {#ja}\n  > Ja.\n- [ ] Nej {#nej}\n  > Nej.\n") == [
        (6, "frågan saknar text; skriv frågan före alternativen")
    ]


@pytest.mark.parametrize(
    "last", ["- en sak\n- en till", "1. först", "> citat", '!!! apt "Till APT"\n    Text', "| a | b |"]
)
def test_the_text_ends_with_the_question_itself(last):
    assert faults(ENVAL.replace("Vad gör du?", f"Vad gör du?\n\n{last}")) == [
        (6, "texten ska sluta med själva frågan i ett eget stycke, före alternativen")
    ]


@pytest.mark.parametrize("number", ["112 eller 114 14?", "-5 grader. Vad gör du?", "1.5 meter. Räcker det?"])
def test_a_question_may_begin_with_a_number(number):
    assert only(ENVAL.replace("Vad gör du?", number)).question == number


@pytest.mark.parametrize(
    "option",
    [
        "- [] Går {#gar}",
        "-[x] Går {#gar}",
        "- [x]Går {#gar}",
        "- [ x] Går {#gar}",
        "* [x] Går {#gar}",
        " - [x] Går {#gar}",
        "- [y] Går {#gar}",
        "- [\u00a0] Går {#gar}",
        "- Går {#gar}",
    ],
)
def test_a_first_option_that_is_miswritten_is_not_taken_for_the_question(option):
    body = f"""\
## Dörren {{#dorren .enval}}
Vad gör du?

{option}
- [x] Springer {{#springer}}
  > Ja.
- [ ] Stannar {{#stannar}}
  > Nej.
"""
    found = [fault for fault in faults(body) if "själva frågan" not in fault[1]]

    assert found == [
        (9, "raden liknar ett alternativ men är fel skriven; skriv ”- [ ] text {#id}” längst till vänster")
    ]


def test_a_link_of_one_letter_in_a_list_is_no_option():
    body = ENVAL.replace("Vad gör du?", "Läs först:\n\n- [a](https://example.org)\n\nVad gör du?")

    assert faults(body) == []


# --- options


def test_a_later_option_that_is_miswritten():
    assert faults(ENVAL + "* [ ] Ringer {#ringer}\n  > Nej.\n") == [
        (13, "alternativet är fel skrivet; skriv ”- [ ] text {#id}” längst till vänster")
    ]


def test_a_stray_line_among_the_options():
    assert faults(ENVAL.replace("  > Ja.", "  > Ja.\nEtt ord till.\n> Utan indrag.")) == [
        (11, "raden hör inte till alternativet; återkoppling skrivs ”  > text” under alternativet"),
        (12, "raden hör inte till alternativet; återkoppling skrivs ”  > text” under alternativet"),
    ]


def test_an_option_without_id():
    assert faults(ENVAL.replace(" {#gar}", " snabbt härifrån")) == [
        (9, "alternativet saknar id; skriv till exempel {#gar-snabbt-harifran} sist på raden")
    ]


def test_an_option_whose_id_is_not_last():
    assert faults(ENVAL.replace("Går {#gar}", "Går {#gar} nu")) == [
        (9, "alternativet saknar id; skriv till exempel {#gar-gar-nu} sist på raden")
    ]


def test_an_option_with_a_bad_id():
    assert faults(ENVAL.replace("{#gar}", "{#Går}")) == [
        (9, "id:t ”Går” för alternativet får bara ha a–z, 0–9 och bindestreck; skriv till exempel ”gar”")
    ]


def test_two_options_of_a_question_with_the_same_id():
    assert faults(ENVAL.replace("{#stannar}", "{#gar}")) == [
        (11, "id:t ”gar” står redan på rad 9 i frågan; välj ett annat")
    ]


def test_the_same_option_id_in_two_questions_is_two_ids():
    assert faults(f"{ENVAL}\n{ENVAL.replace('#dorren', '#trappan')}") == []


def test_an_option_without_text():
    assert faults(ENVAL.replace("Stannar {#stannar}", "{#stannar}")) == [
        (11, "alternativet saknar text; skriv den före id:t")
    ]


@pytest.mark.parametrize("feedback", ["", "  >\n", "  > \n  >\n"])
def test_an_option_without_feedback(feedback):
    assert faults(ENVAL.replace("  > Nej.\n", feedback)) == [
        (11, "alternativet saknar återkoppling; skriv en rad ”  > text” under det")
    ]


def test_two_options_with_the_same_text():
    assert faults(ENVAL.replace("Stannar", "GÅR ")) == [
        (11, "alternativet har samma text som det på rad 9; skriv om det ena")
    ]


# --- what each type allows


def test_an_enval_without_a_right_option():
    assert faults(ENVAL.replace("[x]", "[ ]")) == [
        (6, "en fråga av typen enval ska ha exakt ett rätt alternativ ([x]), den har 0")
    ]


def test_an_enval_with_two_right_options():
    assert faults(ENVAL.replace("[ ]", "[x]")) == [
        (6, "en fråga av typen enval ska ha exakt ett rätt alternativ ([x]), den har 2")
    ]


def test_an_enval_with_one_option():
    assert faults("## Dörren {#dorren .enval}\nVad?\n\n- [x] Ja {#ja}\n  > Ja.\n") == [
        (6, "frågan behöver minst två alternativ, den har 1")
    ]


def test_an_enval_without_options():
    assert faults("## Dörren {#dorren .enval}\nVad?\n") == [
        (6, "en fråga av typen enval ska ha exakt ett rätt alternativ ([x]), den har 0"),
        (6, "frågan behöver minst två alternativ, den har 0"),
    ]


def test_an_enval_with_a_grading_rule():
    assert faults(ENVAL.replace(".enval", ".enval poängregel=netto")) == [
        (6, "en fråga av typen enval har ingen poängregel; ta bort den")
    ]


def test_a_flerval_with_one_right_option():
    assert faults(ENVAL.replace(".enval", ".flerval")) == [
        (6, "en fråga av typen flerval ska ha minst två rätta alternativ ([x]), den har 1")
    ]


def test_a_flerval_without_a_wrong_option():
    assert faults(ENVAL.replace(".enval", ".flerval").replace("[ ]", "[x]")) == [
        (6, "en fråga av typen flerval ska ha minst ett alternativ som inte är rätt ([ ])")
    ]


def test_a_flerval_with_an_unknown_grading_rule():
    body = ENVAL.replace(".enval", ".flerval poängregel=nettto") + "- [x] Ringer {#ringer}\n  > Ja.\n"

    assert faults(body) == [(6, "okänd poängregel ”nettto”; välj bland netto, alla-rätt, bara-rätt")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("[x] Ja {#ja}", "[ ] Nej {#nej}"),
        ("[x] Falskt {#falskt}", "[ ] Sant {#sant}"),
        ("[x] Falskt {#sant}", "[ ] Sant {#falskt}"),
        ("[x] Sant {#sant}", "[ ] Nej {#falskt}"),
    ],
)
def test_a_santfalskt_with_other_options(first, second):
    body = f"## Sant {{#sant .santfalskt}}\nStämmer det?\n\n- {first}\n  > Ja.\n- {second}\n  > Nej.\n"

    assert faults(body) == [(6, "alternativen ska vara Sant {#sant} och Falskt {#falskt}, i den ordningen")]


def test_a_santfalskt_with_three_options():
    body = """\
## Sant {#sant .santfalskt}
Stämmer det?

- [x] Sant {#sant}
  > Ja.
- [ ] Falskt {#falskt}
  > Nej.
- [ ] Vet inte {#vet-inte}
  > Nej.
"""
    assert faults(body) == [(6, "alternativen ska vara Sant {#sant} och Falskt {#falskt}, i den ordningen")]


def test_a_santfalskt_that_is_both():
    body = """\
## Sant {#sant .santfalskt}
Stämmer det?

- [x] Sant {#sant}
  > Ja.
- [x] Falskt {#falskt}
  > Ja.
"""
    assert faults(body) == [(6, "en fråga av typen santfalskt ska ha exakt ett rätt alternativ ([x]), den har 2")]


# --- notes


def test_an_unknown_heading_in_a_question():
    assert faults(f"{ENVAL}\n### Forklaring\nSå är det.\n") == [
        (14, "okänd rubrik ”Forklaring”; menade du ”Förklaring”?")
    ]


def test_an_unknown_heading_like_no_other():
    assert faults(f"{ENVAL}\n### Tips\nSå är det.\n") == [
        (14, "okänd rubrik ”Tips”; välj bland Exempelsvar, Förklaring, Källa, Ledtråd, Lätt svenska, Syfte")
    ]


def test_a_heading_that_stands_twice_in_a_question():
    assert faults(f"{ENVAL}\n### Förklaring\nSå.\n### Förklaring\nEller så.\n") == [
        (16, "rubriken ”Förklaring” står redan på rad 14 i frågan; ta bort den ena")
    ]


def test_a_heading_without_text():
    assert faults(f"{ENVAL}\n### Förklaring\n\n### Källa\nF1\n") == [
        (14, "rubriken ”Förklaring” saknar text; skriv den under rubriken")
    ]


def test_an_option_after_a_heading():
    assert faults(f"{ENVAL}\n### Förklaring\nSå.\n\n- [ ] Ringer {{#ringer}}\n  > Nej.\n") == [
        (17, "alternativ ska stå före rubrikerna med ###; flytta raden")
    ]


# --- everything at once


def test_all_faults_of_a_file_are_reported_at_once():
    text = """\
---
quiz: q
titel:
färg: röd
godkänt: allt
---
Hej!

## Ett {.envall avsnit=a}

- [x] Ja
  > <b>Ja</b>
stray

## Två {#tva .enval}
Vad?

- [x] Ja {#ja}
- [x] Ja {#ja}

### Tips
"""
    assert read(text)[1] == [
        (1, "nyckeln ”modul” saknas; skriv en rad ”modul: …” mellan raderna ---"),
        (3, "nyckeln ”titel” saknar värde; skriv det efter kolonet"),
        (4, "okänd nyckel ”färg”; välj bland blanda, dra, försök, godkänt, modul, quiz, slag, tid, titel"),
        (5, "”godkänt” ska vara en andel från 1 % till 100 %, inte ”allt”"),
        (7, "texten står före den första frågan; flytta eller ta bort den"),
        (9, "frågan saknar text; skriv frågan före alternativen"),
        (9, "frågan ska ha exakt ett id, den har 0; skriv till exempel {#ett .enval}"),
        (9, "okänd frågetyp ”envall”; menade du ”enval”?"),
        (9, "okänd nyckel ”avsnit”; menade du ”avsnitt”?"),
        (11, "alternativet saknar id; skriv till exempel {#ja} sist på raden"),
        (12, "HTML-taggar går inte att använda; skriv med Markdown, och länkar som [text](https://…)"),
        (13, "raden hör inte till alternativet; återkoppling skrivs ”  > text” under alternativet"),
        (15, "en fråga av typen enval ska ha exakt ett rätt alternativ ([x]), den har 2"),
        (18, "alternativet saknar återkoppling; skriv en rad ”  > text” under det"),
        (19, "alternativet har samma text som det på rad 18; skriv om det ena"),
        (19, "alternativet saknar återkoppling; skriv en rad ”  > text” under det"),
        (19, "id:t ”ja” står redan på rad 18 i frågan; välj ett annat"),
        (21, "okänd rubrik ”Tips”; välj bland Exempelsvar, Förklaring, Källa, Ledtråd, Lätt svenska, Syfte"),
    ]
