"""Old answers are deleted by a decision: results, completions and every figure stay as they were."""

from datetime import date

import pytest
import time_machine
from browsing import Page, browser, everything
from oracle import ByHand
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError
from test_coverage import figures
from world import noon, post

from course import verify
from course.audit.tables import AuditEntry, RetentionRun
from course.errors import Invalid
from course.quiz.actions import delete_answers
from course.quiz.queries import attempts
from course.quiz.tables import Response
from course.report.catalogue import REPORTS
from course.report.formats import FORMATS
from course.target.queries import promise_on

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
DAYS = ("2023-06-30", "2023-12-31", "2025-12-31", "2026-06-30")
DECISION = "SN-2026/14 § 8"
TOUCHED = {"response", "mark", "retention_run", "audit_entry", "installation"}


@pytest.fixture
def old(world):
    """Three years: done in 2023 and in 2026, failed in 2023, begun in 2023, and begun in 2023 but answered in 2026."""
    world.publish(day="2023-01-01")
    world.target(1500, since="2023-01-01", until="2023-12-31", day="2023-01-01")
    for key in ("klar", "ny", "missad", "borjat", "trogen", "ingen"):
        world.person(key, "A", day="2023-01-01")
    world.person("slutat", "A", day="2023-01-01", until="2023-12-01")
    for key in ("klar", "slutat"):
        world.take(key, "2023-03-01")
    world.take("missad", "2023-03-02", first="fel", second="fel")
    world.take("ny", "2026-03-01")
    world.answer("borjat", world.begin("borjat", "2023-03-03"), "forsta", "ratt", "2023-03-03")
    begun = world.begin("trogen", "2023-03-04")
    world.answer("trogen", begun, "forsta", "ratt", "2026-03-04")
    return world


def run(world, kept_from="2024-06-01", reference=DECISION, day="2026-06-01"):
    with world.write(day) as (db, at):
        return delete_answers(db, date.fromisoformat(kept_from), reference=reference, by=None, at=at)


def told(world, known_at):
    """Every figure of every day in every format, as bytes, and those of the oracle."""
    world.db.rollback()
    tables = [
        REPORTS["coverage"].build(world.db, "kurs", "employee", date.fromisoformat(day), known_at) for day in DAYS
    ]
    files = [form.render(table).encode() for table in tables for form in FORMATS.values()]
    by_hand = []
    for day in DAYS:
        promise = promise_on(world.db, "kurs", "employee", date.fromisoformat(day), known_at)
        if promise:
            counted = ByHand(world.db, promise, "kurs", date.fromisoformat(day), known_at).figures()
            found = figures(world, day, known_at)
            assert {key: found[key] for key in counted} == counted
            by_hand.append(counted)
    return files, by_hand


def test_old_answers_and_marks_are_deleted_and_nothing_else_is_touched(old):
    before = everything(old.app)

    deleted = run(old)

    after = everything(old.app)
    assert (deleted.finished, deleted.unfinished, deleted.responses, deleted.marks) == (3, 1, 7, 6)
    assert {name for name in before if before[name] != after[name]} == TOUCHED
    assert len(before["response"]) - len(after["response"]) == 7
    assert len(after["mark"]) == 2
    assert after["retention_guard"] == []
    assert {key: len(one.answers) for key in old.people for one in attempts(old.db, old.people[key], "kurs")} == {
        "klar": 0,
        "slutat": 0,
        "missad": 0,
        "ny": 2,
        "borjat": 0,
        "trogen": 1,
    }


def test_every_figure_of_any_day_stays_byte_for_byte_the_same(old):
    known_at = noon("2026-05-31")
    before = told(old, known_at)

    run(old)

    assert told(old, known_at) == before
    assert before[1]
    later = told(old, noon("2026-07-01"))[1]
    assert later == before[1]
    assert list(verify.problems(old.db, date(2026, 6, 30), old.app_now())) == []


def test_the_run_is_a_fact_with_its_decision_and_stands_in_the_log(old):
    run(old)

    found = old.db.scalars(select(RetentionRun)).one()
    entry = old.db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    counts = {"finished": 3, "unfinished": 1, "responses": 7, "marks": 6}
    assert (found.what, found.kept_from, found.reference) == ("answers", date(2024, 6, 1), DECISION)
    assert found.counts == counts
    assert found.anchor == entry.previous_hash
    assert (entry.action, entry.detail) == (
        "retention.run",
        {"run": found.id, "kept_from": "2024-06-01", "reference": DECISION, **counts},
    )


def test_without_a_decision_nothing_is_deleted_and_afterwards_the_answers_are_guarded_again(old):
    before = everything(old.app)
    with pytest.raises(Invalid, match="vilket beslut"):
        run(old, reference=" ")
    assert everything(old.app)["response"] == before["response"]

    run(old)

    with pytest.raises(DBAPIError, match="rows are never deleted"), old.write() as (db, _):
        db.execute(delete(Response))


def test_a_second_run_finds_nothing_and_writes_nothing(old):
    run(old)
    before = everything(old.app)

    assert run(old, day="2026-06-02").responses == 0
    after = everything(old.app)
    assert {name for name in before if before[name] != after[name]} == {"installation"}


def test_somebody_whose_unfinished_answers_are_gone_goes_on_with_the_same_attempt(old):
    run(old)

    (earlier,) = attempts(old.db, old.people["borjat"], "kurs")
    again = old.begin("borjat", "2026-06-02")
    assert (again.id, again.answers) == (earlier.id, {})
    for item in ("forsta", "andra"):
        old.answer("borjat", again, item, "ratt", "2026-06-02")
    assert attempts(old.db, old.people["borjat"], "kurs")[0].passed


def test_the_learners_pages_say_by_which_decision_the_answers_are_gone(old):
    run(old)
    (taken,) = attempts(old.db, old.people["klar"], "kurs")
    client = browser(old, "klar")
    said = f"Svaren är borttagna enligt beslut {DECISION} den 1 juni 2026"

    record = Page(client.get("/min-sida"))
    result = client.get(f"/forsok/{taken.id}")
    assert said in record.main
    assert "Hela kursen" in record.main
    assert said in Page(result).main
    assert "Du fick 2 av 2 poäng" in Page(result).main
    question = client.get(f"/forsok/{taken.id}/fraga/forsta")
    assert (question.status_code, question.location) == (303, f"/forsok/{taken.id}")
    assert post(client, f"/forsok/{taken.id}/fraga/forsta", svar="ratt").status_code == 409
    assert client.get("/kurs/kurs/modul/borjan").status_code == 200
    assert "borttagna" not in browser(old, "ny").get("/min-sida").text


def test_who_has_lost_the_answers_to_a_failed_attempt_can_take_it_again(old):
    run(old)
    client = browser(old, "missad")

    page = Page(client.get("/kurs/kurs/modul/borjan"))
    assert page.button[0] == "Fråga 1 av 2: testa dig"
    begun = client.post("/forsok", data=page.sends("Fråga 1 av 2: testa dig"))
    assert begun.status_code == 303
    assert Page(client.get(begun.location)).button[0] == "Svara"


def test_the_command_shows_first_and_deletes_only_by_a_decision(old, runner):
    before = everything(old.app)["response"]
    with time_machine.travel(noon("2026-06-01"), tick=False):
        shown = runner.invoke(args=["data", "retention"])
        refused = runner.invoke(args=["data", "retention", "--apply"])
        assert everything(old.app)["response"] == before
        done = runner.invoke(args=["data", "retention", "--apply", "--decision", DECISION])
        none = runner.invoke(args=["data", "retention", "--older-than-months", "24"])

    assert shown.output.startswith(
        "Skulle tas bort, från före 1\u00a0juni 2025: 7 svar och 6 poäng i 3 avslutade och 1 "
    )
    assert "Inget är borttaget än." in shown.output
    assert (refused.exit_code, done.exit_code, none.exit_code) == (1, 0, 0)
    assert "Skriv vilket beslut" in refused.output
    assert done.output.startswith("Borttaget, från före 1\u00a0juni 2025: 7 svar")
    assert "Äldre säkerhetskopior har kvar svaren" in done.output
    assert none.output.startswith("Skulle tas bort, från före 1\u00a0juni 2024: 0 svar")
    assert len(everything(old.app)["response"]) == len(before) - 7
