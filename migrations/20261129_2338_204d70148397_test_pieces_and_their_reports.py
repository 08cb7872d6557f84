"""Test pieces and their reports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "204d70148397"
down_revision = "e03cee1ea4f7"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables from the revision before to this one; there is no way back but a backup."""
    op.create_table(
        "test_piece",
        sa.Column("practical_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.Column("welded_on", sa.Date(), nullable=False),
        sa.Column("facts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.CheckConstraint("side = 'invigilator'", name=op.f("ck_test_piece_side_is_invigilator")),
        sa.CheckConstraint("number = 1 OR length(reason) > 0", name=op.f("ck_test_piece_a_correction_has_a_reason")),
        sa.CheckConstraint("number > 0", name=op.f("ck_test_piece_numbers_count_from_one")),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id", "person_id", "side"],
            ["duty.body_id", "duty.application_id", "duty.person_id", "duty.side"],
            name=op.f("fk_test_piece_body_id_application_id_person_id_side"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "practical_id"],
            ["practical.body_id", "practical.id"],
            name=op.f("fk_test_piece_body_id_practical_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_test_piece_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_test_piece")),
        sa.UniqueConstraint(
            "body_id", "practical_id", "number", name=op.f("uq_test_piece_body_id_practical_id_number")
        ),
    )
    with op.batch_alter_table("test_piece", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_test_piece_body_id_stamp"), ["body_id", "stamp"], unique=False)

    op.create_table(
        "test_report",
        sa.Column("practical_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "visual",
                "radiographic",
                "ultrasonic",
                "bend",
                "fracture",
                "macro",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("laboratory", sa.Text(), nullable=False),
        sa.Column("accreditation", sa.Text(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("tested_on", sa.Date(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("file_digest", sa.Text(), nullable=False),
        sa.Column("file_size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.CheckConstraint("side = 'invigilator'", name=op.f("ck_test_report_side_is_invigilator")),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id", "person_id", "side"],
            ["duty.body_id", "duty.application_id", "duty.person_id", "duty.side"],
            name=op.f("fk_test_report_body_id_application_id_person_id_side"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "practical_id"],
            ["practical.body_id", "practical.id"],
            name=op.f("fk_test_report_body_id_practical_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_test_report_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_test_report")),
    )
    with op.batch_alter_table("test_report", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_test_report_body_id_application_id"), ["body_id", "application_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_test_report_body_id_practical_id_received_at"),
            ["body_id", "practical_id", "received_at"],
            unique=False,
        )
