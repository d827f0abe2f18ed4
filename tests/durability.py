"""What must hold when the server is killed, when many write at once, and when the disk is full.

    .venv/bin/python tests/durability.py kills [--kills 100] [--learners 16]
    .venv/bin/python tests/durability.py writers [--processes 2] [--threads 16]
    .venv/bin/python tests/durability.py disk

Each works in a folder that is gone afterwards, prints what it measured, and ends with status 1 when anything that was
acknowledged is lost, doubled or invented, or an answer was one that no learner should see. `test_durability.py` runs
the same in short; only this script minds how long anything took.
"""

# ruff: noqa: E402 - the path to the project comes before the imports that need it

import argparse
import json
import logging
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from threading import Event, Thread
from uuid import UUID

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from answering import Asked, asked
from browsing import PASSWORD, PASSWORD_HASH, Page
from reaper import Watched
from served import TOKEN, Answer, Away, Client, Lost, Server, environment, served, wait_until
from sqlalchemy import func, select, text

from course import create_app
from course.access.actions import set_password
from course.access.tables import Throttle
from course.audit.queries import first_broken
from course.config import PROJECT, load_settings
from course.content.queries import published
from course.db import database, transaction
from course.items import Item
from course.organisation.actions import Terms, add_membership, add_person, add_unit
from course.quiz.paper import read_form
from course.quiz.queries import attempt as find_attempt
from course.quiz.tables import Attempt, Response, Result

COURSE, MODULE = "hot-och-vald", "otillaten-paverkan"
QUESTION = re.compile(r"/forsok/([0-9a-f-]{36})/fraga/([a-z0-9-]+)$")
LONGEST_RESTART, LONGEST_WAIT = 10, 150
"""What is promised: seconds until a killed server answers again, milliseconds that one of 32 writers waits."""


Given = frozenset[tuple[str, str]]
"""A form without its token: every (field, value)."""


def instance_with(folder: Path, learners: int, **more: str) -> list[str]:
    """Prepare the folder as `make run DEMO=no` does, with so many learners who have a password; gives their keys."""
    given = {**environment(folder), **more}
    init = [sys.executable, "-m", "flask", "--app", "wsgi", "data", "init", "--real"]
    subprocess.run(init, cwd=PROJECT, env=given, check=True, capture_output=True)
    app = create_app(load_settings(given))
    keys = [f"larande-{number}" for number in range(learners)]
    with app.app_context():
        with transaction() as (db, at):
            unit = add_unit(db, code="IFO", name="IFO", since=at.date(), by=None, at=at)
            for key in keys:
                person = add_person(db, key=key, name=f"Påhittad {key}", email=None, by=None, at=at)
                add_membership(db, person.id, Terms(unit, "Handläggare", at.date()), by=None, at=at)
                set_password(db, person.id, PASSWORD_HASH, by=None, at=at)
        database.engine.dispose()
    return keys


class Learner(Thread):
    """Signs in, answers question after question, and notes what was sent and what was acknowledged.

    An answer whose fate is unknown is sent again, sometimes as another one: the first that came must stand.
    """

    def __init__(self, server: Server, key: str, enough: Event, cut: float = 0.2) -> None:
        super().__init__(daemon=True)
        self.client = Client(server)
        self.key, self.enough, self.cut = key, enough, cut
        self.chance = random.Random(key)
        self.at = ""
        self.pending: tuple[tuple[str, str], dict[str, list[str]], Asked] | None = None
        """The question, the form and what was asked, until an answer to it is acknowledged."""
        self.sent: dict[tuple[str, str], list[Given]] = {}
        self.acknowledged: dict[tuple[str, str], set[Given]] = {}
        """{(attempt, item): the answers that may be stored}."""
        self.statuses: Counter[int] = Counter()
        self.waits: list[float] = []
        self.broken = 0
        self.kept = 0
        """How often a page said that the answer was not saved, and had it ticked."""
        self.faults: list[str] = []

    def run(self) -> None:
        while not self.enough.is_set():
            try:
                self._step()
            except Lost as fault:
                self.broken += 1
                time.sleep(0.3 if isinstance(fault, Away) else 0.02)
            except Exception as fault:  # noqa: BLE001 - whatever it is, the script must tell it
                self.faults.append(repr(fault))
                time.sleep(0.2)
        self.client.close()

    def _ask(self, method: str, path: str, form: dict[str, list[str]] | None = None, *, cut: bool = False) -> Answer:
        answer = self.client.ask(method, path, form, cut=cut)
        self.statuses[answer.status] += 1
        return answer

    def _step(self) -> None:
        if self.pending:
            self._answer(*self.pending)
        elif not self.at:
            self._sign_in()
        else:
            self._read(self._ask("GET", self.at))

    def _sign_in(self) -> None:
        page = self._ask("GET", "/logga-in")
        if page.status == 303:
            self.at = "/kurs/"
        elif page.status == 200:
            form = {"csrf_token": TOKEN.search(page.text)[1], "namn": self.key, "losenord": PASSWORD}
            if self._ask("POST", "/logga-in", form).status == 303:
                self.at = "/kurs/"

    def _read(self, page: Answer) -> None:
        if page.status == 503:
            time.sleep(0.1)
            return
        question = QUESTION.search(self.at)
        wanted = asked(Page(page)) if question else None
        if wanted:
            form = {"csrf_token": [TOKEN.search(page.text)[1]], **wanted.pick(self.chance)}
            self.pending = (question[1], question[2]), form, wanted
        elif question and page.status == 200:
            self.at = f"/forsok/{question[1]}"
        elif page.status == 303 and "/forsok/" in (page.location or ""):
            self.at = page.location
        else:
            self._begin()

    def _begin(self) -> None:
        page = self._ask("GET", "/stod")
        if page.status == 200:
            form = {"csrf_token": TOKEN.search(page.text)[1], "kurs": COURSE, "modul": MODULE}
            self.at = self._ask("POST", "/forsok", form).location or self.at

    def _answer(self, question: tuple[str, str], form: dict[str, list[str]], wanted: Asked) -> None:
        if question in self.sent and self.chance.random() < 0.2:
            form = {**form, **wanted.pick(self.chance)}
        given = _given(form)
        earlier = self.sent.setdefault(question, [])
        earlier.append(given)
        url = f"/forsok/{question[0]}/fraga/{question[1]}"
        began = time.perf_counter()
        try:
            answer = self._ask("POST", url, form, cut=self.chance.random() < self.cut)
        except Away:
            earlier.pop()
            raise
        self.waits.append((time.perf_counter() - began) * 1000)
        if answer.status == 303:
            may_be = {given} if answer.location == url else set(earlier) - {given}
            self.acknowledged[question] = self.acknowledged.get(question, may_be) & may_be
            self.pending, self.at = None, answer.location.partition("?")[0]
        elif answer.status == 503:
            self._check_kept(answer, given)
            time.sleep(0.1)
        else:
            self.faults.append(f"an answer met {answer.status} {answer.location}")
            self.pending = None

    def _check_kept(self, answer: Answer, given: Given) -> None:
        page = Page(answer)
        button = next(iter({"Svara", "Skicka svaret igen"} & set(page.texts("button"))), None)
        if button and _given(page.sends(button)) == given and answer.retry_after:
            self.kept += 1
        else:
            self.faults.append(f"a refused answer was not kept: {page.h1}")


@contextmanager
def learning(server: Server, keys: list[str], cut: float = 0.2) -> Iterator[list[Learner]]:
    """Learners at work for as long as the block lasts."""
    enough = Event()
    learners = [Learner(server, key, enough, cut) for key in keys]
    for learner in learners:
        learner.start()
    try:
        yield learners
    finally:
        enough.set()
        for learner in learners:
            learner.join(90)


def triggers(server: Server) -> list[tuple[str, str]]:
    return server.rows("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")


def found_wrong(server: Server, learners: list[Learner]) -> dict[str, int]:
    """{what is wrong with what is stored: how often}; empty when everything is as it was acknowledged."""
    app = create_app(load_settings({**environment(server.instance), **server.more}))
    with app.app_context():
        db = database.session
        rows = db.execute(select(Response.attempt_id, Response.item, Response.answer)).all()
        stored = {(str(row.attempt_id), row.item): row.answer for row in rows}
        sent = {question: answers for learner in learners for question, answers in learner.sent.items()}
        acknowledged = {question: may for learner in learners for question, may in learner.acknowledged.items()}
        seeds = {str(number): seed for number, seed in db.execute(select(Attempt.id, Attempt.seed))}
        read = {
            question: {given: read_form(item, _form(given), seeds[question[0]]) for given in sent.get(question, ())}
            for question in stored
            for item in [_items(db, UUID(question[0]))[question[1]]]
        }
        wrong = {
            "lost": sum(
                question not in stored or stored[question] not in [read[question][given] for given in may]
                for question, may in acknowledged.items()
            ),
            "invented": sum(answer not in read[question].values() for question, answer in stored.items()),
            "doubled": len(rows) - len(stored) + _twice(db, Result.attempt_id) + _twice(db, *_NUMBERED),
            "half written": sum(_is_half(db, attempt) for attempt in db.scalars(select(Attempt.id)).all()),
            "broken audit": first_broken(db) is not None,
        }
        if db.get_bind().dialect.name == "sqlite":
            wrong["integrity"] = db.scalar(text("PRAGMA integrity_check")) != "ok"
            wrong["foreign keys"] = len(db.execute(text("PRAGMA foreign_key_check")).all())
        db.close()
        database.engine.dispose()
    return {what: int(count) for what, count in wrong.items() if count}


def _given(form: dict[str, list[str]]) -> Given:
    return frozenset((name, value) for name, values in form.items() if name != "csrf_token" for value in values)


def _form(given: Given) -> dict[str, list[str]]:
    return {name: sorted(value for field, value in given if field == name) for name, _ in given}


_NUMBERED = (Attempt.person_id, Attempt.course, Attempt.quiz, Attempt.number)


def _twice(db, *columns) -> int:
    return len(db.execute(select(*columns).group_by(*columns).having(func.count() > 1)).all())


def _is_half(db, attempt_id: UUID) -> bool:
    """Whether an attempt is graded without all its answers, or has them all and no grade."""
    taken = find_attempt(db, attempt_id, db.get_one(Attempt, attempt_id).person_id)
    return taken.finished != (taken.answers.keys() == _items(db, attempt_id).keys())


def _items(db, attempt_id: UUID) -> Mapping[str, Item]:
    """The questions of an attempt."""
    made = db.get_one(Attempt, attempt_id)
    items = published(db, made.release_id).course.quizzes[made.quiz].items
    return items if made.paper is None else {item: items[item] for item in made.paper}


def kill_again_and_again(folder: Path, kills: int, count: int, pause: tuple[float, float] = (0.3, 1.2)) -> dict:
    """Kill the whole server at random moments under so many learners."""
    keys = instance_with(folder, count)
    server = served(folder, workers=2)
    before, restarts, chance = triggers(server), [], random.Random(1)
    try:
        with learning(server, keys) as learners:
            wait_until(lambda: all(learner.acknowledged for learner in learners))
            for _ in range(kills):
                time.sleep(chance.uniform(*pause))
                server.stop()
                restarts.append(server.start())
            heard = [len(learner.acknowledged) for learner in learners]
            wait_until(lambda: all(len(each.acknowledged) > was for each, was in zip(learners, heard, strict=True)))
    finally:
        server.stop()
    wrong = found_wrong(server, learners)
    if triggers(server) != before:
        wrong["triggers"] = 1
    return told(learners, wrong) | {"kills": kills, "slowest restart, s": max(restarts), "restart, s": median(restarts)}


def told(learners: list[Learner], wrong: dict[str, int]) -> dict:
    """What came of it, with what nobody should have met among the wrong."""
    statuses = sum((learner.statuses for learner in learners), Counter())
    waits = sorted(wait for learner in learners for wait in learner.waits)
    faults = [fault for learner in learners for fault in learner.faults]
    return {
        "wrong": wrong,
        "faults": faults,
        "acknowledged": sum(len(learner.acknowledged) for learner in learners),
        "sent again": sum(len(sent) - 1 for learner in learners for sent in learner.sent.values()),
        "broken connections": sum(learner.broken for learner in learners),
        "refused and kept": sum(learner.kept for learner in learners),
        "statuses": dict(sorted(statuses.items())),
        **spread("answer, ms", waits),
    }


def spread(what: str, waits: list[float]) -> dict:
    """Median, the slowest in a hundred and the slowest."""
    if not waits:
        return {}
    last = len(waits) - 1
    return {what: {"p50": waits[last // 2], "p99": waits[int(last * 0.99)], "max": waits[-1], "of": len(waits)}}


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A disk of so many megabytes; only root may make one. Raises CalledProcessError when it is not allowed."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "tmpfs", str(folder)]
    subprocess.run(mount, check=True, capture_output=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Write a file until there is no more room; gives it."""
    rest = folder / "rest"
    with rest.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"\0" * 4096)
    return rest


def fill_the_disk(disk: Path, count: int, seconds: float = 3) -> dict:
    """Fill the disk under the learners, keep it full for a while, and give the room back."""
    keys = instance_with(disk, count)
    server = served(disk, workers=2)
    before = triggers(server)
    try:
        with learning(server, keys) as learners:
            wait_until(lambda: all(learner.acknowledged for learner in learners))
            rest = fill(disk)
            # Whoever is between two attempts cannot begin the next, and so has no answer to keep.
            wait_until(lambda: all(learner.statuses[503] for learner in learners))
            wait_until(lambda: any(learner.kept for learner in learners))
            time.sleep(seconds)
            heard = [len(learner.acknowledged) for learner in learners]
            rest.unlink()
            wait_until(lambda: all(len(each.acknowledged) > was for each, was in zip(learners, heard, strict=True)))
        memory = server.memory()
    finally:
        server.stop()
    wrong = found_wrong(server, learners)
    if triggers(server) != before:
        wrong["triggers"] = 1
    return told(learners, wrong) | {"memory, MB": memory}


def write_at_once(folder: Path, processes: int, threads: int, writes: int) -> dict:
    """Let so many processes with so many threads each write to one database, each thread so many times."""
    instance_with(folder, 0)
    command = [sys.executable, str(HERE / "durability.py"), "one-process", str(threads), str(writes)]
    given = environment(folder)
    running = [
        subprocess.Popen(command, env=given, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(processes)
    ]
    for process in running:
        process.stdout.readline()  # it has made its first write, which prepares everything
    for process in running:
        process.stdin.write("\n")
        process.stdin.flush()
    waits, faults = [], []
    for process in running:
        out, _ = process.communicate()
        its_waits, its_faults = json.loads(out)
        waits += its_waits
        faults += its_faults
    app = create_app(load_settings(given))
    with app.app_context():
        instants = database.session.scalars(select(Throttle.at).where(Throttle.key == "timed")).all()
        database.session.close()
        database.engine.dispose()
    lost, shared = processes * threads * writes - len(instants), len(instants) - len(set(instants))
    wrong = {what: count for what, count in (("lost", lost), ("at the same instant", shared)) if count}
    return {"wrong": wrong, "faults": faults, **spread("a write, ms", sorted(waits))}


def one_process(threads: int, writes: int) -> None:
    """What each process of `writers` does: one write, then on a signal all of them; prints [waits in ms, faults]."""
    app = create_app(load_settings())
    waits: list[float] = []
    faults: list[str] = []

    def write(key: str) -> None:
        began = time.perf_counter()
        with app.app_context(), transaction() as (db, at):
            db.add(Throttle(key=key, at=at))
        if key == "timed":
            waits.append((time.perf_counter() - began) * 1000)

    def work() -> None:
        try:
            for _ in range(writes):
                write("timed")
        except Exception as fault:  # noqa: BLE001 - whatever it is, the script must tell it
            faults.append(repr(fault))

    write("first")
    print("ready", flush=True)
    sys.stdin.readline()
    working = [Thread(target=work) for _ in range(threads)]
    for thread in working:
        thread.start()
    for thread in working:
        thread.join()
    print(json.dumps([waits, faults]))


def show(found: dict) -> None:
    """Print what was found, a line each."""
    for what, value in found.items():
        plain = {name: round(n, 1) for name, n in value.items()} if isinstance(value, dict) else value
        print(f"{what}: {round(plain, 2) if isinstance(plain, float) else plain}")


def main() -> int:
    """Run what is asked for; 0 when all is as it should be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("kills", "writers", "disk"))
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--learners", type=int, default=16)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--threads", type=int, default=16, help="writers in each process")
    parser.add_argument("--writes", type=int, default=100, help="writes of each thread")
    asked = parser.parse_args()
    logging.disable()
    with Watched() as folder:
        if asked.what == "kills":
            found = kill_again_and_again(folder / "instance", asked.kills, asked.learners)
            late = found["slowest restart, s"] > LONGEST_RESTART or max(found["statuses"]) >= 500
        elif asked.what == "writers":
            found = write_at_once(folder / "instance", asked.processes, asked.threads, asked.writes)
            late = found["a write, ms"]["max"] > LONGEST_WAIT
        else:
            with small_disk(folder / "disk", 24) as disk:
                found = fill_the_disk(disk, asked.learners)
            late = False
    show(found)
    return 1 if found["wrong"] or found["faults"] or late else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["one-process"]:
        one_process(*map(int, sys.argv[2:]))
    else:
        sys.exit(main())
