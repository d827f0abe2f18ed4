"""A board's secretary sees who remains in the own board, and nothing else."""

from datetime import date

import pytest
from browsing import Page, browser
from sqlalchemy import select
from world import course_sources

from course.access.actions import grant_role
from course.audit.tables import AuditEntry
from course.organisation.actions import correct_person


@pytest.fixture
def boards(world):
    world.publish(course_sources("politik", audience="official"))
    world.unit("N1")
    world.unit("U1", "N1")
    world.unit("N2")
    for key, unit in (("klar", "N1"), ("kvar", "U1"), ("hemlig", "N1"), ("annan", "N2")):
        world.person(key, unit, audience="official")
    world.person("anstalld", "N1")
    world.person("sara")
    with world.write() as (db, at):
        grant_role(
            db, world.people["sara"], "secretary", since=date(2020, 1, 1), unit=world.units["N1"], by=None, at=at
        )
        correct_person(db, world.people["hemlig"], protected=True, by=None, at=at)
    world.take("klar", "2026-03-01", course="politik")
    return world


def test_the_secretary_sees_how_many_and_who_remains_in_the_own_board(boards):
    page = Page(browser(boards, "sara").get("/namnd"))

    assert "1 av 3 har gått kursen. Läget den " in page.main
    names = [text for text in page.texts("li") if text.startswith(("Namn", "Skyddad"))]
    assert names == ["Namn kvar", "Skyddad person"]
    assert "annan" not in page.main
    assert "anstalld" not in page.main
    boards.db.rollback()
    newest = boards.db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (newest.action, newest.actor) == ("board.show", boards.people["sara"])


def test_who_sits_in_the_board_and_in_a_body_of_it_remains_once(boards):
    boards.membership("kvar", "N1", audience="official")

    page = Page(browser(boards, "sara").get("/namnd"))

    assert "1 av 3 har gått kursen" in page.main
    assert [text for text in page.texts("li") if text.startswith("Namn")] == ["Namn kvar"]


def test_the_secretary_sees_no_figures_of_others_and_others_not_the_board(boards):
    sara = browser(boards, "sara")

    assert [sara.get(url).status_code for url in ("/rapport/tackning", "/personer", "/drift")] == [403, 403, 403]
    assert [browser(boards, key).get("/namnd").status_code for key in ("klar", "anstalld")] == [403, 403]
    assert Page(sara.get("/")).button == ("Se vilka i nämnden som är kvar", "/namnd")
