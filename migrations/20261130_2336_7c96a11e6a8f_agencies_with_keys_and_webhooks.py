"""Agencies with keys and webhooks."""

import sqlalchemy as sa
from alembic import op

revision = "7c96a11e6a8f"
down_revision = "c9ab84a79aa7"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables from the revision before to this one; there is no way back but a backup."""
    op.create_table(
        "agency",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("registered_by", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "registered_by"], ["person.body_id", "person.id"], name=op.f("fk_agency_body_id_registered_by")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_agency_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_agency")),
        sa.UniqueConstraint("body_id", "name", name=op.f("uq_agency_body_id_name")),
    )
    op.create_table(
        "agency_key",
        sa.Column("agency_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "agency_id"], ["agency.body_id", "agency.id"], name=op.f("fk_agency_key_body_id_agency_id")
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "made_by"], ["person.body_id", "person.id"], name=op.f("fk_agency_key_body_id_made_by")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_agency_key_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_agency_key")),
        sa.UniqueConstraint("digest", name=op.f("uq_agency_key_digest")),
    )
    with op.batch_alter_table("agency_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agency_key_agency_id"), ["agency_id"], unique=False)

    op.create_table(
        "agency_key_end",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("agency_key_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "agency_key_id"],
            ["agency_key.body_id", "agency_key.id"],
            name=op.f("fk_agency_key_end_body_id_agency_key_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "ended_by"], ["person.body_id", "person.id"], name=op.f("fk_agency_key_end_body_id_ended_by")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_agency_key_end_body_id")),
        sa.PrimaryKeyConstraint("body_id", "agency_key_id", name=op.f("pk_agency_key_end")),
    )
    op.create_table(
        "agency_request",
        sa.Column("agency_key_id", sa.Text(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "agency_key_id"],
            ["agency_key.body_id", "agency_key.id"],
            name=op.f("fk_agency_request_body_id_agency_key_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_agency_request_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_agency_request")),
    )
    with op.batch_alter_table("agency_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agency_request_agency_key_id"), ["agency_key_id"], unique=False)

    op.create_table(
        "webhook",
        sa.Column("agency_id", sa.Text(), nullable=False),
        sa.Column("agency_key_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "agency_id"], ["agency.body_id", "agency.id"], name=op.f("fk_webhook_body_id_agency_id")
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "agency_key_id"],
            ["agency_key.body_id", "agency_key.id"],
            name=op.f("fk_webhook_body_id_agency_key_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_webhook_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_webhook")),
    )
    with op.batch_alter_table("webhook", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webhook_agency_id"), ["agency_id"], unique=False)

    op.create_table(
        "webhook_end",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("webhook_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "ended_by"], ["person.body_id", "person.id"], name=op.f("fk_webhook_end_body_id_ended_by")
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "webhook_id"], ["webhook.body_id", "webhook.id"], name=op.f("fk_webhook_end_body_id_webhook_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_webhook_end_body_id")),
        sa.PrimaryKeyConstraint("body_id", "webhook_id", name=op.f("pk_webhook_end")),
    )
    op.create_table(
        "webhook_message",
        sa.Column("webhook_id", sa.Text(), nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column(
            "event",
            sa.Enum(
                "revoked",
                "suspended",
                "reinstated",
                "superseded",
                "expired",
                name="event",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "credential_id"],
            ["credential.body_id", "credential.id"],
            name=op.f("fk_webhook_message_body_id_credential_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "webhook_id"],
            ["webhook.body_id", "webhook.id"],
            name=op.f("fk_webhook_message_body_id_webhook_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_webhook_message_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_webhook_message")),
        sa.UniqueConstraint(
            "body_id",
            "webhook_id",
            "credential_id",
            "event",
            "happened_at",
            name=op.f("uq_webhook_message_body_id_webhook_id_credential_id_event_happened_at"),
        ),
    )
    with op.batch_alter_table("webhook_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webhook_message_credential_id"), ["credential_id"], unique=False)

    op.create_table(
        "webhook_watch",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("webhook_id", sa.Text(), nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("watched", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "credential_id"],
            ["credential.body_id", "credential.id"],
            name=op.f("fk_webhook_watch_body_id_credential_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "webhook_id"],
            ["webhook.body_id", "webhook.id"],
            name=op.f("fk_webhook_watch_body_id_webhook_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_webhook_watch_body_id")),
        sa.PrimaryKeyConstraint("body_id", "webhook_id", "credential_id", "number", name=op.f("pk_webhook_watch")),
    )
    with op.batch_alter_table("webhook_watch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webhook_watch_credential_id"), ["credential_id"], unique=False)

    op.create_table(
        "webhook_attempt",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("webhook_message_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "taken",
                "answered",
                "gone",
                "no_address",
                "not_public",
                "not_trusted",
                "no_connection",
                "too_slow",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("answer", sa.Integer(), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "webhook_message_id"],
            ["webhook_message.body_id", "webhook_message.id"],
            name=op.f("fk_webhook_attempt_body_id_webhook_message_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_webhook_attempt_body_id")),
        sa.PrimaryKeyConstraint("body_id", "webhook_message_id", "number", name=op.f("pk_webhook_attempt")),
    )
