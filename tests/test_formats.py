"""The one shape of a report, and each format of it."""

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from course.report.formats import FORMATS, csv, text
from course.report.table import Absent, Column, Figure, Group, Row, Table, folded

VALUES = (1500, Fraction(1, 3), Decimal("-0.05"), date(2026, 11, 22), "=1+1", Absent.MISSING, Absent.NOTHING, None)


def table(values=VALUES, rows=()):
    figures = tuple(Figure(f"f{number}", f"Mått {number}", value) for number, value in enumerate(values))
    return Table(
        name="rapport",
        title="Rapporten",
        sentences=("Så är det.", "Och så."),
        groups=(Group("status", "Läget", figures),),
        columns=tuple(Column(f"c{number}", f"Kolumn {number}") for number in range(len(values))),
        rows=(Row(0, "Alla", values, "total"), Row(1, "-Enhet", values), *rows),
        notes=("Obs.",),
        scope={"kurs": "kurs", "per": "2026-06-30"},
    )


def test_json_has_lists_of_objects_and_null_where_there_is_no_value():
    found = json.loads(FORMATS["json"].render(table()))

    plain = [1500, 0.333333, -0.05, "2026-11-22", "=1+1", None, None, None]
    assert list(found) == ["report", "title", "scope", "sentences", "groups", "columns", "rows", "notes"]
    assert found["groups"] == [
        {
            "key": "status",
            "title": "Läget",
            "figures": [
                {"key": f"f{number}", "label": f"Mått {number}", "value": value} for number, value in enumerate(plain)
            ],
        }
    ]
    assert found["columns"][0] == {"key": "c0", "label": "Kolumn 0"}
    assert found["rows"][1] == {
        "level": 1,
        "kind": "unit",
        "label": "-Enhet",
        **{f"c{number}": value for number, value in enumerate(plain)},
    }
    assert found["scope"] == {"kurs": "kurs", "per": "2026-06-30"}
    assert (found["notes"], found["sentences"]) == (["Obs."], ["Så är det.", "Och så."])
    assert "Läget" in FORMATS["json"].render(table())
    assert FORMATS["json"].render(table()).splitlines()[1] == '  "report": "rapport",'


def test_csv_is_as_swedish_excel_reads_it():
    lines = FORMATS["csv"].render(table()).split("\r\n")

    cells = "1500;33,3;-0,05;2026-11-22;'=1+1;saknas;–;ej mätt"
    assert lines == [
        "\ufeffRapport;Rapporten",
        "kurs;kurs",
        "per;2026-06-30",
        "",
        "Del;Nyckel;Mått;Värde",
        *(f"Läget;f{number};Mått {number};{cell}" for number, cell in enumerate(cells.split(";"))),
        "",
        "Nivå;Sort;Enhet;" + ";".join(f"Kolumn {number}" for number in range(8)),
        f"0;total;Alla;{cells}",
        f"1;unit;'-Enhet;{cells}",
        "",
    ]


@pytest.mark.parametrize("first", "=+-@\t\r\n\0＝＋－＠")
def test_no_cell_begins_as_a_formula(first):
    assert csv.cell(f"{first}x") == f"'{first}x"
    assert csv.cell(f"x{first}") == f"x{first}"


def test_the_terminal_shows_labels_to_the_left_and_values_to_the_right():
    shown = FORMATS["table"].render(table((1500, None))).replace("\xa0", " ")

    assert shown == (
        "Rapporten\n=========\nSå är det.\nOch så.\n\n"
        "Läget\nMått 0    1 500\nMått 1  ej mätt\n\n"
        "Enhet     Kolumn 0  Kolumn 1\nAlla         1 500   ej mätt\n  -Enhet     1 500   ej mätt\n\n"
        "kurs=kurs\nper=2026-06-30\n"
    )
    assert "Läget\nMått 0  1\n" in FORMATS["table"].render(table((1,)))
    bare = Table("n", "T", ("S.",), (), (), (), ())
    assert FORMATS["table"].render(bare) == "T\n=\nS.\n\n\n"


def test_people_read_each_kind_of_value():
    shown = [text.shown(value).replace("\xa0", " ") for value in VALUES]

    assert shown == ["1 500", "33,3 %", "−0,05", "22 november 2026", "=1+1", "saknas", "–", "ej mätt"]


def test_each_format_says_what_it_is():
    assert {name: (each.name, each.media_type) for name, each in FORMATS.items()} == {
        "csv": ("csv", "text/csv"),
        "json": ("json", "application/json"),
        "table": ("table", "text/plain"),
    }


def rows(*levels):
    return [Row(level, f"{number}", ()) for number, level in enumerate(levels)]


def test_few_rows_are_not_folded_and_more_are_below_the_row_that_they_belong_to():
    few = rows(0, 1, *[2] * 18)
    many = rows(0, 1, *[2] * 9, 3, 1, 1, *[2] * 8, 0)

    assert folded(few) == (few, [])
    upper, below = folded(many)
    assert [row.label for row in upper] == ["0", "1", "12", "13", "22"]
    assert [(heading.label, [row.label for row in parts]) for heading, parts in below] == [
        ("1", [str(number) for number in range(2, 12)]),
        ("13", [str(number) for number in range(14, 22)]),
    ]


def test_rows_without_a_row_above_them_are_left_out_of_the_folds():
    assert folded(rows(*[2] * 21)) == ([], [])
