"""Measuring tools."""

import sqlalchemy as sa
from alembic import op

revision = "820184d00e23"
down_revision = "420d01b7a2a4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables from the revision before to this one; there is no way back but a backup."""
    op.create_table(
        "measuring_tool",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("serial_number", sa.Text(), nullable=False),
        sa.Column("registered_by", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.CheckConstraint("length(kind) > 0 AND length(serial_number) > 0", name=op.f("ck_measuring_tool_named")),
        sa.ForeignKeyConstraint(
            ["body_id", "registered_by"],
            ["person.body_id", "person.id"],
            name=op.f("fk_measuring_tool_body_id_registered_by"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "site_id"], ["site.body_id", "site.id"], name=op.f("fk_measuring_tool_body_id_site_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_measuring_tool_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_measuring_tool")),
        sa.UniqueConstraint(
            "body_id", "kind", "serial_number", name=op.f("uq_measuring_tool_body_id_kind_serial_number")
        ),
    )
    with op.batch_alter_table("measuring_tool", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_measuring_tool_site_id"), ["site_id"], unique=False)

    op.create_table(
        "tool_calibration",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("tool_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("calibrated_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_tool_calibration_numbers_count_from_one")),
        sa.CheckConstraint("valid_until >= calibrated_on", name=op.f("ck_tool_calibration_ends_after_it_begins")),
        sa.ForeignKeyConstraint(
            ["body_id", "recorded_by"],
            ["person.body_id", "person.id"],
            name=op.f("fk_tool_calibration_body_id_recorded_by"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "tool_id"],
            ["measuring_tool.body_id", "measuring_tool.id"],
            name=op.f("fk_tool_calibration_body_id_tool_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_tool_calibration_body_id")),
        sa.PrimaryKeyConstraint("body_id", "tool_id", "number", name=op.f("pk_tool_calibration")),
    )
    op.create_table(
        "tool_retirement",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("tool_id", sa.Text(), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("retired_by", sa.Text(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_tool_retirement_has_a_reason")),
        sa.ForeignKeyConstraint(
            ["body_id", "retired_by"],
            ["person.body_id", "person.id"],
            name=op.f("fk_tool_retirement_body_id_retired_by"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "tool_id"],
            ["measuring_tool.body_id", "measuring_tool.id"],
            name=op.f("fk_tool_retirement_body_id_tool_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_tool_retirement_body_id")),
        sa.PrimaryKeyConstraint("body_id", "tool_id", name=op.f("pk_tool_retirement")),
    )
    with op.batch_alter_table("observation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tool_id", sa.Text(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_observation_body_id_tool_id"), "measuring_tool", ["body_id", "tool_id"], ["body_id", "id"]
        )
