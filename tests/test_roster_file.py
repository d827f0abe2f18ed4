"""Lists of employees and of elected officials: what a row says, and every problem in plain Swedish."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.clock import FOREVER
from course.organisation.person import has_personnummer, slug
from course.organisation.roster_file import Row, read_employees, read_officials
from course.sheet.header import WHAT_TO_DO

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


def read(content, *args, **settings):
    """(rows, problems) of a list of employees."""
    listed = read_employees(content, *args, **settings)
    return listed.rows, listed.problems


def csv(*rows):
    return "\n".join([HEAD, *(";".join(row.values()) for row in rows)]).encode()


def problems(*rows):
    """[(row, message)] of a list; its first row is row 2."""
    return [(problem.line, problem.message) for problem in read_employees(csv(*rows)).problems]


def official_problems(*rows, head=OFFICIAL_HEAD):
    return [(problem.line, problem.message) for problem in read_officials("\n".join([head, *rows]).encode()).problems]


def test_a_row_of_employees_says_who_works_where_and_when():
    rows, found = read(csv(ANNA, {**BO, "till": "2026-12-31", "avdelning": "Vård & omsorg"}))

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
    rows, found = read(few.encode())

    assert found == []
    assert (rows[0].email, rows[0].parent_code, rows[0].title, rows[0].manager) == (None, "", "", "")
    assert (rows[0].since, rows[0].until) == (date(2026, 1, 1), FOREVER)


def test_columns_may_have_other_titles():
    content = csv(ANNA).replace(b"anstallningsnummer", b"Anst.nr").replace(b"chef", b"Chefens nummer")
    names = {"anstallningsnummer": "anstnr", "chef": "chefens nummer"}

    assert read(content, names) == read(csv(ANNA))


def test_a_problem_names_the_column_as_the_file_does():
    content = csv({**ANNA, "anstallningsnummer": ""}).replace(b"anstallningsnummer", b"Anst.nr")

    assert [str(problem) for problem in read_employees(content, {"anstallningsnummer": "Anst.nr"}).problems] == [
        "rad 2: ”Anst.nr” saknas. Fyll i cellen."
    ]


FORMS = {
    "permanent": "Tillsvidareanställd, tillsvidare, FAST, Tillsv, Tillsv., tv, Tillsvidare heltid,"
    " Tillsvidareanställning enligt AB, Tills vidare, Månadsavlönad, månadslön, Tillsvidare månadsavlönad, fast"
    " anställd, permanent",
    "temporary": "Särskild visstid, tidsbegransad, Provanställning, särskild visstidsanställning, Vik, Vik., Vikariat,"
    " Allmän visstidsanställning, AVA, SÄVA, Projektanställning, Säsongsanställning, Visstid månadsavlönad, vikarie,"
    " Visstidsanställd, Tidsbegränsad anställning, Semestervikarie, Vikariatsanställning, Provanst, Ferieanställd,"
    " Visstid (AB), förordnande, Lärlingsanställning, temporary",
    "hourly": "Timavlönad, intermittent, Timanställd, Timlön, tim, Timvikarie, Intermittent anställning, Tim.anst,"
    " Vikarie timavlönad, Behovsanställd, vid behov, Tim-avl, hourly",
    "hired": "Inhyrd, Bemanningsanställd, Konsult, hired",
    "trainee": "praktik, Praktikant, Student, VFU, trainee",
}


@pytest.mark.parametrize(
    ("word", "employment"), [(word, kind) for kind, words in FORMS.items() for word in words.split(", ")]
)
def test_an_employment_may_be_said_in_many_ways(word, employment):
    assert read_employees(csv({**ANNA, "anstallningsform": word})).rows[0].employment == employment


@pytest.mark.parametrize("word", ["Ej tillsvidare", "heltid", "100 %", "Arvoderad", "anställd"])
def test_words_that_decide_nothing_are_not_guessed(word):
    assert [problem.line for problem in read_employees(csv({**ANNA, "anstallningsform": word})).problems] == [2]


def test_words_of_the_workplace_mean_what_the_settings_say():
    own = {"Kod 12": "visstid", "vikariat": "timanställd"}
    rows, found = read(
        csv({**ANNA, "anstallningsform": "KOD 12"}, {**BO, "anstallningsform": "Vikariat"}), employments=own
    )

    assert (found, [row.employment for row in rows]) == ([], ["temporary", "hourly"])


def test_all_unknown_words_are_told_at_once_with_how_many_rows_have_them():
    listed = [
        {**BO, "anstallningsnummer": str(n), "epost": "", "anstallningsform": w} for n, w in enumerate("xyxx", 10)
    ]

    assert problems(ANNA, *listed) == [(3, UNKNOWN.format("”x” (3 rader), ”y” (1 rad)", "x"))]
    assert [row.key for row in read_employees(csv(ANNA, *listed)).rows] == ["0042"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-31", date(2026, 12, 31)),
        ("20261231", date(2026, 12, 31)),
        ("2026-12-31 00:00:00", date(2026, 12, 31)),
        ("2026-12-31T00:00", date(2026, 12, 31)),
        ("2026-12-31 08:30:00", date(2026, 12, 31)),
        ("2026-12-31T23:59:59.999", date(2026, 12, 31)),
        ("2024-02-29", date(2024, 2, 29)),
        ("2026-1-3", date(2026, 1, 3)),
        ("2026/01/03", date(2026, 1, 3)),
        ("2026.01.03", date(2026, 1, 3)),
        ("01.03.2026", date(2026, 3, 1)),
        ("1.3.2026", date(2026, 3, 1)),
        ("31/12/2026", date(2026, 12, 31)),
        ("01/03/2026", date(2026, 3, 1)),
        ("31-12-2026 00:00", date(2026, 12, 31)),
        ("1 mar 2026", date(2026, 3, 1)),
        ("den 1 mars 2026", date(2026, 3, 1)),
        ("1-maj-2026", date(2026, 5, 1)),
        ("3 Oct 2026", date(2026, 10, 3)),
        ("tills vidare", FOREVER),
        ("-", FOREVER),
        ("9999-12-31", FOREVER),
        ("", FOREVER),
    ],
)
def test_a_day_may_be_written_as_systems_write_it(text, day):
    assert read_employees(csv({**ANNA, "till": text})).rows[0].until == day


def test_days_that_could_be_meant_with_the_month_first_are_told_once():
    slashes = [{**ANNA, "fran": "03/04/2020"}, {**BO, "fran": "05/04/2020", "till": "31/12/2026"}]

    assert [each for each in read_employees(csv(*slashes)).remarks if "dagen först" in each] == [
        "Datum som 03/04/2020 är lästa med dagen först, alltså 3\u00a0april 2020."
    ]
    clear = [{**ANNA, "fran": "03.04.2020"}, {**BO, "fran": "04/04/2020", "till": "31/12/2026"}]
    assert [each for each in read_employees(csv(*clear)).remarks if "dagen först" in each] == []


def test_a_fault_that_many_rows_share_is_told_once_with_its_rows_though_the_values_differ():
    listed = [{**ANNA, "anstallningsnummer": str(n), "epost": "", "fran": f"1 {n}"} for n in range(10, 18)]

    assert problems(*listed) == [
        (2, NO_DAY.format("fran", "1 10") + " Samma sak gäller rad 3–9; se också på rubrikraden.")
    ]


def test_the_cells_that_a_row_leaves_empty_are_told_in_one_sentence():
    nearly_empty = dict.fromkeys(NAMES, "") | {"enhet": "Utskriven av HR"}
    missing = "”fornamn”, ”efternamn”, ”fran”, ”anstallningsform”, ”anstallningsnummer”, ”enhetskod”"
    (told,) = problems(ANNA, nearly_empty)

    assert told[0] == 3
    assert set(told[1].partition(" saknas")[0].split(", ")) == set(missing.split(", "))
    assert told[1].endswith(" saknas. Fyll i cellerna, eller ta bort raden.")


@pytest.mark.parametrize("sums", ["Summa;47", "Antal anställda;;;;47", ";;;;;;;;Totalt;;47"])
def test_a_row_of_sums_is_one_remark_and_no_person(sums):
    listed = read_employees(csv(ANNA, BO) + f"\n{sums}\n".encode())

    assert ([row.line for row in listed.rows], listed.problems) == ([2, 3], [])
    assert "Rad 4 ser ut som en summarad och är inte läst." in listed.remarks


@pytest.mark.parametrize(("first", "last"), [("Madonna", ""), ("", "Madonna"), ("-", "Madonna"), ("Madonna", "–")])
def test_a_person_with_one_name_is_read_and_told(first, last):
    listed = read_employees(csv({**ANNA, "fornamn": first, "efternamn": last}, BO))

    assert ([row.name for row in listed.rows], listed.problems) == (["Madonna", "Bo Ek"], [])
    assert "Rad 2 har bara ett namn och är läst med det." in listed.remarks


@pytest.mark.parametrize("name", ["Ek, Åsa", "Åsa Ek", "Ek,Åsa"])
def test_the_whole_name_may_stand_in_one_column_either_way_round(name):
    content = f"anstallningsnummer;Namn;enhetskod;enhet;anstallningsform;fran\n1;{name};E1;Enhet;fast;20260101"
    listed = read_employees(content.encode())

    assert ([row.name for row in listed.rows], listed.problems) == (["Åsa Ek"], [])


@pytest.mark.parametrize("leader", ["Bo Ek", "Ek, Bo", "bo ek", "bo@kommun.se"])
def test_a_manager_may_be_named_when_only_one_in_the_list_is_called_so(leader):
    listed = read_employees(csv({**ANNA, "chef": leader}, BO))
    twice = read_employees(csv({**ANNA, "chef": "Bo Ek"}, BO, {**BO, "anstallningsnummer": "8", "epost": ""}))

    assert ([row.manager for row in listed.rows], listed.problems) == (["7", "7"], [])
    assert "Rad 2 anger chefen med namn; numret är hämtat ur listan." in listed.remarks
    assert [str(problem) for problem in twice.problems] == [
        "rad 2: ”chef” är ett namn: ”Bo Ek”. Flera i listan heter så. Skriv chefens anställningsnummer."
    ]


@pytest.mark.parametrize("sign", ["-", "–", "—", ".", "saknas", "Uppgift saknas", "NULL"])
def test_a_sign_for_nothing_is_an_empty_cell_where_a_cell_may_be_empty(sign):
    empty = dict.fromkeys(("epost", "avdelning", "befattning", "chef", "till"), sign)
    rows, found = read(csv({**ANNA, **empty}))

    assert found == []
    assert (rows[0].email, rows[0].parent_code, rows[0].title, rows[0].manager) == (None, "", "", "")
    assert rows[0].until == FOREVER


def test_ten_digits_are_no_personnummer_where_the_settings_say_so():
    number = "9001011239"
    row = {**ANNA, "anstallningsnummer": number, "chef": number}

    assert [each.key for each in read(csv(row), ten_digits=("anstallningsnummer", "chef"))[0]] == [number]
    assert [str(each) for each in read(csv(row), ten_digits=("anstallningsnummer",))[1]] == [f"rad 2: ”chef” {OWN}"]
    for text in (ONE, TWELVE, "199001011239", f"nr {number}"):
        assert read(csv({**row, "anstallningsnummer": text}), ten_digits=("anstallningsnummer", "chef"))[0] == []


def test_every_column_is_told_and_a_likely_one_is_offered():
    head = HEAD.replace("till", "Slutdatum").replace("chef", "Närmaste chef").replace("befattning", "Titel")
    content = csv(ANNA).decode().replace(HEAD, f"{head.replace('avdelning', 'Avd')};Skostorlek")
    listed = read_employees(content.replace(";;", ";", 1).encode() + b";42")

    assert listed.problems == []
    assert listed.remarks[:3] == (
        f"Kolumner som är lästa: {', '.join(each for each in NAMES if each in listed.columns)}.",
        "Kolumner som inte är lästa: Avd, Titel, Närmaste chef, Slutdatum, Skostorlek.",
        "Kolumner som saknas i filen och får göra det: avdelning, befattning, chef, till, skyddad.",
    )
    assert listed.doubts == tuple(
        f"Kolumnen ”{given}” är inte läst. Är den ”{ours}”? {WHAT_TO_DO}"
        for given, ours in (
            ("Avd", "avdelning"),
            ("Titel", "befattning"),
            ("Närmaste chef", "chef"),
            ("Slutdatum", "till"),
        )
    )
    assert listed.columns == {
        *("anstallningsnummer", "fornamn", "efternamn", "epost", "enhetskod", "enhet", "anstallningsform", "fran")
    }


def test_a_header_of_other_words_is_refused_with_what_each_may_be():
    found = read_employees(b"AnstNr;Namn;Enhetsnr;Arbetsplats;Anst.form;Datum\n1;Ek, Bo;E1;Enhet;fast;20200101")
    likely = {
        "anstallningsnummer": "AnstNr",
        "enhetskod": "Enhetsnr",
        "enhet": "Arbetsplats",
        "anstallningsform": "Anst.form",
    }

    assert [str(problem) for problem in found.problems] == [
        *(f"rad 1: kolumnen ”{ours}” saknas; menade du ”{its}”? {WHAT_TO_DO}" for ours, its in likely.items()),
        "rad 1: kolumnen ”fran” saknas. Lägg till i rubrikraden. Filen har också Datum.",
    ]


def test_our_own_template_is_read_where_another_list_has_other_titles():
    names = {"anstallningsnummer": "AnstNr", "fran": "Anställd fr.o.m.", "till": "Slutdatum"}

    assert read(csv(ANNA), names) == read(csv(ANNA))


@pytest.mark.parametrize(
    "name", ["Åsa", "Zoë", "D'Angelo", "Anna-Karin", "O’Brien", "Đặng", "Łukasz", "Иван", "محمد", "von der Ek", "Ek 2"]
)
def test_names_of_all_sorts_are_names(name):
    rows, found = read(csv({**ANNA, "efternamn": name}))

    assert (found, rows[0].name) == ([], f"Anna {name}")


def test_a_number_that_is_no_birthday_or_has_a_wrong_check_digit_is_an_employment_number():
    keys = ["9001011238", "9013011233", "1234567", "123456789012345", "900131.1"]
    rows, found = read(csv(*({**ANNA, "anstallningsnummer": key, "epost": ""} for key in keys)))

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
UNKNOWN = (
    "”anstallningsform” är okänd: {}. Skriv tillsvidare, visstid, timanställd, inhyrd eller praktikant, eller säg vad"
    ' orden betyder i config.toml under [anstallningsform], som "{}" = "visstid".'
)
CODE = "ser ut som {}: ”{}”. Excel gör om koder; välj cellformatet Text och skriv koden igen."
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
        UNKNOWN.format("”ibland” (1 rad)", "ibland"),
    ),
    ("chef", "Bo Öst", "”chef” är ett namn: ”Bo Öst”. Ingen i listan heter så. Skriv chefens anställningsnummer."),
    ("anstallningsnummer", "2026-01-03", NUMBER + CODE.format("ett datum", "2026-01-03")),
    ("anstallningsnummer", "1,23E+11", NUMBER + CODE.format("ett avrundat tal", "1,23E+11")),
    ("enhetskod", "03-jan", "”enhetskod” " + CODE.format("ett datum", "03-jan")),
    ("enhetskod", "maj-26", "”enhetskod” " + CODE.format("ett datum", "maj-26")),
    ("chef", "3-Jan-26", "”chef” " + CODE.format("ett datum", "3-Jan-26")),
    ("fran", "", "”fran” " + MISSING),
    ("fran", "2026-02-30", "”fran” är ett datum som inte finns: ”2026-02-30”. Rätta det."),
    ("fran", "2026-13-01", "”fran” är ett datum som inte finns: ”2026-13-01”. Rätta det."),
    ("fran", "2025-02-29", "”fran” är ett datum som inte finns: ”2025-02-29”. Rätta det."),
    ("fran", "0000-01-01", "”fran” är ett datum som inte finns: ”0000-01-01”. Rätta det."),
    ("fran", "26-01-01", NO_DAY.format("fran", "26-01-01")),
    ("fran", "2026-0101", NO_DAY.format("fran", "2026-0101")),
    ("fran", "２０２６-01-01", NO_DAY.format("fran", "２０２６-01-01")),
    (
        "fran",
        "46022",
        "”fran” är ett löpnummer från Excel. Visa kolumnen som datum: ”46022”. Skriv dagen som 2026-12-31.",
    ),
    ("fran", "1949-12-31", YEARS.format("fran", "1949-12-31")),
    ("fran", "9999-12-31", "”fran” kan inte vara 9999-12-31. Skriv den första dagen."),
    ("till", "snart", NO_DAY.format("till", "snart")),
    ("till", "03/15/2026", "”till” är skrivet med månaden först: ”03/15/2026”. Skriv dagen som 2026-12-31."),
    ("till", "31.02.2026", "”till” är ett datum som inte finns: ”31.02.2026”. Rätta det."),
    ("till", "mars 2026", NO_DAY.format("till", "mars 2026")),
    ("till", "2026-12-30T23:00:00Z", NO_DAY.format("till", "2026-12-30T23:00:00Z")),
    ("till", "2101-01-01", YEARS.format("till", "2101-01-01")),
    ("till", "2019-12-31", "”till” (2019-12-31) är före ”fran” (2020-01-01). Rätta ett av dem."),
]
BAD_CELLS = [case for case in BAD_CELLS if case[2]]


@pytest.mark.parametrize(("name", "text", "message"), BAD_CELLS, ids=lambda value: str(value)[:30])
def test_a_bad_cell_is_told_with_its_row_and_the_others_are_read(name, text, message):
    rows, found = read(csv(BO, {**ANNA, name: text}))

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
        rows, found = read(csv({**ANNA, name: cell, "till": "fel"}))
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
        (2, UNKNOWN.format("”?” (1 rad)", "?")),
        (4, "”enhet” börjar med ”=” som en formel. Ta bort tecknet."),
        (4, "samma person har ett annat namn på rad 3. Rätta den rad som är fel."),
    ]


LIKE = "på rad 2. Skriv lika."
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
}


@pytest.mark.parametrize(("first", "second", "message"), DISAGREEMENTS.values(), ids=DISAGREEMENTS)
def test_a_row_that_says_otherwise_than_an_earlier_one_names_it(first, second, message):
    assert problems(first, second) == [(3, message)]


SEVERAL = "har flera anställningar i samma enhet samtidigt; personen räknas en gång."


@pytest.mark.parametrize(
    ("first", "second", "lines"),
    [
        ({**ANNA, "till": "2020-06-30"}, {**ANNA, "fran": "2020-06-30"}, "Rad 2–3"),
        ({**ANNA, "fran": "2021-01-01"}, {**ANNA, "till": "2021-01-01"}, "Rad 2–3"),
        (ANNA, {**ANNA, "befattning": "Samordnare"}, "Rad 2–3"),
        (ANNA, {**ANNA, "fran": "2021-01-01", "till": "2021-01-01"}, "Rad 2–3"),
        (ANNA, {**ANNA, "anstallningsform": "timavlönad"}, "Rad 2–3"),
    ],
)
def test_two_employments_in_one_unit_at_once_are_both_taken_and_told(first, second, lines):
    listed = read_employees(csv(first, second, BO))

    assert listed.problems == []
    assert [row.line for row in listed.rows] == [2, 3, 4]
    assert [each for each in listed.remarks if SEVERAL in each] == [f"{lines} {SEVERAL}"]


def test_employments_after_each_other_or_in_two_units_are_not_told():
    listed = read_employees(csv({**ANNA, "till": "2020-06-30"}, {**ANNA, "fran": "2020-07-01"}, {**ANNA, **OTHER}))

    assert [each for each in listed.remarks if SEVERAL in each] == []


def test_a_row_that_stands_twice_is_read_once_with_its_latest_last_day():
    listed = read_employees(csv({**ANNA, "till": "2026-06-30"}, BO, {**ANNA, "till": "2026-12-31"}))

    assert listed.problems == []
    assert [(row.line, row.key, row.until) for row in listed.rows] == [
        (2, "0042", date(2026, 12, 31)),
        (3, "7", FOREVER),
    ]
    assert "Rad 4 står mer än en gång i listan och är läst en gång." in listed.remarks


def test_of_a_row_that_stands_twice_what_only_one_of_them_says_is_kept():
    bare = {**ANNA, "chef": "", "epost": ""}

    for rows in ((bare, {**bare, "chef": "7", "epost": "anna@example.org"}), ({**bare, "chef": "7"}, bare)):
        (anna, _) = read_employees(csv(*rows, BO)).rows
        assert anna.manager == "7"


def test_rows_whose_number_cannot_be_read_are_told_each_and_are_no_doubles():
    listed = read_employees(csv({**ANNA, "anstallningsnummer": "x y"}, {**ANNA, "anstallningsnummer": "x y"}))

    assert [problem.line for problem in listed.problems] == [2, 3]
    assert not [each for each in listed.remarks if "mer än en gång" in each]


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

    assert [str(problem) for problem in read(head.encode()).problems] == expected
    assert [str(problem) for problem in read(f"{head}\n;;;;\n\n".encode()).problems] == expected


def test_a_row_of_officials_says_who_sits_where_and_when():
    chair = "Eva Ek;eva.ek@kommun.se;Socialnämnden;Arbetsutskottet;Ordförande;2027-01-01;"
    listed = read_officials(f"{OFFICIAL_HEAD}\n{OFFICIAL}\n{chair}\n".encode())
    rows = listed.rows

    assert listed.problems == []
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


def test_an_official_sits_in_each_organ_under_one_name():
    assert official_problems(OFFICIAL, OFFICIAL) == []
    assert official_problems(OFFICIAL, OFFICIAL.replace("Eva Ek", "Bo Ek").replace(";;", ";Utskott;")) == [
        (3, "samma person har ett annat namn på rad 2. Rätta den rad som är fel.")
    ]


def officials(*rows, head=OFFICIAL_HEAD):
    return read_officials("\n".join([head, *rows]).encode())


def test_an_official_without_an_address_is_known_by_the_name_from_list_to_list():
    row = "Ek, Eva-Lena;;Socialnämnden;;Ledamot;2027-01-01;"
    listed = officials(row, OFFICIAL.replace("Eva", "Bo"))
    without = officials("Eva-Lena Ek;Socialnämnden;Ledamot;2027-01-01", head="namn;namnd;roll;mandat_fran")

    assert listed.problems == without.problems == []
    assert [(each.key, each.name, each.email) for each in listed.rows] == [
        ("fv-eva-lena-ek", "Eva-Lena Ek", None),
        ("bo.ek@kommun.se", "Bo Ek", "bo.ek@kommun.se"),
    ]
    assert [each.key for each in without.rows] == ["fv-eva-lena-ek"]
    assert "Rad 2 saknar e-post; personen känns igen på sitt namn." in listed.remarks


def test_a_row_without_an_address_is_the_one_namesake_in_the_list_who_has_one():
    second = "eva ek;;Valnämnden;;Ledamot;2027-01-01;"
    two = officials(OFFICIAL, OFFICIAL.replace("Eva.Ek@", "eva2@"), second)

    assert [row.key for row in officials(OFFICIAL, second).rows] == ["eva.ek@kommun.se"] * 2
    assert [str(problem) for problem in two.problems] == [
        "rad 4: ”epost” saknas, och flera i listan heter så. Fyll i cellen."
    ]


def test_an_official_whose_name_makes_no_key_needs_an_address():
    assert official_problems("Иван;;Socialnämnden;;Ledamot;2027-01-01;") == [
        (2, "”epost” saknas, och namnet har inga bokstäver a–ö. Fyll i cellen.")
    ]


@pytest.mark.parametrize("name", ["Vakant", "VAKANT (S)", "Vakans", "Ej tillsatt", "N.N.", "nn", "Obesatt plats"])
def test_a_vacant_seat_is_passed_over_and_told(name):
    listed = officials(f"{name};;Socialnämnden;;Ersättare;;", OFFICIAL)
    employees = read_employees(
        csv({**ANNA, "anstallningsnummer": "", "fornamn": name, "efternamn": "", "fran": ""}, BO)
    )

    for each in (listed, employees):
        assert each.problems == []
        assert [row.line for row in each.rows] == [3]
        assert "Rad 2 är en vakant plats och är inte läst." in each.remarks


def test_a_list_of_vacant_seats_alone_is_no_list_of_people():
    assert [str(each) for each in officials("Vakant;;Socialnämnden;;Ledamot;2027-01-01;").problems] == [
        "Filen har inga personer. En tom lista skulle avsluta alla; välj en annan fil."
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
        for listed in (read(content), read(csv(ANNA) + b"\n" + content)):
            assert listed.rows or listed.problems


@given(st.lists(st.text(max_size=30), min_size=12, max_size=12))
def test_any_cells_give_people_or_problems(cells):
    row = ";".join('"' + cell.replace('"', '""') + '"' for cell in cells)

    assert any(read(f"{HEAD}\n{row}".encode("utf-8", "replace")))
