"""Forms of certificates and links to them."""

import sqlalchemy as sa
from alembic import op

revision = "017800e15efb"
down_revision = "820184d00e23"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables from the revision before to this one; there is no way back but a backup."""
    op.create_table(
        "credential_form",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column(
            "form",
            sa.Enum("vc+jwt", "dc+sd-jwt", name="form", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("v", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "credential_id"],
            ["credential.body_id", "credential.id"],
            name=op.f("fk_credential_form_body_id_credential_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_credential_form_body_id")),
        sa.PrimaryKeyConstraint("body_id", "credential_id", "form", name=op.f("pk_credential_form")),
    )
    op.create_table(
        "credential_link",
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column(
            "shows",
            sa.Enum("whole", "result", "yes_or_no", name="shows", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "credential_id"],
            ["credential.body_id", "credential.id"],
            name=op.f("fk_credential_link_body_id_credential_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "person_id"], ["person.body_id", "person.id"], name=op.f("fk_credential_link_body_id_person_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_credential_link_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_credential_link")),
        sa.UniqueConstraint("id", name=op.f("uq_credential_link_id")),
    )
    with op.batch_alter_table("credential_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_credential_link_credential_id"), ["credential_id"], unique=False)

    op.create_table(
        "credential_link_end",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("credential_link_id", sa.Text(), nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "credential_link_id"],
            ["credential_link.body_id", "credential_link.id"],
            name=op.f("fk_credential_link_end_body_id_credential_link_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "ended_by"],
            ["person.body_id", "person.id"],
            name=op.f("fk_credential_link_end_body_id_ended_by"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_credential_link_end_body_id")),
        sa.PrimaryKeyConstraint("body_id", "credential_link_id", name=op.f("pk_credential_link_end")),
    )
