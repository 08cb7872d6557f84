"""Transparency log."""

import sqlalchemy as sa
from alembic import op

revision = "0ac49fca4136"
down_revision = "d1ced56994bc"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables from the revision before to this one; there is no way back but a backup."""
    op.create_table(
        "log_checkpoint",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_log_checkpoint")),
    )
    op.create_table(
        "log_hash",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "position", name=op.f("pk_log_hash")),
    )
    op.create_table(
        "transparency_log",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_transparency_log_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transparency_log")),
    )
    op.create_table(
        "log_cosignature",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("witness", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("cosigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["size"], ["log_checkpoint.size"], name=op.f("fk_log_cosignature_size")),
        sa.PrimaryKeyConstraint("size", "witness", name=op.f("pk_log_cosignature")),
    )
    op.create_table(
        "log_leaf",
        sa.Column("v", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "roster",
                "late roster entry",
                "close",
                "decision",
                "issue",
                "status",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("sealed_nonce", sa.LargeBinary(), nullable=True),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.CheckConstraint("kind <> 'issue' OR sealed_nonce IS NOT NULL", name=op.f("ck_log_leaf_a_nonce_if_issued")),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_log_leaf_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_log_leaf")),
        sa.UniqueConstraint("body_id", "kind", "subject", name=op.f("uq_log_leaf_body_id_kind_subject")),
    )
    op.create_table(
        "log_entry",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body_id", sa.Text(), nullable=True),
        sa.Column("log_leaf_id", sa.Text(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("logged_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "log_leaf_id"],
            ["log_leaf.body_id", "log_leaf.id"],
            name=op.f("fk_log_entry_body_id_log_leaf_id"),
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_log_entry")),
        sa.UniqueConstraint("body_id", "log_leaf_id", name=op.f("uq_log_entry_body_id_log_leaf_id")),
    )
    op.create_table(
        "log_waiting",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("log_leaf_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "log_leaf_id"],
            ["log_leaf.body_id", "log_leaf.id"],
            name=op.f("fk_log_waiting_body_id_log_leaf_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_log_waiting_body_id")),
        sa.PrimaryKeyConstraint("body_id", "log_leaf_id", name=op.f("pk_log_waiting")),
    )
    op.create_table(
        "signed_credential",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_code", sa.LargeBinary(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "id"],
            ["credential_intent.body_id", "credential_intent.id"],
            name=op.f("fk_signed_credential_body_id_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "key_id"],
            ["issuer_key.body_id", "issuer_key.id"],
            name=op.f("fk_signed_credential_body_id_key_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_signed_credential_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_signed_credential")),
    )
    with op.batch_alter_table("credential", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sealed_proof", sa.LargeBinary(), nullable=True))
