"""Preparing a sitting: every candidate's attempt is built before the start, so that starting is cheap."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.domain.errors import N_, Conflict, NotFound
from assessment.domain.exams.arrangement import arrange, to_json
from assessment.domain.exams.attempt_states import ATTEMPT
from assessment.domain.items.item import Item
from assessment.exams.content import items_of
from assessment.exams.tables import Attempt, Form, FormItem, RosterEntry, Sitting

FIRST_EPOCH = 1
SEED_BYTES = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """An attempt that was laid out and is not stored yet."""

    sitting_id: str
    application_id: str
    person_id: str
    form_id: str
    seed: bytes
    layout: dict[str, Any]
    seconds: int
    extra_seconds: int


def prepare(session: Session, body_id: str, sitting_id: str) -> list[Attempt]:
    """Build the attempts of everybody on the closed roster who has none yet, and return the new ones."""
    return store_attempts(session, body_id, lay_out(session, body_id, sitting_id))


def lay_out(session: Session, body_id: str, sitting_id: str) -> list[Draft]:
    """Lay out an attempt for everybody on the roster who has none yet; reads only.

    Raises NotFound for an unknown sitting and Conflict while its roster is open.
    """
    row = session.execute(
        select(Sitting.roster_closed_at, Form.id, Form.minutes)
        .join(Form, (Form.body_id == Sitting.body_id) & (Form.id == Sitting.form_id))
        .where(Sitting.body_id == body_id, Sitting.id == sitting_id)
    ).first()
    if row is None:
        raise NotFound(N_("There is no such sitting."))
    if row.roster_closed_at is None:
        raise Conflict(N_("Close the roster first: attempts are prepared for those who are on it."))
    waiting = session.execute(
        select(RosterEntry.application_id, RosterEntry.person_id, RosterEntry.extra_seconds)
        .join(
            Attempt,
            (Attempt.body_id == RosterEntry.body_id)
            & (Attempt.sitting_id == RosterEntry.sitting_id)
            & (Attempt.application_id == RosterEntry.application_id),
            isouter=True,
        )
        .where(RosterEntry.body_id == body_id, RosterEntry.sitting_id == sitting_id, Attempt.id.is_(None))
        .order_by(RosterEntry.application_id)
    ).all()
    content = content_on(session, body_id, row.id)
    drafts = []
    for entry in waiting:
        seed = secrets.token_bytes(SEED_BYTES)
        drafts.append(
            Draft(
                sitting_id=sitting_id,
                application_id=entry.application_id,
                person_id=entry.person_id,
                form_id=row.id,
                seed=seed,
                layout=layout_of(content, seed),
                seconds=row.minutes * 60,
                extra_seconds=entry.extra_seconds,
            )
        )
    return drafts


def store_attempts(session: Session, body_id: str, drafts: Sequence[Draft]) -> list[Attempt]:
    """Store attempts that were laid out; who has one in the meantime keeps it."""
    taken = set(
        session.scalars(
            select(Attempt.application_id).where(
                Attempt.body_id == body_id, Attempt.sitting_id.in_({draft.sitting_id for draft in drafts})
            )
        )
    )
    attempts = [
        Attempt(
            body_id=body_id,
            id=new_id(),
            sitting_id=draft.sitting_id,
            application_id=draft.application_id,
            person_id=draft.person_id,
            form_id=draft.form_id,
            state=ATTEMPT.initial,
            seed=draft.seed,
            layout=draft.layout,
            seconds=draft.seconds,
            extra_seconds=draft.extra_seconds,
            epoch=FIRST_EPOCH,
        )
        for draft in drafts
        if draft.application_id not in taken
    ]
    session.add_all(attempts)
    session.flush()
    return attempts


@dataclass(frozen=True, kw_only=True, slots=True)
class FormContent:
    """A form's items by version id, in the form's order, and the section that each stands in."""

    items: Mapping[str, Item]
    sections: Mapping[str, int]


def content_on(session: Session, body_id: str, form_id: str) -> FormContent:
    """Return what stands on a form."""
    rows = session.execute(
        select(FormItem.item_version_id, FormItem.section)
        .where(FormItem.body_id == body_id, FormItem.form_id == form_id)
        .order_by(FormItem.position)
    )
    sections = {row.item_version_id: row.section for row in rows}
    items = items_of(session, body_id, sections)
    return FormContent(items={version: items[version] for version in sections}, sections=sections)


def layout_of(content: FormContent, seed: bytes) -> dict[str, Any]:
    """Return the stored layout of an attempt: always the same for the same form and seed."""
    return to_json(arrange(content.items, seed=seed, sections=content.sections))
