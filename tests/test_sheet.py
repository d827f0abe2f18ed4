"""Tables that people save as files: what is read, and what every bad file is told."""

import io
import tracemalloc
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.sheet import MOST_ROWS, Column, RowProblem, first_ones, read_sheet

COLUMNS = (Column("nummer"), Column("namn"), Column("fran", required=False))
GOOD = "nummer;namn;fran\n007;Åsa Ek;2026-01-01\n"

CONTENT_TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>
</Types>"""
RELS = """<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"
 Target="{target}"/></Relationships>"""
WORKBOOK = """<?xml version="1.0" encoding="UTF-8"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<sheets><sheet name="Blad1" sheetId="1" r:id="rId1"/></sheets></workbook>"""
SHEET = """<?xml version="1.0" encoding="UTF-8"?>{doctype}
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"""


def cell(text):
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'


def xlsx(*rows, doctype="", **more):
    """A small workbook; a row is a list of cells as XML, or of texts."""
    body = "".join(
        f'<row r="{number}">{"".join(each if each.startswith("<c") else cell(each) for each in row)}</row>'
        for number, row in enumerate(rows, start=1)
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("_rels/.rels", RELS.format(kind="officeDocument", target="xl/workbook.xml"))
        archive.writestr("xl/workbook.xml", WORKBOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", RELS.format(kind="worksheet", target="worksheets/sheet1.xml"))
        archive.writestr("xl/worksheets/sheet1.xml", SHEET.format(rows=body, doctype=doctype))
        for name, content in more.items():
            archive.writestr(name, content)
    return file.getvalue()


def cells(content, names=None):
    lines, problems = read_sheet(content, COLUMNS, names)
    assert problems == []
    return [(line.number, *line.cells.values()) for line in lines]


def told(content):
    _lines, problems = read_sheet(content, COLUMNS)
    return [str(problem) for problem in problems]


@pytest.mark.parametrize(
    "content",
    [
        GOOD.encode(),
        GOOD.encode("utf-8-sig"),
        GOOD.encode("latin-1"),
        GOOD.replace(";", ",").encode(),
        GOOD.replace(";", "\t").encode(),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace("nummer;namn;fran", " Nummer ;NAMN;Från").encode(),
        GOOD.replace("Åsa Ek", '" Åsa\n  Ek "').encode(),
        GOOD.replace("Åsa", "A\u030asa").encode(),
        xlsx(["nummer", "namn", "fran"], ["007", "Åsa Ek", "2026-01-01"]),
    ],
    ids=["utf-8", "bom", "latin-1", "comma", "tab", "crlf", "header", "quoted", "decomposed", "xlsx"],
)
def test_the_same_table_is_read_however_it_was_saved(content):
    assert cells(content) == [(2, "007", "Åsa Ek", "2026-01-01")]


def test_a_column_may_be_called_something_else_and_others_are_left_out():
    content = "Anst.nr;Kommentar;Namn\n007;hej;Åsa\n".encode()

    assert cells(content, {"nummer": "Anst.nr"}) == [(2, "007", "Åsa", "")]


def test_rows_are_numbered_as_in_the_file_past_empty_ones_and_line_breaks():
    content = 'nummer;namn\n1;"Åsa\nEk"\n;\n\n2;Bo\n'.encode()

    assert cells(content) == [(2, "1", "Åsa Ek", ""), (6, "2", "Bo", "")]


def test_a_row_that_ends_early_is_filled_and_one_that_ends_in_nothing_is_cut():
    assert cells(b"nummer;namn;fran\n1;Bo\n2;Ek;;;;\n") == [(2, "1", "Bo", ""), (3, "2", "Ek", "")]


def test_numbers_and_days_of_excel_are_written_as_people_do():
    row = ["<c><v>7</v></c>", '<c t="b"><v>1</v></c>', '<c t="inlineStr"><is><t>x</t></is></c>']

    assert cells(xlsx(["nummer", "namn", "fran"], row)) == [(2, "7", "ja", "x")]


def test_a_formula_counts_as_the_value_saved_with_it():
    row = ["<c><f>1+1</f><v>2</v></c>", '<c t="str"><f>HYPERLINK("x")</f><v>Bo</v></c>', "<c><f>1+1</f></c>"]

    assert cells(xlsx(["nummer", "namn", "fran"], row)) == [(2, "2", "Bo", "")]


ZIPPED = "Excelfilen är trasig. Öppna den i Excel och spara den på nytt som XLSX."
UTF16 = "Filen är sparad som Unicode (UTF-16). Spara den som ”CSV UTF-8”."
INVISIBLE = "rad 2: Raden har osynliga tecken. Skriv om texten i cellen."
QUOTE = 'Ett citattecken (") saknas eller står fel. Ett citattecken inne i en text skrivs dubbelt.'


def zipped(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


BAD = {
    "empty": (b"", "Filen är tom."),
    "white space": (b" \n\r\n\t ", "Filen är tom."),
    "bom only": (b"\xef\xbb\xbf", "Filen är tom."),
    "bom and line break": (b"\xef\xbb\xbf\r\n", "Filen är tom."),
    "utf-16 with bom": (GOOD.encode("utf-16"), UTF16),
    "utf-16 le": (GOOD.encode("utf-16-le"), UTF16),
    "utf-16 be": (GOOD.encode("utf-16-be"), UTF16),
    "utf-32": (GOOD.encode("utf-32"), UTF16),
    "only separators": (b";;;\n;;;\n", "Filen är tom."),
    "no header": (
        b"007;Bo;2026-01-01\n",
        "rad 1: Rubrikraden saknar nummer, namn. Första raden ska vara kolumnernas namn.",
    ),
    "missing column": (
        b"nummer;fran\n1;2\n",
        "rad 1: Rubrikraden saknar namn. Första raden ska vara kolumnernas namn.",
    ),
    "doubled column": (b"nummer;namn;namn\n1;2;3\n", "rad 1: Rubrikraden har namn två gånger."),
    "doubled by folding": (b"nummer;Namn;NAMN \n1;2;3\n", "rad 1: Rubrikraden har namn två gånger."),
    "201 columns": (b";".join([b"nummer", b"namn", *([b"x"] * 199)]), "rad 1: Filen har fler än 200 kolumner."),
    "open quote": (b'nummer;namn\n1;"Bo\n2;Ek\n', f"rad 2: {QUOTE}"),
    "quote inside": (b'nummer;namn\n1;"Bo" x\n', f"rad 2: {QUOTE}"),
    "open quote far down": (b'nummer;namn\n1;Bo\n2;Ek\n3;"Al', f"rad 4: {QUOTE}"),
    "nul": (b"nummer;namn\n1;B\0o\n", "rad 2: Filen har ett NUL-tecken och går inte att lita på. Spara den på nytt."),
    "bell": (b"nummer;namn\n1;B\x07o\n", INVISIBLE),
    "escape": (b"nummer;namn\n1;\x1b[31mBo\n", INVISIBLE),
    "c1 control": ("nummer;namn\n1;B\x85o\n".encode(), INVISIBLE),
    "zero width": ("nummer;namn\n1;B\u200bo\n".encode(), INVISIBLE),
    "right to left": ("nummer;namn\n1;\u202eoB\n".encode(), INVISIBLE),
    "isolate": ("nummer;namn\n1;\u2067oB\n".encode(), INVISIBLE),
    "too many cells": (
        b"nummer;namn\n1;Bo;x\n",
        "rad 2: Raden har 3 celler, men rubrikraden har 2. Står det ett skiljetecken i en text?",
    ),
    "long cell": (b"nummer;namn\n1;" + b"x" * 1001, "rad 2: En cell är längre än 1000 tecken."),
    "2 MB field": (b"nummer;namn\n1;" + b"x" * 2_000_000, "rad 2: En cell är längre än 1000 tecken."),
    "21 MB": (b"x" * 21_000_000, "Filen är större än 20 MB."),
    "xls": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 99,
        "Filen är en gammal eller lösenordsskyddad Excelfil. Spara den som XLSX utan lösenord.",
    ),
    "pdf": (b"%PDF-1.7\n", "Filen är en PDF. Spara listan som CSV eller XLSX."),
    "png": (b"\x89PNG\r\n\x1a\n", "Filen är en bild. Spara listan som CSV eller XLSX."),
    "jpeg": (b"\xff\xd8\xff\xe0", "Filen är en bild. Spara listan som CSV eller XLSX."),
    "gzip": (b"\x1f\x8b\x08", "Filen är packad. Packa upp den och skicka listan."),
    "html": (b"<!doctype html><table>", "Filen är en webbsida eller XML. Spara listan som CSV eller XLSX."),
    "json": (b'[{"nummer": 1}]', "Filen är JSON. Spara listan som CSV eller XLSX."),
    "json object": (b'\xef\xbb\xbf {"nummer": 1}', "Filen är JSON. Spara listan som CSV eller XLSX."),
    "pk and nothing": (b"PK\x03\x04", ZIPPED),
    "half a workbook": (xlsx(["nummer", "namn"])[:600], ZIPPED),
    "zip that is no workbook": (zipped(a="x"), "Filen är packad men är ingen XLSX. Spara listan som CSV eller XLSX."),
    "workbook of nonsense": (zipped(**{"xl/workbook.xml": "inte xml"}), ZIPPED),
    "empty workbook": (xlsx(), "Excelfilen ska ha ett enda ifyllt blad, med listan."),
    "workbook without header": (
        xlsx(["7", "Bo"]),
        "rad 1: Rubrikraden saknar nummer, namn. Första raden ska vara kolumnernas namn.",
    ),
    "many members": (
        zipped(**{"xl/workbook.xml": "x", **{f"m{n}": "" for n in range(600)}}),
        "Excelfilen är orimligt stor när den packas upp. Spara listan som CSV.",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_told_where_and_what_to_do(kind):
    content, message = BAD[kind]

    assert told(content) == [message]


def test_a_zip_bomb_is_never_unpacked():
    bomb = xlsx(["nummer", "namn"], **{"xl/media/bomb": bytes(300_000_000)})
    assert len(bomb) < 1_000_000

    tracemalloc.start()
    message = told(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert message == ["Excelfilen är orimligt stor när den packas upp. Spara listan som CSV."]
    assert peak < 20_000_000


def test_an_external_entity_is_never_read(tmp_path):
    secret = tmp_path / "hemligt.txt"
    secret.write_text("HEMLIGT", encoding="utf-8")
    doctype = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'

    lines, problems = read_sheet(xlsx(["nummer", "namn"], ["1", "&e;"], doctype=doctype), COLUMNS)

    assert "HEMLIGT" not in repr((lines, problems))


def test_a_million_rows_are_refused_before_they_are_kept():
    content = b"nummer;namn\n" + b"1;Bo\n" * 1_000_000

    lines, problems = read_sheet(content, COLUMNS)

    assert problems == [RowProblem(0, "Filen har fler än 50000 rader. Dela upp den eller ta bort tomma rader.")]
    assert len(lines) == MOST_ROWS + 1


def test_every_problem_is_told_at_once_and_the_rest_are_counted():
    content = b"nummer;namn\n" + b"1;Bo;x\n" * 3 + b"2;Ek\n"
    lines, problems = read_sheet(content, COLUMNS)

    assert [problem.line for problem in problems] == [2, 3, 4]
    assert [line.number for line in lines] == [5]
    many = first_ones(RowProblem(line, "fel") for line in range(500, 0, -1))
    assert (many[0], many[199], many[200:]) == (
        RowProblem(1, "fel"),
        RowProblem(200, "fel"),
        [RowProblem(0, "… och 300 fel till.")],
    )


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_at_all_are_a_defect(content):
    lines, problems = read_sheet(content, COLUMNS)

    assert lines or problems or content


WORKBOOK_BYTES = xlsx(["nummer", "namn"], ["1", "Bo"])


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([GOOD.encode(), WORKBOOK_BYTES]), st.data())
def test_no_damaged_file_is_a_defect(good, data):
    damaged = bytearray(good)
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))

    read_sheet(bytes(damaged), COLUMNS)
