"""Grading a quiz anew after a wrong key: told first, only ever better, once."""

from datetime import date

import pytest
from browsing import Page, browser, everything
from sqlalchemy import select
from test_coverage import figures
from world import course_sources, noon

from course.audit.tables import AuditEntry
from course.content.queries import current, newest_release_id
from course.errors import Invalid, NotFound
from course.items import FULL
from course.learning.queries import completed
from course.quiz.actions import delete_answers
from course.quiz.queries import Standing, attempts, finishers, standings
from course.quiz.tables import Result
from course.regrade.actions import regrade

QUIZ = "quizzes/kurs/modul.md"
REASON = "Facit var fel i första frågan."


def other_key(text):
    """The first question with the other option as the right one."""
    return text.replace("- [x]", "- [?]", 1).replace("- [ ]", "- [x]", 1).replace("- [?]", "- [ ]", 1)


def corrected(**more):
    sources = course_sources(**more)
    return sources | {QUIZ: other_key(sources[QUIZ])}


@pytest.fixture
def taken(world):
    """The pass mark is 80 %: right answered `ratt` where `fel` was right all along; then the key is corrected."""
    sources = corrected()
    sources[QUIZ] = sources[QUIZ].replace("50 %", "80 %")
    wrong = {**sources, QUIZ: other_key(sources[QUIZ])}
    world.publish(wrong)
    for key in ("rattad", "klar", "missad", "borjat", "ny"):
        world.person(key, "A")
    world.take("rattad", "2026-03-01", first="fel")
    world.take("klar", "2026-03-02")
    world.take("missad", "2026-03-03", first="fel", second="fel")
    world.answer("borjat", world.begin("borjat", "2026-03-04"), "forsta", "fel", "2026-03-04")
    world.publish(sources, day="2026-04-01", accept_keys=True)
    world.take("ny", "2026-04-02", first="fel")
    return world


def again(world, *, by_release="current", reason=REASON, day="2026-04-10"):
    with world.write(day) as (db, at):
        release = current(db, newest_release_id(db))["kurs"] if by_release == "current" else None
        people = finishers(db, "kurs", "modul-fragor")
        return regrade(db, "kurs", "modul-fragor", people, release=release, reason=reason, by=None, at=at)


def of(world, key):
    world.db.rollback()
    return attempts(world.db, world.people[key], "kurs")[-1]


def test_who_was_right_all_along_passes_and_completes_and_nobody_loses_anything(taken):
    before = everything(taken.app)

    graded = again(taken)

    after = everything(taken.app)
    assert (graded.finished, graded.better, graded.passed, graded.completions) == (4, 2, 1, 2)
    assert dict(graded.gained) == {"forsta": 2}
    assert {name: len(after[name]) - len(before[name]) for name in before if before[name] != after[name]} == {
        "installation": 0,
        "result": 2,
        "mark": 4,
        "completion": 2,
        "audit_entry": 1,
    }
    assert all(set(before[name]) <= set(after[name]) for name in ("result", "mark", "completion", "response"))
    assert (of(taken, "rattad").points, of(taken, "rattad").passed) == (2 * FULL, True)
    assert (of(taken, "missad").points, of(taken, "missad").passed) == (FULL, False)
    assert (of(taken, "klar").points, of(taken, "klar").sequence) == (2 * FULL, 1)
    done, missed = of(taken, "klar").id, of(taken, "missad").id
    stands = standings(taken.db, [done, missed])
    assert stands[done] == {"forsta": Standing(FULL), "andra": Standing(FULL)}
    assert stands[missed] == {
        "forsta": Standing(FULL, regraded=True, key_release=2),
        "andra": Standing(0),
    }


def test_the_completion_is_of_the_day_the_attempt_was_finished(taken):
    again(taken)

    rows = completed(taken.db, taken.people["rattad"], "kurs")
    assert [(row.path, row.occurred_on, row.recorded_at) for row in rows] == [
        ("modul", date(2026, 3, 1), noon("2026-04-10")),
        ("", date(2026, 3, 1), noon("2026-04-10")),
    ]


def test_what_was_known_before_is_as_it_was_and_covered_never_falls(taken):
    taken.target()
    before = figures(taken, "2026-03-31", noon("2026-04-09"))

    again(taken)

    assert figures(taken, "2026-03-31", noon("2026-04-09")) == before
    assert figures(taken, "2026-03-31")["status.covered"] == before["status.covered"] + 1


def test_grading_again_twice_writes_once(taken):
    again(taken)
    before = everything(taken.app)

    graded = again(taken, day="2026-04-11")

    after = everything(taken.app)
    assert (graded.better, graded.completions) == (0, 0)
    assert {name for name in before if before[name] != after[name]} == {"installation"}


def test_by_its_own_release_an_attempt_is_worth_what_it_was(taken):
    assert again(taken, by_release="own").better == 0


def test_a_module_that_was_done_stays_done_whatever_the_new_key_says(taken):
    before = [row.path for row in completed(taken.db, taken.people["klar"], "kurs")]

    again(taken)

    assert before == ["modul", ""]
    assert [row.path for row in completed(taken.db, taken.people["klar"], "kurs")] == before


def test_a_question_with_other_options_is_not_graded_by_its_new_key(taken):
    sources = corrected()
    sources[QUIZ] = sources[QUIZ].replace("{#fel}", "{#nytt}", 1)
    taken.publish(
        course_sources(retired=("quizzes/modul-fragor/forsta/fel",)) | {QUIZ: sources[QUIZ]},
        day="2026-04-05",
        accept_keys=True,
    )

    assert again(taken).better == 0


def test_attempts_whose_answers_are_gone_are_left_alone(taken):
    with taken.write("2026-04-05") as (db, at):
        delete_answers(db, date(2026, 4, 1), reference="§ 1", by=None, at=at)

    graded = again(taken)

    assert (graded.finished, graded.without_answers, graded.better, graded.completions) == (4, 3, 0, 0)


def test_the_reason_is_kept_and_the_log_has_ids_only(taken):
    again(taken)

    reasons = set(taken.db.execute(select(Result.sequence, Result.reason)).all())
    entry = taken.db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert reasons == {(1, "submitted"), (2, REASON)}
    assert (entry.action, entry.subject) == ("quiz.regrade", "kurs/modul-fragor")
    new = [row.id for row in completed(taken.db, taken.people["rattad"], "kurs")]
    assert entry.detail == {"release": 2, "results": 2, "new": new}
    with pytest.raises(Invalid, match="Skriv varför"):
        again(taken, reason=" ")
    with pytest.raises(NotFound), taken.write() as (db, at):
        release = current(db, newest_release_id(db))["kurs"]
        regrade(db, "kurs", "annan", [], release=release, reason="x", by=None, at=at)


def test_the_learner_reads_why_and_sees_the_answer_as_right(taken):
    again(taken)
    attempt = of(taken, "rattad")
    client = browser(taken, "rattad")

    feedback = Page(client.get(f"/forsok/{attempt.id}/fraga/forsta"))
    assert feedback.h1 == "Rätt"
    assert f"Frågan är rättad på nytt: {REASON}" in feedback.main
    assert "✓ stämmer" in feedback.main
    assert "✗ stämmer inte" not in feedback.main
    result = Page(client.get(f"/forsok/{attempt.id}"))
    assert "Du fick 2 av 2 poäng" in result.main
    assert REASON in result.main
    assert "Frågor att titta på igen" not in result.main
    answers = Page(client.get(f"/min-sida/forsok/{attempt.id}"))
    assert REASON in answers.main
    assert answers.main.count("efter ny rättning") == 1
    own = Page(client.get("/min-sida")).main
    assert (own.count("Ditt svar, rätt"), own.count("Rätt svar")) == (2, 0)
    klar = browser(taken, "klar").get(f"/forsok/{of(taken, 'klar').id}/fraga/forsta")
    assert Page(klar).h1 == "Rätt"
    assert REASON not in klar.text


def test_an_answer_is_shown_by_the_key_that_counted_also_when_the_question_has_changed_again(taken):
    again(taken)
    sources = corrected()
    sources[QUIZ] = sources[QUIZ].replace("50 %", "80 %")
    taken.publish({**sources, QUIZ: other_key(sources[QUIZ])}, day="2026-05-01", accept_keys=True)

    url = f"/forsok/{of(taken, 'rattad').id}/fraga/forsta"
    feedback = Page(browser(taken, "rattad").get(url))

    assert feedback.h1 == "Rätt"
    assert "✓ stämmer" in feedback.main
    assert "✗ stämmer inte" not in feedback.main


def test_the_command_tells_first_changes_when_asked_and_names_nobody(taken, runner, monkeypatch):
    monkeypatch.setattr("course.cli.quiz.AT_ONCE", 3)  # so that the people do not all fit into one transaction
    before = everything(taken.app)

    shown = runner.invoke(args=["quiz", "regrade", "modul-fragor", "--reason", REASON])
    assert everything(taken.app) == before
    done = runner.invoke(args=["quiz", "regrade", "kurs/modul-fragor", "--reason", REASON, "--apply"])
    twice = runner.invoke(args=["quiz", "regrade", "modul-fragor", "--reason", REASON, "--by-release", "2", "--apply"])

    assert shown.output.splitlines() == [
        "kurs/modul-fragor, facit enligt version 2:",
        "  forsta: 2 försök får fler poäng",
        "  avslutade försök: 4",
        "  resultat som blir bättre: 2",
        "  försök som blir godkända: 1",
        "  genomföranden som tillkommer: 2",
        "Inget är ändrat än. Kör om med --apply för att spara.",
    ]
    assert done.output.splitlines()[-1] == "Det är sparat."
    assert "resultat som blir bättre: 0" in twice.output
    assert len(everything(taken.app)["result"]) == len(before["result"]) + 2
    assert "Namn" not in shown.output + done.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["annan"], "Quizen ”annan” finns inte"),
        (["modul-fragor", "--by-release", "nyast"], "--by-release ska vara current, own eller numret"),
        (["modul-fragor", "--by-release", "99"], "Den versionen av kursen finns inte"),
    ],
)
def test_a_regrade_of_what_there_is_not_is_refused(taken, runner, words, said):
    result = runner.invoke(args=["quiz", "regrade", *words, "--reason", REASON])

    assert result.exit_code == 1
    assert said in result.output
