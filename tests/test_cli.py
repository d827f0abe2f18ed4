"""The commands, as a person at a terminal meets them."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from browsing import everything
from conftest import settings_for
from sqlalchemy import func, select
from world import World, course_sources, with_material

from course import clock, create_app, db
from course.access.queries import identity
from course.cli.group import refusals_told
from course.db import database
from course.organisation.tables import Person

ROOT = Path(__file__).parent.parent


@pytest.fixture
def content(app, tmp_path):
    """A folder of course sources that the app publishes from; gives a way to change them."""
    root = tmp_path / "innehall"

    def write(sources):
        for path, text in sources.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")

    write(course_sources())
    object.__setattr__(app.extensions["settings"], "content", root)
    return write


def run(runner, *words, **more):
    result = runner.invoke(args=list(words), **more)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_checking_content_tells_every_problem_and_its_line(runner, content):
    assert run(runner, "content", "check").output == "kurs: 0 problem\n"

    broken = course_sources()
    broken["modules/kurs/modul.md"] = broken["modules/kurs/modul.md"].replace("minuter: 5", "minutter: 5")
    content(broken)
    result = run(runner, "content", "check")

    assert result.exit_code == 1
    assert "modules/kurs/modul.md:4: okänd nyckel ”minutter”; menade du ”minuter”?" in result.output
    assert "kurs: 2 problem" in result.output


def test_checking_shows_numbers_and_what_answers_the_audit_when_asked(runner, content):
    content(with_material(course_sources()))

    plain = run(runner, "content", "check").output
    result = run(runner, "content", "check", "--statistics", "--matrix")

    assert "De obligatoriska modulerna: 5 min" in result.output
    assert re.search(r"^modul +ja +5 +9 +24 +2 +2 enval +1 +0 +0/1 +0 +0$", result.output, re.MULTILINE)
    assert "  R1: modul, ovning, ordlista, ratt-vag\n" in result.output
    assert "  Fråga 1: INGET SVARAR\n" in result.output
    assert "råd: modules/kurs/revision.toml: inget i kursen svarar på Fråga 1\n" in plain
    assert "obligatoriska" not in plain


def test_an_old_text_is_published_only_when_that_is_meant(runner, content):
    old = course_sources()
    old["modules/kurs/modul.md"] = old["modules/kurs/modul.md"].replace(
        "bäst_före: 2999-01-01", "bäst_före: 2026-01-31"
    )
    content(old)

    checked, refused = run(runner, "content", "check"), run(runner, "content", "publish")

    told = "modules/modul: bäst före var 2026-01-31; granska texten och skriv en ny dag"
    assert (checked.exit_code, f"råd: {told}" in checked.output) == (0, True)
    assert (refused.exit_code, told in refused.output) == (1, True)
    assert "publicerad som version 1" in run(runner, "content", "publish", "--accept-expired").output


def test_a_text_on_suicide_is_published_before_its_review_only_when_that_is_meant(runner, content):
    sources = course_sources()
    head = "granskas: jurist, suicidprevention\ngranskad:"
    sources["modules/kurs/modul.md"] = sources["modules/kurs/modul.md"].replace("granskad:", head)
    content(sources)

    checked, refused = run(runner, "content", "check", "--statistics"), run(runner, "content", "publish")

    assert (checked.exit_code, "råd:" in checked.output) == (0, False)
    assert "Väntar på granskning av en jurist: 1\n" in checked.output
    assert (refused.exit_code, "modules/modul: någon med suicidpreventiv kompetens" in refused.output) == (1, True)
    assert "publicerad som version 1" in run(runner, "content", "publish", "--accept-unreviewed").output


def test_publishing_twice_publishes_once(runner, content):
    assert run(runner, "content", "publish").output == "kurs: publicerad som version 1, utgåva 1\n"
    assert run(runner, "content", "publish", "kurs").output == "kurs: redan publicerad\n"


def test_a_changed_key_is_told_with_its_attempts_and_published_only_when_meant(app, runner, content):
    run(runner, "content", "publish")
    with app.app_context():
        world = World(app)
        world.person("anna", "A")
        world.take("anna", None)
    changed = course_sources()
    path = "quizzes/kurs/modul.md"
    changed[path] = changed[path].replace("- [x]", "- [?]", 1).replace("- [ ]", "- [x]", 1).replace("- [?]", "- [ ]", 1)
    content(changed)

    result = run(runner, "content", "publish")

    assert result.exit_code == 1
    assert "modul-fragor/forsta: rätt svar har ändrats; 1 försök har svarat på frågan" in result.output
    assert run(runner, "content", "publish", "--accept-keys").output == "kurs: publicerad som version 2, utgåva 1\n"


def test_a_person_a_target_and_a_completion_make_the_figure_rise(app, runner, content):
    year = clock.day_of(clock.now()).year
    run(runner, "content", "publish")
    added = run(
        runner, *"people add --key 100 --unit EBB --unit-name Boende --from 2026-01-01".split(), "--name", "Åsa Öberg"
    )
    assert added.output == "Åsa Öberg (100) är tillagd i EBB från 2026-01-01.\n"
    run(runner, *"people add --key 101 --name Bo --unit EBB --from 2026-01-01".split())
    said = run(
        runner,
        *f"target set --course kurs --goal 1500 --from {year}-01-01 --to {year}-12-31 --unit EBB".split(),
        "--group",
        "Boendegruppen=EBB",
    )
    assert said.output == f"Målet är 1\u00a0500 personer under {year}.\n"
    with app.app_context():
        world = World(app)
        world.people["100"] = database.session.scalars(select(Person.id).where(Person.key == "100")).one()
        database.session.rollback()
        world.take("100", None)

    table = run(runner, *"report coverage".split()).output
    found = json.loads(run(runner, *"report coverage --format json".split()).output)

    assert f"1 av målet 1\u00a0500 har gått kursen under {year}." in table
    assert "1 av 2 anställda i målgruppen är klara (50,0\u00a0%)." in table
    figures = {
        group["key"]: {figure["key"]: figure["value"] for figure in group["figures"]} for group in found["groups"]
    }
    assert figures["status"] == {
        "members": 2,
        "covered": 1,
        "exempt": 0,
        "expired": 0,
        "outdated": 0,
        "under_way": 0,
        "not_started": 1,
        "share": 0.5,
        "share_without_exempt": 0.5,
        "uncounted": 0,
    }
    assert figures["group:Boendegruppen"]["covered"] == 1
    again = run(
        runner,
        "report",
        "coverage",
        "--per",
        found["scope"]["per"],
        "--kand",
        found["scope"]["kand"],
        "--format",
        "json",
    )
    assert json.loads(again.output) == found


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("people add --key 1 --name A --unit FINNSEJ", "Det finns ingen enhet med koden ”FINNSEJ”."),
        ("people add --key 1 --name A --unit E --from igår", "ska vara ett datum som 2026-12-31"),
        ("target set --course annan --goal 5 --from 2026-01-01 --to 2026-12-31", "är inte publicerad"),
        ("target set --course kurs --goal 0 --from 2026-01-01 --to 2026-12-31", "mellan 1 och 1 000 000"),
        ("target set --course kurs --goal 5 --from 2026-12-31 --to 2026-01-01", "slutar innan den börjar"),
        ("target set --course kurs --goal 5 --from 2026-01-01 --to 2026-12-31 --group x", "”Namn = KOD, KOD”"),
        ("access grant saknas hr", "Det finns ingen person med numret ”saknas”."),
        ("access password saknas --password x", "Det finns ingen person med numret ”saknas”."),
        ("completion revoke 77 --reason x", "Genomförandet finns inte."),
        ("completion revoke 99999999999999999999 --reason x", "”99999999999999999999” är inget nummer i listan."),
        ("completion restore 99999999999999999999", "är inget nummer i listan."),
        ("completion undo 99999999999999999999 --reason x", "är inget nummer i listan."),
        ("completion undo ett --reason x", "”ett” är inget nummer i listan."),
        ("target withdraw 99999999999999999999 --from 2026-01-01", "är inget nummer i listan."),
        ("target reported 99999999999999999999 --number 5 --day 2026-01-01 --source x", "är inget nummer i listan."),
        ("report coverage --kand 2199-01-01", "är inte slut än"),
        ("report coverage --kand snart", "”kand” ska vara ett datum"),
        ("content publish annan", "Det finns ingen kurs ”annan”"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line_and_changes_nothing(app, runner, content, words, said):
    run(runner, "content", "publish")
    result = run(runner, *words.split())

    assert result.exit_code != 0
    assert said in result.output
    assert "Traceback" not in result.output
    with app.app_context():
        assert database.session.execute(select(func.count()).select_from(Person)).scalar_one() == 0


@pytest.mark.parametrize(
    "words",
    [
        "access code M\udcf6ller",
        "access admin --key M\udcf6ller",
        "people unlink 1 M\udcf6ller",
        "people undo --source M\udcf6ller",
        "completion list M\udcf6ller",
        "data backup M\udcf6ller",
        "target set --course kurs --goal 5 --from 2026-01-01 --to 2026-12-31 --unit M\udcf6ller",
    ],
)
def test_bytes_that_are_no_letters_are_told_in_one_line(runner, content, words):
    run(runner, "content", "publish")

    result = run(runner, *words.split())

    assert (result.exit_code, "Tecken i ”M?ller” går inte att läsa." in result.output) == (1, True)


def test_the_first_administrator_gets_a_code_that_is_stored_as_a_hash(app, runner):
    output = run(runner, "access", "admin").output
    code = re.search(r"Engångskod för admin: (\S+)", output)[1]

    with app.app_context():
        found = identity(database.session, "code", "admin")
        assert code not in found.secret_hash
        assert found.ends_at is not None
    assert re.fullmatch(r"([A-Z2-9]{4}-){3}[A-Z2-9]{4}", code)


def test_roles_are_given_once_and_ended(app, runner):
    with app.app_context():
        World(app).person("anna", "A")

    assert run(runner, "access", "grant", "anna", "hr").exit_code == 0
    assert "har redan rollen" in run(runner, "access", "grant", "anna", "hr").output
    assert "har inte längre rollen hr" in run(runner, "access", "grant", "anna", "hr", "--end").output
    assert "har inte rollen" in run(runner, "access", "grant", "anna", "hr", "--end").output
    assert run(runner, "access", "grant", "anna", "hr").exit_code == 0


def test_a_command_names_no_protected_person_by_the_number(app, runner):
    with app.app_context():
        World(app).person("1001")
    run(runner, "people", "correct", "1001", "--protected")

    for words in (["password", "1001", "--password", "fyra helt olika ord"], ["grant", "1001", "hr"]):
        assert run(runner, "access", *words).output.startswith("Skyddad person (1001) har ")


def test_a_role_with_duties_needs_a_new_password_and_a_secretary_a_board(app, runner):
    with app.app_context():
        world = World(app)
        world.person("anna", "A")
        world.unit("NAMND")
    assert run(runner, *"access password anna --password".split(), "fyra helt olika ord").exit_code == 0

    refused = run(runner, "access", "grant", "anna", "secretary")
    assert (refused.exit_code, "behöver en nämnd" in refused.output) == (1, True)
    assert "engångskod" not in run(runner, *"access grant anna learner".split()).output
    told = run(runner, *"access grant anna secretary --unit NAMND".split()).output

    assert told == (
        "Namn anna (anna) har nu rollen secretary.\n"
        "Personen har inget lösenord. Ge en engångskod: flask access code anna\n"
    )
    with app.app_context():
        assert identity(database.session, "password", "anna") is None


def test_the_last_administrator_keeps_the_role_at_the_command_line_too(app, runner):
    run(runner, *"access admin --key ada".split())
    run(runner, *"access password ada --password".split(), "fyra helt olika ord")

    refused = run(runner, *"access grant ada admin --end".split())

    assert (refused.exit_code, "Då finns ingen administratör kvar" in refused.output) == (1, True)
    run(runner, *"access admin --key bea".split())
    run(runner, *"access password bea --password".split(), "fyra helt olika ord")
    assert run(runner, *"access grant ada admin --end".split()).exit_code == 0


def test_a_completion_is_listed_revoked_and_restored(app, runner, content):
    run(runner, "content", "publish")
    with app.app_context():
        world = World(app)
        world.person("anna", "A")
        world.take("anna", None)

    assert run(runner, "completion", "list", "anna").output.startswith("1: kurs, modul, utgåva 1, ")
    assert run(runner, "completion", "revoke", "1", "--reason", "Fel person").output == "Återkallat: 1, 2.\n"
    assert "återkallat" in run(runner, "completion", "list", "anna").output
    assert run(runner, "completion", "restore", "1").output == "Återställt som 3.\n"
    lines = run(runner, "completion", "list", "anna").output.splitlines()
    assert [line.split(", ", 4)[-1] for line in lines if "återkallat" not in line] == [
        "i kursen, återställer 1",
        "i kursen, återställer 2",
    ]


def test_a_wrong_file_of_completions_is_taken_back_by_its_number_or_the_newest(app, runner, content, tmp_path):
    run(runner, "content", "publish")
    with app.app_context():
        world = World(app)
        for key in ("anna", "bo"):
            world.person(key, "A")
    for key in ("anna", "bo"):
        rows = f"anstallningsnummer;kurs;dag;satt;kalla\n{key};kurs;2026-03-04;papper;Lista\n"
        (tmp_path / f"{key}.csv").write_text(rows, encoding="utf-8")
        read = run(runner, "completion", "import", str(tmp_path / f"{key}.csv"), "--apply").output
    assert read.endswith("1 rad gav 2 nya genomföranden, av moduler och av hela kursen (import 2).\n")

    said = run(runner, "completion", "undo", "1", "--reason", "Fel fil").output

    assert said == "Import 1 är ångrad. 2 genomföranden är återkallade.\n"
    assert "Import 0 är ingen fil" in run(runner, "completion", "undo", "0", "--reason", "Fel fil").output
    assert run(runner, "completion", "list", "anna").output.count("återkallat") == 2
    assert run(runner, "completion", "list", "bo").output.count("återkallat") == 0
    assert run(runner, "completion", "undo", "--reason", "Fel fil").output.startswith("Import 2 är ångrad.")
    listed = [line.split("  ")[-1] for line in run(runner, "people", "imports").output.splitlines()]
    assert listed[:2] == ["Ångrade import 2", "Ångrade import 1"]
    assert [line.endswith("(ångrad)") for line in listed] == [False, False, True, True]
    nothing_left = run(runner, "completion", "undo", "--reason", "Fel fil")
    assert (nothing_left.exit_code, "ingen fil" in nothing_left.output) == (1, True)


def test_publishing_says_which_modules_have_become_mandatory_and_completes_those_who_have_done_the_rest(
    app, runner, content
):
    both = course_sources(modules=("modul", "andra"))
    one = both | {
        "modules/kurs/course.toml": both["modules/kurs/course.toml"].replace(
            'mandatory = ["modul", "andra"]', 'mandatory = ["modul"]'
        )
    }
    content(both)
    run(runner, "content", "publish")
    with app.app_context():
        world = World(app)
        world.person("anna", "A")
        world.take("anna", None)
    assert "hela kursen" not in run(runner, "completion", "list", "anna").output

    content(one)
    assert run(runner, "content", "publish").output == "kurs: publicerad som version 2, utgåva 1\n"
    assert "hela kursen" in run(runner, "completion", "list", "anna").output

    content(both)
    assert "Nya obligatoriska moduler: andra." in run(runner, "content", "publish").output


def test_a_target_tells_how_many_members_each_title_has(app, runner, content):
    run(runner, "content", "publish")
    with app.app_context():
        world = World(app)
        world.person("anna", "A", title="Socialsekreterare")
    year = "--course kurs --goal 10 --from 2026-01-01 --to 2026-12-31 --title".split()

    wrong = run(runner, "target", "set", *year, "Socialsekreterre")
    said = run(runner, "target", "set", *year, "socialsekreterare", "--group", "Alla = a; SOCIALSEKRETERARE").output

    assert (wrong.exit_code, "Menade du Socialsekreterare?" in wrong.output) == (1, True)
    assert said.splitlines()[1:] == [
        "  Socialsekreterare: 1 person",
        "  Alla, Socialsekreterare: 1 person",
    ]
    assert run(runner, "target", "list").output.splitlines()[1:] == said.splitlines()[1:]


def flask(*words, **environment):
    command = [sys.executable, "-m", "flask", *words]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("COURSE_")}
    return subprocess.run(
        command, cwd=ROOT, env={**clean, **environment}, capture_output=True, text=True, timeout=60, check=False
    )


def test_in_an_empty_folder_every_command_works_after_the_upgrade(tmp_path):
    place = {"COURSE_INSTANCE": str(tmp_path / "tom")}
    accept = ("--accept-expired", "--accept-unreviewed")

    before = flask("access", "admin", **place)
    assert (before.returncode, "flask db upgrade" in before.stderr) == (1, True)
    assert flask("db", "upgrade", **place).returncode == 0
    assert "hot-och-vald: publicerad som version" in flask("content", "publish", *accept, **place).stdout
    assert flask("access", "admin", **place).returncode == 0
    assert flask("db", "check", **place).returncode == 0
    report = flask("report", "coverage", **place)
    assert (report.returncode, "Inget känt" in report.stdout) == (0, True)


def test_a_bad_setting_stops_the_start_with_one_line(tmp_path):
    result = flask("content", "check", COURSE_INSTANCE=str(tmp_path), COURSE_COLOUR="red")

    assert result.returncode == 1
    assert result.stderr.startswith("course: COURSE_COLOUR: unknown setting 'colour'")
    assert result.stderr.count("\n") == 1


def test_a_real_installation_begins_empty_with_a_code_and_never_takes_the_demonstration(tmp_path, sqlite_template):
    place = {"COURSE_INSTANCE": str(tmp_path)}

    first = flask("data", "init", "--real", **place)
    app = create_app(settings_for(tmp_path))
    with app.app_context():
        people = database.session.scalars(select(Person.key)).all()

    assert "Engångskod för admin: " in first.stdout
    assert people == ["admin"]
    refused = flask("data", "init", "--demo", **place)
    assert (refused.returncode, "riktiga personer" in refused.stderr) == (1, True)


def test_targets_are_listed_and_a_figure_reported_earlier_is_kept_beside(world):
    world.publish()
    runner = world.app.test_cli_runner()
    assert "Inget mål är beslutat." in runner.invoke(args=["target", "list"]).output
    number = world.target()
    world.db.rollback()

    arguments = ["target", "reported", str(number), "--number", "812", "--day", "2026-03-31"]
    kept = runner.invoke(args=[*arguments, "--source", "Delårsrapport s. 4"])

    assert (kept.exit_code, kept.output) == (0, f"812 per 31\xa0mars 2026 är sparat till mål {number}.\n")
    assert f"{number}  kurs  1\xa0500 personer under 2026" in runner.invoke(args=["target", "list"]).output
    assert runner.invoke(args=[*arguments, "--source", " "]).exit_code == 1
    assert runner.invoke(args=["target", "reported", "99", *arguments[3:], "--source", "x"]).exit_code == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_command_that_may_not_write_in_time_says_so_in_one_line(app, runner, monkeypatch):
    monkeypatch.setattr(db, "LONGEST_WAIT", 0.1)
    before = everything(app)

    with app.app_context(), db.file_lock():
        result = run(runner, "people", "add", "--key", "1", "--name", "A", "--unit", "E", "--unit-name", "E")

    assert result.exit_code == 1
    assert result.output.startswith("Error: Det går inte att skriva i databasen just nu (")
    assert result.output.endswith("Ingenting har ändrats; försök igen.\n")
    assert len(result.output.splitlines()) == 1
    assert everything(app) == before


@pytest.mark.parametrize(
    "words",
    [
        ("data", "backup", "{file}/kopia.zip"),
        ("data", "restore", "{file}/kopia.zip"),
        ("data", "verify", "{file}/kopia.zip"),
        ("people", "import", "{file}/lista.csv"),
        ("people", "import-officials", "{file}/lista.csv"),
        ("completion", "import", "{file}/underlag.csv"),
    ],
)
def test_a_file_that_cannot_be_reached_is_told_in_one_line(runner, tmp_path, words):
    (tmp_path / "fil").write_text("", encoding="utf-8")

    result = run(runner, *(word.format(file=tmp_path / "fil") for word in words))

    assert result.exit_code in (1, 2)
    assert result.output.splitlines()[-1].startswith("Error: ")
    assert "Traceback" not in result.output


def test_any_file_that_a_command_cannot_read_is_told_in_one_line(tmp_path):
    with pytest.raises(click.ClickException) as told, refusals_told():
        (tmp_path / "saknas").read_text()

    assert told.value.message == f"Det går inte att läsa eller skriva {tmp_path / 'saknas'}: No such file or directory."
