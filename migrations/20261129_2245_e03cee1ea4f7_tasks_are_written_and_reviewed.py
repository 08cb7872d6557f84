"""Tasks are written and reviewed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "e03cee1ea4f7"
down_revision = "0b329e0e76e3"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables from the revision before to this one; there is no way back but a backup."""
    op.create_table(
        "task_draft",
        sa.Column("scheme_version_id", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Text(), nullable=True),
        sa.Column("base", sa.Integer(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "writing",
                "in_review",
                "sent_back",
                "approved",
                "dropped",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("content", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("editor", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.CheckConstraint("(task_id IS NULL) = (base IS NULL)", name=op.f("ck_task_draft_base_goes_with_task")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_task_draft_revision_counts")),
        sa.ForeignKeyConstraint(
            ["body_id", "scheme_version_id"],
            ["scheme_version.body_id", "scheme_version.id"],
            name=op.f("fk_task_draft_body_id_scheme_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "task_id"], ["task.body_id", "task.id"], name=op.f("fk_task_draft_body_id_task_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_task_draft_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_task_draft")),
    )
    with op.batch_alter_table("task_draft", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_task_draft_body_id_state_changed_at"), ["body_id", "state", "changed_at"], unique=False
        )
        batch_op.create_index(
            "uq_task_draft_open",
            ["body_id", "task_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('writing', 'in_review', 'sent_back')"),
            postgresql_where=sa.text("state IN ('writing', 'in_review', 'sent_back')"),
        )

    op.create_table(
        "task_draft_copy",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("task_draft_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "task_draft_id"],
            ["task_draft.body_id", "task_draft.id"],
            name=op.f("fk_task_draft_copy_body_id_task_draft_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_task_draft_copy_body_id")),
        sa.PrimaryKeyConstraint("body_id", "task_draft_id", "revision", name=op.f("pk_task_draft_copy")),
    )
    op.create_table(
        "task_draft_entry",
        sa.Column("task_draft_id", sa.Text(), nullable=False),
        sa.Column(
            "what",
            sa.Enum(
                "submit",
                "take_back",
                "send_back",
                "approve",
                "drop",
                "comment",
                name="what",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "what NOT IN ('approve', 'send_back') OR (author_id IS NOT NULL AND author_id <> person_id)",
            name=op.f("ck_task_draft_entry_answered_by_a_second_person"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "task_draft_id"],
            ["task_draft.body_id", "task_draft.id"],
            name=op.f("fk_task_draft_entry_body_id_task_draft_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_task_draft_entry_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_task_draft_entry")),
    )
    with op.batch_alter_table("task_draft_entry", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_task_draft_entry_body_id_task_draft_id_at"), ["body_id", "task_draft_id", "at"], unique=False
        )

    op.create_table(
        "task_version",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("rubric_id", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("assessors", sa.Integer(), nullable=False),
        sa.Column("spread", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("author_id", sa.Text(), nullable=True),
        sa.Column("reviewed_by", sa.Text(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(author_id IS NULL) = (reviewed_by IS NULL)", name=op.f("ck_task_version_author_goes_with_reviewer")
        ),
        sa.CheckConstraint(
            "author_id IS NULL OR author_id <> reviewed_by", name=op.f("ck_task_version_reviewed_by_a_second_person")
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "rubric_id"], ["rubric.body_id", "rubric.id"], name=op.f("fk_task_version_body_id_rubric_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_task_version_body_id")),
        sa.PrimaryKeyConstraint("body_id", "rubric_id", name=op.f("pk_task_version")),
    )
    op.create_table(
        "task_version_text",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("rubric_id", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("instructions", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "rubric_id"],
            ["rubric.body_id", "rubric.id"],
            name=op.f("fk_task_version_text_body_id_rubric_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_task_version_text_body_id")),
        sa.PrimaryKeyConstraint("body_id", "rubric_id", "language", name=op.f("pk_task_version_text")),
    )
