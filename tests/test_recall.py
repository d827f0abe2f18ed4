"""When somebody is asked to remember, and which questions: by day, by what went wrong, mixed. No database here."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from test_web_items import QUESTIONS
from world import course_sources

from course.content.load import load_course
from course.content.model import KNOWLEDGE_TEST
from course.items import ChoiceItem
from course.learning.completion import WHOLE_COURSE, Completed
from course.recall.choosing import HOW_MANY, Given, Moment, choose, moment_on, questions_of, seed_of

DAY = date(2029, 3, 1)
MODULES = ("ett", "tva", "tre", "fyra")
COURSE = load_course(course_sources(modules=MODULES)).course


def completed(day=DAY, *, path=WHOLE_COURSE, edition=1, through=date(9999, 12, 31)):
    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return Completed(1, path, edition, day, at, valid_through=through)


def occasion(days, *rows, edition=1):
    """The occasion so many days after DAY."""
    found = moment_on("kurs", rows or (completed(),), edition, DAY + timedelta(days=days))
    return found and found.occasion


def names(questions):
    return [(each.module.id, each.item.id) for each in questions]


def missed(*names, sure=()):
    return [Given(f"{module}-fragor", item, missed=True, sure=(module, item) in sure) for module, item in names]


# --- when ---


def test_an_occasion_comes_on_its_day_and_stays_until_the_next():
    found = {days: occasion(days) for days in (-1, 0, 6, 7, 29, 30, 149, 150, 4000)}

    assert found == {-1: None, 0: None, 6: None, 7: 7, 29: 7, 30: 30, 149: 30, 150: 150, 4000: 150}


def test_only_a_whole_course_that_still_holds_counts():
    assert occasion(10, completed(path="ett")) is None
    assert moment_on("kurs", (), 1, DAY) is None
    assert occasion(10, edition=2) is None
    assert occasion(10, completed(edition=3), edition=2) == 7
    last = DAY + timedelta(days=9)
    assert [occasion(days, completed(through=last)) for days in (9, 10)] == [7, None]


def test_it_is_counted_from_the_newest_completion():
    again = DAY + timedelta(days=365)

    assert occasion(365, completed(), completed(again)) is None
    assert moment_on("kurs", (completed(again), completed()), 1, again + timedelta(days=31)) == Moment(
        "kurs", again, 30
    )


# --- which ---


@pytest.mark.parametrize("seed", range(20))
def test_sure_mistakes_come_first_then_mistakes_then_others(seed):
    sure, wrong = {("tre", "andra")}, [("tre", "forsta"), ("tre", "andra")]
    given = [
        *missed(*wrong, sure=sure),
        Given("ett-fragor", "forsta", missed=False, sure=True),
        Given("tva-fragor", "forsta", missed=False, sure=False),
    ]

    asked = names(choose(questions_of(COURSE, given), seed))

    assert asked[:2] == [("tre", "andra"), ("tre", "forsta")]
    assert asked[2][0] != "tre"
    assert len(asked) == HOW_MANY


@pytest.mark.parametrize("seed", range(20))
def test_of_equal_need_the_three_are_of_three_modules(seed):
    every = [(module, item) for module in MODULES for item in ("forsta", "andra")]

    for given in ([], missed(*every), missed(*every, sure=set(every))):
        assert len({module for module, _ in names(choose(questions_of(COURSE, given), seed))}) == HOW_MANY


def test_a_mistake_counts_in_whichever_attempt_it_was_and_sureness_only_with_the_mistake_itself():
    right_later = [*missed(("ett", "forsta")), Given("ett-fragor", "forsta", missed=False, sure=True)]

    needs = {(each.module.id, each.item.id): each.need for each in questions_of(COURSE, right_later)}

    assert needs.pop(("ett", "forsta")) == 1
    assert set(needs.values()) == {2}


@pytest.mark.parametrize("seed", range(20))
def test_questions_without_points_are_never_asked_and_choices_are_preferred(seed):
    sources = course_sources() | {"quizzes/kurs/modul.md": QUESTIONS}
    questions = questions_of(load_course(sources).course, [])

    assert {each.item.type for each in questions} & {"fritext", "skala"} == set()
    assert len(questions) == 7
    assert all(isinstance(each.item, ChoiceItem) for each in choose(questions, seed))


def test_a_voluntary_module_is_asked_about_only_where_it_was_answered():
    sources = course_sources(modules=MODULES)
    path = "modules/kurs/course.toml"
    sources[path] = sources[path].replace('mandatory = ["ett", "tva", "tre", "fyra"]', 'mandatory = ["ett", "tva"]')
    course = load_course(sources).course

    of_mandatory = names(questions_of(course, []))
    with_one = names(questions_of(course, [Given("fyra-fragor", "andra", missed=False, sure=False)]))

    assert {module for module, _ in of_mandatory} == {"ett", "tva"}
    assert set(with_one) - set(of_mandatory) == {("fyra", "andra")}


def test_what_has_left_the_course_is_not_asked():
    assert names(questions_of(COURSE, missed(("borta", "forsta"), ("ett", "borta")))) == names(questions_of(COURSE, []))


def test_a_course_with_too_few_questions_asks_none():
    one = load_course(course_sources()).course

    assert len(questions_of(one, [])) == 2
    assert choose(questions_of(one, []), 1) == ()


def test_three_questions_are_enough_and_all_of_them_are_asked():
    three = questions_of(COURSE, [])[:HOW_MANY]

    assert sorted(names(choose(three, 1))) == sorted(names(three))
    assert choose(three[1:], 1) == ()


def test_a_module_without_questions_and_one_with_a_knowledge_test_alone_ask_none():
    first, second, *rest = COURSE.modules
    quizzes = {**COURSE.quizzes, second.quiz: replace(COURSE.quizzes[second.quiz], kind=KNOWLEDGE_TEST)}
    course = replace(COURSE, modules=(replace(first, quiz=""), second, *rest), quizzes=quizzes)

    assert {each.module.id for each in questions_of(course, [])} == {module.id for module in rest}


def test_a_seed_is_a_number_of_32_bits():
    seeds = [seed_of(person, Moment("kurs", DAY, 7)) for person in range(50)]

    assert 2**24 < max(seeds) < 2**32


def test_the_same_person_and_occasion_gives_the_same_three_and_others_give_others():
    questions = questions_of(COURSE, [])
    moments = [Moment("kurs", DAY, days) for days in (7, 30, 150)]
    seeds = [seed_of(person, moment) for person in range(1, 11) for moment in moments]

    assert [names(choose(questions, seed)) for seed in seeds] == [names(choose(questions, seed)) for seed in seeds]
    assert len(set(seeds)) == len(seeds)
    assert len({tuple(names(choose(questions, seed))) for seed in seeds}) > 10
