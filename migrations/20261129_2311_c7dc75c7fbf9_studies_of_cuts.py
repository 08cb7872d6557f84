"""Studies of cuts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "c7dc75c7fbf9"
down_revision = "9b8e25d05869"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables from the revision before to this one; there is no way back but a backup."""
    op.create_table(
        "cut_study",
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("candidate", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "asked_by"], ["person.body_id", "person.id"], name=op.f("fk_cut_study_body_id_asked_by")
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "form_id"], ["form.body_id", "form.id"], name=op.f("fk_cut_study_body_id_form_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_cut_study_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_cut_study")),
    )
    with op.batch_alter_table("cut_study", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cut_study_form_id"), ["form_id"], unique=False)

    op.create_table(
        "cut_judge",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("cut_study_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "cut_study_id"],
            ["cut_study.body_id", "cut_study.id"],
            name=op.f("fk_cut_judge_body_id_cut_study_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "person_id"], ["person.body_id", "person.id"], name=op.f("fk_cut_judge_body_id_person_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_cut_judge_body_id")),
        sa.PrimaryKeyConstraint("body_id", "cut_study_id", "person_id", name=op.f("pk_cut_judge")),
    )
    op.create_table(
        "cut_outcome",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("cut_study_id", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("judges", sa.Integer(), nullable=False),
        sa.Column("cut", sa.String(length=80), nullable=False),
        sa.Column("standard_error", sa.Text(), nullable=False),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "closed_by"], ["person.body_id", "person.id"], name=op.f("fk_cut_outcome_body_id_closed_by")
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "cut_study_id"],
            ["cut_study.body_id", "cut_study.id"],
            name=op.f("fk_cut_outcome_body_id_cut_study_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_cut_outcome_body_id")),
        sa.PrimaryKeyConstraint("body_id", "cut_study_id", name=op.f("pk_cut_outcome")),
    )
    op.create_table(
        "cut_rating",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("cut_study_id", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("turn", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("v", sa.Integer(), nullable=False),
        sa.Column("estimates", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "cut_study_id"],
            ["cut_study.body_id", "cut_study.id"],
            name=op.f("fk_cut_rating_body_id_cut_study_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "person_id"], ["person.body_id", "person.id"], name=op.f("fk_cut_rating_body_id_person_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_cut_rating_body_id")),
        sa.PrimaryKeyConstraint("body_id", "cut_study_id", "round", "person_id", "turn", name=op.f("pk_cut_rating")),
    )
    op.create_table(
        "cut_round",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("cut_study_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("discussed", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_cut_round_rounds_count_from_one")),
        sa.ForeignKeyConstraint(
            ["body_id", "cut_study_id"],
            ["cut_study.body_id", "cut_study.id"],
            name=op.f("fk_cut_round_body_id_cut_study_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "opened_by"], ["person.body_id", "person.id"], name=op.f("fk_cut_round_body_id_opened_by")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_cut_round_body_id")),
        sa.PrimaryKeyConstraint("body_id", "cut_study_id", "number", name=op.f("pk_cut_round")),
    )
    op.create_table(
        "borderline_study",
        sa.Column("rubric_id", sa.Text(), nullable=False),
        sa.Column("rubric_criterion_id", sa.Text(), nullable=False),
        sa.Column("borderline", sa.Integer(), nullable=False),
        sa.Column("first", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("candidates", sa.Integer(), nullable=False),
        sa.Column("cut", sa.String(length=80), nullable=False),
        sa.Column("result", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.CheckConstraint("borderline >= 0", name=op.f("ck_borderline_study_grade_not_negative")),
        sa.ForeignKeyConstraint(
            ["body_id", "asked_by"], ["person.body_id", "person.id"], name=op.f("fk_borderline_study_body_id_asked_by")
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "rubric_criterion_id"],
            ["rubric_criterion.body_id", "rubric_criterion.id"],
            name=op.f("fk_borderline_study_body_id_rubric_criterion_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "rubric_id"],
            ["rubric.body_id", "rubric.id"],
            name=op.f("fk_borderline_study_body_id_rubric_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_borderline_study_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_borderline_study")),
    )
