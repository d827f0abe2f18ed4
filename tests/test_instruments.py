"""Instruments: questions of surveys, a part of every course so that a release says what was asked."""

import pytest
from world import course_sources

from course.content.identity import broken_promises
from course.content.load import load_course
from course.content.source import read_folder

PATH = "quizzes/instrument/fore-efter.md"
INSTRUMENT = """\
---
instrument: fore-efter
titel: Före och efter
sort: enkät
om: Den visar hur det ser ut.
källor: F1
---

## Definitionen {#definition .skala}

Hur väl stämmer det i dag?

1 = Inte alls
2 = Helt
- = Vet inte

- Vi har en tydlig förklaring {#tydlig}
- Alla kan den {#alla}

### Referens
Ingen referens.

### Jämförbarhet
Jämför med er själva.

### Källa
Dokument 003.

## Nästa steg {#steg .fritext}

Vad gör ni nu?
"""
SOURCES = {**course_sources(), PATH: INSTRUMENT}


def problems_with(old, new):
    """(line, message) after a change in an instrument that had no problem."""
    assert old in INSTRUMENT
    found = load_course({**SOURCES, PATH: INSTRUMENT.replace(old, new, 1)}).problems
    return [(problem.line, problem.message) for problem in found if problem.path == PATH]


def test_a_course_has_its_instruments_apart_from_its_quizzes():
    loaded = load_course(SOURCES)
    found = loaded.course.instruments["fore-efter"]

    assert loaded.problems == ()
    assert list(loaded.course.quizzes) == ["modul-fragor"]
    assert (found.title, found.kind, found.about) == ("Före och efter", "enkät", "Den visar hur det ser ut.")
    assert [(item.id, item.type, [part.id for part in item.parts]) for item in found.items.values()] == [
        ("definition", "skala", ["tydlig", "alla"]),
        ("steg", "fritext", []),
    ]
    assert found.items["definition"].notes["Jämförbarhet"] == "<p>Jämför med er själva.</p>"


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("sort: enkät", "sort: enkat", 4, "okänd sort ”enkat”; menade du ”enkät”?"),
        ("om: Den visar hur det ser ut.\n", "", 1, "nyckeln ”om” saknas; skriv en rad ”om: …” mellan raderna ---"),
        (
            "### Referens\nIngen referens.\n",
            "",
            9,
            "skalan saknar ”### Referens”; skriv den, om så bara ”Ingen referens”",
        ),
        (
            "{#steg .fritext}",
            "{#steg .fritext avsnitt=borjan}",
            29,
            "avsnitt=, mål= och form= hör till kursens frågor; ta bort dem",
        ),
        (
            "{#steg .fritext}\n\nVad gör ni nu?",
            "{#steg .kortsvar}\n\nVad gör ni nu?\n\n= inget\n\n### Förklaring\nJa.",
            29,
            "ett instrument har inga rätta svar; skriv .skala eller .fritext i stället för .kortsvar",
        ),
    ],
)
def test_a_fault_is_told_with_its_line(old, new, line, message):
    assert (line, message) in problems_with(old, new)


def test_a_quiz_has_no_reference():
    path = "quizzes/kurs/modul.md"
    sources = {**SOURCES, path: SOURCES[path] + "\n### Referens\nIngen.\n"}

    assert [problem.message for problem in load_course(sources).problems] == [
        "”### Referens” hör till instrument; ta bort den"
    ]


def test_an_id_that_answers_hang_on_never_disappears():
    old = load_course(SOURCES).course

    def broken(was, now):
        return list(broken_promises(old, load_course({**SOURCES, PATH: INSTRUMENT.replace(was, now)}).course))

    assert broken("Alla kan den", "Alla kan förklaringen") == []
    assert [text.partition(";")[0] for text in broken("{#alla}", "{#andra}")] == [
        "instrument/fore-efter/definition/alla finns inte längre"
    ]
    assert broken("{#steg .fritext}", "{#steg .fritext .utgått}") == []


def test_every_course_on_disk_has_the_instruments(tmp_path):
    for path, text in {**SOURCES, **course_sources(course="andra")}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")

    assert read_folder(tmp_path, "andra").sources[PATH] == INSTRUMENT
    assert load_course(read_folder(tmp_path, "andra").sources).problems == ()
