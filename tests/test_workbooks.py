"""Excel files are read as they are seen, whatever program wrote them, or it is said what to do."""

import io
import zipfile

import pytest
from workbooks import HEADER, MAIN, OFFICE, PACKAGE, STRICT, one, text, whole, xlsx, zipped

from course.sheet.header import Column
from course.sheet.lines import read_lines
from course.sheet.number_format import SAVE_AS_TEXT
from course.sheet.problems import MOST_ROWS, RowProblem
from course.sheet.worksheet import BOMB, MERGED, NO_VALUE, SHOWS_ERROR, STALE

COLUMNS = (Column("nummer"), Column("namn"), Column("till", required=False, is_day=True))
BO = f'<row r="2">{text("A2", "7")}{text("B2", "Bo")}</row>'


def read(content):
    return read_lines(content, COLUMNS)


def rows(content):
    """[(row number, cells)] of a file without problems."""
    table = read(content)
    assert table.problems == []
    return [(line.number, tuple(line.cells.values())) for line in table.lines]


def problems(content):
    table = read(content)
    assert list(table.lines) == []
    return [(problem.line, problem.message) for problem in table.problems]


def number(value, style=0):
    """The list with such a number as Bo's."""
    formats = (style,) if isinstance(style, str) else ()
    cell = f'<c r="A2" s="{3 if formats else style}"><v>{value}</v></c>'
    return one(cell + text("B2", "Bo"), formats=formats)


def leaver(cell, **given):
    """The list with Bo's last day as such a cell."""
    return one(text("A2", "7") + text("B2", "Bo") + cell, **given)


@pytest.mark.parametrize(
    "cell",
    [
        *("<f>A1</f>", "<f>A1</f><v/>", "<f>A1</f><v></v>", '<f t="shared" si="0"/><v/>', "<f/>"),
        '<f t="array" ref="C2">A1</f><v/>',
    ],
)
def test_a_formula_without_a_value_is_no_empty_cell(cell):
    assert problems(leaver(f'<c r="C2">{cell}</c>')) == [(2, f"cellen C2 {NO_VALUE}")]
    assert problems(leaver(f'<c r="C2" s="1">{cell}</c>')) == [(2, f"cellen C2 {NO_VALUE}")]
    assert problems(leaver(f'<c r="C2" t="str">{cell.replace("<v/>", "").replace("<v></v>", "")}</c>')) == [
        (2, f"cellen C2 {NO_VALUE}")
    ]


def test_a_formula_whose_value_is_a_text_of_no_letters_is_an_empty_cell():
    assert rows(leaver('<c r="C2" t="str"><f>IF(A1="","",A1)</f><v></v></c>')) == [(2, ("7", "Bo", ""))]


@pytest.mark.parametrize("formula", ["<f>A1</f>", '<f t="shared" si="0"/>', '<f t="array" ref="C2">A1</f>'])
def test_a_formula_counts_as_the_value_that_excel_worked_out(formula):
    assert rows(leaver(f'<c r="C2" s="1">{formula}<v>46387</v></c>')) == [(2, ("7", "Bo", "2026-12-31"))]


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!"])
def test_a_formula_that_shows_an_error_is_told(error):
    assert problems(leaver(f'<c r="C2" t="e"><f>A1</f><v>{error}</v></c>')) == [(2, f"cellen C2 {SHOWS_ERROR}")]


def test_a_formula_that_no_excel_has_worked_out_is_told():
    fresh = '<calcPr fullCalcOnLoad="1"/>'
    cell = '<c r="C2" s="1"><f>A1</f><v>0</v></c>'

    assert problems(leaver(cell, about=fresh)) == [(2, f"cellen C2 {STALE}")]
    assert rows(leaver('<c r="C2" s="1"><v>46387</v></c>', about=fresh)) == [(2, ("7", "Bo", "2026-12-31"))]


@pytest.mark.parametrize("cell", ["<f>A1</f>", "<f>A1</f><v/>", '<v s="1">12.5</v>'])
def test_a_fault_in_a_column_that_nobody_asks_for_does_not_matter(cell):
    wide = HEADER.replace("</row>", text("D1", "lön") + "</row>")
    bo = BO.replace("</row>", f'<c r="D2" s="3">{cell}</c></row>')

    assert rows(xlsx(wide + bo, formats=["#,##0"])) == [(2, ("7", "Bo", ""))]


@pytest.mark.parametrize(
    ("value", "style", "seen"),
    [("123", "000000", "000123"), ("123", 0, "123"), ("7", '"A"000', "A007"), ("12345", "000-000", "012-345")],
)
def test_a_number_is_read_as_it_is_seen(value, style, seen):
    assert rows(number(value, style)) == [(2, (seen, "Bo", ""))]


@pytest.mark.parametrize(
    ("value", "style"),
    [
        ("12345", "#,##0"),
        ("12345", "0.00"),
        ("0.12", "0%"),
        ("12345", "0.00E+00"),
        ("12345", '#,##0.00 "kr"'),
        ("1", ";;;"),
    ],
)
def test_a_number_that_is_seen_as_something_else_is_told_with_what_to_do(value, style):
    ((line, message),) = problems(number(value, style))

    assert line == 2
    assert message.startswith("cellen A2 ")
    assert "Välj cellformatet" in message


def test_a_number_that_excel_has_rounded_is_told():
    assert problems(number("1234567890123456789")) == [
        (
            2,
            f"cellen A2 har fler än 15 siffror, och Excel har rundat av talet. {SAVE_AS_TEXT}",
        )
    ]


def test_a_code_that_excel_made_a_date_is_told():
    ((_, whole_date),) = problems(number("46025", 1))
    ((_, part),) = problems(number("46025", "d-mmm"))

    assert whole_date == (
        "”nummer” är ett datum i Excel: 2026-01-03. Skrev du en kod har Excel gjort om den. Välj cellformatet Text och"
        " skriv den igen."
    )
    assert part.startswith("cellen A2 visas som en del av ett datum eller som en tid. Skrev du en kod, som 1-3,")


@pytest.mark.parametrize("about", ['<workbookPr date1904="1"/>', '<workbookPr date1904="true"/>'])
def test_a_workbook_that_counts_days_from_1904_is_read_as_it_is_seen(about):
    assert rows(leaver('<c r="C2" s="1"><v>44925</v></c>', about=about)) == [(2, ("7", "Bo", "2026-12-31"))]


def test_dates_and_booleans_and_empty_texts_of_other_programs():
    iso = '<c r="C2" t="d"><v>2026-12-31T00:00:00</v></c>'

    assert rows(leaver(iso)) == [(2, ("7", "Bo", "2026-12-31"))]
    assert rows(one('<c r="A2" t="b"><v>1</v></c><c r="B2" t="b"><v>0</v></c>')) == [(2, ("SANT", "FALSKT", ""))]
    assert rows(leaver('<c r="C2" t="inlineStr"><is/></c>')) == [(2, ("7", "Bo", ""))]
    assert rows(leaver('<c r="C2" t="s"><v/></c>')) == [(2, ("7", "Bo", ""))]


def test_rich_texts_are_read_whole_and_without_their_pronunciation():
    shared = (
        f'<sst xmlns="{MAIN}"><si><r><rPr><b/></rPr><t>Åsa </t></r><r><t xml:space="preserve">Öberg</t></r>'
        "<rPh><t>oosa</t></rPh></si><si><t>a_x0009_b</t></si></sst>"
    )
    content = one('<c r="A2" t="s"><v>1</v></c><c r="B2" t="s"><v>0</v></c>', extra=[("xl/sharedStrings.xml", shared)])

    assert rows(content) == [(2, ("a b", "Åsa Öberg", ""))]


def test_merged_cells_are_told_where_they_hide_what_a_row_says():
    merged = f"cellerna B2:B3 {MERGED}"
    data = HEADER + BO + f'<row r="3">{text("A3", "8")}</row>'

    assert problems(xlsx(whole(data, after='<mergeCells><mergeCell ref="B2:B3"/></mergeCells>')))[0] == (2, merged)
    outside = '<mergeCells><mergeCell ref="E2:E3"/><mergeCell ref="A1:A1"/><mergeCell ref="A9:C12"/></mergeCells>'
    assert rows(xlsx(whole(HEADER + BO, after=outside))) == [(2, ("7", "Bo", ""))]


def test_a_title_in_merged_cells_above_the_header_does_not_matter():
    title = f'<row r="1">{text("A1", "Personallista")}</row>'
    header = "".join(text(f"{column}3", name) for column, name in zip("ABC", ("nummer", "namn", "till"), strict=True))
    data = f'{title}<row r="3">{header}</row><row r="4">{text("A4", "7")}{text("B4", "Bo")}</row>'

    assert rows(xlsx(whole(data, after='<mergeCells><mergeCell ref="A1:C2"/></mergeCells>'))) == [(4, ("7", "Bo", ""))]


def test_rows_and_columns_that_nobody_sees_are_read_and_told():
    hidden = "".join(
        f'<row r="{n}"{seen}>{text(f"A{n}", n)}{text(f"B{n}", "Bo")}</row>'
        for n, seen in enumerate(["", ' hidden="1"', ' hidden="true"', "", ' ht="0"'], start=2)
    )
    columns = '<cols><col min="3" max="4" hidden="1"/></cols>'
    table = read(xlsx(whole(HEADER + hidden, before=columns, after='<autoFilter ref="A1:C9"/>')))

    assert [line.number for line in table.lines] == [2, 3, 4, 5, 6]
    assert "Rad 3–4, 6 är dold i Excel, av ett filter eller för hand, men är läst." in table.remarks
    assert "Kolumner som är dolda i Excel men är lästa: till." in table.remarks


def test_the_sheet_with_the_header_is_the_list_and_the_others_are_told():
    notes = f'<row r="1">{text("A1", "Att tänka på")}</row><row r="2">{text("A2", "namn")}</row>'
    table = read(xlsx(notes, HEADER + BO, HEADER + BO, states=["visible", "visible", "veryHidden"]))

    assert [line.cells["namn"] for line in table.lines] == ["Bo"]
    assert [each for each in table.remarks if "blad" in each.lower()] == [
        "Bladet ”Blad1” är inte läst.",
        "Det dolda bladet ”Blad3” är inte läst.",
    ]


def test_two_lists_in_one_file_are_asked_about():
    assert problems(xlsx(HEADER + BO, HEADER + BO)) == [
        (0, "Excelfilen har uppgifter på flera blad: ”Blad1”, ”Blad2”. Låt bara bladet med listan vara kvar.")
    ]


def test_a_list_that_nobody_sees_is_not_read():
    assert problems(xlsx(HEADER + BO, "", states=["hidden"])) == [
        (0, "Alla blad med uppgifter är dolda i Excel: ”Blad1”. Visa bladet med listan och spara filen.")
    ]


def test_another_sheet_may_be_larger_than_any_list():
    large = f'<row r="{MOST_ROWS + 2}">{text(f"A{MOST_ROWS + 2}", "x")}</row>'

    assert rows(xlsx(HEADER + BO, large)) == [(2, ("7", "Bo", ""))]


def relations(*each):
    listed = "".join(f'<Relationship Id="{i}" Type="{kind}" Target="{target}"/>' for i, kind, target in each)
    return f'<Relationships xmlns="{PACKAGE}/relationships">{listed}</Relationships>'


SHEET = whole(HEADER + BO)
BOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
    '<sheet name="Lista" sheetId="1" r:id="R7"/></sheets></workbook>'
)
TYPES = (
    f'<Types xmlns="{PACKAGE}/content-types"><Override PartName="/bok/min.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
PREFIXED = (
    f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>nummer</x:t></x:is></x:c>'
    '<x:c t="inlineStr"><x:is><x:t>namn</x:t></x:is></x:c></x:row><x:row/><x:row><x:c><x:v>7</x:v></x:c>'
    '<x:c t="inlineStr"><x:is><x:t>Bo</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>'
)
STREAMED = io.BytesIO()
with zipfile.ZipFile(STREAMED, "w", zipfile.ZIP_DEFLATED) as _archive:
    for _name, _part in (
        ("xl/worksheets/sheet1.xml", SHEET),
        ("xl/workbook.xml", BOOK),
        ("[Content_Types].xml", TYPES),
    ):
        with _archive.open(_name, "w", force_zip64=True) as _out:
            _out.write(_part.encode())
OTHER_PROGRAMS = {
    "absolute paths": {
        "_rels/.rels": relations(("a", f"{OFFICE}/officeDocument", "/xl/workbook.xml")),
        "xl/_rels/workbook.xml.rels": relations(("R7", f"{OFFICE}/worksheet", "/xl/worksheets/blad.xml")),
        "xl/workbook.xml": BOOK,
        "xl/worksheets/blad.xml": SHEET,
    },
    "other names, and the list of types last": {
        "bok/blad.xml": SHEET,
        "bok/_rels/min.xml.rels": relations(("R7", f"{OFFICE}/worksheet", "blad.xml")),
        "bok/min.xml": BOOK,
        "_rels/.rels": relations(("a", f"{OFFICE}/officeDocument", "bok/min.xml")),
        "[Content_Types].xml": TYPES,
    },
    "no list of relations": {
        "[Content_Types].xml": TYPES,
        "bok/min.xml": BOOK,
        "bok/_rels/min.xml.rels": relations(("R7", f"{OFFICE}/worksheet", "../ark/1.xml")),
        "ark/1.xml": SHEET,
    },
    "backslashes and capitals": {
        "[content_types].xml": TYPES,
        "_rels\\.rels": relations(("a", f"{OFFICE}/officeDocument", "XL\\Workbook.xml")),
        "xl\\workbook.xml": BOOK,
        "xl\\_rels\\workbook.xml.rels": relations(("R7", f"{OFFICE}/worksheet", "Worksheets\\Sheet1.xml")),
        "xl\\worksheets\\sheet1.xml": SHEET,
    },
    "no relations at all": {"xl/workbook.xml": BOOK, "xl/worksheets/sheet1.xml": SHEET},
    "macros": {
        "[Content_Types].xml": TYPES.replace("sheet.main+xml", "sheet.macroEnabled.main+xml"),
        "bok/min.xml": BOOK,
        "bok/_rels/min.xml.rels": relations(("R7", f"{OFFICE}/worksheet", "/ark/1.xml")),
        "ark/1.xml": SHEET,
        "xl/vbaProject.bin": b"\x00",
    },
    "strict": {
        "[Content_Types].xml": TYPES,
        "bok/min.xml": BOOK.replace(MAIN, STRICT),
        "bok/_rels/min.xml.rels": relations(
            ("R7", "http://purl.oclc.org/ooxml/officeDocument/relationships/worksheet", "/ark/1.xml")
        ),
        "ark/1.xml": SHEET.replace(MAIN, STRICT),
    },
    "UTF-16": {"xl/workbook.xml": BOOK, "xl/worksheets/sheet1.xml": SHEET.encode("utf-16")},
}


@pytest.mark.parametrize("parts", OTHER_PROGRAMS.values(), ids=OTHER_PROGRAMS)
def test_workbooks_of_other_programs_are_read(parts):
    assert rows(zipped(parts)) == [(2, ("7", "Bo", ""))]


def test_a_workbook_that_was_written_as_a_stream_is_read():
    assert rows(STREAMED.getvalue()) == [(2, ("7", "Bo", ""))]


def test_cells_and_rows_without_places_and_names_with_prefixes_are_read():
    assert rows(zipped({"xl/workbook.xml": BOOK, "xl/worksheets/sheet1.xml": PREFIXED})) == [(3, ("7", "Bo", ""))]


def test_a_workbook_without_styles_shows_its_numbers_as_they_are():
    content = zipped(
        {
            "xl/workbook.xml": BOOK,
            "xl/worksheets/sheet1.xml": whole(
                HEADER + f'<row r="2"><c r="A2" s="9"><v>7</v></c>{text("B2", "Bo")}</row>'
            ),
        }
    )

    assert rows(content) == [(2, ("7", "Bo", ""))]


def test_one_long_text_in_every_cell_costs_no_more_than_its_beginning():
    shared = f'<sst xmlns="{MAIN}"><si><t>{"x" * 2_000_000}</t></si></sst>'
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c>{text(f"B{n}", "Bo")}</row>' for n in range(2, 3_000))
    ((line, message),) = problems(xlsx(HEADER + cells, extra=[("xl/sharedStrings.xml", shared)]))[:1]

    assert (line, message.partition(" Samma")[0]) == (2, "”nummer” är längre än 1\u00a0000 tecken. Korta texten.")


def test_more_merged_cells_than_any_list_has_are_refused():
    merged = '<mergeCell ref="A2:B2"/>' * 20_001

    assert problems(xlsx(whole(HEADER + BO, after=f"<mergeCells>{merged}</mergeCells>"))) == [(0, BOMB)]


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "xl/_rels/workbook.xml.rels"]
)
def test_no_part_that_is_read_may_declare_entities(part):
    evil = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    table = read(xlsx(HEADER + BO, extra=[(part, evil)]))

    assert list(table.lines) == []
    assert isinstance(table.problems[0], RowProblem)
