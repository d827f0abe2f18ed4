"""That a learner has come to the end of a scenario."""

from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from course.schema import FACT, Base


class ScenarioDone(Base):
    """A person has come to an ending, whichever it was; nothing is stored of the way there.

    It counts for nothing but the person's own page.
    """

    __tablename__ = "scenario_done"
    __table_args__ = {"info": FACT}  # noqa: RUF012

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    course: Mapped[str] = mapped_column(primary_key=True)
    scenario: Mapped[str] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    """The release in which it was done the first time."""
    done_on: Mapped[date]
    """A day, without the time."""
