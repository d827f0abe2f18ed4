"""Questions as their authors write them, for the tests of the question types."""

from course.content.question_file import read_quiz
from course.errors import Invalid

HEAD = """\
---
quiz: q
titel: Frågor
modul: m
---
"""
FIRST_LINE = HEAD.count("\n") + 1
"""The line on which the first question of a file begins."""
HOSTILE = ["\0", "a\0b", "x" * 10_000, "'; DROP TABLE x; --", "<script>alert(1)</script>", "\ud800", "９", "½", "NaN"]


def read(text, pictures=()):
    """The quiz of a whole file, and what was wrong with it, in the order of the lines."""
    faults = []
    quiz, _ = read_quiz(text, dict.fromkeys(pictures, "d1g35t"), lambda *fault: faults.append(fault))
    return quiz, sorted(faults)


def faults(body):
    """What is wrong with the questions of a file; their first line is FIRST_LINE."""
    return read(HEAD + body)[1]


def only(body):
    """The one question of a file without faults."""
    quiz, found = read(HEAD + body)
    assert found == []
    (item,) = quiz.items.values()
    return item


def refusal(item, form):
    """What the sender of a form is told; '' when it has an answer."""
    try:
        item.read(form)
    except Invalid as refused:
        return str(refused)
    return ""
