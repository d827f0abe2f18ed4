"""What can be wrong with a table, and the limits that all tables keep."""

import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from course.swedish import number as grouped

MOST_ROWS = 50_000
MOST_COLUMNS = 200

SAVE_AS = "Öppna listan i Excel, välj Spara som och filtypen ”CSV UTF-8” eller ”Excel-arbetsbok (.xlsx)”."
LOCKED = "Excelfilen är skyddad med lösenord. Ta bort lösenordet, spara filen och försök igen."
TOO_MANY = f"Filen har fler än {grouped(MOST_ROWS)} rader. Dela upp den eller ta bort rader som inte ska läsas."
TOO_WIDE = f"Filen har fler än {MOST_COLUMNS} kolumner. Ta bort dem som inte hör till listan."

Record = tuple[int, list[str]]
"""(row number, cells)."""
Fault = Callable[[int, str], None]


class RowProblem(NamedTuple):
    """A fault in a table: the row as the file counts (0 is the file as a whole), and what to do, in Swedish."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"rad {self.line}: {self.message}" if self.line else self.message


class Refused(Exception):  # noqa: N818 - it carries a problem
    """Reading ends with one problem."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.problem = RowProblem(line, message)


def fold(text: str) -> str:
    """A title without case, accents and anything but letters and digits, for comparing."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if letter.isascii() and letter.isalnum())


def file_name(text: str) -> str:
    """A file's name as it may be kept and shown: without folders, and without what cannot be seen."""
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", text))[-1]
    return "".join(letter for letter in name if letter.isprintable())[:200] or "namnlös fil"


def quoted(text: str) -> str:
    """A text from a file as a message shows it: in quotation marks, and not too long."""
    return f"”{text}”" if len(text) <= 60 else f"”{text[:60]}…”"
