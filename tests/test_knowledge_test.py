"""What a question says of itself beside its text, and the knowledge test that a module may have."""

import pytest
from questions import FIRST_LINE, faults, only
from world import course_sources

from course.content.load import load_course
from course.content.model import KNOWLEDGE_TEST

QUESTION = """\
## Dörren {#dorren .enval mål=2 form=B ny=ja}
Vad gör du?

- [x] Går {#gar}
  > Ja.
- [ ] Stannar {#stannar}
  > Nej.
"""
TEST = """\
---
quiz: kunskap-modul
titel: Vad du kan
modul: modul
godkänt: 80 %
slag: kunskapstest
---

## Första {#ett .enval form=A mål=1}
Vad gör du?

- [x] Det rätta {#ratt}
  > Ja.
- [ ] Det andra {#fel}
  > Nej.

## Andra {#tva .enval form=B mål=1}
Vad gör du här?

- [x] Det rätta {#ratt}
  > Ja.
- [ ] Det andra {#fel}
  > Nej.
"""
PATH, QUIZ, MODULE = "quizzes/kurs/kunskap.md", "quizzes/kurs/modul.md", "modules/kurs/modul.md"


def sources(**files):
    return {**course_sources(), PATH: TEST, **files}


def problems(*changes):
    """(path, line, message) of the course with changes (path, old text, new text)."""
    texts = sources()
    for path, old, new in changes:
        assert texts[path].count(old) == 1
        texts[path] = texts[path].replace(old, new)
    return [tuple(problem) for problem in load_course(texts).problems]


def test_a_question_says_its_goal_its_form_and_whether_the_situation_is_new():
    said, silent = only(QUESTION), only(QUESTION.replace(" mål=2 form=B ny=ja", " ny=nej"))

    assert (said.goal, said.form, said.new) == (2, "B", True)
    assert (silent.goal, silent.form, silent.new) == (0, "", False)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("mål=2", "mål=0", "”mål” ska vara målets nummer i modulens huvud, från 1, inte ”0”"),
        ("mål=2", "mål=två", "”mål” ska vara målets nummer i modulens huvud, från 1, inte ”två”"),
        ("mål=2", "mal=2", "okänd nyckel ”mal”; menade du ”mål”?"),
        ("form=B", "form=C", "”form” ska vara A eller B, inte ”C”"),
        ("ny=ja", "ny=jo", "”ny” ska vara ja eller nej, inte ”jo”"),
    ],
)
def test_a_mark_that_is_wrong_is_told_on_its_line(old, new, message):
    assert faults(QUESTION.replace(old, new)) == [(FIRST_LINE, message)]


def test_a_module_may_have_a_knowledge_test_beside_its_quiz():
    loaded = load_course(sources())

    assert loaded.problems == ()
    assert {quiz.id: quiz.kind for quiz in loaded.course.quizzes.values()} == {
        "kunskap-modul": KNOWLEDGE_TEST,
        "modul-fragor": "",
    }


@pytest.mark.parametrize(
    ("path", "old", "new", "line", "message"),
    [
        (PATH, "slag: kunskapstest", "slag: kunskapsprov", 6, "okänt slag ”kunskapsprov”; menade du ”kunskapstest”?"),
        (PATH, "#tva .enval form=B mål=1", "#tva .enval form=B mål=2", 17,
         "mål=2 finns inte; modulen har 1 mål i sitt huvud"),
        (PATH, "form=B mål=1", "form=B mål=1 avsnitt=borjan", 17,
         "frågor i ett kunskapstest hör inte till något avsnitt; ta bort avsnitt="),
        (PATH, "form=B mål=1", "mål=1", 17, "frågan saknar form; skriv form=A eller form=B"),
        (PATH, "form=B mål=1", "form=B", 6,
         "form A och B ska ha lika många frågor på varje mål; jämför mål= i frågorna"),
        (QUIZ, "#forsta .enval", "#forsta .enval form=A", 8,
         "form= hör till kunskapstest; ta bort den, eller skriv ”slag: kunskapstest” i huvudet"),
        (QUIZ, "#forsta .enval", "#forsta .enval mål=3", 8, "mål=3 finns inte; modulen har 1 mål i sitt huvud"),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_module_is_told_on_its_line(path, old, new, line, message):
    assert (path, line, message) in problems((path, old, new))
    assert path == PATH or len(problems((path, old, new))) == 1


def test_a_knowledge_test_is_not_the_modules_quiz():
    assert problems((MODULE, "quiz: modul-fragor", "quiz: kunskap-modul")) == [
        (MODULE, 5, "”kunskap-modul” är ett kunskapstest; modulen behöver en egen quiz bredvid det"),
        (QUIZ, 4, "modulen ”modul” har inte raden ”quiz: modul-fragor” i sitt huvud; skriv den"),
    ]


def test_a_module_has_one_knowledge_test():
    texts = sources(**{"quizzes/kurs/tva.md": TEST.replace("quiz: kunskap-modul", "quiz: kunskap-tva")})

    assert [tuple(problem) for problem in load_course(texts).problems] == [
        ("quizzes/kurs/tva.md", 4, "modulen har redan ett kunskapstest i quizzes/kurs/kunskap.md; ta bort ett")
    ]


def test_a_quiz_needs_a_question_with_points():
    body = "## Plan {#plan .fritext avsnitt=borjan}\nVem ringer du?\n"
    head = course_sources()[QUIZ].partition("## ")[0]

    assert [tuple(problem) for problem in load_course({**course_sources(), QUIZ: head + body}).problems] == [
        (QUIZ, 2, "ingen fråga har poäng; lägg till en av en annan typ än fritext och skala")
    ]


def test_each_form_needs_a_question_with_points_and_a_test_has_no_draw_and_no_limit_of_tries():
    body = "\n## Plan {#plan .fritext form=B mål=1}\nVem ringer du?\n"
    texts = sources()
    texts[PATH] = texts[PATH].partition("## Andra")[0].replace("slag:", "dra: 1\nförsök: 2\nslag:") + body

    assert [(problem.line, problem.message) for problem in load_course(texts).problems] == [
        (6, "ett kunskapstest görs en gång i varje form; ta bort ”dra”"),
        (7, "ett kunskapstest görs en gång i varje form; ta bort ”försök”"),
        (8, "form B har ingen fråga med poäng; lägg till en"),
    ]
