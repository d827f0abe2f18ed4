"""The figures: one definition each, exact sums, and the same answer for ever."""

import json
import random
from collections import Counter
from dataclasses import asdict, replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from conftest import settings_for
from sqlalchemy import event, select, update
from world import World, course_sources, noon

from course import create_app
from course.clock import FOREVER
from course.content.queries import current, newest_release_id
from course.db import database, newest_instant, transaction
from course.learning.actions import complete, restore, revoke
from course.learning.queries import completion_rows
from course.organisation.actions import Terms, add_membership, end_membership, exempt, link
from course.organisation.population import Population, UnitSpan, stays, tree_on
from course.organisation.queries import unit_spans
from course.organisation.tables import MembershipState, Person, SamePerson, Unit, UnitState
from course.report.catalogue.coverage import build
from course.report.coverage import InUnit, Part, Standing, UnitLine, bucket, by_unit, part_of, summarise, where_they_are
from course.report.formats import FORMATS
from course.report.queries import Scope, facts, standing_of
from course.report.table import Absent
from course.target.actions import Decision, report_figure, set_target
from course.target.queries import promise_on

LATER = noon("2030-01-01")


def figures(world, day, known_at=None, audience="employee"):
    """{key: value} of every figure, keyed by group where a key stands in several."""
    table = build(world.db, "kurs", audience, date.fromisoformat(day), known_at or LATER)
    found = {f"{group.key}.{figure.key}": figure.value for group in table.groups for figure in group.figures}
    check(found)
    return found


def check(found):
    """Both identities hold, whatever the figures are."""
    if "status.members" not in found:
        return
    status, change, bridge = (
        {key.split(".")[1]: value for key, value in found.items() if key.startswith(f"{group}.")}
        for group in ("status", "identity", "bridge")
    )
    parts = ("covered", "exempt", "expired", "outdated", "under_way", "not_started")
    assert status["members"] == sum(status[part] for part in parts)
    assert status["members"] == change["members"]
    for routes, total in (("routes", "covered"), ("reached_routes", "reached")):
        by_route = {key: value for key, value in found.items() if key.startswith(f"{routes}.")}
        assert by_route.pop(f"{routes}.{total}") == bridge[total] == sum(by_route.values())
    assert change["members"] == (
        change["at_start"] + change["joined"] - change["left"] + change["moved_in"] - change["moved_out"]
    )
    assert bridge["reached"] == (
        bridge["covered"]
        - bridge["covered_before_period"]
        - bridge["covered_outside_population"]
        + bridge["reached_left_or_moved"]
        + bridge["reached_expired"]
        + bridge["reached_outdated"]
    )


def rows(world, day, known_at=None):
    table = build(world.db, "kurs", "employee", date.fromisoformat(day), known_at or LATER)
    return [(row.level, row.label, row.kind, row.values[0], row.values[1], row.values[4]) for row in table.rows]


@pytest.fixture
def course(world):
    """A course, a target of 1 500 for 2026, and three units of which two are in the population."""
    world.publish()
    world.unit("ASF")
    world.unit("EBB", "ASF")
    world.unit("IFO", "ASF")
    world.unit("HR")
    world.target(units=["ASF"], groups=[("Ekonomiskt bistånd", ["EBB"])])
    return world


def standing(persons=1, **facts):
    nothing = dict.fromkeys((name for name in Standing.__dataclass_fields__ if name != "persons"), False)
    return Standing(**{**nothing, "completed": "", "covered_by": "", "reached_by": "", **facts}, persons=persons)


def test_a_leaver_counts_as_reached_but_not_as_covered():
    coverage = summarise(
        [
            standing(at_end=True, covered_by="quiz", completed="within", reached_by="quiz"),
            standing(covered_by="quiz", completed="within", reached_by="quiz"),
            standing(at_end=True),
        ]
    )

    assert (coverage.members, coverage.covered, coverage.reached) == (2, 1, 2)


def test_each_member_stands_in_the_first_bucket_that_fits(course):
    for key in ("done", "begun", "idle", "failed"):
        course.person(key, "EBB")
    course.take("done", "2026-03-01")
    course.begin("begun", "2026-03-01")
    course.take("failed", "2026-03-01", first="fel", second="fel")

    found = figures(course, "2026-06-01")

    assert {key: found[f"status.{key}"] for key in ("members", "covered", "expired", "under_way", "not_started")} == {
        "members": 4,
        "covered": 1,
        "expired": 0,
        "under_way": 2,
        "not_started": 1,
    }
    assert found["target.goal"] == 1500


def test_what_happens_after_the_day_does_not_show(course):
    course.person("anna", "EBB")
    course.take("anna", "2026-03-02")

    assert figures(course, "2026-03-01")["status.covered"] == 0
    assert figures(course, "2026-03-02")["status.covered"] == 1


def test_an_attempt_begun_just_before_midnight_in_stockholm_belongs_to_that_day(course):
    course.person("anna", "EBB")
    with transaction() as (db, _at):
        from course.quiz.actions import begin_attempt

        late = noon("2026-07-01").replace(hour=21, minute=59)  # 23.59 in Stockholm
        release = current(db, newest_release_id(db))["kurs"]
        begin_attempt(db, release, "modul-fragor", by=course.people["anna"], edition=1, at=late)

    assert figures(course, "2026-06-30")["status.under_way"] == 0
    assert figures(course, "2026-07-01")["status.under_way"] == 1


def test_people_outside_the_population_or_not_counting_stand_beside(course):
    course.person("inside", "IFO")
    course.person("outside", "HR")
    course.person("hired", "IFO", employment="hired")
    course.person("official", "IFO", audience="official")
    for key in ("inside", "outside", "hired", "official"):
        course.take(key, "2026-03-01")

    found = figures(course, "2026-06-01")

    assert (found["status.members"], found["status.covered"], found["bridge.reached"]) == (1, 1, 1)
    assert found["status.uncounted"] == 1


def test_who_joined_left_and_moved_is_told_apart(course):
    course.person("stayed", "EBB")
    course.person("joined", "EBB", since="2026-03-01")
    course.person("left", "EBB", until="2026-02-28")
    course.person("moved-in", "HR", until="2026-04-30")
    course.membership("moved-in", "EBB", since="2026-05-01")
    course.person("moved-out", "EBB", until="2026-04-30")
    course.membership("moved-out", "HR", since="2026-05-01")
    course.person("in-and-out", "EBB", since="2026-02-01", until="2026-03-01")
    course.person("within", "EBB", until="2026-04-30")
    course.membership("within", "IFO", since="2026-05-01")

    found = figures(course, "2026-06-01")

    assert {
        key: found[f"identity.{key}"] for key in ("at_start", "joined", "left", "moved_in", "moved_out", "members")
    } == {
        "at_start": 4,
        "joined": 1,
        "left": 1,
        "moved_in": 1,
        "moved_out": 1,
        "members": 4,
    }


def test_reached_keeps_leavers_and_the_bridge_explains_every_difference(course):
    course.person("plain", "EBB")
    course.person("left", "EBB", until="2026-04-30")
    course.person("before", "EBB")
    course.person("elsewhere", "HR", until="2026-04-30")
    course.membership("elsewhere", "EBB", since="2026-05-01")
    course.take("before", "2025-12-31")
    for key in ("plain", "left", "elsewhere"):
        course.take(key, "2026-03-01")

    found = figures(course, "2026-06-01")

    assert {key: value for key, value in found.items() if key.startswith("bridge.")} == {
        "bridge.covered": 3,
        "bridge.covered_before_period": 1,
        "bridge.covered_outside_population": 1,
        "bridge.reached_left_or_moved": 1,
        "bridge.reached_expired": 0,
        "bridge.reached_outdated": 0,
        "bridge.reached": 2,
    }


def test_a_completion_expires_the_day_after_its_months_are_over(world):
    world.publish(course_sources(valid_months=12))
    world.person("anna", "EBB")
    world.target(until="2027-12-31")
    world.take("anna", "2026-03-01")

    assert figures(world, "2027-03-01")["status.covered"] == 1
    after = figures(world, "2027-03-02")
    assert (after["status.covered"], after["status.expired"], after["bridge.reached"]) == (0, 1, 1)
    assert (after["status.outdated"], after["bridge.reached_expired"], after["bridge.reached_outdated"]) == (0, 1, 0)


def test_a_raised_edition_holds_from_its_day_and_not_before(course):
    course.person("anna", "EBB")
    course.take("anna", "2026-03-01")
    course.publish(course_sources(edition=2, edition_from=date(2026, 6, 1)), day="2026-05-01")

    assert figures(course, "2026-05-31")["status.covered"] == 1
    after = figures(course, "2026-06-01")
    assert (after["status.covered"], after["status.expired"], after["status.outdated"]) == (0, 0, 1)
    assert (after["bridge.reached"], after["bridge.reached_expired"], after["bridge.reached_outdated"]) == (1, 0, 1)
    assert figures(course, "2026-06-01", noon("2026-04-01"))["status.covered"] == 1


def test_a_revoked_completion_counts_for_no_day_once_it_is_known(course):
    course.person("anna", "EBB")
    course.take("anna", "2026-03-01")
    module = completion_rows(course.db, course.people["anna"])[0]
    with course.write("2026-04-01") as (db, at):
        revoke(db, module.id, reason="Fel person", by=None, at=at)

    assert figures(course, "2026-03-15", noon("2026-03-31"))["status.covered"] == 1
    assert figures(course, "2026-03-15")["status.covered"] == 0
    assert figures(course, "2026-03-15")["bridge.reached"] == 0


def test_a_person_in_two_units_stands_in_both_rows_and_once_in_every_sum(course):
    course.person("both", "EBB")
    course.membership("both", "IFO")
    course.person("one", "EBB")
    course.take("both", "2026-03-01")

    assert rows(course, "2026-06-01") == [
        (0, "Enhet ASF", "unit", 2, 1, 1),
        (1, "Enhet EBB", "unit", 2, 1, 1),
        (1, "Enhet IFO", "unit", 1, 1, 1),
        (1, "I flera enheter", "several", -1, -1, -1),
        (0, "Alla", "total", 2, 1, 1),
    ]


def test_reached_stands_where_the_person_was_on_the_day_also_when_the_unit_is_closed(course):
    course.person("anna", "EBB", until="2026-04-30")
    course.membership("anna", "IFO", since="2026-05-01")
    course.take("anna", "2026-03-01")

    assert [row for row in rows(course, "2026-06-01") if row[2] == "unit"] == [
        (0, "Enhet ASF", "unit", 1, 1, 1),
        (1, "Enhet EBB", "unit", 0, 0, 1),
        (1, "Enhet IFO", "unit", 1, 1, 0),
    ]

    with course.write("2026-06-02") as (db, at):
        state = db.query(UnitState).filter(UnitState.code == "EBB").one()
        db.execute(update(UnitState).where(UnitState.id == state.id).values(superseded_at=at))
        db.add(UnitState(unit_id=state.unit_id, code="EBB", name=state.name, kind="enhet", parent_id=state.parent_id,
                         valid_from=state.valid_from, valid_to=date(2026, 5, 31), recorded_at=at))  # fmt: skip

    assert rows(course, "2026-06-03") == [
        (0, "Enhet ASF", "unit", 1, 1, 0),
        (1, "Enhet IFO", "unit", 1, 1, 0),
        (0, "Tidigare enheter", "former", 0, 0, 1),
        (1, "Enhet EBB", "unit", 0, 0, 1),
        (0, "Alla", "total", 1, 1, 1),
    ]


def test_moving_a_unit_out_of_the_population_does_not_lower_what_was_reached(course):
    course.person("anna", "EBB")
    course.take("anna", "2026-03-01")
    with course.write("2026-06-01") as (db, at):
        state = db.query(UnitState).filter(UnitState.code == "EBB").one()
        db.execute(update(UnitState).where(UnitState.id == state.id).values(superseded_at=at))
        for parent, since, until in (
            (state.parent_id, state.valid_from, date(2026, 5, 31)),
            (course.units["HR"], date(2026, 6, 1), FOREVER),
        ):
            db.add(UnitState(unit_id=state.unit_id, code="EBB", name=state.name, kind="enhet", parent_id=parent,
                             valid_from=since, valid_to=until, recorded_at=at))  # fmt: skip

    found = figures(course, "2026-06-02")

    assert (found["status.members"], found["bridge.reached"], found["bridge.reached_left_or_moved"]) == (0, 1, 1)
    assert found["identity.moved_out"] == 1


def test_a_named_group_is_counted_beside_the_whole(course):
    course.person("anna", "EBB")
    course.person("ivar", "IFO")
    course.take("anna", "2026-03-01")

    found = figures(course, "2026-06-01")

    assert (found["group:Ekonomiskt bistånd.members"], found["group:Ekonomiskt bistånd.covered"]) == (1, 1)
    assert found["status.members"] == 2


def test_without_a_target_for_the_day_the_page_says_so(course):
    course.person("anna", "EBB")

    table = build(course.db, "kurs", "employee", date(2027, 2, 1), LATER)

    assert table.sentences[0] == "Inget mål beslutat. 0 har gått kursen under 2027."
    assert figures(course, "2027-02-01")["target.goal"] is Absent.MISSING


def test_changing_a_target_leaves_what_was_known_before(course):
    course.person("anna", "EBB")
    course.target(goal=1700, day="2026-06-01", units=["ASF"])

    assert figures(course, "2026-06-01", noon("2026-05-01"))["target.goal"] == 1500
    assert figures(course, "2026-06-01")["target.goal"] == 1700


def test_before_anybody_was_known_nothing_is_known_and_never_zero_per_cent(course):
    course.person("anna", "EBB", day="2026-03-01")

    table = build(course.db, "kurs", "employee", date(2026, 2, 1), noon("2026-02-01"))

    assert table.sentences[0].startswith("Inget känt")
    assert [group.key for group in table.groups] == ["target"]


def test_a_population_without_members_is_unmeasured(course):
    course.person("outside", "HR")

    table = build(course.db, "kurs", "employee", date(2026, 6, 1), LATER)

    assert "inte mätt" in table.sentences[1]
    assert figures(course, "2026-06-01")["status.share"] is None


def test_the_number_of_statements_does_not_grow_with_the_people(course):
    def statements():
        seen = []
        listener = lambda *args: seen.append(args[2])  # noqa: E731
        event.listen(database.engine, "before_cursor_execute", listener)
        build(course.db, "kurs", "employee", date(2026, 6, 1), LATER)
        event.remove(database.engine, "before_cursor_execute", listener)
        return len(seen)

    course.person("a", "EBB")
    course.take("a", "2026-03-01")
    one = statements()
    for key in ("b", "c", "d"):
        course.person(key, "IFO")
        course.take(key, "2026-03-02")

    assert statements() == one


def test_every_format_says_the_same(course):
    course.person("anna", "EBB")
    course.take("anna", "2026-03-01")
    table = build(course.db, "kurs", "employee", date(2026, 6, 1), LATER)

    texts = {name: each.render(table) for name, each in FORMATS.items()}

    assert "Så är läget den valda dagen;covered;Klara;1\r\n" in texts["csv"]
    assert {"key": "covered", "label": "Klara", "value": 1} in json.loads(texts["json"])["groups"][0]["figures"]
    assert "Andel klara" in texts["table"]
    assert "100,0" in texts["csv"]
    assert json.loads(texts["json"])["rows"][-1]["share"] == 1.0


def test_figures_known_at_an_instant_stay_the_same_whatever_is_recorded_later(app):
    """200 probes into a random history, asked again at its end: byte for byte the same."""
    with app.app_context():
        world = World(app)
        story = random.Random(715)
        world.publish(course_sources(valid_months=6))
        for code, parent in (("ASF", None), ("EBB", "ASF"), ("IFO", "ASF"), ("HR", None)):
            world.unit(code, parent)
        world.target(units=["ASF"])
        said = {}
        for number in range(50):
            day = (date(2026, 1, 2) + timedelta(days=number * 5)).isoformat()
            happen(world, story, number, day)
            for _ in range(4):
                per = (date(2026, 1, 1) + timedelta(days=story.randrange(360))).isoformat()
                said[per, day] = figures(world, per, noon(day))
        assert len(said) > 190
        assert len({tuple(found.values()) for found in said.values()}) > 40
        for (per, known), found in said.items():
            assert figures(world, per, noon(known)) == found


def happen(world, story, number, day, module="modul"):
    """One random event, recorded on the day: hire, leave, move, complete, revoke."""
    people = list(world.people)
    what = story.choice(["hire", "hire", "complete", "complete", "leave", "move", "revoke", "second"])
    if what == "hire" or not people:
        world.person(
            f"p{number}",
            story.choice(["EBB", "IFO", "HR"]),
            day=day,
            since="2025-01-01" if story.random() < 0.5 else day,
        )
        return
    key = story.choice(people)
    if what == "complete":
        world.take(key, day, module=module)
    elif what == "second":
        world.membership(key, story.choice(["EBB", "IFO", "HR"]), day=day, since=day)
    elif what == "revoke":
        live = [row for row in completion_rows(world.db, world.people[key]) if row.revoked_at is None]
        if live:
            with world.write(day) as (db, at):
                revoke(db, live[0].id, reason="prov", by=None, at=at)
    else:
        end(world, story, key, day, move=what == "move")


def end(world, story, key, day, *, move):
    """End the person's memberships on the day, and begin one in another unit when they move."""
    last = date.fromisoformat(day)
    with world.write(day) as (db, at):
        states = db.query(MembershipState).filter(MembershipState.superseded_at.is_(None)).all()
        from course.organisation.tables import Membership

        own = {row.id for row in db.query(Membership).filter(Membership.person_id == world.people[key])}
        for state in [state for state in states if state.membership_id in own and state.valid_to > last]:
            if state.valid_from > last:
                continue
            db.execute(update(MembershipState).where(MembershipState.id == state.id).values(superseded_at=at))
            kept = ("membership_id", "unit_id", "audience", "title", "employment", "counts", "valid_from")
            copied = {column: getattr(state, column) for column in kept}
            db.add(MembershipState(**copied, valid_to=last, recorded_at=at))
    if move:
        unit = story.choice(["EBB", "IFO", "HR"])
        world.membership(key, unit, day=day, since=(last + timedelta(days=1)).isoformat())


def test_the_newest_instant_is_what_was_known_without_saying_more(course):
    before = newest_instant(course.db)
    course.db.rollback()
    course.person("anna", "EBB")

    assert newest_instant(course.db) > before


def span(unit, parent, since="2020-01-01", until="9999-12-31"):
    return UnitSpan(unit, f"K{unit}", f"Enhet {unit}", parent, date.fromisoformat(since), date.fromisoformat(until))


def test_a_unit_belongs_to_a_population_while_it_stands_below_its_root():
    spans = [span(1, None), span(2, 1, until="2026-05-31"), span(2, 9, since="2026-06-01"), span(3, 2), span(9, None)]

    assert [asdict(stay) for stay in stays(spans, [1])] == [
        {"unit": 1, "since": date(2020, 1, 1), "until": FOREVER},
        {"unit": 2, "since": date(2020, 1, 1), "until": date(2026, 5, 31)},
        {"unit": 3, "since": date(2020, 1, 1), "until": date(2026, 5, 31)},
    ]


def test_a_tree_that_bites_its_tail_is_shown_and_ends():
    spans = [span(1, 2), span(2, 1), span(3, None)]

    assert sorted(each.unit for _, each in tree_on(spans, date(2026, 1, 1))) == [1, 2, 3]
    assert stays(spans, [7]) == []


def test_names_are_sorted_as_swedes_do():
    spans = [
        UnitSpan(number, name, name, None, date(2020, 1, 1), FOREVER)
        for number, name in enumerate(["Öst", "Arlöv", "Åby", "Äng"])
    ]

    assert [each.name for _, each in tree_on(spans, date(2026, 1, 1))] == ["Arlöv", "Åby", "Äng", "Öst"]


def test_the_lines_below_a_line_add_up_to_it_when_people_stand_in_the_unit_itself():
    tree = [(0, span(1, None)), (1, span(2, 1)), (1, span(3, 1))]
    members = [InUnit(1, None, False, 4), InUnit(2, None, True, 3), InUnit(2, 77, False, 1), InUnit(3, 77, False, 1)]

    lines = [(line.level, line.name, line.members, line.covered) for line in by_unit(tree, {}, members, [])]

    assert lines == [
        (0, "Enhet 1", 8, 3),
        (1, "Direkt i Enhet 1", 4, 0),
        (1, "Enhet 2", 4, 3),
        (1, "Enhet 3", 1, 0),
        (1, "I flera enheter", -1, 0),
        (0, "Alla", 8, 3),
    ]


def test_the_report_of_an_installation_without_people_is_not_a_fault(tmp_path, sqlite_template):
    (tmp_path / "course.sqlite").write_bytes(sqlite_template.read_bytes())
    app = create_app(settings_for(tmp_path))
    with app.app_context():
        World(app).publish()
        table = build(database.session, "kurs", "employee", date(2026, 6, 1), LATER)

    assert table.rows == ()
    assert Population() == Population.from_json({})


def test_a_figure_reported_earlier_stands_beside_and_is_never_added(course):
    course.person("anna", "EBB")
    number = course.target(units=["ASF"])
    before = figures(course, "2026-06-01")
    with course.write("2026-02-01") as (db, at):
        kept = report_figure(
            db, number, number=812, day=date(2026, 1, 31), source="Delårsrapport", reference="§ 4", by=None, at=at
        )

    after = figures(course, "2026-06-01")

    assert after.pop(f"reported.reported:{kept}") == 812
    assert after == before
    assert "812" not in FORMATS["csv"].render(
        build(course.db, "kurs", "employee", date(2026, 6, 1), noon("2026-01-31"))
    )


def test_a_day_before_the_first_list_says_who_is_missing(course):
    from test_roster import read_in, row

    read_in(course, [row("1")], "2026-02-10")

    early, late = (
        " ".join(build(course.db, "kurs", "employee", date.fromisoformat(day), LATER).sentences)
        for day in ("2026-02-09", "2026-02-10")
    )

    missing = "Dagen ligger före den första personallistan: bara de som fanns kvar i den är med."
    assert (missing in early, missing in late) == (True, False)
    assert "personallista från 10\xa0februari 2026." in late
    unknown = build(course.db, "kurs", "employee", date(2026, 3, 1), noon("2026-02-01"))
    assert "personallista" not in " ".join(unknown.sentences)


def test_the_target_in_force_is_meant_and_several_are_listed(course):
    course.person("anna", "EBB")
    course.db.rollback()
    run = course.app.test_cli_runner().invoke
    one = run(args=["report", "coverage", "--per", "2026-06-01", "--format", "json"])
    assert (one.exit_code, json.loads(one.output)["scope"]["kurs"]) == (0, "kurs")

    course.publish(course_sources("andra"), day="2025-01-02")
    assert run(args=["report", "coverage", "--per", "2026-06-01"]).exit_code == 0
    without = run(args=["report", "coverage", "--per", "2028-06-01"])
    assert (without.exit_code, without.stderr) == (2, "Ange ett mål med --target:\nandra\nkurs\n")
    with course.write("2026-01-02") as (db, at):
        decision = Decision("andra", 20, date(2026, 1, 1), date(2026, 12, 31))
        second = set_target(db, decision, by=None, at=at)

    several = run(args=["report", "coverage", "--per", "2026-06-01"])
    assert several.exit_code == 2
    assert f"{second}  andra  20 personer under 2026" in several.stderr
    for wanted in ("andra", str(second)):
        answer = run(args=["report", "coverage", "--target", wanted, "--per", "2026-06-01", "--format", "json"])
        assert json.loads(answer.output)["scope"]["kurs"] == "andra"
    assert run(args=["report", "coverage", "--target", "finns-inte"]).exit_code == 1


def test_what_has_changed_in_the_known_since_an_earlier_instant_is_told_line_by_line(course):
    for key in ("stays", "late", "wrong", "moved"):
        course.person(key, "EBB")
    course.person("twin", "EBB")
    course.person("unseen", "EBB")
    for key in ("stays", "wrong", "moved", "twin"):
        course.take(key, "2026-03-01")
    earlier = noon("2026-03-31")
    course.take("late", "2026-04-02")
    with course.write("2026-04-03") as (db, at):
        revoke(db, completion_rows(course.db, course.people["wrong"])[0].id, reason="prov", by=None, at=at)
    with course.write("2026-04-04") as (db, at):
        link(db, course.people["twin"], course.people["stays"], by=None, at=at)
    with course.write("2026-04-05") as (db, at):
        end_membership(db, course.people["moved"], last_day=date(2026, 2, 1), by=None, at=at)

    table = build(course.db, "kurs", "employee", date(2026, 6, 1), noon("2026-05-01"), earlier=earlier)

    changes = next(group for group in table.groups if group.key == "changes")
    assert [(figure.key, figure.value) for figure in changes.figures] == [
        ("before", 4),
        ("new", 1),
        ("new_earned_before", 0),
        ("revoked", 1),
        ("linked", -1),
        ("undone", 0),
        ("corrected", -1),
        ("target", 0),
        ("after", 2),
    ]
    assert table.scope["sedan"] == "2026-03-31T12:00:00.000000Z"
    assert "Återkallade genomföranden (−);1" in FORMATS["csv"].render(table)


# --- how, and by which edition ---

KNOWLEDGE_TEST = """\
---
quiz: kunskap-{module}
titel: Vad du kan
modul: {module}
slag: kunskapstest
godkänt: 50 %
---

## Ett {{#ett .enval form=A mål=1}}
Vad gör du?

- [x] Det rätta {{#ratt}}
  > Ja.
- [ ] Det andra {{#fel}}
  > Nej.

## Två {{#tva .enval form=B mål=1}}
Vad gör du här?

- [x] Det rätta {{#ratt}}
  > Ja.
- [ ] Det andra {{#fel}}
  > Nej.
"""


def with_tests(**more):
    """A course of two modules, each with a knowledge test."""
    tests = {f"quizzes/kurs/kunskap-{each}.md": KNOWLEDGE_TEST.format(module=each) for each in ("ett", "tva")}
    return {**course_sources(modules=("ett", "tva"), **more), **tests}


def test_out(world, key, day, module):
    taken = world.begin(key, day, quiz=f"kunskap-{module}")
    for item in taken.paper:
        world.answer(key, taken, item, "ratt", day)


test_out.__test__ = False


def by_route(found, group):
    told = {key.removeprefix(f"{group}."): value for key, value in found.items() if key.startswith(f"{group}.")}
    return {route: value for route, value in told.items() if value and route not in {"covered", "reached"}}


def test_the_covered_and_the_reached_are_told_by_how_with_testing_out_apart(world):
    world.publish(with_tests())
    for key in ("read", "partly", "tested", "paper", "gone"):
        world.person(key, "EBB", until="2026-04-30" if key == "gone" else FOREVER)
    world.target()
    for module in ("ett", "tva"):
        world.take("read", "2026-03-01", module=module)
        test_out(world, "tested", "2026-03-01", module)
        test_out(world, "gone", "2026-03-01", module)
    world.take("partly", "2026-03-01", module="ett")
    test_out(world, "partly", "2026-03-02", "tva")
    with world.write("2026-03-03") as (db, at):
        release = current(db, newest_release_id(db))["kurs"]
        for path in ("ett", "tva", ""):
            complete(db, world.people["paper"], release, path, 1, route="paper", evidence=f"x{path}",
                     occurred_on=date(2026, 3, 3), at=at)  # fmt: skip

    early, late = figures(world, "2026-03-01"), figures(world, "2026-06-01")

    assert by_route(early, "reached_routes") == {"quiz": 1, "test": 2}
    assert by_route(late, "reached_routes") == {"quiz": 1, "test": 3, "paper": 1}
    assert by_route(late, "routes") == {"quiz": 1, "test": 2, "paper": 1}


def test_a_completion_that_was_restored_counts_by_the_knowledge_test_that_it_rests_on(world):
    world.publish(with_tests())
    world.person("anna", "EBB")
    for module in ("ett", "tva"):
        test_out(world, "anna", "2026-03-01", module)
    with world.write("2026-03-05") as (db, at):
        whole = next(row for row in completion_rows(db, world.people["anna"]) if not row.path)
        revoke(db, whole.id, reason="prov", by=None, at=at)
    with world.write("2026-03-06") as (db, at):
        restore(db, whole.id, by=None, at=at)

    assert by_route(figures(world, "2026-06-01"), "reached_routes") == {"test": 1}


def test_under_way_is_who_has_begun_in_the_edition_in_force(course):
    course.person("old", "EBB")
    course.person("new", "EBB")
    course.begin("old", "2026-03-01")
    course.publish(course_sources(edition=2, edition_from=date(2026, 6, 1)), day="2026-05-01")
    course.begin("new", "2026-06-02")

    told = [figures(course, day) for day in ("2026-05-31", "2026-06-02")]

    assert [(found["status.under_way"], found["status.not_started"]) for found in told] == [(1, 1), (1, 1)]
    assert figures(course, "2026-06-01")["status.under_way"] == 0


def test_a_module_of_an_older_edition_is_nothing_under_way(world):
    world.publish(course_sources(modules=("ett", "tva")))
    world.person("anna", "EBB")
    world.take("anna", "2026-03-01", module="ett")
    world.publish(course_sources(modules=("ett", "tva"), edition=2, edition_from=date(2026, 6, 1)), day="2026-05-01")

    assert figures(world, "2026-05-31")["status.under_way"] == 1
    assert figures(world, "2026-06-01")["status.not_started"] == 1


def test_expired_by_time_and_by_a_new_edition_are_told_apart(world):
    world.publish(course_sources(valid_months=6))
    world.target()
    for key, day in (("time", "2026-01-10"), ("edition", "2026-05-01")):
        world.person(key, "EBB")
        world.take(key, day)
    world.publish(course_sources(edition=2, edition_from=date(2026, 8, 1), valid_months=6), day="2026-07-20")

    before, after = figures(world, "2026-07-31"), figures(world, "2026-08-01")

    keys = ("status.covered", "status.expired", "status.outdated", "bridge.reached_expired", "bridge.reached_outdated")
    assert [before[key] for key in keys] == [1, 1, 0, 1, 0]
    assert [after[key] for key in keys] == [0, 1, 1, 1, 1]
    assert figures(world, "2026-11-02")["status.expired"] == 2


def test_the_share_without_the_exempt_says_which_exempt_it_leaves_out(course):
    for key in ("done", "idle", "away", "done-away"):
        course.person(key, "EBB")
    for key in ("done", "done-away"):
        course.take(key, "2026-03-01")
    with course.write("2026-03-02") as (db, at):
        for key in ("away", "done-away"):
            exempt(db, course.people[key], since=date(2026, 5, 1), until=date(2026, 8, 1), by=None, at=at)

    found = figures(course, "2026-06-01")

    assert (found["status.exempt"], found["status.covered_exempt"]) == (1, 1)
    assert [found[f"status.{key}"] for key in ("share", "share_without_exempt", "share_of_required")] == [
        Fraction(1, 2),
        Fraction(2, 3),
        Fraction(1, 2),
    ]
    assert "status.share_of_required" not in figures(course, "2026-04-01")


def test_shares_are_of_all_of_those_who_are_covered_or_not_exempt_and_of_those_who_are_not():
    coverage = summarise(
        [
            standing(6, at_end=True, covered_by="quiz"),
            standing(1, at_end=True, covered_by="quiz", exempt=True),
            standing(2, at_end=True, exempt=True),
            standing(3, at_end=True),
            standing(4, exempt=True, covered_by="quiz"),
        ]
    )

    assert (coverage.members, coverage.covered, coverage.exempt, coverage.covered_exempt) == (12, 7, 2, 1)
    assert (coverage.share, coverage.share_without_exempt) == (Fraction(7, 12), Fraction(7, 10))
    assert coverage.share_of_required == Fraction(6, 9)
    alone = summarise([standing(2, at_end=True, exempt=True)])
    assert (alone.share, alone.share_without_exempt, alone.share_of_required) == (0, None, None)
    assert part_of([standing(3, at_end=True), standing(1, at_end=True, covered_by="quiz")]).share == Fraction(1, 4)
    assert part_of([standing(3, reached_by="quiz")]) == Part(0, 0, 3)


@pytest.mark.parametrize(
    ("facts_", "where"),
    [
        ({"covered_by": "quiz", "exempt": True, "completed": "within"}, "covered"),
        ({"exempt": True, "completed": "within", "outdated": True}, "exempt"),
        ({"completed": "before", "outdated": True, "begun": True}, "outdated"),
        ({"completed": "within", "begun": True}, "expired"),
        ({"begun": True}, "under_way"),
        ({}, "not_started"),
    ],
)
def test_a_member_stands_in_one_bucket(facts_, where):
    assert bucket(standing(at_end=True, **facts_)) == where


def test_the_bridge_counts_each_kind_of_difference_once():
    coverage = summarise(
        [
            standing(1, at_end=True, covered_by="quiz", completed="within", reached_by="test"),
            standing(2, at_end=True, covered_by="quiz", completed="before"),
            standing(3, at_end=True, covered_by="paper", completed="within"),
            standing(4, completed="within", reached_by="paper", covered_by="paper"),
            standing(5, at_end=True, completed="within", reached_by="quiz"),
            standing(6, at_end=True, completed="within", reached_by="quiz", outdated=True),
            standing(7, at_end=True, completed="within", outdated=True),
            standing(8, covered_by="quiz", completed="within"),
        ]
    )

    assert (coverage.covered, coverage.reached) == (6, 16)
    assert (coverage.covered_before_period, coverage.covered_outside_population) == (2, 3)
    assert (coverage.reached_left_or_moved, coverage.reached_expired, coverage.reached_outdated) == (4, 5, 6)
    assert (coverage.expired, coverage.outdated) == (5, 13)
    assert {route: number for route, number in coverage.reached_by.items() if number} == {
        "test": 1,
        "paper": 4,
        "quiz": 11,
    }
    assert {route: number for route, number in coverage.covered_by.items() if number} == {"quiz": 3, "paper": 3}


def test_the_population_is_followed_from_its_first_day():
    coverage = summarise(
        [
            standing(1, at_start=True, at_end=True),
            standing(2, at_end=True),
            standing(3, at_end=True, employed_at_start=True),
            standing(4, at_start=True),
            standing(5, at_start=True, employed_at_end=True),
            standing(6, uncounted=True),
            standing(7, uncounted=True, at_end=True, at_start=True),
        ]
    )

    assert (coverage.at_start, coverage.members, coverage.uncounted) == (17, 13, 6)
    assert (coverage.joined, coverage.moved_in, coverage.left, coverage.moved_out) == (2, 3, 4, 5)


# --- where ---


def test_after_a_reorganisation_the_reached_stand_where_they_were_or_where_they_are(course):
    for number in range(5):
        key = f"p{number}"
        course.person(key, "EBB", until="2026-08-31")
        course.membership(key, "IFO", since="2026-09-01")
        course.take(key, "2026-03-01")
    course.person("gone", "EBB", until="2026-08-31")
    course.take("gone", "2026-03-01")
    course.person("both", "IFO")
    course.membership("both", "ASF")
    course.take("both", "2026-03-02")

    def told(organisation):
        table = build(course.db, "kurs", "employee", date(2026, 10, 1), LATER, organisation=organisation)
        lines = {row.label: (row.values[1], row.values[4]) for row in table.rows}
        return lines["Enhet IFO"], lines["Enhet EBB"], lines["Alla"], table.scope.get("organisation")

    assert told("da") == ((6, 1), (0, 6), (6, 7), None)
    assert told("nu") == ((6, 6), (0, 1), (6, 7), "nu")


def test_the_organisation_now_is_that_of_the_day_of_what_is_known(course):
    course.person("anna", "EBB")
    with course.write("2026-09-01") as (db, at):
        state = db.query(UnitState).filter(UnitState.code == "EBB").one()
        db.execute(update(UnitState).where(UnitState.id == state.id).values(superseded_at=at))
        for parent, since, until in (
            (state.parent_id, state.valid_from, date(2026, 8, 31)),
            (course.units["IFO"], date(2026, 9, 1), FOREVER),
        ):
            db.add(UnitState(unit_id=state.unit_id, code="EBB", name=state.name, kind="enhet", parent_id=parent,
                             valid_from=since, valid_to=until, recorded_at=at))  # fmt: skip

    def levels(organisation, known_at):
        table = build(course.db, "kurs", "employee", date(2026, 6, 1), known_at, organisation=organisation)
        return {row.label: row.level for row in table.rows}["Enhet EBB"]

    assert [levels("da", LATER), levels("nu", LATER), levels("nu", noon("2026-07-01"))] == [1, 2, 1]


def test_the_reached_are_counted_in_every_unit_where_they_are_members():
    members = [InUnit(1, 7, True, 1), InUnit(2, 7, True, 1), InUnit(3, None, True, 9)]
    reached = [InUnit(1, None, True, 4), InUnit(5, 7, True, 1), InUnit(6, 7, True, 1), InUnit(5, 8, True, 1)]

    assert where_they_are(members, reached) == [
        InUnit(1, None, True, 4),
        InUnit(5, 8, True, 1),
        InUnit(1, 7, True, 1),
        InUnit(2, 7, True, 1),
    ]


def test_closed_units_stand_last_by_name_and_add_up_to_their_line():
    tree = [(0, span(1, None))]
    reached = [InUnit(8, None, True, 2), InUnit(9, 77, True, 1), InUnit(8, 77, True, 1)]
    lines = by_unit(tree, {8: "B", 9: "A"}, [InUnit(1, None, False, 3)], reached)

    assert [(line.level, line.kind, line.name, line.members, line.reached) for line in lines] == [
        (0, "unit", "Enhet 1", 3, 0),
        (0, "former", "Tidigare enheter", 0, 3),
        (1, "unit", "A", 0, 1),
        (1, "unit", "B", 0, 3),
        (1, "several", "I flera enheter", 0, -1),
        (0, "total", "Alla", 3, 3),
    ]
    assert by_unit(tree, {}, [], []) == []
    assert UnitLine(0, "total", "Alla", None, 1, 1, 0).share == 1
    assert [line.share for line in lines[:2]] == [0, None]


def test_no_row_of_what_is_handed_on_is_about_few(course):
    for number in range(12):
        course.person(f"p{number}", "EBB" if number < 9 else "IFO")
    course.person("chief", "ASF")
    course.take("chief", "2026-03-01")

    shown, hidden = (
        build(course.db, "kurs", "employee", date(2026, 6, 1), LATER, small=small) for small in ("visas", "doljs")
    )

    assert [(row.label, row.values[0]) for row in shown.rows] == [
        ("Enhet ASF", 13),
        ("Direkt i Enhet ASF", 1),
        ("Enhet EBB", 9),
        ("Enhet IFO", 3),
        ("Alla", 13),
    ]
    assert [(row.label, row.values[0]) for row in hidden.rows] == [("Enhet ASF", 13), ("Alla", 13)]
    group = {figure.key: figure.value for figure in hidden.groups[-1].figures}
    assert set(group.values()) == {Absent.UNTOLD}
    assert [figure.value for figure in shown.groups[-1].figures][:2] == [9, 0]
    assert hidden.groups[:-1] == shown.groups[:-1]
    assert hidden.scope["sma"] == "doljs"
    assert '"value": null' in FORMATS["json"].render(hidden)


# --- what is known ---


def test_of_a_year_without_data_nothing_is_said_and_never_0_per_cent(world):
    world.publish(day="2026-01-05")
    world.person("anna", "EBB")
    number = world.target(since="2023-01-01", until="2023-12-31")
    with world.write("2026-02-01") as (db, at):
        report_figure(db, number, number=812, day=date(2023, 12, 31), source="Bokslut", reference="", by=None, at=at)

    def told(day):
        table = build(world.db, "kurs", "employee", date.fromisoformat(day), LATER)
        return table.sentences[0].replace("\xa0", " "), [group.key for group in table.groups], len(table.rows)

    nothing = "Inga uppgifter om 2023, men rapporterat tidigare: 812 per 31 december 2023 (Bokslut)."
    assert told("2023-06-30") == (nothing, ["target", "reported"], 0)
    assert told("2026-01-01")[0] == "Inget mål beslutat. 0 har gått kursen under 2026."
    with world.write("2026-02-02") as (db, at):
        release = current(db, newest_release_id(db))["kurs"]
        complete(db, world.people["anna"], release, "modul", 1, route="paper", evidence="x",
                 occurred_on=date(2023, 12, 31), at=at)  # fmt: skip
    assert told("2023-06-30")[0] == "0 av målet 1 500 har gått kursen under 2023."


def test_each_source_says_the_day_of_its_newest_list_and_whether_its_first_was_later(course):
    from test_roster import read_in, row

    read_in(course, [row("1")], "2026-02-10")
    read_in(course, [row("2", "E2")], "2026-03-01", source="pool")
    read_in(course, [row("1")], "2026-03-05")

    def told(day):
        return " ".join(build(course.db, "kurs", "employee", date.fromisoformat(day), LATER).sentences)

    named = "personallista ”hr” från 5\xa0mars 2026, personallista ”pool” från 1\xa0mars 2026."
    missing = "Dagen ligger före den första listan ”pool” från 1\xa0mars 2026: bara de som fanns kvar i den är med."
    assert [named in told(day) for day in ("2026-02-20", "2026-03-01")] == [True, True]
    assert [missing in told(day) for day in ("2026-02-28", "2026-03-01")] == [True, False]
    assert "listan ”hr”" not in told("2026-02-10")


def test_why_fewer_are_covered_than_on_an_earlier_day_is_told_line_by_line(world):
    world.publish(course_sources(valid_months=6))
    world.unit("ASF")
    world.unit("HR")
    world.target(units=["ASF"])
    for key in ("stays", "expires", "wrong", "fixed"):
        world.person(key, "ASF")
    world.person("leaves", "ASF", until="2026-05-31")
    world.person("moves", "ASF", until="2026-05-31")
    world.membership("moves", "HR", since="2026-06-01")
    world.person("comes", "HR", until="2026-05-31")
    world.membership("comes", "ASF", since="2026-06-01")
    world.take("expires", "2026-01-10")
    for key in ("stays", "wrong", "fixed", "leaves", "moves", "comes"):
        world.take(key, "2026-04-01")
    earlier = noon("2026-05-10")
    world.person("new", "ASF", day="2026-05-11")
    world.take("new", "2026-06-10")
    with world.write("2026-06-11") as (db, at):
        revoke(db, completion_rows(db, world.people["wrong"])[0].id, reason="prov", by=None, at=at)
        end_membership(db, world.people["fixed"], last_day=date(2026, 2, 1), by=None, at=at)

    def told(day):
        table = build(world.db, "kurs", "employee", date.fromisoformat(day), LATER, earlier=earlier)
        group = next(group for group in table.groups if group.key == "covered_changes")
        now = next(group for group in table.groups if group.key == "status").figures[1].value
        values = {figure.key: figure.value for figure in group.figures}
        gone = sum(values[key] for key in ("left", "moved_out", "expired", "outdated", "revoked"))
        other = sum(values[key] for key in ("new", "came", "linked", "undone", "corrected", "target"))
        assert values["after"] == now == values["before"] + other - gone
        return {key: value for key, value in values.items() if value}

    assert told("2026-09-01") == {
        "before": 6, "new": 1, "came": 1, "left": 1, "moved_out": 1, "expired": 1, "revoked": 1, "corrected": -1,
        "after": 3,
    }  # fmt: skip
    assert told("2026-05-01") == {"before": 6, "revoked": 1, "corrected": -1, "after": 4}
    world.publish(course_sources(edition=2, edition_from=date(2026, 9, 2), valid_months=6), day="2026-07-01")
    assert told("2026-09-02")["outdated"] == 1


def test_of_the_new_completions_those_earned_before_the_earlier_instant_are_told(course):
    for key in ("late", "new"):
        course.person(key, "EBB")
    with course.write("2026-04-10") as (db, at):
        release = current(db, newest_release_id(db))["kurs"]
        for key, day in (("late", date(2026, 3, 31)), ("new", date(2026, 4, 1))):
            complete(db, course.people[key], release, "", 1, route="paper", evidence=key, occurred_on=day, at=at)

    def told(instant):
        table = build(course.db, "kurs", "employee", date(2026, 6, 1), LATER, earlier=instant)
        figures_ = next(group.figures for group in table.groups if group.key == "changes")
        return [figure.value for figure in figures_ if figure.key.startswith("new")]

    end_of_march = noon("2026-03-31").replace(hour=21, minute=59, second=59, microsecond=999_999)
    assert told(end_of_march) == [2, 1]
    assert told(noon("2026-03-31")) == [2, 0]
    assert told(noon("2026-04-02")) == [2, 2]


# --- many people ---


def test_ids_of_many_millions_are_counted_like_others(course):
    with course.write("2026-01-02") as (db, at):
        db.add(Unit(id=3_000_001, source="hand"))
        db.flush()
        db.add(UnitState(unit_id=3_000_001, code="STOR", name="Stor", kind="enhet", parent_id=course.units["ASF"],
                         valid_from=date(2020, 1, 1), valid_to=FOREVER, recorded_at=at))  # fmt: skip
        for number, key in ((3_000_000, "far"), (2_147_483_000, "last"), (2_147_483_001, "twin")):
            db.add(Person(id=number, key=key, name=key, protected=False))
            course.people[key] = number
        db.flush()
        for key in ("far", "last"):
            for unit in (3_000_001, course.units["IFO"]):
                add_membership(db, course.people[key], Terms(unit, "Titel", date(2020, 1, 1)), by=None, at=at)
        link(db, course.people["twin"], course.people["last"], by=None, at=at)
    for key in ("far", "twin"):
        course.take(key, "2026-03-01")
    with course.write("2026-03-02") as (db, at):
        exempt(db, course.people["last"], since=date(2026, 1, 1), until=FOREVER, by=None, at=at)

    found = figures(course, "2026-06-01")

    assert (found["status.members"], found["status.covered"], found["bridge.reached"]) == (2, 2, 2)
    assert found["status.covered_exempt"] == 1
    assert ("Stor", 2) in [(row[1], row[3]) for row in rows(course, "2026-06-01")]
    promise, scope, spans = asked(course, "2026-06-01")
    alone = standing_of(course.db, scope, promise.population, spans, course.people["twin"])
    assert (alone.covered_by, alone.exempt) == ("quiz", True)


def asked(world, day):
    day = date.fromisoformat(day)
    promise = promise_on(world.db, "kurs", "employee", day, LATER)
    return promise, Scope.of(promise, "kurs", "employee", day, LATER), unit_spans(world.db, LATER)


def test_one_person_asked_alone_stands_as_among_all(app):
    with app.app_context():
        world = World(app)
        story = random.Random(815)
        world.publish(with_tests(valid_months=6))
        for code, parent in (("ASF", None), ("EBB", "ASF"), ("IFO", "ASF"), ("HR", None)):
            world.unit(code, parent)
        world.target(units=["ASF"])
        for number in range(40):
            happen(world, story, number, (date(2026, 1, 2) + timedelta(days=number * 5)).isoformat(), module="ett")
        keys = list(world.people)
        for key in keys[::2]:
            test_out(world, key, "2026-07-25", "tva")
        with world.write("2026-07-26") as (db, at):
            link(db, world.people[keys[0]], world.people[keys[1]], by=None, at=at)
            link(db, world.people[keys[2]], world.people[keys[1]], by=None, at=at)
            exempt(db, world.people[keys[3]], since=date(2026, 1, 1), until=FOREVER, by=None, at=at)
        for day in ("2026-02-01", "2026-07-27", "2026-12-31"):
            promise, scope, spans = asked(world, day)
            whole = facts(world.db, scope, [promise.population], spans).standings[0]
            others = set(world.db.scalars(select(SamePerson.person_id)))
            humans = [person for person in world.people.values() if person not in others]
            each = [standing_of(world.db, scope, promise.population, spans, human) for human in humans]
            counted = Counter(found for found in each if found)
            assert counted == Counter({replace(found, persons=1): found.persons for found in whole})
            assert standing_of(world.db, scope, promise.population, spans, world.people[keys[0]]) == standing_of(
                world.db, scope, promise.population, spans, world.people[keys[1]]
            )
