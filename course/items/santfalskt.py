"""Sant eller falskt: one statement, two options with fixed ids."""

from collections.abc import Callable, Iterable, Sequence

from course.items.choices import Choice
from course.items.enval import Enval

OPTIONS = (("sant", "Sant"), ("falskt", "Falskt"))


class Santfalskt(Enval):
    """The answer is ["sant"] or ["falskt"]."""

    type = "santfalskt"

    def part_faults(self) -> Iterable[tuple[int, str]]:
        if tuple((choice.id, choice.html) for choice in self.choices) == OPTIONS:
            yield from super().part_faults()
        else:
            yield self.line, "alternativen ska vara Sant {#sant} och Falskt {#falskt}, i den ordningen"

    def shown(self, place: Callable[[str], bytes]) -> Sequence[Choice]:  # noqa: ARG002 - always in the same order
        return self.choices
