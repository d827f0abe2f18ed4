"""What a list of employees or elected officials says, and what every bad row is told."""

from datetime import date

import pytest

from course.clock import FOREVER
from course.organisation.roster_file import Row, looks_like_personnummer, read_employees, read_officials, slug

HEAD = "anstallningsnummer;fornamn;efternamn;epost;enhetskod;enhet;avdelning;befattning;anstallningsform;chef;fran;till"
GOOD = {
    "anstallningsnummer": "0071",
    "fornamn": "Åsa",
    "efternamn": "Ek",
    "epost": "Asa.Ek@Example.org",
    "enhetskod": "E1",
    "enhet": "Grupp 1",
    "avdelning": "IFO utredning",
    "befattning": "Socialsekreterare",
    "anstallningsform": "Tillsvidare",
    "chef": "",
    "fran": "2020-01-01",
    "till": "",
}
OFFICIAL = {
    "namn": "Åsa Ek",
    "epost": "asa@example.org",
    "namnd": "Socialnämnden",
    "organ": "",
    "roll": "Ledamot",
    "mandat_fran": "2023-01-01",
    "mandat_till": "2026-12-31",
}


def line(**changed):
    return ";".join((GOOD | changed).values())


def employees(*lines):
    rows, problems = read_employees("\n".join([HEAD, *lines]).encode())
    return rows, [str(problem) for problem in problems]


def officials(*rows):
    lines = [";".join((OFFICIAL | row).values()) for row in rows]
    found, problems = read_officials("\n".join([";".join(OFFICIAL), *lines]).encode())
    return found, [str(problem) for problem in problems]


def test_a_row_says_who_is_employed_where_and_when():
    rows, problems = employees(line())

    assert problems == []
    assert rows == [
        Row(
            line=2,
            key="0071",
            name="Åsa Ek",
            email="asa.ek@example.org",
            unit_code="E1",
            unit_name="Grupp 1",
            parent_code="avd-ifo-utredning",
            parent_name="IFO utredning",
            title="Socialsekreterare",
            employment="permanent",
            manager="",
            since=date(2020, 1, 1),
            until=FOREVER,
        )
    ]


def test_what_may_be_empty_may_be_empty():
    rows, problems = employees(line(epost="", avdelning="", befattning="", chef="", till=""))

    assert problems == []
    assert (rows[0].email, rows[0].parent_code, rows[0].title, rows[0].manager) == (None, "", "", "")


@pytest.mark.parametrize(
    ("word", "employment"),
    [
        ("Tillsvidareanställd", "permanent"),
        ("VISSTID", "temporary"),
        ("Särskild visstid", "temporary"),
        ("vikariat", "temporary"),
        ("timavlönad", "hourly"),
        ("inhyrd", "hired"),
        ("Praktikant", "trainee"),
    ],
)
def test_the_form_of_employment_is_known_by_the_words_people_use(word, employment):
    assert [row.employment for row in employees(line(anstallningsform=word))[0]] == [employment]


@pytest.mark.parametrize("written", ["2020-02-29", "20200229", "2020-02-29 00:00:00"])
def test_a_day_is_read_in_the_ways_that_systems_write_it(written):
    assert [row.since for row in employees(line(fran=written))[0]] == [date(2020, 2, 29)]


BAD_KEY = "rad 2: anstallningsnummer: får bara ha bokstäverna A–Z, siffror och . _ - / (högst 40 tecken)."
NUMBER = "rad 2: anstallningsnummer: ser ut som ett personnummer. Använd anställningsnummer."
FORMULA = "börjar som en formel. Ta bort tecknet först i cellen."
DAY = "ska vara ett datum som finns, skrivet som 2026-12-31."
BAD = {
    "no number": ({"anstallningsnummer": ""}, "rad 2: anstallningsnummer saknas."),
    "no first name": ({"fornamn": ""}, "rad 2: fornamn saknas."),
    "no last name": ({"efternamn": " "}, "rad 2: efternamn saknas."),
    "no unit code": ({"enhetskod": ""}, "rad 2: enhetskod saknas."),
    "no unit": ({"enhet": ""}, "rad 2: enhet saknas."),
    "no form": ({"anstallningsform": ""}, "rad 2: anstallningsform saknas."),
    "no first day": ({"fran": ""}, "rad 2: fran saknas."),
    "cyrillic look-alike in the number": ({"anstallningsnummer": "А71"}, BAD_KEY),
    "fullwidth digits": ({"anstallningsnummer": "００７１"}, BAD_KEY),
    "space in the number": ({"anstallningsnummer": "00 71"}, BAD_KEY),
    "formula as number": ({"anstallningsnummer": "=1+1"}, BAD_KEY),
    "long number": ({"anstallningsnummer": "1" * 41}, BAD_KEY),
    "personnummer": ({"anstallningsnummer": "811218-9876"}, NUMBER),
    "personnummer with century": ({"anstallningsnummer": "198112189876"}, NUMBER),
    "samordningsnummer": ({"anstallningsnummer": "701063-2391"}, NUMBER),
    "personnummer as manager": (
        {"chef": "8112189876"},
        "rad 2: chef: ser ut som ett personnummer. Använd anställningsnummer.",
    ),
    "personnummer in a name": (
        {"efternamn": "Ek 811218-9876"},
        "rad 2: efternamn: innehåller något som ser ut som ett personnummer. Ta bort det.",
    ),
    "personnummer in a title": (
        {"befattning": "Handläggare 19811218-9876"},
        "rad 2: befattning: innehåller något som ser ut som ett personnummer. Ta bort det.",
    ),
    "name that mixes alphabets": (
        {"fornamn": "Аnna"},
        "rad 2: fornamn: blandar alfabet som ser lika ut. Skriv om namnet.",
    ),
    "name without letters": ({"fornamn": "123"}, "rad 2: fornamn: ska vara ett namn."),
    "long name": ({"fornamn": "a" * 201}, "rad 2: fornamn: får ha högst 200 tecken."),
    "formula as name": ({"fornamn": "=HYPERLINK(1)"}, f"rad 2: fornamn: {FORMULA}"),
    "plus as name": ({"efternamn": "+Ek"}, f"rad 2: efternamn: {FORMULA}"),
    "minus as unit": ({"enhet": "-Grupp"}, f"rad 2: enhet: {FORMULA}"),
    "at sign as division": ({"avdelning": "@SUM(A1)"}, f"rad 2: avdelning: {FORMULA}"),
    "formula as code": ({"enhetskod": "=E1"}, f"rad 2: enhetskod: {FORMULA}"),
    "long code": ({"enhetskod": "E" * 61}, "rad 2: enhetskod: får ha högst 60 tecken."),
    "e-mail without at": ({"epost": "asa.example.org"}, "rad 2: epost: är ingen e-postadress."),
    "two e-mails": ({"epost": "a@example.org, b@example.org"}, "rad 2: epost: är ingen e-postadress."),
    "e-mail without domain": ({"epost": "asa@example"}, "rad 2: epost: är ingen e-postadress."),
    "unknown form": (
        {"anstallningsform": "slav"},
        "rad 2: anstallningsform: är okänd. Skriv tillsvidare, visstid, timanställd, inhyrd eller praktikant.",
    ),
    "30 february": ({"fran": "2026-02-30"}, f"rad 2: fran: {DAY}"),
    "29 february of no leap year": ({"fran": "2027-02-29"}, f"rad 2: fran: {DAY}"),
    "month 13": ({"fran": "2026-13-01"}, f"rad 2: fran: {DAY}"),
    "two-digit year": ({"fran": "26-01-01"}, f"rad 2: fran: {DAY}"),
    "slashes": ({"fran": "31/12/2026"}, f"rad 2: fran: {DAY}"),
    "excel's number": ({"fran": "46022"}, f"rad 2: fran: {DAY}"),
    "words": ({"till": "tills vidare"}, f"rad 2: till: {DAY}"),
    "long ago": ({"fran": "1900-01-01"}, "rad 2: fran: ska vara mellan 1950 och 2100."),
    "end before beginning": (
        {"fran": "2026-02-01", "till": "2026-01-31"},
        "rad 2: till (2026-01-31) är före fran (2026-02-01).",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_cell_is_told_with_its_row_and_what_to_do(kind):
    changed, message = BAD[kind]

    rows, problems = employees(line(**changed), line(anstallningsnummer="ok"))

    assert problems == [message]
    assert [row.key for row in rows] == ["ok"]
    assert not any("811218" in problem for problem in problems)


def test_all_problems_are_told_at_once_by_row():
    _, problems = employees(line(fornamn="", fran="x"), line(anstallningsnummer="2"), line(anstallningsform="?"))

    assert [problem.partition(":")[0] for problem in problems] == ["rad 2", "rad 2", "rad 4"]


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ({}, "0071 finns i enheten E1 samma tid på rad 2."),
        ({"fran": "2025-01-01", "till": "2025-12-31"}, "0071 finns i enheten E1 samma tid på rad 2."),
        ({"enhetskod": "E2", "enhet": "Grupp 2", "fornamn": "Eva"}, "0071 har ett annat namn på rad 2."),
        ({"enhetskod": "E2", "enhet": "Grupp 2", "epost": "x@example.org"}, "0071 har en annan e-post på rad 2."),
        ({"anstallningsnummer": "2", "enhet": "Grupp 9"}, "enheten E1 heter Grupp 9, men Grupp 1 på rad 2."),
        (
            {"anstallningsnummer": "2", "avdelning": "Stab"},
            "enheten E1 hör till Stab, men till IFO utredning på rad 2.",
        ),
    ],
)
def test_a_row_that_contradicts_an_earlier_one_is_told_which(second, message):
    _, problems = employees(line(), line(**second))

    assert problems == [f"rad 3: {message}"]


def test_several_employments_of_one_person_are_no_contradiction():
    rows, problems = employees(line(till="2020-12-31"), line(fran="2021-01-01"), line(enhetskod="E2", enhet="Grupp 2"))

    assert (len(rows), problems) == (3, [])


def test_a_list_of_nobody_is_refused():
    assert employees() == ([], ["Filen har inga personer. En tom lista skulle avsluta alla; inget görs."])


def test_an_official_stands_in_a_board_or_one_of_its_bodies():
    rows, problems = officials({}, {"organ": "Individutskottet", "roll": "Ordförande"})

    assert problems == []
    assert [(row.key, row.unit_code, row.unit_name, row.parent_code, row.title) for row in rows] == [
        ("asa@example.org", "namnd-socialnamnden", "Socialnämnden", "", "Ledamot"),
        (
            "asa@example.org",
            "namnd-socialnamnden-individutskottet",
            "Individutskottet",
            "namnd-socialnamnden",
            "Ordförande",
        ),
    ]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"epost": ""}, "rad 2: epost saknas."),
        ({"namn": ""}, "rad 2: namn saknas."),
        ({"namnd": ""}, "rad 2: namnd saknas."),
        ({"roll": ""}, "rad 2: roll saknas."),
        ({"mandat_till": "2022-12-31"}, "rad 2: mandat_till (2022-12-31) är före mandat_fran (2023-01-01)."),
    ],
)
def test_a_bad_cell_of_an_official_is_told(changed, message):
    assert officials(changed) == ([], [message])


def test_parties_are_never_read():
    content = "namn;epost;namnd;roll;mandat_fran;parti\nÅsa Ek;asa@example.org;Socialnämnden;Ledamot;2023-01-01;X\n"

    rows, problems = read_officials(content.encode())

    assert rows == []
    assert [str(problem) for problem in problems] == [
        "rad 1: Ta bort kolumnen parti. Partitillhörighet ska inte läsas in."
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("811218-9876", True),
        ("19811218-9876", True),
        ("811218-9875", False),
        ("811318-9876", False),
        ("100001", False),
        ("2020010112345", False),
        ("1234567890", False),
    ],
)
def test_a_personnummer_is_known_by_its_day_and_its_check_digit(text, found):
    assert looks_like_personnummer(text) is found


def test_a_name_as_a_code_has_no_swedish_letters():
    assert slug("Ekonomiskt bistånd – Öst & Väst") == "ekonomiskt-bistand-ost-vast"
