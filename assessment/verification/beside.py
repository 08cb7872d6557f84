"""What stands beside a certificate without being signed with it: a qualification, an employer's statement.

Reading only; one statement.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from assessment.accounts.tables import CertificationBody
from assessment.credentials.tables import Credential
from assessment.credentials.tables_qualification import Qualification, QualificationAnswer
from assessment.domain.certification.clocks import calendar_day
from assessment.domain.certification.qualification import Basis, TestedWeld, weld_in
from assessment.practicals.tables_pieces import TestPiece
from assessment.verification.confirming import Statement, read_statement
from assessment.verification.tables import EmployerStatement


@dataclass(frozen=True, kw_only=True, slots=True)
class Qualified:
    """A qualification that stands: what was tested when, by which edition and rule set, and how long it holds."""

    edition: str
    rules: int
    basis: Basis
    welded_on: date
    weld: TestedWeld


@dataclass(frozen=True, kw_only=True, slots=True)
class Stated:
    """What an employer stated, and the day on which in the issuer's zone."""

    statement: Statement
    stated_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """What our records hold beside a certificate."""

    qualified: Qualified | None = None
    stated: Stated | None = None


def beside(session: Session, body_id: str, credential_id: str, wrapped: bytes | None, person_id: str) -> Beside:
    """Return what stands beside a certificate; `wrapped` is the key of its holder."""
    row = session.execute(
        select(Qualification, TestPiece, EmployerStatement, CertificationBody.zone)
        .select_from(Credential)
        .join(CertificationBody, CertificationBody.id == Credential.body_id)
        .join(
            Qualification,
            (Qualification.body_id == Credential.body_id) & (Qualification.id == _last_confirmed()),
            isouter=True,
        )
        .join(
            TestPiece,
            (TestPiece.body_id == Qualification.body_id) & (TestPiece.id == Qualification.test_piece_id),
            isouter=True,
        )
        .join(
            EmployerStatement,
            (EmployerStatement.body_id == Credential.body_id)
            & (EmployerStatement.confirmation_link_id == _last_stated()),
            isouter=True,
        )
        .where(Credential.body_id == body_id, Credential.id == credential_id)
    ).first()
    if row is None:
        return Beside()
    qualification, piece, statement, zone = row
    return Beside(
        qualified=_qualified(qualification, piece), stated=_stated(statement, wrapped, person_id, ZoneInfo(zone))
    )


def _stated(row: EmployerStatement | None, wrapped: bytes | None, person_id: str, zone: ZoneInfo) -> Stated | None:
    statement = None if row is None else read_statement(row, wrapped, person_id)
    if row is None or statement is None:
        return None
    return Stated(statement=statement, stated_on=calendar_day(row.stated_at, zone))


def _qualified(row: Qualification | None, piece: TestPiece | None) -> Qualified | None:
    """Return the last confirmed one, unless it was an end."""
    if row is None or piece is None or not row.granted:
        return None
    return Qualified(
        edition=row.edition.value,
        rules=row.rules,
        basis=row.basis,
        welded_on=piece.welded_on,
        weld=weld_in(piece.facts),
    )


def _last_confirmed() -> Any:
    return (
        select(QualificationAnswer.qualification_id)
        .join(
            Qualification,
            (Qualification.body_id == QualificationAnswer.body_id)
            & (Qualification.id == QualificationAnswer.qualification_id),
        )
        .where(
            Qualification.credential_id == Credential.id,  # not by the body: SQLite would go through all of its answers
            QualificationAnswer.confirmed,
        )
        .order_by(QualificationAnswer.answered_at.desc(), QualificationAnswer.qualification_id.desc())
        .limit(1)
        .correlate(Credential)
        .scalar_subquery()
    )


def _last_stated() -> Any:
    """The statement about the latest period; of two about the same, the one that was made last."""
    one = aliased(EmployerStatement)
    return (
        select(one.confirmation_link_id)
        .where(one.body_id == Credential.body_id, one.credential_id == Credential.id)
        .order_by(one.last_day.desc(), one.stated_at.desc(), one.confirmation_link_id.desc())
        .limit(1)
        .correlate(Credential)
        .scalar_subquery()
    )
