"""Markdown to safe HTML, and the local placeholders in it.

A closed set of Markdown: no raw HTML, no code blocks, no link definitions; addresses are http(s), mailto, tel or
our own. What the author may not write is a fault for the check; the sanitiser is the second line behind it.
"""

import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from html import escape, unescape
from xml.etree.ElementTree import Element

import nh3
from markdown import Markdown
from markdown.inlinepatterns import InlineProcessor

from course.content.front_matter import suggest

PLACEHOLDERS = frozenset(
    "RAPPORTSYSTEM LÄNK_SÄKERHETSRUTIN LARM SÄKERHETSSAMORDNARE JOUR_CHEF FÖRETAGSHÄLSOVÅRD LÄNK_VISSELBLÅSNING"
    " LÄNK_MUTOR LÄNK_SOCIALA_MEDIER LÄNK_HANDLINGSPLAN POLIS_KONTAKT INNEHÅLLSÄGARE SENAST_GRANSKAD".split()
)
"""What the workplace fills in, in instance/lokalt.toml."""
UNFILLED = "Fråga din chef"

BOXES = frozenset({"hos-oss", "apt", "innehall"})
SCHEMES = frozenset({"http", "https", "mailto", "tel"})
TAGS = frozenset("p br strong em a ul ol li blockquote h3 h4 table thead tbody tr th td img div hr code".split())
DEEPEST = 24
"""How many columns may stand before the text of a line: six levels of lists, quotes and boxes."""

ADDRESS = re.compile(r"(https?://|mailto:|tel:|/(?![/\\])|#|(?!www\.)[a-z0-9])[\w.~/?#@!$&'()*+,;=%-]*(:[0-9]+[/?#][\w.~/?#@!$&'()*+,;=%:-]*)?")
LINK = re.compile(r"(?P<image>!?)\[(?P<text>[^\[\]]*)\]\((?P<target>(?:[^()\s]|\([^()\s]*\))*)\)")
PLACEHOLDER = re.compile(r"\[([A-ZÅÄÖ][A-ZÅÄÖ0-9_ -]*[A-ZÅÄÖ0-9])\](?!\()")
