"""Every link that somebody meets leads somewhere that they may go, for each sort of person, on the real courses."""

from collections import Counter
from functools import cache

import pytest
from browsing import Page, browser

from course.access.actions import grant_role
from course.config import PROJECT
from course.content.source import course_folders
from course.db import transaction

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MOST_ALIKE = 12
"""How many pages of one sort are opened."""


@cache
def sources_of(name):
    return course_folders(PROJECT)[name].sources


@pytest.fixture
def place(world):
    """The real courses, an employee, a manager, an official, HR, a board's secretary who is employed or not, …"""
    for name in ("fortroendevalda", "hot-och-vald"):
        world.publish(sources_of(name), day="2026-12-01", accept_unreviewed=True)
    for code in ("A", "NAMND"):
        world.unit(code)
    for key in ("anna", "chef", "sara"):
        world.person(key, "A")
    world.person("polly", "NAMND", audience="official")
    for key in ("hr", "admin", "sekreterare", "borta"):
        world.person(key)
    world.chief("chef", "A")
    world.role("hr", "hr")
    world.role("admin", "admin")
    with transaction() as (db, at):
        for key in ("sara", "sekreterare"):
            who, unit = world.people[key], world.units["NAMND"]
            grant_role(db, who, "secretary", since=at.date(), unit=unit, by=None, at=at)
    return world


def closed_links(client):
    """{address that answers with a fault: the page that leads there}, and how many pages were opened."""
    waiting, met, closed, sorts = ["/"], {"/": ""}, {}, Counter()
    rules = client.application.url_map.bind("localhost")
    while waiting:
        url = waiting.pop(0)
        sorts[sort := rules.match(url.partition("?")[0])[0]] += 1
        if sorts[sort] > MOST_ALIKE:
            continue
        answered = client.get(url, follow_redirects=True)
        if answered.status_code >= 400:
            closed[url] = met[url]
        if answered.mimetype != "text/html" or answered.status_code != 200:
            continue
        for link in Page(answered).all("a"):
            to = (link["href"] or "").partition("#")[0]
            if to.startswith("/") and "vag=" not in to and to not in met:
                met[to] = url
                waiting.append(to)
    return closed, sorts.total()


@sqlite_only
@pytest.mark.parametrize("key", ["anna", "chef", "polly", "hr", "sara", "sekreterare", "admin", "borta", None])
def test_no_link_leads_to_a_page_that_is_closed_to_the_reader(place, key):
    closed, met = closed_links(browser(place, key))

    assert closed == {}
    assert met > 4


@sqlite_only
def test_the_menu_the_footer_and_the_handbook_name_what_the_reader_may_open(place):
    handbook = {
        key: [
            link["href"] for link in Page(browser(place, key).get("/handbok")).all("a") if "/handbok/" in link["href"]
        ]
        for key in ("anna", "sara", "chef", "hr", "admin", "borta")
    }

    assert handbook == {
        "anna": ["/handbok/kursen"],
        "sara": ["/handbok/kursen", "/handbok/namnd"],
        "chef": ["/handbok/kursen", "/handbok/chef"],
        "hr": ["/handbok/kursen", "/handbok/hr", "/handbok/forfattare"],
        "admin": ["/handbok/kursen", "/handbok/forfattare", "/handbok/drift"],
        "borta": ["/handbok/kursen"],
    }
    assert browser(place, "anna").get("/handbok/hr").status_code == 404
