"""A file's text, line by line as the author's editor counts them, without what cannot be read safely."""

import re
from collections.abc import Callable

Fault = Callable[[int, str], None]
"""How a reader says what is wrong with its file: (line, message in Swedish). Line 0 is the file as a whole."""

LONGEST_FILE = 100_000
LONGEST_LINE = 5_000
UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Control characters and halves of characters: the database and the sanitiser refuse them."""


def readable(text: str, fault: Fault) -> str:
    """The text without byte order mark and with LF line ends; what is reported is left out of it."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > LONGEST_FILE:
        fault(0, f"filen har mer än {LONGEST_FILE} tecken; dela upp den i flera filer")
    lines = text[:LONGEST_FILE].split("\n")
    for index, line in enumerate(lines):
        if len(line) > LONGEST_LINE:
            fault(index + 1, f"raden har mer än {LONGEST_LINE} tecken; dela upp den i stycken")
            lines[index] = ""
        elif UNREADABLE.search(line):
            fault(index + 1, "raden har ett osynligt styrtecken; skriv om raden för hand")
            lines[index] = UNREADABLE.sub("", line)
    return "\n".join(lines)
