"""Who manages a unit is asked for at every request."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.create_index("ix_unit_state_manager_id", "unit_state", ["manager_id"])
