"""One small question past SQLAlchemy: what it finds, and what it survives."""

import sqlite3

import psycopg
import pytest
from sqlalchemy import bindparam, literal_column, select, text

from assessment.accounts.tables import CertificationBody
from assessment.one_row import VALUE, OneRow
from tests.factories.accounts import make_body
from tests.factories.visitors import writing_on
from tests.fixtures.sites import Site


@pytest.fixture
def question(site: Site) -> OneRow:
    with writing_on(site) as session:
        make_body(session, "las")
    named = CertificationBody.id.like(literal_column("'%as'")) & (CertificationBody.id == bindparam(VALUE))
    return OneRow(site.engine, select(CertificationBody.id, CertificationBody.name).where(named))


def found(question: OneRow, value: str) -> list[str] | None:
    row = question.find(value)
    return None if row is None else [each.decode() if isinstance(each, bytes) else each for each in row]


def test_it_finds_the_row_or_none(question: OneRow) -> None:
    for _ in range(3):
        assert found(question, "las") == ["las", "LSP Contoh las"]
        assert found(question, "' OR true --") is None
        assert found(question, "l\u00e4s") is None


@pytest.mark.only_on("postgresql")
def test_what_was_prepared_may_be_forgotten(site: Site, question: OneRow) -> None:
    assert found(question, "las")
    with site.engine.connect() as connection:
        connection.execute(text("DEALLOCATE ALL"))
    for _ in range(2):
        assert found(question, "las")


def test_what_the_database_refuses_is_raised_and_the_next_question_is_answered(site: Site, question: OneRow) -> None:
    assert found(question, "las")
    unknown = select(literal_column("nothing")).where(literal_column("nothing") == bindparam(VALUE))
    with pytest.raises((psycopg.Error, sqlite3.Error)):
        OneRow(site.engine, unknown).find("x")
    assert found(question, "las")
