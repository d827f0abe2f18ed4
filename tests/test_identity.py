import pytest

from course.content.identity import KeysChanged, broken_promises, changed_keys, ids_in_use, ids_retired
from course.content.load import load_course

COURSE = "modules/kurs/course.toml"
MODULE = "modules/kurs/modul.md"
QUIZ = "quizzes/kurs/modul.md"

COURSE_TOML = """\
id = "kurs"
title = "En kurs"
audience = "employee"
edition = 2
edition_from = 2026-01-01
modules = ["modul"]
mandatory = ["modul"]
retired = []
owner = "Utbildning"
reviewed_on = 2026-01-01
best_before = 2027-01-01
"""
MODULE_MD = """\
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
- En sak

## Början {#borjan}
Text i början.

## Slutet {#slutet}
Text i slutet.
"""
FIRST = """\
## Första {#forsta .enval avsnitt=borjan}
Vad gör du?

- [x] Det rätta {#ratt}
  > Ja.
- [ ] Det andra {#fel}
  > Nej.
- [ ] Det tredje {#tredje}
  > Nej.
"""
SECOND = """\
## Andra {#andra .flerval avsnitt=borjan}
Vad gör du sedan?

- [x] Ett {#ett}
  > Ja.
- [x] Två {#tva}
  > Ja.
- [ ] Tre {#tre}
  > Nej.
"""
HEAD = """\
---
quiz: fragor
titel: Frågor
modul: modul
---
"""
SOURCES = {COURSE: COURSE_TOML, MODULE: MODULE_MD, QUIZ: f"{HEAD}{FIRST}\n{SECOND}"}


def course(*changes, **files):
    """The course after changes (old text, new text), each somewhere in its files."""
    sources = {**SOURCES, **files}
    for old, new in changes:
        assert sum(text.count(old) for text in sources.values()) == 1, old
        sources = {path: text.replace(old, new) for path, text in sources.items()}
    loaded = load_course(sources)
    assert loaded.problems == ()
    return loaded.course


def broken(new, old=None):
    return list(broken_promises(old or course(), new))


def retired(*paths):
    listed = ", ".join(f'"{path}"' for path in paths)
    return "retired = []", f"retired = [{listed}]"


def test_every_id_has_a_path_and_a_kind():
    assert ids_in_use(course()) == {
        "modules/modul": "modul",
        "modules/modul/borjan": "avsnitt",
        "modules/modul/slutet": "avsnitt",
        "quizzes/fragor": "quiz",
        "quizzes/fragor/forsta": "enval",
        "quizzes/fragor/forsta/ratt": "alternativ",
        "quizzes/fragor/forsta/fel": "alternativ",
        "quizzes/fragor/forsta/tredje": "alternativ",
        "quizzes/fragor/andra": "flerval",
        "quizzes/fragor/andra/ett": "alternativ",
        "quizzes/fragor/andra/tva": "alternativ",
        "quizzes/fragor/andra/tre": "alternativ",
    }


def test_what_is_retired_is_said_in_course_toml_and_by_the_mark_of_a_question():
    new = course(retired("modules/gammal"), (".flerval", ".flerval .utgått"))

    assert ids_retired(new) == {
        "modules/gammal",
        "quizzes/fragor/andra",
        "quizzes/fragor/andra/ett",
        "quizzes/fragor/andra/tva",
        "quizzes/fragor/andra/tre",
    }
    assert "quizzes/fragor/andra" not in ids_in_use(new)


@pytest.mark.parametrize(
    "change",
    [
        ("Text i början.", "En helt annan text."),
        ("titel: En modul", "titel: En annan titel"),
        ("## Början {", "## Inledning {"),
        ("Det andra", "Något annat"),
        ("Vad gör du sedan?", "Och nu?"),
        ("edition = 2\nedition_from = 2026-01-01", "edition = 3\nedition_from = 2026-06-01"),
        ("edition = 2\nedition_from = 2026-01-01", "edition = 4\nedition_from = 2026-01-01"),
        ("- [ ] Tre {#tre}", "- [ ] Ny {#ny}\n  > Nej.\n- [ ] Tre {#tre}"),
        ("## Slutet {#slutet}", "## Mitten {#mitten}\nText.\n\n## Slutet {#slutet}"),
        (FIRST, FIRST.replace("avsnitt=borjan", "avsnitt=slutet ★")),
    ],
)
def test_texts_titles_order_and_what_is_added_may_change_freely(change):
    assert broken(course(change)) == []


def test_the_order_of_sections_and_questions_may_change_freely():
    assert broken(course(**{QUIZ: f"{HEAD}{SECOND}\n{FIRST}"})) == []


def test_a_lower_edition():
    assert broken(course(("edition = 2", "edition = 1"))) == [
        "edition är 1 men var 2; en edition kan aldrig sänkas",
    ]


def test_another_first_day_of_the_same_edition():
    assert broken(course(("edition_from = 2026-01-01", "edition_from = 2026-02-01"))) == [
        "edition_from är 2026-02-01 men var 2026-01-01; den ändras bara med en ny edition"
    ]


def test_a_section_that_vanished():
    new = course(("## Slutet {#slutet}\n", "\n"))

    assert broken(new) == [
        (
            "modules/modul/slutet finns inte längre;"
            " lägg tillbaka id:t eller skriv ”modules/modul/slutet” i retired i course.toml"
        )
    ]


def test_a_question_that_vanished_is_told_once_and_not_for_each_option():
    assert broken(course((f"\n{SECOND}", ""))) == [
        (
            "quizzes/fragor/andra finns inte längre;"
            " lägg tillbaka id:t, märk frågan .utgått eller skriv ”quizzes/fragor/andra” i retired i course.toml"
        )
    ]


def test_an_option_that_vanished():
    assert broken(course(("- [ ] Det tredje {#tredje}\n  > Nej.\n", ""))) == [
        (
            "quizzes/fragor/forsta/tredje finns inte längre;"
            " lägg tillbaka id:t eller skriv ”quizzes/fragor/forsta/tredje” i retired i course.toml"
        )
    ]


def test_an_option_with_a_new_name_is_an_old_one_that_vanished():
    assert broken(course(("{#tredje}", "{#trea}"))) == [
        (
            "quizzes/fragor/forsta/tredje finns inte längre;"
            " lägg tillbaka id:t eller skriv ”quizzes/fragor/forsta/tredje” i retired i course.toml"
        )
    ]


def test_a_module_and_a_quiz_with_new_names_are_told_once_each():
    files = {
        COURSE: COURSE_TOML.replace('"modul"', '"ny"'),
        MODULE: MODULE_MD.replace("id: modul", "id: ny").replace("quiz: fragor", "quiz: nya"),
        QUIZ: SOURCES[QUIZ].replace("quiz: fragor", "quiz: nya").replace("modul: modul", "modul: ny"),
    }

    assert broken(course(**files)) == [
        "modules/modul finns inte längre; lägg tillbaka id:t eller skriv ”modules/modul” i retired i course.toml",
        "quizzes/fragor finns inte längre; lägg tillbaka id:t eller skriv ”quizzes/fragor” i retired i course.toml",
    ]


@pytest.mark.parametrize(
    "changes",
    [
        [("## Slutet {#slutet}\n", "\n"), retired("modules/modul/slutet")],
        [(f"\n{SECOND}", ""), retired("quizzes/fragor/andra")],
        [(".flerval", ".flerval .utgått")],
        [("- [ ] Det tredje {#tredje}\n  > Nej.\n", ""), retired("quizzes/fragor/forsta/tredje")],
    ],
)
def test_what_vanished_and_is_said_to_be_retired_is_no_broken_promise(changes):
    assert broken(course(*changes)) == []


def test_a_module_that_is_retired_takes_its_sections_with_it():
    files = {
        COURSE: COURSE_TOML.replace('"modul"', '"ny"').replace(*retired("modules/modul", "quizzes/fragor")),
        MODULE: MODULE_MD.replace("id: modul", "id: ny").replace("quiz: fragor", "quiz: nya"),
        QUIZ: SOURCES[QUIZ].replace("quiz: fragor", "quiz: nya").replace("modul: modul", "modul: ny"),
    }

    assert broken(course(**files)) == []


def test_a_question_that_became_another_type():
    new = course((".enval", ".flerval"), ("- [ ] Det andra", "- [x] Det andra"))

    assert broken(new) == ["quizzes/fragor/forsta var enval och är nu flerval; en ny sorts fråga behöver ett nytt id"]


RETIRED_SECTION = course(("## Slutet {#slutet}\n", "\n"), retired("modules/modul/slutet"))
RETIRED_QUESTION = course((".flerval", ".flerval .utgått"))
DELETED_QUESTION = course((f"\n{SECOND}", ""), retired("quizzes/fragor/andra"))


@pytest.mark.parametrize(
    ("old", "path"),
    [
        (RETIRED_SECTION, "modules/modul/slutet"),
        (RETIRED_QUESTION, "quizzes/fragor/andra"),
        (DELETED_QUESTION, "quizzes/fragor/andra"),
    ],
)
def test_a_retired_id_that_is_used_again(old, path):
    assert broken(course(), old) == [f"{path} har tagits ur bruk och får inte användas igen; välj ett nytt id"]


def test_a_question_that_is_retired_may_be_deleted_only_when_course_toml_remembers_it():
    assert broken(course((f"\n{SECOND}", "")), RETIRED_QUESTION) == [
        "quizzes/fragor/andra är utgått och måste stå kvar; skriv ”quizzes/fragor/andra” i retired i course.toml"
    ]
    assert broken(DELETED_QUESTION, RETIRED_QUESTION) == []


def test_a_retired_path_may_not_be_taken_out_of_course_toml():
    assert broken(course((f"\n{SECOND}", "")), DELETED_QUESTION) == [
        "quizzes/fragor/andra är utgått och måste stå kvar; skriv ”quizzes/fragor/andra” i retired i course.toml"
    ]


def test_a_retired_path_may_give_way_to_one_above_it():
    old = course(retired("quizzes/gammal/a", "quizzes/gammal/b/c"))

    assert broken(course(retired("quizzes/gammal")), old) == []


def test_a_path_is_above_another_by_whole_parts():
    old = course(retired("quizzes/fragor/forsta/ra"))

    assert broken(course(retired("quizzes/fragor/forsta/ra")), old) == []
    assert broken(course(retired("quizzes/f")), old) == [
        (
            "quizzes/fragor/forsta/ra är utgått och måste stå kvar;"
            " skriv ”quizzes/fragor/forsta/ra” i retired i course.toml"
        )
    ]


def test_all_broken_promises_are_told_at_once():
    new = course(
        ("edition = 2\nedition_from = 2026-01-01", "edition = 1\nedition_from = 2025-01-01"),
        ("## Slutet {#slutet}\n", "\n"),
        (".enval", ".flerval"),
        ("- [ ] Det andra", "- [x] Det andra"),
        (f"\n{SECOND}", ""),
    )

    assert [reason.partition(" ")[0] for reason in broken(new)] == [
        "edition",
        "modules/modul/slutet",
        "quizzes/fragor/andra",
        "quizzes/fragor/forsta",
    ]


# --- keys


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        ([("Det rätta", "Det mest rätta")], []),
        ([("- [ ] Tre {#tre}", "- [ ] Ny {#ny}\n  > Nej.\n- [ ] Tre {#tre}")], []),
        (
            [("- [x] Det rätta", "- [ ] Det rätta"), ("- [ ] Det andra", "- [x] Det andra")],
            [("fragor", "forsta")],
        ),
        ([("- [ ] Tre", "- [x] Tre"), ("- [x] Två", "- [ ] Två")], [("fragor", "andra")]),
        ([("- [ ] Tre {#tre}", "- [x] Ny {#ny}\n  > Ja.\n- [ ] Tre {#tre}")], [("fragor", "andra")]),
        (
            [
                ("- [x] Det rätta", "- [ ] Det rätta"),
                ("- [ ] Det andra", "- [x] Det andra"),
                ("- [ ] Tre", "- [x] Tre"),
                ("- [x] Två", "- [ ] Två"),
            ],
            [("fragor", "forsta"), ("fragor", "andra")],
        ),
    ],
)
def test_a_key_changed_when_another_option_is_right(changes, keys):
    assert changed_keys(course(), course(*changes)) == keys


def test_a_new_question_a_new_quiz_and_a_retired_question_have_no_changed_key():
    old = course((f"\n{SECOND}", ""))
    other = {QUIZ: SOURCES[QUIZ].replace("quiz: fragor", "quiz: nya"), MODULE: MODULE_MD.replace("fragor", "nya")}

    assert changed_keys(old, course()) == []
    assert changed_keys(old, course(**other)) == []
    assert changed_keys(course(), RETIRED_QUESTION) == []


def test_changed_keys_are_named_in_swedish():
    changed = KeysChanged([("fragor", "forsta"), ("fragor", "andra")])

    assert str(changed) == "Rätt svar har ändrats i fragor/forsta, fragor/andra."
    assert (changed.keys, changed.status) == ([("fragor", "forsta"), ("fragor", "andra")], 409)


# --- the types without options

OTHER_TYPES = """\
## Ordning {#ordning .ordna avsnitt=borjan}
I vilken ordning?

1. Skydd {#skydd}
2. Larm {#larm}
3. Rapport {#rapport}

### Förklaring
Så.

## Par {#par .para avsnitt=borjan}
Vad hör ihop?

- Sms -> Spara {#sms}
- Slag -> Vård {#slag}
- -> Radera {#radera}

### Förklaring
Så.

## Nummer {#nummer .tal avsnitt=borjan}
Vilket nummer?

= 112
= 11414 (25 %)

### Förklaring
Så.

## Ord {#ord .kortsvar avsnitt=borjan}
Vilket ord?

= avvikelse

### Förklaring
Så.

## Plan {#plan .fritext avsnitt=borjan}
Vem ringer du?

## Skala {#skala .skala avsnitt=borjan}
Hur väl stämmer det?

1 = Inte alls
2 = Helt

- Jag vet {#vet}
"""
ALL_TYPES = {QUIZ: f"{HEAD}{OTHER_TYPES}"}


def test_steps_pairs_and_statements_have_paths_and_accepted_answers_have_none():
    paths = [path.removeprefix("quizzes/fragor/") for path in ids_in_use(course(**ALL_TYPES))]

    assert paths[4:] == [
        *("ordning", "ordning/skydd", "ordning/larm", "ordning/rapport"),
        *("par", "par/sms", "par/slag", "par/radera"),
        *("nummer", "ord", "plan", "skala", "skala/vet"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("1. Skydd {#skydd}", "1. Skydd {#skydda}", "ordning/skydd"),
        ("- Sms -> Spara {#sms}", "- Sms -> Spara {#mms}", "par/sms"),
        ("{#radera}", "{#ta-bort}", "par/radera"),
        ("{#vet}", "{#kan}", "skala/vet"),
    ],
)
def test_a_step_a_pair_or_a_statement_that_vanished(old, new, path):
    found = broken(course((old, new), **ALL_TYPES), course(**ALL_TYPES))

    assert [reason.split()[0] for reason in found] == [f"quizzes/fragor/{path}"]


@pytest.mark.parametrize(
    ("changes", "items"),
    [
        ([("1. Skydd {#skydd}\n2. Larm {#larm}", "1. Larm {#larm}\n2. Skydd {#skydd}")], ["ordning"]),
        ([("- Sms -> Spara {#sms}\n- Slag -> Vård {#slag}", "- Sms -> Vård {#sms}\n- Slag -> Spara {#slag}")], ["par"]),
        ([("- Sms -> Spara {#sms}\n- Slag -> Vård {#slag}", "- Slag -> Spara {#sms}\n- Sms -> Vård {#slag}")], ["par"]),
        ([("- -> Radera", "- Mejl -> Radera")], ["par"]),
        ([("= 112", "= 113")], ["nummer"]),
        ([("= 112", "= 112 ± 1")], ["nummer"]),
        ([("(25 %)", "(50 %)")], ["nummer"]),
        ([("= avvikelse", "= avvikelse\n= tillbud")], ["ord"]),
        ([("= avvikelse", "= rapport")], ["ord"]),
        ([("= 112", "=  112,0"), ("= avvikelse", "= Avvikelse")], []),
        (
            [
                ("1. Skydd {", "1. Sätt dig i skydd {"),
                ("-> Spara {", "-> Spara sms:et {"),
                ("- Slag ->", "- Ett slag ->"),
            ],
            [],
        ),
        ([("- Sms -> Spara {#sms}\n- Slag -> Vård {#slag}", "- Slag -> Vård {#slag}\n- Sms -> Spara {#sms}")], []),
        ([("1 = Inte alls", "1 = Stämmer inte"), ("- Jag vet {", "- Jag vet vem jag larmar {")], []),
    ],
)
def test_a_key_changed_when_another_order_pair_number_or_word_is_right(changes, items):
    new = course(*changes, **ALL_TYPES)

    assert [item for _, item in changed_keys(course(**ALL_TYPES), new)] == items
