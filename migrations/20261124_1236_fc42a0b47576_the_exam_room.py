"""The exam room."""

import re
from html import unescape

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "fc42a0b47576"
down_revision = "1cbb868f72d0"
branch_labels = None
depends_on = None

FILLED = {
    "exam_result": ("generation",),
    "item_score": ("generation", "reached", "counts"),
    "form_item": ("section",),
    "item": ("number",),
    "item_text": ("words",),
}
SAID = frozenset(("title", "stem", "prompt", "html", "body", "before", "unit", "stimulus", "labels", "placeholder"))
BLOCK = re.compile(r"<(?:/(?:p|li|div|td|th|tr|h[2-6])|br ?/)>")
MARKUP = re.compile(r"<[^>]*>")


def upgrade() -> None:
    """Bring the tables from the revision before to this one; there is no way back but a backup."""
    op.create_table(
        "item_apart",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("first_id", sa.Text(), nullable=False),
        sa.Column("second_id", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_item_apart_pair_in_order")),
        sa.ForeignKeyConstraint(
            ["body_id", "first_id"], ["item.body_id", "item.id"], name=op.f("fk_item_apart_body_id_first_id")
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "second_id"], ["item.body_id", "item.id"], name=op.f("fk_item_apart_body_id_second_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_item_apart_body_id")),
        sa.PrimaryKeyConstraint("body_id", "first_id", "second_id", name=op.f("pk_item_apart")),
    )
    op.create_table(
        "item_draft",
        sa.Column("item_id", sa.Text(), nullable=True),
        sa.Column("base", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column(
            "use",
            sa.Enum(
                "operational", "pretest", "exposed", name="use", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
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
        sa.CheckConstraint("(item_id IS NULL) = (base IS NULL)", name=op.f("ck_item_draft_base_goes_with_item")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_item_draft_revision_counts")),
        sa.ForeignKeyConstraint(
            ["body_id", "item_id"], ["item.body_id", "item.id"], name=op.f("fk_item_draft_body_id_item_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_item_draft_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_item_draft")),
    )
    with op.batch_alter_table("item_draft", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_item_draft_body_id_state_changed_at"), ["body_id", "state", "changed_at"], unique=False
        )
        batch_op.create_index(
            "uq_item_draft_open",
            ["body_id", "item_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('writing', 'in_review', 'sent_back')"),
            postgresql_where=sa.text("state IN ('writing', 'in_review', 'sent_back')"),
        )

    op.create_table(
        "item_draft_copy",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("draft_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "draft_id"],
            ["item_draft.body_id", "item_draft.id"],
            name=op.f("fk_item_draft_copy_body_id_draft_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_item_draft_copy_body_id")),
        sa.PrimaryKeyConstraint("body_id", "draft_id", "revision", name=op.f("pk_item_draft_copy")),
    )
    op.create_table(
        "item_draft_entry",
        sa.Column("draft_id", sa.Text(), nullable=False),
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
            name=op.f("ck_item_draft_entry_answered_by_a_second_person"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "draft_id"],
            ["item_draft.body_id", "item_draft.id"],
            name=op.f("fk_item_draft_entry_body_id_draft_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_item_draft_entry_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_item_draft_entry")),
    )
    with op.batch_alter_table("item_draft_entry", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_item_draft_entry_body_id_draft_id_at"), ["body_id", "draft_id", "at"], unique=False
        )

    op.create_table(
        "item_review",
        sa.Column("item_version_id", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=True),
        sa.Column("draft_id", sa.Text(), nullable=True),
        sa.Column("reviewed_by", sa.Text(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "author_id IS NULL OR author_id <> reviewed_by", name=op.f("ck_item_review_reviewed_by_a_second_person")
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "draft_id"],
            ["item_draft.body_id", "item_draft.id"],
            name=op.f("fk_item_review_body_id_draft_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "item_version_id"],
            ["item_version.body_id", "item_version.id"],
            name=op.f("fk_item_review_body_id_item_version_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_item_review_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_item_review")),
    )
    with op.batch_alter_table("item_review", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_item_review_body_id_item_version_id"), ["body_id", "item_version_id"], unique=False
        )

    op.create_table(
        "marking_rubric",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("item_version_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("v", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_marking_rubric_numbers_count_from_one")),
        sa.ForeignKeyConstraint(
            ["body_id", "item_version_id"],
            ["item_version.body_id", "item_version.id"],
            name=op.f("fk_marking_rubric_body_id_item_version_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_marking_rubric_body_id")),
        sa.PrimaryKeyConstraint("body_id", "item_version_id", "number", name=op.f("pk_marking_rubric")),
    )
    op.create_table(
        "attempt_end",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side = 'invigilator'", name=op.f("ck_attempt_end_side_is_invigilator")),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id", "person_id", "side"],
            ["duty.body_id", "duty.application_id", "duty.person_id", "duty.side"],
            name=op.f("fk_attempt_end_body_id_application_id_person_id_side"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "attempt_id"], ["attempt.body_id", "attempt.id"], name=op.f("fk_attempt_end_body_id_attempt_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_attempt_end_body_id")),
        sa.PrimaryKeyConstraint("body_id", "attempt_id", name=op.f("pk_attempt_end")),
    )
    op.create_table(
        "attempt_pause",
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column(
            "change",
            sa.Enum("paused", "resumed", name="change", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "attempt_id"],
            ["attempt.body_id", "attempt.id"],
            name=op.f("fk_attempt_pause_body_id_attempt_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_attempt_pause_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_attempt_pause")),
    )
    with op.batch_alter_table("attempt_pause", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_attempt_pause_body_id_attempt_id_at"), ["body_id", "attempt_id", "at"], unique=False
        )

    op.create_table(
        "attempt_presence",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unsent", sa.Integer(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("client", sa.Text(), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "attempt_id"],
            ["attempt.body_id", "attempt.id"],
            name=op.f("fk_attempt_presence_body_id_attempt_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_attempt_presence_body_id")),
        sa.PrimaryKeyConstraint("body_id", "attempt_id", name=op.f("pk_attempt_presence")),
    )
    op.create_table(
        "attempt_upload",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_attempt_upload_not_empty")),
        sa.ForeignKeyConstraint(
            ["body_id", "attempt_id"],
            ["attempt.body_id", "attempt.id"],
            name=op.f("fk_attempt_upload_body_id_attempt_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_attempt_upload_body_id")),
        sa.PrimaryKeyConstraint("body_id", "attempt_id", "digest", name=op.f("pk_attempt_upload")),
    )
    op.create_table(
        "booking_code",
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "attempt_id"],
            ["attempt.body_id", "attempt.id"],
            name=op.f("fk_booking_code_body_id_attempt_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_booking_code_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_booking_code")),
        sa.UniqueConstraint("digest", name=op.f("uq_booking_code_digest")),
    )
    with op.batch_alter_table("booking_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_booking_code_body_id_attempt_id"), ["body_id", "attempt_id"], unique=False)

    op.create_table(
        "exported_file",
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("taken_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.CheckConstraint("side = 'invigilator'", name=op.f("ck_exported_file_side_is_invigilator")),
        sa.CheckConstraint("size > 0 AND events >= 0", name=op.f("ck_exported_file_something_is_inside")),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id", "person_id", "side"],
            ["duty.body_id", "duty.application_id", "duty.person_id", "duty.side"],
            name=op.f("fk_exported_file_body_id_application_id_person_id_side"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "attempt_id"],
            ["attempt.body_id", "attempt.id"],
            name=op.f("fk_exported_file_body_id_attempt_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_exported_file_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_exported_file")),
        sa.UniqueConstraint("body_id", "digest", name=op.f("uq_exported_file_body_id_digest")),
    )
    with op.batch_alter_table("exported_file", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_exported_file_body_id_attempt_id"), ["body_id", "attempt_id"], unique=False
        )

    op.create_table(
        "incident_note",
        sa.Column("sitting_id", sa.Text(), nullable=False),
        sa.Column("attempt_id", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("corrects", sa.Text(), nullable=True),
        sa.Column("written_by", sa.Text(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "attempt_id"],
            ["attempt.body_id", "attempt.id"],
            name=op.f("fk_incident_note_body_id_attempt_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "corrects"],
            ["incident_note.body_id", "incident_note.id"],
            name=op.f("fk_incident_note_body_id_corrects"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "sitting_id"],
            ["sitting.body_id", "sitting.id"],
            name=op.f("fk_incident_note_body_id_sitting_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_incident_note_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_incident_note")),
    )
    with op.batch_alter_table("incident_note", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_incident_note_body_id_attempt_id"), ["body_id", "attempt_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_incident_note_body_id_sitting_id_written_at"),
            ["body_id", "sitting_id", "written_at"],
            unique=False,
        )

    op.create_table(
        "move_request",
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "attempt_id"],
            ["attempt.body_id", "attempt.id"],
            name=op.f("fk_move_request_body_id_attempt_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_move_request_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_move_request")),
    )
    with op.batch_alter_table("move_request", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_move_request_body_id_attempt_id_asked_at"),
            ["body_id", "attempt_id", "asked_at"],
            unique=False,
        )

    op.create_table(
        "response_mark",
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("item_version_id", sa.Text(), nullable=False),
        sa.Column("rubric_number", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("v", sa.Integer(), nullable=False),
        sa.Column("points", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("total", sa.String(length=80), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.CheckConstraint("side = 'assessor'", name=op.f("ck_response_mark_side_is_assessor")),
        sa.CheckConstraint("place < 3 OR length(comment) > 0", name=op.f("ck_response_mark_adjudication_has_a_reason")),
        sa.CheckConstraint("place BETWEEN 1 AND 3", name=op.f("ck_response_mark_place_in_range")),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id", "person_id", "side"],
            ["duty.body_id", "duty.application_id", "duty.person_id", "duty.side"],
            name=op.f("fk_response_mark_body_id_application_id_person_id_side"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "attempt_id"],
            ["attempt.body_id", "attempt.id"],
            name=op.f("fk_response_mark_body_id_attempt_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "item_version_id", "rubric_number"],
            ["marking_rubric.body_id", "marking_rubric.item_version_id", "marking_rubric.number"],
            name=op.f("fk_response_mark_body_id_item_version_id_rubric_number"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_response_mark_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_response_mark")),
        sa.UniqueConstraint(
            "body_id",
            "attempt_id",
            "item_version_id",
            "person_id",
            name=op.f("uq_response_mark_body_id_attempt_id_item_version_id_person_id"),
        ),
        sa.UniqueConstraint(
            "body_id",
            "attempt_id",
            "item_version_id",
            "place",
            name=op.f("uq_response_mark_body_id_attempt_id_item_version_id_place"),
        ),
    )
    with op.batch_alter_table("response_mark", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_response_mark_body_id_application_id_person_id"),
            ["body_id", "application_id", "person_id"],
            unique=False,
        )

    op.create_table(
        "held_decision",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("turn", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("after_end", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side = 'invigilator'", name=op.f("ck_held_decision_side_is_invigilator")),
        sa.CheckConstraint("turn > 0", name=op.f("ck_held_decision_turns_count_from_one")),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id", "person_id", "side"],
            ["duty.body_id", "duty.application_id", "duty.person_id", "duty.side"],
            name=op.f("fk_held_decision_body_id_application_id_person_id_side"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "attempt_id"],
            ["attempt.body_id", "attempt.id"],
            name=op.f("fk_held_decision_body_id_attempt_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_held_decision_body_id")),
        sa.ForeignKeyConstraint(["number"], ["response_event.number"], name=op.f("fk_held_decision_number")),
        sa.PrimaryKeyConstraint("body_id", "number", "turn", name=op.f("pk_held_decision")),
    )
    with op.batch_alter_table("held_decision", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_held_decision_body_id_attempt_id"), ["body_id", "attempt_id"], unique=False
        )

    op.create_table(
        "move_release",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side = 'invigilator'", name=op.f("ck_move_release_side_is_invigilator")),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id", "person_id", "side"],
            ["duty.body_id", "duty.application_id", "duty.person_id", "duty.side"],
            name=op.f("fk_move_release_body_id_application_id_person_id_side"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "attempt_id"],
            ["attempt.body_id", "attempt.id"],
            name=op.f("fk_move_release_body_id_attempt_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "request_id"],
            ["move_request.body_id", "move_request.id"],
            name=op.f("fk_move_release_body_id_request_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_move_release_body_id")),
        sa.PrimaryKeyConstraint("body_id", "request_id", name=op.f("pk_move_release")),
    )
    with op.batch_alter_table("move_release", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_move_release_body_id_attempt_id"), ["body_id", "attempt_id"], unique=False)

    op.create_table(
        "regrade",
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("item_version_id", sa.Text(), nullable=False),
        sa.Column(
            "remedy",
            sa.Enum(
                "new_key",
                "full_marks",
                "take_out",
                "late_answer",
                name="remedy",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("by_version_id", sa.Text(), nullable=True),
        sa.Column("attempt_id", sa.Text(), nullable=True),
        sa.Column("event_number", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "remedy <> 'late_answer' OR attempt_id IS NOT NULL", name=op.f("ck_regrade_late_answer_has_an_attempt")
        ),
        sa.CheckConstraint(
            "remedy <> 'new_key' OR by_version_id IS NOT NULL", name=op.f("ck_regrade_new_key_has_a_version")
        ),
        sa.CheckConstraint(
            "(attempt_id IS NULL) = (event_number IS NULL)", name=op.f("ck_regrade_attempt_and_event_together")
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "attempt_id"], ["attempt.body_id", "attempt.id"], name=op.f("fk_regrade_body_id_attempt_id")
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "by_version_id"],
            ["item_version.body_id", "item_version.id"],
            name=op.f("fk_regrade_body_id_by_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "form_id", "item_version_id"],
            ["form_item.body_id", "form_item.form_id", "form_item.item_version_id"],
            name=op.f("fk_regrade_body_id_form_id_item_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "form_id"], ["form.body_id", "form.id"], name=op.f("fk_regrade_body_id_form_id")
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "proposed_by"], ["person.body_id", "person.id"], name=op.f("fk_regrade_body_id_proposed_by")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_regrade_body_id")),
        sa.ForeignKeyConstraint(["event_number"], ["response_event.number"], name=op.f("fk_regrade_event_number")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_regrade")),
        sa.UniqueConstraint("body_id", "id", "proposed_by", name=op.f("uq_regrade_body_id_id_proposed_by")),
    )
    with op.batch_alter_table("regrade", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_regrade_body_id_form_id"), ["body_id", "form_id"], unique=False)

    op.create_table(
        "regrade_case",
        sa.Column("regrade_id", sa.Text(), nullable=False),
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("certificate_number", sa.Text(), nullable=True),
        sa.Column("flipped", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id"],
            ["application.body_id", "application.id"],
            name=op.f("fk_regrade_case_body_id_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "attempt_id"],
            ["attempt.body_id", "attempt.id"],
            name=op.f("fk_regrade_case_body_id_attempt_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "decision_id"],
            ["decision.body_id", "decision.id"],
            name=op.f("fk_regrade_case_body_id_decision_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "regrade_id"],
            ["regrade.body_id", "regrade.id"],
            name=op.f("fk_regrade_case_body_id_regrade_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_regrade_case_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_regrade_case")),
        sa.UniqueConstraint(
            "body_id", "regrade_id", "attempt_id", name=op.f("uq_regrade_case_body_id_regrade_id_attempt_id")
        ),
    )
    with op.batch_alter_table("regrade_case", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_regrade_case_application_id"), ["application_id"], unique=False)

    op.create_table(
        "regrade_confirmation",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("regrade_id", sa.Text(), nullable=False),
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "confirmed = (place IS NOT NULL)", name=op.f("ck_regrade_confirmation_confirmed_has_a_place")
        ),
        sa.CheckConstraint("confirmed_by <> proposed_by", name=op.f("ck_regrade_confirmation_four_eyes")),
        sa.CheckConstraint("place > 0", name=op.f("ck_regrade_confirmation_places_count_from_one")),
        sa.ForeignKeyConstraint(
            ["body_id", "confirmed_by"],
            ["person.body_id", "person.id"],
            name=op.f("fk_regrade_confirmation_body_id_confirmed_by"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "form_id"], ["form.body_id", "form.id"], name=op.f("fk_regrade_confirmation_body_id_form_id")
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "regrade_id", "proposed_by"],
            ["regrade.body_id", "regrade.id", "regrade.proposed_by"],
            name=op.f("fk_regrade_confirmation_body_id_regrade_id_proposed_by"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_regrade_confirmation_body_id")),
        sa.PrimaryKeyConstraint("body_id", "regrade_id", name=op.f("pk_regrade_confirmation")),
        sa.UniqueConstraint("body_id", "form_id", "place", name=op.f("uq_regrade_confirmation_body_id_form_id_place")),
    )
    op.create_table(
        "regrade_line",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("regrade_id", sa.Text(), nullable=False),
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("old_score", sa.String(length=80), nullable=False),
        sa.Column("new_score", sa.String(length=80), nullable=False),
        sa.Column("old_maximum", sa.String(length=80), nullable=False),
        sa.Column("new_maximum", sa.String(length=80), nullable=False),
        sa.Column("old_counts", sa.Boolean(), nullable=False),
        sa.Column("new_counts", sa.Boolean(), nullable=False),
        sa.Column("old_total", sa.String(length=80), nullable=False),
        sa.Column("new_total", sa.String(length=80), nullable=False),
        sa.Column("old_total_maximum", sa.String(length=80), nullable=False),
        sa.Column("new_total_maximum", sa.String(length=80), nullable=False),
        sa.Column("old_reached", sa.Boolean(), nullable=False),
        sa.Column("new_reached", sa.Boolean(), nullable=False),
        sa.Column("criteria_flipped", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id"],
            ["application.body_id", "application.id"],
            name=op.f("fk_regrade_line_body_id_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "attempt_id"],
            ["attempt.body_id", "attempt.id"],
            name=op.f("fk_regrade_line_body_id_attempt_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "regrade_id"],
            ["regrade.body_id", "regrade.id"],
            name=op.f("fk_regrade_line_body_id_regrade_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_regrade_line_body_id")),
        sa.PrimaryKeyConstraint("body_id", "regrade_id", "attempt_id", name=op.f("pk_regrade_line")),
    )
    with op.batch_alter_table("regrade_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_regrade_line_attempt_id"), ["attempt_id"], unique=False)

    op.create_table(
        "regrade_case_answer",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("regrade_case_id", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("handled_by", sa.Text(), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "handled_by"],
            ["person.body_id", "person.id"],
            name=op.f("fk_regrade_case_answer_body_id_handled_by"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "regrade_case_id"],
            ["regrade_case.body_id", "regrade_case.id"],
            name=op.f("fk_regrade_case_answer_body_id_regrade_case_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_regrade_case_answer_body_id")),
        sa.PrimaryKeyConstraint("body_id", "regrade_case_id", name=op.f("pk_regrade_case_answer")),
    )
    _add_to_the_old_tables()
    _number_the_items()
    _fold_the_words()
    _count_events_in_64_bits()


def _add_to_the_old_tables() -> None:
    """New columns; what was recorded before this revision is the first generation, read, counted, of one section."""
    with op.batch_alter_table("attempt") as attempt:
        attempt.add_column(sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
        attempt.add_column(sa.Column("device", sa.Text(), nullable=True))
        attempt.drop_constraint(op.f("ck_attempt_state"), type_="check")
        attempt.create_check_constraint(
            op.f("ck_attempt_state"),
            "state IN ('prepared', 'checked_in', 'released', 'running', 'paused', 'submitted', 'expired', 'voided')",
        )
        attempt.create_check_constraint(
            op.f("ck_attempt_paused_since_a_moment"), "state <> 'paused' OR paused_at IS NOT NULL"
        )
        attempt.create_index(op.f("ix_attempt_form_id"), ["form_id"], unique=False)

    with op.batch_alter_table("exam_result") as result:
        result.add_column(_filled("generation", sa.Integer(), "0", autoincrement=False))
        result.drop_constraint(op.f("pk_exam_result"), type_="primary")
        result.create_primary_key(op.f("pk_exam_result"), ["body_id", "attempt_id", "generation"])
        result.create_check_constraint(op.f("ck_exam_result_generation_not_negative"), "generation >= 0")

    with op.batch_alter_table("item_score") as score:
        score.add_column(_filled("generation", sa.Integer(), "0", autoincrement=False))
        score.add_column(_filled("reached", sa.Boolean(), sa.true()))
        score.add_column(_filled("counts", sa.Boolean(), sa.true()))
        score.drop_constraint(op.f("pk_item_score"), type_="primary")
        score.create_primary_key(op.f("pk_item_score"), ["body_id", "attempt_id", "item_version_id", "generation"])
        score.create_check_constraint(op.f("ck_item_score_generation_not_negative"), "generation >= 0")
        score.create_check_constraint(op.f("ck_item_score_answered_is_reached"), "reached OR NOT answered")

    with op.batch_alter_table("form_item") as item:
        item.add_column(_filled("section", sa.Integer(), "1"))
        item.create_index(op.f("ix_form_item_item_version_id"), ["item_version_id"], unique=False)

    with op.batch_alter_table("item") as item:
        item.add_column(_filled("number", sa.Integer(), "1"))

    with op.batch_alter_table("item_text") as text:
        text.add_column(_filled("words", sa.Text(), ""))

    for table, columns in FILLED.items():
        with op.batch_alter_table(table) as changed:
            for column in columns:
                changed.alter_column(column, server_default=None)

    with op.batch_alter_table("sign_in_session") as session:
        session.add_column(sa.Column("person_id", sa.Text(), nullable=True))
        session.add_column(sa.Column("bound_to", sa.Text(), nullable=True))
        session.alter_column("account_id", existing_type=sa.Text(), nullable=True)
        session.create_check_constraint(
            op.f("ck_sign_in_session_without_account_is_bound"), "account_id IS NOT NULL OR bound_to IS NOT NULL"
        )
        session.create_check_constraint(
            op.f("ck_sign_in_session_is_somebodys"), "account_id IS NOT NULL OR person_id IS NOT NULL"
        )
        session.create_index(op.f("ix_sign_in_session_bound_to"), ["bound_to"], unique=False)
        session.create_foreign_key(
            op.f("fk_sign_in_session_body_id_person_id"), "person", ["body_id", "person_id"], ["body_id", "id"]
        )


def _filled(name: str, kind: sa.types.TypeEngine[object], value: object, **options: bool) -> sa.Column[object]:
    """A column that may not be empty, with the value that the rows of before get; it is forgotten afterwards."""
    return sa.Column(name, kind, nullable=False, server_default=value, **options)


def _number_the_items() -> None:
    """An item carries the number of its newest version."""
    op.execute(
        "UPDATE item SET number = (SELECT max(version.number) FROM item_version AS version "
        "WHERE version.body_id = item.body_id AND version.item_id = item.id) "
        "WHERE EXISTS (SELECT 1 FROM item_version AS version "
        "WHERE version.body_id = item.body_id AND version.item_id = item.id)"
    )


def _fold_the_words() -> None:
    """The search reads what an item says as folded text beside it."""
    text = sa.table(
        "item_text",
        sa.column("body_id", sa.Text()),
        sa.column("item_version_id", sa.Text()),
        sa.column("language", sa.Text()),
        sa.column("content", sa.JSON().with_variant(postgresql.JSONB(), "postgresql")),
        sa.column("words", sa.Text()),
    )
    key = (text.c.body_id, text.c.item_version_id, text.c.language)
    connection = op.get_bind()
    for row in connection.execute(sa.select(*key, text.c.content)).all():
        words = " ".join(_said(row.content)).casefold()
        connection.execute(
            text.update()
            .where(*(column == value for column, value in zip(key, row[:3], strict=True)))
            .values(words=words)
        )


def _said(value: object, name: str = "") -> list[str]:
    """Every text that is said, without its markup."""
    if isinstance(value, str):
        return [" ".join(unescape(MARKUP.sub("", BLOCK.sub(" ", value))).split())] if name in SAID else []
    if isinstance(value, dict):
        return [said for key, inner in value.items() for said in _said(inner, key)]
    if isinstance(value, list):
        return [said for inner in value for said in _said(inner, name)]
    return []


def _count_events_in_64_bits() -> None:
    """SQLite counts so already."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("response_event", "number", type_=sa.BigInteger(), existing_nullable=False)
        op.execute("ALTER SEQUENCE response_event_number_seq AS bigint")
