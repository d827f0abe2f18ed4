"""What authors see before anything is published: everything, on their own machine only."""

import os
import signal
import subprocess
import sys
import urllib.request

import pytest
from browsing import Page
from test_instruments import INSTRUMENT
from test_instruments import PATH as INSTRUMENT_PATH
from world import course_sources, scenario_sources, with_material

from course.config import PROJECT
from course.preview import preview_app

MODULE = "modules/kurs/modul.md"
PASSED = "Godkänt: 50 procent av poängen, och allt rätt på ★ till slut"
SOURCES = with_material(course_sources()) | scenario_sources() | {INSTRUMENT_PATH: INSTRUMENT}


@pytest.fixture
def write(tmp_path):
    """Writes files under the folder that is previewed."""

    def write(sources):
        for path, text in sources.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text, encoding="utf-8")

    write(SOURCES)
    return write


@pytest.fixture
def visitor(write, tmp_path):
    return preview_app(tmp_path).test_client()


def test_everything_of_a_course_is_one_click_away(visitor):
    page = Page(visitor.get("/"))
    links = [link["href"] for link in page.all("a") if (link["href"] or "").startswith("/kurs/")]

    assert links == [
        "/kurs/kurs/modul",
        "/kurs/kurs/material/ordlista",
        "/kurs/kurs/material/ovning",
        "/kurs/kurs/material/ratt-vag",
        "/kurs/kurs/quiz/modul-fragor",
        "/kurs/kurs/scenario/dorren",
        "/kurs/kurs/instrument/fore-efter",
        "/kurs/kurs/kallor",
    ]
    for link in links:
        shown = visitor.get(link)
        assert (shown.status_code, len(Page(shown).all("h1"))) == (200, 1), link


def test_a_module_shows_each_question_with_every_option_what_is_right_and_the_feedback(visitor):
    page = Page(visitor.get("/kurs/kurs/modul"))

    options = [" ".join(each.text.split()) for each in page.all("div", class_="choice right")]
    others = [" ".join(each.text.split()) for each in page.all("div", class_="choice")]
    assert options == ["✓ Det rätta Ja, så."] * 2
    assert others == ["Det andra Nej, inte så."] * 2
    assert "Andra ★" in page.main
    assert "Rapportera i: Fråga efter uppgiften" in page.main


@pytest.mark.parametrize(
    ("head", "rules"),
    [
        ("", [PASSED, "Varje försök har alla 2 frågor, var och en vid sitt avsnitt"]),
        (
            "dra: 1\nblanda: ja\nförsök: 3\ntid: 20 min\n",
            [
                PASSED,
                "Varje försök lottar 1 av 2 frågor; ★ är alltid med, och nya frågor före dem man har haft",
                "Frågorna kommer i blandad ordning",
                "Högst 3 försök",
                "Högst 20 minuter för ett försök",
            ],
        ),
        (
            "slag: kunskapstest\n",
            [
                PASSED.replace("till slut", "i samma försök"),
                "Kunskapstest: en form i taget: form A har 1, form B har 1",
            ],
        ),
    ],
)
def test_a_quiz_says_what_its_head_decides_for_an_attempt(visitor, write, head, rules):
    path = "quizzes/kurs/modul.md"
    text = SOURCES[path].replace("godkänt: 50 %\n", f"godkänt: 50 %\n{head}")
    if "kunskapstest" in head:
        text = text.replace(".enval", ".enval form=A", 1).replace(".enval avsnitt", ".enval form=B avsnitt", 1)
    write({path: text})

    page = Page(visitor.get("/kurs/kurs/quiz/modul-fragor"))

    told = [line.text for line in page.all("li")]
    assert told[-len(rules) :] == rules


def test_a_scenario_shows_every_scene_and_where_each_choice_leads(visitor):
    page = Page(visitor.get("/kurs/kurs/scenario/dorren"))

    assert "✓ Du väntar → trappan Det ger tid." in page.main
    assert "Lugnt igen slut: stärker" in page.main


def test_an_instrument_shows_its_scale(visitor):
    text = Page(visitor.get("/kurs/kurs/instrument/fore-efter")).main

    assert "1 = Inte alls" in text
    assert "Vi har en tydlig förklaring" in text


def test_links_of_the_texts_lead_somewhere(visitor):
    assert visitor.get("/ordlista").location == "/kurs/kurs/material/ordlista"
    assert visitor.get("/kurs/kurs/modul/slutet").location == "/kurs/kurs/modul#slutet"
    assert visitor.get("/kurs/kurs").location == "/#kurs"


def test_what_is_changed_on_disk_is_seen_at_once_and_faults_stand_first(visitor, write):
    assert "Text i slutet." in visitor.get("/kurs/kurs/modul").text

    write({MODULE: SOURCES[MODULE].replace("Text i slutet.", "Något <b>nytt</b> här.")})
    page = Page(visitor.get("/kurs/kurs/modul"))

    assert "Något <b>nytt</b> här." in page.main
    assert page.main.startswith("1 fel i kurs modules/kurs/modul.md:22 HTML-taggar går inte")
    assert "1 fel i kurs" in Page(visitor.get("/")).main
    write({MODULE: SOURCES[MODULE]})
    assert "fel i kurs" not in visitor.get("/kurs/kurs/modul").text


def test_a_course_that_cannot_be_read_shows_its_faults(visitor, write):
    write({"modules/kurs/course.toml": "id = "})

    page = Page(visitor.get("/"))

    assert "modules/kurs/course.toml:1" in page.main
    assert "går inte att visa förrän felen är rättade" in page.main
    assert visitor.get("/kurs/kurs/modul").status_code == 404


def test_advice_is_there_to_open(visitor):
    assert "inget i kursen svarar på Fråga 1" in Page(visitor.get("/")).one("details").text


@pytest.mark.parametrize("address", ["192.0.2.7", "10.0.0.1", "::ffff:192.0.2.7", "2001:db8::1"])
def test_another_machine_sees_nothing(visitor, address):
    answer = visitor.get("/kurs/kurs/modul", environ_overrides={"REMOTE_ADDR": address})

    assert answer.status_code == 403
    assert "Det rätta" not in answer.text
    assert "fel i kurs" not in answer.text


def test_another_name_for_this_machine_sees_nothing(visitor):
    answer = visitor.get("/kurs/kurs/modul", headers={"Host": "evil.example"})

    assert answer.status_code == 400
    assert "Det rätta" not in answer.text


def test_nothing_of_it_may_run_scripts_or_be_stored(visitor):
    for url in ("/", "/finns-inte", "/static/app.css"):
        headers = visitor.get(url).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert headers["Cache-Control"] == "no-store"


def heeds_ctrl_c():
    """Tests that a script has put into the background ignore it, and so would what they start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_the_command_serves_the_working_tree_without_a_database(write, tmp_path):
    instance = tmp_path / "instans"
    environment = {**os.environ, "COURSE_INSTANCE": str(instance), "COURSE_CONTENT": str(tmp_path)}
    words = [sys.executable, "-m", "flask", "--app", "wsgi", "content", "preview", "--port", "0"]
    pipe = {"stdout": subprocess.PIPE, "text": True, "preexec_fn": heeds_ctrl_c}
    with subprocess.Popen(words, cwd=PROJECT, env=environment, **pipe) as server:
        address = server.stdout.readline().split()[1].rstrip(".")
        try:
            with urllib.request.urlopen(f"{address}/kurs/kurs/modul", timeout=20) as answer:
                shown = answer.read().decode()
        finally:
            server.send_signal(signal.SIGINT)
    assert "Text i slutet." in shown
    assert not (instance / "course.sqlite").exists()
