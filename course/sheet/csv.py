"""The rows of a CSV file, whatever its encoding and whatever stands between its cells."""

import re
from collections.abc import Iterator

from course.sheet.letters import decoded
from course.sheet.problems import (
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_TITLES,
    SAVE_AS,
    TOO_MANY,
    Fault,
    Refused,
    SheetRow,
    fold,
)
from course.swedish import number as grouped

LONGEST_QUOTED = 10_000
"""Where the search for a closing quotation mark ends."""
FOREIGN = (
    (b"%pdf", "Filen är en PDF. " + SAVE_AS),
    (b"{\\rtf", "Filen är ett textdokument. " + SAVE_AS),
    (b"{", "Filen är JSON, inte en tabell. " + SAVE_AS),
    (b"[", "Filen är JSON, inte en tabell. " + SAVE_AS),
    (b"<", "Filen är en webbsida eller XML, inte en tabell. " + SAVE_AS),
    (b"\x89png", "Filen är en bild. " + SAVE_AS),
    (b"\xff\xd8\xff", "Filen är en bild. " + SAVE_AS),
    (b"gif8", "Filen är en bild. " + SAVE_AS),
    (b"\x1f\x8b", "Filen är komprimerad. Packa upp den först."),
    (b"7z\xbc\xaf", "Filen är komprimerad. Packa upp den först."),
)
"""How files that are no tables begin, in lower case."""
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
"""Excel's own note on the first line about what stands between cells."""
QUOTED = re.compile(r'((?:[^"]++|"")*+)"')
OPENING = re.compile(' *"')


def csv_text(content: bytes) -> str:
    """The text of a CSV file with every line break as one newline."""
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:8].lower()
    for signature, message in FOREIGN:
        if start.startswith(signature):
            raise Refused(message)
    text = decoded(content).replace("\r\n", "\n").replace("\r", "\n")
    if (place := text.find("\0")) >= 0:
        line = 1 + text.count("\n", 0, place)
        raise Refused("raden innehåller ett NUL-tecken; filen är skadad. Exportera listan på nytt.", line)
    return text


def csv_records(text: str, wanted: frozenset[str], fault: Fault) -> Iterator[SheetRow]:
    """The rows of a CSV text; one with a misplaced quotation mark is a fault, and reading goes on at the next line."""
    if text.count("\n") > 4 * MOST_ROWS:
        raise Refused(TOO_MANY)
    delimiter, place, number = _layout(text, wanted)
    plain = re.compile(f"[^{delimiter}\n]*")
    while place < len(text):
        end = text.find("\n", place)
        end = len(text) if end < 0 else end
        try:
            if text.find('"', place, end) < 0:
                cells = text[place:end].split(delimiter, MOST_COLUMNS + 1)
            else:
                cells, stop = _quoted_record(text, place, delimiter, plain)
                end = max(end, stop) if len(cells) > MOST_COLUMNS else stop
        except Refused as refusal:
            fault(number, refusal.problem.message)
        else:
            if any(cell.strip() for cell in cells):
                yield SheetRow(number, cells)
        number += text.count("\n", place, end + 1)
        place = end + 1


def _layout(text: str, wanted: frozenset[str]) -> tuple[str, int, int]:
    """(what stands between cells, where the header starts, and its line number)."""
    body = text.lstrip("\n")
    skipped = len(text) - len(body)
    line = body.partition("\n")[0]
    if (note := SEPARATOR_LINE.fullmatch(line.strip())) and note[1] in ";,\t":
        return note[1], skipped + len(line) + 1, skipped + 2

    lines = [line[:LONGEST_QUOTED] for line in body.split("\n", 2 * MOST_TITLES)[: 2 * MOST_TITLES]]

    def score(delimiter: str) -> tuple[int, int]:
        rows = [line.split(delimiter) for line in lines]
        return max((len(wanted & set(map(fold, cells))), len(cells)) for cells in rows)

    return max(";,\t", key=score), skipped, skipped + 1


def _quoted_record(text: str, place: int, delimiter: str, plain: re.Pattern[str]) -> tuple[list[str], int]:
    """The cells of a row with quotation marks, and where it ends. Raises Refused when a mark is misplaced."""
    cells: list[str] = []
    while len(cells) <= MOST_COLUMNS:
        opened = OPENING.match(text, place)
        if opened:
            cell, place = _quoted_cell(text, opened.end(), delimiter)
        else:
            end = plain.match(text, place).end()  # type: ignore[union-attr] # it matches nothing, too
            cell, place = text[place:end], end
            if '"' in cell:
                raise Refused(
                    'ett citattecken (") står mitt i en cell. Ta bort det eller skriv texten inom citattecken.'
                )
        cells.append(cell)
        if place >= len(text) or text[place] == "\n":
            break
        place += 1
    return cells, place


def _quoted_cell(text: str, start: int, delimiter: str) -> tuple[str, int]:
    """The text that begins after a quotation mark, and the place after the cell."""
    closed = QUOTED.match(text, start, start + LONGEST_QUOTED)
    if not closed and start + LONGEST_QUOTED < len(text):
        raise Refused(
            f"ett citattecken stängs inte inom {grouped(LONGEST_QUOTED)} tecken. Stäng det eller korta texten."
        )
    if not closed:
        raise Refused('ett citattecken (") öppnas men stängs aldrig. Lägg till eller ta bort ett citattecken.')
    end = closed.end()
    while text[end : end + 1] == " ":
        end += 1
    if text[end : end + 1] not in ("", delimiter, "\n"):
        raise Refused('det står text efter ett avslutande citattecken ("). Skriv citattecken inne i en text dubbelt.')
    return closed[1].replace('""', '"'), end
