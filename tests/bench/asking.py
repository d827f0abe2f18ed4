"""The question engine: a long question file is read, many attempts are graded, and graded anew in the database."""

import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from statistics import median
from uuid import UUID, uuid4

from ground import Ground
from outcome import Outcome, timed
from sqlalchemy import insert

from course import migrate
from course.cli.quiz import AT_ONCE
from course.config import PROJECT
from course.content.actions import publish
from course.content.model import Quiz
from course.content.queries import Published, current, newest_release_id
from course.content.question_file import read_quiz
from course.content.source import Folder
from course.db import transaction
from course.items import Item
from course.organisation.tables import Person
from course.quiz.grading import grade
from course.quiz.tables import Attempt, Mark, Response, Result
from course.regrade.actions import RegradeCounts, regrade

QUESTIONS, ATTEMPTS, ITEMS, ROUNDS = 1000, 10_000, 20, 3
SLOWEST_FILE, SLOWEST_GRADING = 1.0, 2.0
HEAD = "---\nquiz: fragor\ntitel: Frågor\nmodul: modul\ngodkänt: 80 %\n---\n\n"
OTHERS = """\
## Steg {#steg .ordna avsnitt=borjan}
I vilken ordning?

1. Sätt dig i säkerhet {#a}
2. Larma {#b}
3. Berätta för chefen {#c}
4. Skriv en avvikelse {#d}

### Förklaring
Din säkerhet går först.

## Par {#par .para avsnitt=borjan}
Vad hör ihop?

- Hot via sms -> Spara meddelandet {#sms}
- Slag mot kroppen -> Sök vård {#slag}
- -> Radera allt {#radera}

### Förklaring
Spara det som kan vara bevis.

## Dygn {#dygn .tal avsnitt=borjan}
Hur många timmar?

= 24 ± 2 h
= 48 (50 %)

### Förklaring
Inom ett dygn.

## Ordet {#ordet .kortsvar avsnitt=borjan}
Vad kallas rapporten?

= avvikelse
= tillbudsanmälan (50 %)

### Förklaring
Det heter avvikelse.

"""
"""A question of every type with points that the course itself does not use."""
COURSE = """\
id = "kurs"
title = "En kurs"
audience = "employee"
edition = 1
edition_from = 2025-01-01
modules = ["modul"]
mandatory = ["modul"]
owner = "Utbildning"
reviewed_on = 2026-01-01
best_before = 2030-01-01
"""
MODULE = """\
---
id: modul
titel: Modulen
minuter: 5
quiz: fragor
mål: Du kan något
källor: F1
ägare: Utbildning
granskad: 2026-01-01
bäst_före: 2030-01-01
---
**Det viktigaste**

- En sak
- En till
- En tredje

## Början {#borjan}
Text. Rapportera i: [RAPPORTSYSTEM]
"""


def measure(ground: Ground) -> Iterator[Outcome]:
    """The course's own questions over and over with new ids, and one of every other type beside them."""
    text = HEAD + "".join(_questions(QUESTIONS))
    yield _timed(f"a question file of {QUESTIONS} questions is read", lambda: _read(text), SLOWEST_FILE)
    quiz = _read(HEAD + "".join(_questions(ITEMS)))
    paper = tuple(quiz.items.values())
    answers = _answers(paper)
    what = f"{ATTEMPTS} attempts of {len(paper)} questions of {len({item.type for item in paper})} types are graded"
    yield _timed(what, lambda: [grade(quiz, paper, each) for each in answers], SLOWEST_GRADING)
    yield _graded_anew(ground, paper, answers)


def _timed(what: str, run: Callable[[], object], goal: float) -> Outcome:
    walls, cpus = [], []
    for _ in range(ROUNDS):
        began, before = time.perf_counter(), time.process_time()
        run()
        walls.append(time.perf_counter() - began)
        cpus.append(time.process_time() - before)
    return timed(what, median(walls), median(cpus), goal)


def _read(text: str) -> Quiz:
    faults: list[tuple[int, str]] = []
    quiz, _ = read_quiz(text, {}, lambda line, message: faults.append((line, message)))
    assert quiz, faults
    assert not faults, faults
    return quiz


def _questions(count: int) -> Iterator[str]:
    """So many questions as authors wrote them for modules, every fourth of another type, each with an id of its own."""
    own = [
        question
        for path in sorted((PROJECT / "quizzes" / "hot-och-vald").glob("*.md"))
        if not path.name.startswith("kunskap-")
        for question in _split(path.read_text(encoding="utf-8"))
    ]
    others = cycle(_split(OTHERS))
    for number, question in enumerate(islice(cycle(own), count)):
        text = next(others) if number % 4 == 3 else question
        text = re.sub(r"avsnitt=[a-z0-9-]+", "avsnitt=borjan", text, count=1)
        text = re.sub(r"mål=[0-9]+", "mål=1", text, count=1)
        yield re.sub(r"\{#([a-z0-9-]+)", rf"{{#\1-{number}", text, count=1)


def _split(text: str) -> list[str]:
    return [f"## {part}" for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]]


def _answers(paper: Sequence[Item]) -> list[dict[str, object]]:
    """{item: answer} of every attempt: three right of four."""
    lot = random.Random(1)
    return [
        {
            item.id: item.right_answer if lot.random() < 0.75 else lot.choice(item.wrong_answers or [item.right_answer])
            for item in paper
        }
        for _ in range(ATTEMPTS)
    ]


def _graded_anew(ground: Ground, paper: Sequence[Item], answers: Sequence[dict[str, object]]) -> Outcome:
    """Everybody's marks were nothing and each gains: the most that grading anew can have to write."""
    instance = ground.instance("asking")
    migrate.upgrade(instance.app)
    sources = {
        "modules/kurs/course.toml": COURSE,
        "modules/kurs/modul.md": MODULE,
        "quizzes/kurs/modul.md": HEAD + "".join(_questions(len(paper))),
    }
    with instance.app.app_context():
        with transaction() as (db, at):
            publish(db, Folder(sources, {}, ()), change="language", accept_keys=False, by=None, at=at)
            release = current(db, newest_release_id(db))["kurs"]
            for table, rows in _rows(release, answers, at).items():
                db.execute(insert(table), rows)
        graded, waits = RegradeCounts(), []
        before = time.process_time()
        for start in range(1, ATTEMPTS + 1, AT_ONCE):
            began = time.perf_counter()
            with transaction() as (db, at):
                people = range(start, start + AT_ONCE)
                graded += regrade(db, "kurs", "fragor", people, release=release, reason="bench", by=None, at=at)
            waits.append(time.perf_counter() - began)
        cpu = time.process_time() - before
    assert graded.better == ATTEMPTS
    return Outcome(
        f"the same graded anew on SQLite, {AT_ONCE} at once, which completes {graded.completions} modules and courses",
        f"{sum(waits):.1f} s, {cpu:.1f} s CPU; a learner waits {max(waits):.2f} s at the most",
    )


def _rows(release: Published, answers: Sequence[dict[str, object]], at: object) -> dict[type, list[dict[str, object]]]:
    """The rows of one attempt for each person, all marked with nothing."""
    ids: list[UUID] = [uuid4() for _ in answers]
    numbers = range(1, len(answers) + 1)
    of = {"quiz": "fragor", "course": "kurs", "release_id": release.id, "number": 1, "seed": 1, "started_at": at}
    none = {"sequence": 1, "points": 0}
    return {
        Person: [{"id": number, "key": f"p{number}", "name": f"Namn {number}"} for number in numbers],
        Attempt: [{"id": each, "person_id": number, **of} for each, number in zip(ids, numbers, strict=True)],
        Response: [
            {"attempt_id": each, "item": item, "answer": answer, "answered_at": at}
            for each, given in zip(ids, answers, strict=True)
            for item, answer in given.items()
        ],
        Mark: [
            {"attempt_id": each, "item": item, **none}
            for each, given in zip(ids, answers, strict=True)
            for item in given
        ],
        Result: [
            {"attempt_id": each, **none, "of": ITEMS * 1_000_000, "passed": False, "stars": [], "graded_at": at}
            | {"reason": "submitted"}
            for each in ids
        ],
    }
