"""What of a released database must be the same after every upgrade."""

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import text

from course.backup.contents import contents_of
from course.report.catalogue import REPORTS
from course.report.formats import FORMATS

FIXTURES = Path(__file__).parent / "fixtures"
KNOWN_AT = datetime(2026, 11, 1, tzinfo=UTC)
DAYS = (date(2025, 12, 31), date(2026, 6, 30), date(2026, 10, 31))
COMPLETIONS = """
SELECT person.key, completion.course, completion.path, completion.edition, completion.route,
    CAST(completion.occurred_on AS text), revocation.completion_id IS NOT NULL
FROM completion JOIN person ON person.id = completion.person_id
LEFT JOIN revocation ON revocation.completion_id = completion.id
"""


def record_of(db):
    """The rows of each table, a digest of each person's completions, and every figure of some days."""
    done = sorted([*row[:-1], bool(row[-1])] for row in db.execute(text(COMPLETIONS)))
    return {
        "rows": dict(contents_of(db.connection()).rows),
        "completions": hashlib.sha256(json.dumps(done).encode()).hexdigest(),
        "figures": {day.isoformat(): figures(db, day) for day in DAYS},
    }


def figures(db, day):
    """{figure: value} of the coverage on a day, and its lines by unit."""
    table = REPORTS["coverage"].build(db, "kurs", "employee", day, KNOWN_AT)
    found = json.loads(FORMATS["json"].render(table))
    lines = {row.pop("label"): [row[key] for key in ("members", "covered", "reached")] for row in found["rows"]}
    flat = {
        f"{group['key']}.{figure['key']}": figure["value"] for group in found["groups"] for figure in group["figures"]
    }
    return {**flat, "lines": lines}
