"""Change keys of PDF files by two people."""

import sqlalchemy as sa
from alembic import op

revision = "c0903bce4c82"
down_revision = "c40f55abfd6a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables from the revision before to this one; there is no way back but a backup."""
    op.create_table(
        "pdf_key_change",
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
            ["body_id", "key_id"],
            ["pdf_certificate.body_id", "pdf_certificate.id"],
            name=op.f("fk_pdf_key_change_body_id_key_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "proposed_by"],
            ["person.body_id", "person.id"],
            name=op.f("fk_pdf_key_change_body_id_proposed_by"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_pdf_key_change_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_pdf_key_change")),
        sa.UniqueConstraint("body_id", "id", "proposed_by", name=op.f("uq_pdf_key_change_body_id_id_proposed_by")),
    )
    op.create_table(
        "pdf_key_confirmation",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("pdf_key_change_id", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("confirmed_by <> proposed_by", name=op.f("ck_pdf_key_confirmation_four_eyes")),
        sa.ForeignKeyConstraint(
            ["body_id", "confirmed_by"],
            ["person.body_id", "person.id"],
            name=op.f("fk_pdf_key_confirmation_body_id_confirmed_by"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "pdf_key_change_id", "proposed_by"],
            ["pdf_key_change.body_id", "pdf_key_change.id", "pdf_key_change.proposed_by"],
            name=op.f("fk_pdf_key_confirmation_body_id_pdf_key_change_id_proposed_by"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_pdf_key_confirmation_body_id")),
        sa.PrimaryKeyConstraint("body_id", "pdf_key_change_id", name=op.f("pk_pdf_key_confirmation")),
    )
    op.create_table(
        "pdf_seal",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "credential_id"],
            ["credential.body_id", "credential.id"],
            name=op.f("fk_pdf_seal_body_id_credential_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "key_id"],
            ["pdf_certificate.body_id", "pdf_certificate.id"],
            name=op.f("fk_pdf_seal_body_id_key_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_pdf_seal_body_id")),
        sa.PrimaryKeyConstraint("body_id", "credential_id", name=op.f("pk_pdf_seal")),
    )
    with op.batch_alter_table("pdf_seal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pdf_seal_sha256"), ["sha256"], unique=False)
