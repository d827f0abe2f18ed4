"""Which letters the bytes of a file are, and whether letters were lost before the file came here."""

import re
import unicodedata
from itertools import islice
from typing import NamedTuple

from course.sheet.problems import Refused

SAVE_ANEW = (
    "Rätta inte bokstäverna för hand: öppna den ursprungliga listan, välj Spara som och filtypen ”CSV UTF-8” eller"
    " ”Excel-arbetsbok (.xlsx)”, och skicka den filen."
)
WRONG_ENCODING = "Filen är sparad med fel teckenkodning: å, ä och ö går inte att läsa säkert. " + SAVE_ANEW
MARKS = (
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"\xef\xbb\xbf", "utf-8"),
)
"""How a file begins that says its encoding."""
PAGES = ("cp1252", "cp850", "cp437", "mac_roman")
"""What Windows, its command line and old systems, and the Mac write: the encodings of one byte a letter."""
SWEDISH = "åäöÅÄÖ"
CHECKED = 20_000
"""How many letters beyond a–z tell which of PAGES it is."""
UTF8_LETTER = re.compile(b"\xc3[\xa4\xa5\xb6\x84\x85\x96\xa9]")
INSIDE_WORDS = "’‘´`–·"
"""Signs that may stand between two letters."""
ODD = "†‡™÷‰ˆ≈€ƒ√∂∆¬¤¦¢£¥\x7f"
"""Signs that begin no word."""

UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\ue000-\uf8ff\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
"""Control characters, what cannot be seen, and what turns the text around it."""


def _read_wrongly() -> str:
    """The pairs that å, ä and their like become when their UTF-8 is read as one byte a letter."""
    letters = "åäöÅÄÖéÉèüÜ\u0308\u030a’–”\u00a0"
    pages = (*PAGES, "latin-1")
    read = {letter.encode().decode(page, "replace") for letter in letters for page in pages}
    return "|".join(re.escape(pair) for pair in sorted(read) if "\ufffd" not in pair)


GARBLED = re.compile(
    "\ufffd|[\u2500-\u259f]"
    f"|{_read_wrongly()}"
    r"|(?<=[^\W\d_])[†‡„”™€…÷‰ˆ≈](?=[^\W\d_])"
    "|[†‡™÷‰ˆ≈](?=[a-zåäö])"
    r"|(?<=[a-zåäö])[ŽŒŠÕÂÍ]|(?<=[^\W\d_])[ŽŒŠÕÂÍ](?=[a-zåäö])"
)
"""Letters that were lost on the way, or å, ä and ö read in the wrong encoding."""
LOST = re.compile(r"(?<=[^\W\d_])\?|\?(?=[^\W\d_])")
"""A question mark in the place of a letter."""


def is_garbled(text: str) -> bool:
    """Whether letters of a cell were lost before the file came here: "J?rgen", "J”rgen", "JÃ¶rgen"."""
    if text.isascii() and "?" not in text:
        return False
    odd_mark = text.count("”") % 2 and "“" not in text and "„" not in text
    return bool(
        GARBLED.search(text)
        or ("?" in text and "://" not in text and LOST.search(text))
        or (odd_mark and re.search(r"[^\W\d_]”$", text))
    )


def decoded(content: bytes) -> str:
    """The text of a file, in whatever encoding Excel and systems for HR write. Raises Refused when that is unsure."""
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return _as(content[len(mark) :], encoding)
    if wide := _wide(content[:200]):
        return _as(content, wide)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        if UTF8_LETTER.search(content):
            raise Refused(WRONG_ENCODING, line_at(content, error.start)) from None
    return _of_a_page(content)


def line_at(content: bytes, place: int) -> int:
    """The number of the line that a place is in."""
    before = content[:place]
    return 1 + before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n")


def _as(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = line_at(content, error.start) if encoding == "utf-8" else 0
        raise Refused(WRONG_ENCODING, line) from None


def _wide(start: bytes) -> str:
    """The encoding of a file without a mark whose letters are two or four bytes; '' when they are one."""
    zeros = start.count(0)
    if zeros * 4 <= len(start):
        return ""
    bits = 32 if zeros * 8 > len(start) * 5 else 16
    first_is_zero = start[:: bits // 8].count(0) * 2 > len(start[:: bits // 8])
    return f"utf-{bits}-{'be' if first_is_zero else 'le'}"


class _Fit(NamedTuple):
    """How well a text reads in one encoding: the less the better."""

    impossible: int
    unusual: int
    page: str
    swedish: int


def _of_a_page(content: bytes) -> str:
    """The text in the one encoding in which it reads as Swedish."""
    texts = {page: _one_byte(content, page) for page in PAGES}
    fits = sorted(_fit(text, page) for page, text in texts.items())
    best = fits[0]
    others = [fit for fit in fits[1:] if texts[fit.page] != texts[best.page]]
    windows = next(fit for fit in fits if fit.page == "cp1252")
    unsure = (
        best.impossible > best.swedish
        or (others and others[0][:2] == best[:2])
        or (best.page != "cp1252" and not windows.impossible)  # Dušan to Windows is Duöan to a Mac
    )
    if unsure:
        raise Refused(WRONG_ENCODING)
    return texts[best.page]


def _one_byte(content: bytes, page: str) -> str:
    try:
        return content.decode(page)
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _fit(text: str, page: str) -> _Fit:
    impossible = unusual = swedish = 0
    for found in islice(re.finditer(r"[^\x00-\x7f]", text), CHECKED):
        before, letter, after = text[found.start() - 1 : found.start()], found[0], text[found.end() : found.end() + 1]
        if not _is_possible(before, letter, after):
            impossible += 1
        elif letter in SWEDISH:
            swedish += 1
        else:
            unusual += 1
    return _Fit(impossible, unusual, page, swedish)


def _is_possible(before: str, letter: str, after: str) -> bool:
    """Whether the letter, or sign, can stand between the two in a Swedish list."""
    if letter.isalpha():
        is_latin = unicodedata.name(letter, "").startswith("LATIN") and letter != "ƒ"
        return is_latin and not (letter.isupper() and before.islower())
    if letter in INSIDE_WORDS:
        return True
    if "\u2500" <= letter <= "\u259f" or unicodedata.category(letter) == "Cc":
        return False
    return not after.isalpha() or not (before.isalpha() or letter in ODD)
