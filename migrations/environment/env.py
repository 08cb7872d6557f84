"""What Alembic runs, on the connection of `assessment.migrating`, which keeps transaction and checks."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON, TypeDecorator

from assessment.database import Base
from assessment.migrating import load_tables


def write_type(kind: str, thing: Any, script: AutogenContext) -> str | Literal[False]:
    """Write our own column types as what they store: a migration must not change when our code does."""
    if kind == "type" and isinstance(thing, TypeDecorator):
        return f"sa.{thing.impl_instance!r}"
    if kind == "type" and isinstance(thing, JSON):
        script.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


load_tables()
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    compare_server_default=True,
    compare_type=True,
    # SQLite changes a table by making a new one and copying the rows; the first migration has none to change.
    render_as_batch=context.script.get_current_head() is not None,
    render_item=write_type,
)
with context.begin_transaction():
    context.run_migrations()
