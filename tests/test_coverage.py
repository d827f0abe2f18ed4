"""The figures: one definition each, exact sums, and the same answer for ever."""

import json
import random
from dataclasses import asdict
from datetime import date, timedelta

import pytest
from conftest import settings_for
from sqlalchemy import event, update
from world import World, course_sources, noon

from course import create_app
from course.clock import FOREVER
from course.db import database, newest_instant, transaction
from course.learning.actions import revoke
from course.learning.queries import completion_rows
from course.organisation.actions import end_membership, link
from course.organisation.population import Population, UnitSpan, stays, tree_on
from course.organisation.tables import MembershipState, UnitState
from course.report.catalogue.coverage import build
from course.report.coverage import InUnit, Standing, by_unit, summarise
from course.report.formats import FORMATS
from course.target.actions import Decision, report_figure, set_target

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
    parts = ("covered", "exempt", "expired", "under_way", "not_started")
    assert status["members"] == sum(status[part] for part in parts)
    assert status["members"] == change["members"]
    assert change["members"] == (
        change["at_start"] + change["joined"] - change["left"] + change["moved_in"] - change["moved_out"]
    )
    assert bridge["reached"] == (
        bridge["covered"]
        - bridge["covered_before_period"]
        - bridge["covered_after_period"]
        - bridge["covered_outside_population"]
        + bridge["reached_left_or_moved"]
        + bridge["reached_no_longer_valid"]
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
    return Standing(**{**nothing, "completed": "", "covered_by": "", **facts}, persons=persons)


def test_a_leaver_counts_as_reached_but_not_as_covered():
    coverage = summarise(
        [
            standing(at_end=True, covered_by="quiz", completed="within", reached=True),
            standing(covered_by="quiz", completed="within", reached=True),
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
        from course.content.queries import current, newest_release_id
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
        "bridge.covered_after_period": 0,
        "bridge.covered_outside_population": 1,
        "bridge.reached_left_or_moved": 1,
        "bridge.reached_no_longer_valid": 0,
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
    assert after["bridge.reached_no_longer_valid"] == 1


def test_a_raised_edition_holds_from_its_day_and_not_before(course):
    course.person("anna", "EBB")
    course.take("anna", "2026-03-01")
    course.publish(course_sources(edition=2, edition_from=date(2026, 6, 1)), day="2026-05-01")

    assert figures(course, "2026-05-31")["status.covered"] == 1
    after = figures(course, "2026-06-01")
    assert (after["status.covered"], after["status.expired"], after["bridge.reached"]) == (0, 1, 1)
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
    assert figures(course, "2027-02-01")["target.goal"] is None


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
    assert '"covered": 1' in texts["json"]
    assert "Andel klara" in texts["table"]
    assert "100,0" in texts["csv"]
    assert '"share": 1.0' in texts["json"]


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


def happen(world, story, number, day):
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
        world.take(key, day)
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
    from roster_lists import read_in, row

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
        ("revoked", 1),
        ("linked", -1),
        ("undone", 0),
        ("corrected", -1),
        ("target", 0),
        ("after", 2),
    ]
    assert table.scope["sedan"] == "2026-03-31T12:00:00.000000Z"
    assert "Återkallade genomföranden (−);1" in FORMATS["csv"].render(table)
