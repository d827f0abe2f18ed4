"""Täckning in words: the result first, nothing that is not known, and what it rests on."""

from datetime import date
from types import SimpleNamespace

import pytest
from world import noon

from course.report.coverage import Standing, summarise
from course.report.sentences import Basis, sentences

DAY = date(2026, 6, 30)
PROMISE = SimpleNamespace(goal=1500)


def basis(**told):
    usual = {
        "audience": "employee",
        "day": DAY,
        "known_at": noon("2026-07-01"),
        "period_from": date(2026, 1, 1),
        "period_to": date(2026, 12, 31),
        "lists": {},
        "reported": (),
        "knows_people": True,
        "knows_period": True,
    }
    return Basis(**{**usual, **told})


def coverage(members=0, covered=0, reached=0):
    flags = dict.fromkeys(
        ("at_start", "uncounted", "employed_at_start", "employed_at_end", "exempt", "begun", "outdated"), False
    )

    def standing(persons, **told):
        nothing = {**flags, "at_end": False, "completed": "", "covered_by": "", "reached_by": ""}
        return Standing(**{**nothing, **told}, persons=persons)

    return summarise(
        [
            standing(covered, at_end=True, covered_by="quiz", completed="before"),
            standing(members - covered, at_end=True),
            standing(reached, reached_by="quiz", completed="within"),
        ]
    )


def figure(number, day, source="", reference=""):
    return SimpleNamespace(number=number, day=day, source=source, reference=reference)


def said(known=None, promise=PROMISE, **figures):
    return [text.replace("\xa0", " ") for text in sentences(known or basis(), promise, coverage(**figures))]


RESTS = "Per 30 juni 2026, enligt det som var känt 1 juli 2026 kl. 14.00"


def test_the_result_is_said_first_and_what_is_left_and_what_it_rests_on():
    assert said(members=2000, covered=500, reached=600) == [
        "600 av målet 1 500 har gått kursen under 2026.",
        "500 av 2 000 anställda i målgruppen är klara (25,0 %).",
        "Kvar till målet: 900.",
        f"{RESTS}.",
    ]
    assert said(members=10, reached=1600)[2] == "Kvar till målet: 0."


def test_without_a_target_nothing_is_left_to_it():
    assert said(promise=None, members=10, covered=5, reached=5) == [
        "Inget mål beslutat. 5 har gått kursen under 2026.",
        "5 av 10 anställda i målgruppen är klara (50,0 %).",
        f"{RESTS}.",
    ]


def test_without_members_the_coverage_is_not_measured():
    assert said()[1] == "Målgruppen har inga medlemmar den dagen: täckningen är inte mätt."


@pytest.mark.parametrize(("audience", "people"), [("employee", "anställda"), ("official", "förtroendevalda")])
def test_before_anybody_was_known_nothing_is_said_of_the_result(audience, people):
    assert said(basis(audience=audience, knows_people=False, knows_period=False), members=5) == [
        f"Inget känt: vid den tidpunkten fanns inga {people} inlagda.",
        f"{RESTS}.",
    ]


@pytest.mark.parametrize(("people", "period"), [(True, True), (True, False), (False, True), (False, False)])
def test_there_is_something_to_count_when_both_the_people_and_the_period_are_known(people, period):
    assert basis(knows_people=people, knows_period=period).knows is (people and period)


def test_of_a_period_without_any_data_it_is_said_that_there_is_none_and_never_0():
    empty = {"knows_period": False, "period_from": date(2023, 1, 1), "period_to": date(2023, 12, 31)}
    half = {**empty, "period_to": date(2023, 6, 30)}

    assert said(basis(**empty), members=5)[0] == "Inga uppgifter om 2023."
    assert said(basis(**half))[0] == "Inga uppgifter om tiden från 1 januari 2023 till 30 juni 2023."
    assert len(said(basis(**empty), members=5)) == 2


def test_a_figure_that_was_reported_stands_in_the_sentence():
    reported = (figure(700, date(2023, 6, 30)), figure(1432, date(2023, 12, 31), "Årsredovisning", "§ 4"))
    empty = {"knows_period": False, "period_from": date(2023, 1, 1), "period_to": date(2023, 12, 31)}

    assert said(basis(reported=reported, **empty))[0] == (
        "Inga uppgifter om 2023, men rapporterat tidigare: 1 432 per 31 december 2023 (Årsredovisning, § 4)."
    )
    assert said(basis(reported=reported[:1]), members=9, covered=9)[3] == (
        "Rapporterat tidigare, utan personuppgifter: 700 per 30 juni 2023."
    )
    assert said(basis(reported=reported[:1]))[2].startswith("Rapporterat tidigare")


def test_the_newest_list_of_each_source_is_told_and_the_first_when_the_day_is_before_it():
    one = {"hr": (date(2026, 6, 30), date(2026, 7, 1))}
    two = {"pool": (date(2026, 7, 1), date(2026, 7, 3)), "hr": (date(2026, 1, 5), date(2026, 6, 1))}

    assert said(basis(lists=one))[2:] == [f"{RESTS}, personallista från 1 juli 2026."]
    assert said(basis(lists=one, day=date(2026, 6, 29)))[3:] == [
        "Dagen ligger före den första personallistan: bara de som fanns kvar i den är med."
    ]
    assert said(basis(lists=two))[2:] == [
        f"{RESTS}, personallista ”hr” från 1 juni 2026, personallista ”pool” från 3 juli 2026.",
        "Dagen ligger före den första listan ”pool” från 1 juli 2026: bara de som fanns kvar i den är med.",
    ]
    officials = basis(lists=one, day=date(2026, 6, 29), audience="official")
    assert said(officials)[2:] == [
        "Per 29 juni 2026, enligt det som var känt 1 juli 2026 kl. 14.00, lista över förtroendevalda från 1 juli 2026.",
        "Dagen ligger före den första listan: bara de som fanns kvar i den är med.",
    ]
