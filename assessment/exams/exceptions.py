"""What was out of the ordinary at an exam, for those who decide on it (rule 14): one statement for any number."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Integer, Row, Text, cast, func, or_, select, type_coerce, union_all
from sqlalchemy.orm import Session, aliased

from assessment.exams.exception_rows import Rows, columns_of
from assessment.exams.remarks import REMARK, Remark, remark_rows, remarks_in
from assessment.exams.tables import Attempt
from assessment.exams.tables_devices import ExportedFile, MoveRelease
from assessment.exams.tables_room import AttemptEnd, AttemptPause, HeldDecision, IncidentNote, PauseChange


class ExceptionKind(StrEnum):
    """What kind of thing was out of the ordinary."""

    MOVED = "moved"
    FILE_TAKEN_IN = "file_taken_in"
    HELD_COUNTED = "held_counted"
    PAUSED = "paused"
    NOTE = "note"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True, slots=True)
class ExamException:
    """One thing that was out of the ordinary: when, by whom, and why or what.

    `count`: answers that were let count, or events in a file. `lasted`: how long a pause took, None while it goes
    on. `corrected`: a note whose first text was corrected; `text` is the last one.
    """

    kind: ExceptionKind
    attempt_id: str
    at: datetime
    person_id: str | None
    text: str
    count: int = 0
    lasted: timedelta | None = None
    corrected: bool = False


def exceptions_of(session: Session, body_id: str, attempt_ids: Collection[str]) -> list[ExamException]:
    """Return what was out of the ordinary in these attempts, in the order in which it happened; one statement."""
    if not attempt_ids:
        return []
    return _read(_ask(session, _parts(body_id, attempt_ids)))


def what_to_know(
    session: Session, body_id: str, application_id: str, attempt_ids: Collection[str]
) -> tuple[list[Remark], list[ExamException]]:
    """Return what is open about an application's exams, and what was out of the ordinary in them; one statement."""
    rows = _ask(session, [*remark_rows(body_id, application_id), *_parts(body_id, attempt_ids)])
    return remarks_in(rows), _read([row for row in rows if row.kind != REMARK])


def _parts(body_id: str, attempt_ids: Collection[str]) -> list[Rows]:
    return [part(body_id, attempt_ids) for part in (_moved, _taken_in, _counted, _pauses, _notes, _ended)]


def _ask(session: Session, parts: Sequence[Rows]) -> Sequence[Row[*tuple[Any, ...]]]:
    every = union_all(*parts).subquery()
    return session.execute(select(every).order_by(every.c.at, every.c.kind, every.c.key)).all()


def _read(rows: Sequence[Row[*tuple[Any, ...]]]) -> list[ExamException]:
    found: list[ExamException] = []
    notes: dict[tuple[str, str], int] = {}
    for row in rows:
        attempt_id: str = row.attempt_id
        if row.kind == PauseChange.RESUMED:
            _close_pause(found, attempt_id, row.at)
        elif row.corrects is not None and (attempt_id, row.corrects) in notes:
            place = notes[attempt_id, row.corrects]
            found[place] = replace(found[place], text=row.text, corrected=True)
        else:
            if row.kind == ExceptionKind.NOTE:
                notes[attempt_id, row.key] = len(found)
            found.append(
                ExamException(
                    kind=ExceptionKind(row.kind),
                    attempt_id=attempt_id,
                    at=row.at,
                    person_id=row.person_id,
                    text=row.text or "",
                    count=row.number or 0,
                )
            )
    return found


def people_in(exceptions: Sequence[ExamException]) -> set[str]:
    """Return the ids of everybody who is named in these."""
    return {each.person_id for each in exceptions if each.person_id is not None}


def _close_pause(found: list[ExamException], attempt_id: str, at: datetime) -> None:
    for place in range(len(found) - 1, -1, -1):
        one = found[place]
        if one.kind is ExceptionKind.PAUSED and one.attempt_id == attempt_id and one.lasted is None:
            found[place] = replace(one, lasted=at - one.at)
            return


def _moved(body_id: str, attempt_ids: Collection[str]) -> Rows:
    return select(
        *columns_of(
            ExceptionKind.MOVED,
            MoveRelease.attempt_id,
            at=MoveRelease.released_at,
            person_id=MoveRelease.person_id,
            text=MoveRelease.reason,
            key=MoveRelease.request_id,
        )
    ).where(MoveRelease.body_id == body_id, MoveRelease.attempt_id.in_(attempt_ids))


def _taken_in(body_id: str, attempt_ids: Collection[str]) -> Rows:
    return select(
        *columns_of(
            ExceptionKind.FILE_TAKEN_IN,
            ExportedFile.attempt_id,
            at=ExportedFile.taken_in_at,
            person_id=ExportedFile.person_id,
            number=ExportedFile.events,
            key=ExportedFile.id,
        )
    ).where(ExportedFile.body_id == body_id, ExportedFile.attempt_id.in_(attempt_ids))


def _counted(body_id: str, attempt_ids: Collection[str]) -> Rows:
    later = aliased(HeldDecision)
    overruled = select(later.number).where(later.number == HeldDecision.number, later.turn > HeldDecision.turn).exists()
    return (
        select(
            *columns_of(
                ExceptionKind.HELD_COUNTED,
                HeldDecision.attempt_id,
                at=HeldDecision.decided_at,
                person_id=HeldDecision.person_id,
                text=HeldDecision.reason,
                number=cast(func.count(), Integer),
                key=cast(func.min(HeldDecision.number), Text),
            )
        )
        .where(
            HeldDecision.body_id == body_id,
            HeldDecision.attempt_id.in_(attempt_ids),
            HeldDecision.counts,
            ~overruled,
        )
        .group_by(HeldDecision.attempt_id, HeldDecision.decided_at, HeldDecision.person_id, HeldDecision.reason)
    )


def _pauses(body_id: str, attempt_ids: Collection[str]) -> Rows:
    return select(
        *columns_of(
            type_coerce(AttemptPause.change, Text),
            AttemptPause.attempt_id,
            at=AttemptPause.at,
            person_id=AttemptPause.by,
            text=AttemptPause.reason,
            key=AttemptPause.id,
        )
    ).where(AttemptPause.body_id == body_id, AttemptPause.attempt_id.in_(attempt_ids))


def _notes(body_id: str, attempt_ids: Collection[str]) -> Rows:
    """Notes on the candidate, and those on the whole room in which the candidate sat."""
    return (
        select(
            *columns_of(
                ExceptionKind.NOTE,
                Attempt.id,
                at=IncidentNote.written_at,
                person_id=IncidentNote.written_by,
                text=IncidentNote.text,
                key=IncidentNote.id,
                corrects=IncidentNote.corrects,
            )
        )
        .join(
            Attempt,
            (Attempt.body_id == IncidentNote.body_id)
            & (Attempt.sitting_id == IncidentNote.sitting_id)
            & or_(IncidentNote.attempt_id == Attempt.id, IncidentNote.attempt_id.is_(None)),
        )
        .where(IncidentNote.body_id == body_id, Attempt.id.in_(attempt_ids))
    )


def _ended(body_id: str, attempt_ids: Collection[str]) -> Rows:
    return select(
        *columns_of(
            ExceptionKind.ENDED,
            AttemptEnd.attempt_id,
            at=AttemptEnd.ended_at,
            person_id=AttemptEnd.person_id,
            text=AttemptEnd.reason,
            key=AttemptEnd.attempt_id,
        )
    ).where(AttemptEnd.body_id == body_id, AttemptEnd.attempt_id.in_(attempt_ids))
