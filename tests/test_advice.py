import pytest
from world import scenario_sources

from course.content.advice import advice, readability
from course.content.load import load_course

COURSE_TOML = """\
id = "kurs"
title = "En kurs"
audience = "employee"
edition = 1
edition_from = 2026-01-01
modules = ["modul"]
mandatory = ["modul"]
owner = "Utbildning"
reviewed_on = 2026-01-01
best_before = 2027-01-01
"""
MODULE = """\
---
id: modul
titel: En modul
minuter: 5
quiz: fragor
mål: Du kan något
källor: F1
ägare: Utbildning
granskad: 2026-01-01
bäst_före: 2027-01-01
---
## Början {{#borjan}}
{text}
"""
HEAD = """\
---
quiz: fragor
titel: Frågor
modul: modul
---
"""
ENVAL = """\
## Titel {{#{id} .enval avsnitt=borjan}}
Vad gör du?

- [x] {right} {{#a}}
  > Ja.
- [ ] {wrong} {{#b}}
  > Nej.
"""
PLAIN = ENVAL.format(id="f", right="Går", wrong="Står")


def hints(text="Kort text.", questions=PLAIN, scenario=None):
    sources = scenario or {}
    sources |= {
        "modules/kurs/course.toml": COURSE_TOML,
        "modules/kurs/modul.md": MODULE.format(text=text),
        "quizzes/kurs/modul.md": HEAD + questions,
    }
    loaded = load_course(sources)
    assert loaded.problems == ()
    return [str(hint) for hint in advice(loaded.course)]


def test_a_plain_course_gives_no_advice():
    assert hints() == []


def test_a_section_of_150_words_is_enough():
    half = "Du går. " * 37 + "Nu.\n\n"

    assert hints(half * 2) == []
    assert hints(half * 2 + "Nu.") == ["modules/modul/borjan: avsnittet har 151 ord; 150 är nog"]


def test_a_section_after_the_last_question_is_told_unless_the_questions_come_in_one_go():
    rest = "Kort text.\n\n## Mer {#mer}\nMer text.\n\n## Sist {#sist}\nMer text."
    told = "avsnittet står efter den sista frågan; ställ en fråga i det, eller lägg det tidigare"

    assert hints(rest) == [f"modules/modul/mer: {told}", f"modules/modul/sist: {told}"]
    assert hints(rest, PLAIN.replace("avsnitt=borjan", "avsnitt=sist")) == []


def test_a_paragraph_of_90_words_is_enough():
    assert hints("Du går. " * 45) == []
    assert hints("Du går. " * 45 + "Nu.") == ["modules/modul/borjan: stycket har 91 ord; 90 är nog"]


@pytest.mark.parametrize("word", ["offer", "Offren", "klientelet", "problempersoner"])
def test_words_that_judge_people(word):
    assert hints(f"Många {word} ringer.") == [
        f"modules/modul/borjan: skriv inte ”{word}”; säg det utan att döma, som ”den som utsatts”"
    ]


@pytest.mark.parametrize("word", ["offert", "offentlig", "Brottsofferjouren", "klient"])
def test_words_that_only_look_like_them(word):
    assert hints(f"Läs en {word} text.") == []


@pytest.mark.parametrize("quoted", ['"Hej"', "“Hej”", "„Hej”", "«Hej»"])
def test_quotation_marks_that_are_not_swedish(quoted):
    assert hints(f"Hon sa {quoted} nu.") == [
        f"modules/modul/borjan: citattecknet {quoted[0]} är inte svenskt; skriv ” före och efter"
    ]


def test_every_text_of_a_question_is_read():
    told = ENVAL.format(id="f", right="Går", wrong="Står").replace("> Nej.", "> Ett offer väljer inte.")

    assert hints(questions=told) == [
        "quizzes/fragor/f: skriv inte ”offer”; säg det utan att döma, som ”den som utsatts”"
    ]


def test_a_sentence_of_25_words_is_enough():
    assert hints("du " * 24 + "går. Sedan går du hem.") == []
    assert hints("du " * 25 + "går. Sedan går du hem.") == [
        f"modules/modul/borjan: meningen är lång (26 ord): ”{('du ' * 25)[:40]}…”"
    ]


def test_a_sentence_ends_with_its_quotation_mark():
    assert hints(f"”{'du ' * 15}går?” {'Hon ' * 15}sa nej.") == []


def test_the_points_of_a_list_are_sentences_of_their_own():
    assert hints("- du går nu hem\n" * 20) == []


def test_a_text_with_many_long_words_is_hard():
    assert hints("Socialförvaltningens säkerhetssamordnare dokumenterar händelsen.") == [
        "modules/modul/borjan: texten är svår (LIX 104); korta meningar och ord"
    ]


@pytest.mark.parametrize(
    ("text", "lix"),
    [
        ("", 0),
        ("Du går hem.", 3),
        ("Du går hem. Du bor där.", 3),
        ("Du går hem nu", 4),
        ("Arbetet är klart.", 3 + 100 / 3),
        ("Arbete är klart.", 3),
        ("Det är kl. 12.30 nu.. Gå!", 7 / 3),
        ("”Vem är du?” Sedan gick hon (snabbt.) Slut", 8 / 3),
        ("Det är bra: du går", 2.5),
    ],
)
def test_lix_is_words_a_sentence_and_the_share_of_words_over_six_letters(text, lix):
    assert readability(text) == pytest.approx(lix)


def questions(telling, total):
    """That many one-choice questions, of which the right option is longest in the first ones."""
    lengths = [("Ett mycket längre svar", "Kort")] * telling + [("Kort", "Ett mycket längre svar")] * (total - telling)
    return "\n".join(ENVAL.format(id=f"f{n}", right=right, wrong=wrong) for n, (right, wrong) in enumerate(lengths))


def test_a_right_option_that_is_longest_more_often_than_in_three_of_five():
    assert hints(questions=questions(3, 5)) == []
    assert hints(questions=questions(4, 5)) == ["quizzes/fragor: det rätta svaret är längst i 4 av 5 frågor"]


def test_fewer_than_five_questions_tell_nothing():
    assert hints(questions=questions(4, 4)) == []


def test_options_of_the_same_length_tell_nothing():
    same = "\n".join(ENVAL.format(id=f"f{n}", right="Ett svar", wrong="Ett spår") for n in range(5))

    assert hints(questions=same) == []


def test_the_markup_of_an_option_is_not_part_of_its_length():
    marked = "\n".join(ENVAL.format(id=f"f{n}", right="**Ett** svar", wrong="Ett spår!") for n in range(5))

    assert hints(questions=marked) == []


def test_five_options_are_too_many():
    four = ENVAL.format(id="f", right="Går", wrong="Står")
    four += "- [ ] Springer {#c}\n  > Nej.\n- [ ] Ringer {#d}\n  > Nej.\n"

    assert hints(questions=four) == []
    assert hints(questions=four + "- [ ] Ropar {#e}\n  > Nej.\n") == [
        "quizzes/fragor/f: fem eller fler alternativ; tre räcker"
    ]


def test_all_of_the_above_tests_reading():
    assert hints(questions=ENVAL.format(id="f", right="Går", wrong="Alla ovanstående alternativ")) == [
        "quizzes/fragor/f: ”Alla ovanstående” prövar läsning, inte kunskap"
    ]


def test_a_lead_of_60_words_and_a_scene_of_90_are_enough():
    def scenario(lead, scene):
        ((path, text),) = scenario_sources().items()
        text = text.replace("Du är handläggare och ensam.", "Du går. " * (lead // 2))
        return {path: text.replace("Dörren slår igen.", "Du går. " * (scene // 2))}

    assert hints(scenario=scenario(60, 90)) == []
    assert hints(scenario=scenario(62, 92)) == [
        "scenarier/dorren: ingressen har 62 ord; 60 är nog",
        "scenarier/dorren/inne: scenen har 92 ord; 90 är nog",
        "scenarier/dorren/inne: stycket har 92 ord; 90 är nog",
    ]


def test_a_right_side_that_a_phone_cannot_show():
    body = """\
## Par {{#par .para avsnitt=borjan}}
Vad hör ihop?

- Sms -> {right} {{#sms}}
- Slag -> Sök **vård** {{#slag}}

### Förklaring
Så.
"""

    assert hints(questions=body.format(right="x" * 60)) == []
    assert hints(questions=body.format(right="x" * 61)) == [
        "quizzes/fragor/par/sms: högersidan har 61 tecken; en telefon visar färre"
    ]


@pytest.mark.parametrize(
    "text",
    [
        *("Inget av ovanstående", "Inga av de andra alternativen", "Båda alternativen", "Inget av alternativen"),
        *("Alla svaren", "A och B", "Både A och C", "Alternativ 1 eller 2", "Alla ovan", "Två av påståendena"),
    ],
)
def test_an_option_about_other_options_tests_reading(text):
    hint, *_ = hints(questions=ENVAL.format(id="f", right="Går", wrong=f"{text} är rätt"))

    assert hint.startswith("quizzes/fragor/f: ”")
    assert hint.endswith("” prövar läsning, inte kunskap")


@pytest.mark.parametrize(
    "text",
    [
        *("Alternativ B är rätt", "Svaret 2 stämmer", "Det första alternativet är bäst"),
        *("Alternativet ovan är fel", "Se svar C"),
    ],
)
def test_a_comment_that_names_an_option_by_its_place_is_told_since_the_order_is_drawn(text):
    (hint,) = hints(questions=PLAIN.replace("  > Nej.", f"  > {text}."))

    assert hint.startswith("quizzes/fragor/f: ”")
    assert hint.endswith("” stämmer inte när ordningen lottas; säg vad alternativet säger")


@pytest.mark.parametrize(
    "text",
    [
        *("Ingen av kollegorna får veta", "Alla andra på enheten", "1 och 2 april", "Två av tre vakter ringer"),
        *(
            "Båda cheferna",
            "Ett alternativ är att gå",
            "Svara ett samtal",
            "Ingenting alls",
            "Den andra personen svarar",
        ),
    ],
)
def test_an_option_that_only_sounds_alike_is_told_of_nothing(text):
    assert hints(questions=ENVAL.format(id="f", right="Går", wrong=text)) == []
