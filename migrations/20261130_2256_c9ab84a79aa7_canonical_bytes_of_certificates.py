"""Canonical bytes of certificates, and successors by what they follow."""

import sqlalchemy as sa
from alembic import op

revision = "c9ab84a79aa7"
down_revision = "6dfae88134d3"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables from the revision before to this one; there is no way back but a backup."""
    op.create_table(
        "credential_canonical",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column("v", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "credential_id"],
            ["credential.body_id", "credential.id"],
            name=op.f("fk_credential_canonical_body_id_credential_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_credential_canonical_body_id")),
        sa.PrimaryKeyConstraint("body_id", "credential_id", name=op.f("pk_credential_canonical")),
    )
    op.create_index(op.f("ix_credential_intent_successor_of"), "credential_intent", ["successor_of"])
