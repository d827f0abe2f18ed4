"""Materials, facts, the audit, and links between pages: what the check says of them."""

from datetime import date

import pytest
from world import course_sources, with_material

from course.content.links import broken_links
from course.content.load import load_course
from course.content.model import Fact, Finding
from course.content.source import read_folder

OVNING = "modules/kurs/material/ovning.md"
WORDS = "modules/kurs/material/ordlista.md"
AUDIT = "modules/kurs/revision.toml"
FACTS = "modules/kallor.toml"
MODULE = "modules/kurs/modul.md"
TOML = "modules/kurs/course.toml"
SOURCES = with_material(course_sources())


def problems_with(path, old, new):
    """(line, message) after a change in one file of a course that had no problem."""
    assert old in SOURCES[path]
    found = load_course({**SOURCES, path: SOURCES[path].replace(old, new, 1)}).problems
    assert {problem.path for problem in found} <= {path}
    return [(problem.line, problem.message) for problem in found]


def test_a_course_has_its_materials_facts_and_audit():
    loaded = load_course(SOURCES)
    course = loaded.course

    assert loaded.problems == ()
    assert [material.id for material in course.materials] == ["ordlista", "ovning", "ratt-vag"]
    found = course.material("ovning")
    assert (found.title, found.kind, found.minutes, found.tracks) == ("Öva", "guide", 20, ("eb",))
    assert (found.sources, found.recommendations, found.best_before) == (("F1",), (1,), date(2999, 1, 1))
    assert [(section.id, section.title) for section in found.sections] == [("forst", "Först"), ("sedan", "Sedan")]
    assert found.lead == "<p>Så här gör ni.</p>"
    assert course.facts == {"F1": Fact("F1", "Det här är sant.", "En lag", "kontrollerad")}
    answered = ("ovning", "ordlista", "ratt-vag")
    assert course.audit.recommendations == (Finding(1, "Gör så här", "", "Rapporten", ("modul",), answered, 1),)
    assert [(each.number, each.verdict, each.line) for each in course.audit.questions] == [(1, "Delvis uppfylld", 8)]
    assert [(each.id, each.title, each.dated) for each in course.audit.documents] == [
        ("001", "Ett yttrande", "13\u00a0oktober 2023")
    ]


def test_a_course_may_do_without_any_of_them():
    loaded = load_course(course_sources())

    assert loaded.problems == ()
    assert (loaded.course.materials, loaded.course.audit, loaded.course.facts) == ((), None, {})


def test_what_may_be_left_out_of_a_material():
    text = SOURCES[OVNING].replace("minuter: 20\nspår: eb\nkällor: F1\nrekommendationer: 1\n", "")
    found = load_course({**SOURCES, OVNING: text}).course.material("ovning")

    assert (found.minutes, found.tracks, found.sources, found.recommendations) == (None, (), (), ())


@pytest.mark.parametrize(
    ("path", "old", "new", "line", "message"),
    [
        (OVNING, "sort: guide", "sort: gide", 4, "okänd sort ”gide”; menade du ”guide”?"),
        (OVNING, "spår: eb", "spår: eb, ifu", 6, "okänt spår ”ifu”; menade du ”ifo”?"),
        (OVNING, "källor: F1", "källor: F1, F2", 7, "”F2” finns inte i modules/kallor.toml; rätta numret eller skriv"),
        (OVNING, "rekommendationer: 1", "rekommendationer: ett", 8, "”ett” är inget nummer; skriv till exempel ”1, 4”"),
        (OVNING, "rekommendationer: 1", "rekommendationer: 2", 8, "rekommendation 2 finns inte i revision.toml"),
        (OVNING, "titel: Öva\n", "", 1, "nyckeln ”titel” saknas; skriv en rad"),
        (OVNING, "sort: guide", "sort: övning", 0, "övningen saknar avsnittet ”## Gör det skriftligt {#skriftligt}”"),
        (OVNING, "ordlista#sedan", "ordlista#jav", 19, "”jav” finns inte på sidan /ordlista"),
        (WORDS, "sort: uppslag", "sort: guide", 4, "”ordlista” är ett uppslag; skriv ”sort: uppslag”"),
        (MODULE, "källor: F1", "källor: F1; F3", 7, "”F3” finns inte i modules/kallor.toml; rätta numret eller skriv"),
        (MODULE, "källor: F1", "för: chefen\nkällor: F1", 7, "”för” ska vara chef, inte ”chefen”; ta bort raden"),
        (MODULE, "källor: F1", "för: chef\nkällor: F1", 7, "en modul för chefer kan inte vara obligatorisk"),
        (AUDIT, 'modules = ["modul"]', 'modules = ["modulen"]', 1, "modulen ”modulen” finns inte; menade du ”modul”?"),
        (AUDIT, '["ovning"]', '["ovningen"]', 1, "materialet ”ovningen” finns inte; menade du ”ovning”?"),
        (
            AUDIT,
            '"Delvis uppfylld"',
            '"Kanske"',
            8,
            "”verdict” ska vara Uppfylld, Delvis uppfylld eller Ej uppfylld, inte ”Kanske”",
        ),
        (AUDIT, 'verdict = "Delvis uppfylld"\n', "", 8, "nyckeln ”verdict” saknas; skriv en rad"),
        (AUDIT, "date = 2023-10-13\n", "", 16, 'skriv ”date = 2023-10-13”, eller ”dated = "hösten 2023"” när'),
        (OVNING, "granskad:", "granskas: jursit\ngranskad:", 10, "okänd granskare ”jursit”; menade du ”jurist”?"),
        (AUDIT, "[[document]]", "[[dokument]]", 16, "okänd del ”dokument”; menade du ”document”?"),
        (AUDIT, "[[document]]", "[document]", 0, "”document” ska skrivas som [[document]] på en egen rad"),
        (AUDIT, "number = 1", 'number = "1"', 1, "”number” ska vara ett heltal utan citattecken"),
        (AUDIT, "[[question]]", "[[question]", 8, "filen går inte att läsa här"),
        (FACTS, '"F1"', '"f1"', 1, "”f1” ska vara F och ett nummer, som ”F12”"),
        (
            FACTS,
            '"kontrollerad"',
            '"säker"',
            1,
            "”certainty” ska vara kontrollerad, i andra hand, underlag eller okont",
        ),
        (FACTS, 'source = "En lag"', 'source = ""', 1, "”source” är tom; skriv ett värde"),
        (FACTS, 'source = "En lag"', 'kalla = "En lag"', 1, "okänd nyckel ”kalla”"),
    ],
)
def test_a_fault_is_told_with_its_line_and_what_to_do(path, old, new, line, message):
    found = load_course({**SOURCES, path: SOURCES[path].replace(old, new, 1)}).problems

    assert any(
        (problem.path, problem.line) == (path, line) and problem.message.startswith(message) for problem in found
    ), found


def test_what_only_the_owners_read_answers_nothing_in_the_audit():
    found = load_course({**SOURCES, OVNING: SOURCES[OVNING].replace("sort: guide", "sort: granskning")}).problems

    assert [(problem.path, problem.line, problem.message) for problem in found] == [
        (AUDIT, 1, "”ovning” är till för er som äger innehållet och svarar inte på revisionen")
    ]


def test_an_audit_says_who_audited_whom_what_is_known_of_a_day_and_what_an_answer_is_worth():
    text = SOURCES[AUDIT].replace("date = 2023-10-13", 'dated = "2020 (dag framgår inte)"')
    text = text.replace('source = "Rapporten"\n', 'source = "Rapporten"\nnote = "Bara en länk."\n', 1)
    audit = load_course({**SOURCES, AUDIT: '[[about]]\ntext = "Vi granskade er."\n\n' + text}).course.audit

    assert audit.about == ("Vi granskade er.",)
    assert [each.note for each in audit.recommendations + audit.questions] == ["Bara en länk.", ""]
    assert [each.dated for each in audit.documents] == ["2020 (dag framgår inte)"]


def test_a_number_of_the_audit_stands_once():
    doubled = SOURCES[AUDIT] + SOURCES[AUDIT].split("[[question]]")[0]

    assert load_course({**SOURCES, AUDIT: doubled}).problems[0].message == "”1” står redan på rad 1; välj ett annat"


def test_without_a_list_of_facts_any_number_will_do():
    sources = {path: text for path, text in SOURCES.items() if path != FACTS}

    assert load_course(sources).problems == ()


def test_a_module_cannot_be_called_like_one_of_the_courses_pages():
    found = load_course(course_sources(modules=("material",))).problems

    assert [(problem.line, problem.message) for problem in found] == [
        (2, "id:t ”material” är upptaget av en av kursens sidor; välj ett annat")
    ]


def test_a_module_for_managers_is_hidden_from_others_and_shown_to_them():
    sources = course_sources(modules=("modul", "ledare"))
    sources[TOML] = sources[TOML].replace('mandatory = ["modul", "ledare"]', 'mandatory = ["modul"]')
    path = "modules/kurs/ledare.md"
    sources[path] = sources[path].replace("källor: F1", "källor: F1\nför: chef")
    loaded = load_course(sources)

    assert loaded.problems == ()
    assert [module.id for module in loaded.course.modules] == ["modul", "ledare"]
    assert [module.id for module in loaded.course.for_everybody.modules] == ["modul"]


# --- links ---


@pytest.mark.parametrize(
    "target",
    [
        *("https://example.org/a", "mailto:a@example.org", "tel:112", "/stod", "/ratt-vag", "/ratt-vag#forst"),
        *("/ordlista", "/ordlista#forst", "/kurs/kurs", "/kurs/kurs/modul", "/kurs/kurs/modul/slutet"),
        *("/kurs/kurs/material", "/kurs/kurs/material/ovning#sedan", "/kurs/kurs/kallor#f1", "/handbok#x"),
    ],
)
def test_a_link_to_what_is_there(target):
    assert problems_with(MODULE, "Text i slutet.", f"[Läs mer]({target})") == []


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("/ordlistan", "sidan ”/ordlistan” finns inte; rätta adressen"),
        ("/ordlista#finns-inte", "”finns-inte” finns inte på sidan /ordlista"),
        ("/ratt-vag#finns-inte", "”finns-inte” finns inte på sidan /ratt-vag"),
        ("/kurs/annan", "sidan ”/kurs/annan” finns inte; rätta adressen"),
        ("/kurs/kurs/modul/mitten", "sidan ”/kurs/kurs/modul/mitten” finns inte; rätta adressen"),
        ("/kurs/kurs/material/finns-inte", "sidan ”/kurs/kurs/material/finns-inte” finns inte; rätta adressen"),
        ("/kurs/kurs/kallor#f2", "”f2” finns inte på sidan /kurs/kurs/kallor; välj bland f1"),
        ("ordlista#sedan", "länken ”ordlista#sedan” ska vara en hel adress, som /ordlista#jav"),
        ("#slutet", "länken ”#slutet” ska vara en hel adress, som /ordlista#jav"),
    ],
)
def test_a_link_to_what_is_not_there(target, message):
    (problem,) = problems_with(MODULE, "Text i slutet.", f"[Läs mer]({target})")

    assert problem == (22, problem[1])
    assert problem[1].startswith(message)


def test_a_course_without_a_glossary_is_checked_against_anothers():
    own = course_sources(course="andra")
    own["modules/andra/modul.md"] = own["modules/andra/modul.md"].replace("Text i slutet.", "[Ord](/ordlista#ordet)")
    loaded = load_course(own)
    glossary = load_course(SOURCES).course.material("ordlista")

    assert loaded.problems == ()
    assert [str(problem).partition(";")[0] for problem in broken_links(loaded.course, own, glossary)] == [
        "modules/andra/modul.md:22: ”ordet” finns inte på sidan /ordlista"
    ]


# --- on disk ---


def test_a_folder_holds_materials_the_audit_and_the_facts_that_all_courses_share(tmp_path):
    for path, text in {**SOURCES, **course_sources(course="andra")}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")

    assert dict(read_folder(tmp_path, "kurs").sources) == SOURCES
    assert FACTS in read_folder(tmp_path, "andra").sources
    assert not any("material" in path for path in read_folder(tmp_path, "andra").sources)
