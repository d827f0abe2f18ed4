"""Making a backup, and putting one back."""

from datetime import datetime
from pathlib import Path
from typing import Protocol

from course import revision
from course.backup import crossing, postgresql, sqlite
from course.backup.archive import Manifest, pack, private_folder, sync, unpacked, whole
from course.backup.contents import Contents
from course.db import app_settings, database, file_lock
from course.errors import Conflict, Invalid

WITHOUT = "Utan säkerhetskopia går flask db upgrade och flask data restore vidare med --no-backup."


class Engine(Protocol):
    """What sqlite.py and postgresql.py both can."""

    def room(self) -> Path:
        """The folder in which a copy is unpacked."""

    def copy_out(self, copy: Path) -> Contents:
        """Copy the database as it is at one instant, whoever writes meanwhile. Raises Conflict when that fails."""

    def check(self, copy: Path, contents: Contents) -> None:
        """Raise Invalid unless the copy is sound and holds exactly that."""

    def held(self) -> Contents | None:
        """What the database holds; None when that cannot be read."""

    def refuse_company(self) -> None:
        """Raise Conflict when somebody else has the database open."""

    def put_in(self, copy: Path, contents: Contents) -> None:
        """Let the copy take the database's place, whole or not at all. Raises Conflict when that fails."""


ENGINES: dict[str, Engine] = {"sqlite": sqlite, "postgresql": postgresql}


def back_up(path: Path, *, at: datetime) -> Manifest:
    """Write a checked backup to a new file, which is there whole or not at all.

    Raises Conflict when the file exists or cannot be written, or when the database cannot be copied.
    """
    engine = _engine()
    _refuse_existing(path)
    try:
        with private_folder(path.parent) as folder:
            copy, made = folder / "copy", folder / "made.zip"
            contents = engine.copy_out(copy)
            engine.check(copy, contents)
            manifest = pack(made, copy, database.engine.dialect.name, contents, at=at)
            whole(made)
            _refuse_existing(path)
            made.rename(path)
            sync(path.parent)
    except OSError as fault:
        raise Conflict(f"Säkerhetskopian {path} kan inte skrivas: {fault.strerror or fault}.") from None
    return manifest


def back_up_first(*, at: datetime) -> Path:
    """Write a backup to backups/ in the instance folder, before something that would be hard to undo.

    Raises Conflict, with the way to go on without.
    """
    with database.engine.connect() as connection:
        schema = revision.schema_of(connection)
    path = app_settings().instance / "backups" / f"{at:%Y-%m-%dT%H%M%S.%fZ}-schema-{schema}.zip"
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        back_up(path, at=at)
    except (Conflict, OSError) as fault:
        raise Conflict(f"{fault} Ingenting är ändrat. {WITHOUT}") from None
    return path


def look_at(path: Path) -> Manifest:
    """Check a backup file whole, without touching the database. Raises Invalid with what is wrong."""
    with unpacked(path, app_settings().instance) as (manifest, copy):
        ENGINES[manifest.engine].check(copy, manifest.contents)
    return manifest


def restore(path: Path, *, replace: bool, backup: bool, at: datetime) -> tuple[Manifest, Path | None]:
    """Let the database be what a backup file holds: all of it or, when anything fails, none.

    A copy of a SQLite database may also be put into an empty PostgreSQL database.
    Gives the manifest and the backup of what was there, if anything was. Rows that are there are replaced only when
    `replace` is said, after a backup unless `backup` is False. Raises Invalid for a file that cannot be used, and
    Conflict when the database is in use, holds rows that should stay, or cannot be backed up.
    """
    engine, kept = _engine(), None
    try:
        with unpacked(path, engine.room()) as (manifest, copy):
            _refuse_foreign(path, manifest)
            ENGINES[manifest.engine].check(copy, manifest.contents)
            with file_lock():
                engine.refuse_company()
                held = engine.held()
                if held is None or held.total:
                    _refuse_loss(replace=replace, readable=held is not None, backup=backup)
                    kept = back_up_first(at=at) if backup else None
                (engine if manifest.engine == _name() else crossing).put_in(copy, manifest.contents)
    except OSError as fault:
        raise Conflict(f"Databasen kan inte återställas från {path}: {fault.strerror or fault}.") from None
    return manifest, kept


def _engine() -> Engine:
    return ENGINES[_name()]


def _name() -> str:
    return database.engine.dialect.name


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise Conflict(f"{path} finns redan. En säkerhetskopia skrivs aldrig över: välj ett annat namn.")


def _refuse_foreign(path: Path, manifest: Manifest) -> None:
    if (manifest.engine, _name()) == ("postgresql", "sqlite"):
        raise Invalid(f"{path} är en kopia av en databas i postgresql, men databasen här är sqlite.")
    if manifest.contents.schema not in revision.KNOWN:
        raise Invalid(
            f"{path} har ett schema ({manifest.contents.schema}) som är nyare än programmets ({revision.NEWEST})."
            f" Kopian är gjord av version {manifest.product}: installera den, eller en nyare."
        )


def _refuse_loss(*, replace: bool, readable: bool, backup: bool) -> None:
    if not replace:
        raise Conflict("Databasen är inte tom. Lägg till --replace om det som finns ska ersättas.")
    if backup and not readable:
        raise Conflict(
            f"Databasen går inte att läsa, så den kan inte säkerhetskopieras. Spara filen om den kan behövas. {WITHOUT}"
        )
