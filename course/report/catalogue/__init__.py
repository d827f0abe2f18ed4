"""The reports there are: a new one is a file here and a line in REPORTS."""

from collections.abc import Callable
from dataclasses import dataclass

from course.report.catalogue import coverage
from course.report.table import Table


@dataclass(frozen=True)
class Report:
    """A report: `build(db, course, audience, day, known_at, earlier=None)` gives its Table."""

    name: str
    title: str
    build: Callable[..., Table]


REPORTS = {report.name: report for report in (Report(coverage.NAME, coverage.TITLE, coverage.build),)}
