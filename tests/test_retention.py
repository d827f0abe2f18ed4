"""Old answers are deleted by a decision: results, completions and every figure stay as they were."""

from datetime import date, timedelta

import pytest
import time_machine
from browsing import Page, browser, everything, give_password
from oracle import ByHand
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError
from test_coverage import figures
from world import noon, post

from course import verify
from course.access.actions import admit_try, open_session, set_code
from course.access.throttle import tried
from course.audit.tables import AuditEntry, RetentionRun
from course.db import transaction
from course.errors import Invalid
from course.learning.actions import remember_place
from course.quiz.actions import delete_answers
from course.quiz.queries import attempts
from course.quiz.tables import Response
from course.report.catalogue import REPORTS
from course.report.formats import FORMATS
from course.roster.actions import Origin, keep_draft
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


def test_the_command_shows_first_and_deletes_answers_only_by_a_decision(old, runner):
    before = everything(old.app)["response"]
    with time_machine.travel(noon("2026-06-01"), tick=False):
        shown = runner.invoke(args=["data", "retention"])
        nightly = runner.invoke(args=["data", "retention", "--apply"])
        assert everything(old.app)["response"] == before
        done = runner.invoke(args=["data", "retention", "--apply", "--decision", DECISION])
        none = runner.invoke(args=["data", "retention", "--older-than-months", "24"])

    def second(result):
        assert result.exit_code == 0
        return result.output.replace("\u00a0", " ").splitlines()[1]

    proposed = "Skulle tas bort, från före 1 juni 2025: 7 svar och 6 poäng i 3 avslutade och 1 oavslutade försök"
    assert second(shown).startswith(proposed)
    assert second(nightly).startswith(proposed)
    assert "Det är inte borttaget än." in nightly.output
    assert second(done).startswith("Borttaget, från före 1 juni 2025: 7 svar")
    assert "Äldre säkerhetskopior har kvar det" in done.output
    assert second(none).startswith("Skulle tas bort, från före 1 juni 2024: 0 svar")
    assert len(everything(old.app)["response"]) == len(before) - 7


def test_what_nobody_can_use_goes_every_night_without_a_decision_and_nothing_else(world, runner):
    for key in ("anna", "bo"):
        world.person(key, "A")
    give_password(world, "anna", "bo")
    with time_machine.travel(noon("2050-06-01"), tick=False) as now:

        def leave_traces(whose):
            with transaction() as (db, at):
                open_session(db, world.people["anna"], at=at)
                set_code(db, world.people[whose], by=None, at=at)
                admit_try(db, tried("key", f"namn {at}", ""), at=at)

        leave_traces("anna")
        with transaction() as (db, at):
            keep_draft(db, Origin("employees", "hr", "x.csv", "d"), date(2050, 6, 1), b"x", by=1, at=at)
        now.shift(timedelta(days=90, hours=11))
        leave_traces("bo")
        now.shift(timedelta(hours=1, seconds=1))
        before = everything(world.app)
        shown = runner.invoke(args=["data", "retention"])
        assert everything(world.app) == before
        done = runner.invoke(args=["data", "retention", "--apply"])

    after = everything(world.app)
    counts = "1 lista som väntat för länge, 1 gammal inloggning, 2 gamla koder och 1 gammalt försök."
    assert shown.output.splitlines()[0] == f"Skulle tas bort utan beslut: {counts}"
    assert done.output.splitlines()[0] == f"Borttaget utan beslut: {counts}"
    lost = {name: len(before[name]) - len(after[name]) for name in before if before[name] != after[name]}
    assert lost == {"import_draft": 1, "session": 1, "identity": 2, "throttle": 1, "installation": 0}


def test_who_left_long_ago_loses_the_way_in_and_the_place_by_a_decision_and_nobody_else_does(old, runner):
    old.person("ater", "A", until="2023-12-01")
    old.membership("ater", "B", since="2026-01-01")
    old.person("roll", "A", until="2023-12-01")
    old.role("roll", "hr")
    old.person("nyss", "A", until="2026-05-01")
    old.person("aldrig")
    give_password(old, "slutat", "ater", "roll", "nyss", "aldrig", "klar")
    with old.write() as (db, _):
        for key in ("slutat", "klar"):
            remember_place(db, old.people[key], "kurs", module="modul", section="borjan")
    before = everything(old.app)
    with time_machine.travel(noon("2026-06-01"), tick=False):
        done = runner.invoke(args=["data", "retention", "--apply", "--decision", DECISION])

    after = everything(old.app)
    assert "och inloggningen för 1 personer som slutat" in done.output
    gone = [set(before[name]) - set(after[name]) for name in ("identity", "place")]
    assert [len(each) for each in gone] == [2, 1]
    assert all("'slutat" in each for each in gone[0])
    assert after["completion"] == before["completion"]
    assert {run.what for run in old.db.scalars(select(RetentionRun))} == {"answers", "sign_in"}
