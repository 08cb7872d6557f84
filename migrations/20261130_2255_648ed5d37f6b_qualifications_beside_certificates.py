"""Qualifications beside certificates."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "648ed5d37f6b"
down_revision = "7c96a11e6a8f"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables from the revision before to this one; there is no way back but a backup."""
    op.create_table(
        "qualification",
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column("test_piece_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column(
            "edition",
            sa.Enum("ISO 9606-1:2012", name="edition", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "basis",
            sa.Enum("9.3 a", "9.3 b", "9.3 c", name="basis", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.Column("tests", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.CheckConstraint("side = 'releaser'", name=op.f("ck_qualification_side_is_releaser")),
        sa.CheckConstraint("granted OR length(reason) > 0", name=op.f("ck_qualification_an_end_has_a_reason")),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id", "person_id", "side"],
            ["duty.body_id", "duty.application_id", "duty.person_id", "duty.side"],
            name=op.f("fk_qualification_body_id_application_id_person_id_side"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "credential_id"],
            ["credential.body_id", "credential.id"],
            name=op.f("fk_qualification_body_id_credential_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "test_piece_id"],
            ["test_piece.body_id", "test_piece.id"],
            name=op.f("fk_qualification_body_id_test_piece_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_qualification_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_qualification")),
        sa.UniqueConstraint(
            "body_id",
            "id",
            "person_id",
            "application_id",
            name=op.f("uq_qualification_body_id_id_person_id_application_id"),
        ),
    )
    with op.batch_alter_table("qualification", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_qualification_credential_id"), ["credential_id"], unique=False)

    op.create_table(
        "qualification_answer",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("qualification_id", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side = 'releaser'", name=op.f("ck_qualification_answer_side_is_releaser")),
        sa.CheckConstraint("person_id <> proposed_by", name=op.f("ck_qualification_answer_four_eyes")),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id", "person_id", "side"],
            ["duty.body_id", "duty.application_id", "duty.person_id", "duty.side"],
            name=op.f("fk_qualification_answer_body_id_application_id_person_id_side"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "qualification_id", "proposed_by", "application_id"],
            ["qualification.body_id", "qualification.id", "qualification.person_id", "qualification.application_id"],
            name="fk_qualification_answer_proposal",
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_qualification_answer_body_id")),
        sa.PrimaryKeyConstraint("body_id", "qualification_id", name=op.f("pk_qualification_answer")),
    )
