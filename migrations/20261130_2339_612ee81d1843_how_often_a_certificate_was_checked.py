"""How often a certificate was checked."""

import sqlalchemy as sa
from alembic import op

revision = "612ee81d1843"
down_revision = "087401e37273"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables from the revision before to this one; there is no way back but a backup."""
    op.create_table(
        "check_count",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_check_count_counts_something")),
        sa.ForeignKeyConstraint(
            ["body_id", "credential_id"],
            ["credential.body_id", "credential.id"],
            name=op.f("fk_check_count_body_id_credential_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_check_count_body_id")),
        sa.PrimaryKeyConstraint("body_id", "credential_id", "day", "country", name=op.f("pk_check_count")),
    )
