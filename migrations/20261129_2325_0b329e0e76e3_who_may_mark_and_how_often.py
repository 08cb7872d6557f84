"""Who may mark and how often."""

import sqlalchemy as sa
from alembic import op

revision = "0b329e0e76e3"
down_revision = "c7dc75c7fbf9"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables from the revision before to this one; there is no way back but a backup."""
    op.create_table(
        "day_limit",
        sa.Column("scheme_version_id", sa.Text(), nullable=False),
        sa.Column("practicals", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.CheckConstraint("practicals > 0", name=op.f("ck_day_limit_at_least_one")),
        sa.ForeignKeyConstraint(
            ["body_id", "scheme_version_id"],
            ["scheme_version.body_id", "scheme_version.id"],
            name=op.f("fk_day_limit_body_id_scheme_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "set_by"], ["person.body_id", "person.id"], name=op.f("fk_day_limit_body_id_set_by")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_day_limit_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_day_limit")),
    )
    with op.batch_alter_table("day_limit", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_day_limit_body_id_scheme_version_id_set_at"),
            ["body_id", "scheme_version_id", "set_at"],
            unique=False,
        )

    op.create_table(
        "too_close",
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column(
            "named_by",
            sa.Enum("candidate", "scheme", name="named_by", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("kept_by", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id"],
            ["application.body_id", "application.id"],
            name=op.f("fk_too_close_body_id_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "kept_by"], ["person.body_id", "person.id"], name=op.f("fk_too_close_body_id_kept_by")
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "person_id"], ["person.body_id", "person.id"], name=op.f("fk_too_close_body_id_person_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_too_close_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_too_close")),
    )
    with op.batch_alter_table("too_close", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_too_close_body_id_application_id"), ["body_id", "application_id"], unique=False
        )
