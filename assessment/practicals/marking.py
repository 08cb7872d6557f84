"""Taking observations in: each is judged by itself, stored once, and never dropped in silence.

An observation is known by (sheet, client, seq); what comes under a key that is taken is placed by
`domain.outbox`. Nothing is overwritten: a changed mark is a new observation. What comes after the sheet was
submitted, after the practical was closed or above the limit a day (`holding`) is kept as held until a second person
takes or rejects it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import insert, or_, select
from sqlalchemy.orm import Session

from assessment.domain.errors import N_, NotFound
from assessment.domain.outbox import Key, second_client, stored_key
from assessment.domain.practicals.delivery import FORMAT_VERSION, Batch, Refused, Sent, Unfit, digest, read
from assessment.domain.practicals.observation import to_json
from assessment.domain.practicals.practical_states import SheetState
from assessment.practicals.authority import day_at, require_registered_assessor
from assessment.practicals.carrying import carried_of, on_the_sheet
from assessment.practicals.content import CriterionContent, rubric_criteria
from assessment.practicals.holding import holding_of
from assessment.practicals.sheets import own_sheet
from assessment.practicals.tables import Observation, ObservationStanding, Practical
from assessment.practicals.tables_sheets import Sheet
from assessment.practicals.tool_queries import unknown_tools
from assessment.web.actor import Actor

Known = tuple[str, ObservationStanding]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What the server did with a batch; the device forgets what is acknowledged or held. `state` is the sheet's."""

    now: datetime
    state: SheetState
    acknowledged: tuple[Key, ...]
    held: tuple[Key, ...]
    refused: tuple[Refused, ...]


def criteria_to_mark(session: Session, body_id: str, practical_id: str) -> list[CriterionContent]:
    """Return the criteria on the sheets of a practical: all of its rubric but what is carried over.

    Three statements, read before the lock is taken. Raises NotFound.
    """
    rubric_id = session.scalar(
        select(Practical.rubric_id).where(Practical.body_id == body_id, Practical.id == practical_id)
    )
    if rubric_id is None:
        raise NotFound(N_("There is no such practical."))
    return on_the_sheet(rubric_criteria(session, body_id, rubric_id), carried_of(session, body_id, practical_id))


def record_observations(
    session: Session,
    actor: Actor,
    practical_id: str,
    entries: Iterable[object],
    *,
    criteria: Sequence[CriterionContent],
    now: datetime,
    device: str = "",
) -> Reply:
    """Judge and store the observations of the actor's own sheet; `criteria` come from `criteria_to_mark`.

    What is stored already is acknowledged in every state. Raises NotFound for whoever has no sheet on this practical
    and NotAllowed outside the assessor's registration.
    """
    batch = read(entries, {criterion.code: criterion.marking for criterion in criteria}, device=device)
    return store(session, own_sheet(session, actor, practical_id), batch, criteria=criteria, now=now)


def store(
    session: Session, sheet: Sheet, batch: Batch, *, criteria: Sequence[CriterionContent], now: datetime
) -> Reply:
    """Store what is new of a batch on a sheet that is locked. Raises NotAllowed outside the registration."""
    known = _known(session, sheet, batch.sent)
    digests = {key: text for key, (text, _standing) in known.items()}
    refused = list(batch.refused)
    kept: dict[ObservationStanding, list[Key]] = {each: [] for each in ObservationStanding}
    fresh: list[tuple[Sent, ObservationStanding]] = []
    assigned = sheet.state is SheetState.ASSIGNED
    holding = None if assigned else holding_of(session, sheet, [sent.observed_at for sent in batch.sent])
    strange = unknown_tools(session, sheet.body_id, {sent.tool for sent in batch.sent if sent.tool})
    for sent in batch.sent:
        key = stored_key(sent.key, digests, partial(_digest_under, sent))
        if key not in known:
            if holding is None:
                refused.append(Refused(client=sent.client, seq=sent.seq, reason=Unfit.NOT_OPEN))
                continue
            if sent.tool in strange:
                refused.append(Refused(client=sent.client, seq=sent.seq, reason=Unfit.TOOL))
                continue
            stored = replace(sent, client=key[0], seq=key[1])
            standing = holding.standing(sent.observed_at)
            digests[key] = digest(stored)
            known[key] = (digests[key], standing)
            fresh.append((stored, standing))
        kept[known[key][1]].append(sent.key)
    if fresh:
        require_registered_assessor(session, sheet.body_id, sheet.person_id, day_at(session, sheet.body_id, now))
        ids = {criterion.code: criterion.id for criterion in criteria}
        session.execute(
            insert(Observation), [observation_row(sheet, sent, ids, now, standing=standing) for sent, standing in fresh]
        )
    return Reply(
        now=now,
        state=sheet.state,
        acknowledged=tuple(kept[ObservationStanding.ACCEPTED]),
        held=tuple(kept[ObservationStanding.HELD]),
        refused=tuple(refused),
    )


def _known(session: Session, sheet: Sheet, sent: Sequence[Sent]) -> dict[Key, Known]:
    """Return what is stored under the keys of these observations: (client, seq) -> digest and standing."""
    if not sent:
        return {}
    asked: dict[str, set[int]] = {}
    for each in sent:
        asked.setdefault(each.client, set()).add(each.seq)
    rows = session.execute(
        select(Observation.client, Observation.seq, Observation.digest, Observation.standing).where(
            Observation.body_id == sheet.body_id,
            Observation.practical_id == sheet.practical_id,
            Observation.person_id == sheet.person_id,
            or_(
                Observation.client.in_({second_client(each.key) for each in sent}),
                *((Observation.client == client) & Observation.seq.in_(numbers) for client, numbers in asked.items()),
            ),
        )
    )
    return {(row.client, row.seq): (row.digest, row.standing) for row in rows}


def _digest_under(sent: Sent, key: Key) -> str:
    return digest(replace(sent, client=key[0], seq=key[1]))


def observation_row(
    sheet: Sheet,
    sent: Sent,
    ids: Mapping[str, str],
    now: datetime,
    *,
    standing: ObservationStanding = ObservationStanding.ACCEPTED,
    number: int = 1,
) -> dict[str, Any]:
    """Return the row of an observation; `ids`: code -> id of the criterion, `number`: the round of marking."""
    return {
        "v": FORMAT_VERSION,
        "body_id": sheet.body_id,
        "practical_id": sheet.practical_id,
        "application_id": sheet.application_id,
        "person_id": sheet.person_id,
        "side": sheet.side,
        "client": sent.client,
        "seq": sent.seq,
        "rubric_criterion_id": ids[sent.criterion],
        "mark": to_json(sent.value),
        "note": sent.note,
        "reason": sent.reason,
        "device": sent.device,
        "round": number,
        "standing": standing,
        "digest": digest(sent),
        "observed_at": sent.observed_at,
        "received_at": now,
        "tool_id": sent.tool or None,
    }
