"""Assess again what was missing; name who is too close."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "420d01b7a2a4"
down_revision = "da42941ee75d"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables from the revision before to this one; there is no way back but a backup."""
    op.create_table(
        "carry_over_rule",
        sa.Column("scheme_version_id", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.CheckConstraint("days >= 0", name=op.f("ck_carry_over_rule_days_not_negative")),
        sa.ForeignKeyConstraint(
            ["body_id", "scheme_version_id"],
            ["scheme_version.body_id", "scheme_version.id"],
            name=op.f("fk_carry_over_rule_body_id_scheme_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "set_by"], ["person.body_id", "person.id"], name=op.f("fk_carry_over_rule_body_id_set_by")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_carry_over_rule_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_carry_over_rule")),
    )
    with op.batch_alter_table("carry_over_rule", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_carry_over_rule_body_id_scheme_version_id_set_at"),
            ["body_id", "scheme_version_id", "set_at"],
            unique=False,
        )

    op.create_table(
        "name_withdrawal",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("named_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("withdrawn_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "named_id"],
            ["too_close.body_id", "too_close.id"],
            name=op.f("fk_name_withdrawal_body_id_named_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "withdrawn_by"],
            ["person.body_id", "person.id"],
            name=op.f("fk_name_withdrawal_body_id_withdrawn_by"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_name_withdrawal_body_id")),
        sa.PrimaryKeyConstraint("body_id", "named_id", name=op.f("pk_name_withdrawal")),
    )
    op.create_table(
        "named_closeness",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("named_id", sa.Text(), nullable=False),
        sa.Column(
            "closeness",
            sa.Enum(
                "family",
                "trained",
                "employer",
                "other",
                name="closeness",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "named_id"],
            ["too_close.body_id", "too_close.id"],
            name=op.f("fk_named_closeness_body_id_named_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_named_closeness_body_id")),
        sa.PrimaryKeyConstraint("body_id", "named_id", name=op.f("pk_named_closeness")),
    )
    op.create_table(
        "carried_mark",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("practical_id", sa.Text(), nullable=False),
        sa.Column("rubric_criterion_id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "sufficient",
                "insufficient",
                "needs_more_evidence",
                "not_observed",
                "recorded",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("compensated", sa.Boolean(), nullable=False),
        sa.Column("observations", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "practical_id"],
            ["practical.body_id", "practical.id"],
            name=op.f("fk_carried_mark_body_id_practical_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "rubric_criterion_id"],
            ["rubric_criterion.body_id", "rubric_criterion.id"],
            name=op.f("fk_carried_mark_body_id_rubric_criterion_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "source_id"],
            ["practical.body_id", "practical.id"],
            name=op.f("fk_carried_mark_body_id_source_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_carried_mark_body_id")),
        sa.PrimaryKeyConstraint("body_id", "practical_id", "rubric_criterion_id", name=op.f("pk_carried_mark")),
    )
    with op.batch_alter_table("carried_mark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_carried_mark_body_id_source_id"), ["body_id", "source_id"], unique=False)

    op.create_table(
        "reassessment",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("practical_id", sa.Text(), nullable=False),
        sa.Column("earlier_id", sa.Text(), nullable=False),
        sa.Column("v", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("to_mark", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("planned_by", sa.Text(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "earlier_id"],
            ["practical.body_id", "practical.id"],
            name=op.f("fk_reassessment_body_id_earlier_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "planned_by"], ["person.body_id", "person.id"], name=op.f("fk_reassessment_body_id_planned_by")
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "practical_id"],
            ["practical.body_id", "practical.id"],
            name=op.f("fk_reassessment_body_id_practical_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_reassessment_body_id")),
        sa.PrimaryKeyConstraint("body_id", "practical_id", name=op.f("pk_reassessment")),
    )
    with op.batch_alter_table("reassessment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reassessment_body_id_earlier_id"), ["body_id", "earlier_id"], unique=False)

    op.create_table(
        "assessor_replacement",
        sa.Column("practical_id", sa.Text(), nullable=False),
        sa.Column("sheet_id", sa.Text(), nullable=False),
        sa.Column("from_id", sa.Text(), nullable=False),
        sa.Column("to_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("replaced_by", sa.Text(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_assessor_replacement_another_person")),
        sa.ForeignKeyConstraint(
            ["body_id", "from_id"],
            ["person.body_id", "person.id"],
            name=op.f("fk_assessor_replacement_body_id_from_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "practical_id"],
            ["practical.body_id", "practical.id"],
            name=op.f("fk_assessor_replacement_body_id_practical_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "replaced_by"],
            ["person.body_id", "person.id"],
            name=op.f("fk_assessor_replacement_body_id_replaced_by"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "sheet_id"],
            ["sheet.body_id", "sheet.id"],
            name=op.f("fk_assessor_replacement_body_id_sheet_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "to_id"], ["person.body_id", "person.id"], name=op.f("fk_assessor_replacement_body_id_to_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_assessor_replacement_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_assessor_replacement")),
    )
    with op.batch_alter_table("assessor_replacement", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_assessor_replacement_body_id_practical_id"), ["body_id", "practical_id"], unique=False
        )
