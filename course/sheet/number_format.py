"""What Excel shows of a number, by the number format of its cell. Pure.

A format is up to four sections (positive; negative; zero; text) of placeholders, literals and letters of dates.
Source: ECMA-376 part 1, 18.8.30 and 18.8.31.
"""

import math
import re
from datetime import datetime, timedelta
from typing import NamedTuple

GENERAL = "General"
BUILT_IN = {
    0: GENERAL,
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "yyyy-mm-dd",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy-mm-dd h:mm",
    **dict.fromkeys((5, 6, 7, 8, 37, 38, 39, 40, 41, 42, 43, 44), "#,##0.00"),
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
}
"""What a workbook need not spell out."""
PIECE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|General|AM/PM|A/P|E[+-]|.', re.IGNORECASE | re.DOTALL)
LETTERS_OF_DAYS = frozenset("ymdhsYMDHS")
FIRST_SERIAL, LAST_SERIAL = 61, 2_958_466
"""Before 1 March 1900 Excel counts a day that never was; after 9999 it has no dates."""
MOST_DIGITS = 10**15
SAVE_AS_TEXT = "Välj cellformatet Text i Excel och skriv värdet igen."
RETYPE = "Välj cellformatet Allmänt eller Text i Excel, så att hela värdet syns, och spara filen."


class NotShown(ValueError):  # noqa: N818 - it is told to a person
    """The cell shows something else than it holds; the text says what and what to do, after "cellen A1"."""


class CellText(NamedTuple):
    """What a cell shows; a day is told as 2026-12-31."""

    text: str
    is_day: bool = False


def shown(value: float, code: str | None, *, from_1904: bool = False) -> CellText:
    """What Excel shows of a number in a cell with the format; None is a format that nobody knows. Raises NotShown."""
    if code is None or not math.isfinite(value):
        raise NotShown(f"har ett talformat som inte går att läsa. {SAVE_AS_TEXT}")
    section = _section(value, code)
    pieces = [piece for piece in section if not re.fullmatch(r"\[(?!h|m|s|\$)[^\]]*\]", piece, re.IGNORECASE)]
    if any(piece in LETTERS_OF_DAYS or re.fullmatch(r"\[[hms]+\]", piece, re.IGNORECASE) for piece in pieces):
        return CellText(_day(value, pieces, from_1904=from_1904), is_day=True)
    if any(piece.lower() == "general" or piece == "@" for piece in pieces):
        return CellText(_general(value))
    return CellText(_digits(value, pieces, has_own_sign=section is not None and ";" in code and value < 0))


def _section(value: float, code: str) -> list[str]:
    """The pieces of the part of the format that is for the value."""
    sections: list[list[str]] = [[]]
    for piece in PIECE.findall(code):
        if piece == ";":
            sections.append([])
        elif re.fullmatch(r"\[[<>=].*\]", piece):
            raise NotShown(f"har ett talformat med villkor. {RETYPE}")
        else:
            sections[-1].append(piece)
    place = 1 if value < 0 else 2 if value == 0 else 0
    return sections[place] if place < min(len(sections), 3) else sections[0]


def _day(value: float, pieces: list[str], *, from_1904: bool) -> str:
    """A day when year, month and day are all seen, with its time when that is seen too."""
    runs = re.findall(
        r"y+|m+|d+|h+|s+|\[\w+\]", "".join(piece if _is_of_days(piece) else " " for piece in pieces).lower()
    )
    months = [
        run
        for before, run, after in zip(["", *runs], runs, [*runs[1:], ""], strict=False)
        if run[0] == "m" and before[:1] != "h" and after[:1] != "s"
    ]
    if not (months and any(run[0] == "y" for run in runs) and any(run in ("d", "dd") for run in runs)):
        raise NotShown(
            "visas som en del av ett datum eller som en tid. Skrev du en kod, som 1-3, har Excel gjort om den:"
            f" {SAVE_AS_TEXT} Är det en dag, visa den som 2026-12-31."
        )
    serial = value + (1462 if from_1904 else 0)
    if not FIRST_SERIAL <= serial < LAST_SERIAL:
        raise NotShown("visas som ett datum, men är inget. Skriv dagen som 2026-12-31.")
    moment = datetime(1899, 12, 30) + timedelta(seconds=round(serial * 86400))  # noqa: DTZ001 - a day has no zone
    has_time = any(run[0] == "h" for run in runs) and moment.time() != moment.min.time()
    return str(moment) if has_time else moment.date().isoformat()


def _is_of_days(piece: str) -> bool:
    return piece in LETTERS_OF_DAYS or bool(re.fullmatch(r"\[[hms]+\]", piece, re.IGNORECASE))


def _general(value: float) -> str:
    """The number itself. A narrow column shows 1,23E+11, but nobody means that."""
    if abs(value) >= MOST_DIGITS:
        raise NotShown(f"har fler än 15 siffror, och Excel har rundat av talet. {SAVE_AS_TEXT}")
    if value.is_integer():
        return str(int(value))
    text = f"{value:.10g}"
    if "e" in text:
        raise NotShown(f"visas som {text.replace('.', ',').upper()}. {SAVE_AS_TEXT}")
    return text.replace(".", ",")


def _digits(value: float, pieces: list[str], *, has_own_sign: bool) -> str:
    """A whole number with the zeros and the signs that the format gives it. Raises NotShown for any other format."""
    if any(piece in ".,%/" or piece.upper() in ("E+", "E-") for piece in pieces if len(piece) <= 2):
        raise NotShown(f"visas med decimaler, mellanrum, procent eller avrundad. {RETYPE}")
    if not "".join(map(_literal, pieces)).strip() and not any(piece in "0#?" for piece in pieces):
        raise NotShown(f"är dold av sitt talformat. {RETYPE}")
    if not value.is_integer() or abs(value) >= MOST_DIGITS:
        raise NotShown(f"visas avrundad. {RETYPE}")
    left = str(abs(int(value))).lstrip("0")
    places = sum(piece in "0#?" for piece in pieces)
    out = []
    for piece in reversed(pieces):
        if piece not in "0#?":
            out.append(_literal(piece))
            continue
        places -= 1
        digits = left if places == 0 else left[-1:]
        left = "" if places == 0 else left[:-1]
        out.append(digits or {"0": "0", "?": " "}.get(piece, ""))
    sign = "-" if value < 0 and not has_own_sign else ""
    return sign + "".join(reversed(out)).strip()


def _literal(piece: str) -> str:
    """What a piece that is no placeholder shows."""
    match piece[0]:
        case '"':
            return piece[1:-1] if len(piece) > 1 else piece
        case "\\":
            return piece[1:]
        case "_":
            return " "
        case "*":
            return ""
        case "[":
            return re.sub(r"^\[\$([^-\]]*).*$", r"\1", piece)
    return "" if piece in "0#?" else piece
