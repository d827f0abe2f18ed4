"""What would be shown otherwise than its author meant, without a word. Pure.

The converter is stricter than CommonMark, which editors show: a list or a table wants an empty line before it, and what
belongs to an item wants four columns. Where the two differ the author is told, so that a text reads the same in both.
Source: spec.commonmark.org, 0.31.2; python-markdown.github.io, "Differences".
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

ITEM = re.compile(r"(?P<mark>[-*+]|(?P<number>[0-9]{1,9})(?P<end>[.)]))\s+(?P<text>\S.*)")
OWN = re.compile(r"\{#[^{}]*\}\s*$|->\s*#[\w-]+\s*$|^\s*- = |^\s*= |^\s*\*\s*$")
"""A line that a question or a scenario reads for itself."""
OWN_IN_QUESTIONS = re.compile(rf"{OWN.pattern}|^\s*[-*+]\s*\[.{{0,2}}\](?!\()|->|^\*|^[0-9]+\. |^- \*")
"""The same in files with options, steps and answers, also one that is written wrong: its reader says so."""
BOX_TO_TICK = re.compile(r"\[[ xX]\](\s|$)")
QUOTES = re.compile(r"\s*(?:>\s?)+")
ON_ITS_OWN = re.compile(r"\s*(#{2,4} |!!! )")
TABLE_RULE = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)+\|?|\|\s*:?-+:?\s*\|")
LINK = re.compile(r"!?\[[^\[\]]*\]\((?:[^()\s]|\([^()\s]*\))*\)")
JOINERS = frozenset("\u00ad\u200c\u200d")
"""Invisible, and meant: the soft hyphen, and what parts or joins letters and emojis."""
IN_A_LINE: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r"\s*(?:>\s?)*(?:```|~~~)"), "kodblock går inte att använda; skriv texten som vanlig text"),
    (re.compile(r".*~~[^~]+~~"), "genomstruken text går inte att använda; ta bort ~~"),
    (re.compile(r".*\[\^[^\]]+\]"), "fotnoter går inte att använda; skriv det som ska sägas i texten"),
    (
        re.compile(r"\s*(?:>\s?)*[•◦▪‣●○■□·]\s"),
        "tecknet först på raden gör ingen lista; börja raden med ”- ”",
    ),
    (re.compile(r".*(?<!\\)\\$"), "det omvända snedstrecket sist på raden visas som det står; ta bort det"),
    (re.compile(r"(?i:.*\b(?:https?://|www\.)\w)"), "adressen blir ingen länk; skriv [text](https://…)"),
)
"""What a line may not hold, its links taken out, and what to write instead."""
SPACE_BEFORE = "behöver en tom rad före sig; annars blir den en del av stycket"
FOUR = "dra in den med fyra mellanslag, annars hör den inte till punkten ovanför"


@dataclass
class _Run:
    """Lines that follow each other: none is empty, a heading or the first of a box, and all are quoted alike."""

    quotes: str = ""
    after_list: bool = False
    """Whether the run before it, over empty lines, was a list."""
    before: "_Run | None" = None
    """The run right before it, with other quotes and no empty line between."""
    lines: list[tuple[int, str]] = field(default_factory=list)

    @property
    def indent(self) -> int:
        return _indent(self.lines[0][1])

    @property
    def is_list(self) -> bool:
        return _item(self.lines[0][1]) is not None

    @property
    def goes_on(self) -> bool:
        """Whether what comes after an empty line may belong to a list."""
        return self.is_list or (self.after_list and self.indent >= 2)


def silent_faults(lines: Sequence[str], first_line: int, own: re.Pattern[str] = OWN) -> Iterable[tuple[int, str]]:
    """(line, message) for everything in a text that would be shown otherwise than it was meant.

    `own` fits the lines that the reader of such a file reads for itself.
    """
    for number, line in enumerate(lines, start=first_line):
        yield from ((number, message) for message in _in_line(line, own))
    for run in _runs(lines, first_line):
        yield from _in_run(run, own)


def _in_line(line: str, own: re.Pattern[str]) -> Iterable[str]:
    alone = LINK.sub("", line)
    yield from (message for wrong, message in IN_A_LINE if wrong.match(alone))
    item = _item(QUOTES.sub("", line))
    if item and BOX_TO_TICK.match(item["text"]) and not own.search(line):
        yield "rutor att kryssa i går inte att använda; skriv punkten utan [ ]"
    for sign in sorted({each for each in line if unicodedata.category(each) == "Cf"} - JOINERS):
        yield f"raden har ett osynligt tecken (U+{ord(sign):04X}); skriv om raden för hand"


def _runs(lines: Sequence[str], first_line: int) -> Iterator[_Run]:
    run, box = _Run(), 0
    for number, line in enumerate(lines, start=first_line):
        found = QUOTES.match(line)
        quotes = "".join(found[0].split()) if found else ""
        text = (line[found.end() :] if found else line).expandtabs(4)
        alone, empty = bool(ON_ITS_OWN.match(text)), not text.strip()
        box = 0 if not empty and _indent(text) < box else box
        if run.lines and (alone or empty or quotes != run.quotes):
            yield run
            within = run.goes_on and quotes == run.quotes
            run = _Run(quotes) if alone else _Run(quotes, within, None if empty else run)
        elif alone or quotes != run.quotes:
            run = _Run(quotes)
        if alone:
            box = _indent(text) + 4 if text.lstrip().startswith("!!!") else box
        elif not empty:
            run.lines.append((number, text[box:]))
    if run.lines:
        yield run


def _in_run(run: _Run, own: re.Pattern[str]) -> Iterable[tuple[int, str]]:
    levels: dict[int, str] = {}
    for index, (number, text) in enumerate(run.lines):
        item, indent = _item(text), _indent(text)
        if index > 1 and TABLE_RULE.fullmatch(text.strip()):
            yield run.lines[index - 1][0], f"tabellen {SPACE_BEFORE}"
        if own.search(text):
            continue
        found = _at_the_first(run, item, own) if index == 0 else _at_an_item(run, item, indent, levels) if item else ()
        yield from ((number, message) for message in found)
        if item:
            levels = {at: kind for at, kind in levels.items() if at < indent // 4} | {indent // 4: _kind(item)}


def _at_the_first(run: _Run, item: re.Match[str] | None, own: re.Pattern[str]) -> Iterable[str]:
    if run.before and not own.search(run.before.lines[-1][1]) and (run.before.is_list if run.quotes else item):
        yield f"{'citatet' if run.quotes else 'listan'} {SPACE_BEFORE.partition(';')[0]}"
    if run.after_list and run.indent in (2, 3):
        yield f"{'underpunkten' if item else 'stycket'} ligger fel: {FOUR}"
    elif run.indent >= 4 and not run.after_list:
        yield "raden är indragen utan att höra till något; ta bort mellanslagen först på den"
    elif item:
        yield from _at_a_number(item, first=not run.after_list)


def _at_an_item(run: _Run, item: re.Match[str], indent: int, levels: dict[int, str]) -> Iterable[str]:
    deeper = indent - run.indent
    if not run.is_list and deeper < 4:
        yield f"listan {SPACE_BEFORE}"
    elif run.is_list and deeper % 4 in (2, 3):
        yield f"underpunkten ligger fel: {FOUR}"
    elif levels.get(indent // 4, _kind(item)) != _kind(item):
        yield f"en lista av annat slag {SPACE_BEFORE.partition(';')[0]}"
    else:
        yield from _at_a_number(item, first=indent // 4 not in levels)


def _at_a_number(item: re.Match[str], *, first: bool) -> Iterable[str]:
    if item["end"] == ")":
        yield f"skriv ”{item['number']}.” med punkt; med parentes blir det ingen lista"
    elif first and item["number"] and int(item["number"]) != 1:
        yield f"listan visas från 1 och inte från {item['number']}; låt den börja på 1"


def _item(text: str) -> re.Match[str] | None:
    return ITEM.match(text.strip())


def _kind(item: re.Match[str]) -> str:
    return "1" if item["number"] else "-"


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())
