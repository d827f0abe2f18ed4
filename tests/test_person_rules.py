"""The one rule for what people and units are called holds at every door: lists, forms, commands."""

import re

import pytest
from browsing import Page, browser
from sqlalchemy import select
from world import token

from course.errors import Conflict, Invalid
from course.organisation import person as rules
from course.organisation.actions import add_person, add_unit, correct_person
from course.organisation.person import Unfit
from course.organisation.queries import person_by_key, unit_id_by_code
from course.organisation.roster_file import read_employees
from course.organisation.tables import Person
from course.sheet.problems import file_name

INVISIBLE, TURNING = "Anna\u200b Ek", "Anna\u202e Ek"
PERSONNUMMER = "811218-9876"
BAD_NAMES = {
    "a personnummer": (f"Anna {PERSONNUMMER}", "ser ut som ett personnummer"),
    "a formula": ('=HYPERLINK("http://x")', "som en formel"),
    "a space of no width": (INVISIBLE, "osynligt tecken (U+200B)"),
    "what turns the text": (TURNING, "osynligt tecken (U+202E)"),
    "another width": ("Ａｎｎａ Ｅｋ", "bara liknar vanliga"),
    "digits of another width": ("Anna Ek １２", "bara liknar vanliga"),
    "two alphabets in a word": ("Аnna Ek", "olika alfabet"),
    "a party in brackets": ("Anna Lind (S)", "ett parti: ”S”"),
    "a party after a comma": ("Anna Lind, S", "ett parti: ”S”"),
    "a party's whole name": ("Anna Lind – Moderaterna", "ett parti: ”Moderaterna”"),
    "300 letters": ("x" * 300, "längre än 200 tecken"),
    "punctuation": ("(...)", "bara skiljetecken"),
    "digits": ("123", "inga bokstäver"),
    "nothing": ("", "saknas"),
    "letters that were lost": ("J\ufffdrgen Ek", "förvanskade"),
    "a question mark for a letter": ("J?rgen Ek", "förvanskade"),
}
BAD_NUMBERS = {
    "a personnummer": (PERSONNUMMER, "ser ut som ett personnummer"),
    "a formula": ("=1+1", "som en formel"),
    "a space of no width": ("10\u200b01", "osynligt tecken (U+200B)"),
    "what turns the text": ("10\u202e01", "osynligt tecken (U+202E)"),
    "digits of another width": ("１００１", "bara liknar vanliga"),
    "a space": ("10 01", "får bara ha"),
    "300 digits": ("1" * 300, "får bara ha"),
    "letters with dots": ("å@ö.x", "ingen e-postadress"),
    "nothing": ("", "saknas"),
}
BAD_EMAILS = {
    "letters with dots": ("å@ö.x", "ingen e-postadress"),
    "a formula": ("=1@example.org", "som en formel"),
    "a personnummer": ("8112189876@example.org", "ser ut som ett personnummer"),
    "a space of no width": ("anna\u200b@example.org", "osynligt tecken (U+200B)"),
    "another width": ("ａnna@example.org", "ingen e-postadress"),
    "300 letters": ("a" * 300 + "@example.org", "ingen e-postadress"),
}


CASES = [
    (field, text, told)
    for field, table in (("name", BAD_NAMES), ("key", BAD_NUMBERS), ("email", BAD_EMAILS))
    for text, told in table.values()
]
GIVEN = {"key": "77", "name": "Anna Ek", "email": "anna.ek@example.org"}
COLUMNS = {"key": "anstallningsnummer", "name": "efternamn", "email": "epost"}
FIELDS = {"key": "nummer", "name": "namn", "email": "epost"}


@pytest.fixture
def site(world):
    world.publish()
    world.person("anna", "A")
    world.person("hr")
    world.role("hr", "hr")
    return world


def people(world):
    world.db.rollback()
    return sorted(world.db.execute(select(Person.key, Person.name, Person.email)).all())


def summary(answer):
    return Page(answer).one("div", class_="error-summary").text


@pytest.mark.parametrize(("field", "text", "told"), CASES)
def test_a_list_refuses_it(field, text, told):
    cells = {COLUMNS["key"]: "77", "fornamn": "Anna", COLUMNS["name"]: "Ek", COLUMNS["email"]: "anna.ek@example.org"}
    cells |= {"enhetskod": "A", "enhet": "Enhet", "anstallningsform": "fast", "fran": "2026-01-01"}
    cells[COLUMNS[field]] = '"' + text.replace('"', '""') + '"'
    if text == "":  # one name is enough, none is not
        cells["fornamn"] = ""
    listed = read_employees(f"{';'.join(cells)}\n{';'.join(cells.values())}\n".encode())

    if (field, text) == ("key", "å@ö.x"):  # employees have numbers only
        told = "får bara ha"
    if text.startswith("x"):  # with the first name
        told = "längre än 200 tecken"
    assert listed.rows == []
    assert told in str(listed.problems[0])


def test_the_form_for_a_new_person_refuses_it(site):
    client, before = browser(site, "hr"), people(site)
    right = {"enhet": "A", "fran": "2026-01-01", "csrf_token": token(client)}
    for field, text, told in CASES:
        form = {FIELDS[each]: value for each, value in (GIVEN | {field: text}).items()}
        answer = client.post("/personer/ny", data=form | right)
        assert (text, answer.status_code, told in summary(answer)) == (text, 422, True)
    assert people(site) == before


def test_correcting_a_person_refuses_it(site):
    anna, client, before = f"/personer/{site.people['anna']}", browser(site, "hr"), people(site)
    form = Page(client.get(anna)).sends("Rätta namn och e-post")
    for field, text, told in CASES:
        if field != "key":
            answer = client.post(f"{anna}/ratta", data=form | {FIELDS[field]: text})
            assert (text, answer.status_code, told in summary(answer)) == (text, 422, True)
    assert people(site) == before


def test_the_commands_refuse_it(site, runner):
    before = people(site)
    for field, text, told in CASES:
        given = GIVEN | {field: text}
        words = [word for each, value in given.items() for word in (f"--{each}", value)]
        option = {"key": "--new-key"}.get(field, f"--{field}")
        for args in (["add", *words, "--unit", "A"], ["correct", "anna", option, text]):
            result = runner.invoke(args=["people", *args])
            assert (text, result.exit_code, told in result.output) == (text, 1, True)
    assert people(site) == before


NAMES_ALONE = {"digits", "nothing", "a question mark for a letter"}
BAD_LABELS = [BAD_NAMES[name] for name in BAD_NAMES if "party" not in name and name not in NAMES_ALONE]


@pytest.mark.parametrize(
    ("option", "field"),
    [("--group", "grupper"), ("--reference", "referens"), ("--source", "kalla"), ("--responsible", "ansvarig")],
)
def test_a_target_refuses_it_in_the_form_and_in_the_command(site, runner, option, field):
    client = browser(site, "hr")
    right = {"kurs": "kurs", "mal": "10", "dagar": "0", "fran": "2026-01-01", "till": "2026-12-31"}
    command = ["target", "set", "--course", "kurs", "--goal", "10", "--from", right["fran"], "--to", right["till"]]
    for text, told in BAD_LABELS:
        if option == "--group" and "=" in text:  # the sign ends a group's name
            continue
        if option != "--group" and text.startswith("x"):
            text, told = "x" * 501, "längre än 500 tecken"  # noqa: PLW2901
        written = f"{text} = A" if option == "--group" else text
        answer = client.post("/mal/andra", data={**right, field: written, "csrf_token": token(client)})
        result = runner.invoke(args=[*command, option, written])
        assert (text, answer.status_code, told in summary(answer)) == (text, 422, True)
        assert (text, result.exit_code, told in result.output) == (text, 1, True)
    assert client.post("/mal/andra", data={**right, field: "EB = A", "csrf_token": token(client)}).status_code == 303


def test_a_unit_and_a_title_by_hand_refuse_it(site, runner):
    words = ["people", "add", "--key", "77", "--name", "Anna Ek"]
    for text, told in BAD_LABELS:
        for more in (["--unit", "NY", "--unit-name", text], ["--unit", "A", "--title", text]):
            result = runner.invoke(args=[*words, *more])
            assert (text, result.exit_code, told in result.output) == (text, 1, True)
    assert [key for key, *_ in people(site)] == ["anna", "hr"]


def test_a_reason_a_decision_and_a_lists_source_refuse_it(site, runner, tmp_path):
    site.take("anna", "2026-03-01")
    path = tmp_path / "lista.csv"
    path.write_text("x")
    for text, told in BAD_LABELS:
        for args, longest in (
            (["completion", "revoke", "1", "--reason", text], 500),
            (["quiz", "regrade", "modul-fragor", "--apply", "--reason", text], 500),
            (["data", "retention", "--older-than-months", "1", "--apply", "--decision", text], 500),
            (["people", "import", str(path), "--source", text], 40),
        ):
            if text.startswith("x"):
                args[-1], told = "x" * (longest + 1), f"längre än {longest} tecken"  # noqa: PLW2901
            result = runner.invoke(args=args)
            assert (args, result.exit_code, told in result.output) == (args, 1, True), result.output


def test_a_question_is_a_note_and_a_lost_letter_is_no_name_of_a_unit():
    assert rules.note("Fel person? Ja.") == "Fel person? Ja."
    with pytest.raises(Unfit, match="förvanskade"):
        rules.label("Malm? s?der")


def test_a_party_is_refused_for_a_mandate_and_is_no_party_in_a_unit():
    for text in ("Ledamot (S)", "Ersättare, MP", "Ledamot (M/KD)"):
        with pytest.raises(Unfit, match="ett parti"):
            rules.mandate(text)
    assert [rules.label(text) for text in ("Enhet (V)", "Team, S")] == ["Enhet (V)", "Team, S"]


@pytest.mark.parametrize(
    "name",
    ["Anna Lind", "Åsa-Märta O’Brien", "Lind Anna S", "Łukasz Żak", "Эва Эк", "Bo (Bosse) Ek", "José Ruiz i Moles"],
)
def test_names_of_all_sorts_are_names(name):
    assert rules.person_name(f"  {name} ") == name


def test_ten_digits_that_look_like_a_personnummer_pass_only_when_the_column_says_so():
    assert rules.number("8112189876", resembling=True) == "8112189876"
    for text, resembling in (("8112189876", False), (PERSONNUMMER, True), ("198112189876", True)):
        with pytest.raises(Unfit, match="personnummer"):
            rules.number(text, resembling=resembling)


def test_an_elected_official_is_known_by_an_address():
    assert rules.key("Eva@Example.org") == "eva@example.org"


@pytest.mark.parametrize("typed", ["A1", "a1", " A1 ", "Ａ１", "A\u200b1", "a 1"])
def test_a_number_is_found_however_it_is_typed(world, typed):
    world.person("A1")
    world.person("A11")

    assert person_by_key(world.db, typed).id == world.people["A1"]


@pytest.mark.parametrize("typed", ["ÖB 1", "öb 1", " ÖB  1", "ＯＢ１", "öb1"])
def test_a_units_code_is_found_however_it_is_typed(world, typed):
    world.unit("ÖB 1")
    world.unit("OB1")
    expected = "OB1" if typed == "ＯＢ１" else "ÖB 1"

    assert unit_id_by_code(world.db, typed, world.noon("2026-02-01").date(), world.app_now()) == world.units[expected]


def test_a_number_or_a_code_in_another_case_is_taken(world):
    world.person("A1")
    world.unit("EB1")
    with pytest.raises(Conflict, match="redan en person"), world.write() as (db, at):
        add_person(db, key="a1", name="Anna Ek", email=None, by=None, at=at)
    with pytest.raises(Conflict, match="”EB1” används redan"), world.write() as (db, at):
        add_unit(db, code="eb1", name="Enhet", since=at.date(), by=None, at=at)


def test_what_is_not_changed_is_not_asked_about(world):
    """A name that was stored before the rule does not keep a protection from being recorded."""
    number = world.person("1")
    with world.write() as (db, _):
        db.get_one(Person, number).name = "Anna Lind (S)"
    with world.write() as (db, at):
        correct_person(db, number, name="Anna Lind (S)", protected=True, by=None, at=at)
    with pytest.raises(Invalid, match="ett parti"), world.write() as (db, at):
        correct_person(db, number, name="Anna Ek (S)", by=None, at=at)

    world.db.rollback()
    person = world.db.get_one(Person, number, populate_existing=True)
    assert (person.name, person.protected) == ("Anna Lind (S)", True)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../../etc/x.csv", "x.csv"),
        (r"C:\Listor\maj.xlsx", "maj.xlsx"),
        ("list\u202evsc.exe", "listvsc.exe"),
        ("\u200b", "namnlös fil"),
        ("år 2026.csv", "år 2026.csv"),
        ("x" * 300, "x" * 200),
    ],
)
def test_a_files_name_is_shown_without_folders_and_what_cannot_be_seen(sent, shown):
    assert file_name(sent) == shown


def test_every_refusal_is_a_whole_sentence():
    with pytest.raises(Invalid) as refused:
        rules.kept(rules.number, "", "Numret", "nummer")

    assert (str(refused.value), refused.value.field) == ("Numret saknas. Fyll i fältet.", "nummer")
    assert re.fullmatch(r"Numret .+\.", str(refused.value))
