"""How well questions measure: known parameters are recovered, small groups never show, only first attempts count."""

import json
import random
from decimal import Decimal
from fractions import Fraction
from math import exp, sqrt
from statistics import correlation
from uuid import uuid4

import pytest
from browsing import Page, Statements, browser
from sqlalchemy import insert, select
from test_web_items import ITEMS
from world import course_sources

from course.content.queries import current, newest_release_id, published
from course.organisation.actions import link
from course.organisation.tables import Person
from course.quality import measures
from course.quiz.actions import grade_attempt
from course.quiz.queries import attempts
from course.quiz.tables import Attempt, Response
from course.report.catalogue import questions
from course.report.table import Absent

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
QUESTION = """\
## Fråga {name} {{#{name} .enval avsnitt=borjan}}
Hur gör du med {name}?

- [{a}] Det ena {{#a}}
  > Därför.
- [{b}] Det andra {{#b}}
  > Därför.
- [ ] Det tredje {{#c}}
  > Därför.

"""
HEAD = "---\nquiz: modul-fragor\ntitel: Frågorna\nmodul: modul\ngodkänt: 50 %\n---\n\n"


def sources(*names, keys=(), reworded=()):
    """A course whose quiz has those questions; the right option is `a`, or what `keys` says."""
    text = HEAD
    for name in names:
        right = dict(keys).get(name, "a")
        marks = {option: "x" if option == right else " " for option in "ab"}
        question = QUESTION.format(name=name, **marks)
        text += question.replace("Hur gör", "Vad gör") if name in reworded else question
    return course_sources() | {"quizzes/kurs/modul.md": text}


def take(world, answers, *, sure=(), day="2026-03-01", person=None, number=1):
    """Finished attempts of new people, one for each {item: option}, graded by the product; gives the people's ids.

    `sure` is {item: whether sure} for each of them, when anybody said so.
    """
    with world.write(day) as (db, at):
        release = current(db, newest_release_id(db))["kurs"]
        people = [person] if person else [_person(db) for _ in answers]
        for each, given, said in zip(people, answers, sure or [{}] * len(answers), strict=True):
            attempt_id = uuid4()
            db.execute(
                insert(Attempt).values(
                    id=attempt_id,
                    person_id=each,
                    course="kurs",
                    quiz="modul-fragor",
                    release_id=release.id,
                    number=number,
                    seed=1,
                    started_at=at,
                )
            )
            rows = [
                {"attempt_id": attempt_id, "item": item, "answer": [option], "answered_at": at, "sure": said.get(item)}
                for item, option in given.items()
            ]
            db.execute(insert(Response), rows)
            (taken,) = [one for one in attempts(db, each, "kurs") if one.id == attempt_id]
            grade_attempt(db, taken, at=at, reason="submitted")
    return people


def _person(db):
    key = uuid4().hex
    return db.execute(insert(Person).values(key=key, name=key).returning(Person.id)).scalar_one()


def rows(world):
    """{item: {column: value}} of the report."""
    world.db.rollback()
    course = current(world.db, newest_release_id(world.db))["kurs"].course
    table = questions.build(world.db, course)
    keys = [column.key for column in table.columns]
    return {row.values[1].partition("/")[2]: dict(zip(keys, row.values, strict=True)) for row in table.rows}


# --- a model with known parameters ---

MODEL = {
    "latt": (-1.5, 1.5),
    "halv": (-0.5, 1.8),
    "mitt": (0.0, 2.0),
    "hogre": (0.4, 1.6),
    "svar": (1.0, 1.5),
    "platt": (0.0, 0.0),
    "vand": (0.0, -1.5),
}
"""{item: (how hard, how steep)}: P(right | ability θ) = 1 / (1 + exp(−steep × (θ − hard))), θ ~ N(0, 1)."""


def chance(item, ability):
    hard, steep = MODEL[item]
    return 1 / (1 + exp(-steep * (ability - hard)))


def over_abilities(value):
    """The mean of a function of ability, by the trapezoid rule."""
    grid = [step / 100 for step in range(-600, 601)]
    weights = [exp(-ability * ability / 2) for ability in grid]
    return sum(weight * value(ability) for weight, ability in zip(weights, grid, strict=True)) / sum(weights)


def expected(item):
    """(facility, discrimination) as the model has them."""
    others = [other for other in MODEL if other != item]
    p = over_abilities(lambda ability: chance(item, ability))
    rest = over_abilities(lambda ability: sum(chance(other, ability) for other in others))
    both = over_abilities(lambda ability: chance(item, ability) * sum(chance(other, ability) for other in others))
    square = over_abilities(
        lambda ability: (
            sum(chance(other, ability) for other in others) ** 2
            + sum(chance(other, ability) * (1 - chance(other, ability)) for other in others)
        )
    )
    return p, (both - p * rest) / sqrt(p * (1 - p) * (square - rest**2))


def test_the_parameters_of_a_logistic_model_are_recovered_from_simulated_answers(world):
    world.publish(sources(*MODEL))
    chosen = random.Random(2026)
    answers = []
    for _ in range(600):
        ability = chosen.gauss(0, 1)
        answers.append({item: "a" if chosen.random() < chance(item, ability) else "b" for item in MODEL})
    take(world, answers)

    found = rows(world)

    for item in MODEL:
        facility, discrimination = expected(item)
        within = 3 / sqrt(600)  # three standard errors of a correlation; of a share it is half as much at the most
        assert float(found[item]["facility"]) == pytest.approx(facility, abs=within / 2), item
        assert float(found[item]["discrimination"]) == pytest.approx(discrimination, abs=within), item
    assert {item: found[item]["verdict"] for item in MODEL} == {
        **dict.fromkeys(("latt", "halv", "mitt", "hogre", "svar"), "fungerar"),
        "platt": "skiljer knappt dem som kan från andra: se över",
        "vand": "de bästa svarar fel: tvetydig",
    }


def test_the_discrimination_is_pearsons_correlation_with_the_rest(world):
    world.publish(sources("ett", "tva", "tre"))
    chosen = random.Random(7)
    answers = [{item: chosen.choice("aab") for item in ("ett", "tva", "tre")} for _ in range(60)]
    take(world, answers)

    found = rows(world)

    for item in ("ett", "tva", "tre"):
        right = [int(given[item] == "a") for given in answers]
        rest = [sum(option == "a" for other, option in given.items() if other != item) for given in answers]
        assert found[item]["discrimination"] == Decimal(f"{correlation(right, rest):.2f}")
        assert found[item]["facility"] == Fraction(sum(right), 60)


SURENESS = {
    "myt": (0.3, 0.7, 0.8, 0.4),
    "kunskap": (0.1, 0.5, 0.2, 0.9),
    "gissning": (0.2, 0.6, 0.1, 0.15),
    "tyst": (0.1, 0.5, 0.0, 0.0),
}
"""{item: (P(wrong | able), P(wrong | not), P(sure | wrong), P(sure | right))}; half of the people are able."""


def test_the_share_of_sure_errors_is_recovered_from_simulated_answers(world):
    world.publish(sources(*SURENESS))
    chosen = random.Random(2026)
    answers, sure = [], []
    for _ in range(600):
        unable = chosen.random() < 0.5
        given = {item: "b" if chosen.random() < SURENESS[item][unable] else "a" for item in SURENESS}
        answers.append(given)
        sure.append({item: chosen.random() < SURENESS[item][2 if given[item] == "b" else 3] for item in SURENESS})
    take(world, answers, sure=sure)

    found = rows(world)

    for item in ("myt", "kunskap", "gissning"):
        able, unable, when_wrong, when_right = SURENESS[item]
        wrong = (able + unable) / 2
        of_all = wrong * when_wrong + (1 - wrong) * when_right
        expected_share = wrong * when_wrong / of_all
        within = 3 * sqrt(expected_share * (1 - expected_share) / (600 * of_all))  # three standard errors
        assert float(found[item]["sure_errors"]) == pytest.approx(expected_share, abs=within), item
        assert found[item]["sure_answers"] == pytest.approx(600 * of_all, abs=3 * sqrt(600 * of_all * (1 - of_all)))
    assert (found["tyst"]["sure_answers"], found["tyst"]["sure_errors"]) == (None, None)
    assert {item: row["verdict"] for item, row in found.items()} == {
        "myt": "många är säkra på fel svar: rätta missförståndet i texten",
        **dict.fromkeys(("kunskap", "gissning", "tyst"), "fungerar"),
    }


# --- what is told, and what never is ---


def test_every_verdict_is_told_in_plain_swedish(world):
    names = ("alla", "ingen", "bra", "tvetydig")
    world.publish(sources(*names))
    able = {"alla": "a", "ingen": "c", "bra": "a", "tvetydig": "b"}
    unable = {"alla": "a", "ingen": "c", "bra": "b", "tvetydig": "a"}
    take(world, [able, unable] * 20)

    found = rows(world)

    assert {item: found[item]["verdict"] for item in names} == {
        "alla": "alla svarar rätt: mäter inget",
        "ingen": "ingen svarar rätt: kontrollera facit",
        "bra": "de bästa svarar fel: tvetydig",  # with two questions that oppose each other, each opposes the rest
        "tvetydig": "de bästa svarar fel: tvetydig",
    }
    assert (found["ingen"]["wrong"], found["ingen"]["wrong_share"]) == ("Det tredje", 1)
    assert (found["tvetydig"]["wrong"], found["tvetydig"]["wrong_share"]) == ("Det andra", Fraction(1, 2))
    assert (found["alla"]["wrong"], found["alla"]["wrong_share"]) == (Absent.NOTHING, Absent.NOTHING)
    assert measures.verdict(Fraction(1, 2), 0.4, 100) == "fungerar"
    assert measures.verdict(Fraction(1, 2), -0.05, 100) == "skiljer knappt dem som kan från andra: se över"
    assert measures.verdict(Fraction(97, 100), 0.4, 100) == "nästan alla svarar rätt: mäter lite"


def test_a_question_with_fewer_than_thirty_first_answers_shows_nothing_anywhere(world):
    world.publish(sources("ett", "tva"))
    world.person("hr")
    world.role("hr", "hr")
    take(world, [{"ett": "c", "tva": "a"}] * 29, sure=[{"ett": True}] * 29)
    client = browser(world, "hr")

    assert rows(world)["ett"] == {
        "quiz": "Frågorna",
        "id": "modul-fragor/ett",
        "answers": None,
        "facility": None,
        "discrimination": None,
        "wrong": None,
        "wrong_share": None,
        "sure_answers": None,
        "sure_errors": None,
        "verdict": "för få svar än",
    }
    for form in ("", "?format=csv", "?format=json"):
        text = client.get(f"/kurs/kurs/fragor{form}").text
        assert "Det tredje" not in text
        assert "29" not in text
        assert "för få svar än" in text

    take(world, [{"ett": "c", "tva": "a"}])

    assert rows(world)["ett"]["answers"] == 30
    assert "Det tredje" in client.get("/kurs/kurs/fragor").text


def test_sure_errors_show_only_from_thirty_answers_and_ten_sure_ones(world):
    world.publish(sources("ett", "tva"))
    world.person("hr")
    world.role("hr", "hr")
    wrong = {"ett": "b", "tva": "a"}
    said = [{"ett": True}] * 9 + [{"ett": False}] * 10 + [{}] * 11
    take(world, [wrong] * 30, sure=said)
    client = browser(world, "hr")

    assert rows(world)["ett"]["answers"] == 30
    assert (rows(world)["ett"]["sure_answers"], rows(world)["ett"]["sure_errors"]) == (None, None)
    assert Page(client.get("/kurs/kurs/fragor")).rows()[0][-3:-1] == ["ej mätt", "ej mätt"]
    assert ";ej mätt;ej mätt;ingen svarar rätt" in client.get("/kurs/kurs/fragor?format=csv").text

    right = {"ett": "a", "tva": "a"}
    take(world, [right] * 5, sure=[{"ett": True}] * 3 + [{"ett": False}, {}], day="2026-03-02")

    assert (rows(world)["ett"]["sure_answers"], rows(world)["ett"]["sure_errors"]) == (12, Fraction(3, 4))
    assert Page(client.get("/kurs/kurs/fragor")).rows()[0][-3:-1] == ["12", "75,0 %"]


def test_two_looks_at_sure_errors_never_differ_by_one_persons_answer(world):
    world.publish(sources("ett", "tva"))
    take(world, [{"ett": "a", "tva": "a"}] * 30, sure=[{"ett": True}] * 30)
    before = rows(world)
    for day in range(2, 6):
        take(world, [{"ett": "b", "tva": "a"}], sure=[{"ett": True}], day=f"2026-03-0{day}")
        assert rows(world) == before
    take(world, [{"ett": "b", "tva": "a"}], sure=[{"ett": True}], day="2026-03-06")

    assert (before["ett"]["sure_answers"], before["ett"]["sure_errors"]) == (30, 0)
    assert (rows(world)["ett"]["sure_answers"], rows(world)["ett"]["sure_errors"]) == (35, Fraction(1, 7))


def test_half_marks_that_were_sure_are_errors():
    def answers(given, persons, sure):
        return measures.Answers(1, "modul-fragor", "flera", given, persons, sure, None, None)

    half, full = answers(["ett"], 20, 5), answers(["ett", "tva"], 20, 15)

    found = measures.quality(ITEMS["flera"], [half, full])

    assert (found.facility, found.sure, found.sure_errors) == (Fraction(3, 4), 20, Fraction(1, 4))


def test_from_forty_per_cent_of_the_sure_on_the_verdict_is_a_misconception():
    misconception = "många är säkra på fel svar: rätta missförståndet i texten"
    half = Fraction(1, 2)

    assert measures.verdict(half, 0.4, 100, Fraction(40, 100)) == misconception
    assert measures.verdict(half, 0.4, 100, Fraction(39, 100)) == "fungerar"
    assert measures.verdict(half, -0.4, 100, half) == "de bästa svarar fel: tvetydig"
    assert measures.verdict(Fraction(0), None, 100, Fraction(1)) == "ingen svarar rätt: kontrollera facit"
    assert misconception in measures.TO_MEND


def test_how_sure_people_were_is_told_of_no_person(world):
    world.publish(sources("ett", "tva"))
    for key in ("hr", "anna"):
        world.person(key, "A" if key == "anna" else None)
    world.role("hr", "hr")
    take(world, [{"ett": "b", "tva": "a"}] * 29, sure=[{"ett": True}] * 29)
    take(world, [{"ett": "b", "tva": "a"}], sure=[{"ett": True}], person=world.people["anna"])
    client = browser(world, "hr")

    for form in ("", "?format=csv", "?format=json"):
        text = client.get(f"/kurs/kurs/fragor{form}").text
        assert "Säkra fel" in text
        assert "Namn anna" not in text
        world.db.rollback()
        assert [key for key in world.db.scalars(select(Person.key)) if len(key) > 30 and key in text] == []


def test_two_looks_never_differ_by_one_persons_answer(world):
    world.publish(sources("ett", "tva"))
    take(world, [{"ett": "a", "tva": "a"}] * 34)
    before = rows(world)
    take(world, [{"ett": "b", "tva": "b"}], day="2026-03-02")
    after = rows(world)

    assert (before["ett"]["answers"], after["ett"]["answers"]) == (30, 35)
    take(world, [{"ett": "b", "tva": "b"}] * 4, day="2026-03-03")
    assert rows(world) == after


def test_a_second_attempt_does_not_count(world):
    world.publish(sources("ett", "tva"))
    people = take(world, [{"ett": "b", "tva": "a"}] * 30)
    before = rows(world)
    for person in people:
        take(world, [{"ett": "a", "tva": "a"}], day="2026-03-02", person=person, number=2)

    assert rows(world) == before
    assert before["ett"]["facility"] == 0


def test_the_first_attempt_of_a_human_with_two_numbers_counts_once(world):
    world.publish(sources("ett", "tva"))
    people = take(world, [{"ett": "b", "tva": "a"}] * 30)
    others = take(world, [{"ett": "a", "tva": "a"}] * 30, day="2026-03-02")
    assert rows(world)["ett"]["answers"] == 60

    with world.write("2026-03-03") as (db, at):
        for main, other in zip(people, others, strict=True):
            link(db, other, main, by=None, at=at)

    assert rows(world)["ett"]["answers"] == 30
    assert rows(world)["ett"]["facility"] == 0


def test_an_attempt_under_way_does_not_count(world):
    world.publish(sources("ett", "tva"))
    take(world, [{"ett": "a", "tva": "a"}] * 30)
    before = rows(world)
    for number in range(5):
        world.person(f"p{number}", "A")
        attempt = world.begin(f"p{number}", "2026-03-02")
        world.answer(f"p{number}", attempt, "ett", "b", "2026-03-02")

    assert rows(world) == before


def test_a_reworded_question_starts_anew_and_a_corrected_key_does_not(world):
    world.publish(sources("ett", "tva"))
    take(world, [{"ett": "a", "tva": "b"}] * 30)
    world.publish(sources("ett", "tva", keys={"tva": "b"}, reworded=("ett",)), day="2026-04-01", accept_keys=True)

    found = rows(world)

    assert found["ett"]["verdict"] == "för få svar än"
    assert (found["tva"]["answers"], found["tva"]["facility"]) == (30, 1)


# --- who may see it, and what it costs ---


def test_hr_and_administrators_see_it_in_every_format_and_nobody_elses_name(world):
    world.publish(sources("ett", "tva"))
    take(world, [{"ett": "a", "tva": "b"}, {"ett": "b", "tva": "a"}] * 20)
    for key in ("hr", "admin"):
        world.person(key)
        world.role(key, key)
    world.person("anna", "A")

    assert browser(world, "anna").get("/kurs/kurs/fragor").status_code == 403
    for key in ("hr", "admin"):
        client = browser(world, key)
        page = Page(client.get("/kurs/kurs/fragor"))
        assert page.rows()[0] == [
            "Fråga ett modul-fragor/ett",
            "40",
            "50,0 %",
            "−1,00",
            "Det andra",
            "50,0 %",
            "ej mätt",
            "ej mätt",
            "de bästa svarar fel: tvetydig",
        ]
        (fold,) = (each for each in page.all("details") if each["class"] == "questions")
        assert (fold.text.split("2 frågor")[1].startswith(", 2 behöver ses över"), "open" in fold.attributes) == (
            True,
            True,
        )
        assert client.get("/kurs/finns-inte/fragor").status_code == 404
        assert client.get("/kurs/kurs/fragor?format=doc").status_code == 422
    told = json.loads(client.get("/kurs/kurs/fragor?format=json").text)
    assert told["rows"][0]["discrimination"] == -1.0
    (verdicts,) = told["groups"]
    assert [(figure["key"], figure["value"]) for figure in verdicts["figures"]] == [
        ("questions", 2),
        ("mend", 2),
        ("few", 0),
    ]
    lines = client.get("/kurs/kurs/fragor?format=csv").text.splitlines()
    assert lines[-2] == (
        "0;to_mend;Fråga ett;Frågorna;modul-fragor/ett;40;50,0;-1,00;Det andra;50,0;ej mätt;ej mätt;"
        "de bästa svarar fel: tvetydig"
    )


def test_the_command_tells_the_same(world, runner):
    assert "Ingen kurs är publicerad." in runner.invoke(args=["quiz", "quality"]).output
    world.publish(sources("ett", "tva"))
    take(world, [{"ett": "a", "tva": "b"}, {"ett": "b", "tva": "a"}] * 20)

    result = runner.invoke(args=["quiz", "quality", "kurs"])

    assert result.exit_code == 0
    assert "2 av 2 frågor med tillräckligt många svar behöver ses över." in result.output
    assert "de bästa svarar fel: tvetydig" in result.output
    assert json.loads(runner.invoke(args=["quiz", "quality", "--format", "json"]).output)["report"] == "questions"
    assert "finns inte" in runner.invoke(args=["quiz", "quality", "annan"]).output


def test_the_number_of_statements_grows_neither_with_people_nor_with_questions(world):
    counts = []
    for names, people in ((("ett", "tva"), 30), (("ett", "tva", "tre", "fyra"), 90)):
        world.publish(sources(*names), day="2026-02-01")
        take(world, [dict.fromkeys(names, "a")] * people)
        course = current(world.db, newest_release_id(world.db))["kurs"]
        published(world.db, course.id)
        with Statements() as sent:
            questions.build(world.db, course.course)
        counts.append(len(sent.seen))

    limits = 2 if world.db.get_bind().dialect.name == "postgresql" else 0  # statement_timeout is set, and set back
    assert counts == [1 + limits] * 2
