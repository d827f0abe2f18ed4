"""What a person typed into a form: each field read by its rule, every fault at once, each told at its field."""

from collections.abc import Callable, Container
from datetime import date
from typing import TypeVar

from werkzeug.datastructures import MultiDict

from course.clock import FOREVER
from course.errors import Invalid, Refusal
from course.organisation.person import Rule, Unfit, kept
from course.report.as_of import read_day

NUMBER_LENGTH = 9
T = TypeVar("T")


class Faulty(Invalid):
    """At least one field of the form cannot be used; what is wrong stands in the form."""


class Form:
    """One form of a page: what was sent in it, if it was, and what is wrong, by field.

    `name` tells it from the other forms of its page and begins its ids. A field that cannot be read gives a value that
    must not be used: call `check` before anything is done.
    """

    def __init__(self, name: str = "", sent: MultiDict[str, str] | None = None) -> None:
        self.name, self._sent = name, sent
        self.faults: dict[str, str] = {}
        self._fields: list[str] = []

    def named(self, name: str) -> "Form":
        """The form of that name on the page: this one, or one that was not sent."""
        return self if self.name == name else Form(name)

    def id(self, field: str) -> str:
        """The id of a field's element."""
        return "-".join(filter(None, (self.name, field)))

    def value(self, field: str, default: object = "") -> str:
        """What the field shows: what was sent, else the default."""
        sent = None if self._sent is None else self._sent.get(field)
        return str(default or "") if sent is None else sent

    def has(self, field: str, value: str, default: Container[str] = ()) -> bool:
        """Whether the value is chosen in a field of choices."""
        return value in (self._sent.getlist(field) if self._sent else default)

    def forget(self) -> None:
        """Let the fields show what is stored instead of what was sent."""
        self._sent = None

    def links(self) -> list[tuple[str, str]]:
        """(id of the field, what is wrong with it), in the order in which the fields were read.

        The id is '' where the form has no field that it concerns: what was refused may have taken its button away.
        """
        told = sorted(self.faults, key=self._fields.index)
        return [(self.id(field) if field else "", self.faults[field]) for field in told]

    def read(self, field: str, read: Callable[[str], T], otherwise: T) -> T:
        """The field as `read` understands it; `otherwise`, and a fault, when that raises."""
        self._fields.append(field)
        try:
            return read(self.value(field).strip())
        except Refusal as refusal:
            self.faults.setdefault(field, str(refusal))
            return otherwise

    def given(self, field: str, what: str) -> str:
        """A text that may not be empty; `what` begins the sentence of a fault."""
        return self.text(field, what, _there)

    def text(self, field: str, what: str, rule: Rule, *, optional: bool = False) -> str:
        """A text by a rule of what people and units may be called; `what` begins the sentence of a fault."""
        return self.read(field, lambda text: kept(rule, text, what, field, optional=optional), "")

    def day(self, field: str, label: str) -> date:
        """A day."""
        return self.read(field, lambda text: _day(text, label), FOREVER)

    def last_day(self, field: str, label: str) -> date:
        """A day; none is for ever."""
        return self.read(field, lambda text: _day(text, label) if text else FOREVER, FOREVER)

    def number(self, field: str, label: str, *, otherwise: int | None = None) -> int:
        """A whole number, in which spaces are fine; `otherwise` when it is empty and may be."""
        return self.read(field, lambda text: _number(text, label, otherwise), 0)

    def choice(self, field: str, options: Container[str], message: str) -> str:
        """One of the options."""
        return self.read(field, lambda text: _choice(text, options, message), "")

    def choices(self, field: str, options: Container[str], message: str) -> list[str]:
        """Any of the options."""
        self._fields.append(field)
        chosen = self._sent.getlist(field) if self._sent else []
        if not all(each in options for each in chosen):
            self.faults.setdefault(field, message)
        return chosen

    def check(self) -> None:
        """Raise Faulty when a field that was read cannot be used."""
        if self.faults:
            raise Faulty(next(iter(self.faults.values())))

    def told(self, refusal: Refusal) -> "Form":
        """The form with what was refused at the field that it concerns, or at the first that was read."""
        if not isinstance(refusal, Faulty):
            field = refusal.field if refusal.field in self._fields else next(iter(self._fields), "")
            self._fields.append(field)
            self.faults.setdefault(field, str(refusal))
        return self


def _there(text: str) -> str:
    if not text:
        raise Unfit("saknas. Fyll i fältet.")
    return text


def _day(text: str, label: str) -> date:
    if not text:
        raise Invalid(f"”{label}” saknas. Skriv ett datum som 2026-12-31.")
    return read_day(text, label)


def _number(text: str, label: str, otherwise: int | None) -> int:
    digits = "".join(text.split())
    if not digits and otherwise is not None:
        return otherwise
    if not digits.isascii() or not digits.isdigit() or len(digits) > NUMBER_LENGTH:
        raise Invalid(f"”{label}” ska vara ett helt tal, till exempel 1 500.")
    return int(digits)


def _choice(text: str, options: Container[str], message: str) -> str:
    if text not in options:
        raise Invalid(message)
    return text
