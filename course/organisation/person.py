"""The one rule for what people and units may be called, whoever writes it: a list, a form, a command. Pure.

Each rule takes what somebody wrote and gives it as it is kept, or raises Unfit, whose text is the rest of a sentence
that begins with the name of the cell or the field.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date

from course.errors import Invalid
from course.sheet.letters import GARBLED, UNSAFE, is_garbled
from course.sheet.problems import quoted

LONGEST_NAME = 200
LONGEST_EMAIL = 254
LONGEST_NOTE = 500
LAST_YEAR = 2100
KNOWN_BY_NAME = "fv-"
"""How the key of an elected official without an address begins; the name follows."""
OWN_CODES = ("avd-", "namnd-")
"""How the codes begin that lists make from names."""
GARBLED_TOLD = "innehåller förvanskade bokstäver. Skriv om texten för hand."

_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER = re.compile(r"[A-Za-z0-9._/-]{1,40}")
_UNIT_CODE = re.compile(r"[A-Za-zÅÄÖåäö0-9._/ -]{1,60}")
_EMAIL = re.compile(r"[a-z0-9_][a-z0-9._%+'-]*@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
_PERSONNUMMER = re.compile(r"(?<!\d)(\d\d)?(\d{6})\s?[-+\u2010-\u2015\u2212]?\s?(\d{4})(?!\d)")
_TEN_DIGITS = re.compile(r"[0-9]{10}")
_PARTY = (
    "(?:s|m|sd|c|v|kd|l|mp|fp|fi|afs|med|nyans|socialdemokrat(?:erna)?|moderat(?:erna)?|sverigedemokrat(?:erna)?|"
    "centerpart(?:iet|ist)|vänsterpart(?:iet|ist)|kristdemokrat(?:erna)?|liberal(?:erna)?|miljöpart(?:iet|ist)|"
    "folkpart(?:iet|ist)|feministiskt initiativ|alternativ för sverige|medborgerlig samling|partilös|politisk vilde)"
)
_IN_BRACKETS = re.compile(rf"[(\[{{]\s*({_PARTY}(?:\s*[/,+&]\s*{_PARTY})*)\s*[)\]}}]", re.IGNORECASE)
_AT_THE_END = re.compile(rf"(?:[,;:/|]|\s[-–—])\s*({_PARTY})\.?$", re.IGNORECASE)
_LETTERS = frozenset({"Lu", "Ll", "Lt"})
_DRESSED = ("<wide>", "<narrow>", "<font>", "<circle>", "<square>")
"""How Unicode marks a letter or digit that is another one in other clothes."""

Rule = Callable[[str], str]


class Unfit(ValueError):  # noqa: N818 - it is told to a person
    """What was written cannot be used; the text says what is wrong with it and what to do."""


def kept(rule: Rule, text: str | None, what: str, field: str, *, optional: bool = False) -> str:
    """The text by the rule; '' for an optional one that is empty. Raises Invalid, which begins with `what`."""
    written = (text or "").strip()
    if optional and not written:
        return ""
    try:
        return rule(written)
    except Unfit as unfit:
        raise Invalid(f"{what} {unfit}", field) from None


def label(text: str, *, longest: int = LONGEST_NAME) -> str:
    """What something is called: a unit, a title, a group, a source."""
    name = _readable(_safe(text), longest)
    if is_garbled(name):
        raise Unfit(GARBLED_TOLD)
    return name


def list_source(text: str) -> str:
    """The name of the system that a list comes from."""
    return label(text, longest=40)


def note(text: str) -> str:
    """A reason, a reference, a source: what somebody writes to be read beside a figure or in a record."""
    return _readable(_safe(text), LONGEST_NOTE)


def person_name(text: str) -> str:
    """A person's name: at least one letter, and no party, which is not ours to know (GDPR article 9)."""
    name = label(text)
    if not any(letter.isalpha() for letter in name):
        raise Unfit(f"har inga bokstäver: {quoted(name)}. Skriv namnet.")
    return _without_party(name)


def mandate(text: str) -> str:
    """What an elected official is called in a board, without a party."""
    return _without_party(label(text))


def place_name(text: str) -> str:
    """A name that a code is made of."""
    name = label(text)
    if not slug(name):
        raise Unfit(f"behöver minst en bokstav a–ö eller en siffra, inte {quoted(name)}.")
    return name


def number(text: str, *, resembling: bool = False) -> str:
    """An employment number. `resembling` lets ten digits through that happen to look like a personnummer."""
    plain = _tidy(text)
    if not (resembling and _TEN_DIGITS.fullmatch(plain)):
        _check_no_personnummer(plain, "Använd anställningsnummer i stället.")
    return _shaped(plain, _NUMBER, "A–Z, a–z, 0–9 och . _ - /, högst 40 tecken")


def key(text: str) -> str:
    """What a person is known by: an employment number, or the e-mail address of an elected official."""
    return email(text) if "@" in text.strip()[1:] else number(text)


def tells_name(text: str) -> bool:
    """Whether a key is made of the person's name, or is an address, which mostly is."""
    return "@" in text or text.startswith(KNOWN_BY_NAME)


def unit_code(text: str) -> str:
    """A unit's code, as HR has it."""
    code = _shaped(_safe(text), _UNIT_CODE, "A–Ö, a–ö, 0–9, mellanslag och . _ - /, högst 60 tecken")
    if code.lower().startswith(OWN_CODES):
        raise Unfit(f"får inte börja med ”avd-” eller ”namnd-”: {quoted(code)}. Använd en annan kod.")
    return code


def email(text: str) -> str:
    """An e-mail address, in lower case."""
    address = _safe(text).lower()
    if not is_email(address):
        why = "" if address.isascii() else " Adressen får inte ha å, ä, ö eller andra särskilda tecken."
        raise Unfit(f"är ingen e-postadress: {quoted(address)}. Skriv som namn@kommun.se.{why}")
    return address


def is_email(text: str) -> bool:
    """Whether the text has the shape of an address in lower case."""
    return len(text) <= LONGEST_EMAIL and ".." not in text and bool(_EMAIL.fullmatch(text))


def looked_up(text: str) -> str:
    """A number, an address or a code as somebody typed it, for comparing: no case, no width, nothing invisible."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in plain if not char.isspace() and unicodedata.category(char) not in ("Cf", "Cc"))


def slug(text: str) -> str:
    """A name as part of a code: "IFO, utredning" is "ifo-utredning"."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "-".join(re.findall("[a-z0-9]+", "".join(letter for letter in plain if not unicodedata.combining(letter))))


def has_personnummer(text: str) -> bool:
    """Whether a Swedish personal identity number, or a coordination number, stands in the text."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return any(_is_birthday(*found[:2]) and _luhn(found[1] + found[2]) for found in _PERSONNUMMER.findall(plain))


def _tidy(text: str) -> str:
    """The text with its white space single, when it has one and nothing that cannot be seen or read."""
    if unsafe := UNSAFE.search(text):
        raise Unfit(f"innehåller ett osynligt tecken (U+{ord(unsafe[0]):04X}). Skriv om texten för hand.")
    if GARBLED.search(text):
        raise Unfit(GARBLED_TOLD)
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    if not plain:
        raise Unfit("saknas. Fyll i fältet.")
    if plain.startswith(_FORMULA):
        raise Unfit(f"börjar med ”{plain[0]}” som en formel. Ta bort tecknet.")
    return plain


def _safe(text: str) -> str:
    plain = _tidy(text)
    _check_no_personnummer(plain, "Ta bort det.")
    return plain


def _check_no_personnummer(text: str, remedy: str) -> None:
    if has_personnummer(text):
        raise Unfit(f"innehåller något som ser ut som ett personnummer. {remedy}")


def _readable(text: str, longest: int) -> str:
    if len(text) > longest:
        raise Unfit(f"är längre än {longest} tecken. Korta texten.")
    if any(map(_mixes_alphabets, text.split())):
        raise Unfit(f"blandar bokstäver ur olika alfabet: {quoted(text)}. Skriv om texten.")
    if any(map(_is_dressed, text)):
        raise Unfit(f"har tecken som bara liknar vanliga: {quoted(text)}. Skriv om texten för hand.")
    if not any(letter.isalnum() for letter in text):
        raise Unfit(f"är bara skiljetecken: {quoted(text)}. Skriv ett namn.")
    return text


def _without_party(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text)
    if found := _IN_BRACKETS.search(plain) or _AT_THE_END.search(plain):
        raise Unfit(f"ser ut att innehålla ett parti: ”{found[1]}”. Ta bort det. Partitillhörighet får inte sparas.")
    return text


def _shaped(text: str, shape: re.Pattern[str], allowed: str) -> str:
    if shape.fullmatch(text):
        return text
    if not text.isascii() and shape.fullmatch(_as_it_looks(text)):
        raise Unfit(f"har tecken som bara liknar vanliga: {quoted(text)}. Skriv om texten för hand.")
    raise Unfit(f"får bara ha {allowed}, inte {quoted(text)}.")


def _mixes_alphabets(word: str) -> bool:
    """Whether Latin letters stand among letters that may look like them."""
    if word.isascii():
        return False
    scripts = {unicodedata.name(each, "?").split()[0] for each in word if unicodedata.category(each) in _LETTERS}
    return len(scripts) > 1 and "LATIN" in scripts


def _is_dressed(letter: str) -> bool:
    """Whether it is a letter or a digit of another width or style, or a digit of another script."""
    if letter.isascii():
        return False
    return letter.isdecimal() or unicodedata.decomposition(letter).startswith(_DRESSED)


def _as_it_looks(text: str) -> str:
    """The text with each foreign letter or digit as a letter, to tell look-alikes from wrong characters."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join("x" if letter.isalnum() and _is_foreign(letter) else letter for letter in plain)


def _is_foreign(letter: str) -> bool:
    return not letter.isascii() and not unicodedata.name(letter, "").startswith("LATIN")


def _is_birthday(century: str, digits: str) -> bool:
    """Whether YYMMDD is a day in some century; a coordination number has 60 added to the day."""
    day = int(digits[4:]) - 60 if int(digits[4:]) > 60 else int(digits[4:])
    for first in (century,) if century else ("19", "20"):
        try:
            return 1850 <= date(int(first + digits[:2]), int(digits[2:4]), day).year <= LAST_YEAR
        except ValueError:
            continue
    return False


def _luhn(digits: str) -> bool:
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(digits))
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0
