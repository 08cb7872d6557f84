"""Change keys by two people."""

import sqlalchemy as sa
from alembic import op

revision = "6dfae88134d3"
down_revision = "0ac49fca4136"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables from the revision before to this one; there is no way back but a backup."""
    op.create_table(
        "pdf_certificate",
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("authority", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_pdf_certificate_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_pdf_certificate")),
    )
    op.create_table(
        "key_change",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "rotation",
                "retirement",
                "compromise",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "key_id"], ["issuer_key.body_id", "issuer_key.id"], name=op.f("fk_key_change_body_id_key_id")
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "proposed_by"], ["person.body_id", "person.id"], name=op.f("fk_key_change_body_id_proposed_by")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_key_change_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_key_change")),
        sa.UniqueConstraint("body_id", "id", "proposed_by", name=op.f("uq_key_change_body_id_id_proposed_by")),
    )
    op.create_table(
        "key_confirmation",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("key_change_id", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("confirmed_by <> proposed_by", name=op.f("ck_key_confirmation_four_eyes")),
        sa.ForeignKeyConstraint(
            ["body_id", "confirmed_by"],
            ["person.body_id", "person.id"],
            name=op.f("fk_key_confirmation_body_id_confirmed_by"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "key_change_id", "proposed_by"],
            ["key_change.body_id", "key_change.id", "key_change.proposed_by"],
            name=op.f("fk_key_confirmation_body_id_key_change_id_proposed_by"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_key_confirmation_body_id")),
        sa.PrimaryKeyConstraint("body_id", "key_change_id", name=op.f("pk_key_confirmation")),
    )
