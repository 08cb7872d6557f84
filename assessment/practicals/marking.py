"""Taking observations in: each is judged by itself, stored once, and never dropped in silence.

An observation is known by (practical, client, seq); what comes under a key that is taken is placed by
`domain.outbox`. Nothing is overwritten: a changed mark is a new observation.
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
from assessment.domain.practicals.delivery import FORMAT_VERSION, Refused, Sent, Unfit, digest, read
from assessment.domain.practicals.observation import to_json
from assessment.practicals.authority import day_at, require_registered_assessor
from assessment.practicals.content import CriterionContent, rubric_criteria
from assessment.practicals.opening import own
from assessment.practicals.tables import Observation, Practical, PracticalState
from assessment.web.actor import Actor


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What the server did with a batch; the device forgets what is acknowledged."""

    now: datetime
    acknowledged: tuple[Key, ...]
    refused: tuple[Refused, ...]


def criteria_to_mark(session: Session, body_id: str, practical_id: str) -> list[CriterionContent]:
    """Return the criteria of a practical's rubric; read before the lock is taken. Raises NotFound."""
    rubric_id = session.scalar(
        select(Practical.rubric_id).where(Practical.body_id == body_id, Practical.id == practical_id)
    )
    if rubric_id is None:
        raise NotFound(N_("There is no such practical."))
    return rubric_criteria(session, body_id, rubric_id)


def record_observations(
    session: Session,
    actor: Actor,
    practical_id: str,
    entries: Iterable[object],
    *,
    criteria: Sequence[CriterionContent],
    now: datetime,
) -> Reply:
    """Judge and store observations in their order; `criteria` come from `criteria_to_mark`.

    What is stored already is acknowledged in every state; anything new needs an open sheet. Raises NotFound
    for another assessor's practical and NotAllowed outside the assessor's registration.
    """
    batch = read(entries, {criterion.code: criterion.marking for criterion in criteria})
    practical = own(session, actor, practical_id)
    known = _known(session, practical, batch.sent)
    refused = list(batch.refused)
    acknowledged: list[Key] = []
    fresh: list[Sent] = []
    for sent in batch.sent:
        key = stored_key(sent.key, known, partial(_digest_under, sent))
        if key not in known:
            if practical.state is not PracticalState.OPEN:
                submitted = practical.state is PracticalState.SUBMITTED
                reason = Unfit.SUBMITTED if submitted else Unfit.NOT_OPEN
                refused.append(Refused(client=sent.client, seq=sent.seq, reason=reason))
                continue
            stored = replace(sent, client=key[0], seq=key[1])
            known[key] = digest(stored)
            fresh.append(stored)
        acknowledged.append(sent.key)
    if fresh:
        require_registered_assessor(session, actor.body_id, actor.person_id, day_at(session, actor.body_id, now))
        ids = {criterion.code: criterion.id for criterion in criteria}
        session.execute(insert(Observation), [_row(practical, sent, ids, known, now) for sent in fresh])
    return Reply(now=now, acknowledged=tuple(acknowledged), refused=tuple(refused))


def _known(session: Session, practical: Practical, sent: Sequence[Sent]) -> dict[Key, str]:
    """Return what is stored under the keys of these observations: (client, seq) -> digest."""
    if not sent:
        return {}
    asked: dict[str, set[int]] = {}
    for each in sent:
        asked.setdefault(each.client, set()).add(each.seq)
    rows = session.execute(
        select(Observation.client, Observation.seq, Observation.digest).where(
            Observation.body_id == practical.body_id,
            Observation.practical_id == practical.id,
            or_(
                Observation.client.in_({second_client(each.key) for each in sent}),
                *((Observation.client == client) & Observation.seq.in_(numbers) for client, numbers in asked.items()),
            ),
        )
    )
    return {(row.client, row.seq): row.digest for row in rows}


def _digest_under(sent: Sent, key: Key) -> str:
    return digest(replace(sent, client=key[0], seq=key[1]))


def _row(
    practical: Practical,
    sent: Sent,
    ids: Mapping[str, str],
    digests: Mapping[Key, str],
    now: datetime,
) -> dict[str, Any]:
    return {
        "v": FORMAT_VERSION,
        "body_id": practical.body_id,
        "practical_id": practical.id,
        "application_id": practical.application_id,
        "person_id": practical.person_id,
        "side": practical.side,
        "client": sent.client,
        "seq": sent.seq,
        "rubric_criterion_id": ids[sent.criterion],
        "mark": to_json(sent.value),
        "note": sent.note,
        "digest": digests[sent.key],
        "observed_at": sent.observed_at,
        "received_at": now,
    }
