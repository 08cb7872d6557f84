"""What is append-only is refused to be changed or deleted by the database itself, on each engine."""

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from assessment.database import APPEND_ONLY
from tests.fixtures.filling import fill
from tests.fixtures.sites import Site


def test_no_row_of_an_append_only_table_is_changed_or_deleted(site: Site) -> None:
    with site.engine.begin() as connection:
        fill(connection)
    columns = {table: inspect(site.engine).get_columns(table)[0]["name"] for table in APPEND_ONLY}
    for table, column in columns.items():
        for statement in (f'UPDATE {table} SET "{column}" = "{column}"', f"DELETE FROM {table}"):
            with site.engine.connect() as connection, pytest.raises(IntegrityError, match="append-only"):
                connection.execute(text(statement))
        with site.engine.connect() as connection:
            assert connection.scalar(text(f"SELECT count(*) FROM {table}")), table


@pytest.mark.only_on("postgresql")
def test_an_append_only_table_is_not_emptied_at_once_either(site: Site) -> None:
    for table in APPEND_ONLY:
        with site.engine.connect() as connection, pytest.raises(IntegrityError, match="append-only"):
            connection.execute(text(f"TRUNCATE {table} CASCADE"))
