"""How the session's cookie is signed, and that neither it nor a form hangs on a clock or on a key that was changed."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from browsing import PASSWORD, Browser, Page, browser, give_password
from conftest import settings_for
from flask.sessions import SecureCookieSessionInterface
from world import post, token

from course import create_app
from course.db import database

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
NOON = "2050-11-23T12:00:00Z"


@pytest.fixture
def another(world, tmp_path):
    """Makes one more server over the same installation, maybe with other keys."""
    made = []

    def make(**more):
        own = settings_for(tmp_path, world.app.extensions["settings"].database_url)
        made.append(create_app(replace(own, **more)))
        made[-1].test_client_class = Browser
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            database.engine.dispose()


@pytest.fixture
def anna(world):
    """A browser that is not signed in, and a person with a password."""
    world.publish()
    world.person("anna", "A")
    give_password(world, "anna")
    return browser(world)


def sign_in(client):
    return post(client, "/logga-in", "/logga-in", namn="anna", losenord=PASSWORD)


def cookie(client):
    return client.get_cookie("session").value


@pytest.mark.parametrize("ahead", [-5, -1, 1, 5])
def test_two_servers_whose_clocks_differ_serve_one_session(world, anna, another, ahead):
    servers = [(world.app, 0), (another(), ahead)]

    with time_machine.travel(NOON, tick=False) as clock:

        def on(number, do):
            """Let the browser meet one of the servers, by that one's clock."""
            anna.application, seconds = servers[number % 2]
            clock.shift(timedelta(seconds=seconds))
            answer = do(anna)
            clock.shift(timedelta(seconds=-seconds))
            return answer

        for first in (0, 1):
            form = on(first, lambda client: token(client, "/logga-in"))
            fields = {"namn": "anna", "losenord": PASSWORD, "csrf_token": form}
            assert on(first + 1, lambda client: client.post("/logga-in", data=fields)).status_code == 303  # noqa: B023
            assert [on(number, lambda client: client.get("/min-sida")).status_code for number in range(4)] == [200] * 4
            form = on(first, token)
            signed_out = on(first + 1, lambda client: client.post("/logga-ut", data={"csrf_token": form}))  # noqa: B023
            assert signed_out.status_code == 303
            assert on(first, lambda client: client.get("/min-sida")).status_code == 303


def test_a_clock_that_is_set_back_signs_nobody_out_and_the_session_still_ends(anna):
    with time_machine.travel(NOON, tick=False) as clock:
        clock.shift(timedelta(hours=2))
        assert sign_in(anna).status_code == 303
        form = token(anna)
        clock.shift(timedelta(hours=-2))

        assert anna.get("/min-sida").status_code == 200
        sent = anna.post("/minnesfragor", data={"vill": "nej", "csrf_token": form})
        assert (sent.status_code, sent.location) == (303, "/min-sida")
        clock.shift(timedelta(hours=8, seconds=1))
        assert anna.get("/min-sida").status_code == 303


def test_a_cookie_is_signed_with_sha256_and_one_from_before_still_counts(world, anna):
    sign_in(anna)
    signer = world.app.session_interface.get_signing_serializer(world.app)
    earlier = SecureCookieSessionInterface().get_signing_serializer(world.app)
    earlier.signer_kwargs["digest_method"] = hashlib.sha1
    held = signer.loads(cookie(anna))
    assert len(cookie(anna).rpartition(".")[2]) == 43  # 256 bits in base64

    anna.set_cookie("session", earlier.dumps(held))
    assert anna.get("/min-sida").status_code == 200
    post(anna, "/minnesfragor", vill="nej")

    assert len(cookie(anna).rpartition(".")[2]) == 43
    assert held.keys() == {"_user_id", "_fresh", "seen"}


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_cookie_that_was_altered_is_nobodys(anna, part):
    sign_in(anna)
    parts = cookie(anna).split(".")
    parts[part] = ("A" if parts[part][0] != "A" else "B") + parts[part][1:]

    anna.set_cookie("session", ".".join(parts))

    assert anna.get("/min-sida").status_code == 303


def test_a_form_that_was_open_while_the_key_was_changed_goes_through(world, anna, another):
    old = world.app.config["SECRET_KEY"]
    sign_in(anna)
    form = token(anna)
    anna.application = another(secret_key="another secret 0123456789 abcdefghij", secret_key_fallbacks=(old,))

    sent = anna.post("/minnesfragor", data={"vill": "nej", "csrf_token": form})

    assert (sent.status_code, sent.location) == (303, "/min-sida")
    anna.application = another(secret_key="a third secret 0123456789 abcdefghij")
    assert anna.get("/min-sida").status_code == 303


def test_signing_out_empties_the_cookie_and_the_browsers_cache(anna):
    sign_in(anna)

    answer = post(anna, "/logga-ut")

    assert (answer.status_code, answer.headers["Clear-Site-Data"]) == (303, '"cache"')
    assert anna.get_cookie("session") is None
    assert "Clear-Site-Data" not in anna.get("/logga-in").headers


def test_signing_out_after_the_session_has_ended_empties_the_cookie_too(world, anna):
    sign_in(anna)
    form, other = token(anna), browser(world)
    sign_in(other)
    post(other, "/min-sida/logga-ut-overallt")

    answer = anna.post("/logga-ut", data={"csrf_token": form})

    assert (answer.location, answer.headers["Clear-Site-Data"]) == ("/logga-in?utloggad=ja", '"cache"')
    assert anna.get_cookie("session") is None
    assert "Du är utloggad." in Page(anna.get(answer.location)).one("main").text
