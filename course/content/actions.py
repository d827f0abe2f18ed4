"""Publishing: a release is made of what authors wrote, once it keeps every promise made to learners."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from course.audit.actions import record
from course.clock import day_of
from course.content import identity
from course.content.expiry import expired
from course.content.load import load_course
from course.content.model import Course
from course.content.queries import published
from course.content.review import unpublishable
from course.content.source import Folder
from course.content.tables import Media, Release
from course.errors import BadContent, Problem


def publish(
    db: Session,
    folder: Folder,
    *,
    change: str,
    accept_keys: bool,
    accept_expired: bool = False,
    accept_unreviewed: bool = False,
    holds_from: date | None = None,
    by: int | None,
    at: datetime,
) -> Release | None:
    """Publish what the folder holds. None when it is what is published already.

    A new edition holds from the day that its course.toml says, but never earlier than it is published, unless
    `holds_from` says otherwise.

    Raises BadContent with every problem, also with texts past their best-before day unless `accept_expired` is said,
    and with texts that wait for the review they need most unless `accept_unreviewed` is;
    identity.KeysChanged when right answers changed and `accept_keys` is not said.
    """
    loaded = load_course(folder.sources)
    if folder.problems or loaded.problems or loaded.course is None:
        raise BadContent(tuple(sorted({*folder.problems, *loaded.problems})))
    course, digest = loaded.course, digest_of(folder.sources)
    previous_id = db.execute(select(func.max(Release.id)).where(Release.course == course.id)).scalar_one()
    if previous_id is not None:
        previous = db.get_one(Release, previous_id)
        if previous.digest == digest:
            return None
        _guard(published(db, previous_id).course, course, accept_keys=accept_keys)
    too_late, too_early = expired(course, day_of(at)), unpublishable(course)
    if unfit := (*(() if accept_expired else too_late), *(() if accept_unreviewed else too_early)):
        raise BadContent(unfit)
    release = Release(
        course=course.id,
        digest=digest,
        sources=dict(folder.sources),
        edition=course.edition,
        edition_from=_holds_from(db, course) or holds_from or max(course.edition_from, day_of(at)),
        change=change,
        published_at=at,
        published_by=by,
    )
    db.add(release)
    _keep_pictures(db, folder)
    db.flush()
    record(db, "content.publish", course.id, {"release": release.id, "edition": release.edition}, by=by, at=at)
    return release


def digest_of(sources: Mapping[str, str]) -> str:
    """One hash for all the sources: the same texts, the same digest."""
    return hashlib.sha256(json.dumps(dict(sources), sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _holds_from(db: Session, course: Course) -> date | None:
    """The day from which the edition already holds: its first release decided it once and for all."""
    same = select(func.min(Release.edition_from)).where(Release.course == course.id, Release.edition == course.edition)
    return db.execute(same).scalar_one()


def _guard(old: Course, new: Course, *, accept_keys: bool) -> None:
    broken = tuple(Problem(f"modules/{new.id}/course.toml", 0, reason) for reason in identity.broken_promises(old, new))
    if broken:
        raise BadContent(broken)
    keys = identity.changed_keys(old, new)
    if keys and not accept_keys:
        raise identity.KeysChanged(keys)


def _keep_pictures(db: Session, folder: Folder) -> None:
    for digest, picture in folder.pictures.items():
        if db.get(Media, digest) is None:
            db.add(Media(digest=digest, type=picture.type, content=picture.content))
