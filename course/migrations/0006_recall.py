"""How sure somebody was of an answer."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.add_column("response", sa.Column("sure", sa.Boolean(), nullable=True))
