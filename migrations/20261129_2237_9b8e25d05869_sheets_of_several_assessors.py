"""Sheets of several assessors."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "9b8e25d05869"
down_revision = "fc42a0b47576"
branch_labels = None
depends_on = None

FILLED = {"observation": ("reason", "device", "round", "standing"), "task_result": ("generation",)}


def upgrade() -> None:
    """Bring the tables from the revision before to this one; there is no way back but a backup."""
    op.create_table(
        "rubric_rule",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("rubric_id", sa.Text(), nullable=False),
        sa.Column("assessors", sa.Integer(), nullable=False),
        sa.Column("levels", sa.Integer(), nullable=False),
        sa.CheckConstraint("assessors > 0", name=op.f("ck_rubric_rule_somebody_marks")),
        sa.CheckConstraint("levels >= 0", name=op.f("ck_rubric_rule_levels_not_negative")),
        sa.ForeignKeyConstraint(
            ["body_id", "rubric_id"], ["rubric.body_id", "rubric.id"], name=op.f("fk_rubric_rule_body_id_rubric_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_rubric_rule_body_id")),
        sa.PrimaryKeyConstraint("body_id", "rubric_id", name=op.f("pk_rubric_rule")),
    )
    op.create_table(
        "photo_content",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("practical_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("kept", "refused", name="outcome", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "practical_id"],
            ["practical.body_id", "practical.id"],
            name=op.f("fk_photo_content_body_id_practical_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_photo_content_body_id")),
        sa.PrimaryKeyConstraint("body_id", "practical_id", "person_id", "digest", name=op.f("pk_photo_content")),
    )
    op.create_table(
        "photo_piece",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("practical_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_photo_piece_not_empty")),
        sa.ForeignKeyConstraint(
            ["body_id", "practical_id"],
            ["practical.body_id", "practical.id"],
            name=op.f("fk_photo_piece_body_id_practical_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_photo_piece_body_id")),
        sa.PrimaryKeyConstraint("body_id", "practical_id", "person_id", "digest", "start", name=op.f("pk_photo_piece")),
    )
    op.create_table(
        "remark",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("practical_id", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("criteria", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "asked_by"], ["person.body_id", "person.id"], name=op.f("fk_remark_body_id_asked_by")
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "practical_id"],
            ["practical.body_id", "practical.id"],
            name=op.f("fk_remark_body_id_practical_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_remark_body_id")),
        sa.PrimaryKeyConstraint("body_id", "practical_id", "round", name=op.f("pk_remark")),
    )
    op.create_table(
        "sheet",
        sa.Column("practical_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "assigned", "open", "submitted", name="state", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("marks", sa.Integer(), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.CheckConstraint("side = 'assessor'", name=op.f("ck_sheet_side_is_assessor")),
        sa.CheckConstraint("place > 0", name=op.f("ck_sheet_places_count_from_one")),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id", "person_id", "side"],
            ["duty.body_id", "duty.application_id", "duty.person_id", "duty.side"],
            name=op.f("fk_sheet_body_id_application_id_person_id_side"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "practical_id"],
            ["practical.body_id", "practical.id"],
            name=op.f("fk_sheet_body_id_practical_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_sheet_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_sheet")),
        sa.UniqueConstraint(
            "body_id", "practical_id", "person_id", name=op.f("uq_sheet_body_id_practical_id_person_id")
        ),
        sa.UniqueConstraint("body_id", "practical_id", "place", name=op.f("uq_sheet_body_id_practical_id_place")),
    )
    with op.batch_alter_table("sheet", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sheet_body_id_application_id_person_id"),
            ["body_id", "application_id", "person_id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_sheet_person_id"), ["person_id"], unique=False)

    op.create_table(
        "sheet_file",
        sa.Column("practical_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("assessor_id", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("observations", sa.Integer(), nullable=False),
        sa.Column("photos", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("taken_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.CheckConstraint("side = 'invigilator'", name=op.f("ck_sheet_file_side_is_invigilator")),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id", "person_id", "side"],
            ["duty.body_id", "duty.application_id", "duty.person_id", "duty.side"],
            name=op.f("fk_sheet_file_body_id_application_id_person_id_side"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "practical_id"],
            ["practical.body_id", "practical.id"],
            name=op.f("fk_sheet_file_body_id_practical_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_sheet_file_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_sheet_file")),
        sa.UniqueConstraint("body_id", "digest", name=op.f("uq_sheet_file_body_id_digest")),
    )
    with op.batch_alter_table("sheet_file", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sheet_file_body_id_practical_id"), ["body_id", "practical_id"], unique=False
        )

    op.create_table(
        "work_photo",
        sa.Column("practical_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("rubric_criterion_id", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "fit_up", "root", "cap", "other", name="kind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column(
            "standing",
            sa.Enum("accepted", "held", name="standing", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.CheckConstraint("side = 'assessor'", name=op.f("ck_work_photo_side_is_assessor")),
        sa.CheckConstraint("size > 0", name=op.f("ck_work_photo_not_empty")),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id", "person_id", "side"],
            ["duty.body_id", "duty.application_id", "duty.person_id", "duty.side"],
            name=op.f("fk_work_photo_body_id_application_id_person_id_side"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "practical_id"],
            ["practical.body_id", "practical.id"],
            name=op.f("fk_work_photo_body_id_practical_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "rubric_criterion_id"],
            ["rubric_criterion.body_id", "rubric_criterion.id"],
            name=op.f("fk_work_photo_body_id_rubric_criterion_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_work_photo_body_id")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_work_photo")),
        sa.UniqueConstraint(
            "body_id",
            "practical_id",
            "person_id",
            "client",
            "seq",
            name=op.f("uq_work_photo_body_id_practical_id_person_id_client_seq"),
        ),
    )
    with op.batch_alter_table("work_photo", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_work_photo_body_id_practical_id_person_id_digest"),
            ["body_id", "practical_id", "person_id", "digest"],
            unique=False,
        )

    op.create_table(
        "observation_decision",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("turn", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("practical_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("taken", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side = 'invigilator'", name=op.f("ck_observation_decision_side_is_invigilator")),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id", "person_id", "side"],
            ["duty.body_id", "duty.application_id", "duty.person_id", "duty.side"],
            name=op.f("fk_observation_decision_body_id_application_id_person_id_side"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "practical_id"],
            ["practical.body_id", "practical.id"],
            name=op.f("fk_observation_decision_body_id_practical_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_observation_decision_body_id")),
        sa.ForeignKeyConstraint(["number"], ["observation.number"], name=op.f("fk_observation_decision_number")),
        sa.PrimaryKeyConstraint("body_id", "number", "turn", name=op.f("pk_observation_decision")),
    )
    with op.batch_alter_table("observation_decision", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_observation_decision_body_id_practical_id"), ["body_id", "practical_id"], unique=False
        )

    op.create_table(
        "sheet_seal",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("sheet_id", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("v", sa.Integer(), nullable=False),
        sa.Column("marks", sa.Integer(), nullable=False),
        sa.Column("observations", sa.Integer(), nullable=False),
        sa.Column("photos", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side = 'assessor'", name=op.f("ck_sheet_seal_side_is_assessor")),
        sa.ForeignKeyConstraint(
            ["body_id", "application_id", "person_id", "side"],
            ["duty.body_id", "duty.application_id", "duty.person_id", "duty.side"],
            name=op.f("fk_sheet_seal_body_id_application_id_person_id_side"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "sheet_id"], ["sheet.body_id", "sheet.id"], name=op.f("fk_sheet_seal_body_id_sheet_id")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_sheet_seal_body_id")),
        sa.PrimaryKeyConstraint("body_id", "sheet_id", "round", name=op.f("pk_sheet_seal")),
    )
    _give_each_practical_its_sheet()
    _change_the_old_tables()


def _give_each_practical_its_sheet() -> None:
    """What a practical held of its one assessor becomes that assessor's sheet, under the practical's own id."""
    op.execute(
        "INSERT INTO sheet (body_id, id, practical_id, application_id, person_id, side, place, state, reason, "
        "opened_at, submitted_at, marks, receipt) "
        "SELECT body_id, id, id, application_id, person_id, side, 1, "
        "CASE state WHEN 'open' THEN 'open' WHEN 'submitted' THEN 'submitted' ELSE 'assigned' END, '', "
        "opened_at, submitted_at, marks, receipt FROM practical"
    )
    op.execute(
        "INSERT INTO sheet_seal (body_id, sheet_id, round, application_id, person_id, side, v, marks, observations, "
        "photos, digest, sealed_at) "
        "SELECT body_id, id, 1, application_id, person_id, side, 1, marks, "
        "(SELECT count(*) FROM observation AS mark WHERE mark.body_id = practical.body_id "
        "AND mark.practical_id = practical.id), 0, receipt, submitted_at FROM practical "
        "WHERE state = 'submitted' AND marks IS NOT NULL AND receipt IS NOT NULL AND submitted_at IS NOT NULL"
    )


def _change_the_old_tables() -> None:
    """Marks of before are of the first round and count as they came; results of before are the first generation."""
    with op.batch_alter_table("observation") as observation:
        observation.add_column(_filled("reason", sa.Text(), ""))
        observation.add_column(_filled("device", sa.Text(), ""))
        observation.add_column(_filled("round", sa.Integer(), "1"))
        observation.add_column(_filled("standing", sa.String(40), "accepted"))
        observation.create_check_constraint(op.f("ck_observation_standing"), "standing IN ('accepted', 'held')")
        observation.drop_constraint(op.f("uq_observation_body_id_practical_id_client_seq"), type_="unique")
        observation.create_unique_constraint(
            op.f("uq_observation_body_id_practical_id_person_id_client_seq"),
            ["body_id", "practical_id", "person_id", "client", "seq"],
        )

    with op.batch_alter_table("practical") as practical:
        practical.drop_index(op.f("ix_practical_person_id"))
        practical.drop_constraint(op.f("fk_practical_body_id_application_id_person_id_side"), type_="foreignkey")
        practical.drop_constraint(op.f("ck_practical_side_is_assessor"), type_="check")
        practical.drop_constraint(op.f("ck_practical_state"), type_="check")
        practical.create_check_constraint(
            op.f("ck_practical_state"),
            "state IN ('scheduled', 'checked_in', 'open', 'apart', 'remarking', 'third', 'submitted')",
        )
        practical.create_foreign_key(
            op.f("fk_practical_body_id_application_id"),
            "application",
            ["body_id", "application_id"],
            ["body_id", "id"],
        )
        practical.drop_column("person_id")
        practical.drop_column("receipt")
        practical.drop_column("marks")
        practical.drop_column("side")

    with op.batch_alter_table("task_result") as result:
        result.add_column(_filled("generation", sa.Integer(), "0", autoincrement=False))
        result.drop_constraint(op.f("pk_task_result"), type_="primary")
        result.create_primary_key(op.f("pk_task_result"), ["body_id", "practical_id", "generation"])

    for table, columns in FILLED.items():
        with op.batch_alter_table(table) as changed:
            for column in columns:
                changed.alter_column(column, server_default=None)


def _filled(name: str, kind: sa.types.TypeEngine[object], value: object, **options: bool) -> sa.Column[object]:
    """A column that may not be empty, with the value that the rows of before get; it is forgotten afterwards."""
    return sa.Column(name, kind, nullable=False, server_default=value, **options)
