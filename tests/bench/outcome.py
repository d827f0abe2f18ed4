"""What a measure found, held against its goal: one line of the table."""

from collections.abc import Iterable
from dataclasses import dataclass

BUSY = "other work took the cores"


@dataclass(frozen=True)
class Outcome:
    """One measure; `met` is yes, no, BUSY when it cannot be told, or '' when there is no goal for it."""

    what: str
    measured: str
    goal: str = ""
    met: str = ""


def met(held: bool) -> str:
    """Whether a goal is met, as the table says it."""
    return "yes" if held else "**no**"


def timed(what: str, seconds: float, cpu: float, goal: float) -> Outcome:
    """A time held against its goal; when other work made it too long, and its CPU time is not, it cannot be told."""
    told = BUSY if cpu < goal <= seconds else met(seconds < goal)
    return Outcome(what, f"{seconds:.2f} s, {cpu:.2f} s CPU", f"< {goal:g} s", told)


def table(outcomes: Iterable[Outcome]) -> str:
    """The outcomes as a Markdown table."""
    lines = [("what", "measured", "goal", "met"), ("---",) * 4]
    lines += [(each.what, each.measured, each.goal, each.met) for each in outcomes]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
