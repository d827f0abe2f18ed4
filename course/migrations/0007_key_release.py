"""By which release's keys an attempt was graded anew; of the gradings before, NULL: not known."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    # Alembic adds no constraint to a table of SQLite without copying it, and its triggers would be lost.
    op.execute(
        "ALTER TABLE result ADD COLUMN key_release_id INTEGER"
        " CONSTRAINT fk_result_key_release_id REFERENCES release (id)"
    )
