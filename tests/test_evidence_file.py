"""Lists of completions earned before or elsewhere."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.evidence.evidence_file import Earned, read_evidence

HEAD = "anstallningsnummer;kurs;modul;dag;sätt;källa"
TODAY = date(2026, 11, 24)


def read(*rows, head=HEAD, **names):
    return read_evidence("\n".join([head, *rows]).encode(), TODAY, names)


def problems(*rows):
    return [(problem.line, problem.message) for problem in read(*rows)[1]]


def test_a_row_says_who_completed_what_when_and_where_it_is_documented():
    rows, found = read(
        "0042;hot-och-vald;bemotande;2025-03-04;Papper;deltagarlista 2025-03-04, dnr KS 2025/12",
        "Eva.Ek@kommun.se;hot-och-vald;;2026-11-24;Annan plattform;intyg",
    )

    assert found == []
    assert rows == [
        Earned(
            2,
            "0042",
            "hot-och-vald",
            "bemotande",
            "paper",
            date(2025, 3, 4),
            "deltagarlista 2025-03-04, dnr KS 2025/12",
        ),
        Earned(3, "eva.ek@kommun.se", "hot-och-vald", "", "platform", date(2026, 11, 24), "intyg"),
    ]


def test_the_column_of_modules_may_be_missing_and_titles_may_differ():
    rows, found = read("1;k;1990-01-01;lms;intyg", head="Anst.nr;kurs;dag;satt;kalla", anstallningsnummer="anst nr")

    assert found == []
    assert [(row.key, row.module, row.route) for row in rows] == [("1", "", "platform")]


@pytest.mark.parametrize(
    ("word", "route"),
    [
        ("papper", "paper"),
        ("WORKSHOP", "workshop"),
        ("seminarium", "workshop"),
        ("utbildningsdag", "workshop"),
        ("Lärplattform", "platform"),
        ("plattform", "platform"),
    ],
)
def test_the_way_may_be_said_in_many_words(word, route):
    assert [row.route for row in read(f"1;k;;2025-01-01;{word};intyg")[0]] == [route]


HIDES = "innehåller något som ser ut som ett personnummer."
BAD_ROWS = {
    "no key": (";k;;2025-01-01;papper;x", "”anstallningsnummer” saknas. Fyll i cellen."),
    "bad key": (
        "å;k;;2025-01-01;papper;x",
        ("”anstallningsnummer” får bara ha A–Z, a–z, 0–9 och . _ - /, högst 40 tecken, inte ”å”."),
    ),
    "personnummer": (
        "900101-1239;k;;2025-01-01;papper;x",
        (f"”anstallningsnummer” {HIDES} Använd anställningsnummer i stället."),
    ),
    "personnummer in the source": ("1;k;;2025-01-01;papper;intyg 19900101-1239", f"”kalla” {HIDES} Ta bort det."),
    "no course": ("1;;;2025-01-01;papper;x", "”kurs” saknas. Fyll i cellen."),
    "bad course": (
        "1;Hot och våld;;2025-01-01;papper;x",
        ("”kurs” är inget id: ”hot och våld”. Skriv det som i kursens filer, med a–z, 0–9 och -."),
    ),
    "bad module": (
        "1;k;../m;2025-01-01;papper;x",
        ("”modul” är inget id: ”../m”. Skriv det som i kursens filer, med a–z, 0–9 och -."),
    ),
    "no day": ("1;k;;;papper;x", "”dag” saknas. Fyll i cellen."),
    "tomorrow": (
        "1;k;;2026-11-25;papper;x",
        "”dag” är efter i dag (2026-11-24): 2026-11-25. Skriv dagen då det gjordes.",
    ),
    "for ever": (
        "1;k;;9999-12-31;papper;x",
        "”dag” är efter i dag (2026-11-24): 9999-12-31. Skriv dagen då det gjordes.",
    ),
    "before 1990": ("1;k;;1989-12-31;papper;x", "”dag” är före 1990: 1989-12-31. Rätta året."),
    "no such day": ("1;k;;2025-02-29;papper;x", "”dag” är ett datum som inte finns: ”2025-02-29”. Rätta det."),
    "no way": ("1;k;;2025-01-01;;x", "”satt” saknas. Fyll i cellen."),
    "unknown way": ("1;k;;2025-01-01;film;x", "”satt” är okänt: ”film”. Skriv papper, workshop eller plattform."),
    "no source": ("1;k;;2025-01-01;papper;", "”kalla” saknas. Fyll i cellen."),
    "long source": (f"1;k;;2025-01-01;papper;{'x' * 301}", "”kalla” är längre än 300 tecken. Korta texten."),
    "formula": ("1;k;;2025-01-01;papper;=x", "”kalla” börjar med ”=” som en formel. Ta bort tecknet."),
}


@pytest.mark.parametrize(("row", "message"), BAD_ROWS.values(), ids=BAD_ROWS)
def test_a_bad_row_is_told_and_the_others_are_read(row, message):
    rows, found = read("2;k;;2025-01-01;papper;intyg", row)

    assert [(problem.line, problem.message) for problem in found] == [(3, message)]
    assert [row.key for row in rows] == ["2"]


def test_the_same_completion_twice_is_told_with_both_rows():
    row = "1;k;m;2025-01-01;{};{}"

    assert problems(row.format("papper", "a"), row.format("workshop", "a"), row.format("papper", "b")) == [
        (4, "samma genomförande står på rad 2. Ta bort den ena raden.")
    ]


@pytest.mark.parametrize("row", [";k;m;2025-01-01;papper;x", "1;;m;2025-01-01;papper;x", "1;k;m;2025-01-01;film;x"])
def test_rows_that_lack_the_same_cell_are_not_told_as_the_same_completion(row):
    (first, message), (second, same) = problems(row, row)

    assert (first, second, message) == (2, 3, same)
    assert "samma genomförande" not in message


def test_a_list_without_rows_is_refused():
    assert problems() == [(0, "Filen har inga genomföranden. Lägg till minst en rad under rubrikraden.")]


def test_missing_columns_are_told_all_at_once():
    assert [str(problem) for problem in read("1;k", head="anstallningsnummer;kurs")[1]] == [
        "rad 1: kolumnerna ”dag”, ”satt”, ”kalla” saknas. Lägg till i rubrikraden."
    ]


@given(st.binary(max_size=300))
def test_any_bytes_give_completions_or_problems(content):
    assert any(read_evidence(content, TODAY))
    assert any(read_evidence(f"{HEAD}\n1;k;;2025-01-01;papper;x\n".encode() + content, TODAY))
