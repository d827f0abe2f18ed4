"""Tables that people saved as files: what is read, and what is refused with what to do."""

import io
import random
import struct
import zipfile
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbooks import HEADER, MAIN, one, xlsx, zipped

from course.sheet.header import WHAT_TO_DO, Column
from course.sheet.letters import WRONG_ENCODING
from course.sheet.lines import EMPTY, read_lines
from course.sheet.problems import LOCKED, SAVE_AS, TOO_MANY, TOO_WIDE, RowProblem, first_ones
from course.sheet.worksheet import BOMB, BROKEN

COLUMNS = (Column("nummer"), Column("namn"), Column("till", required=False, is_day=True))
GOOD = "nummer;namn;till\n007;Åsa Öberg;2026-12-31\n8;Bo;\n"


def bomb():
    """300 MB of zeros as a sheet, in a file of 300 kB."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(300):
                part.write(bytes(1_000_000))
    return packed.getvalue()


def declared(size):
    """A good Excel file whose directory says that the first part is so large when unpacked."""
    content = bytearray(one('<c r="A2"><v>1</v></c>'))
    at = content.index(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(content)


def locked():
    """A good Excel file whose directory says that its parts are encrypted."""
    content = bytearray(one('<c r="A2"><v>1</v></c>'))
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    return bytes(content)


def read(content, **names):
    table = read_lines(content.encode() if isinstance(content, str) else content, COLUMNS, names)
    return list(table.lines), first_ones(table.problems)


def rows(content, **names):
    """[(row number, cells)] of a file without problems."""
    lines, problems = read(content, **names)
    assert problems == []
    return [(line.number, tuple(line.cells.values())) for line in lines]


def problems(content):
    return [(problem.line, problem.message) for problem in read(content)[1]]


ROWS = [(2, ("007", "Åsa Öberg", "2026-12-31")), (3, ("8", "Bo", ""))]


@pytest.mark.parametrize(
    "content",
    [
        GOOD.encode(),
        GOOD.encode("utf-8-sig"),
        GOOD.encode("latin-1"),
        GOOD.encode("cp1252"),
        GOOD.replace(";", ",").encode(),
        GOOD.replace(";", "\t").encode(),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace("\n", "\r").encode(),
        GOOD.rstrip("\n").encode(),
        GOOD.replace("Å", "A\u030a").encode(),
        GOOD.replace("Åsa Öberg", '"Åsa Öberg"').encode(),
        GOOD.replace("Åsa Öberg", ' "Åsa\tÖberg" ').encode(),
        GOOD.replace("Åsa Öberg", "  Åsa\u00a0  Öberg ").encode(),
        GOOD.replace("8;Bo;", "8;Bo").encode(),
        GOOD.replace("8;Bo;", "8;Bo;;;;").encode(),
        GOOD.replace("nummer;namn;till", "NUMMER;N-a_m.n; Till ").encode(),
    ],
)
def test_every_usual_way_to_save_a_csv_file_reads_the_same(content):
    assert rows(content) == ROWS


def test_the_line_numbers_are_those_of_the_file():
    content = '\n\nnummer;namn;till\r\n\r\n1;"Anna\r\nLi";\r\n;;\r\n2;Bo;\n'

    assert rows(content) == [(5, ("1", "Anna Li", "")), (8, ("2", "Bo", ""))]


def test_excels_note_on_the_first_line_says_what_separates_the_cells():
    assert rows('sep=;\nnummer;namn\n1;"Ek, Bo"\n') == [(3, ("1", "Ek, Bo", ""))]


def test_what_separates_is_told_by_the_titles_and_not_by_the_cells():
    assert rows("nummer;namn;a,b,c,d,e\n1;Bo;x\n") == [(2, ("1", "Bo", ""))]


def test_quotation_marks_hold_separators_and_doubled_marks():
    assert rows('nummer;namn\n1;"Ek; ""Bo"""\n') == [(2, ("1", 'Ek; "Bo"', ""))]


def test_a_column_may_have_another_title_in_the_file():
    assert rows("Anst.nr;Namn\n1;Bo\n", nummer="anst nr") == [(2, ("1", "Bo", ""))]


def test_titles_match_with_and_without_dots_and_rings():
    table = read_lines("Förnamn;ANSTÄLLD\nBo;ja\n".encode(), [Column("fornamn"), Column("anstalld")])

    assert (table.problems, dict(table.lines[0].cells)) == ([], {"fornamn": "Bo", "anstalld": "ja"})


def test_columns_that_nobody_asks_for_are_passed_over():
    assert rows("skostorlek;nummer;namn;övrigt\n42;1;Bo;=HYPERLÄNK()\n") == [(2, ("1", "Bo", ""))]


def test_an_excel_file_reads_as_what_it_shows():
    content = xlsx(
        HEADER
        + '<row r="3"><c r="A3" t="inlineStr"><is><t>007</t></is></c><c r="B3" t="inlineStr"><is><t>Åsa &amp; Öberg</t>'
        '</is></c><c r="C3" s="1"><v>46387</v></c></row><row r="5"><c r="A5"><v>12</v></c><c r="B5"><v>1.5</v></c>'
        '<c r="C5" s="2"><v>46387.5</v></c></row><row r="6"><c r="A6" t="b"><v>1</v></c><c r="B6" t="str">'
        "<f>CONCAT(1)</f><v>räknat</v></c></row>"
    )

    assert rows(content) == [
        (3, ("007", "Åsa & Öberg", "2026-12-31")),
        (5, ("12", "1,5", "2026-12-31 12:00:00")),
        (6, ("SANT", "räknat", "")),
    ]


def test_empty_sheets_beside_the_list_do_not_matter():
    content = xlsx("", f'{HEADER}<row r="2"><c r="A2"><v>1</v></c><c r="B2"><v>2</v></c></row>', "")

    assert rows(content) == [(2, ("1", "2", ""))]


def test_a_list_may_begin_further_down_and_to_the_right():
    cells = "".join(
        f'<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>' for at, text in (("C4", "nummer"), ("D4", "namn"))
    )
    content = xlsx(f'<row r="4">{cells}</row><row r="5"><c r="C5"><v>1</v></c><c r="D5"><v>2</v></c></row>')

    assert rows(content) == [(5, ("1", "2", ""))]


FILE = 0
NO_HEADER = "rubrikraden saknas bland de 10 första raderna. Den ska ha rubrikerna nummer, namn, till."
NO_TABLE = {
    "empty": (b"", FILE, EMPTY),
    "only a BOM": (b"\xef\xbb\xbf", FILE, EMPTY),
    "only white space": (b" \r\n \n", FILE, EMPTY),
    "only separators": (b";;;\n;;\n", FILE, EMPTY),
    "two encodings": (GOOD.encode() + b"9;\xc5ke;\n", 4, WRONG_ENCODING),
    "BOM but not UTF-8": (b"\xef\xbb\xbfnummer;namn\n1;\xc5ke\n", 2, WRONG_ENCODING),
    "half a letter of UTF-16": (b"\xff\xfe" + GOOD.encode("utf-16-le") + b"x", FILE, WRONG_ENCODING),
    "a letter that may be two": (b"nummer;namn\n1;Du\x9aan\n", FILE, WRONG_ENCODING),
    "letters of no encoding": (b"nummer;namn\n1;B\xaf\xb6\xb1o\n", FILE, WRONG_ENCODING),
    "lost letters in the header": (b"nummer;namn;f?delsedag\n1;Bo\n", 1, WRONG_ENCODING),
    "NUL": (
        b"nummer;namn\n1;Bo\n2;A\0sa\n" + b"3;Bo\n" * 50,
        3,
        ("raden innehåller ett NUL-tecken; filen är skadad. Exportera listan på nytt."),
    ),
    "no header": (b"7;Bo;2026-01-01\n8;Li;\n", 1, NO_HEADER),
    "doubled column": (
        b"nummer;namn;Namn\n1;Bo;Li\n",
        1,
        ("kolumnen ”namn” finns två gånger. Ta bort den ena eller byt namn på den."),
    ),
    "missing columns": (
        b"till;ort\n;Borg\n",
        1,
        "kolumnerna ”nummer”, ”namn” saknas. Lägg till i rubrikraden. Filen har också ort.",
    ),
    "missing column": (
        b"nummer;ort\n1;Borg\n",
        1,
        "kolumnen ”namn” saknas. Lägg till i rubrikraden. Filen har också ort.",
    ),
    "misspelt column": (
        b"numer;namn\n1;Bo\n",
        1,
        "kolumnen ”nummer” saknas; menade du ”numer”? Byt rubriken, eller koppla kolumnen i config.toml.",
    ),
    "misspelt optional column": (
        b"nummer;namn;ttill\n1;Bo;2026-01-01\n",
        1,
        ("kolumnen ”till” saknas; menade du ”ttill”? Byt rubriken, eller koppla kolumnen i config.toml."),
    ),
    "201 columns": (b"nummer;namn;" + b";".join(b"k%d" % n for n in range(199)) + b"\n1;Bo\n", FILE, TOO_WIDE),
    "a million columns": (b"nummer;namn;" + b"x;" * 1_000_000 + b"\n1;Bo\n", FILE, TOO_WIDE),
    "a million quoted columns": (b'"nummer";namn;' + b'"x";' * 1_000_000 + b"\n1;Bo\n", FILE, TOO_WIDE),
    "50 001 rows": (b"nummer;namn\n" + b"1;Bo\n" * 50_001, FILE, TOO_MANY),
    "a million rows": (b"nummer;namn\n" + b"1;Bo\n" * 1_000_000, FILE, TOO_MANY),
    "a million empty rows": (b"nummer;namn\n" + b"\n" * 1_000_000, FILE, TOO_MANY),
    "21 MB": (b"nummer;namn\n" + b"x" * 21_000_000, FILE, "Filen är större än 20 MB. Dela upp den."),
    "old Excel": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        FILE,
        "Filen är en gammal Excelfil (.xls). " + SAVE_AS,
    ),
    "locked Excel": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        FILE,
        LOCKED,
    ),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", FILE, "Filen är en PDF. " + SAVE_AS),
    "HTML": (
        b"\r\n<!DOCTYPE html><html><table><tr><td>nummer",
        FILE,
        "Filen är en webbsida eller XML, inte en tabell. " + SAVE_AS,
    ),
    "XML": (
        b'\xef\xbb\xbf<?xml version="1.0"?><lista/>',
        FILE,
        "Filen är en webbsida eller XML, inte en tabell. " + SAVE_AS,
    ),
    "JSON": (b'[{"nummer": 1}]', FILE, "Filen är JSON, inte en tabell. " + SAVE_AS),
    "RTF": (b"{\\rtf1 nummer;namn}", FILE, "Filen är ett textdokument. " + SAVE_AS),
    "picture": (b"\x89PNG\r\n\x1a\n" + b"x" * 100, FILE, "Filen är en bild. " + SAVE_AS),
    "gzip": (b"\x1f\x8b\x08" + b"x" * 100, FILE, "Filen är komprimerad. Packa upp den först."),
    "zip": (
        zipped({"lista.csv": GOOD}),
        FILE,
        ("Filen är en zip-fil, inte en Excelfil. Packa upp den och välj listan som ligger i den."),
    ),
    "Word": (zipped({"word/document.xml": "<w/>"}), FILE, "Filen är ett Worddokument. " + SAVE_AS),
    "ODS": (
        zipped({"mimetype": "x", "content.xml": "<o/>"}),
        FILE,
        "Filen är sparad i OpenDocument-format (.ods). " + SAVE_AS,
    ),
    "XLSB": (zipped({"xl/workbook.bin": "x"}), FILE, "Filen är en binär Excelfil (.xlsb). " + SAVE_AS),
}


@pytest.mark.parametrize(("content", "line", "message"), NO_TABLE.values(), ids=NO_TABLE)
def test_what_is_no_table_is_refused_with_what_to_do(content, line, message):
    assert read(content) == ([], [RowProblem(line, message)])


INVISIBLE = "”namn” innehåller ett osynligt tecken (U+{}). Skriv om texten i cellen."
MIDDLE = 'ett citattecken (") står mitt i en cell. Ta bort det eller skriv texten inom citattecken.'
OPEN = 'ett citattecken (") öppnas men stängs aldrig. Lägg till eller ta bort ett citattecken.'
AFTER = 'det står text efter ett avslutande citattecken ("). Skriv citattecken inne i en text dubbelt.'
BAD_ROWS = {
    "control character": ("2;B\x07o;", INVISIBLE.format("0007")),
    "escape": ("2;B\x1b[31mo;", INVISIBLE.format("001B")),
    "file separator": ("2;B\x1co;", INVISIBLE.format("001C")),
    "delete": ("2;Bo\x7f;", INVISIBLE.format("007F")),
    "C1 control": ("2;B\x85o;", INVISIBLE.format("0085")),
    "zero-width space": ("2;B\u200bo;", INVISIBLE.format("200B")),
    "right-to-left override": ("2;\u202eoB;", INVISIBLE.format("202E")),
    "isolate": ("2;\u2066Bo;", INVISIBLE.format("2066")),
    "BOM in the middle": ("2;\ufeffBo;", INVISIBLE.format("FEFF")),
    "soft hyphen": ("2;B\u00ado;", INVISIBLE.format("00AD")),
    "tag character": ("2;Bo\U000e0041;", INVISIBLE.format("E0041")),
    "private use": ("2;Bo\ue000;", INVISIBLE.format("E000")),
    "too long cell": (f"2;{'x' * 1001};", "”namn” är längre än 1\u00a0000 tecken. Korta texten."),
    "2 MB cell": (f"2;{'x' * 2_000_000};", "”namn” är längre än 1\u00a0000 tecken. Korta texten."),
    "2 MB quoted cell": (
        f'2;"{"x" * 2_000_000}";',
        ("ett citattecken stängs inte inom 10\u00a0000 tecken. Stäng det eller korta texten."),
    ),
    "too many cells": (
        "2;Bo;;Ek;",
        ("raden har fler celler än rubrikraden (5 mot 3). En text med skiljetecken i ska stå inom citattecken."),
    ),
    "too few cells": ("2", "raden har färre celler än rubrikraden (1 mot 3). Fyll på eller ta bort raden."),
    "mark in the middle": ('2;Bo "Bosse" Ek;', MIDDLE),
    "mark in a formula": ('="002";Bo;', MIDDLE),
    "text after a mark": ('2;"Bo"sse;', AFTER),
}


@pytest.mark.parametrize(("row", "message"), BAD_ROWS.values(), ids=BAD_ROWS)
def test_a_bad_row_is_left_out_and_the_rest_is_read(row, message):
    lines, found = read(f'nummer;namn;till\n1;"An\nna";\n{row}\n3;Li;\n')

    assert found == [RowProblem(4, message)]
    assert [line.cells["nummer"] for line in lines] == ["1", "3"]


def test_an_open_quotation_mark_is_shown_where_it_opened():
    lines, found = read('nummer;namn;till\n1;Bo;\n2;"Li;\n3;Åsa;\n')

    assert found == [RowProblem(3, OPEN)]
    assert [line.number for line in lines] == [2, 4]


def test_every_problem_is_told_at_once():
    found = problems("nummer;namn;till\n1;B\x07o;\n2\n3;Li;\n4;Li\u200b;;;x\n")

    assert [line for line, _ in found] == [2, 3, 5]


def test_every_fault_of_a_header_is_told_at_once():
    assert problems("till;till;numer\n") == [
        (1, "kolumnen ”till” finns två gånger. Ta bort den ena eller byt namn på den."),
        (1, "kolumnen ”nummer” saknas; menade du ”numer”? Byt rubriken, eller koppla kolumnen i config.toml."),
        (1, "kolumnen ”namn” saknas. Lägg till i rubrikraden."),
    ]


def test_no_more_problems_are_told_than_anyone_can_read():
    found = first_ones(RowProblem(number, f"fel {'x' * number}.") for number in range(2, 1502))

    assert len(found) == 201
    assert [line for line, _ in found[:200]] == list(range(2, 202))
    assert found[200] == (0, "Det finns 1\u00a0300 fel till. Rätta de här först.")


def test_a_problem_that_many_rows_share_is_told_once_with_all_its_rows():
    five = problems("nummer;namn;till\n" + "1\n" * 5)
    many = problems("nummer;namn;till\n" + "1\n" * 6 + "1;a;\n" + "1\n" * 3 + "1;a;\n1\n")
    scattered = problems("nummer;namn;till\n" + "1\n1;a;\n" * 60)

    assert [line for line, _ in five] == list(range(2, 7))
    assert [line for line, _ in many] == [2]
    assert many[0][1].endswith("Samma sak gäller rad 3–7, 9–11, 13; se också på rubrikraden.")
    assert scattered[0][1].endswith(", 80, 82 och 19 rader till; se också på rubrikraden.")


def test_a_problem_says_its_row_unless_it_is_the_whole_file():
    assert [str(RowProblem(4, "fel.")), str(RowProblem(0, "Filen är tom."))] == ["rad 4: fel.", "Filen är tom."]


ENTITY = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e "Hemligt">]>'
LAUGHS = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
TWO = '<row r="1"><c r="A1"><v>1</v></c></row>'
FORMULA = "cellen B2 har en formel utan värde. Öppna filen i Excel och spara den igen."
BAD_EXCEL = {
    "bomb": (bomb(), FILE, BOMB),
    "a part said to be 4 GB": (declared(0xFFFF_FFF0), FILE, BOMB),
    "a part said to be smaller": (declared(10), FILE, BROKEN),
    "1 001 parts": (xlsx(TWO, extra=[(f"xl/media/{n}", "") for n in range(1001)]), FILE, BOMB),
    "truncated": (one("")[:-40], FILE, BROKEN),
    "cut in the middle": (one("")[:300], FILE, BROKEN),
    "only the first bytes": (b"PK\x03\x04", FILE, BROKEN),
    "locked parts": (locked(), FILE, LOCKED),
    "odd compression": (zipped({"xl/workbook.xml": "<x/>"}, zipfile.ZIP_LZMA), FILE, BROKEN),
    "no sheets": (zipped({"xl/workbook.xml": "<workbook/>"}), FILE, BROKEN),
    "a sheet that is missing": (
        zipped({"xl/workbook.xml": f'<workbook xmlns="{MAIN}"><sheets><sheet name="a"/></sheets></workbook>'}),
        FILE,
        BROKEN,
    ),
    "no XML": (xlsx("<?xml fel"), FILE, BROKEN),
    "a DOCTYPE": (xlsx(TWO, doctype=ENTITY), FILE, BROKEN),
    "billion laughs": (xlsx(TWO, doctype=LAUGHS), FILE, BROKEN),
    "a cell in the last corner": (one('<c r="XFD1048576"><v>1</v></c>'), FILE, TOO_MANY),
    "a cell far down": (one('<c r="A50002"><v>1</v></c>'), FILE, TOO_MANY),
    "a row far down": (one("<c><v>1</v></c>", row=4_000_000_000), FILE, TOO_MANY),
    "a cell far right": (one('<c r="GS2"><v>1</v></c>'), FILE, TOO_WIDE),
    "an impossible cell": (one('<c r="ZZZZ2"><v>1</v></c>'), FILE, BROKEN),
    "row zero": (one('<c r="A0"><v>1</v></c>'), FILE, BROKEN),
    "an unknown text": (one('<c r="A2" t="s"><v>77</v></c>'), FILE, BROKEN),
    "two lists": (
        xlsx(TWO, "", TWO),
        FILE,
        ("Excelfilen har uppgifter på flera blad: ”Blad1”, ”Blad3”. Låt bara bladet med listan vara kvar."),
    ),
    "an empty list": (xlsx(""), FILE, EMPTY),
    "a formula without value": (one('<c r="A2"><v>1</v></c><c r="B2"><f>A1</f></c>'), 2, FORMULA),
    "an error": (
        one('<c r="A2"><v>1</v></c><c r="B2" t="e"><v>#N/A</v></c>'),
        2,
        ("cellen B2 visar ett fel i Excel. Rätta formeln eller skriv värdet."),
    ),
}


@pytest.mark.parametrize(("content", "line", "message"), BAD_EXCEL.values(), ids=BAD_EXCEL)
def test_a_bad_excel_file_is_refused_with_what_to_do(content, line, message):
    assert read(content) == ([], [RowProblem(line, message)])


def test_a_huge_area_that_is_only_declared_does_no_harm():
    sheet = (
        f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><dimension ref="A1:XFD1048576"/><sheetData>{HEADER}<row r="2">'
        '<c r="A2"><v>1</v></c><c r="B2"><v>2</v></c></row><row r="1048576"><c r="XFD1048576" s="1"/></row>'
        "</sheetData></worksheet>"
    )

    assert rows(xlsx(sheet)) == [(2, ("1", "2", ""))]


def test_an_excel_file_cannot_make_the_server_read_its_own_files(tmp_path):
    secret = tmp_path / "hemlig.txt"
    secret.write_text("topphemligt")
    doctype = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'
    content = xlsx(f'{HEADER}<row r="2"><c r="A2" t="inlineStr"><is><t>&e;</t></is></c></row>', doctype=doctype)
    lines, found = read(content)

    assert (lines, found) == ([], [RowProblem(0, BROKEN)])
    assert "topphemligt" not in repr((lines, found))


def test_a_part_that_hides_more_than_its_directory_says_is_not_read():
    """The compiled reader goes by the data, so it is only given what was looked through."""
    whole = one('<c r="A2"><v>1</v></c><c r="B2"><v>2</v></c>')
    content = bytearray(whole)
    at = content.rindex(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 100)

    assert problems(bytes(content)) == [(0, BROKEN)]
    assert len(rows(whole)) == 1


EXCEL = one('<c r="A2"><v>1</v></c><c r="B2"><v>2</v></c>')


def is_whole(content):
    """Reading does not fail, and every row has every column."""
    lines, found = read(content)
    return all(isinstance(problem, RowProblem) for problem in found) and all(
        line.cells.keys() == {"nummer", "namn", "till"} for line in lines
    )


@given(st.binary(max_size=300))
def test_any_bytes_give_rows_or_problems(content):
    assert is_whole(content)
    assert any(read(content + GOOD.encode()))
    assert any(read(GOOD.encode() + content))


@given(st.text(alphabet='";,\t\n\r x=1å\u200b', max_size=80))
def test_any_cells_give_rows_or_problems(text):
    assert is_whole("nummer;namn\n1;Bo\n" + text)


@given(st.randoms(use_true_random=False), st.sampled_from([GOOD.encode(), EXCEL]))
def test_any_damage_to_a_good_file_gives_rows_or_problems(chance: random.Random, good):
    content = bytearray(good)
    for _ in range(chance.randint(1, 6)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    start = chance.randrange(len(content))
    del content[start : start + chance.choice([0, 0, 1, 5, 50])]

    assert is_whole(bytes(content))


@given(st.text(alphabet='<>/"=rctvsfisAB12& ', max_size=120))
def test_any_damage_inside_an_excel_sheet_gives_rows_or_problems(text):
    assert is_whole(xlsx(HEADER + text))


def test_a_date_cell_of_excel_is_the_day_itself():
    lines, _ = read(one('<c r="A2"><v>1</v></c><c r="B2"><v>2</v></c><c r="C2" s="1"><v>45352</v></c>'))

    assert date.fromisoformat(lines[0].cells["till"]) == date(2024, 3, 1)


def table(content):
    return read_lines(content.encode() if isinstance(content, str) else content, COLUMNS)


def test_the_header_is_looked_for_below_titles_and_dates():
    content = "Personallista\n\nUttag;2026-11-22;Enhet: alla\nnummer;namn;till\n1;Bo;\n"
    read_table = table(content)

    assert read_table.problems == []
    assert [(line.number, line.cells["namn"]) for line in read_table.lines] == [(5, "Bo")]
    assert "Rad 1, 3 står ovanför rubrikraden och är inte läst." in read_table.remarks
    assert table("\n".join([*("titel",) * 10, "nummer;namn;till", "1;Bo;"])).problems == [RowProblem(1, NO_HEADER)]


def test_a_misplaced_mark_in_a_title_above_the_header_does_not_matter():
    assert table('Lista "aktuell"\nnummer;namn\n1;Bo\n').problems == []


@pytest.mark.parametrize(
    "row",
    [
        "Totalt;;",
        "Antal: 47;;",
        "Antal anställda;;47",
        ";Summa;",
        "Delsumma;;",
    ],
)
def test_a_row_of_sums_is_passed_over_and_told(row):
    read_table = table(f"nummer;namn;till;x\n1;Bo;\n{row}\n2;Li;\n")

    assert read_table.problems == []
    assert [line.number for line in read_table.lines] == [2, 4]
    assert "Rad 3 ser ut som en summarad och är inte läst." in read_table.remarks


def test_a_person_called_as_a_sum_is_a_person():
    assert rows("nummer;namn\n1;Antal\n2;Total Andersson\n") == [
        (2, ("1", "Antal", "")),
        (3, ("2", "Total Andersson", "")),
    ]


def test_the_header_may_come_again_on_each_page():
    read_table = table("nummer;namn;till\n1;Bo;\nNummer;Namn;Till\n2;Li;\n")

    assert [line.number for line in read_table.lines] == [2, 4]
    assert "Rad 3 är rubrikraden en gång till och är inte läst." in read_table.remarks


@pytest.mark.parametrize("text", ["#SAKNAS!", "#N/A", "#REFERENS!", "#VÄRDEFEL!", "#DIV/0!", "#NAMN?", "########"])
def test_what_excel_shows_instead_of_a_value_is_a_fault_also_in_a_csv_file(text):
    message = f"”till” visar ett fel från Excel: {text}. Rätta formeln eller skriv värdet."

    assert problems(f"nummer;namn;till;x\n1;Bo;{text};#N/A\n") == [(2, message)]


def test_what_excel_shows_in_a_column_that_nobody_asks_for_does_not_matter():
    assert rows("nummer;namn;lön\n1;Bo;#N/A\n") == [(2, ("1", "Bo", ""))]


def test_a_title_may_be_a_question():
    assert rows("nummer;namn;Räknas?\n1;Bo;ja\n") == [(2, ("1", "Bo", ""))]


def test_a_title_that_is_told_back_shows_nothing_that_cannot_be_seen():
    ((line, message),) = problems("num\x1b[31mer;namn\n1;Bo\n")

    assert (line, message) == (1, f"kolumnen ”nummer” saknas; menade du ”num[31mer”? {WHAT_TO_DO}")
