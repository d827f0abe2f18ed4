"""The main path through a module: every section is met before the result, on the real courses too."""

import re
from functools import cache

import pytest
from answering import form_of
from browsing import Page, browser
from world import course_sources, post

from course.config import PROJECT
from course.content.load import load_course
from course.content.source import course_folders

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LONGEST = 60


@cache
def sources_of(name):
    return course_folders(PROJECT)[name].sources


def walk(client, course, module):
    """The ids of the sections that the main button leads through, from the module's first page to the result."""
    quiz = course.quizzes[module.quiz]
    url, met = f"/kurs/{course.id}/{module.id}/{module.sections[0].id}", []
    for _ in range(LONGEST):
        found = re.fullmatch(r"/forsok/[^/]+/fraga/([a-z0-9-]+)", url)
        page = Page(client.get(url))
        if re.fullmatch(r"/forsok/[^/]+", url):
            return met
        if found and page.all("form", class_="question"):
            url = post(client, url, **form_of(quiz.items[found[1]], quiz.items[found[1]].right_answer)).location
            continue
        if url.startswith("/kurs/"):
            met.append(url.rpartition("/")[2])
        text, to = page.button
        if page.all("button", class_="button") and to.startswith(("/forsok", "/kurs")) and is_form(page, text):
            url = post(client, to, **{name: values[0] for name, values in page.sends(text).items()}).location
        else:
            url = to
    raise AssertionError(f"no result after {LONGEST} pages")


def is_form(page, text):
    return any(button.text == text for button in page.all("button"))


@sqlite_only
@pytest.mark.parametrize("name", ["hot-och-vald", "fortroendevalda"])
def test_the_main_path_of_every_module_of_the_real_courses_meets_every_section_before_the_result(world, name):
    sources = sources_of(name)
    course = load_course(sources).course
    world.publish(sources, day="2026-12-01", accept_unreviewed=True)
    world.person("anna", "A", audience=course.audience)
    world.chief("anna", "A")
    client = browser(world, "anna")

    met = {module.id: walk(client, course, module) for module in course.modules}

    assert {name: list(dict.fromkeys(found)) for name, found in met.items()} == {
        module.id: [section.id for section in module.sections] for module in course.modules
    }


def with_a_rest(**more):
    """A module with two sections after the last question."""
    sources = course_sources(**more)
    sources["modules/kurs/modul.md"] += "\n## Mer {#mer}\nMer att läsa.\n\n## Sist {#sist}\nDet sista.\n"
    return sources


@sqlite_only
def test_the_last_question_leads_on_to_what_is_left_to_read_and_that_to_the_result(world):
    world.publish(with_a_rest())
    world.person("anna", "A")
    client = browser(world, "anna")
    attempt = post(client, "/forsok", kurs="kurs", modul="modul").location.partition("/fraga")[0]

    first = post(client, f"{attempt}/fraga/forsta", svar="ratt").location
    assert Page(client.get(first)).button == ("Fortsätt: Slutet", "/kurs/kurs/modul/slutet")
    last = post(client, f"{attempt}/fraga/andra", svar="ratt").location

    assert Page(client.get(last)).button == ("Fortsätt: Mer", "/kurs/kurs/modul/mer")
    assert Page(client.get("/kurs/kurs/modul/mer")).button == ("Nästa: Sist", "/kurs/kurs/modul/mer/nasta")
    assert Page(client.get("/kurs/kurs/modul/sist")).button == ("Se resultatet", attempt)
    assert Page(client.get(first)).button == ("Se resultatet", attempt)  # an earlier question, looked at again


@sqlite_only
def test_a_question_that_was_left_and_is_answered_last_leads_to_the_result(world):
    world.publish(with_a_rest())
    world.person("anna", "A")
    client = browser(world, "anna")
    attempt = post(client, "/forsok", kurs="kurs", modul="modul").location.partition("/fraga")[0]

    last = post(client, f"{attempt}/fraga/andra", svar="ratt").location
    assert Page(client.get(last)).button == ("Fortsätt: Mer", "/kurs/kurs/modul/mer")
    assert Page(client.get("/kurs/kurs/modul/sist")).button == ("Svara på frågorna som är kvar", attempt)
    first = post(client, f"{attempt}/fraga/forsta", svar="ratt").location

    assert Page(client.get(first)).button == ("Se resultatet", attempt)
