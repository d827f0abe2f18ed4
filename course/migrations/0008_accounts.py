"""Accounts that are shut, passwords that others may know, tries by address, and the log by subject and by action."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.create_table(
        "disabled",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_disabled_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_disabled")),
    )
    op.create_table(
        "handed_password",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_handed_password_person_id")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_handed_password_made_by")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_handed_password")),
    )
    op.add_column("throttle", sa.Column("address", sa.String(), server_default=sa.text("''"), nullable=False))
    op.create_index("ix_throttle_address_at", "throttle", ["address", "at"])
    op.create_index("ix_session_ends_at", "session", ["ends_at"])
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject"])
    op.create_index("ix_audit_entry_action_at", "audit_entry", ["action", "at"])
