"""Photo on the page of a certificate."""

import sqlalchemy as sa
from alembic import op

revision = "c40f55abfd6a"
down_revision = "612ee81d1843"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables from the revision before to this one; there is no way back but a backup."""
    op.create_table(
        "page_photo",
        sa.Column("body_id", sa.Text(), nullable=False),
        sa.Column("page_choice_id", sa.Text(), nullable=False),
        sa.Column("check_in_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id", "check_in_id"],
            ["check_in.body_id", "check_in.id"],
            name=op.f("fk_page_photo_body_id_check_in_id"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "page_choice_id"],
            ["page_choice.body_id", "page_choice.id"],
            name=op.f("fk_page_photo_body_id_page_choice_id"),
        ),
        sa.ForeignKeyConstraint(["body_id"], ["certification_body.id"], name=op.f("fk_page_photo_body_id")),
        sa.PrimaryKeyConstraint("body_id", "page_choice_id", name=op.f("pk_page_photo")),
    )
