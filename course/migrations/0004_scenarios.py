"""That a learner has come to the end of a scenario."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scenario_done",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course", sa.String(), nullable=False),
        sa.Column("scenario", sa.String(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_scenario_done_person_id")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_scenario_done_release_id")),
        sa.PrimaryKeyConstraint("person_id", "course", "scenario", name=op.f("pk_scenario_done")),
    )
