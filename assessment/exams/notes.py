"""Incident notes: what the invigilator saw, of one candidate or the whole room; a correction is a note of its own."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.domain.errors import N_, Invalid, NotFound
from assessment.exams.invigilating import check_reason
from assessment.exams.tables import Attempt
from assessment.exams.tables_room import IncidentNote
from assessment.web.actor import Actor


@dataclass(frozen=True, kw_only=True, slots=True)
class Noted:
    """A note, and the notes that correct it, in the order in which they were written."""

    note: IncidentNote
    corrections: Sequence[IncidentNote]


def write_note(
    session: Session,
    actor: Actor,
    sitting_id: str,
    attempt_ids: Collection[str],
    *,
    text: str,
    now: datetime,
) -> list[IncidentNote]:
    """Write the same note on each of these candidates of a sitting, or one on the whole room where none is named.

    Raises Invalid when it says nothing or too much, and NotFound when an attempt is not of this sitting.
    """
    text = check_reason(text)
    wanted = set(attempt_ids)
    known = set(
        session.scalars(
            select(Attempt.id).where(
                Attempt.body_id == actor.body_id, Attempt.sitting_id == sitting_id, Attempt.id.in_(wanted)
            )
        )
    )
    if known != wanted:
        raise NotFound(N_("There is no such attempt in this sitting."))
    about: list[str | None] = [*sorted(wanted)] or [None]
    notes = [_note(actor, sitting_id, attempt_id, text, now) for attempt_id in about]
    session.add_all(notes)
    session.flush()
    return notes


def correct_note(
    session: Session, actor: Actor, sitting_id: str, note_id: str, *, text: str, now: datetime
) -> IncidentNote:
    """Correct a note of this sitting; the first one stays as it was written.

    Raises NotFound, and Invalid for a correction of a correction or a text that says nothing or too much.
    """
    text = check_reason(text)
    first = session.get(IncidentNote, (actor.body_id, note_id))
    if first is None or first.sitting_id != sitting_id:
        raise NotFound(N_("There is no such note."))
    if first.corrects is not None:
        raise Invalid(N_("Correct the first note, not its correction."))
    note = _note(actor, sitting_id, first.attempt_id, text, now)
    note.corrects = first.id
    session.add(note)
    session.flush()
    return note


def notes_of(
    session: Session, body_id: str, *, sitting_id: str | None = None, attempt_ids: Collection[str] | None = None
) -> list[Noted]:
    """Return the notes of a sitting, or of these attempts, the newest first; corrections stand with their note."""
    wanted = select(IncidentNote).where(IncidentNote.body_id == body_id)
    if sitting_id is not None:
        wanted = wanted.where(IncidentNote.sitting_id == sitting_id)
    if attempt_ids is not None:
        wanted = wanted.where(IncidentNote.attempt_id.in_(attempt_ids))
    rows = session.scalars(wanted.order_by(IncidentNote.written_at, IncidentNote.id)).all()
    corrections: dict[str, list[IncidentNote]] = {}
    for row in rows:
        if row.corrects is not None:
            corrections.setdefault(row.corrects, []).append(row)
    return [Noted(note=row, corrections=corrections.get(row.id, [])) for row in reversed(rows) if row.corrects is None]


def _note(actor: Actor, sitting_id: str, attempt_id: str | None, text: str, now: datetime) -> IncidentNote:
    return IncidentNote(
        body_id=actor.body_id,
        id=new_id(),
        sitting_id=sitting_id,
        attempt_id=attempt_id,
        text=text,
        corrects=None,
        written_by=actor.person_id,
        written_at=now,
    )
