"""How sure somebody was of an answer, that the questions to remember by are done, and who wants none."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.add_column("response", sa.Column("sure", sa.Boolean(), nullable=True))
    op.create_table(
        "recall_done",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course", sa.String(), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("occasion", sa.Integer(), nullable=False),
        sa.CheckConstraint("occasion > 0", name=op.f("ck_recall_done_occasion")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_recall_done_person_id")),
        sa.PrimaryKeyConstraint("person_id", "course", "completed_on", "occasion", name=op.f("pk_recall_done")),
    )
    op.create_table(
        "recall_wish",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_recall_wish_person_id")),
        sa.PrimaryKeyConstraint("person_id", "said_at", name=op.f("pk_recall_wish")),
    )
