"""Which letters the bytes of a file are: read right in every encoding, or one fault for the whole file."""

import pytest

from course.sheet.header import Column
from course.sheet.letters import SAVE_ANEW, WRONG_ENCODING, is_garbled
from course.sheet.lines import read_lines
from course.sheet.problems import RowProblem

COLUMNS = (Column("nummer"), Column("namn"))
PEOPLE = ["Åsa Öberg", "Jörgen Älg", "Örjan Sjöö", "Hånäs Över", "Åke Ärlig", "Bo Ek", "André Müller"]
LIST = "\r\n".join(["Nummer;Namn;Från", *(f"{n};{name};å" for n, name in enumerate(PEOPLE, 1))]) + "\r\n"


def read(content):
    table = read_lines(content, COLUMNS)
    return [line.cells["namn"] for line in table.lines], list(table.problems)


@pytest.mark.parametrize(
    "encoding",
    [
        *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"),
        *("cp1252", "latin-1", "cp850", "cp437", "mac_roman"),
    ],
)
def test_a_list_reads_the_same_in_every_encoding_that_excel_and_systems_for_hr_write(encoding):
    assert read(LIST.encode(encoding)) == (PEOPLE, [])


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "mac_roman"])
@pytest.mark.parametrize("name", ["Jörgen", "Säl", "Åsa", "Från", "Örebro", "Ängla"])
def test_one_name_alone_is_read_right_or_the_file_is_refused(encoding, name):
    names, problems = read(f"nummer;namn\n1;{name}\n".encode(encoding))

    assert (names, problems) in (([name], []), ([], [RowProblem(0, WRONG_ENCODING)]))


def test_signs_of_windows_are_no_reason_to_doubt():
    names = ["Seán O’Brien", "Malmö – Lund", "”Solgården”", "Žižek Švarc Öst", "Bo Ek…", "Vård § 5 – 10°"]
    content = "nummer;namn\n" + "".join(f"{n};{name}\n" for n, name in enumerate(names))

    assert read(content.encode("cp1252")) == (names, [])


GARBLED = {
    "a question mark": "J?rgen",
    "a question mark first": "?sa",
    "a question mark last": "Malm?",
    "the sign of a lost letter": "J\ufffdrgen",
    "CP850 as Windows": "J”rgen",
    "CP850 as Windows, last": "Malm”",
    "CP850 as Windows, ä": "S„l",
    "UTF-8 as Windows": "JÃ¶rgen",
    "UTF-8 as Windows, Å": "Ã…sa",
    "UTF-8 as CP437": "J├╢rgen",
    "UTF-8 as CP850": "J├Ârgen",
    "UTF-8 as a Mac": "J√∂rgen",
    "UTF-8 as Windows, e with accent": "AndrÃ©",
    "UTF-8 with marks of its own as Windows": "Jo\u0308rgen".encode().decode("cp1252"),
    "Windows as CP850": "J÷rgen",
    "Windows as CP850, å": "FrÕn",
    "Windows as a Mac": "Jˆrgen",
    "Windows as a Mac, å": "HÂkan",
    "Mac as Windows": "HŒkan",
}


@pytest.mark.parametrize("name", GARBLED.values(), ids=GARBLED)
def test_letters_that_were_lost_never_become_a_name(name):
    names, problems = read(f"nummer;namn\n1;Bo\n2;{name}\n3;{name}\n4;Åsa\n".encode())

    assert names == ["Bo", "Åsa"]
    assert problems == [
        RowProblem(
            0,
            "Filen är sparad med fel teckenkodning: bokstäver är förvanskade, till exempel i ”namn” på rad 3 (2 av"
            f" filens rader). {SAVE_ANEW}",
        )
    ]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Åsa Öberg",
            "Dušan Žižek",
            "Łukasz",
            "D’Angelo",
            "Zoë",
            "ÅÄÖ",
            "Enhet ”Solgården”",
            "Café Ångström",
            "Ärt–ö",
        ),
        *("José Muñoz", "Strauß", "Þór", "Иван", "Ås 25 €", "https://kommun.se/?id=7", "Ek (±2 °C)", "Œuvre"),
    ],
)
def test_letters_that_are_right_are_not_doubted(text):
    assert not is_garbled(text)
