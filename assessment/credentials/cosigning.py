"""Having a witness cosign the log's newest head, and keeping what it says with the head.

Specification: https://c2sp.org/tlog-witness, add-checkpoint.
"""

from collections.abc import Sequence
from datetime import datetime
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from assessment.credentials.log_heads import newest_checkpoint
from assessment.database import Act, reading, unit_of_work
from assessment.domain.errors import N_, Conflict, Invalid, Refusal
from assessment.domain.log.checkpoint import read_checkpoint
from assessment.domain.log.cosignature import cosigned_at
from assessment.domain.log.merkle import consistency_path
from assessment.domain.log.note import Note, VerifierKey, read_count, read_signature
from assessment.domain.log.witnessing import CONFLICT, Submission
from assessment.settings import WitnessPlace
from assessment.transparency.sequencing import with_nodes
from assessment.transparency.tables import LogCosignature

SECONDS = 10
LARGEST_ANSWER = 64 * 1024
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def ask_witnesses(places: Sequence[WitnessPlace], now: datetime) -> dict[str, Refusal]:
    """Have the newest head cosigned by each witness that has not done it yet; return why others did not, by name."""
    with reading() as session:
        newest = newest_checkpoint(session)
        if newest is None:
            return {}
        done = set(session.scalars(select(LogCosignature.witness).where(LogCosignature.size == newest.size)))
    refused = {}
    for place in places:
        if place.key.name not in done:
            try:
                ask_witness(place.address, place.key, now)
            except Refusal as refusal:
                refused[place.key.name] = refusal
    return refused


def ask_witness(address: str, witness: VerifierKey, now: datetime) -> datetime:
    """Have the newest head cosigned and return when the witness says it saw it.

    Raises Invalid for an address that is not https (http on this machine), Conflict when there is no head, the witness
    does not answer or refuses, or its cosignature does not hold.
    """
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise Invalid(N_("Expected an https address (http on this machine), got %(got)s."), got=address)
    with reading() as session:
        newest = newest_checkpoint(session)
        if newest is None:
            raise Conflict(N_("There is no log yet."))
        checkpoint = newest.note
    status, content = _submit(address, checkpoint, 0)
    if status == CONFLICT:
        try:
            status, content = _submit(address, checkpoint, read_count(content.strip()))
        except Invalid as refusal:
            raise Conflict(N_("The witness refuses: %(reason)s"), reason=content[:200]) from refusal
    if status != 200:
        raise Conflict(N_("The witness refuses: %(reason)s"), reason=f"{status} {content[:200]}".strip())
    return _keep(content, checkpoint, witness, now)


def _submit(address: str, checkpoint: str, old: int) -> tuple[int, str]:
    head, note = read_checkpoint(checkpoint)
    size = head.size
    if old > size:
        raise Conflict(N_("The witness has seen %(size)s entries of this log, which has fewer."), size=old)
    with reading() as session:
        path = with_nodes(session, lambda node: consistency_path(old, size, node))
    submission = Submission(old=old, path=tuple(path), head=head, note=note)
    request = Request(f"{address.removesuffix('/')}/add-checkpoint", data=str(submission).encode(), method="POST")
    try:
        with urlopen(request, timeout=SECONDS) as answer:
            return int(answer.status), answer.read(LARGEST_ANSWER).decode(errors="replace")
    except HTTPError as refusal:
        return refusal.code, refusal.read(LARGEST_ANSWER).decode(errors="replace")
    except (OSError, HTTPException) as error:
        raise Conflict(N_("The witness does not answer.")) from error


def _keep(content: str, checkpoint: str, witness: VerifierKey, now: datetime) -> datetime:
    act = Act(body_id=None, account_id=None, person_id=None, at=now, name="log.cosign")
    head, note = read_checkpoint(checkpoint)
    for line in content.splitlines():
        try:
            signature = read_signature(line)
        except Invalid:
            continue
        moment = cosigned_at(Note(text=note.text, signatures=(signature,)), witness)
        if moment is not None:
            try:
                with unit_of_work(act) as session:
                    session.add(
                        LogCosignature(size=head.size, witness=witness.name, line=str(signature), cosigned_at=moment)
                    )
            except IntegrityError:
                pass  # it cosigned this head before; what it said then stands
            return moment
    raise Conflict(N_("The witness's cosignature does not hold."))
