"""Settings: where they come from, and that a bad one stops the start with one line."""

import os
import stat
import tempfile
from pathlib import Path

import pytest

from course.config import COLUMNS, BadSettings, load_settings
from course.evidence.evidence_file import COLUMNS as EVIDENCE_COLUMNS
from course.organisation.roster_file import EMPLOYEE_COLUMNS, OFFICIAL_COLUMNS, WHOLE_NAME


def test_an_empty_folder_gives_settings_that_work_and_a_secret_of_its_own(tmp_path):
    first = load_settings({}, tmp_path / "new")
    second = load_settings({}, tmp_path / "new")

    assert first == second
    assert len(first.secret_key) >= 48
    assert first.database_url == f"sqlite:///{tmp_path / 'new' / 'course.sqlite'}"
    assert first.base_url == "http://127.0.0.1:8000"
    assert stat.S_IMODE((tmp_path / "new" / "secret_key").stat().st_mode) == 0o600


def test_an_instance_folder_that_is_made_is_closed_to_others(tmp_path):
    folder = load_settings({}, tmp_path / "new").instance

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_environment_wins_over_the_file(tmp_path):
    (tmp_path / "config.toml").write_text('base_url = "https://fil.example.se"\nproxies = 1\n', encoding="utf-8")

    settings = load_settings({"COURSE_BASE_URL": "https://kurs.example.se", "OTHER": "x"}, tmp_path)

    assert (settings.base_url, settings.proxies, settings.host, settings.secure) == (
        "https://kurs.example.se",
        1,
        "kurs.example.se",
        True,
    )


def test_the_instance_folder_may_be_named_in_the_environment(tmp_path):
    assert load_settings({"COURSE_INSTANCE": str(tmp_path / "x")}).instance == tmp_path / "x"


def test_secrets_are_not_shown(tmp_path):
    settings = load_settings({"COURSE_SECRET_KEY": "abcdefghijklmnopqrstuvwxyz0123456789"}, tmp_path)

    assert "abcdefghijkl" not in repr(settings)
    assert "sqlite" not in repr(settings)


@pytest.mark.parametrize(
    ("environment", "file", "said"),
    [
        (
            {"COURSE_BASEURL": "x"},
            "",
            "COURSE_BASEURL: unknown setting 'baseurl'; known are anstallningsform, answers_months",
        ),
        ({}, 'colour = "red"', "unknown setting 'colour'"),
        ({}, "base_url = 7", "base_url must be a text"),
        ({}, "base_url = ", "cannot be read as TOML"),
        ({"COURSE_SECRET_KEY": "short"}, "", "the secret key is too weak"),
        ({"COURSE_SECRET_KEY": "a" * 64}, "", "the secret key is too weak"),
        ({"COURSE_SECRET_KEY_FALLBACKS": "old"}, "", "the secret key is too weak"),
        ({"COURSE_BASE_URL": "kurs.example.se"}, "", "base_url must look like"),
        ({"COURSE_BASE_URL": "http://kurs.example.se"}, "", "base_url must begin with https://"),
        ({"COURSE_DATABASE_URL": "mysql://x"}, "", "database_url must begin with"),
        ({"COURSE_PROXIES": "-1"}, "", "proxies must be a whole number"),
        ({}, "workers = 0", "workers must be a whole number from 1 to 32"),
        ({"COURSE_WORKERS": "två"}, "", "COURSE_WORKERS: workers must be a whole number from 1 to 32"),
        (
            {},
            "[columns]\nchefen = 'X'",
            "columns has 'chefen'; known are anstallningsform, anstallningsnummer, avdelning",
        ),
        ({}, "[columns]\nfran = 1", "columns must be a table of names"),
        (
            {},
            "[anstallningsform]\nBEA = 'kort'",
            "anstallningsform has 'kort'; known are inhyrd, praktikant, tillsvidare",
        ),
        ({}, "ten_digits = ['namn']", "ten_digits must list some of anstallningsnummer, chef"),
        ({}, "ten_digits = 7", "ten_digits must list some of anstallningsnummer, chef"),
        ({"COURSE_LISTEN": "8000"}, "", "listen must be an address and a port such as 127.0.0.1:8000, not '8000'"),
    ],
)
def test_a_bad_setting_is_one_line_that_says_what_to_mend(tmp_path, environment, file, said):
    (tmp_path / "config.toml").write_text(file, encoding="utf-8")

    with pytest.raises(BadSettings) as refusal:
        load_settings(environment, tmp_path)

    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_what_lists_call_things_is_read(tmp_path):
    text = "ten_digits = ['chef']\n[columns]\nfran = 'Anställd fr.o.m.'\n[anstallningsform]\nBEA = 'visstid'\n"
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")

    settings = load_settings({}, tmp_path)

    assert settings.columns == {"fran": "Anställd fr.o.m."}
    assert settings.anstallningsform == {"BEA": "visstid"}
    assert settings.ten_digits == ("chef",)


def test_every_column_of_every_list_may_be_called_something_else():
    lists = (*EMPLOYEE_COLUMNS, WHOLE_NAME, *OFFICIAL_COLUMNS, *EVIDENCE_COLUMNS)

    assert {column.name for column in lists} == COLUMNS


@pytest.mark.parametrize("name", ["config.toml", "secret_key", "."])
def test_a_file_that_cannot_be_read_stops_the_start_with_one_line(tmp_path, name):
    folder = tmp_path / "instance"
    (folder / name).mkdir(parents=True)  # a folder where a file should be: root may read whatever is forbidden
    instance = folder / "config.toml" if name == "." else folder
    if name == ".":
        instance.write_text("", encoding="utf-8")

    with pytest.raises(BadSettings) as refused:
        load_settings({}, instance)

    assert "let the user that runs the program own its instance folder" in str(refused.value)
    assert str(instance) in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not read")
@pytest.mark.parametrize("name", ["config.toml", "secret_key"])
def test_a_file_that_may_not_be_read_stops_the_start_with_one_line(name):
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        folder.chmod(0o755)
        (folder / name).write_text("", encoding="utf-8")
        (folder / name).chmod(0o600)

        told = as_nobody(lambda: load_settings({}, folder))

    assert told.startswith(f"BadSettings: {folder / name}: Permission denied")
    assert "\n" not in told


def as_nobody(act):
    """What is raised when a user without rights does it."""
    receiver, sender = os.pipe()
    if not os.fork():
        try:
            os.setuid(65534)
            act()
        except (BadSettings, OSError) as fault:
            os.write(sender, f"{type(fault).__name__}: {fault}".encode())
        finally:
            os._exit(0)  # the rest of the test is its parent's
    os.close(sender)
    with os.fdopen(receiver) as told:
        text = told.read()
    os.wait()
    return text


def test_a_secret_that_is_not_plain_text_stops_the_start(tmp_path):
    (tmp_path / "secret_key").write_bytes(bytes(range(128, 200)))

    with pytest.raises(BadSettings, match="the secret key is too weak"):
        load_settings({}, tmp_path)


@pytest.mark.parametrize("content", ["/nowhere", "/etc/hostname"])
def test_content_that_is_no_folder_with_courses_stops_the_start(tmp_path, content):
    with pytest.raises(BadSettings, match="content must be a folder with modules/ and quizzes/ in it"):
        load_settings({"COURSE_CONTENT": content}, tmp_path)
