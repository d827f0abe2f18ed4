import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.content import markup
from course.content.load import load_course

PICTURES = {"media/dorr.png": "d1g35t"}


def faults(text):
    return list(markup.faults(text.split("\n"), 1, PICTURES))


# --- what authors may write


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Ett *två* **tre** `fyra`", "<p>Ett <em>två</em> <strong>tre</strong> <code>fyra</code></p>"),
        ("Ett  \ntvå", "<p>Ett<br>\ntvå</p>"),
        ("### Ett\n\n#### Två", "<h3>Ett</h3>\n<h4>Två</h4>"),
        ("- ett\n- två", "<ul>\n<li>ett</li>\n<li>två</li>\n</ul>"),
        ("1. ett\n2. två", "<ol>\n<li>ett</li>\n<li>två</li>\n</ol>"),
        ("> ett\n> två", "<blockquote>\n<p>ett\ntvå</p>\n</blockquote>"),
        (
            "| a | b |\n|---|---|\n| 1 | 2 |",
            (
                "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n"
                "<tbody>\n<tr>\n<td>1</td>\n<td>2</td>\n</tr>\n</tbody>\n</table>"
            ),
        ),
        (
            '!!! hos-oss "Så gör vi"\n    Ring [LARM].',
            '<div class="admonition hos-oss">\n<p class="admonition-title">Så gör vi</p>\n<p>Ring [LARM].</p>\n</div>',
        ),
        (
            "[**text**](https://example.org/a_(b)?c=1&d=2#e)",
            '<p><a href="https://example.org/a_(b)?c=1&amp;d=2#e" rel="noopener"><strong>text</strong></a></p>',
        ),
        ("[mejl](mailto:a@example.org)", '<p><a href="mailto:a@example.org" rel="noopener">mejl</a></p>'),
        ("[ring](tel:+46401234)", '<p><a href="tel:+46401234" rel="noopener">ring</a></p>'),
        ("[stöd](/stod)", '<p><a href="/stod" rel="noopener">stöd</a></p>'),
        ("[ned](#rubrik)", '<p><a href="#rubrik" rel="noopener">ned</a></p>'),
        ("![En > dörr](media/dorr.png)", '<p><img alt="En &gt; dörr" src="/media/d1g35t"></p>'),
        ("1 < 2 & 3 &amp; 4", "<p>1 &lt; 2 &amp; 3 &amp; 4</p>"),
        ("[LARM]: ring 112", "<p>[LARM]: ring 112</p>"),
        ("", ""),
    ],
)
def test_markdown_becomes_html_without_a_fault(text, html):
    assert markup.render(text, PICTURES) == html
    assert faults(text) == []


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Ett *två*", "Ett <em>två</em>"),
        ("- ett", "- ett"),
        ("1. ett", "1. ett"),
        ("# ett", "# ett"),
        ("> ett", "&gt; ett"),
        ('!!! apt "ett"', '!!! apt "ett"'),
        ("ett\ntvå\n\ntre", "ett två tre"),
        ("    ett", "ett"),
        ("", ""),
        ("![En dörr](media/dorr.png)", '<img alt="En dörr" src="/media/d1g35t">'),
    ],
)
def test_inline_markdown_never_makes_a_block(text, html):
    assert markup.render_inline(text, PICTURES) == html


def test_plain_text_has_no_tags_no_entities_and_single_spaces():
    assert markup.plain('<p>Ett <em>två</em> &lt; 3</p>\n<p><img alt="a > b" src="x">fyra&nbsp;fem</p>') == (
        "Ett två < 3 fyra fem"
    )


# --- what authors may not write

HTML = "HTML-taggar går inte att använda; skriv med Markdown, och länkar som [text](https://…)"
HEADING = "rubriken är fel skriven; skriv ”## Rubrik” eller ”### Rubrik” längst till vänster"
RULE = "linjer går inte att använda; dela upp texten med rubriker"
BOX = 'rutan är fel skriven; skriv ”!!! hos-oss "Rubrik"”, med en av apt, hos-oss, innehall, latt'
LOOSE = "raden är indragen utan att höra till något; ta bort mellanslagen först på den"
EMPTY = "rutan är tom; dra in texten under den med fyra mellanslag"
LINK = "länken är fel skriven; skriv [text](https://…) på en rad, utan mellanslag i adressen"
DEEP = "raden ligger för djupt; använd högst sex nivåer av listor, citat och rutor"


def not_allowed(target):
    return f"länken ”{target}” är inte tillåten; använd https://, mailto:, tel: eller en egen sida"


@pytest.mark.parametrize(
    ("line", "messages"),
    [
        ("<b>fet</b>", [HTML]),
        ("Text <!-- dold -->", [HTML]),
        ("</div>", [HTML]),
        ("<?php", [HTML]),
        ("<https://example.org>", [HTML]),
        ("# Rubrik", [HEADING]),
        ("##Rubrik", [HEADING]),
        (" ## Rubrik", [HEADING]),
        ("##\u00a0Rubrik", [HEADING]),
        ("##### Rubrik", [HEADING]),
        ("    ### Rubrik", [HEADING]),
        ("---", [RULE]),
        (" *** ", [RULE]),
        ("=====", [RULE]),
        ('!!! varning "Akta"', [BOX]),
        ("!!! hos-oss Så gör vi", [BOX]),
        ("!!! apt", [BOX]),
        ('!!! apt ""', [BOX]),
        ('!!!apt "Till APT"', [BOX]),
        ('!!! apt "Till APT"', [EMPTY]),
        ('    !!! apt "Till APT"', [EMPTY]),
        ('    !!! att "Till APT"', [BOX]),
        ("- - - - - - - - - - - - - djupt", [DEEP]),
        (">" * 25, [DEEP]),
        ("\t\t\t\t\t\t djupt", [DEEP]),
        ("Ring [LARMET].", ["okänd platshållare [LARMET]; menade du ”LARM”?"]),
        ("Ring [JOUR CHEF].", ["okänd platshållare [JOUR CHEF]; menade du ”JOUR_CHEF”?"]),
        ("## Ring [LARM]", ["[LARM] fylls inte i i rubriker; flytta den till texten"]),
        ("![](media/dorr.png)", ["bilden saknar alternativtext; skriv vad den visar mellan [ och ]"]),
        ("![ ](media/dorr.png)", ["bilden saknar alternativtext; skriv vad den visar mellan [ och ]"]),
        (
            "![En bil](media/bil.png)",
            ["bilden ”media/bil.png” finns inte; lägg den i kursens mapp media/ och skriv media/namn.png"],
        ),
        (
            "![En bil](https://example.org/bil.png)",
            [
                (
                    "bilden ”https://example.org/bil.png” finns inte;"
                    " lägg den i kursens mapp media/ och skriv media/namn.png"
                )
            ],
        ),
        ("[](https://example.org)", ["länken saknar text; skriv vart den leder mellan [ och ]"]),
        ("[text](https://example.org 'titel')", [LINK]),
        ("[text med [hak]](https://example.org)", [LINK]),
        ("[text] och mer](https://example.org)", [LINK]),
        ("[text](två ord)", [LINK]),
        ("[1]: https://example.org", [LINK]),
        ("[1]: //example.org", [LINK]),
        ("[text]()", [not_allowed("")]),
        ("[text](//example.org)", [not_allowed("//example.org")]),
        ("[text](/\\example.org)", [not_allowed("/\\example.org")]),
        ("[text](\\\\example.org)", [not_allowed("\\\\example.org")]),
        ("[text](www.example.org)", [not_allowed("www.example.org")]),
        ("[text](https://)", [not_allowed("https://")]),
        ("[text](javascript:alert(1))", [not_allowed("javascript:alert(1)")]),
        ("[text](JaVaScRiPt:alert(1))", [not_allowed("JaVaScRiPt:alert(1)")]),
        ("[text](data:text/html,x)", [not_allowed("data:text/html,x")]),
        ("[text](vbscript:x)", [not_allowed("vbscript:x")]),
        ("[text](file:///etc/passwd)", [not_allowed("file:///etc/passwd")]),
        ("[text](ftp://example.org)", [not_allowed("ftp://example.org")]),
        ("[text](&#106;avascript:x)", [not_allowed("&#106;avascript:x")]),
        ("[text](javascript&colon;x)", [not_allowed("javascript&colon;x")]),
        ("[a](//b) och [c](//d)", [not_allowed("//b"), not_allowed("//d")]),
    ],
)
def test_what_may_not_be_written_is_reported_on_its_line(line, messages):
    assert faults(f"Text.\n{line}\nText.") == [(2, message) for message in messages]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('!!! apt "Till APT"\n    Text', []),
        ('!!! apt "Till APT"\n\tText', []),
        ('!!! apt "Till APT"\n\n    - Text', []),
        ('!!! apt "Till APT"\n   Text', [(1, EMPTY)]),
        ('!!! apt "Till APT"', [(1, EMPTY)]),
        ('    !!! apt "Till APT"\n        Text', []),
        ('    !!! apt "Till APT"\n    Text', [(1, EMPTY), (2, LOOSE)]),
    ],
)
def test_the_text_of_a_box_is_indented(text, found):
    assert faults(text) == found


def test_a_link_over_two_lines_is_reported_where_it_ends():
    assert faults("[text\nmer](https://example.org)") == [(2, LINK)]


def test_an_unknown_placeholder_like_no_other_lists_those_there_are():
    assert faults("Se [BILAGA ETT].") == [
        (
            1,
            (
                "okänd platshållare [BILAGA ETT]; välj bland FÖRETAGSHÄLSOVÅRD, INNEHÅLLSÄGARE, JOUR_CHEF, LARM,"
                " LÄNK_HANDLINGSPLAN, LÄNK_MUTOR, LÄNK_SOCIALA_MEDIER, LÄNK_SÄKERHETSRUTIN, LÄNK_VISSELBLÅSNING,"
                " POLIS_KONTAKT, RAPPORTSYSTEM, SENAST_GRANSKAD, SÄKERHETSSAMORDNARE"
            ),
        )
    ]


@pytest.mark.parametrize("text", ["[ok]", "[OK]", "[x]", "[]", "[1]", "[Larm]", "[APT](https://example.org)", "5 # 6"])
def test_brackets_and_hashes_in_a_text_are_no_faults(text):
    assert faults(text) == []


# --- what the workplace fills in


def test_every_placeholder_is_filled_in_and_the_rest_is_left():
    html = "<p>Larma: [LARM], rapportera i [RAPPORTSYSTEM]. [OKÄND] [LARM](x)</p>"

    assert markup.fill(html, {"LARM": "knappen", "RAPPORTSYSTEM": "Systemet"}) == (
        "<p>Larma: knappen, rapportera i Systemet. [OKÄND] [LARM](x)</p>"
    )


@pytest.mark.parametrize("local", [{}, {"LARM": ""}, {"LARM": " \n"}, {"JOUR_CHEF": "040-12 34"}])
def test_what_is_not_filled_in_says_ask_your_manager(local):
    assert markup.fill("[LARM]", local) == "Fråga efter uppgiften"
    assert markup.fill("Rapporten ([LARM]) är inget straff.", local) == "Rapporten är inget straff."
    assert markup.fill("(se [LARM]) ([LARM] nu) (OBS) ([OKÄND])", local) == (
        "(se Fråga efter uppgiften) (Fråga efter uppgiften nu) (OBS) ([OKÄND])"
    )


def test_a_value_is_text_and_never_html():
    assert markup.fill("<p>[LARM]</p>", {"LARM": "<script>alert(\"1\")</script> & 'x'"}) == (
        "<p>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#x27;x&#x27;</p>"
    )


def test_a_value_is_not_filled_in_again():
    assert markup.fill("[LARM]", {"LARM": "[JOUR_CHEF]", "JOUR_CHEF": "x"}) == "[JOUR_CHEF]"


def test_a_link_value_that_is_an_address_becomes_a_link():
    assert markup.fill("[LÄNK_MUTOR]", {"LÄNK_MUTOR": " https://example.org/a?b=1&c=2 "}) == (
        '<a href="https://example.org/a?b=1&amp;c=2" rel="noopener">example.org/a?b=1&amp;c=2</a>'
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("data:text/html,x", "data:text/html,x"),
        ("http://example.org", "http://example.org"),
        ("Se https://example.org", "Se https://example.org"),
        ("https://example.org och ring", "https://example.org och ring"),
        ("//example.org", "//example.org"),
        ('"https://example.org', "&quot;https://example.org"),
        ("https://", "https://"),
    ],
)
def test_a_link_value_that_is_no_secure_address_stays_text(value, shown):
    assert markup.fill("[LÄNK_MUTOR]", {"LÄNK_MUTOR": value}) == shown


def test_another_value_that_is_an_address_stays_text():
    assert markup.fill("[LARM]", {"LARM": "https://example.org"}) == "https://example.org"


@pytest.mark.parametrize(
    ("value", "numbers"),
    [
        ("Eva Ek, 040-34 10 00", [("040-34 10 00", "040341000")]),
        ("040-12 34 56 eller +46 70-123 45 67.", [("040-12 34 56", "040123456"), ("+46 70-123 45 67", "+46701234567")]),
        ("(0701234567)", [("0701234567", "0701234567")]),
    ],
)
def test_a_phone_number_can_be_called(value, numbers):
    shown = value
    for number, called in numbers:
        shown = shown.replace(number, f'<a href="tel:{called}">{number}</a>')
    assert markup.fill("[JOUR_CHEF]", {"JOUR_CHEF": value}) == shown


@pytest.mark.parametrize(
    "value",
    [
        "Ring 112",
        "kl. 08-16 2026",
        "kl 07 30 45",
        "040-12 34",
        "den 1 november 2026",
        "Dnr 0412-2026-01234567",
        "A040-34 10 00",
    ],
)
def test_other_figures_are_no_phone_numbers(value):
    assert markup.fill("[LARM]", {"LARM": value}) == value


def test_an_address_cannot_break_out_of_its_link():
    assert markup.fill("[LÄNK_MUTOR]", {"LÄNK_MUTOR": 'https://x"onclick="alert(1)'}) == (
        '<a href="https://x&quot;onclick=&quot;alert(1)" rel="noopener">x&quot;onclick=&quot;alert(1)</a>'
    )


def test_nothing_is_filled_in_inside_a_tag():
    html = '<p><img alt="[LÄNK_MUTOR] > [LARM]" src="x">[LARM]</p>'

    assert markup.fill(html, {"LÄNK_MUTOR": "https://x/onerror=alert(1)", "LARM": "y"}) == (
        '<p><img alt="[LÄNK_MUTOR] > [LARM]" src="x">y</p>'
    )


# --- nothing an author writes becomes a script

ATTACKS = """\
<script>alert(1)</script>
<SCRIPT SRC=//evil.example/x.js></SCRIPT>
<scr<script>ipt>alert(1)</scr</script>ipt>
<img src=x onerror=alert(1)>
<img src="x" onerror="alert(1)"
<img/src=x/onerror=alert(1)//
<svg onload=alert(1)>
<svg><script>alert(1)</script></svg>
<svg><animate onbegin=alert(1) attributeName=x>
<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>
<math><mi//xlink:href="data:x,<script>alert(1)</script>">
<iframe src=javascript:alert(1)></iframe>
<iframe srcdoc="<script>alert(1)</script>">
<object data="javascript:alert(1)">
<embed src="javascript:alert(1)">
<body onload=alert(1)>
<input autofocus onfocus=alert(1)>
<details open ontoggle=alert(1)>
<video><source onerror=alert(1)></video>
<audio src=x onerror=alert(1)>
<a href="javascript:alert(1)">x</a>
<a href=" &#14; javascript:alert(1)">x</a>
<form action="javascript:alert(1)"><button>x</button></form>
<button formaction=javascript:alert(1)>x</button>
<base href="//evil.example/">
<link rel=stylesheet href=//evil.example/x.css>
<meta http-equiv=refresh content="0;url=javascript:alert(1)">
<style>@import '//evil.example/x.css'</style>
<div style="background:url(javascript:alert(1))">
<p style=x:expression(alert(1))>
<!--><script>alert(1)</script-->
<![CDATA[<script>alert(1)</script>]]>
<?xml version="1.0"?><script>alert(1)</script>
<noscript><p title="</noscript><img src=x onerror=alert(1)>">
<template><script>alert(1)</script></template>
<textarea></textarea><script>alert(1)</script>
<title></title><script>alert(1)</script>
<xmp><script>alert(1)</script></xmp>
&lt;script&gt;alert(1)&lt;/script&gt;
&#60;script&#62;alert(1)&#60;/script&#62;
[x](javascript:alert(1))
[x](JaVaScRiPt:alert(1))
[x](javascript&colon;alert(1))
[x](&#106;avascript:alert(1))
[x](&#x6A;&#x61;vascript:alert(1))
[x](java&#10;script:alert(1))
[x](java&Tab;script:alert(1))
[x](\\x01javascript:alert(1))
[x](javascript\\:alert(1))
[x](<javascript:alert(1)>)
[x]( javascript:alert(1))
[x](javascript:alert(1) "title")
[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)
[x](vbscript:msgbox(1))
[x](//evil.example)
[x](/\\evil.example)
[x](\\\\evil.example)
[x](&#47;/evil.example)
[x](https://example.org"onmouseover="alert(1))
[x](https://example.org'onmouseover='alert(1))
[x](`javascript:alert(1)`)
[x<script>alert(1)</script>](https://example.org)
[x][1] [1]: javascript:alert(1)
[1]: javascript:alert(1)
![x](javascript:alert(1))
![x](data:image/svg+xml,<svg/onload=alert(1)>)
![x](https://evil.example/track.png)
![x" onerror="alert(1)](media/dorr.png)
![x' onerror='alert(1)](media/dorr.png)
![<script>alert(1)</script>](media/dorr.png)
![x](media/dorr.png"onerror="alert(1))
<javascript:alert(1)>
<javascript://example.org/%0aalert(1)>
`<script>alert(1)</script>`
**<script>alert(1)</script>**
!!! apt" onmouseover="alert(1)
!!! apt "<script>alert(1)</script>"
| <script>alert(1)</script> | [x](javascript:alert(1)) |
> <script>alert(1)</script>
- <img src=x onerror=alert(1)>
### <img src=x onerror=alert(1)>
\\<script>alert(1)\\</script>
\u0002wzxhzdk:0\u0003<script>alert(1)</script>
klzzwxh:0000<script>alert(1)</script>
{{ config }} {% import os %} ${7*7}
'"><script>alert(1)</script>
javascript:alert(1)
＜script＞alert(1)＜/script＞
<ſcript>alert(1)</ſcript>
<a href=x onclick=alert(1)>[x](javascript:alert(1))</a>""".split("\n")

COURSE_TOML = """\
id = "kurs"
title = {attack}
audience = "employee"
edition = 1
edition_from = 2026-01-01
modules = ["modul"]
mandatory = ["modul"]
owner = {attack}
reviewed_on = 2026-01-01
best_before = 2027-01-01
"""
MODULE = """\
---
id: modul
titel: {attack}
minuter: 5
quiz: fragor
mål: {attack}
källor: {attack}
ägare: {attack}
granskad: 2026-01-01
bäst_före: 2027-01-01
---
{attack}

- {attack}

## {attack} {{#borjan}}
{attack}

- {attack}

1. {attack}

> {attack}

| a | {attack} |
|---|---|
| b | {attack} |

!!! hos-oss "{attack}"
    {attack}

### {attack}

| a |
|---|
| ![En dörr](media/dorr.png) |

*{attack}* **{attack}** `{attack}` [{attack}](https://example.org) [x]({attack}) ![{attack}](media/dorr.png)
"""
QUIZ = """\
---
quiz: fragor
titel: {attack}
modul: modul
---
## {attack} {{#forsta .enval avsnitt=borjan}}
{attack}

Vad gör du? {attack}

- [x] {attack} {{#ratt}}
  > {attack}
- [ ] Nej {attack} {{#fel}}
  > Nej. {attack}

### Förklaring
{attack}

### Ledtråd
- {attack}
"""
LOCAL_NAMES = sorted(markup.PLACEHOLDERS)


def html_of(attack):
    """Every HTML field of a course whose author wrote the attack everywhere, as pages show them."""
    titled = (MODULE, QUIZ) if "{" not in attack else (text.replace("## {attack}", "## T") for text in (MODULE, QUIZ))
    module, quiz = (text.format(attack=attack) for text in titled)  # a title with braces would be no title
    sources = {
        "modules/kurs/course.toml": COURSE_TOML.format(attack=json.dumps(attack)),
        "modules/kurs/modul.md": module,
        "quizzes/kurs/modul.md": quiz,
        "modules/kurs/media/dorr.png": "d1g35t",
    }
    course = load_course(sources).course
    (module,) = course.modules
    (section,) = module.sections
    (item,) = course.quizzes["fragor"].items.values()
    fields = [module.lead, section.html, item.situation, item.question, *item.notes.values()]
    fields += [field for choice in item.choices for field in (choice.html, choice.feedback)]
    local = dict.fromkeys(LOCAL_NAMES, attack)
    return [*fields, *(markup.fill(field, local) for field in fields)]


class Reader(HTMLParser):
    """Whatever in a piece of HTML the closed set does not have."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.found = [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in markup.TAGS:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if not self.allowed(tag, name, value or ""):
                self.found.append(f"<{tag} {name}={value!r}>")

    def allowed(self, tag, name, value):
        patterns = {
            ("a", "href"): r"(https?://|mailto:|tel:)[^\s]+|/[^/\\\s][^\s:]*|/|#[^\s:]*|[a-z0-9.][^\s:]*",
            ("a", "rel"): "noopener",
            ("img", "src"): "/media/d1g35t",
            ("img", "alt"): "(?s:.*)",
            ("div", "class"): "admonition( (hos-oss|apt|innehall|latt))?",
            ("p", "class"): "admonition-title",
        }
        return re.fullmatch(patterns.get((tag, name), "(?!)"), value, re.IGNORECASE)

    def handle_comment(self, data):
        self.found.append(f"<!--{data}")

    handle_decl = handle_pi = unknown_decl = handle_comment


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_an_author_writes_anywhere_becomes_a_script(attack):
    read = [Reader(html) for html in html_of(attack)]

    assert [reader.found for reader in read if reader.found] == []
    assert set(read[1].tags) >= {"table", "div", "blockquote", "ul", "ol", "img", "code", "h3"}


def test_the_reader_of_this_test_would_see_a_script():
    html = '<script>x</script><a href="javascript:x" onclick="y">z</a><img src="//x"><!-- c --><p class="admin">'

    assert Reader(html).found == [
        "<script>",
        "<a href='javascript:x'>",
        "<a onclick='y'>",
        "<img src='//x'>",
        "<!-- c ",
        "<p class='admin'>",
    ]


@given(
    st.lists(st.one_of(st.sampled_from(ATTACKS), st.sampled_from([*"<>[]()!`*_\\|#&;:\"'/ \n"]), st.text(max_size=4)))
)
@settings(max_examples=300)
def test_attacks_in_any_combination_stay_text(pieces):
    text = "".join(pieces)
    text = re.sub("[\ud800-\udfff]", "", text)

    assert Reader(markup.render(text, PICTURES)).found == []
    assert Reader(markup.render_inline(text, PICTURES)).found == []
    assert Reader(markup.fill(markup.render(text, PICTURES), dict.fromkeys(LOCAL_NAMES, text))).found == []


@given(st.text(max_size=60))
@settings(max_examples=200)
def test_a_local_value_never_becomes_more_than_text_or_one_link(value):
    html = markup.fill("<p>[LARM] [LÄNK_MUTOR]</p>", {"LARM": value, "LÄNK_MUTOR": value})

    assert Reader(html).found == []
    assert Reader(html).tags in (["p"], ["p", "a"])


MARKS = st.text(alphabet="aÅ1 .,?;:!/()”’–…%§-\n*_[]<>&#|+=~\\'\"\t`", max_size=40)
WORDS = st.lists(st.sampled_from(["ord", "Å", "1.", "-", "–", ":", "!", "10", " ", "  ", "\n", "(a)", "a/b", ".", "”"]))


@given(st.one_of(MARKS, WORDS.map("".join)))
@settings(max_examples=1000)
def test_text_without_marks_is_its_own_html_as_the_whole_converter_would_say(text):
    quick = markup.render(text), markup.render_inline(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markup, "PLAIN", re.compile("(?!)"))
        whole = markup.render(text), markup.render_inline(text)

    assert quick == whole
