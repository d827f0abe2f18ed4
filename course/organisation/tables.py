"""People, units, memberships, and the lists that told of them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from course.schema import FACT, Base, Dated, Json, dated_args

AUDIENCES = ("employee", "official")
CHAIN = (
    "EXISTS (SELECT 1 FROM same_person AS other WHERE other.superseded_at IS NULL"
    " AND (other.person_id = NEW.main_id OR other.main_id = NEW.person_id))"
)
PROTECTED = "Skyddad person"
"""What others see instead of the name of a protected person."""
EMPLOYMENTS = ("permanent", "temporary", "hourly", "hired", "trainee")


class Person(Base):
    """A human; the row stays for ever, the name and the address may go."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """The employment number or another key from HR; random once pseudonymised."""
    name: Mapped[str]
    email: Mapped[str | None] = mapped_column(index=True)
    protected: Mapped[bool] = mapped_column(default=False)
    """A protected identity: in every sum, never in a list, an export or a mail."""
    pseudonymised_at: Mapped[datetime | None]


class SamePerson(Dated, Base):
    """Two rows of people are one human; `main` stands for both. It holds for every day, as known from `recorded_at`.

    A star, never a chain: who stands for others is never itself stood for.
    """

    __tablename__ = "same_person"
    __table_args__ = (
        CheckConstraint("person_id <> main_id", name="two_rows"),
        *dated_args(
            __tablename__,
            "person_id",
            refused=((CHAIN, "a star, never a chain"),),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    main_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)


class Exemption(Dated, Base):
    """A person need not take any course from–to. No reason is stored."""

    __tablename__ = "exemption"
    __table_args__ = dated_args(__tablename__, "person_id")

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class Unit(Base):
    """A part of the organisation, through all its names and places in the tree."""

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]


class UnitState(Dated, Base):
    """What a unit was called and where it stood in the tree."""

    __tablename__ = "unit_state"
    __table_args__ = dated_args(__tablename__, "unit_id", unique_on_a_day="code")

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    code: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)


class Membership(Base):
    """One employment or mandate of a person, as one source tells it."""

    __tablename__ = "membership"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    source: Mapped[str]


class MembershipState(Dated, Base):
    """In which unit and on what terms the membership held."""

    __tablename__ = "membership_state"
    __table_args__ = (
        CheckConstraint("audience IN ('employee', 'official')", name="audience"),
        CheckConstraint("employment IN ('permanent', 'temporary', 'hourly', 'hired', 'trainee')", name="employment"),
        *dated_args(__tablename__, "membership_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    audience: Mapped[str]
    title: Mapped[str]
    employment: Mapped[str]
    counts: Mapped[bool]
    """Whether the person stands in the denominator of a target whose filters match."""


class Import(Base):
    """One file that was read into the database, or the undoing of one.

    What it wrote and superseded carries its instant `at`, which no other transaction shares.
    """

    __tablename__ = "import"
    __table_args__ = (
        CheckConstraint("kind IN ('employees', 'officials', 'evidence')", name="kind"),
        {"info": FACT},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    source: Mapped[str] = mapped_column(index=True)
    as_of: Mapped[date]
    file_name: Mapped[str]
    digest: Mapped[str]
    """SHA-256 of the file's bytes."""
    counts: Mapped[dict[str, int]] = mapped_column(Json)
    by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    undoes: Mapped[int | None] = mapped_column(ForeignKey("import.id"))


class ImportBefore(Base):
    """The name and e-mail of a person before and after the newest import of a source, for undoing it."""

    __tablename__ = "import_before"

    import_id: Mapped[int] = mapped_column(ForeignKey("import.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    name: Mapped[str]
    email: Mapped[str | None]
    new_name: Mapped[str]
    new_email: Mapped[str | None]


class ImportDraft(Base):
    """A file that somebody has sent and not yet read in; deleted when it is, or a day later."""

    __tablename__ = "import_draft"

    id: Mapped[str] = mapped_column(primary_key=True)
    """Random; stands in the address of the page that shows the plan."""
    by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    kind: Mapped[str]
    source: Mapped[str]
    as_of: Mapped[date]
    file_name: Mapped[str]
    content: Mapped[bytes]
