"""A list that is read in tells how its columns were read, and one that has lost a column stops."""

import io
from datetime import date

import pytest
from browsing import Page, browser
from sqlalchemy import select
from workbooks import text, xlsx
from world import a_day, noon, post, token

from course.organisation.roster_file import read_employees, read_officials
from course.organisation.tables import Person
from course.report.catalogue.coverage import build
from course.roster.actions import Origin, apply_plan
from course.roster.columns import with_columns
from course.roster.plan import plan
from course.roster.queries import known_of

HEAD = "anstallningsnummer;fornamn;efternamn;epost;enhetskod;enhet;avdelning;befattning;anstallningsform;chef;fran;till"
ANNA = "1;Anna;Ek;anna@example.org;E1;Enhet E1;Boende;Chef;fast;1;2020-01-01;2026-12-31"
BO = "2;Bo;Ek;bo@example.org;E1;Enhet E1;Boende;Handläggare;fast;1;2020-01-01;"
OFFICIALS = "namn;epost;namnd;organ;roll;mandat_fran;mandat_till"
EVA = "Eva Ek;eva@example.org;Nämnden;Utskottet;Ledamot;2023-01-01;2026-12-31"


def listed(world, head, *rows, as_of="2026-02-01"):
    """(how the list was read, its plan)."""
    kind, read = ("employees", read_employees) if head.startswith("anst") else ("officials", read_officials)
    found = read("\n".join([head, *rows]).encode())
    assert found.problems == []
    known = known_of(world.db, kind, a_day(as_of))
    audience = "employee" if kind == "employees" else "official"
    made = plan(found.rows, known, as_of=a_day(as_of), source=kind, audience=audience)
    return kind, with_columns(made, found, known)


def read_in(world, head, *rows, as_of="2026-01-01"):
    with world.write(as_of) as (db, at):
        kind, made = listed(world, head, *rows, as_of=as_of)
        apply_plan(db, made, Origin(kind, kind, "lista.csv", "0" * 64), by=None, at=at)


def without(column, head, *rows):
    """The list without one of its columns."""
    place = head.split(";").index(column)
    return [";".join(cell for n, cell in enumerate(line.split(";")) if n != place) for line in (head, *rows)]


@pytest.mark.parametrize(
    ("column", "what"),
    [
        ("till", "1 anställning eller mandat mister sin sista dag."),
        ("befattning", "2 personer mister sin befattning."),
        ("epost", "2 personer mister sin e-postadress."),
        ("avdelning", "1 enhet hör inte längre till någon avdelning."),
    ],
)
def test_a_column_that_the_last_list_had_stops_the_list_when_it_is_gone(world, column, what):
    read_in(world, HEAD, ANNA, BO)

    brakes = listed(world, *without(column, HEAD, ANNA, BO))[1].brakes

    assert f"Kolumnen ”{column}” saknas, men fanns i den förra listan: {what}" in brakes
    assert listed(world, HEAD, ANNA, BO)[1].brakes == ()


def test_a_column_that_no_list_had_is_not_missed(world):
    few = without("chef", *without("epost", *without("till", HEAD, ANNA, BO)))
    read_in(world, *few)

    assert listed(world, *few)[1].brakes == ()


def test_a_column_of_officials_is_missed_too(world):
    read_in(world, OFFICIALS, EVA)

    assert [each.partition(",")[0] for each in listed(world, *without("mandat_till", OFFICIALS, EVA))[1].brakes] == [
        "Kolumnen ”mandat_till” saknas"
    ]


def test_a_likely_column_is_to_be_confirmed_also_in_the_first_list(world):
    made = listed(world, HEAD.replace("till", "Slutdatum"), ANNA, BO)[1]

    assert made.brakes == (
        "Kolumnen ”Slutdatum” är inte läst. Är den ”till”? Byt rubriken, eller koppla kolumnen i config.toml.",
    )
    assert made.remarks[1:3] == (
        "Kolumner som inte är lästa: Slutdatum.",
        "Kolumner som saknas i filen och får göra det: till, skyddad.",
    )


def test_hr_sees_how_the_file_was_read_and_confirms_what_is_doubtful(world):
    world.person("hr")
    world.role("hr", "hr")
    hr = browser(world, "hr")
    titles = HEAD.replace("till", "Slutdatum").split(";")
    rows = "".join(
        f'<row r="{n}"{" hidden=" + chr(34) + "1" + chr(34) if n == 4 else ""}>'
        + "".join(text(f"{chr(65 + place)}{n}", cell) for place, cell in enumerate(line))
        + "</row>"
        for n, line in enumerate((["Personallista"], titles, ANNA.split(";"), BO.split(";")), start=1)
    )
    form = {"csrf_token": token(hr), "sort": "employees", "per": "2026-02-01"}
    form["fil"] = (io.BytesIO(xlsx(rows, f'<row r="1">{text("A1", "Info")}</row>')), "lista.xlsx")

    preview = hr.post("/personer/import", data=form, content_type="multipart/form-data").location
    page = Page(hr.get(preview))

    told = page.texts("li")
    for remark in (
        "Kolumnen ”Slutdatum” är inte läst. Är den ”till”? Byt rubriken, eller koppla kolumnen i config.toml.",
        "Bladet ”Blad2” är inte läst.",
        "Rad 1 står ovanför rubrikraden och är inte läst.",
        "Rad 4 är dold i Excel, av ett filter eller för hand, men är läst.",
    ):
        assert remark in told
    digest = page.one("input", name="plan")["value"]
    assert post(hr, preview, plan=digest).status_code == 422
    assert post(hr, preview, plan=digest, stammer="ja").status_code == 303


def test_two_employments_in_one_unit_at_once_count_as_one_person_from_list_to_list(world):
    world.publish()
    second = ANNA.replace("Chef", "Handläggare").replace("2026-12-31", "")
    read_in(world, HEAD, ANNA, second, BO, ANNA.replace("Chef;fast", "Chef;timavlönad"))
    world.target(units=[])

    assert members(world) == 2
    assert listed(world, HEAD, ANNA, second, BO, ANNA.replace("Chef;fast", "Chef;timavlönad"))[1].is_empty
    read_in(world, HEAD, second, BO, as_of="2026-02-01")
    assert members(world) == 2
    read_in(world, HEAD, BO, as_of="2026-03-01")
    assert members(world) == 1


def members(world):
    table = build(world.db, "kurs", "employee", date(2026, 3, 1), noon("2030-01-01"))
    return next(f.value for group in table.groups for f in group.figures if (group.key, f.key) == ("status", "members"))


def test_an_official_without_an_address_is_the_same_person_from_list_to_list(world):
    bare = EVA.replace("eva@example.org", "")
    read_in(world, OFFICIALS, bare, "Vakant;;Nämnden;;Ersättare;;")

    again = listed(world, *without("epost", OFFICIALS, bare.replace("Eva Ek", "Ek, Eva")))[1]

    assert again.is_empty
    assert [person.key for person in world.db.scalars(select(Person))] == ["fv-eva-ek"]
