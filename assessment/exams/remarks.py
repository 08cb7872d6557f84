"""What those who decide must know of an application's exams before they rely on them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, union_all
from sqlalchemy.orm import Session

from assessment.domain.exams.attempt_states import ENDED
from assessment.exams.exception_rows import Rows, columns_of
from assessment.exams.tables import Attempt, ExamResult, Form
from assessment.exams.tables_regrade import Regrade, RegradeConfirmation

REMARK = "remark"


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """One thing about one exam: it waits for marking, or a regrade of its form waits for a second person.

    `regrade_id` is None for marking.
    """

    attempt_id: str
    form_code: str
    regrade_id: str | None


def remarks_on(session: Session, body_id: str, application_id: str) -> list[Remark]:
    """Return what is open about the ended exams of an application, marking first; one statement."""
    return remarks_in(session.execute(union_all(*remark_rows(body_id, application_id))))


def remarks_in(rows: Iterable[Row[*tuple[Any, ...]]]) -> list[Remark]:
    """Read the remarks among rows of `exception_rows`, marking first."""
    found = [
        Remark(attempt_id=row.attempt_id, form_code=row.text, regrade_id=row.key) for row in rows if row.kind == REMARK
    ]
    return sorted(found, key=lambda remark: (remark.regrade_id is not None, remark.form_code, remark.regrade_id or ""))


def remark_rows(body_id: str, application_id: str) -> tuple[Rows, Rows]:
    """Return the selects of what is open about the ended exams of an application, as `exception_rows` has them."""
    having = (
        select(ExamResult.attempt_id)
        .where(ExamResult.body_id == Attempt.body_id, ExamResult.attempt_id == Attempt.id)
        .correlate(Attempt)
        .exists()
    )
    answered = (
        select(RegradeConfirmation.regrade_id)
        .where(RegradeConfirmation.body_id == Regrade.body_id, RegradeConfirmation.regrade_id == Regrade.id)
        .correlate(Regrade)
        .exists()
    )
    ended = (
        Attempt.body_id == body_id,
        Attempt.application_id == application_id,
        Attempt.state.in_(ENDED),
    )
    on_form = (Form.body_id == Attempt.body_id) & (Form.id == Attempt.form_id)
    waits = select(*columns_of(REMARK, Attempt.id, text=Form.code)).join(Form, on_form).where(*ended, ~having)
    open_ones = (
        select(*columns_of(REMARK, Attempt.id, text=Form.code, key=Regrade.id))
        .join(Form, on_form)
        .join(Regrade, (Regrade.body_id == Attempt.body_id) & (Regrade.form_id == Attempt.form_id))
        .where(
            *ended,
            ~answered,
            Regrade.attempt_id.is_(None) | (Regrade.attempt_id == Attempt.id),
        )
    )
    return waits, open_ones
