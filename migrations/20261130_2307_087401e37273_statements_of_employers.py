"""Statements of employers."""

import sqlalchemy as sa
from alembic import op

revision = "087401e37273"
down_revision = "648ed5d37f6b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables from the revision before to this one; there is no way back but a backup."""
    op.create_table(
        "confirmation_link",
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "credential_id"],
            ["credential.body_id", "credential.id"],
            name=op.f("fk_confirmation_link_body_id_credential_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "person_id"],
            ["person.body_id", "person.id"],
            name=op.f("fk_confirmation_link_body_id_person_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_confirmation_link_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_confirmation_link")),
        sa.UniqueConstraint(
            "body_id", "id", "credential_id", name=op.f("uq_confirmation_link_body_id_id_credential_id")
        ),
        sa.UniqueConstraint("id", name=op.f("uq_confirmation_link_id")),
    )
    with op.batch_alter_table("confirmation_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_confirmation_link_credential_id"), ["credential_id"], unique=False)

    op.create_table(
        "confirmation_link_end",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("confirmation_link_id", sa.Text(), nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "confirmation_link_id"],
            ["confirmation_link.body_id", "confirmation_link.id"],
            name=op.f("fk_confirmation_link_end_body_id_confirmation_link_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "ended_by"],
            ["person.body_id", "person.id"],
            name=op.f("fk_confirmation_link_end_body_id_ended_by"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_confirmation_link_end_body_id")),
        sa.PrimaryKeyConstraint("body_id", "confirmation_link_id", name=op.f("pk_confirmation_link_end")),
    )
    op.create_table(
        "employer_statement",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("confirmation_link_id", sa.Text(), nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column("v", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_employer_statement_a_period_runs_forward")),
        sa.ForeignKeyConstraint(
            ["body_id", "confirmation_link_id", "credential_id"],
            ["confirmation_link.body_id", "confirmation_link.id", "confirmation_link.credential_id"],
            name="fk_employer_statement_confirmation_link",
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_employer_statement_body_id")),
        sa.PrimaryKeyConstraint("body_id", "confirmation_link_id", name=op.f("pk_employer_statement")),
    )
    with op.batch_alter_table("employer_statement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_employer_statement_credential_id"), ["credential_id"], unique=False)
