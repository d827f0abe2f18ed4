"""Sant eller falskt: one statement, two options with fixed ids."""

from collections.abc import Iterable

from course.items.enval import Enval

OPTIONS = (("sant", "Sant"), ("falskt", "Falskt"))


class Santfalskt(Enval):
    """The answer is ["sant"] or ["falskt"]."""

    type = "santfalskt"

    def faults(self) -> Iterable[tuple[int, str]]:
        if tuple((choice.id, choice.html) for choice in self.choices) == OPTIONS:
            yield from super().faults()
        else:
            yield self.line, "alternativen ska vara Sant {#sant} och Falskt {#falskt}, i den ordningen"
