"""Who should review a text and who has: heads, what the page says, and what is not published before."""

from datetime import date

import pytest
from world import course_sources

from course.content.front_matter import Head
from course.content.load import load_course
from course.content.model import TextReview
from course.content.review import read_reviews, told, unpublishable, waiting

READ_ON = date(2026, 11, 22)


def reviews_of(**pairs):
    faults = []
    head = Head(pairs, {key: line for line, key in enumerate(pairs, start=2)}, (), 9)
    return read_reviews(head, lambda *fault: faults.append(fault)), faults


def course_with(head):
    """The course of the tests whose one module has more in its head."""
    sources = course_sources()
    path = "modules/kurs/modul.md"
    return load_course({**sources, path: sources[path].replace("granskad:", f"{head}\ngranskad:", 1)})


def test_those_who_should_review_wait_until_they_have():
    found, faults = reviews_of(granskas="hr, jurist", granskat="jurist 2026-12-03; säkerhet 2026-12-04")

    assert found == (
        TextReview("jurist", date(2026, 12, 3)),
        TextReview("hr", None),
        TextReview("säkerhet", date(2026, 12, 4)),
    )
    assert faults == []
    assert reviews_of() == ((), [])


@pytest.mark.parametrize(
    ("pairs", "fault"),
    [
        ({"granskas": "jursit"}, (2, "okänd granskare ”jursit”; menade du ”jurist”?")),
        ({"granskat": "jursit 2026-12-03"}, (2, "okänd granskare ”jursit”; menade du ”jurist”?")),
        ({"granskat": "jurist"}, (2, "skriv vem och vilken dag, som ”jurist 2026-12-03”, inte ”jurist”")),
        (
            {"granskat": "jurist 2026-13-03"},
            (2, "skriv vem och vilken dag, som ”jurist 2026-12-03”, inte ”jurist 2026-13-03”"),
        ),
    ],
)
def test_a_reviewer_or_a_day_that_there_is_not_is_a_fault(pairs, fault):
    assert reviews_of(**pairs) == ((), [fault])


def test_a_page_says_who_has_reviewed_it_and_who_has_not():
    assert told(READ_ON) == "Redaktionen läste senast 22\u00a0november 2026."
    assert told(READ_ON, (TextReview("jurist", None),)).endswith("2026. Ingen jurist har granskat texten än.")
    assert told(READ_ON, (TextReview("jurist", date(2026, 12, 3)), TextReview("suicidprevention", None))).endswith(
        "2026. En jurist granskade texten 3\u00a0december 2026."
        " Ingen med suicidpreventiv kompetens har granskat texten än."
    )
    assert told(READ_ON, (TextReview("jurist", None), TextReview("hr", None), TextReview("säkerhet", None))).endswith(
        "2026. Ingen jurist, ingen på HR och ingen säkerhetssamordnare har granskat texten än."
    )


def test_only_a_text_on_suicide_that_nobody_has_reviewed_is_kept_from_publishing():
    asked = course_with("granskas: jurist, suicidprevention")
    done = course_with("granskas: jurist, suicidprevention\ngranskat: suicidprevention 2026-12-03")
    module = f"modules/{asked.course.modules[0].id}"

    assert (asked.problems, done.problems) == ((), ())
    assert waiting(asked.course) == {"jurist": [module], "suicidprevention": [module]}
    assert [problem.path for problem in unpublishable(asked.course)] == [module]
    assert waiting(done.course) == {"jurist": [module]}
    assert unpublishable(done.course) == ()
