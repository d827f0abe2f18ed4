"""What completions rest on, also those that were restored, which say of which completion they are the same anew."""

from collections.abc import Collection, Mapping

RESTORED = "restored:"
Evidence = Mapping[int, str]
"""{completion: its evidence}, of everything that one human has ever completed in a course."""


def restored(number: int) -> str:
    """The evidence of a completion that is another one anew."""
    return f"{RESTORED}{number}"


def restores(evidence: str) -> int | None:
    """The completion that the one with this evidence is anew; None when it is none."""
    return int(evidence.removeprefix(RESTORED)) if evidence.startswith(RESTORED) else None


def original(number: int, evidence: Evidence) -> int:
    """The completion that this one is, or is anew, through every restoring."""
    while (earlier := restores(evidence[number])) is not None:
        number = earlier
    return number


def rests_on(whole: int, evidence: Evidence) -> frozenset[int]:
    """The modules' completions, as originals, that a completion of the whole course rests on.

    One that another of the human's numbers has, and the human no longer, is told by its own id.
    """
    numbers = map(int, evidence[original(whole, evidence)].split(","))
    return frozenset(original(number, evidence) if number in evidence else number for number in numbers)


def standing(live: Collection[int], evidence: Evidence) -> frozenset[int]:
    """The originals of the completions that have not been revoked."""
    return frozenset(original(number, evidence) for number in live)
