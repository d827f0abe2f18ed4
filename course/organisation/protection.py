"""What a list says of protected personal data (skyddade personuppgifter). Pure."""

from course.sheet.problems import fold

YES = (
    "ja, j, x, 1, sant, true, yes, skyddad, skyddade personuppgifter, skyddad identitet, skyddad folkbokföring,"
    " kvarskrivning, kvarskriven, sekretess, sekretessmarkering, sekretessmarkerad, sekretessmärkt, fingerade"
    " personuppgifter"
)
NO = "nej, n, 0, falskt, false, no, ingen, inget"
NOTHING = ("", "-", "–")
_SAID = {fold(word): means for words, means in ((YES, True), (NO, False)) for word in words.split(",")}


def says_protected(text: str) -> bool | None:
    """Whether the cell says that the person is protected; None when it says something else, as a lone * does."""
    return False if text in NOTHING else _SAID.get(fold(text))
