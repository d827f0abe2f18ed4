"""What systems call the forms of employment, as the five kinds that are counted apart. Pure.

Sources: Allmänna bestämmelser (AB) 4 §, lagen (1982:80) om anställningsskydd 4–6 §, and what systems for HR print.
"""

import re
from collections.abc import Mapping

from course.sheet.problems import fold

WORDS = {
    "hired": "inhyrd konsult bemanning bemannings uppdragstagare hired",
    "trainee": "praktikant praktik språkpraktik arbetsträning student elev vfu lia trainee",
    "hourly": "tim timmar timme timvik timvikarie timvikariat intermittent behov behovs springvikarie korttidsvikarie"
    " poolvikarie hourly",
    "temporary": "visstid visst tidsbegränsad tidsbegr vik vikariat vikarie vikarierande semestervikarie"
    " semestervikariat sommarvikarie sommarvikariat långtidsvikarie långtidsvikariat ava säva prov projekt säsong"
    " förordnande förordnad ferie feriearbete feriearbetare ferievikarie sommarjobb extratjänst nystartsjobb"
    " introduktionsjobb beredskap bea utbildnings lärling lärlings aspirant temporary",
    "permanent": "tillsvidare tillsv tillsvid tv vidare fast ordinarie permanent",
}
"""The kinds from the strongest on: who is a vikarie by the hour is hourly. Each word may end as ENDINGS say."""
PAID_BY_THE_MONTH = frozenset({"manad", "man", "manads"})
"""Says how somebody is paid; alone it means the usual, tillsvidare."""
FILLING = frozenset(
    "allman sarskild anstallning anstalld anst avlonad avl heltid deltid enligt enl ab avtal avtalet las tills vid pa i"
    " och med som".split()
)
"""Words that decide nothing."""
ENDINGS = re.compile(r"(s?anstallning(en)?|s?anstalld|s?anst|s?avlonad|s?avl|s?lon)$")
KINDS = {fold(word): kind for kind, words in WORDS.items() for word in words.split()}


def employment_of(text: str, own: Mapping[str, str] = {}) -> str:
    """The kind that a list means; '' when nobody knows. `own`: {a word of this workplace: one of EMPLOYMENT_WORDS}."""
    chosen = {fold(word): usual for word, usual in own.items()}.get(fold(text))
    found = [_kind_of(fold(word)) for word in re.findall(r"[^\W\d_]+", chosen or text)]
    if not any(found) or "?" in found:
        return ""
    return next((kind for kind in WORDS if kind in found), "permanent" if "month" in found else "")


def _kind_of(word: str) -> str:
    """The kind that a word means: "month" when it is only how somebody is paid, '' nothing, "?" when it is unknown."""
    for form in (word, ENDINGS.sub("", word)):
        if form in KINDS:
            return KINDS[form]
        if form in PAID_BY_THE_MONTH:
            return "month"
    return "" if word in FILLING else "?"
