"""The accounts of a demonstration: who can sign in, and the file with their passwords."""

import os
import secrets
from datetime import date
from pathlib import Path

from course.access.password import hash_password
from course.config import Settings
from course.content.source import course_folders
from course.db import database, is_demonstration, transaction
from course.demo import names
from course.demo.everything import is_empty, load
from course.errors import Conflict

FILE = "demo-accounts.txt"


def load_into_empty(settings: Settings, today: date | None = None) -> str:
    """Load the fictional people into an empty database and mark it; gives the accounts as text to show.

    A database that is a demonstration already is left as it is. Raises Conflict when it holds real people.
    """
    path = settings.instance / FILE
    empty = is_empty(database.session)
    if not empty and not is_demonstration(database.session):
        raise Conflict("Databasen har riktiga personer. Demonstrationen läggs bara i en tom databas.")
    if empty:
        words = [(key, name, "-".join(secrets.token_hex(2) for _ in range(4))) for key, name, *_ in names.ACCOUNTS]
        hashes = {key: hash_password(password) for key, _, password in words}
        folders = course_folders(settings.content)
        with transaction() as (db, at):
            load(db, folders, hashes, today, at=at)
        _write(path, settings.base_url, words)
    return (
        path.read_text(encoding="utf-8")
        if path.exists()
        else f"{FILE} saknas; ge nya lösenord med flask access password."
    )


def _write(path: Path, address: str, words: list[tuple[str, str, str]]) -> None:
    """Write the file, which nobody else may read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"Konton i demonstrationen på {address}\n\n")
        file.writelines(f"{name}: logga in som {key} med lösenordet {password}\n" for key, name, password in words)
