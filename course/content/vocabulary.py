"""The closed lists of words that authors choose from, and what each is called in Swedish."""

from collections.abc import Mapping

TRACKS: Mapping[str, str] = {
    "eb": "Ekonomiskt bistånd boende",
    "ifo": "IFO utredning",
    "am": "Arbetsmarknad",
    "te": "Tillstånd",
    "sg": "Stadsbyggnad och gata",
}
"""{track: the work it is about}. The activities that the audit looked at."""

FORMS: Mapping[str, str] = {
    "trakasserier": "trakasserier",
    "hot": "hot",
    "våld": "våld",
    "skadegörelse": "skadegörelse",
    "korruption": "korruption",
    "subtil": "subtil påverkan",
}
"""{form of improper influence: its name in a sentence}."""

OUTCOMES: Mapping[str, str] = {
    "stärker": "Det här gör dig, kollegorna och beslutet starkare. Den som vill påverka kommer inte vidare.",
    "håller": "Det här håller för stunden. Något är kvar att göra innan det är tryggt.",
    "försvagar": "Det här gör det lättare att påverka er nästa gång. Det går att vända.",
}
"""{how a scenario ends: what that means}. Never points."""
