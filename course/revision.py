"""Which revision of the schema the code wants and the database has, without Alembic: importing it costs 0.4 s."""

import re
from functools import cache
from pathlib import Path

from sqlalchemy import column, inspect, select, table
from sqlalchemy.orm import Session

MIGRATIONS = Path(__file__).parent / "migrations"
STATED = re.compile(r"""^(revision|down_revision) = ["'](\w+)["']$""", re.MULTILINE)


@cache
def known() -> frozenset[str]:
    """Every revision that the code knows."""
    return frozenset(_steps())


@cache
def newest() -> str:
    """The revision that the code wants: the one that no other builds on. ValueError unless there is exactly one."""
    steps = _steps()
    (head,) = steps.keys() - steps.values()
    return head


def stored(db: Session) -> str | None:
    """The revision of the database's schema; None when it was never prepared."""
    connection = db.connection()
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(select(column("version_num")).select_from(table("alembic_version"))).scalar_one_or_none()


def _steps() -> dict[str, str | None]:
    """{revision: the one it builds on}, as the migrations' own files state."""
    stated = (dict(STATED.findall(path.read_text(encoding="utf-8"))) for path in MIGRATIONS.glob("*.py"))
    return {names["revision"]: names.get("down_revision") for names in stated}
