"""What can go wrong, by meaning: four refusals of a request, and the problems of a file."""

from typing import NamedTuple


class Refusal(Exception):  # noqa: N818 - a refusal is an answer to a person, not a defect
    """A request that cannot be met; its text is Swedish and shown as it stands."""

    status = 400

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field
        """The form field that it is about, where there is one."""


class Invalid(Refusal):
    """What was sent cannot be used as it is."""

    status = 422


class NotAllowed(Refusal):
    """The actor may not do this."""

    status = 403


class NotFound(Refusal):
    """There is no such thing, or it is not for the actor to know."""

    status = 404


class Conflict(Refusal):
    """What is stored already says otherwise."""

    status = 409


class TookTooLong(Refusal):
    """Answering would have held the database for too long, and was given up; nothing was to be written."""

    status = 504


class Problem(NamedTuple):
    """A fault in a file that a person wrote: where it is and what to do about it, in Swedish.

    `line` counts from 1; 0 means the file as a whole.
    """

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}" if self.line else f"{self.path}: {self.message}"


class BadContent(Exception):  # noqa: N818 - it carries problems, in the plural
    """Content that cannot be published, with every problem that was found."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems
