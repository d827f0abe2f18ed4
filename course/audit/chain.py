"""The chain of the audit log: each entry's hash covers the entry and the hash before it."""

import hashlib
import json
from datetime import datetime
from typing import Any

FIRST_HASH = "0" * 64


def hash_of(
    previous: str, number: int, *, at: datetime, by: int | None, action: str, subject: str, detail: dict[str, Any]
) -> str:
    """SHA-256 over the hash before and every column, as compact JSON with sorted keys; `at` in ISO 8601, UTC."""
    row = [previous, number, at.isoformat(), by, action, subject, detail]
    text = json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
