"""Lists of employees and of elected officials: what a row says, and every problem in plain Swedish."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.clock import FOREVER
from course.organisation.roster_file import Row, has_personnummer, read_employees, read_officials, slug

HEAD = "anstallningsnummer;fornamn;efternamn;epost;enhetskod;enhet;avdelning;befattning;anstallningsform;chef;fran;till"
NAMES = HEAD.split(";")
ANNA = dict(
    zip(
        NAMES,
        "0042;Anna;Ek;Anna.Ek@kommun.se;E1;Solgården;Vård & omsorg;Undersköterska;Tillsvidare;7;2020-01-01;".split(";"),
        strict=True,
    )
)
BO = {**ANNA, "anstallningsnummer": "7", "fornamn": "Bo", "epost": "bo@kommun.se", "chef": "7"}
OFFICIAL_HEAD = "namn;epost;namnd;organ;roll;mandat_fran;mandat_till"
OFFICIAL = "Eva Ek;Eva.Ek@kommun.se;Socialnämnden;;Ledamot;2027-01-01;2030-12-31"

ONE, TWELVE = "900101-1239", "19900101-1239"
"""Invented personal identity numbers whose check digit is right."""


def with_check_digit(nine):
    """A made-up number whose last digit is right."""
    return next(f"{nine}{last}" for last in range(10) if has_personnummer(f"{nine}{last}"))


def csv(*rows):
    return "\n".join([HEAD, *(";".join(row.values()) for row in rows)]).encode()


def problems(*rows):
    """[(row, message)] of a list; its first row is row 2."""
    return [(problem.line, problem.message) for problem in read_employees(csv(*rows))[1]]


def official_problems(*rows, head=OFFICIAL_HEAD):
    return [(problem.line, problem.message) for problem in read_officials("\n".join([head, *rows]).encode())[1]]


def test_a_row_of_employees_says_who_works_where_and_when():
    rows, found = read_employees(csv(ANNA, {**BO, "till": "2026-12-31", "avdelning": "Vård & omsorg"}))

    assert found == []
    assert rows[0] == Row(
        line=2,
        key="0042",
        name="Anna Ek",
        email="anna.ek@kommun.se",
        unit_code="E1",
        unit_name="Solgården",
        parent_code="avd-vard-omsorg",
        parent_name="Vård & omsorg",
        title="Undersköterska",
        employment="permanent",
        manager="7",
        since=date(2020, 1, 1),
        until=FOREVER,
    )
    assert (rows[1].key, rows[1].manager, rows[1].until) == ("7", "7", date(2026, 12, 31))


def test_a_row_needs_no_more_than_what_must_be_known():
    few = (
        "anstallningsnummer;fornamn;efternamn;enhetskod;enhet;anstallningsform;fran\n1;Bo;Ek;E1;Enhet;vikarie;20260101"
    )
    rows, found = read_employees(few.encode())

    assert found == []
    assert (rows[0].email, rows[0].parent_code, rows[0].title, rows[0].manager) == (None, "", "", "")
    assert (rows[0].since, rows[0].until) == (date(2026, 1, 1), FOREVER)


def test_columns_may_have_other_titles():
    content = csv(ANNA).replace(b"anstallningsnummer", b"Anst.nr").replace(b"chef", b"Chefens nummer")
    names = {"anstallningsnummer": "anstnr", "chef": "chefens nummer"}

    assert read_employees(content, names) == read_employees(csv(ANNA))


def test_a_problem_names_the_column_as_the_file_does():
    content = csv({**ANNA, "anstallningsnummer": ""}).replace(b"anstallningsnummer", b"Anst.nr")

    assert [str(problem) for problem in read_employees(content, {"anstallningsnummer": "Anst.nr"})[1]] == [
        "rad 2: ”Anst.nr” saknas. Fyll i cellen."
    ]


@pytest.mark.parametrize(
    ("word", "employment"),
    [
        ("Tillsvidareanställd", "permanent"),
        ("FAST", "permanent"),
        ("Särskild visstid", "temporary"),
        ("tidsbegransad", "temporary"),
        ("Provanställning", "temporary"),
        ("Timavlönad", "hourly"),
        ("intermittent", "hourly"),
        ("Inhyrd", "hired"),
        ("praktik", "trainee"),
    ],
)
def test_an_employment_may_be_said_in_many_ways(word, employment):
    assert read_employees(csv({**ANNA, "anstallningsform": word}))[0][0].employment == employment


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-31", date(2026, 12, 31)),
        ("20261231", date(2026, 12, 31)),
        ("2026-12-31 00:00:00", date(2026, 12, 31)),
        ("2026-12-31T00:00", date(2026, 12, 31)),
        ("2024-02-29", date(2024, 2, 29)),
        ("9999-12-31", FOREVER),
        ("", FOREVER),
    ],
)
def test_a_day_may_be_written_as_systems_write_it(text, day):
    assert read_employees(csv({**ANNA, "till": text}))[0][0].until == day


@pytest.mark.parametrize(
    "name", ["Åsa", "Zoë", "D'Angelo", "Anna-Karin", "O’Brien", "Đặng", "Łukasz", "Иван", "محمد", "von der Ek", "Ek 2"]
)
def test_names_of_all_sorts_are_names(name):
    rows, found = read_employees(csv({**ANNA, "efternamn": name}))

    assert (found, rows[0].name) == ([], f"Anna {name}")


def test_a_number_that_is_no_birthday_or_has_a_wrong_check_digit_is_an_employment_number():
    keys = ["9001011238", "9013011233", "1234567", "123456789012345", "900131.1"]
    rows, found = read_employees(csv(*({**ANNA, "anstallningsnummer": key, "epost": ""} for key in keys)))

    assert found == []
    assert [row.key for row in rows] == keys


NUMBER = "”anstallningsnummer” "
HIDES = "innehåller något som ser ut som ett personnummer. {}"
OWN, OFF = HIDES.format("Använd anställningsnummer i stället."), HIDES.format("Ta bort det.")
ALLOWED = "får bara ha A–Z, a–z, 0–9 och . _ - /, högst 40 tecken, inte "
FORMULA = "börjar med ”{}” som en formel. Ta bort tecknet."
BY_HAND = "har tecken som bara liknar vanliga: ”{}”. Skriv om texten för hand."
NO_DAY = "”{}” är inget datum: ”{}”. Skriv dagen som 2026-12-31."
MISSING = "saknas. Fyll i cellen."
SCRIPTS = "blandar bokstäver ur olika alfabet: ”{}”. Skriv om texten."
NO_EMAIL = "”epost” är ingen e-postadress: ”{}”. Skriv som namn@kommun.se."
NOT_ASCII = " Adressen får inte ha å, ä, ö eller andra särskilda tecken."
YEARS = "”{}” ska vara ett datum från 1950 till 2100, inte ”{}”."
BAD_CELLS = [
    ("anstallningsnummer", "", NUMBER + MISSING),
    ("anstallningsnummer", "12 34", NUMBER + ALLOWED + "”12 34”."),
    ("anstallningsnummer", "Å12", NUMBER + ALLOWED + "”Å12”."),
    ("anstallningsnummer", "1" * 41, NUMBER + ALLOWED + f"”{'1' * 41}”."),
    ("anstallningsnummer", "<b>", NUMBER + ALLOWED + "”<b>”."),
    ("anstallningsnummer", "А12", NUMBER + BY_HAND.format("А12")),
    ("anstallningsnummer", "１２３", NUMBER + BY_HAND.format("１２３")),
    ("anstallningsnummer", "١٢٣", NUMBER + BY_HAND.format("١٢٣")),
    ("anstallningsnummer", "-12", NUMBER + FORMULA.format("-")),
    ("anstallningsnummer", "=1+1", NUMBER + FORMULA.format("=")),
    ("fornamn", "", "”fornamn” " + MISSING),
    ("fornamn", "Anna", None),
    ("fornamn", "123", "”fornamn” har inga bokstäver: ”123”. Skriv namnet."),
    ("fornamn", "...", "”fornamn” är bara skiljetecken: ”...”. Skriv ett namn."),
    ("fornamn", "Аnna", "”fornamn” " + SCRIPTS.format("Аnna")),
    ("fornamn", "Αnna", "”fornamn” " + SCRIPTS.format("Αnna")),
    ("fornamn", "\U0001d400nna", "”fornamn” " + SCRIPTS.format("\U0001d400nna")),
    ("fornamn", "=HYPERLINK(1)", "”fornamn” " + FORMULA.format("=")),
    ("fornamn", "@SUM(1)", "”fornamn” " + FORMULA.format("@")),
    ("fornamn", "+46", "”fornamn” " + FORMULA.format("+")),
    ("fornamn", "\t=cmd", "”fornamn” " + FORMULA.format("=")),
    ("fornamn", "＝cmd", "”fornamn” " + FORMULA.format("＝")),
    ("fornamn", "x" * 201, "”fornamn” är längre än 200 tecken. Korta texten."),
    ("fornamn", "A\u200bnna", "”fornamn” innehåller ett osynligt tecken (U+200B). Skriv om texten i cellen."),
    ("efternamn", "", "”efternamn” " + MISSING),
    ("efternamn", "E" * 198, "”efternamn” och förnamn är längre än 200 tecken tillsammans. Korta namnet."),
    ("epost", "anna", NO_EMAIL.format("anna")),
    ("epost", "anna@kommun", NO_EMAIL.format("anna@kommun")),
    ("epost", "anna@@kommun.se", NO_EMAIL.format("anna@@kommun.se")),
    ("epost", "anna ek@kommun.se", NO_EMAIL.format("anna ek@kommun.se")),
    ("epost", "anna..ek@kommun.se", NO_EMAIL.format("anna..ek@kommun.se")),
    ("epost", "anna@-kommun.se", NO_EMAIL.format("anna@-kommun.se")),
    ("epost", "a@kommun.se, b@kommun.se", NO_EMAIL.format("a@kommun.se, b@kommun.se")),
    ("epost", "<anna@kommun.se>", NO_EMAIL.format("<anna@kommun.se>")),
    ("epost", "åsa@kommun.se", NO_EMAIL.format("åsa@kommun.se") + NOT_ASCII),
    ("epost", "аnna@kommun.se", NO_EMAIL.format("аnna@kommun.se") + NOT_ASCII),
    ("epost", f"{'a' * 250}@kommun.se", NO_EMAIL.format("a" * 60 + "…")),
    ("enhetskod", "", "”enhetskod” " + MISSING),
    ("enhetskod", "=E1", "”enhetskod” " + FORMULA.format("=")),
    ("enhetskod", "Е1", "”enhetskod” " + BY_HAND.format("Е1")),
    ("enhetskod", "avd-x", "”enhetskod” får inte börja med ”avd-” eller ”namnd-”: ”avd-x”. Använd en annan kod."),
    ("enhet", "", "”enhet” " + MISSING),
    ("enhet", "-", "”enhet” " + FORMULA.format("-")),
    ("enhet", "Sоlgården", "”enhet” " + SCRIPTS.format("Sоlgården")),
    ("avdelning", "Ж", "”avdelning” behöver minst en bokstav a–ö eller en siffra, inte ”Ж”."),
    ("avdelning", "=A1", "”avdelning” " + FORMULA.format("=")),
    ("befattning", "+Chef", "”befattning” " + FORMULA.format("+")),
    ("befattning", "x" * 1001, "”befattning” är längre än 1\u00a0000 tecken. Korta texten."),
    ("anstallningsform", "", "”anstallningsform” " + MISSING),
    (
        "anstallningsform",
        "ibland",
        ("”anstallningsform” är okänd: ”ibland”. Skriv tillsvidare, visstid, timanställd, inhyrd eller praktikant."),
    ),
    ("chef", "Bo Ek", "”chef” " + ALLOWED + "”Bo Ek”."),
    ("fran", "", "”fran” " + MISSING),
    ("fran", "2026-02-30", "”fran” är ett datum som inte finns: ”2026-02-30”. Rätta det."),
    ("fran", "2026-13-01", "”fran” är ett datum som inte finns: ”2026-13-01”. Rätta det."),
    ("fran", "2025-02-29", "”fran” är ett datum som inte finns: ”2025-02-29”. Rätta det."),
    ("fran", "0000-01-01", "”fran” är ett datum som inte finns: ”0000-01-01”. Rätta det."),
    ("fran", "26-01-01", NO_DAY.format("fran", "26-01-01")),
    ("fran", "31/12/2026", NO_DAY.format("fran", "31/12/2026")),
    ("fran", "2026-1-1", NO_DAY.format("fran", "2026-1-1")),
    ("fran", "2026-0101", NO_DAY.format("fran", "2026-0101")),
    ("fran", "２０２６-01-01", NO_DAY.format("fran", "２０２６-01-01")),
    ("fran", "2026-01-01 08:30:00", NO_DAY.format("fran", "2026-01-01 08:30:00")),
    (
        "fran",
        "46022",
        "”fran” är ett löpnummer från Excel. Visa kolumnen som datum: ”46022”. Skriv dagen som 2026-12-31.",
    ),
    ("fran", "1949-12-31", YEARS.format("fran", "1949-12-31")),
    ("fran", "9999-12-31", "”fran” kan inte vara 9999-12-31. Skriv den första dagen."),
    ("till", "tills vidare", NO_DAY.format("till", "tills vidare")),
    ("till", "2101-01-01", YEARS.format("till", "2101-01-01")),
    ("till", "2019-12-31", "”till” (2019-12-31) är före ”fran” (2020-01-01). Rätta ett av dem."),
]
BAD_CELLS = [case for case in BAD_CELLS if case[2]]


@pytest.mark.parametrize(("name", "text", "message"), BAD_CELLS, ids=lambda value: str(value)[:30])
def test_a_bad_cell_is_told_with_its_row_and_the_others_are_read(name, text, message):
    rows, found = read_employees(csv(BO, {**ANNA, name: text}))

    assert [(problem.line, problem.message) for problem in found] == [(3, message)]
    assert [row.key for row in rows] == ["7"]


PERSONNUMMER = {
    "ten digits": "9001011239",
    "with a dash": ONE,
    "more than a hundred years": "900101+1239",
    "twelve digits": "199001011239",
    "twelve digits with a dash": TWELVE,
    "with a space": "900101 1239",
    "with an en dash": "900101–1239",
    "fullwidth digits": "９００１０１１２３９",
}


@pytest.mark.parametrize("text", PERSONNUMMER.values(), ids=PERSONNUMMER)
@pytest.mark.parametrize("name", ["anstallningsnummer", "chef", "fornamn", "befattning", "epost", "fran", "enhet"])
def test_a_personnummer_is_refused_wherever_it_stands_and_never_shown(name, text):
    for cell in (text, f"Anna {text}", f"({text})"):
        rows, found = read_employees(csv({**ANNA, name: cell, "till": "fel"}))
        message = OWN if name in ("anstallningsnummer", "chef") else OFF

        assert (rows, [(problem.line, problem.message) for problem in found]) == ([], [(2, f"”{name}” {message}")])
        assert text not in repr(found)


def test_a_samordningsnummer_is_refused_too():
    number = with_check_digit("900161123")

    assert problems({**ANNA, "anstallningsnummer": number}) == [(2, NUMBER + OWN)]


def test_every_problem_of_every_row_is_told_in_order():
    found = problems(
        {**ANNA, "fran": "", "epost": "x", "anstallningsform": "?"}, BO, {**BO, "efternamn": "Öst", "enhet": "=x"}
    )

    assert found == [
        (2, "”fran” saknas. Fyll i cellen."),
        (2, "”epost” är ingen e-postadress: ”x”. Skriv som namn@kommun.se."),
        (2, "”anstallningsform” är okänd: ”?”. Skriv tillsvidare, visstid, timanställd, inhyrd eller praktikant."),
        (4, "”enhet” börjar med ”=” som en formel. Ta bort tecknet."),
        (4, "samma person har ett annat namn på rad 3. Rätta den rad som är fel."),
        (4, "samma person har samma enhet på rad 3 under samma tid. Ta bort eller rätta en av dem."),
    ]


LIKE = "på rad 2. Skriv lika."
OVERLAP = "samma person har samma enhet på rad 2 under samma tid. Ta bort eller rätta en av dem."
OTHER = {"enhetskod": "E2", "enhet": "Ekbacken"}
DISAGREEMENTS = {
    "one unit, two names": (ANNA, {**BO, "enhet": "Ekbacken"}, f"enheten ”E1” heter ”Ekbacken” men ”Solgården” {LIKE}"),
    "one unit, two avdelningar": (
        ANNA,
        {**BO, "avdelning": "Skola"},
        (f"enheten ”E1” hör till ”Skola” men ”Vård & omsorg” {LIKE}"),
    ),
    "one unit, with and without avdelning": (
        ANNA,
        {**BO, "avdelning": ""},
        (f"enheten ”E1” hör till ingen avdelning men ”Vård & omsorg” {LIKE}"),
    ),
    "one avdelning, two spellings": (
        ANNA,
        {**BO, **OTHER, "avdelning": "Vård omsorg"},
        (f"”Vård omsorg” skrivs ”Vård & omsorg” {LIKE}"),
    ),
    "one code, two spellings": (ANNA, {**BO, "enhetskod": "e1"}, f"”e1” skrivs ”E1” {LIKE}"),
    "one key, two spellings": (
        {**ANNA, "anstallningsnummer": "a1"},
        {**ANNA, **OTHER, "anstallningsnummer": "A1"},
        f"”A1” skrivs ”a1” {LIKE}",
    ),
    "one key, two names": (
        ANNA,
        {**ANNA, **OTHER, "fornamn": "Eva"},
        ("samma person har ett annat namn på rad 2. Rätta den rad som är fel."),
    ),
    "one key, two addresses": (
        ANNA,
        {**ANNA, **OTHER, "epost": "x@kommun.se"},
        ("samma person har en annan e-postadress på rad 2. Rätta den rad som är fel."),
    ),
    "the same row twice": (ANNA, ANNA, OVERLAP),
    "overlap of one day": ({**ANNA, "till": "2020-06-30"}, {**ANNA, "fran": "2020-06-30"}, OVERLAP),
    "overlap, the later first": ({**ANNA, "fran": "2021-01-01"}, {**ANNA, "till": "2021-01-01"}, OVERLAP),
}


@pytest.mark.parametrize(("first", "second", "message"), DISAGREEMENTS.values(), ids=DISAGREEMENTS)
def test_a_row_that_says_otherwise_than_an_earlier_one_names_it(first, second, message):
    assert problems(first, second) == [(3, message)]


def test_a_long_period_overlaps_with_each_short_one_inside_it():
    short = [{**ANNA, "fran": f"202{n}-01-01", "till": f"202{n}-12-31"} for n in (1, 3)]

    assert problems(ANNA, *short) == [(3, OVERLAP), (4, OVERLAP)]


def test_rows_that_agree_are_no_problem():
    rows = [
        {**ANNA, "till": "2020-06-30"},
        {**ANNA, "fran": "2020-07-01", "epost": "", "fornamn": "ANNA"},
        {**ANNA, **OTHER},
        {**BO, "enhet": "SOLGÅRDEN"},
    ]

    assert problems(*rows) == []


@pytest.mark.parametrize("read", [read_employees, read_officials])
def test_a_list_without_people_is_refused_for_it_would_end_everybody(read):
    head = HEAD if read is read_employees else OFFICIAL_HEAD
    expected = ["Filen har inga personer. En tom lista skulle avsluta alla; välj en annan fil."]

    assert [str(problem) for problem in read(head.encode())[1]] == expected
    assert [str(problem) for problem in read(f"{head}\n;;;;\n\n".encode())[1]] == expected


def test_a_row_of_officials_says_who_sits_where_and_when():
    chair = "Eva Ek;eva.ek@kommun.se;Socialnämnden;Arbetsutskottet;Ordförande;2027-01-01;"
    rows, found = read_officials(f"{OFFICIAL_HEAD}\n{OFFICIAL}\n{chair}\n".encode())

    assert found == []
    assert rows[0] == Row(
        line=2,
        key="eva.ek@kommun.se",
        name="Eva Ek",
        email="eva.ek@kommun.se",
        unit_code="namnd-socialnamnden",
        unit_name="Socialnämnden",
        parent_code="",
        parent_name="",
        title="Ledamot",
        employment="permanent",
        manager="",
        since=date(2027, 1, 1),
        until=date(2030, 12, 31),
    )
    assert (rows[1].unit_code, rows[1].unit_name) == ("namnd-socialnamnden-arbetsutskottet", "Arbetsutskottet")
    assert (rows[1].parent_code, rows[1].parent_name) == ("namnd-socialnamnden", "Socialnämnden")
    assert (rows[1].title, rows[1].until) == ("Ordförande", FOREVER)


@pytest.mark.parametrize("title", ["parti", "PARTI", "Parti-tillhörighet", "partibeteckning", "party", "par\u200bti"])
@pytest.mark.parametrize("cell", ["Ekpartiet", ""])
def test_a_column_of_parties_is_refused_even_when_it_is_empty(title, cell):
    found = official_problems(f"{OFFICIAL};{cell}", head=f"{OFFICIAL_HEAD};{title}")

    assert found == [
        (1, "ta bort kolumnen parti. Partitillhörighet är en känslig personuppgift och ska inte läsas in.")
    ]
    assert "Ekpartiet" not in repr(found)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Eva.Ek@kommun.se", "", "”epost” saknas. Fyll i cellen."),
        ("Eva.Ek@kommun.se", "eva", "”epost” är ingen e-postadress: ”eva”. Skriv som namn@kommun.se."),
        ("Eva Ek", "", "”namn” saknas. Fyll i cellen."),
        ("Eva Ek", TWELVE, "”namn” " + OFF),
        ("Socialnämnden", "", "”namnd” saknas. Fyll i cellen."),
        ("Socialnämnden", "=1", "”namnd” börjar med ”=” som en formel. Ta bort tecknet."),
        ("Ledamot", "", "”roll” saknas. Fyll i cellen."),
        ("2027-01-01", "", "”mandat_fran” saknas. Fyll i cellen."),
        ("2030-12-31", "2026", "”mandat_till” är inget datum: ”2026”. Skriv dagen som 2026-12-31."),
        (
            "2030-12-31",
            "2026-12-31",
            "”mandat_till” (2026-12-31) är före ”mandat_fran” (2027-01-01). Rätta ett av dem.",
        ),
    ],
)
def test_a_bad_cell_of_an_official_is_told_with_its_row(old, new, message):
    good = OFFICIAL.replace("Eva", "Bo")

    assert official_problems(good, OFFICIAL.replace(old, new)) == [(3, message)]


def test_an_official_sits_once_at_a_time_in_each_organ_under_one_name():
    assert official_problems(OFFICIAL, OFFICIAL) == [(3, OVERLAP)]
    assert official_problems(OFFICIAL, OFFICIAL.replace("Eva Ek", "Bo Ek").replace(";;", ";Utskott;")) == [
        (3, "samma person har ett annat namn på rad 2. Rätta den rad som är fel.")
    ]


def test_two_names_that_make_the_same_code_are_told():
    other = OFFICIAL.replace("Eva", "Bo").replace("Socialnämnden", "Social-nämnden")
    dashed = official_problems(OFFICIAL.replace("Socialnämnden", "Social nämnden"), other)

    assert dashed == [(3, f"enheten ”namnd-social-namnden” heter ”Social-nämnden” men ”Social nämnden” {LIKE}")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Vård & omsorg", "vard-omsorg"), ("  IFO, utredning! ", "ifo-utredning"), ("Café Åäö", "cafe-aao"), ("Ж", "")],
)
def test_a_slug_has_only_plain_letters_digits_and_single_dashes(text, expected):
    assert slug(text) == expected


@given(st.binary(max_size=400))
def test_any_bytes_give_people_or_problems(content):
    for read in (read_employees, read_officials):
        assert any(read(content))
        assert any(read(csv(ANNA) + b"\n" + content))


@given(st.lists(st.text(max_size=30), min_size=12, max_size=12))
def test_any_cells_give_people_or_problems(cells):
    row = ";".join('"' + cell.replace('"', '""') + '"' for cell in cells)

    assert any(read_employees(f"{HEAD}\n{row}".encode("utf-8", "replace")))
