"""The real courses keep to the rules that the project has set for them."""

from collections import Counter
from datetime import date

import pytest

from course.config import PROJECT
from course.content.draft import read_drafts
from course.content.load import load_course
from course.content.source import course_folders
from course.learning.place import counted_minutes

FOLDERS = course_folders(PROJECT)
DRAFTS = {draft.name: draft for draft in read_drafts(FOLDERS, date(2026, 11, 24))}
COURSES = {name: load_course(folder.sources) for name, folder in FOLDERS.items()}
MODULES = {
    f"{name}/{module.id}": (loaded.course, module)
    for name, loaded in COURSES.items()
    for module in loaded.course.modules
}


@pytest.fixture(params=MODULES)
def module(request):
    return MODULES[request.param][1]


@pytest.fixture(params=MODULES)
def quiz(request):
    course, module = MODULES[request.param]
    return course.quizzes[module.quiz]


def test_there_is_a_course():
    assert "hot-och-vald" in COURSES


@pytest.mark.parametrize("name", COURSES)
def test_a_course_passes_its_own_check_without_a_problem(name):
    assert DRAFTS[name].problems == ()


@pytest.mark.parametrize("name", COURSES)
def test_a_course_passes_its_own_check_without_advice_that_nobody_has_answered(name):
    assert DRAFTS[name].advice == ()


def test_no_section_has_more_than_150_words(module):
    assert [(section.id, section.words) for section in module.sections if section.words > 150] == []


def test_the_lead_has_three_key_points(module):
    points, _, easy = module.lead.partition('<div class="admonition latt">')
    assert (points.count("<ul>"), points.count("<li>")) == (1, 3)
    assert easy.count("<li>") >= 3


def test_a_module_says_its_goals_and_sources(module):
    assert (len(module.goals) >= 1, len(module.sources) >= 1) == (True, True)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_takes_about_the_minutes_it_says(name):
    course, module = MODULES[name]

    assert abs(counted_minutes(module, len(course.quizzes[module.quiz].items)) - module.minutes) <= 2


def test_every_question_stands_in_a_section_of_its_module(quiz):
    module = next(module for _, module in MODULES.values() if module.id == quiz.module)

    assert {item.section for item in quiz.items.values()} <= {section.id for section in module.sections}


def test_every_question_is_explained(quiz):
    assert [item.id for item in quiz.items.values() if not item.notes.get("Förklaring")] == []


def test_every_quiz_for_employees_has_a_question_on_safety():
    course = COURSES["hot-och-vald"].course

    assert [quiz.id for quiz in course.quizzes.values() if not quiz.critical] == []


def test_every_module_for_employees_has_eight_questions_or_more_of_several_types():
    course = COURSES["hot-och-vald"].course
    asked = {module.id: course.quizzes[module.quiz].items.values() for module in course.modules}

    assert [module for module, items in asked.items() if len(items) < 8 or len({item.type for item in items}) < 3] == []
    types = Counter(item.type for quiz in course.quizzes.values() for item in quiz.items.values())
    assert types.keys() >= {"enval", "flerval", "santfalskt", "ordna", "para", "tal", "kortsvar"}
    assert types.total() >= 100


def test_the_mandatory_modules_take_38_to_48_minutes_and_no_other_is_too_long():
    course = COURSES["hot-och-vald"].course
    minutes = {module.id: module.minutes for module in course.modules}

    assert 38 <= sum(minutes[module] for module in course.mandatory) <= 48
    assert [module for module, count in minutes.items() if count > 9] == ["chef"]
    assert max(module.minutes for module in COURSES["fortroendevalda"].course.modules) <= 7


def test_a_scenario_lies_in_the_file_of_its_name():
    for name, loaded in COURSES.items():
        files = {path for path in FOLDERS[name].sources if "/scenarier/" in path}
        assert files == {f"quizzes/{name}/scenarier/{scenario}.md" for scenario in loaded.course.scenarios}
