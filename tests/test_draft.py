"""The working tree as a whole: what shows only across courses, what is accepted, and what the course comes to."""

from datetime import date

import pytest
from world import course_sources, scenario_sources, with_material

from course.content import matrix, statistics
from course.content.draft import read_drafts
from course.content.expiry import expired
from course.content.load import load_course
from course.content.source import Folder, course_folders

DAY = date(2026, 11, 24)
SOURCES = with_material(course_sources())
OTHER = course_sources(course="andra", modules=("annat",))
GAP = "råd: modules/kurs/revision.toml: inget i kursen svarar på Fråga 1"


def drafts(*courses, accepted=""):
    folders = {
        next(path for path in sources if path.endswith("course.toml")).split("/")[1]: Folder(sources, {}, (), accepted)
        for sources in courses
    }
    return read_drafts(folders, DAY)


def told(*courses, accepted=""):
    """Every problem and piece of advice, as text."""
    return [
        text
        for draft in drafts(*courses, accepted=accepted)
        for text in (*map(str, draft.problems), *(f"råd: {hint}" for hint in draft.advice))
    ]


def changed(sources, path, old, new):
    assert old in sources[path]
    return {**sources, path: sources[path].replace(old, new)}


# --- across courses ---


def test_an_audit_may_be_answered_by_another_course_that_is_there():
    audit = "modules/kurs/revision.toml"
    good = changed(SOURCES, audit, '["ovning"]', '["ovning", "andra/finns"]')
    other = {**OTHER, "modules/andra/material/finns.md": SOURCES["modules/kurs/material/ovning.md"]}
    path = "modules/andra/material/finns.md"
    other = changed(changed(other, path, "material: ovning", "material: finns"), path, "rekommendationer: 1\n", "")
    bad = changed(SOURCES, audit, 'modules = ["modul"]\nmaterials = ["o', 'modules = ["andra/borta"]\nmaterials = ["o')

    assert [text for text in told(good, other) if not text.startswith("råd")] == []
    assert [text for text in told(bad, other) if not text.startswith("råd")] == [
        "modules/kurs/revision.toml:1: ”andra/borta” finns inte i någon kurs; rätta id:t"
    ]


def test_a_link_to_the_glossary_is_checked_in_a_course_that_has_none():
    path = "modules/andra/annat.md"
    right = changed(OTHER, path, "Text i slutet.", "[Ord](/ordlista#sedan)")
    wrong = changed(OTHER, path, "Text i slutet.", "[Ord](/ordlista#borta)")

    assert [text for text in told(SOURCES, right) if "andra" in text] == []
    assert [text.partition(";")[0] for text in told(SOURCES, wrong) if "andra" in text] == [
        "modules/andra/annat.md:22: ”borta” finns inte på sidan /ordlista"
    ]


# --- what somebody has read and accepted ---

ACCEPTED = """\
[[accepted]]
where = "modules/kurs/revision.toml"
warning = "inget i kursen svarar på Fråga 1"
reason = "Frågan gäller inte kursen."
"""


def test_advice_that_is_accepted_with_a_reason_is_not_told_again():
    assert GAP in told(SOURCES)
    assert told(SOURCES, accepted=ACCEPTED) == [text for text in told(SOURCES) if text != GAP]


def test_accepting_what_is_no_longer_said_is_told():
    gone = ACCEPTED.replace("Fråga 1", "Fråga 2")

    assert told(SOURCES, accepted=gone)[-1] == (
        "råd: modules/kurs/accepterat.toml:1: rådet om ”modules/kurs/revision.toml” finns inte längre;"
        " ta bort det härifrån"
    )


def test_accepting_without_a_reason_accepts_nothing():
    nothing = told(SOURCES, accepted=ACCEPTED.replace('reason = "Frågan gäller inte kursen."\n', ""))

    assert GAP in nothing
    assert any("nyckeln ”reason” saknas" in text for text in nothing)


def test_accepting_advice_makes_no_new_release(tmp_path):
    for path, text in SOURCES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    (tmp_path / "modules/kurs/accepterat.toml").write_text(ACCEPTED, encoding="utf-8")
    folder = course_folders(tmp_path)["kurs"]

    assert dict(folder.sources) == SOURCES
    assert folder.accepted == ACCEPTED


# --- best before ---


def test_what_is_past_its_best_before_day_is_told_from_the_day_after():
    path = "modules/kurs/material/ovning.md"
    course = load_course(changed(SOURCES, path, "bäst_före: 2999-01-01", "bäst_före: 2026-11-23")).course

    assert expired(course, date(2026, 11, 23)) == ()
    assert [str(problem) for problem in expired(course, DAY)] == [
        "material/ovning: bäst före var 2026-11-23; granska texten och skriv en ny dag"
    ]


# --- what a course comes to ---


def test_statistics_count_minutes_words_questions_and_goals():
    course = load_course(SOURCES).course
    (line,) = statistics.lines(course)

    assert (line.module, line.mandatory, line.minutes, line.words) == ("modul", True, 5, 9)
    assert (dict(line.types), line.questions, line.stars, line.goals) == ({"enval": 2}, 2, 1, 1)
    assert statistics.mandatory_minutes(course) == 5
    assert (
        statistics.median_lix([line]) == line.lix == pytest.approx(9 / 4 + 100 * 2 / 9)
    )  # four sentences, two long words


def test_only_mandatory_modules_count_towards_the_minutes():
    sources = course_sources(modules=("modul", "extra"))
    path = "modules/kurs/course.toml"
    sources = changed(sources, path, 'mandatory = ["modul", "extra"]', 'mandatory = ["modul"]')

    assert statistics.mandatory_minutes(load_course(sources).course) == 5


def test_the_matrices_show_what_answers_and_what_nothing_answers():
    course = load_course(SOURCES).course
    shown = {each.title: [(row.name, row.answers) for row in each.rows] for each in matrix.matrices(course)}

    assert shown == {
        "Rekommendation × innehåll": [("R1", ("modul", "ovning", "ordlista", "ratt-vag"))],
        "Revisionsfråga × innehåll": [("Fråga 1", ())],
        "Handling × innehåll": [("001 Ett yttrande", ("modul",))],
    }
    assert GAP in told(SOURCES)
    assert matrix.matrices(load_course(course_sources()).course) == []


def test_a_material_answers_the_recommendations_that_its_head_names():
    path = "modules/kurs/material/ovning.md"
    course = load_course(changed(SOURCES, path, "rekommendationer: 1\n", "")).course

    assert load_course(SOURCES).course.audit.recommendations[0].materials == ("ovning", "ordlista", "ratt-vag")
    assert course.audit.recommendations[0].materials == ("ovning", "ordlista", "ratt-vag")
    claims_alone = changed(SOURCES, "modules/kurs/revision.toml", 'materials = ["ovning"]', "materials = []")
    assert load_course(claims_alone).course.audit.recommendations[0].materials == ("ordlista", "ovning", "ratt-vag")


def test_forms_tracks_and_modules_without_a_scenario_are_gaps():
    course = load_course(SOURCES | scenario_sources(tracks="eb, am")).course
    shown = {each.title: each.gaps for each in matrix.matrices(course)}

    assert shown["Form × scenario"] == ["trakasserier", "våld", "skadegörelse", "korruption"]
    assert shown["Modul och spår × scenario"] == ["modul, ifo", "modul, te", "modul, sg"]
    everybody = load_course(SOURCES | scenario_sources()).course
    assert {each.title: each.gaps for each in matrix.matrices(everybody)}["Modul och spår × scenario"] == []
    gap = "quizzes/kurs/scenarier: inget scenario för modul, ifo"
    assert gap in [str(problem) for problem in matrix.gaps(course)]
