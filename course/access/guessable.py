"""Which passwords are guessed first: the commonest ones, words and their years, keys in a row, one's own name.

The guessing is zxcvbn's (USENIX Security 2016): the cheapest way to make the password out of its 30 000 commonest
passwords, English words and names, keys beside each other, sequences, repetitions and dates, with l33t and capitals
undone. What Swedes, this municipality and this course choose first stands here.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

FEWEST_GUESSES = 10**9
"""The throttle lets some thousand tries a day through; four words that do not belong together need far more."""
MOST_LOOKED_AT = 48
"""Characters; the work grows with their square, and what is guessable is so from its beginning."""
WORDS = """
lösenord lösenordet hemlig hemligt hemlighet password välkommen administratör användare inloggning logga konto kod
engångskod sommar sommaren vinter vintern vår våren höst hösten lov höstlov sportlov jul julafton påsk midsommar
semester januari februari mars april maj juni juli augusti september oktober november december måndag tisdag onsdag
torsdag fredag lördag söndag malmö malmöff malmöstad stad staden kommun kommunen skåne sverige sweden svensk stockholm
göteborg lund helsingborg hot våld hotochvåld otillåten påverkan otillåtenpåverkan socialtjänst socialtjänsten
socialförvaltning socialförvaltningen social förvaltning nämnd nämnden kurs kursen utbildning chef medarbetare anställd
handläggare socialsekreterare arbete jobb jobbet kontor kontoret enhet enheten jagälskardig älskling älskar kärlek
fotboll hejsan hej hejhej test testar tester exempel mormor morfar mamma pappa katt hund
qwertyuiopå asdfghjklöä zxcvbnm qaz wsx edc rfv tgb yhn ujm abcdefghijklmnopqrstuvwxyzåäö
och är det jag du ett två tre fyra fem sex sju åtta nio tio
""".split()
"""Folded too: without the dots and rings."""
WHY = {
    "dictionary": "vanliga ord",
    "own": "ditt namn eller nummer",
    "spatial": "tangenter i rad",
    "sequence": "tecken i följd",
    "repeat": "samma sak om igen",
    "date": "årtal",
    "regex": "årtal",
}
"""{a way to guess: what the password is made of, in words}."""


def why_guessable(password: str, names: Iterable[str]) -> list[str]:
    """What the password is made of, in words, when it is guessed first; empty when it is not.

    `names` are the account's own words: number, name, e-mail. Spaces and signs between words hide nothing.
    """
    own = [word for name in names for word in (name, *re.split(r"[\W_]+", name)) if len(word) > 2]
    known = list(dict.fromkeys(form for word in (*own, *WORDS) for form in (word.casefold(), _folded(word))))
    own_forms = {form for word in own for form in (word.casefold(), _folded(word))}
    found = [_guessed(each, known) for each in _spellings(password)]
    cheap = [each["sequence"] for each in found if each["guesses"] < FEWEST_GUESSES]
    ways = ("own" if part.get("matched_word") in own_forms else part["pattern"] for parts in cheap for part in parts)
    return list(dict.fromkeys(WHY[way] for way in ways if way in WHY))


def _spellings(password: str) -> list[str]:
    """As it stands, folded, and folded without what stands between its words."""
    whole = unicodedata.normalize("NFKC", password)[:MOST_LOOKED_AT]
    words = re.sub(r"[\W_]", "", _folded(whole))
    return list(dict.fromkeys((whole, _folded(whole), *([words] if len(words) * 2 > len(whole) else ()))))


def _guessed(password: str, known: list[str]) -> dict[str, Any]:
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its lists take a tenth of a second, and most commands need none

    found: dict[str, Any] = zxcvbn(password, user_inputs=known)
    return found


def _folded(text: str) -> str:
    """In lower case, without dots and rings: "Malmö" is tried as "malmo" too."""
    letters = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
