"""A paper is decided once and stays; only what is missing is asked again, and completes what the rule says."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import insert
from world import course_sources

from course.errors import NotFound
from course.learning.actions import revoke
from course.learning.completion import Finished, meets_rule, only_missing
from course.learning.queries import completion_rows
from course.quiz.queries import attempt, attempts, recent_attempts
from course.quiz.tables import Attempt

QUIZ = "quizzes/kurs/modul.md"
QUESTION = """
## Fråga {{#{id} .enval avsnitt=slutet mål=1{star}}}
Vad gör du i {id}?

- [x] Det rätta {{#ratt}}
  > Ja.
- [ ] Det andra {{#fel}}
  > Nej.
"""


def sources(*questions, head="", **more):
    """The small course with questions of these ids after the two it has; one that ends with * is a ★."""
    made = course_sources(**more)
    made[QUIZ] = made[QUIZ].replace("godkänt: 50 %\n", f"godkänt: 50 %\n{head}")
    for each in questions:
        made[QUIZ] += QUESTION.format(id=each.rstrip("*"), star=" ★" if each.endswith("*") else "")
    return made


def take(world, day, wrong=(), *, key="anna"):
    """Begin and answer the whole paper."""
    taken = world.begin(key, day)
    for item in taken.paper:
        world.answer(key, taken, item, "fel" if item in wrong else "ratt", day)
    return taken


def done(world, key="anna"):
    """(path, edition, day, evidence) of the modules' completions that stand."""
    return [
        (row.edition, row.occurred_on, row.evidence)
        for row in completion_rows(world.db, world.people[key])
        if row.path and row.revoked_at is None
    ]


@pytest.fixture
def anna(world):
    world.person("anna", "A")
    return world


# --- a paper is decided once ---


def test_a_paper_is_stored_with_its_attempt_and_goes_on_as_it_is(anna):
    anna.publish(sources("a", "b", "c", head="dra: 3\n"))
    taken = anna.begin("anna", "2026-03-01")

    again = anna.begin("anna", "2026-03-02")

    assert (len(taken.paper), "andra" in taken.paper) == (3, True)
    assert (again.id, list(again.paper)) == (taken.id, list(taken.paper))
    outside = ({"forsta", "a", "b", "c"} - set(taken.paper)).pop()
    with pytest.raises(NotFound):
        anna.answer("anna", taken, outside, "ratt", "2026-03-02")


def test_publishing_in_the_middle_changes_nothing_for_who_has_begun(anna):
    anna.publish(sources("a", "b"))
    taken = anna.begin("anna", "2026-03-01")
    anna.answer("anna", taken, "a", "ratt", "2026-03-01")
    without = sources("a", "b", "ny")
    without[QUIZ] = (
        without[QUIZ]
        .replace("{#a .enval", "{#a .utgått .enval")
        .replace("{#forsta .enval avsnitt=borjan}", "{#forsta .enval avsnitt=borjan ★}")
    )
    anna.publish(without, day="2026-03-02")

    for item in ("forsta", "andra", "b"):
        anna.answer("anna", taken, item, "ratt", "2026-03-03")

    found = attempt(anna.db, taken.id, anna.people["anna"])
    assert (found.finished, found.points, found.of) == (True, 4_000_000, 4_000_000)
    assert found.answers["a"] == ["ratt"]
    assert done(anna) == [(1, date(2026, 3, 3), f"attempt:{taken.id}")]
    assert list(anna.begin("anna", "2026-03-04").paper) == ["forsta", "andra", "b", "ny"]


def test_an_attempt_from_before_papers_has_every_question(anna):
    anna.publish(sources("a"))
    model = anna.begin("anna", "2026-03-01")
    person = anna.person("gammal", "A")
    with anna.write("2026-03-01") as (db, at):
        row = {"person_id": person, "course": "kurs", "quiz": model.quiz, "release_id": model.release_id, "seed": 1}
        db.execute(insert(Attempt).values(id=type(model.id)(int=1), number=1, started_at=at, **row))

    old = anna.begin("gammal", "2026-03-02")
    assert old.paper is None
    for item in ("forsta", "andra", "a"):
        anna.answer("gammal", old, item, "ratt", "2026-03-02")

    assert done(anna, "gammal") == [(1, date(2026, 3, 2), f"attempt:{old.id}")]


def test_no_question_comes_again_between_attempts_while_there_are_new_ones(anna):
    anna.publish(sources("a", "b", "c", "d", head="dra: 3\n"))

    papers = [set(take(anna, f"2026-03-0{day}", wrong={"andra"} | set("abcd") | {"forsta"}).paper) for day in (1, 2)]

    assert papers[0] & papers[1] == {"andra"}
    assert len(papers[0] | papers[1]) == 5


# --- only what is missing is asked again ---


def test_after_a_pass_only_the_missing_star_is_asked_again_and_completes_the_module(anna):
    anna.publish(sources("a", "b*"))
    take(anna, "2026-03-01", wrong={"b"})
    assert done(anna) == []

    missed = take(anna, "2026-03-02", wrong={"b"})
    right = take(anna, "2026-03-03")

    assert [list(each.paper) for each in (missed, right)] == [["b"], ["b"]]
    assert done(anna) == [(1, date(2026, 3, 3), f"attempt:{right.id}")]
    assert list(anna.begin("anna", "2026-03-04").paper) == ["forsta", "andra", "a", "b"]


def test_without_the_pass_mark_everything_is_asked_again(anna):
    anna.publish(sources("a", "b"))
    take(anna, "2026-03-01", wrong={"forsta", "a", "b"})

    second = take(anna, "2026-03-02", wrong={"andra"})

    assert len(second.paper) == 4
    assert done(anna) == [(1, date(2026, 3, 2), f"attempt:{second.id}")]  # ★ was right in the first


def test_of_two_stars_only_those_that_never_came_right_are_asked(anna):
    anna.publish(sources("a", "b*", "c*"))
    take(anna, "2026-03-01", wrong={"b", "c"})

    both = take(anna, "2026-03-02", wrong={"c"})
    last = take(anna, "2026-03-03")

    assert [list(both.paper), list(last.paper)] == [["b", "c"], ["c"]]
    assert len(done(anna)) == 1


def test_a_question_on_safety_alone_is_no_pass_of_the_quiz(anna):
    anna.publish(sources("a"))
    take(anna, "2026-03-01", wrong={"andra"})
    take(anna, "2026-03-02")
    before = done(anna)
    changed = sources("a", "ny*")
    anna.publish(changed, day="2026-03-03")

    whole = take(anna, "2026-03-04", wrong={"ny"})

    assert len(whole.paper) == 4  # done before: a new ★ makes no short paper that would renew the module
    again = anna.begin("anna", "2026-03-05")
    assert len(again.paper) == 4
    assert done(anna) == before


def test_when_the_course_has_expired_the_whole_is_asked_anew(anna):
    anna.publish(sources("a", valid_months=6))
    take(anna, "2026-03-01", wrong={"andra"})
    take(anna, "2026-03-02")

    failed = take(anna, "2027-01-01", wrong={"forsta", "andra"})
    renewed = take(anna, "2027-01-02", wrong={"forsta"})

    assert [len(each.paper) for each in (failed, renewed)] == [3, 3]
    assert [day for _, day, _ in done(anna)] == [date(2026, 3, 2), date(2027, 1, 2)]


def test_a_new_edition_asks_everything_and_forgets_what_was_missing(anna):
    anna.publish(sources("a"))
    take(anna, "2026-03-01", wrong={"andra"})
    anna.publish(sources("a", edition=2, edition_from=date(2026, 4, 1)), day="2026-04-01")

    first = take(anna, "2026-04-02", wrong={"andra"})
    second = take(anna, "2026-04-03")

    assert [len(first.paper), list(second.paper)] == [3, ["andra"]]
    assert done(anna) == [(2, date(2026, 4, 3), f"attempt:{second.id}")]


def test_a_revoked_short_attempt_is_asked_again_and_its_star_counts_no_more(anna):
    anna.publish(sources("a"))
    take(anna, "2026-03-01", wrong={"andra"})
    short = take(anna, "2026-03-02")
    (module,) = [row for row in completion_rows(anna.db, anna.people["anna"]) if row.path]
    with anna.write("2026-03-03") as (db, at):
        revoke(db, module.id, reason="Fel person", by=None, at=at)
    assert (module.evidence, done(anna)) == (f"attempt:{short.id}", [])

    again = take(anna, "2026-03-04")

    assert list(again.paper) == ["andra"]
    assert done(anna) == [(1, date(2026, 3, 4), f"attempt:{again.id}")]


def test_the_recent_attempts_are_all_attempts_with_the_answers_of_the_newest_at_each_quiz(anna):
    anna.publish(sources())
    for day in ("2026-03-01", "2026-03-02", "2026-03-03"):
        take(anna, day, wrong=["forsta"])
    newest = anna.begin("anna", "2026-03-04")
    anna.answer("anna", newest, "forsta", "ratt", "2026-03-04")
    everything = attempts(anna.db, anna.people["anna"], "kurs")

    recent = recent_attempts(anna.db, anna.people["anna"], "kurs")

    assert [len(each.answers) for each in everything] == [2, 2, 2, 1]
    assert recent == [*(replace(each, answers={}) for each in everything[:-1]), everything[-1]]
    assert recent_attempts(anna.db, anna.people["anna"], "kurs", "modul-fragor") == recent


def test_somebody_elses_pass_shortens_nobodys_paper(anna):
    anna.publish(sources("a"))
    anna.person("bo", "A")
    take(anna, "2026-03-01", wrong={"andra"})

    assert len(anna.begin("bo", "2026-03-02").paper) == 3


@pytest.mark.parametrize(
    ("attempts_", "critical", "before", "missing", "met"),
    [
        ([], {"x"}, False, set(), False),
        ([(True, {"x"})], {"x"}, False, set(), True),
        ([(True, set())], {"x"}, False, {"x"}, False),
        ([(True, set())], {"x"}, True, set(), False),
        ([(False, set())], {"x"}, False, set(), False),
        ([(True, set()), (False, {"x"})], {"x"}, False, set(), True),
        ([(True, {"x"}), (False, {"x"})], {"x"}, True, set(), False),
        ([(True, {"x"}), (True, set())], {"x"}, True, set(), True),
        ([(True, {"x"})], {"x", "y"}, False, {"y"}, False),
    ],
)  # fmt: skip
def test_what_is_missing_is_what_the_rule_still_wants(attempts_, critical, before, missing, met):
    finished = [Finished(passed, frozenset(stars)) for passed, stars in attempts_]

    assert only_missing(finished, critical, done_before=before) == missing
    assert meets_rule(finished, critical, done_before=before) == met
