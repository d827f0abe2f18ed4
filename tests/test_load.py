import time
from datetime import date
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from world import course_sources, scenario_sources

from course.content.load import load_course
from course.content.source import Picture, course_folders, read_folder
from course.errors import Problem

COURSE = "modules/kurs/course.toml"
MODULE = "modules/kurs/modul.md"
QUIZ = "quizzes/kurs/modul.md"

COURSE_TOML = """\
id = "kurs"
title = "En kurs"
audience = "employee"
edition = 1
edition_from = 2026-01-01
valid_months = 24
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
QUIZ_MD = """\
---
quiz: fragor
titel: Frågor
modul: modul
---
## Första {#forsta .enval avsnitt=borjan}
Vad gör du?

- [x] Det rätta {#ratt}
  > Ja.
- [ ] Det andra {#fel}
  > Nej.
"""
SOURCES = {COURSE: COURSE_TOML, MODULE: MODULE_MD, QUIZ: QUIZ_MD}


def problems(sources):
    """(path, line, message) of everything that is wrong."""
    return [tuple(problem) for problem in load_course(sources).problems]


def problems_with(path, old, new):
    """The problems after a change in one file of a course that had none, without their path."""
    assert SOURCES[path].count(old) == 1
    found = problems({**SOURCES, path: SOURCES[path].replace(old, new)})
    assert {where for where, _, _ in found} <= {path}
    return [(line, message) for _, line, message in found]


def test_a_course_without_faults_has_everything_that_was_written():
    loaded = load_course(SOURCES)
    course = loaded.course

    assert loaded.problems == ()
    assert (course.id, course.title, course.audience, course.owner) == ("kurs", "En kurs", "employee", "Utbildning")
    assert (course.edition, course.edition_from, course.valid_months) == (1, date(2026, 1, 1), 24)
    assert (course.reviewed_on, course.best_before) == (date(2026, 1, 1), date(2027, 1, 1))
    assert (course.mandatory, course.retired) == ({"modul"}, frozenset())
    (module,) = course.modules
    assert (module.id, module.title, module.minutes, module.quiz) == ("modul", "En modul", 5, "fragor")
    assert (module.goals, module.sources, module.owner) == (("Du kan något",), ("F1",), "Utbildning")
    assert (module.reviewed_on, module.best_before) == (date(2026, 1, 1), date(2027, 1, 1))
    assert module.lead == "<ul>\n<li>En sak</li>\n</ul>"
    assert [(section.id, section.title, section.html, section.words) for section in module.sections] == [
        ("borjan", "Början", "<p>Text i början.</p>", 3),
        ("slutet", "Slutet", "<p>Text i slutet.</p>", 3),
    ]
    assert list(course.quizzes) == ["fragor"]


def test_modules_stand_in_the_order_of_course_toml():
    sources = course_sources(modules=("b", "a"))

    assert [module.id for module in load_course(sources).course.modules] == ["b", "a"]


def test_valid_months_and_retired_may_be_left_out():
    toml = COURSE_TOML.replace("valid_months = 24\n", "").replace("retired = []\n", "")
    loaded = load_course({**SOURCES, COURSE: toml})

    assert loaded.problems == ()
    assert (loaded.course.valid_months, loaded.course.retired) == (None, frozenset())


def test_byte_order_marks_and_windows_line_ends_change_nothing():
    windows = {path: "\ufeff" + text.replace("\n", "\r\n") for path, text in SOURCES.items()}

    assert load_course(windows) == load_course(SOURCES)


def test_a_picture_is_shown_from_where_it_is_served():
    text = MODULE_MD.replace("Text i början.", "![En dörr](media/dorr.png)")
    sources = {**SOURCES, MODULE: text, "modules/kurs/media/dorr.png": "d1g35t"}
    loaded = load_course(sources)

    assert loaded.problems == ()
    assert loaded.course.modules[0].sections[0].html == '<p><img alt="En dörr" src="/media/d1g35t"></p>'


# --- course.toml


def test_a_course_without_course_toml_is_checked_all_the_same():
    sources = {MODULE: MODULE_MD.replace("minuter: 5", "minuter: 0"), QUIZ: QUIZ_MD}

    assert load_course(sources).course is None
    assert problems(sources) == [
        (COURSE, 0, "kursen saknar filen course.toml; skapa den, med en annan kurs som förebild"),
        (MODULE, 4, "”minuter” ska vara ett heltal från 1 till 60, inte ”0”"),
    ]


def test_nothing_at_all_is_a_course_without_course_toml():
    assert problems({}) == [
        ("modules/course.toml", 0, "kursen saknar filen course.toml; skapa den, med en annan kurs som förebild")
    ]


UNREADABLE = "filen går inte att läsa här; skriv ”nyckel = värde” med texter inom citattecken, varje nyckel en gång"


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("edition = 1", "edition 1", 4),
        ("edition = 1", "edition = 1\nedition = 2", 5),
        ("edition_from = 2026-01-01", "edition_from = 2026-02-30", 5),
        ('owner = "Utbildning"', 'owner = "Utbildning', 10),
        ('modules = ["modul"]', 'modules = ["modul"\n\n', 10),
        ("best_before = 2027-01-01\n", 'best_before = """\n\n', 12),
        ("edition = 1", f"edition = {'9' * 4900}", 0),
        ("edition = 1", f"edition = {'[' * 4900}", 0),
    ],
)
def test_toml_that_cannot_be_read_is_one_problem_on_its_line(old, new, line):
    assert problems_with(COURSE, old, new) == [(line, UNREADABLE)]


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("edition = 1\n", "\n\nedition = 0\n", 6, "”edition” ska vara ett tal från 1 till 1000"),
        ("edition = 1\n", "edition = 1001\n", 4, "”edition” ska vara ett tal från 1 till 1000"),
        ("edition = 1\n", 'edition = "1"\n', 4, "”edition” ska vara ett heltal utan citattecken"),
        ("edition = 1\n", "edition = true\n", 4, "”edition” ska vara ett heltal utan citattecken"),
        ("edition = 1\n", "", 0, "nyckeln ”edition” saknas; skriv en rad ”edition = …”"),
        ("valid_months = 24", "valid_months = 0", 6, "”valid_months” ska vara ett tal från 1 till 1000"),
        (
            "edition_from = 2026-01-01",
            'edition_from = "2026-01-01"',
            5,
            "”edition_from” ska vara ett datum som 2026-11-22, utan citattecken",
        ),
        (
            "edition_from = 2026-01-01",
            "edition_from = 2026-01-01T10:00:00",
            5,
            "”edition_from” ska vara ett datum som 2026-11-22, utan citattecken",
        ),
        (
            'modules = ["modul"]',
            'modules = "modul"',
            7,
            '”modules” ska vara en lista med id:n inom citattecken, som ["a", "b"]',
        ),
        ("retired = []", "retired = [1]", 9, '”retired” ska vara en lista med id:n inom citattecken, som ["a", "b"]'),
        ('title = "En kurs"', "title = 2026-01-01", 2, "”title” ska vara en text inom citattecken"),
        ('title = "En kurs"', 'title = " "', 2, "”title” är tom; skriv ett värde"),
        (
            'audience = "employee"',
            'audience = "anställda"',
            3,
            "”audience” ska vara employee eller official, inte ”anställda”",
        ),
        ('id = "kurs"', 'id = "annan"', 1, "kursens id ska vara samma som mappens namn, ”kurs”"),
        (
            "retired = []",
            'retired = ["modul/borjan"]',
            9,
            "”modul/borjan” ska se ut som modules/modul/avsnitt, quizzes/quiz/fråga eller scenarier/scenario/scen",
        ),
        (
            "retired = []",
            'retired = ["modules/a/b/c"]',
            9,
            "”modules/a/b/c” ska se ut som modules/modul/avsnitt, quizzes/quiz/fråga eller scenarier/scenario/scen",
        ),
        (
            "retired = []",
            'retired = ["quizzes/a/b/c/d"]',
            9,
            "”quizzes/a/b/c/d” ska se ut som modules/modul/avsnitt, quizzes/quiz/fråga eller scenarier/scenario/scen",
        ),
        ("valid_months = 24", "valid_month = 24", 6, "okänd nyckel ”valid_month”; menade du ”valid_months”?"),
        (
            "valid_months = 24",
            '"färg röd" = 1',
            6,
            (
                "okänd nyckel ”färg röd”; välj bland audience, best_before, edition, edition_from, id, mandatory,"
                " modules, owner, retired, reviewed_on, title, valid_months"
            ),
        ),
        (
            "best_before = 2027-01-01",
            "best_before = 2027-01-01\n[colour]",
            13,
            (
                "okänd nyckel ”colour”; välj bland audience, best_before, edition, edition_from, id, mandatory,"
                " modules, owner, retired, reviewed_on, title, valid_months"
            ),
        ),
    ],
)
def test_a_value_of_course_toml_that_cannot_be_used(old, new, line, message):
    assert problems_with(COURSE, old, new) == [(line, message)]


def test_the_id_of_a_course_is_an_id():
    sources = {path.replace("kurs", "Kurs"): text for path, text in SOURCES.items()}
    sources["modules/Kurs/course.toml"] = COURSE_TOML.replace('"kurs"', '"Kurs"')

    assert load_course(sources).course is None
    assert problems(sources) == [
        (
            "modules/Kurs/course.toml",
            1,
            "id:t ”Kurs” för kursen får bara ha a–z, 0–9 och bindestreck; skriv till exempel ”kurs”",
        )
    ]


# --- the lists of course.toml


def test_a_listed_module_without_a_file():
    assert problems_with(COURSE, 'modules = ["modul"]', 'modules = ["modul", "till"]') == [
        (7, "modulen ”till” står i modules, men ingen modulfil har det id:t")
    ]


def test_a_module_that_is_listed_twice():
    assert problems_with(COURSE, 'modules = ["modul"]', 'modules = ["modul", "modul"]') == [
        (7, "modulen ”modul” står flera gånger i modules; låt den stå en gång")
    ]


def test_a_mandatory_module_that_is_not_listed():
    assert problems_with(COURSE, 'mandatory = ["modul"]', 'mandatory = ["modul", "till"]') == [
        (8, "modulen ”till” står i mandatory men inte i modules; lägg till den där")
    ]


def test_a_course_without_a_mandatory_module():
    assert problems_with(COURSE, 'mandatory = ["modul"]', "mandatory = []") == [
        (8, "mandatory är tom; kursen behöver minst en obligatorisk modul")
    ]


def test_a_module_file_that_is_not_listed():
    sources = course_sources(modules=("modul", "till"))
    sources[COURSE] = course_sources()[COURSE]

    assert problems(sources) == [
        ("modules/kurs/till.md", 2, "modulen ”till” står inte i modules i course.toml; lägg till den")
    ]


@pytest.mark.parametrize(
    "path",
    [
        "modules/modul",
        "modules/modul/borjan",
        "quizzes/fragor",
        "quizzes/fragor/forsta",
        "quizzes/fragor/forsta/fel",
    ],
)
def test_an_id_cannot_be_used_and_retired(path):
    assert problems_with(COURSE, "retired = []", f'retired = ["{path}"]') == [
        (9, f"”{path}” står i retired men används; välj ett nytt id där det används")
    ]


def test_an_id_that_nothing_uses_may_be_retired():
    assert problems_with(COURSE, "retired = []", 'retired = ["modules/gammal", "quizzes/fragor/forsta/gammalt"]') == []


# --- module files


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("titel: En modul", "titel:", [(3, "nyckeln ”titel” saknar värde; skriv det efter kolonet")]),
        ("minuter: 5", "minuter: 61", [(4, "”minuter” ska vara ett heltal från 1 till 60, inte ”61”")]),
        ("minuter: 5", "minuter: fem", [(4, "”minuter” ska vara ett heltal från 1 till 60, inte ”fem”")]),
        ("minuter: 5", "minuter: ٥", [(4, "”minuter” ska vara ett heltal från 1 till 60, inte ”٥”")]),
        (
            "minuter: 5",
            f"minuter: {'9' * 4900}",
            [(4, f"”minuter” ska vara ett heltal från 1 till 60, inte ”{'9' * 4900}”")],
        ),
        (
            "granskad: 2026-01-01",
            "granskad: i våras",
            [(9, "”granskad” ska vara ett datum som 2026-11-22, inte ”i våras”")],
        ),
        (
            "bäst_före: 2027-01-01",
            "bäst_före: 2027-13-01",
            [(10, "”bäst_före” ska vara ett datum som 2026-11-22, inte ”2027-13-01”")],
        ),
        (
            "ägare: Utbildning",
            "ägare: Utbildning\nobligatorisk: ja",
            [
                (
                    9,
                    (
                        "okänd nyckel ”obligatorisk”; välj bland bäst_före, för, granskad, granskas, granskat, id,"
                        " källor, minuter, mål, quiz, titel, ägare"
                    ),
                )
            ],
        ),
        ("## Slutet {#slutet}", "## Slutet", [(17, "avsnittet saknar id; skriv ”## Slutet {#slutet}”")]),
        ("## Slutet {#slutet}", "## Slutet {slutet}", [(17, "avsnittet saknar id; skriv ”## Slutet {#slutet}”")]),
        (
            "## Början {#borjan}",
            "## Början {#borjan} nu",
            [(14, "rubriken ska sluta med id:t, som {#borjan}; ta bort ”nu”")],
        ),
        ("## Början {#borjan}", "## {#borjan}", [(14, "avsnittet saknar rubrik; skriv den före klammern")]),
        ("{#slutet}", "{#borjan}", [(17, "id:t ”borjan” står redan på rad 14; välj ett annat")]),
        (
            "## Slutet {#slutet}",
            "##Slutet {#slutet}",
            [(17, "rubriken är fel skriven; skriv ”## Rubrik” eller ”### Rubrik” längst till vänster")],
        ),
        (
            "## Slutet {#slutet}",
            "## Slutet på [LARM] {#slutet}",
            [(17, "[LARM] fylls inte i i rubriker; flytta den till texten")],
        ),
        (
            "{#slutet}",
            "{#Slutet}",
            [(17, "id:t ”Slutet” för avsnittet får bara ha a–z, 0–9 och bindestreck; skriv till exempel ”slutet”")],
        ),
        (
            "Text i slutet.",
            "Text <i>i</i> slutet.",
            [(18, "HTML-taggar går inte att använda; skriv med Markdown, och länkar som [text](https://…)")],
        ),
        (
            "- En sak",
            "- En [sak](javascript:alert)",
            [(12, "länken ”javascript:alert” är inte tillåten; använd https://, mailto:, tel: eller en egen sida")],
        ),
        (
            "Text i slutet.",
            "![En dörr](media/dorr.png)",
            [(18, "bilden ”media/dorr.png” finns inte; lägg den i kursens mapp media/ och skriv media/namn.png")],
        ),
        ("Text i slutet.", "Ring [LARMET]", [(18, "okänd platshållare [LARMET]; menade du ”LARM”?")]),
    ],
)
def test_a_module_file_that_is_wrong_is_reported_on_its_line(old, new, found):
    assert problems_with(MODULE, old, new) == found


def test_a_module_without_sections():
    sources = {**SOURCES, MODULE: MODULE_MD.partition("## Början")[0] + "Text.\n"}

    assert problems(sources) == [
        (MODULE, 0, "modulen har inget avsnitt; ett avsnitt börjar med ”## Rubrik {#id}”"),
        (QUIZ, 6, "avsnittet ”borjan” finns inte i modulen"),
    ]


def test_a_module_without_a_head_is_checked_all_the_same():
    sources = {**SOURCES, MODULE: "## Början\nText.\n", QUIZ: QUIZ_MD}

    assert problems(sources) == [
        (COURSE, 7, "modulen ”modul” står i modules, men ingen modulfil har det id:t"),
        (MODULE, 1, "avsnittet saknar id; skriv ”## Början {#borjan}”"),
        (MODULE, 1, "filen ska börja med en rad --- och sedan raderna ”nyckel: värde”"),
        (QUIZ, 4, "modulen ”modul” finns inte"),
    ]


def test_two_modules_with_the_same_id():
    sources = {
        **SOURCES,
        "modules/kurs/zz.md": MODULE_MD.replace("id: modul", "titel: Z\nid: modul").replace("titel: En modul\n", ""),
    }

    assert problems(sources) == [
        ("modules/kurs/zz.md", 3, "id:t ”modul” finns redan i modules/kurs/modul.md; välj ett annat")
    ]


# --- modules and their quizzes


def test_a_module_whose_quiz_is_not_there():
    sources = {**SOURCES, MODULE: MODULE_MD.replace("quiz: fragor", "quiz: fragorna")}

    assert problems(sources) == [
        (MODULE, 5, "quizen ”fragorna” finns inte; menade du ”fragor”?"),
        (QUIZ, 4, "modulen ”modul” har inte raden ”quiz: fragor” i sitt huvud; skriv den"),
    ]


def test_a_course_without_question_files():
    assert problems({COURSE: COURSE_TOML, MODULE: MODULE_MD}) == [(MODULE, 5, "quizen ”fragor” finns inte")]


@pytest.mark.parametrize(("head", "line"), [("", 1), ("quiz:\n", 5)])
def test_a_mandatory_module_without_a_quiz(head, line):
    sources = {COURSE: COURSE_TOML, MODULE: MODULE_MD.replace("quiz: fragor\n", head)}

    assert problems(sources) == [
        (MODULE, line, "en obligatorisk modul behöver en quiz, annars kan ingen bli klar med den")
    ]


def test_a_module_that_is_not_mandatory_needs_no_quiz():
    sources = course_sources(modules=("modul", "till"))
    sources[COURSE] = sources[COURSE].replace('mandatory = ["modul", "till"]', 'mandatory = ["modul"]')
    sources["modules/kurs/till.md"] = sources["modules/kurs/till.md"].replace("quiz: till-fragor\n", "")
    del sources["quizzes/kurs/till.md"]

    assert problems(sources) == []


def test_a_quiz_whose_module_is_not_there():
    sources = {**SOURCES, QUIZ: QUIZ_MD.replace("modul: modul", "modul: modulen")}

    assert problems(sources) == [(QUIZ, 4, "modulen ”modulen” finns inte; menade du ”modul”?")]


def test_a_quiz_of_a_module_that_has_another():
    other = QUIZ_MD.replace("quiz: fragor", "quiz: fler")

    assert problems({**SOURCES, "quizzes/kurs/fler.md": other}) == [
        ("quizzes/kurs/fler.md", 4, "modulen ”modul” har inte raden ”quiz: fler” i sitt huvud; skriv den")
    ]


def test_two_modules_cannot_share_a_quiz():
    sources = course_sources(modules=("modul", "till"))
    sources["modules/kurs/till.md"] = sources["modules/kurs/till.md"].replace("till-fragor", "modul-fragor")
    del sources["quizzes/kurs/till.md"]

    assert problems(sources) == [
        ("modules/kurs/till.md", 5, "quizen ”modul-fragor” hör till modulen ”modul”; skriv en egen quiz")
    ]


def test_two_quizzes_with_the_same_id():
    assert problems({**SOURCES, "quizzes/kurs/zz.md": QUIZ_MD}) == [
        ("quizzes/kurs/zz.md", 2, "id:t ”fragor” finns redan i quizzes/kurs/modul.md; välj ett annat")
    ]


def test_a_question_whose_section_is_not_in_the_module():
    assert problems_with(QUIZ, "avsnitt=borjan", "avsnitt=borjann") == [
        (6, "avsnittet ”borjann” finns inte i modulen; menade du ”borjan”?")
    ]


def test_a_question_without_a_section():
    assert problems_with(QUIZ, " avsnitt=borjan", "") == [
        (6, "frågan saknar avsnitt; skriv till exempel avsnitt=borjan")
    ]


def test_a_retired_question_may_name_a_section_that_is_gone():
    retired = QUIZ_MD.partition("---\n## ")[2].replace(
        "#forsta .enval avsnitt=borjan", "#gammal .enval .utgått avsnitt=x"
    )

    assert problems({**SOURCES, QUIZ: f"{QUIZ_MD}\n## {retired}"}) == []


# --- all at once


def test_faults_of_several_files_are_reported_at_once_by_file_and_line():
    sources = {
        COURSE: COURSE_TOML.replace("edition = 1", "edition = 0").replace('owner = "Utbildning"\n', ""),
        MODULE: MODULE_MD.replace("minuter: 5", "minuter: 0").replace("Text i slutet.", "Ring [LARMET]"),
        QUIZ: QUIZ_MD.replace("[x]", "[ ]").replace("  > Nej.\n", ""),
        "modules/kurs/till.md": "Hej\n",
    }

    assert load_course(sources).course is None
    assert problems(sources) == [
        (COURSE, 0, "nyckeln ”owner” saknas; skriv en rad ”owner = …”"),
        (COURSE, 4, "”edition” ska vara ett tal från 1 till 1000"),
        (MODULE, 4, "”minuter” ska vara ett heltal från 1 till 60, inte ”0”"),
        (MODULE, 18, "okänd platshållare [LARMET]; menade du ”LARM”?"),
        ("modules/kurs/till.md", 0, "modulen har inget avsnitt; ett avsnitt börjar med ”## Rubrik {#id}”"),
        ("modules/kurs/till.md", 1, "filen ska börja med en rad --- och sedan raderna ”nyckel: värde”"),
        (QUIZ, 6, "en fråga av typen enval ska ha exakt ett rätt alternativ ([x]), den har 0"),
        (QUIZ, 11, "alternativet saknar återkoppling; skriv en rad ”  > text” under det"),
    ]


def test_problems_are_ordered_by_line_as_numbers():
    text = MODULE_MD.replace("granskad: 2026-01-01", "granskad: x").replace("bäst_före: 2027-01-01", "bäst_före: x")

    assert [line for _, line, _ in problems({**SOURCES, MODULE: text})] == [9, 10]


def test_a_problem_reads_as_path_line_and_message():
    assert str(Problem("modules/a.md", 7, "fel")) == "modules/a.md:7: fel"
    assert str(Problem("modules/a.md", 0, "fel")) == "modules/a.md: fel"


# --- folders on disk

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def on_disk(root, files):
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def test_a_folder_gives_its_texts_its_pictures_and_nothing_else(tmp_path):
    root = on_disk(
        tmp_path,
        {
            **SOURCES,
            "modules/kurs/media/dorr.PNG": PNG,
            "modules/kurs/media/.DS_Store": "x",
            "modules/kurs/.#modul.md": "x",
            "modules/kurs/anteckningar.txt": "x",
            "modules/annan/course.toml": "x",
            "quizzes/annan/modul.md": "x",
        },
    )
    folder = read_folder(root, "kurs")
    digest = sha256(PNG).hexdigest()

    assert folder.problems == ()
    assert folder.sources == {**SOURCES, "modules/kurs/media/dorr.PNG": digest}
    assert folder.pictures == {digest: Picture("image/png", PNG)}
    assert load_course(folder.sources).problems == ()


def test_the_editors_byte_order_mark_and_line_ends_are_not_part_of_the_source(tmp_path):
    root = on_disk(tmp_path, {path: "\ufeff" + text.replace("\n", "\r\n") for path, text in SOURCES.items()})

    assert read_folder(root, "kurs").sources == SOURCES


def test_a_text_that_is_not_utf_8_is_one_problem_on_its_line_and_read_all_the_same(tmp_path):
    root = on_disk(
        tmp_path,
        {**SOURCES, MODULE: MODULE_MD.encode("cp1252"), QUIZ: QUIZ_MD.replace("Första", "Forsta").encode("cp1252")},
    )
    folder = read_folder(root, "kurs")

    assert folder.problems == (
        Problem(MODULE, 6, "filen är inte sparad som UTF-8; spara om den så"),
        Problem(QUIZ, 3, "filen är inte sparad som UTF-8; spara om den så"),
    )
    assert load_course(folder.sources).problems == ()


def test_bytes_that_are_no_text_at_all_are_no_traceback(tmp_path):
    root = on_disk(tmp_path, {**SOURCES, QUIZ: bytes(range(256))})
    folder = read_folder(root, "kurs")

    assert folder.problems == (Problem(QUIZ, 2, "filen är inte sparad som UTF-8; spara om den så"),)
    assert load_course(folder.sources).course is not None


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("bild.gif", b"GIF89a", "bilder ska vara .png, .jpg, .jpeg, .webp; spara om bilden eller flytta filen"),
        (
            "bild.svg",
            b"<svg onload=alert(1)>",
            "bilder ska vara .png, .jpg, .jpeg, .webp; spara om bilden eller flytta filen",
        ),
        ("bild.png", PNG + bytes(500_000), "bilden är större än 500 kB; gör den mindre"),
        (
            "bild.png",
            b"<script>",
            "filen är ingen bild av typen image/png; spara om bilden i det format som namnet säger",
        ),
        ("bild.jpg", PNG, "filen är ingen bild av typen image/jpeg; spara om bilden i det format som namnet säger"),
        ("bild.webp", b"", "filen är ingen bild av typen image/webp; spara om bilden i det format som namnet säger"),
    ],
)
def test_a_picture_that_cannot_be_used_is_no_source(tmp_path, name, content, message):
    root = on_disk(tmp_path, {**SOURCES, f"modules/kurs/media/{name}": content})
    folder = read_folder(root, "kurs")

    assert folder.problems == (Problem(f"modules/kurs/media/{name}", 0, message),)
    assert (folder.sources, folder.pictures) == (SOURCES, {})


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.png", PNG, "image/png"),
        ("a.jpg", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a.jpeg", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a.webp", b"RIFF....WEBP", "image/webp"),
        ("a.png", PNG.ljust(500_000), "image/png"),
    ],
)
def test_a_picture_has_one_of_three_types(tmp_path, name, content, kind):
    folder = read_folder(on_disk(tmp_path, {f"modules/kurs/media/{name}": content}), "kurs")

    assert list(folder.pictures.values()) == [Picture(kind, content)]


def test_a_folder_or_a_dead_link_where_a_file_should_be_is_a_problem(tmp_path):
    root = on_disk(tmp_path, {**SOURCES, "modules/kurs/media/fler/dorr.png": PNG})
    (root / "modules/kurs/extra.md").symlink_to(root / "nowhere")
    unreadable = "filen går inte att läsa; lägg en vanlig fil här eller ta bort den"

    assert read_folder(root, "kurs").problems == (
        Problem("modules/kurs/extra.md", 0, unreadable),
        Problem("modules/kurs/media/fler", 0, unreadable),
    )


def test_every_folder_with_texts_is_a_course_also_when_it_lacks_course_toml(tmp_path):
    root = on_disk(
        tmp_path,
        {"modules/b/course.toml": "", "modules/a/modul.md": "", "modules/c/media/x.png": PNG, "modules/README.md": ""},
    )
    (root / "modules/empty").mkdir()

    assert {name: list(folder.sources) for name, folder in course_folders(root).items()} == {
        "a": ["modules/a/modul.md"],
        "b": ["modules/b/course.toml"],
    }


# --- odd and hostile authors

PIECES = [
    "---", "\n", " ", "\t", "\r", ":", "#", "## ", "### ", "{#a}", "{", "}", ".enval", ".flerval", ".utgått", "★",
    "- [x] ", "- [ ] ", "  > ", "> ", "- ", "1. ", "* ", "![", "[", "](", ")", "media/", "javascript:", "<", "&lt;",
    "!!! apt ", "|", "`", "**", "_", "\\", "[LARM]", "id: ", "quiz: ", "=", '"', "'''", "[[", "]]", "\x00", "\x02",
    "\ud800", "\ufeff", "\u2028", "å", "2026-01-01", "99999999999999999999", "inf", "nan", "true",
]  # fmt: skip
ODD = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=40).map("".join)
BOUNDED = settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])


@given(toml=ODD, module=ODD, quiz=ODD)
@BOUNDED
def test_any_text_whatever_gives_problems_and_no_traceback(toml, module, quiz):
    loaded = load_course({COURSE: toml, MODULE: module, QUIZ: quiz})

    assert loaded.problems != ()


@given(path=st.sampled_from(sorted(SOURCES)), start=st.integers(0, 600), length=st.integers(0, 40), piece=ODD)
@BOUNDED
def test_a_valid_file_with_any_piece_changed_gives_no_traceback(path, start, length, piece):
    text = SOURCES[path]
    start = min(start, len(text))
    changed = text[:start] + piece + text[start + length :]

    loaded = load_course({**SOURCES, path: changed})

    assert list(loaded.problems) == sorted(loaded.problems)
    assert all(
        0 <= line <= changed.count("\n") + changed.count("\r") + 1
        for where, line, _ in loaded.problems
        if where == path
    )


@given(piece=ODD)
@BOUNDED
def test_any_text_in_a_section_and_in_a_question_gives_no_traceback(piece):
    module = MODULE_MD.replace("Text i början.", piece)
    quiz = QUIZ_MD.replace("Vad gör du?", piece)

    assert load_course({**SOURCES, MODULE: module, QUIZ: quiz}).course is not None


@pytest.mark.parametrize(
    "line",
    [
        "a",
        "[",
        "![",
        "[a](",
        "- ",
        "> ",
        ">",
        "1. ",
        "*",
        "*a ",
        "_a",
        "`",
        "#",
        "<",
        "{",
        " ",
        "\\",
        "|",
        "!!! ",
        "\t",
        "&",
        "a: ",
    ],
)
def test_a_line_of_a_megabyte_is_refused_within_seconds(line):
    started = time.perf_counter()
    long = line * (1_000_000 // len(line))
    module = MODULE_MD.replace("Text i början.", long)
    quiz = QUIZ_MD.replace("Det rätta", long)

    found = problems({COURSE: COURSE_TOML.replace("En kurs", long), MODULE: module, QUIZ: quiz})

    assert (MODULE, 15, "raden har mer än 5000 tecken; dela upp den i stycken") in found
    assert (QUIZ, 9, "raden har mer än 5000 tecken; dela upp den i stycken") in found
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("mark", ["- ", "> ", ">", "1. ", "* ", "+ ", "- > ", "    ", "\t"])
def test_very_deep_nesting_is_a_problem_and_harms_nothing_that_is_read_later(mark):
    deep = mark * (4900 // len(mark)) + "x"
    before = load_course(SOURCES)

    assert problems_with(MODULE, "Text i början.", deep) == [
        (15, "raden ligger för djupt; använd högst sex nivåer av listor, citat och rutor")
    ]
    assert load_course(SOURCES) == before


def test_six_levels_of_lists_are_allowed():
    nested = "\n".join("    " * level + f"- {level}" for level in range(6))

    assert problems_with(MODULE, "Text i början.", nested) == []


# --- scenarios ---

SCENARIO = "quizzes/kurs/scenarier/dorren.md"


def test_scenarios_lie_in_a_folder_of_their_own_and_are_no_quizzes():
    loaded = load_course(SOURCES | scenario_sources() | scenario_sources("annan"))

    assert loaded.problems == ()
    assert set(loaded.course.scenarios) == {"dorren", "annan"}
    assert set(loaded.course.quizzes) == {"fragor"}
    assert [each.id for each in loaded.course.scenarios_of("modul")] == ["annan", "dorren"]
    assert loaded.course.scenarios_of("annan-modul") == ()


def test_a_scenario_belongs_to_a_module_there_is():
    assert problems(SOURCES | scenario_sources(module="modull")) == [
        (SCENARIO, 4, "modulen ”modull” finns inte; menade du ”modul”?")
    ]


def test_two_scenarios_have_two_ids():
    (text,) = scenario_sources().values()

    assert problems(SOURCES | scenario_sources() | {"quizzes/kurs/scenarier/en-till.md": text}) == [
        ("quizzes/kurs/scenarier/en-till.md", 2, f"id:t ”dorren” finns redan i {SCENARIO}; välj ett annat")
    ]


@pytest.mark.parametrize("name", ["klar", "scenario", "scenarier"])
def test_a_module_is_not_called_as_a_page_of_the_course(name):
    sources = course_sources(modules=(name,))

    assert problems(sources) == [
        (f"modules/kurs/{name}.md", 2, f"id:t ”{name}” är upptaget av en av kursens sidor; välj ett annat")
    ]


def test_the_scenarios_of_a_folder_are_read_and_nothing_deeper(tmp_path):
    for path, text in (SOURCES | scenario_sources()).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    deeper = tmp_path / "quizzes" / "kurs" / "scenarier" / "gamla"
    deeper.mkdir()
    (deeper / "x.md").write_text("inget", encoding="utf-8")
    hidden = tmp_path / "quizzes" / "kurs" / "scenarier" / ".utkast.md"
    hidden.write_text("inget", encoding="utf-8")

    assert set(read_folder(tmp_path, "kurs").sources) == {*SOURCES, SCENARIO}
