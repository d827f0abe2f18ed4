"""Markdown to safe HTML, and the local placeholders in it.

A closed set of Markdown: no raw HTML, links to http(s), mailto, tel and relative addresses only. What the
author may not write is a problem for the check; the sanitiser is the second line behind it.
"""

import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from html import escape, unescape

import nh3
from markdown import Markdown

from course.errors import Problem

PLACEHOLDERS = frozenset(
    "RAPPORTSYSTEM LÄNK_SÄKERHETSRUTIN LARM SÄKERHETSSAMORDNARE JOUR_CHEF FÖRETAGSHÄLSOVÅRD LÄNK_VISSELBLÅSNING"
    " LÄNK_MUTOR LÄNK_SOCIALA_MEDIER LÄNK_HANDLINGSPLAN POLIS_KONTAKT INNEHÅLLSÄGARE SENAST_GRANSKAD".split()
)
"""What the workplace fills in, in instance/lokalt.toml."""
UNFILLED = "Fråga din chef"

BOXES = frozenset({"hos-oss", "apt", "innehall"})
SCHEMES = frozenset({"http", "https", "mailto", "tel"})
TAGS = frozenset("p br strong em a ul ol li blockquote h3 h4 table thead tbody tr th td img div hr code".split())
PLACEHOLDER = re.compile(r"\[([A-ZÅÄÖ][A-ZÅÄÖ_]{2,})\](?!\()")
TAG = re.compile(r"<[a-zA-Z/!?]")
LINK = re.compile(r"(!?)\[[^\]]*\]\(\s*<?([^)\s>]*)")
_markdown_lock = threading.Lock()  # one Markdown instance serves all threads
IMAGE = re.compile(r'(<img\b[^>]*\bsrc=")([^"]*)(")')


def render(text: str) -> str:
    """Safe HTML of a block of Markdown."""
    with _markdown_lock:
        html = _markdown().reset().convert(text)
    return nh3.clean(
        html,
        tags=set(TAGS),
        attributes={"a": {"href"}, "img": {"src", "alt"}, "th": {"align"}, "td": {"align"}},
        allowed_classes={"div": {"admonition", *BOXES}, "p": {"admonition-title"}},
        url_schemes=set(SCHEMES),
        link_rel="noopener",
    )


def render_inline(text: str) -> str:
    """Safe HTML of one paragraph, without the paragraph."""
    html = render(text).strip()
    return html.removeprefix("<p>").removesuffix("</p>") if html.count("<p>") == 1 else html


def plain(html: str) -> str:
    """The text of HTML, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


def fill(html: str, local: Mapping[str, str]) -> str:
    """Put what the workplace has filled in where the placeholders stand; else "Fråga din chef".

    A LÄNK_ value that is an address becomes a link. Values are text, never HTML.
    """

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name not in PLACEHOLDERS:
            return match[0]
        text = escape(local.get(name, "")) or UNFILLED
        if name.startswith("LÄNK_") and text.startswith("https://"):
            return f'<a href="{text}" rel="noopener">{text.removeprefix("https://")}</a>'
        return text

    return PLACEHOLDER.sub(value, html)


def with_media(html: str, digests: Mapping[str, str]) -> str:
    """Let pictures point at where they are served: `media/x.png` becomes `/media/<digest>`."""
    return IMAGE.sub(lambda found: f"{found[1]}/media/{digests.get(found[2], '')}{found[3]}", html)


def problems_in(path: str, lines: Sequence[str], first_line: int, media: Iterable[str] = ()) -> Iterable[Problem]:
    """Everything in a text that may not stand there, line by line."""
    pictures = frozenset(media)
    for number, line in enumerate(lines, start=first_line):
        if TAG.search(line):
            yield Problem(path, number, "HTML-taggar går inte att använda; skriv med Markdown i stället")
        for name in PLACEHOLDER.findall(line):
            if name not in PLACEHOLDERS:
                yield Problem(
                    path, number, f"okänd platshållare [{name}]; de som finns är {', '.join(sorted(PLACEHOLDERS))}"
                )
        for image, target in LINK.findall(line):
            if image and target not in pictures:
                yield Problem(path, number, f"bilden ”{target}” finns inte i kursens mapp media/")
            elif image and re.search(r"!\[\s*\]", line):
                yield Problem(path, number, "bilden saknar alternativtext; skriv vad den visar mellan [ och ]")
            elif not image and not _allowed_link(target):
                yield Problem(
                    path, number, f"länken ”{target}” är inte tillåten; använd https, mailto, tel eller en egen sida"
                )


def _allowed_link(target: str) -> bool:
    scheme, colon, _ = target.partition(":")
    if colon and "/" not in scheme and "#" not in scheme and "?" not in scheme:
        return scheme.lower() in SCHEMES
    return bool(target) and not target.startswith(("//", "\\", "/\\"))


@cache
def _markdown() -> Markdown:
    markdown = Markdown(extensions=["admonition", "sane_lists", "tables"], output_format="html")
    markdown.preprocessors.deregister("html_block")
    markdown.inlinePatterns.deregister("html")
    return markdown
