from datetime import date
from hashlib import sha256

import pytest
from sqlalchemy import select
from world import course_sources, noon

from course.audit.tables import AuditEntry
from course.content import queries
from course.content.actions import digest_of, publish
from course.content.identity import KeysChanged
from course.content.load import load_course
from course.content.queries import current, edition_in_force, editions, in_force, media, newest_release_id, published
from course.content.source import Folder, Picture
from course.content.tables import Media, Release
from course.errors import BadContent, NotFound, Problem
from course.quiz.queries import attempt as read_attempt

COURSE = "modules/kurs/course.toml"
MODULE = "modules/kurs/modul.md"
QUIZ = "quizzes/kurs/modul.md"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def changed(*changes, sources=None, **course):
    """The texts of the small course after changes: (path, old text, new text)."""
    sources = dict(sources or course_sources(**course))
    for path, old, new in changes:
        assert old in sources[path]
        sources[path] = sources[path].replace(old, new, 1)
    return sources


def other_key(sources):
    """The same course, where the other option of the first question is right."""
    return changed(
        (QUIZ, "- [x] Det rätta", "- [ ] Det rätta"), (QUIZ, "- [ ] Det andra", "- [x] Det andra"), sources=sources
    )


def releases(world):
    """(id, edition, first day) of every release, oldest first."""
    rows = world.db.execute(select(Release.id, Release.edition, Release.edition_from).order_by(Release.id))
    return [tuple(row) for row in rows]


def count(world):
    return len(releases(world))


def refused(world, sources, **more):
    """The messages with which a publication was refused; nothing of it is stored."""
    before = count(world)
    with pytest.raises(BadContent) as refusal:
        world.publish(sources, **more)
    assert count(world) == before
    return [tuple(problem) for problem in refusal.value.problems]


# --- what a release is


def test_a_release_holds_all_that_was_written_and_says_when_and_what(world):
    sources = course_sources()

    release = world.publish(sources, day="2026-03-01", change="fact")

    stored = world.db.get_one(Release, release.id)
    assert (stored.course, stored.edition, stored.change, stored.published_by) == ("kurs", 1, "fact", None)
    assert stored.published_at == noon("2026-03-01")
    assert stored.sources == sources
    assert stored.digest == digest_of(sources)


def test_a_publication_is_in_the_audit_log(world):
    world.publish(day="2026-03-01")

    entry = world.db.execute(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).scalar_one()
    assert (entry.action, entry.subject, entry.at) == ("content.publish", "kurs", noon("2026-03-01"))
    assert entry.detail == {"release": 1, "edition": 1}


def test_a_release_is_read_again_from_what_the_database_holds(world):
    sources = changed((MODULE, "Text i början.", "Åäö – ”text” \u2028 🙂 [LARM]"))
    release = world.publish(sources)
    queries._shelves.clear()

    assert published(world.db, release.id).course == load_course(sources).course


def test_a_release_that_is_not_there(world):
    with pytest.raises(NotFound, match=r"^Den versionen av kursen finns inte\.$"):
        published(world.db, 1)


def test_the_digest_depends_on_the_texts_and_not_on_their_order():
    sources = course_sources()

    assert digest_of(sources) == digest_of(dict(reversed(sources.items())))
    assert digest_of(sources) != digest_of({**sources, MODULE: sources[MODULE] + "\n"})
    assert digest_of({"a": "b", "c": ""}) != digest_of({"a": "", "c": "b"})


def test_each_course_has_its_own_current_release(world):
    first, other = world.publish(), world.publish(course_sources("annan"))
    newer = world.publish(changed((MODULE, "Text i början.", "Ny text.")))

    newest = newest_release_id(world.db)
    assert newest == newer.id
    assert {course: release.id for course, release in current(world.db, newest).items()} == {
        "kurs": newer.id,
        "annan": other.id,
    }
    assert [edition.release_id for edition in editions(world.db, "kurs", noon("2030-01-01"))] == [first.id, newer.id]


def test_before_the_first_publication_there_is_nothing(world):
    assert newest_release_id(world.db) == 0
    assert current(world.db, 0) == {}
    assert in_force(world.db, "kurs", 0, date(2026, 1, 1)) == 0


# --- the same again, and back


def test_publishing_what_is_published_does_nothing(world):
    first = world.publish(day="2026-01-01")
    before = world.db.execute(select(AuditEntry.id)).all()

    assert world.publish(day="2026-02-01") is None
    assert releases(world) == [(first.id, 1, date(2026, 1, 1))]
    assert world.db.execute(select(AuditEntry.id)).all() == before


def test_going_back_to_an_older_text_is_a_new_release(world):
    older, newer = course_sources(), changed((MODULE, "Text i början.", "Ny text."))

    ids = [world.publish(sources).id for sources in (older, newer, older)]

    assert ids == sorted(set(ids))
    rows = world.db.execute(select(Release.digest).order_by(Release.id)).scalars().all()
    assert (rows[0], rows[0] == rows[1], rows[0] == rows[2]) == (digest_of(older), False, True)


# --- what is refused


def test_content_with_problems_is_refused_with_all_of_them_in_order(world):
    sources = changed((MODULE, "minuter: 5", "minuter: fem"), (COURSE, "edition = 1", "edition = 0"))
    problem = Problem("modules/kurs/media/x.gif", 0, "bilder ska vara .png")

    with world.write() as (db, at), pytest.raises(BadContent) as refusal:
        publish(db, Folder(sources, {}, (problem,)), change="language", accept_keys=False, by=None, at=at)

    assert refusal.value.problems == (
        Problem(COURSE, 4, "”edition” ska vara ett tal från 1 till 1000"),
        problem,
        Problem(MODULE, 4, "”minuter” ska vara ett heltal från 1 till 60, inte ”fem”"),
    )
    assert str(refusal.value).split("\n")[0] == f"{COURSE}:4: ”edition” ska vara ett tal från 1 till 1000"
    assert count(world) == 0


def test_a_problem_of_the_folder_alone_is_enough(world):
    problem = Problem(MODULE, 3, "filen är inte sparad som UTF-8; spara om den så")

    with world.write() as (db, at), pytest.raises(BadContent) as refusal:
        publish(db, Folder(course_sources(), {}, (problem,)), change="language", accept_keys=False, by=None, at=at)

    assert refusal.value.problems == (problem,)


def test_a_folder_without_a_course_is_refused(world):
    assert refused(world, {"modules/kurs/notes.txt": ""}) == [
        (COURSE, 0, "kursen saknar filen course.toml; skapa den, med en annan kurs som förebild")
    ]


@pytest.mark.parametrize("character", ["\x00", "\ud800"])
def test_what_the_database_cannot_hold_is_a_problem_and_no_traceback(world, character):
    assert refused(world, changed((MODULE, "Text i början.", f"Text{character}"))) == [
        (MODULE, 19, "raden har ett osynligt styrtecken; skriv om raden för hand")
    ]


def test_a_vanished_id_is_refused_until_it_is_back_or_retired(world):
    world.publish()
    without = changed((MODULE, "## Slutet {#slutet}", ""), (QUIZ, "avsnitt=slutet", "avsnitt=borjan"))

    assert refused(world, without) == [
        (
            COURSE,
            0,
            (
                "modules/modul/slutet finns inte längre;"
                " lägg tillbaka id:t eller skriv ”modules/modul/slutet” i retired i course.toml"
            ),
        )
    ]
    assert world.publish(changed((COURSE, "retired = []", 'retired = ["modules/modul/slutet"]'), sources=without))


def test_a_question_of_another_type_is_refused(world):
    world.publish()

    assert refused(world, changed((QUIZ, ".enval", ".flerval"), (QUIZ, "- [ ]", "- [x]")), accept_keys=True) == [
        (QUIZ, 8, "en fråga av typen flerval ska ha minst ett alternativ som inte är rätt ([ ])")
    ]
    other = changed(
        (QUIZ, ".enval", ".flerval"),
        (QUIZ, "- [ ] Det andra {#fel}\n  > Nej, inte så.\n", "- [ ] Nej {#fel}\n  > Nej.\n- [x] Jo {#jo}\n  > Ja.\n"),
    )
    assert refused(world, other, accept_keys=True) == [
        (
            COURSE,
            0,
            "quizzes/modul-fragor/forsta var enval och är nu flerval; en ny sorts fråga behöver ett nytt id",
        )
    ]


def test_an_edition_never_falls(world):
    world.publish(edition_sources := course_sources(edition=2))

    assert refused(world, course_sources(edition=1)) == [
        (COURSE, 0, "edition är 1 men var 2; en edition kan aldrig sänkas")
    ]
    assert world.publish(edition_sources) is None


def test_retired_ids_stay_retired_for_ever(world):
    marked = changed((QUIZ, "#andra .enval", "#andra .enval .utgått"))
    deleted = {**marked, QUIZ: marked[QUIZ].partition("## Andra")[0]}
    remembered = changed((COURSE, "retired = []", 'retired = ["quizzes/modul-fragor/andra"]'), sources=deleted)
    again = (COURSE, 0, "quizzes/modul-fragor/andra har tagits ur bruk och får inte användas igen; välj ett nytt id")
    forgotten = (
        COURSE,
        0,
        (
            "quizzes/modul-fragor/andra är utgått och måste stå kvar;"
            " skriv ”quizzes/modul-fragor/andra” i retired i course.toml"
        ),
    )
    world.publish()
    world.publish(marked)

    assert refused(world, course_sources()) == [again]
    assert refused(world, deleted) == [forgotten]
    world.publish(remembered)
    assert refused(world, course_sources()) == [again]
    assert refused(world, deleted) == [forgotten]
    assert world.publish(marked).id == 4  # the mark remembers as well as course.toml does
    assert refused(world, course_sources()) == [again]


def test_changed_right_answers_are_refused_until_they_are_accepted(world):
    world.publish()
    changed_key = other_key(course_sources())

    with pytest.raises(KeysChanged) as refusal:
        world.publish(changed_key)

    assert (refusal.value.keys, str(refusal.value)) == (
        [("modul-fragor", "forsta")],
        "Rätt svar har ändrats i modul-fragor/forsta.",
    )
    assert count(world) == 1
    assert world.publish(changed_key, accept_keys=True).id == 2


def test_broken_promises_are_told_before_changed_keys_and_cannot_be_accepted(world):
    world.publish(course_sources(edition=2))

    assert refused(world, other_key(course_sources(edition=1)), accept_keys=True) == [
        (COURSE, 0, "edition är 1 men var 2; en edition kan aldrig sänkas")
    ]


# --- from which day an edition holds


def test_an_edition_holds_from_the_day_its_file_says_when_that_day_is_to_come(world):
    world.publish(course_sources(edition_from=date(2026, 6, 1)), day="2026-03-01")

    assert releases(world) == [(1, 1, date(2026, 6, 1))]


@pytest.mark.parametrize("said", [date(2025, 1, 1), date(2026, 2, 28), date(2026, 3, 1)])
def test_an_edition_never_holds_from_before_the_day_it_is_published(world, said):
    world.publish(course_sources(edition_from=said), day="2026-03-01")

    assert releases(world) == [(1, 1, date(2026, 3, 1))]


def test_a_text_on_suicide_that_nobody_has_reviewed_is_published_only_when_that_is_said(world):
    waits = changed((MODULE, "granskad:", "granskas: suicidprevention\ngranskad:"))
    done = changed(
        (MODULE, "granskad:", "granskas: suicidprevention\ngranskat: suicidprevention 2026-02-01\ngranskad:")
    )

    assert refused(world, waits) == [
        (
            "modules/modul",
            0,
            (
                "någon med suicidpreventiv kompetens ska granska texten först;"
                " skriv sedan ”granskat: suicidprevention 2026-12-03” i filens huvud"
            ),
        )
    ]
    assert world.publish(done).id == 1
    assert world.publish(waits, accept_unreviewed=True).id == 2


def test_the_day_of_a_publication_is_the_day_in_stockholm(world):
    folder = Folder(course_sources(edition_from=date(2026, 1, 1)), {}, ())
    with world.write() as (db, _at):
        publish(
            db, folder, change="language", accept_keys=False, by=None, at=noon("2026-03-01").replace(hour=23, minute=30)
        )

    assert releases(world) == [(1, 1, date(2026, 3, 2))]


def test_the_first_day_of_an_edition_never_changes_with_a_new_text(world):
    world.publish(course_sources(edition_from=date(2026, 1, 1)), day="2026-03-01")
    world.publish(changed((MODULE, "Text i början.", "Ny text."), edition_from=date(2026, 1, 1)), day="2026-05-01")

    assert releases(world) == [(1, 1, date(2026, 3, 1)), (2, 1, date(2026, 3, 1))]
    assert refused(world, course_sources(edition_from=date(2026, 7, 1))) == [
        (COURSE, 0, "edition_from är 2026-07-01 men var 2026-01-01; den ändras bara med en ny edition")
    ]


def test_a_new_edition_holds_from_its_own_day_and_until_then_the_old_one_does(world):
    world.publish(course_sources(edition_from=date(2026, 1, 1)), day="2026-01-01")
    world.publish(course_sources(edition=2, edition_from=date(2026, 6, 1)), day="2026-03-01")

    newest = newest_release_id(world.db)
    assert [in_force(world.db, "kurs", newest, date(2026, month, 1)) for month in (3, 5, 6, 7)] == [1, 1, 2, 2]
    assert current(world.db, newest)["kurs"].edition == 2


def test_a_new_text_of_the_old_edition_cannot_follow_a_new_edition(world):
    world.publish(course_sources(edition_from=date(2026, 1, 1)))
    world.publish(course_sources(edition=2, edition_from=date(2026, 6, 1)))

    assert refused(world, changed((MODULE, "Text i början.", "Ny."), edition_from=date(2026, 1, 1))) == [
        (COURSE, 0, "edition är 1 men var 2; en edition kan aldrig sänkas")
    ]


def test_releases_are_known_from_the_instant_they_were_published(world):
    world.publish(day="2026-01-01")
    world.publish(changed((MODULE, "Text i början.", "Ny text.")), day="2026-03-01")

    assert [len(editions(world.db, "kurs", noon(day))) for day in ("2025-12-31", "2026-01-01", "2026-03-01")] == [
        0,
        1,
        2,
    ]


def test_no_release_is_no_edition_and_before_any_holds_the_first_does():
    releases = [queries.Edition(1, 1, date(2026, 6, 1)), queries.Edition(2, 2, date(2026, 9, 1))]

    assert edition_in_force([], date(2026, 1, 1)) == 0
    assert [edition_in_force(releases, date(2026, month, 1)) for month in (1, 6, 8, 9)] == [1, 1, 1, 2]


# --- attempts


def test_an_attempt_that_was_begun_before_a_publication_is_graded_by_its_own_release(world):
    world.publish()
    world.person("anna", "A")
    world.person("bo", "A")
    begun = world.begin("anna", "2026-02-01")
    world.publish(other_key(course_sources()), accept_keys=True, day="2026-02-02")

    world.answer("anna", begun, "forsta", "ratt", "2026-02-03")
    world.answer("anna", begun, "andra", "ratt", "2026-02-03")
    after = world.take("bo", "2026-02-03")

    old = read_attempt(world.db, begun.id, world.people["anna"])
    new = read_attempt(world.db, after.id, world.people["bo"])
    assert (old.release_id, old.points, old.of) == (1, 2_000_000, 2_000_000)
    assert (new.release_id, new.points, new.of) == (2, 1_000_000, 2_000_000)


def test_an_attempt_keeps_the_questions_that_its_release_had(world):
    world.publish()
    world.person("anna", "A")
    begun = world.begin("anna", "2026-02-01")
    world.publish(changed((QUIZ, "#andra .enval", "#andra .enval .utgått")), day="2026-02-02")

    world.answer("anna", begun, "forsta", "ratt", "2026-02-03")
    halfway = read_attempt(world.db, begun.id, world.people["anna"])
    world.answer("anna", begun, "andra", "ratt", "2026-02-03")
    done = read_attempt(world.db, begun.id, world.people["anna"])

    assert (halfway.finished, done.finished, done.of) == (False, True, 2_000_000)


# --- pictures


def with_picture(world, content, day, text="![En dörr](media/dorr.png)"):
    digest = sha256(content).hexdigest()
    sources = changed((MODULE, "Text i början.", text)) | {"modules/kurs/media/dorr.png": digest}
    with world.write(day) as (db, at):
        folder = Folder(sources, {digest: Picture("image/png", content)}, ())
        return publish(db, folder, change="language", accept_keys=False, by=None, at=at), digest


def test_a_picture_is_kept_with_the_release_that_shows_it(world):
    release, digest = with_picture(world, PNG, "2026-01-01")

    stored = media(world.db, digest)
    assert (stored.type, bytes(stored.content)) == ("image/png", PNG)
    html = published(world.db, release.id).course.modules[0].sections[0].html
    assert html == f'<p><img alt="En dörr" src="/media/{digest}"></p>'


def test_another_picture_of_the_same_name_is_a_new_release_and_both_pictures_stay(world):
    first, old = with_picture(world, PNG, "2026-01-01")
    second, new = with_picture(world, PNG + b"2", "2026-02-01")

    assert (first.id, second.id) == (1, 2)
    assert sorted(world.db.execute(select(Media.digest)).scalars()) == sorted([old, new])
    assert old in published(world.db, 1).course.modules[0].sections[0].html


def test_a_picture_that_is_there_already_is_not_stored_twice(world):
    with_picture(world, PNG, "2026-01-01")
    with_picture(world, PNG, "2026-02-01", text="Bilden: ![En dörr](media/dorr.png)")

    assert count(world) == 2
    assert len(world.db.execute(select(Media.digest)).all()) == 1


def test_a_picture_that_is_not_there(world):
    with pytest.raises(NotFound, match=r"^Bilden finns inte\.$"):
        media(world.db, "d1g35t")
