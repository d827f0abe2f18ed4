"""The formats there are: a new one is a file here and a line in FORMATS."""

from collections.abc import Callable
from dataclasses import dataclass

from course.report.formats import csv, json, text
from course.report.table import Table


@dataclass(frozen=True)
class Format:
    """A way to write a Table: the whole file as text in UTF-8."""

    name: str
    media_type: str
    render: Callable[[Table], str]


FORMATS = {
    each.name: each
    for each in (
        Format("csv", "text/csv", csv.render),
        Format("json", "application/json", json.render),
        Format("table", "text/plain", text.render),
    )
}
