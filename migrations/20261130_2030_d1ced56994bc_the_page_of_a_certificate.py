"""The page of a certificate."""

import sqlalchemy as sa
from alembic import op

revision = "d1ced56994bc"
down_revision = "0fdbadce125e"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables from the revision before to this one; there is no way back but a backup."""
    op.create_table(
        "page_choice",
        sa.Column("credential_intent_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.Boolean(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "credential_intent_id"],
            ["credential_intent.body_id", "credential_intent.id"],
            name=op.f("fk_page_choice_body_id_credential_intent_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "person_id"], ["person.body_id", "person.id"], name=op.f("fk_page_choice_body_id_person_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_page_choice_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_page_choice")),
    )
    with op.batch_alter_table("page_choice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_page_choice_credential_intent_id"), ["credential_intent_id"], unique=False)
