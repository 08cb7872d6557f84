"""How practicals end: confirmed, closed, and photos that came late decided on."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "da42941ee75d"
down_revision = "204d70148397"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables from the revision before to this one; there is no way back but a backup."""
    op.create_table(
        "practical_closing",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("practical_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side = 'invigilator'", name=op.f("ck_practical_closing_side_is_invigilator")),
        sa.CheckConstraint(
            "closed OR length(reason) > 0", name=op.f("ck_practical_closing_opening_again_has_a_reason")
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_practical_closing_numbers_count_from_one")),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id", "person_id", "side"],
            ["duty.body_id", "duty.application_id", "duty.person_id", "duty.side"],
            name=op.f("fk_practical_closing_body_id_application_id_person_id_side"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "practical_id"],
            ["practical.body_id", "practical.id"],
            name=op.f("fk_practical_closing_body_id_practical_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_practical_closing_body_id")),
        sa.PrimaryKeyConstraint("body_id", "practical_id", "number", name=op.f("pk_practical_closing")),
    )
    op.create_table(
        "candidate_confirmation",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("sheet_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("practical_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("v", sa.Integer(), nullable=False),
        sa.Column(
            "says",
            sa.Enum(
                "agrees", "disagrees", "refused", name="says", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("shown", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column(
            "way",
            sa.Enum("drawn", "typed", name="way", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("signature", sa.Text(), nullable=True),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(says = 'refused') = (way IS NULL)", name=op.f("ck_candidate_confirmation_who_refused_has_no_way")
        ),
        sa.CheckConstraint(
            "(way IS NOT NULL AND way = 'drawn') = (signature IS NOT NULL)",
            name=op.f("ck_candidate_confirmation_drawn_has_a_signature"),
        ),
        sa.CheckConstraint(
            "says <> 'disagrees' OR length(remark) > 0", name=op.f("ck_candidate_confirmation_who_disagrees_says_why")
        ),
        sa.CheckConstraint("side = 'candidate'", name=op.f("ck_candidate_confirmation_side_is_candidate")),
        sa.CheckConstraint("number > 0", name=op.f("ck_candidate_confirmation_numbers_count_from_one")),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id", "person_id", "side"],
            ["duty.body_id", "duty.application_id", "duty.person_id", "duty.side"],
            name=op.f("fk_candidate_confirmation_body_id_application_id_person_id_side"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "practical_id"],
            ["practical.body_id", "practical.id"],
            name=op.f("fk_candidate_confirmation_body_id_practical_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "sheet_id"],
            ["sheet.body_id", "sheet.id"],
            name=op.f("fk_candidate_confirmation_body_id_sheet_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "taken_by"],
            ["person.body_id", "person.id"],
            name=op.f("fk_candidate_confirmation_body_id_taken_by"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_candidate_confirmation_body_id")),
        sa.PrimaryKeyConstraint("body_id", "sheet_id", "number", name=op.f("pk_candidate_confirmation")),
    )
    with op.batch_alter_table("candidate_confirmation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_candidate_confirmation_body_id_practical_id"), ["body_id", "practical_id"], unique=False
        )

    op.create_table(
        "photo_decision",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("photo_id", sa.Text(), nullable=False),
        sa.Column("turn", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("practical_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("taken", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side = 'invigilator'", name=op.f("ck_photo_decision_side_is_invigilator")),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id", "person_id", "side"],
            ["duty.body_id", "duty.application_id", "duty.person_id", "duty.side"],
            name=op.f("fk_photo_decision_body_id_application_id_person_id_side"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "photo_id"],
            ["work_photo.body_id", "work_photo.id"],
            name=op.f("fk_photo_decision_body_id_photo_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "practical_id"],
            ["practical.body_id", "practical.id"],
            name=op.f("fk_photo_decision_body_id_practical_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_photo_decision_body_id")),
        sa.PrimaryKeyConstraint("body_id", "photo_id", "turn", name=op.f("pk_photo_decision")),
    )
    with op.batch_alter_table("photo_decision", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_photo_decision_body_id_practical_id"), ["body_id", "practical_id"], unique=False
        )

    op.create_table(
        "sheet_confirmation",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("sheet_id", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("practical_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("v", sa.Integer(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column(
            "way",
            sa.Enum("drawn", "typed", name="way", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("signature", sa.Text(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(way = 'drawn') = (signature IS NOT NULL)", name=op.f("ck_sheet_confirmation_drawn_has_a_signature")
        ),
        sa.CheckConstraint("side = 'assessor'", name=op.f("ck_sheet_confirmation_side_is_assessor")),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id", "person_id", "side"],
            ["duty.body_id", "duty.application_id", "duty.person_id", "duty.side"],
            name=op.f("fk_sheet_confirmation_body_id_application_id_person_id_side"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "practical_id"],
            ["practical.body_id", "practical.id"],
            name=op.f("fk_sheet_confirmation_body_id_practical_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "sheet_id", "round"],
            ["sheet_seal.body_id", "sheet_seal.sheet_id", "sheet_seal.round"],
            name=op.f("fk_sheet_confirmation_body_id_sheet_id_round"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "sheet_id"], ["sheet.body_id", "sheet.id"], name=op.f("fk_sheet_confirmation_body_id_sheet_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_sheet_confirmation_body_id")),
        sa.PrimaryKeyConstraint("body_id", "sheet_id", "round", name=op.f("pk_sheet_confirmation")),
    )
    with op.batch_alter_table("sheet_confirmation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sheet_confirmation_body_id_practical_id"), ["body_id", "practical_id"], unique=False
        )
