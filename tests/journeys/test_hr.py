"""HR's Monday in a real installation: the list in, the target, the figure; a manager's look; the list taken back."""

import subprocess
import sys

import pytest
from browsing import PASSWORD
from served import environment, served

from course import create_app
from course.access.actions import set_password
from course.access.password import hash_password
from course.config import PROJECT, load_settings
from course.db import database, transaction
from course.organisation.queries import person_by_key
from journeys.conftest import COURSE, Visit, follow

HEADER = (
    "anstallningsnummer;fornamn;efternamn;epost;enhetskod;enhet;avdelning;befattning;anstallningsform;chef;fran;till"
)
LINES = (
    "1001;Åsa;Ek;asa@example.org;IFO1;Utredning 1;IFO utredning;Socialsekreterare;tillsvidare;2001;2020-01-01;",
    "1002;Bo;Öberg;;IFO1;Utredning 1;IFO utredning;Socialsekreterare;visstid;2001;2024-05-01;",
    "2001;Maj;Chef;maj@example.org;IFO1;Utredning 1;IFO utredning;Enhetschef;tillsvidare;;2019-01-01;",
)


@pytest.fixture(scope="module")
def real_server(tmp_path_factory):
    """An installation without fictional people, as the README sets one up, with HR's account."""
    instance = tmp_path_factory.mktemp("real")
    for words in (
        "data init --real",
        "people add --key hr --name Harriet --unit HR --unit-name HR",
        "access grant hr hr",
    ):
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *words.split()]
        subprocess.run(command, cwd=PROJECT, env=environment(instance), check=True, capture_output=True)
    let_in(instance, "hr")
    server = served(instance)
    yield server
    server.stop()


def let_in(instance, key):
    app = create_app(load_settings({}, instance))
    with app.app_context():
        with transaction() as (db, at):
            set_password(db, person_by_key(db, key).id, hash_password(PASSWORD), by=None, at=at)
        database.engine.dispose()


def write_list(path, *lines):
    path.write_bytes("\r\n".join((HEADER, *lines)).encode("latin-1"))
    return path


def test_hr_reads_a_list_sets_a_target_and_sees_the_figure_and_the_manager_the_names(real_server, chromium, tmp_path):
    hr = Visit(chromium, real_server, java_script_enabled=False, viewport={"width": 360, "height": 740}).sign_in("hr")
    page = hr.page

    page.goto("/personer/import")
    page.set_input_files(
        "#fil", write_list(tmp_path / "fel.csv", LINES[0], LINES[1].replace("2024-05-01", "2024-02-30"))
    )
    follow(page, "main button")
    assert "rad 3:" in page.inner_text(".error-summary")

    page.set_input_files("#fil", write_list(tmp_path / "rätt.csv", *LINES))
    follow(page, "main button")
    assert hr.heading == "Så här ändras personallistan"
    assert "Börjar\n3" in page.inner_text("main dl")
    follow(page, "#gor")
    assert page.inner_text(".receipt") == "Klart. 3 började, 0 slutade, 0 bytte enhet och 0 ändrades."
    assert "rätt.csv" in page.inner_text("table")

    page.goto("/mal/andra")
    for field, text in (("mal", "1 500"), ("kalla", "Yttrande")):
        page.fill(f"#{field}", text)
    follow(page, "main button")
    assert "1 500 personer under" in page.inner_text("main").replace("\xa0", " ")

    page.goto(f"/rapport/tackning?kurs={COURSE}")
    text = page.inner_text("main").replace("\xa0", " ")
    assert "0 av målet 1 500 har gått kursen" in text
    assert "0 av 4 anställda i målgruppen är klara (0,0 %)." in text

    let_in(real_server.instance, "2001")
    chief = Visit(chromium, real_server, viewport={"width": 360, "height": 740}).sign_in("2001")
    chief.page.goto("/min-enhet")
    rows = chief.page.locator("main tbody th").all_inner_texts()
    assert rows == ["Bo Öberg", "Maj Chef", "Åsa Ek"]

    page.goto("/personer/import")
    page.click("main summary:has-text('Ångra')")
    follow(page, "form[action$=angra-import] button")
    assert page.inner_text(".receipt") == "Importen är ångrad. Alla siffror är som före den."
    assert "Ångrade import 1" in page.inner_text("table")
    page.goto(f"/rapport/tackning?kurs={COURSE}")
    assert "0 av 1 anställda i målgruppen" in page.inner_text("main").replace("\xa0", " ")
    assert chief.page.goto("/min-enhet").status == 403
    refusals = ("422", "403")  # the list with a fault, and the page of who is no manager any more
    assert [note for note in hr.complaints + chief.complaints if not any(each in note for each in refusals)] == []
    for each in (hr, chief):
        each.context.close()
