"""Sant eller falskt: one statement, two options with fixed ids."""

from collections.abc import Iterable

from course.items.enval import Enval


class Santfalskt(Enval):
    """The answer is ["sant"] or ["falskt"]."""

    type = "santfalskt"

    def faults(self) -> Iterable[tuple[int, str]]:
        if self.choice_ids != ("sant", "falskt"):
            yield (
                0,
                "en fråga av typen santfalskt ska ha alternativen Sant {#sant} och Falskt {#falskt}, i den ordningen",
            )
        else:
            yield from super().faults()
