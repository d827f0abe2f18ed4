"""Markdown to safe HTML, and the local placeholders in it.

A closed set of Markdown: no raw HTML, code blocks, rules or link definitions; addresses are http(s), mailto, tel or
our own. What the author may not write is a fault for the check; the sanitiser is the second line behind it.
"""

import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from html import escape, unescape
from xml.etree.ElementTree import Element

import nh3
from markdown import Markdown
from markdown.inlinepatterns import InlineProcessor

from course.content.front_matter import suggest
from course.content.silent import OWN, silent_faults

PLACEHOLDERS = frozenset(
    "RAPPORTSYSTEM LÄNK_SÄKERHETSRUTIN LARM SÄKERHETSSAMORDNARE JOUR_CHEF FÖRETAGSHÄLSOVÅRD LÄNK_VISSELBLÅSNING"
    " LÄNK_MUTOR LÄNK_SOCIALA_MEDIER LÄNK_HANDLINGSPLAN POLIS_KONTAKT INNEHÅLLSÄGARE SENAST_GRANSKAD".split()
)
"""What the workplace fills in, in instance/lokalt.toml."""
UNFILLED = "Fråga efter uppgiften"
"""Fits every audience and every sentence, also where the manager is whom one would rather not ask."""

BOXES = frozenset({"hos-oss", "apt", "innehall", "latt"})
SCHEMES = frozenset({"http", "https", "mailto", "tel"})
TAGS = frozenset("p br strong em a ul ol li blockquote h3 h4 table thead tbody tr th td img div code".split())
DEEPEST = 24
"""How many columns may stand before the text of a line: six levels of lists, quotes and boxes."""

PUNCTUATION = r"\w.~/?#@!$&'()*+,=%-"
"""What an address may hold. No semicolon: with it any character can be spelled as an entity."""
ADDRESS = re.compile(
    rf"(https?://|mailto:|tel:)[{PUNCTUATION}:]+|(/(?!/)|#|(?!www\.)[\w.])[{PUNCTUATION}]*", re.IGNORECASE
)
LINK = re.compile(r"(?<!\\)(?P<image>!?)\[(?P<text>[^\[\]]*)\]\((?P<target>(?:[^()\s]|\([^()\s]*\))*)\)")
BAD_LINK = re.compile(r"\]\(|^\s*\[[^\[\]]+\]:\s+(https?:|<|/)")
PLACEHOLDER = re.compile(r"\[([A-ZÅÄÖ][A-ZÅÄÖ0-9_ -]+[A-ZÅÄÖ0-9])\](?!\()")
HTML_TAG = re.compile(r"<[^<>\"]*(?:\"[^\"]*\"[^<>\"]*)*>")
FILLED = re.compile(rf"{HTML_TAG.pattern}|(?P<aside> \()?{PLACEHOLDER.pattern}(?(aside)\))")
AREA = r"(?:\+46 ?|0)[1-9][0-9]{0,2}"
SHORTEST_NUMBER = 8
"""With its area code; a time of day is shorter."""
PHONE = re.compile(rf"(?<![\w-]){AREA}(?:[ -][0-9]{{2,3}}(?: [0-9]{{2,3}}){{1,3}}|[ -]?[0-9]{{5,8}})(?![\w-])")
BOX = re.compile(rf'\s*!!! ({"|".join(sorted(BOXES))}) +"[^"]+"\s*')
LEAD = re.compile(r"(?:[ >]|[-*+] |[0-9]+\. )*")
WRONG: Sequence[tuple[re.Pattern[str], str]] = (
    (
        re.compile(r".*<[a-zA-Z/!?]"),
        "HTML-taggar går inte att använda; skriv med Markdown, och länkar som [text](https://…)",
    ),
    (
        re.compile(r"(?!#{2,4} +\S)\s*#"),
        "rubriken är fel skriven; skriv ”## Rubrik” eller ”### Rubrik” längst till vänster",
    ),
    (
        re.compile(r"\s*(-{3,}|={3,}|\*{3,}|_{3,})\s*$"),
        "linjer går inte att använda; dela upp texten med rubriker",
    ),
    (
        re.compile(rf"(?!{BOX.pattern}$)\s*!!!"),
        f'rutan är fel skriven; skriv ”!!! hos-oss "Rubrik"”, med en av {", ".join(sorted(BOXES))}',
    ),
)
"""What no line may begin like, or hold, and what to write instead."""
PLAIN = re.compile(r"(?:(?![-+!: ]|[0-9]+\.)(?:[^\W_]|[,.?;:!/()”’–…%§-]|(?<! ) (?! |\n|$))+(?:\n(?=.)|$))*")
"""Text that is its own HTML, as most options and comments are: one paragraph of words, with no sign of Markdown's."""
_markdown_lock = threading.Lock()  # one Markdown instance serves all threads

Pictures = Mapping[str, str]
"""{path in the course's folder: digest}"""
NO_PICTURES: Pictures = {}


def render(text: str, pictures: Pictures = NO_PICTURES) -> str:
    """Safe HTML of a block of Markdown. Its pictures point at where they are served: /media/<digest>."""
    if PLAIN.fullmatch(words := text.strip("\n")):
        return f"<p>{words}</p>" if words else ""
    return _clean(_convert(_blocks(), "\n".join(map(_shallow, text.split("\n")))), pictures)


def render_inline(text: str, pictures: Pictures = NO_PICTURES) -> str:
    """Safe HTML of one paragraph, without the paragraph."""
    text = " ".join(text.split())
    if PLAIN.fullmatch(text):
        return text
    return _clean(_convert(_inline(), text), pictures).removeprefix("<p>").removesuffix("</p>")


def plain(html: str) -> str:
    """The text of HTML, without its tags."""
    return " ".join(unescape(HTML_TAG.sub("", html)).split())


def fill(html: str, local: Mapping[str, str]) -> str:
    """Put what the workplace has filled in where the placeholders stand; else UNFILLED.

    One that stands by itself in parentheses goes with them when it is not filled in: the sentence is whole without.
    A LÄNK_ value that is an address becomes a link, and a phone number in any other one that can be called. Values
    are text, never HTML; tags are left as they are.
    """

    def value(match: re.Match[str]) -> str:
        name, aside = match[2], match["aside"]
        if name not in PLACEHOLDERS:
            return match[0]
        text = escape(local.get(name, "").strip())
        if not text:
            return "" if aside else UNFILLED
        if not name.startswith("LÄNK_"):
            text = PHONE.sub(_call, text)
        elif re.fullmatch(r"https://\S+", text):
            text = f'<a href="{text}" rel="noopener">{text.removeprefix("https://")}</a>'
        return f" ({text})" if aside else text

    return FILLED.sub(value, html)


def _call(number: re.Match[str]) -> str:
    digits = re.sub("[ -]", "", number[0])
    return f'<a href="tel:{digits}">{number[0]}</a>' if len(digits) >= SHORTEST_NUMBER else number[0]


def faults(
    lines: Sequence[str], first_line: int, pictures: Pictures, own: re.Pattern[str] = OWN
) -> Iterable[tuple[int, str]]:
    """(line, message) for everything in a text that may not stand there, or would be shown otherwise than meant.

    `own` fits the lines that the reader of such a file reads for itself.
    """
    told = list(_forbidden(lines, first_line, pictures))
    yield from told
    yield from (each for each in silent_faults(lines, first_line, own) if each[0] not in {line for line, _ in told})


def _forbidden(lines: Sequence[str], first_line: int, pictures: Pictures) -> Iterable[tuple[int, str]]:
    for index, line in enumerate(lines):
        number = first_line + index
        yield from ((number, message) for wrong, message in WRONG if wrong.match(line))
        if BOX.fullmatch(line) and _is_empty(line, lines[index + 1 :]):
            yield number, "rutan är tom; dra in texten under den med fyra mellanslag"
        if _lead(line) > DEEPEST:
            yield number, "raden ligger för djupt; använd högst sex nivåer av listor, citat och rutor"
        for name in PLACEHOLDER.findall(line):
            if name not in PLACEHOLDERS:
                yield number, f"okänd platshållare [{name}]{suggest(name, PLACEHOLDERS)}"
            elif line.startswith("## "):
                yield number, f"[{name}] fylls inte i i rubriker; flytta den till texten"
        yield from ((number, message) for message in _link_faults(line, pictures))


def _link_faults(line: str, pictures: Pictures) -> Iterable[str]:
    for link in LINK.finditer(line):
        text, target = link["text"].strip(), link["target"]
        if link["image"]:
            if target not in pictures:
                yield f"bilden ”{target}” finns inte; lägg den i kursens mapp media/ och skriv media/namn.png"
            if not text:
                yield "bilden saknar alternativtext; skriv vad den visar mellan [ och ]"
        else:
            if not ADDRESS.fullmatch(target):
                yield f"länken ”{target}” är inte tillåten; använd https://, mailto:, tel: eller en egen sida"
            if not text:
                yield "länken saknar text; skriv vart den leder mellan [ och ]"
    if BAD_LINK.search(LINK.sub("", line)):
        yield "länken är fel skriven; skriv [text](https://…) på en rad, utan mellanslag i adressen"


def _is_empty(box: str, following: Sequence[str]) -> bool:
    """Whether nothing after the first line of a box belongs to it."""
    first = next((line.expandtabs(4) for line in following if line.strip()), "")
    return len(first) - len(first.lstrip()) < _lead(box) + 4


def _lead(line: str) -> int:
    """How many columns of indentation, list marks and quote marks a line begins with."""
    found = LEAD.match(line.expandtabs(4))
    return found.end() if found else 0


def _shallow(line: str) -> str:
    """The line, not so deep that the nesting could exhaust the stack."""
    over = _lead(line) - DEEPEST
    return line.expandtabs(4)[over:] if over > 0 else line


def _convert(markdown: Markdown, text: str) -> str:
    with _markdown_lock:
        return markdown.reset().convert(text)


def _clean(html: str, pictures: Pictures) -> str:
    def attribute(_tag: str, name: str, value: str) -> str | None:
        if name == "src":
            return f"/media/{pictures[value]}" if value in pictures else None
        return None if name == "href" and not ADDRESS.fullmatch(value) else value

    return nh3.clean(
        html,
        tags=set(TAGS),
        attributes={"a": {"href"}, "img": {"src", "alt"}},
        allowed_classes={"div": {"admonition", *BOXES}, "p": {"admonition-title"}},
        attribute_filter=attribute,
        url_schemes=set(SCHEMES),
        link_rel="noopener",
    )


class _Links(InlineProcessor):
    """Links and pictures exactly as the check reads them."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # type: ignore[override]  # noqa: ARG002, N802
        if m["image"]:
            element = Element("img", alt=m["text"], src=m["target"])
        else:
            element = Element("a", href=m["target"])
            element.text = m["text"]
        return element, m.start(), m.end()


@cache
def _blocks() -> Markdown:
    """Markdown for whole texts."""
    return _closed(Markdown(extensions=["admonition", "sane_lists", "tables"], output_format="html"))


@cache
def _inline() -> Markdown:
    """Markdown for one paragraph: nothing in it makes a list, a heading or a quote."""
    markdown = _closed(Markdown(output_format="html"))
    for name in ("indent", "hashheader", "olist", "ulist", "quote"):
        markdown.parser.blockprocessors.deregister(name)
    return markdown


def _closed(markdown: Markdown) -> Markdown:
    """Take away what the closed set does not have, and read links as the check does, before anything else."""
    markdown.preprocessors.deregister("html_block")
    for name in ("code", "setextheader", "hr", "reference"):
        markdown.parser.blockprocessors.deregister(name)
    inline = markdown.inlinePatterns
    for name in ("reference", "link", "image_link", "image_reference", "short_reference", "short_image_ref"):
        inline.deregister(name)
    for name in ("autolink", "automail", "html"):
        inline.deregister(name)
    inline.register(_Links(LINK.pattern, markdown), "links", 195)
    return markdown
