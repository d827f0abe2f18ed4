"""What the real texts say of the audit, of the course and of their own review is so."""

import re
import tomllib
from datetime import date

import pytest

from course.config import PROJECT
from course.content import matrix, review
from course.content.load import load_course
from course.content.markup import plain
from course.content.source import course_folders
from course.content.statistics import mandatory_minutes

FOLDERS = course_folders(PROJECT)
COURSES = {name: load_course(folder.sources).course for name, folder in FOLDERS.items()}
COURSE = COURSES["hot-och-vald"]
TO_REVIEW = COURSE.material("att-granska")
COLUMN = {
    "jurist": "jurist",
    "suicidpreventiv kompetens": "suicidprevention",
    "hr": "hr",
    "säkerhetssamordnare": "säkerhet",
}
"""{what the list to review calls somebody: the key of review.REVIEWERS}."""
OFFICIALS = "Förtroendevaldas del"
EVERYWHERE = {"Alla", "Sidfoten", "Stöd"}


def text_of(part):
    return plain(part.lead + "".join(f"{section.title} {section.html}" for section in part.sections))


def everything_about(name):
    """All that a learner reads of a module or a material, its questions and scenarios too."""
    return " ".join(
        text
        for path, text in FOLDERS["hot-och-vald"].sources.items()
        if f"\nmodul: {name}\n" in text or is_of(path, name)
    )


def is_of(path, name):
    return re.search(rf"^(id|material): {name}$", FOLDERS["hot-och-vald"].sources[path], re.MULTILINE) is not None


def rows_to_review():
    """[(where, what, who)] of the tables of the list to review."""
    source = FOLDERS["hot-och-vald"].sources["modules/hot-och-vald/material/att-granska.md"]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in source.split("\n") if line[:2] == "| "]
    return [
        (row[0].split(", "), row[1], [who.lower() for who in row[2].split(", ")]) for row in cells if row[0] != "Var"
    ]


def texts():
    """{id: module or material} of every course; the officials' modules by one name."""
    return {text.id: text for text in (*COURSE.modules, *COURSE.materials)}


def test_the_list_to_review_names_only_what_there_is():
    known = {*texts(), *(module.id for module in COURSES["fortroendevalda"].modules), OFFICIALS, *EVERYWHERE}

    assert rows_to_review()
    assert {where for places, _, _ in rows_to_review() for where in places} - known == set()


def test_what_the_list_to_review_quotes_stands_in_the_texts_that_it_names():
    quoted = [
        (where, quote)
        for where, what, _ in rows_to_review()
        if not set(where) & {*EVERYWHERE, OFFICIALS}
        for quote in re.findall("”([^”]+)”", what)
    ]

    assert len(quoted) > 5
    assert [each for each in quoted if not any(each[1] in everything_about(name) for name in each[0])] == []


@pytest.mark.parametrize("named", ["Riksrevisionen", "Statskontoret", "Folkhälsomyndigheten"])
def test_a_reviewer_is_asked_of_an_authority_only_where_the_course_cites_it(named):
    asked = [where for where, what, _ in rows_to_review() if named in what]

    assert [where for where in asked if not any(named in text_of(texts()[name]) for name in where)] == []


def test_a_text_waits_for_those_that_the_list_to_review_names():
    wanted = {}
    for where, _, who in rows_to_review():
        for name in where:
            wanted.setdefault(name, set()).update(COLUMN[each] for each in who if each in COLUMN)

    heads = {text.id: {each.by for each in text.reviews} for text in texts().values()}
    assert {name: who for name, who in heads.items() if who} == {
        name: who for name, who in wanted.items() if name in heads and who
    }
    officials = {each.by for module in COURSES["fortroendevalda"].modules for each in module.reviews}
    assert officials == wanted[OFFICIALS]


def test_what_must_not_be_published_before_a_review_is_what_the_list_says():
    (section,) = [section for section in TO_REVIEW.sections if section.id == "forst"]
    first = plain(section.html).partition("Publicera inte ")[2].partition(" förrän")[0]

    assert set(re.split(", | eller ", first)) == {
        path.partition("/")[2] for path in review.waiting(COURSE)[review.BEFORE_PUBLISHING]
    }


def test_every_fact_that_nobody_has_checked_and_a_text_rests_on_is_in_the_list_to_review():
    resting = {
        fact
        for course in COURSES.values()
        for part in (*course.modules, *course.materials, *course.scenarios.values())
        for fact in part.sources
        if part is not TO_REVIEW and COURSE.facts[fact].certainty == "okontrollerad"
    }
    listed = set(re.findall(r"F\d+", text_of(TO_REVIEW)))

    assert "F64" in resting
    assert resting - listed == set()


def test_what_is_called_checked_does_not_say_that_it_is_not():
    said = [fact.id for fact in COURSE.facts.values() if fact.certainty == "kontrollerad"]

    assert [
        each for each in said if re.search("inte kontroll|i andra hand|enligt Lagpunkten", COURSE.facts[each].source)
    ] == []


def test_what_answers_for_the_plan_against_welfare_crime_names_the_plan():
    r7, q6 = COURSE.audit.recommendations[6], COURSE.audit.questions[5]

    assert (r7.number, q6.number) == (7, 6)
    for name in {*r7.modules, *r7.materials, *q6.modules} | {each for each in q6.materials if "/" not in each}:
        assert "[LÄNK_HANDLINGSPLAN]" in everything_about(name), name
    assert "länk" in r7.note


def test_an_instrument_alone_answers_nothing():
    for each in matrix.matrices(COURSE):
        assert [row.name for row in each.rows if any("instrument" in answer for answer in row.answers)] == []
    (row,) = [row for row in matrix.matrices(COURSE)[0].rows if row.name == "R5"]
    assert row.coming == ("instrument/sjalvskattning",)


def test_the_invitation_says_the_minutes_of_the_mandatory_modules():
    invitation = text_of(COURSE.material("chefsguide"))

    assert re.search(r"ungefär (\d+) minuter", invitation)[1] == str(mandatory_minutes(COURSE))


def test_the_example_of_local_values_asks_for_the_plan_that_the_course_shows():
    lines = (PROJECT / "instance" / "lokalt.example.toml").read_text(encoding="utf-8").split("\n")
    comment = lines[lines.index('"LÄNK_HANDLINGSPLAN" = ""') - 1]

    assert "brott i välfärden" in comment
    assert "brott i välfärden" in everything_about("mutor-och-jav").partition("[LÄNK_HANDLINGSPLAN]")[0].split("\n")[-1]


def test_a_survey_sorts_a_hinted_threat_as_the_course_does():
    survey = COURSE.instruments["fore-efter"]
    labels = [plain(part.html) for item in survey.items.values() for part in item.parts]

    assert "Hot, även antydda" in " ".join(labels)
    assert [label for label in labels if "antydning" in label] == []


def test_an_elected_official_tells_one_and_the_same_of_a_gift():
    source = FOLDERS["fortroendevalda"].sources
    told = [
        source["modules/fortroendevalda/02-mitt-eget-ansvar.md"].partition("{#gavor}")[2],
        source["modules/fortroendevalda/material/ratt-vag.md"].partition("{#gava-eller-muta}")[2].partition("\n## ")[0],
        source["quizzes/fortroendevalda/scenarier/krogen-och-biljetten.md"],
    ]

    assert ["ämndsekreteraren" in text for text in told] == [True, True, True]
    assert [re.findall("berätta[rt]? (?:också )?för (nämnden|ordföranden)", text, re.IGNORECASE) for text in told] == [
        [],
        [],
        [],
    ]


def test_a_document_whose_day_nobody_knows_says_so():
    audit = tomllib.loads(FOLDERS["hot-och-vald"].sources["modules/hot-och-vald/revision.toml"])

    assert {each["id"]: each.get("date") for each in audit["document"]} == {
        "000": date(2023, 8, 11),
        "001": date(2023, 10, 13),
        "002": None,
        "003": None,
        "004": date(2021, 10, 19),
    }
    assert [each.dated for each in COURSE.audit.documents][:3] == [
        "11\u00a0augusti 2023",
        "13\u00a0oktober 2023",
        "2020 (dag framgår inte)",
    ]
