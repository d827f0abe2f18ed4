"""How much of what is heavy, or tempting to a script, one person may do in a minute, counted for all workers."""

from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from browsing import Page, browser, everything, furnished
from conftest import settings_for
from world import token

from course import create_app
from course.db import database

NOON = "2050-11-23T12:00:00Z"


@pytest.fixture
def clock(world):
    """A world with everybody in it, at an instant that stands still."""
    furnished(world)
    world.person("hr2", "A")
    world.role("hr2", "hr")
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def wait_of(answer):
    """(status, the seconds to wait, what the page says)."""
    page = Page(answer)
    return answer.status_code, answer.headers.get("Retry-After"), page.h1, page.texts("strong")


def test_the_eleventh_file_in_a_minute_has_to_wait_whichever_worker_is_asked(world, clock, tmp_path):
    client, other = browser(world, "hr"), browser(world, "hr2")
    url = "/rapport/tackning?format=csv"
    clock.shift(timedelta(seconds=1))
    for number in range(10):
        assert client.get((url, "/kurs/kurs/fragor?format=json")[number % 2]).status_code == 200
        clock.shift(timedelta(seconds=1))
    second = create_app(settings_for(tmp_path, world.app.extensions["settings"].database_url))
    client.application = second

    told = "Du har hämtat 10 filer på en minut. Vänta 50 sekunder och försök igen."
    assert wait_of(client.get(url)) == (429, "50", "Det gick för fort", [told])
    assert client.get("/rapport/tackning").status_code == 200
    assert client.get("/rapport/tackning?format=finns-inte").status_code == 422
    assert other.get(url).status_code == 200
    clock.shift(timedelta(seconds=50))
    assert [client.get(url).status_code for _ in range(2)] == [200, 429]
    with second.app_context():
        database.engine.dispose()


def test_the_sixth_list_in_a_minute_has_to_wait_and_nothing_of_it_is_kept(world, clock):
    client = browser(world, "hr")
    form = {"csrf_token": token(client), "sort": "employees", "per": "2050-11-23", "kalla": "hr"}

    def send():
        return client.post("/personer/import", data={**form, "fil": (BytesIO(b"ingen lista"), "a.csv")})

    assert [send().status_code for _ in range(5)] == [422] * 5
    before = everything(world.app)
    answer = send()

    told = "Du har skickat 5 listor på en minut. Vänta 1 minut och försök igen."
    assert wait_of(answer) == (429, "60", "Det gick för fort", [told])
    assert everything(world.app) == before
    clock.shift(timedelta(seconds=61))
    assert send().status_code == 422


def test_who_makes_codes_thirty_times_in_a_minute_has_to_wait(world, clock):
    client = browser(world, "hr")
    form = {"csrf_token": token(client)}
    person = world.people["bo"]
    for _ in range(29):
        assert client.post(f"/engangskod/{person}", data=form).status_code == 200
    assert client.post("/engangskoder", data={**form, "enhet": str(world.units["A"])}).status_code == 200
    before = everything(world.app)

    told = "Du har gjort engångskoder 30 gånger på en minut. Vänta 1 minut och försök igen."
    for url, more in ((f"/engangskod/{person}", {}), ("/engangskoder", {"enhet": str(world.units["A"]), "aven": "ja"})):
        answer = client.post(url, data={**form, **more})
        assert wait_of(answer) == (429, "60", "Det gick för fort", [told])
    assert everything(world.app) == before
