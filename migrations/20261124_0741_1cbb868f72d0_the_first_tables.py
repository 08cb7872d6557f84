"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "1cbb868f72d0"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables from the revision before to this one; there is no way back but a backup."""
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("v", sa.Integer(), nullable=False),
        sa.Column("transaction", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=True),
        sa.Column("person_id", sa.Text(), nullable=True),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("record_table", sa.Text(), nullable=False),
        sa.Column("record_key", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_body_id"), "audit_entry", ["body_id"], unique=False)
    op.create_index(
        op.f("ix_audit_entry_record_table_record_key_id"),
        "audit_entry",
        ["record_table", "record_key", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_audit_entry_transaction"), "audit_entry", ["transaction"], unique=False)
    op.create_table(
        "certification_body",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column(
            "party",
            sa.Enum("P1", "P2", "P3", name="party", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_body")),
    )
    op.create_table(
        "guess_count",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_guess_count")),
    )
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_installation_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.create_table(
        "audit_seal",
        sa.Column(
            "sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("v", sa.Integer(), nullable=False),
        sa.Column("chain", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["audit_entry.id"], name=op.f("fk_audit_seal_entry_id")),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_audit_seal_entry_id")),
    )
    op.create_table(
        "body_licence",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("authority_number", sa.Text(), nullable=True),
        sa.Column("scheme_codes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_body_licence_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_body_licence")),
    )
    op.create_table(
        "issuer_key",
        sa.Column("multibase", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("compromised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_issuer_key_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_issuer_key")),
    )
    op.create_table(
        "item",
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column(
            "use",
            sa.Enum(
                "operational", "pretest", "exposed", name="use", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_item_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_item")),
        sa.UniqueConstraint("body_id", "identifier", name=op.f("uq_item_body_id_identifier")),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_job_body_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index(op.f("ix_job_finished_at_due_at"), "job", ["finished_at", "due_at"], unique=False)
    op.create_table(
        "meeting",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_meeting_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("body_id", "number", name=op.f("uq_meeting_body_id_number")),
    )
    op.create_table(
        "person",
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_person_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_person")),
    )
    op.create_table(
        "scheme",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("kkni", "okupasi", "klaster", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_scheme_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_scheme")),
        sa.UniqueConstraint("body_id", "code", name=op.f("uq_scheme_body_id_code")),
    )
    op.create_table(
        "site",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "sewaktu",
                "tempat_kerja",
                "mandiri",
                name="site_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("verified_from", sa.Date(), nullable=False),
        sa.Column("verified_until", sa.Date(), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_site_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_site")),
    )
    op.create_table(
        "standard",
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "staging", "published", "retired", name="state", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("case_version", sa.Text(), nullable=False),
        sa.Column("document", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("rest", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("oddities", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by", sa.Text(), nullable=True),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_standard_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_standard")),
        sa.UniqueConstraint("body_id", "identifier", "number", name=op.f("uq_standard_body_id_identifier_number")),
    )
    op.create_table(
        "status_list",
        sa.Column(
            "purpose",
            sa.Enum("revocation", "suspension", name="purpose", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_status_list_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_status_list")),
        sa.UniqueConstraint("id", name=op.f("uq_status_list_id")),
    )
    op.create_table(
        "account",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "person_id"], ["person.body_id", "person.id"], name=op.f("fk_account_body_id_person_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_account_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
    )
    op.create_table(
        "assessor_registration",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "person_id"],
            ["person.body_id", "person.id"],
            name=op.f("fk_assessor_registration_body_id_person_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_assessor_registration_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_assessor_registration")),
    )
    op.create_index(op.f("ix_assessor_registration_person_id"), "assessor_registration", ["person_id"], unique=False)
    op.create_table(
        "association",
        sa.Column("standard_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("raw", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "standard_id"],
            ["standard.body_id", "standard.id"],
            name=op.f("fk_association_body_id_standard_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_association_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_association")),
    )
    op.create_index(
        op.f("ix_association_body_id_standard_id_position"),
        "association",
        ["body_id", "standard_id", "position"],
        unique=False,
    )
    op.create_table(
        "competency",
        sa.Column("standard_id", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Text(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "unit",
                "element",
                "criterion",
                "other",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("raw", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "parent_id"],
            ["competency.body_id", "competency.id"],
            name=op.f("fk_competency_body_id_parent_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "standard_id"],
            ["standard.body_id", "standard.id"],
            name=op.f("fk_competency_body_id_standard_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_competency_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_competency")),
    )
    op.create_index(op.f("ix_competency_body_id_kind_code"), "competency", ["body_id", "kind", "code"], unique=False)
    op.create_index(
        op.f("ix_competency_body_id_standard_id_position"),
        "competency",
        ["body_id", "standard_id", "position"],
        unique=False,
    )
    op.create_index(op.f("ix_competency_identifier"), "competency", ["identifier"], unique=False)
    op.create_index(op.f("ix_competency_parent_id"), "competency", ["parent_id"], unique=False)
    op.create_table(
        "identity_document",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("number_tag", sa.LargeBinary(), nullable=False),
        sa.Column("seen_by", sa.Text(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "person_id"],
            ["person.body_id", "person.id"],
            name=op.f("fk_identity_document_body_id_person_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_identity_document_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_identity_document")),
        sa.UniqueConstraint("body_id", "number_tag", name=op.f("uq_identity_document_body_id_number_tag")),
    )
    op.create_index(op.f("ix_identity_document_person_id"), "identity_document", ["person_id"], unique=False)
    op.create_table(
        "item_version",
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("structure", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by", sa.Text(), nullable=True),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "item_id"], ["item.body_id", "item.id"], name=op.f("fk_item_version_body_id_item_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_item_version_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_item_version")),
        sa.UniqueConstraint("body_id", "item_id", "number", name=op.f("uq_item_version_body_id_item_id_number")),
    )
    op.create_table(
        "meeting_member",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("meeting_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("outside", sa.Boolean(), nullable=False),
        sa.Column("present_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["body_id", "meeting_id"],
            ["meeting.body_id", "meeting.id"],
            name=op.f("fk_meeting_member_body_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "person_id"], ["person.body_id", "person.id"], name=op.f("fk_meeting_member_body_id_person_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_meeting_member_body_id")),
        sa.PrimaryKeyConstraint("body_id", "meeting_id", "person_id", name=op.f("pk_meeting_member")),
    )
    op.create_table(
        "person_detail",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "person_id"], ["person.body_id", "person.id"], name=op.f("fk_person_detail_body_id_person_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_person_detail_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_person_detail")),
    )
    op.create_index(op.f("ix_person_detail_person_id"), "person_detail", ["person_id"], unique=False)
    op.create_table(
        "person_key",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["body_id", "person_id"], ["person.body_id", "person.id"], name=op.f("fk_person_key_body_id_person_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_person_key_body_id")),
        sa.PrimaryKeyConstraint("body_id", "person_id", name=op.f("pk_person_key")),
    )
    op.create_table(
        "person_name",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "person_id"], ["person.body_id", "person.id"], name=op.f("fk_person_name_body_id_person_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_person_name_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_person_name")),
    )
    op.create_index(op.f("ix_person_name_person_id"), "person_name", ["person_id"], unique=False)
    op.create_table(
        "scheme_version",
        sa.Column("scheme_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft", "published", "retired", name="state", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("validity_months", sa.Integer(), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("outside_members", sa.Integer(), nullable=False),
        sa.Column("look_back_days", sa.Integer(), nullable=False),
        sa.Column("electives_required", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.Text(), nullable=True),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.CheckConstraint("quorum >= 2", name=op.f("ck_scheme_version_quorum_two_or_more")),
        sa.CheckConstraint("validity_months > 0", name=op.f("ck_scheme_version_validity_positive")),
        sa.ForeignKeyConstraint(
            ["body_id", "scheme_id"], ["scheme.body_id", "scheme.id"], name=op.f("fk_scheme_version_body_id_scheme_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_scheme_version_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_scheme_version")),
        sa.UniqueConstraint("body_id", "scheme_id", "number", name=op.f("uq_scheme_version_body_id_scheme_id_number")),
    )
    op.create_table(
        "status_list_document",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("status_list_id", sa.Text(), nullable=False),
        sa.Column("document", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "status_list_id"],
            ["status_list.body_id", "status_list.id"],
            name=op.f("fk_status_list_document_body_id_status_list_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_status_list_document_body_id")),
        sa.PrimaryKeyConstraint("body_id", "status_list_id", name=op.f("pk_status_list_document")),
    )
    op.create_table(
        "application",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("scheme_version_id", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "accepted",
                "rejected",
                "withdrawn",
                "agreed",
                "scheduled",
                "in_assessment",
                "assessed",
                "recommended",
                "decided_k",
                "decided_bk",
                "certified",
                "appealed",
                "reassessment",
                "surveillance_due",
                "recognition",
                "suspended",
                "revoked",
                "expired",
                "closed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("adjustment", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "person_id"], ["person.body_id", "person.id"], name=op.f("fk_application_body_id_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "scheme_version_id"],
            ["scheme_version.body_id", "scheme_version.id"],
            name=op.f("fk_application_body_id_scheme_version_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_application_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_application")),
        sa.UniqueConstraint("body_id", "number", name=op.f("uq_application_body_id_number")),
    )
    op.create_index(op.f("ix_application_body_id_state"), "application", ["body_id", "state"], unique=False)
    op.create_index(op.f("ix_application_person_id"), "application", ["person_id"], unique=False)
    op.create_table(
        "competency_alias",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("competency_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "competency_id"],
            ["competency.body_id", "competency.id"],
            name=op.f("fk_competency_alias_body_id_competency_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_competency_alias_body_id")),
        sa.PrimaryKeyConstraint("body_id", "competency_id", "code", name=op.f("pk_competency_alias")),
    )
    op.create_table(
        "competency_text",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("competency_id", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "competency_id"],
            ["competency.body_id", "competency.id"],
            name=op.f("fk_competency_text_body_id_competency_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_competency_text_body_id")),
        sa.PrimaryKeyConstraint("body_id", "competency_id", "language", name=op.f("pk_competency_text")),
    )
    op.create_table(
        "completeness",
        sa.Column("competency_id", sa.Text(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("marked_by", sa.Text(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "competency_id"],
            ["competency.body_id", "competency.id"],
            name=op.f("fk_completeness_body_id_competency_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "marked_by"], ["person.body_id", "person.id"], name=op.f("fk_completeness_body_id_marked_by")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_completeness_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_completeness")),
    )
    op.create_index(op.f("ix_completeness_competency_id"), "completeness", ["competency_id"], unique=False)
    op.create_table(
        "credential_reset",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("reset_by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "account_id"],
            ["account.body_id", "account.id"],
            name=op.f("fk_credential_reset_body_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "reset_by"], ["person.body_id", "person.id"], name=op.f("fk_credential_reset_body_id_reset_by")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_credential_reset_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_credential_reset")),
    )
    op.create_table(
        "form",
        sa.Column("scheme_version_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("ready", "retired", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("seed", sa.LargeBinary(), nullable=False),
        sa.Column("blueprint", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("cut", sa.String(length=80), nullable=False),
        sa.Column("cut_method", sa.Text(), nullable=False),
        sa.Column("cut_judges", sa.Integer(), nullable=True),
        sa.Column("cut_on", sa.Date(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=True),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 1 AND 600", name=op.f("ck_form_minutes_in_range")),
        sa.CheckConstraint(
            "provisional OR (cut_judges > 0 AND cut_on IS NOT NULL)", name=op.f("ck_form_cut_has_judges_and_date")
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "scheme_version_id"],
            ["scheme_version.body_id", "scheme_version.id"],
            name=op.f("fk_form_body_id_scheme_version_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_form_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_form")),
        sa.UniqueConstraint(
            "body_id", "scheme_version_id", "code", name=op.f("uq_form_body_id_scheme_version_id_code")
        ),
    )
    op.create_table(
        "instrument",
        sa.Column("scheme_version_id", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("form", "rubric", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "scheme_version_id"],
            ["scheme_version.body_id", "scheme_version.id"],
            name=op.f("fk_instrument_body_id_scheme_version_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_instrument_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_instrument")),
        sa.UniqueConstraint("body_id", "kind", "record_id", name=op.f("uq_instrument_body_id_kind_record_id")),
    )
    op.create_index(op.f("ix_instrument_scheme_version_id"), "instrument", ["scheme_version_id"], unique=False)
    op.create_table(
        "item_criterion",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("item_version_id", sa.Text(), nullable=False),
        sa.Column("criterion_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "criterion_id"],
            ["competency.body_id", "competency.id"],
            name=op.f("fk_item_criterion_body_id_criterion_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "item_version_id"],
            ["item_version.body_id", "item_version.id"],
            name=op.f("fk_item_criterion_body_id_item_version_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_item_criterion_body_id")),
        sa.PrimaryKeyConstraint("body_id", "item_version_id", "criterion_id", name=op.f("pk_item_criterion")),
    )
    op.create_index(op.f("ix_item_criterion_criterion_id"), "item_criterion", ["criterion_id"], unique=False)
    op.create_table(
        "item_text",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("item_version_id", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "item_version_id"],
            ["item_version.body_id", "item_version.id"],
            name=op.f("fk_item_text_body_id_item_version_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_item_text_body_id")),
        sa.PrimaryKeyConstraint("body_id", "item_version_id", "language", name=op.f("pk_item_text")),
    )
    op.create_table(
        "one_time_key",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "account_id"],
            ["account.body_id", "account.id"],
            name=op.f("fk_one_time_key_body_id_account_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_one_time_key_body_id")),
        sa.PrimaryKeyConstraint("body_id", "account_id", "key", name=op.f("pk_one_time_key")),
    )
    op.create_table(
        "plan_cell",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("scheme_version_id", sa.Text(), nullable=False),
        sa.Column("criterion_id", sa.Text(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "observed",
                "product",
                "written",
                "oral",
                "portfolio",
                "third_party",
                name="method",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("rule", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "criterion_id"],
            ["competency.body_id", "competency.id"],
            name=op.f("fk_plan_cell_body_id_criterion_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "scheme_version_id"],
            ["scheme_version.body_id", "scheme_version.id"],
            name=op.f("fk_plan_cell_body_id_scheme_version_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_plan_cell_body_id")),
        sa.PrimaryKeyConstraint("body_id", "scheme_version_id", "criterion_id", "method", name=op.f("pk_plan_cell")),
    )
    op.create_table(
        "prerequisite",
        sa.Column("scheme_version_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "scheme_version_id"],
            ["scheme_version.body_id", "scheme_version.id"],
            name=op.f("fk_prerequisite_body_id_scheme_version_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_prerequisite_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_prerequisite")),
    )
    op.create_index(op.f("ix_prerequisite_scheme_version_id"), "prerequisite", ["scheme_version_id"], unique=False)
    op.create_table(
        "role_grant",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "administrator",
                "scheme_manager",
                "item_author",
                "invigilator",
                "assessor",
                "decider",
                "releaser",
                "quality_manager",
                "official",
                "candidate",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("site_id", sa.Text(), nullable=True),
        sa.Column("granted_by", sa.Text(), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "account_id"], ["account.body_id", "account.id"], name=op.f("fk_role_grant_body_id_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "site_id"], ["site.body_id", "site.id"], name=op.f("fk_role_grant_body_id_site_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_role_grant_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_role_grant")),
    )
    op.create_index(op.f("ix_role_grant_account_id"), "role_grant", ["account_id"], unique=False)
    op.create_table(
        "scheme_scope",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("scheme_version_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "scheme_version_id"],
            ["scheme_version.body_id", "scheme_version.id"],
            name=op.f("fk_scheme_scope_body_id_scheme_version_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_scheme_scope_body_id")),
        sa.PrimaryKeyConstraint("body_id", "scheme_version_id", "name", "value", name=op.f("pk_scheme_scope")),
    )
    op.create_table(
        "scheme_text",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("scheme_version_id", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "scheme_version_id"],
            ["scheme_version.body_id", "scheme_version.id"],
            name=op.f("fk_scheme_text_body_id_scheme_version_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_scheme_text_body_id")),
        sa.PrimaryKeyConstraint("body_id", "scheme_version_id", "language", name=op.f("pk_scheme_text")),
    )
    op.create_table(
        "scheme_unit",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("scheme_version_id", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("core", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "scheme_version_id"],
            ["scheme_version.body_id", "scheme_version.id"],
            name=op.f("fk_scheme_unit_body_id_scheme_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "unit_id"], ["competency.body_id", "competency.id"], name=op.f("fk_scheme_unit_body_id_unit_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_scheme_unit_body_id")),
        sa.PrimaryKeyConstraint("body_id", "scheme_version_id", "unit_id", name=op.f("pk_scheme_unit")),
    )
    op.create_table(
        "sign_in_session",
        sa.Column("secret_digest", sa.Text(), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("device", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "account_id"],
            ["account.body_id", "account.id"],
            name=op.f("fk_sign_in_session_body_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("secret_digest", name=op.f("pk_sign_in_session")),
    )
    op.create_index(op.f("ix_sign_in_session_account_id"), "sign_in_session", ["account_id"], unique=False)
    op.create_table(
        "task",
        sa.Column("scheme_version_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "scheme_version_id"],
            ["scheme_version.body_id", "scheme_version.id"],
            name=op.f("fk_task_body_id_scheme_version_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_task_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_task")),
        sa.UniqueConstraint(
            "body_id", "scheme_version_id", "code", name=op.f("uq_task_body_id_scheme_version_id_code")
        ),
    )
    op.create_table(
        "application_step",
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "accepted",
                "rejected",
                "withdrawn",
                "agreed",
                "scheduled",
                "in_assessment",
                "assessed",
                "recommended",
                "decided_k",
                "decided_bk",
                "certified",
                "appealed",
                "reassessment",
                "surveillance_due",
                "recognition",
                "suspended",
                "revoked",
                "expired",
                "closed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id"],
            ["application.body_id", "application.id"],
            name=op.f("fk_application_step_body_id_application_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_application_step_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_application_step")),
        sa.UniqueConstraint(
            "body_id", "application_id", "number", name=op.f("uq_application_step_body_id_application_id_number")
        ),
    )
    op.create_table(
        "consent",
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "photo_abroad",
                "evidence",
                "sharing",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("by_guardian", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id"],
            ["application.body_id", "application.id"],
            name=op.f("fk_consent_body_id_application_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_consent_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_application_id"), "consent", ["application_id"], unique=False)
    op.create_table(
        "duty",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column(
            "side",
            sa.Enum(
                "candidate",
                "trainer",
                "assessor",
                "invigilator",
                "decider",
                "releaser",
                name="side",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id"],
            ["application.body_id", "application.id"],
            name=op.f("fk_duty_body_id_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "person_id"], ["person.body_id", "person.id"], name=op.f("fk_duty_body_id_person_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_duty_body_id")),
        sa.PrimaryKeyConstraint("body_id", "application_id", "person_id", name=op.f("pk_duty")),
        sa.UniqueConstraint(
            "body_id", "application_id", "person_id", "side", name=op.f("uq_duty_body_id_application_id_person_id_side")
        ),
    )
    op.create_index(op.f("ix_duty_person_id"), "duty", ["person_id"], unique=False)
    op.create_table(
        "follow_up",
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("criterion_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id"],
            ["application.body_id", "application.id"],
            name=op.f("fk_follow_up_body_id_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "criterion_id"],
            ["competency.body_id", "competency.id"],
            name=op.f("fk_follow_up_body_id_criterion_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_follow_up_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_follow_up")),
    )
    op.create_index(op.f("ix_follow_up_application_id"), "follow_up", ["application_id"], unique=False)
    op.create_table(
        "form_item",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_version_id", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "form_id"], ["form.body_id", "form.id"], name=op.f("fk_form_item_body_id_form_id")
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "item_version_id"],
            ["item_version.body_id", "item_version.id"],
            name=op.f("fk_form_item_body_id_item_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "unit_id"], ["competency.body_id", "competency.id"], name=op.f("fk_form_item_body_id_unit_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_form_item_body_id")),
        sa.PrimaryKeyConstraint("body_id", "form_id", "position", name=op.f("pk_form_item")),
        sa.UniqueConstraint(
            "body_id", "form_id", "item_version_id", name=op.f("uq_form_item_body_id_form_id_item_version_id")
        ),
    )
    op.create_table(
        "instrument_coverage",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("instrument_id", sa.Text(), nullable=False),
        sa.Column("criterion_id", sa.Text(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "observed",
                "product",
                "written",
                "oral",
                "portfolio",
                "third_party",
                name="method",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "items_cut",
                "level_at_least",
                "yes",
                "within_limit",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "criterion_id"],
            ["competency.body_id", "competency.id"],
            name=op.f("fk_instrument_coverage_body_id_criterion_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "instrument_id"],
            ["instrument.body_id", "instrument.id"],
            name=op.f("fk_instrument_coverage_body_id_instrument_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_instrument_coverage_body_id")),
        sa.PrimaryKeyConstraint(
            "body_id", "instrument_id", "criterion_id", "method", "kind", name=op.f("pk_instrument_coverage")
        ),
    )
    op.create_table(
        "meeting_case",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("meeting_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id"],
            ["application.body_id", "application.id"],
            name=op.f("fk_meeting_case_body_id_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "meeting_id"],
            ["meeting.body_id", "meeting.id"],
            name=op.f("fk_meeting_case_body_id_meeting_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_meeting_case_body_id")),
        sa.PrimaryKeyConstraint("body_id", "meeting_id", "application_id", name=op.f("pk_meeting_case")),
    )
    op.create_index(op.f("ix_meeting_case_application_id"), "meeting_case", ["application_id"], unique=False)
    op.create_table(
        "prerequisite_check",
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("prerequisite_id", sa.Text(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("checked_by", sa.Text(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id"],
            ["application.body_id", "application.id"],
            name=op.f("fk_prerequisite_check_body_id_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "checked_by"],
            ["person.body_id", "person.id"],
            name=op.f("fk_prerequisite_check_body_id_checked_by"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "prerequisite_id"],
            ["prerequisite.body_id", "prerequisite.id"],
            name=op.f("fk_prerequisite_check_body_id_prerequisite_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_prerequisite_check_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_prerequisite_check")),
    )
    op.create_index(
        op.f("ix_prerequisite_check_application_id"), "prerequisite_check", ["application_id"], unique=False
    )
    op.create_table(
        "prerequisite_claim",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("prerequisite_id", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id"],
            ["application.body_id", "application.id"],
            name=op.f("fk_prerequisite_claim_body_id_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "prerequisite_id"],
            ["prerequisite.body_id", "prerequisite.id"],
            name=op.f("fk_prerequisite_claim_body_id_prerequisite_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_prerequisite_claim_body_id")),
        sa.PrimaryKeyConstraint("body_id", "application_id", "prerequisite_id", name=op.f("pk_prerequisite_claim")),
    )
    op.create_table(
        "prerequisite_text",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("prerequisite_id", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "prerequisite_id"],
            ["prerequisite.body_id", "prerequisite.id"],
            name=op.f("fk_prerequisite_text_body_id_prerequisite_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_prerequisite_text_body_id")),
        sa.PrimaryKeyConstraint("body_id", "prerequisite_id", "language", name=op.f("pk_prerequisite_text")),
    )
    op.create_table(
        "rubric",
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("ready", "retired", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("steps", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "task_id"], ["task.body_id", "task.id"], name=op.f("fk_rubric_body_id_task_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_rubric_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_rubric")),
        sa.UniqueConstraint("body_id", "task_id", "number", name=op.f("uq_rubric_body_id_task_id_number")),
    )
    op.create_table(
        "self_assessment",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("able", sa.Boolean(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id"],
            ["application.body_id", "application.id"],
            name=op.f("fk_self_assessment_body_id_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "element_id"],
            ["competency.body_id", "competency.id"],
            name=op.f("fk_self_assessment_body_id_element_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_self_assessment_body_id")),
        sa.PrimaryKeyConstraint("body_id", "application_id", "element_id", name=op.f("pk_self_assessment")),
    )
    op.create_table(
        "sitting",
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("roster_closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("roster_closed_by", sa.Text(), nullable=True),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.CheckConstraint("closes_at > starts_at", name=op.f("ck_sitting_closes_after_start")),
        sa.ForeignKeyConstraint(
            ["body_id", "form_id"], ["form.body_id", "form.id"], name=op.f("fk_sitting_body_id_form_id")
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "site_id"], ["site.body_id", "site.id"], name=op.f("fk_sitting_body_id_site_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_sitting_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_sitting")),
    )
    op.create_index(op.f("ix_sitting_body_id_starts_at"), "sitting", ["body_id", "starts_at"], unique=False)
    op.create_table(
        "task_text",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("instructions", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "task_id"], ["task.body_id", "task.id"], name=op.f("fk_task_text_body_id_task_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_task_text_body_id")),
        sa.PrimaryKeyConstraint("body_id", "task_id", "language", name=op.f("pk_task_text")),
    )
    op.create_table(
        "unit_result",
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("v", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "K", "BK", "needs_more_evidence", name="outcome", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("detail", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("derived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id"],
            ["application.body_id", "application.id"],
            name=op.f("fk_unit_result_body_id_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "unit_id"], ["competency.body_id", "competency.id"], name=op.f("fk_unit_result_body_id_unit_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_unit_result_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_unit_result")),
    )
    op.create_index(op.f("ix_unit_result_application_id"), "unit_result", ["application_id"], unique=False)
    op.create_table(
        "check_in",
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column(
            "occasion",
            sa.Enum("exam", "practical", name="occasion", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("photo_digest", sa.Text(), nullable=False),
        sa.Column("exception", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.CheckConstraint("side = 'invigilator'", name=op.f("ck_check_in_side_is_invigilator")),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id", "person_id", "side"],
            ["duty.body_id", "duty.application_id", "duty.person_id", "duty.side"],
            name=op.f("fk_check_in_body_id_application_id_person_id_side"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "document_id"],
            ["identity_document.body_id", "identity_document.id"],
            name=op.f("fk_check_in_body_id_document_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_check_in_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_check_in")),
        sa.UniqueConstraint("body_id", "occasion", "record_id", name=op.f("uq_check_in_body_id_occasion_record_id")),
    )
    op.create_index(op.f("ix_check_in_application_id"), "check_in", ["application_id"], unique=False)
    op.create_table(
        "decision",
        sa.Column("meeting_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("K", "BK", name="outcome", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("votes_for", sa.Integer(), nullable=False),
        sa.Column("votes_against", sa.Integer(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.CheckConstraint("side = 'decider'", name=op.f("ck_decision_side_is_decider")),
        sa.CheckConstraint("votes_for >= 0 AND votes_against >= 0", name=op.f("ck_decision_votes_not_negative")),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id", "person_id", "side"],
            ["duty.body_id", "duty.application_id", "duty.person_id", "duty.side"],
            name=op.f("fk_decision_body_id_application_id_person_id_side"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "meeting_id", "application_id"],
            ["meeting_case.body_id", "meeting_case.meeting_id", "meeting_case.application_id"],
            name=op.f("fk_decision_body_id_meeting_id_application_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_decision_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_decision")),
        sa.UniqueConstraint(
            "body_id", "meeting_id", "application_id", name=op.f("uq_decision_body_id_meeting_id_application_id")
        ),
    )
    op.create_index(op.f("ix_decision_application_id"), "decision", ["application_id"], unique=False)
    op.create_table(
        "declaration",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("meeting_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("conflict", sa.Boolean(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "meeting_id", "application_id"],
            ["meeting_case.body_id", "meeting_case.meeting_id", "meeting_case.application_id"],
            name=op.f("fk_declaration_body_id_meeting_id_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "meeting_id", "person_id"],
            ["meeting_member.body_id", "meeting_member.meeting_id", "meeting_member.person_id"],
            name=op.f("fk_declaration_body_id_meeting_id_person_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_declaration_body_id")),
        sa.PrimaryKeyConstraint("body_id", "meeting_id", "application_id", "person_id", name=op.f("pk_declaration")),
    )
    op.create_table(
        "evidence_confirmation",
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "observed",
                "product",
                "written",
                "oral",
                "portfolio",
                "third_party",
                name="method",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("valid", sa.Boolean(), nullable=False),
        sa.Column("authentic", sa.Boolean(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("sufficient", sa.Boolean(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.CheckConstraint("side = 'assessor'", name=op.f("ck_evidence_confirmation_side_is_assessor")),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id", "person_id", "side"],
            ["duty.body_id", "duty.application_id", "duty.person_id", "duty.side"],
            name=op.f("fk_evidence_confirmation_body_id_application_id_person_id_side"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "unit_id"],
            ["competency.body_id", "competency.id"],
            name=op.f("fk_evidence_confirmation_body_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_evidence_confirmation_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_evidence_confirmation")),
    )
    op.create_index(
        op.f("ix_evidence_confirmation_application_id"), "evidence_confirmation", ["application_id"], unique=False
    )
    op.create_table(
        "oral_answer",
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("criterion_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("sufficient", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.CheckConstraint("side = 'assessor'", name=op.f("ck_oral_answer_side_is_assessor")),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id", "person_id", "side"],
            ["duty.body_id", "duty.application_id", "duty.person_id", "duty.side"],
            name=op.f("fk_oral_answer_body_id_application_id_person_id_side"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "criterion_id"],
            ["competency.body_id", "competency.id"],
            name=op.f("fk_oral_answer_body_id_criterion_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_oral_answer_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_oral_answer")),
    )
    op.create_index(op.f("ix_oral_answer_application_id"), "oral_answer", ["application_id"], unique=False)
    op.create_table(
        "practical",
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("candidate_id", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("rubric_id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "scheduled",
                "checked_in",
                "open",
                "submitted",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("marks", sa.Integer(), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.CheckConstraint("side = 'assessor'", name=op.f("ck_practical_side_is_assessor")),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id", "person_id", "side"],
            ["duty.body_id", "duty.application_id", "duty.person_id", "duty.side"],
            name=op.f("fk_practical_body_id_application_id_person_id_side"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "candidate_id"], ["person.body_id", "person.id"], name=op.f("fk_practical_body_id_candidate_id")
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "rubric_id"], ["rubric.body_id", "rubric.id"], name=op.f("fk_practical_body_id_rubric_id")
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "site_id"], ["site.body_id", "site.id"], name=op.f("fk_practical_body_id_site_id")
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "task_id"], ["task.body_id", "task.id"], name=op.f("fk_practical_body_id_task_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_practical_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_practical")),
    )
    op.create_index(op.f("ix_practical_application_id"), "practical", ["application_id"], unique=False)
    op.create_index(op.f("ix_practical_candidate_id"), "practical", ["candidate_id"], unique=False)
    op.create_index(op.f("ix_practical_person_id"), "practical", ["person_id"], unique=False)
    op.create_table(
        "recommendation",
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("K", "BK", name="outcome", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.CheckConstraint("side = 'assessor'", name=op.f("ck_recommendation_side_is_assessor")),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id", "person_id", "side"],
            ["duty.body_id", "duty.application_id", "duty.person_id", "duty.side"],
            name=op.f("fk_recommendation_body_id_application_id_person_id_side"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_recommendation_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_recommendation")),
    )
    op.create_index(op.f("ix_recommendation_application_id"), "recommendation", ["application_id"], unique=False)
    op.create_table(
        "roster_entry",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("sitting_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("late_reason", sa.Text(), nullable=True),
        sa.Column("extra_seconds", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id"],
            ["application.body_id", "application.id"],
            name=op.f("fk_roster_entry_body_id_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "person_id"], ["person.body_id", "person.id"], name=op.f("fk_roster_entry_body_id_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "sitting_id"],
            ["sitting.body_id", "sitting.id"],
            name=op.f("fk_roster_entry_body_id_sitting_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_roster_entry_body_id")),
        sa.PrimaryKeyConstraint("body_id", "sitting_id", "application_id", name=op.f("pk_roster_entry")),
    )
    op.create_index(op.f("ix_roster_entry_person_id"), "roster_entry", ["person_id"], unique=False)
    op.create_table(
        "rubric_criterion",
        sa.Column("rubric_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("safety_critical", sa.Boolean(), nullable=False),
        sa.Column("definition", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "rubric_id"],
            ["rubric.body_id", "rubric.id"],
            name=op.f("fk_rubric_criterion_body_id_rubric_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_rubric_criterion_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_rubric_criterion")),
        sa.UniqueConstraint("body_id", "rubric_id", "code", name=op.f("uq_rubric_criterion_body_id_rubric_id_code")),
    )
    op.create_table(
        "rubric_text",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("rubric_id", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("steps", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "rubric_id"], ["rubric.body_id", "rubric.id"], name=op.f("fk_rubric_text_body_id_rubric_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_rubric_text_body_id")),
        sa.PrimaryKeyConstraint("body_id", "rubric_id", "language", name=op.f("pk_rubric_text")),
    )
    op.create_table(
        "vote",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("meeting_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column(
            "choice",
            sa.Enum("K", "BK", name="choice", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side = 'decider'", name=op.f("ck_vote_side_is_decider")),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id", "person_id", "side"],
            ["duty.body_id", "duty.application_id", "duty.person_id", "duty.side"],
            name=op.f("fk_vote_body_id_application_id_person_id_side"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "meeting_id", "application_id"],
            ["meeting_case.body_id", "meeting_case.meeting_id", "meeting_case.application_id"],
            name=op.f("fk_vote_body_id_meeting_id_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "meeting_id", "person_id"],
            ["meeting_member.body_id", "meeting_member.meeting_id", "meeting_member.person_id"],
            name=op.f("fk_vote_body_id_meeting_id_person_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_vote_body_id")),
        sa.PrimaryKeyConstraint("body_id", "meeting_id", "application_id", "person_id", name=op.f("pk_vote")),
    )
    op.create_table(
        "appeal",
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("grounds", sa.Text(), nullable=False),
        sa.Column("process_explained", sa.Boolean(), nullable=False),
        sa.Column("discussed_with_assessor", sa.Boolean(), nullable=False),
        sa.Column("wants_help", sa.Boolean(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id"],
            ["application.body_id", "application.id"],
            name=op.f("fk_appeal_body_id_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "decision_id"], ["decision.body_id", "decision.id"], name=op.f("fk_appeal_body_id_decision_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_appeal_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_appeal")),
    )
    op.create_index(op.f("ix_appeal_application_id"), "appeal", ["application_id"], unique=False)
    op.create_table(
        "attempt",
        sa.Column("sitting_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "prepared",
                "checked_in",
                "released",
                "running",
                "submitted",
                "expired",
                "voided",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("seed", sa.LargeBinary(), nullable=False),
        sa.Column("layout", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("extra_seconds", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answers", sa.Integer(), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.CheckConstraint("extra_seconds >= 0", name=op.f("ck_attempt_extra_time_not_negative")),
        sa.ForeignKeyConstraint(
            ["body_id", "form_id"], ["form.body_id", "form.id"], name=op.f("fk_attempt_body_id_form_id")
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "sitting_id", "application_id"],
            ["roster_entry.body_id", "roster_entry.sitting_id", "roster_entry.application_id"],
            name=op.f("fk_attempt_body_id_sitting_id_application_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_attempt_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_attempt")),
        sa.UniqueConstraint(
            "body_id", "sitting_id", "application_id", name=op.f("uq_attempt_body_id_sitting_id_application_id")
        ),
    )
    op.create_index(op.f("ix_attempt_application_id"), "attempt", ["application_id"], unique=False)
    op.create_index(op.f("ix_attempt_person_id"), "attempt", ["person_id"], unique=False)
    op.create_table(
        "decision_unit",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("unit_result_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "decision_id"],
            ["decision.body_id", "decision.id"],
            name=op.f("fk_decision_unit_body_id_decision_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "unit_id"],
            ["competency.body_id", "competency.id"],
            name=op.f("fk_decision_unit_body_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "unit_result_id"],
            ["unit_result.body_id", "unit_result.id"],
            name=op.f("fk_decision_unit_body_id_unit_result_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_decision_unit_body_id")),
        sa.PrimaryKeyConstraint("body_id", "decision_id", "unit_id", name=op.f("pk_decision_unit")),
    )
    op.create_table(
        "observation",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("v", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("practical_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("rubric_criterion_id", sa.Text(), nullable=False),
        sa.Column("mark", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side = 'assessor'", name=op.f("ck_observation_side_is_assessor")),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id", "person_id", "side"],
            ["duty.body_id", "duty.application_id", "duty.person_id", "duty.side"],
            name=op.f("fk_observation_body_id_application_id_person_id_side"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "practical_id"],
            ["practical.body_id", "practical.id"],
            name=op.f("fk_observation_body_id_practical_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "rubric_criterion_id"],
            ["rubric_criterion.body_id", "rubric_criterion.id"],
            name=op.f("fk_observation_body_id_rubric_criterion_id"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_observation")),
        sa.UniqueConstraint(
            "body_id", "practical_id", "client", "seq", name=op.f("uq_observation_body_id_practical_id_client_seq")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_observation_body_id_practical_id_number"),
        "observation",
        ["body_id", "practical_id", "number"],
        unique=False,
    )
    op.create_table(
        "release",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side = 'releaser'", name=op.f("ck_release_side_is_releaser")),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id", "person_id", "side"],
            ["duty.body_id", "duty.application_id", "duty.person_id", "duty.side"],
            name=op.f("fk_release_body_id_application_id_person_id_side"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "decision_id"], ["decision.body_id", "decision.id"], name=op.f("fk_release_body_id_decision_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_release_body_id")),
        sa.PrimaryKeyConstraint("body_id", "decision_id", name=op.f("pk_release")),
    )
    op.create_table(
        "rubric_alignment",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("rubric_criterion_id", sa.Text(), nullable=False),
        sa.Column("criterion_id", sa.Text(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "observed",
                "product",
                "written",
                "oral",
                "portfolio",
                "third_party",
                name="method",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "criterion_id"],
            ["competency.body_id", "competency.id"],
            name=op.f("fk_rubric_alignment_body_id_criterion_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "rubric_criterion_id"],
            ["rubric_criterion.body_id", "rubric_criterion.id"],
            name=op.f("fk_rubric_alignment_body_id_rubric_criterion_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_rubric_alignment_body_id")),
        sa.PrimaryKeyConstraint(
            "body_id", "rubric_criterion_id", "criterion_id", "method", name=op.f("pk_rubric_alignment")
        ),
    )
    op.create_table(
        "rubric_criterion_text",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("rubric_criterion_id", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "rubric_criterion_id"],
            ["rubric_criterion.body_id", "rubric_criterion.id"],
            name=op.f("fk_rubric_criterion_text_body_id_rubric_criterion_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_rubric_criterion_text_body_id")),
        sa.PrimaryKeyConstraint("body_id", "rubric_criterion_id", "language", name=op.f("pk_rubric_criterion_text")),
    )
    op.create_table(
        "task_result",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("practical_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("v", sa.Integer(), nullable=False),
        sa.Column("result", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("derived_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id"],
            ["application.body_id", "application.id"],
            name=op.f("fk_task_result_body_id_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "practical_id"],
            ["practical.body_id", "practical.id"],
            name=op.f("fk_task_result_body_id_practical_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_task_result_body_id")),
        sa.PrimaryKeyConstraint("body_id", "practical_id", name=op.f("pk_task_result")),
    )
    op.create_index(op.f("ix_task_result_application_id"), "task_result", ["application_id"], unique=False)
    op.create_table(
        "appeal_answer",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("appeal_id", sa.Text(), nullable=False),
        sa.Column("upheld", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "answered_by"],
            ["person.body_id", "person.id"],
            name=op.f("fk_appeal_answer_body_id_answered_by"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "appeal_id"], ["appeal.body_id", "appeal.id"], name=op.f("fk_appeal_answer_body_id_appeal_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_appeal_answer_body_id")),
        sa.PrimaryKeyConstraint("body_id", "appeal_id", name=op.f("pk_appeal_answer")),
    )
    op.create_table(
        "attempt_flag",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "attempt_id"],
            ["attempt.body_id", "attempt.id"],
            name=op.f("fk_attempt_flag_body_id_attempt_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_attempt_flag_body_id")),
        sa.PrimaryKeyConstraint("body_id", "attempt_id", "item", name=op.f("pk_attempt_flag")),
    )
    op.create_table(
        "attempt_release",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side = 'invigilator'", name=op.f("ck_attempt_release_side_is_invigilator")),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id", "person_id", "side"],
            ["duty.body_id", "duty.application_id", "duty.person_id", "duty.side"],
            name=op.f("fk_attempt_release_body_id_application_id_person_id_side"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "attempt_id"],
            ["attempt.body_id", "attempt.id"],
            name=op.f("fk_attempt_release_body_id_attempt_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_attempt_release_body_id")),
        sa.PrimaryKeyConstraint("body_id", "attempt_id", name=op.f("pk_attempt_release")),
    )
    op.create_table(
        "credential_intent",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("valid_until_on", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("successor_of", sa.Text(), nullable=True),
        sa.Column("intended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id"],
            ["application.body_id", "application.id"],
            name=op.f("fk_credential_intent_body_id_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "decision_id"],
            ["release.body_id", "release.decision_id"],
            name=op.f("fk_credential_intent_body_id_decision_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "person_id"],
            ["person.body_id", "person.id"],
            name=op.f("fk_credential_intent_body_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "successor_of"],
            ["credential_intent.body_id", "credential_intent.id"],
            name=op.f("fk_credential_intent_body_id_successor_of"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_credential_intent_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_credential_intent")),
        sa.UniqueConstraint("body_id", "number", name=op.f("uq_credential_intent_body_id_number")),
        sa.UniqueConstraint("id", name=op.f("uq_credential_intent_id")),
    )
    op.create_index(op.f("ix_credential_intent_application_id"), "credential_intent", ["application_id"], unique=False)
    op.create_index(op.f("ix_credential_intent_person_id"), "credential_intent", ["person_id"], unique=False)
    op.create_table(
        "exam_result",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("v", sa.Integer(), nullable=False),
        sa.Column("score", sa.String(length=80), nullable=False),
        sa.Column("max_score", sa.String(length=80), nullable=False),
        sa.Column("cut_reached", sa.Boolean(), nullable=False),
        sa.Column("by_unit", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("by_criterion", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("derived_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id"],
            ["application.body_id", "application.id"],
            name=op.f("fk_exam_result_body_id_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "attempt_id"], ["attempt.body_id", "attempt.id"], name=op.f("fk_exam_result_body_id_attempt_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_exam_result_body_id")),
        sa.PrimaryKeyConstraint("body_id", "attempt_id", name=op.f("pk_exam_result")),
    )
    op.create_index(op.f("ix_exam_result_application_id"), "exam_result", ["application_id"], unique=False)
    op.create_table(
        "extra_time",
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "attempt_id"], ["attempt.body_id", "attempt.id"], name=op.f("fk_extra_time_body_id_attempt_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_extra_time_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_extra_time")),
    )
    op.create_index(op.f("ix_extra_time_attempt_id"), "extra_time", ["attempt_id"], unique=False)
    op.create_table(
        "item_score",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("item_version_id", sa.Text(), nullable=False),
        sa.Column("v", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("score", sa.String(length=80), nullable=False),
        sa.Column("max_score", sa.String(length=80), nullable=False),
        sa.Column("scored_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "attempt_id"], ["attempt.body_id", "attempt.id"], name=op.f("fk_item_score_body_id_attempt_id")
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "item_version_id"],
            ["item_version.body_id", "item_version.id"],
            name=op.f("fk_item_score_body_id_item_version_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_item_score_body_id")),
        sa.PrimaryKeyConstraint("body_id", "attempt_id", "item_version_id", name=op.f("pk_item_score")),
    )
    op.create_table(
        "response_event",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("v", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("response", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("elapsed", sa.Integer(), nullable=False),
        sa.Column(
            "standing",
            sa.Enum("accepted", "held", name="standing", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "attempt_id"],
            ["attempt.body_id", "attempt.id"],
            name=op.f("fk_response_event_body_id_attempt_id"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_response_event")),
        sa.UniqueConstraint(
            "body_id", "attempt_id", "client", "seq", name=op.f("uq_response_event_body_id_attempt_id_client_seq")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_response_event_body_id_attempt_id_number"),
        "response_event",
        ["body_id", "attempt_id", "number"],
        unique=False,
    )
    op.create_table(
        "credential",
        sa.Column("v", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_code", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("pdf_digest", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "id"],
            ["credential_intent.body_id", "credential_intent.id"],
            name=op.f("fk_credential_body_id_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "key_id"], ["issuer_key.body_id", "issuer_key.id"], name=op.f("fk_credential_body_id_key_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_credential_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_credential")),
        sa.UniqueConstraint("id", name=op.f("uq_credential_id")),
    )
    op.create_table(
        "status_slot",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("status_list_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("credential_intent_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "credential_intent_id"],
            ["credential_intent.body_id", "credential_intent.id"],
            name=op.f("fk_status_slot_body_id_credential_intent_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "status_list_id"],
            ["status_list.body_id", "status_list.id"],
            name=op.f("fk_status_slot_body_id_status_list_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_status_slot_body_id")),
        sa.PrimaryKeyConstraint("body_id", "status_list_id", "position", name=op.f("pk_status_slot")),
        sa.UniqueConstraint(
            "body_id",
            "credential_intent_id",
            "status_list_id",
            name=op.f("uq_status_slot_body_id_credential_intent_id_status_list_id"),
        ),
    )
    op.create_table(
        "status_change",
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum("revocation", "suspension", name="purpose", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("value", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "credential_id"],
            ["credential.body_id", "credential.id"],
            name=op.f("fk_status_change_body_id_credential_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "proposed_by"],
            ["person.body_id", "person.id"],
            name=op.f("fk_status_change_body_id_proposed_by"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_status_change_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_status_change")),
        sa.UniqueConstraint("body_id", "id", "proposed_by", name=op.f("uq_status_change_body_id_id_proposed_by")),
    )
    op.create_index(op.f("ix_status_change_credential_id"), "status_change", ["credential_id"], unique=False)
    op.create_table(
        "status_confirmation",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("status_change_id", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("confirmed_by <> proposed_by", name=op.f("ck_status_confirmation_four_eyes")),
        sa.ForeignKeyConstraint(
            ["body_id", "confirmed_by"],
            ["person.body_id", "person.id"],
            name=op.f("fk_status_confirmation_body_id_confirmed_by"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "status_change_id", "proposed_by"],
            ["status_change.body_id", "status_change.id", "status_change.proposed_by"],
            name=op.f("fk_status_confirmation_body_id_status_change_id_proposed_by"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_status_confirmation_body_id")),
        sa.PrimaryKeyConstraint("body_id", "status_change_id", name=op.f("pk_status_confirmation")),
    )
