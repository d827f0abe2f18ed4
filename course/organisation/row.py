"""What a row of a list of people says. Pure."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Row:
    """One employment or mandate; both days inclusive, FOREVER when no end is given."""

    line: int
    key: str
    """The employment number; of an elected official the e-mail address, or the name when there is none."""
    name: str
    email: str | None
    unit_code: str
    unit_name: str
    parent_code: str
    """'' when nothing stands above the unit."""
    parent_name: str
    title: str
    employment: str
    manager: str
    """The manager's key, or ''."""
    since: date
    until: date
    protected: bool = False
    """Whether the list says that the person's data are protected; that it does not, says nothing."""
