"""Bulk releases."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0fdbadce125e"
down_revision = "017800e15efb"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables from the revision before to this one; there is no way back but a backup."""
    op.create_table(
        "bulk_release",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "account_id"],
            ["account.body_id", "account.id"],
            name=op.f("fk_bulk_release_body_id_account_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_bulk_release_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_bulk_release")),
    )
    op.create_table(
        "bulk_release_line",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("bulk_release_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("values", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.ForeignKeyConstraint(
            ["body_id", "bulk_release_id"],
            ["bulk_release.body_id", "bulk_release.id"],
            name=op.f("fk_bulk_release_line_body_id_bulk_release_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "decision_id"],
            ["decision.body_id", "decision.id"],
            name=op.f("fk_bulk_release_line_body_id_decision_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_bulk_release_line_body_id")),
        sa.PrimaryKeyConstraint("body_id", "bulk_release_id", "position", name=op.f("pk_bulk_release_line")),
        sa.UniqueConstraint(
            "body_id",
            "bulk_release_id",
            "decision_id",
            name=op.f("uq_bulk_release_line_body_id_bulk_release_id_decision_id"),
        ),
    )
