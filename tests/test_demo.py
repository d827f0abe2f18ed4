"""The demonstration: a believable year, made of rows the product itself could have written."""

import shutil
import stat
from datetime import date, timedelta
from pathlib import Path

import pytest
from conftest import postgresql_url, settings_for
from sqlalchemy import func, select
from test_coverage import check

from course import create_app
from course.access.queries import identity
from course.audit.queries import first_broken
from course.audit.tables import AuditEntry
from course.clock import day_of, end_of
from course.config import PROJECT
from course.content.load import load_course
from course.content.queries import current, newest_release_id
from course.content.source import course_folders, read_folder
from course.content.tables import Release
from course.db import app_settings, database, is_demonstration, newest_instant, transaction
from course.demo import accounts
from course.demo.days import files_until
from course.demo.history import history
from course.demo.people import organisation
from course.errors import Conflict
from course.learning.actions import settle
from course.learning.tables import Completion, Revocation
from course.organisation.tables import (
    Exemption,
    Import,
    Membership,
    MembershipState,
    Person,
    SamePerson,
    Unit,
    UnitState,
)
from course.quiz.tables import Attempt, Response, Result
from course.report.catalogue import questions
from course.report.catalogue.coverage import build
from course.target.queries import promise_on

pytestmark = pytest.mark.xdist_group("demonstration")  # made once for each engine
TODAY = date(2026, 11, 24)
COURSE = "hot-och-vald"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def demonstration(request, tmp_path_factory):
    """The demonstration of TODAY in a database of its own, made once; gives the app."""
    folder = tmp_path_factory.mktemp("demo")
    template, url = request.getfixturevalue(f"{request.param}_template"), ""
    if request.param == "sqlite":
        shutil.copy(template, folder / "course.sqlite")
    else:
        server = request.getfixturevalue("postgresql")
        url = postgresql_url(server.address, server.new_database(template))
    app = create_app(settings_for(folder, url))
    app.loaded = app.test_cli_runner().invoke(args=["demo", "load", "--today", str(TODAY)])
    assert app.loaded.exit_code == 0, app.loaded.output
    yield app
    with app.app_context():
        database.engine.dispose()


@pytest.fixture
def copy(request, demonstration, tmp_path):
    """A copy of the demonstration that a test may spoil; gives the app."""
    with demonstration.app_context():
        database.engine.dispose()  # nobody may be in a database that is copied
        source = database.engine.url
    shutil.copy(Path(demonstration.instance_path) / accounts.FILE, tmp_path)
    if source.get_backend_name() == "sqlite":
        shutil.copy(source.database, tmp_path / "course.sqlite")
        url = ""
    else:
        server = request.getfixturevalue("postgresql")
        url = postgresql_url(server.address, server.new_database(source.database))
    app = create_app(settings_for(tmp_path, url))
    yield app
    with app.app_context():
        database.engine.dispose()


@pytest.fixture
def db(demonstration):
    with demonstration.app_context():
        yield database.session


def figures(db, day=TODAY, known_at=None):
    table = build(db, COURSE, "employee", day, known_at or newest_instant(db))
    found = {f"{group.key}.{figure.key}": figure.value for group in table.groups for figure in group.figures}
    check(found)
    return found


def count(db, statement):
    return db.execute(select(func.count()).select_from(statement.subquery())).scalar_one()


def people_of(db, audience):
    return count(
        db, select(Membership.person_id).join(MembershipState).where(MembershipState.audience == audience).distinct()
    )


def test_the_organisation_has_the_size_and_the_parts_of_a_real_one(db):
    sitting = dict(
        db.execute(
            select(MembershipState.title, func.count())
            .join(UnitState, UnitState.unit_id == MembershipState.unit_id)
            .where(
                UnitState.code == "ASN",
                MembershipState.superseded_at.is_(None),
                MembershipState.valid_from <= TODAY,
                MembershipState.valid_to >= TODAY,
            )
            .group_by(MembershipState.title)
        ).all()
    )

    assert 2040 <= people_of(db, "employee") <= 2160
    assert sitting == {
        "Ordförande": 1,
        "1:e vice ordförande": 1,
        "2:e vice ordförande": 1,
        "Ledamot": 10,
        "Ersättare": 13,
    }
    assert count(db, select(Person.id).where(Person.protected)) == 3
    assert count(db, select(Exemption.id)) == 25
    assert count(db, select(SamePerson.id)) == 1
    assert count(db, select(Import.id)) == len(files_until(TODAY))
    assert count(db, select(Unit.id)) > 90
    assert is_demonstration(db)


def test_mona_leads_the_unit_of_anna_where_somebody_is_protected(db):
    unit, manager = db.execute(
        select(UnitState.unit_id, Person.key)
        .join(Person, Person.id == UnitState.manager_id)
        .where(UnitState.code == "EBB-1")
    ).one()
    there = db.execute(
        select(Person.key, Person.protected)
        .join(Membership, Membership.person_id == Person.id)
        .join(MembershipState)
        .where(MembershipState.unit_id == unit, MembershipState.superseded_at.is_(None))
    ).all()

    assert manager == "mona"
    assert "anna" in {key for key, _ in there}
    assert sum(protected for _, protected in there) == 1
    assert all(identity(db, "password", key) for key in ("anna", "mona", "hanna", "sara", "adam"))
    assert count(db, select(Attempt.id).join(Person).where(Person.key == "anna")) == 0


def test_about_1150_have_been_reached_and_both_identities_hold(db):
    found = figures(db)

    assert 1100 <= found["bridge.reached"] <= 1200
    assert found["status.under_way"] > 50
    assert found["status.members"] > 1750
    assert found["target.goal"] == 1500


def test_the_figures_of_earlier_days_and_of_what_was_known_then_are_there(db):
    spring = end_of(date(2026, 4, 30)) - timedelta(microseconds=1)
    now, then = figures(db, date(2026, 4, 30)), figures(db, date(2026, 4, 30), spring)

    assert 300 < then["bridge.reached"] < now["status.members"]
    assert abs(then["bridge.reached"] - now["bridge.reached"]) < 10
    assert then["status.members"] != now["status.members"]
    assert then["target.goal"] == 1500
    assert figures(db, date(2026, 9, 30))["bridge.reached"] < figures(db)["bridge.reached"]


def test_the_promise_of_2023_stands_with_the_words_of_the_statement(db):
    promise = promise_on(db, COURSE, "employee", date(2023, 6, 1), newest_instant(db))

    assert (promise.goal, promise.reference) == (1500, "ASN-2023-18785")
    assert "1 500 medarbetare kommer ha genomgått under 2023" in promise.source


def test_nothing_is_recorded_after_the_load_or_happened_outside_working_hours(db):
    newest = newest_instant(db)
    recorded = (
        Attempt.started_at,
        Response.answered_at,
        Result.graded_at,
        Completion.recorded_at,
        MembershipState.recorded_at,
        UnitState.recorded_at,
        Exemption.recorded_at,
        SamePerson.recorded_at,
        Import.at,
        Revocation.at,
        Release.published_at,
    )
    assert all(db.execute(select(func.max(column))).scalar_one() <= newest for column in recorded)
    assert db.execute(select(func.max(Completion.occurred_on))).scalar_one() < TODAY
    assert (
        db.execute(select(func.min(Attempt.started_at))).scalar_one() > db.scalars(select(Release.published_at)).first()
    )
    days = {day_of(at) for at in db.scalars(select(Attempt.started_at))}
    assert {day.weekday() for day in days} == set(range(5))
    instants = db.scalars(select(AuditEntry.at).order_by(AuditEntry.id)).all()
    assert instants == sorted(instants)
    assert first_broken(db) is None


def test_settling_again_writes_nothing_new(demonstration, db):
    people = db.scalars(select(Attempt.person_id).distinct().order_by(Attempt.person_id)).all()[::40]
    people += db.scalars(select(Completion.person_id).where(Completion.route != "quiz")).all()
    people += db.scalars(select(Completion.person_id).join(Revocation)).all()
    before = count(db, select(Completion.id))
    with transaction() as (session, at):
        new = {person: settle(session, person, COURSE, at=at) for person in people}

    assert len(new) > 30
    assert not any(new.values())
    assert count(db, select(Completion.id)) == before


def test_ids_go_on_after_the_bulk(demonstration, db):
    newest = db.scalars(select(Person.id).order_by(Person.id.desc())).first()
    with transaction() as (session, _at):
        person = Person(key="ny", name="Ny", email=None, protected=False)
        session.add(person)
        session.flush()
        number = person.id
        session.rollback()

    assert number > newest


def test_a_loaded_database_is_left_as_it_is(demonstration, db):
    before = count(db, select(Person.id))

    assert "anna" in accounts.load_into_empty(app_settings(), TODAY)
    assert count(db, select(Person.id)) == before


def test_the_accounts_are_shown_and_kept_in_a_file_that_nobody_else_may_read(demonstration):
    file = Path(demonstration.instance_path) / accounts.FILE
    told = file.read_text(encoding="utf-8")
    runner = demonstration.test_cli_runner()

    assert told.strip() in demonstration.loaded.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert runner.invoke(args=["data", "init", "--demo"]).output.endswith(told + "\n")
    refused = runner.invoke(args=["data", "init", "--real"])
    assert (refused.exit_code, "demonstration" in refused.output) == (1, True)


def test_the_same_day_gives_the_same_people_and_history():
    course = load_course(read_folder(PROJECT, COURSE).sources).course
    made = organisation(TODAY, 7)

    assert made == organisation(TODAY, 7)
    assert made != organisation(TODAY, 8)
    assert history(course, made, TODAY) == history(course, made, TODAY)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("day", ["2027-01-04", "2026-06-30", "2028-02-29"])
def test_any_day_can_be_today(world, day):
    accounts.load_into_empty(app_settings(), date.fromisoformat(day))

    found = figures(world.db, date.fromisoformat(day))
    assert 0 <= found["bridge.reached"] <= found["status.members"]
    assert found["status.covered"] > 400


def test_a_database_with_people_is_refused(world):
    world.unit("E")
    world.person("anna", "E")

    with pytest.raises(Conflict, match="riktiga personer"):
        accounts.load_into_empty(app_settings(), TODAY)


def test_removing_asks_first_and_leaves_an_empty_database(copy, tmp_path):
    runner, path = copy.test_cli_runner(), tmp_path / accounts.FILE
    asked = runner.invoke(args=["demo", "remove"])
    assert (asked.exit_code, "--yes" in asked.output, path.exists()) == (1, True, True)

    removed = runner.invoke(args=["demo", "remove", "--yes"])

    assert (removed.exit_code, path.exists()) == (0, False), removed.output
    with copy.app_context():
        assert count(database.session, select(Person.id)) == 0
        assert count(database.session, select(Release.id)) == 0
        assert not is_demonstration(database.session)
    assert runner.invoke(args=["data", "init", "--real"]).exit_code == 0  # it is as good as new


def test_a_real_installation_is_never_removed(app, runner):
    refused = runner.invoke(args=["demo", "remove", "--yes"])

    assert (refused.exit_code, "ingen demonstration" in refused.output) == (1, True)


def test_an_edition_of_the_demonstration_holds_from_the_day_it_was_published_before_anybody_took_it(db):
    first = db.scalars(select(func.min(Completion.occurred_on))).one()

    for release in db.scalars(select(Release)):
        assert release.edition_from == day_of(release.published_at)
        assert release.edition_from < first


def test_the_demonstration_has_every_published_course(db):
    assert set(current(db, newest_release_id(db))) == set(course_folders(app_settings().content))


def test_most_questions_work_and_a_few_show_what_it_looks_like_when_they_do_not(db):
    table = questions.build(db, current(db, newest_release_id(db))[COURSE].course)
    (told,) = table.groups
    number = {figure.key: figure.value for figure in told.figures}

    measured = number["questions"] - number["few"]
    assert measured > 50
    assert 1 <= number["mend"] <= measured / 5
